"""What every rule of origin says of one lot on one day: pass or fail, the clause, the deciding link.

An answer is an indicator, never a finding: it rests on what lots, parents and the register state.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .chain import DONE, HUNDRED, STAGES, Books, Lot, Step, chain, place
from .custody import Model, Proof, parents_first, proof
from .faults import Fault, faults, kilograms
from .rules import Rule

Answer = Literal["pass", "fail", "unproven", "not covered", "not in force"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says.

    answer   pass; fail; unproven (nothing barred is seen, but the chain does not reach back);
             not covered (the rule does not speak of the product); not in force that day
    would    the answer if the rule were in force, where it stands but is suspended
    share    of the element that counts: of zone origin, or of the country that is limited; None where
             the rule asks for no share
    decides  the link that decides, as a sentence
    links    every link that the sentence could have named, nearest the lot first
    by       what the share was reckoned by
    """

    rule: Rule
    answer: Answer
    decides: str
    would: Answer | None = None
    share: Fraction | None = None
    links: tuple[str, ...] = ()
    by: Literal["", "mass", "value"] = ""


def verdicts(
    books: Books,
    lot_id: str,
    day: date,
    rules: Iterable[Rule],
    members: frozenset[str],
    model: Model = "segregated",
) -> tuple[Verdict, ...]:
    """What every rule says of a lot on a day, one verdict a rule, in the order of the rules.

    members  ISO3 states inside the zone that day

    Raises UnknownName for a lot that is not there.
    """
    lot, wrong = books.lot(lot_id), faults(books, lot_id)
    found: list[Verdict] = []
    standing: dict[str, Rule | None] = {}
    rows = tuple(rules)
    for rule in rows:
        standing.setdefault(rule.id, None)
        if rule.stands(day):
            standing[rule.id] = rule
    for name, rule in standing.items():
        if rule is None:
            found.append(_absent([r for r in rows if r.id == name], day))
        elif not rule.covers(lot.product):
            said = f"It does not speak of {lot.product}."
            found.append(Verdict(rule, "not covered", said))
        else:
            said = _answer(books, lot, rule, members, model, wrong)
            found.append(_suspended(said) if rule.suspended else said)
    return tuple(found)


def zone_proof(books: Books, lot_id: str, rule: Rule, members: frozenset[str]) -> Proof:
    """The proven zone share of a lot under a rule of the zone. Raises UnknownName."""
    apart = {f.lot_id: f.sentence for f in faults(books, lot_id) if f.kind == "certificate"}

    def bars(lot: Lot) -> str | None:
        return _outside(books, lot, rule, members) or apart.get(lot.lot_id)

    return proof(books, lot_id, bars, rule.recycled_cap_pct)


def _absent(rows: list[Rule], day: date) -> Verdict:
    """The verdict of a rule none of whose rows stands: the nearest row says when it did or will."""
    later = [r for r in rows if r.first > day]
    if later:
        return Verdict(later[0], "not in force", f"It starts on {later[0].first}.")
    return Verdict(rows[-1], "not in force", f"It ended on {rows[-1].last}.")


def _suspended(said: Verdict) -> Verdict:
    decides = f"{said.rule.suspended[0].upper()}{said.rule.suspended[1:]}. {said.decides}"
    return Verdict(said.rule, "not in force", decides, said.answer, said.share, said.links, said.by)


def _answer(
    books: Books,
    lot: Lot,
    rule: Rule,
    members: frozenset[str],
    model: Model,
    wrong: tuple[Fault, ...],
) -> Verdict:
    if rule.test == "zone":
        return _zone(books, lot, rule, members, model)
    if rule.test == "barred":
        return _barred(books, lot, rule, wrong)
    return _share(books, lot, rule, wrong)


# ---------------------------------------------------------------- the zone's rule


def _zone(books: Books, lot: Lot, rule: Rule, members: frozenset[str], model: Model) -> Verdict:
    if not members:
        return Verdict(rule, "not in force", "No country is inside the zone that day.")
    shown = zone_proof(books, lot.lot_id, rule, members)
    counted = shown.counted(model)
    links = tuple(f"{d.sentence} ({kilograms(d.grams)} kg)." for d in shown.doubts)
    if shown.share == 1:
        steps = chain(books, lot.lot_id)
        where = ", ".join(sorted({place(s.lot.country) for s in steps}))
        said = f"Every one of {_count(len(steps), 'lot')} is of the zone ({where})."
        return Verdict(rule, "pass", said, share=counted)
    said = links[0] if links else "Part of it is not proven."
    if model == "mass-balance" and shown.share > 0:
        return Verdict(
            rule, "fail", f"{_percent(shown.share)} is proven; the rest pays. {said}", share=counted,
            links=links,
        )  # fmt: skip
    return Verdict(rule, "fail", said, share=counted, links=links)


def _outside(books: Books, lot: Lot, rule: Rule, members: frozenset[str]) -> str | None:
    """Why a lot is not of the zone by itself, whatever it was made from."""
    if lot.stage not in rule.stages:
        return None
    if lot.country not in members:
        return f"{_made(lot, lot.country)}, outside the zone"
    plant = books.plant(lot)
    if plant is None:
        return f"{lot.lot_id}: {lot.facility_id} is not registered for {lot.product} on {lot.day}"
    if plant.country != lot.country or plant.stage != lot.stage:
        return (
            f"{_made(lot, lot.country)}; the register has {lot.facility_id} as {plant.stage} in"
            f" {place(plant.country)}"
        )
    if rule.owners and plant.owner is not None and plant.owner not in members:
        return _owned(lot, plant.owner)
    return None


# ---------------------------------------------------------------- barred countries


def _barred(books: Books, lot: Lot, rule: Rule, wrong: tuple[Fault, ...]) -> Verdict:
    steps = chain(books, lot.lot_id)
    hits = tuple(h for s in steps if (h := _hit(s, rule)))
    if hits:
        return Verdict(rule, "fail", hits[0], links=hits)
    gaps = _gaps(books, rule, wrong)
    if gaps:
        return Verdict(rule, "unproven", gaps[0], links=gaps)
    counted = [s.lot for s in steps if s.lot.stage in rule.stages]
    where = ", ".join(sorted({place(at.country) for at in counted}))
    said = f"{_count(len(counted), 'step')} that count, none in a barred country ({where})."
    return Verdict(rule, "pass", said)


def _hit(step: Step, rule: Rule) -> str | None:
    lot, plant = step.lot, step.plant
    if lot.stage not in rule.stages:
        return None
    there = plant.country if plant and plant.country in rule.countries else lot.country
    if there in rule.countries:
        return f"{_made(lot, there)}."
    if rule.owners and plant is not None and plant.owner in rule.countries:
        return f"{_owned(lot, plant.owner)}."
    return None


def _gaps(books: Books, rule: Rule, wrong: tuple[Fault, ...]) -> tuple[str, ...]:
    """Faults that leave a counted step unseen; a plant's own, or what went into a lot."""
    found: list[str] = []
    for fault in wrong:
        stage = books.by_id[fault.lot_id].stage
        before = any(STAGES.index(s) <= STAGES.index(stage) for s in rule.stages if s != stage)
        own = fault.kind in ("unknown plant", "other plant", "certificate")
        if (own and stage in rule.stages) or (not own and before):
            found.append(fault.sentence)
    return tuple(found)


# ---------------------------------------------------------------- share of one country


def _share(books: Books, lot: Lot, rule: Rule, wrong: tuple[Fault, ...]) -> Verdict:
    limit = Fraction((rule.limit_pct or Decimal(0)) / HUNDRED)
    by_value = _by_value(books, lot, rule)
    share = by_value if by_value is not None else _by_mass(books, lot, rule)
    by: Literal["value", "mass"] = "mass" if by_value is None else "value"
    how = (
        "by value"
        if by == "value"
        else "by mass of the element, standing in for a value that is not stated"
    )
    of = ", ".join(place(code) for code in rule.countries)
    from_there = tuple(
        f"{_made(s.lot, s.lot.country)}."
        for s in chain(books, lot.lot_id)
        if s.lot.country in rule.countries
    )
    first = f" {from_there[0]}" if from_there else ""
    said = f"{_percent(share)} from {of} {how}.{first}"
    if share >= limit:
        return Verdict(
            rule, "fail", f"A licence is needed: {said}", share=share, links=from_there, by=by
        )
    gaps = _gaps(books, rule, wrong)
    if gaps:
        return Verdict(rule, "unproven", gaps[0], share=share, links=gaps, by=by)
    return Verdict(rule, "pass", said, share=share, links=from_there, by=by)


def _by_mass(books: Books, lot: Lot, rule: Rule) -> Fraction:
    """Share of the element whose chain passes the countries; scrap has no country."""
    share: dict[str, Fraction] = {}
    for at in parents_first(books, lot.lot_id):
        known = [p for p in books.made_from(at.lot_id) if p.parent_lot_id in books.by_id]
        taken = sum(p.grams for p in books.made_from(at.lot_id))
        if at.country in rule.countries:
            share[at.lot_id] = Fraction(1)
        elif taken:
            from_there = sum((p.grams * share[p.parent_lot_id] for p in known), Fraction(0))
            fresh = 1 - Fraction(at.recycled_pct / HUNDRED)
            share[at.lot_id] = fresh * from_there / taken
        else:
            share[at.lot_id] = Fraction(0)
    return share[lot.lot_id]


def _by_value(books: Books, lot: Lot, rule: Rule) -> Fraction | None:
    """USD of goods of the countries per USD of the lot; None where a value that is needed lacks."""
    usd: dict[str, Fraction | None] = {}
    for at in parents_first(books, lot.lot_id):
        if at.country in rule.countries:
            usd[at.lot_id] = None if at.usd is None else Fraction(at.usd)
            continue
        parts = [
            (Fraction(p.grams, books.by_id[p.parent_lot_id].grams), usd[p.parent_lot_id])
            for p in books.made_from(at.lot_id)
            if p.parent_lot_id in books.by_id and books.by_id[p.parent_lot_id].grams
        ]
        if any(part is None for _, part in parts):
            usd[at.lot_id] = None
        else:
            usd[at.lot_id] = sum((g * part for g, part in parts if part is not None), Fraction(0))
    value = usd[lot.lot_id]
    return value / Fraction(lot.usd) if lot.usd and value is not None else None


def _made(lot: Lot, country: str) -> str:
    return f"{lot.lot_id}: {DONE[lot.stage]} at {lot.facility_id} in {place(country)}"


def _owned(lot: Lot, owner: str | None) -> str:
    return (
        f"{lot.lot_id}: {lot.facility_id} in {place(lot.country)} is owned from"
        f" {place(owner or '')}"
    )


def _percent(share: Fraction) -> str:
    """A share as per cent, rounded towards what is unproven: 99.96 is not 100."""
    tenths = int(share * 1000)
    return f"{tenths // 10}.{tenths % 10} %" if tenths % 10 else f"{tenths // 10} %"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
