"""How exposed? What `stress` finds, for the page: a tile with an answer for every view, and its part.

Nothing is solved here: the study's own stress is asked for. Next: `stress` and `stress_facts`, whose
sentences these are; `exposed`, the part of the page.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from ..market.cut import STOP
from ..market.view import viewer
from ..secretariat import Stress, Study
from ..secretariat.exposed import Exposed, exposed, qualities
from ..secretariat.stress import exposure, worth
from . import story, stress, stress_facts
from .names import first_up, product_name, region_name
from .story import Answer, Input, Mark, Tile, Warn
from .words import NOTHING, decimals_of, exact, fixed, not_quite

QUESTION = "How exposed?"

BARS = ("no bloc", "bloc", "stockpile")
"""Names of the cases under a small chart."""

ARROW = "\N{RIGHTWARDS ARROW}"


def told(study: Study) -> dict[str, object]:
    """`exposure` of the story; nothing where nobody who could be cut off is in this world."""
    found = study.stress
    if found is None:
        return {}
    rows = exposed(found) if found.converged else ()
    short = [row for row in rows if stress.runs_short(row)]
    members = [
        _member(found, region)
        for region in sorted(found.zone, key=lambda region: region_name(found.world, region))
    ]
    part: story.Exposure = {
        "sentence": stress.headline(found) if found.converged else stress.brief(found),
        "notes": stress.notes(found) if found.converged else "",
        "cases": list(found.cases) if found.converged else [],
        "heads": list(BARS[: len(found.cases)]) if found.converged else [],
        "products": [_product(found, row) for row in short],
        "members": members if found.converged else [],
        "cautions": _cautions(stress_facts.warnings(found, rows)) if found.converged else [],
        "command": found.command,
    }
    return {"exposure": part}


def tiles(study: Study, views: Iterable[story.View]) -> list[Tile]:
    """The tile, with its answer for every view but the zone; none where nothing was asked."""
    found = study.stress
    if found is None:
        return []
    whole = _answer(replace(found, viewer=None))
    tile: Tile = {"key": "exposed", "question": QUESTION, **whole, "inputs": _inputs(found)}
    if found.converged:
        tile["answers"] = {
            view["id"]: _answer(replace(found, viewer=viewer(found.world, view["id"])))
            for view in views
            if view["id"] != "zone"
        }
    return [tile]


def _answer(found: Stress) -> Answer:
    """What those who are asked for still run, without the bloc and in the last case there is."""
    command, sentence = found.command, stress.brief(found)
    if not found.converged:
        why = "A market that does not balance has no prices, so no number is shown."
        return {
            "number": "No result", "sentence": sentence, "spark": [], "why": why, "command": command,
        }  # fmt: skip
    parts = exposure(found)
    if not parts:
        why = "Nobody there uses any of it."
        return {
            "number": NOTHING, "sentence": sentence, "spark": [], "why": why, "command": command,
        }  # fmt: skip
    marks: list[Mark] = [
        {"label": name, "value": part, "text": not_quite(part)}
        for name, part in zip(BARS, parts, strict=False)
    ]
    ends = list(dict.fromkeys((0, len(parts) - 1)))
    written = [not_quite(parts[case]) for case in ends]
    return {
        "number": f" {ARROW} ".join(dict.fromkeys(written)),
        "sentence": sentence,
        "spark": marks,
        "why": f"{_divided(found, ends)}: what is used in the year of the cut, over what is used in a"
        " normal year, in M USD a year. Every tonne counts at what its buyer pays in a normal year,"
        " at every stage that it passes. Buyers draw down what they hold. The command below prints it"
        " in full, product by product.",
        "command": command,
    }


def _divided(found: Stress, cases: Iterable[int]) -> str:
    """`27,454 / 31,457 = 87% without the bloc`, for each of these cases."""
    value, runs = worth(found)
    said = [
        f"{_usd(runs[case], value)} / {_usd(value, value)}"
        f" = {not_quite(runs[case] / value)} {found.cases[case]}"
        for case in cases
    ]
    return "; ".join(said)


def _usd(usd: float, whole: float) -> str:
    """M USD with as many decimals as tell the whole in three digits."""
    return fixed(usd / 1e6, decimals_of(whole / 1e6)).lstrip("+")


def _inputs(found: Stress) -> list[Input]:
    """What the answer is assumed on: the stockpile, what is held today, where users stop."""
    given: list[Input] = []
    terms = found.schedule.stockpile
    if terms is not None and found.split:
        amounts = {
            "stockpile.target_days": ("The stockpile holds", terms.target_days, "days of use"),
            "stockpile.fund": ("Fund of the stockpile", terms.fund / 1_000_000, "M USD"),
            "stockpile.unusable": ("Of it, not to be released", 100 * terms.unusable, "%"),
        }
        for clause in terms.clauses:
            name, value, unit = amounts[clause.path]
            given.append(
                {"name": name, "value": exact(float(value)), "unit": unit,
                 "reference": clause.article}
            )  # fmt: skip
            if clause.assumed:
                given[-1]["quality"] = "assumed"
        given.append(
            {"name": "Rights to it", "value": "use", "unit": "of a normal year",
             "quality": "assumed"}
        )  # fmt: skip
    given.append(
        {"name": "Half of the users of a product stop at", "value": exact(STOP),
         "unit": "times its normal price", "quality": "assumed"}
    )  # fmt: skip
    counts = qualities(found.world)
    if counts:
        shown = ", ".join(f"{n} {stress_facts.QUALITY.get(q, q)}" for q, n in counts.items())
        given.append(
            {"name": "What buyers hold today", "value": str(sum(counts.values())),
             "unit": f"rows of a table: {shown}"}
        )  # fmt: skip
    return given


def _product(found: Stress, row: Exposed) -> story.Short:
    price = row.price[-1]
    return {
        "name": first_up(product_name(found.world, row.product)),
        "use": row.use,
        "value_usd": row.value,
        "runs": [served / row.use for served in row.served],
        "days": list(row.days),
        "price": None if price is None else min(price, STOP),
        "price_text": stress.price(price),
        "why": re.sub(r"(?<=\d) d$", " days", stress.why(found, row)),
    }


def _member(found: Stress, region: str) -> story.Runs:
    seen = replace(found, viewer=viewer(found.world, region))
    return {
        "name": first_up(region_name(found.world, region)),
        "value_usd": worth(seen)[0],
        "runs": list(exposure(seen)),
    }


def _cautions(warnings: list[tuple[str, str]]) -> list[Warn]:
    return [{"text": text, "command": command} for text, command in warnings]
