"""Columns of every file that customs reads: names, types and bounds, in the order of the contract.

One home for them: reading, checking and the manual all ask here. Next: `files`, which reads them.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "flag", "day", "number", "money"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    kind      text; integer; flag (true or false); day (YYYY-MM-DD); number (decimal, point, no
              exponent); money (a number in the minor units of the line's currency)
    places    most decimal places of a number
    required  empty or missing is refused
    allowed   the only values, where they are few; () otherwise
    meaning   what it holds, with its unit
    """

    name: str
    kind: Kind = "text"
    places: int = 0
    required: bool = False
    allowed: tuple[str, ...] = ()
    meaning: str = ""


def _c(
    name: str, kind: Kind = "text", places: int = 0, allowed: str = "", meaning: str = ""
) -> Column:
    """A column; a name that ends in `*` is required."""
    return Column(
        name.rstrip("*"), kind, places, name.endswith("*"), tuple(allowed.split()), meaning
    )


INCOTERMS = ("EXW", "FCA", "FAS", "FOB", "CFR", "CPT", "CIF", "CIP", "DAP", "DPU")
ELEMENTS = (
    "Nd", "Pr", "NdPr", "Dy", "Tb", "La", "Ce", "Sm", "Y", "W", "Ge", "Ga", "Sb", "Li", "Co", "Ni",
    "C", "none",
)  # fmt: skip
ADJUSTMENTS = (
    "damage", "short_delivery", "quality", "price_adjustment", "fx_difference", "volume_rebate",
    "other",
)  # fmt: skip
STAGES = ("mine", "refine", "metal", "component")
BASES = ("product", "compound", "element")

ENTRIES = (
    _c("entry_number*", meaning="number of the entry (CBP 7501 block 1, SAD box A)"),
    _c("line_number*", "integer", meaning="line within it, 1 or more (27; 32)"),
    _c("line_type*", allowed="entry credit debit", meaning="the goods, or a later correction"),
    _c("ref_entry_number", meaning="the original's entry, of a credit or debit"),
    _c("ref_line_number", "integer", meaning="the original's line"),
    _c("entry_type", meaning="as the administration codes it (2; 37)"),
    _c("import_country*", meaning="ISO3 of the member that is entered (a state, never EUU)"),
    _c("entry_date*", "day", meaning="day of entry, in the EU of acceptance (7)"),
    _c("export_date", "day", meaning="day of export (15)"),
    _c("importer_id*", meaning="importer of record (27; 8)"),
    _c("exporter_id*", meaning="seller (13; 2)"),
    _c("related*", "flag", meaning="whether the two are related (32C; D.V.1)"),
    _c("origin_country*", meaning="ISO3 of the origin claimed (10; 34)"),
    _c("export_country*", meaning="ISO3 of the country of export (14; 15)"),
    _c("hs_code*", meaning="6, 8 or 10 digits (29A; 33)"),
    _c("element", meaning="what the goods are priced for"),
    _c("form", meaning="as declared: oxide, carbonate, metal; never decides"),
    _c("assay_pct", "number", 4, meaning="share of element or compound in the goods, per cent"),
    _c("assay_basis", meaning="what the assay is a share of"),
    _c("moisture_pct", "number", 4, meaning="water, per cent; given: the assay is on dry matter"),
    _c("net_mass_kg*", "number", 3, meaning="net mass, kg (31; 38)"),
    _c("contained_kg", "number", 3, meaning="in the assay's basis, kg; checked, not used"),
    _c("item_value*", "money", 2, meaning="invoice price of the line, in its currency (32A; 42)"),
    _c("currency*", meaning="ISO 4217 (22)"),
    _c("incoterm*", meaning="delivery term of the invoice (20)"),
    _c("freight", "money", 2, meaning="of the whole journey, same currency (32B)"),
    _c("insurance", "money", 2, meaning="of the whole journey, same currency (32B)"),
    _c("fx_rate_declared", "number", 6, meaning="USD per unit of the currency, as declared (23)"),
    _c("invoice_number*", meaning="number of the invoice"),
    _c("invoice_date*", "day", meaning="day of the invoice"),
    _c("preference*", allowed="none bloc fta", meaning="the preference claimed (36)"),
    _c("lot_ids", meaning="certified lots, | between (44)"),
    _c("end_use", meaning="group of buyers that it is for"),
    _c("recycled_pct", "number", 4, meaning="recycled share, per cent"),
    _c("adjust_reason", allowed=" ".join(ADJUSTMENTS), meaning="why a credit or debit came"),
)  # fmt: skip
"""Entry lines, as declared."""

OBSERVATIONS = (
    _c("obs_id*", meaning="names the observation"),
    _c("date*", "day", meaning="day of the price"),
    _c("product*", meaning="legal product"),
    _c("price*", "number", 4, meaning="per unit, in its currency"),
    _c("currency*", meaning="ISO 4217"),
    _c("unit*", allowed="kg t lb mtu", meaning="what the price is for"),
    _c("basis*", allowed=" ".join(BASES), meaning="what a unit weighs"),
    _c("assay_pct", "number", 4, meaning="share of the basis in the goods, per cent"),
    _c("incoterm*", allowed=" ".join(INCOTERMS), meaning="delivery term of the price"),
    _c("place*", meaning="UN/LOCODE"),
    _c("volume_kg", "number", 3, meaning="kg of the basis; required of transactions and tenders"),
    _c("kind*", allowed="transaction bid ask assessment tender", meaning="what was seen"),
    _c("source_id*", meaning="who reports it"),
    _c("source_group*", meaning="who owns the source; independence counts groups"),
    _c("related", "flag", meaning="whether buyer and seller are related"),
)
"""Price observations."""

LOTS = (
    _c("lot_id*", meaning="names the lot"),
    _c("product*", meaning="legal product"),
    _c("stage*", allowed=" ".join(STAGES), meaning="stage that it left"),
    _c("kg_contained*", "number", 3, meaning="kg of the element"),
    _c("facility_id*", meaning="where it was made"),
    _c("country*", meaning="ISO3 of that place"),
    _c("date*", "day", meaning="day of the certificate"),
    _c("certificate_id*", meaning="names the certificate"),
    _c("recycled_pct", "number", 4, meaning="recycled share, per cent"),
)
"""Certified lots."""

PARENTS = (
    _c("lot_id*", meaning="the lot that was made"),
    _c("parent_lot_id*", meaning="a lot that went into it"),
    _c("kg_contained*", "number", 3, meaning="kg of the element taken from the parent"),
)
"""What lots were made from."""

FACILITIES = (
    _c("facility_id*", meaning="names the plant"),
    _c("operator_id*", meaning="who runs it"),
    _c("country*", meaning="ISO3 of its place"),
    _c("stage*", allowed=" ".join(STAGES), meaning="what it does"),
    _c("product*", meaning="legal product that it makes"),
    _c("capacity_kg_per_year*", "number", 3, meaning="kg of the element a year"),
    _c("recovery_pct*", "number", 4, meaning="element out per element in, per cent"),
    _c("valid_from*", "day", meaning="first day of the row"),
    _c("valid_to", "day", meaning="last day of the row; empty: open"),
    _c("beneficial_owner_country", meaning="ISO3 of whoever owns it in the end"),
)
"""Plants that may certify lots."""

PAYMENTS = (
    _c("payment_id*", meaning="names the payment"),
    _c("date*", "day", meaning="day of the payment"),
    _c("payer_id*", meaning="importer_id or exporter_id of whoever pays"),
    _c("payee_id*", meaning="importer_id or exporter_id of whoever is paid"),
    _c("amount*", "money", 2, meaning="in its currency"),
    _c("currency*", meaning="ISO 4217"),
    _c("invoice_number", meaning="the invoice that it is said to settle"),
    _c("purpose", meaning="as written on the payment"),
)
"""Payments between importers and exporters, where an administration has them."""

FX = (
    _c("currency*", meaning="ISO 4217"),
    _c("valid_from*", "day", meaning="first day of the rate"),
    _c("valid_to*", "day", meaning="last day of the rate"),
    _c("usd_per_unit*", "number", 6, meaning="USD for one unit"),
    _c("source", meaning="who publishes it"),
)
"""Official exchange rates. USD is 1; no rate is carried over a gap."""

PARAMETERS = (
    _c("name*", meaning="of the parameter"),
    _c("value*", meaning="as the parameter asks"),
)
MEMBERS = (
    _c("country*", meaning="ISO3 of the member"),
    _c("valuation*", allowed="FOB CIF", meaning="value that ad valorem duty is levied on"),
    _c("fx_date*", allowed="entry export", meaning="day whose exchange rate holds"),
)
COVERAGE = (
    _c("hs6*", meaning="heading"),
    _c("element*", meaning="element, or none"),
    _c("assay_basis*", allowed="element compound", meaning="what the assay range speaks of"),
    _c("assay_from*", "number", 4, meaning="per cent, reached or above"),
    _c("assay_to*", "number", 4, meaning="per cent, below; 100 is included"),
    _c("product*", meaning="legal product"),
)
FLOORS = (
    _c("product*", meaning="legal product"),
    _c("version*", meaning="names the notice"),
    _c("valid_from*", "day", meaning="first day"),
    _c("valid_to", "day", meaning="last day; empty: open"),
    _c("floor_usd_per_kg*", "number", 4, meaning="USD per kg of the basis"),
    _c("basis*", allowed=" ".join(BASES), meaning="what a kilogram of the floor weighs"),
    _c("incoterm", meaning="term that the floor is stated on"),
    _c("market_usd_per_kg", "number", 4, meaning="market price, same basis; empty: no securities"),
    _c("in_transit_days", "integer", meaning="goods exported before it began, days of grace"),
    _c("clause", meaning="where the floor stands in the law"),
)
DUTIES = (
    _c("product*", meaning="legal product"),
    _c("kind*", allowed="base extra", meaning="general, or additional duty"),
    _c("import_country*", meaning="ISO3, or * for any"),
    _c("origin_country*", meaning="ISO3, or * for any"),
    _c("rate*", "number", 4, meaning="in its unit"),
    _c("unit*", allowed="pct usd_per_kg_element", meaning="per cent of the customs value, or USD"),
    _c("valid_from*", "day", meaning="first day"),
    _c("valid_to", "day", meaning="last day; empty: open"),
    _c("counts", "flag", meaning="towards the floor; empty: true"),
)
FACTORS = (
    _c("element*", meaning="element"),
    _c("compound*", meaning="its reference compound"),
    _c("compound_to_element*", "number", 6, meaning="kg element in a kg of compound"),
    _c("element_to_compound*", "number", 6, meaning="kg compound that holds a kg of element"),
)

LAW = {
    "parameters": PARAMETERS, "members": MEMBERS, "coverage": COVERAGE, "floors": FLOORS,
    "duties": DUTIES, "factors": FACTORS, "fx": FX,
}  # fmt: skip
"""Tables of a law folder, by file name without its ending."""
