"""Entry lines as an engine holds them: cells as written, typed values, and what is wrong with them.

A CSV file is read as text; a Parquet file or a table of a database brings types of its own. Either way
`written` gives the same values: numbers are whole units of the last place that the contract allows.
Next: `checks`, which says what sets a line aside.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

from dataclasses import dataclass

import ibis
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, StringValue, Table, Value

from ..terms.errors import BadTable, Place
from .arithmetic import whole
from .columns import ENTRIES, Column

TOO_LARGE = 1e12
"""A number of this size is out of range."""

LONGEST = 40
"""Characters of a number that are still looked at; a longer one is out of range."""


@dataclass(frozen=True, slots=True)
class Written:
    """One column of the entry lines.

    text       as written; null where the cell is empty
    given      whether something is written
    value      typed: text, whole number, true or false, day; null where it cannot be read
    not_a_number, too_precise, out_of_range, malformed
               what is wrong with it; None where that cannot be, by the column's type
    unread     whether something may be written that has no value
    """

    column: Column
    text: StringValue
    given: BooleanValue
    value: Value
    not_a_number: BooleanValue | None = None
    too_precise: BooleanValue | None = None
    out_of_range: BooleanValue | None = None
    malformed: BooleanValue | None = None
    unread: bool = False


def written(raw: Table, source: str) -> dict[str, Written]:
    """Every column of the contract, by name, from a table that holds some of them.

    Raises BadTable where a column has a type that cannot hold it.
    """
    schema = raw.schema()
    return {c.name: _written(raw, c, source) for c in ENTRIES if c.name in schema} | {
        c.name: _absent(c) for c in ENTRIES if c.name not in schema
    }


_NULLS = {
    "text": "string", "integer": "int64", "flag": "boolean", "day": "date",
    "number": "int64", "money": "int64",
}  # fmt: skip


def _absent(column: Column) -> Written:
    nothing = ibis.null("string")
    return Written(column, nothing, ibis.literal(False), ibis.null(_NULLS[column.kind]))


def _written(raw: Table, column: Column, source: str) -> Written:
    cell = raw[column.name]
    held = cell.type()
    if held.is_null() or held.is_string():
        return _from_text(column, cell.cast("string"))
    number = column.kind in ("integer", "number", "money")
    if column.kind == "day" and held.is_date():
        return Written(column, cell.cast("string"), cell.notnull(), cell)
    if column.kind == "flag" and held.is_boolean():
        text = ibis.cases((cell.isnull(), ibis.null("string")), (cell, "true"), else_="false")
        return Written(column, text, cell.notnull(), cell)
    if number and (held.is_integer() or held.is_decimal()):
        return _from_number(column, cell)
    raise BadTable(
        "a column has another type", where=Place(source, key=column.name), value=str(held),
        allowed="text, or " + {
            "day": "DATE", "flag": "BOOLEAN", "text": "nothing else", "integer": "an integer",
        }.get(column.kind, "DECIMAL: a float no longer knows the digits it was written with"),
    )  # fmt: skip


def _from_number(column: Column, cell: Value) -> Written:
    """A decimal or integer column: exact below TOO_LARGE, where its float rounds back to it."""
    held = cell.type()
    size = cell.cast("float64")
    large = size.abs() >= TOO_LARGE
    in_range = ibis.cases((large, 0.0), else_=size)
    value = whole(in_range * 10**column.places)
    precise = None
    if held.is_decimal() and (held.scale is None or held.scale > column.places):
        precise = cell.notnull() & (cell.round(column.places) != cell)
    # A type too narrow for such a number needs no look at its lines.
    narrow = held.is_decimal() and held.precision is not None and held.precision - held.scale <= 12
    out_of_range = cell.notnull() & (large | _below_one(column, value))
    return Written(
        column, cell.cast("string"), cell.notnull(), value, too_precise=precise,
        out_of_range=None if narrow and column.kind != "integer" else out_of_range,
    )  # fmt: skip


def _below_one(column: Column, value: IntegerValue) -> BooleanValue:
    return value < 1 if column.kind == "integer" else ibis.literal(False)


def _from_text(column: Column, cell: StringValue) -> Written:
    given = cell.notnull() & (cell != "")
    text = ibis.cases((given, cell), else_=ibis.null("string"))
    if column.kind == "text":
        return Written(column, text, given, text)
    if column.kind == "flag":
        value = ibis.cases((cell == "true", True), (cell == "false", False), else_=None)
        return Written(column, text, given, value.cast("boolean"), unread=True)
    if column.kind == "day":
        value, malformed = _day(cell, given)
        return Written(column, text, given, value, malformed=malformed, unread=True)
    shaped = given & cell.re_search(r"^-?[0-9]+(\.[0-9]+)?$")
    precise = shaped & cell.re_search(rf"\.[0-9]{{{column.places + 1}}}")
    if column.places == 0:
        precise = shaped & cell.contains(".")
    readable = shaped & (cell.length() <= LONGEST)
    size = ibis.cases((readable, cell), else_="0").cast("float64")
    large = (shaped & ~readable) | (size.abs() >= TOO_LARGE)
    value = whole(ibis.cases((large, 0.0), else_=size) * 10**column.places)
    value = ibis.cases((readable, value), else_=ibis.null("int64"))
    return Written(
        column, text, given, value,
        not_a_number=given & ~shaped, too_precise=precise,
        out_of_range=shaped & (large | _below_one(column, value)), unread=True,
    )  # fmt: skip


def _day(cell: StringValue, given: BooleanValue) -> tuple[DateValue, BooleanValue]:
    """The day a text names, and whether it names none of the calendar."""
    shaped = given & cell.re_search(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    safe = ibis.cases((shaped, cell), else_="2000-01-01")
    year, month, day = (
        safe.substr(at, n).cast("int64") for at, n in ((0, 4), (5, 2), (8, 2))
    )  # fmt: skip
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days = ibis.cases(
        (month == 2, ibis.cases((leap, 29), else_=28)),
        (month.isin([4, 6, 9, 11]), 30), else_=31,
    )  # fmt: skip
    real = shaped & month.between(1, 12) & (day >= 1) & (day <= days) & (year >= 1)
    value = ibis.cases((real, safe), else_=ibis.null("string")).cast("date")
    return value, given & ~real
