"""What customs owes to the cent, worked from the file contract alone, in `decimal`.

It imports nothing of stannary and reads the law only as files: a folder of CSV law tables. Read
on in `columns.py`, `tables.py` (law), `checks.py` (what is set aside), `reckon.py` (R2 to R7),
`adjust.py` (credits and debits), `batch.py` (a whole file).

Where the contract is silent, this is decided. Reading a file:
D1  Cells are taken as written, never trimmed; an empty cell is absent, a short row ends in absent
    cells, an empty line of the file is no row and has no row_number.
D2  A number is `-?digits[.digits]` in ASCII (no `+`, exponent, `.5`, `5.`, NaN); leading zeros
    pass. TOO_PRECISE counts the digits written after the point, trailing zeros too; an integer
    column has 0 places, so `1.0` there is TOO_PRECISE.
D3  JPY and KRW are tested by value: `100.00` passes, `100.50` is TOO_PRECISE (item_value, freight,
    insurance, by the line's own currency, adjustments too).
D4  OUT_OF_RANGE is |number| ≥ 10^12 as written, in any number column; also line_number or
    ref_line_number below 1.
D5  Every filled cell must be of its column's type on every line, whatever its line_type:
    NOT_ALLOWED (line_type, related, preference, adjust_reason), the numbers, the dates; only what
    is required differs. Lists and true/false are matched exactly, in their case.
D6  NOT_A_NUMBER | TOO_PRECISE | OUT_OF_RANGE are one step: the first column (order of (a)) that
    has any of the three; within a column in that order.
D7  DUPLICATE_LINE compares (entry_number, line_number), whatever the line_type; line_number by
    value where it is whole (`01` is `1`), else as text; rows that lack either are not compared.
    Identical means: all columns of (a) equal as text. Of identical rows the first is kept and
    goes on through the checks, the others are aside; one differing row sets the whole group
    aside. Column `line_number`.
D8  DATE_IMPOSSIBLE: entry_date, export_date, invoice_date in that order, each malformed or no day
    of the calendar; export_date also when after entry_date. invoice_date has no other bound.
D9  set_aside: one row per line, rows of entries only; source is the file's name, line_number and
    value_met the text of the cell as written (value_met is that of `column`; empty for
    MISSING_FIELD). `allowed` and `message` are free words, not compared.
Columns reported:
D10 UNKNOWN_COUNTRY looks at origin_country, export_country (the 249 official codes); NEGATIVE_MASS
    at net_mass_kg, contained_kg; NEGATIVE_VALUE at item_value, freight, insurance,
    fx_rate_declared; UNKNOWN_CURRENCY and NO_RATE_THAT_DAY report `currency`; CHARGES_MISSING the
    first missing charge; CHARGES_EXCEED_VALUE reports `freight`; STAGE_UNDECIDED `assay_pct`;
    CONTAINED_MISMATCH `contained_kg`; BEFORE_AGREEMENT `entry_date`; DDP and UNKNOWN_INCOTERM
    `incoterm`; REF_NOT_ASSESSED `ref_entry_number`.
What is required:
D11 export_date where import_country is a member with fx_date export (an import_country that is no
    member requires nothing more and fails later as NOT_A_MEMBER).
D12 element where hs_code is well formed and its first 6 digits are in coverage; assay_pct and
    assay_basis where coverage has (hs6, element). Coverage that names the hs6 with other elements
    only makes the line NOT_COVERED; `element` of the list but not covered (`none`) likewise.
D13 The currency, charges and rate checks hold for uncovered lines too: they have a customs value.
D14 Charges not required but stated (insurance on CIF to a CIF member) are validated and not used.
Goods:
D15 Percentages: 0 ≤ x ≤ 100, both included, for assay_pct, moisture_pct, recycled_pct. Assay,
    moisture, recycled, element and basis are checked where given, on uncovered lines too.
D16 R1 turns the assay to the basis of each coverage row of (hs6, element), to 4 places;
    ASSAY_OUT_OF_RANGE where every row's turned assay is above 100 (an unknown basis, or an element
    without factors, is not turned). A row with to = 100 includes 100; other rows exclude `to`.
D17 STAGE_UNDECIDED: coverage has (hs6, element) and no row, or rows of more than one product, hold
    the assay. A gap in the ranges is undecided, not NOT_COVERED.
D18 UNKNOWN_BASIS also where the declared basis, or that of a coverage row of (hs6, element), is
    compound and factors have no row of the element. A floor on compound without a factor is a
    fault of the law: no line is assessed.
D19 contained_kg is checked where it and assay_pct are given, covered or not: set aside where
    |contained_kg − inside| > contained_tolerance × inside, inside by R2 to the gram.
D20 Moisture: dry = net × (100 − moisture) / 100 to the gram, inside = that dry × assay / 100 to the
    gram; without moisture dry = net. Chargeable: dry, or inside in the floor's basis (equal to the
    declared one: as it is; other: × factor, to the gram).
Law:
D21 Absent parameters: small_consignment_usd 0, security_trigger 1.08, contained_tolerance 0.01,
    compared_on duty-paid. agreement_from must be there. Empty valid_to is open.
D22 `clause` comes from an optional column `clause` of floors; empty where that is absent. It and
    floor_version are printed wherever a floor stands that day, ZONE_ORIGIN lines included.
D23 In transit: export_date < valid_from of the version of entry_date, and
    entry_date − valid_from < in_transit_days (of that version): the version standing on
    export_date, and if none stood then: NO_FLOOR_THAT_DAY. One step, never repeated. No
    export_date: the version of entry_date.
D24 Duties stand by entry_date. `*` may stand for product, import_country, origin_country; the row
    with the exact origin wins over any other, then the exact import_country, then the exact
    product. base and extra are chosen apart and both apply. Of the winning match, one pct and one
    usd_per_kg_element row may stand together: each is rounded by itself, then added. Two of one
    unit: a fault of the law. No row: 0.
D25 pct is of the member's customs value in cents; usd_per_kg_element is of the element's kg (R3,
    to the gram), whatever the floor's basis.
D26 Duties that count: those rows alone whose `counts` is not false. They count with compared_on
    duty-paid only.
D27 Two floors, two rates, or two factors for one thing on one day are a fault of the law.
Outcome and reasons:
D28 An entry line has exactly one of NOT_COVERED, NO_FLOOR_THAT_DAY, ZONE_ORIGIN,
    SMALL_CONSIGNMENT, TOP_UP (top-up > 0), AT_OR_ABOVE_FLOOR (top-up 0); tested in this order.
    ORIGIN_NOT_PROVEN is added for preference bloc, not proven, with one of the last three;
    SECURITY where security_cents > 0; FX_DECLARED_DIFFERS on any entry line.
D29 Small consignment: cif_cents ≤ limit × 100, a limit of 0 is none; floor_cents is printed. It is
    tested again after each adjustment, on the net CIF.
D30 chargeable_kg is printed wherever a floor stands (ZONE_ORIGIN too), else empty; floor_cents
    empty on ZONE_ORIGIN, NOT_COVERED, NO_FLOOR_THAT_DAY. NOT_COVERED has no product.
D31 Base and extra duty apply on ZONE_ORIGIN, NO_FLOOR_THAT_DAY and SMALL_CONSIGNMENT lines.
D32 Proof: at least one lot; an empty piece between `|` is an unknown lot. A lot's mass is not
    compared. A row of lots that breaks (f) proves nothing; a lot_id with two differing rows
    neither. No lots file: nothing is proven. Member origin: origin_country in members.
D33 Security: only where a floor is held against the line (TOP_UP, AT_OR_ABOVE_FLOOR) and
    market_usd_per_kg is there; cif_cents > market_cents × trigger rounded half-up to the cent.
    Reckoned with customs value = CIF = market_cents for FOB members too; per-kg duties unchanged.
D34 FX: fx_date and rate by the member's fx_date, USD too (1.000000). FX_DECLARED_DIFFERS compares
    numbers (1.1 = 1.100000); a declared rate on USD other than 1 differs.
Credits and debits:
D35 They pass D5's shape checks (DUPLICATE_LINE to DATE_IMPOSSIBLE), then their own list; the
    checks between (member, agreement's day, currency, …) do not concern them and their other
    columns are not read. Required: entry_number, line_number, line_type, ref_entry_number,
    ref_line_number, entry_date, item_value, currency, adjust_reason.
D36 REF_NOT_ASSESSED: the original is not an entry line (a credit is no original), not in the file,
    or set aside. Original on the same day is allowed.
D37 NOT_ALLOWED: net_mass_kg other than 0 without short_delivery. SIGN_WRONG: mass above 0
    (net_mass_kg), then credit ≥ 0 or debit ≤ 0 (item_value).
D38 CREDIT_EXCEEDS_VALUE: the running mass would be below 0 (net_mass_kg); the running net price, or
    the customs value in invoice currency after charges are taken off, would be below 0
    (item_value). Exactly 0 passes. A line set aside changes nothing for those after it.
D39 Two prices run: net (every credit and debit; cif_cents, floor, small consignment) and customs
    (debits, and short_delivery credits; customs_value_cents and its pct duties).
    Freight and insurance stay the original's.
D40 The proof of origin, product, floor, duties and rate stay the original's. Output: product,
    floor_version, clause, fx_rate, fx_date of the original; cents and chargeable_kg are new − old
    (0.000 and floor_cents 0 where nothing changed; empty where the original's are empty).
D41 Reasons of an adjustment: ADJUSTMENT, and CREDIT_RAISES_TOP_UP for a credit whose top-up
    difference is above 0; no others.
D42 entry_number orders by Unicode code point, line_number as a number.
D43 An amount past 2^63 − 1 cents sets the line aside, after all other checks, as OUT_OF_RANGE:
    `item_value` if customs value or CIF, else `net_mass_kg`.
D44 The order of rows in the output is no part of the contract; this gives assessed by number,
    aside by row.
"""

from .batch import ASSESSED, SET_ASIDE, assess

__all__ = ["ASSESSED", "SET_ASIDE", "assess"]
