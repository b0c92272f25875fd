"""An entry line as it was declared, and the law that stands for it: R1 and the rows that apply.

Written apart from the engine's own look-up (`classify`), row by row. Next: `reckoning`, the amounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from ..terms.errors import BadInput
from .law import Law, Rules
from .law_rows import ANY, Coverage, Duty, Factor, Floor, Member

FOUR_PLACES, ONE = Decimal("0.0001"), Decimal(1)
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
"""More digits than any product here has: only what says so is rounded."""

Lots = Mapping[str, tuple[str, date]]
"""Product and day of every lot that proves anything, by its id."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry line as it was declared, typed. Money in the invoice's currency, masses in kg."""

    entry_number: str
    line_number: int
    import_country: str
    entry_date: date
    export_date: date | None
    importer: str
    exporter: str
    origin_country: str
    hs_code: str
    element: str
    assay: Decimal
    assay_basis: str
    moisture: Decimal | None
    mass: Decimal
    value: Decimal
    currency: str
    incoterm: str
    freight: Decimal
    insurance: Decimal
    fx_declared: Decimal | None
    invoice: str
    preference: str
    lots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The law of one line: what stood on its day, and at its border.

    assay          in the basis of the coverage, per cent, R1
    entered_floor  the version of the day of entry: another where the goods were in transit
    unproven       why zone origin is not proven; empty: it is
    """

    rules: Rules
    member: Member
    rate: Decimal
    fx_date: date
    coverage: Coverage | None
    assay: Decimal | None
    floor: Floor | None
    entered_floor: Floor | None
    factor: Factor | None
    duties: tuple[Duty, ...]
    unproven: tuple[str, ...]

    @property
    def proven(self) -> bool:
        """Whether zone origin is proven."""
        return not self.unproven


def standing(line: Line, law: Law, lots: Lots) -> Standing:
    """What the law says of a line. Raises BadInput where it cannot be assessed at all."""
    member = next(
        (m for m in law.members_on(line.entry_date) if m.country == line.import_country), None
    )
    if member is None:
        raise _impossible(line, "import_country", line.import_country, "a member on that day")
    fx_date = line.export_date if member.fx_date == "export" else line.entry_date
    if fx_date is None:
        raise _impossible(line, "export_date", "", "a day: this member converts at export")
    rules = next(r for r in reversed(law.rules) if r.valid_from <= line.entry_date)
    factor = next((f for f in law.factors if f.element == line.element), None)
    coverage, assay = _classified(line, law, factor)
    floor = entered = None
    duties: tuple[Duty, ...] = ()
    unproven: tuple[str, ...] = ("the goods are not covered",)
    if coverage is not None:
        entered = _floor(law, coverage.product, line.import_country, line.entry_date)
        floor = _in_transit(line, law, entered)
        duties = _duties(line, law, coverage.product)
        unproven = _unproven(line, law, coverage.product, lots)
    return Standing(
        rules=rules, member=member, rate=_rate(line, law, fx_date), fx_date=fx_date,
        coverage=coverage, assay=assay, floor=floor, entered_floor=entered, factor=factor,
        duties=duties, unproven=unproven,
    )  # fmt: skip


def turned(amount: Decimal, basis: str, to: str, factor: Factor | None) -> Decimal | None:
    """A mass or an assay of element or compound in the other basis, exact; None: no factor."""
    if basis == to:
        return amount
    if factor is None:
        return None
    return amount * (factor.compound_to_element if to == "element" else factor.element_to_compound)


def _classified(
    line: Line, law: Law, factor: Factor | None
) -> tuple[Coverage | None, Decimal | None]:
    """R1: the row of coverage that holds the line, and the assay in its basis, to 4 places."""
    named = [
        row for row in law.coverage_on(line.entry_date)
        if (row.hs6, row.element) == (line.hs_code[:6], line.element)
    ]  # fmt: skip
    for row in named:
        if not line.hs_code.startswith(row.prefix):
            continue
        found = turned(line.assay, line.assay_basis, row.assay_basis, factor)
        if found is None:
            continue
        assay = found.quantize(FOUR_PLACES, ROUND_HALF_UP, EXACT)
        if row.assay_from <= assay < row.assay_to or assay == row.assay_to == 100:
            return row, assay
    if named:
        raise _impossible(line, "assay_pct", str(line.assay), "an assay within one product's range")
    return None, None


def floor_of(line: Line, law: Law, product: str) -> Floor | None:
    """The version of a product's floor that holds for a line; None: none stands."""
    return _in_transit(line, law, _floor(law, product, line.import_country, line.entry_date))


def _floor(law: Law, product: str, member: str, day: date) -> Floor | None:
    return next((f for f in law.floors_on(day, member) if f.product == product), None)


def _in_transit(line: Line, law: Law, floor: Floor | None) -> Floor | None:
    """The version of the day of export, for goods that were on their way when this one began."""
    if floor is None or line.export_date is None or line.export_date >= floor.valid_from:
        return floor
    if (line.entry_date - floor.valid_from).days >= floor.in_transit_days:
        return floor
    return _floor(law, floor.product, line.import_country, line.export_date)


def _duties(line: Line, law: Law, product: str) -> tuple[Duty, ...]:
    """The rows that apply: of each kind the most exact, by origin, importer, product."""
    found: list[Duty] = []
    for kind in ("base", "extra"):
        fit = [
            row for row in law.duties_on(line.entry_date)
            if row.kind == kind and row.product in (ANY, product)
            and row.import_country in (ANY, line.import_country)
            and row.origin_country in (ANY, line.origin_country)
        ]  # fmt: skip
        best = max(map(_exactness, fit), default=None)
        found += [row for row in fit if _exactness(row) == best]
    return tuple(found)


def _exactness(row: Duty) -> tuple[bool, bool, bool]:
    return row.origin_country != ANY, row.import_country != ANY, row.product != ANY


def _unproven(line: Line, law: Law, product: str, lots: Lots) -> tuple[str, ...]:
    """Why zone origin is not proven: one failing lot fails the line."""
    if line.preference != "bloc":
        return ("the preference of the bloc is not claimed",)
    found: list[str] = []
    if line.origin_country not in {m.country for m in law.members_on(line.entry_date)}:
        found.append(f"{line.origin_country} is no member on the day of entry")
    if not line.lots:
        found.append("no lot is named")
    for id in line.lots:
        if id not in lots:
            found.append(f"lot {id or 'without a name'} is not known")
        elif lots[id][0] != product:
            found.append(f"lot {id} is of {lots[id][0]}, not of {product}")
        elif lots[id][1] > line.entry_date:
            found.append(f"lot {id} was certified on {lots[id][1]}, after the entry")
    return tuple(found)


def _rate(line: Line, law: Law, day: date) -> Decimal:
    if line.currency == "USD":
        return ONE
    for rate in law.fx:
        if rate.currency == line.currency and rate.valid_from <= day <= rate.valid_to:
            return rate.usd_per_unit
    raise _impossible(line, "currency", line.currency, f"a rate on {day}")


def _impossible(line: Line, column: str, met: str, allowed: str) -> BadInput:
    return BadInput(
        "this line cannot be reckoned again",
        where=f"entry {line.entry_number}, line {line.line_number}, {column}",
        value=met, allowed=allowed,
        remedy="assess it again with this law and these files",
    )  # fmt: skip
