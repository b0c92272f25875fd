"""Trade by exporter, importer and HS code out of BACI, the reconciled customs data of CEPII.

A file such as `BACI_HS22_Y2023_V202501.csv` has the columns t,i,j,k,v,q: year, exporter, importer
(numeric), HS code of six digits, value (thousand USD), quantity (t, may be missing). It holds some ten
million rows, so it is read a row at a time and only the codes asked for are kept.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...terms.errors import BadTable, Place
from .countries import numbered

COLUMNS = ["t", "i", "j", "k", "v", "q"]


@dataclass(frozen=True, slots=True)
class Trade:
    """What one country sold to another under one HS code in one year.

    exporter, importer  ISO3; None: an area of no country
    usd                 USD, free on board
    t                   gross tonnes; None: no weight is given
    """

    year: int
    exporter: str | None
    importer: str | None
    hs: str
    usd: float
    t: float | None


def trade(path: Path, codes: Collection[str]) -> tuple[Trade, ...]:
    """The file's rows under any of the HS codes. Raises BadTable, with the line, on a bad row."""
    wanted = frozenset(codes)
    return tuple(row for row in _rows(path, wanted))


def _rows(path: Path, wanted: frozenset[str]) -> Iterator[Trade]:
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, None) or list[str]()]
            if header != COLUMNS:
                raise BadTable(
                    "not a BACI file",
                    where=Place(str(path), 1),
                    value=",".join(header)[:80],
                    allowed=",".join(COLUMNS),
                    remedy="give one yearly file, BACI_HS22_Y2023_V202501.csv, as CEPII ships it",
                )
            for line, cells in enumerate(reader, start=2):
                if len(cells) != len(COLUMNS):
                    raise BadTable(
                        f"a row of {len(cells)} cells under a header of {len(COLUMNS)}",
                        where=Place(str(path), line),
                        value=",".join(cells)[:80],
                    )
                # Some tools drop the zero in front of chapters 1 to 9.
                code = cells[3].strip().zfill(6)
                if code in wanted:
                    yield _trade(cells, code, Place(str(path), line))
    except UnicodeDecodeError:
        raise BadTable("not UTF-8 text", where=Place(str(path), line + 1)) from None


def _trade(cells: list[str], code: str, where: Place) -> Trade:
    year, exporter, importer, _, value, quantity = (cell.strip() for cell in cells)
    return Trade(
        year=int(_number(year, "t", "a year", where)),
        exporter=_country(exporter, "i", where),
        importer=_country(importer, "j", where),
        hs=code,
        usd=1000.0 * _number(value, "v", "thousand USD", where),
        t=None if quantity in ("", "NA") else _number(quantity, "q", "t, or NA", where),
    )


def _number(cell: str, column: str, allowed: str, where: Place) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < float("inf"):
        raise BadTable(
            "not a number of at least 0",
            where=Place(where.file, where.line, column),
            value=cell,
            allowed=allowed,
        )
    return value


def _country(cell: str, column: str, where: Place) -> str | None:
    try:
        return numbered(int(cell))
    except (ValueError, KeyError):
        raise BadTable(
            "an unknown country code",
            where=Place(where.file, where.line, column),
            value=cell,
            allowed="a numeric code of ISO 3166, or of a customs area",
        ) from None
