"""Words that the three screens of the law share: values, articles, commands.

Next: `law_show`, `law_check` and `law_diff`, the screens.
"""

import json
import shlex
import textwrap
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ..agreement import Clause
from ..agreement.article import Value
from ..secretariat import Shown
from ..terms.dates import long
from ..terms.names import countries

WIDTH = 100
MORE = "the same with --json"
"""How everything that a screen folds is seen."""


def wrap(text: str, first: str = "  ", then: str = "  ") -> list[str]:
    """Lines of at most a hundred columns, indented; an article is never parted from its number."""
    lines = textwrap.wrap(
        text.replace("Art. ", "Art.\N{NO-BREAK SPACE}"), WIDTH,
        initial_indent=first, subsequent_indent=then,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def dumped(body: Mapping[str, object]) -> str:
    """A strict JSON text."""
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)


def clause(given: Clause) -> dict[str, object]:
    """Where a value stands, for machines."""
    return {
        "path": given.path, "article": given.article, "since": given.since.isoformat(),
        "reference": given.reference, "assumed": given.assumed, "doubt": given.doubt,
    }  # fmt: skip


def plain(value: Decimal) -> float | int:
    """A number of the law for machines."""
    return int(value) if value == value.to_integral_value() else float(value)


def numbers(rows: Mapping[str, Decimal]) -> dict[str, float | int]:
    """Numbers of the law by name, for machines."""
    return {key: plain(value) for key, value in rows.items()}


def written(value: Value | None) -> str | float | int | bool | None:
    """Any value of the law for machines."""
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def price(usd_per_kg: Decimal) -> str:
    """A price of the law, never rounded: 110.00, 1,600.00, 112.125."""
    shown = usd_per_kg.normalize()
    return f"{shown:,f}" if shown != round(shown, 2) else f"{usd_per_kg:,.2f}"


def percent(share: Decimal) -> str:
    """A share of the law in per cent, never rounded: 17%, 2.5%."""
    return f"{(100 * share).normalize():f}%"


def said(value: Value | None, unit: str) -> str:
    """A value with its unit, as a sentence writes it; `ended` where there is none."""
    if value is None:
        return "ended"
    if isinstance(value, bool):
        return "inside" if value else "outside"
    if not isinstance(value, Decimal):
        return long(value) if isinstance(value, date) else value
    match unit:
        case "USD/kg":
            return f"{price(value)} USD/kg"
        case "share" | "ad valorem":
            return percent(value)
        case "times":
            return f"{value.normalize():f} times"
        case _:
            return f"{value.normalize():,f} {unit}".strip()


def head(article: str) -> str:
    """The article without its paragraph: Art. 4 of Art. 4(12)."""
    return article.partition("(")[0]


def again(shown: Shown, verb: str) -> str:
    """The command that asks the same of another verb."""
    words = ["stannary", verb, shown.asked]
    if shown.on is not None:
        words += ["--day" if verb == "run" else "--on", str(shown.on)]
    for setting in shown.settings:
        words += ["--set", setting]
    return shlex.join(words)


def name_of(code: str) -> str:
    """A country's name."""
    return countries()[code]


def many(n: int, one: str, more: str = "") -> str:
    """A number of things: `1 state`, `21 parties`."""
    return f"{n} {one if n == 1 else more or one + 's'}"
