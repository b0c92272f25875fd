"""What share of a lot is proven: followed gram by gram, or averaged over what went into a plant.

Segregated: goods of proven origin were never mixed, so a lot is proven whole or not at all. Mass
balance: goods were mixed, and the proven share of a lot is that of what went into it; the rest counts
as outside and pays. Shares are exact fractions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .chain import HUNDRED, STAGES, Books, Lot
from .faults import there

Model = Literal["segregated", "mass-balance"]

Bars = Callable[[Lot], str | None]
"""Why a lot of the chain itself does not count (a sentence), or None."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A link at which grams stop being proven.

    grams  of the element at that link that do not count
    """

    lot_id: str
    sentence: str
    grams: Fraction


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proven of a lot.

    share   of its element, 0..1, by mass balance
    doubts  the links that decide, those nearest the lot first; none: all of it is proven
    """

    share: Fraction
    doubts: tuple[Doubt, ...]

    def counted(self, model: Model) -> Fraction:
        """The share that counts under a custody model: segregated is all or nothing."""
        return self.share if model == "mass-balance" or self.share == 1 else Fraction(0)


def proof(books: Books, lot_id: str, bars: Bars, recycled_cap_pct: Decimal) -> Proof:
    """The proven share of a lot and the links that take from it. Raises UnknownName.

    bars              asked of every lot of the chain
    recycled_cap_pct  most of a lot's element that counts as recycled, per cent; what is above it, and
                      has no parents either, does not count
    """
    shares: dict[str, Fraction] = {}
    doubts: dict[str, list[Doubt]] = {}
    cap = Fraction(recycled_cap_pct / HUNDRED)
    for lot in parents_first(books, lot_id):
        shares[lot.lot_id], doubts[lot.lot_id] = _share(books, lot, bars, cap, shares)
    behind, told, row = list[Doubt](), set[str](), [lot_id]
    while row:
        after: list[str] = []
        for name in row:
            if name not in told:
                told.add(name)
                behind += doubts.get(name, [])
                after += [p.parent_lot_id for p in books.made_from(name)]
        row = after
    return Proof(shares[lot_id], tuple(behind))


def _share(
    books: Books, lot: Lot, bars: Bars, cap: Fraction, shares: dict[str, Fraction]
) -> tuple[Fraction, list[Doubt]]:
    """Proven share of one lot, and its own doubts (not those of its parents)."""
    why = bars(lot)
    if why is not None:
        return Fraction(0), [Doubt(lot.lot_id, why, Fraction(lot.grams))]
    if lot.grams == 0:
        return Fraction(1), []
    doubts: list[Doubt] = []
    recycled = Fraction(lot.recycled_pct / HUNDRED)
    counted = min(recycled, cap)
    if recycled > cap:
        over = (recycled - cap) * lot.grams
        said = (
            f"{lot.lot_id} is {float(100 * recycled):g} % recycled; {float(100 * cap):g} % counts"
        )
        doubts.append(Doubt(lot.lot_id, said, over))
    fresh = 1 - recycled
    if lot.stage == "mine" or fresh == 0:
        return counted + fresh, doubts
    plant = books.plant(lot)
    yield_ = Fraction(plant.recovery_pct / HUNDRED) if plant else Fraction(0)
    had = good = Fraction(0)
    for parent in books.made_from(lot.lot_id):
        behind = books.by_id.get(parent.parent_lot_id)
        # A lot cannot be proven by one that was made after it, or that left a later stage.
        fits = (
            behind is not None
            and behind.day <= lot.day
            and STAGES.index(behind.stage) <= STAGES.index(lot.stage)
        )
        grams = parent.grams * there(books, parent.parent_lot_id) if fits else Fraction(0)
        had += grams
        good += grams * shares.get(parent.parent_lot_id, Fraction(0))
    needed = fresh * lot.grams
    # What the parents yield may fall short of the lot: then only what they yield is proven. Half a
    # gram is rounding, masses being stated to the gram.
    made = had * yield_
    short = needed - made
    if short > Fraction(1, 2):
        said = f"{lot.lot_id} holds more than its known parents yield"
        doubts.append(Doubt(lot.lot_id, said, short))
    else:
        made = needed
    return counted + (made / lot.grams * good / had if had else 0), doubts


def parents_first(books: Books, lot_id: str) -> list[Lot]:
    """Lots of a chain, each after all that it was made from."""
    order: list[Lot] = []
    seen: set[str] = set()
    todo: list[tuple[str, bool]] = [(books.lot(lot_id).lot_id, False)]
    while todo:
        name, leaving = todo.pop()
        if leaving:
            order.append(books.by_id[name])
        elif name not in seen and name in books.by_id:
            seen.add(name)
            todo.append((name, True))
            todo += [(p.parent_lot_id, False) for p in books.made_from(name)]
    return order
