"""Supply: plants with a smooth merit order, and the textbook curves.

A plant runs at capacity x logistic((margin - cash cost) / spread): its output is the share of its ore
bodies and lines whose own cost lies below the margin. Producer surplus is then a softplus, exactly.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from .levers import Array, Economy, Network


class Plants(NamedTuple):
    """What plants do at given prices.

    activity  (plant)  t of activity a year
    slope     (plant)  d activity / d margin, t per USD/t
    margin    (plant)  outputs at own gate price - inputs at average landed price - cash cost, USD/t
    """

    activity: Array
    slope: Array
    margin: Array


def plants(gate: Array, average: Array, network: Network, economy: Economy) -> Plants:
    """Activity of every plant at gate prices (node) and average landed input prices (use), USD/t."""
    earned = economy.made * gate[network.made_node]
    paid = economy.used * average[network.used_use]
    margin = (
        jnp.zeros_like(economy.cost)
        .at[network.made_plant].add(earned)
        .at[network.used_plant].add(-paid)
        - economy.cost
    )  # fmt: skip
    running = jax.nn.sigmoid(margin / economy.spread)
    slope = economy.capacity * running * jax.nn.sigmoid(-margin / economy.spread) / economy.spread
    return Plants(economy.capacity * running, slope, margin)


class Offer(NamedTuple):
    """Supply of the textbook curves at a node, and its slope.

    quantity, slope  (node)  t/y; t/y per USD/t
    """

    quantity: Array
    slope: Array


def curves(gate: Array, network: Network, economy: Economy) -> Offer:
    """Linear max(0, c + d P) and isoelastic q0 (P/p0)^e supply at gate prices (node), USD/t."""
    straight = economy.linear_c + economy.linear_d * gate[network.linear_node]
    at = gate[network.isoelastic_node]
    bent = economy.iso_quantity * (at / economy.iso_price) ** economy.iso_elasticity
    zero = jnp.zeros_like(gate)
    quantity = (
        zero.at[network.linear_node].add(jnp.maximum(straight, 0.0))
        .at[network.isoelastic_node].add(bent)
    )  # fmt: skip
    slope = (
        zero.at[network.linear_node].add(jnp.where(straight > 0, economy.linear_d, 0.0))
        .at[network.isoelastic_node].add(economy.iso_elasticity * bent / jnp.where(at > 0, at, 1.0))
    )  # fmt: skip
    return Offer(quantity, slope)


def plant_surplus(margin: Array, economy: Economy) -> Array:
    """Producer surplus of every plant, USD/y: the integral of activity over its margin."""
    return economy.capacity * economy.spread * jax.nn.softplus(margin / economy.spread)


def curve_surplus(gate: Array, network: Network, economy: Economy) -> Array:
    """Producer surplus of the textbook curves, by node, USD/y: the area left of the curve.

    Linear c + d P: (c + d P)^2 / 2d where d > 0; for d = 0 it is c P. With c > 0 and d > 0 the area
    from price 0 is c P + d P^2 / 2. Isoelastic: q P / (1 + e).
    """
    p = gate[network.linear_node]
    c, d = economy.linear_c, economy.linear_d
    sold = jnp.maximum(c + d * p, 0.0)
    safe = jnp.where(d > 0, d, 1.0)
    triangle = sold**2 / (2 * safe) - jnp.where(c > 0, c**2 / (2 * safe), 0.0)
    straight = jnp.where(d > 0, triangle, sold * p)
    at = gate[network.isoelastic_node]
    bent = economy.iso_quantity * (at / economy.iso_price) ** economy.iso_elasticity
    return (
        jnp.zeros_like(gate)
        .at[network.linear_node].add(straight)
        .at[network.isoelastic_node].add(bent * at / (1 + economy.iso_elasticity))
    )  # fmt: skip
