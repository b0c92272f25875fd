"""Elsewhere: the same law on the same day in the world of the latest prices, for comparison."""

from dataclasses import dataclass
from datetime import date

from ..agreement import Agreement, Schedule
from ..market.calibrate import market
from ..market.outcome import solve_on
from ..market.verdict import Verdict, verdict
from ..world import World

LATEST = "latest"
"""The shipped world that has been moved to the latest published prices."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What becomes of the floors at the latest published prices.

    prices   first and last day of the prices that the world was moved to
    verdict  None: one of its markets did not clear
    differs  products with a floor whose state is another one there
    """

    world: str
    prices: tuple[date, date]
    verdict: Verdict | None
    differs: tuple[str, ...]


def elsewhere(place: World, schedule: Schedule, found: Verdict | None) -> Elsewhere | None:
    """The verdict at the latest prices; None unless `place` is the world that they were laid over."""
    if found is None or not found.products:
        return None
    latest = World.load(LATEST)
    if latest.meta.get("over") != place.name or not latest.targets:
        return None
    arrays = market(latest)
    without = solve_on(arrays, Agreement.load("no-bloc").on(schedule.day))
    start = without.numbers.unknown if without.numbers else None
    with_bloc = solve_on(arrays, schedule, start)
    there = verdict(without, with_bloc) if without.numbers and with_bloc.numbers else None
    differs = tuple(
        product
        for product, told in (there.products if there else {}).items()
        if told.floor is not None and told.state != found.products[product].state
    )
    days = [target.day for target in latest.targets]
    return Elsewhere(latest.name, (min(days), max(days)), there, differs)
