"""Buyers: classes of buyers that the law tells apart, and who of them bought what in the base year."""

from typing import NamedTuple

import numpy as np

from ..terms.errors import BadTable, Place
from ..world.atlas import World
from .measures import Arc, Pair, barred_on, base_day


class Buyers(NamedTuple):
    """A class of buyers that the law tells apart; plants and textbook curves have neither.

    audit_class  how their imports are audited (`enforcement` of the agreement); "": as any other
    origin_rule  the rule on where they may buy; "": anywhere
    """

    audit_class: str = ""
    origin_rule: str = ""


CLOSE = 1e-13
"""What a class of buyers may miss of its base use when flows have been divided."""

ROUNDS = 10_000


def divided(
    world: World,
    classes: dict[Pair, set[Buyers]],
    drawn: dict[tuple[Pair, Buyers], float],
) -> dict[tuple[Arc, Buyers], float]:
    """Base flows among classes of buyers, t/y: every total kept, nothing from a barred origin.

    classes  classes of every (region, product)
    drawn    what each class uses in the base year, t/y

    Without rules each class buys from everyone in the same proportions; with them the division of
    largest entropy is the one that row and column scaling finds (Deming and Stephan 1940). A barred
    route stays, with 0 t, for the day the rule ends. Raises BadTable where the origins that a rule
    leaves ship less than its buyers use.
    """
    barred = barred_on(world, base_day(world))
    arriving: dict[Pair, list[tuple[str, float]]] = {}
    for flow in world.flows:
        if flow.t > 0:
            arriving.setdefault((flow.destination, flow.product), []).append((flow.origin, flow.t))
    found: dict[tuple[Arc, Buyers], float] = {}
    for (region, product), several in classes.items():
        flows = arriving.get((region, product), [])
        order = sorted(several)
        open_ = np.array(
            [[(b.origin_rule, origin) not in barred for b in order] for origin, _ in flows]
        )
        rows = np.array([t for _, t in flows])
        columns = np.array([drawn[(region, product), b] for b in order])
        place = f"{product} in {region}"
        table = _scaled(open_, rows, columns, place) if flows else np.zeros((0, len(order)))
        for (origin, _), row in zip(flows, table, strict=True):
            for buyers, t in zip(order, row.tolist(), strict=True):
                found[(product, origin, region), buyers] = t
    return found


def _scaled(open_: np.ndarray, rows: np.ndarray, columns: np.ndarray, place: str) -> np.ndarray:
    """The matrix (origin, class) of these sums, 0 where it is not open."""
    table = open_ * rows[:, None] * columns[None, :] / max(columns.sum(), 1e-300)
    for _ in range(ROUNDS):
        sums = table.sum(axis=0)
        table *= np.where(sums > 0, columns / np.where(sums > 0, sums, 1.0), 0.0)
        sums = table.sum(axis=1)
        table *= np.where(sums > 0, rows / np.where(sums > 0, sums, 1.0), 0.0)[:, None]
        if np.all(np.abs(table.sum(axis=0) - columns) <= CLOSE * rows.sum() + 1e-9 * columns):
            break
    if np.any(np.abs(table.sum(axis=0) - columns) > 1e-6 * columns):
        raise BadTable(
            "buyers under an origin rule use more than the origins left to them ship",
            where=Place("flows.csv"),
            value=place,
            allowed="base flows from origins that the rule allows of at least the base use",
        )
    return table
