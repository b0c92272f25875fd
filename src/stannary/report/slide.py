"""The slider: one floor at every level, solved before the page is written, so that it needs no server.

Next: `market.sweep`, which solves them; `sentences`, whose numbers the answers are written with.
"""

from ..market.sweep import Stop, sweep
from ..secretariat import Study
from ..terms.units import KG_PER_TONNE
from .names import first_up, product_name
from .story import Slider, Solution
from .words import exact, figure

PRODUCT = "ndpr.oxide"
LEVELS = range(0, 205, 5)
"""USD/kg; the agreement's own floor is added where it is none of them."""


def slider(study: Study) -> Slider | None:
    """The slider over the floor of NdPr oxide; None where it has no floor, or nothing was solved."""
    law = study.with_bloc.law
    row = study.verdict.products.get(PRODUCT) if study.verdict else None
    if law is None or row is None or row.floor is None or study.with_bloc.market.exact:
        return None
    shipped = float(law.floors[PRODUCT].law.usd_per_kg)
    levels = sorted({float(level) for level in LEVELS} | {shipped})
    stops = sweep(PRODUCT, levels, study.without, study.with_bloc)
    if not any(stop.product for stop in stops):
        return None
    return {
        "product": PRODUCT,
        "name": product_name(study.world, PRODUCT),
        "unit": "USD/kg",
        "shipped": shipped,
        "floors": levels,
        "solutions": [_solution(study, stop) for stop in stops],
    }


def _solution(study: Study, stop: Stop) -> Solution:
    if stop.product is None:
        return {
            "floor": stop.usd_per_kg, "converged": False, "price": None, "state": "none",
            "users_usd": None, "producers_usd": None, "treasury_usd": None,
            "zone_output": None, "supplier_share": None,
            "sentence": f"At {exact(stop.usd_per_kg)} USD/kg the market did not balance: no answer.",
        }  # fmt: skip
    side = stop.product.with_bloc
    inside = [gain for gain in stop.gains.values() if gain.inside]
    users = sum(gain.users for gain in inside)
    return {
        "floor": stop.usd_per_kg,
        "converged": True,
        "price": None if side.price is None else side.price / KG_PER_TONNE,
        "state": stop.product.state,
        "users_usd": users,
        "producers_usd": sum(gain.producers for gain in inside),
        "treasury_usd": sum(gain.treasury for gain in inside),
        "zone_output": side.made,
        "supplier_share": side.supplier,
        "sentence": f"{_becomes(study, stop)} {_users(users)}",
    }


def _becomes(study: Study, stop: Stop) -> str:
    assert stop.product is not None  # asked only of a market that cleared
    name = product_name(study.world, PRODUCT)
    price = stop.product.with_bloc.price
    sells = f"{name} sells at {figure(None if price is None else price / KG_PER_TONNE)} USD/kg"
    if stop.usd_per_kg == 0:
        return f"Without this floor {sells}."
    at = f"At {exact(stop.usd_per_kg)} USD/kg the floor"
    match stop.product.reason:
        case "imports_pay_the_floor":
            return f"{at} holds: {sells}."
        case "market_above_the_floor":
            return f"{at} is idle: {sells}."
        case "zone_makes_more_than_it_uses":
            return f"{at} fails: the zone makes more than it uses, and {sells}."
        case "zone_goods_sell_below_it":
            return f"{at} fails: goods made in the zone sell below it, and {sells}."
        case "imports_avoid_it":
            return f"{at} fails: part of the imports does not pay it, and {sells}."
        case _:
            return f"{first_up(at)} meets no buyer in the zone."


def _users(usd: float) -> str:
    if abs(usd) < 500:
        return "With all floors, zone users pay what they paid without."
    more = "more" if usd < 0 else "less"
    return f"With all floors, zone users pay {figure(abs(usd) / 1e6)} M USD a year {more}."
