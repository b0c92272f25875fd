"""An assessed folder as the oracle fills it, without the engine: what letters and courts start from."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from oracle import ASSESSED, SET_ASIDE, assess
from oracle.columns import COLUMNS
from worked.test_worked import ENTRIES, PRINTED

WORKED = Path(__file__).parent / "worked"
CENTS = [name for name in ASSESSED if name.endswith("_cents")]

_TYPES = {
    "line_number": pa.int64(),
    "chargeable_kg": pa.decimal128(18, 3),
    "fx_rate": pa.decimal128(18, 6),
    "fx_date": pa.date32(),
} | dict.fromkeys(CENTS, pa.int64())


def filed(folder: Path, entries: Path, law: Path, lots: Path | None = None) -> list[dict]:
    """Writes assessed.parquet and set_aside.csv into a folder; the oracle's lines."""
    assessed, aside = assess(entries, law, lots)
    folder.mkdir(parents=True, exist_ok=True)
    write_assessed(folder / "assessed.parquet", assessed)
    with (folder / "set_aside.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, SET_ASIDE, lineterminator="\n")
        writer.writeheader()
        writer.writerows(aside)
    return assessed


def write_assessed(path: Path, rows: list[dict]) -> None:
    columns = {
        name: pa.array([_value(name, row[name]) for row in rows], _TYPES.get(name, pa.string()))
        for name in ASSESSED
    }
    pq.write_table(pa.table(columns), path)


def _value(name: str, said: object) -> object:
    if said is None or said == "":
        return None
    if name in ("chargeable_kg", "fx_rate"):
        return Decimal(str(said))
    return date.fromisoformat(str(said)) if name == "fx_date" else said


def worked_entries(path: Path) -> Path:
    """The lines worked by hand, as one file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerow(dict(zip(COLUMNS, PRINTED.split(","), strict=True)))
        for number, row in ENTRIES.items():
            writer.writerow({"entry_number": number} | row)
    return path
