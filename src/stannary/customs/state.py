"""States of an assessment, from estimated to final, and its versions: nothing is ever overwritten.

    one = opened("US5", 1, "USA", day, amounts, law.digest)
    one = moved(one, "provisional", day)
    one = reassessed(one, day, new_amounts, law.digest, "credit CR7/1")
    one.state(day), one.version(day)

Which state follows which, who moves it and where the law says so is data: `tables/states.csv`. A state
and a version on a day are computed from what happened by then. Next: `security`, the deposits.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from ..terms.errors import BadInput, BadTable, Place
from .assessed import CENTS
from .recourse import protest

State = Literal["estimated", "provisional", "suspended", "definitive", "protested", "final"]
By = Literal["importer", "customs", "court", "law"]
Limit = Literal["", "recourse", "after recourse"]

STATES: tuple[State, ...] = get_args(State)
TABLE = Path(__file__).parent / "tables" / "states.csv"

OPEN: tuple[State, ...] = ("estimated", "provisional", "suspended", "protested")
"""States in which the amounts may be reckoned anew. A definitive one must be contested first."""

Amounts = Mapping[str, int]
"""US cents by column of the assessed file."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One state that may follow another.

    by     who moves it
    limit  recourse: only while the importer's time to contest runs; after recourse: only when it ended
    """

    before: State
    after: State
    by: By
    what: str
    limit: Limit
    reference: str
    assumed: bool
    doubt: str


@dataclass(frozen=True, slots=True)
class Step:
    """A state that was reached, and from which day it stands."""

    state: State
    day: date
    reference: str


@dataclass(frozen=True, slots=True)
class Version:
    """Amounts of an assessment from a day on. Cents.

    number  1 for the first
    law     digest of the law that they were reckoned under
    why     what led to it: `first`, a credit, a protest
    """

    number: int
    day: date
    amounts: Amounts
    law: str
    why: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """One line over time: its states and its versions, each in the order in which they came."""

    entry_number: str
    line_number: int
    import_country: str
    steps: tuple[Step, ...]
    versions: tuple[Version, ...]

    def state(self, day: date) -> State:
        """Its state at the end of a day. Raises BadInput before the first."""
        standing = [step for step in self.steps if step.day <= day]
        if not standing:
            raise self._nothing(day)
        return standing[-1].state

    def version(self, day: date) -> Version:
        """The version that stands at the end of a day. Raises BadInput before the first."""
        standing = [version for version in self.versions if version.day <= day]
        if not standing:
            raise self._nothing(day)
        return standing[-1]

    def differences(self) -> tuple[Amounts, ...]:
        """What each version adds to the one before; the first adds all. They sum to the last."""
        found: list[Amounts] = []
        before: Amounts = {}
        for version in self.versions:
            found.append({n: cents - before.get(n, 0) for n, cents in version.amounts.items()})
            before = version.amounts
        return tuple(found)

    @property
    def contested_until(self) -> date | None:
        """The last day on which the importer can contest it; None: not definitive yet."""
        days = [step.day for step in self.steps if step.state == "definitive"]
        return protest(self.import_country).until(days[-1]) if days else None

    @property
    def last_day(self) -> date:
        """The day of whatever was written down last."""
        return max(self.steps[-1].day, self.versions[-1].day)

    def refused(self, what: str, met: str, allowed: str, remedy: str = "") -> BadInput:
        """What is said of something that cannot be done to it."""
        return BadInput(
            what, where=f"assessment of entry {self.entry_number}, line {self.line_number}",
            value=met, allowed=allowed, remedy=remedy,
        )  # fmt: skip

    def _nothing(self, day: date) -> BadInput:
        return self.refused("nothing stands yet", f"on {day}", f"{self.steps[0].day} or later")


def opened(
    entry_number: str, line_number: int, import_country: str, day: date, amounts: Amounts, law: str
) -> Assessment:
    """An assessment that begins as estimated, with its first version.

    Raises BadInput on amounts that are not those of an assessed line.
    """
    first = Version(1, day, amounts, law, "first")
    found = Assessment(
        entry_number, line_number, import_country, (Step("estimated", day, ""),), (first,)
    )
    _whole(found, amounts)
    return found


def moved(assessment: Assessment, to: State, day: date) -> Assessment:
    """The assessment in another state from `day` on.

    Raises BadInput where that state cannot follow, where the time for it has ended or still runs, and
    on a day before what was written down last.
    """
    now = assessment.steps[-1].state
    step = transitions().get((now, to))
    if step is None:
        follows = [after for before, after in transitions() if before == now]
        raise assessment.refused(
            f"{to} cannot follow {now}", to, ", ".join(follows) or "nothing: it is final"
        )
    _in_order(assessment, day)
    until = assessment.contested_until
    if step.limit == "recourse" and until is not None and day > until:
        raise assessment.refused("contested too late", f"on {day}", f"by {until}")
    if step.limit == "after recourse" and until is not None and day <= until:
        raise assessment.refused("it can still be contested", f"on {day}", f"after {until}")
    return replace(assessment, steps=(*assessment.steps, Step(to, day, step.reference)))


def reassessed(
    assessment: Assessment, day: date, amounts: Amounts, law: str, why: str
) -> Assessment:
    """The assessment with a version more; those before stay as they are.

    Raises BadInput where its state is definitive or final, on amounts that are not those of an assessed
    line, and on a day before what was written down last.
    """
    now = assessment.steps[-1].state
    if now not in OPEN:
        raise assessment.refused(
            f"a {now} assessment is not reckoned anew", now, ", ".join(OPEN),
            "a later credit or debit is a line of its own; an error is contested",
        )  # fmt: skip
    if not why:
        raise assessment.refused("a version without a reason", "", "what led to it")
    _in_order(assessment, day)
    _whole(assessment, amounts)
    version = Version(len(assessment.versions) + 1, day, amounts, law, why)
    return replace(assessment, versions=(*assessment.versions, version))


@cache
def transitions(table: Path = TABLE) -> dict[tuple[State, State], Transition]:
    """By the state before and the state after. Raises BadTable on a row that is none."""
    found: dict[tuple[State, State], Transition] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            for column, allowed in _ALLOWED.items():
                if row[column] not in allowed:
                    raise BadTable(
                        "a word that is not allowed", where=Place(table.name, line, column),
                        value=row[column], allowed=", ".join(allowed),
                    )  # fmt: skip
            one = Transition(
                before=cast(State, row["before"]), after=cast(State, row["after"]),
                by=cast(By, row["by"]), what=row["what"], limit=cast(Limit, row["limit"]),
                reference=row["reference"], assumed=row["assumed"] == "true", doubt=row["doubt"],
            )  # fmt: skip
            found[one.before, one.after] = one
    return found


_ALLOWED: dict[str, tuple[str, ...]] = {
    "before": STATES,
    "after": STATES,
    "by": get_args(By),
    "limit": get_args(Limit),
    "assumed": ("true", "false"),
}


def _in_order(assessment: Assessment, day: date) -> None:
    if day < assessment.last_day:
        raise assessment.refused(
            "before what was written down last", f"on {day}", f"{assessment.last_day} or later"
        )


def _whole(assessment: Assessment, amounts: Amounts) -> None:
    """Raises BadInput on amounts that lack a column, have one more, or do not add up."""
    if set(amounts) != set(CENTS):
        raise assessment.refused(
            "not the amounts of an assessed line", ", ".join(sorted(amounts)), ", ".join(CENTS)
        )
    due = sum(amounts[name] for name in ("base_duty_cents", "extra_duty_cents", "top_up_cents"))
    if due != amounts["total_due_cents"]:
        raise assessment.refused(
            "amounts that do not add up", f"total_due_cents {amounts['total_due_cents']}",
            f"base + extra + top-up = {due}",
        )  # fmt: skip
