"""The verdict: what two outcomes, without and with the bloc, say about an agreement.

Does each floor hold, who gains and pays, who keeps the price gap. Numbers only; words are
`report`'s.

Next: `welfare`, where the money is; `outcome`, what is compared.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..terms.names import states
from .calibrate import linked_products
from .levers import Array
from .outcome import Outcome
from .welfare import end_spending, users_gain

State = Literal["holds", "fails", "idle", "none"]
Reason = Literal[
    "imports_pay_the_floor",
    "market_above_the_floor",
    "zone_makes_more_than_it_uses",
    "zone_goods_sell_below_it",
    "imports_avoid_it",
    "nobody_in_the_zone_buys",
    "no_floor",
]
REASONS: dict[str, str] = {
    "imports_pay_the_floor": "holds: buyers in the zone pay the floor",
    "market_above_the_floor": "idle: the market is above the floor, no top-up is due",
    "zone_makes_more_than_it_uses": "fails: the zone makes more than it uses, so its own price rules",
    "zone_goods_sell_below_it": "fails: imports pay the floor, goods made in the zone sell below it",
    "imports_avoid_it": "fails: part of the imports enters without paying, or by a lower door",
    "nobody_in_the_zone_buys": "none: no buyer in the zone uses the product",
    "no_floor": "none: the agreement sets no floor on the product that day",
}
"""The vocabulary of reasons, each with its meaning."""

HOLDS_WITHIN = 0.02
"""A floor holds when the zone's average buyer pays at least 98 % of it.

Buyers see goods of the zone and imports as close, not perfect, substitutes: an average a little below
is what holding looks like.
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One product in the zone (in the world, without a zone) in one market.

    price     average landed price of the zone's buyers, USD/t; None: nobody buys
    use, made, imported  tonnes a year used, made, and brought in from outside the zone
    supplier  share of use that comes from the dominant supplier; None: nobody buys
    top_up    top-up duty paid, at whichever border of the zone, USD/y
    outside   mean CIF price plus statutory duty of outside goods shipped, USD/t; None: none
    landed    mean price at which outside goods shipped reach their buyers, USD/t; None: none
    evaded    tonnes a year from outside that do not pay the top-up
    diverted  tonnes a year from outside that enter by another member's door
    """

    price: float | None
    use: float
    made: float
    imported: float
    supplier: float | None
    top_up: float
    outside: float | None
    landed: float | None
    evaded: float
    diverted: float


@dataclass(frozen=True, slots=True)
class ProductVerdict:
    """Whether a floor holds, and the product without and with the bloc.

    floor      USD/t contained, None: no floor
    dominant   ISO3 of the dominant supplier of its mineral
    """

    product: str
    floor: float | None
    state: State
    reason: Reason
    dominant: str
    without: Side
    with_bloc: Side


@dataclass(frozen=True, slots=True)
class Gain:
    """Change of surplus in a region, with minus without the bloc, USD a year.

    producers       surplus of its plants, guarantees included; owners elsewhere included
    owned_outside   the part of it that falls to owners outside the zone, where the region is inside
    treasury        duties, fines and export taxes less what the state buys and guarantees
    fines           the treasury's part that audits bring in
    captured        raise of its sellers' prices up to other regions' floors
    licences        rents of the licences that it holds
    export          the treasury's part that is export taxes
    spending        what its end users pay without the bloc, on all products, USD a year
    chain_spending  the part of it on products that recipes join to one with a floor
    top_up          the treasury's part that is top-up duty
    """

    region: str
    inside: bool
    users: float
    producers: float
    owned_outside: float
    treasury: float
    top_up: float
    fines: float
    captured: float
    licences: float
    export: float
    spending: float
    chain_spending: float


@dataclass(frozen=True, slots=True)
class PriceGap:
    """Where what the zone's users pay more ends up, USD a year; the five sum to -(users' gain).

    treasuries       top-up duty of members, and fines for evading it
    zone_producers   surplus of plants in the zone
    outside_sellers  surplus of plants outside, raises of their price up to the floor, rents of their
                     licences, and export taxes of their states
    avoiding         spent on disguise and on detours
    lost             the rest: bought less, moved, other duties, users outside
    most_captured    what sellers outside could keep of the treasuries' part by raising their prices to
                     the floor, no honest importer's price moving; none of the five
    """

    treasuries: float
    zone_producers: float
    outside_sellers: float
    avoiding: float
    lost: float
    most_captured: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the bloc changes.

    products  by id, in the order of the world's table
    gains     by region, in the order of the world's table
    """

    products: dict[str, ProductVerdict]
    gains: dict[str, Gain]
    price_gap: PriceGap

    @property
    def zone_users(self) -> float:
        """Gain of the zone's end users, USD a year (a cost is negative)."""
        return sum(gain.users for gain in self.gains.values() if gain.inside)

    @property
    def zone_spending(self) -> float:
        """What the zone's end users pay without the bloc, USD a year."""
        return sum(gain.spending for gain in self.gains.values() if gain.inside)

    @property
    def zone_chain_spending(self) -> float:
        """The part of it on minerals whose chain has a floor: what a floor can reach."""
        return sum(gain.chain_spending for gain in self.gains.values() if gain.inside)


def verdict(without: Outcome, with_bloc: Outcome) -> Verdict:
    """Compare two outcomes of the same market. Raises NotCleared when either has no numbers."""
    by_region = gains(without, with_bloc)
    inside = [gain for gain in by_region.values() if gain.inside]
    collected = sum(gain.top_up + gain.fines for gain in inside)
    zone_producers = sum(gain.producers for gain in inside)
    outside = sum(
        gain.producers + gain.captured + gain.licences + gain.export
        for gain in by_region.values()
        if not gain.inside
    )
    users = sum(gain.users for gain in inside)
    avoiding = _avoiding(with_bloc) - _avoiding(without)
    rest = -users - collected - zone_producers - outside - avoiding
    gap = PriceGap(
        collected, zone_producers, outside, avoiding, rest, _most_captured(with_bloc)
    )  # fmt: skip
    made = {product for _, product in with_bloc.market.nodes}
    made |= {product for _, product in with_bloc.market.uses}
    products = {
        product: product_verdict(product, without, with_bloc)
        for product in with_bloc.market.world.products
        if product in made
    }
    return Verdict(products, by_region, gap)


def product_verdict(product: str, without: Outcome, with_bloc: Outcome) -> ProductVerdict:
    """Whether the floor of one product holds. Raises NotCleared when either has no numbers."""
    zone = with_bloc.zone
    law = with_bloc.law
    level = law.floors.get(product) if law else None
    floor = level.usd_per_t if level and zone else None
    mineral = with_bloc.market.world.products[product].mineral
    assert with_bloc.schedule is not None  # a verdict is about an agreement, and it names one
    named = with_bloc.schedule.dominant_supplier
    dominant = named.get(mineral, named["*"])
    before = _side(product, without, zone, dominant)
    after = _side(product, with_bloc, zone, dominant)
    state, reason = _state(floor, before, after)
    return ProductVerdict(product, floor, state, reason, dominant, before, after)


def _avoiding(outcome: Outcome) -> float:
    """Spent on disguise and detours, USD/y."""
    paid = outcome.cleared.money
    return float(paid.hiding.sum() + paid.detour.sum())


def _most_captured(outcome: Outcome) -> float:
    """Top-up that sellers outside could turn into price, USD/y: all that is paid, net of its duty.

    At most the whole: a raise of the price by x lowers the top-up by x and by the duty on x.
    """
    levers, paid = outcome.levers, outcome.cleared.money
    arcs = len(outcome.market.arcs)
    carries = 1 + levers.duty_paid[:arcs] * levers.counted[:arcs]
    outside = np.array([origin not in outcome.zone for _, origin, _ in outcome.market.arcs])
    return float(((paid.top_up + paid.door_top_up) * outside / carries).sum())


def _state(floor: float | None, before: Side, after: Side) -> tuple[State, Reason]:
    if floor is None:
        return "none", "no_floor"
    if before.price is None or after.price is None:
        return "none", "nobody_in_the_zone_buys"
    enough = floor * (1 - HOLDS_WITHIN)
    if after.price >= enough:
        if before.price >= enough and after.top_up == 0:
            return "idle", "market_above_the_floor"
        return "holds", "imports_pay_the_floor"
    if after.made >= after.use:
        return "fails", "zone_makes_more_than_it_uses"
    # Had its imports all paid, would the average buyer pay the floor? Then avoiding is the reason.
    avoided = after.evaded + after.diverted
    if avoided > 0 and after.landed is not None:
        missing = after.imported * max(floor - after.landed, 0.0) / after.use
        if after.price + missing >= enough:
            return "fails", "imports_avoid_it"
    return "fails", "zone_goods_sell_below_it"


def _side(product: str, outcome: Outcome, zone: frozenset[str], dominant: str) -> Side:
    market, b = outcome.market, outcome.cleared.balance
    top_up = outcome.cleared.money.top_up

    def ours(region: str) -> bool:
        return region in zone or not zone

    uses = [i for i, (r, g) in enumerate(market.uses) if g == product and ours(r)]
    nodes = [i for i, (r, g) in enumerate(market.nodes) if g == product and ours(r)]
    arcs = [i for i, (g, _, d) in enumerate(market.arcs) if g == product and ours(d)]
    use = float(b.wanted[uses].sum())
    abroad = [i for i in arcs if market.arcs[i][1] not in zone]
    supplied = sum(
        float(b.flow[i]) for i in arcs if is_country(outcome, market.arcs[i][1], dominant)
    )
    shipped = [i for i in abroad if b.flow[i] > 1e-6 * max(use, 1e-300)]
    straight = b.border.direct
    prices = [float(straight.cif[i] + straight.statutory[i]) for i in shipped]
    landed = [float(b.border.landed[i]) for i in shipped]
    weights = [float(b.flow[i]) for i in shipped]
    far = b.border.elsewhere
    evading = (1 - b.border.diverted) * straight.evading + b.border.diverted * far.evading
    elsewhere = b.flow * b.border.diverted * far.top_up
    return Side(
        price=float((b.shares.average[uses] * b.wanted[uses]).sum()) / use if use > 0 else None,
        use=use,
        made=float(b.supplied[nodes].sum()),
        imported=float(b.flow[abroad].sum()),
        supplier=supplied / use if use > 0 else None,
        top_up=float(top_up[arcs].sum() + elsewhere[arcs].sum()),
        outside=float(np.average(prices, weights=weights)) if prices and zone else None,
        landed=float(np.average(landed, weights=weights)) if prices and zone else None,
        evaded=float((b.flow * evading)[abroad].sum()),
        diverted=float((b.flow * b.border.diverted)[abroad].sum()),
    )


def is_country(outcome: Outcome, region: str, country: str) -> bool:
    """Whether a region is that country (textbook regions may bear its name alone)."""
    return region == country or outcome.market.world.regions[region].iso3 == {country}


def gains(without: Outcome, with_bloc: Outcome) -> dict[str, Gain]:
    """Who gains and who pays, by region. Raises NotCleared when either has no numbers."""
    market = with_bloc.market
    network, economy = market.network, market.economy
    before, after = without.cleared, with_bloc.cleared
    number = {region: i for i, region in enumerate(market.world.regions)}
    home = {plant.plant: plant.region for plant in market.world.plants}
    plant = [number[home.get(name) or name.split(":")[1]] for name in market.plants]
    node = [number[region] for region, _ in market.nodes]
    use = [number[region] for region, _ in market.uses]
    importer = [number[destination] for _, _, destination in market.arcs]
    exporter = [number[origin] for _, origin, _ in market.arcs]

    def total(values: Array, regions: list[int]) -> Array:
        return np.bincount(regions, values, minlength=len(number))

    floors = tuple(with_bloc.law.floors) if with_bloc.law else ()
    linked = linked_products(market.world, floors)
    reached = np.array([product in linked for _, product in market.uses], dtype=float)
    spending = np.asarray(end_spending(before.balance))
    changes = type(after.money)(*(a - b for a, b in zip(after.money, before.money, strict=True)))
    far = [
        _at_doors(with_bloc, kind, len(number)) - _at_doors(without, kind, len(number))
        for kind in ("door_statutory", "door_top_up", "door_fines")
    ]
    statutory = total(changes.statutory, importer) + far[0]
    top_up, fines = (
        total(changes.top_up, importer) + far[1],
        total(changes.fines, importer) + far[2],
    )
    export = total(changes.export, exporter)
    licences, beyond = (
        one - other
        for one, other in zip(_licences(with_bloc, number), _licences(without, number), strict=True)
    )
    surplus = after.plant_surplus - before.plant_surplus
    by_region = zip(
        total(np.asarray(users_gain(before.balance, after.balance, network, economy)), use),
        total(surplus, plant) + total(after.curve_surplus - before.curve_surplus, node),
        total(surplus * owned_outside(with_bloc), plant),
        top_up
        + fines
        + statutory
        + export
        + beyond
        - total(changes.bought, node)
        - total(changes.guaranteed, node),
        top_up,
        fines,
        total(changes.captured, exporter),
        licences,
        export,
        total(spending, use),
        total(spending * reached, use),
        strict=True,
    )
    return {
        region: Gain(region, region in with_bloc.zone, *(float(value) for value in row))
        for region, row in zip(number, by_region, strict=True)
    }


def owned_outside(outcome: Outcome) -> Array:
    """Share of every plant (plant) of the zone that owners outside the zone hold; 0 elsewhere."""
    world = outcome.market.world
    home = {plant.plant: plant.region for plant in world.plants}
    inside = outcome.schedule.inside if outcome.schedule else frozenset[str]()
    held: dict[str, float] = {}
    for owner in world.owners:
        if home.get(owner.plant) in outcome.zone and not states(owner.owner) <= inside:
            held[owner.plant] = held.get(owner.plant, 0.0) + owner.share
    return np.array([held.get(plant, 0.0) for plant in outcome.market.plants])


def _at_doors(outcome: Outcome, kind: str, regions: int) -> Array:
    """A payment on goods that are for another member (region of the door), USD/y."""
    arcs, network = len(outcome.market.arcs), outcome.network
    way = np.asarray(outcome.cleared.balance.border.door) - arcs
    paid = np.where(way >= 0, getattr(outcome.cleared.money, kind), 0.0)
    if not len(network.door_region):
        return np.zeros(regions)
    return np.bincount(network.door_region[np.maximum(way, 0)], paid, minlength=regions)


def _licences(outcome: Outcome, number: dict[str, int]) -> tuple[Array, Array]:
    """Rents by region that holds the licence, and duties on tonnes beyond a limit, USD/y."""
    rents, beyond = np.zeros(len(number)), np.zeros(len(number))
    b = outcome.cleared.balance
    for n, limit in enumerate(outcome.limits):
        rent, passed = float(b.limits.rent[n]), max(-float(b.limits.slack[n]), 0.0)
        counted = sum(float(b.flow[i]) for i in limit.arcs)
        for i in limit.arcs:
            _, origin, destination = outcome.market.arcs[i]
            share = float(b.flow[i]) / counted if counted > 0 else 0.0
            at = limit.holder or (origin if limit.export else destination)
            rents[number[at]] += rent * share * (counted - passed)
            beyond[number[destination]] += rent * share * passed
    return rents, beyond
