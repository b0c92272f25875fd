"""What `stannary diff` prints: a redline of two agreements, and what differs on a day.

Next: `law`, the words; `secretariat/law`, which compares.
"""

import shlex
from collections.abc import Sequence

from ..agreement import Parameter, Step
from ..agreement.article import Listing, Tariff
from ..secretariat import Difference
from ..secretariat.law import Effect, Redline
from ..terms.dates import long
from .law import MORE, WIDTH, dumped, head, many, name_of, plain, said, wrap, written
from .names import listed

GROUPS = 5
"""Redlines that a screen shows in full."""
EFFECTS = 7


def screen(difference: Difference) -> str:
    """The redline as text: under 40 lines of at most 100 columns."""
    one, other = difference.first.name, difference.second.name
    parts = [
        [f"{one} against {other}: - is what the first says, + what the second says."],
        wrap(_answer(difference)),
        _redline(difference),
        _effects(difference),
        [_following(difference)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def as_json(difference: Difference) -> str:
    """The same for machines, whole."""
    return dumped(
        {
            "schema": "stannary-diff/1",
            "first": difference.first.name,
            "second": difference.second.name,
            "day": difference.day.isoformat(),
            "redlines": [_for_machines(line) for line in difference.redlines],
            "words_only": list(difference.words),
            "effects": [
                {"path": e.path, "before": written(e.before), "after": written(e.after)}
                for e in difference.effects
            ],
        }
    )


def _for_machines(line: Redline) -> dict[str, object]:
    stated = line.before or line.after
    return {
        "path": line.path,
        "article": [_article(line.before), _article(line.after)],
        "unit": stated.unit if isinstance(stated, Parameter) else "",
        "dropped": [_step(step) for step in line.dropped],
        "added": [_step(step) for step in line.added],
        "before": _structure(line.before),
        "after": _structure(line.after),
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "from": step.start.isoformat(), "value": written(step.value), "follows": step.follows,
        "reference": step.reference, "assumed": step.assumed,
    }  # fmt: skip


def _structure(what: Parameter | Listing | Tariff | None) -> dict[str, object] | None:
    """A listing or a duty's addressees in full; of a parameter, what its steps do not say."""
    match what:
        case Parameter():
            return {"description": what.description, "doubt": what.doubt}
        case Listing():
            return {
                "name": what.name, "world": what.world, "hs": list(what.hs),
                "element": what.element, "basis": what.basis,
                "assay": [plain(what.assay_from), plain(what.assay_to)],
                "from": what.since.isoformat(), "reference": what.reference,
            }  # fmt: skip
        case Tariff():
            return {
                "products": list(what.products), "kind": what.kind, "importer": what.importer,
                "origin": what.origin, "counts": what.counts,
            }  # fmt: skip
        case None:
            return None


def _article(what: Parameter | Listing | Tariff | None) -> str | None:
    return what.article if isinstance(what, Parameter | Listing) else None


# -------------------------------------------------------------------------------- the answer


def _answer(difference: Difference) -> str:
    count, day = len(difference.redlines), long(difference.day)
    words = (
        f" {many(len(difference.words), 'value')} differ in references or doubts only."
        if difference.words
        else ""
    )
    if not count:
        return f"They say the same, on every day.{words}"
    kinds: dict[str, int] = {}
    for line in difference.redlines:
        kinds[_kind(line)] = kinds.get(_kind(line), 0) + 1
    told = listed([f"{n} of {kind}" for kind, n in kinds.items()])
    on_day = (
        f"on {day} {many(len(difference.effects), 'thing is', 'things are')} different"
        if difference.effects
        else f"on {day} nothing is different"
    )
    return f"They differ in {many(count, 'value')} ({told}); {on_day}.{words}"


def _kind(line: Redline) -> str:
    return line.path.partition(".")[0]


# -------------------------------------------------------------------------------- the redline


def _redline(difference: Difference) -> list[str]:
    groups = _groups(difference)
    if not groups:
        return []
    lines: list[str] = []
    for group in groups[:GROUPS]:
        lines += _group(difference, group)
    hidden = sum(len(group) for group in groups[GROUPS:])
    if hidden:
        lines.append(f"  and {many(hidden, 'value')} more: {MORE}")
    return lines


def _groups(difference: Difference) -> list[list[Redline]]:
    """Redlines of one kind that drop and add the same, together; what only one has, by kind."""
    found: dict[tuple[object, ...], list[Redline]] = {}
    for line in difference.redlines:
        if line.before is None or line.after is None:
            key: tuple[object, ...] = (_kind(line), line.before is None)
        else:
            key = (_kind(line), _changes(line.dropped), _changes(line.added))
        found.setdefault(key, []).append(line)
    return list(found.values())


def _changes(steps: Sequence[Step]) -> tuple[object, ...]:
    return tuple((step.start, step.value, step.reference) for step in steps)


def _group(difference: Difference, group: list[Redline]) -> list[str]:
    line = group[0]
    if line.before is None or line.after is None:
        return _only(difference, group)
    title = line.path if len(group) == 1 else f"{many(len(group), 'value')} of {_kind(line)}"
    stated = line.after
    if not isinstance(stated, Parameter):
        return wrap(f"{title}: {_article(stated) or 'Art. 6'} is worded differently: {MORE}")
    where = _articles(group)
    lines = wrap(f"{where}  {title}" + (f": {stated.description}" if len(group) == 1 else ""))
    for sign, steps in (("-", line.dropped), ("+", line.added)):
        for step in steps:
            lines += _told(sign, step, stated.unit)
    return lines


def _only(difference: Difference, group: list[Redline]) -> list[str]:
    """What one of them does not say at all: by name as far as a line goes, one alone in full."""
    line = group[0]
    sign, owner = ("+", difference.second) if line.before is None else ("-", difference.first)
    stated = line.after or line.before
    if len(group) == 1 and isinstance(stated, Parameter):
        lines = wrap(f"{stated.article}  {line.path}: {stated.description}")
        for step in stated.steps:
            lines += _told(sign, step, stated.unit)
        return lines
    ids = [other.path.partition(".")[2] for other in group]
    text = (
        f"{_articles(group)}  {many(len(group), 'value')} of {_kind(line)} in {owner.name} only: "
    )
    some: list[str] = []
    while ids and len(text) + sum(len(i) + 2 for i in [*some, ids[0]]) < WIDTH - 20:
        some.append(ids.pop(0))
    more = f" and {len(ids)} more" if ids else ""
    return wrap(f"{text}{', '.join(some)}{more}", f"  {sign} ", "      ")


def _told(sign: str, step: Step, unit: str) -> list[str]:
    value = said(step.value, unit)
    if step.follows and step.value is not None:
        value = f"{value} of {step.follows}"
    mark = ", assumed" if step.assumed else ""
    lines = wrap(
        f"from {long(step.start)}: {value}{mark}. {step.reference}", f"    {sign} ", " " * 8
    )
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1][: WIDTH - 4].rstrip()} ..."]


def _articles(group: list[Redline]) -> str:
    """`Art. 4(1)`, or `Art. 4` where they are several."""
    articles = [
        article
        for line in group
        if (article := _article(line.after) or _article(line.before)) is not None
    ]
    distinct = list(dict.fromkeys(articles))
    if len(distinct) == 1:
        return distinct[0]
    return listed(list(dict.fromkeys(head(article) for article in distinct))) or "Art. 6"


# -------------------------------------------------------------------------------- on the day


def _effects(difference: Difference) -> list[str]:
    if not difference.effects:
        return []
    inside = [e for e in difference.effects if isinstance(e.before or e.after, bool)]
    others = [e for e in difference.effects if e not in inside]
    lines = [f"  On {long(difference.day)}"]
    for word, group in (
        ("inside in the first only", [e for e in inside if e.before]),
        ("inside in the second only", [e for e in inside if e.after]),
    ):
        if group:
            names = sorted(name_of(e.path.removeprefix("members.")) for e in group)
            some = names if len(names) <= 6 else [*names[:5], f"{len(names) - 5} more"]
            lines += wrap(f"{word}: {listed(some)}", "    ", "      ")
    shown = others if len(others) <= EFFECTS else others[: EFFECTS - 1]
    for effect in shown:
        lines += wrap(_effect(difference, effect), "    ", "      ")
    if len(shown) < len(others):
        lines.append(f"    and {len(others) - len(shown)} more: {MORE}")
    return lines


def _effect(difference: Difference, effect: Effect) -> str:
    laws = difference.first.parameters, difference.second.parameters
    parameter = laws[0].get(effect.path) or laws[1].get(effect.path)
    unit = parameter.unit if parameter else ""
    if effect.path.startswith("floors."):
        unit = "USD/kg"
    before, after = (
        "nothing" if value is None else said(value, unit) for value in (effect.before, effect.after)
    )
    return f"{effect.path}: {before} -> {after}"


def _following(difference: Difference) -> str:
    """The command that solves the second."""
    command = ["stannary", "run", difference.asked[1], "--day", str(difference.day)]
    return f"  Next: {shlex.join(command)}"
