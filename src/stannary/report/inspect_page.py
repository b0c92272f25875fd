"""The page of `stannary inspect` and findings.parquet beside it: both written, or neither."""

from pathlib import Path

from ..customs.files import write_all
from ..customs.inspect.records import KINDS
from ..customs.inspect.writing import write_findings
from ..secretariat.inspecting import Inspected
from . import inspect as window
from .markup import Cell, Html, number, table
from .plain import document, part, points

LONGEST = 500
"""Findings that a page holds; the file has all."""


def publish(found: Inspected, folder: Path | None) -> tuple[Path, ...]:
    """Write findings.parquet and inspect.html. Raises BadTable where nothing can be written."""

    def page(path: Path) -> None:
        path.write_text(render(found), encoding="utf-8", newline="\n")

    place = folder or Path("out") / "inspect"
    return write_all(
        place,
        {
            "findings.parquet": lambda path: write_findings(found.result.findings, path),
            "inspect.html": page,
        },
    )


def render(found: Inspected) -> str:
    """The whole page."""
    r = found.result
    findings = table(
        "Findings, most duty an hour of audit first",
        ("looks like", "evidence", ">score", ">at stake, USD", ">hours", ">USD an hour", "clause",
         "cleared by", "lines"),
        [
            (
                f.detector, Cell(f.sentence), number(f"{f.score:.2f}", float(f.score)),
                number(window.usd(f.duty_at_stake_cents), f.duty_at_stake_cents),
                number(str(f.audit_hours), float(f.audit_hours)),
                number(window.usd(int(f.cents_per_hour)), float(f.cents_per_hour)), f.clause,
                Cell(f.cleared_by), Cell(", ".join(f.lines)),
            )
            for f in r.findings[:LONGEST]
        ],
    )  # fmt: skip
    kinds = table(
        "What is looked for",
        ("detector", "in words", "seen before", "clause", ">hours of an audit", "cleared by"),
        [
            (k.detector, k.title, k.seen, k.clause, number(str(k.hours), float(k.hours)),
             Cell(k.cleared_by))
            for k in KINDS
        ],
    )  # fmt: skip
    more = len(r.findings) - LONGEST
    body: list[Html] = [part("Findings", findings)] if r.findings else []
    if more > 0:
        body.append(part("And more", points([f"{more:,} further findings in findings.parquet"])))
    told = window.warnings(found)
    body += [part("Look out", points(told))] if told else []
    body.append(part("How to read it", points([window.INDICATOR, *HOW]), kinds))
    return document("Inspection", window.made(found), window.headline(found), body)


HOW = [
    "Score: odds, between 0 and 1, from ratios to others in the same trade; it does not grow with the"
    " value of a line.",
    "At stake: the top-up due in the honest reading, less what was declared.",
    "Hours of an audit are assumed; no administration publishes them.",
]
