"""The files that an assessment leaves, read back: lines that matter most, one line, lines set aside.

A file of any length is read in batches, and only the lines that are asked for are reckoned again. Next:
`assessed`, which does so.
"""

# Arrow's functions are made when it is imported: no checker knows them.
# pyright: reportAttributeAccessIssue=false

import csv
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .assessed import Checked, Key, checked
from .columns import ENTRIES
from .engine import Source, answered
from .entries import written
from .files import Aside
from .law import Law

BATCH = 500_000
SIZE = "size"
"""Cents due, whatever their sign, and held: what a line is worth a look for."""


def largest(assessed: Path, most: int) -> tuple[Key, ...]:
    """The lines with the most at stake, the first of each set of reasons before the second of any.

    In the order of entry and line number.
    """
    best: pa.Table | None = None
    columns = ["entry_number", "line_number", "total_due_cents", "security_cents", "reason_codes"]
    for batch in pq.ParquetFile(assessed).iter_batches(batch_size=BATCH, columns=columns):
        table = pa.Table.from_batches([batch])
        held = pc.add(pc.abs(table["total_due_cents"]), table["security_cents"])
        table = table.append_column(SIZE, held)
        best = _leading(table if best is None else pa.concat_tables([best, table]), most)
    ranks: dict[str, int] = {}
    ranked: list[tuple[int, int, Key]] = []
    for row in best.to_pylist() if best is not None else []:  # sorted: the largest first
        rank = ranks[row["reason_codes"]] = ranks.get(row["reason_codes"], 0) + 1
        ranked.append((rank, -row[SIZE], (row["entry_number"], row["line_number"])))
    return tuple(sorted(key for _, _, key in sorted(ranked)[:most]))


def _leading(table: pa.Table, most: int) -> pa.Table:
    """The `most` largest of each set of reasons, sorted."""
    order = [(SIZE, "descending"), ("entry_number", "ascending"), ("line_number", "ascending")]
    parts: list[pa.Table] = []
    for reasons in pc.unique(table["reason_codes"]):
        some = table.filter(pc.equal(table["reason_codes"], reasons))
        parts.append(some.take(pc.select_k_unstable(some, most, order)))
    return pa.concat_tables(parts).sort_by(order)


def keys(assessed: Path) -> tuple[Key, ...]:
    """Every line, in the order of the file."""
    table = pq.read_table(assessed, columns=["entry_number", "line_number"])
    return tuple(
        zip(table["entry_number"].to_pylist(), table["line_number"].to_pylist(), strict=True)
    )


def reckoned(
    source: Source, assessed: Path, keys: Sequence[Key], law: Law, lots: Path | None
) -> dict[Key, Checked]:
    """The lines of these keys with their sums; one that was not assessed is left out.

    Raises DoesNotAgree where a sum does not come to what was assessed.
    """
    rows = _behind(source, keys)
    with tempfile.TemporaryDirectory() as folder:
        entries, some = Path(folder) / "entries.csv", Path(folder) / "assessed.parquet"
        with entries.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(c.name for c in ENTRIES)
            writer.writerows([row[f"text_{c.name}"] or "" for c in ENTRIES] for row in rows)
        named = [(row["text_entry_number"], row["line"]) for row in rows]
        pq.write_table(_assessed(assessed, named), some)
        return {
            line.row.key: line
            for line in checked(some, entries, law, lots)
            if line.row.key in set(keys)
        }


def set_aside(
    path: Path, most: int, key: Key | None = None, of: str | None = None
) -> tuple[Aside, ...]:
    """The first rows set aside: all, those of one entry and line, or those `of` one source."""
    found: list[Aside] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            named = row["entry_number"], row["line_number"].strip().lstrip("0")
            other = key is not None and named != (key[0], str(key[1]))
            if other or of not in (None, row["source"]):
                continue
            cells: dict[str, Any] = {f.name: row[f.name] for f in fields(Aside)}
            cells["row_number"] = int(row["row_number"])
            found.append(Aside(**cells))
            if len(found) == most:
                break
    return tuple(found)


def _assessed(assessed: Path, keys: Iterable[Key]) -> pa.Table:
    """The rows of these lines, in the order of the file."""
    wanted = set(keys)
    table = pq.read_table(
        assessed, filters=pc.field("entry_number").isin([entry for entry, _ in wanted] or [""])
    )
    pairs = zip(table["entry_number"].to_pylist(), table["line_number"].to_pylist(), strict=True)
    return table.filter(pa.array([pair in wanted for pair in pairs], pa.bool_()))


def _behind(source: Source, keys: Sequence[Key]) -> list[dict[str, Any]]:
    """Lines as written, and with a credit or debit its original and all others of that line."""
    cells = written(source.table, source.name)
    said = source.table.select(
        "row_number", line=cells["line_number"].value, ref_line=cells["ref_line_number"].value,
        **{f"text_{name}": cell.text for name, cell in cells.items()},
    )  # fmt: skip

    def those(names: tuple[str, str], wanted: Iterable[Key]) -> list[dict[str, Any]]:
        pairs = sorted(set(wanted))
        memory = pa.table({
            names[0]: pa.array([p[0] for p in pairs], pa.string()),
            names[1]: pa.array([p[1] for p in pairs], pa.int64()),
        })  # fmt: skip
        found = said.semi_join(ibis.memtable(memory), list(names))
        return [row for batch in answered(source, found) for row in batch.to_pylist()]

    asked = those(("text_entry_number", "line"), keys)
    originals = {
        (row["text_ref_entry_number"], row["ref_line"])
        for row in asked
        if row["text_line_type"] != "entry" and row["ref_line"] is not None
    }
    if originals:
        asked += those(("text_entry_number", "line"), originals)
        asked += those(("text_ref_entry_number", "ref_line"), originals)
    unique = {row["row_number"]: row for row in asked}
    return [unique[number] for number in sorted(unique)]
