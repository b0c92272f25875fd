"""Derivative goods: what the covered products inside them come to at their floors, by content.

    content("ev.motor", law, day, "USA").floor_cents        # USD cents a motor

A motor's price is mostly not its magnet, so its floor cannot be held against its price. By content the
top-up is what the products inside would have cost more at their floors than at the market:

    top-up = sum of kg inside x (floor - market), at least 0 for each product

Nothing of the agreement levies this today. Figures: `tables/derivatives.csv`. A product without a floor
of its own is looked into in turn: a magnet in a motor is metal in a magnet.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, cast

from ..terms.errors import BadTable, Place, UnknownName
from .law import Law
from .law_rows import Floor
from .reckoning import cents

TABLE = Path(__file__).parent / "tables" / "derivatives.csv"
QUALITIES = ("published", "derived", "estimate", "assumed")


@dataclass(frozen=True, slots=True)
class Inside:
    """A covered product in a good. kg: of the product's basis, in one piece or one kg of the good."""

    hs6: str
    good: str
    name: str
    product: str
    kg: Decimal
    per: Literal["piece", "kg"]
    quality: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Priced:
    """A product inside a good, at its floor. Cents for one piece or kg of the good.

    kg            in one piece or kg of the good
    market_cents  None: no market price is published for it
    """

    product: str
    kg: Decimal
    floor: Floor
    floor_cents: int
    market_cents: int | None

    @property
    def top_up(self) -> int | None:
        """What it lacks to its floor, cents; None: its market price is not known."""
        return None if self.market_cents is None else max(0, self.floor_cents - self.market_cents)


@dataclass(frozen=True, slots=True)
class ContentPrice:
    """A good by content, for one piece or kg.

    parts      products inside that have a floor
    unpriced   products inside that have none, and nothing inside that does
    rows       the rows of the table that it rests on
    """

    good: str
    name: str
    per: Literal["piece", "kg"]
    parts: tuple[Priced, ...]
    unpriced: tuple[str, ...]
    rows: tuple[Inside, ...]

    @property
    def floor_cents(self) -> int:
        """The floor of all that is inside, cents for one piece or kg."""
        return sum(part.floor_cents for part in self.parts)

    @property
    def top_up_cents(self) -> int | None:
        """The top-up by content, cents for one piece or kg; None: a market price is missing."""
        found = 0
        for part in self.parts:
            if part.top_up is None:
                return None
            found += part.top_up
        return found

    @property
    def assumed(self) -> bool:
        """Whether any figure is assumed or an estimate."""
        return any(row.quality in ("assumed", "estimate") for row in self.rows)


def content(good: str, law: Law, day: date, member: str, table: Path = TABLE) -> ContentPrice:
    """The floors of what is inside a good that is entered in `member` on `day`.

    Raises UnknownName on a good that the table does not have.
    """
    known = derivatives(table)
    if good not in known:
        raise UnknownName("derivative good", good, known, where="derivatives")
    floors = {floor.product: floor for floor in law.floors_on(day, member)}
    masses: dict[str, Decimal] = {}
    unpriced: list[str] = []
    rows: list[Inside] = []

    def look_into(name: str, times: Decimal) -> None:
        for row in known[name]:
            rows.append(row)
            amount = times * row.kg
            if row.product in floors:
                masses[row.product] = masses.get(row.product, Decimal(0)) + amount
            elif row.product in known:
                look_into(row.product, amount)
            else:
                unpriced.append(row.product)

    look_into(good, Decimal(1))
    first = known[good][0]
    return ContentPrice(
        good=good,
        name=first.name,
        per=first.per,
        parts=tuple(
            _priced(product, amount, floors[product]) for product, amount in sorted(masses.items())
        ),
        unpriced=tuple(dict.fromkeys(unpriced)),
        rows=tuple(rows),
    )


def goods_of(hs_code: str, table: Path = TABLE) -> tuple[str, ...]:
    """The derivative goods that a code may be, in the order of the table; () for all others."""
    return tuple(good for good, rows in derivatives(table).items() if rows[0].hs6 == hs_code[:6])


@cache
def derivatives(table: Path = TABLE) -> dict[str, tuple[Inside, ...]]:
    """Every row, by good. Raises BadTable, with its line, on one that is none."""
    found: dict[str, tuple[Inside, ...]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            one = _row(row, table.name, line)
            found[one.good] = (*found.get(one.good, ()), one)
    return found


def _priced(product: str, amount: Decimal, floor: Floor) -> Priced:
    market = floor.market_usd_per_kg
    return Priced(
        product, amount, floor, cents(amount * floor.floor_usd_per_kg),
        None if market is None else cents(amount * market),
    )  # fmt: skip


def _row(row: dict[str, str], file: str, line: int) -> Inside:
    for column, allowed in (("per", ("piece", "kg")), ("quality", QUALITIES)):
        if row[column] not in allowed:
            raise BadTable(
                f"not a {column}", where=Place(file, line, column), value=row[column],
                allowed=", ".join(allowed),
            )  # fmt: skip
    if not row["source"]:
        raise BadTable("no source", where=Place(file, line, "source"), allowed="what states it")
    mass = row["kg"]
    if not mass.replace(".", "", 1).isdigit() or not Decimal(mass):
        raise BadTable(
            "not a mass", where=Place(file, line, "kg"), value=mass, allowed="kg above 0"
        )
    return Inside(
        hs6=row["hs6"], good=row["good"], name=row["name"], product=row["product"],
        kg=Decimal(mass), per=cast(Literal["piece", "kg"], row["per"]), quality=row["quality"],
        source=row["source"], note=row["note"],
    )  # fmt: skip
