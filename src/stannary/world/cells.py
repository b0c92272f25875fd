"""Cells: how one is read or refused, and what a column and a table are.

A cell is read by a small function that returns a value or raises `Refused`; `rows` adds file, line
and column. Next: `columns`, the tables themselves.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..terms.dates import day
from ..terms.errors import BadInput
from .figure import QUALITIES

FILLED = object()
"""Meaning of an empty cell: not allowed."""


class Refused(Exception):
    """A cell that cannot be read: what is wrong, what is allowed, what to try."""

    def __init__(self, what: str, allowed: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.allowed, self.remedy = what, allowed, remedy


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    field   the record's field, where its name differs from the column's
    absent  whether the column may be missing; every cell is then `empty`
    empty   what an empty cell means; FILLED: it may not be empty
    refers  the table whose ids the cell must hold, "countries", or "holders": a region's id or
            a country that stands in one
    many    whether the cell is a `;`-list of such ids
    star    whether `*` may stand for every id
    unit    unit of the figure; "": not a figure
    rated   whether the row's quality speaks for this figure
    """

    name: str
    read: Callable[[str], Any]
    field: str = ""
    absent: bool = False
    empty: Any = FILLED
    refers: str = ""
    many: bool = False
    star: bool = False
    unit: str = ""
    rated: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file: its record, its key, its columns in front of `quality,source,note`."""

    name: str
    record: Any
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    figured: bool = True

    @property
    def file(self) -> str:
        """Name of the file in a world's folder."""
        return f"{self.name}.csv"

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Its own columns, then the three that say where the row comes from."""
        return self.columns + (FIGURE if self.figured else ())


def text(cell: str) -> str:
    """Any text."""
    return cell


def matching(pattern: str, allowed: str) -> Callable[[str], str]:
    """A reader of text that matches `pattern` from end to end."""
    fits = re.compile(pattern).fullmatch

    def read(cell: str) -> str:
        if not fits(cell):
            raise Refused("not an id", allowed)
        return cell

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of one word out of a fixed list."""

    def read(cell: str) -> str:
        if cell not in choices:
            raise Refused("not in the list", ", ".join(choices))
        return cell

    return read


def number(
    allowed: str = "a number", holds: Callable[[float], bool] = lambda _: True
) -> Callable[[str], float]:
    """A reader of finite numbers for which `holds` is true."""

    def read(cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            if "," in cell:
                raise Refused(
                    "a comma in a number",
                    allowed,
                    "write decimals with a point, 12.5; no thousands",
                ) from None
            raise Refused("not a number", allowed) from None
        # float() also takes 1_000, NaN and inf, none of which a table means.
        if "_" in cell or not math.isfinite(value):
            raise Refused("not a finite number", allowed)
        if not holds(value):
            raise Refused("a number outside its range", allowed)
        return value

    return read


def year(cell: str) -> int:
    """A year of four digits."""
    if not re.fullmatch("[12][0-9]{3}", cell):
        raise Refused("not a year", "four digits, 1000 to 2999")
    return int(cell)


def on_day(cell: str) -> date:
    """An ISO day."""
    try:
        return day(cell, "")
    except BadInput as error:
        raise Refused(error.what, error.allowed) from None


def sigma(cell: str) -> float:
    """An elasticity of substitution: above 1, or `inf`."""
    if cell == "inf":
        return math.inf
    return number("a number above 1, or inf (perfect substitutes)", lambda x: x > 1)(cell)


def codes(cell: str) -> tuple[str, ...]:
    """A `;`-list of six-digit HS codes."""
    found = tuple(cell.split(";"))
    for code in found:
        if not re.fullmatch("[0-9]{6}", code):
            raise Refused(f"{code!r} is not an HS code", "six digits, several joined by ;")
    return found


def names(cell: str) -> frozenset[str]:
    """A `;`-list as a set."""
    return frozenset(cell.split(";"))


IDENT = matching("[a-z0-9.-]+", "lower-case letters, digits, points and hyphens")
REGION = matching("[A-Z][A-Z0-9-]*", "upper-case letters, digits and hyphens, a letter first")
ANY = number()
AT_LEAST_0 = number("a number of at least 0", lambda x: x >= 0)
ABOVE_0 = number("a number above 0", lambda x: x > 0)
AT_MOST_0 = number("a number of at most 0", lambda x: x <= 0)
SHARE = number("a share between 0 and 1", lambda x: 0 <= x <= 1)

FIGURE = (
    Column("quality", one_of(*QUALITIES)),
    Column("source", text),
    Column("note", text, empty=""),
)
