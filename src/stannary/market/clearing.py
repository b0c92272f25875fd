"""Clearing: the plant-gate prices at which supply meets use, everywhere at once.

Newton on supply - use of every node, with an analytic Jacobian, a step limit and a line search.
Gradients come from the implicit function theorem, never through the iterations.

Next: `exact`, which finishes worlds of perfect substitutes; `certificate`, what was proved.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

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


def _for_jacobian(b: Balance) -> Balance:
    """What `jacobian` reads of a balance, the rest left out: a loop copies all that it carries."""
    ways = ("direct", "elsewhere", "door", "diverted", "detour", "licence", "open")
    return b._replace(
        price=b.price._replace(gate=None, excess=None),
        limits=b.limits._replace(rent=None, slack=None),
        border=b.border._replace(**dict.fromkeys(ways)),
        shares=b.shares._replace(served=None),
        plants=b.plants._replace(activity=None, margin=None),
        offer=b.offer._replace(quantity=None),
        final=b.final._replace(quantity=None),
        supplied=None,
        flow=None,
    )


def jacobian(b: Balance, network: Network, economy: Economy, levers: Levers) -> Array:
    """Slopes of the residual in the unknown, from those that `balance` has; square, n = its length.

    Trade moves in two ways: buyers switch origin (sigma), and they pay another average price, which
    moves plants and end uses. A test holds this to forward-mode differentiation.
    """
    nodes, plants = len(network.node_chain), economy.cost.shape[0]
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
    switching = economy.sigma[use] * pull / landed
    # d average / d unknown: what is paid more, less what switching saves.
    average = jnp.where(share > 0, b.shares.average[use], landed)
    averages = pull - switching * (landed - average)
    bought = b.wanted[use]
    # Sales to end users: what a use buys from each seller times how its use moves with each price.
    answer = b.final.slope[use] * averages + bought * switching
    (blocks, tall), wide = network.block_use.shape, network.block_unknown.shape[1]
    table = jnp.zeros((2, blocks * tall * wide)).at[:, network.entry_cell]
    table = table.add(jnp.stack([share, answer]))
    sold, moves = table.reshape(2, blocks, tall, wide)
    shipped = jnp.einsum("bui,buj->bij", sold, moves)
    # Plants: what moves a margin, and what a tonne of activity makes and draws.
    received = jnp.where(b.received > levers.guarantee, b.price.slope, 0.0)
    entry, plant = network.draw_entry, network.used_plant[network.draw_line]
    used = economy.used[network.draw_line]
    margins = (
        jnp.zeros((plants, n))
        .at[network.made_plant, network.made_node].add(economy.made * received[network.made_node])
        .at[plant, at[entry]].add(-used * averages[entry])
    )  # fmt: skip
    makes = (
        jnp.zeros((n, plants))
        .at[network.made_node, network.made_plant].add(economy.made)
        .at[at[entry], plant].add(-used * share[entry])
    )  # fmt: skip
    own = bought * switching  # what an arc loses by its own price at an unmoved average
    first = len(network.arc_node)
    diagonal = jnp.concatenate([b.offer.slope * received - b.price.relief, -b.limits.relief])
    diagonal = diagonal.at[network.arc_node].add(own[:first])
    slope = (makes * b.plants.slope) @ margins + jnp.diag(diagonal)
    slots = network.block_unknown
    slope = slope.at[slots[:, :, None], slots[:, None, :]].add(-shipped)
    if limited:
        row, column = network.cross_row, network.cross_column
        slope = slope.at[at[row], at[column]].add(own[column])
    return slope / jnp.concatenate([economy.base_supply, levers.limit_tonnes])[:, None]


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
    here: Balance
    merit: Array
    worst: Array
    steps: Array
    stalled: Array


class _Tried(NamedTuple):
    length: Array
    there: Balance
    merit: Array
    worst: Array
    tries: Array


def _newton(start: Array, network: Network, economy: Economy, levers: Levers) -> Cleared:
    """Newton on all chains at once; each chain has its own step length, line search and end.

    Chains of different minerals do not touch: one that is hard must not shorten another's steps.
    """
    chain = chains(network)
    nothing = jnp.zeros_like(start)  # a chain's number is below the number of nodes

    def at(unknown: Array) -> Balance:
        return _for_jacobian(balance(unknown, network, economy, levers))

    def merits(residual: Array) -> tuple[Array, Array]:
        sound = jnp.where(jnp.isfinite(residual), residual, jnp.inf)
        return nothing.at[chain].add(sound**2), nothing.at[chain].max(jnp.abs(sound))

    def step(walk: _Walk) -> _Walk:
        residual = walk.here.residual
        slope = jacobian(walk.here, network, economy, levers)
        # Where a price moves nothing (a shut plant, a glut) its row is flat. Adding |residual| to the
        # diagonal bounds such a price's own step, leaves the others their Newton step, and vanishes
        # with the residual, so that the last steps are Newton's own.
        damping = jnp.abs(residual) / LONGEST_STEP + 1e-12
        move = -_solved(slope + jnp.diag(damping), residual)
        plain = jnp.where(jnp.isfinite(residual), residual, 0.0)
        move = jnp.where(jnp.isfinite(move), move, plain)
        longest = nothing.at[chain].max(jnp.abs(move))
        move *= jnp.minimum(1.0, LONGEST_STEP / jnp.maximum(longest, 1e-300))[chain]
        active = (walk.worst > AIM) & ~walk.stalled

        def enough(length: Array, merit: Array) -> Array:
            below = merit <= (1 - 1e-4 * length) * walk.merit
            return ~active | (below & jnp.isfinite(merit))

        def shorter(tried: _Tried) -> _Tried:
            # A chain that is no better after the last try stays: then it is tried at length 0, so that
            # what is worked out here always holds where the walk goes on.
            last = tried.tries >= TRIES
            better = jnp.where(last, tried.merit < walk.merit, enough(tried.length, tried.merit))
            less = jnp.where(last, 0.0, SHORTER * tried.length)
            kept = better & (tried.tries > 0)
            length = jnp.where(kept, tried.length, less)
            there = at(walk.unknown + length[chain] * move)
            return _Tried(length, there, *merits(there.residual), tried.tries + 1)

        def too_long(tried: _Tried) -> Array:
            unmet = ~jnp.all(enough(tried.length, tried.merit))
            return (tried.tries == 0) | (unmet & (tried.tries <= TRIES))

        first = jnp.where(active, 1 / SHORTER, 0.0)
        tried = _Tried(first, walk.here, walk.merit, walk.worst, jnp.array(0))
        tried = jax.lax.while_loop(too_long, shorter, tried)
        return _Walk(
            walk.unknown + tried.length[chain] * move,
            tried.there,
            tried.merit,
            tried.worst,
            walk.steps + 1,
            walk.stalled | (active & ~(tried.merit < walk.merit)),
        )

    def going(walk: _Walk) -> Array:
        return jnp.any((walk.worst > AIM) & ~walk.stalled) & (walk.steps < STEPS)

    here = at(start)
    merit, worst = merits(here.residual)
    stalled = jnp.zeros_like(worst, dtype=bool)
    walk = _Walk(start, here, merit, worst, jnp.array(0), stalled)
    walk = jax.lax.while_loop(going, step, walk)
    return Cleared(walk.unknown, walk.worst, walk.steps)


def _solved(slope: Array, value: Array) -> Array:
    """The x of slope x = value.

    The value rides along as a last column, so that factorising does the forward substitution too.
    """
    n = len(value)
    factors = jax.lax.linalg.lu(jnp.concatenate([slope, value[:, None]], axis=1))[0]
    upper, column = factors[:, :n], factors[:, n:]
    return jax.lax.linalg.triangular_solve(upper, column, left_side=True, lower=False)[:, 0]


@partial(jax.jit, inline=True)
def clear(start: Array, network: Network, economy: Economy, levers: Levers) -> Cleared:
    """Clear the market from `start` (node, then limit; 0 = the base price, and no rent).

    Differentiable in economy and levers, in both modes: the root is found without derivatives, then
    the implicit function theorem gives them, -J^-1 dF. First order only.
    """
    return _clear(start, network, economy, levers)


@jax.custom_jvp
def _clear(start: Array, network: Network, economy: Economy, levers: Levers) -> Cleared:
    return _newton(start, network, economy, levers)


Solve = tuple[Array, Network, Economy, Levers]
"""What `clear` is given."""


@_clear.defjvp
def _implicit(given: Solve, moves: Solve) -> tuple[Cleared, Cleared]:
    """What clears, and how it moves: worked out only where a derivative is asked for."""
    start, network, economy, levers = given
    found = _newton(start, network, economy, levers)
    here = balance(found.unknown, network, economy, levers)
    # A price that moves nothing (no capacity, no buyer) has an empty row: it stays where it is.
    slope = jacobian(here, network, economy, levers) + 1e-12 * jnp.eye(len(found.unknown))

    def left(economy: Economy, levers: Levers) -> Array:
        return balance(found.unknown, network, economy, levers).residual

    _, shift = jax.jvp(left, (economy, levers), moves[2:])
    # Where a chain did not clear there is no root to differentiate at.
    done = (found.residual <= TOLERANCE)[chains(network)]
    move = jnp.where(done, -jnp.linalg.solve(slope, shift), 0.0)
    # Whole numbers have no derivative: JAX wants that said in a type of its own.
    none = np.zeros(found.iterations.shape, jax.dtypes.float0)
    return found, Cleared(move, jnp.zeros_like(found.residual), none)
