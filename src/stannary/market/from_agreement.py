"""From law to arrays: what a schedule means on the arcs of a market.

Law speaks countries and legal products, the model regions and world products; they are joined here
and nowhere else. A region is inside only if all its countries are; a world product with several legal
products takes the strictest floor per tonne contained.

Next: `levers`, the arrays; the schedule itself is made in `agreement`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ..agreement import Duty, Floor, LegalProduct, Schedule
from ..terms.errors import BadInput
from ..terms.names import states
from ..terms.units import COMPOUND_PER_ELEMENT, ELEMENT_PER_COMPOUND, KG_PER_TONNE
from ..world.atlas import Region, World
from .calibrate import Market
from .levers import Levers
from .measures import measures_on, plain_levers, with_measures


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

    zone      regions inside
    split     regions that hold countries inside and outside: they count as outside
    floors    by world product, those that the world has
    absent    legal products with a floor whose world product this world lacks
    unheard   duties of importers that are only part of a region of this world
    """

    levers: Levers
    zone: frozenset[str]
    split: tuple[str, ...]
    floors: dict[str, WorldFloor]
    absent: tuple[str, ...]
    unheard: tuple[str, ...]


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
    imports differently, and BadTable for a live quantity limit (see `with_measures`).
    """
    world = market.world
    zone, split = zone_of(world, schedule)
    _same_valuation(world, schedule, zone)
    coverage = {item.product: item for item in schedule.products}
    floors, absent = _floors(world, schedule, coverage)
    rates, unheard = _statutory(world, schedule.duties, coverage)

    levers = with_measures(
        plain_levers(market.arcs, len(market.nodes), world),
        market.arcs,
        market.nodes,
        measures_on(world, schedule.day),
        {(KINDS[kind], product, importer) for kind, product, importer in rates},
    )
    counted, uncounted = levers.counted.copy(), levers.uncounted.copy()
    floor, liable = levers.floor.copy(), levers.liable.copy()
    for i, (product, origin, destination) in enumerate(market.arcs):
        if origin == destination:
            continue
        for kind in ("base", "extra"):
            found = rates.get((kind, product, destination), {})
            duty = found.get(origin) or found.get("*")
            if duty is not None:
                table = counted if duty.counts else uncounted
                table[i] += float(duty.rate)
        if destination in zone and product in floors:
            floor[i] = floors[product].usd_per_t
            liable[i] = float(1 - schedule.proven) if origin in zone else 1.0
    paid = np.full_like(floor, float(schedule.compared_on == "duty-paid"))
    return Bridge(
        levers=levers._replace(
            counted=counted, uncounted=uncounted, floor=floor, liable=liable, duty_paid=paid
        ),
        zone=zone,
        split=split,
        floors=floors,
        absent=absent,
        unheard=unheard,
    )


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
    world: World, schedule: Schedule, coverage: dict[str, LegalProduct]
) -> tuple[dict[str, WorldFloor], tuple[str, ...]]:
    by_product: dict[str, list[tuple[float, Floor]]] = {}
    absent = []
    for law in schedule.floors:
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


KINDS = {"base": "import_duty", "extra": "extra_duty"}
"""Kinds of duty in the law, and the same kinds in a world's border table."""

Rates = dict[tuple[str, str, str], dict[str, Duty]]
"""(kind, world product, importing region) → origin region or `*` → duty."""


def _statutory(
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
