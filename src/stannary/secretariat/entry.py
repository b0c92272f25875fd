"""One entry that stands in no file: what was given, and for the rest an assumption that is told.

It is reckoned without the engine, at once, by the sums that letters are made of; a file that holds the
same line owes the same. Next: `customs.reckoning`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import cast

from ..customs.assessed import Checked, Row, amounts, line_of
from ..customs.columns import ELEMENTS, ENTRIES
from ..customs.law import Law
from ..customs.line import standing
from ..customs.reckoning import reckon
from ..customs.reference import shipped
from ..terms.errors import BadInput
from ..terms.names import countries

INTO = "USA"
"""Member that is entered where none is given."""

USUAL_ASSAY = Decimal("99.5")
PURE = ("2805", "2822", "2825", "2836", "2846", "7502", "8101", "8105", "8110", "8112")
"""Headings of separated oxides, salts and metals, which trade at a usual assay; ores do not."""

FLAGS = {
    "hs_code": "--hs", "element": "--element", "origin_country": "--origin",
    "net_mass_kg": "--kg", "item_value": "--fob", "entry_date": "--on",
    "import_country": "--into", "assay_pct": "--assay", "assay_basis": "--assay",
    "freight": "--freight", "insurance": "--insurance",
}  # fmt: skip
"""The option behind each column."""


@dataclass(frozen=True, slots=True)
class Goods:
    """One entry, as given: text as it was typed. Prices are in USD per kg of the goods.

    fob, cif  one of them
    assay     per cent of the compound for oxides and salts, of the element for the rest
    """

    hs: str
    origin: str
    kg: str
    on: date
    element: str | None = None
    fob: str | None = None
    cif: str | None = None
    into: str | None = None
    assay: str | None = None
    freight: str | None = None
    insurance: str | None = None


@dataclass(frozen=True, slots=True)
class Assumption:
    """What was not given: the option, what was taken instead, and why."""

    option: str
    value: str
    why: str


def entry_row(goods: Goods, law: Law) -> tuple[dict[str, str], tuple[Assumption, ...]]:
    """The entry as a row by the columns of the contract, and what was assumed in it.

    Raises BadInput on a number that is none, and where nothing usual can be assumed.
    """
    if (goods.fob is None) == (goods.cif is None):
        raise BadInput(
            "one price is needed", where="--fob, --cif",
            value="both" if goods.fob is not None else "neither",
            allowed="USD per kg at the origin's border (--fob), or at the importer's (--cif)",
        )  # fmt: skip
    _checked(goods, law)
    assumed: list[Assumption] = []
    kg = _number(goods.kg, "--kg", 3)
    into = goods.into or INTO
    if goods.into is None:
        assumed.append(Assumption("--into", INTO, "the member that is entered"))
    term = "FOB" if goods.fob is not None else "CIF"
    price = _number(goods.fob or goods.cif or "", f"--{term.lower()}", 6)
    on_fob = any(
        m.country == into and m.valuation == "FOB" for m in law.members_on(goods.on)
    )  # fmt: skip
    carried = _carriage(goods, price, assumed) if term == "FOB" or on_fob else ("", "")
    assay, basis = _assay(goods, law, assumed)
    for option, value, why in (
        ("day of export", goods.on.isoformat(), "no goods in transit"),
        ("proof of origin", "none", "no zone origin is claimed"),
    ):
        assumed.append(Assumption(option, value, why))
    given = {
        "entry_number": "ENTRY", "line_number": "1", "line_type": "entry",
        "import_country": into, "entry_date": goods.on.isoformat(),
        "export_date": goods.on.isoformat(), "importer_id": "IMPORTER", "exporter_id": "SELLER",
        "related": "false", "origin_country": goods.origin, "export_country": goods.origin,
        "hs_code": goods.hs, "element": goods.element or "", "assay_pct": assay,
        "assay_basis": basis, "net_mass_kg": f"{kg:f}", "item_value": _cents(kg * price),
        "currency": "USD", "incoterm": term, "freight": _total(kg, carried[0]),
        "insurance": _total(kg, carried[1]), "invoice_number": "INVOICE",
        "invoice_date": goods.on.isoformat(), "preference": "none",
    }  # fmt: skip
    return {column.name: given.get(column.name, "") for column in ENTRIES}, tuple(assumed)


def sum_of(row: Mapping[str, str], law: Law) -> Checked:
    """What the entry owes. Raises BadInput, with the option, where customs would set it aside."""
    line = line_of(row)
    try:
        now = reckon(line, standing(line, law, {}))
    except BadInput as no:
        column = str(no.where).rpartition(", ")[2]
        raise _refused(column, no.value, no.allowed) from no
    if now.value_amount < 0:
        raise _refused("freight", row["freight"], "no more than the value, insurance included")
    coverage, floor = now.law.coverage, now.law.floor
    stated = Row(
        line.entry_number, line.line_number, "entry", coverage.product if coverage else "",
        floor.version if floor else "", floor.clause if floor else "", now.chargeable,
        now.law.rate, now.law.fx_date, {}, now.reasons,
    )  # fmt: skip
    found = Checked(stated, now)
    return replace(found, row=replace(stated, cents=amounts(found)))


def _checked(goods: Goods, law: Law) -> None:
    """The checks of the file contract that a few words can fail."""
    if not (goods.hs.isascii() and goods.hs.isdigit() and len(goods.hs) in (6, 8, 10)):
        raise _refused("hs_code", goods.hs, "6, 8 or 10 digits")
    if goods.origin not in countries():
        raise _refused("origin_country", goods.origin, "a country by ISO 3166 alpha-3, such as CHN")
    if goods.on < law.agreement_from:
        raise _refused("entry_date", goods.on.isoformat(), f"from {law.agreement_from} on")
    if not _number(goods.kg, "--kg", 3):
        raise _refused("net_mass_kg", goods.kg, "above 0")
    if goods.element is not None and goods.element not in ELEMENTS:
        raise _refused("element", goods.element, " ".join(ELEMENTS))
    priced = {row.element for row in law.coverage_on(goods.on) if row.hs6 == goods.hs[:6]}
    if priced and goods.element is None:
        allowed = f"what goods of {goods.hs[:6]} are priced for: {', '.join(sorted(priced))}"
        raise _refused("element", None, allowed)


def _refused(column: str, met: object, allowed: str) -> BadInput:
    return BadInput(
        "this entry cannot be assessed", where=FLAGS.get(column, column), value=met, allowed=allowed
    )


def _number(text: str, option: str, places: int) -> Decimal:
    """A number from 0 on. Raises BadInput on one that is none, or is finer than customs can carry."""
    try:
        value = Decimal(text)
        good = value.is_finite() and value >= 0 and "e" not in text.lower()
    except InvalidOperation:
        value, good = Decimal(0), False
    if not good or value != round(value, places):
        raise BadInput(
            "not an amount", where=option, value=text,
            allowed=f"a number from 0 on, with a point and at most {places} places",
        )  # fmt: skip
    return value


def _carriage(goods: Goods, price: Decimal, assumed: list[Assumption]) -> tuple[str, str]:
    """Freight and insurance, USD per kg; by the table of reference prices where they are not given."""
    usual = _usual_carriage()
    if goods.freight is None:
        why = "sea freight of the table of reference prices, assumed there too"
        assumed.append(Assumption("--freight", f"{usual[0].normalize():f} USD/kg", why))
    freight = usual[0] if goods.freight is None else _number(goods.freight, "--freight", 6)
    if goods.insurance is None:
        share = f"{usual[1].normalize():f}% of price and freight"
        why = "the same table"
        assumed.append(Assumption("--insurance", share, why))
        return f"{freight:f}", f"{(price + freight) * usual[1] / 100:f}"
    return f"{freight:f}", f"{_number(goods.insurance, '--insurance', 6):f}"


def _usual_carriage() -> tuple[Decimal, Decimal]:
    """USD per kg, and per cent of price and freight."""
    table = shipped("freight").table
    rows = table.rows if table else ()
    usual = next(row for row in rows if (row["incoterm"], row["place"]) == ("FOB", "*"))
    return cast(Decimal, usual["add_usd_per_kg"]), cast(Decimal, usual["insurance_pct"])


def _assay(goods: Goods, law: Law, assumed: list[Assumption]) -> tuple[str, str]:
    """The assay and its basis; two empty texts where the law asks for none."""
    heading = goods.hs[:6]
    asked = [
        row for row in law.coverage_on(goods.on)
        if row.hs6 == heading and row.element == (goods.element or "")
    ]  # fmt: skip
    if not asked:
        return goods.assay or "", ""
    factors = sorted({factor.element for factor in law.factors})
    if goods.element not in factors and any(row.assay_basis == "compound" for row in asked):
        allowed = f"an element that a factor turns into a compound: {' '.join(factors)}"
        raise _refused("element", goods.element, allowed)
    salt = heading.startswith("28") and not heading.startswith("2805")
    basis = "compound" if salt and goods.element in factors else "element"
    of = next((f.compound for f in law.factors if f.element == goods.element), "")
    named = of if basis == "compound" else goods.element
    if goods.assay is not None:
        if _number(goods.assay, "--assay", 4) > 100:
            raise _refused("assay_pct", goods.assay, "0 to 100")
        assumed.append(Assumption("assay of", f"{named}", f"--assay is a share of the {basis}"))
        return goods.assay, basis
    if not heading.startswith(PURE):
        raise BadInput(
            "ores, alloys and parts have no usual assay", where="--assay",
            allowed=f"per cent of {named} in the goods",
        )  # fmt: skip
    why = "usual for a separated product"
    assumed.append(Assumption("--assay", f"{USUAL_ASSAY}% {named}", why))
    return str(USUAL_ASSAY), basis


def _total(kg: Decimal, per_kg: str) -> str:
    return _cents(kg * Decimal(per_kg)) if per_kg else ""


def _cents(usd: Decimal) -> str:
    return str(usd.quantize(Decimal("0.01"), ROUND_HALF_UP))
