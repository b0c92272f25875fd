"""A notice computed again: equal, not equal (where), or not verifiable here (for want of what).

Not verifiable is not equal: it says which input is not here, and that everything that can be held
against the notice itself (its digest, the formula, the largest step) was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, cast

from ...agreement import Schedule
from ...terms.errors import BadInput, StannaryError, UnknownName
from .formula import METHOD, fair_value, floored
from .inputs import Source
from .notice import FIELDS, Before, digest, draw, read_notice, read_price, written
from .tables import method

State = Literal["equal", "not equal", "not verifiable here"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What computing a notice again found.

    field    the first field that differs, or the place in the file; empty: none does
    stated   what the notice says there; computed: what comes out
    changed  inputs that are here and are not what the notice was drawn from, each with how
    closed   inputs that the notice only commits to, and that were not shown
    missing  inputs that are not here
    checked  inputs found here as stated
    """

    state: State
    field: str = ""
    stated: str = ""
    computed: str = ""
    changed: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """Stated inputs against what is here."""

    changed: tuple[str, ...]
    closed: tuple[str, ...]
    missing: tuple[str, ...]
    checked: tuple[str, ...]
    names: Mapping[tuple[str, str], str]  # role and digest -> path, as the notice states them


def verify(
    raw: bytes,
    here: tuple[Source, ...],
    before: Before | None,
    law: Callable[[date], Schedule],
    path: str = "the notice",
) -> Verdict:
    """Compute the notice in `raw` again.

    here    the inputs at hand, by role; a closed one only where its owner shows it
    before  the floor before, where it is at hand
    law     the agreement's schedule of a day
    """
    try:
        body = read_notice(raw, path)
    except BadInput as refusal:
        return Verdict("not equal", str(refusal.where), str(refusal.value or ""), refusal.what)
    held = _held(body, here, before)
    if held is None:
        return Verdict("not equal", "inputs", "not a list of inputs", "role, path, digest, rows")
    if held.closed or held.missing:
        return _in_itself(body, here, held)
    try:
        day = date.fromisoformat(str(body["valid_from"]))
    except ValueError:
        return _differs("valid_from", str(body["valid_from"]), "a day", held)
    here = tuple(_named(source, held) for source in here)
    if before:
        before = replace(before, source=_named(before.source, held))
    try:
        notice = draw(str(body["product"]), day, here, before, law(day))
    except StannaryError as refusal:
        field = "product" if isinstance(refusal, UnknownName) else "inputs"
        return _differs(field, _said(body[field]), str(refusal).splitlines()[0], held)
    mine = notice.body()
    for field in FIELDS:
        at, said, found = _first(field, body[field], mine[field])
        if at:
            return _differs(at, said, found, held)
    ours = written(notice).encode()
    if raw != ours:
        line = next(
            (n for n, (a, b) in enumerate(zip(raw.split(b"\n"), ours.split(b"\n"), strict=False), 1)
             if a != b),
            min(raw.count(b"\n"), ours.count(b"\n")) + 1,
        )  # fmt: skip
        return _differs(f"{path}, line {line}", "written otherwise", "the same fields", held)
    return Verdict("equal", checked=held.checked)


def _differs(field: str, stated: str, computed: str, held: _Held) -> Verdict:
    return Verdict(
        "not equal", field, stated, computed, held.changed, held.closed, held.missing, held.checked
    )


def _named(source: Source, held: _Held) -> Source:
    """An input under the path that the notice gave it: where it lies here does not matter."""
    return replace(source, path=held.names.get((source.role, source.digest), source.path))


def _first(field: str, stated: object, computed: object) -> tuple[str, str, str]:
    """Where, what is stated and what comes out; nothing where the two are the same."""
    if type(stated) is type(computed) and stated == computed:
        return "", "", ""
    if isinstance(stated, list) and isinstance(computed, list):
        one, other = cast(list[object], stated), cast(list[object], computed)
        for n, (a, b) in enumerate(zip(one, other, strict=False)):
            if a != b:
                return f"{field}[{n}]", _said(a), _said(b)
        return f"{field}[{min(len(one), len(other))}]", f"{len(one)} rows", f"{len(other)} rows"
    return field, _said(stated), _said(computed)


def _said(value: object) -> str:
    if isinstance(value, list):
        return f"{len(cast(list[object], value))} rows"
    if isinstance(value, dict):
        return " ".join(f"{k} {v}" for k, v in cast(dict[str, object], value).items())
    return "nothing" if value == "" else str(value)


def _held(
    body: Mapping[str, object], here: tuple[Source, ...], before: Before | None
) -> _Held | None:
    """Every stated input against those at hand; None where the list is no list of inputs."""
    rows = body["inputs"]
    if not isinstance(rows, list):
        return None
    at_hand = [*here, *([before.source] if before else [])]
    changed: list[str] = []
    closed: list[str] = []
    missing: list[str] = []
    checked: list[str] = []
    names: dict[tuple[str, str], str] = {}
    for row in cast(list[object], rows):
        if not isinstance(row, dict):
            return None
        stated = cast(dict[str, object], row)
        role, name = str(stated.get("role", "")), str(stated.get("path", ""))
        mine = [s for s in at_hand if s.role == role]
        digest_of = stated.get("sha256", stated.get("salted_sha256"))
        same = [s for s in mine if s.digest == digest_of] or [s for s in mine if s.path == name]
        same = same or mine[:1]
        if not same and role == "closed":
            closed.append(name)
        elif not same:
            missing.append(f"{role} {name}".strip())
        elif same[0].row() == stated | {"path": same[0].path}:
            checked.append(name)
            names[role, same[0].digest] = name
        else:
            changed.append(_how(same[0], stated))
    return _Held(tuple(changed), tuple(closed), tuple(missing), tuple(checked), names)


def _how(mine: Source, stated: Mapping[str, object]) -> str:
    """What is other about an input."""
    said = str(stated.get("sha256", stated.get("salted_sha256", "")))
    if mine.rows != stated.get("rows"):
        return f"{mine.path}: {mine.rows} rows, the notice says {stated.get('rows')}"
    return f"{mine.path}: digest {mine.digest[:12]}…, the notice says {said[:12]}…"


def _in_itself(body: Mapping[str, object], here: tuple[Source, ...], held: _Held) -> Verdict:
    """What can be held against a notice whose inputs are not all here."""
    if held.changed:
        return _differs("inputs", "other inputs", "see changed", held)
    wrong = _contradiction(body, here)
    if wrong:
        return _differs(*wrong, held)
    return Verdict(
        "not verifiable here", closed=held.closed, missing=held.missing, checked=held.checked
    )


def _contradiction(
    body: Mapping[str, object], here: tuple[Source, ...]
) -> tuple[str, str, str] | None:
    """The first field that contradicts the others: the formula, the step, the digest."""
    prices: dict[str, Decimal | None] = {}
    for name in ("floor_usd_per_kg", "fair_value", "market", "structural", "previous"):
        try:
            prices[name] = read_price(body[name])
        except BadInput:
            return name, _said(body[name]), "a price"
    version = f"{body['product']}/{body['valid_from']}"
    if body["version"] != version:
        return "version", str(body["version"]), version
    if body["method"] != METHOD:
        return "method", str(body["method"]), METHOD
    table = next((s.table for s in here if s.role == "method"), None)
    if table is not None:
        try:
            day = date.fromisoformat(str(body["valid_from"]))
            rules = method(table, str(body["product"]), day)
        except ValueError:
            return "valid_from", str(body["valid_from"]), "a day with a method"
        fair = fair_value(prices["market"], prices["structural"], rules.market_share)
        if fair != prices["fair_value"]:
            return (
                "fair_value",
                _said(body["fair_value"]),
                "nothing" if fair is None else f"{fair:f}",
            )
        floor = floored(fair, prices["previous"], rules.step)
        if floor is None or floor.floor != prices["floor_usd_per_kg"]:
            out = "no floor" if floor is None else f"{floor.floor:f}"
            return "floor_usd_per_kg", str(body["floor_usd_per_kg"]), out
        if floor.bound is not body["step_bound"]:
            return "step_bound", str(body["step_bound"]), str(floor.bound)
    if body["digest"] != digest(body):
        return "digest", str(body["digest"]), digest(body)
    return None
