"""One table of an agreement's text, read strictly: every key is asked for, typed and placed.

A key nobody asked for, a missing one and a value of another type are errors with file and line.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import TypeVar, cast

from ..terms.errors import BadArticle, Place, UnknownName
from .lines import Path

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Source:
    """A file, and the line of every key in it."""

    file: str
    lines: dict[Path, int]

    def place(self, path: Path) -> Place:
        """Where `path` stands; the line of the nearest table around it if it has none."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        key = ""
        for part in path:
            key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
        return Place(self.file, self.lines.get(known, 1), key or None)


class Table:
    """A TOML table with its place. Ask for its keys, then call `finish`.

    Array items are printed from 1, as a reader counts them: `floors.ndpr.oxide.values[1]`.
    """

    def __init__(self, raw: object, source: Source, path: Path) -> None:
        self.source, self.path = source, path
        if not isinstance(raw, dict):
            raise BadArticle(
                "not a table", where=self.place(), value=raw, allowed="key = value pairs"
            )
        self.raw = cast(dict[str, object], raw)
        self.asked: list[str] = []

    def place(self, *below: str | int) -> Place:
        """Where the table, or something below it, stands."""
        return self.source.place((*self.path, *below))

    def has(self, key: str) -> bool:
        """Whether an optional key is there."""
        self.asked.append(key)
        return key in self.raw

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._get(key, str, "a text in quotes")
        if not value.strip():
            raise BadArticle("an empty text", where=self.place(key), allowed="some words")
        return value

    def sentence(self, key: str) -> str:
        """A text that may be left out or empty."""
        return self._get(key, str, "a text in quotes") if self.has(key) else ""

    def choice(self, key: str, kind: str, allowed: Collection[str]) -> str:
        """One of the names allowed; raises UnknownName with the nearest."""
        name = self.text(key)
        if name not in allowed:
            raise UnknownName(kind, name, allowed, where=self.place(key))
        return name

    def flag(self, key: str) -> bool:
        """True or false."""
        return self._get(key, bool, "true or false")

    def marked(self, key: str) -> bool:
        """A flag that is false when left out."""
        return self.flag(key) if self.has(key) else False

    def day(self, key: str) -> date:
        """A day; a day with an hour is refused."""
        return self._get(key, date, "a day without quotes: 2027-01-01")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, at least one, each once."""
        items = self._list(key, "a list of texts in quotes")
        for n, item in enumerate(items):
            if type(item) is not str or item in items[:n]:
                raise BadArticle(
                    "not a list of different texts",
                    where=self.place(key, n),
                    value=item,
                    allowed="texts in quotes, each once",
                )
        if not items:
            raise BadArticle("an empty list", where=self.place(key), allowed="at least one text")
        return tuple(str(item) for item in items)

    def numbers(self, key: str) -> tuple[Decimal, ...]:
        """A list of numbers."""
        items = self._list(key, "a list of numbers")
        return tuple(number(item, self.place(key, n)) for n, item in enumerate(items))

    def tables(self, key: str) -> "Iterator[Table]":
        """Each table of a list, in order; at least one."""
        items = self._list(key, "a list of { from = ..., value = ... }")
        if not items:
            raise BadArticle("an empty list", where=self.place(key), allowed="at least one value")
        for n, item in enumerate(items):
            yield Table(item, self.source, (*self.path, key, n))

    def below(self, key: str) -> "Table":
        """The table under a key that is there."""
        self.asked.append(key)
        return Table(self.raw[key], self.source, (*self.path, key))

    def each(self) -> "Iterator[tuple[str, Table]]":
        """Every key with its table: for tables whose keys are ids."""
        for key in self.raw:
            yield key, self.below(key)

    def value(self, key: str, parse: Callable[[object, Place], Parsed]) -> Parsed:
        """Whatever `parse` makes of the value at its place."""
        return parse(self._required(key), self.place(key))

    def finish(self) -> None:
        """Refuses a key that nobody asked for."""
        for key in self.raw:
            if key not in self.asked:
                raise UnknownName("key", key, self.asked, where=self.place(key))

    def _required(self, key: str) -> object:
        self.asked.append(key)
        if key not in self.raw:
            mistyped = get_close_matches(key, [k for k in self.raw if k not in self.asked], n=1)
            remedy = f"did you mean {key} by {mistyped[0]}?" if mistyped else ""
            if self.raw and all(isinstance(below, dict) for below in self.raw.values()):
                remedy = 'an id with dots is written in quotes: [floors."ndpr.oxide"]'
            raise BadArticle(
                f"no {key!r}",
                where=self.place(*mistyped),
                value=", ".join(self.raw) or "nothing",
                allowed=f"a table with {key!r}",
                remedy=remedy,
            )
        return self.raw[key]

    def _list(self, key: str, allowed: str) -> list[object]:
        value = self._required(key)
        if not isinstance(value, list):
            raise BadArticle("wrong type", where=self.place(key), value=value, allowed=allowed)
        return cast(list[object], value)

    def _get(self, key: str, kind: type[Parsed], allowed: str) -> Parsed:
        value = self._required(key)
        if type(value) is not kind:  # a datetime is no date, true is no number
            raise BadArticle("wrong type", where=self.place(key), value=value, allowed=allowed)
        return value


def number(raw: object, place: Place) -> Decimal:
    """A finite number as a Decimal."""
    if type(raw) is int:
        return Decimal(raw)
    if not isinstance(raw, Decimal) or not raw.is_finite():
        raise BadArticle("not a number", where=place, value=raw, allowed="a number: 110 or 110.00")
    return raw
