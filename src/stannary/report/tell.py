"""Tell: from a study to the story of its report. Numbers are the study's; words are `sentences`'.

Next: `grounds`, what it rests on and the law; `tell_views`, who looks at it; `tell_leaks`, what goes
unpaid; `tell_exposed`, who is exposed to a cut; `slide`, the slider; `story`, the shape of it all.
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from .. import DATA_VERSION, __version__
from ..market.verdict import HOLDS_WITHIN, ProductVerdict, Verdict
from ..secretariat import Study
from ..terms.dates import long
from ..terms.units import KG_PER_TONNE
from . import files, grounds, latest, money, sentences, slide, tell_exposed, tell_leaks, tell_views
from .names import first_up, product_name, region_name
from .story import SCHEMA, Gain, Input, Mark, NotSolved, Product, Tile, Title, Warn
from .words import MINUS, change, decimals_of, exact, figure, fixed, that_add_up

SHORT = {
    "treasuries": "treasuries",
    "zone_producers": "zone producers",
    "outside_sellers": "outside sellers",
    "avoiding": "hiding and detours",
    "lost": "the rest",
}
"""Who keeps the price gap, in a sentence."""

NEGLIGIBLE = 1e6
"""USD a year below which a region outside is told among the others."""


def story(study: Study) -> Mapping[str, object]:
    """The story of `study`, of the shape of `story.Story`; without numbers where it did not clear."""
    told: dict[str, object] = {
        "schema": SCHEMA,
        "title": _title(study),
        "converged": study.converged,
        "not_solved": _not_solved(study),
        "command": study.command,
    }
    verdict = study.verdict
    if verdict is None:
        return told
    # The compiler leaves Python free: the slider's markets are solved while it works on the slopes.
    with ThreadPoolExecutor(1) as beside:
        sliding = beside.submit(slide.slider, study)
        told |= _found(study, verdict)
        slider = sliding.result()
    if slider is not None:
        told["slider"] = slider
    return told


def _found(study: Study, verdict: Verdict) -> dict[str, object]:
    """Everything that a study which cleared has to tell, but for its slider."""
    rows = sentences.told_rows(study)
    seen = tell_views.views(study, [row.product for row in rows])
    return {
        "headline": sentences.headline(study),
        "latest": latest.sentence(study),
        "assumed_count": len(study.assumed),
        "tiles": [
            _hold(study, rows),
            _pay(study, verdict),
            _made(study, rows),
            *tell_exposed.tiles(study, seen["views"]),
        ],
        **seen,
        "products": [_product(study, row) for row in rows],
        "gains": _gains(study, verdict),
        "price_gap": {part: getattr(verdict.price_gap, part) for part in money.GAP},
        "bound": money.bound_alone(verdict) if study.with_bloc.zone else "",
        "zone_users_usd": verdict.zone_users,
        **tell_leaks.told(study),
        **tell_exposed.told(study),
        "look_out": [_warn(text, command) for text, command in sentences.look_out(study)],
        "rests_on": grounds.rests_on(study),
        "rules": grounds.rules(study),
        "check": grounds.check(study),
        "csv": files.csv_text(study),
    }


def _title(study: Study) -> Title:
    return {
        "world": study.world.name,
        "world_year": study.world.base_year,
        "day": str(study.day),
        "day_long": long(study.day),
        "agreement": study.agreement.name,
        "draft": study.agreement.draft,
        "changes": len(study.settings),
        "made": str(date.today()),
        "version": __version__,
        "data": DATA_VERSION,
    }


def _not_solved(study: Study) -> list[NotSolved]:
    """Where each market failed, and the nearest command that asks for less."""
    less = study.command.split(" --set ")[0] if study.settings else "stannary run no-bloc"
    found: list[NotSolved] = []
    for solve, outcome in (("without", study.without), ("with", study.with_bloc)):
        remedy = less if solve == "with" else f"stannary data --world {study.world.name}"
        for region, product in outcome.certificate.failed:
            found.append(
                {
                    "solve": solve,
                    "region": region_name(study.world, region),
                    "product": product_name(study.world, product),
                    "try": remedy,
                }
            )
    return found


def _warn(text: str, command: str) -> Warn:
    # The terminal has no other minus than a hyphen; the page has.
    return {"text": re.sub(r"(?<![\w.])-(?=\d)", MINUS, text), "command": command}


# ---------------------------------------------------------------------------------- tiles


def _hold(study: Study, rows: list[ProductVerdict]) -> Tile:
    floors = [row for row in rows if row.floor is not None]
    by_state = {s: [r for r in floors if r.state == s] for s in ("holds", "fails", "idle", "none")}
    counts = {state: len(found) for state, found in by_state.items()}
    said = [f"{counts['holds']} hold" + ("s" if counts["holds"] == 1 else "")]
    if failing := by_state["fails"]:
        worst = max(failing, key=sentences.stake)
        name, why = product_name(study.world, worst.product), sentences.reason_long(study, worst)
        said.append(f"{len(failing)} fail{'s' if len(failing) == 1 else ''} ({name}: {why})")
    if idle := counts["idle"]:
        said.append(f"{idle} {'is' if idle == 1 else 'are'} idle: the market is above")
    if unmet := counts["none"]:
        said.append(f"{unmet} {'meets' if unmet == 1 else 'meet'} no buyer")
    height = {"holds": 1.0, "fails": -1.0, "idle": 0.0, "none": 0.0}
    marks: list[Mark] = [
        {"label": f"{product_name(study.world, r.product)}: {r.state}", "value": height[r.state]}
        for r in sorted(floors, key=lambda row: -height[row.state])
    ]
    return {
        "key": "hold",
        "question": "Does it hold?",
        "number": f"{counts['holds']} of {len(floors)}" if floors else "No floor",
        "sentence": f"{', '.join(said)}." if floors else "No floor stands on that day.",
        "spark": marks,
        "why": "A floor holds where buyers in the zone pay on average at least"
        f" {100 * (1 - HOLDS_WITHIN):g}% of it: {counts['holds']} of the {len(floors)} products.",
        "inputs": [_floor_input(study, row) for row in floors],
    }


def _floor_input(study: Study, row: ProductVerdict) -> Input:
    law = study.with_bloc.law
    assert law is not None  # a product with a floor has the law that sets it
    clause = law.floors[row.product].law.clause
    price = row.with_bloc.price
    given: Input = {
        "name": f"{first_up(product_name(study.world, row.product))}, paid"
        f" {figure(None if price is None else price / KG_PER_TONNE)}, floor",
        "value": exact(_kg(row.floor)),
        "unit": "USD/kg",
        "reference": clause.article,
    }
    if clause.assumed:
        given["quality"] = "assumed"
    return given


def _pay(study: Study, verdict: Verdict) -> Tile:
    cost = -verdict.zone_users
    parts = [(SHORT[part], usd) for part, usd in money.gap_amounts(verdict.price_gap).items()]
    digits = decimals_of(cost / 1e6)
    rounded = that_add_up([usd / 1e6 for _, usd in parts], digits)
    total = round(sum(rounded), digits)
    written = [_unsigned(part, digits) for part in rounded]
    users = _unsigned(abs(total), digits)
    more = "more" if total > 0 else "less"
    kept = ", ".join(f"{name} {text}" for (name, _), text in zip(parts, written, strict=True))
    bound = money.bound_alone(verdict) if study.with_bloc.zone else ""
    marks: list[Mark] = [
        {"label": "users", "value": -cost, "text": fixed(-total, digits)},
        *(
            {"label": name, "value": usd, "text": fixed(part, digits)}
            for (name, usd), part in zip(parts[:3], rounded, strict=False)
        ),
    ]
    return {
        "key": "pay",
        "question": "Who pays?",
        "number": f"{fixed(-total, digits) if total else 0} M USD",
        "sentence": f"Zone users pay {users} M USD a year {more}: {kept}."
        if total
        else "Zone users pay what they paid without it."
        if study.with_bloc.zone
        else "No country is inside on that day, so there is no zone.",
        "spark": marks if total else [],
        "why": f"{' + '.join(written).replace('+ ' + MINUS, MINUS + ' ')} ="
        f" {_unsigned(total, digits)} M USD a year. Treasuries: top-up duty of the zone, and fines. The"
        f" rest is lost in buying less and moving more, less what users outside pay more."
        f"{f' {bound}' if bound else ''}",
    }


def _unsigned(value: float, digits: int) -> str:
    return fixed(value, digits).removeprefix("+")


def _made(study: Study, rows: list[ProductVerdict]) -> Tile:
    """What moves most by value, down and up; `rows` hold every product that moves at all."""
    world = study.world
    moved = {
        row.product: (row.with_bloc.made - row.without.made) * (row.without.price or 0.0)
        for row in rows
        if row.without.made > 0
    }
    by_product = {row.product: row for row in rows}
    size = sorted(moved, key=lambda product: -abs(moved[product]))
    place = "zone" if study.with_bloc.zone else "world"
    if not size or sentences.is_same(study):
        return {
            "key": "made", "question": "What is made here?", "number": "No change",
            "sentence": f"The {place} makes what it made without the agreement.", "spark": [],
            "why": "Output with the agreement / output without - 1 = 0 for every product.",
        }  # fmt: skip
    most = by_product[size[0]]
    other = next((by_product[p] for p in size if moved[p] * moved[size[0]] < 0), None)
    later = sentences.next_stages(study)

    def said(row: ProductVerdict) -> str:
        text = f"{product_name(world, row.product)} {change(row.without.made, row.with_bloc.made)}"
        text += f", {figure(row.with_bloc.made)} t a year"
        return text + (" (no floor)" if row.product in later else "")

    marks: list[Mark] = [
        {
            "label": product_name(world, p),
            "value": 100 * (by_product[p].with_bloc.made / by_product[p].without.made - 1),
            "text": change(by_product[p].without.made, by_product[p].with_bloc.made),
        }
        for p in moved
    ]
    before, after = most.without.made, most.with_bloc.made
    return {
        "key": "made",
        "question": "What is made here?",
        "number": change(before, after),
        "sentence": first_up("; ".join(said(row) for row in (most, other) if row)) + ".",
        "spark": marks,
        "why": f"The largest change by value: {figure(after)} / {figure(before)} {MINUS} 1 ="
        f" {change(before, after)}, t a year made in the {place} with and without the agreement.",
    }


# ---------------------------------------------------------------------------------- parts


def _product(study: Study, row: ProductVerdict) -> Product:
    before, after = row.without, row.with_bloc
    return {
        "id": row.product,
        "name": first_up(product_name(study.world, row.product)),
        "mineral": study.world.products[row.product].mineral,
        "price_without": _kg(before.price),
        "price_with": _kg(after.price),
        "outside": _kg(after.outside),
        "floor": _kg(row.floor),
        "state": row.state,
        "reason": row.reason,
        "reason_text": sentences.reason_long(study, row),
        "zone_output_without": before.made,
        "zone_output_with": after.made,
        "supplier": region_name(study.world, row.dominant),
        "supplier_share_without": before.supplier,
        "supplier_share_with": after.supplier,
    }


def _kg(usd_per_t: float | None) -> float | None:
    return None if usd_per_t is None else usd_per_t / KG_PER_TONNE


def _gains(study: Study, verdict: Verdict) -> list[Gain]:
    """Every member, and outsiders that the agreement touches; the others together, if it does."""
    found: list[Gain] = []
    others = [0.0] * 5
    for gain in verdict.gains.values():
        rents = gain.captured + gain.licences
        parts = (gain.users, gain.producers, gain.owned_outside, gain.treasury, rents)
        asked = study.viewer is not None and study.viewer.region == gain.region
        if gain.inside or asked or max(abs(part) for part in parts) >= NEGLIGIBLE:
            name = first_up(region_name(study.world, gain.region))
            found.append(_gain(gain.region, name, gain.inside, parts))
        else:
            others = [total + part for total, part in zip(others, parts, strict=True)]
    if max(abs(part) for part in others) >= NEGLIGIBLE:
        found.append(_gain("others", "All other countries", False, others))
    return found


def _gain(region: str, name: str, inside: bool, parts: Sequence[float]) -> Gain:
    users, producers, owned_outside, treasury, rents = parts
    return {
        "region": region, "name": name, "inside": inside, "users": users, "producers": producers,
        "owned_outside": owned_outside, "treasury": treasury, "rents": rents,
    }  # fmt: skip
