"""How and until when a trader can contest an assessment: the law of each member, as data.

The agreement says nothing of protests, so a member's own law holds. Next: `letter`, which tells it.
"""

import csv
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, cast

from ..terms.errors import BadTable, Place
from ..terms.names import states

TABLE = Path(__file__).parent / "tables" / "recourse.csv"
ANY = "*"


@dataclass(frozen=True, slots=True)
class Recourse:
    """One step that a trader can take, and how long.

    value, unit   the time, from the day that `counted_from` names
    protest       whether this is the step without which the assessment becomes final
    quality       assumed: no source states the time, and the reason is in `source`
    """

    act: str
    before: str
    value: int
    unit: Literal["days", "months"]
    counted_from: str
    protest: bool
    quality: str
    source: str
    doubt: str

    def until(self, day: date) -> date:
        """The last day, where the time begins on `day`."""
        return days_after(day, self.value) if self.unit == "days" else months_after(day, self.value)

    @property
    def time(self) -> str:
        """`180 days`, `1 month`."""
        return f"{self.value} {self.unit if self.value != 1 else self.unit[:-1]}"


def recourse(country: str) -> tuple[Recourse, ...]:
    """What a trader can do at this member's border, in order; assumed where no law was read."""
    known = steps()
    return known.get(country, known[ANY])


def protest(country: str) -> Recourse:
    """The step without which an assessment becomes final."""
    return next(step for step in recourse(country) if step.protest)


@cache
def steps(table: Path = TABLE) -> dict[str, tuple[Recourse, ...]]:
    """By state; a row of the customs union holds for its 27. Raises BadTable on a row that is none."""
    found: dict[str, tuple[Recourse, ...]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            step = _step(row, table.name, line)
            for state in states(row["country"]):
                found[state] = (*found.get(state, ()), step)
    return found


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def days_after(day: date, days: int) -> date:
    """That many days later."""
    return day + timedelta(days=days)


def _step(row: dict[str, str], file: str, line: int) -> Recourse:
    for column, allowed in _CHOICES:
        if row[column] not in allowed:
            raise BadTable(
                f"not a {column}", where=Place(file, line, column), value=row[column],
                allowed=", ".join(allowed),
            )  # fmt: skip
    if not row["value"].isdigit() or not int(row["value"]):
        raise BadTable(
            "not a time", where=Place(file, line, "value"), value=row["value"],
            allowed="a whole number above 0",
        )  # fmt: skip
    if not row["source"]:
        raise BadTable("no source", where=Place(file, line, "source"), allowed="what states it")
    return Recourse(
        act=row["act"], before=row["before"], value=int(row["value"]),
        unit=cast(Literal["days", "months"], row["unit"]), counted_from=row["counted_from"],
        protest=row["protest"] == "true",
        quality=row["quality"], source=row["source"], doubt=row["doubt"],
    )  # fmt: skip


_CHOICES = (
    ("unit", ("days", "months")),
    ("protest", ("true", "false")),
    ("quality", ("published", "derived", "estimate", "assumed")),
)
