"""Limits: quotas, licences and tariff-rate quotas, and the rent of a licence.

A limit counts the tonnes of one or many arcs. Either they stay below it and a licence is worth
nothing, or they fill it and a licence has a price, its rent: complementarity by construction, for one
unknown is the rent where it is positive and the unused part of the limit where it is negative.

Next: `clearing`, which finds it; `measures`, which reads limits from a world's table.
"""

from typing import NamedTuple

import jax.numpy as jnp

from .border import Rents
from .levers import Array, Levers, Network


class Limited(NamedTuple):
    """Limits at the solver's unknown.

    rent    (limit) USD/t, 0 <= rent <= beyond
    slope   (limit) d rent / d unknown
    slack   (limit) part of the limit that is not used, less the part that passes beyond it
    relief  (limit) d slack / d unknown, <= 0
    """

    rent: Array
    slope: Array
    slack: Array
    relief: Array


def limited(unknown: Array, levers: Levers) -> Limited:
    """From the solver's unknown (limit) to rents, USD/t, and what is left of each limit, t/y.

    Above 0 the unknown is the log of 1 + rent / limit_price; below, minus what is unused, in units of
    limit_tonnes. Where the rent has reached the duty beyond the limit, it counts tonnes that pay that.
    """
    scale = levers.limit_price
    top = jnp.log1p(levers.beyond / scale)
    filled = (unknown > 0) & (unknown < top)
    at = jnp.clip(unknown, 0.0, top)
    slack = levers.limit_tonnes * (jnp.maximum(-unknown, 0.0) - jnp.maximum(unknown - top, 0.0))
    return Limited(
        rent=scale * jnp.expm1(at),
        slope=jnp.where(filled, scale * jnp.exp(at), 0.0),
        slack=slack,
        relief=jnp.where(filled, 0.0, -levers.limit_tonnes),
    )


def rents(found: Limited, network: Network) -> Rents:
    """What licences cost along every arc, USD/t."""
    each = found.rent[network.member_limit]
    export = network.limit_export[network.member_limit]
    zero = jnp.zeros(len(network.arc_node))
    return Rents(
        zero.at[network.member_arc].add(each * export),
        zero.at[network.member_arc].add(each * (1 - export)),
    )


def counted(flow: Array, network: Network) -> Array:
    """Tonnes a year that count towards each limit (limit). flow (arc)."""
    return jnp.zeros(len(network.limit_chain)).at[network.member_limit].add(
        flow[network.member_arc]
    )  # fmt: skip
