"""Welfare: who gains and who pays, in closed form, and where the money goes.

Users gain the area left of their demand curve, plants the integral of their supply, treasuries their
duties and export taxes less what they buy. Every sum is per year, in USD.
"""

from typing import NamedTuple

import jax.numpy as jnp

from . import demand
from .border import Parts
from .clearing import Balance
from .levers import Array, Economy, Network


class Money(NamedTuple):
    """Where money goes in one cleared market, USD a year.

    spent       (use)    what buyers pay at landed prices, plants' inputs included
    earned      (node)   what plants and curves get at their gate, guarantees not included
    carried     (arc)    freight
    statutory   (arc)    duties of the importer
    top_up      (arc)    the adjustable tariff, the importer's
    fines       (arc)    duty and penalty that audits bring in afterwards, the importer's
    door_statutory, door_top_up, door_fines
                (arc)    all three on goods that came in by the door of another member, that member's
    hiding      (arc)    spent by importers on disguise: nobody's income here
    detour      (arc)    spent on going round, besides freight: nobody's income here
    export      (arc)    export taxes less rebates, the exporter's
    captured    (arc)    raise of the price up to the floor, the seller's
    licences    (arc)    rents of licences
    bought      (node)   public purchase at the support price
    guaranteed  (node)   paid to producers by the state above their gate price
    """

    spent: Array
    earned: Array
    carried: Array
    statutory: Array
    top_up: Array
    fines: Array
    door_statutory: Array
    door_top_up: Array
    door_fines: Array
    hiding: Array
    detour: Array
    export: Array
    captured: Array
    licences: Array
    bought: Array
    guaranteed: Array


def money(b: Balance, network: Network) -> Money:
    """Every payment of a cleared market."""
    gate, flow = b.price.gate, b.flow
    at_gate = gate[network.arc_node]
    straight, round_about = b.border.direct, b.border.elsewhere
    near, far = flow * (1 - b.border.diverted), flow * b.border.diverted
    collected = round_about.statutory + round_about.top_up + round_about.fines
    entered = round_about.cif + collected + round_about.hiding
    # A licence to export stands in the price at the origin's border; one to import does not.
    export = jnp.where(
        network.limit_export[network.member_limit] > 0,
        b.limits.rent[network.member_limit],
        0.0,
    )
    rent = jnp.zeros_like(flow).at[network.member_arc].add(export)

    def taxed(parts: Parts) -> Array:
        return parts.fob - parts.captured - rent - at_gate

    return Money(
        spent=b.shares.average * b.wanted,
        earned=gate * b.supplied,
        carried=near * (straight.cif - straight.fob)
        + far * (round_about.cif - round_about.fob + round_about.landed - entered),
        statutory=near * straight.statutory,
        top_up=near * straight.top_up,
        fines=near * straight.fines,
        door_statutory=far * round_about.statutory,
        door_top_up=far * round_about.top_up,
        door_fines=far * round_about.fines,
        hiding=near * straight.hiding + far * round_about.hiding,
        detour=flow * b.border.detour,
        export=near * taxed(straight) + far * taxed(round_about),
        captured=near * straight.captured + far * round_about.captured,
        licences=flow * b.border.licence,
        bought=b.price.excess * gate,
        guaranteed=b.supplied * (b.received - gate),
    )


def money_gap(paid: Money) -> Array:
    """What users and purchasers pay less what everybody gets, USD a year.

    Guarantees pass from a treasury to producers beside the market: they are on neither side.
    """
    got = sum(
        part.sum()
        for part in (
            paid.earned, paid.carried, paid.statutory, paid.top_up, paid.fines,
            paid.door_statutory, paid.door_top_up, paid.door_fines, paid.hiding, paid.detour,
            paid.export, paid.captured, paid.licences,
        )
    )  # fmt: skip
    return paid.spent.sum() + paid.bought.sum() - got


def users_gain(before: Balance, after: Balance, network: Network, economy: Economy) -> Array:
    """What end users of every use (use) gain from one market to the next, USD a year."""
    return demand.users_gain(before.shares.average, after.shares.average, network, economy)


def end_spending(b: Balance) -> Array:
    """What end users of every use pay (use), USD a year; plants' purchases are not in it."""
    return b.shares.average * b.final.quantity
