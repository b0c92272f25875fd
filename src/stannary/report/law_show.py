"""What `stannary show` prints: the law as it stands on a day, what changes next, what is assumed.

Next: `law`, the words.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ..agreement import Change, Floor, Schedule
from ..secretariat import Shown
from ..terms.dates import long
from .law import (
    MORE,
    WIDTH,
    again,
    clause,
    dumped,
    head,
    many,
    name_of,
    numbers,
    percent,
    plain,
    price,
    said,
    wrap,
    written,
)
from .names import listed

FLOORS = "  Floors, USD per kg of the product's basis: numbers of the text, no benchmark moves them"
ROWS = 7
MOST = 39
"""Lines of the whole screen."""
CALENDAR = 5
"""Lines that the calendar takes at most."""


def screen(shown: Shown) -> str:
    """The law of a day as text: under 40 lines of at most 100 columns."""
    above = [
        [_title(shown)],
        wrap(f"{_answer(shown.schedule)}{_outside(shown.schedule)}"),
        _floors(shown),
        _rules(shown.schedule),
    ]
    assumed, following = _assumed(shown), _following(shown)
    used = sum(len(part) + 1 for part in above if part) + len(assumed) + 1 + len(following)
    parts = [*above, _calendar(shown, max(MOST - used, 2)) + assumed, following]
    return "\n\n".join("\n".join(part) for part in parts if part)


def as_json(shown: Shown) -> str:
    """The same for machines, whole: every clause standing, every change to come."""
    schedule = shown.schedule
    enforcement, stockpile = schedule.enforcement, schedule.stockpile
    border = schedule.border
    body: dict[str, object] = {
        "schema": "stannary-show/1",
        "agreement": shown.agreement.name,
        "title": shown.agreement.title,
        "draft": shown.agreement.draft,
        "day": schedule.day.isoformat(),
        "settings": list(shown.settings),
        "inside": sorted(schedule.inside),
        "members": [
            {
                "country": m.country, "name": m.name, "status": m.status, "inside": m.inside,
                "through": m.through, "accession": written(m.accession),
                "withdrawal": written(m.withdrawal), "valuation": m.valuation, "fx_date": m.fx_date,
                **clause(m.clause),
            }
            for m in schedule.members
        ],
        "products": [
            {
                "product": p.product, "name": p.name, "world": p.world, "hs": list(p.hs),
                "element": p.element, "assay": [plain(p.assay_from), plain(p.assay_to)],
                "basis": p.basis, **clause(p.clause),
            }
            for p in schedule.products
        ],
        "floors": [
            {
                "product": f.product, "member": f.member, "usd_per_kg": plain(f.usd_per_kg),
                "basis": f.basis, **clause(f.clause),
            }
            for f in schedule.floors
        ],
        "guarantees": [
            {
                "product": g.product, "member": g.member, "usd_per_kg": plain(g.usd_per_kg),
                "basis": g.basis, **clause(g.clause),
            }
            for g in schedule.guarantees
        ],
        "rules": {
            "compared_on": schedule.compared_on, "proven": plain(schedule.proven),
            "circulation": schedule.circulation, "procurement": schedule.procurement,
            "dominant_supplier": schedule.dominant_supplier,
        },
        "border": {
            "in_transit_days": border.in_transit,
            "security_trigger": plain(border.security_trigger),
            "security_sale_months": border.security_sale,
            "security_proof_months": border.security_proof,
            "small_consignment_usd": plain(border.small_consignment),
            "contained_tolerance": plain(border.contained_tolerance),
        },
        "enforcement": {
            "audit_rate": numbers(enforcement.audit_rate),
            "penalty": numbers(enforcement.penalty),
            "disguise": numbers(enforcement.disguise),
            "tempted": plain(enforcement.tempted),
            "detour": plain(enforcement.detour),
        },
        "capture": numbers(schedule.capture),
        "stockpile": {
            "fund_usd": plain(stockpile.fund), "target_days": plain(stockpile.target_days),
            "unusable": plain(stockpile.unusable),
        } if stockpile else None,
        "duties": [
            {
                "product": d.product, "kind": d.kind, "importer": d.importer, "origin": d.origin,
                "rate": plain(d.rate), "counts": d.counts, **clause(d.clause),
            }
            for d in schedule.duties
        ],
        "changes": [
            {
                "day": c.day.isoformat(), "path": c.path, "article": c.article,
                "before": written(c.before), "after": written(c.after),
            }
            for c in shown.changes
        ],
        "assumed": [clause(c) for c in shown.assumed],
    }  # fmt: skip
    return dumped(body)


def _title(shown: Shown) -> str:
    law, assumed, changes = shown.agreement, len(shown.assumed), len(shown.settings)
    words = ["draft"] if law.draft else []
    if assumed:
        words.append(f"{assumed} of {len(shown.schedule.clauses)} values assumed")
    changed = f", {changes} change{'' if changes == 1 else 's'}" if changes else ""
    told = f" ({', '.join(words)})" if words else ""
    return f"Agreement {law.name}{changed}{told}, as it stands on {long(shown.schedule.day)}."


def _answer(schedule: Schedule) -> str:
    parties = [m for m in schedule.members if m.inside and m.through is None]
    products = {floor.product for floor in schedule.floors if floor.usd_per_kg > 0}
    floors = (
        f"Imports of {many(len(products), 'product')} may not undercut a floor"
        if products
        else "No floor stands"
    )
    if not parties:
        return f"Nobody is inside. {floors}."
    states = many(len(schedule.inside), "state")
    names = ", ".join(sorted(member.name for member in parties))
    who = f"{many(len(parties), 'party', 'parties')} of {states}"
    return f"{who} {'is' if len(parties) == 1 else 'are'} inside. {floors}. Inside: {names}."


def _outside(schedule: Schedule) -> str:
    counts = Counter(m.status for m in schedule.members if not m.inside and m.through is None)
    words = [f"{counts[status]} {word}" for status, word in OUTSIDE.items() if status in counts]
    return f" Named, not inside: {', '.join(words)}." if words else ""


OUTSIDE = {
    "signed": "signed",
    "negotiating": "negotiating",
    "observer": "observers",
    "absent": "absent",
}
"""Status of countries that are not inside, from the nearest to the farthest."""


def _floors(shown: Shown) -> list[str]:
    # A form that follows a member's own floor is told by that one.
    own = [f for f in shown.schedule.floors if f.member in (None, f.clause.path.rpartition(".")[2])]
    floors = sorted(own, key=lambda floor: _order(floor.clause.article))
    if not floors:
        return []
    cells = [_cell(floor) for floor in floors]
    wide = max(len(label) for _, label, _ in cells)
    columns = 3 if wide <= 15 else 2
    kept = cells[: ROWS * columns] if len(cells) <= ROWS * columns else cells[: ROWS * columns - 1]
    deep = -(-len(kept) // columns)
    lines = [FLOORS]
    for row in range(deep):
        line = "".join(
            f"  {article:<6}{label:<{wide}}{level:>9} " for article, label, level in kept[row::deep]
        )
        lines.append(line.rstrip())
    if len(kept) < len(cells):
        lines.append(f"  and {len(cells) - len(kept)} more: {MORE}")
    return lines


def _cell(floor: Floor) -> tuple[str, str, str]:
    article = floor.clause.article.removeprefix("Art. ")
    if floor.member:
        article = article.removesuffix(f"({floor.member})")
    label = floor.product + (f" {floor.member}" if floor.member else "")
    return article, label, price(floor.usd_per_kg) if floor.usd_per_kg else "none"


def _order(article: str) -> tuple[int, str]:
    number = article.partition("(")[2].partition(")")[0]
    return int(number or 0), article


COMPARED = {
    "duty-paid": "the floor is held against the price with freight and the duties that count",
    "cif": "the floor is held against the price with freight, before any duty",
}
CIRCULATION = {
    "origin": "each member collects at its own border, by the origin of the goods",
    "free": "goods that have entered once circulate freely",
}
PROCUREMENT = {
    "any": "defence may buy from any origin, besides what national rules bar",
    "zone": "defence may buy from inside the zone only",
}


def _rules(schedule: Schedule) -> list[str]:
    suppliers = {
        mineral: name_of(code) for mineral, code in sorted(schedule.dominant_supplier.items())
    }
    others = [f"of {mineral}: {name}" for mineral, name in suppliers.items() if mineral != "*"]
    on_fob = [m.name for m in schedule.members if m.inside and m.valuation == "FOB"]
    duties = {duty.clause.path for duty in schedule.duties}
    rows = [
        ("Art. 1(2)", "; ".join([f"dominant supplier: {suppliers['*']}", *others])),
        ("Art. 5(3)", COMPARED[schedule.compared_on]),
        ("Art. 6", f"{many(len(duties), 'statutory duty', 'statutory duties')} of members"),
        ("Art. 7(2)", f"{percent(schedule.proven)} of zone trade proves its origin"),
        ("Art. 7(3)", CIRCULATION[schedule.circulation]),
        ("Art. 7(4)", PROCUREMENT[schedule.procurement]),
    ]
    if on_fob:
        basis = f"duty on the value without freight: {listed(sorted(on_fob))}; others with freight"
        rows.insert(1, ("Art. 5(2)", basis))
    if schedule.guarantees:
        given = [
            f"{name_of(g.member)} {g.product} {price(g.usd_per_kg)}" for g in schedule.guarantees
        ]
        more = f" and {len(given) - 3} more" if len(given) > 3 else ""
        rows.append(("Art. 8", f"guaranteed to producers, USD/kg: {', '.join(given[:3])}{more}"))
    if schedule.enforcement.tempted > 0:
        rows += _enforcement(schedule)
    if schedule.stockpile:
        s = schedule.stockpile
        rows.append((
            "Art. 10", f"stockpile: {(s.fund / 10**9).normalize():,f} bn USD, for "
            f"{s.target_days.normalize():f} days of use, {percent(s.unusable)} of it unusable",
        ))  # fmt: skip
    if any(schedule.capture.values()):
        own = [f"{name_of(c)} {percent(v)}" for c, v in schedule.capture.items() if c != "*"]
        kept = "; ".join([percent(schedule.capture["*"]), *own])
        rows.append(("Art. 11", f"share of a top-up that outside sellers keep: {kept}"))
    if schedule.floors:
        b = schedule.border
        asked = f"a price over {b.security_trigger} times the market's asks for a security"
        if b.small_consignment:
            asked += f"; no top-up up to {b.small_consignment.normalize():f} USD a line"
        rows.append(("Art. 12", asked))
    lines = ["  Rules"]
    for article, text in rows:
        lines += wrap(text, f"  {article:<11}", " " * 13)
    return lines


def _enforcement(schedule: Schedule) -> list[tuple[str, str]]:
    e = schedule.enforcement
    return [
        ("Art. 9", f"{percent(e.tempted)} of tonnes are tempted; audits catch {_span(e.audit_rate)} of"
         f" cheats by class of buyer, who pay the duty and {_times(e.penalty)} it; hiding costs"
         f" {_span(e.disguise)} of the value, a detour {percent(e.detour)}"),
    ]  # fmt: skip


def _span(rows: Mapping[str, Decimal]) -> str:
    low, high = min(rows.values()), max(rows.values())
    return percent(low) if low == high else f"{percent(low)} to {percent(high)}"


def _times(rows: Mapping[str, Decimal]) -> str:
    low, high = (f"{value.normalize():f}" for value in (min(rows.values()), max(rows.values())))
    return f"{low} times" if low == high else f"{low} to {high} times"


def _calendar(shown: Shown, room: int) -> list[str]:
    """What changes next, day by day, in at most `room` lines; what does not fit is counted."""
    if not shown.changes:
        return [f"  Nothing changes after {long(shown.schedule.day)} in this text."]
    days: dict[date, list[Change]] = {}
    for change in shown.changes:
        days.setdefault(change.day, []).append(change)
    lines = ["  What changes next"]
    told = 0
    for changes in days.values():
        entry = wrap(f"{long(changes[0].day)}: {_told(shown, changes)}", "    ", "      ")
        last = told + len(changes) == len(shown.changes)
        if len(lines) + len(entry) > min(room, CALENDAR) - (not last):
            return [*lines, f"    and {many(len(shown.changes) - told, 'change')} more: {MORE}"]
        lines += entry
        told += len(changes)
    return lines


def _told(shown: Shown, changes: list[Change]) -> str:
    """The changes of one day: one by its values, several of a kind by their number."""
    kinds: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        kinds.setdefault((change.path.partition(".")[0], _verb(change)), []).append(change)
    told: list[str] = []
    for (kind, verb), group in kinds.items():
        if len(group) == 1 and kind != "members":
            told.append(_one(shown, group[0]))
        elif kind == "members" and verb in ("comes in", "goes out"):
            names = [name_of(change.path.split(".")[1]) for change in group]
            some = names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"]
            told.append(f"{listed(some)} {verb.replace('s ', ' ') if len(names) > 1 else verb}")
        else:
            verb = verb if len(group) == 1 else verb.removesuffix("s")
            told.append(f"{many(len(group), *KINDS[kind])} {verb}")
    return "; ".join(told) + "."


KINDS = {
    "members": ("value of members", "values of members"),
    "floors": ("floor", "floors"),
    "rules": ("rule", "rules"),
    "duties": ("statutory rate", "statutory rates"),
    "guarantees": ("guarantee", "guarantees"),
    "enforcement": ("value of enforcement", "values of enforcement"),
    "stockpile": ("value of the stockpile", "values of the stockpile"),
    "responses": ("response", "responses"),
}
"""What the parameters of each table are called: one, and many."""


def _verb(change: Change) -> str:
    if isinstance(change.after, bool):
        return "comes in" if change.after else "goes out"
    if change.after is None:
        return "ends"
    return "begins" if change.before is None else "changes"


def _one(shown: Shown, change: Change) -> str:
    unit = shown.agreement.parameters[change.path].unit
    after = said(change.after, unit)
    if change.after is None:
        return f"{change.path} ends"
    if change.before is None:
        return f"{change.path} begins: {after}"
    return f"{change.path} {said(change.before, unit)} -> {after}"


def _assumed(shown: Shown) -> list[str]:
    if not shown.assumed:
        return ["  No value is assumed."]
    counts = Counter(head(clause.article) for clause in shown.assumed)
    words = ", ".join(
        f"{article}:\N{NO-BREAK SPACE}{n}" for article, n in sorted(counts.items(), key=_by_article)
    )
    return wrap(f"Assumed, by article: {words}. Why: {MORE}.")


def _by_article(pair: tuple[str, int]) -> int:
    return int(pair[0].removeprefix("Art. "))


def _following(shown: Shown) -> list[str]:
    commands = again(shown, "check"), again(shown, "run")
    line = f"  Next: {'  |  '.join(commands)}"
    if len(line) > WIDTH:  # with many --set a command would be longer than what it follows
        asked = shown.asked
        line = f"  Next: stannary check {asked}  |  stannary run {asked}, each with the same --set"
    return [line]
