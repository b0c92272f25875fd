"""A folder of tables → a World. Every refusal names the file, line, column, and what was met.

`load` finds the folder, `read` turns its files into records, `check.check` refuses a World that
does not add up. Nothing is guessed: an unknown file, column or word is an error.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..terms.errors import BadInput, BadTable, Place, UnknownName
from ..terms.names import EUROPEAN_UNION, countries
from .atlas import Figure, Recipe, World
from .check import check
from .columns import (
    ALWAYS,
    FILLED,
    META,
    META_REQUIRED,
    NEEDS,
    TABLES,
    WITHOUT_CURVES,
    Column,
    Refused,
    Table,
)
from .fit import fits

SHIPPED = Path(__file__).parent / "tables"
ONE = {
    "regions": "region",
    "products": "product",
    "recipes": "recipe",
    "paths": "path",
    "origin_rules": "origin rule",
    "countries": "country (ISO 3166 alpha-3)",
}
"""What an id of a table is called in a sentence."""

Row = dict[str, Any]


def shipped() -> tuple[str, ...]:
    """Names of the worlds inside the package."""
    return tuple(sorted(p.name for p in SHIPPED.iterdir() if (p / "meta.csv").is_file()))


def load(name_or_folder: str | Path) -> World:
    """The shipped world of that name, or the world in a folder; read and checked.

    A text that is a shipped name means the shipped world: write ./base-2024 for a folder so called.
    Raises UnknownName and BadTable.
    """
    world = read(_folder(name_or_folder))
    return replace(world, warnings=check(world))


def _folder(name_or_folder: str | Path) -> Path:
    if isinstance(name_or_folder, str) and name_or_folder in shipped():
        return SHIPPED / name_or_folder
    folder = Path(name_or_folder)
    if folder.is_file():
        raise BadInput(
            "a world is a folder of CSV files, not one file",
            where=str(folder),
            remedy=f"name its folder, {folder.parent}",
        )
    if not folder.is_dir():
        raise UnknownName(
            "world", str(name_or_folder), shipped(), where="name or folder of a world"
        )
    return folder


def read(folder: Path) -> World:
    """The records of a folder, every cell checked by itself and against the ids it refers to."""
    present = _present(folder)
    known: dict[str, Any] = {"countries": countries().keys() - {EUROPEAN_UNION}}
    rows: dict[str, list[Row]] = {}
    for name, table in TABLES.items():
        if name in present:
            rows[name] = list(_rows(folder / table.file, table, known))
            known[name] = {row[table.columns[0].field or table.key[0]] for row in rows[name]}
    meta = _meta(rows["meta"], folder)
    _one_region_each(rows["regions"], folder)
    of = {
        name: tuple(TABLES[name].record(**row) for row in rows.get(name, ()))
        for name, table in TABLES.items()
        if table.record not in (None, Recipe)
    }
    for record in (*of["border"], *of["origin_rules"], *of["curves"], *of["plants"]):
        fits(record, folder)
    return World(
        name=folder.resolve().name,
        folder=folder,
        meta=meta,
        regions={r.region: r for r in of.pop("regions")},
        products={p.product: p for p in of.pop("products")},
        recipes=_recipes(rows.get("recipes", []), folder),
        substitution={row["product"]: row["sigma"] for row in rows["substitution"]},
        substitution_figures={row["product"]: row["figure"] for row in rows["substitution"]},
        **of,
    )


def _present(folder: Path) -> set[str]:
    """Names of the tables in a folder; raises where a file is unknown or a needed one missing."""
    files = {
        p.name + ("/" if p.is_dir() else "")
        for p in folder.iterdir()
        if not p.name.startswith(".") and p.suffix != ".md"
    }
    known = {table.file: name for name, table in TABLES.items()}
    for file in sorted(files):
        if file not in known:
            raise UnknownName("file of a world", file, known, where=str(folder))
    present = {known[file] for file in files}
    needed = dict.fromkeys(ALWAYS, "every world has it")
    if "curves" not in present:
        needed |= dict.fromkeys(WITHOUT_CURVES, "only a world with curves.csv may lack it")
    for name in sorted(present):
        needed |= dict.fromkeys(NEEDS.get(name, ()), f"{name}.csv needs it")
    for name, why in needed.items():
        if name not in present:
            raise BadTable(
                f"a table is missing: {name}.csv",
                where=str(folder),
                allowed=why,
                remedy="add the file, with the columns that SCHEMA.md lists",
            )
    return present


def _text(path: Path) -> str:
    """The file as text; raises BadTable at the first byte that is not UTF-8."""
    # Spreadsheets write a byte-order mark in front of UTF-8: it says nothing, so it is dropped.
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadTable(
            "not UTF-8 text",
            where=Place(str(path), raw.count(b"\n", 0, error.start) + 1),
            value=f"byte 0x{raw[error.start]:02x}",
            allowed="UTF-8",
            remedy="save as UTF-8 (the file looks like Latin-1 or Windows-1252)",
        ) from None


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line on which a row starts (1 = first) and its cells; blank lines are skipped."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadTable(
            f"not a CSV row: {error}",
            where=Place(str(path), start),
            allowed='commas between cells; "..." around a cell that holds a comma',
        ) from None


def _header(cells: list[str], table: Table, path: Path) -> dict[str, int]:
    """Column → place in the row; raises where a column is unknown, double or missing."""
    where = Place(str(path), 1)
    known = [column.name for column in table.all_columns]
    if len(cells) == 1 and (";" in cells[0] or "\t" in cells[0]):
        raise BadTable(
            "columns are not separated by commas",
            where=where,
            value=cells[0],
            allowed=",".join(known),
            remedy="save as CSV with commas between cells and points in decimals",
        )
    missing = [c.name for c in table.all_columns if not c.absent and c.name not in cells]
    for name in cells:
        if name not in known:
            near = missing if len(missing) == 1 else known
            raise UnknownName(f"column of {table.file}", name, near, where=where)
        if cells.count(name) > 1:
            raise BadTable("a column stands twice", where=where, value=name)
    if missing:
        raise BadTable(
            f"a column is missing: {missing[0]}",
            where=where,
            value=",".join(cells),
            allowed=",".join(known),
        )
    return {name: place for place, name in enumerate(cells)}


def _rows(path: Path, table: Table, known: dict[str, Any]) -> Iterator[Row]:
    """The rows of a file, field → value, with `figure` last; raises BadTable and UnknownName."""
    lines = _lines(path)
    header = next(lines, None)
    if header is None:
        raise BadTable("the file is empty", where=str(path), allowed="a header row, then rows")
    places = _header(header[1], table, path)
    plan = [(c, places.get(c.name), c.field or c.name) for c in table.columns]
    key = [places[name] for name in table.key if name in places]
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in lines:
        if len(cells) != len(places):
            raise BadTable(
                f"a row of {len(cells)} cells under a header of {len(places)}",
                where=Place(str(path), line),
                value=",".join(cells),
                remedy='decimals take a point; put "..." around a cell that holds a comma',
            )
        row = {}
        for column, place, field in plan:
            if place is None:
                row[field] = column.empty
            else:
                row[field] = _cell(cells[place], column, known, path, line)
        if table.figured:
            quality, source, note = (
                _cell(cells[places[c.name]], c, known, path, line) for c in table.all_columns[-3:]
            )
            row["figure"] = Figure(quality, source, note, line)
        ids = tuple(cells[place] for place in key)
        if ids in seen:
            raise _twice(table, ids, seen[ids], Place(str(path), line, ", ".join(table.key)))
        seen[ids] = line
        yield row
    if not seen:
        raise BadTable(
            "a table without rows",
            where=str(path),
            allowed="at least one row under the header",
            remedy="leave the file out where the world may lack it",
        )


def _cell(cell: str, column: Column, known: dict[str, Any], path: Path, line: int) -> Any:
    """The value of one cell."""
    if cell == "":
        if column.empty is FILLED:
            raise BadTable(
                "an empty cell",
                where=Place(str(path), line, column.name),
                allowed=_allowed(column),
                remedy="every figure says where it comes from" if column.name == "source" else "",
            )
        return column.empty
    if column.refers:
        ids = known.get(column.refers, ())
        for name in cell.split(";") if column.many else (cell,):
            if name not in ids and not (column.star and name == "*"):
                raise UnknownName(
                    ONE[column.refers], name, ids, where=Place(str(path), line, column.name)
                )
    try:
        return column.read(cell)
    except Refused as refused:
        raise BadTable(
            refused.what,
            where=Place(str(path), line, column.name),
            value=cell,
            allowed=refused.allowed,
            remedy=refused.remedy,
        ) from None


def _allowed(column: Column) -> str:
    """What a column takes, learned from its own refusal of an empty cell."""
    if column.refers:
        return f"the id of a {ONE[column.refers]}"
    try:
        column.read("")
    except Refused as refused:
        return refused.allowed
    return "text"


def _twice(table: Table, ids: tuple[str, ...], first: int, where: Place) -> BadTable:
    if table.name == "recipes":
        what = f"the recipe {ids[0]} names {ids[1]} twice: it would feed itself, or count double"
    else:
        what = "the same key twice"
    return BadTable(
        what,
        where=where,
        value=" ".join(ids),
        allowed=f"one row for each {', '.join(table.key)}; the first stands on line {first}",
    )


def _meta(rows: list[Row], folder: Path) -> dict[str, str]:
    """meta.csv as key → value, after its keys and the values that have a shape."""
    path = str(folder / "meta.csv")
    meta = {row["key"]: row["value"] for row in rows}
    for key, value in meta.items():
        where = Place(path, key=key)
        if key not in META:
            raise UnknownName("key of meta.csv", key, META, where=where)
        try:
            META[key](value)
        except Refused as refused:
            raise BadTable(
                refused.what, where=where, value=value, allowed=refused.allowed
            ) from None
    for key in META_REQUIRED:
        if not meta.get(key):
            raise BadTable(f"a key is missing or empty: {key}", where=path, allowed=", ".join(META))
    return meta


def _one_region_each(rows: list[Row], folder: Path) -> None:
    """Raises where two regions hold the same country."""
    holder: dict[str, str] = {}
    for row in rows:
        for code in sorted(row["iso3"]):
            if code in holder:
                raise BadTable(
                    "a country in two regions",
                    where=Place(str(folder / "regions.csv"), row["figure"].line, "iso3"),
                    value=code,
                    allowed=f"each country in one region; {code} already stands in {holder[code]}",
                )
            holder[code] = row["region"]


def _recipes(rows: list[Row], folder: Path) -> dict[str, Recipe]:
    """The rows gathered by recipe; raises where a recipe makes nothing."""
    recipes: dict[str, Recipe] = {}
    for row in rows:
        recipe = recipes.setdefault(row["recipe"], Recipe(row["recipe"], {}, {}))
        recipe.coefficients[row["product"]] = row["coefficient"]
        recipe.figures[row["product"]] = row["figure"]
    for recipe in recipes.values():
        if not recipe.outputs:
            line = min(figure.line for figure in recipe.figures.values())
            raise BadTable(
                f"the recipe {recipe.recipe} makes nothing",
                where=Place(str(folder / "recipes.csv"), line, "coefficient"),
                allowed="at least one coefficient above 0 (an output)",
            )
    return recipes
