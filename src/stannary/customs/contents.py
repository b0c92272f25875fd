"""Goods that hold several covered elements: each is a part of the line, with a floor of its own.

    split(reckon(line, law_of_line), law, (Content("Nd", share=Decimal(75)), ...)).floor

A line without a row here is assessed for the one element that it declares. Next: `derivatives`, goods
whose price is mostly other things.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from typing import cast

from ..terms.errors import BadInput, BadTable, Place
from .assessed import Key
from .columns import ELEMENTS, Column
from .derivatives import derivatives, goods_of
from .files import read
from .law import Law
from .law_rows import Coverage, Floor
from .line import EXACT, FOUR_PLACES, Line, floor_of, turned
from .reckoning import Reckoned, cents, kg

CONTENTS = (
    Column("entry_number", required=True, meaning="number of the entry"),
    Column("line_number", "integer", required=True, meaning="line within it"),
    Column("element", required=True, allowed=ELEMENTS, meaning="one of those inside"),
    Column("share_pct", "number", 4, meaning="per cent of what the line's assay speaks of"),
    Column("kg", "number", 3, meaning="or its kg, in the basis of the line's assay"),
)
"""Columns of a table of contents: one row for each element of a line."""


@dataclass(frozen=True, slots=True)
class Content:
    """One element inside: a share of what the assay speaks of, per cent, or kg in its basis."""

    element: str
    share: Decimal | None = None
    kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one element makes of a line.

    inside      kg in the basis of the line's assay
    product     legal product; empty: the element is not covered in this heading
    by_content  the heading is a derivative good, and the product is what is inside it: a magnet's metal
    chargeable  kg in the floor's basis; None: no floor is held against it
    floor_cents, market_cents  None: none stands, or no market price is published
    """

    element: str
    inside: Decimal
    product: str
    by_content: bool = False
    floor: Floor | None = None
    chargeable: Decimal | None = None
    floor_cents: int | None = None
    market_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A line as the sum of its parts.

    chargeable, floor  sums of the parts: kg and cents
    top_up             floor - CIF - duty that counts, at least 0, for parts that the heading covers;
                       floor - market, at least 0, for each part by content; 0 where the line owes none;
                       None: a market price that it needs is not known
    """

    sum: Reckoned
    parts: tuple[Part, ...]
    chargeable: Decimal
    floor: int
    top_up: int | None


def read_contents(path: Path) -> dict[Key, tuple[Content, ...]]:
    """Contents by line. Raises BadTable on a file or a row that cannot be read."""
    table = read(path, CONTENTS)
    if table.aside:
        first = table.aside[0]
        raise BadTable(
            f"a row that cannot be read: {first.reason}",
            where=Place(str(path), first.row_number + 1, first.column), value=first.value_met,
            allowed=first.allowed,
        )  # fmt: skip
    found: dict[Key, tuple[Content, ...]] = {}
    for row in table.rows:
        key = str(row["entry_number"]), cast(int, row["line_number"])
        one = Content(
            str(row["element"]), cast("Decimal | None", row["share_pct"]),
            cast("Decimal | None", row["kg"]),
        )  # fmt: skip
        found[key] = (*found.get(key, ()), one)
    return found


def split(sum: Reckoned, law: Law, contents: tuple[Content, ...]) -> Split:
    """The parts of a line; kg and cents of parts with the same floor price are rounded together.

    The stage of every part is that of the whole: its heading and its assay. Raises BadInput on contents
    that cannot be inside the line.
    """
    line = sum.line
    _possible(sum, contents)
    with localcontext(EXACT):
        masses = _masses(sum, contents)
        seen: dict[tuple[Decimal, str], tuple[Decimal, int, int]] = {}
        parts = tuple(
            _part(line, law, content.element, mass, seen)
            for content, mass in zip(contents, masses, strict=True)
        )
    chargeable, floor = Decimal("0.000"), 0
    for part in parts:
        chargeable += part.chargeable or Decimal(0)
        floor += part.floor_cents or 0
    return Split(sum, parts, chargeable, floor, _top_up(sum, parts))


def _top_up(sum: Reckoned, parts: tuple[Part, ...]) -> int | None:
    if sum.outcome in ("ZONE_ORIGIN", "SMALL_CONSIGNMENT"):
        return 0
    covered = [part.floor_cents or 0 for part in parts if not part.by_content]
    floor = 0
    for cents_of_part in covered:
        floor += cents_of_part
    found = max(0, floor - sum.cif - sum.counted) if floor else 0
    for part in parts:
        if part.by_content and part.floor_cents is not None:
            if part.market_cents is None:
                return None
            found += max(0, part.floor_cents - part.market_cents)
    return found


def in_words(found: Split) -> tuple[str, ...]:
    """The parts and their sum in sentences."""
    said: list[str] = []
    for part in found.parts:
        told = f"{part.element}: {part.inside:,f} kg"
        if part.floor is None or part.chargeable is None or part.floor_cents is None:
            product = part.product or "an element that is not covered in this heading"
            said.append(f"{told} of {product}: no floor.")
            continue
        said.append(
            f"{told} is {part.chargeable:,f} kg chargeable of {part.product} x"
            f" {part.floor.floor_usd_per_kg:f} USD ({part.floor.version}) ="
            f" {_usd(part.floor_cents)}."
        )
    owed = "unknown, for want of a market price" if found.top_up is None else _usd(found.top_up)
    said.append(
        f"In all {found.chargeable:,f} kg chargeable and a floor of {_usd(found.floor)}. The top-up by"
        f" contents, held against {_against(found)}, is {owed}. The line itself was assessed for"
        f" {found.sum.line.element or 'no element'}: a top-up of {_usd(found.sum.top_up)}."
    )
    return tuple(said)


def _against(found: Split) -> str:
    if all(part.by_content for part in found.parts if part.floor is not None):
        return "the market price of what is inside"
    return f"CIF {_usd(found.sum.cif)} and {_usd(found.sum.counted)} duty that counts"


def _part(
    line: Line,
    law: Law,
    element: str,
    inside: Decimal,
    seen: dict[tuple[Decimal, str], tuple[Decimal, int, int]],
) -> Part:
    factor = next((f for f in law.factors if f.element == element), None)
    row = _covered(line, law, element)
    product, by_content = (row.product, False) if row else ("", False)
    if not product or floor_of(line, law, product) is None:
        metal = _in_derivative(line, law, element)
        product, by_content = (metal, True) if metal else (product, False)
    floor = floor_of(line, law, product) if product else None
    if floor is None:
        return Part(element, inside, product, by_content)
    if floor.basis == "product":
        # Of the goods as they are: this element's share of the dry mass.
        exact: Decimal | None = inside * 100 / line.assay
    else:
        exact = turned(inside, line.assay_basis, floor.basis, factor)
    assert exact is not None  # the law has a factor wherever it could be asked for
    chargeable = kg(exact)
    price, market = floor.floor_usd_per_kg, floor.market_usd_per_kg
    mass, floor_before, market_before = seen.get((price, str(market)), (Decimal(0), 0, 0))
    mass += chargeable
    floor_now = cents(mass * price)
    market_now = cents(mass * market) if market is not None else 0
    seen[price, str(market)] = mass, floor_now, market_now
    return Part(
        element=element, inside=inside, product=product, by_content=by_content, floor=floor,
        chargeable=chargeable,
        floor_cents=floor_now - floor_before,
        market_cents=None if market is None else market_now - market_before,
    )  # fmt: skip


def _covered(line: Line, law: Law, element: str) -> Coverage | None:
    """The row of coverage of this element in the line's heading, at the assay of the whole."""
    factor = next((f for f in law.factors if f.element == element), None)
    for row in law.coverage_on(line.entry_date):
        if (row.hs6, row.element) != (line.hs_code[:6], element):
            continue
        if not line.hs_code.startswith(row.prefix):
            continue
        exact = turned(line.assay, line.assay_basis, row.assay_basis, factor)
        if exact is not None:
            assay = exact.quantize(FOUR_PLACES, ROUND_HALF_UP)
            if row.assay_from <= assay < row.assay_to or assay == row.assay_to == 100:
                return row
    return None


def _in_derivative(line: Line, law: Law, element: str) -> str:
    """The product that an element is inside a derivative good, pure: `dy.metal` in a magnet; or ""."""
    inside = {
        row.product for good in goods_of(line.hs_code) for row in derivatives()[good]
    }  # fmt: skip
    standing = law.coverage_on(line.entry_date)
    headings = {row.hs6 for row in standing if row.product in inside}
    found = sorted(
        row.product for row in standing
        if row.hs6 in headings and row.element == element and row.assay_to == 100
    )  # fmt: skip
    return next((product for product in found if product in inside), next(iter(found), ""))


def _masses(sum: Reckoned, contents: tuple[Content, ...]) -> tuple[Decimal, ...]:
    """Kg of each; shares are rounded as a running sum, so that all of them make up the whole."""
    found: list[Decimal] = []
    share = Decimal(0)
    for content in contents:
        if content.kg is not None:
            found.append(kg(content.kg))
            continue
        before = kg(sum.inside * share / 100)
        share += content.share or Decimal(0)
        found.append(kg(sum.inside * share / 100) - before)
    return tuple(found)


def _possible(sum: Reckoned, contents: tuple[Content, ...]) -> None:
    line = sum.line
    where = f"contents of entry {line.entry_number}, line {line.line_number}"
    if not contents:
        raise BadInput("no contents", where=where, allowed="one element or more")
    names = [content.element for content in contents]
    shares, masses = Decimal(0), Decimal(0)
    for content in contents:
        if names.count(content.element) > 1:
            raise BadInput("an element twice", where=where, value=content.element, allowed="once")
        if (content.share is None) == (content.kg is None):
            both = "both" if content.share is not None else "neither"
            raise BadInput(
                f"{content.element}: one of share and kg is needed", where=where, value=both,
                allowed="share_pct or kg",
            )  # fmt: skip
        amount = content.kg if content.share is None else content.share
        if amount is not None and amount <= 0:
            raise BadInput(
                f"nothing of {content.element}", where=where, value=str(amount), allowed="above 0"
            )
        shares += content.share or Decimal(0)
        masses += content.kg or Decimal(0)
    if len({content.share is None for content in contents}) > 1:
        raise BadInput(
            "shares and kg mixed", where=where, value=", ".join(names), allowed="one way for a line"
        )
    if shares > 100:
        raise BadInput("more than the whole", where=where, value=f"{shares} %", allowed="100 %")
    if masses > sum.inside:
        raise BadInput(
            "more than is inside", where=where, value=f"{masses} kg", allowed=f"{sum.inside} kg"
        )


def _usd(amount: int) -> str:
    return f"{Decimal(amount) / 100:,.2f} USD"


Contents = Mapping[Key, tuple[Content, ...]]
"""Contents by entry and line number."""
