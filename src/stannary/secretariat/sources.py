"""Sources: the figures of the world and of the law that a number is made of, each with its place.

Next: `explain`, which asks for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ..agreement import Clause, Duty
from ..market.explain import charges
from ..market.measures import Arc, measures_on
from ..market.sensitivity import ANSWERED, ENFORCED, Driver
from ..terms.errors import Place, UnknownName
from ..terms.names import states
from ..world import World, where
from ..world.atlas import Measure
from .study import Study


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that a number is made of, and where it comes from.

    name     of the world, table and id: "freight ndpr.metal CHN USA"; of the law, its path
    column   column of the world's table; "" for the law
    value    as it stands there
    quality  of a world's figure as its table says; of the law "stated", or "assumed" where its
             reference does not state it
    source   a world's source; the law's reference
    note     a world's note; what the sources of the law leave open
    article  as printed; "" for the world
    place    file and line
    """

    name: str
    column: str
    value: float | int | str
    unit: str
    quality: str
    source: str
    note: str
    article: str
    place: Place


def of_world(world: World, table: str, key: str, *columns: str) -> tuple[Input, ...]:
    """Figures of one row of a table, those of these columns or all; none where there is no row.

    A row for a product alone wins over one for `*`.
    """
    try:
        found = [f for f in where(world, key) if f.what.split(" ", 1)[0] == table]
    except UnknownName:
        return ()
    own = [f for f in found if f.what.split(" ")[1] != "*"]
    return tuple(
        Input(f.what, f.column, f.value, f.unit, f.quality, f.source, f.note, "", f.place)
        for f in own or found
        if not columns or f.column in columns
    )


def of_law(study: Study, path: str) -> tuple[Input, ...]:
    """The value of a parameter, or a listing, standing on the study's day; none: it does not stand."""
    text = study.agreement.text
    schedule = study.with_bloc.schedule
    clause = next((c for c in schedule.clauses if c.path == path), None) if schedule else None
    if clause is None:
        return ()
    parameter = text.parameters.get(path)
    step = parameter.step(study.day) if parameter else None
    place = text.places[path]
    if step is not None and step.line is not None:
        place = Place(place.file, step.line, path)
    value, unit = "", ""
    if parameter and step:
        value, unit = step.value, parameter.unit
        if step.follows:
            unit = f"of the floor of {step.follows}"
    elif path.startswith("coverage."):
        listing = text.coverage[path.removeprefix("coverage.")]
        value, unit = f"HS {', '.join(listing.hs)}", f"weighed as {listing.basis}"
    return (_lawful(clause, value, unit, place),)


def _lawful(clause: Clause, value: object, unit: str, place: Place) -> Input:
    return Input(
        name=clause.path,
        column="",
        value=float(value) if isinstance(value, Decimal) else str(value),
        unit=unit,
        quality="assumed" if clause.assumed else "stated",
        source=clause.reference,
        note=clause.doubt,
        article=clause.article,
        place=place,
    )


def of_charge(study: Study, charge: Duty | Measure) -> tuple[Input, ...]:
    """A duty of the law, or a measure of the world's own border table."""
    if isinstance(charge, Duty):
        return of_law(study, charge.clause.path)
    return of_world(study.world, "border", charge.measure)


def of_floor(study: Study, product: str, region: str | None = None) -> tuple[Input, ...]:
    """The floor of a world product at the border of a region, or the common one.

    Of a form, its share first and then the level that it follows.
    """
    law = study.with_bloc.law
    if law is None:
        return ()
    level = law.floors.get(product) if region is None else law.floor(region, product)
    if level is None:
        return ()
    path = level.law.clause.path
    parameter = study.agreement.parameters.get(path)
    step = parameter.step(study.day) if parameter else None
    followed = of_law(study, f"floors.{step.follows}") if step and step.follows else ()
    return (*of_law(study, path), *followed)


def of_driver(study: Study, driver: Driver) -> tuple[Input, ...]:
    """Where a figure that moves a number is written; several where it is several figures."""
    world, name, product = study.world, driver.name, driver.product
    if driver.kind in (*ENFORCED, *ANSWERED) or driver.kind == "detour":
        article = "responses" if driver.kind in ANSWERED else "enforcement"
        return _laws(study, f"{article}.{driver.kind}")
    match driver.kind:
        case "capacity" | "cost" | "spread":
            column = {"capacity": "capacity", "cost": "cash_cost", "spread": "cost_spread"}
            return _plant(world, name, column[driver.kind])
        case "made" | "used":
            return of_world(world, "recipes", f"{name} {product}") or _plant(world, name)
        case "base_use":
            return of_world(world, "segments", name, "base_use") or of_curve(world, name, "demand")
        case "elasticity":
            found = of_world(world, "segments", name, "elasticity_short")
            return found or of_curve(world, name, "demand")
        case "freight":
            return of_world(world, "freight", f"{product} {' '.join(name.split(' -> '))}")
        case "substitution":
            return of_world(world, "substitution", product)
        case "floor":
            return of_floor(study, product)
        case "limit":
            return of_world(world, "border", name)
        case "guarantee":
            return _guarantees(study, name, product)
        case "duty":
            return _duties(study, product, name)
        case _:
            return _taxes(study, product, name)


def _plant(world: World, name: str, *columns: str) -> tuple[Input, ...]:
    return of_world(world, "plants", name, *columns) or of_curve(world, name, "supply")


def of_curve(world: World, name: str, side: str) -> tuple[Input, ...]:
    """A textbook curve, which the market knows as `curve:REGION:PRODUCT`."""
    _, _, key = name.partition("curve:")
    return of_world(world, "curves", f"{' '.join(key.split(':', 1))} {side}") if key else ()


def _laws(study: Study, prefix: str) -> tuple[Input, ...]:
    """Every value standing under a path, the common one (`*`) first."""
    schedule = study.with_bloc.schedule
    paths = [c.path for c in schedule.clauses] if schedule else []
    standing = [p for p in paths if p == prefix or p.startswith(f"{prefix}.")]
    return _all(of_law(study, path) for path in sorted(standing))


def _duties(study: Study, product: str, importer: str) -> tuple[Input, ...]:
    """Duties on a product into a region: those of the law, else of the world's table."""
    schedule, world = study.with_bloc.schedule, study.world
    if schedule is None:
        return ()
    legal = {p.product for p in schedule.products if p.world == product}
    iso3 = world.regions[importer].iso3
    laid = [
        duty for duty in schedule.duties if duty.product in legal and states(duty.importer) == iso3
    ]
    paths = dict.fromkeys(duty.clause.path for duty in laid)
    stated = {duty.kind for duty in laid}
    kinds = {"base": "import_duty", "extra": "extra_duty"}
    silent = {kinds[kind] for kind in kinds.keys() - stated}
    own = [
        m
        for m in measures_on(world, schedule.day)
        if m.kind in silent and m.destination in ("*", importer) and _names(m, product)
    ]
    return _all(of_law(study, path) for path in paths) + _all(of_charge(study, m) for m in own)


def _taxes(study: Study, product: str, exporter: str) -> tuple[Input, ...]:
    schedule = study.with_bloc.schedule
    live = measures_on(study.world, schedule.day) if schedule else ()
    return _all(
        of_charge(study, m)
        for m in live
        if m.kind == "export_tax" and m.origin in ("*", exporter) and _names(m, product)
    )


def _names(measure: Measure, product: str) -> bool:
    return bool({"*", product} & set(measure.products()))


def _guarantees(study: Study, region: str, product: str) -> tuple[Input, ...]:
    schedule = study.with_bloc.schedule
    if schedule is None:
        return ()
    legal = {p.product for p in schedule.products if p.world == product}
    iso3 = study.world.regions[region].iso3
    return _all(
        of_law(study, law.clause.path)
        for law in schedule.guarantees
        if law.product in legal and states(law.member) == iso3
    )


def of_route(study: Study, arc: Arc) -> tuple[Input, ...]:
    """What a route is made of: base tonnes and gate price, carriage, and what its borders charge."""
    product, origin, destination = arc
    world = study.world
    found = [
        of_world(world, "prices", f"{product} {origin}", "usd_per_t"),
        of_world(world, "flows", " ".join(arc), "t"),
    ]
    if origin != destination:
        found.append(of_world(world, "freight", " ".join(arc)))
    found += [of_charge(study, charge) for charge in charges(study.with_bloc, arc)]
    return _all(found)


def _all(several: Iterable[tuple[Input, ...]]) -> tuple[Input, ...]:
    return tuple(given for found in several for given in found)
