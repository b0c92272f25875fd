"""Which lots prove anything: a claim of zone origin rests on these alone.

A row that breaks the contract proves nothing, nor does a lot that is named twice in different words, a
broken row among them: whoever certifies must say it once and whole. Next: `line`, which asks for every
lot that a line names.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from ..terms.names import EUROPEAN_UNION, countries
from .columns import LOTS
from .files import Row, read, read_csv, read_parquet
from .line import Lots


def proving(path: Path) -> Lots:
    """Product and day of every lot that proves something. Raises BadTable on a file that is none."""
    table = read(path, LOTS)
    header, written = read_parquet(path) if path.suffix == ".parquet" else read_csv(path)
    words: dict[str, set[tuple[str, ...]]] = {}
    for row in written:
        cells = dict(zip(header, row, strict=True))
        text = tuple(cells.get(column.name, "") for column in LOTS)
        words.setdefault(cells["lot_id"], set()).add(text)
    return {
        str(row["lot_id"]): (str(row["product"]), cast(date, row["date"]))
        for row in table.rows
        if _whole(row) and len(words.get(str(row["lot_id"]), ())) == 1
    }


def _whole(row: Row) -> bool:
    """Whether a row that could be read can also be true."""
    country, recycled = str(row["country"]), cast("Decimal | None", row["recycled_pct"])
    return (
        country in countries()
        and country != EUROPEAN_UNION  # a lot is of a state
        and cast(Decimal, row["kg_contained"]) >= 0
        and (recycled is None or 0 <= recycled <= 100)
    )
