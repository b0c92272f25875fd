"""Spatial: a market of perfect substitutes as one system of conditions, each with its opposite.

Takayama and Judge (1971), with joint products, free disposal, public purchase, floors and
all-or-nothing plants; products of finite substitution keep their smooth shares beside it. Every
kink has an unknown of its own: all functions here are smooth, and the kinks are bounds.

Next: `exact`, which finishes a market with it.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..agreement.duty import Terms, due
from . import demand, supply, trade
from .border import charged
from .calibrate import Market
from .complementarity import Problem
from .levers import Array, Economy, Levers, Network
from .measures import Pair

CORNER = 1e-4
"""Part of a product's price below which an isoelastic demand continues as a straight line."""

ANY_SIGMA = 10.0
"""Stands where substitution is perfect, in arrays whose result is then not used."""


class Scale(NamedTuple):
    """Units in which unknowns and conditions are of order 1: USD/t and t/y.

    corner  (use)  see CORNER; below the price of every answer that is accepted
    """

    node_price: Array
    node_tonnes: Array
    use_price: Array
    use_tonnes: Array
    corner: Array


class System(NamedTuple):
    """The market with what is dead taken out, and the places of the unknowns on its axes.

    uses, arcs, plants  live ones of exact substitution, or of unlimited or all-or-nothing capacity
    floored             arcs of any kind with a floor that some of their goods must meet
    exact_use           (use), exact_plant (plant) as in Market
    alive               (plant) has capacity and every input; supplies (node) someone alive or a curve
    served              (use) some open route comes from a node that supplies
    """

    network: Network
    economy: Economy
    levers: Levers
    uses: Array
    arcs: Array
    plants: Array
    floored: Array
    exact_use: Array
    exact_plant: Array
    alive: Array
    supplies: Array
    served: Array
    scale: Scale


class Unknown(NamedTuple):
    """All unknowns, in USD/t and t/y; `sold`, `offered`, `grown` are the textbook curves'."""

    gate: Array
    paid: Array
    flow: Array
    activity: Array
    top_up: Array
    sold: Array
    offered: Array
    grown: Array


class State(NamedTuple):
    """Conditions in units of their scale (n), and what they were computed from, on whole axes."""

    conditions: Array
    paid: Array
    flow: Array
    activity: Array
    supplied: Array
    wanted: Array
    top_up: Array
    landed: Array


def system(market: Market, levers: Levers) -> tuple[System, tuple[Pair, ...]]:
    """Take out what cannot live: makers without capacity or input, routes that are closed or empty.

    Returns the system, and the uses that nothing reaches.
    """
    n, e = market.network, market.economy
    levers = Levers(*(np.asarray(value, dtype=float) for value in levers))
    plant = np.asarray(market.unlimited | (np.asarray(e.capacity) > 0))
    curved = np.zeros(len(market.nodes), dtype=bool)
    curved[n.linear_node[(e.linear_c > 0) | (e.linear_d > 0)]] = True
    curved[n.isoelastic_node[e.iso_quantity > 0]] = True
    while True:
        node = curved.copy()
        node[n.made_node[plant[n.made_plant]]] = True
        arc = (levers.open > 0) & node[n.arc_node]
        use = np.zeros(len(market.uses), dtype=bool)
        use[n.arc_use[arc]] = True
        starved = np.zeros(len(plant), dtype=bool)
        starved[n.used_plant[~use[n.used_use]]] = True
        if not (plant & starved).any():
            break
        plant &= ~starved
    exact_use, exact_plant = np.asarray(market.exact_use), np.asarray(market.exact_plant)
    liable = arc & (levers.floor > 0) & (levers.liable > 0)
    whole = System(
        network=n,
        economy=Economy(*(np.asarray(v, dtype=float) for v in e))._replace(
            sigma=np.where(exact_use, ANY_SIGMA, e.sigma)
        ),
        levers=levers._replace(open=levers.open * arc),
        uses=np.flatnonzero(use & exact_use),
        arcs=np.flatnonzero(arc & exact_use[n.arc_use]),
        plants=np.flatnonzero(plant & exact_plant),
        floored=np.flatnonzero(liable),
        exact_use=exact_use,
        exact_plant=exact_plant,
        alive=plant,
        supplies=node,
        served=use,
        scale=guessed(market),
    )
    return whole, tuple(pair for pair, live in zip(market.uses, use, strict=True) if not live)


@jax.jit
def units(s: System) -> tuple[Unknown, Unknown]:
    """Units of every unknown, and of the condition that stands against it."""
    n, e, scale = s.network, s.economy, s.scale
    arc_price, arc_tonnes = scale.use_price[n.arc_use], scale.use_tonnes[n.arc_use]
    earned = jnp.abs(e.cost).at[n.made_plant].add(e.made * scale.node_price[n.made_node])
    least = jnp.full_like(e.cost, jnp.inf)
    runs = (
        least.at[n.made_plant].min(scale.node_tonnes[n.made_node] / e.made)
        .at[n.used_plant].min(scale.use_tonnes[n.used_use] / e.used)
    )  # fmt: skip
    bought, straight = scale.use_tonnes[n.linear_use], scale.node_tonnes[n.linear_node]
    bent = scale.node_tonnes[n.isoelastic_node]
    gentle = (e.iso_elasticity > 0) & (e.iso_elasticity < 1)
    unknown = Unknown(
        scale.node_price, scale.use_price[s.uses], arc_tonnes[s.arcs], runs[s.plants],
        arc_price[s.floored], bought, straight, bent,
    )  # fmt: skip
    condition = Unknown(
        scale.node_tonnes, scale.use_tonnes[s.uses], arc_price[s.arcs], earned[s.plants],
        arc_price[s.floored], bought, straight,
        jnp.where(gentle, scale.node_price[n.isoelastic_node], bent),
    )  # fmt: skip
    return unknown, condition


def pack(unknown: Unknown, s: System) -> Array:
    """From unknowns in USD/t and t/y to x (n) of order 1."""
    parts = [np.asarray(v) / np.asarray(u) for v, u in zip(unknown, units(s)[0], strict=True)]
    return np.concatenate(parts)


def unpack(x: Array, s: System) -> Unknown:
    """From x (n) of order 1 to unknowns in USD/t and t/y; takes tracers."""
    scale, place, parts = units(s)[0], 0, []
    for unit in scale:
        parts.append(x[place : place + len(unit)] * unit)
        place += len(unit)
    return Unknown(*parts)


def problem(s: System, unlimited: Array) -> Problem:
    """The system in the form of `complementarity`. unlimited (plant): capacity has no end."""
    zero = Unknown(*(np.zeros(len(u)) for u in units(s)[0]))
    endless = Unknown(*(np.full(len(u), np.inf) for u in units(s)[0]))
    capacity = np.where(unlimited, np.inf, s.economy.capacity)[s.plants]
    low = zero._replace(gate=s.levers.support)
    high = endless._replace(activity=capacity)
    return Problem(
        value=lambda x: np.asarray(evaluate(x, s).conditions),
        slope=lambda x: np.asarray(_slopes(x, s)),
        low=pack(low, s),
        high=pack(high, s),
    )


@jax.jit
def evaluate(x: Array, s: System) -> State:
    """All conditions at x (n), in the order of `Unknown`, and the state of the market there."""
    n, e, u = s.network, s.economy, unpack(x, s)
    landed, short = _landed(u, s)
    paid, share, served = _prices(u, landed, s)
    final = _final_demand(u, paid, served, s)
    # Exact plants run as their unknown says; the others along their logistic.
    running = supply.plants(u.gate, paid, n, e)
    smooth = jnp.where(s.exact_plant, 0.0, running.activity * s.alive)
    activity = smooth.at[s.plants].set(u.activity)
    supplied = (
        jnp.zeros_like(u.gate)
        .at[n.linear_node].add(u.offered)
        .at[n.isoelastic_node].add(u.grown)
        .at[n.made_node].add(e.made * activity[n.made_plant])
    )  # fmt: skip
    wanted = final.at[n.used_use].add(e.used * activity[n.used_plant])
    shared = jnp.where(s.exact_use[n.arc_use], 0.0, share * wanted[n.arc_use])
    flow = shared.at[s.arcs].set(u.flow)
    shipped = jnp.zeros_like(u.gate).at[n.arc_node].add(flow)
    arrived = jnp.zeros_like(wanted).at[n.arc_use].add(flow)
    conditions = Unknown(
        gate=supplied - shipped,
        paid=(arrived - wanted)[s.uses],
        flow=(landed - paid[n.arc_use])[s.arcs],
        activity=-running.margin[s.plants],
        top_up=u.top_up - short[s.floored],
        sold=u.sold - (e.linear_a - e.linear_b * paid[n.linear_use]),
        offered=u.offered - (e.linear_c + e.linear_d * u.gate[n.linear_node]),
        grown=_isoelastic_supply(u, s),
    )
    scaled = [value / unit for value, unit in zip(conditions, units(s)[1], strict=True)]
    top_up = jnp.zeros_like(landed).at[s.floored].set(u.top_up)
    return State(jnp.concatenate(scaled), paid, flow, activity, supplied, wanted, top_up, landed)


_slopes = jax.jit(jax.jacfwd(lambda x, s: evaluate(x, s).conditions))


def _landed(u: Unknown, s: System) -> tuple[Array, Array]:
    """Landed price (arc), and the top-up that the floor asks for, of either sign (arc), USD/t.

    Both by the one duty; the landed price holds the top-up as the unknown has it.
    """
    levers, n, e = s.levers, s.network, s.economy
    at_gate = u.gate[n.arc_node]
    fob = at_gate * (1 + levers.export_tax) + levers.export_specific
    cif = fob + e.freight + e.freight_share * at_gate
    terms = Terms(
        levers.counted, levers.uncounted, levers.specific, levers.on_fob,
        levers.floor, levers.duty_paid, levers.liable,
    )  # fmt: skip
    signed = due(fob, cif, terms, one=jnp.ones_like(cif), maximum=lambda _, short: short)
    asked = jnp.zeros_like(cif).at[s.floored].set(u.top_up)
    return charged(fob, cif, asked, levers).landed, signed.top_up


def _prices(u: Unknown, landed: Array, s: System) -> tuple[Array, Array, Array]:
    """What every use pays (use), smooth shares (arc), and whether anything reaches a use (use)."""
    use = s.network.arc_use
    # A log needs a price above 0, whatever an iterate says; exact uses have no shares.
    least = 1e-9 * s.scale.use_price[use]
    above = jnp.where(landed > least, landed, least * jnp.exp(jnp.minimum(landed / least - 1, 0)))
    shared = trade.shares(
        jnp.where(s.exact_use[use], s.scale.use_price[use], above),
        s.levers.open,
        s.network,
        s.economy,
    )
    paid = jnp.where(s.exact_use, 0.0, shared.average).at[s.uses].set(u.paid)
    return paid, shared.share, s.served.astype(float)


def _final_demand(u: Unknown, paid: Array, served: Array, s: System) -> Array:
    """End uses (use), t/y: isoelastic with its straight continuation, and linear as unknown."""
    bent_only = s.economy._replace(linear_a=0 * s.economy.linear_a, linear_b=0 * s.economy.linear_b)
    at = jnp.maximum(paid, s.scale.corner)
    bent = demand.final(at, served, s.network, bent_only)
    quantity = bent.quantity + bent.slope * (paid - at)
    use = s.network.linear_use
    return quantity.at[use].add(u.sold * served[use])


def _isoelastic_supply(u: Unknown, s: System) -> Array:
    """Condition of q = q0 (P/p0)^e, from the side on which it has no vertical tangent at 0."""
    e, gate = s.economy, jnp.maximum(u.gate[s.network.isoelastic_node], 0.0)
    power, gentle = e.iso_elasticity, (e.iso_elasticity > 0) & (e.iso_elasticity < 1)
    direct = u.grown - e.iso_quantity * (gate / e.iso_price) ** jnp.where(gentle, 1.0, power)
    ratio = jnp.maximum(u.grown, 0.0) / e.iso_quantity
    inverse = e.iso_price * ratio ** (1 / jnp.where(gentle, power, 1.0))
    return jnp.where(gentle, inverse - u.gate[s.network.isoelastic_node], direct)


def guessed(market: Market) -> Scale:
    """Units from the base year or the guesses of `guess`; wrong by any factor, never 0."""
    by_product = dict[str, float]()
    for (_, product), price in zip(market.nodes, market.economy.base_price, strict=True):
        by_product[product] = max(by_product.get(product, 0.0), float(price))
    prices = np.array([by_product.get(product, 1.0) for _, product in market.uses])
    tonnes = market.economy.base_supply
    typical = np.full(len(market.uses), float(np.max(tonnes, initial=0.0)) or 1.0)
    return Scale(market.economy.base_price, tonnes, prices, typical, CORNER * prices)


def rescaled(market: Market, system: System, unknown: Unknown, old: Scale) -> Scale:
    """Units by product from a point: its highest price, its largest tonnes; old ones where 0."""
    state = evaluate(pack(unknown, system._replace(scale=old)), system._replace(scale=old))
    products = sorted({g for _, g in market.nodes} | {g for _, g in market.uses})
    at = {product: i for i, product in enumerate(products)}
    node = np.array([at[g] for _, g in market.nodes], dtype=int)
    use = np.array([at[g] for _, g in market.uses], dtype=int)
    paid, gate = np.zeros(len(use)), np.maximum(unknown.gate, system.levers.support)
    smooth = ~system.exact_use & system.served
    paid[smooth] = np.asarray(state.paid)[smooth]
    paid[system.uses] = unknown.paid
    supplied, wanted = np.asarray(state.supplied), np.asarray(state.wanted)

    def by_product(nodes: Array, uses: Array, old_nodes: Array, old_uses: Array) -> Array:
        new, before = np.zeros(len(products)), np.zeros(len(products))
        np.maximum.at(new, node, np.nan_to_num(nodes, posinf=0.0))
        np.maximum.at(new, use, np.nan_to_num(uses, posinf=0.0))
        np.maximum.at(before, node, old_nodes)
        np.maximum.at(before, use, old_uses)
        return np.where(new > 1e-9 * before, new, before)

    price = by_product(gate, paid, old.node_price, old.use_price)
    tonnes = by_product(supplied, wanted, old.node_tonnes, old.use_tonnes)
    corner = np.full(len(use), CORNER) * price[use]
    corner[system.uses] = np.minimum(
        corner[system.uses], np.maximum(0.1 * unknown.paid, 1e-9 * price[use][system.uses])
    )
    # A small supplier answers to its own tonnes, but not to a millionth of the market's.
    own = np.clip(supplied, 1e-3 * tonnes[node], tonnes[node])
    return Scale(price[node], own, price[use], np.clip(wanted, 1e-3 * tonnes[use], None), corner)
