"""Things: what a law adds to a motor, a turbine or a phone, by what is in one of them.

    added(without, with_bloc)         at the average prices that buyers in the zone pay
    added(without, with_bloc, "JPN")  at those of one region

Kilograms of a product in one thing times the change of its price: nothing is substituted, and makers
pass on what they pay, no more.

Next: `view`, which asks this for one group of buyers; `outcome`, whose prices these are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..terms.units import KG_PER_TONNE
from ..world.atlas import World
from .outcome import Outcome
from .views import buyers

MADE_BY: Mapping[str, tuple[str, ...]] = {
    "appliances": ("air.conditioner", "elevator"),
    "auto": ("petrol.car", "hybrid.car"),
    "carbide": ("carbide.insert", "endmill.12"),
    "defence": ("fighter.f35", "destroyer.ddg51", "submarine.ssn774"),
    "defence.other": ("ammo.1000",),
    "electronics": ("smartphone", "laptop", "hdd.desktop"),
    "ev": ("ev.motor", "ev.car"),
    "fibre.optics": ("fibre.1000km",),
    "flame.retardant": ("frplastic.1t",),
    "industry": ("robot.industrial", "robot.humanoid"),
    "infrared.defence": ("thermal.sight", "tank.thermal"),
    "lead.alloy.battery": ("lead.battery",),
    "mill.products": ("penetrator.120",),
    "pv.glass": ("pv.1kw",),
    "semiconductor.led.pv": ("gaas.wafer", "gan.datacentre.1mw"),
    "storage": ("battery.lfp.60", "battery.nmc811.60"),
    "wind": ("wind.dd.offshore.1mw", "wind.dd.onshore.1mw", "wind.ms.1mw", "wind.hs.1mw"),
}
"""Things that each end use makes. No table joins the two: which names go together is ours."""


@dataclass(frozen=True, slots=True)
class ThingCost:
    """What the minerals in one thing cost more, with less without the bloc.

    thing, name, unit  as in the world's tables; name is the id where no table gives another
    usd                USD on one of them
    share_of_price     part of what one costs its buyer; None: the world gives no price
    """

    thing: str
    name: str
    unit: str
    usd: float
    share_of_price: float | None


def added(without: Outcome, with_bloc: Outcome, region: str | None = None) -> tuple[ThingCost, ...]:
    """What the law adds to each thing, in the order of the world's table.

    region  whose buyers' prices count; None: those of all the zone's, on average by what they use

    A thing holding a product that nobody there buys is left out: there is no price of it. Empty
    without a zone. Raises NotCleared when either outcome has no numbers.
    """
    where = with_bloc.zone if region is None else {region}
    return at_prices(with_bloc.market.world, price_changes(without, with_bloc, where))


def price_changes(without: Outcome, with_bloc: Outcome, where: Iterable[str]) -> dict[str, float]:
    """Change of the average price of every product that buyers of these regions pay, USD/t."""
    regions = frozenset(where)
    before, after = _average(without, regions), _average(with_bloc, regions)
    return {g: after[g] - before[g] for g in before.keys() & after.keys()}


def at_prices(world: World, changes: Mapping[str, float]) -> tuple[ThingCost, ...]:
    """What changes of price, USD/t by product, add to each thing whose products they all name."""
    known = {price.thing: price for price in world.thing_prices}
    held: dict[str, dict[str, float]] = {}
    units: dict[str, str] = {}
    for row in world.things:
        units.setdefault(row.thing, row.unit)
        held.setdefault(row.thing, {})[row.product] = row.kg
    found = []
    for thing, products in held.items():
        if not products.keys() <= changes.keys():
            continue
        usd = sum(kg * changes[product] for product, kg in products.items()) / KG_PER_TONNE
        price = known.get(thing)
        found.append(
            ThingCost(
                thing,
                price.name if price else thing,
                units[thing],
                usd,
                usd / price.price_usd if price else None,
            )
        )
    return tuple(found)


def _average(outcome: Outcome, regions: frozenset[str]) -> dict[str, float]:
    """Average price by product of what these regions buy, USD/t; products nobody buys are left out."""
    spent: dict[str, float] = {}
    wanted: dict[str, float] = {}
    for buyer in buyers(outcome):
        if buyer.region in regions and buyer.wanted > 0:
            spent[buyer.product] = spent.get(buyer.product, 0.0) + buyer.paid * buyer.wanted
            wanted[buyer.product] = wanted.get(buyer.product, 0.0) + buyer.wanted
    return {product: spent[product] / tonnes for product, tonnes in wanted.items()}
