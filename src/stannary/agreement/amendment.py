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
from ..terms.names import countries
from .accord import Agreement
from .article import Parameter, Step, Text, Value, numbered
from .checks import check_whole
from .reading import read_over
from .values import MEMBER, MEMBER_DESCRIPTIONS, Kind, kind_of, read_text

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

    path        floors.ndpr.oxide, members.CAN (its accession), duties.usa-301-magnets; with
                .YYYY-MM-DD the value holds from that day until the next one, without it on every
                day in force
    value_text  USD/kg, a share, a day or a name, as the parameter's unit; `none` ends it

    A covered product without a floor gets one from the first day of the other floors, a country
    without accession gets one. The new value is assumed.

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
    if old is not None and old.follows and value is not None:
        # A form given a level of its own no longer follows its product from that day.
        start = from_day or old.steps[0].start
        kept = tuple(step for step in old.steps if step.start < start)
        parameter = replace(old, unit=kind.unit, steps=(*kept, _step(start, value)))
    elif old is None or all(step.value is None for step in old.steps):
        if value is None:
            raise BadInput(
                "nothing to end", where=place, value=target, allowed="a parameter that has a value"
            )
        start = from_day or _first_day(agreement, value)
        steps = (_step(start, value),)
        parameter = replace(old, steps=steps) if old else _new(target, kind, steps)
    elif from_day is not None:
        kept = [step for step in old.steps if step.start != from_day]
        changed = [*kept, _step(from_day, value)]
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
    wanted = head if _DATED.fullmatch(tail) else path
    code = wanted.split(".")[1] if wanted.startswith("members.") else ""
    if code in text.countries and text.countries[code].through:
        raise BadInput(
            f"{code} is inside through {text.countries[code].through}",
            where=place,
            value=path,
            allowed=f"members.{text.countries[code].through}",
        )
    raise UnknownName("parameter", wanted, known, where=place)


def _known(text: Text) -> dict[str, str]:
    """Everything that can be set, written or not yet, with the parameter meant."""
    known = {path: path for path in text.parameters}
    known |= {f"floors.{product}": f"floors.{product}" for product in text.coverage}
    for code, country in text.countries.items():
        fields = ("status",) if country.through else tuple(MEMBER)
        known |= {f"members.{code}.{field}": f"members.{code}.{field}" for field in fields}
        if not country.through:
            known[f"members.{code}"] = f"members.{code}.accession"
    known["rules.dominant_supplier"] = "rules.dominant_supplier.*"
    return known


def _first_day(agreement: Agreement, value: Value) -> date:
    """First day of a value where none stood: that of the first floor; of a date, itself at most."""
    starts = [
        parameter.steps[0].start
        for path, parameter in agreement.parameters.items()
        if path.startswith("floors.")
    ]
    first = min(starts, default=min(p.steps[0].start for p in agreement.parameters.values()))
    return min(first, value) if isinstance(value, date) else first


def _step(start: date, value: Value | None) -> Step:
    return Step(start=start, value=value, reference=REFERENCE, assumed=True)


def _new(path: str, kind: Kind, steps: tuple[Step, ...]) -> Parameter:
    article, _, rest = path.partition(".")
    if article == "members":
        code, _, field = rest.partition(".")
        description = MEMBER_DESCRIPTIONS[field].format(name=countries()[code])
    else:
        description = f"Floor price of {rest} entering the zone."
    return Parameter(
        name=path,
        article="",
        description=description,
        unit=kind.unit,
        steps=steps,
        checked_on=steps[0].start,
        doubt="Not in the text of the agreement.",
    )
