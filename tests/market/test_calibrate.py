"""Calibration: the base year comes out again, and what would make it wrong is noticed."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from stannary.market.calibrate import market
from stannary.market.measures import base_day
from stannary.market.outcome import solve_base
from stannary.terms.errors import BadTable
from stannary.world.atlas import Figure, Measure

FIGURE = Figure("assumed", "invented", "", 77)


def miss(arrays, away=0.0):
    """Largest relative miss of a base price, solved from `away` (log), alternately up and down."""
    start = away * np.where(np.arange(len(arrays.nodes)) % 2, 1.0, -1.0)
    outcome = solve_base(arrays, base_day(arrays.world), start)
    assert outcome.certificate.converged
    return np.max(np.abs(outcome.cleared.balance.price.gate / arrays.base_gate - 1))


def test_the_base_year_comes_out_again_from_twenty_per_cent_away(base):
    assert miss(base, np.log(1.2)) < 1e-8


def test_the_base_years_flows_and_activities_come_out_again(base, world):
    b = solve_base(base, base_day(world)).cleared.balance
    flow = dict.fromkeys(base.arcs, 0.0)
    for arc, t in zip(base.arcs, b.flow.tolist(), strict=True):
        flow[arc] += t  # of every class of buyers
    shipped = {(f.product, f.origin, f.destination): f.t for f in world.flows if f.t > 0}
    assert flow == pytest.approx(shipped, rel=1e-8)
    ran = {plant.plant: plant.base_activity for plant in world.plants}
    np.testing.assert_allclose(b.plants.activity, [ran[name] for name in base.plants], rtol=1e-8)


def test_the_toy_base_year_comes_out_again(toy):
    assert miss(toy, np.log(1.2)) < 1e-10


def test_a_plant_with_another_cost_is_noticed_in_the_base_year(world):
    at = next(i for i, plant in enumerate(world.plants) if plant.plant == "chn.bayanobo.mine")
    dearer = replace(world.plants[at], cash_cost=1.01 * world.plants[at].cash_cost)
    plants = (*world.plants[:at], dearer, *world.plants[at + 1 :])
    assert miss(market(replace(world, plants=plants))) > 1e-6


def test_a_freight_that_is_off_is_noticed_in_the_base_year(toy):
    world = toy.world
    freight = (replace(world.freight[0], usd_per_t=200.0), *world.freight[1:])
    assert miss(market(replace(world, freight=freight))) > 1e-6


def test_the_base_year_knows_only_measures_that_stood_on_its_first_of_july(toy):
    world = toy.world
    later = Measure("later", "import_duty", "*", "*", "AUS", 0.5, "ad_valorem",
                    date(2024, 7, 2), None, FIGURE)  # fmt: skip
    ended = replace(later, start=date(2020, 1, 1), end=date(2024, 7, 1))
    same = market(replace(world, border=(*world.border, later, ended)))
    np.testing.assert_array_equal(same.base.counted, toy.base.counted)
    live = market(replace(world, border=(*world.border, replace(later, start=date(2024, 7, 1)))))
    raised = live.base.counted - toy.base.counted
    abroad = [d == "AUS" and o != d for _, o, d in toy.arcs]
    np.testing.assert_allclose(raised, np.where(abroad, 0.5, 0.0), atol=1e-15)


@pytest.mark.parametrize("kind", ["ban", "export_quota", "import_quota"])
def test_a_ban_and_a_quota_of_nothing_close_the_route(toy, kind):
    none = Measure("n", kind, "ore", "CHN", "*", 0.0, "t_per_year",
                   date(2020, 1, 1), None, FIGURE)  # fmt: skip
    levers = market(replace(toy.world, border=(*toy.world.border, none))).base
    shut = [arc for arc, open_ in zip(toy.arcs, levers.open, strict=True) if not open_]
    assert shut == [("ore", "CHN", "AUS")]


def test_a_shipped_route_without_freight_is_refused(toy):
    with pytest.raises(BadTable, match="a shipped route has no freight") as refused:
        market(replace(toy.world, freight=toy.world.freight[1:]))
    assert "CHN -> AUS" in str(refused.value)


def test_rates_of_several_measures_on_one_route_add(toy):
    world = toy.world
    extra = Measure("e", "extra_duty", "magnet;ore", "CHN", "JPN", 0.25, "ad_valorem",
                    date(2020, 1, 1), None, FIGURE)  # fmt: skip
    weight = replace(extra, kind="import_duty", value=12.0, unit="usd_per_t")
    levers = market(replace(world, border=(*world.border, extra, weight))).base
    at = toy.arcs.index(("magnet", "CHN", "JPN"))
    assert levers.counted[at] == pytest.approx(0.04 + 0.25)
    assert levers.specific[at] == 12.0
    assert levers.counted[toy.arcs.index(("magnet", "AUS", "JPN"))] == pytest.approx(0.04)


def test_a_chain_holds_the_products_that_recipes_join(base):
    rare_earths = {base.nodes[i][1] for i in base.chain("ndpr.oxide")}
    assert {"re.conc.mixed", "ndpr.metal", "dy.oxide", "magnet.ht", "re.scrap"} <= rare_earths
    assert not {"ga.crude", "ni.feed", "co.refined"} & rare_earths
    numbers = base.network.node_chain[base.chain("ndpr.oxide")]
    assert len(set(numbers)) == 1
