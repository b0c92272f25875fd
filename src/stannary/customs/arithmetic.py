"""Exact arithmetic on whole numbers, as expressions that come out alike on every engine.

Amounts are 64-bit integers in the units of their last place: cents, grams, 1e-4 per cent or USD per kg,
1e-6 for rates and factors. Rounding is half up, at the places that the file contract names (R1 to R7)
and nowhere else. Next: `duty`, which uses it.
"""

import ibis
from ibis.expr.types import IntegerValue, Value

FINE = 10**6
"""Units of a rate, a factor or a share in 1; per cents of four places are shares of six."""

PRICE_TO_CENTS = 10**5
"""1e-4 USD per kg times grams, in one cent."""

MOST = 4 * 10**18
"""Amounts above this are not reckoned: two of them still add up within 64 bits."""


def whole(value: Value) -> IntegerValue:
    """An integer that stood as a float."""
    return value.round(0).cast("int64")


def quotient(x: IntegerValue, by: int) -> IntegerValue:
    """x // by for x >= 0, exactly.

    `//` of the engines goes through a float or differs between them; here the dividend is an exact
    multiple, and the quotient is below 2^52, so that its float rounds back to it.
    """
    return whole((x - x % by) / by)


def times(a: IntegerValue, b: IntegerValue, unit: int) -> IntegerValue:
    """a x b / unit, half up, for a, b >= 0; null where it passes MOST (or where a or b is null).

    The multiple of `unit` in `a` is taken out first: the product of the two large numbers never stands
    in 64 bits.
    """
    fits = a.cast("float64") * b.cast("float64") < float(MOST) * unit
    exact = quotient(a, unit) * b + quotient((a % unit) * b + unit // 2, unit)
    return ibis.cases((fits, exact), else_=ibis.null("int64"))


def positive(x: IntegerValue) -> IntegerValue:
    """x where it is above 0, else 0; null stays null."""
    return ibis.cases((x.isnull(), ibis.null("int64")), (x > 0, x), else_=ibis.literal(0, "int64"))
