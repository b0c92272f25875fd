"""Units: USD/kg at the edges (law, screens), USD/t inside. Nothing else converts."""

from decimal import Decimal
from typing import Literal

KG_PER_TONNE = 1000
"""USD/kg x KG_PER_TONNE = USD/t."""

GRAMS_PER_TONNE = 1_000_000
"""Stocks are split in whole grams."""

Basis = Literal["product", "compound", "element"]
"""What a kilogram of a floor weighs: the goods as they are, the pure compound, or the element."""

PARAMETER_UNITS: dict[str, str] = {
    "USD/kg": "United States dollars per kilogram of the product's basis",
    "ad valorem": "share of the customs value, 0.05 = 5 %",
    "share": "a share between 0 and 1",
    "date": "a day",
    "USD": "United States dollars",
    "days": "days",
    "months": "months",
    "name": "a name from a fixed list",
    "times": "a multiple: 2 = twice",
}
"""Units that a parameter of an agreement may carry, with their meaning."""

# Table F: kilograms of element in one kilogram of compound, and the reverse. Both are law:
# neither is ever computed from the other. Source: stoichiometry with IUPAC standard atomic weights.
ELEMENT_PER_COMPOUND: dict[str, Decimal] = {
    "Nd": Decimal("0.857356"), "Pr": Decimal("0.827704"), "NdPr": Decimal("0.849943"),
    "Dy": Decimal("0.871321"), "Tb": Decimal("0.850216"), "La": Decimal("0.852683"),
    "Ce": Decimal("0.814088"), "Sm": Decimal("0.862361"), "Y": Decimal("0.787444"),
    "W": Decimal("0.792971"), "Ge": Decimal("0.694174"), "Ga": Decimal("0.743938"),
    "Sb": Decimal("0.835354"), "Li": Decimal("0.187852"),
}  # fmt: skip
COMPOUND_PER_ELEMENT: dict[str, Decimal] = {
    "Nd": Decimal("1.166377"), "Pr": Decimal("1.208161"), "NdPr": Decimal("1.176549"),
    "Dy": Decimal("1.147683"), "Tb": Decimal("1.176172"), "La": Decimal("1.172769"),
    "Ce": Decimal("1.228368"), "Sm": Decimal("1.159607"), "Y": Decimal("1.269932"),
    "W": Decimal("1.261080"), "Ge": Decimal("1.440562"), "Ga": Decimal("1.344198"),
    "Sb": Decimal("1.197097"), "Li": Decimal("5.323343"),
}  # fmt: skip
