"""Credits and debits: the original reckoned again on its new sums; the difference is the output."""

from dataclasses import dataclass
from decimal import Decimal

from .checks import Fault, Line, Row
from .reckon import Reckoned, Sums, customs_amount, reckon, too_large
from .tables import Law, day_of


@dataclass(slots=True)
class Standing:
    """An assessed entry line with all that has been credited and debited so far."""

    line: Line
    proven: bool
    sums: Sums
    done: Reckoned


def order(row: Row) -> tuple[str, str, int]:
    """The order in which adjustments are applied, whatever the order of rows."""
    return row["entry_date"], row["entry_number"], int(row["line_number"])


def adjust(
    row: Row, standing: Standing | None, law: Law
) -> tuple[Fault | None, Reckoned | None, Reckoned | None]:
    """Apply one line to its original: (fault, None, None) or (None, old, new)."""
    if standing is None:
        return ("REF_NOT_ASSESSED", "ref_entry_number", "an assessed entry line"), None, None
    line, sums = standing.line, standing.sums
    value = Decimal(row["item_value"])
    mass = Decimal(row["net_mass_kg"] or "0")
    if fault := _fault(row, line, value, mass):
        return fault, None, None
    is_short = row["adjust_reason"] == "short_delivery"
    moves_customs = row["line_type"] == "debit" or is_short
    new = Sums(
        customs_price=sums.customs_price + value if moves_customs else sums.customs_price,
        net_price=sums.net_price + value,
        mass=sums.mass + mass,
    )
    if new.mass < 0:
        return ("CREDIT_EXCEEDS_VALUE", "net_mass_kg", f"at least -{sums.mass}"), None, None
    if new.net_price < 0 or customs_amount(line, new) < 0:
        return ("CREDIT_EXCEEDS_VALUE", "item_value", f"at least -{sums.net_price}"), None, None
    done = reckon(line, new, law, standing.proven)
    if column := too_large(done):
        return ("OUT_OF_RANGE", column, "amounts of at most 2^63 - 1 cents"), None, None
    old = standing.done
    standing.sums, standing.done = new, done
    return None, old, done


def _fault(row: Row, line: Line, value: Decimal, mass: Decimal) -> Fault | None:
    if row["currency"] != line.currency:
        return "CURRENCY_DIFFERS", "currency", line.currency
    entered = day_of(row["entry_date"])
    assert entered is not None
    if entered < line.entered:
        return "DATE_IMPOSSIBLE", "entry_date", f"from {line.entered}, the original's"
    if mass and row["adjust_reason"] != "short_delivery":
        return "NOT_ALLOWED", "net_mass_kg", "nothing, but for short_delivery"
    if mass > 0:
        return "SIGN_WRONG", "net_mass_kg", "0 or less"
    if row["line_type"] == "credit" and value >= 0:
        return "SIGN_WRONG", "item_value", "below 0"
    if row["line_type"] == "debit" and value <= 0:
        return "SIGN_WRONG", "item_value", "above 0"
    return None
