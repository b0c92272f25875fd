"""Views of a report: the zone, its members, groups of their buyers, and whoever was asked for.

Next: `market.view`, where their numbers come from; `tell`, which puts them into the story.
"""

from collections.abc import Sequence
from typing import TypedDict

from ..market.verdict import Side
from ..market.view import Sight, View, Viewer, groups_in, seen
from ..secretariat import Study
from ..terms.units import KG_PER_TONNE
from . import as_seen, story
from .names import buyers_name, first_up, place_name, region_name
from .story import Group, Seen

SMALL = 2.5e5
"""USD a year below which what a group of buyers pays more is not told."""


class Views(TypedDict):
    """The parts of the story that say who can look at it."""

    views: list[story.View]
    viewed: str
    groups: list[Group]
    view_products: dict[str, dict[str, Seen]]


def views(study: Study, products: Sequence[str]) -> Views:
    """`views`, `viewed`, `groups` and `view_products` of the story, over these products."""
    zone, who = study.with_bloc.zone, study.viewer
    regions = sorted(zone, key=lambda region: region_name(study.world, region))
    if who is not None and who.region not in zone:
        regions.append(who.region)
    asked = [Viewer(region, region) for region in regions]
    asked += groups_in(study.world, sorted(zone, key=list(study.world.regions).index))
    if who is not None and who.end_use and who.region not in zone:
        asked.append(who)
    found = [
        view
        for view in seen(study.without, study.with_bloc, asked)
        if view.gain is not None or abs(view.users) >= SMALL or (who and view.viewer.id == who.id)
    ]
    told = [_view(study, view) for view in found]
    if zone:
        told.insert(0, {"id": "zone", "name": "The zone", "where": ""})
    groups = [_group(study, view) for view in found if view.gain is None]
    return {
        "views": told,
        "viewed": who.id if who else "zone",
        "groups": groups,
        "view_products": _zone(study, products) | _seen(found, products),
    }


def _view(study: Study, view: View) -> story.View:
    who = view.viewer
    place = region_name(study.world, who.region)
    if not who.end_use:
        return {"id": who.id, "name": first_up(place), "where": ""}
    name = f"{first_up(buyers_name(who.end_use))} in {place_name(study.world, who.region)}"
    return {"id": who.id, "name": name, "where": first_up(place)}


def _group(study: Study, view: View) -> Group:
    return {
        "id": view.viewer.id,
        "name": _view(study, view)["name"],
        "users": view.users,
        "spending": view.chain_spending,
        "sentence": as_seen.answer(study, view),
    }


def _zone(study: Study, products: Sequence[str]) -> dict[str, dict[str, Seen]]:
    """Prices and use of the whole zone, product by product."""
    if study.verdict is None or not study.with_bloc.zone:
        return {}
    rows = (study.verdict.products[product] for product in products)
    return {"zone": {r.product: _sides(r.without, r.with_bloc) for r in rows if r.without.use > 0}}


def _seen(found: Sequence[View], products: Sequence[str]) -> dict[str, dict[str, Seen]]:
    """The same of every view, for products that it buys."""
    told = frozenset(products)
    return {
        view.viewer.id: {
            sight.product: _sight(sight)
            for sight in view.sights
            if sight.product in told and sight.use_without > 0
        }
        for view in found
    }


def _sides(before: Side, after: Side) -> Seen:
    return {
        "price_without": _kg(before.price), "price_with": _kg(after.price),
        "use_without": before.use, "use_with": after.use,
    }  # fmt: skip


def _sight(sight: Sight) -> Seen:
    return {
        "price_without": _kg(sight.price_without), "price_with": _kg(sight.price_with),
        "use_without": sight.use_without, "use_with": sight.use_with,
    }  # fmt: skip


def _kg(usd_per_t: float | None) -> float | None:
    return None if usd_per_t is None else usd_per_t / KG_PER_TONNE
