"""Numbers as a page writes them: three digits, a real minus, a sign where it means gain or cost.

`charts/src/format.ts` writes the same for what is drawn; a test compares the two.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import floor, log10

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
"""Stands where there is no number."""
TRACE = 1e-6


def figure(value: float | None) -> str:
    """Three digits, halves away from zero: 62.0, 110, 1,560, 14,200; 0.0412 below one.

    What is below a millionth is what a solver leaves of nothing: 0.
    """
    if value is None:
        return NOTHING
    if abs(value) < TRACE:
        return "0"
    written = Decimal(value)
    last = Decimal(1).scaleb(written.adjusted() - 2)
    rounded = written.quantize(last, ROUND_HALF_UP)
    # 99.96 rounds up to 100, which has one decimal fewer than it came with.
    decimals = max(2 - rounded.adjusted(), 0)
    return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def exact(value: float | None) -> str:
    """A value of the law, never rounded: 110, 112.25."""
    if value is None:
        return NOTHING
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def fixed(value: float, decimals: int) -> str:
    """A signed amount with a set number of decimals, for columns that add up: +290.0."""
    text = f"{value:+,.{max(decimals, 0)}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def change(before: float | None, after: float | None) -> str:
    """The change from `before` in %, signed: +7%; a dash where there was nothing before."""
    if before is None or after is None or abs(before) < TRACE:
        return NOTHING
    percent = 100 * (after / before - 1)
    return fixed(percent, 0 if abs(percent) >= 0.95 or abs(percent) < 0.05 else 1) + "%"


def percent(share: float | None) -> str:
    """A share between 0 and 1 as 71%."""
    if share is None:
        return NOTHING
    return f"{Decimal(100 * share).quantize(Decimal(1), ROUND_HALF_UP):f}%"


def share(part: float) -> str:
    """2.1%, 11%: two digits."""
    return f"{100 * part:.1f}%" if part < 0.0995 else f"{100 * part:.0f}%"


def not_quite(part: float) -> str:
    """87%, 9.4%; what is not quite all of it is never written as 100%."""
    return f"{100 * min(part, 0.999):.1f}%" if 0.995 <= part < 1 - 1e-6 else share(part)


def millions(usd: float) -> str:
    """Signed M USD: +290, −0.420; the unit is written beside it. Below 500 USD: 0."""
    if abs(usd) < 500:
        return "0"
    return ("+" if usd > 0 else MINUS) + figure(abs(usd) / 1e6)


def decimals_of(millions: float) -> int:
    """Decimals that tell an amount of M USD in three digits, two at most, whole from a hundred up."""
    size = abs(millions)
    return 2 if size < 10 else max(2 - floor(log10(size)), 0)


def that_add_up(parts: Sequence[float], decimals: int) -> list[float]:
    """Round `parts` so that they add up to their rounded sum (largest remainders move up).

    No part moves by a whole last digit.
    """
    unit = 10.0**-decimals
    lower = [floor(p / unit) for p in parts]
    short = round(sum(parts) / unit) - sum(lower)
    by_remainder = sorted(range(len(parts)), key=lambda i: lower[i] - parts[i] / unit)
    for i in by_remainder[:short]:
        lower[i] += 1
    return [round(n * unit, decimals) for n in lower]
