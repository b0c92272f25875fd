"""Lines that stand twice in a file: of identical ones the first is kept, differing ones all fail."""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

from collections.abc import Mapping

import ibis
import pyarrow as pa

from .columns import ENTRIES
from .engine import Source, answered
from .entries import Written


def twins(source: Source, cells: Mapping[str, Written]) -> list[int]:
    """Rows that repeat another: all but the first of identical ones, all of differing ones."""
    raw = source.table
    texts = {name: cell.text for name, cell in cells.items()}
    number = cells["line_number"]
    named = raw.select(
        "row_number", entry=texts["entry_number"],
        line=number.value if raw.line_number.type().is_integer()
        else ibis.coalesce(
            ibis.cases((~_faulty(number), number.value.cast("string")), else_=None),
            texts["line_number"],
        ),
    ).filter(ibis._.entry.notnull() & ibis._.line.notnull())  # fmt: skip
    several = named.group_by("entry", "line").agg(n=ibis._.count()).filter(ibis._.n > 1)
    many = pa.Table.from_batches(
        list(answered(source, several)), schema=several.schema().to_pyarrow()
    )
    if not many.num_rows:
        return []
    suspects = named.semi_join(ibis.memtable(many), ["entry", "line"])
    whole = raw.select("row_number", **texts).inner_join(
        suspects.select("row_number", key_entry="entry", key_line="line"), "row_number"
    )
    groups: dict[tuple[object, object], list[tuple[tuple[object, ...], int]]] = {}
    for batch in answered(source, whole):
        for row in batch.to_pylist():
            key = (row.pop("key_entry"), row.pop("key_line"))
            at = row.pop("row_number")
            groups.setdefault(key, []).append((tuple(row[c.name] for c in ENTRIES), at))
    aside: list[int] = []
    for rows in groups.values():
        numbers = sorted(at for _, at in rows)
        same = len({said for said, _ in rows}) == 1
        aside += numbers[1:] if same else numbers
    return aside


def _faulty(cell) -> object:
    faults = [f for f in (cell.not_a_number, cell.too_precise) if f is not None]
    bad = ibis.literal(False)
    for fault in faults:
        bad = bad | fault
    return bad
