"""A letter for every assessed line that a trader can contest: the sum, the law, and what to do.

No letter is written unless every line of the file comes out again to the cent. Next: `court`, the whole
file for a judge.
"""

import csv
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from textwrap import wrap
from urllib.parse import quote

from ..agreement import Agreement
from ..terms.dates import long
from ..terms.errors import BadTable
from .assessed import Checked, checked
from .contents import Content, Contents, in_words, split
from .law import Law
from .recourse import Recourse, recourse
from .security import Terms, terms_on
from .words import Part, parts, usd

WIDTH = 96
INDEX = "letters.csv"
SHIPPED = "bloc-2026"
"""The agreement whose times for proof hold where a law folder is assessed with; it names none."""

CONTESTED = ("ORIGIN_NOT_PROVEN", "FX_DECLARED_DIFFERS")
"""Reasons for which a trader may want to be heard though nothing is due."""


def contestable(line: Checked) -> bool:
    """Whether something is asked, paid back or refused: there is nothing to contest otherwise."""
    cents = line.row.cents
    asked = cents["total_due_cents"] or cents["security_cents"] or cents["top_up_cents"]
    return bool(asked) or any(reason in CONTESTED for reason in line.row.reasons)


def letters(
    assessed: Path,
    entries: Path,
    law: Law,
    folder: Path,
    lots: Path | None = None,
    agreement: Agreement | None = None,
    contents: Contents | None = None,
) -> int:
    """Writes a letter for every contestable line into `folder`, and their index; how many there are.

    agreement  states the times for proof of securities; None: the shipped one
    contents   several elements of a line, by its key: its letter says what they would come to

    Raises DoesNotAgree where an amount of the assessed file does not come out, BadTable where a file
    cannot be read or the folder cannot be written. No letter is written then, and none is replaced.
    """
    source = agreement or Agreement.load(SHIPPED)
    named = _named(law)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    except OSError as error:
        raise _unwritten(folder, error) from error
    try:
        index: list[tuple[str, ...]] = []
        for line in checked(assessed, entries, law, lots):
            if contestable(line):
                name = file_name(line)
                inside = (contents or {}).get(line.row.key, ())
                said = _letter(line, law, named, terms_on(source, line.line.entry_date), inside)
                (work / name).write_text(said, encoding="utf-8")
                index.append(_indexed(line, name))
        _write_index(work / INDEX, index)
        _moved(work, folder, [row[-1] for row in index])
    except OSError as error:
        raise _unwritten(folder, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return len(index)


def letter(line: Checked, law: Law, terms: Terms, contents: tuple[Content, ...] = ()) -> str:
    """The letter of one line, as plain text. Raises BadInput on contents that it cannot hold."""
    return _letter(line, law, _named(law), terms, contents)


def _named(law: Law) -> str:
    """Said once for all letters: the digest of a whole agreement takes a while."""
    return f"Law {law.name}, {law.digest}."


def _letter(
    line: Checked, law: Law, named: str, terms: Terms, contents: tuple[Content, ...]
) -> str:
    row, declared = line.row, line.line
    kind = "line" if line.before is None else f"{row.line_type}, line"
    head = [
        f"Assessment of entry {row.entry_number}, {kind} {row.line_number}",
        "",
        f"To {declared.importer}, importer. Entered in {declared.import_country} on"
        f" {long(declared.entry_date)}; invoice {declared.invoice} of {declared.exporter}.",
        named,
    ]
    if row.floor_version:
        clause = f", {row.clause}" if row.clause else ""
        head.append(f"Floor version {row.floor_version}{clause}.")
    told = list(parts(line))
    if contents:
        told.append(Part("What is inside", in_words(split(line.now, law, contents))))
    body = [text for part in (*told, *_remedies(line, terms)) for text in _paragraph(part)]
    return "\n".join([*_wrapped(head), *body, ""])


def file_name(line: Checked) -> str:
    """`ENTRY-LINE.txt`, with what a file system would not take written as %XX."""
    name = f"{quote(line.row.entry_number, safe='')}-{line.row.line_number}"
    if len(name) > 200:
        name = (
            f"{hashlib.sha256(line.row.entry_number.encode()).hexdigest()}-{line.row.line_number}"
        )
    return f"{name}.txt"


# ------------------------------------------------------------------------------- what to do


def _remedies(line: Checked, terms: Terms) -> Iterator[Part]:
    declared = line.line
    if line.row.cents["security_cents"]:
        yield Part("How the security comes back", _proof(declared.entry_date, terms))
    yield Part("What would change this", tuple(_documents(line)))
    # A correction is decided on its own day, not on that of the goods.
    day = line.correction.day if line.correction else declared.entry_date
    steps = recourse(declared.import_country)
    yield Part("How to contest it", tuple(_step(step, day) for step in steps))


def _proof(entered: date, terms: Terms) -> tuple[str, ...]:
    last, clause = terms.deadline(entered, None)
    months = "month" if terms.sale == 1 else "months"
    assumed = " This time is assumed: no text of the bloc states it." if clause.assumed else ""
    return (
        f"Prove that the goods were sold at the price declared within {terms.sale} {months} of the"
        f" sale ({terms.sale_clause.article}), and in any case by {long(last)} ({clause.article})."
        f"{assumed}",
        "Proof in time releases it; what is not proven by then is forfeited.",
    )


def _documents(line: Checked) -> Iterator[str]:
    sum = line.now
    reasons = set(line.row.reasons)
    if line.row.cents["security_cents"]:
        yield (
            "For the security: the contract and invoice of the resale, proof that they were paid, and"
            " the bills of transport and insurance."
        )
    if line.correction is not None:
        yield (
            "For the correction: the credit or debit note, the clause of the contract that it rests"
            " on, and the account statement that shows it paid."
        )
    if sum.top_up:
        yield (
            "For the price: proof that more was paid, net of every credit, rebate and set-off; it is"
            " entered as a debit and lowers the top-up."
        )
        yield (
            "For the content: a certificate of analysis of these goods, with the moisture and the"
            " basis of the assay. Less inside is less to charge."
        )
        if sum.law.floor is not None and sum.law.floor.in_transit_days:
            yield "For the version of the floor: the bill of lading that shows the day of export."
    if "ORIGIN_NOT_PROVEN" in reasons:
        yield (
            "For zone origin: certificates of lots of the same product, dated on or before the entry,"
            " for every lot that is named. One that fails fails the line."
        )
    elif sum.top_up and line.correction is None:
        yield (
            "For zone origin: the preference of the bloc claimed, goods of a member, and certified"
            " lots; no top-up is then due."
        )
    if sum.duty("extra"):
        yield "For the extra duty: a certificate of another origin."
    if sum.law.coverage is not None:
        yield (
            "For what the goods are: a ruling on the code, or on what they are priced for; another"
            " code may have another duty, another floor or none."
        )
    if "FX_DECLARED_DIFFERS" in reasons:
        yield "For the exchange rate: nothing, the official rate of the day holds."


def _step(step: Recourse, day: date) -> str:
    doubt = f" Open: {step.doubt}." if step.doubt else ""
    kind = "Assumed" if step.quality == "assumed" else "Source"
    act = step.act[0].upper() + step.act[1:]
    return (
        f"{act}, before {step.before}: within {step.time} of {step.counted_from}. Counted from"
        f" {long(day)} that is {long(step.until(day))}; it cannot be earlier. {kind}: {step.source}."
        f"{doubt}"
    )


# ------------------------------------------------------------------------------- text and files


def _paragraph(part: Part) -> list[str]:
    lines = ["", part.heading, "-" * len(part.heading)]
    for sentence in part.sentences:
        lines += wrap(sentence, WIDTH, break_long_words=False, break_on_hyphens=False)
    return lines


def _wrapped(lines: list[str]) -> list[str]:
    return [
        text
        for line in lines
        for text in (wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""])
    ]


def _indexed(line: Checked, name: str) -> tuple[str, ...]:
    row, cents = line.row, line.row.cents
    return (
        row.entry_number, str(row.line_number), line.line.importer,
        usd(cents["total_due_cents"] or 0), usd(cents["security_cents"] or 0),
        ";".join(row.reasons), name,
    )  # fmt: skip


def _write_index(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ("entry_number", "line_number", "importer_id", "due", "security", "reasons", "letter")
        )
        writer.writerows(rows)


def _moved(work: Path, folder: Path, names: list[str]) -> None:
    """Moves the letters in; those of an earlier run that no line asks for any more go."""
    old = folder / INDEX
    if old.is_file():
        with old.open(encoding="utf-8", newline="") as file:
            before = {row["letter"] for row in csv.DictReader(file)}
        for name in before - set(names):
            if name == Path(name).name:
                (folder / name).unlink(missing_ok=True)
    for name in (*names, INDEX):
        (work / name).replace(folder / name)


def _unwritten(folder: Path, error: OSError) -> BadTable:
    return BadTable(
        "cannot write the letters", where=str(folder), value=error.strerror or str(error),
        allowed="a folder with room that may be written",
    )  # fmt: skip
