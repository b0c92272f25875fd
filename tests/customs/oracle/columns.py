"""The columns of entries, their lists, places and who needs them. Next: `tables.py`."""

COLUMNS = [
    "entry_number",
    "line_number",
    "line_type",
    "ref_entry_number",
    "ref_line_number",
    "entry_type",
    "import_country",
    "entry_date",
    "export_date",
    "importer_id",
    "exporter_id",
    "related",
    "origin_country",
    "export_country",
    "hs_code",
    "element",
    "form",
    "assay_pct",
    "assay_basis",
    "moisture_pct",
    "net_mass_kg",
    "contained_kg",
    "item_value",
    "currency",
    "incoterm",
    "freight",
    "insurance",
    "fx_rate_declared",
    "invoice_number",
    "invoice_date",
    "preference",
    "lot_ids",
    "end_use",
    "recycled_pct",
    "adjust_reason",
]

LISTS = {
    "line_type": ("entry", "credit", "debit"),
    "related": ("true", "false"),
    "preference": ("none", "bloc", "fta"),
    "adjust_reason": (
        "damage",
        "short_delivery",
        "quality",
        "price_adjustment",
        "fx_difference",
        "volume_rebate",
        "other",
    ),
}
ELEMENTS = [
    "Nd",
    "Pr",
    "NdPr",
    "Dy",
    "Tb",
    "La",
    "Ce",
    "Sm",
    "Y",
    "W",
    "Ge",
    "Ga",
    "Sb",
    "Li",
    "Co",
    "Ni",
    "C",
    "none",
]
BASES = ("element", "compound")
E_AND_F = ("EXW", "FCA", "FAS", "FOB")
C_WITHOUT_INSURANCE = ("CFR", "CPT")
CIF_AS_IS = ("CIF", "CIP", "DAP", "DPU")
INCOTERMS = E_AND_F + C_WITHOUT_INSURANCE + CIF_AS_IS

PLACES = {
    "line_number": 0,
    "ref_line_number": 0,
    "assay_pct": 4,
    "moisture_pct": 4,
    "net_mass_kg": 3,
    "contained_kg": 3,
    "item_value": 2,
    "freight": 2,
    "insurance": 2,
    "fx_rate_declared": 6,
    "recycled_pct": 4,
}
COUNTED = ("line_number", "ref_line_number")
MONEY = ("item_value", "freight", "insurance")
WHOLE_CURRENCIES = ("JPY", "KRW")
DATES = ("entry_date", "export_date", "invoice_date")

NEEDED = {
    "entry": [
        "entry_number",
        "line_number",
        "line_type",
        "import_country",
        "entry_date",
        "importer_id",
        "exporter_id",
        "related",
        "origin_country",
        "export_country",
        "hs_code",
        "net_mass_kg",
        "item_value",
        "currency",
        "incoterm",
        "invoice_number",
        "invoice_date",
        "preference",
    ],
    "adjustment": [
        "entry_number",
        "line_number",
        "line_type",
        "ref_entry_number",
        "ref_line_number",
        "entry_date",
        "item_value",
        "currency",
        "adjust_reason",
    ],
}
