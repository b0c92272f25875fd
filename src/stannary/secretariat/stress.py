"""`stress`: a supplier stops its exports; who gets what, for how many days, and at what price.

Three cases on one day: without the bloc, with it, and with the stockpile that its agreement sets (Art.
10). In all three buyers draw down the stocks that they hold today; the stockpile is shared out by the
agreement's emergency split. The months that are not cut run as ever: one year, no path yet.

Next: `emergency`, the split; `exposed`, what it comes to by product.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from ..agreement import Agreement, Schedule
from ..market.calibrate import Market, market
from ..market.cut import (
    Buyer,
    full_days,
    held,
    missing,
    stopping,
    tonnes,
    willing,
    without_exports,
)
from ..market.from_agreement import bridge
from ..market.leaks import end_use
from ..market.levers import Array
from ..market.outcome import Outcome, default_day, solve_on, solve_under
from ..market.view import Viewer, viewer
from ..terms.errors import BadInput, UnknownName
from ..terms.names import countries
from ..world import World
from .asked import AGREEMENT, WORLD, amended, command_line
from .emergency import Pool, Share, pools, shared

CASES = ("without the bloc", "with the bloc", "with its stockpile")
"""What is compared, in this order."""

CUT, MONTHS = ("CHN",), 12
"""Who is cut off, and for how long, where nothing else is asked."""


@dataclass(frozen=True, slots=True)
class Served:
    """One group of buyers of a product in a region, in a normal year and in every case.

    group   end use, or `plants`
    inside  whether the region is in the zone
    use     t/y in a normal year without the bloc
    normal  USD/t that they pay in a normal year
    sent    t/y of their use that come from the regions that are cut, in a normal year
    own     t that they and their state hold; None: nothing is known, and none is counted
    pool    t that they get of the common stock
    served  t that they use in the year of the cut, by case; at most `use`
    price   USD/t in the months of the cut, by case: what the last tonne is worth to an end use, what
            the market asks of plants; None where nothing reaches them
    days    days of the cut that they run in full, by case
    """

    region: str
    product: str
    group: str
    inside: bool
    use: float
    normal: float
    sent: float
    own: float | None
    pool: float
    served: tuple[float, ...]
    price: tuple[float | None, ...]
    days: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stress:
    """What a cut does. Cases that the agreement does not have (no member, no stockpile) are left out.

    schedule  the agreement with its amendments, on the day
    cut       regions that ship nothing abroad; months of the year
    normal    the year without bloc and without cut
    outcomes  markets of the cut, without and with the bloc; one without numbers did not clear, and
              there are then no rows
    pools     of every covered product; none without a stockpile, and neither are `shares`
    funded    part of the stockpile's target that its fund pays for, 0..1
    split     whether the agreement has a stockpile that was shared out: the third case
    """

    asked: tuple[str, str]
    world: World
    agreement: Agreement
    schedule: Schedule
    settings: tuple[str, ...]
    day: date
    cut: tuple[str, ...]
    months: int
    viewer: Viewer | None
    normal: Outcome
    outcomes: tuple[Outcome, ...]
    rows: tuple[Served, ...]
    pools: tuple[Pool, ...]
    shares: tuple[Share, ...]
    funded: float
    split: bool
    seconds: float

    @property
    def cases(self) -> tuple[str, ...]:
        """Names of the cases that there are."""
        return CASES[: len(self.outcomes) + self.split]

    @property
    def converged(self) -> bool:
        """Whether every market cleared."""
        return all(o.certificate.converged for o in (self.normal, *self.outcomes))

    @property
    def assumed(self) -> tuple[str, ...]:
        """Paths of the agreement's values standing that day that no source states."""
        return self.schedule.assumed

    @property
    def zone(self) -> frozenset[str]:
        """Regions inside that day."""
        return self.outcomes[-1].zone if self.outcomes else frozenset()

    @property
    def seen(self) -> tuple[Served, ...]:
        """The rows that the viewer asks for: its own, or the zone's; without a zone, of all abroad."""
        who = self.viewer
        if who is None:
            if self.zone:
                return tuple(row for row in self.rows if row.inside)
            return tuple(row for row in self.rows if row.region not in self.cut)
        return tuple(
            row
            for row in self.rows
            if row.region == who.region and (not who.end_use or row.group == who.end_use)
        )

    @property
    def command(self) -> str:
        """The command that makes this study again."""
        own = [word for region in self.cut for word in ("--cut", region)]
        own += ["--months", str(self.months)]
        return command_line("stress", self.asked, self.day, self.settings, self.viewer, own)


def stress(
    agreement: str | Path | Agreement = AGREEMENT,
    world: str | Path | World = WORLD,
    day: date | None = None,
    settings: Iterable[str] = (),
    *,
    cut: Iterable[str] = CUT,
    months: int = MONTHS,
    view: str | None = None,
) -> Stress:
    """The market of `world` on `day` when these countries ship nothing abroad for so many months.

    cut     ISO3 codes or regions of the world
    months  1 to 12
    view    as `--for` of `run`: REGION, COUNTRY, END_USE.REGION or END_USE.COUNTRY; None: the zone

    Raises BadInput and its kinds as `run`, and where `cut` or `months` cannot be. A market that does
    not clear is returned without rows.
    """
    began = time.perf_counter()
    law = agreement if isinstance(agreement, Agreement) else Agreement.load(agreement)
    place = world if isinstance(world, World) else World.load(world)
    on, given = day or default_day(law), tuple(settings)
    for setting in given:
        law = amended(law, setting)
    who = viewer(place, view) if view else None
    regions = _regions(place, cut)
    if not 1 <= months <= 12:
        raise BadInput("not the months of a cut", where="--months", value=months,
                       allowed="1 to 12: a market of one year", remedy="--months 12")  # fmt: skip
    arrays, schedule, bare = stopping(market(place)), law.on(on), Agreement.load("no-bloc").on(on)
    normal = solve_on(arrays, bare)
    found = _Found()
    if normal.numbers is not None:
        found = _cases(arrays, normal, bare, schedule, regions, months)
    cleared = normal.numbers is not None and all(o.numbers is not None for o in found.outcomes)
    return Stress(
        asked=(
            agreement.name if isinstance(agreement, Agreement) else str(agreement),
            world.name if isinstance(world, World) else str(world),
        ),
        world=place, agreement=law, schedule=schedule, settings=given, day=on,
        cut=tuple(sorted(regions)), months=months, viewer=who, normal=normal,
        outcomes=tuple(found.outcomes),
        rows=_rows(normal, found, regions, months) if cleared else (),
        pools=found.pools, shares=found.shares, funded=found.funded, split=found.split,
        seconds=time.perf_counter() - began,
    )  # fmt: skip


def _regions(world: World, cut: Iterable[str]) -> frozenset[str]:
    names = {name: world.region_of(name) if name in countries() else name for name in cut}
    for name, region in names.items():
        if region not in world.regions:
            raise UnknownName("country", name, [*world.regions, *countries()], where="--cut")
        if name in countries() and name not in world.regions and region is not None:
            alone = world.regions[region].iso3 == {name}
            if not alone:
                raise BadInput(
                    f"{name} is only part of a region of this world",
                    where="--cut", value=name, allowed="a region, or a country that is one",
                    remedy=f"--cut {region} cuts {world.regions[region].name}",
                )  # fmt: skip
    return frozenset(region for region in names.values() if region is not None)


@dataclass(slots=True)
class _Found:
    """Markets of the cut, what buyers hold and get of the pool, t, and how it was shared."""

    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    own: Mapping[Buyer, float] = field(default_factory=dict[Buyer, float])
    pool: Mapping[Buyer, float] = field(default_factory=dict[Buyer, float])
    pools: tuple[Pool, ...] = ()
    shares: tuple[Share, ...] = ()
    funded: float = 1.0
    split: bool = False


def _cases(
    arrays: Market, normal: Outcome, bare: Schedule, schedule: Schedule, regions: frozenset[str],
    months: int,
) -> _Found:  # fmt: skip
    found = _Found(own=held(normal))
    law = without_exports(bridge(arrays, bare), arrays, regions)
    found.outcomes.append(solve_under(arrays, bare, law))
    law = without_exports(bridge(arrays, schedule), arrays, regions)
    if not law.zone or found.outcomes[0].numbers is None:
        return found
    with_bloc = solve_under(arrays, schedule, law, found.outcomes[0].numbers.unknown)
    found.outcomes.append(with_bloc)
    if schedule.stockpile is None or with_bloc.numbers is None:
        return found
    # A member claims what it goes without once its own stocks are drawn.
    short = {
        buyer: max(t * months / 12 - found.own.get(buyer, 0.0), 0.0)
        for buyer, t in missing(normal, with_bloc).items()
    }
    found.pools, found.funded = pools(normal, schedule, law.zone)
    found.shares, found.pool = shared(normal, short, law.zone, found.pools)
    found.split = True
    return found


def _rows(
    normal: Outcome, found: _Found, regions: frozenset[str], months: int
) -> tuple[Served, ...]:
    """Every group of buyers that uses anything in a normal year."""
    arrays, average = normal.market, normal.cleared.balance.shares.average
    zone = found.outcomes[-1].zone
    markets = [*found.outcomes, *found.outcomes[-1:] * found.split]
    lacking = [missing(normal, outcome) for outcome in markets]
    sent, segments = _sent(normal, regions), _segments(arrays)
    rows = []
    for buyer, use in tonnes(normal).items():
        if use <= 0:
            continue
        region, product = arrays.uses[buyer[0]]
        own, pool = found.own.get(buyer), found.pool.get(buyer, 0.0)
        served, price, days = [], [], []
        for case, (outcome, lacks) in enumerate(zip(markets, lacking, strict=True)):
            bought = use - lacks[buyer]
            stock = (own or 0.0) + (pool if case == 2 else 0.0)
            got = min(use, bought + stock * 12 / months)
            # The months that are not cut run as ever.
            served.append(use if got == use else use * (1 - months / 12) + got * months / 12)
            price.append(_price(normal, outcome, buyer, segments.get(buyer), got))
            days.append(full_days(use, bought, stock, months))
        rows.append(
            Served(
                region, product, buyer[1], region in zone, use, float(average[buyer[0]]),
                use * float(sent[buyer[0]]), own, pool, tuple(served), tuple(price), tuple(days),
            )
        )  # fmt: skip
    return tuple(rows)


def _sent(normal: Outcome, regions: frozenset[str]) -> Array:
    """Part of every use (use) that comes from abroad, from these regions, in a normal year."""
    arrays, b = normal.market, normal.cleared.balance
    theirs = np.array([origin in regions and origin != to for _, origin, to in arrays.arcs])
    sent = np.zeros(len(arrays.uses))
    np.add.at(sent, arrays.network.arc_use, np.where(theirs, b.shares.share, 0.0))
    return sent


def _segments(arrays: Market) -> dict[Buyer, int]:
    """The segment of every group that is an end use."""
    uses = arrays.network.segment_use.tolist()
    return {
        (use, end_use(arrays, segment)): n
        for n, (segment, use) in enumerate(zip(arrays.segments, uses, strict=True))
    }


def _price(
    normal: Outcome, cut: Outcome, buyer: Buyer, segment: int | None, served: float
) -> float | None:
    """What a group pays: an end use what its last tonne is worth, never more than the market asks.

    Plants, and whoever lacks nothing, pay what the market asks.
    """
    shares = cut.cleared.balance.shares
    asked = float(shares.average[buyer[0]]) if shares.served[buyer[0]] else None
    dearer = asked is None or asked > normal.cleared.balance.shares.average[buyer[0]]
    if segment is not None and served > 0 and dearer:
        return willing(normal, cut, segment, served)
    return asked


def worth(stress: Stress) -> tuple[float, tuple[float, ...]]:
    """USD of what those who are asked for use in a normal year, and of what they run, by case.

    Every tonne at what its buyer pays in a normal year, at every stage that it passes.
    """
    return sum(row.use * row.normal for row in stress.seen), tuple(
        sum(row.served[case] * row.normal for row in stress.seen)
        for case in range(len(stress.cases))
    )


def exposure(stress: Stress) -> tuple[float, ...]:
    """Part of their use that those who are asked for still run, by case, 0..1.

    By value, see `worth`. None of a market that did not clear, or where nobody uses anything.
    """
    value, runs = worth(stress)
    return tuple(usd / value for usd in runs) if value > 0 else ()
