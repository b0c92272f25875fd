"""Parts: the table of an explained number, its columns kind by kind. It adds up as it is written.

Next: `explain`, the screen around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..market.breakdown import Breakdown, Kind, Part
from ..secretariat import Explained
from ..terms.units import KG_PER_TONNE
from . import words
from .names import product_name, region_name

ROWS = 7
LABEL = 22

PER_KG, PERCENT, MILLIONS = 1 / KG_PER_TONNE, 100.0, 1e-6


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    name      of the part's columns; `amount` for what the part adds to the number
    scale     from the part's unit to the one shown
    adds      its sum over parts is told
    across    it is one of those that add up to the column with `sums`
    by        column that weights its average over the smallest parts; "": it has none
    like      column whose decimals it takes; "": its own
    priced    USD/t in the part; USD/kg for machines too
    decimals  None: as many as give four digits
    always    shown even where it is nothing everywhere
    """

    name: str
    head: str
    wide: int
    scale: float
    adds: bool = False
    across: bool = False
    sums: bool = False
    by: str = ""
    like: str = ""
    priced: bool = False
    signed: bool = False
    decimals: int | None = None
    always: bool = False


def _price(name: str, head: str, wide: int, by: str, like: str, across: bool = False) -> Column:
    return Column(name, head, wide, PER_KG, across=across, by=by, like=like, priced=True)


def _tonnes(name: str, head: str, wide: int = 9) -> Column:
    return Column(name, head, wide, 1.0, adds=True)


def _money(name: str, head: str) -> Column:
    return Column(name, head, 10, MILLIONS, adds=True, across=True, like="amount", signed=True)


_GAIN = Column("amount", "gain", 11, MILLIONS, adds=True, sums=True, signed=True, always=True)

TABLES: dict[Kind, tuple[Column, ...]] = {
    "price": (
        Column("share", "share %", 9, PERCENT, adds=True, decimals=1, always=True),
        _price("gate", "gate", 8, "share", "landed", across=True),
        _price("export", "tax", 7, "share", "landed", across=True),
        _price("freight", "freight", 8, "share", "landed", across=True),
        _price("duty", "duty", 7, "share", "landed", across=True),
        _price("top_up", "top-up", 8, "share", "landed", across=True),
        _price("avoided", "avoided", 8, "share", "landed", across=True),
        _price("captured", "raised", 7, "share", "landed", across=True),
        _price("detour", "detour", 7, "share", "landed", across=True),
        _price("licence", "licence", 8, "share", "landed", across=True),
        Column("landed", "landed", 8, PER_KG, by="share", sums=True, priced=True, always=True),
        Column("amount", "part", 8, PER_KG, adds=True, always=True),
    ),
    "floor": (
        _tonnes("tonnes", "t/y"),
        _price("cif", "CIF", 9, "tonnes", "reaches", across=True),
        _price("duty", "duty", 8, "tonnes", "reaches", across=True),
        _price("top_up", "top-up", 9, "tonnes", "reaches", across=True),
        Column("reaches", "reaches", 9, PER_KG, by="tonnes", sums=True, priced=True),
        Column("evading", "evade %", 9, PERCENT, by="tonnes", decimals=1),
        Column("diverted", "detour %", 10, PERCENT, by="tonnes", decimals=1),
        Column("amount", "paid, M USD", 13, MILLIONS, adds=True, always=True),
    ),
    "output": (
        Column("capacity", "capacity", 10, 1.0),
        Column("margin", "margin, USD/t", 15, 1.0),
        Column("running", "runs at %", 11, PERCENT, decimals=1),
        Column("made", "yield", 8, 1.0, decimals=3),
        Column("without", "without", 10, 1.0, adds=True, like="amount"),
        Column("amount", "output", 10, 1.0, adds=True, always=True),
    ),
    "supplier": (
        Column("use", "use, t/y", 11, 1.0, adds=True, like="tonnes"),
        _tonnes("tonnes", "bought, t/y", 13),
        Column("share", "of own use %", 14, PERCENT, by="use", decimals=1),
        Column("amount", "part", 9, PERCENT, adds=True, decimals=2, always=True),
    ),
    "users": (
        _price("price_without", "USD/kg without", 16, "", ""),
        _price("price_with", "with", 9, "", "price_without"),
        Column("use_without", "t/y without", 13, 1.0, decimals=0),
        Column("use_with", "with", 10, 1.0, decimals=0),
        _GAIN,
    ),
    "producers": (
        Column("margin_without", "USD/t without", 15, 1.0),
        Column("margin_with", "with", 9, 1.0, like="margin_without"),
        Column("activity_without", "t/y without", 13, 1.0, decimals=0),
        Column("activity_with", "with", 10, 1.0, decimals=0),
        _GAIN,
    ),
    "treasury": (
        _money("duty", "duties"),
        _money("top_up", "top-up"),
        _money("fines", "fines"),
        _money("export", "export tax"),
        _money("beyond", "beyond"),
        _money("bought", "bought"),
        _money("guaranteed", "guarantee"),
        _GAIN,
    ),
}
"""Columns by kind; those that are nothing everywhere are left out."""


def table(explained: Explained, found: Breakdown, unit: str) -> list[str]:
    """The largest parts, the rest in one, and their sum, under `unit`; empty where there are none."""
    kind = explained.subject.kind
    if not found.parts:
        return []
    shown, rest = list(found.parts), list[Part]()
    if len(shown) > ROWS:
        shown, rest = shown[: ROWS - 1], shown[ROWS - 1 :]
    rows = [*shown, *([_others(kind, rest)] if rest else [])]
    columns = [c for c in TABLES[kind] if any(_filled(part, c) for part in rows)]
    cells = _written(kind, rows, columns)
    heads = [f"{column.head:>{column.wide}}" for column in columns]
    lines = [f"  {unit:<{LABEL}}{''.join(heads)}"]
    for part, row in zip(rows, cells[:-1], strict=True):
        lines.append(f"  {_label(explained, part):<{LABEL}.{LABEL}}{''.join(row)}")
    lines.append(f"  {'all':<{LABEL}}{''.join(cells[-1])}")
    return [line.rstrip() for line in lines]


def _filled(part: Part, column: Column) -> bool:
    return column.always or bool(_value(part, column))


def _value(part: Part, column: Column) -> float | None:
    return part.amount if column.name == "amount" else part.columns.get(column.name)


def _others(kind: Kind, rest: Sequence[Part]) -> Part:
    """The small parts as one: what adds up is summed, averages are weighted as `TABLES` says."""
    columns: dict[str, float | None] = {}
    for column in TABLES[kind]:
        values = [(part, _value(part, column)) for part in rest]
        if column.adds:
            columns[column.name] = sum(value or 0.0 for _, value in values)
        elif column.by:
            weights = [part.columns.get(column.by) or 0.0 for part, _ in values]
            total = sum(weights)
            weighted = sum((v or 0.0) * w for (_, v), w in zip(values, weights, strict=True))
            columns[column.name] = weighted / total if total > 0 else None
    amount = columns.pop("amount", None)
    return Part(f"{len(rest)} others", amount or 0.0, columns)


def _written(kind: Kind, rows: list[Part], columns: list[Column]) -> list[list[str]]:
    """Cells of every row and of the sum, rounded so that what adds up does so as it is written."""
    rounded = [[_scaled(_value(part, column), column) for column in columns] for part in rows]
    digits = [_decimals(rows, column, columns) for column in columns]
    # Across first (what a landed price or a treasury's gain is made of), then down.
    across = [i for i, column in enumerate(columns) if column.across]
    into = next((i for i, column in enumerate(columns) if column.sums), None)
    if across and into is not None:
        for row, cells in zip(
            rounded, _across(rounded, across, columns, digits[into]), strict=True
        ):
            for i, cell in zip(across, cells, strict=True):
                row[i] = cell
            row[into] = round(sum(cells), digits[into])
    last: list[float | None] = []
    for i, column in enumerate(columns):
        if not column.adds:
            last.append(None)
            continue
        values = [row[i] or 0.0 for row in rounded]
        if not across or (i not in across and i != into):
            values = words.that_add_up(values, digits[i])
            for row, value in zip(rounded, values, strict=True):
                row[i] = value
        last.append(round(sum(values), digits[i]))
    return [
        [_cell(*cell) for cell in zip(row, columns, digits, strict=True)]
        for row in [*rounded, last]
    ]


def _across(
    rows: list[list[float | None]], across: list[int], columns: list[Column], digits: int
) -> list[list[float]]:
    """Cells that add up across; where columns add up too, all of them at once."""
    cells = [[row[i] or 0.0 for i in across] for row in rows]
    if not columns[across[0]].adds:
        return [words.that_add_up(row, digits) for row in cells]
    flat = words.that_add_up([cell for row in cells for cell in row], digits)
    return [flat[n * len(across) : (n + 1) * len(across)] for n in range(len(rows))]


def _scaled(value: float | None, column: Column) -> float | None:
    return None if value is None else value * column.scale


def _decimals(rows: list[Part], column: Column, columns: list[Column]) -> int:
    """Decimals that give the largest of a column four digits; a percentage has one."""
    if column.decimals is not None:
        return column.decimals
    if column.like:
        model = next((c for c in columns if c.name == column.like), None)
        return _decimals(rows, model, columns) if model else 0
    values = [_scaled(_value(part, column), column) or 0.0 for part in rows]
    largest = max((abs(value) for value in values), default=0.0)
    return min(words.decimals_of(largest) + 1, 3) if largest < 1000 else 0


def _cell(value: float | None, column: Column, digits: int) -> str:
    if value is None:
        return f"{'':>{column.wide}}"
    text = f"{value:{'+' if column.signed else ''},.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    return f"{text:>{column.wide}}"


def _label(explained: Explained, part: Part) -> str:
    """What a row is called: regions and products by name, plants by the id that `data` traces."""
    world = explained.study.world
    if part.name in world.regions:
        return region_name(world, part.name)
    return product_name(world, part.name) if part.name in world.products else part.name
