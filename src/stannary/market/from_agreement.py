"""From law to arrays: what a schedule means on the arcs of a market.

Law speaks countries and legal products, the model regions and world products; they are joined here
and nowhere else. A region is inside only if all its countries are; a world product with several legal
products takes the strictest floor per tonne contained.

Next: `levers`, the arrays; the schedule itself is made in `agreement`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from ..agreement import Duty, Floor, LegalProduct, Schedule
from ..terms.errors import BadInput
from ..terms.names import states
from ..terms.units import COMPOUND_PER_ELEMENT, ELEMENT_PER_COMPOUND, KG_PER_TONNE
from ..world.atlas import Region, World
from .buyers import Buyers
from .calibrate import Market, carriage
from .levers import OF_A_WAY, Array, Levers, Network
from .measures import (
    Arc,
    Limit,
    Pair,
    barred_on,
    limits_on,
    measures_on,
    plain_levers,
    with_limits,
    with_measures,
)

KINDS = {"base": "import_duty", "extra": "extra_duty"}
"""Kinds of duty in the law, and the same kinds in a world's border table."""

Rates = dict[tuple[str, str, str], dict[str, Duty]]
"""(kind, world product, importing region) → origin region or `*` → duty."""


@dataclass(frozen=True, slots=True)
class WorldFloor:
    """The floor of a world product: the strictest of its legal products'.

    usd_per_t  per tonne contained, on the world product's basis
    law        the floor of the law behind it
    others     legal products of the same world product whose floors are lower
    """

    product: str
    usd_per_t: float
    law: Floor
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a schedule means in a world.

    network   who can sell what to whom, with roundabout ways and limits on tonnes
    zone      regions inside
    split     regions that hold countries inside and outside: they count as outside
    floors    common floor by world product, those that the world has
    own       floor by region and world product, where a member's own differs; None: it has none
    free      goods circulate freely inside the zone
    doors     (product, origin, door) of every roundabout way, in order
    limits    limits on tonnes, in order
    absent    legal products with a floor whose world product this world lacks
    unheard   rows for countries that are only part of a region of this world
    """

    network: Network
    levers: Levers
    zone: frozenset[str]
    split: tuple[str, ...]
    floors: dict[str, WorldFloor]
    own: dict[Pair, WorldFloor | None]
    free: bool
    doors: tuple[Arc, ...]
    limits: tuple[Limit, ...]
    absent: tuple[str, ...]
    unheard: tuple[str, ...]

    def floor(self, region: str, product: str) -> WorldFloor | None:
        """The floor of a world product at the border of a region; None: it has none, or is outside."""
        if region not in self.zone:
            return None
        return self.own.get((region, product), self.floors.get(product))


def zone_of(world: World, schedule: Schedule) -> tuple[frozenset[str], tuple[str, ...]]:
    """Regions inside that day, and those that are split."""
    inside = schedule.inside
    whole, split = [], []
    for region in world.regions.values():
        members = region.iso3 & inside
        if members and members == region.iso3:
            whole.append(region.region)
        elif members:
            split.append(region.region)
    return frozenset(whole), tuple(sorted(split))


def bridge(market: Market, schedule: Schedule) -> Bridge:
    """The levers of `market` under `schedule`: its floors and duties, and the world's own measures.

    Statutory duties of the law take the place of the world's rows for the same product and importer,
    so that nothing is charged twice. Raises BadInput when the law and the world value a member's
    imports differently.
    """
    world = market.world
    zone, split = zone_of(world, schedule)
    _same_valuation(world, schedule, zone)
    coverage = {item.product: item for item in schedule.products}
    floors, absent = _floors(world, [f for f in schedule.floors if f.member is None], coverage)
    own, unheard_floors = _own_floors(world, schedule, coverage)
    rates, unheard_duties = statutory(world, schedule.duties, coverage)
    guarantee, unheard_guarantees = _guarantees(market, schedule, coverage)
    law = Bridge(
        network=market.network, levers=market.base, zone=zone, split=split, floors=floors, own=own,
        free=schedule.circulation == "free", doors=(), limits=(), absent=absent,
        unheard=tuple(sorted({*unheard_floors, *unheard_duties, *unheard_guarantees})),
    )  # fmt: skip
    buyers = [market.buyers[use] for use in market.network.arc_use]
    levers = _laid(market, schedule, law, rates, market.arcs, buyers)
    levers = levers._replace(
        guarantee=guarantee, detour=np.array(float(schedule.enforcement.detour))
    )
    network, doors = market.network, tuple[Arc, ...]()
    if law.free:
        network, levers, doors = _round_about(market, schedule, law, rates, levers)
    limits = limits_on(world, market.arcs, schedule.day)
    network, levers = with_limits(network, levers, limits, market.economy)
    return replace(law, network=network, levers=levers, doors=doors, limits=limits)


def _laid(
    market: Market,
    schedule: Schedule,
    law: Bridge,
    rates: Rates,
    arcs: tuple[Arc, ...],
    buyers: list[Buyers],
) -> Levers:
    """Levers of these arcs: measures of the world, and what the law says at their destination."""
    world = market.world
    levers = with_measures(
        plain_levers(arcs, len(market.nodes), world),
        arcs,
        market.nodes,
        measures_on(world, schedule.day),
        {(KINDS[kind], product, importer) for kind, product, importer in rates},
    )
    enforcement = schedule.enforcement
    terms = {
        c: tuple(float(v) for v in enforcement.terms(c)) for c in {b.audit_class for b in buyers}
    }
    tempted, proven = float(enforcement.tempted), float(schedule.proven)
    captures = {region: _capture(world, schedule, region) for region in world.regions}
    barred = barred_on(world, schedule.day)
    only_zone = schedule.procurement == "zone"
    for i, ((product, origin, destination), buyer) in enumerate(zip(arcs, buyers, strict=True)):
        if (buyer.origin_rule, origin) in barred:
            levers.open[i] = 0.0
        if origin == destination:
            continue
        for kind in ("base", "extra"):
            found = rates.get((kind, product, destination), {})
            duty = found.get(origin) or found.get("*")
            if duty is not None:
                table = levers.counted if duty.counts else levers.uncounted
                table[i] += float(duty.rate)
        if destination not in law.zone:
            continue
        outside = origin not in law.zone
        if only_zone and buyer.origin_rule and outside:
            levers.open[i] = 0.0
        level = law.floor(destination, product)
        if level is not None:
            levers.floor[i] = level.usd_per_t
            levers.liable[i] = 1.0 if outside else 1 - proven
            levers.capture[i] = captures[origin] if outside else 0.0
            levers.audit_rate[i], levers.penalty[i], levers.disguise[i] = terms[buyer.audit_class]
            levers.tempted[i] = tempted
    paid = np.full_like(levers.floor, float(schedule.compared_on == "duty-paid"))
    return levers._replace(duty_paid=paid)


def _capture(world: World, schedule: Schedule, region: str) -> float:
    """Share of a top-up that sellers of a region keep: its country's, else the common one."""
    for country, share in schedule.capture.items():
        if country != "*" and states(country) == world.regions[region].iso3:
            return float(share)
    return float(schedule.capture["*"])


def _round_about(
    market: Market, schedule: Schedule, law: Bridge, rates: Rates, levers: Levers
) -> tuple[Network, Levers, tuple[Arc, ...]]:
    """The ways of outside goods through the door of every other member, where a duty may be saved."""
    world, network = market.world, market.network
    listed = {(f.origin, f.destination) for f in world.freight}
    burdened = (
        (levers.floor > 0) | (levers.counted > 0) | (levers.uncounted > 0)
        | (levers.specific > 0) | (levers.open == 0)
    )  # fmt: skip
    found: list[tuple[int, Arc, Arc]] = []
    for i, (product, origin, destination) in enumerate(market.arcs):
        if origin in law.zone or destination not in law.zone or not burdened[i]:
            continue
        found += [
            (i, (product, origin, door), (product, door, destination))
            for door in sorted(law.zone - {destination})
            if (origin, door) in listed and (door, destination) in listed
        ]
    doors = tuple(entered for _, entered, _ in found)
    buyers = [market.buyers[network.arc_use[i]] for i, _, _ in found]
    far = _laid(market, schedule, law, rates, doors, buyers)
    number = {region: n for n, region in enumerate(world.regions)}
    door_in, door_in_share = carriage(world, doors)
    onward, onward_share = carriage(world, (onward for _, _, onward in found))
    return (
        network._replace(
            door_arc=np.array([i for i, _, _ in found], dtype=np.int64),
            door_region=np.array([number[door] for _, _, door in doors], dtype=np.int64),
        ),
        levers._replace(
            **{
                name: np.concatenate([getattr(levers, name), getattr(far, name)])
                for name in OF_A_WAY
            },
            door_in=door_in, door_in_share=door_in_share, door_onward=onward,
            door_onward_share=onward_share,
        ),
        doors,
    )  # fmt: skip


def _own_floors(
    world: World, schedule: Schedule, coverage: dict[str, LegalProduct]
) -> tuple[dict[Pair, WorldFloor | None], list[str]]:
    """Floors of members that differ from the common one, by region and world product."""
    own: dict[Pair, WorldFloor | None] = {}
    unheard = []
    for country in sorted({f.member for f in schedule.floors if f.member is not None}):
        rows = [f for f in schedule.floors if f.member == country]
        region = _region(world, country)
        if region is None:
            unheard += [row.clause.path for row in rows]
            continue
        # Its own rows take the place of the common ones, legal product by legal product.
        stated = {row.product for row in rows}
        common = [f for f in schedule.floors if f.member is None and f.product not in stated]
        held, _ = _floors(world, [*common, *(row for row in rows if row.usd_per_kg > 0)], coverage)
        for product in {coverage[row.product].world for row in rows}:
            own[region, product] = held.get(product)
    return own, unheard


def _guarantees(
    market: Market, schedule: Schedule, coverage: dict[str, LegalProduct]
) -> tuple[Array, list[str]]:
    """Guaranteed price of every node, USD/t; 0 where there is none."""
    levels, unheard = np.zeros(len(market.nodes)), []
    at = {pair: i for i, pair in enumerate(market.nodes)}
    for law in schedule.guarantees:
        item = coverage[law.product]
        region = _region(market.world, law.member)
        if region is None:
            unheard.append(law.clause.path)
        elif item.world in market.world.products and (region, item.world) in at:
            basis = market.world.products[item.world].basis
            i = at[region, item.world]
            levels[i] = max(levels[i], per_tonne(law.usd_per_kg, item, basis))
    return levels, unheard


def per_tonne(usd_per_kg: Decimal, item: LegalProduct, world_basis: str) -> float:
    """A floor in USD per tonne contained on the world's basis, by table F (law, never divided).

    Goods weighed as they are (`product`) count as pure: the law states no assay for them.
    """
    factor = Decimal(1)
    if item.element in ELEMENT_PER_COMPOUND:
        if item.basis == "element" and world_basis == "REO":
            factor = ELEMENT_PER_COMPOUND[item.element]
        elif item.basis == "compound" and world_basis == "metal":
            factor = COMPOUND_PER_ELEMENT[item.element]
    return float(usd_per_kg * factor * KG_PER_TONNE)


def _floors(
    world: World, laws: Iterable[Floor], coverage: dict[str, LegalProduct]
) -> tuple[dict[str, WorldFloor], tuple[str, ...]]:
    by_product: dict[str, list[tuple[float, Floor]]] = {}
    absent = []
    for law in laws:
        item = coverage[law.product]
        if item.world not in world.products:
            absent.append(law.product)
            continue
        level = per_tonne(law.usd_per_kg, item, world.products[item.world].basis)
        by_product.setdefault(item.world, []).append((level, law))
    floors = {}
    for product, found in by_product.items():
        # Equal levels: the legal product of the world product's own name speaks for it.
        level, law = max(found, key=lambda pair: (pair[0], pair[1].product == product))
        others = tuple(sorted(f.product for other, f in found if other < level))
        floors[product] = WorldFloor(product, level, law, others)
    return floors, tuple(sorted(absent))


def statutory(
    world: World, duties: Iterable[Duty], coverage: dict[str, LegalProduct]
) -> tuple[Rates, tuple[str, ...]]:
    """Duties by world product.

    The legal product that bears the world product's name speaks for it, else the highest of its own.
    """
    rates: Rates = {}
    unheard = []
    for duty in duties:
        item = coverage[duty.product]
        importer = _region(world, duty.importer)
        origin = "*" if duty.origin == "*" else _region(world, duty.origin)
        if item.world not in world.products:
            continue
        if importer is None or origin is None:
            unheard.append(duty.clause.path)
            continue
        found = rates.setdefault((duty.kind, item.world, importer), {})
        standing = found.get(origin)
        if standing is None or _rank(duty, item) > _rank(standing, coverage[standing.product]):
            found[origin] = duty
    return rates, tuple(sorted(set(unheard)))


def _rank(duty: Duty, item: LegalProduct) -> tuple[bool, Decimal]:
    return duty.product == item.world, duty.rate


def _region(world: World, country: str) -> str | None:
    """The region that is that country, all of it and nothing else."""
    named = states(country)
    for region in world.regions.values():
        if region.iso3 == named:
            return region.region
    return None


def _same_valuation(world: World, schedule: Schedule, zone: frozenset[str]) -> None:
    for member in schedule.members:
        region = _home(world, member.country)
        if not member.inside or region is None or region.region not in zone:
            continue
        if member.valuation != region.valuation:
            raise BadInput(
                f"{member.name}: the agreement values imports {member.valuation},"
                f" the world {region.valuation}",
                where=f"{member.clause.path} and regions.csv line {region.figure.line}",
                value=member.valuation,
                allowed="the same base in both",
                remedy=f"--set members.{member.country}.valuation={region.valuation},"
                " or correct the world's table",
            )


def _home(world: World, country: str) -> Region | None:
    named = states(country)
    for region in world.regions.values():
        if named <= region.iso3:
            return region
    return None
