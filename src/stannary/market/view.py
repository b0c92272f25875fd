"""Views: the part of a verdict that is one region's, or one group's of buyers there.

    seen(without, with_bloc, [viewer(world, "JPN"), viewer(world, "ev.EUU")])

Views of all members add up to the verdict of the zone, views of all groups of buyers of a region to
what its users gain: both are tests.

Next: `verdict`, the whole; `leaks`, who evades; `things`, what is made of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..terms.errors import UnknownName
from ..terms.names import countries, states
from ..world.atlas import World
from . import demand
from .calibrate import linked_products
from .leaks import Evasion, end_uses, evasions
from .levers import Array
from .outcome import Outcome
from .things import MADE_BY, ThingCost, at_prices, price_changes
from .verdict import Gain, gains
from .welfare import users_gain


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who a study is looked at as.

    asked    the name as it was asked for
    region   of the world
    end_use  whose buyers of the region; "": everybody there
    country  ISO3 of the country that the whole region answers for; "": the region itself was meant
    """

    asked: str
    region: str
    end_use: str = ""
    country: str = ""

    @property
    def id(self) -> str:
        """The name by the world's own ids: `EUU`, `ev.EUU`."""
        return f"{self.end_use}.{self.region}" if self.end_use else self.region


@dataclass(frozen=True, slots=True)
class Sight:
    """One product as a viewer buys it; a price or share is None where nothing is bought.

    floor     at the border of the region, USD/t; None: none
    price_*   average landed price paid, USD/t
    use_*     t/y; of a region the inputs of its plants too
    origins_* share of the use by region of origin, those that ship any, largest first
    supplier  ISO3 of the dominant supplier of the mineral; supplier_* its share of the use
    made_*    t/y made in the region; None for a group of buyers
    imported  t/y from outside the zone, with the bloc
    evaded    t/y of them that do not pay the top-up
    users     what end users gain, USD/y
    spending  what end users pay without the bloc, USD/y
    reached   recipes join the product to one with a floor
    """

    product: str
    floor: float | None
    price_without: float | None
    price_with: float | None
    use_without: float
    use_with: float
    origins_without: Mapping[str, float]
    origins_with: Mapping[str, float]
    supplier: str
    supplier_without: float | None
    supplier_with: float | None
    made_without: float | None
    made_with: float | None
    imported: float
    evaded: float
    users: float
    spending: float
    reached: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the bloc changes for one viewer, USD a year with less without.

    gain    of the region; None for a group of buyers, who are its users and nothing else
    sights  products that the viewer buys or makes, in the order of the world
    things  what is added to the things that are bought there, or that the group makes
    """

    viewer: Viewer
    inside: bool
    gain: Gain | None
    sights: tuple[Sight, ...]
    things: tuple[ThingCost, ...]

    @property
    def users(self) -> float:
        """Gain of the end users."""
        return sum(sight.users for sight in self.sights)

    @property
    def spending(self) -> float:
        """What the end users pay without the bloc, on all products."""
        return sum(sight.spending for sight in self.sights)

    @property
    def chain_spending(self) -> float:
        """The part of it on products whose chain has a floor."""
        return sum(sight.spending for sight in self.sights if sight.reached)


def net(gain: Gain) -> float:
    """What a region gains all told, USD/y: users, producers, treasury, raised prices, licences."""
    return gain.users + gain.producers + gain.treasury + gain.captured + gain.licences


def viewer(world: World, name: str, where: str = "--for") -> Viewer:
    """Who `name` means: REGION, COUNTRY (ISO3), END_USE.REGION or END_USE.COUNTRY.

    A country that is only part of a region is answered for by it. Raises UnknownName, with the
    nearest names, where the world has no such region, country or group of buyers.
    """
    end_use, _, place = name.rpartition(".")
    groups = _groups(world)
    region = world.region_of(place) if place in {*world.regions, *countries()} else None
    if region is not None and (not end_use or (end_use, region) in groups):
        alone = place == region or world.regions[region].iso3 == states(place)
        return Viewer(name, region, end_use, "" if alone else place)
    if end_use and region is not None:
        known = [f"{use}.{at}" for use, at in groups if at == region or use == end_use]
        raise UnknownName("group of buyers", name, known, where=where)
    known = [*world.regions, *countries(), *(f"{use}.{other}" for use, other in groups)]
    raise UnknownName("region, country or group of buyers", name, known, where=where)


def groups_in(world: World, regions: Iterable[str]) -> tuple[Viewer, ...]:
    """Every group of buyers of these regions, by region in the world's order, then by end use."""
    wanted = frozenset(regions)
    order = list(world.regions)
    found = sorted(_groups(world), key=lambda pair: (order.index(pair[1]), pair[0]))
    return tuple(
        Viewer(f"{use}.{region}", region, use) for use, region in found if region in wanted
    )


def _groups(world: World) -> frozenset[tuple[str, str]]:
    return frozenset((segment.end_use, segment.region) for segment in world.segments)


def seen(without: Outcome, with_bloc: Outcome, viewers: Iterable[Viewer]) -> tuple[View, ...]:
    """What two outcomes say to each viewer. Raises NotCleared when either has no numbers."""
    asked = tuple(viewers)
    market, both = with_bloc.market, (without, with_bloc)
    routes: dict[int, list[int]] = defaultdict(list)
    for arc, use in enumerate(market.network.arc_use.tolist()):
        routes[use].append(arc)
    floors = tuple(with_bloc.law.floors) if with_bloc.law else ()
    accounts = _Accounts(
        without=without,
        with_bloc=with_bloc,
        gains=gains(without, with_bloc),
        evasions=evasions(with_bloc),
        reached=linked_products(market.world, floors),
        routes=routes,
        tonnes=(end_uses(without), end_uses(with_bloc)),
        by_segment=_by_segment(*both),
        by_use=_by_use(*both),
        changes={region: price_changes(*both, {region}) for region in {v.region for v in asked}},
    )
    return tuple(_view(one, accounts) for one in asked)


class _Accounts(NamedTuple):
    """What every view is cut from.

    routes      arcs into every use
    tonnes      (segment) t/y of every segment, without and with the bloc
    by_segment  (segment) gain of end users, USD/y; by_use (use) the same
    changes     of average prices by region and product, USD/t
    """

    without: Outcome
    with_bloc: Outcome
    gains: dict[str, Gain]
    evasions: tuple[Evasion, ...]
    reached: frozenset[str]
    routes: dict[int, list[int]]
    tonnes: tuple[Array, Array]
    by_segment: Array
    by_use: Array
    changes: dict[str, dict[str, float]]


class _Tap(NamedTuple):
    """Tonnes that a viewer draws from one use of the market, and what its end users gain and pay."""

    use: int
    t_without: float
    t_with: float
    users: float
    spending: float


def _view(who: Viewer, accounts: _Accounts) -> View:
    market = accounts.with_bloc.market
    taps = _of_group(who, accounts) if who.end_use else _of_region(who, accounts)
    products = {market.uses[tap.use][1] for several in taps.values() for tap in several}
    if not who.end_use:
        products |= {g for r, g in market.nodes if r == who.region}
    sights = tuple(
        _sight(who, product, taps.get(product, []), accounts)
        for product in market.world.products
        if product in products
    )
    return View(
        who,
        who.region in accounts.with_bloc.zone,
        None if who.end_use else accounts.gains[who.region],
        sights,
        _things(who, sights, accounts),
    )


def _of_region(who: Viewer, accounts: _Accounts) -> dict[str, list[_Tap]]:
    before, after = accounts.without.cleared.balance, accounts.with_bloc.cleared.balance
    taps: dict[str, list[_Tap]] = defaultdict(list)
    for use, (region, product) in enumerate(accounts.with_bloc.market.uses):
        if region == who.region:
            spending = float(before.shares.average[use] * before.final.quantity[use])
            taps[product].append(
                _Tap(use, float(before.wanted[use]), float(after.wanted[use]),
                     float(accounts.by_use[use]), spending)
            )  # fmt: skip
    return taps


def _of_group(who: Viewer, accounts: _Accounts) -> dict[str, list[_Tap]]:
    market = accounts.with_bloc.market
    theirs = {
        s.segment for s in market.world.segments
        if s.end_use == who.end_use and s.region == who.region
    }  # fmt: skip
    paid = accounts.without.cleared.balance.shares.average
    taps: dict[str, list[_Tap]] = defaultdict(list)
    for n, (segment, use) in enumerate(
        zip(market.segments, market.network.segment_use.tolist(), strict=True)
    ):
        if segment in theirs:
            old, new = (float(tonnes[n]) for tonnes in accounts.tonnes)
            taps[market.uses[use][1]].append(
                _Tap(use, old, new, float(accounts.by_segment[n]), float(paid[use]) * old)
            )
    return taps


def _sight(who: Viewer, product: str, taps: list[_Tap], accounts: _Accounts) -> Sight:
    law = accounts.with_bloc.law
    level = law.floor(who.region, product) if law else None
    old = [(tap.use, tap.t_without) for tap in taps]
    new = [(tap.use, tap.t_with) for tap in taps]
    before = _origins(accounts.without, old, accounts.routes)
    origins = _origins(accounts.with_bloc, new, accounts.routes)
    supplier = _dominant(accounts.with_bloc, product)
    tonnes = sum(t for _, t in new)
    outside = sum(s for origin, s in origins.items() if origin not in accounts.with_bloc.zone)
    rows = [
        row for row in accounts.evasions
        if row.product == product and row.region == who.region
        and who.end_use in ("", row.group)
    ]  # fmt: skip
    made = [
        None if who.end_use else _made(outcome, who.region, product)
        for outcome in (accounts.without, accounts.with_bloc)
    ]
    return Sight(
        product=product,
        floor=level.usd_per_t if level else None,
        price_without=_paid(accounts.without, old),
        price_with=_paid(accounts.with_bloc, new),
        use_without=sum(t for _, t in old),
        use_with=tonnes,
        origins_without=before,
        origins_with=origins,
        supplier=supplier,
        supplier_without=_share(accounts.without, before, supplier),
        supplier_with=_share(accounts.with_bloc, origins, supplier),
        made_without=made[0],
        made_with=made[1],
        imported=tonnes * outside,
        evaded=sum(row.tonnes for row in rows),
        users=sum(tap.users for tap in taps),
        spending=sum(tap.spending for tap in taps),
        reached=product in accounts.reached,
    )


def _paid(outcome: Outcome, drawn: list[tuple[int, float]]) -> float | None:
    """Average price of what is drawn from uses, USD/t; None: nothing is."""
    average = outcome.cleared.balance.shares.average
    tonnes = sum(t for _, t in drawn)
    return float(sum(average[use] * t for use, t in drawn)) / tonnes if tonnes > 0 else None


def _origins(
    outcome: Outcome, drawn: list[tuple[int, float]], routes: dict[int, list[int]]
) -> dict[str, float]:
    """Share of what is drawn from uses by region of origin, largest first."""
    tonnes = sum(t for _, t in drawn)
    share, arcs = outcome.cleared.balance.shares.share, outcome.market.arcs
    found: dict[str, float] = defaultdict(float)
    for use, t in drawn:
        for i in routes[use] if tonnes > 0 else ():
            found[arcs[i][1]] += float(share[i]) * t / tonnes
    return dict(sorted(((o, s) for o, s in found.items() if s > 0), key=lambda pair: -pair[1]))


def _dominant(outcome: Outcome, product: str) -> str:
    """ISO3 of the dominant supplier of a product's mineral, by the law of the day."""
    assert outcome.schedule is not None  # a view is about an agreement, and it names one
    named = outcome.schedule.dominant_supplier
    return named.get(outcome.market.world.products[product].mineral, named["*"])


def _share(outcome: Outcome, origins: Mapping[str, float], country: str) -> float | None:
    """Share that comes from a country (textbook regions may bear its name alone)."""
    regions = outcome.market.world.regions
    theirs = (s for r, s in origins.items() if r == country or regions[r].iso3 == {country})
    return sum(theirs, 0.0) if origins else None


def _made(outcome: Outcome, region: str, product: str) -> float:
    nodes = outcome.market.nodes
    at = [i for i, node in enumerate(nodes) if node == (region, product)]
    return float(outcome.cleared.balance.supplied[at].sum())


def _by_use(without: Outcome, with_bloc: Outcome) -> Array:
    """Gain of end users of every use (use), USD/y."""
    market = with_bloc.market
    before, after = without.cleared.balance, with_bloc.cleared.balance
    return np.asarray(users_gain(before, after, market.network, market.economy))


def _by_segment(without: Outcome, with_bloc: Outcome) -> Array:
    """Gain of every segment's end users (segment), USD/y.

    Each segment, and each linear demand after them, is given a use of its own at its own price, so
    that the one formula of `demand` keeps them apart.
    """
    network, economy = with_bloc.market.network, with_bloc.market.economy
    drawn = np.concatenate([network.segment_use, network.linear_use]).astype(int)
    segments = len(network.segment_use)
    apart = network._replace(
        segment_use=np.arange(segments), linear_use=np.arange(segments, len(drawn))
    )
    before, after = (o.cleared.balance.shares.average[drawn] for o in (without, with_bloc))
    return np.asarray(demand.users_gain(before, after, apart, economy))[:segments]


def _things(who: Viewer, sights: tuple[Sight, ...], accounts: _Accounts) -> tuple[ThingCost, ...]:
    """What is added to things at the prices of the region; of a group, at its own where it buys."""
    changes = accounts.changes[who.region]
    if who.end_use:
        changes = changes | {
            s.product: s.price_with - s.price_without
            for s in sights
            if s.price_with is not None and s.price_without is not None
        }
    found = at_prices(accounts.with_bloc.market.world, changes)
    if not who.end_use:
        return found
    theirs = MADE_BY.get(who.end_use, ())
    return tuple(cost for cost in found if cost.thing in theirs)
