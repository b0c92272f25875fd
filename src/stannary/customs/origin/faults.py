"""What is wrong with a chain: mass from nowhere, papers that do not fit, days that run back.

A fault is a reason not to count a link as proven; it is an indicator, never a finding.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .chain import HUNDRED, STAGES, Books, Lot, Step, chain

Kind = Literal[
    "unknown lot", "unknown plant", "other plant", "mass", "handed out twice", "date", "stage",
    "certificate", "no parents",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at a lot.

    grams     the element in question, where it is a matter of mass
    sentence  what, with the numbers and the paper that would clear it
    """

    kind: Kind
    lot_id: str
    sentence: str
    grams: int = 0


def kilograms(grams: int | Fraction) -> str:
    """Grams as kilograms, to the gram: 211.4, 1,200."""
    whole = int(grams)
    return f"{whole // 1000:,}.{abs(whole) % 1000:03d}".rstrip("0").rstrip(".")


def there(books: Books, lot_id: str) -> Fraction:
    """Of each gram taken from a lot, the share that it really had; 0 for an unknown lot."""
    lot = books.by_id.get(lot_id)
    if lot is None:
        return Fraction(0)
    taken = books.taken.get(lot_id, 0)
    return Fraction(1) if taken <= lot.grams else Fraction(lot.grams, taken)


def faults(books: Books, lot_id: str) -> tuple[Fault, ...]:
    """Everything wrong in the chain of a lot, nearest first. Raises UnknownName."""
    certificates: dict[str, list[Lot]] = {}
    for lot in books.lots:
        certificates.setdefault(lot.certificate_id, []).append(lot)
    found: list[Fault] = []
    for step in chain(books, lot_id):
        found += _of_plant(books, step)
        found += _of_parents(books, step)
        # One certificate may cover several lots of a plant, never lots of two plants.
        others = ", ".join(
            f"{lot.lot_id} of {lot.facility_id}"
            for lot in certificates[step.lot.certificate_id]
            if lot.facility_id != step.lot.facility_id
        )
        if others:
            found.append(
                Fault(
                    "certificate", step.lot.lot_id,
                    f"Certificate {step.lot.certificate_id} of {step.lot.lot_id},"
                    f" {step.lot.facility_id}, also stands on {others}.",
                )
            )  # fmt: skip
    return tuple(found)


def _of_plant(books: Books, step: Step) -> list[Fault]:
    lot, rows = step.lot, books.plants.get(step.lot.facility_id, ())
    if not rows:
        return [
            Fault(
                "unknown plant", lot.lot_id,
                f"{lot.lot_id} was certified by {lot.facility_id}, which is no known facility.",
            )
        ]  # fmt: skip
    if step.plant is None:
        has = ", ".join(
            f"{f.product} from {f.first}" + (f" to {f.last}" if f.last else "") for f in rows
        )
        return [
            Fault(
                "other plant", lot.lot_id,
                f"{lot.lot_id} is {lot.product} of {lot.day}; {lot.facility_id} is registered for"
                f" {has}.",
            )
        ]  # fmt: skip
    wrong = [
        f"{what} {ours} on the lot, {theirs} in the register"
        for what, ours, theirs in (
            ("country", lot.country, step.plant.country),
            ("stage", lot.stage, step.plant.stage),
        )
        if ours != theirs
    ]
    if wrong:
        said = f"{lot.lot_id} and its facility {lot.facility_id} differ: {'; '.join(wrong)}."
        return [Fault("other plant", lot.lot_id, said)]
    return []


def _of_parents(books: Books, step: Step) -> list[Fault]:
    lot, found = step.lot, list[Fault]()
    for parent in step.parents:
        behind = books.by_id.get(parent.parent_lot_id)
        if behind is None:
            said = (
                f"{lot.lot_id} took {kilograms(parent.grams)} kg from {parent.parent_lot_id},"
                " which is no known lot."
            )
            found.append(Fault("unknown lot", lot.lot_id, said, parent.grams))
            continue
        if behind.day > lot.day:
            said = (
                f"{lot.lot_id} is dated {lot.day}, before {behind.lot_id} that it was made from"
                f" ({behind.day})."
            )
            found.append(Fault("date", lot.lot_id, said))
        if STAGES.index(behind.stage) > STAGES.index(lot.stage):
            said = (
                f"{lot.lot_id} left stage {lot.stage}, which comes before stage {behind.stage} of"
                f" {behind.lot_id}."
            )
            found.append(Fault("stage", lot.lot_id, said))
        taken = books.taken[behind.lot_id]
        if taken > behind.grams:
            over = taken - behind.grams
            said = (
                f"{behind.lot_id} has {kilograms(behind.grams)} kg and {kilograms(taken)} kg were"
                f" taken from it: {kilograms(over)} kg too many."
            )
            found.append(Fault("handed out twice", behind.lot_id, said, over))
    if lot.stage == "mine":
        return found
    fresh = Fraction(lot.grams) * (1 - Fraction(lot.recycled_pct / HUNDRED))
    if not step.parents and fresh > 0:
        said = (
            f"{lot.lot_id} ({kilograms(lot.grams)} kg, {lot.stage}) names nothing that it was made"
            " from."
        )
        found.append(Fault("no parents", lot.lot_id, said, lot.grams))
    elif step.plant is not None:
        most = Fraction(sum(p.grams for p in step.parents)) * Fraction(
            step.plant.recovery_pct / HUNDRED
        )
        # Half a gram: masses are stated to the gram, and a plant's yield need not be whole.
        if fresh - most > Fraction(1, 2):
            over = round(fresh - most)
            said = (
                f"{lot.lot_id} holds {kilograms(fresh)} kg that is not recycled; what it took yields"
                f" {kilograms(most)} kg at {_plain(step.plant.recovery_pct)} %:"
                f" {kilograms(over)} kg came from nowhere."
            )
            found.append(Fault("mass", lot.lot_id, said, over))
    return found


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
