"""The screen of `stannary assess` for a file: what is due, the lines that matter, what was set aside.

Amounts are those of the assessed file, to the cent. Next: `assess_line`, one line in full.
"""

import json
import shlex
import textwrap
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from ..agreement.legal import NEEDED
from ..customs.assessed import Checked
from ..customs.files import Aside
from ..customs.words import amounts, plain
from ..secretariat.assessing import Assessment, Ground, Papers
from ..terms.dates import long
from .law import many
from .lines import WIDTH, look_out, next_line, wrap

REASONS = {
    "TOP_UP": ("T1", "below the floor"),
    "ORIGIN_NOT_PROVEN": ("T2", "origin not proven, counts as outside"),
    "ZONE_ORIGIN": ("Z1", "made in the zone, proven by lots"),
    "AT_OR_ABOVE_FLOOR": ("A1", "at or above the floor"),
    "NOT_COVERED": ("N1", "not a covered product"),
    "NO_FLOOR_THAT_DAY": ("N2", "covered, no floor that day"),
    "SMALL_CONSIGNMENT": ("N3", "small consignment, no top-up"),
    "SECURITY": ("S1", "declared far above the market price"),
    "FX_DECLARED_DIFFERS": ("X1", "official exchange rate used"),
    "ADJUSTMENT": ("C1", "correction, by its original's law"),
    "CREDIT_RAISES_TOP_UP": ("C2", "a credit raises the top-up"),
}
"""How a screen writes each reason: its mark and what it means."""

NOT_IN_USD = ("UNKNOWN_CURRENCY", "NO_RATE_THAT_DAY")
UNCOVERED = "under no exception that was stated"
"""What stands in place of an article that the member has invoked."""
ASIDE = 3
"""Rows set aside that a screen names."""


def default_folder() -> Path:
    """Where the files of an assessment go when no folder is given."""
    return Path("out") / "assess"


def screen(found: Assessment) -> str:
    """What `stannary assess FILE` prints."""
    parts = [
        _headline(found),
        _table(found.shown, found.totals.assessed),
        _legend(found.shown, found.ground),
        _sums(found),
        look_out(_warnings(found), 7),
        _ends(found),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def usd(cents: int) -> str:
    """`-1,234.56`, without the currency."""
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


def _headline(found: Assessment) -> list[str]:
    cents, total = found.totals.cents, found.totals
    said = f"{many(total.assessed, 'line')} " + ("owes" if total.assessed == 1 else "owe")
    said += f" {usd(cents['total_due_cents'])} USD"
    said += f", of which {usd(cents['top_up_cents'])} is top-up duty."
    if cents["security_cents"]:
        said += f" {usd(cents['security_cents'])} USD is held as security."
    if total.aside:
        said += f" {total.aside:,} of {many(total.read, 'line')} could not be assessed."
    return wrap(said) + wrap(f"{found.ground.law.name}, rules of each entry's date.")


# --------------------------------------------------------------------------------- the lines


def _table(shown: tuple[Checked, ...], assessed: int) -> list[str]:
    if not shown:
        return []
    head = (
        "line", "product", "from", "kg", "compared", "floor", "ad valorem", "top-up", "security",
        "why",
    )  # fmt: skip
    rows = [head, *(_cells(line) for line in shown)]
    kept = [
        n for n, name in enumerate(head)
        if name not in ("security", "ad valorem") or any(row[n] not in (name, "-") for row in rows)
    ]  # fmt: skip
    left = {0, 1, 2, len(head) - 1}
    lines = _laid(rows, kept, left, "  ")
    if max(map(len, lines)) > WIDTH:
        lines = _laid(rows, kept, left, " ")
    if max(map(len, lines)) > WIDTH:
        lines = _laid(rows, [n for n in kept if head[n] not in ("from", "kg")], left, " ")
    if assessed > len(shown):
        lines.append(f"  and {assessed - len(shown):,} more, of the same reasons or less at stake")
    return lines


def _laid(rows: list[tuple[str, ...]], kept: list[int], left: set[int], gap: str) -> list[str]:
    widths = {n: max(len(row[n]) for row in rows) for n in kept}
    return [
        ("  " + gap.join(
            f"{row[n]:<{widths[n]}}" if n in left else f"{row[n]:>{widths[n]}}" for n in kept
        )).rstrip()
        for row in rows
    ]  # fmt: skip


def _cells(line: Checked) -> tuple[str, ...]:
    now, owed = line.now, amounts(line)
    ad_valorem = (owed["base_duty_cents"] or 0) + (owed["extra_duty_cents"] or 0)
    floor = now.law.floor
    return (
        name_of(line), line.row.product or "not covered", now.line.origin_country,
        _kg(line.row.chargeable_kg),
        per_kg(now.cif + now.counted, now.chargeable),
        f"{floor.floor_usd_per_kg:,.2f}" if floor and now.shown_floor is not None else "-",
        _or_dash(ad_valorem), _or_dash(owed["top_up_cents"] or 0),
        _or_dash(owed["security_cents"] or 0),
        " ".join(sorted(REASONS[reason][0] for reason in line.row.reasons)),
    )  # fmt: skip


def _kg(mass: Decimal | None) -> str:
    if not mass:
        return "-"
    whole, point, rest = plain(mass).partition(".")
    return f"{int(whole):,}{point}{rest}"


def name_of(line: Checked) -> str:
    """ENTRY/LINE."""
    return f"{line.row.entry_number}/{line.row.line_number}"


def per_kg(cents: int, kg: Decimal | None) -> str:
    """USD per kg to the cent; a dash without a mass that the floor is charged on."""
    if not kg:
        return "-"
    return f"{(Decimal(cents) / 100 / kg).quantize(Decimal('0.01'), ROUND_HALF_UP):,f}"


def _or_dash(cents: int) -> str:
    return usd(cents) if cents else "-"


def _legend(shown: tuple[Checked, ...], ground: Ground) -> list[str]:
    met = {reason for line in shown for reason in line.row.reasons}
    told = [
        f"{mark} {meaning}" + (f", {ground.clauses[reason]}" if ground.clauses.get(reason) else "")
        for reason, (mark, meaning) in REASONS.items()
        if reason in met
    ]
    pairs = [told[n : n + 2] for n in range(0, len(told), 2)]
    lines = [f"  {pair[0]:<49}{pair[1] if len(pair) > 1 else ''}".rstrip() for pair in pairs]
    if any(line.now.chargeable for line in shown):
        lines += [
            "  compared: price, freight, insurance and duties that count, USD per kg as the floor"
        ]
    return lines


# --------------------------------------------------------------------------------- the sums


def _sums(found: Assessment) -> list[str]:
    cents, total, clause = found.totals.cents, found.totals, found.ground.clauses
    honest, bound = found.honest, found.bound
    lines = _told(
        "Due now",
        f"base duty {usd(cents['base_duty_cents'])} + extra duty {usd(cents['extra_duty_cents'])}"
        f" + top-up {usd(cents['top_up_cents'])} = {usd(cents['total_due_cents'])} USD",
    )
    article = f" ({clause['SECURITY']})" if clause.get("SECURITY") else ""
    caught = f"The trigger catches {honest.caught} of {many(honest.level, 'line')} that reach"
    caught += " the floor"
    if honest.level:
        caught += f": {100 * honest.caught / honest.level:.0f}%"
    until = f", for proof of the price by {long(found.proof_by)}" if found.proof_by else ""
    lines += _told(
        "Security held",
        f"{usd(cents['security_cents'])} USD{until}{article}. {caught}",
    )
    if bound.of:
        lines += _told("Bound rates", _bound(found))
    if total.aside:
        lines += _told("Set aside", *_aside(found.aside, total.aside, total.aside_reasons))
    lines += _told(
        "Reconciled",
        f"{total.read:,} read = {total.assessed:,} assessed + {total.aside:,} set aside;"
        " cents match the sum of the lines",
    )
    return lines


def _told(head: str, *texts: str) -> list[str]:
    lines: list[str] = []
    for text in texts:
        first = f"  {head if not lines else '':<15}"
        lines += textwrap.wrap(
            text, WIDTH, initial_indent=first, subsequent_indent=" " * 17,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return lines


def _bound(found: Assessment) -> str:
    bound = found.bound
    said = f"{usd(bound.above)} of {usd(bound.top_up + bound.unknown)} USD top-up"
    if bound.lines < bound.of:
        said += f" on {bound.lines} of {bound.of} lines"
    said += " is above what members have bound"
    parts = [
        f"{usd(cents)} " + (UNCOVERED if cover == NEEDED else f"under {cover}")
        for cover, cents in sorted(bound.covers.items())
    ]
    said += f": {', '.join(parts)}" if parts else ""
    if bound.unknown:
        said += f". Not known for {usd(bound.unknown)} USD: {bound.why}"
    return said


def _aside(rows: tuple[Aside, ...], n: int, reasons: dict[str, int]) -> list[str]:
    """The lines that were set aside, in a line each; of many, how many by reason and the first."""
    if n <= ASIDE:
        first, *others = [aside_words(row) for row in rows]
        told = [f"{many(n, 'line')}: {first}", *others]
        return [textwrap.shorten(line, WIDTH - 17, placeholder=" ...") for line in told]
    counts = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items())
    return [f"{many(n, 'line')}: {textwrap.shorten(counts, 150)}", "first " + aside_words(rows[0])]


def aside_words(row: Aside) -> str:
    """Which line, why, and what would be allowed."""
    named = f"{row.entry_number or 'row ' + str(row.row_number)}/{row.line_number or '-'}"
    met = row.value_met or "empty"
    return f"{named} {row.reason} {row.column} {met} (allowed: {row.allowed})"


# --------------------------------------------------------------------------------- the rest


def _warnings(found: Assessment) -> list[tuple[str, str]]:
    warnings: list[tuple[str, str]] = []
    rateless = sum(found.totals.aside_reasons.get(reason, 0) for reason in NOT_IN_USD)
    if rateless and found.papers.fx is None:
        said = f"Not in USD, and without a rate that day: {many(rateless, 'line')}. Give rates with"
        warnings.append((said, "--fx FILE"))
    unproven = sum(
        n for codes, n in found.totals.reasons.items() if "ORIGIN_NOT_PROVEN" in codes.split(";")
    )
    if unproven and found.papers.lots is None:
        said = f"{many(unproven, 'line')} claim zone origin, and no lots were given:"
        warnings.append((said, "--lots FILE"))
    honest = found.honest
    if 2 * honest.caught > honest.level:
        said = "The trigger catches most lines that reach the floor: either the market price of the law"
        warnings.append((f"{said} is old, or it asks deposits of honest trade.", ""))
    if found.ignored:
        names = ", ".join(found.ignored)
        warnings.append((f"Columns that the contract does not know were passed over: {names}.", ""))
    if found.papers.law is None:
        said = "The agreement is a draft: no source states its floors, its trigger or its grace."
        warnings.append((said, ""))
    return warnings


def _ends(found: Assessment) -> list[str]:
    first, *others = found.files
    others += found.further
    names = [f"{path.name}/" if path.suffix == "" else path.name for path in others]
    lines = ["  " + "   ".join([first.as_posix(), *names])]
    if len(lines[0]) > WIDTH:
        lines = wrap("   ".join([first.as_posix(), *names]))
    if found.shown:
        worst = max(found.shown, key=lambda line: abs(line.row.cents["total_due_cents"] or 0))
        lines += next_line([command(found.papers, "--explain", name_of(worst))])
    return lines


def command(papers: Papers, *more: str) -> str:
    """The command that asks about the same file, with other words behind."""
    words = ["stannary", "assess", papers.entries]
    for flag, path in (("--law", papers.law), ("--lots", papers.lots), ("--fx", papers.fx)):
        words += [flag, path.as_posix()] if path else []
    return shlex.join([*words, *more])


def as_json(found: Assessment) -> str:
    """The totals, the lines shown and where the files lie, for machines."""
    total, bound, honest = found.totals, found.bound, found.honest
    return dumped({
        "entries": found.papers.entries,
        "law": {"name": found.ground.law.name, "digest": found.ground.law.digest},
        "read": total.read, "assessed": total.assessed, "set_aside": total.aside,
        "cents": total.cents, "reasons": total.reasons, "aside_reasons": total.aside_reasons,
        "proof_by": found.proof_by.isoformat() if found.proof_by else None,
        "at_or_above_floor": {"lines": honest.level, "with_security": honest.caught},
        "bound_rates": {
            "lines": bound.lines, "of": bound.of, "top_up_cents": bound.top_up,
            "above_cents": bound.above, "unknown_cents": bound.unknown, "why": bound.why,
            "covered_by_cents": dict(bound.covers),
        },
        "shown": [line_json(line) for line in found.shown],
        "ignored_columns": list(found.ignored),
        "files": [path.as_posix() for path in (*found.files, *found.further)],
    })  # fmt: skip


def line_json(line: Checked) -> dict[str, object]:
    """A line as the assessed file holds it."""
    row = line.row
    return {
        "entry_number": row.entry_number, "line_number": row.line_number,
        "line_type": row.line_type, "product": row.product, "floor_version": row.floor_version,
        "clause": row.clause,
        "chargeable_kg": None if row.chargeable_kg is None else f"{row.chargeable_kg:.3f}",
        "fx_rate": f"{row.fx_rate:.6f}", "fx_date": row.fx_date.isoformat(),
        **row.cents, "reason_codes": list(row.reasons),
    }  # fmt: skip


def dumped(body: dict[str, object]) -> str:
    """A strict JSON text."""
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)
