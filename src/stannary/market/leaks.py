"""Leaks: tonnes that enter the zone without paying what their buyer's law asks, and who loses it.

Two kinds. Evaded: the goods are declared as what they are not, and the top-up is not paid unless an
audit finds out. Diverted: they come in by the door of another member, openly, where goods circulate
freely inside the zone.

Next: `border`, where both are decided.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .calibrate import Market
from .demand import STEEP
from .levers import Array
from .outcome import Outcome

MAKERS = "plants"
"""The buyer group of plants, which buy to make something else."""


@dataclass(frozen=True, slots=True)
class Evasion:
    """Goods of one product that a group of buyers in a region brought in without the top-up.

    tonnes     t/y, the evading part of what the group bought from outside
    imported   t/y, all that it bought from outside
    evaded     top-up not paid on them, USD/y; fines are not taken off
    fines      duty and penalty that audits bring in, USD/y
    """

    product: str
    region: str
    group: str
    tonnes: float
    imported: float
    evaded: float
    fines: float


@dataclass(frozen=True, slots=True)
class Diversion:
    """Goods of one product for one region that came in by the door of another.

    lost       what the region of the buyer would have collected on them at its own border, USD/y
    collected  what the region of the door collected instead, USD/y
    """

    product: str
    region: str
    door: str
    tonnes: float
    lost: float
    collected: float


def evasions(outcome: Outcome) -> tuple[Evasion, ...]:
    """Every group of buyers that evades, most tonnes first. Raises NotCleared without numbers."""
    market, b = outcome.market, outcome.cleared.balance
    straight, round_about = b.border.direct, b.border.elsewhere
    near, far = b.flow * (1 - b.border.diverted), b.flow * b.border.diverted
    tonnes = near * straight.evading + far * round_about.evading
    evaded = near * straight.evading * straight.declared
    evaded = evaded + far * round_about.evading * round_about.declared
    fines = near * straight.fines + far * round_about.fines
    found: dict[tuple[str, str, str], Array] = defaultdict(lambda: np.zeros(4))
    parts = dict(buyer_groups(outcome))
    for i, (product, origin, region) in enumerate(market.arcs):
        if tonnes[i] <= 0 and not (b.flow[i] > 0 and outcome.levers.floor[i] > 0):
            continue
        if origin in outcome.zone:
            continue
        values = np.array([tonnes[i], b.flow[i], evaded[i], fines[i]])
        for group, share in parts[int(market.network.arc_use[i])]:
            found[product, region, group] += share * values
    rows = [Evasion(*key, *values.tolist()) for key, values in found.items() if values[0] > 0]
    return tuple(sorted(rows, key=lambda row: (-row.tonnes, row.product, row.region, row.group)))


def buyer_groups(outcome: Outcome) -> Iterator[tuple[int, list[tuple[str, float]]]]:
    """Of every use, its groups of buyers (end uses, MAKERS) and the part of its tonnes of each."""
    market, b = outcome.market, outcome.cleared.balance
    by_use: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (segment, use), t in zip(
        zip(market.segments, market.network.segment_use.tolist(), strict=True),
        end_uses(outcome).tolist(),
        strict=True,
    ):
        by_use[use][end_use(market, segment)] += t
    wanted = np.asarray(b.wanted)
    for use in range(len(market.uses)):
        groups = by_use[use]
        left = float(wanted[use]) - sum(groups.values())
        if left > 1e-12 * max(float(wanted[use]), 1e-300) or not groups:
            groups[MAKERS] = max(left, 0.0)
        total = sum(groups.values()) or 1.0
        yield use, [(group, t / total) for group, t in groups.items()]


def end_use(market: Market, segment: str) -> str:
    """The end use that a segment of the market serves; a textbook curve is its own."""
    known = {s.segment: s.end_use for s in market.world.segments}
    return known.get(segment, segment)


def end_uses(outcome: Outcome) -> Array:
    """Tonnes a year that every segment (segment) uses. Raises NotCleared without numbers."""
    e, b = outcome.market.economy, outcome.cleared.balance
    use = outcome.market.network.segment_use
    paid = b.shares.average[use]
    wanted = e.base_use * (paid / e.reference) ** e.elasticity
    return np.asarray(wanted / (1 + (paid / e.choke) ** STEEP) * b.shares.served[use])


def diversions(outcome: Outcome) -> tuple[Diversion, ...]:
    """Every leak through another member's door, most tonnes first. Raises NotCleared."""
    market, b, law = outcome.market, outcome.cleared.balance, outcome.law
    if law is None or not law.doors:
        return ()
    straight, far = b.border.direct, b.flow * b.border.diverted
    own = straight.statutory + straight.top_up + straight.fines
    taken = b.border.elsewhere
    collected = taken.statutory + taken.top_up + taken.fines
    found: dict[tuple[str, str, str], Array] = defaultdict(lambda: np.zeros(3))
    for i, (product, _, region) in enumerate(market.arcs):
        way = int(b.border.door[i]) - len(market.arcs)
        if way < 0 or far[i] <= 0:
            continue
        door = law.doors[way][2]
        found[product, region, door] += np.array(
            [far[i], far[i] * own[i] * (outcome.levers.open[i] > 0), far[i] * collected[i]]
        )
    rows = [Diversion(*key, *values.tolist()) for key, values in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row.tonnes, row.product, row.region, row.door)))
