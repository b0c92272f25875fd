"""`run`: an agreement on a world, the market without and with the bloc, and the verdict."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np

from ..agreement import Agreement
from ..market.calibrate import market
from ..market.measures import base_day
from ..market.outcome import Outcome, default_day, solve_base, solve_on
from ..market.verdict import Verdict, verdict
from ..market.view import View, Viewer, seen, viewer
from ..world import World
from .asked import AGREEMENT, WORLD, amended, command_line
from .elsewhere import Elsewhere, elsewhere
from .stress import Stress, stress

AWAY = 1.2
"""The base year is solved again from prices this many times the base's, alternately up and down."""


# No slots: what is asked for late is kept in the instance.
@dataclass(frozen=True)
class Study:
    """What `run` found: one market without and with the bloc, on one day.

    asked       agreement and world as they were asked for: names or paths
    agreement   with its amendments; `settings` are those, as given
    base        the base year solved again from 20 % away; None: the world gives no base prices, or
                has been moved away from them
    base_error  largest relative miss of a base price in that solve; None: no base, or not cleared
    verdict     None when either market did not clear
    viewer      whom the study is looked at as; None: the zone
    view        the part of the verdict that is theirs; None: the zone, or not cleared
    latest      the same law at the latest published prices; None: not that world's, or no verdict
    """

    asked: tuple[str, str]
    world: World
    agreement: Agreement
    settings: tuple[str, ...]
    day: date
    without: Outcome
    with_bloc: Outcome
    base: Outcome | None
    base_error: float | None
    verdict: Verdict | None
    seconds: float
    viewer: Viewer | None = None
    view: View | None = None
    latest: Elsewhere | None = None

    @property
    def converged(self) -> bool:
        """Whether both markets cleared."""
        return self.without.certificate.converged and self.with_bloc.certificate.converged

    @property
    def assumed(self) -> tuple[str, ...]:
        """Paths of the agreement's values standing that day that no source states."""
        schedule = self.with_bloc.schedule
        return schedule.assumed if schedule else ()

    @property
    def command(self) -> str:
        """The command that makes this study again."""
        return command_line("run", self.asked, self.day, self.settings, self.viewer)

    @cached_property
    def stress(self) -> Stress | None:
        """What `stress` finds where the dominant supplier ships nothing abroad for a year.

        Solved when it is first asked for, and kept. The supplier is that of every mineral for which
        the law names no other. None: not cleared, or the world has no region that is that country.
        """
        schedule = self.with_bloc.schedule
        if self.verdict is None or schedule is None:
            return None
        supplier = schedule.dominant_supplier["*"]
        region = self.world.region_of(supplier)
        if region is None or self.world.regions[region].iso3 != {supplier}:
            return None
        seen_by = self.viewer and self.viewer.asked
        found = stress(self.agreement, self.world, self.day, cut=[supplier], view=seen_by)
        # The agreement that was handed over has its amendments already.
        return replace(found, asked=self.asked, settings=self.settings)


def run(
    agreement: str | Path | Agreement = AGREEMENT,
    world: str | Path | World = WORLD,
    day: date | None = None,
    settings: Iterable[str] = (),
    seen_by: str | None = None,
) -> Study:
    """The market of `world` on `day`, without the bloc and with `agreement`.

    settings  `ARTICLE.ID[.DATE]=VALUE`, or a TOML file laid over the agreement, in order
    day       default: the first day on which all floors of the agreement as shipped stand
    seen_by   REGION, COUNTRY, END_USE.REGION or END_USE.COUNTRY whose part of it is asked for

    Raises BadInput (and its kinds) for anything that cannot be read or joined. A market that does not
    clear is returned in the study, without numbers.
    """
    began = time.perf_counter()
    law = agreement if isinstance(agreement, Agreement) else Agreement.load(agreement)
    place = world if isinstance(world, World) else World.load(world)
    who = viewer(place, seen_by) if seen_by is not None else None
    on = day or default_day(law)
    given = tuple(settings)
    for setting in given:
        law = amended(law, setting)
    arrays = market(place)
    without = solve_on(arrays, Agreement.load("no-bloc").on(on))
    start = without.numbers.unknown if without.numbers else None
    schedule = law.on(on)
    with_bloc = solve_on(arrays, schedule, start)
    base = base_error = None
    if place.prices and place.flows and not place.shifters:  # moved worlds have left their base
        away = np.log(AWAY) * np.where(np.arange(len(arrays.nodes)) % 2, 1.0, -1.0)
        base = solve_base(arrays, base_day(place), away)
        if base.numbers:
            miss = base.numbers.balance.price.gate / arrays.base_gate - 1
            base_error = float(np.nanmax(np.abs(miss)))
    cleared = without.numbers and with_bloc.numbers
    found = verdict(without, with_bloc) if cleared else None
    latest = elsewhere(place, schedule, found)
    return Study(
        asked=(
            agreement.name if isinstance(agreement, Agreement) else str(agreement),
            world.name if isinstance(world, World) else str(world),
        ),
        world=place,
        agreement=law,
        settings=given,
        day=on,
        without=without,
        with_bloc=with_bloc,
        base=base,
        base_error=base_error,
        verdict=found,
        seconds=time.perf_counter() - began,
        viewer=who,
        view=seen(without, with_bloc, [who])[0] if cleared and who else None,
        latest=latest,
    )
