"""What to look out for: warnings from the numbers, worst first, each with the command that follows.

Next: `sentences`, whose numbers and names these are written with.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from ..agreement import LegalProduct
from ..market.from_agreement import per_tonne
from ..market.leaks import diversions
from ..market.measures import Pair
from ..market.verdict import ProductVerdict, Verdict
from ..market.view import View
from ..secretariat import Study
from ..terms.units import KG_PER_TONNE
from . import leaking, sentences
from .caution import Caution
from .names import first_up, listed, place_name, product_name, region_name

MOST = 5
FALLS = 0.02
"""Fall of the zone's output from which a product without a floor is warned about."""


def look_out(study: Study) -> list[tuple[str, str]]:
    """At most five, worst first; the one about the single year is always the last."""
    if study.verdict is None:
        return []
    makes = {p.product: (p.without.made, p.with_bloc.made) for p in study.verdict.products.values()}
    return _worst(
        study,
        [
            *_cut_off(study, study.with_bloc.certificate.cut_off), *_open_split(study),
            *_uncovered(study, study.verdict, makes, "the zone"), *_supplier(study, study.verdict),
            *_surplus(study, study.verdict), *_undersold(study, study.verdict),
            *leaking.cheats(study, leaking.zone_cheats(study)),
            *leaking.doors(study, diversions(study.with_bloc)), *_law(study),
        ],
    )  # fmt: skip


def look_out_for(study: Study, view: View) -> list[tuple[str, str]]:
    """The same for one region, or one group of its buyers."""
    if study.verdict is None:
        return []
    who = view.viewer
    bought = {sight.product for sight in view.sights if sight.use_with > 0}
    cut = tuple(
        (region, product)
        for region, product in study.with_bloc.certificate.cut_off
        if region == who.region and product in bought
    )
    makes = {
        s.product: (s.made_without, s.made_with)
        for s in view.sights
        if s.made_without is not None and s.made_with is not None
    }
    here = place_name(study.world, who.region)
    through = [d for d in diversions(study.with_bloc) if d.region == who.region]
    return _worst(
        study,
        [
            *_cut_off(study, cut), *_uncovered(study, study.verdict, makes, here),
            *leaking.cheats(study, leaking.cheats_of(study, who)),
            *leaking.doors(study, [d for d in through if d.product in bought]),
        ],
    )  # fmt: skip


def _worst(study: Study, found: list[Caution]) -> list[tuple[str, str]]:
    found.sort(key=lambda caution: -caution.weight)
    year = study.world.base_year
    last = f"One year only: no plant is built or closed in it. Capacity is {year}'s."
    return [*((c.text, c.command) for c in found[: MOST - 1]), (last, "")]


def _cut_off(study: Study, cut: tuple[Pair, ...]) -> Iterator[Caution]:
    if cut:
        names = [
            f"{product_name(study.world, g)} in {region_name(study.world, r)}" for r, g in cut[:3]
        ]
        more = f" and {len(cut) - 3} more" if len(cut) > 3 else ""
        yield Caution(
            float("inf"),
            f"No open route reaches {', '.join(names)}{more}: nothing is bought there, and what that"
            " costs is an assumption.",
        )


def _open_split(study: Study) -> Iterator[Caution]:
    tied = study.with_bloc.certificate.open_split
    if tied:
        region, product = tied[0]
        yield Caution(
            1e30,
            f"{first_up(product_name(study.world, product))} in {region_name(study.world, region)}:"
            " several origins sell at one floor. What they sell together is known, how they share"
            " it, and with it their own prices, is one answer of many.",
        )


def _uncovered(
    study: Study, verdict: Verdict, makes: dict[str, tuple[float, float]], here: str
) -> Iterator[Caution]:
    """Next stages without a floor, made of products that have one, whose making moves out of here.

    They are told together: a floor on one alone would move the making of the other. makes: t/y
    made here without and with the bloc, by product.
    """
    legal: dict[str, LegalProduct] = {}  # the one of the world product's own name speaks for it
    for item in study.with_bloc.schedule.products if study.with_bloc.schedule else ():
        if item.world not in legal or item.product == item.world:
            legal[item.world] = item
    later = sentences.next_stages(study)
    fallen = [
        p for p in verdict.products.values()
        if p.product in later and p.without.price and p.product in makes
        and makes[p.product][1] < (1 - FALLS) * makes[p.product][0]
    ]  # fmt: skip
    if not fallen:
        return
    names = listed([product_name(study.world, p.product) for p in fallen])
    falls = listed([sentences.change(*makes[p.product]) for p in fallen])
    lost = sum(
        (makes[p.product][0] - makes[p.product][1]) * (p.without.price or 0.0) for p in fallen
    )
    levels = [_level(study, verdict, p, legal[p.product]) for p in fallen]
    settings = [
        f"floors.{legal[p.product].product}={level}"
        for p, level in zip(fallen, levels, strict=True)
    ]
    one = len(fallen) == 1 and not names.endswith("s")
    yield Caution(
        lost,
        f"{first_up(names)} {'has' if one else 'have'} no floor: making"
        f" {'it' if one else 'them'} moves out of {here} ({falls}). Try:",
        sentences.again(study, *settings),
    )


def _level(study: Study, verdict: Verdict, row: ProductVerdict, item: LegalProduct) -> str:
    """USD/kg of the law: the price without the bloc plus what floored inputs cost more, rounded."""
    per_t = (row.without.price or 0.0) + _costs_more(study, verdict, row.product)
    per_kg = per_t / per_tonne(Decimal(1), item, study.world.products[row.product].basis)
    if per_kg >= 1000:
        return str(10 * round(per_kg / 10))
    return str(round(per_kg)) if per_kg >= 10 else f"{per_kg:.2g}"


def _costs_more(study: Study, verdict: Verdict, product: str) -> float:
    """USD per tonne that floored inputs add, at their floors: mean of the zone's plants by capacity."""
    recipes = study.world.recipes
    weights = added = 0.0
    for plant in study.world.plants:
        made = recipes[plant.recipe].coefficients.get(product, 0.0)
        if made <= 0 or plant.region not in study.with_bloc.zone or not plant.capacity:
            continue
        more = 0.0
        for good, coefficient in recipes[plant.recipe].coefficients.items():
            told = verdict.products.get(good)
            if coefficient < 0 and told and told.floor is not None:
                more -= coefficient * max(told.floor - (told.without.price or told.floor), 0.0)
        weights += plant.capacity
        added += plant.capacity * more / made
    return added / weights if weights else 0.0


def _supplier(study: Study, verdict: Verdict) -> Iterator[Caution]:
    """A supplier outside that gains from the floor set against it."""
    suppliers = {p.dominant for p in verdict.products.values() if p.floor is not None}
    for gain in verdict.gains.values():
        countries = study.world.regions[gain.region].iso3
        named = gain.region in suppliers or any(countries == {s} for s in suppliers)
        if named and not gain.inside and gain.producers > 0.05 * abs(verdict.zone_users):
            name = region_name(study.world, gain.region)
            yield Caution(
                gain.producers,
                f"{name}, the supplier, gains: its producers earn {sentences.size(gain.producers)}"
                f" M USD a year more{_mostly(study, gain.region)}.",
            )


def _mostly(study: Study, region: str) -> str:
    """Where most of what a region's producers gain comes from: the product whose makers gain most."""
    market = study.with_bloc.market
    gained = study.with_bloc.cleared.plant_surplus - study.without.cleared.plant_surplus
    home = {p.plant: p for p in study.world.plants}
    by_product: dict[str, float] = defaultdict(float)
    for name, gain in zip(market.plants, gained.tolist(), strict=True):
        if name in home and home[name].region == region:
            outputs = study.world.recipes[home[name].recipe].outputs
            by_product[max(outputs, key=outputs.__getitem__)] += gain
    most = max(by_product, key=by_product.__getitem__, default="")
    if not most or by_product[most] <= 0:
        return ""
    made = product_name(study.world, most)
    return f"; most of all makers of {made}, {sentences.millions(by_product[most])}"


def _surplus(study: Study, verdict: Verdict) -> Iterator[Caution]:
    for p in _failing(verdict, "zone_makes_more_than_it_uses"):
        after = p.with_bloc
        yield Caution(
            sentences.missed(p),
            f"{first_up(product_name(study.world, p.product))}: the zone makes"
            f" {sentences.amount(after.made)} t and uses {sentences.amount(after.use)}, so the floor"
            f" does not bind: it sells at {_kg(after.price)} USD/kg, floor {_kg(p.floor)}.",
        )


def _undersold(study: Study, verdict: Verdict) -> Iterator[Caution]:
    failing = sorted(
        _failing(verdict, "zone_goods_sell_below_it"), key=sentences.missed, reverse=True
    )
    if not failing:
        return
    told = [
        f"{product_name(study.world, p.product)} at {_kg(p.with_bloc.price)} of {_kg(p.floor)}"
        for p in failing
    ]
    some = listed(told) if len(told) <= 3 else f"{', '.join(told[:3])} and {len(told) - 3} more"
    floors = first_up(sentences.floors_fail(len(failing)))
    yield Caution(
        sum(sentences.missed(p) for p in failing),
        f"{floors} because goods made in the zone sell below (USD/kg): {some}.",
    )


def _failing(verdict: Verdict, reason: str) -> list[ProductVerdict]:
    return [p for p in verdict.products.values() if p.reason == reason]


def _kg(usd_per_t: float | None) -> str:
    return "-" if usd_per_t is None else sentences.usd(usd_per_t / KG_PER_TONNE)


def _law(study: Study) -> Iterator[Caution]:
    """What the law says and this world cannot hear: ranked above small sums, below large ones."""
    law = study.with_bloc.law
    if law is None:
        return
    weight = 1e6
    if law.split:
        names = listed([region_name(study.world, region) for region in law.split])
        one = len(law.split) == 1
        yield Caution(
            weight,
            f"{names} {'is' if one else 'are'} split: with countries inside and outside,"
            f" {'it counts' if one else 'they count'} as outside.",
        )
    if law.absent:
        one = len(law.absent) == 1
        yield Caution(
            weight,
            f"{len(law.absent)} floor{' has' if one else 's have'} no product in this world:"
            f" {', '.join(law.absent[:4])}{' ...' if len(law.absent) > 4 else ''}. See:",
            f"stannary data{sentences.at_world(study)}",
        )
    if law.unheard:
        yield Caution(
            weight,
            f"Duties of importers that are only part of a region here, not charged:"
            f" {', '.join(law.unheard[:3])}{' ...' if len(law.unheard) > 3 else ''}.",
        )
