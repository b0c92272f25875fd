"""How stannary refuses: one tree, one shape of message.

    StannaryError               anything this package raises on purpose
    ├── BadInput                a file, a flag or an argument says something impossible
    │   ├── UnknownName         ... because nothing has that name (says the nearest ones)
    │   ├── BadArticle          ... in the text of an agreement
    │   └── BadTable            ... in a table of a world
    └── NotYetInForce           the rule exists, but starts after the day asked for

A solve that fails is not an error: it returns an outcome that says so and carries no number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


class StannaryError(Exception):
    """Base of everything that stannary raises on purpose."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was read: a file, a line in it (1 = first), a dotted key or a column."""

    file: str
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        text = self.file
        if self.line is not None:
            text += f", line {self.line}"
        if self.key is not None:
            text += f", {self.key}"
        return text


class BadInput(StannaryError, ValueError):
    """What is wrong, where, the value met, what is allowed, and the remedy."""

    def __init__(
        self,
        what: str,
        *,
        where: Place | str,
        value: object = None,
        allowed: str = "",
        remedy: str = "",
    ) -> None:
        self.what, self.where, self.value = what, where, value
        self.allowed, self.remedy = allowed, remedy
        lines = [what, f"  where:   {where}"]
        if value is not None:
            lines.append(
                f"  met:     {value!r}" if isinstance(value, str) else f"  met:     {value}"
            )
        if allowed:
            lines.append(f"  allowed: {allowed}")
        if remedy:
            lines.append(f"  try:     {remedy}")
        super().__init__("\n".join(lines))


class UnknownName(BadInput):
    """Nothing has that name; the message lists the nearest ones that exist."""

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, where: Place | str, remedy: str = ""
    ) -> None:
        names = sorted(set(known))
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        if not near and name.upper() != name:
            near = get_close_matches(name.upper(), names, n=3, cutoff=0.5)
        allowed = ", ".join(names) if len(names) <= 12 else f"one of {len(names)} {kind} ids"
        if near and not remedy:
            remedy = "did you mean " + " or ".join(near) + "?"
        self.near = tuple(near)
        super().__init__(f"unknown {kind}", where=where, value=name, allowed=allowed, remedy=remedy)


class BadArticle(BadInput):
    """The text of an agreement cannot be read as law."""


class BadTable(BadInput):
    """A table of a world cannot be used."""


class NotYetInForce(StannaryError, LookupError):
    """The rule exists, but starts after the day asked for."""
