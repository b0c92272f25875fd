"""R2 to R7 on one line, for a given price and mass. Next: `adjust.py`."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .checks import GRAM, Line, dry_and_inside
from .columns import C_WITHOUT_INSURANCE, E_AND_F
from .tables import Duty, Law, LawFault, Lot

INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sums:
    """What a line rests on after so many credits and debits.

    customs_price  invoice currency; only debits and short deliveries change it
    net_price      invoice currency; the price paid net of every credit, held against the floor
    mass           net kg
    """

    customs_price: Decimal
    net_price: Decimal
    mass: Decimal


@dataclass(frozen=True, slots=True)
class Reckoned:
    """US cents, and kg of what the floor counts; None where no floor is held against the line."""

    chargeable: Decimal | None
    customs_value: int
    cif: int
    base: int
    extra: int
    floor: int | None
    top_up: int
    security: int
    market: int
    outcome: str


def reckon(line: Line, sums: Sums, law: Law, proven: bool) -> Reckoned:
    """Duties, top-up and security of a line on these sums, under the law of its own day."""
    customs_value = cents(customs_amount(line, sums) * line.fx_rate)
    cif = cents(cif_amount(line, sums.net_price) * line.fx_rate)
    if not line.product:
        return Reckoned(None, customs_value, cif, 0, 0, None, 0, 0, 0, "NOT_COVERED")
    dry, inside = dry_and_inside(sums.mass, line.moisture, line.assay)
    base_rows = _duties(line, "base", law)
    extra_rows = _duties(line, "extra", law)
    per_kg = any(row.unit != "pct" for row in base_rows + extra_rows)
    element = in_basis(inside, line, "element", law) if per_kg else Decimal(0)

    def duties(value: int) -> tuple[int, int, int]:
        """Base, extra and what of both counts towards the floor, on a customs value."""
        base = [(row, _duty(row, value, element)) for row in base_rows]
        extra = [(row, _duty(row, value, element)) for row in extra_rows]
        counted = sum(amount for row, amount in base + extra if row.counts)
        return sum(a for _, a in base), sum(a for _, a in extra), counted

    base, extra, counted = duties(customs_value)
    if line.floor is None:
        outcome = "NO_FLOOR_THAT_DAY"
        return Reckoned(None, customs_value, cif, base, extra, None, 0, 0, 0, outcome)
    chargeable = (
        dry if line.floor.basis == "product" else in_basis(inside, line, line.floor.basis, law)
    )
    if proven:
        outcome = "ZONE_ORIGIN"
        return Reckoned(chargeable, customs_value, cif, base, extra, None, 0, 0, 0, outcome)
    floor = cents(chargeable * line.floor.usd_per_kg)
    if law.small_usd and cif <= law.small_usd * 100:
        outcome = "SMALL_CONSIGNMENT"
        return Reckoned(chargeable, customs_value, cif, base, extra, floor, 0, 0, 0, outcome)

    def top_up_on(value_against_floor: int, counted: int) -> int:
        towards = counted if law.compared_on == "duty-paid" else 0
        return max(0, floor - value_against_floor - towards)

    top_up = top_up_on(cif, counted)
    outcome = "TOP_UP" if top_up else "AT_OR_ABOVE_FLOOR"
    security = market = 0
    if line.floor.market_usd_per_kg is not None:
        market = cents(chargeable * line.floor.market_usd_per_kg)
        if cif > to_unit(market * law.trigger):
            base_m, extra_m, counted_m = duties(market)
            at_market = base_m + extra_m + top_up_on(market, counted_m)
            security = max(0, at_market - (base + extra + top_up))
    return Reckoned(
        chargeable, customs_value, cif, base, extra, floor, top_up, security, market, outcome
    )


def customs_amount(line: Line, sums: Sums) -> Decimal:
    """R4: the customs value in the invoice currency, FOB or CIF by member."""
    if not line.on_fob:
        return cif_amount(line, sums.customs_price)
    if line.incoterm in E_AND_F:
        return sums.customs_price
    if line.incoterm in C_WITHOUT_INSURANCE:
        return sums.customs_price - line.freight
    return sums.customs_price - line.freight - line.insurance


def cif_amount(line: Line, price: Decimal) -> Decimal:
    """R4: cost, insurance and freight in the invoice currency."""
    if line.incoterm in E_AND_F:
        return price + line.freight + line.insurance
    if line.incoterm in C_WITHOUT_INSURANCE:
        return price + line.insurance
    return price


def in_basis(inside: Decimal, line: Line, basis: str, law: Law) -> Decimal:
    """R3: what is inside, as element or as compound, to the gram."""
    if line.assay_basis == basis:
        return inside
    if line.element not in law.factors:
        raise LawFault(f"factors: nothing turns {line.element} into {basis}")
    factor = law.factors[line.element]
    return (inside * (factor.to_element if basis == "element" else factor.to_compound)).quantize(
        GRAM
    )


def is_proven(line: Line, law: Law, lots: dict[str, Lot]) -> bool:
    """Zone origin: claimed, of a member, and every lot known, of the product, not later."""
    return (
        line.claims_bloc
        and line.origin_country in law.members
        and bool(line.lot_ids)
        and all(
            (lot := lots.get(lot_id)) is not None
            and lot.product == line.product
            and lot.day <= line.entered
            for lot_id in line.lot_ids
        )
    )


def too_large(done: Reckoned) -> str | None:
    """The column behind an amount that no 64-bit count of cents holds."""
    if max(done.customs_value, done.cif) > INT64:
        return "item_value"
    total = done.base + done.extra + done.top_up
    if max(total, done.floor or 0, done.market, done.security) > INT64:
        return "net_mass_kg"
    return None


def cents(usd: Decimal) -> int:
    """Dollars to the cent, half up."""
    return to_unit(usd * 100)


def to_unit(amount: Decimal) -> int:
    """To the whole unit, half up."""
    return int(amount.to_integral_value(ROUND_HALF_UP))


def _duties(line: Line, kind: str, law: Law) -> list[Duty]:
    return law.duties(line.product, kind, line.import_country, line.origin_country, line.entered)


def _duty(row: Duty, value: int, element: Decimal) -> int:
    return to_unit(value * row.rate / 100) if row.unit == "pct" else cents(element * row.rate)
