"""Sensitivity: which figures and levers the zone users' cost hangs on most, by exact gradients.

The cost is what users of the zone lose from the market without the bloc to the market with it. A figure
of the economy moves both markets, a floor only the one it stands in. One reverse pass over each cleared
market gives the slope in every figure at once; no market is solved again.

Next: `clearing`, whose residual and Jacobian this differentiates.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

from . import demand
from .calibrate import Market
from .clearing import balance, jacobian
from .engine import ONCE
from .levers import Array, Economy, Levers, Network
from .outcome import Outcome

Kind = Literal[
    "capacity", "cost", "spread", "made", "used", "base_use", "elasticity", "freight",
    "substitution", "floor", "duty",
]  # fmt: skip

RISE = 0.1
"""The rise of a figure that an effect is stated for."""


@dataclass(frozen=True, slots=True)
class Driver:
    """What a rise of one figure by a tenth does to the zone users' cost, to first order.

    kind    what the figure is
    name    id of the plant or segment; "origin -> destination" of a route; recipe of a coefficient;
            importer of a duty; "" where the product says it all
    product world product, "" for a plant
    effect  USD a year more (or less) that zone users pay
    """

    kind: Kind
    name: str
    product: str
    effect: float


def drivers(without: Outcome, with_bloc: Outcome) -> tuple[Driver, ...]:
    """Every figure of the economy and every lever, largest effect first.

    None in a world of perfect substitutes, whose solution has kinks that no slope describes, and none
    without a zone. Raises NotCleared when either outcome has no numbers.
    """
    market = with_bloc.market
    if market.exact or not with_bloc.zone or without.law is None or with_bloc.law is None:
        return ()
    plain, levers = without.law.levers, with_bloc.law.levers
    at_economy, at_plain, at_levers = _slopes(without, with_bloc, plain, levers)
    effects: dict[tuple[Kind, str, str], float] = defaultdict(float)
    for kind, name, product, effect in _named(market, at_economy):
        effects[kind, name, product] += effect
    duties = ((at_plain, plain), (at_levers, levers))  # a duty stands in both markets
    for i, (product, _, destination) in enumerate(market.arcs):
        effects["floor", "", product] += float(RISE * at_levers.floor[i] * levers.floor[i])
        for slope, value in duties:
            for part in ("counted", "uncounted", "specific"):
                tenth = RISE * getattr(slope, part)[i] * getattr(value, part)[i]
                effects["duty", destination, product] += float(tenth)
    found = [Driver(*key, effect) for key, effect in effects.items() if effect != 0]
    return tuple(sorted(found, key=lambda d: (-abs(d.effect), d.kind, d.name, d.product)))


def _named(market: Market, slope: Economy) -> list[tuple[Kind, str, str, float]]:
    """Effects of a tenth more of every figure, under the name of the figure in the world's tables."""
    economy, network = market.economy, market.network
    recipe = {plant.plant: plant.recipe for plant in market.world.plants}

    def tenth(field: str) -> list[float]:
        return (RISE * getattr(slope, field) * getattr(economy, field)).tolist()

    def of(maker: int) -> str:
        # A coefficient is one figure of its recipe, however many plants follow it.
        return recipe.get(market.plants[maker], market.plants[maker])

    found: list[tuple[Kind, str, str, float]] = []
    of_plants: tuple[Kind, ...] = ("capacity", "cost", "spread")
    for kind in of_plants:
        for plant, effect in zip(market.plants, tenth(kind), strict=True):
            found.append((kind, plant, "", effect))
    outputs = zip(network.made_plant, network.made_node, tenth("made"), economy.made, strict=True)
    for maker, node, effect, coefficient in outputs:
        # An output of 1 is no figure: it says what a tonne of activity is.
        if coefficient != 1:
            found.append(("made", of(maker), market.nodes[node][1], effect))
    for maker, use, effect in zip(network.used_plant, network.used_use, tenth("used"), strict=True):
        found.append(("used", of(maker), market.uses[use][1], effect))
    ends = [market.uses[use][1] for use in network.segment_use]
    of_segments: tuple[Kind, ...] = ("base_use", "elasticity")
    for kind in of_segments:
        for segment, product, effect in zip(market.segments, ends, tenth(kind), strict=True):
            found.append((kind, segment, product, effect))
    both = zip(market.arcs, tenth("freight"), tenth("freight_share"), strict=True)
    for (product, origin, destination), weight, value in both:
        found.append(("freight", f"{origin} -> {destination}", product, weight + value))
    for (_, product), effect in zip(market.uses, tenth("sigma"), strict=True):
        found.append(("substitution", "", product, effect))
    return found


def _slopes(
    without: Outcome, with_bloc: Outcome, plain: Levers, levers: Levers
) -> tuple[Economy, Levers, Levers]:
    """D cost / d (economy, levers without, levers with)."""
    market = with_bloc.market
    network, economy = market.network, market.economy
    before, after = without.cleared, with_bloc.cleared
    inside = np.array([float(region in with_bloc.zone) for region, _ in market.uses])
    averages = before.balance.shares.average, after.balance.shares.average
    at_economy, at_before, at_after = _of_demand(averages, network, economy, inside)
    first, at_plain = _of_market(before.unknown, at_before, network, economy, plain)
    second, at_levers = _of_market(after.unknown, at_after, network, economy, levers)
    # Summed in NumPy: each shape would be another little kernel to compile.
    slopes = jax.tree.map(np.asarray, (at_economy, first, second))
    whole = Economy(*(sum(parts) for parts in zip(*slopes, strict=True)))
    return whole, *jax.tree.map(np.asarray, (at_plain, at_levers))


@partial(jax.jit, compiler_options=ONCE)
def _of_demand(
    averages: tuple[Array, Array], network: Network, economy: Economy, inside: Array
) -> tuple[Economy, Array, Array]:
    """D cost / d (economy at given prices, average prices without, with). inside (use): 1 or 0."""

    def cost(economy: Economy, before: Array, after: Array) -> Array:
        return -(demand.users_gain(before, after, network, economy) * inside).sum()

    return jax.grad(cost, argnums=(0, 1, 2))(economy, *averages)


@partial(jax.jit, compiler_options=ONCE)
def _of_market(
    unknown: Array, weight: Array, network: Network, economy: Economy, levers: Levers
) -> tuple[Economy, Levers]:
    """D (weight . average landed price) / d (economy, levers), along the cleared market. weight (use).

    The adjoint of the implicit gradient that `clear` carries. It is written out here because to
    differentiate `clear` itself would compile its whole Newton loop again, for seconds.
    """

    def market(unknown: Array, economy: Economy, levers: Levers) -> tuple[Array, Array]:
        here = balance(unknown, network, economy, levers)
        return here.shares.average, here.residual

    (_, residual), back = jax.vjp(market, unknown, economy, levers)
    at_unknown, _, _ = back((weight, 0 * residual))
    slope = jacobian(balance(unknown, network, economy, levers), network, economy)
    pull = jnp.linalg.solve(slope.T, at_unknown)
    _, at_economy, at_levers = back((weight, -pull))
    return at_economy, at_levers
