"""Which lines cannot be assessed, and why: the checks of SCHEMAS (c) in their order.

Next: `reckon.py`. A check returns (reason, column, allowed) or None; the first that returns
something wins. `Line` is what is left when all have passed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .columns import (
    BASES,
    C_WITHOUT_INSURANCE,
    CIF_AS_IS,
    COLUMNS,
    COUNTED,
    DATES,
    E_AND_F,
    ELEMENTS,
    INCOTERMS,
    LISTS,
    MONEY,
    NEEDED,
    PLACES,
    WHOLE_CURRENCIES,
)
from .countries import COUNTRIES
from .tables import Floor, Law, day_of, number_fault

GRAM = Decimal("0.001")
FOUR = Decimal("0.0001")

Row = dict[str, str]
Fault = tuple[str, str, str]  # reason, column, allowed


@dataclass(frozen=True, slots=True)
class Line:
    """An entry line that passed: everything its duty depends on, besides price and mass.

    product is empty where the line is not covered; floor is None where none stands.
    """

    entry_number: str
    line_number: int
    entered: date
    import_country: str
    origin_country: str
    on_fob: bool
    element: str
    assay: Decimal
    assay_basis: str
    moisture: Decimal | None
    currency: str
    incoterm: str
    freight: Decimal
    insurance: Decimal
    fx_rate: Decimal
    fx_date: date
    fx_differs: bool
    product: str
    floor: Floor | None
    claims_bloc: bool
    lot_ids: tuple[str, ...]
    price: Decimal
    mass: Decimal


# ---------------------------------------------------------------- every line


def shape(row: Row, law: Law) -> Fault | None:
    """NOT_ALLOWED, MISSING_FIELD, the numbers, the dates: asked of every line."""
    for column, allowed in LISTS.items():
        if row[column] and row[column] not in allowed:
            return "NOT_ALLOWED", column, " ".join(allowed)
    needed = _needed(row, law)
    for column in COLUMNS:
        if column in needed and not row[column]:
            return "MISSING_FIELD", column, "a value"
    for column, places in PLACES.items():
        if row[column] and (fault := _number(row, column, places)):
            return fault
    for column in DATES:
        if row[column]:
            day = day_of(row[column])
            if day is None:
                return "DATE_IMPOSSIBLE", column, "a day, YYYY-MM-DD"
            # entry_date stands before export_date in DATES, so it is a day by now.
            if column == "export_date" and day > (day_of(row["entry_date"]) or day):
                return "DATE_IMPOSSIBLE", column, "on or before entry_date"
    return None


def _needed(row: Row, law: Law) -> set[str]:
    if row["line_type"] in ("credit", "debit"):
        return set(NEEDED["adjustment"])
    needed = set(NEEDED["entry"])
    member = law.members.get(row["import_country"])
    if member is not None and member.fx_date == "export":
        needed.add("export_date")
    if is_hs(row["hs_code"]) and row["hs_code"][:6] in law.covered_codes:
        needed.add("element")
        if (row["hs_code"][:6], row["element"]) in law.coverage:
            needed |= {"assay_pct", "assay_basis"}
    return needed


def _number(row: Row, column: str, places: int) -> Fault | None:
    text = row[column]
    reason = number_fault(text, places)
    if (
        reason is None
        and column in MONEY
        and row["currency"] in WHOLE_CURRENCIES
        and Decimal(text) % 1
    ):
        return "TOO_PRECISE", column, f"whole {row['currency']}"
    if reason is None and column in COUNTED and int(text) < 1:
        return "OUT_OF_RANGE", column, "1 or more"
    if reason is None:
        return None
    words = {
        "NOT_A_NUMBER": "digits, a point, digits",
        "TOO_PRECISE": f"at most {places} places",
        "OUT_OF_RANGE": "below 10^12",
    }
    return reason, column, words[reason]


def is_hs(code: str) -> bool:
    """6, 8 or 10 ASCII digits."""
    return len(code) in (6, 8, 10) and code.isascii() and code.isdigit()


# ---------------------------------------------------------------- entry lines


def law_of_line(row: Row, law: Law) -> Fault | None:
    """Member, countries, HS, agreement's day, signs, currency, Incoterm, charges, rate."""
    if row["import_country"] not in law.members:
        return "NOT_A_MEMBER", "import_country", " ".join(sorted(law.members))
    for column in ("origin_country", "export_country"):
        if row[column] not in COUNTRIES:
            return "UNKNOWN_COUNTRY", column, "ISO 3166 alpha-3"
    if not is_hs(row["hs_code"]):
        return "HS_MALFORMED", "hs_code", "6, 8 or 10 digits"
    entered = day_of(row["entry_date"])
    assert entered is not None
    if entered < law.agreement_from:
        return "BEFORE_AGREEMENT", "entry_date", f"from {law.agreement_from}"
    for column in ("net_mass_kg", "contained_kg"):
        if row[column] and Decimal(row[column]) < 0:
            return "NEGATIVE_MASS", column, "above 0"
    if Decimal(row["net_mass_kg"]) == 0:
        return "ZERO_MASS", "net_mass_kg", "above 0"
    for column in ("item_value", "freight", "insurance", "fx_rate_declared"):
        if row[column] and Decimal(row[column]) < 0:
            return "NEGATIVE_VALUE", column, "0 or more"
    if not law.knows_currency(row["currency"]):
        return "UNKNOWN_CURRENCY", "currency", "USD or a currency of fx"
    if row["incoterm"] == "DDP":
        return "DDP_NEEDS_BREAKDOWN", "incoterm", " ".join(INCOTERMS)
    if row["incoterm"] not in INCOTERMS:
        return "UNKNOWN_INCOTERM", "incoterm", " ".join(INCOTERMS)
    for column in charges_needed(row["incoterm"], _is_on_fob(row, law)):
        if not row[column]:
            return "CHARGES_MISSING", column, f"an amount, 0 included, for {row['incoterm']}"
    if law.rate(row["currency"], _fx_day(row, law)) is None:
        return "NO_RATE_THAT_DAY", "currency", f"a rate on {_fx_day(row, law)}"
    return None


def charges_needed(incoterm: str, on_fob: bool) -> tuple[str, ...]:
    """Charges a line must state, in the order of the columns."""
    if incoterm in E_AND_F or on_fob:
        return ("freight", "insurance")
    return ("insurance",) if incoterm in C_WITHOUT_INSURANCE else ()


def goods(row: Row, law: Law) -> Fault | None:
    """Assay, percentages, element, basis and stage."""
    covered = law.coverage.get((row["hs_code"][:6], row["element"]), [])
    if row["assay_pct"]:
        assay = Decimal(row["assay_pct"])
        if not 0 <= assay <= 100:
            return "ASSAY_OUT_OF_RANGE", "assay_pct", "0 to 100"
        turned = [a for a in (_turned(row, c.basis, law) for c in covered) if a is not None]
        if turned and min(turned) > 100:
            return "ASSAY_OUT_OF_RANGE", "assay_pct", "0 to 100 in the basis of the coverage"
    for column in ("moisture_pct", "recycled_pct"):
        if row[column] and not 0 <= Decimal(row[column]) <= 100:
            return "PERCENT_OUT_OF_RANGE", column, "0 to 100"
    if row["element"] and row["element"] not in ELEMENTS:
        return "UNKNOWN_ELEMENT", "element", " ".join(ELEMENTS)
    if row["assay_basis"] and row["assay_basis"] not in BASES:
        return "UNKNOWN_BASIS", "assay_basis", " ".join(BASES)
    if not covered:
        return None
    in_need = row["assay_basis"] == "compound" or any(c.basis == "compound" for c in covered)
    if in_need and row["element"] not in law.factors:
        return "UNKNOWN_BASIS", "assay_basis", "a basis that a row of factors can convert"
    if len(_products(row, law)) != 1:
        return "STAGE_UNDECIDED", "assay_pct", "an assay within one product's range"
    return None


def _turned(row: Row, basis: str, law: Law) -> Decimal | None:
    """R1: the assay in another basis, to 4 places; None where it cannot be turned."""
    assay = Decimal(row["assay_pct"])
    if row["assay_basis"] == basis:
        return assay
    if row["assay_basis"] not in BASES or row["element"] not in law.factors:
        return None
    factor = law.factors[row["element"]]
    return (assay * (factor.to_compound if basis == "compound" else factor.to_element)).quantize(
        FOUR
    )


def _products(row: Row, law: Law) -> set[str]:
    covered = law.coverage.get((row["hs_code"][:6], row["element"]), [])
    found: set[str] = set()
    for one in covered:
        assay = _turned(row, one.basis, law)
        if assay is not None and one.holds(assay):
            found.add(one.product)
    return found


def sums(row: Row, law: Law) -> Fault | None:
    """Charges that eat the price up, and a declared content that its assay contradicts."""
    if _is_on_fob(row, law) and row["incoterm"] not in E_AND_F:
        taken = Decimal(row["freight"])
        if row["incoterm"] in CIF_AS_IS:
            taken += Decimal(row["insurance"])
        if taken > Decimal(row["item_value"]):
            return "CHARGES_EXCEED_VALUE", "freight", "at most item_value"
    if row["contained_kg"] and row["assay_pct"]:
        _, inside = dry_and_inside(
            Decimal(row["net_mass_kg"]), _optional(row["moisture_pct"]), Decimal(row["assay_pct"])
        )
        if abs(Decimal(row["contained_kg"]) - inside) > law.tolerance * inside:
            return "CONTAINED_MISMATCH", "contained_kg", f"{inside} within {law.tolerance}"
    return None


ENTRY_CHECKS: tuple[Callable[[Row, Law], Fault | None], ...] = (shape, law_of_line, goods, sums)


def fault_of(row: Row, law: Law) -> Fault | None:
    """The first check that an entry line fails."""
    for check in ENTRY_CHECKS:
        if fault := check(row, law):
            return fault
    return None


def dry_and_inside(
    net: Decimal, moisture: Decimal | None, assay: Decimal
) -> tuple[Decimal, Decimal]:
    """R2: dry mass, and what the assay says is inside it, each to the gram."""
    dry = net if moisture is None else (net * (100 - moisture) / 100).quantize(GRAM)
    return dry, (dry * assay / 100).quantize(GRAM)


# ---------------------------------------------------------------- what passed


def line_of(row: Row, law: Law) -> Line:
    """A row that passed every check, as the line it states."""
    entered = day_of(row["entry_date"])
    assert entered is not None
    fx_day = _fx_day(row, law)
    rate = law.rate(row["currency"], fx_day)
    assert rate is not None
    product = next(iter(_products(row, law)), "")
    exported = day_of(row["export_date"]) if row["export_date"] else None
    return Line(
        entry_number=row["entry_number"],
        line_number=int(row["line_number"]),
        entered=entered,
        import_country=row["import_country"],
        origin_country=row["origin_country"],
        on_fob=_is_on_fob(row, law),
        element=row["element"],
        assay=Decimal(row["assay_pct"] or "0"),
        assay_basis=row["assay_basis"],
        moisture=_optional(row["moisture_pct"]),
        currency=row["currency"],
        incoterm=row["incoterm"],
        freight=Decimal(row["freight"] or "0"),
        insurance=Decimal(row["insurance"] or "0"),
        fx_rate=rate,
        fx_date=fx_day,
        fx_differs=bool(row["fx_rate_declared"]) and Decimal(row["fx_rate_declared"]) != rate,
        product=product,
        floor=law.floor(product, entered, exported) if product else None,
        claims_bloc=row["preference"] == "bloc",
        lot_ids=tuple(row["lot_ids"].split("|")) if row["lot_ids"] else (),
        price=Decimal(row["item_value"]),
        mass=Decimal(row["net_mass_kg"]),
    )


def _is_on_fob(row: Row, law: Law) -> bool:
    return law.members[row["import_country"]].valuation == "FOB"


def _fx_day(row: Row, law: Law) -> date:
    column = f"{law.members[row['import_country']].fx_date}_date"
    day = day_of(row[column])
    assert day is not None  # required where the member converts at export
    return day


def _optional(text: str) -> Decimal | None:
    return Decimal(text) if text else None
