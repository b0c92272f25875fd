"""Who trades in a planted world: importers, exporters, how they pay and how long goods are at sea."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from .catalogue import (
    COVERED,
    FIRST_DAY,
    HOME_MONEY,
    MEMBERS,
    MONEYS,
    OUTSIDE,
    THROUGH,
    ZONE_SELLERS,
    Good,
)

Pricing = Literal["market", "floor", "zone"]
Numbering = Literal["sequence", "loose"]


@dataclass(frozen=True, slots=True)
class Importer:
    """An importer of record: its size against others, and when in the year it buys most."""

    name: str
    country: str
    size: float
    season: float
    begins: date


@dataclass(frozen=True, slots=True)
class Exporter:
    """A seller.

    pricing    market: outside price; floor: asks what the floor leaves it; zone: zone price
    offset     log of its price against others'
    terms      days of credit it gives
    numbering  sequence: invoice numbers rise with the day; loose: per customer, no order
    """

    name: str
    country: str
    goods: tuple[Good, ...]
    pricing: Pricing
    offset: float
    terms: int
    incoterm: str
    money: str
    numbering: Numbering
    indexed: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A standing relation: who buys what from whom, in what usual quantity."""

    importer: Importer
    exporter: Exporter
    good: Good
    kg: float
    related: bool
    end_use: str


@dataclass(slots=True)
class People:
    """Everyone, and the days at sea of each route."""

    importers: list[Importer]
    exporters: list[Exporter]
    pairs: list[Pair]
    sea: dict[tuple[str, str], float]
    late: dict[tuple[str, str], tuple[date, date]]
    newcomers: int = 0

    def transit(
        self, exporter: Exporter, importer: Importer, day: date, rng: np.random.Generator
    ) -> int:
        """Days from export to entry: usual for the route, longer while the route is disturbed."""
        route = (exporter.country, importer.country)
        usual = self.sea[route]
        trip = usual * float(np.exp(rng.normal(0, 0.10))) + float(rng.integers(0, 4))
        first, last = self.late.get(route, (date.max, date.max))
        if first <= day <= last:
            trip += float(rng.uniform(11, 19))
        return max(2, round(trip))


def draw_people(rng: np.random.Generator, size: int) -> People:
    """Traders for a world of about `size` clean lines."""
    importers = [
        new_importer(rng, f"M{i:05d}", late=rng.random() < 0.12)
        for i in range(1, max(36, size // 70) + 1)
    ]
    sellers = max(40, size // 110)
    exporters = [
        new_exporter(rng, f"X{i:05d}", zone=rng.random() < 0.25) for i in range(1, sellers + 1)
    ]
    # Every covered product is sold by someone within the zone and by several outside it.
    for good in COVERED:
        for zone in (True, False, False):
            exporters.append(
                new_exporter(rng, f"X{len(exporters) + 1:05d}", zone=zone, goods=(good,))
            )
    countries = sorted({e.country for e in exporters} | {*OUTSIDE, *ZONE_SELLERS})
    sea = {(a, m[0]): float(rng.uniform(7, 34)) for a in (*countries, *THROUGH) for m in MEMBERS}
    routes = list(sea)
    late: dict[tuple[str, str], tuple[date, date]] = {}
    for i in rng.choice(len(routes), size=len(routes) // 6, replace=False):
        first = FIRST_DAY + timedelta(int(rng.integers(100, 560)))
        late[routes[int(i)]] = (first, first + timedelta(int(rng.integers(40, 80))))
    people = People(importers, exporters, [], sea, late)
    _befriend(people, rng)
    return people


def _befriend(people: People, rng: np.random.Generator) -> None:
    selling: dict[str, list[Exporter]] = {}
    for exporter in people.exporters:
        for good in exporter.goods:
            selling.setdefault(good.product, []).append(exporter)
    for importer in people.importers:
        wanted = rng.choice(len(COVERED), size=int(rng.integers(1, 4)), replace=False)
        for i in wanted:
            good = COVERED[int(i)]
            offers = [e for e in selling[good.product] if not same_market(e, importer)]
            count = min(len(offers), int(rng.integers(1, 4)))
            for j in rng.choice(len(offers), size=count, replace=False):
                people.pairs.append(befriend(rng, importer, offers[int(j)], good))


def same_market(exporter: Exporter, importer: Importer) -> bool:
    """Whether goods between them never cross a border of customs."""
    union = {"DEU", "FRA", "NLD"}
    both = {exporter.country, importer.country}
    return len(both) == 1 or both <= union


def befriend(rng: np.random.Generator, importer: Importer, exporter: Exporter, good: Good) -> Pair:
    """A relation of the two over this good."""
    kg = good.typical * importer.size * float(np.exp(rng.normal(-0.6, 0.9)))
    return Pair(importer, exporter, good, kg, bool(rng.random() < 0.08), good.end_use)


def new_importer(
    rng: np.random.Generator, name: str, *, country: str = "", late: bool = False
) -> Importer:
    """An importer; `late`: one that begins within the two years, and grows."""
    where = country or MEMBERS[int(rng.choice(len(MEMBERS), p=_WEIGHTS))][0]
    begins = FIRST_DAY + timedelta(int(rng.integers(120, 500))) if late else FIRST_DAY
    return Importer(
        name, where, float(np.exp(rng.normal(0, 1.1))), float(rng.uniform(0, 6.28)), begins
    )


_WEIGHTS = (0.30, 0.14, 0.08, 0.10, 0.14, 0.10, 0.03, 0.07, 0.04)


def new_exporter(
    rng: np.random.Generator,
    name: str,
    *,
    zone: bool,
    goods: tuple[Good, ...] = (),
    country: str = "",
    pricing: Pricing | None = None,
    numbering: Numbering | None = None,
) -> Exporter:
    """A seller inside or outside the zone."""
    places = ZONE_SELLERS if zone else OUTSIDE
    where = country or str(rng.choice(places))
    if not goods:
        chosen = rng.choice(len(COVERED), size=int(rng.integers(1, 4)), replace=False)
        goods = tuple(COVERED[int(i)] for i in chosen)
    if pricing is None:
        pricing = "zone" if zone else ("floor" if rng.random() < 0.15 else "market")
    home = HOME_MONEY.get(where, "CNY" if where == "CHN" else "USD")
    money = home if rng.random() < 0.3 else ("EUR" if rng.random() < 0.12 else "USD")
    return Exporter(
        name,
        where,
        goods,
        pricing,
        float(rng.normal(0, 0.035)),
        int(rng.choice([15, 30, 30, 45, 60])),
        str(rng.choice(["FOB", "FOB", "FCA", "CIF", "CIF", "CIP", "CFR", "DAP", "EXW"])),
        money if money == "USD" or money in MONEYS else "USD",
        numbering or ("loose" if rng.random() < 0.15 else "sequence"),
        bool(rng.random() < 0.06),
    )


def stranger(people: People, prefix: str) -> str:
    """A name that no other trader has."""
    people.newcomers += 1
    return f"{prefix}{70000 + people.newcomers:05d}"
