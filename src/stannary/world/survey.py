"""Questions that need no market: where a figure comes from, how good it is, how it compares.

Next: `atlas`, the records; `check`, which sums supply and use.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, cast

from ..terms.errors import Place, UnknownName
from .atlas import QUALITIES, Figure, Quality, World
from .check import supply
from .columns import TABLES

PUBLISHED = Path(__file__).parent / "tables" / "published-shares.csv"
GATHERED = ("recipes", "paths", "assays", "things", "origin_rules", "curves", "owners", "targets")
"""Tables whose rows answer to the first part of their key: a recipe is all its rows."""


@dataclass(frozen=True, slots=True)
class Share:
    """A region's share of the world, here and as published.

    region     whose share
    here       share between 0 and 1, computed from the tables
    published  as the source prints it
    """

    what: str
    region: str
    here: float
    published: str
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """One figure behind an id.

    what     table and id, "plants chn.bayanobo.mine"
    column   the column the figure stands in
    quality  "unrated": the row's quality does not speak for this column (SCHEMA)
    place    file and line
    """

    what: str
    column: str
    value: float | int | str
    unit: str
    quality: Quality | Literal["unrated"]
    source: str
    note: str
    place: Place


def shares(world: World) -> tuple[Share, ...]:
    """Headline shares of the world's supply beside published ones; those it has products for."""
    made = supply(world)
    found: list[Share] = []
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            products = row["products"].split(";")
            if not set(products) <= world.products.keys() or row["region"] not in world.regions:
                continue
            primary = row["without_recipe"]
            t = _made_without(world, primary) if primary else made
            parts = {key: x for key, x in t.items() if key[0] in products}
            total = sum(parts.values())
            if total > 0.0:
                here = sum(x for (_, region), x in parts.items() if region == row["region"])
                share = here / total
                found.append(
                    Share(row["what"], row["region"], share, row["published"], row["source"])
                )
    return tuple(found)


def _made_without(world: World, recipe: str) -> dict[tuple[str, str], float]:
    """Supply in t by (product, region), leaving out the plants of one recipe."""
    return supply(replace(world, plants=tuple(p for p in world.plants if p.recipe != recipe)))


def quality_counts(world: World) -> dict[str, dict[Quality, int]]:
    """Rows by quality, for each table and under "total"."""
    counts: dict[str, Counter[str]] = {}
    for table, _, _, figure in _rows(world):
        counts.setdefault(table, Counter())[figure.quality] += 1
    total: Counter[str] = Counter()
    for n in counts.values():
        total.update(n)
    counts["total"] = total
    return {table: {q: n[q] for q in QUALITIES} for table, n in counts.items()}


def where(world: World, key: str) -> tuple[Found, ...]:
    """The figures behind an id, or behind several ids with spaces between them.

    `chn.bayanobo.mine` is a plant; `ndpr.oxide CHN` its price; `ndpr.oxide CHN USA` the flow and
    its freight. Raises UnknownName with the nearest ids.
    """
    asked = tuple(key.split())
    found: list[Found] = []
    for table, ids, record, figure in _rows(world):
        anywhere = table == "freight" and ids[0] == "*" and asked[1:] == ids[1:] != ()
        if asked in (ids, ids[:1] if table in GATHERED else ids) or anywhere:
            found += _figures(world, table, ids, record, figure)
    if not found:
        known = {" ".join(ids) for _, ids, _, _ in _rows(world)}
        known |= {ids[0] for table, ids, _, _ in _rows(world) if table in GATHERED}
        near = get_close_matches(key, sorted(known), n=3, cutoff=0.5)
        remedy = (
            "did you mean " + " or ".join(f'"{name}"' for name in near) + "?"
            if near
            else 'an id of any table (a plant, project, use or recipe), "PRODUCT REGION" for a price,'
            ' "PRODUCT ORIGIN DESTINATION" for a flow'
        )
        raise UnknownName("record", key, known, where=f"the world {world.name}", remedy=remedy)
    return tuple(found)


def _figures(
    world: World, table: str, ids: tuple[str, ...], record: Any, figure: Figure
) -> Iterator[Found]:
    """The row's figures, one for each column with a unit; the row itself where it has none."""
    place = Place(str(world.file(table)), figure.line)
    what = f"{table} {' '.join(ids)}"
    columns = [c for c in TABLES[table].columns if c.unit]
    for column in columns:
        value = record(column.field or column.name)
        if value is not None:
            unit = record("unit") if column.unit == "see unit" else column.unit
            quality = figure.quality if column.rated else "unrated"
            yield Found(what, column.name, value, unit, quality, figure.source, figure.note, place)
    if not columns:
        name = record("name") if table == "regions" else ""
        yield Found(what, "name", name, "", figure.quality, figure.source, figure.note, place)


def _rows(
    world: World,
) -> Iterator[tuple[str, tuple[str, ...], Callable[[str], Any], Figure]]:
    """Every sourced row: table, key, a reader of its fields by name, figure."""
    for recipe in world.recipes.values():
        for product, coefficient in recipe.coefficients.items():
            fields = {"coefficient": coefficient}
            yield "recipes", (recipe.recipe, product), fields.get, recipe.figures[product]
    for product, sigma in world.substitution.items():
        fields = {"sigma": sigma}
        yield "substitution", (product,), fields.get, world.substitution_figures[product]
    for name, table in TABLES.items():
        if not table.figured or name in ("recipes", "substitution"):
            continue
        held: Any = getattr(world, name)
        records = cast(Iterable[Any], held.values() if isinstance(held, dict) else held)
        fields_of_key = [
            next(c.field or c.name for c in table.columns if c.name == k) for k in table.key
        ]
        for record in records:
            ids = tuple(str(getattr(record, field)) for field in fields_of_key)
            yield name, ids, _reader(record), record.figure


def _reader(record: Any) -> Callable[[str], Any]:
    return lambda field: getattr(record, field)
