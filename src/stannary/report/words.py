"""Numbers as a page writes them: three digits, a real minus, a sign where it means gain or cost.

`charts/src/format.ts` writes the same for what is drawn; a test compares the two.
"""

from collections.abc import Sequence
from math import floor, log10

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
"""Stands where there is no number."""


def figure(value: float | None) -> str:
    """Three digits: 62.0, 110, 1,560, 14,200; 0.0412 below one."""
    if value is None:
        return NOTHING
    if value == 0:
        return "0"
    decimals = 2 - floor(log10(abs(value)))
    rounded = round(value, decimals)
    # 99.96 rounds up to 100.0, which has one digit more than asked for.
    decimals = 2 - floor(log10(abs(rounded)))
    return f"{rounded:,.{max(decimals, 0)}f}".replace("-", MINUS)


def exact(value: float | None) -> str:
    """A value of the law, never rounded: 110, 112.25."""
    if value is None:
        return NOTHING
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def fixed(value: float, decimals: int) -> str:
    """A signed amount with a set number of decimals, for columns that add up: +290.0."""
    text = f"{value:+,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def change(before: float | None, after: float | None) -> str:
    """The change from `before` in %, signed: +7%; a dash where there was nothing before."""
    if not before or after is None:
        return NOTHING
    percent = 100 * (after / before - 1)
    return fixed(percent, 0 if abs(percent) >= 0.95 or abs(percent) < 0.05 else 1) + "%"


def percent(share: float | None) -> str:
    """A share between 0 and 1 as 71%."""
    return NOTHING if share is None else f"{100 * share:.0f}%"


def millions(usd: float) -> str:
    """Signed M USD: +290, −0.420; the unit is written beside it."""
    text = figure(abs(usd) / 1e6)
    return text if text == "0" else ("+" if usd > 0 else MINUS) + text


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
