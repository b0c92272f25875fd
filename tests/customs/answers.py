"""Answers of the engine in the oracle's words, so that the two can be compared cell by cell."""

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
from oracle import ASSESSED, SET_ASIDE
from oracle.columns import COLUMNS

WORKED = Path(__file__).parent / "worked"
SAID_FREELY = ("allowed", "message")
"""Columns of set_aside.csv that hold words, not results."""

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Answer = tuple[list[dict], list[dict]]


def answers(folder: Path) -> Answer:
    """Lines assessed by number and lines set aside by row, as the oracle gives them."""
    assessed = [_said(row) for row in pq.read_table(folder / "assessed.parquet").to_pylist()]
    with (folder / "set_aside.csv").open(encoding="utf-8", newline="") as file:
        aside = [row | {"row_number": int(row["row_number"])} for row in csv.DictReader(file)]
    # Rows of the lots that prove nothing stand there too; they are no entry lines.
    aside = [row for row in aside if row["source"] != "lots.csv"]
    return _ordered(assessed, aside)


def of_oracle(answer: Answer) -> Answer:
    return _ordered(*answer)


def _ordered(assessed: list[dict], aside: list[dict]) -> Answer:
    lines = [{name: row[name] for name in ASSESSED} for row in assessed]
    rows = [{n: row[n] for n in SET_ASIDE if n not in SAID_FREELY} for row in aside]
    lines.sort(key=lambda row: (row["entry_number"], row["line_number"], row["line_type"]))
    return lines, sorted(rows, key=lambda row: row["row_number"])


def _said(row: dict) -> dict:
    words = {n: "" if row[n] is None else row[n] for n in ("product", "floor_version", "clause")}
    mass = row["chargeable_kg"]
    return row | words | {
        "chargeable_kg": "" if mass is None else f"{mass:.3f}",
        "fx_rate": f"{row['fx_rate']:.6f}",
        "fx_date": row["fx_date"].isoformat(),
    }  # fmt: skip


def first_difference(got: Answer, expected: Answer) -> str | None:
    """What differs first, in words; None where nothing does."""
    for kind, key, ours, theirs in (
        ("aside", ("row_number",), got[1], expected[1]),
        ("assessed", ("entry_number", "line_number"), got[0], expected[0]),
    ):
        mine, other = ({tuple(r[k] for k in key): r for r in rows} for rows in (ours, theirs))
        if mine.keys() != other.keys():
            more, fewer = sorted(mine.keys() - other.keys()), sorted(other.keys() - mine.keys())
            return f"{kind}: too many {more[:3]}, missing {fewer[:3]}"
        for at, row in mine.items():
            if row != other[at]:
                cells = {n: (v, other[at][n]) for n, v in row.items() if v != other[at][n]}
                return f"{kind} {at}: (got, expected) {cells}"
        if len(ours) != len(theirs):
            return f"{kind}: {len(ours)} rows, expected {len(theirs)}"
    return None


def write_entries(path: Path, rows: list[dict[str, str]], header: list[str] | None = None) -> Path:
    """Writes entry lines as CSV; cells that a row does not name are empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header or COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def made(column, cell):
    """A cell in the column's own type. Raises where it has none."""
    if not cell:
        return None
    if column.kind == "day":
        if len(cell) != len("2027-05-03"):
            raise ValueError(cell)
        return date.fromisoformat(cell)
    if column.kind == "flag":
        return {"true": True, "false": False}[cell]
    if column.kind in ("integer", "number", "money") and not NUMBER.fullmatch(cell):
        raise ValueError(cell)
    if column.kind == "integer":
        return int(cell)
    if column.kind in ("number", "money"):
        number = Decimal(cell)
        if abs(number) >= 10**12 or -number.as_tuple().exponent > column.places:
            raise ValueError(cell)
        return number
    return cell
