"""The schedule: what the agreement says on one day, typed. Everyone reads this, never the TOML.

Next: `duty`, the one rule that every reader of these numbers applies.
"""

from dataclasses import dataclass
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
    """The price that imports of a legal product may not undercut, USD per kg of its basis."""

    product: str
    usd_per_kg: Decimal
    basis: Basis
    clause: Clause


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

    compared_on        what the floor is held against: the duty-paid or the CIF price
    proven             share of zone trade that proves its origin, 0..1
    dominant_supplier  ISO3 of the country selling most, by mineral; `*` is the rule for the rest
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
    clauses: tuple[Clause, ...]

    @property
    def assumed(self) -> tuple[str, ...]:
        """Paths of the parameters standing that day whose reference does not state their value."""
        return tuple(clause.path for clause in self.clauses if clause.assumed)

    @property
    def inside(self) -> frozenset[str]:
        """ISO3 states inside the zone that day; `EUU` is spelled out as its 27."""
        states: set[str] = set()
        for member in self.members:
            if member.inside:
                states |= EUROPEAN_UNION_STATES if member.country == "EUU" else {member.country}
        return frozenset(states)
