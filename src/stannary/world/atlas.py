"""The nouns of a world: who mines, makes, uses and ships, in frozen records.

A `World` is what the tables of one folder say, after they have been read and checked. Quantities
are tonnes contained (t, on the product's basis) and real USD of the base year per tonne; every
record carries where its figure comes from.

Next: `annex`, the records that no market needs; `source`, which reads a folder into a World; `check`,
which refuses one that does not add up.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from .annex import Assay, Expected, Owner, Shifter, Stock, Target, Thing, ThingPrice
from .figure import QUALITIES, Figure, Quality

__all__ = [
    "QUALITIES", "Curve", "Figure", "Flow", "Freight", "Measure", "MeasureKind", "OriginRule",
    "PathPoint", "Plant", "Price", "Product", "Project", "Quality", "Recipe", "Region", "Segment",
    "World",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """A country or a group of countries. `iso3` may hold `*`: every country not named elsewhere.

    valuation  the base on which its ad valorem import duty is levied
    lat, lon   degrees; None: not given
    """

    region: str
    name: str
    iso3: frozenset[str]
    bloc_2026: Literal["member", "candidate", "outside"]
    valuation: Literal["FOB", "CIF"]
    lat: float | None
    lon: float | None
    figure: Figure


@dataclass(frozen=True, slots=True)
class Product:
    """One mineral at one stage. gross_per_contained: freight tonnes per tonne contained."""

    product: str
    name: str
    mineral: str
    stage: Literal["mine", "refine", "metal", "component", "scrap"]
    basis: str
    hs: tuple[str, ...]
    gross_per_contained: float
    figure: Figure


@dataclass(frozen=True, slots=True)
class Recipe:
    """Tonnes out (+) and in (-) of one tonne of activity, by product; `figures` by product."""

    recipe: str
    coefficients: dict[str, float]
    figures: dict[str, Figure]

    @property
    def outputs(self) -> dict[str, float]:
        """Tonnes made per tonne of activity, by product; all > 0."""
        return {g: c for g, c in self.coefficients.items() if c > 0}

    @property
    def inputs(self) -> dict[str, float]:
        """Tonnes used per tonne of activity, by product; all > 0."""
        return {g: -c for g, c in self.coefficients.items() if c < 0}


@dataclass(frozen=True, slots=True)
class Plant:
    """An asset: capacity and base activity in t of activity a year, costs in USD per t of activity.

    capacity       None: unlimited (textbook worlds)
    base_activity  None: not given (textbook worlds without a base)
    cost_spread    0: runs exactly where its margin covers its cost (textbook worlds)
    """

    plant: str
    name: str
    region: str
    recipe: str
    capacity: float | None
    base_activity: float | None
    cash_cost: float
    cost_spread: float
    evidence_cost: float | None
    status: Literal["operating", "idle"]
    operator: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Project:
    """A plant not yet built; capex in USD, wacc real, months before and after the decision."""

    project: str
    group: str
    name: str
    region: str
    recipe: str
    capacity: float
    cash_cost: float
    cost_spread: float
    capex: float
    permit_months: float
    build_months: float
    earliest_year: int
    wacc: float
    status: str
    operator: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Segment:
    """A use in a region: t/y in the base year, own-price elasticities (<= 0), path of growth."""

    segment: str
    region: str
    product: str
    end_use: str
    base_use: float
    elasticity_short: float
    elasticity_long: float
    path: str
    origin_rule: str
    audit_class: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class PathPoint:
    """Growth of a use: index in a year, base year = 1."""

    path: str
    year: int
    index: float
    figure: Figure


@dataclass(frozen=True, slots=True)
class OriginRule:
    """A region that a rule bars as an origin, from a day until before another."""

    rule: str
    region: str
    start: date
    end: date | None
    figure: Figure


@dataclass(frozen=True, slots=True)
class Flow:
    """Tonnes shipped in the base year; at home origin = destination."""

    product: str
    origin: str
    destination: str
    t: float
    figure: Figure


@dataclass(frozen=True, slots=True)
class Price:
    """Plant-gate price in the base year, before export tax, USD/t."""

    product: str
    region: str
    usd_per_t: float
    year: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Freight:
    """Cost of carriage: USD per gross tonne and a share of the gate price. `product` may be `*`."""

    product: str
    origin: str
    destination: str
    usd_per_t: float
    pct_of_value: float
    figure: Figure


MeasureKind = Literal[
    "import_duty",
    "extra_duty",
    "export_tax",
    "export_quota",
    "export_licence",
    "import_quota",
    "tariff_rate_quota",
    "ban",
    "public_purchase",
]


@dataclass(frozen=True, slots=True)
class Measure:
    """A border measure; product, origin, destination may be `*`, product also a `;`-list.

    value   an ad valorem rate or USD/t; t a year for a limit. Below 0: an export tax given back
    holder  who gets the rent of a limit: a region's id or an ISO3 code; "": the exporter of an
            export_quota or export_licence, the importer of an import_quota or tariff_rate_quota
    beyond  duty on tonnes beyond a tariff_rate_quota, USD/t; None for every other kind
    """

    measure: str
    kind: MeasureKind
    product: str
    origin: str
    destination: str
    value: float
    unit: Literal["ad_valorem", "usd_per_t", "t_per_year"]
    start: date
    end: date | None
    figure: Figure
    holder: str = ""
    beyond: float | None = None

    def products(self) -> tuple[str, ...]:
        """The product ids it names (`*` stays `*`)."""
        return tuple(self.product.split(";"))


@dataclass(frozen=True, slots=True)
class Curve:
    """A textbook supply or demand curve; the meaning of p1..p4 hangs on `form` (SCHEMA)."""

    region: str
    product: str
    side: Literal["supply", "demand"]
    form: Literal["linear", "isoelastic", "plant"]
    p1: float
    p2: float
    p3: float | None
    p4: float | None
    figure: Figure


@dataclass(frozen=True, slots=True)
class World:
    """One year of the world. Order of records is the order of the rows, and never matters.

    meta         key → value of meta.csv
    regions      by id, products by id, recipes by id (insertion order of the tables)
    substitution product → sigma (> 1, may be math.inf)
    files        table → the file it was read from: another folder's, where this world is over one
    """

    name: str
    folder: Path
    meta: dict[str, str]
    regions: dict[str, Region]
    products: dict[str, Product]
    recipes: dict[str, Recipe]
    plants: tuple[Plant, ...]
    segments: tuple[Segment, ...]
    flows: tuple[Flow, ...]
    prices: tuple[Price, ...]
    freight: tuple[Freight, ...]
    border: tuple[Measure, ...]
    substitution: dict[str, float]
    substitution_figures: dict[str, Figure]
    curves: tuple[Curve, ...] = ()
    projects: tuple[Project, ...] = ()
    paths: tuple[PathPoint, ...] = ()
    origin_rules: tuple[OriginRule, ...] = ()
    assays: tuple[Assay, ...] = ()
    things: tuple[Thing, ...] = ()
    thing_prices: tuple[ThingPrice, ...] = ()
    stocks: tuple[Stock, ...] = ()
    owners: tuple[Owner, ...] = ()
    targets: tuple[Target, ...] = ()
    shifters: tuple[Shifter, ...] = ()
    expected: tuple[Expected, ...] = ()
    expected_flows: tuple[Flow, ...] = ()
    warnings: tuple[str, ...] = ()
    files: dict[str, Path] = field(default_factory=dict[str, Path])

    @property
    def base_year(self) -> int:
        """The year of the flows, prices and dollars."""
        return int(self.meta["base_year"])

    def file(self, table: str) -> Path:
        """The CSV file that a table was, or would be, read from."""
        return self.files.get(table, self.folder / f"{table}.csv")

    def region_of(self, code: str) -> str | None:
        """The region of a country's ISO3 code; a region's own id is itself; None: nowhere."""
        if code in self.regions:
            return code
        rest = (r.region for r in self.regions.values() if "*" in r.iso3)
        named = (r.region for r in self.regions.values() if code in r.iso3)
        return next(named, next(rest, None))

    @classmethod
    def load(cls, name_or_folder: str | Path) -> "World":
        """The shipped world of that name, or the world that a folder of the same tables holds.

        Raises UnknownName (no shipped world, no folder) and BadTable (see `source`, `check`).
        """
        from .source import load

        return load(name_or_folder)
