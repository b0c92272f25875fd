"""Explain: what a number of a study is made of, as parts that add up to it.

    breakdown(Subject("price", "ndpr.metal", None), without, with_bloc).parts

Numbers only, under the ids of the world's tables; words are `report`'s, and sources, which need the
law's text too, are found in `secretariat`.

Next: `functional`, the same numbers as slopes are taken of them.
"""

from collections import defaultdict
from collections.abc import Callable

import jax
import numpy as np

from ..agreement import Duty
from ..world.atlas import Measure
from . import functional
from .breakdown import Breakdown, Kind, Part, Subject, ranked, within
from .explain_gains import producers, treasury, users
from .from_agreement import KINDS, statutory
from .functional import Functional, chosen
from .levers import Array
from .measures import Arc, arcs_of, measures_on
from .outcome import Outcome
from .verdict import is_country
from .welfare import money


def breakdown(subject: Subject, without: Outcome, with_bloc: Outcome) -> Breakdown:
    """A number of two markets, taken apart. Raises NotCleared when either has no numbers.

    Columns by kind (USD/t, t/y and shares; gains in USD/y):

        price      share, gate, export, freight, duty, top_up, avoided, captured, detour, licence,
                   landed: those from gate to licence add up to landed, share x landed is the amount;
                   buyers whom no open route reaches are left out
        floor      tonnes, cif, duty (that counts), top_up (as the law asks), reaches (their sum),
                   floor, evading, diverted; averages over the tonnes that it meets
        output     capacity (t of activity a year), margin (USD/t of activity), running, made, without
        supplier   use, tonnes, share
        users      price_without, price_with, use_without, use_with
        producers  margin_without, margin_with, activity_without, activity_with
        treasury   duty, top_up, fines, export, beyond, bought, guaranteed: they add up to the amount
    """
    return _BREAKDOWNS[subject.kind](subject, without, with_bloc)


# -------------------------------------------------------------------------------- prices


def _price(subject: Subject, without: Outcome, with_bloc: Outcome) -> Breakdown:
    market, inside = with_bloc.market, within(subject, with_bloc)
    asked = chosen(market.uses, lambda use: use[1] == subject.product and inside(use[0]))
    uses = asked * with_bloc.cleared.balance.shares.served
    value = _average(with_bloc, uses)
    before = _average(without, asked * without.cleared.balance.shares.served)
    if value is None:
        return Breakdown(None, before, 0.0, (), None)
    b = with_bloc.cleared.balance
    each = per_tonne(with_bloc)
    bought = np.asarray(b.shares.share) * (b.wanted * uses)[market.network.arc_use]
    total = float((b.wanted * uses).sum())
    rows: dict[str, list[int]] = defaultdict(list)
    for i in np.flatnonzero(bought > 0):
        rows[market.arcs[i][1]].append(int(i))
    parts = []
    for origin, at in rows.items():
        tonnes = float(bought[at].sum())
        columns = {name: float(values[at] @ bought[at]) / tonnes for name, values in each.items()}
        share = tonnes / total
        parts.append(Part(origin, share * columns["landed"], {"share": share, **columns}))
    found = Functional(functional.of_price, (uses,))
    return Breakdown(value, before, value, ranked(parts), found)


def per_tonne(outcome: Outcome) -> dict[str, Array]:
    """What a tonne pays on its way, by payment (arc), USD/t; they add up to the landed price.

    gate, export (tax less rebate), freight, duty, top_up (as the law asks), avoided (what evading it
    saves, less fines and disguise: <= 0), captured, detour, licence; and landed, their sum.
    """
    b = outcome.cleared.balance
    arc_node = outcome.market.network.arc_node
    # Where money goes when one tonne takes every route, whichever way it enters.
    one = jax.tree.map(
        np.asarray, money(b._replace(flow=np.ones(len(arc_node))), outcome.network)
    )  # fmt: skip
    straight, round_about = b.border.direct, b.border.elsewhere
    asked = (1 - b.border.diverted) * straight.declared + b.border.diverted * round_about.declared
    paid = one.top_up + one.door_top_up + one.fines + one.door_fines + one.hiding
    return {
        "gate": b.price.gate[arc_node],
        "export": one.export,
        "freight": one.carried,
        "duty": one.statutory + one.door_statutory,
        "top_up": asked,
        "avoided": paid - asked,
        "captured": one.captured,
        "detour": one.detour,
        "licence": one.licences,
        "landed": b.border.landed,
    }


def _average(outcome: Outcome, uses: Array) -> float | None:
    """What these uses (use) pay on average, USD/t; None: they buy nothing."""
    b = outcome.cleared.balance
    total = float((b.wanted * uses).sum())
    return float((b.shares.average * b.wanted * uses).sum()) / total if total > 0 else None


def _floor(subject: Subject, without: Outcome, with_bloc: Outcome) -> Breakdown:
    market, law, inside = with_bloc.market, with_bloc.law, within(subject, with_bloc)
    if law is None:
        return Breakdown(None, None, 0.0, (), None)
    level = (
        law.floors.get(subject.product)
        if subject.region is None
        else law.floor(subject.region, subject.product)
    )
    b, levers = with_bloc.cleared.balance, with_bloc.levers
    direct, arcs = b.border.direct, len(market.arcs)
    value = np.where(levers.on_fob[:arcs] > 0, direct.fob, direct.cif)
    counted = value * levers.counted[:arcs] + levers.specific[:arcs]
    evading = (1 - b.border.diverted) * direct.evading
    evading = evading + b.border.diverted * b.border.elsewhere.evading
    columns = {
        "cif": direct.cif,
        "duty": counted * levers.duty_paid[:arcs],
        "floor": levers.floor[:arcs],
        "top_up": direct.declared,
        "reaches": direct.cif + counted * levers.duty_paid[:arcs] + direct.declared,
        "evading": evading,
        "diverted": b.border.diverted,
    }
    paid = with_bloc.cleared.money.top_up + with_bloc.cleared.money.door_top_up
    rows: dict[str, list[int]] = defaultdict(list)
    for i, (product, origin, destination) in enumerate(market.arcs):
        meets = product == subject.product and destination in with_bloc.zone and inside(destination)
        if meets and b.flow[i] > 0 and levers.floor[i] * levers.liable[i] > 0:
            rows[origin].append(i)
    parts = []
    for origin, at in rows.items():
        tonnes = float(b.flow[at].sum())
        means = {name: float(row[at] @ b.flow[at]) / tonnes for name, row in columns.items()}
        parts.append(Part(origin, float(paid[at].sum()), {"tonnes": tonnes, **means}))
    total = sum(part.amount for part in parts)
    ranked = tuple(sorted(parts, key=lambda part: (-(part.columns["tonnes"] or 0.0), part.name)))
    return Breakdown(level.usd_per_t if level else None, None, total, ranked, None)


# -------------------------------------------------------------------------------- tonnes


def _output(subject: Subject, without: Outcome, with_bloc: Outcome) -> Breakdown:
    market, inside = with_bloc.market, within(subject, with_bloc)
    nodes = chosen(market.nodes, lambda node: node[1] == subject.product and inside(node[0]))
    network, economy = market.network, market.economy
    before, after = without.cleared.balance, with_bloc.cleared.balance
    parts = []
    for line, node in enumerate(network.made_node):
        if nodes[node]:
            plant = int(network.made_plant[line])
            made, capacity = float(economy.made[line]), float(economy.capacity[plant])
            activity = float(after.plants.activity[plant])
            unlimited = bool(market.unlimited[plant])
            columns: dict[str, float | None] = {
                "capacity": None if unlimited else capacity,
                "margin": float(after.plants.margin[plant]),
                "running": None if unlimited else activity / capacity,
                "made": made,
                "without": made * float(before.plants.activity[plant]),
            }
            parts.append(Part(market.plants[plant], made * activity, columns))
    for node in np.flatnonzero(nodes):
        offered = float(after.offer.quantity[node])
        if offered > 0:
            region, product = market.nodes[node]
            was = float(before.offer.quantity[node])
            parts.append(Part(f"curve:{region}:{product}", offered, {"without": was}))
    value = float((after.supplied * nodes).sum())
    found = Functional(functional.of_output, (nodes,))
    return Breakdown(value, float((before.supplied * nodes).sum()), value, ranked(parts), found)


def dominant_supplier(product: str, outcome: Outcome) -> str:
    """ISO3 of the country that the law names as selling most of a product's mineral."""
    assert outcome.schedule is not None  # both markets of a study stand under a schedule
    named = outcome.schedule.dominant_supplier
    return named.get(outcome.market.world.products[product].mineral, named["*"])


def _supplier(subject: Subject, without: Outcome, with_bloc: Outcome) -> Breakdown:
    market, inside = with_bloc.market, within(subject, with_bloc)
    country = dominant_supplier(subject.product, with_bloc)
    uses = chosen(market.uses, lambda use: use[1] == subject.product and inside(use[0]))
    arcs = chosen(
        market.arcs,
        lambda arc: (
            arc[0] == subject.product and inside(arc[2]) and is_country(with_bloc, arc[1], country)
        ),
    )
    b, was = with_bloc.cleared.balance, without.cleared.balance
    total, total_was = float((b.wanted * uses).sum()), float((was.wanted * uses).sum())
    before = float((was.flow * arcs).sum()) / total_was if total_was > 0 else None
    if not total > 0:
        return Breakdown(None, before, 0.0, (), None)
    use, bought = dict[str, float](), dict[str, float]()
    for i in np.flatnonzero(uses):
        region = market.uses[i][0]
        use[region] = use.get(region, 0.0) + float(b.wanted[i])
    for i in np.flatnonzero(arcs):
        region = market.arcs[i][2]
        bought[region] = bought.get(region, 0.0) + float(b.flow[i])
    parts = []
    for region, needed in use.items():
        if needed > 0:
            tonnes = bought.get(region, 0.0)
            share = tonnes / needed
            parts.append(
                Part(region, tonnes / total, {"use": needed, "tonnes": tonnes, "share": share})
            )
    value = float((b.flow * arcs).sum()) / total
    found = Functional(functional.of_share, (arcs, uses))
    return Breakdown(value, before, value, ranked(parts), found)


_BREAKDOWNS: dict[Kind, Callable[[Subject, Outcome, Outcome], Breakdown]] = {
    "price": _price,
    "floor": _floor,
    "output": _output,
    "supplier": _supplier,
    "users": users,
    "producers": producers,
    "treasury": treasury,
}


# -------------------------------------------------------------------------------- what is charged


def charges(outcome: Outcome, arc: Arc) -> tuple[Duty | Measure, ...]:
    """Import duties and export taxes that goods of a route meet at its two borders that day.

    Those of the law, and those of the world's table that the law does not state itself.
    """
    schedule, world = outcome.schedule, outcome.market.world
    product, origin, destination = arc
    if schedule is None or origin == destination:
        return ()
    rates, _ = statutory(world, schedule.duties, {p.product: p for p in schedule.products})
    found: list[Duty | Measure] = []
    for kind in KINDS:
        rows = rates.get((kind, product, destination), {})
        duty = rows.get(origin) or rows.get("*")
        if duty is not None:
            found.append(duty)
    stated = {(KINDS[kind], of, importer) for kind, of, importer in rates}
    charging = ("import_duty", "extra_duty", "export_tax")
    found += [
        measure
        for measure in measures_on(world, schedule.day)
        if measure.kind in charging
        and (measure.kind, product, destination) not in stated
        and arcs_of(measure, (arc,))
    ]
    return tuple(found)
