"""The agreement as the tables that customs reads: a row for each span in which a rule stays the same.

    law_of(Agreement.load("bloc-2026")).floors

The agreement is asked on every day on which one of its articles changes, and on no other: between two
of them it says the same. Next: `law`, the tables; `tables/market_prices.csv`, prices published outside.
"""

import csv
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from ..agreement import Agreement, Clause, Schedule
from ..terms.dates import day as read_day
from ..terms.errors import BadInput, BadTable, NotYetInForce, Place
from ..terms.names import states
from ..terms.units import COMPOUND_PER_ELEMENT, ELEMENT_PER_COMPOUND, Basis
from .law import Law, build
from .law_rows import ANY, Coverage, Duty, Factor, Floor, LawRow, Member, Parameter

MARKET_PRICES = Path(__file__).parent / "tables" / "market_prices.csv"
FOUR_PLACES = Decimal("0.0001")
COMPOUNDS = {
    "Nd": "Nd2O3", "Pr": "Pr6O11", "NdPr": "NdPr oxide 75:25", "Dy": "Dy2O3", "Tb": "Tb4O7",
    "La": "La2O3", "Ce": "CeO2", "Sm": "Sm2O3", "Y": "Y2O3", "W": "WO3", "Ge": "GeO2",
    "Ga": "Ga2O3", "Sb": "Sb2O3", "Li": "Li2CO3",
}  # fmt: skip
"""Reference compound of each element of table F."""

RULES = {
    "small_consignment_usd": "rules.small_consignment",
    "security_trigger": "rules.security_trigger",
    "contained_tolerance": "rules.contained_tolerance",
    "compared_on": "rules.compared_on",
}
"""Article of each parameter of the tables."""

Key = TypeVar("Key", bound=Hashable)
Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class MarketPrice:
    """A price published outside, USD per kg of its basis on a day, or the end of its average."""

    product: str
    day: date
    usd_per_kg: Decimal
    basis: Basis
    market: str
    quality: str
    source: str


def law_of(agreement: Agreement, market_prices: Path = MARKET_PRICES) -> Law:
    """What the agreement says on each day, as law tables; exchange rates are left empty.

    A state of the customs union has a row of its own. A floor has the latest market price published
    before its version began, converted to its basis; none where none is.

    Raises BadInput where a floor, rate or limit has more places than the tables carry.
    """
    known = prices(market_prices)
    schedules = _schedules(agreement)
    first = _first_day(schedules)
    rows: dict[str, list[LawRow]] = {
        "parameters": [
            Parameter("agreement_from", first.isoformat()),
            *_parameters(schedules, first),
        ],
        "members": list(_members(schedules, first)),
        "coverage": list(_coverage(schedules)),
        "floors": list(_floors(schedules, known)),
        "duties": list(_duties(schedules)),
        "factors": [
            Factor(element, COMPOUNDS[element], inside, COMPOUND_PER_ELEMENT[element])
            for element, inside in ELEMENT_PER_COMPOUND.items()
        ],
        "fx": [],
    }
    places = {
        name: [Place(f"{agreement.name}, {name}")] * len(table) for name, table in rows.items()
    }
    return build(agreement.name, rows, places)


@cache
def prices(path: Path = MARKET_PRICES) -> tuple[MarketPrice, ...]:
    """Every price of the table. Raises BadTable on one without a source."""
    found: list[MarketPrice] = []
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            place = Place(path.name, line)
            if not row["source"]:
                raise BadTable("no source", where=place, allowed="what states the price")
            found.append(
                MarketPrice(
                    product=row["product"],
                    day=read_day(row["date"], place),
                    usd_per_kg=Decimal(row["usd_per_kg"]),
                    basis=cast(Basis, row["basis"]),
                    market=row["market"],
                    quality=row["quality"],
                    source=row["source"],
                )
            )
    return tuple(found)


def _schedules(agreement: Agreement) -> tuple[Schedule, ...]:
    """The schedule of every day on which something changes, oldest first."""
    days = {step.start for p in agreement.parameters.values() for step in p.steps}
    days |= {step.value for p in agreement.parameters.values() for step in p.steps
             if isinstance(step.value, date)}  # fmt: skip
    days |= {listing.since for listing in agreement.coverage.values()}
    found: list[Schedule] = []
    for day in sorted(days):
        try:
            found.append(agreement.on(day))
        except NotYetInForce:
            continue  # before the rules that everything needs
    return tuple(found)


def _first_day(schedules: tuple[Schedule, ...]) -> date:
    """The day on which the first member is in; without members the first of the rules."""
    return next((s.day for s in schedules if s.inside), schedules[0].day)


def _spans(
    schedules: tuple[Schedule, ...], said: Callable[[Schedule], Iterable[tuple[Key, Said]]]
) -> Iterable[tuple[Key, Said, date, date | None]]:
    """What a key says, with the first and the last day on which it says so (None: open)."""
    standing: dict[Key, tuple[Said, date]] = {}
    for schedule in schedules:
        now = dict(said(schedule))
        for key, (value, start) in list(standing.items()):
            if key not in now or now[key] != value:
                yield key, value, start, schedule.day - timedelta(days=1)
                del standing[key]
        for key, value in now.items():
            standing.setdefault(key, (value, schedule.day))
    for key, (value, start) in standing.items():
        yield key, value, start, None


def _cited(schedule: Schedule, path: str) -> Clause:
    return next(clause for clause in schedule.clauses if clause.path == path)


def _parameters(schedules: tuple[Schedule, ...], first: date) -> Iterable[LawRow]:
    def said(schedule: Schedule) -> Iterable[tuple[str, tuple[str, str, str]]]:
        border = schedule.border
        values = {
            "small_consignment_usd": f"{border.small_consignment:f}",
            "security_trigger": f"{border.security_trigger:f}",
            "contained_tolerance": f"{border.contained_tolerance:f}",
            "compared_on": schedule.compared_on,
        }
        for name, path in RULES.items():
            clause = _cited(schedule, path)
            yield name, (values[name], clause.article, clause.reference)

    for name, (value, article, reference), start, end in _spans(schedules, said):
        if end is None or end >= first:
            begun = None if start <= first else start
            yield Parameter(name, value, begun, end, article, reference)


def _members(schedules: tuple[Schedule, ...], first: date) -> Iterable[LawRow]:
    def said(schedule: Schedule) -> Iterable[tuple[str, tuple[object, ...]]]:
        # A state that the text names under its customs union comes after it, with its own clause.
        for member in sorted(schedule.members, key=lambda m: m.through is not None):
            if member.inside:
                named = member.valuation, member.fx_date, member.clause
                for state in states(member.country):
                    yield state, named

    for state, (valuation, fx_date, clause), start, end in _spans(schedules, said):
        assert isinstance(clause, Clause)
        yield Member(
            country=state,
            valuation=valuation,  # pyright: ignore[reportArgumentType]
            fx_date=fx_date,  # pyright: ignore[reportArgumentType]
            valid_from=None if start <= first else start,
            valid_to=end,
            clause=clause.article,
            source=clause.reference,
        )


def _coverage(schedules: tuple[Schedule, ...]) -> Iterable[LawRow]:
    earliest = schedules[0].day
    spans = _spans(schedules, lambda s: ((p.product, p) for p in s.products))
    for _, listed, start, end in spans:
        for code in listed.hs:
            yield Coverage(
                hs6=code[:6],
                element=listed.element,
                # Per cent of the element; where none is named, of all the oxides that it holds.
                assay_basis="compound" if listed.element == "none" else "element",
                assay_from=_placed(listed.assay_from, f"coverage.{listed.product}"),
                assay_to=_placed(listed.assay_to, f"coverage.{listed.product}"),
                product=listed.product,
                hs=code if len(code) > 6 else "",
                valid_from=None if start <= earliest else start,
                valid_to=end,
                clause=listed.clause.article,
                source=listed.clause.reference,
            )


def _floors(schedules: tuple[Schedule, ...], known: tuple[MarketPrice, ...]) -> Iterable[LawRow]:
    def said(schedule: Schedule) -> Iterable[tuple[tuple[str, str], tuple[object, ...]]]:
        elements = {product.product: product.element for product in schedule.products}
        for floor in schedule.floors:
            terms = (
                floor.usd_per_kg, floor.basis, floor.clause, schedule.border.in_transit,
                elements.get(floor.product, "none"),
            )  # fmt: skip
            for member in states(floor.member) if floor.member else (ANY,):
                if member != ANY or floor.usd_per_kg:  # a common floor of 0 is no floor
                    yield (floor.product, member), terms

    for (product, member), terms, start, end in _spans(schedules, said):
        level, basis, clause, in_transit, element = cast(
            tuple[Decimal, Basis, Clause, int, str], terms
        )
        name = product if member == ANY else f"{product}.{member}"
        market = _market(product, element, basis, start, known)
        yield Floor(
            product=product,
            version=f"{name}/{start}",
            valid_from=start,
            valid_to=end,
            floor_usd_per_kg=_placed(level, clause.path),
            basis=basis,
            incoterm="CIF",
            market_usd_per_kg=market[0] if market else None,
            in_transit_days=in_transit,
            clause=clause.article,
            import_country=member,
            source=clause.reference,
            market_source=market[1] if market else "",
        )


def _market(
    product: str, element: str, basis: Basis, start: date, known: tuple[MarketPrice, ...]
) -> tuple[Decimal, str] | None:
    """The latest price published before a version began, in its basis, and what states it."""
    usable = [price for price in known if price.product == product and price.day < start]
    if not usable:
        return None
    latest = max(usable, key=lambda price: price.day)
    value = latest.usd_per_kg
    if (latest.basis, basis) == ("compound", "element") and element in COMPOUND_PER_ELEMENT:
        value *= COMPOUND_PER_ELEMENT[element]
    elif (latest.basis, basis) == ("element", "compound") and element in ELEMENT_PER_COMPOUND:
        value *= ELEMENT_PER_COMPOUND[element]
    elif latest.basis != basis:
        return None  # no assay of the goods is known that would convert it
    where = f"{latest.market}, {latest.day}, {latest.quality}: {latest.source}"
    return value.quantize(FOUR_PLACES, ROUND_HALF_UP), where


def _duties(schedules: tuple[Schedule, ...]) -> Iterable[LawRow]:
    def said(schedule: Schedule) -> Iterable[tuple[tuple[str, ...], tuple[object, ...]]]:
        for duty in schedule.duties:
            for importer in states(duty.importer):
                for origin in states(duty.origin) if duty.origin != ANY else (ANY,):
                    key = duty.product, duty.kind, importer, origin
                    yield key, (duty.rate, duty.counts, duty.clause)

    for (product, kind, importer, origin), terms, start, end in _spans(schedules, said):
        rate, counts, clause = cast(tuple[Decimal, bool, Clause], terms)
        yield Duty(
            product=product,
            kind=kind,  # pyright: ignore[reportArgumentType]
            import_country=importer,
            origin_country=origin,
            rate=_placed(100 * rate, clause.path),
            unit="pct",
            valid_from=start,
            valid_to=end,
            counts=counts,
            clause=clause.article,
            source=clause.reference,
        )


def _placed(value: Decimal, path: str) -> Decimal:
    """The value itself. Raises BadInput on one that the tables could only carry rounded."""
    if value != value.quantize(FOUR_PLACES):
        raise BadInput(
            "more places than customs can carry", where=path, value=str(value),
            allowed="at most 4 places: USD per kg, per cent",
            remedy="state it in fewer places; a duty is never rounded in silence",
        )  # fmt: skip
    return value
