"""What is traded in a planted world: covered goods, goods beside them, places and moneys.

Every figure here is assumed: orders of magnitude of 2026, chosen so that floors stand well above
outside prices. Nothing here is a fact about a market. Headings are those of the Harmonized System.
"""

from dataclasses import dataclass
from datetime import date

FIRST_DAY = date(2027, 1, 1)
"""The agreement begins."""
LAST_DAY = date(2028, 12, 31)


@dataclass(frozen=True, slots=True)
class Good:
    """Something that can stand on an entry line.

    product   legal product, empty where nothing covers it
    assay     per cent of the assay's basis in the goods: lowest, highest
    in_assay  kg of the element in a kg of the assay's basis
    market    outside price at the start, USD per kg of `per`
    floor     floor at the start, USD per kg of `per`; 0 where not covered
    per       what a kilogram of the price weighs: product, compound or element
    base      general duty, per cent; `extra`: on Chinese origin, per cent
    typical   a usual order, kg net
    """

    product: str
    hs: str
    element: str
    form: str
    basis: str
    assay: tuple[float, float]
    in_assay: str
    market: float
    floor: float
    per: str
    base: str
    extra: str
    typical: float
    end_use: str


# Element per kg of compound and compound per kg of element, both from the tables of customs law.
FACTORS = (
    ("NdPr", "NdPr oxide", "0.849943", "1.176549"),
    ("Dy", "Dy2O3", "0.871321", "1.147683"),
    ("Tb", "Tb4O7", "0.850216", "1.176172"),
    ("W", "WO3", "0.792971", "1.261080"),
    ("Sb", "Sb2O3", "0.835354", "1.197097"),
)

COVERED = (
    Good("ndpr.oxide", "2846902040", "NdPr", "oxide", "compound", (98.5, 99.9), "0.849943",
         70, 112, "compound", "0", "0", 3000, "magnet"),
    Good("ndpr.carbonate", "2846908090", "NdPr", "carbonate", "compound", (38, 62), "0.849943",
         59, 84, "compound", "3.7", "0", 6000, "magnet"),
    Good("dy.oxide", "2846902040", "Dy", "oxide", "compound", (99.0, 99.95), "0.871321",
         250, 380, "compound", "0", "0", 400, "magnet"),
    Good("tb.oxide", "2846902040", "Tb", "oxide", "compound", (99.0, 99.95), "0.850216",
         900, 1350, "compound", "0", "0", 150, "magnet"),
    Good("ndpr.metal", "2805300050", "NdPr", "metal", "element", (99.0, 99.9), "1",
         88, 138, "element", "5", "0", 2500, "magnet"),
    Good("magnet.std", "8505110070", "NdPr", "magnet", "element", (27, 32), "1",
         45, 62, "product", "2.1", "25", 1500, "motor"),
    Good("w.apt", "2841800010", "W", "apt", "compound", (88.5, 89.6), "0.792971",
         45, 59, "compound", "5.5", "25", 5000, "tools"),
    Good("w.carbide", "2849903000", "W", "carbide", "element", (93.5, 94.1), "1",
         60, 79, "element", "5.5", "25", 2500, "tools"),
    Good("sb.trioxide", "2825800000", "Sb", "oxide", "compound", (99.3, 99.9), "0.835354",
         24, 34, "compound", "0", "25", 18000, "flame retardant"),
    Good("sb.metal", "8110100000", "Sb", "metal", "element", (99.5, 99.9), "1",
         26, 37, "element", "0", "25", 15000, "alloy"),
    Good("ga.metal", "8112921000", "Ga", "metal", "element", (99.95, 99.995), "1",
         320, 480, "element", "3", "25", 150, "semiconductor"),
    Good("ge.metal", "8112926500", "Ge", "metal", "element", (99.9, 99.999), "1",
         1600, 2300, "element", "2.6", "25", 60, "optics"),
)  # fmt: skip

COVERAGE = (
    ("284690", "NdPr", "compound", "70", "100", "ndpr.oxide"),
    ("284690", "NdPr", "compound", "0", "70", "ndpr.carbonate"),
    ("284690", "Dy", "compound", "0", "100", "dy.oxide"),
    ("284690", "Tb", "compound", "0", "100", "tb.oxide"),
    ("280530", "NdPr", "element", "0", "100", "ndpr.metal"),
    ("850511", "NdPr", "element", "0", "100", "magnet.std"),
    ("284180", "W", "compound", "0", "100", "w.apt"),
    ("284990", "W", "element", "0", "100", "w.carbide"),
    ("282580", "Sb", "compound", "0", "100", "sb.trioxide"),
    ("811010", "Sb", "element", "0", "100", "sb.metal"),
    ("811292", "Ga", "element", "0", "100", "ga.metal"),
    ("811292", "Ge", "element", "0", "100", "ge.metal"),
)


def _beside(
    hs: str, element: str, form: str, assay: float, price: float, typical: float, use: str
) -> Good:
    """Goods that nothing covers; the price is per kg net."""
    low, high = (assay * 0.96, assay * 1.04) if assay else (0.0, 0.0)
    return Good("", hs, element, form, "element", (low, high), "1", price, 0, "product", "0", "0",
                typical, use)  # fmt: skip


DOWNSTREAM = {
    "magnet.std": _beside("8505909000", "NdPr", "magnet assembly", 26, 96, 1500, "motor"),
    "ndpr.metal": _beside("7202998040", "NdPr", "strip-cast alloy", 30, 48, 6000, "magnet"),
    "w.apt": _beside("8101960000", "W", "wire", 96, 185, 900, "lamps"),
    "w.carbide": _beside("8207300000", "W", "tool blank", 85, 150, 1200, "tools"),
    "sb.trioxide": _beside("3824999297", "Sb", "masterbatch", 66, 34, 20000, "flame retardant"),
    "ge.metal": _beside("9001904000", "Ge", "optical blank", 95, 3900, 60, "optics"),
}
"""What each covered product is made into: real work on it is paid for in the honest price."""

ASIDE = (
    _beside("2846100050", "Ce", "carbonate", 0, 4.2, 9000, "polishing"),
    _beside("2818300000", "none", "alumina", 0, 1.3, 24000, "ceramics"),
    _beside("2804690000", "none", "silicon", 0, 2.6, 20000, "alloy"),
    _beside("8501310000", "none", "motor", 0, 27, 1500, "motor"),
    _beside("3824999300", "none", "reagent", 0, 6.5, 4000, "refining"),
    _beside("8479899500", "none", "plant equipment", 0, 38, 3000, "refining"),
    _beside("2833250000", "none", "copper sulfate", 0, 3.4, 12000, "refining"),
)
"""What the same traders also buy."""

# Member, valuation, day of the exchange rate, its usual currency.
MEMBERS = (
    ("USA", "FOB", "export", "USD"),
    ("DEU", "CIF", "entry", "EUR"),
    ("FRA", "CIF", "entry", "EUR"),
    ("NLD", "CIF", "entry", "EUR"),
    ("JPN", "CIF", "entry", "JPY"),
    ("KOR", "CIF", "entry", "KRW"),
    ("AUS", "FOB", "export", "AUD"),
    ("GBR", "CIF", "entry", "GBP"),
    ("MEX", "FOB", "entry", "USD"),
)
VALUATION = {name: valuation for name, valuation, _, _ in MEMBERS}
FX_DAY = {name: day for name, _, day, _ in MEMBERS}
HOME_MONEY = {name: money for name, _, _, money in MEMBERS}

OUTSIDE = ("CHN", "CHN", "CHN", "VNM", "MYS", "KAZ", "RUS", "IND", "BOL", "TJK")
"""Outside the zone; repeated by weight."""
THROUGH = (
    "THA", "LAO", "ARE", "TUR", "PAK", "SGP", "HKG", "LKA", "JOR", "EGY", "KHM", "PAN",
)  # fmt: skip
"""Countries that mine and refine nothing of the kind."""
ZONE_SELLERS = ("AUS", "USA", "FRA", "JPN", "KOR", "MEX")

# USD for one unit at the start, and how far it moves in a week (standard deviation).
MONEYS = {
    "EUR": (1.12, 0.008),
    "JPY": (0.0068, 0.010),
    "KRW": (0.00073, 0.008),
    "AUD": (0.66, 0.010),
    "GBP": (1.29, 0.008),
    "CNY": (0.139, 0.003),
}
WHOLE = frozenset({"JPY", "KRW"})
"""Currencies without a minor unit."""

GOOD = {good.product: good for good in COVERED}
