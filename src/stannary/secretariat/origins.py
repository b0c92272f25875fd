"""`origin`: what every rule of origin says of a lot; lots and trade held against plants.

Who is inside the zone is the agreement's to say; the rules are data of customs. Next:
`customs.origin.verdicts`, `customs.origin.flow`, `customs.origin.trade`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from ..agreement import Agreement, Schedule
from ..customs.files import Aside
from ..customs.origin.chain import Books, Lot, Step, chain
from ..customs.origin.custody import Model, Proof
from ..customs.origin.faults import Fault, faults
from ..customs.origin.flow import Claim, OverClaim, Period, overclaims
from ..customs.origin.reading import read_papers, read_trade
from ..customs.origin.rules import Rule, shipped_rules
from ..customs.origin.trade import Excess, excesses
from ..customs.origin.verdicts import Verdict, verdicts, zone_proof
from ..terms.errors import BadInput
from .asked import AGREEMENT


@dataclass(frozen=True, slots=True)
class Papers:
    """Files that an origin is read from, as they were given."""

    lots: Path
    parents: Path | None = None
    facilities: Path | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """One lot, and what every rule says of it.

    steps   the lot and every lot behind it, nearest first
    proven  share that is proven to be of the zone, and the links that take from it
    model   how custody is kept: what decides which share counts
    wrong   faults of the chain, nearest first
    """

    papers: Papers
    lot: Lot
    day: date
    schedule: Schedule
    steps: tuple[Step, ...]
    verdicts: tuple[Verdict, ...]
    proven: Proof
    model: Model
    wrong: tuple[Fault, ...]
    aside: tuple[Aside, ...]

    @property
    def pays(self) -> Fraction:
        """Share of the lot that counts as outside, and pays."""
        return 1 - self.proven.counted(self.model)


@dataclass(frozen=True, slots=True)
class Book:
    """Every lot of a member country, held against mines and plants as if all claimed zone origin.

    claims  lots that no other lot took, by plant, product and year
    over    claims that cannot all be, with the cut in words
    """

    papers: Papers
    day: date
    schedule: Schedule
    books: Books
    claims: tuple[Claim, ...]
    over: tuple[OverClaim, ...]
    aside: tuple[Aside, ...]


@dataclass(frozen=True, slots=True)
class Traded:
    """Exporters held against what they can make.

    names  legal products in words
    """

    trade: Path
    facilities: Path
    found: tuple[Excess, ...]
    names: Mapping[str, str]
    aside: tuple[Aside, ...]


def origin(
    papers: Papers, lot_id: str, day: date | None = None, model: Model = "segregated"
) -> Origin:
    """What the rules of a day say of a lot.

    day  default: of the certificate, or the first day on which all floors stand if that is later

    Raises UnknownName on a lot that is not there, BadTable on files that cannot be used.
    """
    read = read_papers(papers.lots, papers.parents, papers.facilities)
    lot, rules = read.books.lot(lot_id), shipped_rules()
    on, schedule = _law(day, lot.day)
    return Origin(
        papers, lot, on, schedule, chain(read.books, lot_id),
        verdicts(read.books, lot_id, on, rules, schedule.inside, model),
        zone_proof(read.books, lot_id, _zone(rules, on), schedule.inside), model,
        faults(read.books, lot_id), read.aside,
    )  # fmt: skip


def book(papers: Papers, day: date | None = None) -> Book:
    """Whether all lots of members can be of the zone, by a maximum flow over calendar years.

    Raises BadInput where there is no lot, BadTable on files that cannot be used.
    """
    read = read_papers(papers.lots, papers.parents, papers.facilities)
    lots = read.books.lots
    if not lots:
        raise BadInput(
            "no lot can be read", where=str(papers.lots), allowed="one row or more",
            remedy=read.aside[0].message if read.aside else "add the lots",
        )  # fmt: skip
    last = max(lot.day for lot in lots)
    on, schedule = _law(day, last)
    years = range(min(lot.day for lot in lots).year, last.year + 1)
    periods = tuple(Period(str(y), date(y, 1, 1), date(y, 12, 31)) for y in years)
    left: dict[tuple[str, str, str, str], int] = {}
    named: dict[tuple[str, str, str, str], list[str]] = {}
    for lot in lots:
        if lot.country in schedule.inside:
            key = (lot.facility_id, lot.product, lot.country, str(lot.day.year))
            rest = max(0, lot.grams - read.books.taken.get(lot.lot_id, 0))
            left[key] = left.get(key, 0) + rest
            named.setdefault(key, []).append(lot.lot_id)
    claims = tuple(Claim(*key, grams, tuple(named[key])) for key, grams in left.items() if grams)
    over = overclaims(
        lots, read.books.parents, read.books.facilities, claims, periods, members=schedule.inside,
        recycled_cap_pct=_zone(shipped_rules(), on).recycled_cap_pct,
    )  # fmt: skip
    return Book(papers, on, schedule, read.books, claims, over, read.aside)


def traded(trade: Path, facilities: Path | None) -> Traded:
    """Exporters that cannot have made what they shipped. Raises BadTable, BadInput."""
    if facilities is None:
        raise BadInput(
            "trade without plants", where="--trade", value=str(trade),
            allowed="the mines and smelters of the exporters beside it",
            remedy="--facilities FILE",
        )  # fmt: skip
    read = read_trade(trade, facilities)
    products = Agreement.load(AGREEMENT).coverage
    names = {id: listing.name for id, listing in products.items()}
    return Traded(trade, facilities, excesses(read.shipments, read.plants), names, read.aside)


def _law(day: date | None, of_lots: date) -> tuple[date, Schedule]:
    """The day whose law holds, and that law."""
    law = Agreement.load(AGREEMENT)
    on = day or max(of_lots, law.first_full_day() or of_lots)
    return on, law.on(on)


def _zone(rules: tuple[Rule, ...], day: date) -> Rule:
    """The zone's own rule that day."""
    found = next((r for r in rules if r.test == "zone" and r.stands(day)), None)
    if found is None:
        raise BadInput("no rule of the zone stands that day", where="--on", value=str(day))
    return found
