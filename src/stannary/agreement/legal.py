"""Where the law may clash with older law: bound rates line by line, and the risk of each clause.

Everything here is a reading of public texts by laymen, not advice. Bound rates are those of
`texts/bound_rates.csv`, where each row has its source and quality; no schedule of the World Trade
Organization was read for it.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Literal, cast

from ..terms.errors import BadArticle, Place
from .schedule import Floor, Schedule

TABLE = Path(__file__).parent / "texts" / "bound_rates.csv"

Measure = Literal["applied", "bound"]
Quality = Literal["published", "derived", "estimate", "assumed"]


@dataclass(frozen=True, slots=True)
class Rate:
    """A most-favoured-nation rate of one importer on one line of its tariff.

    line      as the importer writes it, or the heading where only that is known
    products  legal products that the line holds
    measure   `applied`, or `bound`: the most that the importer may levy on members of the World
              Trade Organization
    value     per cent of the customs value, or USD per kg contained
    row       line in the table (1 = its head)
    """

    importer: str
    line: str
    hs: str
    products: tuple[str, ...]
    measure: Measure
    value: Decimal
    unit: Literal["percent", "USD/kg"]
    year: int
    quality: Quality
    source: str
    url: str
    note: str
    row: int


@dataclass(frozen=True, slots=True)
class Binding:
    """A floor of a member on one line of its tariff, and what the member has bound there.

    applied, bound  None: not in the table
    """

    member: str
    floor: Floor
    line: str
    hs: str
    applied: Rate | None
    bound: Rate | None

    @property
    def headroom(self) -> Decimal | None:
        """Percentage points between the applied and the bound rate; None: not known.

        A duty per kg that is applied as it is bound leaves none, whatever the price.
        """
        if self.applied is None or self.bound is None:
            return None
        left = self.bound.value - self.applied.value
        same_unit = self.applied.unit == self.bound.unit
        return left if same_unit and (self.applied.unit == "percent" or left == 0) else None


@dataclass(frozen=True, slots=True)
class Risk:
    """What a clause does, the older rule that it meets, and what could cover it: our reading.

    Roman numbers are articles of the General Agreement on Tariffs and Trade: I most-favoured nation,
    II bound rates, III:4 national treatment, III:8(a) government purchases, XI no quantitative
    restrictions, XVII state trading, XXI security, XXIV customs unions and free-trade areas, XXVIII
    renegotiation. DS207 is the case of Chile's price bands, decided under the farm agreement.
    That emergency powers give no tariff: Supreme Court of the United States, Learning Resources v.
    Trump, 20 February 2026.
    """

    articles: str
    does: str
    meets: str
    cover: str


@dataclass(frozen=True, slots=True)
class Cover:
    """What a member has said that it relies on, and where it said so."""

    exception: str
    reference: str


COVERS: Mapping[str, Cover] = {
    "USA": Cover(
        "XXI security",
        "Section 232, Proclamation 11001 of 14 January 2026, as reported by Covington",
    ),
}
"""By member. The others have stated none in the pages read to mid-June 2026."""

NEEDED = "none stated"
WITHIN = "not needed"


@cache
def rates(table: Path = TABLE) -> tuple[Rate, ...]:
    """Every rate of the table, in its order. Raises BadArticle, with its line, on one that is none."""
    with table.open(encoding="utf-8", newline="") as file:
        return tuple(
            _rate(row, Place(table.name, n)) for n, row in enumerate(csv.DictReader(file), 2)
        )


def bindings(schedule: Schedule, table: Path = TABLE) -> tuple[Binding, ...]:
    """Floors standing that day on the tariff lines of members inside, those with least room first."""
    by_line: dict[tuple[str, str, str], dict[Measure, Rate]] = {}
    for rate in rates(table):
        for product in rate.products:
            by_line.setdefault((rate.importer, product, rate.line), {})[rate.measure] = rate
    found: list[Binding] = []
    for member in schedule.members:
        if not member.inside or member.through is not None:
            continue
        floors = {floor.product: floor for floor in schedule.floors_of(member.country)}
        for (importer, product, line), said in by_line.items():
            if importer == member.country and product in floors:
                hs = next(iter(said.values())).hs
                found.append(
                    Binding(
                        member=importer,
                        floor=floors[product],
                        line=line,
                        hs=hs,
                        applied=said.get("applied"),
                        bound=said.get("bound"),
                    )
                )
    return tuple(sorted(found, key=_least_room))


def cover(binding: Binding, exceeds: bool | None) -> str:
    """What could cover a top-up above the bound rate: what that member has invoked, by our reading."""
    if exceeds is False:
        return WITHIN
    known = COVERS.get(binding.member)
    return known.exception if known else NEEDED


def risks(schedule: Schedule) -> tuple[Risk, ...]:
    """Clauses standing that day and the older rules that they meet, by article."""
    found: list[Risk] = []
    if any(floor.usd_per_kg > 0 for floor in schedule.floors):
        found += [
            Risk(
                "Art. 4, 5",
                "a duty above the bound rate",
                "GATT II:1(b)",
                "XXI security, a waiver or XXVIII",
            ),
            Risk(
                "Art. 2, 7",
                "only outsiders pay",
                "GATT I:1",
                "XXI; XXIV would ask for substantially all trade",
            ),
            Risk(
                "Art. 5(3)",
                "the duty moves with the price",
                "GATT XI:1",
                "a duty is no ban; DS207 fell to farm rules",
            ),
        ]
        if "USA" in schedule.inside:
            found.append(
                Risk(
                    "Art. 5",
                    "a duty of the United States",
                    "its own law",
                    "Section 232; emergency powers give no tariff",
                )
            )
    if schedule.procurement == "zone":
        found.append(
            Risk(
                "Art. 7(4)",
                "defence buys from the zone",
                "GATT III:4",
                "III:8(a) leaves out what governments buy",
            )
        )
    if schedule.guarantees:
        found.append(
            Risk(
                "Art. 8",
                "a treasury pays producers",
                "subsidies agreement 5, 6",
                "allowed; others may countervail",
            )
        )
    if schedule.stockpile is not None:
        found.append(
            Risk(
                "Art. 10",
                "a common fund trades",
                "GATT XVII",
                "on commercial terms; in an emergency XXI",
            )
        )
    return tuple(found)


def _least_room(binding: Binding) -> tuple[bool, Decimal, str, str, str]:
    room = binding.headroom
    known = Decimal(0) if room is None else room
    return room is None, known, binding.floor.product, binding.member, binding.line


def _rate(row: dict[str, str], place: Place) -> Rate:
    try:
        value = Decimal(row["value"])
    except InvalidOperation:
        raise BadArticle("not a number", where=place, value=row["value"], allowed="2.1") from None
    for column, allowed in _CHOICES.items():
        if row[column] not in allowed:
            raise BadArticle(
                f"not a {column}", where=place, value=row[column], allowed=", ".join(allowed)
            )
    if not row["source"]:
        raise BadArticle("no source", where=place, allowed="what states the rate")
    return Rate(
        importer=row["importer"],
        line=row["line"],
        hs=row["hs"],
        products=tuple(row["products"].split()),
        measure=cast(Measure, row["measure"]),
        value=value,
        unit=cast(Literal["percent", "USD/kg"], row["unit"]),
        year=int(row["year"]),
        quality=cast(Quality, row["quality"]),
        source=row["source"],
        url=row["url"],
        note=row["note"],
        row=place.line or 0,
    )


_CHOICES = {
    "measure": ("applied", "bound"),
    "unit": ("percent", "USD/kg"),
    "quality": ("published", "derived", "estimate", "assumed"),
}
