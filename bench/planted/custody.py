"""Lots and plants: who certified what, from which parents, on what capacity."""

from datetime import date, timedelta

import numpy as np

from .book import Book, Facility, Line, Lot
from .catalogue import GOOD, OUTSIDE

ORE = {"NdPr": "re.conc.monz", "Dy": "re.conc.monz", "Tb": "re.conc.monz", "W": "w.conc",
       "Sb": "sb.conc", "Ga": "ga.liquor", "Ge": "ge.conc"}  # fmt: skip

# Stages from the product down to the mine: stage, product, per cent recovered.
CHAINS: dict[str, tuple[tuple[str, str, float], ...]] = {
    "ndpr.metal": (("metal", "ndpr.metal", 95), ("refine", "ndpr.oxide", 90)),
    "magnet.std": (
        ("component", "magnet.std", 92),
        ("metal", "ndpr.metal", 95),
        ("refine", "ndpr.oxide", 90),
    ),
    "w.carbide": (("metal", "w.carbide", 97), ("refine", "w.apt", 93)),
    "sb.metal": (("metal", "sb.metal", 90),),
    "ga.metal": (("metal", "ga.metal", 80),),
    "ge.metal": (("metal", "ge.metal", 85),),
}
UNREGISTERED = 0.08
"""Share of the outside countries' plants that no member has heard of."""
MINES_OF = ("AUS", "USA", "KOR", "MEX", "FRA")


def chain_of(product: str) -> tuple[tuple[str, str, float], ...]:
    """Its stages above the mine; one refinery where nothing longer is known."""
    return CHAINS.get(product, (("refine", product, 90.0),))


def plant(
    book: Book,
    rng: np.random.Generator,
    operator: str,
    country: str,
    step: tuple[str, str, float],
    *,
    slack: float = 0.0,
    owner: str = "",
) -> str:
    """The operator's plant for that step, built at first asking; its key."""
    stage, product, recovery = step
    key = f"{operator}/{stage}/{product}"
    if key not in book.facilities:
        room = slack or float(rng.uniform(1.25, 2.2))
        begins = date(2014 + int(rng.integers(0, 12)), 1 + int(rng.integers(0, 12)), 1)
        book.facilities[key] = Facility(
            operator, country, stage, product, room, recovery, begins, owner or country
        )
    return key


def certify(
    book: Book,
    rng: np.random.Generator,
    operator: str,
    country: str,
    product: str,
    kg: float,
    day: date,
    *,
    fed: float = 1.0,
    recycled: float = 0.0,
    slack: float = 0.0,
    owner: str = "",
    mine: str = "",
) -> int:
    """A lot of `kg` of element with its chain of parents; its index.

    fed   share of the feed it needs that its parents bring (1: all; a little more is common)
    mine  country of the mine; empty: one in the zone
    """
    chain = chain_of(product)
    element = GOOD[product].element
    whence = mine or (country if country in MINES_OF and rng.random() < 0.5
                      else str(rng.choice(MINES_OF)))  # fmt: skip

    def build(level: int, need: float, at: date) -> int:
        if level == len(chain):
            key = plant(book, rng, f"{operator}-mine-{whence}", whence, ("mine", ORE[element], 100))
            book.lots.append(Lot(ORE[element], "mine", need, key, whence, at))
            return len(book.lots) - 1
        stage, made, recovery = chain[level]
        top = level == 0
        key = plant(book, rng, operator, country, chain[level], slack=slack if top else 0.0,
                    owner=owner if top else "")  # fmt: skip
        fresh = need * (1 - recycled if top else 1)
        taken = fresh / recovery * 100 * float(rng.uniform(1.003, 1.04)) * (fed if top else 1)
        before = at - timedelta(int(rng.integers(8, 40)))
        parent = build(level + 1, taken * float(rng.uniform(1.0, 1.2)), before)
        book.lots.append(
            Lot(made, stage, need, key, country, at, ((parent, taken),), recycled if top else 0.0)
        )
        return len(book.lots) - 1

    return build(0, kg, day)


def certify_honest(book: Book, rng: np.random.Generator) -> None:
    """Lots for every line that claims zone origin and has none yet: a lot serves a few lines."""
    waiting: dict[tuple[str, str], list[Line]] = {}
    for line in book.lines:
        if line.deal.bloc and not line.lots:
            waiting.setdefault((line.deal.exporter.name, line.deal.good.product), []).append(line)
    for (operator, product), lines in waiting.items():
        lines.sort(key=lambda line: line.deal.exported)
        while lines:
            first = lines[0].deal.exported
            take = [x for x in lines[: int(rng.integers(1, 5))]
                    if (x.deal.exported - first).days < 60]  # fmt: skip
            del lines[: len(take)]
            _share(book, rng, operator, product, take)


def _share(
    book: Book, rng: np.random.Generator, operator: str, product: str, lines: list[Line]
) -> None:
    needed = sum(float(line.weighed.element) for line in lines)
    day = lines[0].deal.exported - timedelta(int(rng.integers(2, 25)))
    recycled = float(rng.uniform(0.03, 0.2)) if rng.random() < 0.1 else 0.0
    country = lines[0].deal.exporter.country
    parts = 2 if rng.random() < 0.12 else 1
    lots = tuple(
        certify(book, rng, operator, country, product,
                needed / parts * float(rng.uniform(1.005, 1.12)) + 0.01, day, recycled=recycled)
        for _ in range(parts)
    )  # fmt: skip
    for line in lines:
        line.lots = lots


def plants_outside(book: Book, rng: np.random.Generator) -> None:
    """Most plants of the producing countries outside, wide enough for what they sell."""
    flows: dict[tuple[str, str, int], float] = {}
    for line in book.lines:
        deal = line.deal
        if deal.good.product and deal.origin in OUTSIDE:
            key = (deal.origin, deal.good.product, deal.entered.year)
            flows[key] = flows.get(key, 0.0) + float(line.weighed.element)
    busiest: dict[tuple[str, str], float] = {}
    for (country, product, _), kg in flows.items():
        busiest[country, product] = max(kg, busiest.get((country, product), 0.0))
    for (country, product), kg in sorted(busiest.items()):
        # Not every plant of a stranger is in the register.
        if rng.random() < UNREGISTERED:
            continue
        stage, _, recovery = chain_of(product)[0]
        book.facilities[f"{country}/{product}"] = Facility(
            f"OP-{country}", country, stage, product, float(rng.uniform(1.4, 4)), recovery,
            date(2012 + int(rng.integers(0, 9)), 1, 1), country, kg,
        )  # fmt: skip
