"""From a World to the arrays of its market, calibrated so that its base year is an equilibrium.

Shares are pinned at base flows and base landed prices; demand at base use and base average price;
plants carry the cost that the tables give. Whether the base year comes out again is then a fact to be
measured (`base_error`), never an input.

Next: `levers`, the arrays; `from_agreement`, which adds the law of a day.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..terms.errors import BadTable, Place
from ..world.annex import Shifter
from ..world.atlas import World
from .axes import Axes, axes_of, buyers_of
from .border import at_border
from .buyers import Buyers
from .guess import price_guess, volume_guess
from .layout import laid_out
from .levers import LAID_OUT, OF_THE_LAW, Array, Economy, Levers, Network
from .measures import (
    Arc,
    Limit,
    Pair,
    barred_on,
    base_day,
    limits_on,
    measures_on,
    plain_levers,
    with_limits,
    with_measures,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Market:
    """A world as arrays, with the names of every axis.

    nodes              (region, product) in the order of the node axis
    uses               (region, product) in the order of the use axis; a pair that several classes
                       of buyers use stands once for each
    buyers             (use) the class of its buyers
    arcs               (product, origin, destination); so does a route
    plants, segments   ids in the order of their axes; curves appear as `curve:region:product`
    exact              some product has perfect substitutes, or some plant an all-or-nothing cost
    base_economy       the economy before the world's shifters moved it: that of the base year
    base               levers of the base year, from the world's own border table
    base_network       the network with the limits on tonnes of the base year
    base_limits        those
    exact_use          (use) 1 where substitution is perfect
    exact_plant        (plant) 1 where capacity is unlimited or the spread 0
    unlimited          (plant) 1 where capacity is unlimited; `economy.capacity` has a stand-in
    base_gate          (node) base prices from the tables; NaN where none is given
    """

    world: World
    nodes: tuple[Pair, ...]
    uses: tuple[Pair, ...]
    buyers: tuple[Buyers, ...]
    arcs: tuple[Arc, ...]
    plants: tuple[str, ...]
    segments: tuple[str, ...]
    network: Network
    economy: Economy
    base_economy: Economy
    base: Levers
    base_network: Network
    base_limits: tuple[Limit, ...]
    exact_use: Array
    exact_plant: Array
    unlimited: Array
    base_gate: Array

    @property
    def exact(self) -> bool:
        """Whether the continuation must be finished by the exact complementarity step."""
        return bool(self.exact_use.any() or self.exact_plant.any())

    def chain(self, *products: str) -> Array:
        """Indices of the nodes that trade with these products through any recipe, sorted."""
        linked = linked_products(self.world, products)
        return np.array([i for i, (_, g) in enumerate(self.nodes) if g in linked], dtype=int)


def linked_products(world: World, products: tuple[str, ...]) -> frozenset[str]:
    """All products that recipes join, directly or not, to the ones named."""
    reached = set(products)
    while True:
        grown = reached.union(
            *(r.coefficients for r in world.recipes.values() if reached & r.coefficients.keys())
        )
        if grown == reached:
            return frozenset(reached)
        reached = grown


def market(world: World) -> Market:
    """The arrays of `world`. Raises BadTable where a shipped route has no freight."""
    axes = axes_of(world)
    network = _network(world, axes)
    arcs = tuple(route.arc for route in axes.arcs)
    uses = tuple((region, product) for region, product, _ in axes.uses)
    prices = price_guess(world)
    volumes = volume_guess(world, prices)
    given = {(p.region, p.product): p.usd_per_t for p in world.prices}
    base_gate = _floats([given.get(pair, np.nan) for pair in axes.nodes])
    guessed = _floats([prices[g] for _, g in axes.nodes])
    start = np.where(np.isnan(base_gate), guessed, base_gate)
    day = base_day(world)
    plain = plain_levers(arcs, len(axes.nodes), world)
    levers = with_measures(plain, arcs, axes.nodes, measures_on(world, day))
    levers = levers._replace(open=levers.open * _allowed(axes, barred_on(world, day)))
    limits = limits_on(world, arcs, day)
    sigma = _floats([world.substitution.get(g, np.inf) for _, g in uses])
    all_or_nothing = np.array(
        [m.capacity is None or m.spread == 0 for m in axes.makers], dtype=bool
    )
    base = _economy(world, axes, network, levers, start, sigma, prices, volumes)
    economy = _shifted(world, axes, base)
    base_network, levers = with_limits(network, levers, limits, economy)
    return Market(
        world=world,
        nodes=axes.nodes,
        uses=uses,
        buyers=tuple(buyers for _, _, buyers in axes.uses),
        arcs=arcs,
        plants=tuple(m.name for m in axes.makers),
        segments=tuple(s.segment for s in world.segments)
        + tuple(f"curve:{c.region}:{c.product}" for c in axes.bent_demand),
        network=network,
        economy=economy,
        base_economy=base,
        base=levers,
        base_network=base_network,
        base_limits=limits,
        exact_use=np.isinf(sigma),
        exact_plant=all_or_nothing,
        unlimited=np.array([m.capacity is None for m in axes.makers], dtype=bool),
        base_gate=base_gate,
    )


def _allowed(axes: Axes, barred: frozenset[tuple[str, str]]) -> Array:
    """1 for every arc that its buyers may use, 0 where their rule bars the origin."""
    return _floats([float((r.buyers.origin_rule, r.origin) not in barred) for r in axes.arcs])


def _network(world: World, axes: Axes) -> Network:
    node_at = {pair: i for i, pair in enumerate(axes.nodes)}
    use_at = {use: i for i, use in enumerate(axes.uses)}
    nobody = Buyers()
    made = [(k, node_at[m.region, g]) for k, m in enumerate(axes.makers) for g in m.outputs]
    used = [(k, use_at[m.region, g, nobody]) for k, m in enumerate(axes.makers) for g in m.inputs]
    ends = [(s.region, s.product, buyers_of(s)) for s in world.segments]
    ends += [(c.region, c.product, nobody) for c in axes.bent_demand]
    chain: dict[str, int] = {}
    for _, product in axes.nodes:
        if product not in chain:
            chain |= dict.fromkeys(linked_products(world, (product,)), len(set(chain.values())))
    network = Network(
        node_chain=_index([chain[g] for _, g in axes.nodes]),
        arc_node=_index([node_at[r.origin, r.product] for r in axes.arcs]),
        arc_use=_index([use_at[r.destination, r.product, r.buyers] for r in axes.arcs]),
        made_plant=_index([k for k, _ in made]),
        made_node=_index([n for _, n in made]),
        used_plant=_index([k for k, _ in used]),
        used_use=_index([u for _, u in used]),
        segment_use=_index([use_at[end] for end in ends]),
        linear_use=_index([use_at[c.region, c.product, nobody] for c in axes.straight_demand]),
        linear_node=_index([node_at[c.region, c.product] for c in axes.straight_supply]),
        isoelastic_node=_index([node_at[c.region, c.product] for c in axes.bent_supply]),
        **{name: _index([]) for name in (*OF_THE_LAW, *LAID_OUT)},
    )
    return laid_out(network)


def carriage(world: World, arcs: Iterable[Arc]) -> tuple[Array, Array]:
    """Freight of every arc: USD per tonne contained, and share of the gate price."""
    table = {(f.product, f.origin, f.destination): f for f in world.freight}
    per_tonne, of_value = list[float](), list[float]()
    for product, origin, destination in arcs:
        row = table.get((product, origin, destination)) or table.get(("*", origin, destination))
        if row is not None:
            gross = world.products[product].gross_per_contained
            per_tonne.append(row.usd_per_t * gross)
            of_value.append(row.pct_of_value)
        elif origin != destination:
            raise BadTable(
                "a shipped route has no freight",
                where=Place("freight.csv"),
                value=f"{product} {origin} -> {destination}",
                allowed="a row for the product or for *",
            )
        else:
            per_tonne.append(0.0)
            of_value.append(0.0)
    return _floats(per_tonne), _floats(of_value)


def _economy(
    world: World,
    axes: Axes,
    network: Network,
    levers: Levers,
    start: Array,
    sigma: Array,
    prices: dict[str, float],
    volumes: dict[str, float],
) -> Economy:
    freight, freight_share = carriage(world, (route.arc for route in axes.arcs))
    likely = [max(volumes[g] / c for g, c in m.outputs.items()) for m in axes.makers]
    capacity = _floats(
        [
            m.capacity if m.capacity is not None else 10 * volume
            for m, volume in zip(axes.makers, likely, strict=True)
        ]
    )
    revenue = _floats([sum(prices[g] * c for g, c in m.outputs.items()) for m in axes.makers])
    spread = _floats([m.spread for m in axes.makers])
    made = _floats([c for m in axes.makers for c in m.outputs.values()])
    landed = _landed(start[network.arc_node], freight, freight_share, levers)
    ends = len(world.segments)
    segment_use = network.segment_use[:ends]
    if world.flows:
        flow = _floats([route.t or 0.0 for route in axes.arcs])
        inflow = np.bincount(network.arc_use, flow, minlength=len(axes.uses))
        share = flow / inflow[network.arc_use]
        average = np.bincount(network.arc_use, share * landed, minlength=len(axes.uses))
        supplied = np.bincount(network.arc_node, flow, minlength=len(axes.nodes))
        log_share = np.log(np.where(share > 0, share, _pooled(axes)))
        log_landed = np.log(landed)
        reference = average[segment_use]
    else:
        supplied = _floats([volumes[g] for _, g in axes.nodes])
        # Without base flows every affinity is 1: the scale of prices cancels within a use.
        log_share = np.zeros(len(axes.arcs))
        log_landed = np.log(_floats([prices[route.product] for route in axes.arcs]))
        reference = _floats([prices[s.product] for s in world.segments])
    return Economy(
        capacity=capacity,
        cost=_floats([m.cost for m in axes.makers]),
        # An all-or-nothing plant gets a narrow spread for the smooth start; `exact` removes it.
        spread=np.where(spread > 0, spread, 0.02 * np.maximum(revenue, 1e-9)),
        made=made,
        used=_floats([c for m in axes.makers for c in m.inputs.values()]),
        # Of no plants at all, bincount makes integers.
        potential=np.bincount(
            network.made_node, made * capacity[network.made_plant], minlength=len(axes.nodes)
        ).astype(float),
        base_price=start,
        base_supply=np.where(supplied > 0, supplied, 1.0),
        log_share=log_share,
        log_landed=log_landed,
        freight=freight,
        freight_share=freight_share,
        sigma=sigma,
        base_use=_floats([s.base_use for s in world.segments] + [c.p1 for c in axes.bent_demand]),
        elasticity=_floats(
            [s.elasticity_short for s in world.segments] + [c.p3 or 0.0 for c in axes.bent_demand]
        ),
        choke=np.full(len(axes.bent_demand) + ends, np.inf),
        reference=np.concatenate([reference, _floats([c.p2 for c in axes.bent_demand])]),
        linear_a=_floats([c.p1 for c in axes.straight_demand]),
        linear_b=_floats([c.p2 for c in axes.straight_demand]),
        linear_c=_floats([c.p1 for c in axes.straight_supply]),
        linear_d=_floats([c.p2 for c in axes.straight_supply]),
        iso_quantity=_floats([c.p1 for c in axes.bent_supply]),
        iso_price=_floats([c.p2 for c in axes.bent_supply]),
        iso_elasticity=_floats([c.p3 or 0.0 for c in axes.bent_supply]),
    )


def _shifted(world: World, axes: Axes, economy: Economy) -> Economy:
    """The economy of the base year moved by the world's shifters."""
    prices = {(p.region, p.product): p.usd_per_t for p in world.prices}
    base_use, cost = economy.base_use.copy(), economy.cost.copy()
    freight = economy.freight.copy()
    mains = [
        max(m.outputs, key=lambda g, m=m: (m.outputs[g] * prices.get((m.region, g), 0.0), g))
        for m in axes.makers
    ]
    for shifter in world.shifters:

        def meant(region: str, product: str, shifter: Shifter = shifter) -> bool:
            return product == shifter.product and shifter.region in ("*", region)

        if shifter.kind == "demand":
            at = [i for i, s in enumerate(world.segments) if meant(s.region, s.product)]
            base_use[at] *= shifter.value
        elif shifter.kind == "cost":
            made = zip(axes.makers, mains, strict=True)
            at = [k for k, (m, main) in enumerate(made) if meant(m.region, main)]
            cost[at] *= shifter.value
        else:
            at = [
                i
                for i, r in enumerate(axes.arcs)
                if meant(r.origin, r.product) and r.destination != r.origin
            ]
            freight[at] += shifter.value
    return economy._replace(base_use=base_use, cost=cost, freight=freight)


def _pooled(axes: Axes) -> Array:
    """Part of all the tonnes of a region and product that an arc's origin ships, by arc.

    It stands in for the taste of buyers whom a rule bars from an origin in the base year: were they
    free, they would like it as much as the others do.
    """
    by_origin: dict[Arc, float] = {}
    arrived: dict[Pair, float] = {}
    for route in axes.arcs:
        pair = route.destination, route.product
        by_origin[route.arc] = by_origin.get(route.arc, 0.0) + (route.t or 0.0)
        arrived[pair] = arrived.get(pair, 0.0) + (route.t or 0.0)
    return _floats([by_origin[r.arc] / arrived[r.destination, r.product] for r in axes.arcs])


def _landed(gate: Array, freight: Array, freight_share: Array, levers: Levers) -> Array:
    """Landed price of every arc at given gate prices (arc), USD/t, through the one duty.

    No world has a bloc in its base year: there is no floor to avoid.
    """
    fob = gate * (1 + levers.export_tax) + levers.export_specific
    return np.asarray(at_border(fob, fob + freight + freight_share * gate, levers).landed)


def _index(values: list[int]) -> Array:
    return np.array(values, dtype=np.int64)


def _floats(values: list[float]) -> Array:
    return np.array(values, dtype=np.float64)
