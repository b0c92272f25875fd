"""Trade: tonnes-conserving shares between origins.

Shares are a logit in log price ("volume-preserving CES", the form GCAM uses): tonnes shipped add up
to tonnes used at any substitution. High sigma is the Takayama-Judge limit, 3 to 6 is Armington.

Next: `supply` and `demand`, then `clearing`, which makes the two meet.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from .levers import Array, Economy, Network

CUT_OFF = 100.0
"""Price of a use that no open route reaches, in times its base price: assumed, and reported."""


class Shares(NamedTuple):
    """Who serves each use.

    share    (arc)  part of the use that comes this way; sums to 1 over open arcs of a use
    average  (use)  average landed price, USD/t
    served   (use)  1, or 0 where no open arc reaches the use
    """

    share: Array
    average: Array
    served: Array


def shares(landed: Array, open_: Array, network: Network, economy: Economy) -> Shares:
    """Shares by landed price: share ~ open x capacity / base capacity x affinity x landed^(-sigma).

    The affinity is the base share at the base landed price; an origin whose capacity doubles offers
    twice as much at the same price.
    """
    node, use = network.arc_node, network.arc_use
    uses = economy.sigma.shape[0]
    potential = (
        jnp.zeros_like(economy.potential)
        .at[network.made_node]
        .add(economy.made * economy.capacity[network.made_plant])
    )
    has_plants = economy.potential > 0
    growth = jnp.where(has_plants, potential / jnp.where(has_plants, economy.potential, 1.0), 1.0)
    weight = open_ * growth[node]

    utility = economy.log_share - economy.sigma[use] * (jnp.log(landed) - economy.log_landed)
    reachable = weight > 0
    best = jnp.full(uses, -jnp.inf).at[use].max(jnp.where(reachable, utility, -jnp.inf))
    best = jax.lax.stop_gradient(jnp.where(jnp.isfinite(best), best, 0.0))
    # The inner `where` keeps a closed arc's exponent finite: inf x 0 would poison the gradient.
    pull = weight * jnp.exp(jnp.where(reachable, utility - best[use], 0.0))
    total = jnp.zeros(uses).at[use].add(pull)
    served = total > 0
    share = pull / jnp.where(served, total, 1.0)[use]
    average = jnp.zeros(uses).at[use].add(share * landed)
    paid = jnp.exp(economy.log_landed)
    base = jnp.zeros(uses).at[use].max(paid)
    # Without any route, open or closed, there is no base price: the dearest of all shuts its plants.
    base = jnp.where(base > 0, base, jnp.max(paid, initial=1.0))
    average = jnp.where(served, average, CUT_OFF * jax.lax.stop_gradient(base))
    return Shares(share, average, served.astype(landed.dtype))
