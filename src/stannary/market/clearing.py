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
from .levers import Array, Economy, Levers, Network

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

    residual  (node)  supply - shipped - excess, over base supply
    supplied  (node), wanted (use), flow (arc), activity (plant), margin (plant)
    """

    residual: Array
    price: Price
    border: trade.Border
    shares: trade.Shares
    plants: supply.Plants
    offer: supply.Offer
    final: demand.Wanted
    supplied: Array
    wanted: Array
    flow: Array


def balance(unknown: Array, network: Network, economy: Economy, levers: Levers) -> Balance:
    """Supply against use at every node. unknown (node): see `price`."""
    at = price(unknown, economy, levers)
    # A log of zero in a branch that free disposal leaves behind would poison gradients.
    gate = jnp.maximum(at.gate, 1e-300)
    border = trade.border(gate, network, economy, levers)
    shared = trade.shares(border.due.landed, network, economy, levers)
    running = supply.plants(gate, shared.average, network, economy)
    offer = supply.curves(gate, network, economy)
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
    return Balance(
        residual, at, border, shared, running, offer, final, supplied, wanted, flow
    )  # fmt: skip


def jacobian(b: Balance, network: Network, economy: Economy) -> Array:
    """Slopes of the residual in the unknown (node, node), from those that `balance` has.

    Trade moves in two ways: buyers switch origin (sigma), and they pay another average price, which
    moves plants and end uses. A test holds this to forward-mode differentiation.
    """
    node, use = network.arc_node, network.arc_use
    n, u, k = economy.base_price.shape[0], economy.sigma.shape[0], economy.cost.shape[0]
    share, landed, average = b.shares.share, b.border.due.landed, b.shares.average
    pull = share * b.border.slope * b.price.slope[node]  # d landed, weighted by its share
    sigma = economy.sigma[use]
    relative = landed / jnp.where(share > 0, average[use], landed)
    # d average / d unknown: what is paid more, less what switching saves.
    averages = (
        jnp.zeros((u, n)).at[use, node].add(pull * (1 - sigma * (1 - 1 / relative)))
    )  # fmt: skip
    switching = jnp.zeros((u, n)).at[use, node].add(pull / landed)
    sharing = jnp.zeros((n, u)).at[node, use].add(share)
    # A plant has a few outputs and inputs: adding their rows is half the work of dense products.
    earned = economy.made * b.price.slope[network.made_node]
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
    own = jnp.zeros(n).at[node].add(-sigma * b.wanted[use] * pull / landed)
    shipped = sharing @ (wanted + (economy.sigma * b.wanted)[:, None] * switching)
    diagonal = b.offer.slope * b.price.slope - own - b.price.relief
    return (supplied - shipped + jnp.diag(diagonal)) / economy.base_supply[:, None]


class Cleared(NamedTuple):
    """How a solve ended.

    unknown     (node)  see `price`
    residual    (node)  largest excess over base supply of each chain, by chain number; rest 0
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
    chain = network.node_chain
    nothing = jnp.zeros_like(start)  # a chain's number is below the number of nodes

    def merits(residual: Array) -> tuple[Array, Array]:
        sound = jnp.where(jnp.isfinite(residual), residual, jnp.inf)
        return nothing.at[chain].add(sound**2), nothing.at[chain].max(jnp.abs(sound))

    def step(walk: _Walk) -> _Walk:
        here = balance(walk.unknown, network, economy, levers)
        slope = jacobian(here, network, economy)
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
    """Clear the market from `start` (node; 0 = the base price).

    Differentiable in economy and levers, in both modes: the root is found without derivatives, then
    one Newton step with a frozen Jacobian carries the implicit gradient  -J^-1 dF. First order only.
    """
    frozen = jax.lax.stop_gradient((start, network, economy, levers))
    found = _newton(*frozen)
    root = jax.lax.stop_gradient(found.unknown)
    here = balance(root, network, *frozen[2:])
    # A price that moves nothing (no capacity, no buyer) has an empty row: it stays where it is.
    slope = jacobian(here, network, frozen[2]) + 1e-12 * jnp.eye(len(root))
    residual = balance(root, network, economy, levers).residual
    # Where a chain did not clear there is no root to differentiate at.
    done = (found.residual <= TOLERANCE)[network.node_chain]
    move = jnp.linalg.solve(jax.lax.stop_gradient(slope), residual)
    # The step's derivative is wanted, not the step: near an empty row it may lead anywhere.
    move = jnp.where(done, move - jax.lax.stop_gradient(move), 0.0)
    return Cleared(root - move, found.residual, found.iterations)
