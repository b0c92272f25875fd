"""Functionals: numbers made of what is seen in two cleared markets, for `sensitivity` to differentiate.

Each is a rule, which is code, and the entries of axes that it is about, which are arrays: two numbers
of one rule (a price in Japan, one in Korea) are one kernel. The same numbers, taken apart, are in
`explain`; a test holds each to the other.

Next: `sensitivity`, their slopes.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from . import demand, supply
from .clearing import Balance
from .levers import Array, Economy, Network
from .outcome import Outcome
from .welfare import Money, money


class Seen(NamedTuple):
    """What a number may be made of in one cleared market.

    average, wanted  (use)    USD/t; t/y
    flow             (arc)    t/y
    supplied         (node)   t/y
    rent, slack      (limit)  USD/t; t/y
    money            every payment, USD/y
    plant_surplus    (plant)  USD/y
    curve_surplus    (node)   USD/y
    """

    average: Array
    wanted: Array
    flow: Array
    supplied: Array
    rent: Array
    slack: Array
    money: Money
    plant_surplus: Array
    curve_surplus: Array


def seen_in(here: Balance, network: Network, economy: Economy) -> Seen:
    """What is seen at a balance; differentiable."""
    return Seen(
        average=here.shares.average,
        wanted=here.wanted,
        flow=here.flow,
        supplied=here.supplied,
        rent=here.limits.rent,
        slack=here.limits.slack,
        money=money(here, network),
        plant_surplus=supply.plant_surplus(here.plants.margin, economy),
        curve_surplus=supply.curve_surplus(here.received, network, economy),
    )


def seen(outcome: Outcome) -> Seen:
    """The same from an outcome, as NumPy arrays. Raises NotCleared without numbers."""
    numbers = outcome.cleared
    here = numbers.balance
    found = Seen(
        here.shares.average, here.wanted, here.flow, here.supplied, here.limits.rent,
        here.limits.slack, numbers.money, numbers.plant_surplus, numbers.curve_surplus,
    )  # fmt: skip
    return jax.tree.map(np.asarray, found)


Rule = Callable[[tuple[Array, ...], tuple[Network, Network], Economy, Seen, Seen], Array]
"""From entries of axes, the networks and what is seen without and with, to a number."""


class Functional(NamedTuple):
    """A number: its rule, and the entries (1 or 0 along an axis) that it is about."""

    of: Rule
    chosen: tuple[Array, ...]


Name = TypeVar("Name")


def chosen(axis: Sequence[Name], wanted: Callable[[Name], bool]) -> Array:
    """1 along an axis where its name is wanted, else 0."""
    return np.array([float(wanted(name)) for name in axis])


def of_price(
    entries: tuple[Array, ...],
    networks: tuple[Network, Network],
    economy: Economy,
    before: Seen,
    after: Seen,
) -> Array:
    """What buyers pay on average with the bloc, USD/t. entries: (use)."""
    (uses,) = entries
    bought = after.wanted * uses
    return (after.average * bought).sum() / bought.sum()


def of_output(
    entries: tuple[Array, ...],
    networks: tuple[Network, Network],
    economy: Economy,
    before: Seen,
    after: Seen,
) -> Array:
    """What is made with the bloc, t/y. entries: (node)."""
    (nodes,) = entries
    return (after.supplied * nodes).sum()


def of_share(
    entries: tuple[Array, ...],
    networks: tuple[Network, Network],
    economy: Economy,
    before: Seen,
    after: Seen,
) -> Array:
    """Part of use, with the bloc, that comes over some routes. entries: (arc), (use)."""
    arcs, uses = entries
    return (after.flow * arcs).sum() / (after.wanted * uses).sum()


def of_users(
    entries: tuple[Array, ...],
    networks: tuple[Network, Network],
    economy: Economy,
    before: Seen,
    after: Seen,
) -> Array:
    """What end users gain, USD/y. entries: (use)."""
    (uses,) = entries
    gained = demand.users_gain(before.average, after.average, networks[1], economy)
    return (gained * uses).sum()


def of_producers(
    entries: tuple[Array, ...],
    networks: tuple[Network, Network],
    economy: Economy,
    before: Seen,
    after: Seen,
) -> Array:
    """What producers gain, USD/y. entries: (plant), (node)."""
    plants, nodes = entries
    return ((after.plant_surplus - before.plant_surplus) * plants).sum() + (
        (after.curve_surplus - before.curve_surplus) * nodes
    ).sum()


def of_treasury(
    entries: tuple[Array, ...],
    networks: tuple[Network, Network],
    economy: Economy,
    before: Seen,
    after: Seen,
) -> Array:
    """What a treasury gains, USD/y.

    entries: importer (arc), exporter (arc), node (node), door without (arc), door with (arc): the
    arcs whose goods enter by its door.
    """
    importer, exporter, nodes, *doors = entries

    def taken(side: Seen, network: Network, door: Array) -> Array:
        paid = side.money
        at_home = paid.statutory + paid.top_up + paid.fines + beyond(side, network)
        at_door = paid.door_statutory + paid.door_top_up + paid.door_fines
        spent = paid.bought + paid.guaranteed
        return (
            (at_home * importer + at_door * door + paid.export * exporter).sum()
            - (spent * nodes).sum()
        )  # fmt: skip

    return taken(after, networks[1], doors[1]) - taken(before, networks[0], doors[0])


def beyond(side: Seen, network: Network) -> Array:
    """Duty on tonnes beyond a limit (arc), USD/y: the importer's.

    A limit's tonnes count towards its arcs in proportion to what they carry.
    """
    zero = jnp.zeros(len(network.limit_chain))
    carried = side.flow[network.member_arc]
    counted = zero.at[network.member_limit].add(carried)
    passed = jnp.maximum(-side.slack, 0.0)
    each = side.rent * passed / jnp.where(counted > 0, counted, 1.0)
    return (
        jnp.zeros_like(side.flow).at[network.member_arc].add(each[network.member_limit] * carried)
    )
