"""Views: routes and buyers of a market as its tables name them, classes of buyers summed up.

Next: `outcome`, whose numbers these are.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from .levers import Array
from .measures import Arc, Pair
from .outcome import Outcome


@dataclass(frozen=True, slots=True)
class Route:
    """What all buyers of a region ship from one origin, on average where it is a price (USD/t).

    flow       t/y
    open       some buyer may use it
    landed     what buyers pay; NaN where it is closed to all
    statutory  statutory duty in it, at whichever border it was paid, as the next; NaN where closed
    top_up     top-up in it, on average over goods that pay and goods that do not
    evading    share of the goods that do not pay the top-up they owe
    """

    product: str
    origin: str
    destination: str
    flow: float
    open: bool
    landed: float
    statutory: float
    top_up: float
    evading: float


def routes(outcome: Outcome) -> tuple[Route, ...]:
    """Every route, in the order of the market. Raises NotCleared without numbers."""
    b = outcome.cleared.balance
    passable = np.asarray(b.border.open) > 0
    near, far, round_about = b.border.direct, b.border.elsewhere, b.border.diverted
    statutory, top_up, evading = (
        (1 - round_about) * getattr(near, part) + round_about * getattr(far, part)
        for part in ("statutory", "top_up", "evading")
    )
    return tuple(
        Route(
            *arc,
            flow=float(b.flow[at].sum()),
            open=bool(passable[at].any()),
            landed=_mean(b.border.landed, at, b.flow, passable),
            statutory=_mean(statutory, at, b.flow, passable),
            top_up=_mean(top_up, at, b.flow, passable),
            evading=_mean(evading, at, b.flow, passable),
        )
        for arc, at in positions(outcome.market.arcs).items()
    )


@dataclass(frozen=True, slots=True)
class Buyer:
    """All buyers of a product in a region: t/y that they use, and what they pay, USD/t."""

    region: str
    product: str
    wanted: float
    paid: float


def buyers(outcome: Outcome) -> tuple[Buyer, ...]:
    """Every region that uses a product, in the order of the market. Raises NotCleared."""
    b = outcome.cleared.balance
    anyone = np.ones(len(b.wanted), dtype=bool)
    return tuple(
        Buyer(*pair, float(b.wanted[at].sum()), _mean(b.shares.average, at, b.wanted, anyone))
        for pair, at in positions(outcome.market.uses).items()
    )


Name = TypeVar("Name", Arc, Pair)


def positions(axis: tuple[Name, ...]) -> dict[Name, Array]:
    """Positions of every name on an axis that repeats it for each class of buyers."""
    found: dict[Name, list[int]] = {}
    for i, name in enumerate(axis):
        found.setdefault(name, []).append(i)
    return {name: np.array(at) for name, at in found.items()}


def _mean(values: Array, at: Array, weights: Array, counts: Array) -> float:
    """Mean by weight over the positions that count; plain where nothing weighs; NaN for none."""
    kept = at[counts[at]]
    if not len(kept):
        return float("nan")
    weight = weights[kept]
    total = float(weight.sum())
    return float((values[kept] * weight).sum()) / total if total > 0 else float(values[kept].min())
