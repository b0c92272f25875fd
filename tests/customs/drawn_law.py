"""A drawn law for `drawn.py`: every kind of row the contract knows, with gaps on purpose.

Figures are drawn, not facts of any market; only the factors are those of the contract.
"""

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FIRST_DAY = date(2027, 1, 1)
MEMBERS = (
    ("USA", "FOB", "export"),
    ("AUS", "FOB", "entry"),
    ("CAN", "FOB", "entry"),
    ("DEU", "CIF", "entry"),
    ("JPN", "CIF", "entry"),
    ("KOR", "CIF", "export"),
)
FACTORS = (
    ("NdPr", "NdPr", "0.849943", "1.176549"),
    ("Dy", "Dy2O3", "0.871321", "1.147683"),
    ("W", "WO3", "0.792971", "1.261080"),
    ("Ge", "GeO2", "0.694174", "1.440562"),
    ("Ga", "Ga2O3", "0.743938", "1.344198"),
    ("Sb", "Sb2O3", "0.835354", "1.197097"),
    ("Li", "Li2CO3", "0.187852", "5.323343"),
)


@dataclass(frozen=True, slots=True)
class Goods:
    """A covered product: where coverage names it, and its floor's basis and rough level."""

    hs6: str
    element: str
    basis: str
    low: int
    high: int
    product: str
    floor_basis: str
    usd_per_kg: float


# NdPr carbonate stops at 60 and oxide starts at 90: a gap. Dysprosium's two ranges overlap.
GOODS = (
    Goods("284690", "NdPr", "compound", 20, 60, "ndpr.carbonate", "element", 90),
    Goods("284690", "NdPr", "compound", 90, 100, "ndpr.oxide", "compound", 110),
    Goods("284690", "Dy", "compound", 30, 91, "dy.carbonate", "element", 260),
    Goods("284690", "Dy", "compound", 90, 100, "dy.oxide", "compound", 320),
    Goods("280530", "NdPr", "element", 90, 100, "ndpr.metal", "element", 140),
    Goods("261100", "W", "compound", 10, 50, "w.ore", "element", 30),
    Goods("261100", "W", "compound", 50, 100, "w.concentrate", "compound", 40),
    Goods("284180", "W", "compound", 80, 100, "w.apt", "compound", 55),
    Goods("810194", "W", "element", 95, 100, "w.metal", "product", 90),
    Goods("811292", "Ga", "element", 90, 100, "ga.metal", "element", 500),
    Goods("811292", "Ge", "element", 90, 100, "ge.metal", "product", 1800),
    Goods("282580", "Sb", "compound", 95, 100, "sb.oxide", "element", 24),
    Goods("811010", "Sb", "element", 90, 100, "sb.metal", "product", 26),
    Goods("283691", "Li", "compound", 90, 100, "li.carbonate", "compound", 14),
    Goods("810520", "Co", "element", 40, 100, "co.metal", "element", 40),
    Goods("250410", "C", "element", 80, 100, "c.graphite", "product", 2),
)
CURRENCIES = {
    "EUR": 1.1,
    "GBP": 1.27,
    "AUD": 0.66,
    "CNY": 0.14,
    "JPY": 0.0067,
    "KRW": 0.00072,
    "KWD": 3.25,
}

Rates = dict[str, dict[date, str]]


def draw_law(rng: random.Random, folder: Path) -> Rates:
    """Write the seven tables; return what each currency is worth on each day that has a rate."""
    folder.mkdir(parents=True, exist_ok=True)
    parameters = [
        ("agreement_from", FIRST_DAY.isoformat()),
        ("small_consignment_usd", rng.choice(("0", "800", "2500.50"))),
        ("security_trigger", rng.choice(("1.08", "1.10"))),
        ("contained_tolerance", "0.01"),
    ]
    if rng.random() < 0.5:
        parameters.append(("compared_on", rng.choice(("cif", "duty-paid"))))
    _write(folder / "parameters.csv", "name,value", parameters)
    _write(folder / "members.csv", "country,valuation,fx_date", MEMBERS)
    _write(
        folder / "coverage.csv",
        "hs6,element,assay_basis,assay_from,assay_to,product",
        [(g.hs6, g.element, g.basis, g.low, g.high, g.product) for g in GOODS],
    )
    _write(
        folder / "floors.csv",
        "product,version,valid_from,valid_to,floor_usd_per_kg,basis,incoterm,market_usd_per_kg,"
        "in_transit_days,clause",
        _floors(rng),
    )
    _write(
        folder / "duties.csv",
        "product,kind,import_country,origin_country,rate,unit,valid_from,valid_to,counts",
        _duties(rng),
    )
    _write(
        folder / "factors.csv",
        "element,compound,compound_to_element,element_to_compound",
        FACTORS,
    )
    rates: Rates = {}
    _write(folder / "fx.csv", "currency,valid_from,valid_to,usd_per_unit,source", _fx(rng, rates))
    return rates


def _floors(rng: random.Random) -> Iterable[tuple[object, ...]]:
    """Four versions a product; some lose one (no floor then), some have no market price."""
    starts = (FIRST_DAY, date(2027, 4, 1), date(2027, 7, 1), date(2027, 10, 1))
    for goods in GOODS:
        for number, start in enumerate(starts):
            if rng.random() < 0.12:
                continue
            is_last = number == len(starts) - 1
            level = goods.usd_per_kg * rng.uniform(0.8, 1.2)
            market = "" if rng.random() < 0.1 else f"{level * rng.uniform(0.4, 1.1):.4f}"
            yield (
                goods.product,
                f"{goods.product}/{start}",
                start,
                "" if is_last else starts[number + 1] - timedelta(days=1),
                f"{level:.4f}",
                goods.floor_basis,
                "CIF",
                market,
                rng.choice((0, 15, 30, 45)),
                "Art. 7(2)",
            )


def _duties(rng: random.Random) -> Iterable[tuple[object, ...]]:
    """General duties, a free-trade origin, an extra duty on one origin, per-kg and compound rows."""
    start, middle = FIRST_DAY, date(2027, 6, 30)

    def counts() -> str:
        return rng.choice(("true", "true", "false", ""))

    def rate(top: float) -> str:
        return f"{rng.uniform(0, top):.{rng.randrange(5)}f}"

    yield ("*", "extra", "*", "RUS", "35", "pct", start, "", counts())
    for goods in GOODS:
        one = goods.product
        yield (one, "base", "*", "*", rate(7), "pct", start, middle, counts())
        yield (one, "base", "*", "*", rate(7), "pct", date(2027, 7, 1), "", counts())
        yield (one, "base", "*", "KOR", "0", "pct", start, "", counts())
        yield (one, "base", "DEU", "*", rate(6), "pct", start, "", counts())
        yield (one, "base", "USA", "CHL", rate(2), "pct", start, "", counts())
        yield (one, "extra", "*", "CHN", "25", "pct", start, "", counts())
        if rng.random() < 0.4:
            yield (one, "extra", "USA", "CHN", rate(50), "pct", middle, "", counts())
        if goods.element in ("W", "Sb", "NdPr"):
            # A compound duty: a share of the value and dollars on the element, of one row's reach.
            yield (one, "base", "USA", "*", rate(5), "pct", start, "", counts())
            unit = "usd_per_kg_element"
            yield (one, "base", "USA", "*", rate(1), unit, start, "", counts())
            yield (one, "extra", "JPN", "*", rate(2), unit, start, "", counts())


def _fx(rng: random.Random, rates: Rates) -> Iterable[tuple[object, ...]]:
    """A rate a week from October 2026; one week in forty has none."""
    for currency, level in CURRENCIES.items():
        rates[currency] = {}
        for week in range(72):
            level *= rng.uniform(0.98, 1.02)
            if rng.random() < 1 / 40:
                continue
            start = date(2026, 10, 5) + timedelta(weeks=week)
            text = f"{level:.6f}"
            for day in range(7):
                rates[currency][start + timedelta(days=day)] = text
            yield (currency, start, start + timedelta(days=6), text, "drawn")


def _write(path: Path, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)
