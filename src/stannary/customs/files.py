"""Files of customs: small ones read whole and typed, and results written all or not at all.

Entry lines are many and go through `entries` instead; what is wrong with a line is said the same way.
"""

import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from ..terms.errors import BadTable, Place
from .columns import Column

Value = str | int | Decimal | date | bool | None
Row = Mapping[str, Value]

TOO_LARGE = Decimal(10) ** 12
"""Numbers of this size and more are out of range everywhere."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is set aside: which, why, what was met there and what is allowed.

    row_number  1 is the first row under the header
    """

    source: str
    row_number: int
    entry_number: str
    line_number: str
    reason: str
    column: str
    value_met: str
    allowed: str
    message: str


@dataclass(frozen=True, slots=True)
class Table:
    """A small file, read whole.

    rows     by column, typed; absent columns and empty cells are None
    numbers  row number of each, 1 = first under the header
    aside    rows that could not be read
    ignored  columns of the file that the contract does not know
    """

    source: str
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]
    aside: tuple[Aside, ...]
    ignored: tuple[str, ...]


def read(path: Path, columns: tuple[Column, ...]) -> Table:
    """The rows of a small CSV or Parquet file.

    Raises BadTable on a file that is missing, empty, not UTF-8, without a header, without a required
    column, with a column twice, or not what its ending says. A bad row is set aside.
    """
    header, rows = read_parquet(path) if path.suffix == ".parquet" else read_csv(path)
    ignored = check_header(path, header, columns)
    good: list[Row] = []
    numbers: list[int] = []
    aside: list[Aside] = []
    for number, row in enumerate(rows, 1):
        cells = dict(zip(header, row, strict=True))
        found = _typed(path.name, number, cells, columns)
        if isinstance(found, Aside):
            aside.append(found)
        else:
            good.append(found)
            numbers.append(number)
    return Table(path.name, tuple(good), tuple(numbers), tuple(aside), ignored)


def check_header(path: Path, header: list[str], columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Names that the contract does not know. Raises BadTable on what a header must not be."""
    place = Place(str(path), 1)
    missing = [c.name for c in columns if c.required and c.name not in header]
    if missing:
        hint = ""
        if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
            hint = "separate the columns with commas"
        raise BadTable(
            "a column is missing" if len(missing) == 1 else "columns are missing",
            where=place, value=", ".join(header) or "an empty header",
            allowed=f"besides what is there: {', '.join(missing)}", remedy=hint,
        )  # fmt: skip
    for name in header:
        if header.count(name) > 1:
            raise BadTable("a column stands twice", where=place, value=name, allowed="once")
    known = {c.name for c in columns}
    return tuple(name for name in header if name not in known)


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV file, as text. Raises BadTable on what is no such file."""
    text = decoded(path)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise BadTable(
            "not a CSV file", where=str(path), value=str(error),
            allowed="comma between, quotes around text that holds a comma or a quote",
        ) from error  # fmt: skip
    rows = [row for row in rows if row]
    if not rows:
        raise BadTable("the file is empty", where=str(path), allowed="a header and rows under it")
    header = [name.strip() for name in rows[0]]
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(header):
            raise BadTable(
                "a row with another number of cells than the header",
                where=Place(str(path), number + 1), value=len(row), allowed=str(len(header)),
                remedy="quote text that holds a comma",
            )  # fmt: skip
    return header, rows[1:]


def decoded(path: Path) -> str:
    """The text of a file, in UTF-8 with or without its mark. Raises BadTable."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadTable(
            "cannot read the file", where=str(path), value=error.strerror or str(error),
            allowed="a file that exists and may be read",
        ) from error  # fmt: skip
    if data[:4] == b"PAR1":
        raise BadTable(
            "a Parquet file under another name", where=str(path), allowed="text",
            remedy=f"rename it {path.stem}.parquet",
        )  # fmt: skip
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadTable(
            "not UTF-8", where=Place(str(path), line), value=f"byte 0x{data[error.start]:02x}",
            allowed="UTF-8", remedy="save the file as UTF-8 (it may be Latin-1 or UTF-16)",
        ) from error  # fmt: skip


def read_parquet(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a small Parquet file, every value as the text a CSV file would hold."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        decoded(path)
    try:
        found = pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadTable(
            "not a Parquet file", where=str(path), value=str(error).splitlines()[0],
            allowed="a whole Parquet file", remedy="a text file must end in .csv",
        ) from error  # fmt: skip
    for field in found.schema:
        if pa.types.is_floating(field.type):
            raise BadTable(
                "a binary fraction", where=Place(str(path), key=field.name), value=str(field.type),
                allowed="DECIMAL: a float no longer knows the digits it was written with",
            )  # fmt: skip
    columns = [[_text(v) for v in column.to_pylist()] for column in found.columns]
    return found.column_names, [list(row) for row in zip(*columns, strict=True)]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value)


def _typed(
    source: str, number: int, cells: Mapping[str, str], columns: tuple[Column, ...]
) -> Row | Aside:
    row: dict[str, Value] = {}

    def aside(reason: str, column: Column, allowed: str, what: str) -> Aside:
        met = cells.get(column.name, "")
        said = f"{source}, row {number}: {column.name} {what}"
        return Aside(source, number, "", "", reason, column.name, met, allowed, said)

    for column in columns:
        text = cells.get(column.name, "").strip()
        if not text:
            if column.required:
                return aside("MISSING_FIELD", column, "a value", "is empty")
            row[column.name] = None
        elif column.allowed and text not in column.allowed:
            return aside(
                "NOT_ALLOWED", column, " ".join(column.allowed), "is none of the values allowed"
            )
        elif column.kind == "text":
            row[column.name] = text
        elif column.kind == "flag":
            if text not in ("true", "false"):
                return aside("NOT_ALLOWED", column, "true false", "is neither true nor false")
            row[column.name] = text == "true"
        elif column.kind == "day":
            try:
                if not _DAY.fullmatch(text):
                    raise ValueError(text)
                row[column.name] = date.fromisoformat(text)
            except ValueError:
                return aside("DATE_IMPOSSIBLE", column, "YYYY-MM-DD", "is no day")
        else:
            if not _NUMBER.fullmatch(text):
                return aside("NOT_A_NUMBER", column, "digits and a point", "is no number")
            value = Decimal(text)
            places = len(text.partition(".")[2])
            if places > column.places:
                return aside(
                    "TOO_PRECISE", column, f"at most {column.places} places", "has more places"
                )
            if abs(value) >= TOO_LARGE:
                return aside("OUT_OF_RANGE", column, "below 10^12", "is too large")
            row[column.name] = int(value) if column.kind == "integer" else value
    return row


def write_all(folder: Path, writers: Mapping[str, Callable[[Path], None]]) -> tuple[Path, ...]:
    """Files of a folder, written beside it first and moved in only when all of them are whole.

    writers  by file name; each is called with the path it must write

    Raises BadTable where the folder cannot be written (no room, no right); nothing of it is left then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    except OSError as error:
        raise _unwritten(folder, error) from error
    try:
        for name, write in writers.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            write(work / name)
        for name in writers:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(work / name, folder / name)
    except OSError as error:
        raise _unwritten(folder, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return tuple(folder / name for name in writers)


def _unwritten(folder: Path, error: OSError) -> BadTable:
    return BadTable(
        "cannot write the results", where=str(folder), value=error.strerror or str(error),
        allowed="a folder with room that may be written",
        remedy="give another folder with --out",
    )  # fmt: skip
