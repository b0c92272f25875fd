"""Demand: end uses that answer to the average landed price, isoelastic or linear."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from .levers import Array, Economy, Network

STEEP = 4.0
"""Elasticity that demand gains where its users stop one after the other: assumed."""


class Wanted(NamedTuple):
    """Final demand of every use, and its slope.

    quantity, slope  (use)  t/y; t/y per USD/t, <= 0
    """

    quantity: Array
    slope: Array


def final(average: Array, served: Array, network: Network, economy: Economy) -> Wanted:
    """Tonnes wanted for end uses at average landed prices (use), USD/t. A cut-off use gets none.

    Isoelastic, until users stop: q0 (P / P0)^e / (1 + (P / choke)^STEEP).
    """
    price = average[network.segment_use]
    bent = economy.base_use * (price / economy.reference) ** economy.elasticity
    stopped = (price / economy.choke) ** STEEP
    bent = bent / (1 + stopped)
    straight = economy.linear_a - economy.linear_b * average[network.linear_use]
    zero = jnp.zeros_like(average)
    quantity = (
        zero.at[network.segment_use].add(bent)
        .at[network.linear_use].add(jnp.maximum(straight, 0.0))
    )  # fmt: skip
    slope = (
        zero.at[network.segment_use].add(
            (economy.elasticity - STEEP * stopped / (1 + stopped)) * bent / price
        )
        .at[network.linear_use].add(jnp.where(straight > 0, -economy.linear_b, 0.0))
    )  # fmt: skip
    return Wanted(quantity * served, slope * served)


@jax.jit
def users_gain(before: Array, after: Array, network: Network, economy: Economy) -> Array:
    """What end users of every use gain when its average landed price moves, USD/y (use).

    Minus the area left of the demand curve between the two prices (Marshallian surplus), for users of
    whom none stops (an infinite choke), in closed form: isoelastic q0 p0 ((P/p0)^(1+e)) / (1+e), its
    logarithm at e = -1; linear by its square.
    """
    e = economy.elasticity
    scale = economy.base_use * economy.reference
    r0 = before[network.segment_use] / economy.reference
    r1 = after[network.segment_use] / economy.reference
    one = jnp.abs(1 + e) < 1e-12
    safe = jnp.where(one, 1.0, 1 + e)
    area = scale * jnp.where(one, jnp.log(r1 / r0), (r1**safe - r0**safe) / safe)
    a, b = economy.linear_a, economy.linear_b
    q0 = jnp.maximum(a - b * before[network.linear_use], 0.0)
    q1 = jnp.maximum(a - b * after[network.linear_use], 0.0)
    steep = b > 0
    flat_area = a * (after - before)[network.linear_use]
    triangle = (q0**2 - q1**2) / (2 * jnp.where(steep, b, 1.0))
    return -(
        jnp.zeros_like(before)
        .at[network.segment_use].add(area)
        .at[network.linear_use].add(jnp.where(steep, triangle, flat_area))
    )  # fmt: skip
