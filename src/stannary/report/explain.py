"""The screen of `stannary explain`: a number, its formula, its parts, their sources, what it hangs on.

Parts add up to the number as they are written. Next: `parts`, the table.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from .. import DATA_VERSION, __version__
from ..market.breakdown import Breakdown, Kind, Part
from ..secretariat import Explained, Study
from ..secretariat.explain import has
from ..secretariat.sources import Input
from ..terms.errors import Place
from ..terms.names import countries
from ..terms.units import KG_PER_TONNE
from . import sentences, words
from .figures import figure
from .lines import LINES, WIDTH, next_line, wrap
from .names import first_up, place_name, product_name
from .parts import TABLES, table

SCHEMA = "stannary-explain/1"

TRACED = ("prices ", "plants ", "segments ", "border ", "curves ")
"""Tables whose rows `data` is asked for next."""

FEWEST = 3
"""Inputs that a screen shows at least; all are in --json."""

SCALES: dict[Kind, tuple[float, str]] = {
    "price": (1 / KG_PER_TONNE, "USD/kg"),
    "floor": (1 / KG_PER_TONNE, "USD/kg"),
    "output": (1.0, "t/y"),
    "supplier": (100.0, "% of use"),
    "users": (1e-6, "M USD a year"),
    "producers": (1e-6, "M USD a year"),
    "treasury": (1e-6, "M USD a year"),
}
"""What a number is multiplied by on the screen, and its unit there."""

FORMULAS: dict[Kind, str] = {
    "price": "price = sum of share x landed;  landed = gate + tax + freight + duty + top-up - avoided",
    "floor": "top-up = floor - CIF - duty that counts",
    "output": "output = sum over plants of yield x capacity / (1 + exp(-margin / spread))",
    "supplier": "share = tonnes from the supplier / tonnes used, summed over buyers",
    "users": "gain = - area left of the demand curve, base use x (price / base price)^elasticity",
    "producers": "gain = sum of capacity x spread x ln(1 + exp(margin / spread)), with less without",
    "treasury": "gain = duties + top-up + fines + export tax - bought - guarantees, with less without",
}
"""The formula of every kind in a line."""

UNITS: dict[Kind, str] = {
    "price": "USD/kg", "floor": "USD/kg", "output": "t/y", "supplier": "1",
    "users": "USD/y", "producers": "USD/y", "treasury": "USD/y",
}  # fmt: skip
"""Units in JSON, those of outcome.json."""


def screen(explained: Explained) -> str:
    """What `explain` prints. A study that did not clear says where, and shows no number."""
    study, found = explained.study, explained.breakdown
    title = [sentences.title_line(study)]
    if found is None:
        return "\n".join([*title, "", *not_cleared(study)])
    answer = wrap(f"{_answer(explained, found)} {_more(explained, found)}".strip())
    formula = wrap(formula_of(explained))
    shown = table(explained, found, SCALES[explained.subject.kind][1])
    hangs = _hangs(explained)
    below = [*next_line(_following(explained, found)), *wrap(sentences.check_line(study))]
    above = [part for part in (title, answer, formula, shown) if part]
    used = sum(len(part) + 1 for part in above) + len(hangs) + bool(hangs) + len(below)
    made_of = _made_of(explained.inputs, LINES - used - 1)
    parts = [*above, made_of, hangs, below]
    return "\n\n".join("\n".join(part) for part in parts if part)


def not_cleared(study: Study) -> list[str]:
    """Where the markets of a study did not balance, and what to try."""
    lines: list[str] = []
    for name, outcome in (("without the bloc", study.without), ("with it", study.with_bloc)):
        for region, product in outcome.certificate.failed:
            label, where = product_name(study.world, product), place_name(study.world, region)
            lines.append(f"  No result: {label} in {where} did not balance {name}.")
        if outcome.certificate.failed:
            worst = outcome.certificate.residual
            lines.append(f"  The largest excess is {worst:.1e} of base supply.")
    return [*lines, "  No number is shown. Try a smaller change, or go there in steps."]


# -------------------------------------------------------------------------------- the answer


def _answer(explained: Explained, found: Breakdown) -> str:
    """The number in a sentence."""
    study, subject = explained.study, explained.subject
    world, zone = study.world, "the zone" if study.with_bloc.zone else "the world"
    good = product_name(world, subject.product)
    place = place_name(world, subject.region) if subject.region else zone
    value, before = found.value, found.without
    match subject.kind:
        case "price":
            if value is None:
                return f"No buyer in {place} gets any {good}: there is no price."
            was = f", {_kg(before)} without the bloc" if before and study.with_bloc.zone else ""
            return f"Buyers in {place} pay {_kg(value)} USD/kg for {good}{was}."
        case "floor":
            where = "the zone" if subject.region is None else place
            level = explained.levels[0].law.clause
            assumed = ", assumed" if level.assumed else ""
            return (
                f"The floor of {good} at the border of {where} is"
                f" {words.exact((value or 0.0) / KG_PER_TONNE)} USD/kg ({level.article}{assumed})."
            )
        case "output":
            change = sentences.change(before or 0.0, value or 0.0)
            was = f"{sentences.amount(before or 0.0)} without the bloc ({change})"
            made = sentences.amount(value or 0.0)
            return f"{first_up(place)} makes {made} t of {good} a year, {was}."
        case "supplier":
            if value is None:
                return f"Nobody in {place} uses {good}."
            country = countries().get(explained.supplier, explained.supplier)
            was = "" if before is None else f", {before:.1%} without the bloc"
            return f"{value:.1%} of the {good} used in {place} comes from {country}{was}."
        case "users":
            return _changes(f"Users in {place} pay", -(value or 0.0))
        case "producers":
            return _changes(f"Producers in {place} earn", value or 0.0)
        case "treasury":
            one = subject.region is not None
            who = f"The treasury of {place} takes" if one else f"Treasuries in {place} take"
            return _changes(f"{who} in", value or 0.0)


def _changes(doing: str, usd: float) -> str:
    if abs(usd) < 500:
        return f"{doing} as much as without the bloc."
    way = "more" if usd >= 0 else "less"
    return f"{doing} {sentences.size(usd)} M USD a year {way} than without the bloc."


def _more(explained: Explained, found: Breakdown) -> str:
    """What else the number needs to be read right."""
    study, subject = explained.study, explained.subject
    law = study.with_bloc.law
    if subject.kind == "price" and law and study.with_bloc.zone:
        level = (
            law.floor(subject.region, subject.product)
            if subject.region
            else law.floors.get(subject.product)
        )
        return f"Its floor is {words.exact(level.usd_per_t / KG_PER_TONNE)}." if level else ""
    if subject.kind == "floor":
        if not found.parts:
            return "No import meets it."
        brings = f"Imports pay {sentences.size(found.total)} M USD a year of top-up."
        weaker = explained.levels[1:]
        if not weaker:
            return brings
        others = ", ".join(
            f"{level.law.product} {words.exact(level.usd_per_t / KG_PER_TONNE)}" for level in weaker
        )
        return f"{brings} Floors beside it, none stricter: {others}."
    return ""


def _kg(usd_per_t: float) -> str:
    return sentences.usd(usd_per_t / KG_PER_TONNE)


def formula_of(explained: Explained) -> str:
    """The formula in a line; of a floor with its values."""
    text = FORMULAS[explained.subject.kind]
    if explained.subject.kind != "floor":
        return text
    level = explained.levels[0]
    stated = words.exact(float(level.law.usd_per_kg))
    if level.share is not None:
        stated = f"{words.exact(level.share)} x the floor of {level.follows} = {stated}"
    value = words.exact(level.usd_per_t / KG_PER_TONNE)
    converted = f" x {words.exact(level.factor)} (table F)" if level.factor != 1 else ""
    law = f"{stated} USD/kg of {level.law.basis}{converted}"
    return f"floor = {law} = {value} USD/kg of {level.basis}.  {text}"


# -------------------------------------------------------------------------------- sources


def _made_of(inputs: Sequence[Input], room: int) -> list[str]:
    """As many inputs as fit, each with its source: first one of every kind of figure."""
    if not inputs:
        return []
    chosen: dict[str, Input] = {}
    for given in inputs:
        chosen.setdefault(f"{_kind(given)} {given.column}", given)
    order = [*chosen.values(), *(given for given in inputs if given not in chosen.values())]
    kept = order[: max(FEWEST, (room - 1) // 2)]
    more = f"; {len(inputs) - len(kept)} more with --json" if len(inputs) > len(kept) else ""
    lines = [f"  Made of, with quality, place and source{more}"]
    for given in kept:
        name = f"{given.name} {given.column}".strip()
        unit = "" if given.unit in ("name", "date") else f" {given.unit}"
        lines.append(_cut(f"    {name:<46}  {_number(given.value)}{unit}"))
        lines.append(_cut(f"      {_quality(given)}: {given.source}"))
    return lines


def _kind(given: Input) -> str:
    return given.name.split(" ")[0].split(".")[0]


def _number(value: float | int | str) -> str:
    return value if isinstance(value, str) else f"{value:,.6g}"


def _quality(given: Input) -> str:
    where = place_of(given.place)
    return f"{given.quality}, {f'{given.article}, ' if given.article else ''}{where}"


def place_of(place: Place) -> str:
    """A place that is the same on every machine: folder, file and line of a table; file of a law."""
    path = Path(place.file)
    file = f"{path.parent.name}/{path.name}" if path.suffix == ".csv" else path.name
    if place.file.startswith("--set"):
        file = place.file
    return f"{file}, line {place.line}" if place.line is not None else file


def _cut(line: str) -> str:
    return line.rstrip() if len(line) <= WIDTH else f"{line[: WIDTH - 4].rstrip()} ..."


def _hangs(explained: Explained) -> list[str]:
    if not explained.hangs_on:
        return []
    scale, unit = SCALES[explained.subject.kind]
    unit = "points of share" if explained.subject.kind == "supplier" else unit
    lines = [f"  Hangs on most: what 10% more of a figure would change, {unit} (to first order)"]
    for hang in explained.hangs_on:
        size = sentences.amount(abs(hang.driver.effect * scale))
        effect = f"{'-' if hang.driver.effect < 0 else '+'}{size}"
        where = "; ".join(_briefly(given) for given in hang.inputs[:1])
        if len(hang.inputs) > 1:
            where += f" and {len(hang.inputs) - 1} more"
        lines.append(
            _cut(f"  {effect:>8}  {figure(explained.study.world, hang.driver):<50}  {where}")
        )
    return lines


def _briefly(given: Input) -> str:
    at = given.article or f"{Path(given.place.file).name}, line {given.place.line}"
    return f"{given.quality}, {at}"


def _following(explained: Explained, found: Breakdown) -> list[str]:
    """What to type next: a number that this one turns on, its first source, all of it."""
    subject, study = explained.subject, explained.study
    where = f".{subject.region}" if subject.region else ""
    law = study.with_bloc.law
    follows: list[str] = []
    match subject.kind:
        case "price" if law and (
            law.floor(subject.region, subject.product)
            if subject.region
            else subject.product in law.floors
        ):
            follows = [f"{subject.product}.floor{where}"]
        case "price" | "supplier":
            follows = [f"{subject.product}.output"]
        case "floor" | "output":
            follows = [f"{subject.product}.price{where}"]
        case _:
            priced = [part.name for part in found.parts if part.name in study.world.products]
            follows = [f"{product}.price{where}" for product in priced[:1]]
    commands = [command(explained, id) for id in follows if has(study, id)]
    traced = next((i.name for i in explained.inputs if i.name.startswith(TRACED)), "")
    if traced:
        commands.append(f'stannary data "{traced.split(" ", 1)[1]}"{sentences.at_world(study)}')
    return [*commands, f"{command(explained, explained.id)} --json"]


def command(explained: Explained, id: str) -> str:
    """The command that explains a number of the same study, as short as it can be."""
    again = sentences.again(sentences.whole(explained.study))
    return again.replace("stannary run", f"stannary explain {id}", 1)


# -------------------------------------------------------------------------------- machines


def as_json(explained: Explained) -> str:
    """The same for machines, whole; units as in outcome.json (prices in USD/kg)."""
    study, found, kind = explained.study, explained.breakdown, explained.subject.kind
    price = kind in ("price", "floor")
    scale = 1 / KG_PER_TONNE if price else 1.0
    body: dict[str, object] = {
        "schema": SCHEMA,
        "version": __version__,
        "data": DATA_VERSION,
        "command": study.command.replace("stannary run", f"stannary explain {explained.id}", 1),
        "id": explained.id,
        "agreement": study.agreement.name,
        "settings": list(study.settings),
        "world": study.world.name,
        "year": study.world.base_year,
        "day": str(study.day),
        "converged": study.converged,
        "failed": [
            {"solve": solve, "region": region, "product": product}
            for solve, outcome in (("without", study.without), ("with", study.with_bloc))
            for region, product in outcome.certificate.failed
        ],
        "assumed_count": len(study.assumed),
        "unit": UNITS[kind],
        "formula": formula_of(explained) if found else FORMULAS[kind],
    }
    if found is None:
        return _dumped(body | {"value": None, "without": None, "parts": [], "inputs": []})
    body |= {
        "value": _times(found.value, scale),
        "without": _times(found.without, scale),
        "total": found.total * (1.0 if kind == "floor" else scale),
        "parts": [_part(kind, part, scale) for part in found.parts],
        "levels": [
            {
                "product": level.law.product, "path": level.law.clause.path,
                "article": level.law.clause.article, "usd_per_kg": float(level.law.usd_per_kg),
                "basis": level.law.basis, "factor": level.factor, "share": level.share,
                "follows": level.follows or None, "assumed": level.law.clause.assumed,
                "floor": level.usd_per_t / KG_PER_TONNE, "floor_basis": level.basis,
            }
            for level in explained.levels
        ],
        "inputs": [_given(given) for given in explained.inputs],
        "hangs_on": [
            {
                "figure": figure(study.world, hang.driver),
                "kind": hang.driver.kind,
                "name": hang.driver.name,
                "product": hang.driver.product,
                "effect": hang.driver.effect * scale,
                "inputs": [_given(given) for given in hang.inputs],
            }
            for hang in explained.hangs_on
        ],
    }  # fmt: skip
    return _dumped(body)


def _dumped(body: dict[str, object]) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)


def _part(kind: Kind, part: Part, scale: float) -> dict[str, object]:
    priced = {column.name for column in TABLES[kind] if column.priced}
    amount = part.amount * (1.0 if kind == "floor" else scale)
    columns = {
        name: _times(value, 1 / KG_PER_TONNE if name in priced else 1.0)
        for name, value in part.columns.items()
    }
    return {"name": part.name, "amount": amount, **columns}


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale


def _given(given: Input) -> dict[str, object]:
    return {
        "name": given.name, "column": given.column or None, "value": given.value,
        "unit": given.unit, "quality": given.quality, "source": given.source,
        "note": given.note, "article": given.article or None, "place": place_of(given.place),
    }  # fmt: skip
