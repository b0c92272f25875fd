"""What `stannary inspect` prints: what an audit would recover, the findings, who cannot be seen.

`inspect_page` writes the page and the file of findings.
"""

import json
from collections import Counter
from pathlib import Path

from ..customs.inspect.records import KINDS, OF, Blind, Finding
from ..secretariat.inspecting import Inspected
from .lines import LINES, WIDTH, look_out, next_line, wrap

ROWS = 7
"""Findings that a screen has room for; the page has all."""

INDICATOR = "Indicators, never findings: each names the document that clears it."


def screen(found: Inspected, written: tuple[Path, ...] = ()) -> str:
    """The answer first, then the findings most worth an hour, and what could not be seen."""
    lines = [*wrap(made(found)), "", *wrap(headline(found))]
    result = found.result
    if result.findings:
        lines += ["", *_table(result.findings[:ROWS])]
        first = result.findings[0]
        lines += ["", *wrap(f"1: {first.sentence} Cleared by {first.cleared_by}.")]
    tail = [f"  {'   '.join(str(p) for p in written)}"] if written else []
    tail += [*next_line(_next(found)), f"  {INDICATOR}"]
    room = LINES - len(lines) - len(tail) - 2
    told = look_out([(text, "") for text in warnings(found)], max(room - 1, 2))
    lines += (["", *told] if told else []) + ["", *tail]
    return "\n".join(lines)


def made(found: Inspected) -> str:
    """What was looked at, under which law."""
    r = found.result
    days = f", entered {r.first_day} to {r.last_day}" if r.goods else ""
    return (
        f"{found.papers.entries.name}: {r.goods:,} lines of goods{days}, {r.covered:,} of them covered;"
        f" {r.changes:,} credits and debits.  Law {found.law}."
    )


def headline(found: Inspected) -> str:
    """The answer in a sentence."""
    findings = found.result.findings
    if not findings:
        return "Nothing looks like a known evasion."
    hours = sum(f.audit_hours for f in findings)
    stake = sum(f.duty_at_stake_cents for f in findings)
    worth = sum(f.score * f.duty_at_stake_cents for f in findings)
    kinds = len({f.detector for f in findings})
    return (
        f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'} of {kinds}"
        f" {'kind' if kinds == 1 else 'kinds'}: {usd(stake)} USD of duty at stake. An audit of all"
        f" takes {hours:,.0f} hours and would recover {usd(int(worth / hours))} USD an hour, if"
        " scores are odds."
    )


def _table(findings: tuple[Finding, ...]) -> list[str]:
    lines = [
        f"  {'':>2}  {'looks like':<20}{'first line':<18}{'lines':>6}{'score':>7}{'at stake':>13}"
        f"{'hours':>7}{'USD/hour':>11}  {'clause'}",
    ]
    for number, f in enumerate(findings, 1):
        lines.append(
            f"  {number:>2}  {f.detector:<20}{f.lines[0]:<18.18}{len(f.lines):>6}{f.score:>7.2f}"
            f"{usd(f.duty_at_stake_cents):>13}{f.audit_hours:>7}{usd(int(f.cents_per_hour)):>11}"
            f"  {f.clause}"
        )
    return lines


def usd(cents: int) -> str:
    """Cents as whole dollars."""
    return f"{(cents + 50) // 100:,}"


def warnings(found: Inspected) -> list[str]:
    """What the table does not show: lines not read, other kinds, detectors that are blind."""
    r = found.result
    told = []
    if r.unread:
        told.append(
            f"{r.unread:,} of {r.read:,} lines were not looked at: not covered by a member, without a"
            " rate, or not readable. stannary assess says why, line by line."
        )
    shown = {f.detector for f in r.findings[:ROWS]}
    rest = Counter(f.detector for f in r.findings if f.detector not in shown)
    if rest:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(rest.items()))
        told.append(f"Below the table: {kinds}.")
    told += [blind(b) for b in sorted(r.blind, key=lambda b: not b.wholly) if b.wholly]
    dim = [b for b in r.blind if not b.wholly]
    if dim:
        told.append(f"Sees less: {'; '.join(f'{b.detector} without {_files(b)}' for b in dim)}.")
    return told


def blind(of: Blind) -> str:
    """A detector that sees nothing, and what it lacks."""
    return f"Blind: {of.detector} ({OF[of.detector].title}) without {_files(of)}."


def _files(of: Blind) -> str:
    return " ".join(f"--{name}" for name in of.files)


def _next(found: Inspected) -> list[str]:
    entries = found.papers.entries
    law = f" --law {found.papers.law}" if found.papers.law else ""
    lacking = list(dict.fromkeys(name for b in found.result.blind for name in b.files))
    more = "".join(f" --{name} FILE" for name in lacking)
    again = [f"stannary inspect {entries}{law}{more}"] if more else []
    return (
        [*again, f"stannary assess {entries}{law}"]
        if len((again or [""])[0]) < WIDTH - 8
        else [f"stannary assess {entries}{law}"]
    )


def as_json(found: Inspected) -> str:
    """Everything, for machines."""
    r = found.result
    held = {
        "entries": str(found.papers.entries), "law": found.law, "read": r.read, "goods": r.goods,
        "changes": r.changes, "unread": r.unread, "covered": r.covered,
        "findings": [row(f) for f in r.findings],
        "blind": [{"detector": b.detector, "without": list(b.files), "wholly": b.wholly}
                  for b in r.blind],
        "detectors": [{"detector": k.detector, "title": k.title, "clause": k.clause,
                       "audit_hours": str(k.hours), "cleared_by": k.cleared_by} for k in KINDS],
    }  # fmt: skip
    return json.dumps(held, indent=2, ensure_ascii=False)


def row(f: Finding) -> dict[str, object]:
    """A finding by the columns of the file."""
    return {
        "finding_id": f.finding_id, "detector": f.detector, "entry_lines": f.entry_lines,
        "score": str(f.score), "duty_at_stake_cents": f.duty_at_stake_cents,
        "audit_hours": str(f.audit_hours), "clause": f.clause, "evidence": json.loads(f.evidence),
    }  # fmt: skip
