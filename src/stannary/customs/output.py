"""The two files of an assessment, written as the lines come: what is assessed, and what is set aside.

Next: `batch`, which fills them.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .duty import CENTS
from .files import Table

ASSESSED = (
    "entry_number", "line_number", "line_type", "product", "floor_version", "clause",
    "chargeable_kg", "fx_rate", "fx_date", *CENTS, "reason_codes",
)  # fmt: skip
SET_ASIDE = (
    "source", "row_number", "entry_number", "line_number", "reason", "column", "value_met",
    "allowed", "message",
)  # fmt: skip


class AsideFile:
    """Lines set aside, written as they come.

    lines, rows, reasons  how many, their row numbers, and how many of each reason
    """

    def __init__(self, path: Path, source: str) -> None:
        self.path, self.source = path, source
        self.lines = 0
        self.rows: set[int] = set()
        self.reasons: dict[str, int] = {}

    def __enter__(self) -> "AsideFile":
        self.file = self.path.open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow(SET_ASIDE)
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def add(
        self, row: int, entry: str | None, line: str | None, reason: str, column: str,
        met: str | None, allowed: str,
    ) -> None:  # fmt: skip
        """Writes one line with its reason."""
        self.lines += 1
        self.rows.add(row)
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        said = f"{column} is {met}" if met else f"{column} is empty"
        message = f"{self.source}, row {row}: {said}; allowed: {allowed}"
        self.writer.writerow((
            self.source, row, entry or "", line or "", reason, column, met or "", allowed,
            message,
        ))  # fmt: skip

    def add_small(self, lots: Table | None) -> None:
        """Rows of the lots that prove nothing; they are no entry lines and are not counted."""
        for a in lots.aside if lots is not None else ():
            self.writer.writerow((
                a.source, a.row_number, "", "", a.reason, a.column, a.value_met, a.allowed, a.message,
            ))  # fmt: skip


_TYPES: dict[str, pa.DataType] = {
    "line_number": pa.int64(), "chargeable_kg": pa.decimal128(18, 3),
    "fx_rate": pa.decimal128(18, 6), "fx_date": pa.date32(), **dict.fromkeys(CENTS, pa.int64()),
}  # fmt: skip
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in ASSESSED])
"""Names and types of the assessed file."""


class AssessedFile:
    """Assessed lines, written as they come, and their sums."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self.cents = dict.fromkeys(CENTS, 0)
        self.reasons: dict[str, int] = {}

    def __enter__(self) -> "AssessedFile":
        self.writer = pq.ParquetWriter(self.path, SCHEMA)
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Writes lines and adds up their cents and reasons."""
        if batch.schema != SCHEMA:
            batch = batch.cast(SCHEMA)
        self.lines += batch.num_rows
        for name in CENTS:
            self.cents[name] += pc.sum(batch[name]).as_py() or 0
        for pair in pc.value_counts(batch["reason_codes"]).to_pylist():
            reasons, lines_of = pair["values"], pair["counts"]
            self.reasons[reasons] = self.reasons.get(reasons, 0) + lines_of
        self.writer.write_batch(batch)
