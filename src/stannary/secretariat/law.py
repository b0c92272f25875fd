"""`show` and `diff`: the law as it stands on a day, and against another. Neither solves anything.

Next: `checking`, the law against older law and a market.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..agreement import Agreement, Change, Clause, Parameter, Schedule, Step
from ..agreement.article import Listing, Tariff, Value
from ..market.outcome import default_day
from .study import AGREEMENT, amended

# -------------------------------------------------------------------------------- show


@dataclass(frozen=True, slots=True)
class Shown:
    """The law as it stands on a day, and what changes after it.

    asked    name or path, as it was asked for
    on       the day that was asked for; None: none was
    changes  after the day, oldest first
    """

    asked: str
    on: date | None
    agreement: Agreement
    settings: tuple[str, ...]
    schedule: Schedule
    changes: tuple[Change, ...]

    @property
    def assumed(self) -> tuple[Clause, ...]:
        """Clauses standing that day whose reference does not state their value."""
        return tuple(clause for clause in self.schedule.clauses if clause.assumed)


def show(
    agreement: str | Path | Agreement = AGREEMENT,
    day: date | None = None,
    settings: Iterable[str] = (),
) -> Shown:
    """What `agreement` says on `day` (default: the first on which all its floors stand).

    Raises BadInput (and its kinds) when it cannot be read, NotYetInForce before its first day.
    """
    law, asked, on = loaded(agreement, day)
    given = tuple(settings)
    for setting in given:
        law = amended(law, setting)
    return Shown(asked, day, law, given, law.on(on), law.changes(on))


# -------------------------------------------------------------------------------- diff


@dataclass(frozen=True, slots=True)
class Redline:
    """One thing that two agreements say differently.

    path           of a parameter, `coverage.PRODUCT`, or `duties.ID` for whom a duty is for
    before, after  what each says; None: nothing
    dropped, added steps that only the first states, and only the second
    """

    path: str
    before: Parameter | Listing | Tariff | None
    after: Parameter | Listing | Tariff | None
    dropped: tuple[Step, ...] = ()
    added: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What is different on one day: a floor, a country's being inside, or another value.

    path           as `--set` takes it; `members.JPN` for whether it is inside
    before, after  None: nothing stands
    """

    path: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Two agreements, one against the other.

    redlines  what they say differently, in the order of the first text, then of the second
    words     parameters whose values are the same and whose references or doubts are not
    effects   what is different on `day`
    """

    first: Agreement
    second: Agreement
    asked: tuple[str, str]
    day: date
    schedules: tuple[Schedule, Schedule]
    redlines: tuple[Redline, ...]
    words: tuple[str, ...]
    effects: tuple[Effect, ...]


def diff(
    first: str | Path | Agreement, second: str | Path | Agreement, day: date | None = None
) -> Difference:
    """What `second` says differently from `first`, over all time and on `day`.

    day  default: the first on which all floors of the first stand

    Raises BadInput (and its kinds) when one cannot be read, NotYetInForce before its first day.
    """
    one, asked, on = loaded(first, day)
    other, asked_too, _ = loaded(second, on)
    redlines = _redlines(one, other)
    differing = {line.path for line in redlines}
    words = tuple(
        path
        for path, parameter in one.parameters.items()
        if path not in differing and _said(parameter) != _said(other.parameters[path])
    )
    schedules = one.on(on), other.on(on)
    before, after = _standing(one, schedules[0]), _standing(other, schedules[1])
    return Difference(
        first=one,
        second=other,
        asked=(asked, asked_too),
        day=on,
        schedules=schedules,
        redlines=redlines,
        words=words,
        effects=tuple(
            Effect(path, before.get(path), after.get(path))
            for path in dict.fromkeys([*before, *after])
            if before.get(path) != after.get(path)
        ),
    )


def _standing(law: Agreement, schedule: Schedule) -> dict[str, Value | None]:
    """What holds that day: who is inside, floors as levels, and every other value."""
    found: dict[str, Value | None] = {
        f"members.{member.country}": True
        for member in schedule.members
        if member.inside and member.through is None
    }
    for floor in schedule.floors:
        own = f".{floor.member}" if floor.member else ""
        found[f"floors.{floor.product}{own}"] = floor.usd_per_kg
    dates = (".status", ".accession", ".withdrawal")  # told by who is inside
    for path, parameter in law.parameters.items():
        step = parameter.step(schedule.day)
        told = path.startswith("floors.") or (path.startswith("members.") and path.endswith(dates))
        if step is not None and step.value is not None and not told:
            found[path] = step.value
    return found


def _redlines(one: Agreement, other: Agreement) -> tuple[Redline, ...]:
    found: list[Redline] = []
    for path in dict.fromkeys([*one.parameters, *other.parameters]):
        before, after = one.parameters.get(path), other.parameters.get(path)
        steps = before.steps if before else (), after.steps if after else ()
        values = tuple({_value(step) for step in side} for side in steps)
        dropped = tuple(step for step in steps[0] if _value(step) not in values[1])
        added = tuple(step for step in steps[1] if _value(step) not in values[0])
        if dropped or added:
            found.append(Redline(path, before, after, dropped, added))
    for product in dict.fromkeys([*one.coverage, *other.coverage]):
        listed = one.coverage.get(product), other.coverage.get(product)
        if _listed(listed[0]) != _listed(listed[1]):
            found.append(Redline(f"coverage.{product}", *listed))
    tariffs = one.text.tariffs, other.text.tariffs
    for id in dict.fromkeys([*tariffs[0], *tariffs[1]]):
        laid = tariffs[0].get(id), tariffs[1].get(id)
        if laid[0] and laid[1] and laid[0] != laid[1]:  # one that is missing is told by its rate
            found.append(Redline(f"duties.{id}", *laid))
    return tuple(found)


def _value(step: Step) -> tuple[date, object, str]:
    return step.start, step.value, step.follows


def _said(parameter: Parameter) -> tuple[object, ...]:
    return parameter.doubt, [(step.reference, step.assumed) for step in parameter.steps]


def _listed(listing: Listing | None) -> tuple[object, ...] | None:
    """What customs tells a product by, without who says so."""
    if listing is None:
        return None
    return (
        listing.name,
        listing.world,
        listing.element,
        listing.basis,
        frozenset(listing.hs),
        listing.assay_from,
        listing.assay_to,
        listing.since,
    )


# -------------------------------------------------------------------------------- both


def loaded(agreement: str | Path | Agreement, day: date | None) -> tuple[Agreement, str, date]:
    """The agreement, what it was asked for as, and the day (that of the text as shipped)."""
    law = agreement if isinstance(agreement, Agreement) else Agreement.load(agreement)
    asked = law.name if isinstance(agreement, Agreement) else str(agreement)
    return law, asked, day or default_day(law)
