"""What `stannary origin` prints of a lot: the answer, each rule with its clause and deciding link.

`origin_book` tells of a book of lots and of trade, `origin_page` writes the pages.
"""

import json
import textwrap
from pathlib import Path

from ..customs.origin.chain import Step, place
from ..customs.origin.faults import kilograms
from ..customs.origin.verdicts import Verdict
from ..secretariat.origins import Origin
from ..terms.dates import long
from .lines import LINES, WIDTH, look_out, next_line, wrap

STEPS = 7
"""Rows of the chain that a screen has room for; the page has all."""

INDICATOR = "An indicator, never a finding: it rests on what lots, parents and the register state."


def screen(found: Origin, written: tuple[Path, ...] = ()) -> str:
    """The answer first, then the rules, the chain, and what to look out for."""
    lines = [made(found), "", *wrap(headline(found)), "", *_rules(found), ""]
    lines += _chain(found)
    custody = wrap(custody_of(found))
    tail = [f"  {'   '.join(str(p) for p in written)}"] if written else []
    tail += [*next_line(_next(found)), f"  {INDICATOR}"]
    room = LINES - len(lines) - len(custody) - len(tail) - 2
    lines += ["", *custody]
    told = look_out([(text, "") for text in warnings(found)], max(room - 1, 2))
    lines += (["", *told] if told else []) + ["", *tail]
    return "\n".join(lines)


def made(found: Origin) -> str:
    """What was looked at, under which rules."""
    lot = found.lot
    return (
        f"Lot {lot.lot_id}: {kilograms(lot.grams)} kg in {lot.product}, {lot.facility_id} in"
        f" {place(lot.country)}.  Rules of {long(found.day)}."
    )


def headline(found: Origin) -> str:
    """The answer in a sentence."""
    lot = found.lot.lot_id
    by = {a: [v.rule.title for v in found.verdicts if v.answer == a] for a in ("pass", "fail")}
    unproven = [v.rule.title for v in found.verdicts if v.answer == "unproven"]
    said: list[str] = []
    if by["fail"]:
        said.append(f"fails {_and(by['fail'])}")
    if unproven:
        said.append(f"does not prove {_and(unproven)}")
    if by["pass"]:
        said.append(f"passes {_and(by['pass'])}")
    away = len(found.verdicts) - len(by["pass"]) - len(by["fail"]) - len(unproven)
    more = f" The other {'rule does' if away == 1 else f'{away} rules do'} not bind it that day."
    return f"{lot} {'; it '.join(said)}." + (more if away else "")


def _rules(found: Origin) -> list[str]:
    lines = [f"  {'rule':<20}{'answer':<14}clause"]
    for v in found.verdicts:
        lines.append(f"  {v.rule.title:<20}{shown(v):<14}{v.rule.clause}")
        lines += under(decides(v))[:2]
    return lines


def under(text: str) -> list[str]:
    """Text folded under a row of a table."""
    return textwrap.wrap(text, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def shown(verdict: Verdict) -> str:
    """The answer as a table writes it: in capitals only where a rule fails."""
    return "FAIL" if verdict.answer == "fail" else verdict.answer


def decides(verdict: Verdict) -> str:
    """The link that decides, and what would hold if the rule were not suspended."""
    would = {"fail": "Else it fails. ", "pass": "Else it passes. ", "unproven": "Else unproven. "}
    return would.get(verdict.would or "", "") + verdict.decides


def _chain(found: Origin) -> list[str]:
    lines = [f"  {'chain':<12}{'product':<14}{'stage':<11}{'plant':<14}{'day':<12}{'kg':>10}  from"]
    for step in found.steps[:STEPS]:
        lot = step.lot
        lines.append(
            f"  {lot.lot_id:<12}{lot.product:<14}{lot.stage:<11}"
            f"{lot.facility_id + ' ' + lot.country:<14}{lot.day!s:<12}"
            f"{kilograms(lot.grams):>10}  {made_of(step)}"[:WIDTH]
        )
    if len(found.steps) > STEPS:
        lines.append(f"  and {len(found.steps) - STEPS} more lots behind them")
    return lines


def made_of(step: Step) -> str:
    """What a lot was made from, in few words."""
    parts = [f"{kilograms(p.grams)} {p.parent_lot_id}" for p in step.parents]
    if step.lot.recycled_pct:
        parts.append(f"{step.lot.recycled_pct:f} % scrap")
    if not parts:
        parts = ["the ground" if step.lot.stage == "mine" else "nothing stated"]
    return ", ".join(parts)


def custody_of(found: Origin) -> str:
    """Which share counts under the custody model, and what the other model would say."""
    share = float(found.proven.share)
    grams = found.lot.grams
    proven = int(found.proven.share * grams)
    if not found.schedule.inside:
        return "Custody: no country is inside the zone that day."
    if found.proven.share == 1:
        return "Custody: all of it is proven, whether lots are kept apart or averaged."
    if found.model == "mass-balance":
        return (
            f"Custody by mass balance: {kilograms(proven)} kg ({share:.1%}) are proven and count as"
            f" zone origin; {kilograms(grams - proven)} kg count as outside and pay."
        )
    if not found.proven.share:
        return "Custody: none of it is proven, so all of it counts as outside and pays."
    return (
        f"Custody segregated: {share:.1%} is proven, which is not all, so the whole lot counts as"
        f" outside and pays. By mass balance {kilograms(proven)} kg would not."
    )


def warnings(found: Origin) -> list[str]:
    """Faults of the chain, rows that could not be read, and what the rules leave open."""
    told = [fault.sentence for fault in found.wrong]
    told += [f"A row was set aside: {aside.message}." for aside in found.aside]
    if found.papers.parents is None:
        told.append("No --parents: nothing behind the lot is known.")
    if found.papers.facilities is None:
        told.append("No --facilities: no plant is registered, so nothing is proven.")
    told += [
        f"{v.rule.title}: {v.rule.note}."
        for v in found.verdicts
        if v.rule.note and v.answer not in ("not covered", "not in force")
    ]
    assumed = [
        v.rule.title
        for v in found.verdicts
        if v.rule.assumed and v.answer not in ("not covered", "not in force")
    ]
    if assumed:
        told.append(f"Assumed, stated by no source: {_and(assumed)}.")
    return told


def _next(found: Origin) -> list[str]:
    other = "segregated" if found.model == "mass-balance" else "mass-balance"
    asked = command(found)
    return [f"{asked} --custody {other}", f"{asked} --out out/origin"]


def command(found: Origin) -> str:
    """The command that asks this again."""
    text = f"stannary origin {found.lot.lot_id} --lots {found.papers.lots}"
    for name, path in (("parents", found.papers.parents), ("facilities", found.papers.facilities)):
        text += f" --{name} {path}" if path else ""
    return text


def as_json(found: Origin) -> str:
    """The same for machines, whole."""
    body = {
        "schema": "stannary-origin/1",
        "lot": found.lot.lot_id,
        "day": str(found.day),
        "custody": found.model,
        "zone_share": f"{float(found.proven.share):.6f}",
        "zone_kg": f"{int(found.proven.share * found.lot.grams) / 1000:.3f}",
        "pays_share": f"{float(found.pays):.6f}",
        "rules": [
            {
                "rule": v.rule.id, "answer": v.answer, "would": v.would, "clause": v.rule.clause,
                "reference": v.rule.reference, "assumed": v.rule.assumed, "decides": v.decides,
                "links": list(v.links), "by": v.by,
                "share": None if v.share is None else f"{float(v.share):.6f}",
            }
            for v in found.verdicts
        ],
        "chain": [
            {
                "lot": s.lot.lot_id, "depth": s.depth, "product": s.lot.product,
                "stage": s.lot.stage, "kg": f"{s.lot.grams / 1000:.3f}",
                "facility": s.lot.facility_id, "country": s.lot.country, "date": str(s.lot.day),
                "registered": s.plant is not None, "owner": s.plant.owner if s.plant else None,
                "parents": [
                    {"lot": p.parent_lot_id, "kg": f"{p.grams / 1000:.3f}"} for p in s.parents
                ],
            }
            for s in found.steps
        ],
        "doubts": [d.sentence for d in found.proven.doubts],
        "faults": [{"kind": f.kind, "lot": f.lot_id, "says": f.sentence} for f in found.wrong],
        "set_aside": [a.message for a in found.aside],
    }  # fmt: skip
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
