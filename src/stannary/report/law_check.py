"""What `stannary check` prints: floors against bound rates, clauses against older law, a market's word.

Next: `law`, the words; `secretariat/checking`, which finds it.
"""

from collections.abc import Iterable
from decimal import Decimal

from ..agreement.legal import COVERS, NEEDED, Rate, Risk
from ..secretariat import Checked
from ..secretariat.checking import LegalLine
from ..terms.dates import long
from .law import MORE, WIDTH, again, clause, dumped, many, name_of, plain, wrap
from .names import listed, region_name

ROWS = 7
MOST = 39
"""Lines of the whole screen."""
COLUMN = 8
"""Width of a member's column."""


def screen(checked: Checked) -> str:
    """What the check found, as text: under 40 lines of at most 100 columns."""
    shown = checked.shown
    law = shown.agreement
    above = [
        [f"Agreement {law.name} reads. Held against older law on {long(shown.schedule.day)}."],
        wrap(_answer(checked)),
        _table(checked),
        _covers(checked),
        _risks(checked.risks),
    ]
    below = [f"  Every line, rate and source: {MORE}.", f"  Next: {again(shown, 'show')}"]
    if len(below[1]) > WIDTH:  # with many --set a command would be longer than what it follows
        below = below[:1]
    kept = [part for part in above if part]
    left = MOST - sum(len(part) + 1 for part in kept) - 1 - len(below)
    parts = [*kept, _look_out(checked, left), below]
    return "\n\n".join("\n".join(part) for part in parts if part)


def as_json(checked: Checked) -> str:
    """The same for machines, whole: every tariff line with both rates and their sources."""
    shown = checked.shown
    return dumped(
        {
            "schema": "stannary-check/1",
            "agreement": shown.agreement.name,
            "draft": shown.agreement.draft,
            "day": shown.schedule.day.isoformat(),
            "settings": list(shown.settings),
            "world": checked.world.name,
            "assumed_count": len(shown.assumed),
            "reading": "ours, by laymen, of public texts; no advice",
            "lines": [_line(line) for line in checked.lines],
            "without_data": list(checked.silent),
            "risks": [
                {"articles": r.articles, "does": r.does, "meets": r.meets, "cover": r.cover}
                for r in checked.risks
            ],
            "warnings": list(checked.warnings),
            "converged": checked.study.converged if checked.study else None,
        }
    )


def _line(line: LegalLine) -> dict[str, object]:
    binding = line.binding
    room = binding.headroom
    return {
        "member": binding.member,
        "product": binding.floor.product,
        "line": binding.line,
        "hs": binding.hs,
        "floor": {"usd_per_kg": plain(binding.floor.usd_per_kg), **clause(binding.floor.clause)},
        "applied": _rate(binding.applied),
        "bound": _rate(binding.bound),
        "headroom_points": plain(room) if room is not None else None,
        "origin": line.origin,
        "price_usd_per_kg": line.price,
        "top_up": line.top_up,
        "exceeds": line.exceeds,
        "cover": line.cover,
    }


def _rate(rate: Rate | None) -> dict[str, object] | None:
    if rate is None:
        return None
    return {
        "value": plain(rate.value), "unit": rate.unit, "year": rate.year, "quality": rate.quality,
        "source": rate.source, "url": rate.url, "note": rate.note, "row": rate.row,
    }  # fmt: skip


def _answer(checked: Checked) -> str:
    if not checked.lines:
        if checked.shown.schedule.inside:
            return "No floor stands on a tariff line of a member of which rates are known."
        return "Nobody is inside, so no member's bound rate is touched."
    lines = [line for line in checked.lines if line.exceeds is not None]
    above = [line for line in lines if line.exceeds]
    members = list(dict.fromkeys(line.binding.member for line in checked.lines))
    sellers = sorted({line.origin for line in lines if line.origin})
    year = checked.world.base_year
    names = listed([region_name(checked.world, seller) for seller in sellers])
    silent = (
        f" {many(len(checked.silent), 'member')} inside {'has' if len(checked.silent) == 1 else 'have'}"
        " no rates in the table."
        if checked.silent
        else ""
    )
    return (
        f"At the prices of {year} in {names or 'the supplier'}, a top-up takes the duty above the bound"
        f" rate on {len(above)} of {many(len(lines), 'line')} of {many(len(members), 'member')}:"
        f" {_where(above, lines)}.{silent}"
    )


def _where(above: list[LegalLine], lines: list[LegalLine]) -> str:
    """Members with the share of their lines that exceed."""
    counts = {
        member: (
            sum(line.binding.member == member for line in above),
            sum(line.binding.member == member for line in lines),
        )
        for member in dict.fromkeys(line.binding.member for line in lines)
    }
    ranked = sorted(counts.items(), key=lambda item: -item[1][0] / item[1][1])
    return ", ".join(f"{name_of(member)} {n} of {total}" for member, (n, total) in ranked)


# -------------------------------------------------------------------------------- the table


def _table(checked: Checked) -> list[str]:
    """A row for each heading and floor, a column for each member: applied rate / bound rate."""
    rows: dict[tuple[str, str], dict[str, LegalLine]] = {}
    for line in checked.lines:
        rows.setdefault((line.binding.floor.product, line.binding.hs), {}).setdefault(
            line.binding.member, line
        )
    if not rows:
        return []
    fits = (WIDTH - 38) // COLUMN
    members = list(dict.fromkeys(line.binding.member for line in checked.lines))
    members = sorted(
        members, key=lambda m: -sum(line.binding.member == m for line in checked.lines)
    )
    kept = members[:fits]
    merged = _merged(rows, kept)
    lines = [
        "  Applied / bound rate in per cent, and the top-up as a share of the value (-: not known)",
        f"  {'clause':<11}{'floor':<15}{'heading':<9}{'top-up':>6}"
        + "".join(f"{member:>{COLUMN}}" for member in kept),
    ]
    for article, product, hs, top_up, cells in merged[:ROWS]:
        told = "".join(f"{cell:>{COLUMN}}" for cell in cells)
        lines.append(f"  {article:<11}{product:<15}{hs[:4]}.{hs[4:]:<4}{top_up:>6}{told}".rstrip())
    hidden = len(merged) - ROWS
    if hidden > 0:
        lines.append(f"  and {many(hidden, 'row')} more, with more room or a lower top-up: {MORE}")
    return lines


Row = tuple[str, str, str, str, tuple[str, ...]]


def _merged(rows: dict[tuple[str, str], dict[str, LegalLine]], members: list[str]) -> list[Row]:
    """Rows that say the same, of one heading, are one: `ndpr.metal +2`."""
    found: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, str]]] = {}
    for (product, hs), by_member in rows.items():
        known = [line.top_up for line in by_member.values() if line.top_up is not None]
        top_up = f"{max(known):.0%}" if known else "-"
        cells = tuple(_cell(by_member.get(member)) for member in members)
        article = next(iter(by_member.values())).binding.floor.clause.article
        found.setdefault((hs, top_up, cells), []).append((article, product))
    merged: list[Row] = []
    for (hs, top_up, cells), group in found.items():
        article, product = min(group, key=lambda pair: (len(pair[0]), pair[0]))
        more = f" +{len(group) - 1}" if len(group) > 1 else ""
        merged.append((article, product + more, hs, top_up, cells))
    return merged


def _cell(line: LegalLine | None) -> str:
    if line is None:
        return "-"
    applied, bound = line.binding.applied, line.binding.bound
    if applied is not None and applied.unit != "percent":
        return "per kg"
    return f"{_short(applied)}/{_short(bound)}"


def _short(rate: Rate | None) -> str:
    return "-" if rate is None else _number(rate.value)


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


# -------------------------------------------------------------------------------- words


def _covers(checked: Checked) -> list[str]:
    """What members rely on, and how well the rates are known."""
    members = list(dict.fromkeys(line.binding.member for line in checked.lines if line.exceeds))
    if not members:
        return []
    told = [
        f"{name_of(member)}, {COVERS[member].exception} ({COVERS[member].reference})"
        for member in members
        if member in COVERS
    ]
    others = [name_of(member) for member in members if member not in COVERS]
    if others:
        told.append(f"{listed(others)}, {NEEDED}")
    rates = {
        rate.row: rate
        for line in checked.lines
        for rate in (line.binding.applied, line.binding.bound)
        if rate is not None
    }
    published = sum(rate.quality == "published" for rate in rates.values())
    return wrap(
        f"Cover claimed: {'; '.join(told)}. {published} of {many(len(rates), 'rate')} are published,"
        " the rest estimated or assumed; no schedule of the World Trade Organization was read."
    )


def _risks(risks: Iterable[Risk]) -> list[str]:
    rows = list(risks)
    if not rows:
        return []
    lines = [
        "  Clauses and older rules (GATT: General Agreement on Tariffs and Trade), by our reading"
    ]
    for risk in rows:
        lines += wrap(
            f"{risk.does}, {risk.meets}: {risk.cover}", f"  {risk.articles:<11}", " " * 13
        )
    return lines


def _look_out(checked: Checked, room: int) -> list[str]:
    """What the market says, in at most `room` lines; what does not fit is counted."""
    study = checked.study
    if study is None:
        return []
    if not study.converged:
        return ["  The market did not clear, so nothing is said of what the floors would do."]
    if not checked.warnings:
        return ["  Solved as a market: every floor holds, and no next stage lacks one."]
    lines = [f"  Look out, on the market of {study.world.base_year}"]
    for n, text in enumerate(checked.warnings):
        told = wrap(text, "  ! ", "    ")
        if len(lines) + len(told) > room - (n + 1 < len(checked.warnings)):
            return [*lines, f"  ! and {len(checked.warnings) - n} more: {MORE}"]
        lines += told
    return lines
