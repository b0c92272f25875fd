"""Over-claimed origin, proved by a maximum flow: more is claimed than mines and plants can have made.

Water runs from the mines through the plants to the claims. What a mine or a plant can make in a period,
what it certified, what one took from another, and what may be recycled are the widths of pipes; a
claim is a tap. If the taps ask for more than the widest flow brings, the narrowest cut of pipes says
where, and by how many kilograms. Goods of one plant, product and period are one pool: mixing them is
allowed, so what is refused here is refused however the lots were mixed.

Every pipe is a plain width, because kilograms are counted as what they were at the mine: behind a plant
that yields 90 %, 90 kg count as 100. Where several ways of different yield lead to a plant, the best
one sets its scale and the others get narrower pipes: exact where all ways yield alike, and otherwise
in favour of whoever claims.

Widths are whole milligrams, rounded up for supply and down for claims: nobody is accused by rounding.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from ...terms.errors import UnknownName
from .chain import HUNDRED, Books, Facility, Lot, Parent, place
from .faults import kilograms

Pool = tuple[str, str]
"""Plant and product."""

Place = tuple[str, str, int]
"""A pool in a period: plant, product, number of the period; 0 is everything before the first one."""

MILLIGRAMS = 1000


@dataclass(frozen=True, slots=True)
class Period:
    """Days over which capacity is reckoned, both included."""

    name: str
    first: date
    last: date

    def share_of_year(self, start: date, end: date | None) -> Fraction:
        """Years that a span and this period have in common; a leap year's days are shorter."""
        day, last = max(self.first, start), min(self.last, end or date.max)
        total = Fraction(0)
        while day <= last:
            until = min(last, date(day.year, 12, 31))
            length = 366 if _leap(day.year) else 365
            total += Fraction((until - day).days + 1, length)
            day = until + timedelta(days=1)
        return total


@dataclass(frozen=True, slots=True)
class Claim:
    """Goods of one plant that entry lines claim to be of the zone, in one period.

    grams        of the element
    country      the origin that the lines name
    entry_lines  `number/line` of each
    """

    facility_id: str
    product: str
    country: str
    period: str
    grams: int
    entry_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """One pipe of the cut: what holds the flow back.

    kind   capacity, certified, taken, recycled, or outside (no zone origin at all)
    grams  its width, in grams of the element where it stands
    """

    kind: Literal["capacity", "certified", "taken", "recycled", "outside"]
    facility_id: str
    product: str
    period: str
    grams: int
    sentence: str


@dataclass(frozen=True, slots=True)
class OverClaim:
    """Claims that cannot all be of the zone.

    claims    all that share the cut
    limits    the cut, in words
    claimed   grams of the element, where they are claimed
    possible  most of it that can be of the zone
    excess    claimed - possible
    sentence  where, what limits it, by how much, and what would clear it
    """

    claims: tuple[Claim, ...]
    limits: tuple[Limit, ...]
    claimed: int
    possible: int
    excess: int
    sentence: str

    @property
    def entry_lines(self) -> tuple[str, ...]:
        """Every line of the claims."""
        return tuple(line for claim in self.claims for line in claim.entry_lines)


def overclaims(
    lots: Iterable[Lot],
    parents: Iterable[Parent],
    facilities: Iterable[Facility],
    claims: Iterable[Claim],
    period: Period | tuple[Period, ...],
    *,
    members: frozenset[str],
    recycled_cap_pct: Decimal = HUNDRED,
) -> tuple[OverClaim, ...]:
    """Claims of zone origin that lots and plants cannot support, each with its cut; () if all can be.

    period            one, or several in their order: what is left of one may be claimed in the next
    members           ISO3 states inside the zone; a plant elsewhere, or owned elsewhere, gives nothing
    recycled_cap_pct  most of a lot that counts as recycled, per cent

    What was certified before the first period is taken as it stands. Pure: reads no file and no clock.
    Raises UnknownName on a claim of a period that is not asked for.
    """
    from .network import solve, why

    periods = period if isinstance(period, tuple) else (period,)
    books = Books(tuple(lots), tuple(parents), tuple(facilities))
    pipes = network(books, tuple(claims), periods, members, recycled_cap_pct)
    # Less than a gram is rounding.
    return tuple(found for cut in solve(pipes) if (found := why(cut)).excess)


@dataclass(frozen=True, slots=True)
class Pipe:
    """A pipe of the network.

    tail, head  its ends: `source`, `sink`, or a side of a pool (`in`, `made`, `out`) and its place
    width       milligrams at the mine; None: as much as comes
    limit       what the width means; None where it never holds anything back by itself
    claim       of a tap
    """

    tail: tuple[str, Place] | str
    head: tuple[str, Place] | str
    width: int | None
    limit: Limit | None = None
    claim: Claim | None = None


def yields(ways: Iterable[tuple[Pool, Pool, Fraction]]) -> Mapping[Pool, Fraction]:
    """Best share of the mine's element that is left at each plant and product; 1 where none is known.

    ways  from, to, and the recovery of the latter, at most 1: going in a circle never gains
    """
    arcs = [way for way in ways if way[2]]
    behind = {head for _, head, _ in arcs}
    left = {tail: Fraction(1) for tail, _, _ in arcs if tail not in behind}
    changed = True
    while changed:
        changed = False
        for tail, head, recovery in arcs:
            best = left.get(tail, Fraction(0)) * recovery
            if best > left.get(head, Fraction(0)):
                left[head], changed = best, True
    return left


def network(
    books: Books,
    claims: tuple[Claim, ...],
    periods: tuple[Period, ...],
    members: frozenset[str],
    recycled_cap_pct: Decimal,
) -> tuple[Pipe, ...]:
    """The pipes. A pool has three points: in (arrived), made (within capacity), out (certified)."""
    of_product = {(f.facility_id, f.product): f.stage for f in books.facilities}
    cap = Fraction(recycled_cap_pct / HUNDRED)
    certified: dict[Place, int] = {}
    recycled: dict[Place, Fraction] = {}
    stages: dict[Place, str] = {}
    place_of: dict[str, Place] = {}
    for lot in books.lots:
        if lot.day > periods[-1].last:
            continue
        at = place_of[lot.lot_id] = (lot.facility_id, lot.product, _number(lot.day, periods))
        certified[at] = certified.get(at, 0) + lot.grams
        counted = min(Fraction(lot.recycled_pct / HUNDRED), cap)
        recycled[at] = recycled.get(at, Fraction(0)) + counted * lot.grams
        stages[at] = of_product.get(at[:2], lot.stage)
    taken: dict[tuple[Place, Place], int] = {}
    for parent in books.parents:
        both = parent.lot_id in place_of and parent.parent_lot_id in place_of
        # Nothing is made of what came later: that paper is wrong, and `faults` says so.
        if both and books.by_id[parent.parent_lot_id].day <= books.by_id[parent.lot_id].day:
            pair = (place_of[parent.parent_lot_id], place_of[parent.lot_id])
            taken[pair] = taken.get(pair, 0) + parent.grams
    numbers = {p.name: n for n, p in enumerate(periods, 1)}
    for claim in claims:
        if claim.period not in numbers:
            raise UnknownName(
                "period", claim.period, numbers, where=f"claim on {claim.facility_id}"
            )
        at = (claim.facility_id, claim.product, numbers[claim.period])
        stages.setdefault(at, of_product.get(at[:2], "refine"))
        certified.setdefault(at, 0)
    # Stock is carried on: a pool exists from its first period to the last.
    for plant, product, first in sorted(stages):
        for n in range(first + 1, len(periods) + 1):
            stages.setdefault((plant, product, n), stages[plant, product, first])
    scale = yields((tail[:2], head[:2], _recovery(books, head)) for tail, head in taken)
    pipes: list[Pipe] = []
    for at, stage in sorted(stages.items()):
        unit = scale.get(at[:2], Fraction(1))
        rows = tuple(
            f for f in books.plants.get(at[0], ()) if f.product == at[1] and f.stage == stage
        )
        name = periods[at[2] - 1].name if at[2] else f"before {periods[0].first}"
        made = certified.get(at, 0)
        capacity = _capacity(at, rows, periods, made, members, name)
        if stage == "mine":
            pipes.append(Pipe("source", ("in", at), None))
        pipes.append(Pipe(("in", at), ("made", at), _supply(capacity.grams, unit), capacity))
        scrap = ceil(recycled.get(at, Fraction(0)))
        if stage != "mine" and scrap:
            said = f"{at[0]} may count {kilograms(scrap)} kg as recycled in {name}"
            limit = Limit("recycled", at[0], at[1], name, scrap, said)
            pipes.append(Pipe("source", ("in", at), _supply(scrap, unit), limit))
        said = f"{at[0]} certified {kilograms(made)} kg of {at[1]} in {name}"
        limit = Limit("certified", at[0], at[1], name, made, said)
        pipes.append(Pipe(("made", at), ("out", at), _supply(made, unit), limit))
        if (at[0], at[1], at[2] - 1) in stages:
            pipes.append(Pipe(("out", (at[0], at[1], at[2] - 1)), ("out", at), None))
    for (tail, head), grams in sorted(taken.items()):
        recovery = _recovery(books, head)
        out = Fraction(grams) * recovery
        said = (
            f"{head[0]} took {kilograms(grams)} kg of {tail[1]} from {tail[0]}, which yields"
            f" {kilograms(out)} kg"
        )
        limit = Limit("taken", head[0], head[1], _name(head, periods), floor(out), said)
        pipes.append(
            Pipe(("out", tail), ("in", head), _supply(out, scale.get(head[:2], Fraction(1))), limit)
        )
    for claim in claims:
        at = (claim.facility_id, claim.product, numbers[claim.period])
        width = floor(Fraction(claim.grams) * MILLIGRAMS / scale.get(at[:2], Fraction(1)))
        pipes.append(Pipe(("out", at), "sink", width, claim=claim))
    return tuple(pipes)


def _capacity(
    at: Place,
    rows: tuple[Facility, ...],
    periods: tuple[Period, ...],
    made: int,
    members: frozenset[str],
    name: str,
) -> Limit:
    """What a plant can make of a product in a period, in grams of the element."""
    plant, product, number = at
    inside = [f for f in rows if f.country in members and (f.owner is None or f.owner in members)]
    if not rows:
        said = f"{plant} is not registered for {product}"
        return Limit("outside", plant, product, name, 0, said)
    if not inside:
        one = rows[0]
        why = (
            f"stands in {place(one.country)}, outside the zone"
            if one.country not in members
            else f"in {place(one.country)} is owned from {place(one.owner or '')}, outside the zone"
        )
        return Limit("outside", plant, product, name, 0, f"{plant} {why}")
    if number == 0:
        said = f"{plant} certified {kilograms(made)} kg of {product} {name}"
        return Limit("certified", plant, product, name, made, said)
    period = periods[number - 1]
    grams = sum(
        (f.grams_per_year * period.share_of_year(f.first, f.last) for f in inside), Fraction(0)
    )
    said = (
        f"{plant} can make {kilograms(grams)} kg of {product} in {name}"
        f" ({kilograms(max(f.grams_per_year for f in inside))} kg a year)"
    )
    return Limit("capacity", plant, product, name, floor(grams), said)


def _recovery(books: Books, place: Place) -> Fraction:
    rows = [f for f in books.plants.get(place[0], ()) if f.product == place[1]]
    return max((Fraction(f.recovery_pct / HUNDRED) for f in rows), default=Fraction(0))


def _supply(grams: int | Fraction, unit: Fraction) -> int:
    return ceil(Fraction(grams) * MILLIGRAMS / unit)


def _number(day: date, periods: tuple[Period, ...]) -> int:
    """Number of the last period that has begun by a day; 0: none has."""
    return sum(p.first <= day for p in periods)


def _name(place: Place, periods: tuple[Period, ...]) -> str:
    return periods[place[2] - 1].name if place[2] else f"before {periods[0].first}"


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
