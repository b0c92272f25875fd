"""The page of an export for a court: one file that loads nothing and runs nothing.

It is made from the JSON alone, so that whoever has the one can make the other. Next: `words`, which
wrote the sentences.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import cast

from .words import TITLES, usd

Fields = Mapping[str, object]

STYLE = """
body { font: 15px/1.5 Georgia, serif; color: #1a1a1a; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 0.3rem; } h4 { font-size: 0.9rem; margin: 0.7rem 0 0.1rem; }
p { margin: 0.15rem 0; } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; margin: 0.5rem 0; }
th, td { border-bottom: 1px solid #ccc; padding: 0.15rem 0.6rem 0.15rem 0; text-align: left;
  vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: 0.8rem monospace; overflow-wrap: anywhere; }
section { break-inside: avoid; }
"""


def page(body: Fields, digest: str) -> str:
    """The whole document, from what the JSON says and its digest."""
    law = _fields(body["law"])
    counts = _fields(body["counts"])
    title = f"Assessment under {law['name']}: {counts['assessed']} lines"
    content = [
        f"<h1>{_text(title)}</h1>",
        f"<p>Digest of this export <code>{_text(digest)}</code></p>",
        f"<p>Law {_text(law['name'])}, <code>{_text(law['digest'])}</code></p>",
        _part("Lines and sums", _totals(body, counts)),
        _part("Files that this rests on", _files(body)),
        _part("The sum of every line", *(_line(line) for line in _list(body["lines"]))),
        _part("Lines set aside", _aside(_list(body["set_aside"]))),
        _part("The law as used", *_law(_fields(law["tables"]))),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{_text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(content)
        + "\n</body>\n</html>\n"
    )


def _totals(body: Fields, counts: Fields) -> str:
    sums = cast(Mapping[str, int], body["sums"])
    said = (
        f"<p>{counts['read']} lines read = {counts['assessed']} assessed + {counts['set_aside']} set"
        " aside.</p>"
    )
    amounts = _table(
        ("over all assessed lines", ">USD"),
        [(TITLES[name], usd(cents)) for name, cents in sums.items()],
    )
    reasons = _table(
        ("reasons", ">lines"),
        [(codes, str(n)) for codes, n in _fields(counts["reasons"]).items()],
    )
    declared = _table(
        ("member", "unit of its form", ">customs values to be declared", "source", "open"),
        [
            (row["country"], row["unit"], usd(cast(int, row["cents"])), row["source"], row["doubt"])
            for row in _list(body["to_be_declared"])
        ],
    )
    return said + amounts + reasons + declared


def _files(body: Fields) -> str:
    rows = [
        (row["role"], row["name"], str(row["bytes"]), row["sha256"])
        for row in _list(body["inputs"]) + _list(body["outputs"])
    ]
    return _table(("for", "file", ">bytes", "SHA-256"), rows)


def _line(line: Fields) -> str:
    cents = cast(Mapping[str, "int | None"], line["cents"])
    amounts = [(TITLES[name], "none" if n is None else usd(n)) for name, n in cents.items()]
    declared = line["to_be_declared_cents"]
    if declared is not None:
        amounts.append(("to be declared", usd(cast(int, declared))))
    said = "".join(
        f"<h4>{_text(part['heading'])}</h4>"
        + "".join(f"<p>{_text(one)}</p>" for one in cast(Sequence[str], part["sentences"]))
        for part in _list(line["sum"])
    )
    return (
        f"<section><h3>{_text(line['line_type'])} {_text(line['entry_number'])}, line"
        f" {line['line_number']}, {_text(line['importer_id'])}</h3>"
        + _table(("amount", ">USD"), amounts)
        + said
        + "</section>"
    )


def _aside(rows: Sequence[Fields]) -> str:
    names = ("source", "row_number", "entry_number", "line_number", "reason", "message")
    return _table(names, [tuple(row[name] for name in names) for row in rows])


def _law(tables: Fields) -> Iterable[str]:
    for name, table in tables.items():
        fields = _fields(table)
        columns = cast(Sequence[str], fields["columns"])
        rows = cast(Sequence[Sequence[str]], fields["rows"])
        yield f"<h3>{_text(name)}</h3>" + _table(columns, rows)


def _part(heading: str, *content: str) -> str:
    return f"<h2>{_text(heading)}</h2>\n" + "\n".join(content)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; a heading that begins with `>` has its column set to the right."""
    right = [name.startswith(">") for name in head]
    cells = [
        "<tr>"
        + "".join(
            f'<td class="n">{_text(cell)}</td>' if n else f"<td>{_text(cell)}</td>"
            for cell, n in zip(row, right, strict=True)
        )
        + "</tr>"
        for row in rows
    ]
    if not cells:
        return "<p>None.</p>"
    titles = "".join(
        f'<th class="n">{_text(name[1:])}</th>' if n else f"<th>{_text(name)}</th>"
        for name, n in zip(head, right, strict=True)
    )
    return f'<div class="wide"><table><tr>{titles}</tr>\n' + "\n".join(cells) + "</table></div>"


def _text(value: object) -> str:
    return escape(str(value), quote=False)


def _fields(value: object) -> Fields:
    return cast(Fields, value)


def _list(value: object) -> list[Fields]:
    return cast(list[Fields], value)
