"""Gains taken apart: of users and treasuries by product, of producers by plant.

With less without, USD/y. Next: `explain`, which asks for them; `verdict`, the same sums by region.
"""

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from . import demand, functional
from .breakdown import Breakdown, Part, Subject, ranked, within
from .functional import Functional, beyond, chosen, seen
from .levers import Array
from .outcome import Outcome


def users(subject: Subject, without: Outcome, with_bloc: Outcome) -> Breakdown:
    """What end users gain, by product."""
    market, inside = with_bloc.market, within(subject, with_bloc)
    uses = chosen(market.uses, lambda use: inside(use[0]))
    before, after = without.cleared.balance, with_bloc.cleared.balance
    gained = np.asarray(
        demand.users_gain(
            before.shares.average, after.shares.average, market.network, market.economy
        )
    )
    rows: dict[str, list[int]] = defaultdict(list)
    for i in np.flatnonzero(uses):
        if before.final.quantity[i] > 0 or after.final.quantity[i] > 0:
            rows[market.uses[i][1]].append(int(i))
    parts = []
    for product, at in rows.items():
        columns: dict[str, float | None] = {}
        for name, b in (("without", before), ("with", after)):
            tonnes = float(b.final.quantity[at].sum())
            spent = float(b.shares.average[at] @ b.final.quantity[at])
            columns |= {
                f"price_{name}": spent / tonnes if tonnes > 0 else None,
                f"use_{name}": tonnes,
            }
        parts.append(Part(product, float(gained[at].sum()), columns))
    value = float((gained * uses).sum())
    return Breakdown(
        value, None, value, ranked(parts), Functional(functional.of_users, (uses,))
    )  # fmt: skip


def producers(subject: Subject, without: Outcome, with_bloc: Outcome) -> Breakdown:
    """What producers gain, by plant; textbook curves by region and product."""
    market, inside = with_bloc.market, within(subject, with_bloc)
    home = {plant.plant: plant.region for plant in market.world.plants}
    plants = chosen(
        market.plants, lambda plant: inside(home.get(plant) or plant.split(":")[1])
    )  # fmt: skip
    nodes = chosen(market.nodes, lambda node: inside(node[0]))
    before, after = without.cleared, with_bloc.cleared
    parts = []
    gained = after.plant_surplus - before.plant_surplus
    for i in np.flatnonzero(plants):
        columns: dict[str, float | None] = {}
        for name, side in (("without", before), ("with", after)):
            columns[f"margin_{name}"] = float(side.balance.plants.margin[i])
            columns[f"activity_{name}"] = float(side.balance.plants.activity[i])
        parts.append(Part(market.plants[i], float(gained[i]), columns))
    curves = after.curve_surplus - before.curve_surplus
    for i in np.flatnonzero(nodes):
        if after.balance.offer.quantity[i] > 0 or before.balance.offer.quantity[i] > 0:
            region, product = market.nodes[i]
            parts.append(Part(f"curve:{region}:{product}", float(curves[i]), {}))
    value = float((gained * plants).sum() + (curves * nodes).sum())
    found = Functional(functional.of_producers, (plants, nodes))
    return Breakdown(value, None, value, ranked(parts), found)


def treasury(subject: Subject, without: Outcome, with_bloc: Outcome) -> Breakdown:
    """What treasuries gain, by product."""
    market, inside = with_bloc.market, within(subject, with_bloc)
    importer = chosen(market.arcs, lambda arc: inside(arc[2]))
    exporter = chosen(market.arcs, lambda arc: inside(arc[1]))
    nodes = chosen(market.nodes, lambda node: inside(node[0]))
    doors = [_doors(outcome, inside) for outcome in (without, with_bloc)]
    rows: dict[str, dict[str, float]] = {}
    for sign, outcome, door in ((-1, without, doors[0]), (1, with_bloc, doors[1])):
        side = seen(outcome)
        paid = side.money
        over_arcs = {
            "duty": paid.statutory * importer + paid.door_statutory * door,
            "top_up": paid.top_up * importer + paid.door_top_up * door,
            "fines": paid.fines * importer + paid.door_fines * door,
            "export": paid.export * exporter,
            "beyond": np.asarray(beyond(side, outcome.network)) * importer,
        }
        over_nodes = {"bought": -paid.bought * nodes, "guaranteed": -paid.guaranteed * nodes}
        products = [arc[0] for arc in market.arcs], [node[1] for node in market.nodes]
        for found, named in zip((over_arcs, over_nodes), products, strict=True):
            for name, values in found.items():
                for product, amount in zip(named, values.tolist(), strict=True):
                    row = rows.setdefault(product, dict.fromkeys((*over_arcs, *over_nodes), 0.0))
                    row[name] += sign * amount
    parts = [
        Part(product, sum(columns.values()), dict(columns))
        for product, columns in rows.items()
        if any(columns.values())
    ]
    value = sum(part.amount for part in parts)
    entries = (importer, exporter, nodes, *doors)
    return Breakdown(
        value, None, value, ranked(parts), Functional(functional.of_treasury, entries)
    )  # fmt: skip


def _doors(outcome: Outcome, inside: Callable[[str], bool]) -> Array:
    """1 for arcs (arc) whose goods come in by the door of one of these regions, else 0."""
    law = outcome.law
    if law is None or not law.doors:
        return np.zeros(len(outcome.market.arcs))
    taken = np.asarray(outcome.cleared.balance.border.door) - len(outcome.market.arcs)
    entry = chosen(law.doors, lambda door: inside(door[2]))
    return np.where(taken >= 0, entry[np.maximum(taken, 0)], 0.0)
