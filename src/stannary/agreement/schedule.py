"""The schedule: what the agreement says on one day, typed. Everyone reads this, never the TOML.

Next: `duty`, the one rule that every reader of these numbers applies.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from ..terms.names import EUROPEAN_UNION_STATES
from ..terms.units import Basis
from .article import Status


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a number of the law stands: path, printed article, reference, whether assumed."""

    path: str
    article: str
    reference: str
    since: date
    assumed: bool
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A country that the agreement names, with what holds for it on the schedule's day.

    inside     accession <= day < withdrawal
    accession  None: no date agreed
    valuation  base of its ad valorem duty
    fx_date    day whose exchange rate an invoice is converted at
    through    the customs union by which it is inside (`EUU`), None: in its own right. Whoever
               counts parties counts the rows without it
    """

    country: str
    name: str
    status: Status
    inside: bool
    accession: date | None
    withdrawal: date | None
    valuation: Literal["FOB", "CIF"]
    fx_date: Literal["entry", "export"]
    clause: Clause
    through: str | None = None


@dataclass(frozen=True, slots=True)
class LegalProduct:
    """What customs can tell apart, and the product of the world it belongs to.

    element, assay_from, assay_to  of the goods (per cent of the element, from <= assay < to)
    basis                          what a kilogram of its floor weighs
    """

    product: str
    name: str
    world: str
    element: str
    basis: Basis
    hs: tuple[str, ...]
    assay_from: Decimal
    assay_to: Decimal
    clause: Clause


@dataclass(frozen=True, slots=True)
class Floor:
    """The price that imports of a legal product may not undercut, USD per kg of its basis.

    member      whose border it is for, in place of the common floor; None: the common floor
    usd_per_kg  0 where the member has no floor, whatever the others have
    """

    product: str
    usd_per_kg: Decimal
    basis: Basis
    clause: Clause
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Guarantee:
    """The price that a member's treasury makes up to its own producers, USD per kg of the basis."""

    product: str
    member: str
    usd_per_kg: Decimal
    basis: Basis
    clause: Clause


@dataclass(frozen=True, slots=True)
class Enforcement:
    """How cheats are caught, by audit class of buyers; `*` is every class without a row.

    audit_rate  chance that an evading tonne is caught and billed, 0..1
    penalty     multiple of the duty evaded, besides the duty
    disguise    share of the value at the border that hiding costs on average, > 0
    tempted     share of tonnes whose importers would cheat where it pays, 0..1
    detour      share of the value that a roundabout way through another member's door costs on
                average, > 0
    """

    audit_rate: dict[str, Decimal]
    penalty: dict[str, Decimal]
    disguise: dict[str, Decimal]
    tempted: Decimal
    detour: Decimal

    def terms(self, audit_class: str) -> tuple[Decimal, Decimal, Decimal]:
        """Audit rate, penalty and cost of disguise that hold for a class of buyers."""
        audit_rate, penalty, disguise = (
            rows.get(audit_class, rows["*"])
            for rows in (self.audit_rate, self.penalty, self.disguise)
        )
        return audit_rate, penalty, disguise

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class with a row of its own, sorted; without `*`."""
        return tuple(sorted({*self.audit_rate, *self.penalty, *self.disguise} - {"*"}))


HONEST = Enforcement(
    audit_rate={"*": Decimal(0)},
    penalty={"*": Decimal(0)},
    disguise={"*": Decimal(1)},
    tempted=Decimal(0),
    detour=Decimal(1),
)
"""An agreement that says nothing of enforcement: nobody cheats, and a detour never pays."""


@dataclass(frozen=True, slots=True)
class Stockpile:
    """The common stockpile (Art. 10).

    fund         money to buy with, USD
    target_days  days of the zone's use that it aims to hold
    unusable     share of what is held that cannot be released, 0..1
    clauses      of the three, in this order
    """

    fund: Decimal
    target_days: Decimal
    unusable: Decimal
    clauses: tuple[Clause, Clause, Clause]


@dataclass(frozen=True, slots=True)
class Border:
    """What customs asks besides the floor (Art. 5 and 12).

    in_transit           days of grace: goods exported before a floor began and entered fewer days
                         than this after it have the floor of the day of export; 0: none have
    security_trigger     a price above this multiple of the market price asks for a security, 1..2
    security_sale        months after the sale within which the price must be proven
    security_proof       months after the entry within which it must be, sold or not
    small_consignment    CIF value of a line up to which no top-up is due, USD; 0: no limit
    contained_tolerance  share by which a declared content may differ from mass x assay, 0..1
    """

    in_transit: int
    security_trigger: Decimal
    security_sale: int
    security_proof: int
    small_consignment: Decimal
    contained_tolerance: Decimal


@dataclass(frozen=True, slots=True)
class Duty:
    """A statutory duty of a member.

    origin  ISO3, or `*`: any origin without a row of its own
    rate    share of the customs value (0.05 = 5 %)
    counts  whether it counts towards the floor
    """

    product: str
    kind: Literal["base", "extra"]
    importer: str
    origin: str
    rate: Decimal
    counts: bool
    clause: Clause


@dataclass(frozen=True, slots=True)
class Schedule:
    """The agreement as it stands on `day`. Lists are sorted by country or product.

    floors             the common floor of a product before those of single members
    compared_on        what the floor is held against: the duty-paid or the CIF price
    proven             share of zone trade that proves its origin, 0..1
    circulation        `origin`: each member collects at its own border by the origin of the goods;
                       `free`: what is inside circulates freely
    procurement        origins that buyers under a procurement rule may buy from, besides what
                       national rules bar: `any`, or the `zone` only
    capture            share of a top-up that outside sellers keep by raising their price, 0..1, by
                       ISO3 of the seller; `*` is every country without a row
    stockpile          None: the agreement has none that day
    dominant_supplier  ISO3 of the country selling most, by mineral; `*` is the rule for the rest
    border             what customs asks besides the floor
    clauses            of every parameter and listing standing that day, sorted by path
    """

    agreement: str
    title: str
    day: date
    members: tuple[Member, ...]
    products: tuple[LegalProduct, ...]
    floors: tuple[Floor, ...]
    duties: tuple[Duty, ...]
    compared_on: Literal["duty-paid", "cif"]
    proven: Decimal
    dominant_supplier: dict[str, str]
    border: Border
    clauses: tuple[Clause, ...]
    circulation: Literal["origin", "free"] = "origin"
    procurement: Literal["any", "zone"] = "any"
    guarantees: tuple[Guarantee, ...] = ()
    enforcement: Enforcement = HONEST
    capture: dict[str, Decimal] = field(default_factory=lambda: {"*": Decimal(0)})
    stockpile: Stockpile | None = None

    @property
    def assumed(self) -> tuple[str, ...]:
        """Paths of the parameters standing that day whose reference does not state their value."""
        return tuple(clause.path for clause in self.clauses if clause.assumed)

    def floors_of(self, member: str) -> tuple[Floor, ...]:
        """The floors at a member's border: its own in place of the common ones, without exemptions."""
        own = {floor.product: floor for floor in self.floors if floor.member == member}
        common = {floor.product: floor for floor in self.floors if floor.member is None}
        return tuple(floor for _, floor in sorted((common | own).items()) if floor.usd_per_kg > 0)

    @property
    def inside(self) -> frozenset[str]:
        """ISO3 states inside the zone that day; `EUU` is spelled out as its 27."""
        states: set[str] = set()
        for member in self.members:
            if member.inside:
                states |= EUROPEAN_UNION_STATES if member.country == "EUU" else {member.country}
        return frozenset(states)
