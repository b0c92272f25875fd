"""Exporters that cannot have made what they shipped, from trade and capacity alone.

No lot and no invoice is needed. What a country ships in some days is held against what its mines gave
in those days, what its smelters can treat, and the ore that it declares to have imported. What is left
over came from elsewhere, or from stock; a rush against earlier years is told beside it. It is an
indicator, never a finding.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ...terms.dates import long
from .chain import HUNDRED, Facility, place
from .flow import Period

DAYS_OF_A_MONTH = Fraction(365, 12)


@dataclass(frozen=True, slots=True)
class Figure:
    """How good a figure is, who says so, and what else to know."""

    quality: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """One figure of trade.

    exporters      ISO3; several where the figure was published for them together
    partner        ISO3 of the buyer of an export, of the seller of an input
    is_input       ore or metal that the exporters imported to make the product
    goods, grams   mass as stated, and of the element, in grams
    says           exactly, about, at least
    """

    exporters: tuple[str, ...]
    partner: str
    is_input: bool
    product: str
    ore: str
    element: str
    first: date
    last: date
    goods: int
    grams: int
    says: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Plant:
    """A mine or smelter, and where its figures come from."""

    facility: Facility
    figure: Figure


@dataclass(frozen=True, slots=True)
class Excess:
    """What exporters shipped beyond what they can have made; all masses in grams of the element.

    mined         most that their mines gave in those days
    smelted       most that their smelters can treat in those days, whatever comes in
    declared      ore and metal that they declare to have imported
    own           most that can be of their own ground: mined, after the smelters' losses
    made          most that can have been made there, imported ore included
    beyond_own    shipped - own, 0 at least: of foreign origin, or from stock
    beyond_made   shipped - made, 0 at least: not made there from anything declared, or from stock
    earlier       the figure of earlier days that the rush is measured by; None: there is none
    rush          how many times the monthly rate of earlier days; None: not known
    assumed       capacities that no source states
    """

    shipment: Shipment
    plants: tuple[Plant, ...]
    mined: int
    smelted: int
    declared: int
    own: int
    made: int
    beyond_own: int
    beyond_made: int
    earlier: Shipment | None
    rush: Fraction | None
    assumed: tuple[str, ...]


def excesses(shipments: Iterable[Shipment], plants: Iterable[Plant]) -> tuple[Excess, ...]:
    """The latest figure of every exporter, buyer and product, held against capacity.

    Those beyond their own mines first, the largest excess before the others. Earlier figures of the
    same exporters are what a rush is measured by.
    """
    rows, known = tuple(shipments), tuple(plants)
    groups: dict[tuple[object, ...], list[Shipment]] = {}
    for row in rows:
        if not row.is_input:
            groups.setdefault((row.exporters, row.partner, row.product), []).append(row)
    found = [_held(group, rows, known) for group in groups.values()]
    return tuple(sorted(found, key=lambda e: (-e.beyond_own, e.shipment.exporters)))


def months(shipment: Shipment) -> Fraction:
    """Length of a figure's days in months of a year's twelfth."""
    return Fraction((shipment.last - shipment.first).days + 1) / DAYS_OF_A_MONTH


def _held(group: list[Shipment], rows: tuple[Shipment, ...], plants: tuple[Plant, ...]) -> Excess:
    *before, latest = sorted(group, key=lambda s: (s.last, s.first))
    period = Period("", latest.first, latest.last)
    theirs = [p for p in plants if p.facility.country in latest.exporters]
    mines = [p for p in theirs if (p.facility.stage, p.facility.product) == ("mine", latest.ore)]
    works = [
        p for p in theirs if p.facility.stage != "mine" and p.facility.product == latest.product
    ]
    mined = sum((_most(p.facility, period) for p in mines), Fraction(0))
    smelted = sum((_most(p.facility, period) for p in works), Fraction(0))
    declared = sum(
        r.grams
        for r in rows
        if r.is_input
        and r.product == latest.product
        and set(r.exporters) <= set(latest.exporters)
        and r.first <= latest.last
        and r.last >= latest.first
    )
    # Ore goes to the works that lose least: no exporter is accused by a loss that he may avoid.
    recovery = max(
        (Fraction(p.facility.recovery_pct / HUNDRED) for p in works), default=Fraction(0)
    )
    own = min(mined * recovery, smelted)
    made = min((mined + declared) * recovery, smelted)
    earlier = before[-1] if before else None
    rush = None
    if earlier is not None and earlier.grams:
        rush = (latest.grams / months(latest)) / (earlier.grams / months(earlier))
    return Excess(
        latest, (*mines, *works), round(mined), round(smelted), declared, round(own), round(made),
        max(0, latest.grams - round(own)), max(0, latest.grams - round(made)), earlier, rush,
        tuple(p.facility.facility_id for p in (*mines, *works) if p.figure.quality == "assumed"),
    )  # fmt: skip


def _most(facility: Facility, period: Period) -> Fraction:
    return facility.grams_per_year * period.share_of_year(facility.first, facility.last)


def explained(excess: Excess) -> tuple[str, ...]:
    """The case in sentences: what was shipped, what can have been made, what would clear it."""
    s, several = excess.shipment, len(excess.shipment.exporters) > 1
    who = " and ".join(place(code) for code in s.exporters) + (" together" if several else "")
    their = "their" if several else "its"
    said = [
        f"{who[0].upper()}{who[1:]} shipped {_says(s)}{tonnes(s.goods)} t of {s.product}"
        f" ({tonnes(s.grams)} t of {s.element}) to {place(s.partner)} from {long(s.first)} to"
        f" {long(s.last)}."
    ]
    if excess.rush is not None and excess.earlier is not None:
        e = excess.earlier
        said.append(
            f"That is {float(excess.rush):.1f} times the monthly rate of {long(e.first)} to"
            f" {long(e.last)} ({_says(e)}{tonnes(e.goods)} t, {e.figure.quality or 'no quality'})."
        )
    mined = f"at most {tonnes(excess.mined)} t" if excess.mined else "nothing"
    smelted = f"at most {tonnes(excess.smelted)} t" if excess.smelted else "nothing"
    declared = f"{tonnes(excess.declared)} t are" if excess.declared else "none is"
    said.append(
        f"In those days {their} mines gave {mined} and {their} smelters can have given {smelted};"
        f" of ore and metal {declared} declared as imported."
    )
    if not excess.beyond_own:
        return (*said, "It can all have been mined and made there.")
    own = f"At least {tonnes(excess.beyond_own)} t of {s.element} are not of {their} own ground"
    if not excess.beyond_made:
        return (*said, f"{own}; the declared imports cover it.")
    said.append(
        f"{own}, and nothing declared explains it."
        if excess.beyond_made == excess.beyond_own
        else f"{own}, and {tonnes(excess.beyond_made)} t were not made there of anything declared."
    )
    said.append(
        f"Imports of ore or metal, or stocks, of {tonnes(excess.beyond_made)} t with the lots made"
        " of them would clear it."
    )
    return tuple(said)


def _says(shipment: Shipment) -> str:
    return "" if shipment.says == "exactly" else f"{shipment.says} "


def tonnes(grams: int) -> str:
    """Grams as tonnes: whole from ten up, else three digits."""
    t = Fraction(grams, 1_000_000)
    return f"{round(t):,}" if t >= 10 else f"{float(t):.3g}"
