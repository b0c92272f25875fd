"""Shift: a world moved away from its base year by marked shifters, and how they are found.

A shifter is a number of the world's table `shifters.csv`: more demand, dearer plants, or a cost of
getting goods out of a country. `meet` finds those with which a market meets published prices.

Next: `calibrate`, which applies them after the base year has been pinned.
"""

from dataclasses import replace
from datetime import date

import numpy as np
from scipy.optimize import least_squares

from ..agreement import Agreement
from ..world.annex import Shifter, Target
from ..world.atlas import World
from .calibrate import market
from .levers import Array
from .outcome import Outcome, solve_on

CLOSE = 1e-5
"""What a price may miss of its target, as a log."""

STEPS = 200
SMALL = 1e-5
LOST = 10.0
"""What every price counts as being away by where a market does not clear."""


def met(outcome: Outcome, target: Target) -> float:
    """The price of an outcome that a target is about, USD/t. Raises NotCleared without numbers.

    china_fob      at China's border, its export tax (the tax that is not rebated) included
    outside_china  average landed price of all buyers outside China
    world          the same of all buyers
    """
    b, arrays = outcome.cleared.balance, outcome.market
    if target.market == "china_fob":
        at = [
            i for i, (g, o, d) in enumerate(arrays.arcs)
            if g == target.product and o == "CHN" and d != "CHN"
        ]  # fmt: skip
        weights = b.flow[at]
        return float((b.border.fob[at] * weights).sum() / weights.sum())
    home = target.market == "outside_china"
    at = [
        i for i, (r, g) in enumerate(arrays.uses)
        if g == target.product and not (home and r == "CHN")
    ]  # fmt: skip
    return float((b.shares.average[at] * b.wanted[at]).sum() / b.wanted[at].sum())


def meet(world: World, day: date, verbose: int = 0) -> World:
    """`world` with its shifters set so that, without a bloc on `day`, it meets its targets.

    Those shifters move whose value has an effect at the start, one for every target; the others stay.
    Least squares of the logs of prices (a trust region, slopes by differences); verbose as SciPy's.
    Raises ValueError where targets and moving shifters are not as many, or a price stays away.
    """
    free = [n for n, s in enumerate(world.shifters) if s.value != neutral(s)]
    if len(free) != len(world.targets):
        raise ValueError(f"{len(free)} shifters to move for {len(world.targets)} targets")
    prices = {t.product: t.usd_per_t for t in world.targets}
    bare = Agreement.load("no-bloc").on(day)

    def moved(x: Array) -> World:
        shifters = list(world.shifters)
        for n, value in zip(free, x.tolist(), strict=True):
            shifter = shifters[n]
            found = (
                value * prices[shifter.product] if shifter.kind == "export_cost" else np.exp(value)
            )
            shifters[n] = replace(shifter, value=float(found))
        return replace(world, shifters=tuple(shifters))

    start: Array | None = None

    def gap(x: Array) -> Array:
        nonlocal start
        outcome = solve_on(market(moved(x)), bare, start)
        if outcome.numbers is None:  # too far: the step is rejected and shortened
            return np.full(len(world.targets), LOST)
        start = outcome.numbers.unknown
        return np.log([met(outcome, t) / t.usd_per_t for t in world.targets])

    found = least_squares(gap, np.zeros(len(free)), diff_step=SMALL, xtol=1e-12, ftol=1e-13,
                          gtol=1e-13, max_nfev=STEPS, verbose=verbose)  # fmt: skip
    worst = int(np.argmax(np.abs(found.fun)))
    if abs(found.fun[worst]) > CLOSE:
        target = world.targets[worst]
        raise ValueError(
            f"{target.product} {target.market} stays {found.fun[worst]:+.2f} from its target (log)"
        )
    return moved(found.x)


def neutral(shifter: Shifter) -> float:
    """The value with which a shifter moves nothing."""
    return 0.0 if shifter.kind == "export_cost" else 1.0
