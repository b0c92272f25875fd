"""The tables of a world, column by column: what a cell may hold, its unit, what it refers to.

The same declarations read a folder, refuse a bad cell, and say units on screens. A cell is read by
a small function that returns a value or raises `Refused`; `source` adds file, line and column.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ..terms.dates import day
from ..terms.errors import BadInput
from . import atlas

FILLED = object()
"""Meaning of an empty cell: not allowed."""


class Refused(Exception):
    """A cell that cannot be read: what is wrong, what is allowed, what to try."""

    def __init__(self, what: str, allowed: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.allowed, self.remedy = what, allowed, remedy


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    field   the record's field, where its name differs from the column's
    absent  whether the column may be missing; every cell is then `empty`
    empty   what an empty cell means; FILLED: it may not be empty
    refers  the table whose ids the cell must hold, or "countries"
    many    whether the cell is a `;`-list of such ids
    star    whether `*` may stand for every id
    unit    unit of the figure; "": not a figure
    rated   whether the row's quality speaks for this figure
    """

    name: str
    read: Callable[[str], Any]
    field: str = ""
    absent: bool = False
    empty: Any = FILLED
    refers: str = ""
    many: bool = False
    star: bool = False
    unit: str = ""
    rated: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file: its record, its key, its columns in front of `quality,source,note`."""

    name: str
    record: Any
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    figured: bool = True

    @property
    def file(self) -> str:
        """Name of the file in a world's folder."""
        return f"{self.name}.csv"

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Its own columns, then the three that say where the row comes from."""
        return self.columns + (FIGURE if self.figured else ())


def text(cell: str) -> str:
    """Any text."""
    return cell


def matching(pattern: str, allowed: str) -> Callable[[str], str]:
    """A reader of text that matches `pattern` from end to end."""
    fits = re.compile(pattern).fullmatch

    def read(cell: str) -> str:
        if not fits(cell):
            raise Refused("not an id", allowed)
        return cell

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of one word out of a fixed list."""

    def read(cell: str) -> str:
        if cell not in choices:
            raise Refused("not in the list", ", ".join(choices))
        return cell

    return read


def number(
    allowed: str = "a number", holds: Callable[[float], bool] = lambda _: True
) -> Callable[[str], float]:
    """A reader of finite numbers for which `holds` is true."""

    def read(cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            if "," in cell:
                raise Refused(
                    "a comma in a number",
                    allowed,
                    "write decimals with a point, 12.5; no thousands",
                ) from None
            raise Refused("not a number", allowed) from None
        # float() also takes 1_000, NaN and inf, none of which a table means.
        if "_" in cell or not math.isfinite(value):
            raise Refused("not a finite number", allowed)
        if not holds(value):
            raise Refused("a number outside its range", allowed)
        return value

    return read


def year(cell: str) -> int:
    """A year of four digits."""
    if not re.fullmatch("[12][0-9]{3}", cell):
        raise Refused("not a year", "four digits, 1000 to 2999")
    return int(cell)


def on_day(cell: str) -> date:
    """An ISO day."""
    try:
        return day(cell, "")
    except BadInput as error:
        raise Refused(error.what, error.allowed) from None


def sigma(cell: str) -> float:
    """An elasticity of substitution: above 1, or `inf`."""
    if cell == "inf":
        return math.inf
    return number("a number above 1, or inf (perfect substitutes)", lambda x: x > 1)(cell)


def codes(cell: str) -> tuple[str, ...]:
    """A `;`-list of six-digit HS codes."""
    found = tuple(cell.split(";"))
    for code in found:
        if not re.fullmatch("[0-9]{6}", code):
            raise Refused(f"{code!r} is not an HS code", "six digits, several joined by ;")
    return found


def names(cell: str) -> frozenset[str]:
    """A `;`-list as a set."""
    return frozenset(cell.split(";"))


IDENT = matching("[a-z0-9.-]+", "lower-case letters, digits, points and hyphens")
REGION = matching("[A-Z][A-Z0-9-]*", "upper-case letters, digits and hyphens, a letter first")
ANY = number()
AT_LEAST_0 = number("a number of at least 0", lambda x: x >= 0)
ABOVE_0 = number("a number above 0", lambda x: x > 0)
AT_MOST_0 = number("a number of at most 0", lambda x: x <= 0)
SHARE = number("a share between 0 and 1", lambda x: 0 <= x <= 1)

FIGURE = (
    Column("quality", one_of(*atlas.QUALITIES)),
    Column("source", text),
    Column("note", text, empty=""),
)


def to_region(name: str = "region", *, star: bool = False) -> Column:
    """A column that holds a region."""
    return Column(name, text, refers="regions", star=star)


def to_product(name: str = "product", *, star: bool = False, many: bool = False) -> Column:
    """A column that holds a product."""
    return Column(name, text, refers="products", star=star, many=many)


OPERATOR = Column("operator", text, absent=True, empty="")
OWNER = Column("owner", text, absent=True, empty="", refers="countries")
SPAN = (Column("from", on_day, "start"), Column("to", on_day, "end", True, None))
CASH_COST = Column("cash_cost", ANY, unit="USD/t of activity", rated=False)
COST_SPREAD = Column("cost_spread", AT_LEAST_0, unit="USD/t of activity", rated=False)

_TABLES = (
    Table("meta", None, ("key",), (Column("key", text), Column("value", text, empty="")), False),
    Table("regions", atlas.Region, ("region",), (
        Column("region", REGION),
        Column("name", text),
        Column("iso3", names, empty=frozenset(), refers="countries", many=True, star=True),
        Column("bloc_2026", one_of("member", "candidate", "outside")),
        Column("valuation", one_of("FOB", "CIF")),
        Column("lat", number("degrees, -90 to 90", lambda x: abs(x) <= 90), empty=None),
        Column("lon", number("degrees, -180 to 180", lambda x: abs(x) <= 180), empty=None),
    )),
    Table("products", atlas.Product, ("product",), (
        Column("product", IDENT),
        Column("name", text),
        Column("mineral", text),
        Column("stage", one_of("mine", "refine", "metal", "component", "scrap")),
        Column("basis", text),
        Column("hs", codes, empty=()),
        Column("gross_per_contained", ABOVE_0, unit="t/t"),
    )),
    Table("recipes", atlas.Recipe, ("recipe", "product"), (
        Column("recipe", IDENT),
        to_product(),
        Column("coefficient", number("a number, not 0", lambda x: x != 0), unit="t/t of activity"),
    )),
    Table("paths", atlas.PathPoint, ("path", "year"), (
        Column("path", IDENT),
        Column("year", year),
        Column("index", AT_LEAST_0, unit="base year = 1"),
    )),
    Table("origin_rules", atlas.OriginRule, ("rule", "region", "from"), (
        Column("rule", IDENT),
        to_region(),
        *SPAN,
    )),
    Table("plants", atlas.Plant, ("plant",), (
        Column("plant", IDENT),
        Column("name", text),
        to_region(),
        Column("recipe", text, refers="recipes"),
        Column("capacity", ABOVE_0, empty=None, unit="t/y of activity", rated=False),
        Column("base_activity", AT_LEAST_0, empty=None, unit="t/y of activity"),
        CASH_COST,
        COST_SPREAD,
        replace(CASH_COST, name="evidence_cost", absent=True, empty=None),
        Column("status", one_of("operating", "idle")),
        OPERATOR,
        OWNER,
    )),
    Table("projects", atlas.Project, ("plant",), (
        Column("plant", IDENT, "project"),
        Column("group", text, absent=True, empty=""),
        Column("name", text),
        to_region(),
        Column("recipe", text, refers="recipes"),
        Column("capacity", ABOVE_0, unit="t/y of activity"),
        CASH_COST,
        COST_SPREAD,
        Column("capex", AT_LEAST_0, unit="USD"),
        Column("permit_months", AT_LEAST_0, unit="months", rated=False),
        Column("build_months", AT_LEAST_0, unit="months", rated=False),
        Column("earliest_year", year),
        Column("wacc", SHARE, unit="a year, real", rated=False),
        Column("status", one_of(
            "concept", "study", "permitted", "financed", "construction", "ramp-up",
            "built after base",
        )),
        OPERATOR,
        OWNER,
    )),
    Table("segments", atlas.Segment, ("segment",), (
        Column("segment", IDENT),
        to_region(),
        to_product(),
        Column("end_use", text),
        Column("base_use", AT_LEAST_0, unit="t/y"),
        Column("elasticity_short", AT_MOST_0, unit="own-price elasticity", rated=False),
        Column("elasticity_long", AT_MOST_0, unit="own-price elasticity", rated=False),
        Column("path", text, refers="paths"),
        Column("origin_rule", text, absent=True, empty="", refers="origin_rules"),
        Column("audit_class", text, absent=True, empty=""),
    )),
    Table("flows", atlas.Flow, ("product", "origin", "destination"), (
        to_product(), to_region("origin"), to_region("destination"),
        Column("t", AT_LEAST_0, unit="t/y"),
    )),
    Table("prices", atlas.Price, ("product", "region"), (
        to_product(), to_region(),
        Column("usd_per_t", ABOVE_0, unit="USD/t at the plant gate"),
        Column("year", year),
    )),
    Table("freight", atlas.Freight, ("product", "origin", "destination"), (
        to_product(star=True), to_region("origin"), to_region("destination"),
        Column("usd_per_t", AT_LEAST_0, unit="USD/gross t"),
        Column("pct_of_value", SHARE, unit="of the gate price"),
    )),
    Table("border", atlas.Measure, ("measure",), (
        Column("measure", IDENT),
        Column("kind", one_of(
            "import_duty", "extra_duty", "export_tax", "export_quota", "import_quota", "ban",
            "public_purchase",
        )),
        to_product(star=True, many=True),
        to_region("origin", star=True),
        to_region("destination", star=True),
        Column("value", AT_LEAST_0, unit="see unit"),
        Column("unit", one_of("ad_valorem", "usd_per_t", "t_per_year")),
        *SPAN,
    )),
    Table("substitution", None, ("product",), (
        to_product(), Column("sigma", sigma, unit="elasticity of substitution"),
    )),
    Table("curves", atlas.Curve, ("region", "product", "side"), (
        to_region(), to_product(),
        Column("side", one_of("supply", "demand")),
        Column("form", one_of("linear", "isoelastic", "plant")),
        Column("p1", ANY, unit="see form"),
        Column("p2", ANY, unit="see form"),
        Column("p3", ANY, empty=None, unit="see form"),
        Column("p4", ANY, empty=None, unit="see form"),
    )),
    Table("assays", atlas.Assay, ("product", "element"), (
        to_product(), Column("element", IDENT), Column("share", SHARE, unit="t/t"),
    )),
    Table("things", atlas.Thing, ("thing", "product"), (
        Column("thing", IDENT), to_product(),
        Column("kg", AT_LEAST_0, unit="kg a thing"),
        Column("unit", text),
    )),
    Table("expected", atlas.Expected, ("region", "product"), (
        to_region(), to_product(),
        Column("price", ANY, empty=None, unit="USD/t"),
        Column("supply", AT_LEAST_0, empty=None, unit="t/y"),
        Column("demand", AT_LEAST_0, empty=None, unit="t/y"),
    )),
    Table("expected_flows", atlas.Flow, ("product", "origin", "destination"), (
        to_product(), to_region("origin"), to_region("destination"),
        Column("t", AT_LEAST_0, unit="t/y"),
    )),
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
"""Every table a world may hold, by name; one that others refer to comes before them."""

ALWAYS = ("meta", "regions", "products", "substitution")
WITHOUT_CURVES = ("recipes", "plants", "segments", "paths", "flows", "prices", "freight")
"""Tables that only a textbook world, one with curves, may lack."""
NEEDS: dict[str, tuple[str, ...]] = {
    "plants": ("recipes",),
    "projects": ("recipes",),
    "segments": ("paths", "flows", "prices"),
    "flows": ("prices",),
}
"""A table → the tables that must stand beside it."""

SCHEMAS = ("0.1",)
META = {
    "base_year": year,
    "currency": text,
    "schema": one_of(*SCHEMAS),
    "seed": text,
    "build": text,
}
META_REQUIRED = ("base_year", "currency", "schema")
