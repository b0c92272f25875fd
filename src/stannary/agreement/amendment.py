"""Reforms: functions Agreement -> Agreement.

`amend` changes one parameter, as `--set ARTICLE.ID[.DATE]=VALUE` on the command line does;
`overlay` lays a second file over the first.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from ..terms.dates import day as read_day
from ..terms.errors import BadInput, Place, UnknownName
from ..terms.names import countries, country
from .accord import Agreement
from .article import Parameter, Step, Text, Value, numbered, of_member
from .checks import check_whole, party
from .reading import read_over
from .values import BY_CLASS, DESCRIPTIONS, MEMBER, MEMBER_DESCRIPTIONS, Kind, kind_of, read_text

REFERENCE = "set on the command line"
NONE = "none"

_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


def amend_all(agreement: Agreement, settings: Iterable[str]) -> Agreement:
    """`agreement` after each `ARTICLE.ID[.DATE]=VALUE`, in order."""
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals:
            raise BadInput(
                "no value",
                where=f"--set {setting}",
                allowed="ARTICLE.ID[.DATE]=VALUE, without blanks",
            )
        agreement = amend(agreement, path.strip(), value.strip())
    return agreement


def amend(agreement: Agreement, path: str, value_text: str) -> Agreement:
    """`agreement` with one parameter changed.

    path        floors.ndpr.oxide, floors.ndpr.oxide.KOR (that member's own), members.CAN (its
                accession), enforcement.penalty.defence, duties.usa-301-magnets; with .YYYY-MM-DD
                the value holds from that day until the next one, without it on every day in force
    value_text  USD/kg, a share, a day or a name, as the parameter's unit; `none` ends it

    A covered product without a floor gets one from the first day of the other floors, a country
    without accession gets one; so do a member's own floor and guarantee. `none` for a member's own
    floor takes the common one from it. The new value is assumed.

    Raises UnknownName, BadInput or BadArticle.
    """
    text = agreement.text
    place = Place(f"--set {path}={value_text}")
    target, from_day = _target(text, path, place)
    kind = kind_of(target)
    value = None if value_text == NONE else read_text(value_text, kind, place)
    if value is None and kind.required:
        raise BadInput("a rule that cannot end", where=place, value=value_text, allowed=kind.unit)
    old = text.parameters.get(target)
    if old is None or all(step.value is None for step in old.steps):
        if value is None and not _exempts(text, target):
            raise BadInput(
                "nothing to end", where=place, value=target, allowed="a parameter that has a value"
            )
        steps = (_step(from_day or _first_day(agreement, target, value), value),)
        parameter = replace(old, unit=kind.unit, steps=steps) if old else _new(target, kind, steps)
    elif old.follows and value is not None:
        # A form given a level of its own no longer follows its product from that day; an end stays.
        start = from_day or old.steps[0].start
        kept = [step for step in old.steps if step.start < start]
        ends = [
            replace(step, follows="")
            for step in old.steps
            if step.start > start and step.value is None
        ]
        parameter = replace(old, unit=kind.unit, steps=(*kept, _step(start, value), *ends))
    elif from_day is not None:
        kept = [step for step in old.steps if step.start != from_day]
        changed = [*kept, replace(_step(from_day, value), follows=old.follows)]
        parameter = replace(old, steps=tuple(sorted(changed, key=lambda step: step.start)))
    elif value is None:
        parameter = replace(old, steps=(_step(old.steps[0].start, None),))
    else:
        parameter = replace(
            old,
            steps=tuple(
                step if step.value is None else _step(step.start, value) for step in old.steps
            ),
        )
    reformed = replace(
        text,
        parameters=text.parameters | {target: parameter},
        places=text.places | {target: place},
    )
    check_whole(reformed)
    return Agreement(numbered(reformed))


def overlay(agreement: Agreement, path: str | Path) -> Agreement:
    """`agreement` with the tables that a second TOML file names: replaced, or added.

    The file has the format of an agreement without [agreement]. Raises as `Agreement.load` does.
    """
    return Agreement(read_over(agreement.text, path))


def _target(text: Text, path: str, place: Place) -> tuple[str, date | None]:
    """The parameter meant and the day. Ids keep their dots; the longest known id wins."""
    known = _known(text)
    if path in known:
        return known[path], None
    head, _, tail = path.rpartition(".")
    if head in known and _DATED.fullmatch(tail):
        return known[head], read_day(tail, place)
    dated = bool(_DATED.fullmatch(tail))
    wanted = head if dated else path
    target = _unwritten(text, wanted, place)
    if target is not None:
        return target, read_day(tail, place) if dated else None
    code = wanted.split(".")[1] if wanted.startswith("members.") else ""
    _own_right(text, code, "members", path, place)
    article = wanted.partition(".")[0]
    remedy = ""
    if article in ("enforcement", "stockpile") and not any(p.startswith(article) for p in known):
        remedy = f"this agreement says nothing of {article}: lay a file over it, --set FILE.toml"
    raise UnknownName("parameter", wanted, known, where=place, remedy=remedy)


def _known(text: Text) -> dict[str, str]:
    """Everything that can be set, written or not yet, with the parameter meant.

    Left out are what names a country besides: `_unwritten`.
    """
    known = {path: path for path in text.parameters}
    known |= {f"floors.{product}": f"floors.{product}" for product in text.coverage}
    for code, named in text.countries.items():
        fields = ("status",) if named.through else tuple(MEMBER)
        known |= {f"members.{code}.{field}": f"members.{code}.{field}" for field in fields}
        if not named.through:
            known[f"members.{code}"] = f"members.{code}.accession"
    known["rules.dominant_supplier"] = "rules.dominant_supplier.*"
    known["responses.capture"] = known["responses.capture.*"] = "responses.capture.*"
    classes = {
        path.split(".", 2)[2]
        for path in text.parameters
        if path.startswith("enforcement.") and path.split(".")[1] in BY_CLASS
    }
    rows = [f"enforcement.{name}.{audit_class}" for name in BY_CLASS for audit_class in classes]
    return known | {row: row for row in rows}


def _unwritten(text: Text, path: str, place: Place) -> str | None:
    """A number for one country, which the text need not have written; None: it is no such path."""
    article, _, rest = path.partition(".")
    product, _, code = rest.rpartition(".")
    if path.startswith("responses.capture."):
        return f"responses.capture.{country(rest.removeprefix('capture.'), place)}"
    if article not in ("floors", "guarantees"):
        return None
    if rest in text.coverage:  # a guarantee: the common floor of a product has been found
        raise BadInput(
            "a guarantee of no member",
            where=place,
            value=path,
            allowed="guarantees.PRODUCT.ISO3",
            remedy=f"{path}.JPN",
        )
    if product not in text.coverage:
        return None
    _own_right(text, code, f"{article}.{product}", path, place)
    party(text, code, place)
    return path


def _own_right(text: Text, code: str, prefix: str, path: str, place: Place) -> None:
    through = text.countries[code].through if code in text.countries else None
    if through:
        raise BadInput(
            f"{code} is inside through {through}",
            where=place,
            value=path,
            allowed=f"{prefix}.{through}",
        )


def _exempts(text: Text, path: str) -> bool:
    """Whether `none` there takes a common floor from one member, where no floor of its own is."""
    product, member = of_member(path)
    common = text.parameters.get(f"floors.{product}")
    return (
        path.startswith("floors.")
        and member is not None
        and common is not None
        and any(step.value is not None for step in common.steps)
    )


def _first_day(agreement: Agreement, path: str, value: Value | None) -> date:
    """First day of a value where none stood.

    That of the rule it is an exception to: the product's common floor, the `*` of a table; else that
    of the first floor. A date begins on itself at the latest.
    """
    written = agreement.parameters
    for rule in (f"floors.{of_member(path)[0]}", ".".join(path.split(".")[:2]) + ".*"):
        if rule in written:
            return written[rule].steps[0].start
    starts = [
        parameter.steps[0].start
        for path, parameter in written.items()
        if path.startswith("floors.")
    ]
    first = min(starts, default=min(p.steps[0].start for p in written.values()))
    return min(first, value) if isinstance(value, date) else first


def _step(start: date, value: Value | None) -> Step:
    return Step(start=start, value=value, reference=REFERENCE, assumed=True)


def _new(path: str, kind: Kind, steps: tuple[Step, ...]) -> Parameter:
    return Parameter(
        name=path,
        article="",
        description=_described(path),
        unit=kind.unit,
        steps=steps,
        checked_on=steps[0].start,
        doubt="Not in the text of the agreement.",
    )


def _described(path: str) -> str:
    article, _, rest = path.partition(".")
    name, _, below = rest.partition(".")
    if article == "members":
        return MEMBER_DESCRIPTIONS[below].format(name=countries()[name])
    if name in DESCRIPTIONS and article in ("enforcement", "responses"):
        return DESCRIPTIONS[name]
    product, member = of_member(path)
    whose = f" of {countries()[member]}" if member else ""
    if article == "guarantees":
        return f"Price of {product} guaranteed to producers{whose}."
    return f"Floor price of {product} entering {'the zone' if not member else countries()[member]}."
