"""HTML that cannot be broken into: plain text is escaped, always; only `Html` passes as it is."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

VOID = frozenset({"input", "meta", "link", "br"})


class Html(str):
    """Text that is markup already. Made only by this module."""


Child = str | None


def tag(name: str, /, *children: Child, **attributes: str | bool | None) -> Html:
    """An element. `class_` and `for_` lose their underscore, `data_x` becomes `data-x`.

    An attribute that is False or None is left out; True is written without a value.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(str(value), quote=True)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Html:
    """Children one after the other, plain text escaped."""
    return Html(
        "".join(
            c if isinstance(c, Html) else escape(c, quote=False) for c in children if c is not None
        )
    )


def data(identity: str, value: object) -> Html:
    """A block of JSON that no text inside can end: `<`, `>` and `&` are written as escapes."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Html(f'<script type="application/json" id="{escape(identity)}">{text}</script>')


def source(name: str, text: str) -> Html:
    """A style or script of our own, as it is; the policy of the page names its digest."""
    if f"</{name}" in text.lower() or "<!--" in text:
        raise ValueError(f"a {name} may not contain the text that ends it")
    return Html(f"<{name}>{text}</{name}>")


def citation(reference: str) -> Html:
    """A reference; one that is an address becomes a link, which loads nothing until clicked."""
    if reference.startswith(("https://", "http://")) and not any(c.isspace() for c in reference):
        return tag("a", reference.split("//", 1)[1], href=reference, rel="noreferrer")
    return join([reference])


def code(text: str) -> Html:
    """A command, in the face of a terminal."""
    return tag("code", text)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what is shown, what it is sorted by, whether it is a figure."""

    shown: str
    by: float | str | None = None
    figure: bool = False


def number(shown: str, by: float | None) -> Cell:
    """A figure, aligned right and sorted by its value."""
    return Cell(shown, by, True)


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell | str]],
    *,
    last: bool = False,
) -> Html:
    """A table with a caption and headers; the first cell of a row is its header.

    columns  a name that starts with ">" heads figures
    last     the last row is a total, which sorting leaves in its place
    """
    names = [c.removeprefix(">") for c in columns]
    head = [
        tag("th", name, scope="col", class_="n" if c.startswith(">") else None)
        for c, name in zip(columns, names, strict=True)
    ]
    lines = [_row(row, names) for row in rows]
    total = [lines.pop()] if last and lines else []
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", *head)),
            tag("tbody", *lines),
            tag("tfoot", *total) if total else None,
        ),
        class_="table",
        tabindex="0",
        role="region",
        aria_label=str(caption),
    )


def _row(row: Sequence[Cell | str], names: Sequence[str]) -> Html:
    cells = [c if isinstance(c, Cell) else Cell(c) for c in row]
    return tag(
        "tr",
        tag("th", cells[0].shown, scope="row"),
        *(
            tag(
                "td",
                c.shown,
                class_=_face(c),
                data_by=None if c.by is None else str(c.by),
                data_name=name,
            )
            for c, name in zip(cells[1:], names[1:], strict=True)
        ),
    )


def _face(cell: Cell) -> str | None:
    """Figures stand right; a sentence needs room, or a narrow screen breaks it at every word."""
    if cell.figure:
        return "n"
    return "text" if len(cell.shown) > 24 and not isinstance(cell.shown, Html) else None
