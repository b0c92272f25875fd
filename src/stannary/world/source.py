"""A folder of tables → a World. Every refusal names the file, line, column, and what was met.

`load` finds the folder, `read` turns its files into records, `check.check` refuses a World that
does not add up. Nothing is guessed: an unknown file, column or word is an error.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..terms.errors import BadInput, BadTable, Place, UnknownName
from ..terms.names import EUROPEAN_UNION, countries
from .atlas import Recipe, World
from .cells import Refused
from .check import check
from .columns import ALWAYS, META, META_REQUIRED, NEEDS, TABLES, WITHOUT_CURVES
from .fit import fits
from .rows import Row, rows

SHIPPED = Path(__file__).parent / "tables"
Files = dict[str, Path]
"""Table → the CSV file that it is read from."""


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
    """The records of a folder, every cell checked by itself and against the ids it refers to.

    A table that the folder lacks is that of the world it is `over` (meta.csv), where it is over one.
    """
    files, meta = _files(folder, ())
    _complete(files, folder)
    known: dict[str, Any] = {"countries": countries().keys() - {EUROPEAN_UNION}}
    held: dict[str, list[Row]] = {}
    for name, table in TABLES.items():
        if name in files and name != "meta":
            held[name] = list(rows(files[name], table, known))
            _learn(known, name, held[name])
    _one_region_each(held["regions"], files["regions"])
    of = {
        name: tuple(TABLES[name].record(**row) for row in held.get(name, ()))
        for name, table in TABLES.items()
        if table.record not in (None, Recipe)
    }
    for name in ("border", "origin_rules", "curves", "plants", "shifters"):
        for record in of[name]:
            fits(record, files[name])
    return World(
        name=folder.resolve().name,
        folder=folder,
        meta=meta,
        regions={r.region: r for r in of.pop("regions")},
        products={p.product: p for p in of.pop("products")},
        recipes=_recipes(held["recipes"], files["recipes"]) if "recipes" in held else {},
        substitution={row["product"]: row["sigma"] for row in held["substitution"]},
        substitution_figures={row["product"]: row["figure"] for row in held["substitution"]},
        files=files,
        **of,
    )


def _learn(known: dict[str, Any], name: str, read: list[Row]) -> None:
    """Add the ids of a table that others refer to, and those of a union of tables."""
    first = TABLES[name].columns[0]
    known[name] = {row[first.field or first.name] for row in read}
    if name == "regions":
        known["holders"] = _holders(read)
    elif name in ("plants", "projects"):
        known["assets"] = known.get("assets", set()) | known[name]
    elif name == "segments":
        known["end uses"] = {row["end_use"] for row in read}


def _holders(regions: list[Row]) -> set[str]:
    """Ids of regions, and the countries that stand in one (all of them, where one holds `*`)."""
    named = {code for row in regions for code in row["iso3"]}
    if "*" in named:
        named = countries().keys() - {EUROPEAN_UNION}
    return named | {row["region"] for row in regions}


def _files(folder: Path, above: tuple[Path, ...]) -> tuple[Files, dict[str, str]]:
    """The file of each table and the keys of meta.csv: a folder's own, else of what it is over.

    above  the folders that are over this one; a world that is over itself is refused
    """
    own = _present(folder)
    if "meta" not in own:
        raise _lacking("meta", folder, "every world has it")
    meta = _meta(list(rows(own["meta"], TABLES["meta"], {})), own["meta"])
    if not meta.get("over"):
        return own, meta
    where = Place(str(own["meta"]), key="over")
    below = SHIPPED / meta["over"] if meta["over"] in shipped() else folder / meta["over"]
    if not below.is_dir():
        raise UnknownName("world", meta["over"], shipped(), where=where)
    if below.resolve() in (*above, folder.resolve()):
        raise BadTable(
            "a world over itself",
            where=where, value=meta["over"], allowed="another shipped world, or another folder",
        )  # fmt: skip
    files, inherited = _files(below, (*above, folder.resolve()))
    return files | own, inherited | meta


def _present(folder: Path) -> Files:
    """The files of a folder by table; raises where one is unknown."""
    names = {
        p.name + ("/" if p.is_dir() else "")
        for p in folder.iterdir()
        if not p.name.startswith(".") and p.suffix != ".md"
    }
    known = {table.file: name for name, table in TABLES.items()}
    for file in sorted(names):
        if file not in known:
            raise UnknownName("file of a world", file, known, where=str(folder))
    return {known[file]: folder / file for file in sorted(names)}


def _complete(files: Files, folder: Path) -> None:
    """Raises where a table is missing that every such world has, or that another one needs."""
    needed = dict.fromkeys(ALWAYS, "every world has it")
    if "curves" not in files:
        needed |= dict.fromkeys(WITHOUT_CURVES, "only a world with curves.csv may lack it")
    for name in sorted(files):
        needed |= dict.fromkeys(NEEDS.get(name, ()), f"{name}.csv needs it")
    for name, why in needed.items():
        if name not in files:
            raise _lacking(name, folder, why)


def _lacking(name: str, folder: Path, why: str) -> BadTable:
    return BadTable(
        f"a table is missing: {name}.csv",
        where=str(folder),
        allowed=why,
        remedy="add the file, with the columns that SCHEMA.md lists",
    )


def _meta(read: list[Row], path: Path) -> dict[str, str]:
    """meta.csv as key → value, after its keys and the values that have a shape."""
    meta: dict[str, str] = {row["key"]: row["value"] for row in read}
    for key, value in meta.items():
        where = Place(str(path), key=key)
        if key not in META:
            raise UnknownName("key of meta.csv", key, META, where=where)
        try:
            META[key](value)
        except Refused as refused:
            raise BadTable(
                refused.what, where=where, value=value, allowed=refused.allowed
            ) from None
    for key in () if meta.get("over") else META_REQUIRED:
        if not meta.get(key):
            raise BadTable(
                f"a key is missing or empty: {key}", where=str(path), allowed=", ".join(META)
            )
    return meta


def _one_region_each(read: list[Row], path: Path) -> None:
    """Raises where two regions hold the same country."""
    holder: dict[str, str] = {}
    for row in read:
        for code in sorted(row["iso3"]):
            if code in holder:
                raise BadTable(
                    "a country in two regions",
                    where=Place(str(path), row["figure"].line, "iso3"),
                    value=code,
                    allowed=f"each country in one region; {code} already stands in {holder[code]}",
                )
            holder[code] = row["region"]


def _recipes(read: list[Row], path: Path) -> dict[str, Recipe]:
    """The rows gathered by recipe; raises where a recipe makes nothing."""
    recipes: dict[str, Recipe] = {}
    for row in read:
        recipe = recipes.setdefault(row["recipe"], Recipe(row["recipe"], {}, {}))
        recipe.coefficients[row["product"]] = row["coefficient"]
        recipe.figures[row["product"]] = row["figure"]
    for recipe in recipes.values():
        if not recipe.outputs:
            line = min(figure.line for figure in recipe.figures.values())
            raise BadTable(
                f"the recipe {recipe.recipe} makes nothing",
                where=Place(str(path), line, "coefficient"),
                allowed="at least one coefficient above 0 (an output)",
            )
    return recipes
