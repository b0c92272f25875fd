"""World production out of the USGS Mineral Commodity Summaries, the long file of a data release.

`MCS2026_Commodities_Data.csv` has one figure a row. Its bytes are Windows-1252; a copy saved anew
as UTF-8 reads as well. A figure may be withheld, bounded, or a dash for nothing.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...terms.errors import BadTable, Place
from .countries import named

COLUMNS = (
    "Section", "Commodity", "Country", "Statistics", "Statistics_detail", "Unit", "Year", "Value",
    "Notes",
)  # fmt: skip
"""Columns that are read; the file has more."""

TONNES = {"metric tons": 1.0, "thousand metric tons": 1e3, "million metric tons": 1e6,
          "kilograms": 1e-3}  # fmt: skip
"""Unit → tonnes in one."""

NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
NOTHING = ("—", "–", "-")
WORDS = ("W", "NA", "E", "s", "XX", "Large", "Small", "Moderate", "Very small")
"""Values that are no number: W withheld, NA not available, E net exporter, s under half a unit."""


@dataclass(frozen=True, slots=True)
class Production:
    """One figure of world production as the file prints it.

    region      ISO3 of the country; None: no country, such as "Other countries"
    statistic   what was counted: "Mine production", "Refinery production: rounded"
    value       in `unit`; None: no number is printed
    comparator  "<" or ">" for a bound, "~" for the middle of a range; the word that stands for the
                number: "W" withheld, "NA"
    note        the file's own notes on the row, "Estimated." among them
    line        line of the file (1 = header)
    """

    commodity: str
    country: str
    region: str | None
    statistic: str
    unit: str
    year: int
    value: float | None
    comparator: str
    note: str
    line: int

    @property
    def tonnes(self) -> float | None:
        """The value in tonnes; None: no number, or a unit that is no weight."""
        in_one = TONNES.get(self.unit)
        return None if self.value is None or in_one is None else self.value * in_one


def production(path: Path) -> tuple[Production, ...]:
    """Every row of world production in the file; its other statistics are left out.

    Raises BadTable where the file is no such release, or a value cannot be read.
    """
    return tuple(_rows(path))


def _rows(path: Path) -> Iterator[Production]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = next(reader, None) or list[str]()
        at = _places(header, path)
        for cells in reader:
            where = Place(str(path), reader.line_num)
            if not cells:
                continue
            if len(cells) != len(header):
                raise BadTable(
                    f"a row of {len(cells)} cells under a header of {len(header)}",
                    where=where, value=",".join(cells)[:80],
                )  # fmt: skip
            row = {name: cells[place].strip() for name, place in at.items()}
            if row["Section"].startswith("World") and row["Statistics"] == "Production":
                yield _production(row, where, reader.line_num)
    except csv.Error as error:
        raise BadTable(f"not a CSV row: {error}", where=Place(str(path), reader.line_num)) from None


def _text(path: Path) -> str:
    """The file as text: UTF-8 where it is that, else Windows-1252, as it is published."""
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _places(header: list[str], path: Path) -> dict[str, int]:
    """Column → place; raises BadTable where one is missing."""
    found = {name.strip(): place for place, name in enumerate(header)}
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise BadTable(
            f"a column is missing: {missing[0]}",
            where=Place(str(path), 1),
            value=",".join(header)[:100],
            allowed=", ".join(COLUMNS),
            remedy="give the long file of a data release, MCS2026_Commodities_Data.csv",
        )
    return {name: found[name] for name in COLUMNS}


def _production(row: dict[str, str], where: Place, line: int) -> Production:
    if not re.fullmatch("[12][0-9]{3}", row["Year"]):
        raise BadTable(
            "not a year", where=where, value=row["Year"], allowed="four digits",
            remedy="production is printed by year; see the row in the original file",
        )  # fmt: skip
    value, comparator = _value(row["Value"], where)
    return Production(
        row["Commodity"], row["Country"], named(row["Country"]), row["Statistics_detail"],
        row["Unit"], int(row["Year"]), value, comparator, row["Notes"], line,
    )  # fmt: skip


def _value(cell: str, where: Place) -> tuple[float | None, str]:
    """Value and comparator of a cell: 45,500, <1,000, 330 - 390, less than 50, W, or a dash."""
    text = cell.replace("\xa0", " ").strip()
    if text in NOTHING:
        return 0.0, ""
    if text == "" or text in WORDS:
        return None, text or "NA"
    if span := re.fullmatch(f"({NUMBER}) ?[–-] ?({NUMBER})", text):
        low, high = (float(end.replace(",", "")) for end in span.groups())
        return (low + high) / 2, "~"
    bounded = re.fullmatch(f"([<>]|[Ll]ess than |e|)({NUMBER})", text)
    if bounded is None:
        raise BadTable(
            "a value that cannot be read",
            where=where,
            value=cell,
            allowed="a number, commas between thousands; < or > before it; a range; a dash;"
            f" {', '.join(WORDS[:4])}",
        )
    bound, number = bounded.groups()
    # A small e in front says estimated, which is no bound.
    sign = {"<": "<", ">": ">", "": "", "e": ""}.get(bound, "<")
    return float(number.replace(",", "")), sign
