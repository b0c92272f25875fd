"""The part of a top-up that goes above what a member has bound in the World Trade Organization.

    room  = bound rate x customs value - statutory duty     (a bound duty per kg: x kg contained)
    above = top-up - what room there is, at least 0

Bound rates are those of `agreement.legal`, each with its source and quality; a line without a row is
unknown, never free. A reading of public texts by laymen, not advice. Source of the measure: Article
II:1(b) of the General Agreement on Tariffs and Trade; Chile capped its price bands so after DS207.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ..agreement.legal import COVERS, NEEDED, TABLE, Rate, rates
from ..terms.names import states
from .reckoning import Reckoned, cents, unit

OBLIGATION = "GATT II:1(b)"
"""What a duty above the bound rate meets."""


@dataclass(frozen=True, slots=True)
class Above:
    """What of a top-up lies above the bound rate. Cents.

    bound      the row of the table; None: none is known, and nothing else is then
    most       what the bound rate comes to on this line
    statutory  base and extra duty
    room       most - statutory; below 0 where those alone are above
    above      part of the top-up that has no room, >= 0
    cover      article of an exception that the member has invoked; `none stated`; empty: none needed
    reference  where it invoked it
    why        why the bound rate is unknown; empty where it is known
    """

    bound: Rate | None
    most: int | None
    statutory: int
    room: int | None
    above: int | None
    cover: str
    reference: str
    why: str


def bound_rate(
    import_country: str, hs_code: str, product: str, table: Path = TABLE
) -> tuple[Rate | None, str]:
    """The bound rate of a line of a member's tariff, or why none is known.

    The longest line that the code begins with; for a shorter code one line alone may fit it.
    """
    own = [
        rate for rate in rates(table)
        if rate.measure == "bound" and import_country in states(rate.importer)
    ]  # fmt: skip
    lines = [(line, rate) for rate in own for line in _codes(rate.line)]
    within = [(line, rate) for line, rate in lines if hs_code.startswith(line)]
    if within:
        longest = max(len(line) for line, _ in within)
        fit = [rate for line, rate in within if len(line) == longest]
    else:
        fit = [rate for line, rate in lines if line.startswith(hs_code)]
    fit = [rate for rate in fit if product in rate.products] or fit
    said = {(rate.value, rate.unit) for rate in fit}
    if not fit:
        return None, f"no bound rate of {import_country} on {hs_code} is in the table"
    if len(said) > 1:
        several = ", ".join(sorted({rate.line for rate in fit}))
        return None, f"{hs_code} may be {several}, which are bound differently: state 8 digits"
    return fit[0], ""


def above(sum: Reckoned, table: Path = TABLE) -> Above:
    """The part of a line's top-up above its bound rate, and what covers it."""
    line = sum.line
    statutory = sum.duty("base") + sum.duty("extra")
    product = sum.law.coverage.product if sum.law.coverage else ""
    bound, why = bound_rate(line.import_country, line.hs_code, product, table)
    if bound is None:
        return Above(None, None, statutory, None, None, "", "", why)
    most = _most(bound, sum.customs_value, sum.element_mass)
    room = most - statutory
    beyond = max(0, sum.top_up - max(0, room))
    cover = COVERS.get(bound.importer)
    if not beyond:
        return Above(bound, most, statutory, room, 0, "", "", "")
    return Above(
        bound=bound, most=most, statutory=statutory, room=room, above=beyond,
        cover=cover.exception if cover else NEEDED, reference=cover.reference if cover else "",
        why="",
    )  # fmt: skip


def _most(bound: Rate, customs_value: int, element_mass: Decimal) -> int:
    """What the bound rate comes to, cents: of the customs value, or of the kg contained."""
    if bound.unit == "percent":
        return unit(customs_value * bound.value / 100)
    return cents(element_mass * bound.value)


def _codes(line: str) -> tuple[str, ...]:
    """The codes in a line as importers write it: `2617.10-000`, `3801109000;380190`."""
    return tuple(re.sub("[^0-9]", "", part.split()[0]) for part in line.split(";"))
