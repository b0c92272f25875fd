"""Rows of the law tables, one frozen record a row, and the columns that go beyond the contract.

A folder needs none of the columns of `MORE`: without them a row holds for all members and all time, as
the contract says. The shipped agreement uses them. Next: `law`, which reads and holds the rows.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ..terms.units import Basis
from .columns import LAW, Column

ANY = "*"
"""Any country, any product."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as written; `Law.rules` has their meaning.

    valid_from, valid_to  both inclusive; None: from the agreement's first day, and open
    """

    name: str
    value: str
    valid_from: date | None = None
    valid_to: date | None = None
    clause: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A state inside, how it values goods and which day's exchange rate it takes.

    valid_from, valid_to  both inclusive; None: from the agreement's first day, and open
    """

    country: str
    valuation: Literal["FOB", "CIF"]
    fx_date: Literal["entry", "export"]
    valid_from: date | None = None
    valid_to: date | None = None
    clause: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is covered: assay_from <= assay < assay_to per cent of the basis, 100 included.

    hs                    6, 8 or 10 digits that the code must begin with; empty: the six of `hs6`
    valid_from, valid_to  both inclusive; None: always
    """

    hs6: str
    element: str
    assay_basis: Literal["element", "compound"]
    assay_from: Decimal
    assay_to: Decimal
    product: str
    hs: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    clause: str = ""
    source: str = ""

    @property
    def prefix(self) -> str:
        """What a code must begin with."""
        return self.hs or self.hs6


@dataclass(frozen=True, slots=True)
class Floor:
    """One version of a floor, USD per kg of the basis; both days inclusive, None: open.

    market_usd_per_kg  published outside price, same basis; None: no security can be asked
    in_transit_days    goods exported before the version began and entered fewer days after it have
                       the version of the day of export
    import_country     `*`, or the one member at whose border it stands in place of the common one
    market_source      of the market price
    """

    product: str
    version: str
    valid_from: date
    floor_usd_per_kg: Decimal
    basis: Basis
    valid_to: date | None = None
    incoterm: str = ""
    market_usd_per_kg: Decimal | None = None
    in_transit_days: int = 0
    clause: str = ""
    import_country: str = ANY
    source: str = ""
    market_source: str = ""

    @property
    def exempts(self) -> bool:
        """Whether it says that this one member has no floor, whatever the others have."""
        return self.import_country != ANY and not self.floor_usd_per_kg


@dataclass(frozen=True, slots=True)
class Duty:
    """A statutory duty; `*` is any, the most exact row wins, origin first, then importer.

    rate    per cent of the customs value (`pct`), or USD per kg of the element
    counts  towards the floor
    """

    product: str
    kind: Literal["base", "extra"]
    import_country: str
    origin_country: str
    rate: Decimal
    unit: Literal["pct", "usd_per_kg_element"]
    valid_from: date
    valid_to: date | None = None
    counts: bool = True
    clause: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """Table F: kg of element in a kg of compound, and kg of compound that holds a kg of element."""

    element: str
    compound: str
    compound_to_element: Decimal
    element_to_compound: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """An official exchange rate, USD for one unit; both days inclusive."""

    currency: str
    valid_from: date
    valid_to: date
    usd_per_unit: Decimal
    source: str = ""


LawRow = Parameter | Member | Coverage | Floor | Duty | Factor | Rate

_SPAN = (
    Column("valid_from", "day", meaning="first day; empty: the agreement's"),
    Column("valid_to", "day", meaning="last day; empty: open"),
)
_CITED = (
    Column("clause", meaning="where it stands in the law"),
    Column("source", meaning="what states it"),
)
MORE: dict[str, tuple[Column, ...]] = {
    "parameters": (*_SPAN, *_CITED),
    "members": (*_SPAN, *_CITED),
    "coverage": (Column("hs", meaning="a longer code: 8 or 10 digits"), *_SPAN, *_CITED),
    "floors": (
        Column("import_country", meaning="ISO3 of the one member it is for; empty: all"),
        Column("source", meaning="what states the floor"),
        Column("market_source", meaning="what states the market price"),
    ),
    "duties": _CITED,
}
"""Columns that a law table may have besides those of the contract."""

COLUMNS: dict[str, tuple[Column, ...]] = {
    name: (*columns, *MORE.get(name, ())) for name, columns in LAW.items()
}
"""Every column of every law table."""

ROWS: dict[str, type[LawRow]] = {
    "parameters": Parameter,
    "members": Member,
    "coverage": Coverage,
    "floors": Floor,
    "duties": Duty,
    "factors": Factor,
    "fx": Rate,
}
"""The record of each table."""
