"""Files of lots, parents and plants, and tables of trade, as nouns; what cannot be read is set aside.

The columns are those of `customs.columns`; lots may also say their value, plants and trade where
their figures come from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TypeVar, cast

from ...terms.errors import StannaryError
from ...terms.names import country
from ...terms.units import ELEMENT_PER_COMPOUND
from ..columns import FACILITIES, LOTS, PARENTS, Column
from ..files import Aside, Row, Table, read
from .chain import Books, Facility, Lot, Parent
from .trade import Figure, Plant, Shipment

Noun = TypeVar("Noun")

LOTS_WITH_VALUE = (
    *LOTS,
    Column("value_usd", "number", 2, meaning="value of the lot, USD; for shares by value"),
)
QUALITIES = ("published", "derived", "estimate", "assumed")
_SOURCES = (
    Column("quality", allowed=QUALITIES, meaning="how good the figure is"),
    Column("source", meaning="who says so"),
    Column("note", meaning="what else to know"),
)
FACILITIES_WITH_SOURCE = (*FACILITIES, *_SOURCES)
TRADE = (
    Column("exporters", required=True, meaning="ISO3, | between those counted together"),
    Column("partner", required=True, meaning="ISO3 of who bought, or who sold an input"),
    Column("flow", required=True, allowed=("export", "input"),
           meaning="what was shipped, or ore and metal that was imported to make it"),
    Column("product", required=True, meaning="legal product"),
    Column("ore", required=True, meaning="legal product that mines give for it"),
    Column("element", required=True, meaning="what is counted"),
    Column("basis", required=True, allowed=("element", "compound"), meaning="what the mass weighs"),
    Column("first", "day", required=True, meaning="first day"),
    Column("last", "day", required=True, meaning="last day"),
    Column("mass_kg", "number", 3, required=True, meaning="kg of the basis"),
    Column("says", required=True, allowed=("exactly", "about", "at least"), meaning="of the mass"),
    *_SOURCES,
)  # fmt: skip
"""Trade between countries, a row a figure."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What the files hold, and the rows that could not be used."""

    books: Books
    aside: tuple[Aside, ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """What was shipped, who can make it, and the rows that could not be used."""

    shipments: tuple[Shipment, ...]
    plants: tuple[Plant, ...]
    aside: tuple[Aside, ...]


def read_papers(lots: Path, parents: Path | None, facilities: Path | None) -> Papers:
    """Lots, what they were made from, and plants. Raises BadTable on a file that is none."""
    found, aside = _all(read(lots, LOTS_WITH_VALUE), _lot)
    made_from: list[Parent] = []
    plants: list[Facility] = []
    if parents is not None:
        made_from, bad = _all(read(parents, PARENTS), _parent)
        aside += bad
    if facilities is not None:
        plants, bad = _all(read(facilities, FACILITIES), _facility)
        aside += bad
    books = Books(tuple(found), tuple(made_from), tuple(plants), str(lots))
    return Papers(books, tuple(aside))


def read_trade(trade: Path, facilities: Path) -> Trade:
    """A table of trade, and plants with their sources. Raises BadTable on a file that is none."""
    shipped, aside = _all(read(trade, TRADE), _shipment)
    plants, bad = _all(read(facilities, FACILITIES_WITH_SOURCE), _plant)
    return Trade(tuple(shipped), tuple(plants), (*aside, *bad))


def _all(table: Table, make: Callable[[Row], Noun]) -> tuple[list[Noun], list[Aside]]:
    found: list[Noun] = []
    aside = list(table.aside)
    for row, number in zip(table.rows, table.numbers, strict=True):
        wrong = _wrong(row)
        if wrong is None:
            found.append(make(row))
        else:
            reason, column, allowed = wrong
            said = f"{table.source}, row {number}: {column} is not {allowed}"
            met = str(row[column])
            aside.append(Aside(table.source, number, "", "", reason, column, met, allowed, said))
    return found, aside


def _wrong(row: Row) -> tuple[str, str, str] | None:
    """Reason, column and what is allowed, where a value cannot be."""
    for column, value in row.items():
        if value is None:
            continue
        if column in ("country", "beneficial_owner_country", "partner", "exporters"):
            for code in str(value).split("|"):
                try:
                    country(code, column)
                except StannaryError:
                    return "UNKNOWN_COUNTRY", column, "an ISO 3166 alpha-3 code"
        elif column in ("kg_contained", "capacity_kg_per_year", "mass_kg", "value_usd"):
            if cast(Decimal, value) < 0:
                return (
                    "NEGATIVE_MASS" if column != "value_usd" else "NEGATIVE_VALUE",
                    column,
                    "0 or more",
                )
        elif column in ("recycled_pct", "recovery_pct"):
            least = Decimal(0)
            if not least <= cast(Decimal, value) <= 100 or (column == "recovery_pct" and not value):
                return "PERCENT_OUT_OF_RANGE", column, "between 0 and 100"
        elif column == "element" and value not in ELEMENT_PER_COMPOUND:
            return "UNKNOWN_ELEMENT", column, ", ".join(sorted(ELEMENT_PER_COMPOUND))
    for first, last in (("valid_from", "valid_to"), ("first", "last")):
        if row.get(last) is not None and cast(date, row[last]) < cast(date, row[first]):
            return "DATE_IMPOSSIBLE", last, f"a day from {row[first]} on"
    return None


def _lot(row: Row) -> Lot:
    return Lot(
        str(row["lot_id"]), str(row["product"]), str(row["stage"]), _grams(row["kg_contained"]),
        str(row["facility_id"]), str(row["country"]), cast(date, row["date"]),
        str(row["certificate_id"]), cast("Decimal | None", row.get("recycled_pct")) or Decimal(0),
        cast("Decimal | None", row.get("value_usd")),
    )  # fmt: skip


def _parent(row: Row) -> Parent:
    return Parent(str(row["lot_id"]), str(row["parent_lot_id"]), _grams(row["kg_contained"]))


def _facility(row: Row) -> Facility:
    owner = row.get("beneficial_owner_country")
    return Facility(
        str(row["facility_id"]), str(row["operator_id"]), str(row["country"]), str(row["stage"]),
        str(row["product"]), _grams(row["capacity_kg_per_year"]), cast(Decimal, row["recovery_pct"]),
        cast(date, row["valid_from"]), cast("date | None", row.get("valid_to")),
        None if owner is None else str(owner),
    )  # fmt: skip


def _plant(row: Row) -> Plant:
    return Plant(_facility(row), _figure(row))


def _shipment(row: Row) -> Shipment:
    mass = cast(Decimal, row["mass_kg"])
    element = str(row["element"])
    factor = ELEMENT_PER_COMPOUND[element] if row["basis"] == "compound" else Decimal(1)
    return Shipment(
        tuple(str(row["exporters"]).split("|")), str(row["partner"]), row["flow"] == "input",
        str(row["product"]), str(row["ore"]), element, cast(date, row["first"]),
        cast(date, row["last"]), _grams(mass), _grams(mass * factor), str(row["says"]), _figure(row),
    )  # fmt: skip


def _figure(row: Row) -> Figure:
    return Figure(*(str(row.get(name) or "") for name in ("quality", "source", "note")))


def _grams(kg: object) -> int:
    return int((cast(Decimal, kg) * 1000).quantize(Decimal(1), ROUND_HALF_UP))
