"""Exact arithmetic on whole numbers, as expressions that come out alike on every engine.

Amounts are 64-bit integers in the units of their last place: cents, grams, 1e-4 per cent or USD per kg,
1e-6 for rates and factors. Rounding is half up, at the places that the file contract names (R1 to R7)
and nowhere else. Next: `duty`, which uses it.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

import ibis
from ibis.expr.types import IntegerValue, Value

FINE = 10**6
"""Units of a rate, a factor or a share in 1; per cents of four places are shares of six."""

PRICE_TO_CENTS = 10**5
"""1e-4 USD per kg times grams, in one cent."""

MOST = 4 * 10**18
"""Amounts above this are not reckoned: two of them still add up within 64 bits."""

EXACT = 2.0**52 - 10**6
"""Products below this are whole numbers as floats, half a unit added."""


def whole(value: Value) -> IntegerValue:
    """An integer that stood as a float."""
    return value.round(0).cast("int64")


def quotient(x: IntegerValue, by: int) -> IntegerValue:
    """X // by for x >= 0, exactly.

    `//` of the engines goes through a float or differs between them; here the dividend is an exact
    multiple, and the quotient is below 2^52, so that its float rounds back to it.
    """
    return whole((x - x % by) / by)


def times(a: IntegerValue, b: IntegerValue, unit: int) -> IntegerValue:
    """A x b / unit, half up, for a, b >= 0; null where it passes MOST (or where a or b is null).

    Below 2^52 the product is exact as a float, and the floor of its quotient too: it lies at least
    1 / unit below the next whole number, which is more than a float's last place there. Above, the
    multiple of `unit` in `a` is taken out first: the large product never stands in 64 bits.
    """
    size = a.cast("float64") * b.cast("float64")
    simple = ((a * b + unit // 2) / unit).floor().cast("int64")
    exact = quotient(a, unit) * b + quotient((a % unit) * b + unit // 2, unit)
    return ibis.cases(
        (size.abs() < EXACT, simple),
        ((a >= 0) & (size < float(MOST) * unit), exact), else_=ibis.null("int64")
    )  # fmt: skip


def positive(x: IntegerValue) -> IntegerValue:
    """X where it is above 0, else 0; null stays null."""
    return ibis.cases((x.isnull(), ibis.null("int64")), (x > 0, x), else_=ibis.literal(0, "int64"))
