"""The emergency split: who gets how much of a stock that is too small for all claims.

Classes are served in order. Inside a class it is weighted water-filling: everyone gets the same per
unit of weight, and nobody more than the claim,

    x = min(claim, level x weight)      with the level at which the stock is used up

Where claims equal rights this is proportional; whoever asks for less frees grams for the others.
Source: O'Neill 1982; Aumann and Maschler 1985; Thomson 2003 (constrained equal awards, with weights).
All exact, in grams; no order and no name changes a result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from ..terms.errors import BadInput


@dataclass(frozen=True, slots=True)
class Claim:
    """What one member or subscriber may ask of the pool.

    grams   the claim admitted, >= 0: see `admitted`
    weight  the right bought, > 0, in any unit that all claims of its class share
    order   class: 1 is served first
    """

    name: str
    grams: int
    weight: int | Fraction
    order: int = 1


def available(store: int, unusable: Decimal | Fraction, encumbered: int, owed: int) -> int:
    """Grams that can be split: what is stored, less what cannot be released; never below 0.

    unusable    share of the store that cannot be taken out, 0..1, rounded up to the gram
    encumbered  grams pledged to a lender
    owed        grams released and not yet paid for
    """
    share = Fraction(unusable)
    if not 0 <= share <= 1:
        raise BadInput("not a share", where="unusable", value=str(unusable), allowed="from 0 to 1")
    _grams({"store": store, "encumbered": encumbered, "owed": owed}.items())
    return max(0, store - ceil(share * store) - encumbered - owed)


def admitted(asked: int, right_left: int, days: int, use_a_day: int) -> int:
    """The claim that counts, grams: what is asked, within the right left and `days` of proven use."""
    terms = {"asked": asked, "right left": right_left, "days": days, "use a day": use_a_day}
    _grams(terms.items())
    return min(asked, right_left, days * use_a_day)


def split(
    stock: int, claims: Sequence[Claim], ceilings: Mapping[int, int] | None = None
) -> dict[str, int]:
    """Grams for each claim, each share rounded down; what is left over stays in the stock.

    Rounding down, not by largest remainder: with that, a gram more in stock can take one from a
    member (the Alabama paradox; Balinski and Young 1982).

    ceilings  grams that a class gets at most, by its order; a class without one has none

    Raises BadInput on a stock, claim or ceiling below 0, a weight not above 0, or a name twice.
    """
    return {
        name: share.numerator // share.denominator
        for name, share in shares(stock, claims, ceilings).items()
    }


def shares(
    stock: int | Fraction,
    claims: Sequence[Claim],
    ceilings: Mapping[int, int | Fraction] | None = None,
) -> dict[str, Fraction]:
    """As `split`, exact: before rounding. In the order of the claims."""
    limits = ceilings or {}
    _check(stock, claims, limits)
    left = Fraction(stock)
    found: dict[str, Fraction] = {}
    for order in sorted({claim.order for claim in claims}):
        members = [claim for claim in claims if claim.order == order]
        pool = min(left, Fraction(limits[order])) if order in limits else left
        served = _filled(pool, members)
        left -= sum(served.values(), Fraction(0))
        found |= served
    return {claim.name: found[claim.name] for claim in claims}


def _filled(pool: Fraction, members: Sequence[Claim]) -> dict[str, Fraction]:
    """Weighted water-filling of one class."""
    weight = sum((Fraction(claim.weight) for claim in members), Fraction(0))
    found: dict[str, Fraction] = {}
    # Whoever asks least for the weight is full first; after that one the level only rises.
    for claim in sorted(members, key=lambda claim: Fraction(claim.grams) / Fraction(claim.weight)):
        found[claim.name] = min(Fraction(claim.grams), pool * Fraction(claim.weight) / weight)
        pool -= found[claim.name]
        weight -= Fraction(claim.weight)
    return found


def _check(
    stock: int | Fraction, claims: Sequence[Claim], limits: Mapping[int, int | Fraction]
) -> None:
    _grams([("stock", stock), *((f"ceiling of class {n}", limit) for n, limit in limits.items())])
    _grams((f"claim of {claim.name}", claim.grams) for claim in claims)
    names: set[str] = set()
    for claim in claims:
        if claim.weight <= 0:
            raise BadInput(
                "a claim without a weight",
                where=claim.name,
                value=str(claim.weight),
                allowed="above 0; whoever has no right has no claim",
            )
        if claim.name in names:
            raise BadInput("two claims of one name", where=claim.name, allowed="each name once")
        names.add(claim.name)


def _grams(amounts: Iterable[tuple[str, int | Fraction]]) -> None:
    for what, amount in amounts:
        if amount < 0:
            raise BadInput("a negative amount", where=what, value=str(amount), allowed="0 or more")
