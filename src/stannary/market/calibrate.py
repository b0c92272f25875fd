"""From a World to the arrays of its market, calibrated so that its base year is an equilibrium.

Shares are pinned at base flows and base landed prices; demand at base use and base average price;
plants carry the cost that the tables give. Whether the base year comes out again is then a fact to be
measured (`base_error`), never an input.

Next: `levers`, the arrays; `from_agreement`, which adds the law of a day.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..agreement.duty import Terms, due
from ..terms.errors import BadTable, Place
from ..world.atlas import Curve, World
from .guess import price_guess, volume_guess
from .levers import Array, Economy, Levers, Network
from .measures import Arc, Pair, base_day, measures_on, plain_levers, with_measures


@dataclass(frozen=True, slots=True)
class Market:
    """A world as arrays, with the names of every axis.

    nodes, uses        (region, product) in the order of the node and use axes
    arcs               (product, origin, destination)
    plants, segments   ids in the order of their axes; curves appear as `curve:region:product`
    exact              some product has perfect substitutes, or some plant an all-or-nothing cost
    base               levers of the base year, from the world's own border table
    exact_use          (use) 1 where substitution is perfect
    exact_plant        (plant) 1 where capacity is unlimited or the spread 0
    unlimited          (plant) 1 where capacity is unlimited; `economy.capacity` has a stand-in
    base_gate          (node) base prices from the tables; NaN where none is given
    """

    world: World
    nodes: tuple[Pair, ...]
    uses: tuple[Pair, ...]
    arcs: tuple[Arc, ...]
    plants: tuple[str, ...]
    segments: tuple[str, ...]
    network: Network
    economy: Economy
    base: Levers
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


class _Maker(NamedTuple):
    """A plant, or a textbook curve of the form `plant`, as one row of the plant axis."""

    name: str
    region: str
    outputs: dict[str, float]
    inputs: dict[str, float]
    capacity: float | None
    cost: float
    spread: float


class _Axes(NamedTuple):
    """Everything that has a place on an axis, in order."""

    makers: list[_Maker]
    nodes: tuple[Pair, ...]
    uses: tuple[Pair, ...]
    arcs: tuple[Arc, ...]
    bent_demand: list[Curve]
    straight_demand: list[Curve]
    bent_supply: list[Curve]
    straight_supply: list[Curve]


def market(world: World) -> Market:
    """The arrays of `world`. Raises BadTable where a shipped route has no freight."""
    axes = _axes(world)
    network = _network(world, axes)
    prices = price_guess(world)
    volumes = volume_guess(world, prices)
    given = {(p.region, p.product): p.usd_per_t for p in world.prices}
    base_gate = _floats([given.get(pair, np.nan) for pair in axes.nodes])
    guessed = _floats([prices[g] for _, g in axes.nodes])
    start = np.where(np.isnan(base_gate), guessed, base_gate)
    levers = with_measures(
        plain_levers(axes.arcs, len(axes.nodes), world),
        axes.arcs, axes.nodes, measures_on(world, base_day(world)),
    )  # fmt: skip
    sigma = _floats([world.substitution.get(g, np.inf) for _, g in axes.uses])
    all_or_nothing = np.array(
        [m.capacity is None or m.spread == 0 for m in axes.makers], dtype=bool
    )
    return Market(
        world=world,
        nodes=axes.nodes,
        uses=axes.uses,
        arcs=axes.arcs,
        plants=tuple(m.name for m in axes.makers),
        segments=tuple(s.segment for s in world.segments)
        + tuple(f"curve:{c.region}:{c.product}" for c in axes.bent_demand),
        network=network,
        economy=_economy(world, axes, network, levers, start, sigma, prices, volumes),
        base=levers,
        exact_use=np.isinf(sigma),
        exact_plant=all_or_nothing,
        unlimited=np.array([m.capacity is None for m in axes.makers], dtype=bool),
        base_gate=base_gate,
    )


def _axes(world: World) -> _Axes:
    makers = [
        _Maker(
            p.plant, p.region, world.recipes[p.recipe].outputs, world.recipes[p.recipe].inputs,
            p.capacity, p.cash_cost, p.cost_spread,
        )
        for p in world.plants
        if p.status == "operating" and p.capacity != 0
    ]  # fmt: skip
    supply = [c for c in world.curves if c.side == "supply"]
    demand = [c for c in world.curves if c.side == "demand"]
    makers += [
        _Maker(
            f"curve:{c.region}:{c.product}", c.region, {c.product: 1.0}, {}, c.p1, c.p2, c.p3 or 0
        )
        for c in supply
        if c.form == "plant"
    ]
    nodes = _ordered(
        [(m.region, g) for m in makers for g in m.outputs]
        + [(c.region, c.product) for c in supply],
        world,
    )
    uses = _ordered(
        [(m.region, g) for m in makers for g in m.inputs]
        + [(s.region, s.product) for s in world.segments]
        + [(c.region, c.product) for c in demand],
        world,
    )
    return _Axes(
        makers, nodes, uses, _arcs(world, nodes, uses),
        [c for c in demand if c.form == "isoelastic"], [c for c in demand if c.form == "linear"],
        [c for c in supply if c.form == "isoelastic"], [c for c in supply if c.form == "linear"],
    )  # fmt: skip


def _ordered(pairs: list[Pair], world: World) -> tuple[Pair, ...]:
    """Each pair once, sorted by product then region, so that row order never matters."""
    return tuple(sorted(set(pairs), key=lambda pair: (pair[1], pair[0])))


def _arcs(world: World, nodes: tuple[Pair, ...], uses: tuple[Pair, ...]) -> tuple[Arc, ...]:
    """Routes of the market: those with base flows, or, without any flows, those with a freight."""
    if world.flows:
        shipped = {(f.product, f.origin, f.destination) for f in world.flows if f.t > 0}
        supplies, buys = set(nodes), set(uses)
        kept = [(g, o, d) for g, o, d in shipped if (o, g) in supplies and (d, g) in buys]
        return tuple(sorted(kept))
    listed = {(f.product, f.origin, f.destination) for f in world.freight}
    return tuple(
        sorted(
            (g, o, d)
            for o, g in nodes
            for d, used in uses
            if used == g and (o == d or (g, o, d) in listed or ("*", o, d) in listed)
        )
    )


def _network(world: World, axes: _Axes) -> Network:
    node_at = {pair: i for i, pair in enumerate(axes.nodes)}
    use_at = {pair: i for i, pair in enumerate(axes.uses)}
    made = [(k, node_at[m.region, g]) for k, m in enumerate(axes.makers) for g in m.outputs]
    used = [(k, use_at[m.region, g]) for k, m in enumerate(axes.makers) for g in m.inputs]
    ends = [(s.region, s.product) for s in world.segments]
    ends += [(c.region, c.product) for c in axes.bent_demand]
    chain: dict[str, int] = {}
    for _, product in axes.nodes:
        if product not in chain:
            chain |= dict.fromkeys(linked_products(world, (product,)), len(set(chain.values())))
    return Network(
        node_chain=_index([chain[g] for _, g in axes.nodes]),
        arc_node=_index([node_at[o, g] for g, o, _ in axes.arcs]),
        arc_use=_index([use_at[d, g] for g, _, d in axes.arcs]),
        made_plant=_index([k for k, _ in made]),
        made_node=_index([n for _, n in made]),
        used_plant=_index([k for k, _ in used]),
        used_use=_index([u for _, u in used]),
        segment_use=_index([use_at[pair] for pair in ends]),
        linear_use=_index([use_at[c.region, c.product] for c in axes.straight_demand]),
        linear_node=_index([node_at[c.region, c.product] for c in axes.straight_supply]),
        isoelastic_node=_index([node_at[c.region, c.product] for c in axes.bent_supply]),
    )


def _carriage(world: World, arcs: tuple[Arc, ...]) -> tuple[Array, Array]:
    """Freight of every arc: USD per tonne contained, and share of the gate price."""
    table = {(f.product, f.origin, f.destination): f for f in world.freight}
    per_tonne, of_value = np.zeros(len(arcs)), np.zeros(len(arcs))
    for i, (product, origin, destination) in enumerate(arcs):
        row = table.get((product, origin, destination)) or table.get(("*", origin, destination))
        if row is not None:
            gross = world.products[product].gross_per_contained
            per_tonne[i], of_value[i] = row.usd_per_t * gross, row.pct_of_value
        elif origin != destination:
            raise BadTable(
                "a shipped route has no freight",
                where=Place("freight.csv"),
                value=f"{product} {origin} -> {destination}",
                allowed="a row for the product or for *",
            )
    return per_tonne, of_value


def _economy(
    world: World,
    axes: _Axes,
    network: Network,
    levers: Levers,
    start: Array,
    sigma: Array,
    prices: dict[str, float],
    volumes: dict[str, float],
) -> Economy:
    freight, freight_share = _carriage(world, axes.arcs)
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
        shipped = {(f.product, f.origin, f.destination): f.t for f in world.flows}
        flow = _floats([shipped[arc] for arc in axes.arcs])
        inflow = np.bincount(network.arc_use, flow, minlength=len(axes.uses))
        share = flow / inflow[network.arc_use]
        average = np.bincount(network.arc_use, share * landed, minlength=len(axes.uses))
        supplied = np.bincount(network.arc_node, flow, minlength=len(axes.nodes))
        log_share, log_landed = np.log(share), np.log(landed)
        reference = average[segment_use]
    else:
        supplied = _floats([volumes[g] for _, g in axes.nodes])
        # Without base flows every affinity is 1: the scale of prices cancels within a use.
        log_share = np.zeros(len(axes.arcs))
        log_landed = np.log(_floats([prices[g] for g, _, _ in axes.arcs]))
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
        reference=np.concatenate([reference, _floats([c.p2 for c in axes.bent_demand])]),
        linear_a=_floats([c.p1 for c in axes.straight_demand]),
        linear_b=_floats([c.p2 for c in axes.straight_demand]),
        linear_c=_floats([c.p1 for c in axes.straight_supply]),
        linear_d=_floats([c.p2 for c in axes.straight_supply]),
        iso_quantity=_floats([c.p1 for c in axes.bent_supply]),
        iso_price=_floats([c.p2 for c in axes.bent_supply]),
        iso_elasticity=_floats([c.p3 or 0.0 for c in axes.bent_supply]),
    )


def _landed(gate: Array, freight: Array, freight_share: Array, levers: Levers) -> Array:
    """Landed price of every arc at given gate prices (arc), USD/t, through the one duty."""
    fob = gate * (1 + levers.export_tax) + levers.export_specific
    terms = Terms(
        levers.counted, levers.uncounted, levers.specific, levers.on_fob,
        levers.floor, levers.duty_paid, levers.liable,
    )  # fmt: skip
    cif = fob + freight + freight_share * gate
    return due(fob, cif, terms, one=np.ones_like(gate), maximum=np.maximum).landed


def _index(values: list[int]) -> Array:
    return np.array(values, dtype=np.int64)


def _floats(values: list[float]) -> Array:
    return np.array(values, dtype=np.float64)
