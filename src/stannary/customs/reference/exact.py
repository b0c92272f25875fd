"""Exact numbers: fractions inside, half-up to stated places where a price is published."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

PLACES = 4
"""Places of every published price, USD/kg."""


def half_up(value: Fraction, places: int = PLACES) -> Decimal:
    """`value` to that many places; a half goes away from zero."""
    scale = 10**places
    twice = 2 * abs(value.numerator) * scale + value.denominator
    whole = twice // (2 * value.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def price(value: Fraction) -> Decimal:
    """A price as it is published, USD/kg to four places."""
    return half_up(value)


def weighted_quantile(rows: Iterable[tuple[Fraction, Fraction]], share: Fraction) -> Fraction:
    """The least value at which the weights, summed upwards, reach `share` of them all.

    rows  (value, weight > 0), at least one
    """
    ordered = sorted(rows)
    goal = share * sum((weight for _, weight in ordered), Fraction(0))
    reached = Fraction(0)
    for value, weight in ordered:
        reached += weight
        if reached >= goal:
            return value
    return ordered[-1][0]


def median(values: Iterable[Fraction]) -> Fraction:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2
