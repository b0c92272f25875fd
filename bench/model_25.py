"""A generated world for benchmarks: 25 regions, 6 products of one chain, trade between all of them.

    mine -> concentrate -> two oxides at once -> two metals -> magnet -> end uses

Nothing in it is a fact about a place. Every figure is drawn from a seed around round numbers, then
made to add up, so that it passes the checks of any world and its base year is an equilibrium.
"""

from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from stannary.market.calibrate import Market, market
from stannary.market.levers import Array, Levers
from stannary.world import World
from stannary.world.atlas import (
    Figure,
    Flow,
    Freight,
    Measure,
    Plant,
    Price,
    Product,
    Recipe,
    Region,
    Segment,
)
from stannary.world.check import check

REGIONS = tuple(f"R{number:02d}" for number in range(1, 26))
ZONE = frozenset(REGIONS[:8])
"""Regions that would keep the floors together."""

MAKERS = {"conc": 9, "light.oxide": 8, "light.metal": 8, "heavy.metal": 7, "magnet": 12}
"""How many regions make a product; the separation plants of the second row make both oxides."""

PRICES = {
    "conc": 6_000.0, "light.oxide": 60_000.0, "heavy.oxide": 260_000.0,
    "light.metal": 80_000.0, "heavy.metal": 340_000.0, "magnet": 60_000.0,
}  # fmt: skip
"""World price of every product, USD/t, around which regions' own are drawn."""

RECIPES = {
    "mine": {"conc": 1.0},
    "separate": {"conc": -1.0, "light.oxide": 0.2, "heavy.oxide": 0.01},
    "reduce.light": {"light.oxide": -1.19, "light.metal": 1.0},
    "reduce.heavy": {"heavy.oxide": -1.17, "heavy.metal": 1.0},
    "sinter": {"light.metal": -0.33, "heavy.metal": -0.01, "magnet": 1.0},
}
SIGMA = {"conc": 8.0, "magnet": 4.0}
"""Substitution between origins; 6 for the rest."""

GROSS = 1.1
"""Freight tonnes per tonne contained."""

OF_VALUE = 0.003
"""Freight as a share of the gate price, besides that by weight."""

MADE_UP = Figure("assumed", "generated from a seed for a benchmark", "no fact about any place", 0)


def world_25(seed: int = 25) -> World:
    """The world of 25 regions. Raises BadTable should it not add up."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 1, (len(REGIONS), 2))
    distance = np.linalg.norm(place[:, None] - place[None], axis=2)
    homes = {product: np.sort(rng.permutation(25)[:count]) for product, count in MAKERS.items()}
    homes["heavy.oxide"] = homes["light.oxide"]
    everyone = np.arange(25)

    size = np.exp(rng.normal(0, 0.8, 25))
    flows: dict[str, Array] = {}

    def shipped(product: str, wanted: Array) -> Array:
        """Flows (origin, destination) that bring what is wanted, by size and nearness of origins."""
        pull = np.zeros((25, 25))
        here = homes[product]
        pull[here] = size[here, None] * np.exp(-2.0 * distance[here])
        flows[product] = pull / pull.sum(axis=0) * wanted
        return flows[product].sum(axis=1)

    def ends(total: float, at: Array) -> Array:
        weight = np.zeros(25)
        weight[at] = np.exp(rng.normal(0, 0.6, len(at)))
        return total * weight / weight.sum()

    final = {"magnet": ends(200_000.0, everyone)}
    activity = {"sinter": shipped("magnet", final["magnet"])}
    activity["reduce.light"] = shipped("light.metal", 0.33 * activity["sinter"])
    activity["reduce.heavy"] = shipped("heavy.metal", 0.01 * activity["sinter"])
    final["light.oxide"] = ends(9_000.0, np.sort(rng.permutation(25)[:10]))
    light = shipped("light.oxide", 1.19 * activity["reduce.light"] + final["light.oxide"])
    activity["separate"] = light / 0.2
    # Heavy oxide comes with the light one whether it is wanted or not: its end uses take the rest.
    drawn = 1.17 * activity["reduce.heavy"]
    heavy = 0.01 * activity["separate"]
    final["heavy.oxide"] = ends(heavy.sum() - drawn.sum(), np.sort(rng.permutation(25)[:8]))
    flows["heavy.oxide"] = _balanced(
        heavy, drawn + final["heavy.oxide"], np.exp(-2.0 * distance)
    )  # fmt: skip
    activity["mine"] = shipped("conc", activity["separate"])

    freight = 40 + 300 * distance
    price = {g: np.round(p * np.exp(rng.normal(0, 0.04, 25)), 2) for g, p in PRICES.items()}
    rows = [
        Freight("*", o, d, float(freight[i, j]), OF_VALUE, MADE_UP)
        for i, o in enumerate(REGIONS)
        for j, d in enumerate(REGIONS)
        if i != j
    ]
    duties = tuple(
        Measure(
            f"duty.{d}", "import_duty", "*", "*", d, float(rate), "ad_valorem", date(2020, 1, 1),
            None, MADE_UP,
        )
        for d, rate in zip(REGIONS, rng.choice([0.0, 0.02, 0.05, 0.08], 25), strict=True)
        if rate
    )  # fmt: skip
    taxes = (
        Measure(
            "tax.R09", "export_tax", "light.metal;heavy.metal", "R09", "*", 0.1, "ad_valorem",
            date(2020, 1, 1), None, MADE_UP,
        ),
    )  # fmt: skip
    found = World(
        name="25-regions",
        folder=Path("25-regions"),
        meta={"base_year": "2024", "currency": "USD", "schema": "0.1"},
        regions={
            r: Region(
                r, r, frozenset({r}), "member" if r in ZONE else "outside",
                _valuation(i), None, None, MADE_UP,
            )
            for i, r in enumerate(REGIONS)
        },
        products={
            g: Product(g, g, "generated", "refine", "metal", (), GROSS, MADE_UP) for g in PRICES
        },
        recipes={r: Recipe(r, c, dict.fromkeys(c, MADE_UP)) for r, c in RECIPES.items()},
        plants=_plants(rng, activity, price, flows, freight, duties + taxes),
        segments=tuple(
            Segment(
                f"{g}.{r}", r, g, "end", float(t), -0.4, -0.8, "flat", "", "", MADE_UP
            )
            for g, wanted in final.items()
            for r, t in zip(REGIONS, wanted, strict=True)
            if t > 0
        ),
        flows=tuple(
            Flow(g, REGIONS[i], REGIONS[j], float(t[i, j]), MADE_UP)
            for g, t in flows.items()
            for i, j in zip(*np.nonzero(t), strict=True)
        ),
        prices=tuple(
            Price(g, r, float(p), 2024, MADE_UP)
            for g, by_region in price.items()
            for r, p in zip(REGIONS, by_region, strict=True)
        ),
        freight=tuple(rows),
        border=duties + taxes,
        substitution={g: SIGMA.get(g, 6.0) for g in PRICES},
        substitution_figures=dict.fromkeys(PRICES, MADE_UP),
    )  # fmt: skip
    check(found)
    return found


def _valuation(region: int) -> Literal["FOB", "CIF"]:
    return "FOB" if region % 5 == 0 else "CIF"


def _balanced(rows: Array, columns: Array, start: Array) -> Array:
    """A matrix with these row and column sums, as near to `start` as scaling alone can make it."""
    t = start * (rows[:, None] > 0) * (columns[None] > 0)
    for _ in range(500):
        t = t * (rows / np.where(rows > 0, t.sum(axis=1), 1.0))[:, None]
        t = t * (columns / np.where(columns > 0, t.sum(axis=0), 1.0))[None]
    return t


def _plants(
    rng: np.random.Generator,
    activity: dict[str, Array],
    price: dict[str, Array],
    flows: dict[str, Array],
    freight: Array,
    border: tuple[Measure, ...],
) -> tuple[Plant, ...]:
    """Plants at the activity of the base year, each with the cash cost at which it runs so."""
    duty = {m.destination: m.value for m in border if m.kind == "import_duty"}
    taxed = {(g, m.origin): m.value for m in border if m.kind == "export_tax" for g in m.products()}

    def paid(product: str, j: int) -> float:
        """Average landed price of a product in region j in the base year, USD/t."""
        t, gate, landed = flows[product][:, j], price[product], 0.0
        for i in np.flatnonzero(t):
            abroad = float(i != j)
            fob = gate[i] * (1 + abroad * taxed.get((product, REGIONS[i]), 0.0))
            cif = fob + abroad * (GROSS * freight[i, j] + OF_VALUE * gate[i])
            valued = fob if _valuation(j) == "FOB" else cif
            landed += t[i] / t.sum() * (cif + valued * abroad * duty.get(REGIONS[j], 0.0))
        return landed

    plants: list[Plant] = []
    for recipe, runs in activity.items():
        for j in np.flatnonzero(runs):
            sold = sum(c * price[g][j] for g, c in RECIPES[recipe].items() if c > 0)
            bought = sum(-c * paid(g, int(j)) for g, c in RECIPES[recipe].items() if c < 0)
            used = rng.uniform(0.6, 0.92)
            spread = 0.12 * sold
            plants.append(
                Plant(
                    plant=f"{recipe}.{REGIONS[j]}", name="", region=REGIONS[j], recipe=recipe,
                    capacity=float(runs[j] / used), base_activity=float(runs[j]),
                    cash_cost=float(sold - bought - spread * np.log(used / (1 - used))),
                    cost_spread=float(spread), evidence_cost=None, status="operating",
                    operator="", figure=MADE_UP,
                )
            )  # fmt: skip
    return tuple(plants)


def market_25(seed: int = 25) -> tuple[Market, Levers]:
    """The market of that world, and levers with floors a fifth above base prices round the zone."""
    place = market(world_25(seed))
    floor, liable = place.base.floor.copy(), place.base.liable.copy()
    for i, (product, origin, destination) in enumerate(place.arcs):
        if destination in ZONE and origin not in ZONE and product != "conc":
            floor[i], liable[i] = 1.2 * PRICES[product], 1.0
    return place, place.base._replace(floor=floor, liable=liable)
