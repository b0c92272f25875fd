"""Small tables of the reference price: rates of the method, freight, costs, exchange rates.

Each row of the method is law: a value with its first day, unit, reference and whether it is assumed.
Next: `convert`, which brings every observation to the floor's terms.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar, cast

from ...terms.errors import BadTable, Place
from ..columns import BASES, INCOTERMS, Column
from ..files import Row, Table

METHOD = (
    Column("name", required=True, meaning="of the parameter"),
    Column("product", required=True, meaning="legal product, or * for any without a row"),
    Column("value", required=True, meaning="in its unit"),
    Column("unit", required=True),
    Column("valid_from", "day", required=True),
    Column("valid_to", "day"),
    Column("reference", required=True, meaning="what states it, or what it leans on"),
    Column("assumed", "flag", required=True, meaning="whether the reference states another number"),
    Column("doubt"),
)
"""Parameters of the method."""

FREIGHT = (
    Column("incoterm", required=True, allowed=INCOTERMS),
    Column("place", required=True, meaning="beginning of a UN/LOCODE; * for any; longest wins"),
    Column("add_pct", "number", 4, required=True, meaning="of the price: unrefunded tax"),
    Column("add_usd_per_kg", "number", 4, required=True, meaning="per kg of the goods"),
    Column("insurance_pct", "number", 4, required=True, meaning="of price and freight"),
    Column("valid_from", "day", required=True),
    Column("valid_to", "day"),
    Column("quality", required=True, allowed=("published", "derived", "estimate", "assumed")),
    Column("source", required=True),
    Column("note"),
)
"""What lies between a delivery term and the floor's."""

COSTS = (
    Column("product", required=True, meaning="legal product"),
    Column("plant", required=True),
    Column("country", required=True, meaning="ISO3 of its place"),
    Column("place", required=True, meaning="beginning of a UN/LOCODE that its goods leave from"),
    Column("operating", "number", 4, required=True, meaning="cash cost, currency per kg"),
    Column("capital_millions", "number", 4, meaning="to build it, millions of the currency"),
    Column("capacity_kg_per_year", "number", 3, required=True, meaning="kg of the basis a year"),
    Column("life_years", "integer", meaning="over which the capital is paid back"),
    Column("currency", required=True, meaning="ISO 4217"),
    Column("usd_per_unit", "number", 6, required=True, meaning="exchange rate of the cost's year"),
    Column("basis", required=True, allowed=BASES),
    Column("incoterm", required=True, allowed=INCOTERMS, meaning="term that the cost ends at"),
    Column("feed", meaning="product that it is made from, at that product's structural price"),
    Column("feed_kg", "number", 6, meaning="kg of feed in one kg"),
    Column("year", "integer", required=True, meaning="of the figures; they are not inflated"),
    Column("quality", required=True, allowed=("published", "derived", "estimate", "assumed")),
    Column("source", required=True),
    Column("note"),
)
"""Open costs of production."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One parameter of the method, with where it stands."""

    name: str
    product: str
    value: str
    unit: str
    valid_from: date
    valid_to: date | None
    reference: str
    assumed: bool
    doubt: str


@dataclass(frozen=True, slots=True)
class Method:
    """The parameters that hold for a product on a day. Shares are fractions, not per cent.

    window, long_window  days before the notice from which prices count
    min_groups           independent source groups that a market price needs
    min_volume           kg behind it
    thin                 a group below this share of the others' volume is no group of its own
    group_cap            most that one group may weigh
    outlier              a price beyond this multiple of the median, or under its inverse, is left out
    cost_share           share of the listed capacity whose cost the structural price covers
    capital_return       real return on capital, a year
    cost_excluded        countries whose costs are left out
    market_share         how much of a market above cost goes into the fair value
    step                 largest step of a floor, as a share of the one before
    incoterm             term that the floor is stated on
    rules                the rows that these were read from
    """

    window: int
    long_window: int
    min_groups: int
    min_volume: Fraction
    thin: Fraction
    group_cap: Fraction
    outlier: Fraction
    cost_share: Fraction
    capital_return: Fraction
    cost_excluded: frozenset[str]
    market_share: Fraction
    step: Fraction
    incoterm: str
    rules: tuple[Rule, ...]

    @property
    def step_pct(self) -> Decimal:
        """The largest step in per cent, as its row writes it."""
        return next(Decimal(rule.value) for rule in self.rules if rule.name == "step_limit_pct")


@dataclass(frozen=True, slots=True)
class Freight:
    """What lies between one delivery term at one place and the floor's."""

    incoterm: str
    place: str
    add: Fraction
    usd_per_kg: Fraction
    insurance: Fraction
    valid_from: date
    valid_to: date | None
    quality: str
    source: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What one plant spends on a kilogram. Money in its currency; `usd` is USD per unit of it."""

    product: str
    plant: str
    country: str
    place: str
    operating: Fraction
    capital: Fraction
    capacity: Fraction
    life: int | None
    usd: Fraction
    basis: str
    incoterm: str
    feed: str | None
    feed_kg: Fraction
    year: int
    quality: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Rate:
    """USD for one unit of a currency, first and last day included."""

    currency: str
    valid_from: date
    valid_to: date
    usd: Fraction


Dated = TypeVar("Dated", Freight, Rate)


def fraction(row: Row, name: str) -> Fraction:
    """A number of a row, exactly; 0 where the cell is empty."""
    return Fraction(cast(Decimal | int | None, row[name]) or 0)


def text(row: Row, name: str) -> str:
    """A text of a row; empty where the cell is."""
    return cast(str | None, row[name]) or ""


def within(start: date, end: date | None, day: date) -> bool:
    """Whether a span that includes both its days covers `day`; None: open."""
    return start <= day and (end is None or day <= end)


def method(table: Table, product: str, day: date) -> Method:
    """The method for a product on a day.

    Raises BadTable on a parameter that has no row, two rows, or a value it cannot have.
    """
    whole(table)
    rules = _standing(table, product, day)

    def ask(name: str) -> Rule:
        if name not in rules:
            raise BadTable(
                "the method lacks a parameter", where=Place(table.source, key=name), value=str(day),
                allowed="one row that stands that day",
            )  # fmt: skip
        return rules[name]

    def number(name: str) -> Fraction:
        rule = ask(name)
        try:
            value = Fraction(Decimal(rule.value))
        except (ArithmeticError, ValueError, OverflowError):
            value = Fraction(-1)
        if value < 0:
            raise BadTable(
                "not a number of the method", where=Place(table.source, key=name),
                value=rule.value, allowed="a number, 0 or more",
            )  # fmt: skip
        return value

    found = Method(
        window=int(number("window_days")),
        long_window=int(number("long_window_days")),
        min_groups=int(number("min_groups")),
        min_volume=number("min_volume_kg"),
        thin=number("thin_source_pct") / 100,
        group_cap=number("group_cap_pct") / 100,
        outlier=number("outlier_factor"),
        cost_share=number("cost_share_pct") / 100,
        capital_return=number("capital_return_pct") / 100,
        cost_excluded=frozenset(ask("excluded_cost_country").value.split()),
        market_share=number("market_share_pct") / 100,
        step=number("step_limit_pct") / 100,
        incoterm=ask("incoterm").value,
        rules=tuple(rules[name] for name in sorted(rules)),
    )
    cap = found.group_cap
    for sound, name, allowed in (
        (found.window <= found.long_window, "long_window_days", "window_days or more"),
        (found.min_groups >= 1, "min_groups", "1 or more"),
        # Half or more and one group decides the median; too little and the weights cannot fill up.
        (2 * cap < 1 <= cap * found.min_groups, "group_cap_pct", "100 / min_groups to below 50"),
        (found.outlier >= 1, "outlier_factor", "1 or more"),
        (0 < found.cost_share <= 1, "cost_share_pct", "above 0, at most 100"),
        (found.market_share <= 1, "market_share_pct", "0 to 100"),
        (found.incoterm == "CIF", "incoterm", "CIF: freight is given to that term only"),
    ):
        if not sound:
            raise BadTable(
                "not a method", where=Place(table.source, key=name),
                value=ask(name).value, allowed=allowed,
            )  # fmt: skip
    return found


def _standing(table: Table, product: str, day: date) -> dict[str, Rule]:
    """The rows that stand that day, by name; a product's own before the common one."""
    found: dict[str, Rule] = {}
    for row in table.rows:
        rule = Rule(
            name=text(row, "name"), product=text(row, "product"), value=text(row, "value"),
            unit=text(row, "unit"), valid_from=cast(date, row["valid_from"]),
            valid_to=cast(date | None, row["valid_to"]), reference=text(row, "reference"),
            assumed=bool(row["assumed"]), doubt=text(row, "doubt"),
        )  # fmt: skip
        if rule.product not in ("*", product) or not within(rule.valid_from, rule.valid_to, day):
            continue
        other = found.get(rule.name)
        if other is not None and other.product == rule.product:
            raise _twice(table, rule.name, day)
        if other is None or rule.product != "*":
            found[rule.name] = rule
    return found


def freight(table: Table) -> tuple[Freight, ...]:
    """Every row between delivery terms. Raises BadTable on a row that cannot be read."""
    whole(table)
    rows = tuple(
        Freight(
            incoterm=text(row, "incoterm"), place=text(row, "place"),
            add=fraction(row, "add_pct") / 100, usd_per_kg=fraction(row, "add_usd_per_kg"),
            insurance=fraction(row, "insurance_pct") / 100,
            valid_from=cast(date, row["valid_from"]), valid_to=cast(date | None, row["valid_to"]),
            quality=text(row, "quality"), source=text(row, "source"),
        )
        for row in table.rows
    )  # fmt: skip
    _once(table, rows, lambda r: f"{r.incoterm} {r.place}", lambda r: (r.valid_from, r.valid_to))
    return rows


def rates(table: Table) -> Mapping[str, tuple[Rate, ...]]:
    """Exchange rates by currency. Raises BadTable where two stand on one day, or one is not above 0."""
    whole(table)
    rows = tuple(
        Rate(
            text(row, "currency"), cast(date, row["valid_from"]), cast(date, row["valid_to"]),
            fraction(row, "usd_per_unit"),
        )
        for row in table.rows
    )  # fmt: skip
    for row in rows:
        if row.usd <= 0:
            raise BadTable(
                "not an exchange rate", where=Place(table.source, key=row.currency),
                value=str(row.usd), allowed="above 0",
            )  # fmt: skip
    _once(table, rows, lambda r: r.currency, lambda r: (r.valid_from, r.valid_to))
    return {
        c: tuple(r for r in rows if r.currency == c) for c in sorted({r.currency for r in rows})
    }


def costs(table: Table) -> tuple[Cost, ...]:
    """Every plant. Raises BadTable on a row that cannot be read, or says half of a thing."""
    whole(table)
    found: list[Cost] = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        where = Place(table.source, number + 1)
        cost = Cost(
            product=text(row, "product"), plant=text(row, "plant"), country=text(row, "country"),
            place=text(row, "place"), operating=fraction(row, "operating"),
            capital=fraction(row, "capital_millions") * 10**6,
            capacity=fraction(row, "capacity_kg_per_year"), life=cast(int | None, row["life_years"]),
            usd=fraction(row, "usd_per_unit"), basis=text(row, "basis"),
            incoterm=text(row, "incoterm"), feed=text(row, "feed") or None,
            feed_kg=fraction(row, "feed_kg"), year=cast(int, row["year"]),
            quality=text(row, "quality"), source=text(row, "source"), note=text(row, "note"),
        )  # fmt: skip
        for sound, column, allowed in (
            (cost.operating >= 0, "operating", "0 or more"),
            (cost.capacity > 0, "capacity_kg_per_year", "above 0"),
            (cost.usd > 0, "usd_per_unit", "above 0"),
            (cost.capital == 0 or (cost.life or 0) > 0, "life_years", "above 0 where capital is"),
            (
                (cost.feed is None) == (cost.feed_kg == 0),
                "feed_kg",
                "above 0 exactly where feed is",
            ),
        ):
            if not sound:
                raise BadTable(
                    "not a cost", where=where, value=f"{column} {row[column]}", allowed=allowed
                )
        found.append(cost)
    return tuple(found)


def whole(table: Table) -> None:
    """Law and costs have no bad rows: the first one is refused. Raises BadTable."""
    if table.aside:
        bad = table.aside[0]
        raise BadTable(
            bad.message, where=Place(bad.source, bad.row_number + 1, bad.column),
            value=bad.value_met, allowed=bad.allowed,
        )  # fmt: skip


def _once(
    table: Table,
    rows: Iterable[Dated],
    key: Callable[[Dated], str],
    span: Callable[[Dated], tuple[date, date | None]],
) -> None:
    """Refuse two rows of one key that stand on the same day."""
    latest: dict[str, date | None] = {}
    for row in sorted(rows, key=lambda r: (key(r), span(r)[0])):
        start, end = span(row)
        if key(row) in latest:
            last = latest[key(row)]
            if last is None or start <= last:
                raise _twice(table, key(row), start)
        latest[key(row)] = end


def _twice(table: Table, key: str, day: date) -> BadTable:
    return BadTable(
        "two rows stand on one day", where=Place(table.source, key=key), value=str(day),
        allowed="one row", remedy="end the older one with valid_to on the day before",
    )  # fmt: skip
