"""Welfare: who gains and who pays, in closed form, and where the money goes.

Users gain the area left of their demand curve, plants the integral of their supply, treasuries their
duties and export taxes less what they buy. Every sum is per year, in USD.
"""

from typing import NamedTuple

from . import demand
from .clearing import Balance
from .levers import Array, Economy, Levers, Network


class Money(NamedTuple):
    """Where money goes in one cleared market, USD a year.

    spent       (use)    what buyers pay at landed prices, plants' inputs included
    earned      (node)   what plants and curves get at their gate
    carried     (arc)    freight
    statutory   (arc)    duties of the importer
    top_up      (arc)    the adjustable tariff, the importer's
    export      (arc)    export taxes, the exporter's
    bought      (node)   public purchase at the support price
    """

    spent: Array
    earned: Array
    carried: Array
    statutory: Array
    top_up: Array
    export: Array
    bought: Array


def money(b: Balance, network: Network, economy: Economy, levers: Levers) -> Money:
    """Every payment of a cleared market."""
    gate = b.price.gate
    at_gate = gate[network.arc_node]
    return Money(
        spent=b.shares.average * b.wanted,
        earned=gate * b.supplied,
        carried=b.flow * (economy.freight + economy.freight_share * at_gate),
        statutory=b.flow * b.border.due.statutory,
        top_up=b.flow * b.border.due.top_up,
        export=b.flow * (levers.export_tax * at_gate + levers.export_specific),
        bought=b.price.excess * gate,
    )


def money_gap(paid: Money) -> Array:
    """What users and purchasers pay less what producers, carriers and treasuries get, USD a year."""
    got = paid.earned.sum() + paid.carried.sum() + paid.statutory.sum()
    return paid.spent.sum() + paid.bought.sum() - got - paid.top_up.sum() - paid.export.sum()


def users_gain(before: Balance, after: Balance, network: Network, economy: Economy) -> Array:
    """What end users of every use (use) gain from one market to the next, USD a year."""
    return demand.users_gain(before.shares.average, after.shares.average, network, economy)


def end_spending(b: Balance) -> Array:
    """What end users of every use pay (use), USD a year; plants' purchases are not in it."""
    return b.shares.average * b.final.quantity
