"""A World adds up: what is made or used is what is shipped, in tonnes and in money."""

import csv
import math
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from stannary.terms.errors import BadTable
from stannary.world import World
from stannary.world.source import SHIPPED

BASE = SHIPPED / "base-2024"
CASES = Path(__file__).parents[1] / "cases"


def walk(name):
    """The rows of a table of the base, read without the package."""
    with (BASE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tonnes_balance_in_every_region_when_summed_without_the_package():
    recipes = defaultdict(list)
    for row in walk("recipes"):
        recipes[row["recipe"]].append((row["product"], float(row["coefficient"])))
    made, used = defaultdict(float), defaultdict(float)
    for row in walk("plants"):
        for product, coefficient in recipes[row["recipe"]]:
            side = made if coefficient > 0 else used
            side[product, row["region"]] += abs(coefficient) * float(row["base_activity"])
    for row in walk("segments"):
        used[row["product"], row["region"]] += float(row["base_use"])
    world = defaultdict(float)
    for (product, _), t in made.items():
        world[product] += t
    for row in walk("flows"):
        made[row["product"], row["origin"]] -= float(row["t"])
        used[row["product"], row["destination"]] -= float(row["t"])
    for side in (made, used):
        for (product, region), gap in side.items():
            assert abs(gap) <= max(1e-9 * world[product], 1e-6), (product, region)


def test_money_balances_the_calibrated_cost_reproduces_every_base_activity():
    # Second computation of the market's landed price and merit order, from the records alone.
    world = World.load("base-2024")
    mid = date(world.base_year, 7, 1)
    price = {(p.product, p.region): p.usd_per_t for p in world.prices}
    freight = {(f.product, f.origin, f.destination): f for f in world.freight}
    live = [m for m in world.border if m.start <= mid and (m.end is None or mid < m.end)]

    def rate(kinds, product, origin, destination):
        return sum(
            m.value
            for m in live
            if m.kind in kinds
            and origin != destination
            and product in m.products()
            and m.origin in ("*", origin)
            and m.destination in ("*", destination)
        )

    paid, received = defaultdict(float), defaultdict(float)
    for flow in world.flows:
        arc = (flow.product, flow.origin, flow.destination)
        gate = price[flow.product, flow.origin]
        fob = gate * (1 + rate({"export_tax"}, *arc))
        row = freight.get(arc) or freight.get(("*", *arc[1:]))
        gross = world.products[flow.product].gross_per_contained
        cif = fob + (row.usd_per_t * gross + row.pct_of_value * gate if row else 0.0)
        base = fob if world.regions[flow.destination].valuation == "FOB" else cif
        landed = cif + rate({"import_duty", "extra_duty"}, *arc) * base
        paid[flow.product, flow.destination] += landed * flow.t
        received[flow.product, flow.destination] += flow.t
    for plant in world.plants:
        recipe = world.recipes[plant.recipe]
        margin = sum(c * price[g, plant.region] for g, c in recipe.outputs.items())
        for product, c in recipe.inputs.items():
            key = (product, plant.region)
            margin -= c * paid[key] / received[key]
        x = (margin - plant.cash_cost) / plant.cost_spread
        activity = plant.capacity / (1 + math.exp(-x))
        assert activity == pytest.approx(plant.base_activity, rel=1e-9), plant.plant


# ---------------------------------------------------------------- refusals


@pytest.fixture
def base(tmp_path):
    return Path(shutil.copytree(BASE, tmp_path / "base"))


def edit(path, change):
    """Let `change` rewrite the rows (dicts) of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        table, header = list(reader), reader.fieldnames
    table = change(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def refusal(folder):
    with pytest.raises(BadTable) as caught:
        World.load(folder)
    return str(caught.value)


def test_a_flow_too_small_names_product_region_side_and_gap(base):
    def change(table):
        row = next(r for r in table if r["product"] == "ndpr.oxide" and r["origin"] == "CHN")
        row["t"] = str(float(row["t"]) - 5.0)
        return table

    edit(base / "flows.csv", change)
    text = refusal(base)
    assert "ndpr.oxide made in CHN is not what flows carry" in text
    assert "-5" in text
    assert "t off" in text


def test_a_use_too_large_is_refused_on_the_side_of_use(base):
    def change(table):
        table[0]["base_use"] = str(float(table[0]["base_use"]) + 1.0)
        return table

    edit(base / "segments.csv", change)
    assert "magnet.ht used in CHN is not what flows carry" in refusal(base)


def test_a_gap_within_the_tolerance_passes(base):
    def change(table):
        table[0]["base_use"] = str(float(table[0]["base_use"]) + 1e-7)
        return table

    edit(base / "segments.csv", change)
    World.load(base)


def test_a_flow_from_a_region_without_supply_is_refused(base):
    flow = {"product": "w.conc", "origin": "JPN", "destination": "CHN", "t": "4"}
    figure = {"quality": "assumed", "source": "test", "note": ""}
    edit(base / "flows.csv", lambda table: [*table, flow | figure])
    assert "w.conc flows from JPN, which has no supply of it" in refusal(base)


def test_every_region_that_supplies_needs_a_price(base):
    edit(base / "prices.csv", lambda table: table[1:])
    assert "supplies magnet.ht, but has no price for it" in refusal(base)


def test_a_flow_across_a_border_needs_freight(base):
    edit(
        base / "freight.csv",
        lambda table: [r for r in table if (r["origin"], r["destination"]) != ("CHN", "USA")],
    )
    assert "from CHN to USA, but no freight is given" in refusal(base)


def test_a_side_carries_curves_or_plants_but_not_both(tmp_path):
    folder = Path(shutil.copytree(CASES / "transport" / "fixed", tmp_path / "w"))
    edit(
        folder / "curves.csv",
        lambda table: [*table, table[0] | {"region": "SEATTLE", "side": "supply"}],
    )
    text = refusal(folder)
    assert "supply of cases in SEATTLE stands twice" in text
    assert "the plant seattle" in text
