"""Credits and debits: which of them stand, and the states of a line that they lead to.

One after another in the order of date and number, whatever the order of rows; so it is a walk and no
expression. The states are then reckoned like any line (`duty`), and an adjustment owes the difference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

TOO_LARGE = 10**16
"""Running sums, in cents or grams, above which a line cannot be of this world."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A credit or debit that passed the checks of its shape, with what is known of its original.

    value, mass  1/100 of the currency and g; mass None where none is given
    original     row number of the entry line that it corrects; None: none was assessed
    held         the original's price; carriage: what FOB takes off it, both 1/100 of the currency
    """

    row_number: int
    entry_number: str
    line_number: int
    credit: bool
    day: date
    currency: str
    value: int
    mass: int | None
    reason: str
    original: int | None
    original_day: date
    original_currency: str
    held: int
    carriage: int
    grams: int


class State(NamedTuple):
    """A line after its nth correction: sums of all so far, in 1/100 of the currency and g."""

    row_number: int
    original: int
    nth: int
    held: int
    customs: int
    mass: int
    credit: bool


class Refused(NamedTuple):
    """A correction that is set aside: the reason, the column looked at and what is allowed."""

    row_number: int
    reason: str
    column: str
    allowed: str


def walk(corrections: Iterable[Correction]) -> tuple[list[State], list[Refused]]:
    """States of the originals, oldest first, and the corrections that do not stand.

    A correction that is refused changes nothing for those after it.
    """
    states: list[State] = []
    refused: list[Refused] = []
    last: dict[int, State] = {}
    ordered = sorted(corrections, key=lambda c: (c.day, c.entry_number, c.line_number))
    for c in ordered:
        before = last.get(c.original) if c.original is not None else None
        found = _next(c, before)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            states.append(found)
            last[found.original] = found
    return states, refused


def _next(c: Correction, before: State | None) -> State | Refused:
    def no(reason: str, column: str, allowed: str) -> Refused:
        return Refused(c.row_number, reason, column, allowed)

    if c.original is None:
        return no("REF_NOT_ASSESSED", "ref_entry_number", "an entry line that was assessed")
    if c.currency != c.original_currency:
        return no("CURRENCY_DIFFERS", "currency", c.original_currency)
    if c.day < c.original_day:
        return no("DATE_IMPOSSIBLE", "entry_date", f"{c.original_day} or later")
    short = c.reason == "short_delivery"
    mass = c.mass or 0
    if mass and not short:
        return no("NOT_ALLOWED", "net_mass_kg", "0, or empty, but for short_delivery")
    if mass > 0:
        return no("SIGN_WRONG", "net_mass_kg", "0 or below")
    if (c.value >= 0) if c.credit else (c.value <= 0):
        return no("SIGN_WRONG", "item_value", "below 0" if c.credit else "above 0")
    held = (before.held if before else 0) + c.value
    customs = (before.customs if before else 0) + (0 if c.credit and not short else c.value)
    grams = (before.mass if before else 0) + mass
    if c.grams + grams < 0:
        return no("CREDIT_EXCEEDS_VALUE", "net_mass_kg", "no more than what is left")
    if c.held + held < 0 or c.held + customs - c.carriage < 0:
        return no("CREDIT_EXCEEDS_VALUE", "item_value", "no more than what is left")
    if c.held + held >= TOO_LARGE:
        return no("OUT_OF_RANGE", "item_value", "a sum below 10^14")
    nth = before.nth + 1 if before else 1
    return State(c.row_number, c.original, nth, held, customs, grams, c.credit)


def correction(row: Mapping[str, Any]) -> Correction:
    """A correction from a row of an engine's answer."""
    return Correction(**{name: row[name] for name in Correction.__slots__})
