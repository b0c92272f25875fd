"""A user's file beside a world: production by region, trade by product, and the gap between them.

The files are read by `loaders`; nothing here changes a world. A gap is no error of either: the bases
differ (assays, Harmonized System baskets, undocumented ore), and a world has been balanced.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ..terms.errors import BadTable, Place
from .atlas import World
from .check import supply
from .loaders.baci import Trade
from .loaders.usgs import TONNES, Production

COMMODITIES = {
    "rare_earths": ("Rare Earths", "Mine production"),
    "gallium": ("Gallium", "Primary production"),
    "antimony": ("Antimony", "Mine production"),
    "tungsten": ("Tungsten", "Mine production"),
    "graphite": ("Graphite (Natural)", "Mine production"),
    "lithium": ("Lithium", "Mine production"),
    "cobalt": ("Cobalt", "Mine production"),
    "nickel": ("Nickel", "Mine production"),
}
"""A mineral of the world → commodity and statistic of the USGS; germanium has no such table."""
FIRST_STAGE = {"gallium": "refine"}
"""Minerals whose first product is no ore: gallium comes out of alumina."""


@dataclass(frozen=True, slots=True)
class Made:
    """Production of one mineral in one place, t a year.

    region    a region's id; None: a place that the world does not name ("Other countries")
    place     what the file calls it, where the region is None; else ""
    file      tonnes in the file; a lower end where `withheld`
    withheld  whether a figure of the region is withheld or not available
    here      tonnes in the world
    """

    region: str | None
    place: str
    file: float
    withheld: bool
    here: float


@dataclass(frozen=True, slots=True)
class Mined:
    """One mineral in the file beside the world, largest places first.

    products  the world's products that stand beside the commodity
    year      of the file's figures: the world's base year, or the latest where it has none of it
    printed   the total that the file prints, rounded by its makers; None: none
    """

    mineral: str
    commodity: str
    products: tuple[str, ...]
    year: int
    places: tuple[Made, ...]
    printed: float | None


@dataclass(frozen=True, slots=True)
class Lane:
    """Gross tonnes from one region to another."""

    origin: str
    destination: str
    file: float
    here: float


@dataclass(frozen=True, slots=True)
class Traded:
    """Trade between regions under a product's HS codes beside the product's flows, gross t.

    shared    other products under one of its codes: the basket is wider than the product
    unweighed USD of rows without a weight, which are in no lane
    lanes     largest first, by the file
    """

    product: str
    hs: tuple[str, ...]
    shared: tuple[str, ...]
    year: int
    unweighed: float
    lanes: tuple[Lane, ...]

    @property
    def file(self) -> float:
        """All lanes in the file, gross t."""
        return sum(lane.file for lane in self.lanes)

    @property
    def here(self) -> float:
        """All lanes in the world, gross t."""
        return sum(lane.here for lane in self.lanes)


def production_beside(
    world: World, rows: Iterable[Production], file: str = ""
) -> tuple[Mined, ...]:
    """The world's mined minerals beside the file's; those that the file has not are left out.

    file  its name, for refusals. Raises BadTable for a unit that is no weight.
    """
    kept = tuple(rows)
    found: list[Mined] = []
    for mineral, (commodity, statistic) in COMMODITIES.items():
        stage = FIRST_STAGE.get(mineral, "mine")
        products = tuple(
            p.product
            for p in world.products.values()
            if p.mineral == mineral and p.stage == stage and _from_ground(world, p.product)
        )
        of = [r for r in kept if r.commodity == commodity and r.statistic.startswith(statistic)]
        years = {r.year for r in of}
        if not products or not years:
            continue
        year = world.base_year if world.base_year in years else max(years)
        found.append(_mined(world, mineral, products, [r for r in of if r.year == year], file))
    return tuple(found)


def _from_ground(world: World, product: str) -> bool:
    """Whether a recipe makes the product out of nothing that the world holds."""
    return any(product in recipe.outputs and not recipe.inputs for recipe in world.recipes.values())


def _mined(
    world: World, mineral: str, products: tuple[str, ...], rows: list[Production], file: str
) -> Mined:
    made = supply(world)
    here: dict[str, float] = defaultdict(float)
    for (product, region), t in made.items():
        if product in products:
            here[region] += t
    there: dict[tuple[str | None, str], float] = defaultdict(float)
    withheld: set[tuple[str | None, str]] = set()
    printed = None
    for row in rows:
        if row.value is not None and row.unit not in TONNES:
            raise BadTable(
                f"{row.commodity} in a unit that is no weight",
                where=Place(file, row.line), value=row.unit, allowed=", ".join(TONNES),
            )  # fmt: skip
        if row.country.startswith("World total"):
            printed = row.tonnes
            continue
        region = world.region_of(row.region) if row.region is not None else None
        key = (region, "" if region is not None else row.country)
        there[key] += row.tonnes or 0.0
        if row.value is None:
            withheld.add(key)
    keys = there.keys() | {(region, "") for region, t in here.items() if t}
    places = [
        Made(region, place, there.get((region, place), 0.0), (region, place) in withheld,
             here[region] if region is not None else 0.0)
        for region, place in keys
    ]  # fmt: skip
    places = [p for p in places if p.file or p.here or p.withheld]
    places.sort(key=lambda p: (p.region is None, -max(p.file, p.here), p.region or p.place))
    return Mined(
        mineral, rows[0].commodity, products, rows[0].year, tuple(places), printed,
    )  # fmt: skip


def codes(world: World) -> frozenset[str]:
    """Every HS code of the world's products."""
    return frozenset(code for product in world.products.values() for code in product.hs)


def trade_beside(world: World, rows: Iterable[Trade]) -> tuple[Traded, ...]:
    """Each product's flows between regions beside the file's trade under its HS codes.

    Tonnes of the world are made gross by its own factor. Trade inside a region is left out on both
    sides; so are areas of no country, and rows of other years where the file has several.
    """
    kept = [row for row in rows if row.exporter and row.importer]
    years = {row.year for row in kept}
    if not years:
        return ()
    year = world.base_year if world.base_year in years else max(years)
    by_code: dict[str, list[tuple[str, str, Trade]]] = defaultdict(list)
    for row in kept:
        if row.year == year and row.exporter and row.importer:
            lane = world.region_of(row.exporter), world.region_of(row.importer)
            if lane[0] is not None and lane[1] is not None and lane[0] != lane[1]:
                by_code[row.hs].append((lane[0], lane[1], row))
    return tuple(
        _traded(world, product, year, by_code) for product, p in world.products.items() if p.hs
    )


def _traded(
    world: World, product: str, year: int, by_code: dict[str, list[tuple[str, str, Trade]]]
) -> Traded:
    hs = world.products[product].hs
    gross = world.products[product].gross_per_contained
    there: dict[tuple[str, str], float] = defaultdict(float)
    here: dict[tuple[str, str], float] = defaultdict(float)
    unweighed = 0.0
    for code in hs:
        for origin, destination, row in by_code.get(code, ()):
            if row.t is None:
                unweighed += row.usd
            else:
                there[origin, destination] += row.t
    for flow in world.flows:
        if flow.product == product and flow.origin != flow.destination and flow.t:
            here[flow.origin, flow.destination] += flow.t * gross
    lanes = [Lane(*key, there.get(key, 0.0), here.get(key, 0.0)) for key in there.keys() | here]
    lanes.sort(key=lambda lane: (-lane.file, -lane.here, lane.origin, lane.destination))
    shared = tuple(
        other
        for other, p in world.products.items()
        if other != product and not set(hs).isdisjoint(p.hs)
    )
    return Traded(product, hs, shared, year, unweighed, tuple(lanes))
