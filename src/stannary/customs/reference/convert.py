"""An observation on the floor's terms: USD per kg of the floor's basis, at the border (CIF).

In this order: unit, currency, tax and freight from the delivery term, basis. Every step is exact; the
result is rounded once, to four places. Next: `market`, which weighs what comes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

from ...terms.units import COMPOUND_PER_ELEMENT, ELEMENT_PER_COMPOUND, Basis
from ..files import Row
from .exact import price
from .tables import Freight, Rate, fraction, text, within

KG_PER_POUND = Fraction(Decimal("0.45359237"))
KG_PER_TONNE = Fraction(1000)
KG_PER_MTU = Fraction(10)
"""A metric tonne unit is ten kilograms of tungsten trioxide."""

UNITS: Mapping[str, Fraction] = {
    "kg": Fraction(1), "t": KG_PER_TONNE, "lb": KG_PER_POUND, "mtu": KG_PER_MTU,
}  # fmt: skip
TUNGSTEN = "W"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a floor is stated on: the product, its element, what a kilogram weighs, the term."""

    product: str
    element: str
    basis: Basis
    incoterm: str


@dataclass(frozen=True, slots=True)
class Observation:
    """A price that was seen, as it was reported.

    price   per unit, in its currency, for a kilogram of `basis`
    assay   per cent of the floor's substance in the goods; None: not said
    volume  kg of `basis`; None: not said
    """

    id: str
    day: date
    product: str
    price: Fraction
    currency: str
    unit: str
    basis: str
    assay: Fraction | None
    incoterm: str
    place: str
    volume: Fraction | None
    kind: str
    source: str
    group: str
    related: bool


@dataclass(frozen=True, slots=True)
class Priced:
    """An observation on the floor's terms.

    usd     USD per kg of the floor's basis, at the border, four places
    volume  kg of the floor's basis; 0 where none was said
    """

    seen: Observation
    usd: Decimal
    volume: Fraction


def observation(row: Row) -> Observation:
    """A typed row of the file as an observation; a volume of nothing is none."""
    assay = cast(Decimal | None, row["assay_pct"])
    volume = cast(Decimal | None, row["volume_kg"])
    return Observation(
        id=text(row, "obs_id"), day=cast(date, row["date"]), product=text(row, "product"),
        price=fraction(row, "price"), currency=text(row, "currency"), unit=text(row, "unit"),
        basis=text(row, "basis"), assay=None if assay is None else Fraction(assay),
        incoterm=text(row, "incoterm"), place=text(row, "place"),
        volume=Fraction(volume) if volume else None, kind=text(row, "kind"),
        source=text(row, "source_id"), group=text(row, "source_group"),
        related=bool(row["related"]),
    )  # fmt: skip


def priced(
    seen: Observation,
    terms: Terms,
    rates: Mapping[str, tuple[Rate, ...]],
    freight: tuple[Freight, ...],
) -> Priced | str:
    """`seen` on the floor's terms, or the reason why it cannot be brought there.

    The law compares at the border, so freight goes onto the price of the goods as they travel; a price
    per kg of what they contain is charged the freight of the goods that carry it (by their assay).
    """
    if seen.unit not in UNITS or (
        # A metric tonne unit means nothing but ten kilograms of tungsten trioxide.
        seen.unit == "mtu" and (terms.element != TUNGSTEN or seen.basis != "compound")
    ):
        return "UNKNOWN_UNIT"
    rate = usd_rate(seen.currency, seen.day, rates)
    if rate is None:
        return "NO_RATE"
    way = path(seen.incoterm, seen.place, seen.day, freight)
    if way is None:
        return "NO_FREIGHT"
    per_basis = factor(seen.basis, terms, seen.assay)
    if per_basis is None or (seen.assay is not None and not 0 < seen.assay <= 100):
        return "NO_ASSAY"
    per_kg = seen.price / UNITS[seen.unit] * rate
    goods = Fraction(1) if seen.basis == "product" or not seen.assay else seen.assay / 100
    usd = price(landed(per_kg, way, goods) * per_basis)
    # Freight alone would make a price of nothing look like one.
    if seen.price <= 0 or usd <= 0:
        return "NOT_POSITIVE"
    kilograms = (seen.volume or Fraction(0)) * _weight(seen.basis, terms, seen.assay)
    return Priced(seen, usd, kilograms)


def usd_rate(currency: str, day: date, rates: Mapping[str, tuple[Rate, ...]]) -> Fraction | None:
    """USD for one unit on a day; None where no rate stands, for none is carried over a gap."""
    if currency == "USD":
        return Fraction(1)
    for rate in rates.get(currency, ()):
        if within(rate.valid_from, rate.valid_to, day):
            return rate.usd
    return None


def path(incoterm: str, place: str, day: date, freight: tuple[Freight, ...]) -> Freight | None:
    """The row from a delivery term at a place; the longest beginning of the place wins."""
    found = [
        row
        for row in freight
        if row.incoterm == incoterm
        and (row.place == "*" or place.startswith(row.place))
        and within(row.valid_from, row.valid_to, day)
    ]
    return max(found, key=lambda row: 0 if row.place == "*" else len(row.place), default=None)


def landed(usd: Fraction, way: Freight, content: Fraction = Fraction(1)) -> Fraction:
    """A price with unrefunded tax, freight and insurance on it.

    usd      USD per kg of what is priced
    content  kg of what is priced in a kg of goods: freight is paid on the goods
    """
    return (usd * (1 + way.add) + way.usd_per_kg / content) * (1 + way.insurance)


def factor(basis: str, terms: Terms, assay: Fraction | None) -> Fraction | None:
    """What a price per kg of `basis` is multiplied by to be one per kg of the floor's basis.

    Table F is law in both directions: a kilogram of element costs what the compound that holds it
    costs, so the price of compound goes to element by kg of compound per kg of element. None where
    the assay that it takes is not said, or the element has no row.
    """
    if basis == terms.basis:
        return Fraction(1)
    if "product" in (basis, terms.basis):
        if assay is None or not 0 < assay <= 100:
            return None
        # The assay is stated in the contained basis, whichever side of the two that is.
        return 100 / assay if basis == "product" else assay / 100
    table = COMPOUND_PER_ELEMENT if terms.basis == "element" else ELEMENT_PER_COMPOUND
    held = table.get(terms.element)
    return None if held is None else Fraction(held)


def _weight(basis: str, terms: Terms, assay: Fraction | None) -> Fraction:
    """Kg of the floor's basis in a kg of `basis`: the way of masses, which is the other table."""
    if basis == terms.basis:
        return Fraction(1)
    if "product" in (basis, terms.basis):
        content = (assay or Fraction(100)) / 100
        return content if basis == "product" else 1 / content
    table = ELEMENT_PER_COMPOUND if terms.basis == "element" else COMPOUND_PER_ELEMENT
    return Fraction(table[terms.element])
