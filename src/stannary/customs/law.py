"""The law that customs reads: seven tables, from a folder or from an agreement.

    read_law(Path("law")).floors

Next: `law_of_accord`, the agreement as these tables; `law_checks`, what cannot stand together.
"""

import csv
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, cast

from ..terms.errors import BadTable, Place
from .columns import LAW
from .files import Value, read
from .law_checks import check, parameter_value
from .law_rows import (
    COLUMNS,
    ROWS,
    Coverage,
    Duty,
    Factor,
    Floor,
    LawRow,
    Member,
    Parameter,
    Rate,
)

# What the contract writes beside the names; a folder that leaves a parameter out means these.
DEFAULTS = {
    "small_consignment_usd": "0",
    "security_trigger": "1.08",
    "contained_tolerance": "0.01",
    "compared_on": "duty-paid",
}
MAY_BE_ABSENT = ("fx",)
"""Without it there are no rates: only lines in USD can be assessed."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The parameters from `valid_from` to `valid_to`, both inclusive; None: open.

    small_consignment_usd  CIF value up to which nothing is topped up, USD; 0: no limit
    security_trigger       multiple of the market price above which a security is asked
    contained_tolerance    share by which a declared content may differ
    """

    valid_from: date
    valid_to: date | None
    small_consignment_usd: Decimal
    security_trigger: Decimal
    contained_tolerance: Decimal
    compared_on: Literal["duty-paid", "cif"]


@dataclass(frozen=True, slots=True)
class Law:
    """The law tables. Rows are sorted, so that two laws that say the same are equal.

    name  of the agreement or the folder; no part of what the law says
    """

    name: str = field(compare=False)
    parameters: tuple[Parameter, ...]
    members: tuple[Member, ...]
    coverage: tuple[Coverage, ...]
    floors: tuple[Floor, ...]
    duties: tuple[Duty, ...]
    factors: tuple[Factor, ...]
    fx: tuple[Rate, ...] = ()

    @property
    def agreement_from(self) -> date:
        """First day on which the law can assess a line."""
        return date.fromisoformat(self._last("agreement_from") or "")

    @property
    def rules(self) -> tuple[Rules, ...]:
        """The parameters by the spans in which none of them changes, without a gap.

        One span where the folder gives no dates.
        """
        first = self.agreement_from
        starts = {first} | {
            row.valid_from for row in self.parameters if row.valid_from and row.valid_from > first
        }
        days = sorted(starts)
        ends = [day - timedelta(days=1) for day in days[1:]]
        return tuple(
            Rules(
                valid_from=start,
                valid_to=end,
                small_consignment_usd=Decimal(self._at("small_consignment_usd", start)),
                security_trigger=Decimal(self._at("security_trigger", start)),
                contained_tolerance=Decimal(self._at("contained_tolerance", start)),
                compared_on=cast(Literal["duty-paid", "cif"], self._at("compared_on", start)),
            )
            for start, end in zip(days, [*ends, None], strict=True)
        )

    @property
    def digest(self) -> str:
        """`sha256:` of what the tables say, whatever files and orders of rows they came in."""
        said = hashlib.sha256()
        for name in LAW:
            said.update(f"[{name}]\n".encode())
            for cells in self._cells(name):
                said.update(("\x1f".join(cells) + "\n").encode())
        return f"sha256:{said.hexdigest()}"

    def members_on(self, day: date) -> tuple[Member, ...]:
        """Those inside that day; none before the agreement's first."""
        return tuple(row for row in self.members if day >= self.agreement_from and _on(row, day))

    def floors_on(self, day: date, member: str | None = None) -> tuple[Floor, ...]:
        """Versions standing that day: all, or those that hold at one member's border."""
        standing = [row for row in self.floors if _on(row, day)]
        if member is None:
            return tuple(standing)
        own = {row.product: row for row in standing if row.import_country == member}
        common = {row.product: row for row in standing if row.import_country == "*"}
        return tuple(row for _, row in sorted((common | own).items()) if not row.exempts)

    def coverage_on(self, day: date) -> tuple[Coverage, ...]:
        """Rows of coverage standing that day."""
        return tuple(row for row in self.coverage if _on(row, day))

    def duties_on(self, day: date) -> tuple[Duty, ...]:
        """Rows of duty standing that day."""
        return tuple(row for row in self.duties if _on(row, day))

    def tables(self) -> dict[str, dict[str, list[Value]]]:
        """Every table column-wise: str, int, Decimal, date or bool; None where a cell is empty."""
        return {
            name: {
                column.name: [_value(row, column.name) for row in self.rows(name)]
                for column in COLUMNS[name]
            }
            for name in LAW
        }

    def rows(self, table: str) -> tuple[LawRow, ...]:
        """The rows of one table by its file name."""
        return getattr(self, table)

    def writers(self) -> Mapping[str, Callable[[Path], None]]:
        """For `files.write_all`: the law as a folder of CSV files that `read_law` reads back equal."""
        return {f"{name}.csv": self._writer(name) for name in LAW}

    def _writer(self, name: str) -> Callable[[Path], None]:
        def write(path: Path) -> None:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(column.name for column in COLUMNS[name])
                writer.writerows(self._cells(name))

        return write

    def _cells(self, name: str) -> list[list[str]]:
        """The rows of a table as text, each number with its shortest digits."""
        return [[_text(_value(row, c.name)) for c in COLUMNS[name]] for row in self.rows(name)]

    def _last(self, name: str) -> str | None:
        said = [row.value for row in self.parameters if row.name == name]
        return said[-1] if said else None

    def _at(self, name: str, day: date) -> str:
        said = [row.value for row in self.parameters if row.name == name and _on(row, day)]
        return said[0] if said else DEFAULTS[name]


def read_law(folder: Path) -> Law:
    """The law of a folder: one file, .csv or .parquet, for each of the seven tables (fx may miss).

    Raises BadTable, with file, line and column, on a file or a row that cannot be law, and on rows
    that cannot stand together.
    """
    if not folder.is_dir():
        raise BadTable(
            "no folder of law tables", where=str(folder), allowed="a folder with " + ", ".join(LAW)
        )
    found: dict[str, tuple[LawRow, ...]] = {}
    places: dict[str, list[Place]] = {}
    for name in LAW:
        path = _file(folder, name)
        if path is None:
            found[name], places[name] = (), []
            continue
        found[name], places[name] = _rows(path, name)
    return build(folder.name or str(folder), found, places)


def read_fx(path: Path) -> tuple[Rate, ...]:
    """The exchange rates of one file. Raises BadTable as `read_law` does."""
    rows, places = _rows(path, "fx")
    check({"fx": rows}, {"fx": places})
    return cast(tuple[Rate, ...], _ordered("fx", rows))


def build(
    name: str, tables: Mapping[str, Sequence[LawRow]], places: Mapping[str, Sequence[Place]]
) -> Law:
    """A law of rows, each with its place, once nothing in it clashes. Raises BadTable."""
    check(tables, places)
    rows = {table: _ordered(table, tables[table]) for table in LAW}
    return Law(
        name=name,
        parameters=cast(tuple[Parameter, ...], rows["parameters"]),
        members=cast(tuple[Member, ...], rows["members"]),
        coverage=cast(tuple[Coverage, ...], rows["coverage"]),
        floors=cast(tuple[Floor, ...], rows["floors"]),
        duties=cast(tuple[Duty, ...], rows["duties"]),
        factors=cast(tuple[Factor, ...], rows["factors"]),
        fx=cast(tuple[Rate, ...], rows["fx"]),
    )


def _file(folder: Path, name: str) -> Path | None:
    there = [
        path for ending in (".csv", ".parquet") if (path := folder / f"{name}{ending}").is_file()
    ]
    if len(there) > 1:
        raise BadTable(
            "two files of one table", where=str(folder), value=", ".join(p.name for p in there),
            allowed="one of them",
        )  # fmt: skip
    if not there and name not in MAY_BE_ABSENT:
        raise BadTable(
            f"no table {name}", where=str(folder), allowed=f"{name}.csv or {name}.parquet",
            remedy="a table without rows is its header alone",
        )  # fmt: skip
    return there[0] if there else None


def _rows(path: Path, name: str) -> tuple[tuple[LawRow, ...], list[Place]]:
    table = read(path, COLUMNS[name])
    if table.aside:
        first = table.aside[0]
        raise BadTable(
            f"a row of the law that cannot be read: {first.reason}",
            where=Place(str(path), first.row_number + 1, first.column),
            value=first.value_met, allowed=first.allowed,
            remedy="a law is read whole or not at all",
        )  # fmt: skip
    make = cast(Callable[..., LawRow], ROWS[name])
    rows = tuple(
        make(**{column: value for column, value in row.items() if value is not None})
        for row in table.rows
    )
    return rows, [Place(str(path), number + 1) for number in table.numbers]


def _ordered(name: str, rows: Sequence[LawRow]) -> tuple[LawRow, ...]:
    """By the columns of the table, an empty cell first."""

    def key(row: LawRow) -> list[str]:
        return [_text(_value(row, column.name)) for column in COLUMNS[name]]

    return tuple(sorted((_plain(row) for row in rows), key=key))


def _plain(row: LawRow) -> LawRow:
    """A parameter with its value in its shortest digits: 1.080 is 1.08. Other rows as they are."""
    if not isinstance(row, Parameter):
        return row
    return replace(row, value=_text(parameter_value(row.name, row.value)))


def _value(row: LawRow, column: str) -> Value:
    value: Value = getattr(row, column)
    return None if value == "" else value


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return value.isoformat() if isinstance(value, date) else str(value)


def _on(row: Parameter | Member | Coverage | Floor | Duty, day: date) -> bool:
    begun = row.valid_from is None or row.valid_from <= day
    return begun and (row.valid_to is None or day <= row.valid_to)
