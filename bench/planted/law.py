"""The law, the prices and the exchange rates of a planted world, and the top-up that follows.

The top-up is reckoned here in decimals from the published rules, apart from the engine.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np

from .catalogue import COVERAGE, COVERED, FACTORS, FIRST_DAY, GOOD, LAST_DAY, MEMBERS, MONEYS, Good

CENT = Decimal("0.01")
GRAM = Decimal("0.001")
SMALL_USD = 2500
"""Consignments up to this CIF value pay no top-up."""
IN_TRANSIT_DAYS = 45
FIRST_RATE = date(2026, 7, 6)
"""A Monday: goods entered early were exported before the agreement began."""


@dataclass(frozen=True, slots=True)
class Version:
    """A floor notice: USD per kg, and the outside price on its first day."""

    name: str
    begins: date
    ends: date
    floor: Decimal
    market: Decimal


@dataclass(frozen=True, slots=True)
class Law:
    """Floors by product, outside prices by product and week, exchange rates by currency and week."""

    versions: dict[str, tuple[Version, ...]]
    market: dict[str, tuple[float, ...]]
    rates: dict[str, tuple[Decimal, ...]]

    def price(self, product: str, day: date) -> float:
        """Outside price of that day, USD per kg of the product's basis."""
        return self.market[product][_week(day)]

    def rate(self, money: str, day: date) -> Decimal:
        """USD for one unit."""
        return Decimal(1) if money == "USD" else self.rates[money][_week(day)]

    def version(self, product: str, entered: date, exported: date | None) -> Version:
        """The floor of the day of entry, or the one before for goods then already at sea."""
        rows = self.versions[product]
        now = next(v for v in reversed(rows) if v.begins <= entered)
        at_sea = (
            exported is not None
            and exported < now.begins
            and (entered - now.begins).days < IN_TRANSIT_DAYS
        )
        if not at_sea or exported is None or exported < rows[0].begins:
            return now
        return next(v for v in reversed(rows) if v.begins <= exported)

    def floor(self, product: str, entered: date) -> float:
        """Floor of the day of entry, without the clause on goods at sea."""
        return float(self.version(product, entered, None).floor)


def _week(day: date) -> int:
    return (day - FIRST_RATE).days // 7


def draw_law(rng: np.random.Generator) -> Law:
    """Floors revised each quarter by at most 5 %, prices and rates that wander week by week."""
    weeks = _week(LAST_DAY) + 30
    market: dict[str, tuple[float, ...]] = {}
    versions: dict[str, tuple[Version, ...]] = {}
    for good in COVERED:
        steps = rng.normal(0, 0.012, weeks)
        # Pulled back towards its start, so that a floor stays above it for two years.
        level, path = 0.0, []
        for step in steps:
            level = 0.97 * level + float(step)
            path.append(good.market * float(np.exp(level)))
        market[good.product] = tuple(path)
        versions[good.product] = tuple(_versions(good, path, rng))
    rates: dict[str, tuple[Decimal, ...]] = {}
    for money, (start, swing) in MONEYS.items():
        walk = start * np.exp(np.cumsum(rng.normal(0, swing, weeks)))
        rates[money] = tuple(Decimal(f"{value:.6f}") for value in walk)
    return Law(versions, market, rates)


def _versions(good: Good, path: Sequence[float], rng: np.random.Generator) -> Iterable[Version]:
    floor = Decimal(good.floor)
    for quarter in range(8):
        begins = date(2027 + quarter // 4, 1 + 3 * (quarter % 4), 1)
        after = date(2027 + (quarter + 1) // 4, 1 + 3 * ((quarter + 1) % 4), 1)
        if quarter:
            step = Decimal(str(rng.choice([-2, 0, 2, 4, 5, 5])))
            floor = (floor * (100 + step) / 100).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        yield Version(
            f"{good.product}/{begins}",
            begins,
            after - timedelta(1),
            floor,
            Decimal(f"{path[_week(begins)]:.4f}"),
        )


def cents(amount: Decimal) -> int:
    """US cents, half up."""
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Weighed:
    """Masses of a line in kg: net, the assay's basis inside, and what the floor is charged on."""

    net: Decimal
    inside: Decimal
    charged: Decimal
    element: Decimal


def weigh(good: Good, net: Decimal, assay: Decimal, moisture: Decimal | None) -> Weighed:
    """Dry mass, content and chargeable kilograms, each to the gram."""
    dry = net if moisture is None else (net * (100 - moisture) / 100).quantize(GRAM, ROUND_HALF_UP)
    inside = (dry * assay / 100).quantize(GRAM, ROUND_HALF_UP)
    element = (inside * Decimal(good.in_assay)).quantize(GRAM, ROUND_HALF_UP)
    # A floor per kg of product is charged on dry product; the others on the assay's own basis.
    return Weighed(net, inside, dry if good.per == "product" else inside, element)


def top_up(
    law: Law,
    good: Good,
    charged: Decimal,
    entered: date,
    exported: date,
    cif: int,
    customs: int,
    *,
    small: bool = True,
) -> int:
    """Top-up in cents on a line of outside origin; 0 for what is not covered.

    small  whether small consignments go free
    """
    if not good.product or (small and cif <= SMALL_USD * 100):
        return 0
    floor = cents(charged * law.version(good.product, entered, exported).floor)
    base = int((Decimal(customs) * Decimal(good.base) / 100).quantize(Decimal(1), ROUND_HALF_UP))
    return max(0, floor - cif - base)


def write_law(law: Law, folder: Path) -> None:
    """The tables of the law as files."""
    folder.mkdir(parents=True, exist_ok=True)
    table = _writer(folder)
    table("parameters", "name,value", [
        ("agreement_from", FIRST_DAY), ("small_consignment_usd", SMALL_USD),
        ("security_trigger", "1.08"), ("contained_tolerance", "0.01"),
        ("compared_on", "duty-paid"),
    ])  # fmt: skip
    table("members", "country,valuation,fx_date", [row[:3] for row in MEMBERS])
    table("coverage", "hs6,element,assay_basis,assay_from,assay_to,product", COVERAGE)
    table(
        "floors",
        "product,version,valid_from,valid_to,floor_usd_per_kg,basis,incoterm,market_usd_per_kg,"
        "in_transit_days",
        [
            (product, v.name, v.begins, v.ends, v.floor, GOOD[product].per, "CIF", v.market,
             # Nothing stood before the first notice, so nothing at sea falls under it.
             IN_TRANSIT_DAYS if v.begins > FIRST_DAY else 0)
            for product, rows in law.versions.items() for v in rows
        ],
    )  # fmt: skip
    duties: list[tuple[object, ...]] = []
    for good in COVERED:
        duties.append((good.product, "base", "*", "*", good.base, "pct", FIRST_DAY, "", "true"))
        if good.extra != "0":
            # Not counted towards the floor: whoever hides a Chinese origin saves all of it.
            duties.append(
                (good.product, "extra", "*", "CHN", good.extra, "pct", FIRST_DAY, "", "false")
            )
    table(
        "duties",
        "product,kind,import_country,origin_country,rate,unit,valid_from,valid_to,counts",
        duties,
    )
    table("factors", "element,compound,compound_to_element,element_to_compound", FACTORS)
    write_rates(law, folder / "fx.csv")


def write_rates(law: Law, path: Path) -> None:
    """Exchange rates, a row a week."""
    rows = [
        (money, FIRST_RATE + timedelta(7 * i), FIRST_RATE + timedelta(7 * i + 6), rate, "planted")
        for money, walk in law.rates.items()
        for i, rate in enumerate(walk)
    ]
    _writer(path.parent)(path.stem, "currency,valid_from,valid_to,usd_per_unit,source", rows)


def _writer(folder: Path):
    def table(name: str, header: str, rows: Iterable[Sequence[object]]) -> None:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(header.split(","))
            out.writerows(rows)

    return table
