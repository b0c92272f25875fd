"""`explain`: what a number is made of, where each figure comes from, and what it hangs on most.

Ids follow outcome.json: `PRODUCT.price`, `.floor`, `.output`, `.supplier`, of the zone or with a
region's id behind; `REGION.users`, `.producers`, `.treasury`, or `zone.` for all members.

Next: `sources`, the figures; `market/explain`, the parts.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from ..agreement import Agreement, LegalProduct
from ..agreement import Floor as LegalFloor
from ..market.breakdown import OF_PRODUCTS, OF_REGIONS, Breakdown, Kind, Subject, within
from ..market.explain import breakdown, charges, dominant_supplier
from ..market.from_agreement import per_tonne
from ..market.measures import Arc, Pair
from ..market.sensitivity import Driver, movers
from ..market.verdict import is_country
from ..terms.errors import BadInput, UnknownName
from ..terms.names import states
from ..terms.units import KG_PER_TONNE
from ..world import World
from . import sources
from .sources import Input
from .study import AGREEMENT, WORLD, Study, run

ZONE = "zone"

LARGEST = 7
"""Parts whose inputs are traced: as many as a screen shows."""

MOST = 5
"""Figures told among those that a number hangs on."""

ALSO: dict[str, Kind] = {
    "made": "output",
    "price_with": "price",
    "price_without": "price",
    "zone_output_with": "output",
    "zone_output_without": "output",
    "supplier_share_with": "supplier",
    "supplier_share_without": "supplier",
}
"""Other words for a kind: the last ones of paths in outcome.json."""


@dataclass(frozen=True, slots=True)
class Level:
    """How a floor of the law becomes that of a world product: usd_per_kg x factor.

    law     floor of the legal product; `law.usd_per_kg` is on its own basis
    factor  kilograms of that basis in one of the world product's, by table F
    basis   of the world product
    share   where the floor follows another's, the share of it; None: it is a level
    follows the legal product whose floor that is; "" for a level
    """

    law: LegalFloor
    factor: float
    basis: str
    share: float | None
    follows: str

    @property
    def usd_per_t(self) -> float:
        """Per tonne contained, on the world product's basis."""
        return float(self.law.usd_per_kg) * self.factor * KG_PER_TONNE


@dataclass(frozen=True, slots=True)
class Hang:
    """A figure that the number hangs on, and where it is written."""

    driver: Driver
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A number of a study, explained.

    id         as this module writes it, with the region or without
    breakdown  its parts; None where a market did not clear
    levels     of a floor: the legal floors of its world product, strictest first
    supplier   ISO3 of the dominant supplier; "" for kinds that are not about it
    inputs     of the largest parts
    hangs_on   figures whose rise by a tenth moves it most; none for a floor, which is the law's own,
               and none in a world of perfect substitutes
    """

    id: str
    subject: Subject
    study: Study
    breakdown: Breakdown | None
    levels: tuple[Level, ...]
    supplier: str
    inputs: tuple[Input, ...]
    hangs_on: tuple[Hang, ...]


def explain(
    id: str,
    agreement: str | Path | Agreement = AGREEMENT,
    world: str | Path | World = WORLD,
    day: date | None = None,
    settings: Iterable[str] = (),
) -> Explained:
    """What a number of `run` is made of; the other arguments are those of `run`.

    Raises UnknownName, with the nearest ids, where no number bears the id, BadInput where the number
    does not exist that day, and whatever `run` raises.
    """
    place = world if isinstance(world, World) else World.load(world)
    subject_of(id, place)  # refuse before anything is solved
    study = run(agreement, place, day, settings)
    if not isinstance(world, World):
        study = replace(study, asked=(study.asked[0], str(world)))
    return explained(id, study)


def explained(id: str, study: Study) -> Explained:
    """The same for a study at hand."""
    subject = subject_of(id, study.world)
    _exists(id, subject, study)
    written = id_of(subject)
    product = subject.product
    supplier = dominant_supplier(product, study.with_bloc) if subject.kind == "supplier" else ""
    if not study.converged:
        return Explained(written, subject, study, None, (), supplier, (), ())
    found = breakdown(subject, study.without, study.with_bloc)
    hangs: tuple[Driver, ...] = ()
    if found.functional is not None:
        hangs = movers(found.functional, study.without, study.with_bloc)[:MOST]
    return Explained(
        id=written,
        subject=subject,
        study=study,
        breakdown=found,
        levels=_levels(study, subject) if subject.kind == "floor" else (),
        supplier=supplier,
        inputs=tuple(dict.fromkeys(_inputs(study, subject, found, supplier))),
        hangs_on=tuple(Hang(driver, sources.of_driver(study, driver)) for driver in hangs),
    )


# -------------------------------------------------------------------------------- ids


def id_of(subject: Subject) -> str:
    """The id of a number, as screens write it."""
    if subject.kind in OF_REGIONS:
        return f"{subject.region or ZONE}.{subject.kind}"
    return f"{subject.product}.{subject.kind}" + (f".{subject.region}" if subject.region else "")


def subject_of(id: str, world: World) -> Subject:
    """The number that an id names. Where dots allow for two products, the longest known one wins.

    Raises UnknownName with the nearest ids.
    """
    bare = id.removeprefix("products.").removeprefix("gains_usd.")
    for name in dict.fromkeys([id, bare]):
        for product in sorted(world.products, key=len, reverse=True):
            if name.startswith(f"{product}."):
                found = _of_product(product, name.removeprefix(f"{product}."), world)
                if found:
                    return found
        region, _, kind = name.rpartition(".")
        if kind in OF_REGIONS and (region == ZONE or region in world.regions):
            return Subject(kind, "", None if region == ZONE else region)
    raise UnknownName(
        "number",
        id,
        (id_of(subject) for subject in _every(world)),
        where="explain",
    )


def _of_product(product: str, rest: str, world: World) -> Subject | None:
    word, _, region = rest.partition(".")
    kind = ALSO.get(word, word)
    if kind not in OF_PRODUCTS or (region and region not in (ZONE, *world.regions)):
        return None
    return Subject(kind, product, None if region in ("", ZONE) else region)


def _every(world: World) -> Iterator[Subject]:
    for region in (None, *world.regions):
        for kind in OF_REGIONS:
            yield Subject(kind, "", region)
        for product in world.products:
            for kind in OF_PRODUCTS:
                yield Subject(kind, product, region)


def has(study: Study, id: str) -> bool:
    """Whether a study has a number of that id."""
    try:
        _exists(id, subject_of(id, study.world), study)
    except BadInput:
        return False
    return True


def _exists(id: str, subject: Subject, study: Study) -> None:
    """Refuse a number that this study does not have, and say what it has."""
    outcome = study.with_bloc
    inside = within(subject, outcome)
    made = {node for node in outcome.market.nodes if inside(node[0])}
    used = {use for use in outcome.market.uses if inside(use[0])}
    if subject.kind in OF_REGIONS:
        if subject.region is None and not outcome.zone:
            raise BadInput(
                "nobody is inside that day, so there is no zone",
                where=f"explain {id}",
                value=str(study.day),
                allowed="a region's id in place of zone, or a later --day",
            )
        return
    law, region = outcome.law, subject.region
    floors = law.floors if law else {}
    if law and region:
        floors = {product: None for product in study.world.products if law.floor(region, product)}
    known: dict[Kind, set[Pair]] = {
        "price": used,
        "supplier": used,
        "output": made,
        "floor": {(region or "", product) for product in floors},
    }
    if all(product != subject.product for _, product in known[subject.kind]):
        raise UnknownName(
            subject.kind,
            id,
            {id_of(Subject(subject.kind, product, region)) for _, product in known[subject.kind]},
            where=f"{study.agreement.name} in {study.world.name} on {study.day}",
        )


# -------------------------------------------------------------------------------- the law's floors


def _levels(study: Study, subject: Subject) -> tuple[Level, ...]:
    """The legal floors of a world product at a border, strictest first."""
    schedule, law = study.with_bloc.schedule, study.with_bloc.law
    assert schedule is not None  # a study stands under a schedule
    assert law is not None
    coverage = {item.product: item for item in schedule.products}
    iso3 = study.world.regions[subject.region].iso3 if subject.region else None
    rows: dict[str, LegalFloor] = {}
    for floor in schedule.floors:  # the common one of a product stands before members' own
        own = floor.member is not None and iso3 is not None and states(floor.member) == iso3
        if coverage[floor.product].world == subject.product and (floor.member is None or own):
            rows[floor.product] = floor
    found = [_level(study, floor, coverage[floor.product]) for floor in rows.values()]
    speaks = law.floors.get(subject.product) if subject.region is None else law.floor(
        subject.region, subject.product
    )  # fmt: skip
    first = speaks.law.product if speaks else ""  # among equals, who speaks for all
    return tuple(sorted(found, key=lambda f: (-f.usd_per_t, f.law.product != first, f.law.product)))


def _level(study: Study, floor: LegalFloor, item: LegalProduct) -> Level:
    basis = study.world.products[item.world].basis
    step = study.agreement.parameters[floor.clause.path].step(study.day)
    form = step.value if step and step.follows else None
    return Level(
        law=floor,
        factor=per_tonne(Decimal(1), item, basis) / KG_PER_TONNE,
        basis=basis,
        share=float(form) if isinstance(form, Decimal) else None,
        follows=step.follows if step else "",
    )


# -------------------------------------------------------------------------------- inputs


def _inputs(study: Study, subject: Subject, found: Breakdown, supplier: str) -> Iterator[Input]:
    """Figures behind the largest parts, the law's first."""
    parts = found.parts[:LARGEST]
    product, world = subject.product, study.world
    inside = within(subject, study.with_bloc)
    match subject.kind:
        case "price":
            yield from sources.of_floor(study, product, subject.region)
            yield from sources.of_world(world, "substitution", product)
            for part in parts:
                yield from _arriving(study, product, _only(part.name), inside)
        case "floor":
            yield from sources.of_floor(study, product, subject.region)
            for level in _levels(study, subject)[:1]:
                yield from sources.of_law(study, f"coverage.{level.law.product}")
            for path in ("rules.compared_on", "rules.proven", "enforcement.tempted"):
                yield from sources.of_law(study, path)
        case "output" | "producers":
            for part in parts:
                yield from _of_plant(study, part.name)
        case "supplier":
            schedule = study.with_bloc.schedule
            named = schedule.dominant_supplier if schedule else {}
            mineral = world.products[product].mineral
            row = mineral if mineral in named else "*"
            yield from sources.of_law(study, f"rules.dominant_supplier.{row}")
            yield from sources.of_world(world, "substitution", product)
            for part in parts:
                yield from _arriving(
                    study,
                    product,
                    lambda r: is_country(study.with_bloc, r, supplier),
                    _only(part.name),
                )
        case "users":
            for part in parts:
                yield from sources.of_floor(study, part.name, subject.region)
                yield from _of_users(study, subject, part.name)
        case "treasury":
            for part in parts:
                yield from sources.of_floor(study, part.name, subject.region)
                for side in (2, 1):  # what comes in, and what goes out
                    yield from _charged(study, part.name, side, inside)


def _only(name: str) -> Callable[[str], bool]:
    return lambda other: other == name


def _arriving(
    study: Study, product: str, origin: Callable[[str], bool], inside: Callable[[str], bool]
) -> tuple[Input, ...]:
    """Figures of the route from an origin that carries most to where the subject is."""
    arc = _largest(
        study, lambda arc: arc[0] == product and origin(arc[1]) and inside(arc[2])
    )  # fmt: skip
    return sources.of_route(study, arc) if arc else ()


def _charged(
    study: Study, product: str, side: int, inside: Callable[[str], bool]
) -> Iterator[Input]:
    """Duties and taxes on the route of a product across a border that carries most.

    side  2: its destination is of the subject, 1: its origin is
    """
    arc = _largest(
        study, lambda arc: arc[0] == product and inside(arc[side]) and arc[1] != arc[2]
    )  # fmt: skip
    if arc is not None:
        for charge in charges(study.with_bloc, arc):
            yield from sources.of_charge(study, charge)


def _largest(study: Study, wanted: Callable[[Arc], bool]) -> Arc | None:
    """The route that carries most of those wanted; None: none carries anything."""
    outcome = study.with_bloc
    tonnes = dict[Arc, float]()
    for arc, t in zip(outcome.market.arcs, outcome.cleared.balance.flow.tolist(), strict=True):
        if t > 0 and wanted(arc):
            tonnes[arc] = tonnes.get(arc, 0.0) + t
    return max(tonnes, key=lambda arc: (tonnes[arc], arc), default=None)


def _of_plant(study: Study, name: str) -> tuple[Input, ...]:
    """A plant's figures and the coefficients of its recipe."""
    world = study.world
    plant = next((p for p in world.plants if p.plant == name), None)
    if plant is None:
        return sources.of_curve(world, name, "supply")
    columns = ("capacity", "cash_cost", "cost_spread")
    made = world.recipes[plant.recipe].coefficients
    return (
        *sources.of_world(world, "plants", name, *columns),
        *(i for g in made for i in sources.of_world(world, "recipes", f"{plant.recipe} {g}")),
    )


def _of_users(study: Study, subject: Subject, product: str) -> tuple[Input, ...]:
    """Use and elasticity of the segment that uses most of a product; a textbook curve's figures."""
    inside = within(subject, study.with_bloc)
    uses = [s for s in study.world.segments if s.product == product and inside(s.region)]
    if uses:
        largest = max(uses, key=lambda s: (s.base_use, s.segment))
        return sources.of_world(
            study.world, "segments", largest.segment, "base_use", "elasticity_short"
        )
    curves = [c for c in study.world.curves if c.product == product and inside(c.region)]
    return tuple(
        given
        for curve in curves
        if curve.side == "demand"
        for given in sources.of_curve(study.world, f"curve:{curve.region}:{product}", "demand")
    )
