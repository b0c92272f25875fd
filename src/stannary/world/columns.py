"""The tables of a world, column by column: what a cell may hold, its unit, what it refers to.

The same declarations read a folder, refuse a bad cell, and say units on screens. Next: `rows`, which
reads a file by them.
"""

from dataclasses import replace

from . import annex, atlas
from .cells import (
    ABOVE_0,
    ANY,
    AT_LEAST_0,
    AT_MOST_0,
    IDENT,
    REGION,
    SHARE,
    Column,
    Table,
    codes,
    names,
    number,
    on_day,
    one_of,
    sigma,
    text,
    year,
)


def to_region(name: str = "region", *, star: bool = False) -> Column:
    """A column that holds a region."""
    return Column(name, text, refers="regions", star=star)


def to_product(name: str = "product", *, star: bool = False, many: bool = False) -> Column:
    """A column that holds a product."""
    return Column(name, text, refers="products", star=star, many=many)


OPERATOR = Column("operator", text, absent=True, empty="")
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
            "import_duty", "extra_duty", "export_tax", "export_quota", "export_licence",
            "import_quota", "tariff_rate_quota", "ban", "public_purchase",
        )),
        to_product(star=True, many=True),
        to_region("origin", star=True),
        to_region("destination", star=True),
        Column("value", ANY, unit="see unit"),
        Column("unit", one_of("ad_valorem", "usd_per_t", "t_per_year")),
        *SPAN,
        Column("holder", text, absent=True, empty="", refers="holders"),
        Column("beyond", AT_LEAST_0, absent=True, empty=None, unit="USD/t beyond the limit"),
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
    Table("assays", annex.Assay, ("product", "element"), (
        to_product(), Column("element", IDENT), Column("share", SHARE, unit="t/t"),
    )),
    Table("things", annex.Thing, ("thing", "product"), (
        Column("thing", IDENT), to_product(),
        Column("kg", AT_LEAST_0, unit="kg a thing"),
        Column("unit", text),
    )),
    Table("thing_prices", annex.ThingPrice, ("thing",), (
        Column("thing", text, refers="things"),
        Column("name", text),
        Column("unit", text),
        Column("price_usd", ABOVE_0, unit="USD a thing"),
        Column("year", year),
    )),
    Table("stocks", annex.Stock, ("region", "product", "holder", "end_use"), (
        to_region(star=True), to_product(),
        Column("holder", one_of("public", "commercial")),
        Column("end_use", text, refers="end uses", star=True),
        Column("days", AT_LEAST_0, unit="days of base-year use"),
    )),
    Table("owners", annex.Owner, ("plant", "owner"), (
        Column("plant", text, refers="assets"),
        Column("owner", text, refers="countries"),
        Column("share", SHARE, unit="of the plant"),
    )),
    Table("targets", annex.Target, ("product", "market"), (
        to_product(),
        Column("market", one_of("outside_china", "china_fob", "world")),
        Column("usd_per_t", ABOVE_0, unit="USD/t contained"),
        Column("date", on_day, "day"),
        Column("vat", one_of("included", "excluded")),
    )),
    Table("shifters", annex.Shifter, ("kind", "product", "region"), (
        Column("kind", one_of("demand", "cost", "export_cost")),
        to_product(), to_region(star=True),
        Column("value", AT_LEAST_0, unit="see unit"),
    )),
    Table("expected", annex.Expected, ("region", "product"), (
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

SCHEMAS = ("0.1", "0.2")
META = {
    "base_year": year,
    "currency": text,
    "schema": one_of(*SCHEMAS),
    "seed": text,
    "build": text,
    "over": text,
}
META_REQUIRED = ("base_year", "currency", "schema")
