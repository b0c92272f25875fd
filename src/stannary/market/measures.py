"""Measures: what a world's own border table does to every route, as levers.

Next: `calibrate`, which lays the base year's measures on; `from_agreement`, which adds the law.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

import numpy as np

from ..terms.dates import stands
from ..terms.errors import BadTable, Place
from ..terms.names import states
from ..world.atlas import Measure, World
from .layout import laid_out
from .levers import Economy, Levers, Network

Pair = tuple[str, str]
"""(region, product)."""

Arc = tuple[str, str, str]
"""(product, origin, destination)."""


def measures_on(world: World, day: date) -> tuple[Measure, ...]:
    """Border measures of the world's own table live on `day`."""
    return tuple(m for m in world.border if stands(m.start, m.end, day))


def barred_on(world: World, day: date) -> frozenset[tuple[str, str]]:
    """(rule, region) of every origin that a rule of the world bars on `day`."""
    return frozenset((r.rule, r.region) for r in world.origin_rules if stands(r.start, r.end, day))


def base_day(world: World) -> date:
    """The day whose measures the base year was calibrated under: 1 July."""
    return date(world.base_year, 7, 1)


def plain_levers(arcs: tuple[Arc, ...], nodes: int, world: World) -> Levers:
    """Levers of a world without any measure: open routes, no duty, no floor, nobody tempted."""
    zero, one, none = np.zeros(len(arcs)), np.ones(len(arcs)), np.zeros(0)
    on_fob = np.array(
        [float(world.regions[destination].valuation == "FOB") for _, _, destination in arcs]
    )
    return Levers(
        export_tax=zero, export_specific=zero, counted=zero, uncounted=zero, specific=zero,
        on_fob=on_fob, floor=zero, duty_paid=one, liable=zero, open=one, audit_rate=zero,
        penalty=zero, disguise=zero, tempted=zero, capture=zero, door_in=none, door_in_share=none,
        door_onward=none, door_onward_share=none, detour=np.array(1.0), support=np.zeros(nodes),
        guarantee=np.zeros(nodes), limit=none, beyond=none,
        limit_price=none, limit_tonnes=none,
    )  # fmt: skip


def with_measures(
    levers: Levers,
    arcs: tuple[Arc, ...],
    nodes: tuple[Pair, ...],
    measures: tuple[Measure, ...],
    stated: Container[tuple[str, str, str]] = (),
) -> Levers:
    """Levers with border measures laid on: rates of several live measures on one arc add.

    stated  (kind, product, importing region) of duties that the law states: not laid on again

    Domestic routes cross no border. Limits on tonnes other than a ban are in `limits_on`.
    """
    table = {name: getattr(levers, name).copy() for name in levers._fields}
    for measure in measures:
        at = [
            i
            for i in arcs_of(measure, arcs)
            if (measure.kind, arcs[i][0], arcs[i][2]) not in stated
        ]
        specific = measure.unit == "usd_per_t"
        if measure.kind in ("import_duty", "extra_duty"):
            table["specific" if specific else "counted"][at] += measure.value
        elif measure.kind == "export_tax":
            table["export_specific" if specific else "export_tax"][at] += measure.value
        elif measure.kind == "ban" or (measure.kind in LIMITS and _closes(measure)):
            table["open"][at] = 0.0
        elif measure.kind == "public_purchase":
            named = measure.products()
            buyer = measure.origin if measure.origin != "*" else measure.destination
            for i, (region, product) in enumerate(nodes):
                if ("*" in named or product in named) and buyer in ("*", region):
                    table["support"][i] = max(table["support"][i], measure.value)
    return Levers(**table)


LIMITS = ("export_quota", "export_licence", "import_quota", "tariff_rate_quota")
"""Kinds of measure that limit tonnes; the first two are licences of the exporter."""


def arcs_of(measure: Measure, arcs: tuple[Arc, ...]) -> list[int]:
    """Arcs across a border that a measure is about."""
    named = measure.products()
    return [
        i
        for i, (product, origin, destination) in enumerate(arcs)
        if origin != destination
        and ("*" in named or product in named)
        and measure.origin in ("*", origin)
        and measure.destination in ("*", destination)
    ]


def _closes(measure: Measure) -> bool:
    return measure.value == 0 and measure.beyond is None


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on tonnes as the market knows it.

    arcs    positions of the arcs that it counts
    tonnes  t/y
    export  a licence to export, whose rent is part of the price; else one to import
    holder  region that gets the rent; "": of each arc its exporter (its importer, to import)
    beyond  duty on tonnes beyond the limit, USD/t; infinite where none may pass
    """

    name: str
    arcs: tuple[int, ...]
    tonnes: float
    export: bool
    holder: str
    beyond: float


def limits_on(world: World, arcs: tuple[Arc, ...], day: date) -> tuple[Limit, ...]:
    """Limits on tonnes of the world's own table live on `day`, above 0, that some arc meets.

    Raises BadTable where the holder of a licence is only part of a region.
    """
    found = []
    for measure in measures_on(world, day):
        if measure.kind not in LIMITS or _closes(measure):
            continue
        met = arcs_of(measure, arcs)
        if met:
            beyond = np.inf if measure.beyond is None else measure.beyond
            found.append(
                Limit(
                    name=measure.measure,
                    arcs=tuple(met),
                    tonnes=measure.value,
                    export=measure.kind in LIMITS[:2],
                    holder=_holder(world, measure),
                    beyond=beyond,
                )
            )
    return tuple(found)


def _holder(world: World, measure: Measure) -> str:
    if not measure.holder or measure.holder in world.regions:
        return measure.holder
    for region in world.regions.values():
        if region.iso3 == states(measure.holder):
            return region.region
    raise BadTable(
        "a holder of a licence who is only part of a region",
        where=Place("border.csv", measure.figure.line, measure.measure),
        value=measure.holder,
        allowed="a region of the world, or a country that is one",
    )


def with_limits(
    network: Network, levers: Levers, limits: tuple[Limit, ...], economy: Economy
) -> tuple[Network, Levers]:
    """A network and levers with these limits in place of theirs.

    A limit over several chains of products ties them into one.
    """
    chain = np.array(network.node_chain)
    of_limits = np.zeros(len(limits), dtype=np.int64)
    for limit in limits:
        met = np.unique(chain[network.arc_node[list(limit.arcs)]])
        chain[np.isin(chain, met)] = met[0]
    for number, limit in enumerate(limits):
        of_limits[number] = chain[network.arc_node[limit.arcs[0]]]
    arc = np.array([i for limit in limits for i in limit.arcs], dtype=np.int64)
    number = np.array([n for n, limit in enumerate(limits) for _ in limit.arcs], dtype=np.int64)
    first = len(network.arc_node)
    places: dict[int, list[int]] = {}
    for member, i in enumerate(arc.tolist()):
        places.setdefault(i, [i]).append(first + member)
    crossed = [(r, c) for at in places.values() for r in at for c in at if (r, c) != (at[0], at[0])]
    rows = [row for row, _ in crossed]
    columns = [column for _, column in crossed]
    nodes = [np.unique(network.arc_node[list(limit.arcs)]) for limit in limits]
    price = [float(economy.base_price[at].mean()) for at in nodes]
    tonnes = [
        max(limit.tonnes, 0.01 * float(economy.base_supply[at].sum()))
        for limit, at in zip(limits, nodes, strict=True)
    ]
    return (
        laid_out(
            network._replace(
                node_chain=chain,
                limit_chain=of_limits,
                limit_export=np.array([int(limit.export) for limit in limits], dtype=np.int64),
                member_arc=arc,
                member_limit=number,
                cross_row=np.array(rows, dtype=np.int64),
                cross_column=np.array(columns, dtype=np.int64),
            )
        ),
        levers._replace(
            limit=np.array([limit.tonnes for limit in limits], dtype=float),
            beyond=np.array([limit.beyond for limit in limits], dtype=float),
            limit_price=np.array(price, dtype=float),
            limit_tonnes=np.array(tonnes, dtype=float),
        ),
    )
