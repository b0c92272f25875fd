"""Tables of the workbook: what a sheet holds, and how its columns are written."""

from typing import NamedTuple

Cell = str | float | None
"""Text, a number, or nothing."""

ABOVE = 4
"""Rows above a table's header: what it shows, its units, what was solved, and an empty one."""

FORMATS = {
    "text": {"valign": "top"},
    "prose": {"valign": "top", "text_wrap": True},
    "price": {"num_format": "#,##0.00", "valign": "top"},
    "tonnes": {"num_format": "#,##0.000", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "money": {"num_format": "#,##0", "valign": "top"},
    "value": {"num_format": "General", "valign": "top", "align": "left"},
}


class Column(NamedTuple):
    """A column: its header, its kind (of FORMATS) and its width in characters."""

    header: str
    kind: str
    width: float


class Table(NamedTuple):
    """A sheet: its table, and what stands above it."""

    sheet: str
    shows: str
    units: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]


def yes(flag: bool) -> str:
    """A flag as a cell."""
    return "yes" if flag else "no"
