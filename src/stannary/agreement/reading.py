"""Reads the TOML of an agreement, strictly, into a `Text`.

`read` a file with what it includes and what it amends; `pieces` gathers its articles; `checks` looks
at the whole.
"""

import re
import tomllib
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from pathlib import Path as FilePath

from ..terms.errors import BadArticle, Place, UnknownName
from .article import Text, numbered
from .checks import check_whole
from .fields import Source, Table
from .lines import lines
from .pieces import Pieces, steps_of
from .values import FORM, kind_of

TEXTS = FilePath(__file__).parent / "texts"
ARTICLES = (
    "agreement",
    "members",
    "coverage",
    "floors",
    "rules",
    "duties",
    "guarantees",
    "enforcement",
    "responses",
    "stockpile",
    "amendments",
)


def shipped() -> tuple[str, ...]:
    """Names of the agreements that come with the package, without the parts that they share."""
    texts = {path.stem: path.read_text("utf-8") for path in TEXTS.glob("*.toml")}
    return tuple(sorted(name for name, text in texts.items() if "\n[agreement]" in text))


def read(name_or_path: str | FilePath) -> Text:
    """The agreement shipped under that name, or in that file.

    Raises UnknownName when there is neither, BadArticle or UnknownName when its text cannot be law.
    """
    return _read(_find(name_or_path), ())


def _read(path: FilePath, above: tuple[FilePath, ...]) -> Text:
    """`above`: the files that amend this one, outermost first."""
    raw, source = _parse(path)
    if "agreement" not in raw:
        raise BadArticle(
            "no [agreement] table",
            where=Place(source.file, 1),
            allowed="a table with name, title and draft; a part without one is laid over another",
        )
    head = Table(raw["agreement"], source, ("agreement",))
    name, title, draft = head.text("name"), head.text("title"), head.flag("draft")
    base = None
    if head.has("amends"):
        base = _read(
            _amended(head.text("amends"), path, above, head.place("amends")), (*above, path)
        )
    parts = [(raw, source)]
    if head.has("include"):
        for n, part in enumerate(head.texts("include")):
            parts.append(_parse(_included(part, path, head.place("include", n))))
    head.finish()
    pieces = Pieces()
    for part, part_source in parts:
        pieces.add(part, part_source)
    text = Text(
        name=name,
        title=title,
        draft=draft,
        countries=pieces.countries,
        coverage=pieces.coverage,
        tariffs=pieces.tariffs,
        parameters=pieces.parameters,
        places=pieces.places,
    )
    if base is not None:
        text = replace(_laid_over(base, pieces), name=name, title=title, draft=draft)
    for part, part_source in parts:
        text = _amend(text, Table(part, part_source, ()))
    check_whole(text)
    return numbered(text)


def read_over(text: Text, path: str | FilePath) -> Text:
    """`text` with the tables of a second file in place of its own, or added to them."""
    raw, source = _parse(_find(path))
    if "agreement" in raw:
        raise BadArticle(
            "a whole agreement where a part is expected",
            where=source.place(("agreement",)),
            allowed="only the tables that change",
        )
    pieces = Pieces()
    pieces.add(raw, source)
    over = _amend(_laid_over(text, pieces), Table(raw, source, ()))
    check_whole(over)
    return numbered(over)


def _laid_over(text: Text, pieces: Pieces) -> Text:
    # A member written anew drops what it no longer states: its old withdrawal must not survive.
    kept = {
        path: parameter
        for path, parameter in text.parameters.items()
        if not (path.startswith("members.") and path.split(".")[1] in pieces.countries)
    }
    return replace(
        text,
        countries=text.countries | pieces.countries,
        coverage=text.coverage | pieces.coverage,
        tariffs=text.tariffs | pieces.tariffs,
        parameters=kept | pieces.parameters,
        places=text.places | pieces.places,
    )


def _amend(text: Text, top: Table) -> Text:
    """`text` after each `[[amendments]]` of a file: steps added to what it already states.

    path    a parameter, or all below it: `floors.*`
    values  as of a parameter; one on a day that has a value replaces it
    """
    if not top.has("amendments"):
        return text
    parameters = dict(text.parameters)
    for table in top.tables("amendments"):
        named = table.text("path")
        checked_on = table.day("checked_on")
        for path in _named(named, parameters, table.place("path")):
            old = parameters[path]
            steps = steps_of(table, "values", FORM if old.follows else kind_of(path), old.follows)
            days = {step.start for step in steps}
            kept = [step for step in old.steps if step.start not in days]
            merged = tuple(sorted([*kept, *steps], key=lambda step: step.start))
            parameters[path] = replace(old, steps=merged, checked_on=checked_on)
        table.finish()
    return replace(text, parameters=parameters)


def _named(path: str, parameters: Collection[str], place: Place) -> list[str]:
    below = path.removesuffix("*")
    found = (
        [path] if path in parameters else [known for known in parameters if known.startswith(below)]
    )
    if not found or (path not in parameters and not path.endswith(".*")):
        raise UnknownName("parameter to amend", path, parameters, where=place)
    return found


def _amended(name: str, path: FilePath, above: tuple[FilePath, ...], place: Place) -> FilePath:
    """The file of the agreement that `path` amends: beside it, or shipped."""
    beside = path.parent / f"{name}.toml"
    found = beside if FilePath(name).name == name and beside.is_file() else None
    if found is None:
        if name not in shipped():
            known = {*shipped(), *(p.stem for p in path.parent.glob("*.toml"))} - {path.stem}
            raise UnknownName("agreement to amend", name, known, where=place)
        found = TEXTS / f"{name}.toml"
    if found.resolve() in {file.resolve() for file in (*above, path)}:
        raise BadArticle(
            "an agreement that amends itself", where=place, value=name, allowed="another one"
        )
    return found


def _find(name_or_path: str | FilePath) -> FilePath:
    given = FilePath(name_or_path)
    if given.suffix == ".toml" or given.is_file():
        if not given.is_file():
            raise UnknownName("file", str(given), [], where="agreement", remedy="check the path")
        return given
    if str(name_or_path) not in shipped():
        raise UnknownName("agreement", str(name_or_path), shipped(), where="agreement")
    return TEXTS / f"{name_or_path}.toml"


def _included(part: str, path: FilePath, place: Place) -> FilePath:
    for folder in (path.parent, TEXTS):
        if FilePath(part).name == part and (folder / part).is_file():
            return folder / part
    known = {p.name for folder in (path.parent, TEXTS) for p in folder.glob("*.toml")}
    raise UnknownName("file to include", part, known - {path.name}, where=place)


def _parse(path: FilePath) -> tuple[dict[str, object], Source]:
    try:
        text = path.read_text("utf-8")
        raw: dict[str, object] = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise BadArticle("not UTF-8", where=Place(str(path)), value=str(error)) from None
    except tomllib.TOMLDecodeError as error:
        met = re.search(r"line (\d+)", str(error))
        text = path.read_text("utf-8")
        line = int(met[1]) if met else text.rstrip().count("\n") + 1
        raise BadArticle(
            "not TOML", where=Place(path.name, line), value=str(error), allowed="TOML 1.0"
        ) from None
    source = Source(path.name, lines(text))
    for key in raw:
        if key not in ARTICLES:
            raise UnknownName("article", key, ARTICLES, where=source.place((key,)))
    return raw, source
