"""The screen of one entry line: what it owes, and the sum written out, to be followed by hand.

The sentences are those of letters (`customs.words`); here they are folded to a terminal.
"""

import shlex

from ..customs.assessed import Checked
from ..customs.words import amounts, parts
from ..secretariat.assessing import Explained
from ..secretariat.entry import Goods
from ..terms.dates import long
from ..terms.names import countries
from .assess import (
    REASONS,
    aside_words,
    command,
    dumped,
    line_json,
    name_of,
    per_kg,
    usd,
)
from .law import WIDTH
from .law import wrap as folded
from .lines import next_line, wrap

PLURAL = ("United", "Netherlands", "Philippines", "Czech")
"""Names that a sentence writes with an article."""


def screen(found: Explained) -> str:
    """What `stannary assess --explain` and `stannary assess --hs ...` print."""
    if found.sum is None:
        return "\n".join(_not_assessed(found))
    blocks = [wrap(headline(found)), _why(found, found.sum), _assumed(found)]
    blocks += [_part(part.heading, part.sentences) for part in parts(found.sum)]
    blocks.append(_ends(found))
    return "\n\n".join("\n".join(block) for block in blocks if block)


def headline(found: Explained) -> str:
    """The answer in a sentence."""
    line = found.sum
    assert line is not None
    now, owed = line.now, amounts(line)
    due = owed["total_due_cents"] or 0
    goods = found.ground.names.get(line.row.product, line.row.product) or "goods not covered"
    who = "This entry" if found.goods else f"{name_of(line)}"
    verb = "owes" if due >= 0 else "gives back"
    where = f"from {the(now.line.origin_country)} into {the(now.line.import_country)}"
    said = f"{who} {verb} {usd(abs(due))} USD"
    if owed["security_cents"]:
        said += f", and {usd(owed['security_cents'])} USD is held as security"
    said += f": {goods} {where}, {long(now.line.entry_date)}"
    floor = now.law.floor
    if floor and now.shown_floor is not None and now.chargeable:
        paid = per_kg(now.cif + now.counted, now.chargeable)
        said += f", at {paid} USD/kg against a floor of {floor.floor_usd_per_kg:,.2f}"
    return said + "."


def the(code: str) -> str:
    """A country's name as a sentence has it: the United States, China."""
    name = countries().get(code, code)
    return f"the {name}" if name.startswith(PLURAL) else name


def _why(found: Explained, line: Checked) -> list[str]:
    told = []
    for reason in line.row.reasons:
        clause = found.ground.clauses.get(reason)
        told.append(f"{REASONS[reason][1]}" + (f" ({clause})" if clause else ""))
    return folded(f"Why: {'; '.join(told)}.")


def _assumed(found: Explained) -> list[str]:
    if not found.assumed:
        return []
    return [
        "  Assumed, because it was not given",
        *(f"    {a.option:<17}{a.value}: {a.why}"[:WIDTH] for a in found.assumed),
    ]


def _part(heading: str, sentences: tuple[str, ...]) -> list[str]:
    lines = [f"  {heading}"]
    for sentence in sentences:
        lines += folded(sentence, "    ", "      ")
    return lines


def _not_assessed(found: Explained) -> list[str]:
    name = f"{found.key[0]}/{found.key[1]}"
    lines = wrap(f"{name} was set aside: nothing is assessed until it is mended.")
    for row in found.aside:
        lines += wrap(f"Row {row.row_number} of {row.source}: {aside_words(row)}")
    return [*lines, "", *next_line([command(found.papers)])]


def _ends(found: Explained) -> list[str]:
    law = found.ground.law
    check = wrap(f"Check: reckoned twice, to the same cent; law {law.name}, {law.digest[:19]}.")
    if found.goods is not None:
        check = wrap(f"Check: law {law.name}, {law.digest[:19]}.")
        return [*check, *next_line([_again(found.goods)])]
    return [*check, *next_line([command(found.papers)])]


def _again(goods: Goods) -> str:
    """The same entry, a year later: what another day's law would ask."""
    words = ["stannary", "assess", "--hs", goods.hs]
    for flag, value in (
        ("--element", goods.element), ("--origin", goods.origin), ("--kg", goods.kg),
        ("--cif", goods.cif), ("--fob", goods.fob), ("--into", goods.into or "DEU"),
        ("--on", goods.on.isoformat()),
    ):  # fmt: skip
        words += [flag, value] if value else []
    return shlex.join(words)


def as_json(found: Explained) -> str:
    """The line, its sum in sentences and what was assumed, for machines."""
    line = found.sum
    body: dict[str, object] = {
        "law": {"name": found.ground.law.name, "digest": found.ground.law.digest},
        "line": None if line is None else line_json(line),
        "sum": [] if line is None else [
            {"heading": part.heading, "sentences": list(part.sentences)} for part in parts(line)
        ],
        "assumed": [
            {"option": a.option, "value": a.value, "why": a.why} for a in found.assumed
        ],
        "above_bound_rate_cents": found.above.above if found.above else None,
        "set_aside": [
            {"row_number": row.row_number, "reason": row.reason, "column": row.column,
             "value_met": row.value_met, "allowed": row.allowed, "message": row.message}
            for row in found.aside
        ],
    }  # fmt: skip
    return dumped(body)
