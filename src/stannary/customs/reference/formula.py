"""The published formula: from market and structural price to the fair value, and to the floor.

    fair value = structural + market_share x max(0, market - structural)
    floor      = fair value, within step_limit_pct of the floor before it

A market below cost, flooded or not, never pulls the fair value under the cost of production; a market
above it goes in by a part, so that after a boom the floor comes down by steps and not at once. Where
no market price holds, the fair value is the structural price; where no cost is listed, the floor
before stands. A change of anything here is another method: raise its number.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .exact import price

METHOD = "stannary-reference/1"
"""Name and version of everything between the observations and the floor."""


@dataclass(frozen=True, slots=True)
class Floored:
    """The floor with what made it.

    fair   None: no cost of production is listed
    bound  whether the largest step stopped it
    """

    fair: Decimal | None
    floor: Decimal
    bound: bool


def fair_value(
    market: Decimal | None, structural: Decimal | None, share: Fraction
) -> Decimal | None:
    """USD per kg, four places; None without a structural price."""
    if structural is None:
        return None
    above = max(Fraction(0), Fraction(market) - Fraction(structural)) if market else Fraction(0)
    return price(Fraction(structural) + share * above)


def floored(fair: Decimal | None, previous: Decimal | None, step: Fraction) -> Floored | None:
    """The floor, USD per kg, four places; None where there is neither a fair value nor a floor before.

    step  largest step as a share of `previous`
    """
    if fair is None:
        return None if previous is None else Floored(None, previous, False)
    if previous is None:
        return Floored(fair, fair, False)
    low, high = (price(Fraction(previous) * (1 + sign * step)) for sign in (-1, 1))
    floor = min(max(fair, low), high)
    return Floored(fair, floor, floor != fair)
