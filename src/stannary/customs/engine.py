"""Engines: where entry lines lie, and how an answer leaves them. One expression runs on all.

DuckDB reads files; a table of PostgreSQL or DuckDB is named by a URL, `postgresql://host/base#table`;
Spark reads the same files where one machine is too small.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

import csv
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from uuid import uuid4

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends import BaseBackend
from ibis.expr.types import Table

from ..terms.errors import BadInput, BadTable, Place
from .columns import ENTRIES
from .files import check_header, decoded
from .remote import dropped, kept, rows_of, spark

Engine = Literal["duckdb", "spark"]

ibis.options.sql.fuse_selects = False
"""Steps stay steps: fused, an amount that is used three times is written three times, and its parts
three times each; the query grows a hundredfold."""

MEMORY = "600MB"
"""Most that DuckDB holds before it writes to disk; a file of any length fits."""


@dataclass(frozen=True, slots=True)
class Source:
    """Entry lines on an engine.

    table    as written, with `row_number`, 1 = the first row
    name     as messages call it
    ignored  columns that the contract does not know
    steps    names that were given to steps on the engine
    """

    backend: BaseBackend
    table: Table
    name: str
    ignored: tuple[str, ...]
    steps: list[str] = field(default_factory=list[str])


def opened(entries: str | Path, engine: Engine = "duckdb") -> Source:
    """Entry lines of a CSV or Parquet file, or of a table in a database.

    Raises BadTable on a file that is empty, not what its ending says, or without a required column;
    BadInput on a database that does not answer.
    """
    if isinstance(entries, str) and "://" in entries:
        return _database(entries)
    path = Path(entries)
    header = _parquet_header(path) if path.suffix == ".parquet" else _csv_header(path)
    ignored = check_header(path, header, ENTRIES)
    backend = ibis.pyspark.connect(spark()) if engine == "spark" else _duckdb()
    if engine == "spark":
        table = _on_spark(backend, path)
    elif path.suffix == ".parquet":
        table = backend.read_parquet(path, file_row_number=True)
        table = table.mutate(row_number=table.file_row_number + 1).drop("file_row_number")
    else:
        table = backend.read_csv(
            path, all_varchar=True, header=True, delim=",", quote='"', escape='"',
            auto_detect=False, columns=dict.fromkeys(header, "VARCHAR"),
        )  # fmt: skip
        table = table.mutate(row_number=ibis.row_number() + 1)
    return Source(backend, table, path.name, ignored)


def _duckdb() -> BaseBackend:
    try:
        backend = ibis.duckdb.connect(
            threads=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2,
            memory_limit=MEMORY, temp_directory=tempfile.gettempdir(),
        )  # fmt: skip
    except duckdb.Error as error:
        raise BadInput("DuckDB does not start", where="engine", value=str(error)) from error
    return backend


def _on_spark(backend: BaseBackend, path: Path) -> Table:
    if path.suffix == ".parquet":
        held = pq.read_table(path)
    else:
        from .files import read_csv

        header, rows = read_csv(path)
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
        held = pa.table([pa.array(c, pa.string()) for c in columns], names=header)
    held = held.append_column("row_number", pa.array(range(1, held.num_rows + 1), pa.int64()))
    spark().createDataFrame(held).createOrReplaceTempView("stannary_entries")
    return backend.table("stannary_entries")


def _database(url: str) -> Source:
    address, _, name = url.partition("#")
    if not name:
        raise BadInput(
            "no table is named", where="ENTRIES", value=url,
            allowed="a URL with the table behind #: postgresql://host/base#entries",
        )  # fmt: skip
    with ExitStack() as undo:
        source = _table_of(address, name, undo)
        undo.pop_all()
    return source


def _table_of(address: str, name: str, undo: ExitStack) -> Source:
    try:
        backend = ibis.connect(address)
        undo.callback(backend.disconnect)
        table = backend.table(name)
    except Exception as error:  # every engine raises its own kind
        raise BadInput(
            "the database does not answer", where="ENTRIES", value=str(error).splitlines()[0],
            allowed="a database that can be reached, and a table in it",
        ) from error  # fmt: skip
    check_header(Path(name), list(table.columns), ENTRIES)
    known = {c.name for c in ENTRIES}
    ignored = tuple(c for c in table.columns if c not in known and c != "row_number")
    if "row_number" not in table.columns:
        # Rows of a database have no order of their own.
        order = [table.entry_number, table.line_number]
        table = table.mutate(row_number=ibis.row_number().over(order_by=order) + 1)
    else:
        table = table.mutate(row_number=table.row_number.cast("int64"))
    source = Source(backend, table, name, ignored)
    if backend.name == "duckdb":
        return source
    # Others may write to the table while it is assessed: what is read once stays.
    return replace(source, table=step(source, "entries", table))


def _csv_header(path: Path) -> list[str]:
    """The header of a CSV file, however long the file is."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        decoded(path)  # says what is wrong with it
        raise
    if head[:4] == b"PAR1":
        decoded(path)
    line = head.split(b"\n", 1)
    try:
        text = line[0].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadTable(
            "not UTF-8", where=Place(str(path), 1), value=f"byte 0x{head[error.start]:02x}",
            allowed="UTF-8", remedy="save the file as UTF-8 (it may be Latin-1 or UTF-16)",
        ) from error  # fmt: skip
    if not text.strip():
        raise BadTable("the file is empty", where=str(path), allowed="a header and lines under it")
    if len(line) == 1 or not line[1].strip():
        raise BadTable("no line under the header", where=str(path), allowed="at least one line")
    return next(csv.reader(io.StringIO(text.rstrip("\r"))))


def _parquet_header(path: Path) -> list[str]:
    if not path.is_file():
        decoded(path)
    try:
        found = pq.ParquetFile(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadTable(
            "not a Parquet file", where=str(path), value=str(error).splitlines()[0],
            allowed="a whole Parquet file", remedy="a text file must end in .csv",
        ) from error  # fmt: skip
    if not found.metadata.num_rows:
        raise BadTable("no line in the file", where=str(path), allowed="at least one line")
    return list(found.schema_arrow.names)


def step(source: Source, name: str, table: Table) -> Table:
    """An expression under a name on the engine: what follows is read from it, not written again."""
    named = f"stannary_{name}_{uuid4().hex[:12]}"
    if source.backend.name == "duckdb":
        source.steps.append(named)
        return source.backend.create_view(named, table)
    try:
        return kept(source.backend, named, table, source.steps)
    except Exception as error:  # every engine raises its own kind
        raise unreadable(source, error) from error


def forget(source: Source) -> None:
    """Takes the names of the steps off the engine again."""
    while source.steps:
        name = source.steps.pop()
        # What went wrong before is what must be told; an engine that is gone holds no names.
        with suppress(Exception):
            if source.backend.name == "duckdb":
                source.backend.drop_view(name, force=True)
            else:
                dropped(source.backend, name)
    if source.backend.name == "postgres":
        source.backend.disconnect()


def answered(source: Source, table: Table) -> Iterator[pa.RecordBatch]:
    """The rows of an expression, in batches. Raises BadTable on what the engine cannot read."""
    if source.backend.name != "duckdb":
        yield from rows_of(source.backend, step(source, "rows", table))
        return
    try:
        yield from source.backend.to_pyarrow_batches(table, chunk_size=100_000)
    except (duckdb.Error, pa.ArrowException) as error:
        raise unreadable(source, error) from error


def unreadable(source: Source, error: Exception) -> Exception:
    """What an engine's own error says, as ours."""
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, duckdb.IOException) or "No space left" in str(error):
        return OSError(28, said)
    return BadTable(
        "the lines cannot be read", where=source.name, value=said,
        allowed="UTF-8, commas between, every row as many cells as the header",
        remedy="mend the file and run again; nothing was written",
    )  # fmt: skip
