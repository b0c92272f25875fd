"""A CSV file → its rows, every cell read and checked; refusals name file, line and column.

Next: `source`, which makes a World of the rows.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..terms.errors import BadTable, Place, UnknownName
from .cells import FILLED, Column, Refused, Table
from .figure import Figure

ONE = {
    "regions": "region",
    "products": "product",
    "recipes": "recipe",
    "paths": "path",
    "origin_rules": "origin rule",
    "countries": "country (ISO 3166 alpha-3)",
    "things": "thing",
    "assets": "plant or project",
    "end uses": "end use",
    "holders": "region, or country of a region (ISO 3166 alpha-3)",
}
"""What an id of a table is called in a sentence."""

Row = dict[str, Any]


def text(path: Path) -> str:
    """The file as text; raises BadTable at the first byte that is not UTF-8."""
    # Spreadsheets write a byte-order mark in front of UTF-8: it says nothing, so it is dropped.
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadTable(
            "not UTF-8 text",
            where=Place(str(path), raw.count(b"\n", 0, error.start) + 1),
            value=f"byte 0x{raw[error.start]:02x}",
            allowed="UTF-8",
            remedy="save as UTF-8 (the file looks like Latin-1 or Windows-1252)",
        ) from None


def lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line on which a row starts (1 = first) and its cells; blank lines are skipped."""
    reader = csv.reader(io.StringIO(text(path), newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadTable(
            f"not a CSV row: {error}",
            where=Place(str(path), start),
            allowed='commas between cells; "..." around a cell that holds a comma',
        ) from None


def _header(cells: list[str], table: Table, path: Path) -> dict[str, int]:
    """Column → place in the row; raises where a column is unknown, double or missing."""
    where = Place(str(path), 1)
    known = [column.name for column in table.all_columns]
    if len(cells) == 1 and (";" in cells[0] or "\t" in cells[0]):
        raise BadTable(
            "columns are not separated by commas",
            where=where,
            value=cells[0],
            allowed=",".join(known),
            remedy="save as CSV with commas between cells and points in decimals",
        )
    missing = [c.name for c in table.all_columns if not c.absent and c.name not in cells]
    for name in cells:
        if name not in known:
            near = missing if len(missing) == 1 else known
            raise UnknownName(f"column of {table.file}", name, near, where=where)
        if cells.count(name) > 1:
            raise BadTable("a column stands twice", where=where, value=name)
    if missing:
        raise BadTable(
            f"a column is missing: {missing[0]}",
            where=where,
            value=",".join(cells),
            allowed=",".join(known),
        )
    return {name: place for place, name in enumerate(cells)}


def rows(path: Path, table: Table, known: dict[str, Any]) -> Iterator[Row]:
    """The rows of a file, field → value, with `figure` last; raises BadTable and UnknownName."""
    read = lines(path)
    header = next(read, None)
    if header is None:
        raise BadTable("the file is empty", where=str(path), allowed="a header row, then rows")
    places = _header(header[1], table, path)
    plan = [(c, places.get(c.name), c.field or c.name) for c in table.columns]
    key = [places[name] for name in table.key if name in places]
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in read:
        if len(cells) != len(places):
            raise BadTable(
                f"a row of {len(cells)} cells under a header of {len(places)}",
                where=Place(str(path), line),
                value=",".join(cells),
                remedy='decimals take a point; put "..." around a cell that holds a comma',
            )
        row = {}
        for column, place, field in plan:
            if place is None:
                row[field] = column.empty
            else:
                row[field] = _cell(cells[place], column, known, path, line)
        if table.figured:
            quality, source, note = (
                _cell(cells[places[c.name]], c, known, path, line) for c in table.all_columns[-3:]
            )
            row["figure"] = Figure(quality, source, note, line)
        ids = tuple(cells[place] for place in key)
        if ids in seen:
            raise _twice(table, ids, seen[ids], Place(str(path), line, ", ".join(table.key)))
        seen[ids] = line
        yield row
    if not seen:
        raise BadTable(
            "a table without rows",
            where=str(path),
            allowed="at least one row under the header",
            remedy="leave the file out where the world may lack it",
        )


def _cell(cell: str, column: Column, known: dict[str, Any], path: Path, line: int) -> Any:
    """The value of one cell."""
    if cell == "":
        if column.empty is FILLED:
            raise BadTable(
                "an empty cell",
                where=Place(str(path), line, column.name),
                allowed=_allowed(column),
                remedy="every figure says where it comes from" if column.name == "source" else "",
            )
        return column.empty
    if column.refers:
        ids = known.get(column.refers, ())
        for name in cell.split(";") if column.many else (cell,):
            if name not in ids and not (column.star and name == "*"):
                raise UnknownName(
                    ONE[column.refers], name, ids, where=Place(str(path), line, column.name)
                )
    try:
        return column.read(cell)
    except Refused as refused:
        raise BadTable(
            refused.what,
            where=Place(str(path), line, column.name),
            value=cell,
            allowed=refused.allowed,
            remedy=refused.remedy,
        ) from None


def _allowed(column: Column) -> str:
    """What a column takes, learned from its own refusal of an empty cell."""
    if column.refers:
        return f"the id of a {ONE[column.refers]}"
    try:
        column.read("")
    except Refused as refused:
        return refused.allowed
    return "text"


def _twice(table: Table, ids: tuple[str, ...], first: int, where: Place) -> BadTable:
    if table.name == "recipes":
        what = f"the recipe {ids[0]} names {ids[1]} twice: it would feed itself, or count double"
    else:
        what = "the same key twice"
    return BadTable(
        what,
        where=where,
        value=" ".join(ids),
        allowed=f"one row for each {', '.join(table.key)}; the first stands on line {first}",
    )
