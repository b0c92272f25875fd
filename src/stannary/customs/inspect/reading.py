"""Reading for inspection: entry lines with what the law makes of them, as columns to do statistics on.

Figures here are binary fractions, for statistics only: no cent rests on them (see `stake`).
Next: `peers`, what a line is compared with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...terms.errors import BadTable
from .. import columns, files
from ..columns import Column
from ..origin.reading import Papers, read_papers
from . import peers, sql
from .frames import Frame, Row

if TYPE_CHECKING:
    import duckdb

    from ..law import Law
    from .paybacks import Stream


@dataclass(frozen=True)
class Desk:
    """What lies on an inspector's desk.

    goods      entry lines that can be read, by (entry_number, line_number): declared columns, and
               product ("" not covered), chargeable (kg of the floor's basis; of uncovered goods the
               net mass), cif, fob, counted (USD), floor, market (USD/kg; NaN none), version, begins,
               price (USD/kg held against the floor), top_up (USD, as declared), key ("number/line")
    changes    credit and debit lines, by the same order: usd (signed), reason, day, row (of `goods`)
    payments   USD, payer, payee, day, invoice; None: no file
    papers     lots, what they were made from, plants; None: no file of lots
    facilities as read; None: no file
    unread     lines that could not be read or dated, and are not looked at
    """

    law: "Law"
    goods: Frame
    changes: Frame
    payments: Frame | None
    papers: Papers | None
    facilities: files.Table | None
    read: int
    unread: int

    @cached_property
    def unexplained(self) -> Frame:
        """Payments to buyers that nothing on file explains; see `paybacks`."""
        from . import paybacks

        return paybacks.unexplained(self)

    @cached_property
    def streams(self) -> "tuple[Stream, ...]":
        """Those payments held against what they may repay; see `paybacks`."""
        from . import paybacks

        return tuple(paybacks.streams(self)) if self.payments is not None else ()


def read(
    entries: Path, law: "Law", *, lots: Path | None, parents: Path | None,
    facilities: Path | None, payments: Path | None, assessed: Path | None,
) -> Desk:  # fmt: skip
    """Everything on the desk. Raises BadTable on a file that is not what it should be."""
    import duckdb
    import pandas as pd

    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    try:
        _raw(connection, entries)
        _tables(connection, law)
        for statement in sql.STEPS:
            connection.execute(statement)
        if assessed is not None:
            _file(connection, "assessed", assessed)
        connection.execute(sql.NOT_ASSESSED if assessed is None else sql.ASSESSED)
        goods = peers.prepare(_frame(connection, sql.GOODS))
        changes = _frame(connection, sql.CHANGES)
        rows = pd.Series(range(len(goods)), index=goods.key)
        changes["row"] = rows.reindex(changes.of).to_numpy().astype(int)
        total = connection.execute("SELECT count(*) FROM raw").fetchall()
        known = None
        if payments is not None:
            _payments(connection, payments)
            known = _frame(connection, sql.PAYMENTS)
    finally:
        connection.close()
    read = int(total[0][0])
    return Desk(
        law, goods, changes, known,
        read_papers(lots, parents, facilities) if lots else None,
        files.read(facilities, columns.FACILITIES) if facilities else None,
        read, read - len(goods) - len(changes),
    )  # fmt: skip


def _raw(connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
    """Table `raw`: every known column of the entries as text, absent ones as NULL."""
    header = _file(connection, "source", path)
    files.check_header(path, header, columns.ENTRIES)
    chosen = ", ".join(
        f"nullif(trim(CAST({c.name} AS VARCHAR)), '') AS {c.name}"
        if c.name in header
        else f"CAST(NULL AS VARCHAR) AS {c.name}"
        for c in columns.ENTRIES
    )
    connection.execute(f"CREATE TEMP TABLE raw AS SELECT {chosen} FROM source")


def _payments(connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
    """Table `payments`, typed; a row whose day or amount cannot be read is no evidence."""
    header = _file(connection, "paid", path)
    files.check_header(path, header, columns.PAYMENTS)
    chosen = ", ".join(
        f"TRY_CAST(nullif(trim(CAST({c.name} AS VARCHAR)), '') AS {_TYPES[c.kind]}) AS {c.name}"
        if c.name in header
        else f"CAST(NULL AS {_TYPES[c.kind]}) AS {c.name}"
        for c in columns.PAYMENTS
    )
    connection.execute(
        f"CREATE TEMP TABLE payments AS SELECT * FROM (SELECT {chosen} FROM paid)"
        " WHERE date IS NOT NULL AND amount IS NOT NULL AND payment_id IS NOT NULL"
    )


def _file(connection: "duckdb.DuckDBPyConnection", name: str, path: Path) -> list[str]:
    """A view of a CSV or Parquet file; the names of its columns."""
    import duckdb

    if path.suffix != ".parquet":
        with_header = _first_line(path)
        if not with_header:
            raise BadTable("the file is empty", where=str(path), allowed="a header and rows")
    quoted = str(path).replace("'", "''")
    call = (
        f"read_parquet('{quoted}')"
        if path.suffix == ".parquet"
        else f"read_csv('{quoted}', all_varchar=true, header=true, delim=',', quote='\"',"
        " escape='\"', null_padding=false, strict_mode=true)"
    )
    try:
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {call}")
        return [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()]
    except duckdb.Error as error:
        raise BadTable(
            "cannot read the file", where=str(path), value=str(error).splitlines()[0],
            allowed="CSV with commas in UTF-8, or a whole Parquet file",
        ) from error  # fmt: skip


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.readline().decode("utf-8-sig", "replace").strip()
    except OSError as error:
        raise BadTable(
            "cannot read the file", where=str(path), value=error.strerror or str(error),
            allowed="a file that exists and may be read",
        ) from error  # fmt: skip


_DATED = (Column("valid_from", "day"), Column("valid_to", "day"))
_MORE = {
    "parameters": _DATED, "members": _DATED, "coverage": (Column("hs"), *_DATED),
    "floors": (Column("import_country"),),
}  # fmt: skip
"""What rows of a law may say beyond the files' columns."""


def _tables(connection: "duckdb.DuckDBPyConnection", law: "Law") -> None:
    for name, named in columns.LAW.items():
        of = (*named, *_MORE.get(name, ()))
        _load(connection, f"law_{name}", of, [_row(row, of) for row in getattr(law, name)])


def _row(row: Row, of: Sequence[Column]) -> dict[str, object]:
    return {c.name: getattr(row, c.name, None) for c in of}


_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "flag": "BOOLEAN", "day": "DATE",
          "number": "DOUBLE", "money": "DOUBLE"}  # fmt: skip


def _load(
    connection: "duckdb.DuckDBPyConnection", name: str, of: Sequence[Column], rows: Iterable[object]
) -> None:
    import pyarrow as pa

    held = list(rows)
    arrays = {
        c.name: pa.array([_plain(row.get(c.name)) for row in held], pa.string())  # type: ignore[attr-defined]
        for c in of
    }
    connection.register(f"{name}_text", pa.table(arrays))
    chosen = ", ".join(f"CAST({c.name} AS {_TYPES[c.kind]}) AS {c.name}" for c in of)
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {chosen} FROM {name}_text")
    connection.unregister(f"{name}_text")


def _plain(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _frame(connection: "duckdb.DuckDBPyConnection", statement: str) -> Frame:
    """Rows as a frame whose types hang on the columns alone, with rows or without."""
    import pandas as pd

    cursor = connection.execute(statement)
    kinds = {name: str(kind) for name, kind, *_ in cursor.description or ()}
    frame = cursor.df()
    for name, kind in kinds.items():
        if kind == "VARCHAR":
            frame[name] = frame[name].astype(pd.StringDtype("python", na_value=np.nan))
        elif kind == "DATE":
            frame[name] = frame[name].astype("datetime64[us]")
        elif kind != "BOOLEAN":
            frame[name] = frame[name].astype(float)
        else:
            frame[name] = frame[name].astype(bool)
    return frame
