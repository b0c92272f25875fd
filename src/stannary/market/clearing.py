"""Clearing: the plant-gate prices at which supply meets use, everywhere at once.

Newton on supply - use of every node, with an analytic Jacobian, a step limit and a line search.
Gradients come from the implicit function theorem, never through the iterations.

Next: `exact`, which finishes worlds of perfect substitutes; `certificate`, what was proved.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from . import demand, supply, trade
from .border import Border, border
from .levers import Array, Economy, Levers, Network
from .limits import Limited, counted, limited, rents

TOLERANCE = 1e-8
"""Largest excess of a node, relative to its base supply, at which a market counts as cleared."""

AIM = 1e-11
"""Where Newton stops trying to do better: its last steps square the residual."""

STEPS = 200
LONGEST_STEP = 3.0
SHORTER = 0.4
TRIES = 12
KNEE = -5.0
"""Below exp(KNEE) times the base price, a price falls to zero on a straight line, not a log."""


class Price(NamedTuple):
    """Gate prices and what is bought or thrown away at them.

    gate      (node)  USD/t, >= support
    slope     (node)  d gate / d unknown
    excess    (node)  t/y bought at the support price, or thrown away where that is 0
    relief    (node)  d excess / d unknown, <= 0
    """

    gate: Array
    slope: Array
    excess: Array
    relief: Array


def price(unknown: Array, economy: Economy, levers: Levers) -> Price:
    """From the solver's unknown (node) to prices.

    The unknown is the log of price over base price; below KNEE it is linear, so that free disposal at
    price 0 lies within reach; below the support price its shortfall counts tonnes of excess. So
    excess >= 0, price >= support, and one of the two always binds: complementarity by construction.
    """
    scale = economy.base_price
    corner = jnp.exp(KNEE)
    support = levers.support / scale
    low = jnp.where(
        support > corner, jnp.log(jnp.maximum(support, corner)), KNEE - 1 + support / corner
    )
    at = jnp.maximum(unknown, low)
    bent = jnp.exp(jnp.maximum(at, KNEE))
    ratio = jnp.where(at > KNEE, bent, corner * (at - KNEE + 1))
    above = unknown > low
    slope = jnp.where(above, jnp.where(at > KNEE, bent, corner), 0.0)
    excess = economy.base_supply * jnp.maximum(low - unknown, 0.0)
    # At a support of 0 the ratio can round to -0: a price is never negative.
    gate = scale * jnp.maximum(ratio, 0.0)
    return Price(gate, scale * slope, excess, jnp.where(above, 0.0, -economy.base_supply))


class Balance(NamedTuple):
    """Everything that the residual computes on its way; quantities t/y, prices USD/t.

    residual  (node, then limit)  supply - shipped - excess, over base supply; limit - counted -
              slack, over limit_tonnes
    received  (node)  what producers get a tonne: the gate price, or what the state guarantees
    limits    rents and slack of every limit
    supplied  (node), wanted (use), flow (arc), activity (plant), margin (plant)
    """

    residual: Array
    price: Price
    received: Array
    limits: Limited
    border: Border
    shares: trade.Shares
    plants: supply.Plants
    offer: supply.Offer
    final: demand.Wanted
    supplied: Array
    wanted: Array
    flow: Array


def balance(unknown: Array, network: Network, economy: Economy, levers: Levers) -> Balance:
    """Supply against use at every node. unknown (node, then limit): see `price` and `limited`."""
    nodes = len(network.node_chain)
    at = price(unknown[:nodes], economy, levers)
    held = limited(unknown[nodes:], levers)
    # A log of zero in a branch that free disposal leaves behind would poison gradients.
    gate = jnp.maximum(at.gate, 1e-300)
    licences = rents(held, network) if len(network.limit_chain) else None
    crossed = border(gate, network, economy, levers, licences)
    shared = trade.shares(crossed.landed, crossed.open, network, economy)
    received = jnp.maximum(gate, levers.guarantee)
    running = supply.plants(received, shared.average, network, economy)
    offer = supply.curves(received, network, economy)
    final = demand.final(shared.average, shared.served, network, economy)
    supplied = offer.quantity.at[network.made_node].add(
        economy.made * running.activity[network.made_plant]
    )
    wanted = final.quantity.at[network.used_use].add(
        economy.used * running.activity[network.used_plant]
    )
    flow = shared.share * wanted[network.arc_use]
    shipped = jnp.zeros_like(gate).at[network.arc_node].add(flow)
    residual = (supplied - shipped - at.excess) / economy.base_supply
    if licences is not None:
        left = (levers.limit - counted(flow, network) - held.slack) / levers.limit_tonnes
        residual = jnp.concatenate([residual, left])
    return Balance(
        residual, at, received, held, crossed, shared, running, offer, final, supplied, wanted,
        flow,
    )  # fmt: skip


def jacobian(b: Balance, network: Network, economy: Economy, levers: Levers) -> Array:
    """Slopes of the residual in the unknown, from those that `balance` has; square, n = its length.

    Trade moves in two ways: buyers switch origin (sigma), and they pay another average price, which
    moves plants and end uses. A test holds this to forward-mode differentiation.
    """
    nodes, u, k = len(network.node_chain), economy.sigma.shape[0], economy.cost.shape[0]
    n = nodes + len(network.limit_chain)
    # Everything that an arc's price hangs on: its node's price, and the rent of each limit on it.
    member = network.member_arc
    limited = len(network.limit_chain) > 0

    def spread(of_arcs: Array, of_members: Array) -> Array:
        return jnp.concatenate([of_arcs, of_members]) if limited else of_arcs

    at = spread(network.arc_node, nodes + network.member_limit)
    export = network.limit_export[network.member_limit]
    by_rent = jnp.where(export > 0, b.border.rent_slope[member], 1.0)
    pulled = spread(
        b.border.slope * b.price.slope[network.arc_node],
        by_rent * b.limits.slope[network.member_limit],
    )
    use = spread(network.arc_use, network.arc_use[member])
    share = spread(b.shares.share, b.shares.share[member])
    landed = spread(b.border.landed, b.border.landed[member])
    pull = share * pulled  # d landed, weighted by its share
    average, sigma = b.shares.average, economy.sigma[use]
    relative = landed / jnp.where(share > 0, average[use], landed)
    # d average / d unknown: what is paid more, less what switching saves.
    averages = jnp.zeros((u, n)).at[use, at].add(pull * (1 - sigma * (1 - 1 / relative)))
    switching = jnp.zeros((u, n)).at[use, at].add(pull / landed)
    sharing = jnp.zeros((n, u)).at[at, use].add(share)
    # A plant has a few outputs and inputs: adding their rows is half the work of dense products.
    received = jnp.where(b.received > levers.guarantee, b.price.slope, 0.0)
    earned = economy.made * received[network.made_node]
    paid = economy.used[:, None] * averages[network.used_use]
    margins = (
        jnp.zeros((k, n))
        .at[network.made_plant, network.made_node].add(earned)
        .at[network.used_plant].add(-paid)
    )  # fmt: skip
    activity = b.plants.slope[:, None] * margins
    drawn = economy.used[:, None] * activity[network.used_plant]
    made = economy.made[:, None] * activity[network.made_plant]
    wanted = (b.final.slope[:, None] * averages).at[network.used_use].add(drawn)
    supplied = jnp.zeros((n, n)).at[network.made_node].add(made)
    shipped = sharing @ (wanted + (economy.sigma * b.wanted)[:, None] * switching)
    own = -sigma * b.wanted[use] * pull / landed
    first = len(network.arc_node)
    shipped = shipped.at[at[:first], at[:first]].add(own[:first])
    if limited:
        row, column = network.cross_row, network.cross_column
        shipped = shipped.at[at[row], at[column]].add(own[column])
    diagonal = jnp.concatenate([b.offer.slope * received - b.price.relief, -b.limits.relief])
    scale = jnp.concatenate([economy.base_supply, levers.limit_tonnes])
    return (supplied - shipped + jnp.diag(diagonal)) / scale[:, None]


def chains(network: Network) -> Array:
    """Number of the chain of every unknown: of the nodes, then of the limits."""
    return jnp.concatenate([network.node_chain, network.limit_chain])


class Cleared(NamedTuple):
    """How a solve ended.

    unknown     (node, then limit)  see `price` and `limited`
    residual    (same length)  largest excess over base supply of each chain, by chain number; rest 0
    iterations  Newton steps
    """

    unknown: Array
    residual: Array
    iterations: Array


class _Walk(NamedTuple):
    unknown: Array
    merit: Array
    worst: Array
    steps: Array
    stalled: Array


def _newton(start: Array, network: Network, economy: Economy, levers: Levers) -> Cleared:
    """Newton on all chains at once; each chain has its own step length, line search and end.

    Chains of different minerals do not touch: one that is hard must not shorten another's steps.
    """
    chain = chains(network)
    nothing = jnp.zeros_like(start)  # a chain's number is below the number of nodes

    def merits(residual: Array) -> tuple[Array, Array]:
        sound = jnp.where(jnp.isfinite(residual), residual, jnp.inf)
        return nothing.at[chain].add(sound**2), nothing.at[chain].max(jnp.abs(sound))

    def step(walk: _Walk) -> _Walk:
        here = balance(walk.unknown, network, economy, levers)
        slope = jacobian(here, network, economy, levers)
        # Where a price moves nothing (a shut plant, a glut) its row is flat. Adding |residual| to the
        # diagonal bounds such a price's own step, leaves the others their Newton step, and vanishes
        # with the residual, so that the last steps are Newton's own.
        damping = jnp.abs(here.residual) / LONGEST_STEP + 1e-12
        move = -jnp.linalg.solve(slope + jnp.diag(damping), here.residual)
        move = jnp.where(jnp.isfinite(move), move, here.residual)
        longest = nothing.at[chain].max(jnp.abs(move))
        move *= jnp.minimum(1.0, LONGEST_STEP / jnp.maximum(longest, 1e-300))[chain]
        active = (walk.worst > AIM) & ~walk.stalled

        def enough(length: Array, merit: Array) -> Array:
            return ~active | (merit <= (1 - 1e-4 * length) * walk.merit)

        def shorter(state: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
            length, merit, _, tries = state
            length = jnp.where(enough(length, merit) & (tries > 0), length, SHORTER * length)
            there = balance(walk.unknown + length[chain] * move, network, economy, levers)
            return length, *merits(there.residual), tries + 1

        def too_long(state: tuple[Array, Array, Array, Array]) -> Array:
            length, merit, _, tries = state
            return (tries == 0) | (jnp.any(~enough(length, merit)) & (tries < TRIES))

        first = jnp.where(active, 1 / SHORTER, 0.0)
        length, merit, worst, _ = jax.lax.while_loop(
            too_long, shorter, (first, jnp.full_like(first, jnp.inf), walk.worst, jnp.array(0))
        )
        better = active & (merit < walk.merit)
        return _Walk(
            jnp.where(better[chain], walk.unknown + length[chain] * move, walk.unknown),
            jnp.where(better, merit, walk.merit),
            jnp.where(better, worst, walk.worst),
            walk.steps + 1,
            walk.stalled | (active & ~better),
        )

    def going(walk: _Walk) -> Array:
        return jnp.any((walk.worst > AIM) & ~walk.stalled) & (walk.steps < STEPS)

    merit, worst = merits(balance(start, network, economy, levers).residual)
    walk = jax.lax.while_loop(
        going, step, _Walk(start, merit, worst, jnp.array(0), jnp.zeros_like(worst, dtype=bool))
    )
    return Cleared(walk.unknown, walk.worst, walk.steps)


@partial(jax.jit, inline=True)
def clear(start: Array, network: Network, economy: Economy, levers: Levers) -> Cleared:
    """Clear the market from `start` (node, then limit; 0 = the base price, and no rent).

    Differentiable in economy and levers, in both modes: the root is found without derivatives, then
    one Newton step with a frozen Jacobian carries the implicit gradient  -J^-1 dF. First order only.
    """
    frozen = jax.lax.stop_gradient((start, network, economy, levers))
    found = _newton(*frozen)
    root = jax.lax.stop_gradient(found.unknown)
    here = balance(root, network, *frozen[2:])
    # A price that moves nothing (no capacity, no buyer) has an empty row: it stays where it is.
    slope = jacobian(here, network, *frozen[2:]) + 1e-12 * jnp.eye(len(root))
    residual = balance(root, network, economy, levers).residual
    # Where a chain did not clear there is no root to differentiate at.
    done = (found.residual <= TOLERANCE)[chains(network)]
    move = jnp.linalg.solve(jax.lax.stop_gradient(slope), residual)
    # The step's derivative is wanted, not the step: near an empty row it may lead anywhere.
    move = jnp.where(done, move - jax.lax.stop_gradient(move), 0.0)
    return Cleared(root - move, found.residual, found.iterations)
