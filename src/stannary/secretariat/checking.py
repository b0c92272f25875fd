"""`check`: the law against older law, at the base year's prices, and against a solved market.

Next: `agreement/legal`, bound rates and which clause carries which risk.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ..agreement import Agreement, Duty, Schedule
from ..agreement.duty import Terms, due
from ..agreement.legal import Binding, Risk, bindings, cover, risks
from ..market.from_agreement import per_tonne
from ..market.leaks import Diversion, diversions
from ..terms.names import states
from ..terms.units import KG_PER_TONNE
from ..world import World
from .law import Shown, loaded, show
from .study import AGREEMENT, WORLD, Study, run


@dataclass(frozen=True, slots=True)
class LegalLine:
    """A floor on one tariff line of a member, and what its top-up comes to.

    price    gate price of `origin` in the base year, USD/kg of the world's basis; None: not known
    origin   region of the dominant supplier of the mineral
    top_up   share of the value at that price, by the one duty, freight left out; None: not known
    exceeds  whether the top-up is more than the room under the bound rate; None: not known
    cover    what could cover it, by our reading
    """

    binding: Binding
    price: float | None
    origin: str | None
    top_up: float | None
    exceeds: bool | None
    cover: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` found. An agreement that cannot be read raises instead.

    lines     floors on tariff lines of members inside, those with least room first; among equals the
              highest top-up first
    silent    members inside with floors of which the table of bound rates holds no line, ISO3
    risks     which clause meets which older rule
    warnings  what a solved market shows, in sentences; empty: nothing, or `study` did not clear
    study     the market solved; None: no floor and no guarantee stands, so there was nothing to solve
    """

    shown: Shown
    world: World
    lines: tuple[LegalLine, ...]
    silent: tuple[str, ...]
    risks: tuple[Risk, ...]
    warnings: tuple[str, ...]
    study: Study | None


def check(
    agreement: str | Path | Agreement = AGREEMENT,
    day: date | None = None,
    settings: Iterable[str] = (),
    world: str | Path | World = WORLD,
) -> Checked:
    """Whether `agreement` reads, where it may clash with older law, and what a market makes of it.

    Raises BadInput (and its kinds), with file and line, when it cannot be read or joined to `world`.
    """
    law, asked, on = loaded(agreement, day)
    given = tuple(settings)
    shown = replace(show(law, on, given), asked=asked, on=day)
    schedule = shown.schedule
    place = world if isinstance(world, World) else World.load(world)
    found = bindings(schedule)
    lines = [legal_line(place, schedule, binding) for binding in found]
    known = {binding.member for binding in found}
    study = run(shown.agreement, place, on) if schedule.floors or schedule.guarantees else None
    return Checked(
        shown=shown,
        world=place,
        lines=tuple(sorted(lines, key=_by_room)),
        silent=tuple(
            member.country
            for member in schedule.members
            if member.inside
            and member.through is None
            and schedule.floors_of(member.country)
            and member.country not in known
        ),
        risks=risks(schedule),
        warnings=economics(study) if study and study.converged else (),
        study=study,
    )


def legal_line(world: World, schedule: Schedule, binding: Binding) -> LegalLine:
    """What the floor of a binding comes to for goods of the dominant supplier at its base price.

    Both borders are taken to be its gate: freight would lower the top-up a little.
    """
    origin, price, top_up = _top_up(world, schedule, binding)
    room = binding.headroom
    exceeds = None
    if top_up is not None and top_up == 0:
        exceeds = False
    elif top_up is not None and room is not None:
        exceeds = 100 * top_up > float(room)
    return LegalLine(binding, price, origin, top_up, exceeds, cover(binding, exceeds))


def _top_up(
    world: World, schedule: Schedule, binding: Binding
) -> tuple[str | None, float | None, float | None]:
    item = next(p for p in schedule.products if p.product == binding.floor.product)
    if item.world not in world.products:
        return None, None, None
    product = world.products[item.world]
    named = schedule.dominant_supplier
    seller = named.get(product.mineral, named["*"])
    prices = {
        price.region: price.usd_per_t
        for price in world.prices
        if price.product == item.world and world.regions[price.region].iso3 == states(seller)
    }
    if not prices:
        return None, None, None
    origin, price = next(iter(prices.items()))
    counted = sum(
        float(duty.rate)
        for kind in ("base", "extra")
        if (duty := _duty(schedule, kind, binding, seller)) is not None and duty.counts
    )
    floor = per_tonne(binding.floor.usd_per_kg, item, product.basis)
    owed = due(
        price,
        price,
        Terms(
            counted=counted,
            uncounted=0.0,
            specific=0.0,
            on_fob=1.0,
            floor=floor,
            duty_paid=float(schedule.compared_on == "duty-paid"),
            liable=1.0,
        ),
        one=1.0,
        maximum=max,
    )
    return origin, price / KG_PER_TONNE, owed.top_up / price


def _duty(schedule: Schedule, kind: str, binding: Binding, seller: str) -> Duty | None:
    rows = {
        duty.origin: duty
        for duty in schedule.duties
        if (duty.product, duty.importer, duty.kind) == (binding.floor.product, binding.member, kind)
    }
    return rows.get(seller) or rows.get("*")


def _by_room(line: LegalLine) -> tuple[bool, float, float, str, str]:
    room = line.binding.headroom
    return (
        room is None,
        float(room or 0),
        -(line.top_up or 0.0),
        line.binding.floor.clause.article,
        line.binding.member,
    )


def economics(study: Study) -> tuple[str, ...]:
    """What a solved market says about floors: idle, failing, and stages after them without one.

    A sentence each, with ids of the world's products. The place where further warnings are added.
    """
    verdict = study.verdict
    if verdict is None:
        return ()
    by_reason: dict[str, list[str]] = {}
    for row in verdict.products.values():
        if row.floor is not None and row.reason in _WHY:
            by_reason.setdefault(row.reason, []).append(row.product)
    found = [
        f"{_count(len(products), one, many)}: {', '.join(products)}."
        for reason, (one, many) in _WHY.items()
        if (products := by_reason.get(reason))
    ]
    return _doors(study) + tuple(found) + _uncovered(study)


def _doors(study: Study) -> tuple[str, ...]:
    """Where goods circulate freely: through whose border what is meant for others comes in."""
    leaks: dict[str, list[Diversion]] = {}
    for row in diversions(study.with_bloc):
        leaks.setdefault(row.door, []).append(row)
    if not leaks:
        return ()
    door, rows = max(leaks.items(), key=lambda pair: sum(row.lost for row in pair[1]))
    products = ", ".join(dict.fromkeys(row.product for row in rows))
    lost = sum(row.lost for row in rows) / 1e6
    return (
        f"Goods circulate freely (Art. 7(3)): outside goods for others enter by {door}, the lowest"
        f" door, {sum(row.tonnes for row in rows):,.0f} t a year ({products}); {lost:,.0f} M USD of"
        " duty is not collected where they are used.",
    )


_WHY = {
    "imports_avoid_it": (
        "floor does not hold, because imports avoid it",
        "floors do not hold, because imports avoid them",
    ),
    "zone_makes_more_than_it_uses": (
        "floor does not hold, because the zone makes more than it uses",
        "floors do not hold, because the zone makes more than it uses",
    ),
    "zone_goods_sell_below_it": (
        "floor does not hold, because goods made in the zone sell below it",
        "floors do not hold, because goods made in the zone sell below them",
    ),
    "market_above_the_floor": (
        "floor is idle, because the market is above it",
        "floors are idle, because the market is above them",
    ),
    "nobody_in_the_zone_buys": (
        "floor meets no buyer in the zone",
        "floors meet no buyer in the zone",
    ),
}


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _uncovered(study: Study) -> tuple[str, ...]:
    """Products of a recipe that takes one with a floor, that customs can tell, and that have none."""
    law, schedule = study.with_bloc.law, study.with_bloc.schedule
    floors = law.floors if law else {}
    legal = {item.world for item in schedule.products} if schedule else set[str]()
    left = {
        made: None
        for recipe in study.world.recipes.values()
        if floors.keys() & recipe.inputs.keys()
        for made in recipe.outputs
        if made in legal and made not in floors
    }
    if not left:
        return ()
    return (
        f"No floor on {_count(len(left), 'next stage', 'next stages')} after one with a floor, so"
        f" making it may leave the zone: {', '.join(left)}.",
    )
