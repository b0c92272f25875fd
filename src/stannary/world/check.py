"""Refuses a World that does not add up: what is made or used must be what is shipped.

`check` runs on every World that is loaded. A world with flows (a base year) must balance in every
region and product; a textbook world without flows is only held to the rules that still have a
meaning. The first fault found raises BadTable; what is odd but possible comes back as warnings.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NoReturn

from ..terms.dates import stands
from ..terms.errors import BadTable, Place
from .atlas import Flow, Measure, World

RELATIVE = 1e-9
"""Largest gap allowed in a balance, as a share of the world's supply of the product."""
ABSOLUTE = 1e-6
"""Largest gap allowed in a balance of a small product, t."""
SUM_TO_ONE = 1e-9

Tonnes = dict[tuple[str, str], float]
"""(product, region) → t in the base year."""


def check(world: World) -> tuple[str, ...]:
    """Warnings, sorted; raises BadTable where the world does not add up."""
    _one_carrier(world)
    _ids(world)
    _paths(world)
    _assays(world)
    _substitutes(world)
    _owned_once(world)
    _stocked(world)
    _aimed(world)
    if world.flows:
        _plants_run(world)
        _balances(world)
        _prices(world)
        _carried(world)
    return tuple(sorted(_warnings(world)))


def supply(world: World) -> Tonnes:
    """What plants made in the base year, t by (product, region); one entry for each output."""
    made: Tonnes = defaultdict(float)
    for plant in world.plants:
        for product, t in world.recipes[plant.recipe].outputs.items():
            made[product, plant.region] += t * (plant.base_activity or 0.0)
    return dict(made)


def use(world: World) -> Tonnes:
    """What plants and segments used in the base year, t by (product, region)."""
    used: Tonnes = defaultdict(float)
    for plant in world.plants:
        for product, t in world.recipes[plant.recipe].inputs.items():
            used[product, plant.region] += t * (plant.base_activity or 0.0)
    for segment in world.segments:
        used[segment.product, segment.region] += segment.base_use
    return dict(used)


def _file(world: World, table: str, line: int | None = None, key: str | None = None) -> Place:
    return Place(str(world.file(table)), line, key)


def _one_carrier(world: World) -> None:
    """Raises where a curve and plants or segments stand on one side of a region and product."""
    carried: dict[tuple[str, str, str], str] = {}
    for plant in world.plants:
        recipe = world.recipes[plant.recipe]
        for product in recipe.outputs:
            carried[plant.region, product, "supply"] = f"the plant {plant.plant}"
        for product in recipe.inputs:
            carried[plant.region, product, "demand"] = f"the plant {plant.plant}"
    for segment in world.segments:
        carried[segment.region, segment.product, "demand"] = f"the segment {segment.segment}"
    for curve in world.curves:
        other = carried.get((curve.region, curve.product, curve.side))
        if other is not None:
            raise BadTable(
                f"{curve.side} of {curve.product} in {curve.region} stands twice",
                where=_file(world, "curves", curve.figure.line),
                value=f"a curve, and {other}",
                allowed="a curve, or plants and segments, not both",
            )


def _ids(world: World) -> None:
    """Raises where a project has the id of a plant: it becomes a plant when it is built."""
    plants = {plant.plant for plant in world.plants}
    for project in world.projects:
        if project.project in plants:
            raise BadTable(
                "a project with the id of a plant",
                where=_file(world, "projects", project.figure.line, "plant"),
                value=project.project,
                allowed="an id that no plant has: a project becomes a plant when it is built",
            )


def _paths(world: World) -> None:
    """Raises where a path of growth does not start from 1 in the base year."""
    index: dict[str, dict[int, float]] = defaultdict(dict)
    for point in world.paths:
        index[point.path][point.year] = point.index
    for path, points in index.items():
        if points.get(world.base_year) != 1.0:
            line = min(p.figure.line for p in world.paths if p.path == path)
            raise BadTable(
                f"the path {path} is not 1 in the base year",
                where=_file(world, "paths", line, "index"),
                value=points.get(world.base_year, "no row"),
                allowed=f"a row {path}, {world.base_year}, 1",
            )


def _assays(world: World) -> None:
    """Raises where the elements of a concentrate do not sum to 1."""
    total: dict[str, float] = defaultdict(float)
    for assay in world.assays:
        total[assay.product] += assay.share
    for product, share in total.items():
        if abs(share - 1.0) > SUM_TO_ONE:
            line = min(a.figure.line for a in world.assays if a.product == product)
            raise BadTable(
                f"the assay of {product} does not sum to 1",
                where=_file(world, "assays", line, "share"),
                value=f"{share:.12g}",
                allowed="shares that sum to 1",
            )


def _substitutes(world: World) -> None:
    """Raises where a product has no elasticity of substitution."""
    for product in world.products.values():
        if product.product not in world.substitution:
            raise BadTable(
                f"no row for {product.product}",
                where=_file(world, "substitution"),
                allowed="one row for each product",
                remedy=f"add {product.product} with a sigma above 1, or inf",
            )


def _owned_once(world: World) -> None:
    """Raises where the owners of a plant or project hold more than all of it."""
    held: dict[str, float] = defaultdict(float)
    for owner in world.owners:
        held[owner.plant] += owner.share
        if held[owner.plant] > 1.0 + SUM_TO_ONE:
            raise BadTable(
                f"the owners of {owner.plant} hold more than all of it",
                where=_file(world, "owners", owner.figure.line, "share"),
                value=f"{held[owner.plant]:.12g}",
                allowed="shares that sum to at most 1; the rest is the plant's own region's",
            )


def _stocked(world: World) -> None:
    """Raises where a stock is for an end use that the product does not have."""
    uses = {(segment.product, segment.end_use) for segment in world.segments}
    for stock in world.stocks:
        if stock.end_use != "*" and (stock.product, stock.end_use) not in uses:
            raise BadTable(
                f"a stock of {stock.product} for a use that it does not have",
                where=_file(world, "stocks", stock.figure.line, "end_use"),
                value=stock.end_use,
                allowed=", ".join(sorted(e for p, e in uses if p == stock.product)) or "*",
            )


def _aimed(world: World) -> None:
    """Raises where targets contradict each other, or a price outside China holds China's tax."""
    one_price = {target.product for target in world.targets if target.market == "world"}
    for target in world.targets:
        if target.market != "world" and target.product in one_price:
            raise BadTable(
                f"one price of {target.product} for the world, and another {target.market}",
                where=_file(world, "targets", target.figure.line, "market"),
                value=target.market,
                allowed="world alone, or china_fob and outside_china",
            )
        if target.vat == "included" and target.market != "china_fob":
            raise BadTable(
                f"a price {target.market} with China's value-added tax inside",
                where=_file(world, "targets", target.figure.line, "vat"),
                value=target.vat,
                allowed="excluded; only china_fob may hold the tax",
            )


def _plants_run(world: World) -> None:
    """Raises where a plant's base year could not be the answer of a smooth merit order."""
    for plant in world.plants:
        where = _file(world, "plants", plant.figure.line)
        activity, capacity = plant.base_activity, plant.capacity
        if plant.status == "idle":
            if activity:
                raise BadTable(
                    f"the idle plant {plant.plant} runs",
                    where=where,
                    value=f"base_activity {activity:g} t/y",
                    allowed="0 or empty; or status operating",
                )
            continue
        if activity is None or capacity is None or not 0.0 < activity < capacity:
            raise BadTable(
                f"the plant {plant.plant} is not strictly between idle and full",
                where=where,
                value=f"base_activity {_or_none(activity)}, capacity {_or_none(capacity)}",
                allowed="0 < base_activity < capacity in a world with flows; or status idle",
            )
        if plant.cost_spread == 0.0:
            raise BadTable(
                f"the plant {plant.plant} has no cost spread",
                where=_file(world, "plants", plant.figure.line, "cost_spread"),
                value=0.0,
                allowed="a number above 0 in a world with flows",
            )


def _or_none(value: float | None) -> str:
    return "not given" if value is None else f"{value:g} t/y"


def _balances(world: World) -> None:
    """Raises where made is not shipped, or used is not received; curves are left out."""
    made, used = supply(world), use(world)
    shipped: Tonnes = defaultdict(float)
    received: Tonnes = defaultdict(float)
    world_supply: dict[str, float] = defaultdict(float)
    for flow in world.flows:
        shipped[flow.product, flow.origin] += flow.t
        received[flow.product, flow.destination] += flow.t
    for (product, _), t in made.items():
        world_supply[product] += t
    for side, verb, here, moved in (
        ("supply", "made in", made, shipped),
        ("use", "used in", used, received),
    ):
        curve_side = "supply" if side == "supply" else "demand"
        curved = {(c.product, c.region) for c in world.curves if c.side == curve_side}
        for key in sorted(here.keys() | moved.keys()):
            product, region = key
            allowed = max(RELATIVE * world_supply[product], ABSOLUTE)
            t, flows = here.get(key, 0.0), moved.get(key, 0.0)
            if key in curved or abs(t - flows) <= allowed:
                continue
            if key not in here:
                _nobody(world, side, product, region, flows)
            raise BadTable(
                f"{product} {verb} {region} is not what flows carry",
                where=_file(world, "flows"),
                value=f"{side} {t:.9g} t, flows {flows:.9g} t: flows are {flows - t:+.9g} t off",
                allowed=f"a gap of at most {allowed:.2g} t",
                remedy="change the flows, or the base activity or base use behind them",
            )


def _nobody(world: World, side: str, product: str, region: str, t: float) -> NoReturn:
    end = "from" if side == "supply" else "to"
    line = min(
        f.figure.line
        for f in world.flows
        if f.product == product and region == (f.origin if side == "supply" else f.destination)
    )
    raise BadTable(
        f"{product} flows {end} {region}, which has no {side} of it",
        where=_file(world, "flows", line),
        value=f"{side} 0 t, flows {t:.9g} t",
        allowed="flows only from a region with supply to a region with use",
    )


def _prices(world: World) -> None:
    """Raises where a region supplies a product but has no gate price for it."""
    priced = {(price.product, price.region) for price in world.prices}
    supplied = {key for key, t in supply(world).items() if t} | {
        (c.product, c.region) for c in world.curves if c.side == "supply"
    }
    for product, region in sorted(supplied - priced):
        raise BadTable(
            f"{region} supplies {product}, but has no price for it",
            where=_file(world, "prices"),
            value=f"{product} {region}",
            allowed="a price row for every region that supplies the product",
        )


def _carried(world: World) -> None:
    """Raises where a base flow crosses a border without a cost of carriage."""
    known = {(f.product, f.origin, f.destination) for f in world.freight}
    for flow in world.flows:
        arc = (flow.origin, flow.destination)
        if flow.t and arc[0] != arc[1] and not {(flow.product, *arc), ("*", *arc)} & known:
            raise BadTable(
                f"{flow.product} flows from {arc[0]} to {arc[1]}, but no freight is given",
                where=_file(world, "flows", flow.figure.line),
                value=f"{flow.t:g} t",
                allowed="a freight row for the arc, with this product or *",
            )


def _covers(measure: Measure, flow: Flow) -> bool:
    products = measure.products()
    return (
        (flow.product in products or "*" in products)
        and measure.origin in (flow.origin, "*")
        and measure.destination in (flow.destination, "*")
        and flow.origin != flow.destination
    )


def _warnings(world: World) -> Iterator[str]:
    """What is odd but possible: base flows above a limit that stood in the base year."""
    mid = date(world.base_year, 7, 1)
    for measure in world.border:
        if measure.unit != "t_per_year" or not stands(measure.start, measure.end, mid):
            continue
        if measure.kind == "tariff_rate_quota":  # more may come in: it pays the duty beyond
            continue
        t = sum(flow.t for flow in world.flows if _covers(measure, flow))
        if t > measure.value:
            yield (
                f"border.csv, line {measure.figure.line}: {measure.measure} allows"
                f" {measure.value:g} t a year, and the base year ships {t:g} t"
            )
