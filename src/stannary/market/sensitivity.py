"""Sensitivity: which figures and levers a number hangs on most, by exact gradients.

A number is made of what is seen in two cleared markets, without the bloc and with it: what zone users
lose, a price, a plant's output. A figure of the economy moves both markets, a floor only the one it
stands in. One reverse pass over each cleared market gives the slope in every figure at once; no market
is solved again.

Next: `functional`, the numbers; `clearing`, whose residual and Jacobian this differentiates.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

from .calibrate import Market
from .clearing import balance, jacobian
from .engine import ONCE
from .functional import Functional, Rule, Seen, chosen, of_users, seen, seen_in
from .levers import Array, Economy, Levers, Network
from .outcome import Outcome

Kind = Literal[
    "capacity", "cost", "spread", "made", "used", "base_use", "elasticity", "freight",
    "substitution", "floor", "duty", "export_tax", "limit", "guarantee", "capture", "detour",
    "audit_rate", "penalty", "disguise", "tempted",
]  # fmt: skip

ENFORCED: tuple[Kind, ...] = ("audit_rate", "penalty", "disguise", "tempted")
"""Figures of enforcement, each moved for all classes of buyers together."""

ANSWERED: tuple[Kind, ...] = ("capture",)
"""Figures of how sellers outside answer, each moved for all of them together."""

RISE = 0.1
"""The rise of a figure that an effect is stated for."""

_Effect = tuple[Kind, str, str, float]


@dataclass(frozen=True, slots=True)
class Driver:
    """What a rise of one figure by a tenth does to a number, to first order.

    kind    what the figure is
    name    id of the plant, segment or limit; "origin -> destination" of a route; recipe of a
            coefficient; importer of a duty, exporter of a tax, maker of a guarantee; "" where the
            product says it all
    product world product, "" for a plant
    effect  by how much the number rises, in its unit
    """

    kind: Kind
    name: str
    product: str
    effect: float


def drivers(without: Outcome, with_bloc: Outcome) -> tuple[Driver, ...]:
    """Every figure of the economy and every lever, by what it does to the zone users' cost, USD/y.

    Largest effect first. None in a world of perfect substitutes, and none without a zone. Raises
    NotCleared when either outcome has no numbers.
    """
    if not with_bloc.zone:
        return ()
    inside = chosen(with_bloc.market.uses, lambda use: use[0] in with_bloc.zone)
    moved = movers(Functional(of_users, (inside,)), without, with_bloc)
    return tuple(replace(driver, effect=-driver.effect) for driver in moved)


def movers(number: Functional, without: Outcome, with_bloc: Outcome) -> tuple[Driver, ...]:
    """Every figure of the economy and every lever that moves a number, largest effect first.

    None in a world of perfect substitutes, whose solution has kinks that no slope describes, and none
    of the base year. Raises NotCleared when either outcome has no numbers.
    """
    market = with_bloc.market
    if market.exact or without.law is None or with_bloc.law is None:
        return ()
    plain, levers = without.law.levers, with_bloc.law.levers
    at_economy, at_plain, at_levers = _slopes(number, without, with_bloc)
    effects: dict[tuple[Kind, str, str], float] = defaultdict(float)
    for kind, name, product, effect in _named(market, at_economy):
        effects[kind, name, product] += effect
    for slope, value, outcome in (
        (at_plain, plain, without),
        (at_levers, levers, with_bloc),
    ):  # duties, export taxes and limits stand in both markets
        for kind, name, product, effect in _at_borders(slope, value, outcome):
            effects[kind, name, product] += effect
    for kind, name, product, effect in _of_the_bloc(at_levers, with_bloc):
        effects[kind, name, product] += effect
    found = [Driver(*key, effect) for key, effect in effects.items() if effect != 0]
    return tuple(sorted(found, key=lambda d: (-abs(d.effect), d.kind, d.name, d.product)))


def _named(market: Market, slope: Economy) -> list[_Effect]:
    """Effects of a tenth more of every figure, under the name of the figure in the world's tables."""
    economy, network = market.economy, market.network
    recipe = {plant.plant: plant.recipe for plant in market.world.plants}

    def tenth(field: str) -> list[float]:
        return (RISE * getattr(slope, field) * getattr(economy, field)).tolist()

    def of(maker: int) -> str:
        # A coefficient is one figure of its recipe, however many plants follow it.
        return recipe.get(market.plants[maker], market.plants[maker])

    found: list[_Effect] = []
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


def _at_borders(slope: Levers, value: Levers, outcome: Outcome) -> Iterator[_Effect]:
    """Effects of a tenth more of every duty, export tax and limit on tonnes."""
    doors = outcome.law.doors if outcome.law else ()

    def tenth(part: str, i: int) -> float:
        return float(RISE * getattr(slope, part)[i] * getattr(value, part)[i])

    for i, (product, origin, destination) in enumerate(outcome.market.arcs + doors):
        for part in ("counted", "uncounted", "specific"):
            yield "duty", destination, product, tenth(part, i)
        for part in ("export_tax", "export_specific"):
            yield "export_tax", origin, product, tenth(part, i)
    for i, limit in enumerate(outcome.limits):
        yield "limit", limit.name, "", tenth("limit", i)


def _of_the_bloc(slope: Levers, with_bloc: Outcome) -> Iterator[_Effect]:
    """Effects of a tenth more of everything that only the bloc's law sets."""
    levers, market = with_bloc.levers, with_bloc.market
    doors = with_bloc.law.doors if with_bloc.law else ()
    for i, (product, _, _) in enumerate(market.arcs + doors):
        yield "floor", "", product, float(RISE * slope.floor[i] * levers.floor[i])
        for part in (*ENFORCED, *ANSWERED):
            yield part, "", "", float(RISE * getattr(slope, part)[i] * getattr(levers, part)[i])
    for i, (region, product) in enumerate(market.nodes):
        yield "guarantee", region, product, float(RISE * slope.guarantee[i] * levers.guarantee[i])
    yield "detour", "", "", float(RISE * slope.detour * levers.detour)


def _slopes(
    number: Functional, without: Outcome, with_bloc: Outcome
) -> tuple[Economy, Levers, Levers]:
    """D number / d (economy, levers without, levers with)."""
    economy = with_bloc.market.economy
    networks = without.network, with_bloc.network
    sides = seen(without), seen(with_bloc)
    at_economy, *weights = _of_number(number.of, number.chosen, networks, economy, *sides)
    (first, at_plain), (second, at_levers) = (
        _of_market(outcome.cleared.unknown, weight, outcome.network, economy, outcome.levers)
        for outcome, weight in zip((without, with_bloc), weights, strict=True)
    )
    # Summed in NumPy: each shape would be another little kernel to compile.
    slopes = jax.tree.map(np.asarray, (at_economy, first, second))
    whole = Economy(*(sum(parts) for parts in zip(*slopes, strict=True)))
    return whole, *jax.tree.map(np.asarray, (at_plain, at_levers))


@partial(jax.jit, static_argnums=0, compiler_options=ONCE)
def _of_number(
    of: Rule,
    picked: tuple[Array, ...],
    networks: tuple[Network, Network],
    economy: Economy,
    before: Seen,
    after: Seen,
) -> tuple[Economy, Seen, Seen]:
    """D number / d (economy at given prices, what is seen without, and with)."""

    def number(economy: Economy, before: Seen, after: Seen) -> Array:
        return of(picked, networks, economy, before, after)

    return jax.grad(number, argnums=(0, 1, 2))(economy, before, after)


@partial(jax.jit, compiler_options=ONCE)
def _of_market(
    unknown: Array, weight: Seen, network: Network, economy: Economy, levers: Levers
) -> tuple[Economy, Levers]:
    """D (weight . what is seen) / d (economy, levers), along the cleared market.

    The adjoint of the implicit gradient that `clear` carries. It is written out here because to
    differentiate `clear` itself would compile its whole Newton loop again, for seconds.
    """

    def market(unknown: Array, economy: Economy, levers: Levers) -> tuple[Seen, Array]:
        here = balance(unknown, network, economy, levers)
        return seen_in(here, network, economy), here.residual

    (_, residual), back = jax.vjp(market, unknown, economy, levers)
    at_unknown, _, _ = back((weight, 0 * residual))
    slope = jacobian(balance(unknown, network, economy, levers), network, economy, levers)
    pull = jnp.linalg.solve(slope.T, at_unknown)
    _, at_economy, at_levers = back((weight, -pull))
    return at_economy, at_levers
