"""One line reckoned again in decimals, every step kept: what letters and courts are shown.

It shares no arithmetic with the engine (`duty`), so that a cent written out in a letter was found
twice. The rules are those of the file contract: R1 to R7. Next: `assessed`, which holds it against an
assessed file; `words`, which says it in sentences.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from .law import Rules
from .law_rows import Duty
from .line import EXACT, ONE, Line, Standing, turned

GRAM = Decimal("0.001")

BEFORE_CARRIAGE = ("EXW", "FCA", "FAS", "FOB")
BEFORE_INSURANCE = ("CFR", "CPT")


@dataclass(frozen=True, slots=True)
class Levied:
    """A statutory duty on a line: its row of the law, what it is levied on, and the cents.

    base  cents of customs value, or kg of the element
    """

    row: Duty
    base: Decimal
    cents: int


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a line owes, with every step. Money in US cents unless said, masses in kg.

    price, customs_price   held against the floor and levied on, invoice currency, net of corrections
    cif_amount, value_amount  CIF and customs value, invoice currency, exact
    inside                 element or compound inside, in the assay's own basis
    levied, at_market      duties on the customs value, and on the market value (R7)
    outcome                the first of the reason codes that decides (contract, section b)
    """

    line: Line
    law: Standing
    price: Decimal
    customs_price: Decimal
    mass: Decimal
    dry: Decimal
    inside: Decimal
    element_mass: Decimal
    chargeable: Decimal | None
    cif_amount: Decimal
    value_amount: Decimal
    customs_value: int
    cif: int
    levied: tuple[Levied, ...]
    floor: int | None
    market: int | None
    trigger: int | None
    at_market: tuple[Levied, ...]
    top_up_at_market: int
    top_up: int
    security: int
    outcome: str

    def duty(self, kind: str) -> int:
        """Base or extra duty, cents."""
        return sum(one.cents for one in self.levied if one.row.kind == kind)

    @property
    def counted(self) -> int:
        """Statutory duty that counts towards the floor, cents."""
        return _counted(self.levied, self.law.rules)

    @property
    def due(self) -> int:
        """Base, extra and top-up, cents."""
        return sum(one.cents for one in self.levied) + self.top_up

    @property
    def shown_floor(self) -> int | None:
        """What is printed as the floor: nothing where none is held against the line."""
        return None if self.outcome == "ZONE_ORIGIN" else self.floor

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes, sorted."""
        found = {self.outcome}
        held = self.outcome in ("TOP_UP", "AT_OR_ABOVE_FLOOR", "SMALL_CONSIGNMENT")
        if self.line.preference == "bloc" and held:
            found.add("ORIGIN_NOT_PROVEN")
        if self.security:
            found.add("SECURITY")
        if self.line.fx_declared is not None and self.line.fx_declared != self.law.rate:
            found.add("FX_DECLARED_DIFFERS")
        return tuple(sorted(found))


def reckon(
    line: Line,
    law: Standing,
    held: Decimal = Decimal(0),
    customs: Decimal = Decimal(0),
    grams: Decimal = Decimal(0),
) -> Reckoned:
    """A line under its law, R2 to R7.

    held, customs, grams  what later corrections add to the price held against the floor, to the price
                          that duty is levied on (invoice currency) and to the mass (kg)
    """
    with localcontext(EXACT):
        return _reckon(line, law, line.value + held, line.value + customs, line.mass + grams)


def _reckon(
    line: Line, law: Standing, price: Decimal, customs_price: Decimal, mass: Decimal
) -> Reckoned:
    cif_amount = _cif(line, price)
    value_amount = (
        _fob(line, customs_price) if law.member.valuation == "FOB" else _cif(line, customs_price)
    )
    cif, value = cents(cif_amount * law.rate), cents(value_amount * law.rate)
    dry = mass if line.moisture is None else kg(mass * (100 - line.moisture) / 100)
    inside = kg(dry * line.assay / 100)
    element = _in_basis(line, law, inside, "element")
    levied = _levied(law.duties, value, element)
    floor = market = trigger = None
    chargeable: Decimal | None = None
    top_up = security = top_up_at_market = 0
    at_market: tuple[Levied, ...] = ()
    if law.coverage is None:
        outcome = "NOT_COVERED"
    elif law.floor is None:
        outcome = "NO_FLOOR_THAT_DAY"
    else:
        basis = law.floor.basis
        chargeable = dry if basis == "product" else _in_basis(line, law, inside, basis)
        floor = cents(chargeable * law.floor.floor_usd_per_kg)
        limit = law.rules.small_consignment_usd * 100
        if law.proven:
            outcome = "ZONE_ORIGIN"
        elif limit and cif <= limit:
            outcome = "SMALL_CONSIGNMENT"
        else:
            top_up = max(0, floor - cif - _counted(levied, law.rules))
            outcome = "TOP_UP" if top_up else "AT_OR_ABOVE_FLOOR"
            if law.floor.market_usd_per_kg is not None:
                market = cents(chargeable * law.floor.market_usd_per_kg)
                trigger = unit(market * law.rules.security_trigger)
                at_market = _levied(law.duties, market, element)
                top_up_at_market = max(0, floor - market - _counted(at_market, law.rules))
                if cif > trigger:
                    high = sum(one.cents for one in at_market) + top_up_at_market
                    low = sum(one.cents for one in levied) + top_up
                    security = max(0, high - low)
    return Reckoned(
        line=line, law=law, price=price, customs_price=customs_price, mass=mass, dry=dry,
        inside=inside, element_mass=element, chargeable=chargeable, cif_amount=cif_amount,
        value_amount=value_amount, customs_value=value, cif=cif, levied=levied, floor=floor,
        market=market, trigger=trigger, at_market=at_market, top_up_at_market=top_up_at_market,
        top_up=top_up, security=security, outcome=outcome,
    )  # fmt: skip


def cents(usd: Decimal) -> int:
    """Dollars to the cent, half up."""
    return unit(usd * 100)


def unit(amount: Decimal) -> int:
    """To the whole unit, half up."""
    return int(amount.quantize(ONE, ROUND_HALF_UP, EXACT))


def kg(mass: Decimal) -> Decimal:
    """To the gram, half up."""
    return mass.quantize(GRAM, ROUND_HALF_UP, EXACT)


def _cif(line: Line, price: Decimal) -> Decimal:
    if line.incoterm in BEFORE_CARRIAGE:
        return price + line.freight + line.insurance
    return price + line.insurance if line.incoterm in BEFORE_INSURANCE else price


def _fob(line: Line, price: Decimal) -> Decimal:
    if line.incoterm in BEFORE_CARRIAGE:
        return price
    if line.incoterm in BEFORE_INSURANCE:
        return price - line.freight
    return price - line.freight - line.insurance


def _in_basis(line: Line, law: Standing, inside: Decimal, basis: str) -> Decimal:
    """R3, to the gram. What no factor turns is 0: the law refuses tables in which it would matter."""
    found = turned(inside, line.assay_basis, basis, law.factor)
    return Decimal(0) if found is None else kg(found)


def _levied(rows: tuple[Duty, ...], value: int, element: Decimal) -> tuple[Levied, ...]:
    """R5: each duty from its rounded base."""
    return tuple(
        Levied(row, Decimal(value), unit(value * row.rate / 100))
        if row.unit == "pct"
        else Levied(row, element, cents(element * row.rate))
        for row in rows
    )


def _counted(levied: tuple[Levied, ...], rules: Rules) -> int:
    if rules.compared_on == "cif":
        return 0
    return sum(one.cents for one in levied if one.row.counts)
