"""Outcomes as datasets."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray

from stannary.agreement import Agreement
from stannary.market.dataset import QUANTITIES, comparison, dataset, open_routes, write
from stannary.market.outcome import NotCleared, solve_base, solve_on
from stannary.world import World

DAY = date(2027, 1, 1)
PAGE = Path(__file__).parents[2] / "docs" / "outcome-json.md"


@pytest.fixture(scope="module")
def pair():
    from stannary.market.calibrate import market

    arrays = market(World.load("base-2024"))
    without = solve_on(arrays, Agreement.load("no-bloc").on(DAY))
    start = without.cleared.unknown
    return without, solve_on(arrays, Agreement.load("bloc-2026").on(DAY), start)


def test_a_dataset_holds_the_prices_and_flows_of_its_outcome(pair):
    _, outcome = pair
    data = dataset(outcome)
    node = (data.node_region == "CHN") & (data.node_product == "ndpr.oxide")
    assert data.gate_price.where(node, drop=True).item() == outcome.gate("CHN", "ndpr.oxide")
    use = (data.use_region == "JPN") & (data.use_product == "ndpr.oxide")
    paid = (data.average_price * data.wanted).where(use, drop=True).sum()
    average = (paid / data.wanted.where(use, drop=True).sum()).item()
    assert average == pytest.approx(outcome.price("JPN", "ndpr.oxide"), rel=1e-12)
    product, origin, destination = outcome.market.arcs[7]
    arc = (
        (data.arc_product == product) & (data.origin == origin) & (data.destination == destination)
    )
    shipped = data.flow.where(arc, drop=True).sum().item()
    assert shipped == pytest.approx(outcome.flow(product, origin, destination), rel=1e-12)


def test_flows_add_up_to_supply_less_excess_and_to_use(pair):
    data = comparison(*pair)
    made = (data.supply - data.excess).groupby("node_product").sum()
    used = data.wanted.groupby("use_product").sum()
    flow = data.flow.groupby("arc_product").sum()
    for product in np.unique(data.arc_product):
        shipped = flow.sel(arc_product=product).values
        assert shipped == pytest.approx(made.sel(node_product=product).values, rel=1e-9)
        assert shipped == pytest.approx(used.sel(use_product=product).values, rel=1e-9)


def test_a_landed_price_is_cif_and_duties_and_what_cheats_pay_instead(pair):
    data = comparison(*pair)
    assert data.hiding.max() > 0
    parts = data.cif + data.statutory_duty + data.top_up + data.fines + data.hiding
    xarray.testing.assert_allclose(parts, data.landed_price, rtol=1e-12)


def test_a_comparison_holds_both_datasets(pair):
    both = comparison(*pair)
    for solve, outcome in zip(("without", "with"), pair, strict=True):
        alone = dataset(outcome)
        for quantity in QUANTITIES:
            np.testing.assert_array_equal(
                both[quantity.name].sel(solve=solve), alone[quantity.name]
            )
        assert both.attrs[f"residual_{solve}"] == alone.attrs["residual"]


def test_every_variable_has_a_unit_and_a_name_in_words(pair):
    for variable in comparison(*pair).data_vars.values():
        assert variable.attrs["units"] in {"USD/t", "t/y", "USD/y", "1"}
        assert variable.attrs["long_name"]


def test_attributes_say_where_the_numbers_come_from(pair):
    facts = dataset(pair[1]).attrs
    assert facts["agreement"] == "bloc-2026"
    assert facts["day"] == "2027-01-01"
    assert facts["world"] == "base-2024"
    assert facts["world_currency"] == "USD 2024"
    assert facts["assumed"].split() == list(pair[1].schedule.assumed)
    assert facts["residual"] <= 1e-9


def test_the_file_written_without_xarray_is_the_one_that_xarray_writes(pair, tmp_path):
    both = comparison(*pair).assign_attrs(command="stannary run")
    both.to_netcdf(tmp_path / "theirs.nc", engine="netcdf4")
    write(*pair, tmp_path / "ours.nc", command="stannary run")
    with (
        xarray.open_dataset(tmp_path / "ours.nc") as ours,
        xarray.open_dataset(tmp_path / "theirs.nc") as theirs,
    ):
        xarray.testing.assert_identical(ours.load(), theirs.load())
        xarray.testing.assert_identical(ours, both)


def test_an_outcome_without_numbers_has_no_dataset_and_says_where(pair):
    without, with_bloc = pair
    proof = replace(with_bloc.certificate, converged=False, failed=(("MYS", "ndpr.oxide"),))
    lost = replace(with_bloc, numbers=None, certificate=proof)
    with pytest.raises(NotCleared, match=r"ndpr\.oxide in MYS"):
        dataset(lost)
    with pytest.raises(NotCleared, match=r"ndpr\.oxide in MYS"):
        comparison(without, lost)


def test_outcomes_of_different_markets_are_not_compared(pair):
    without, with_bloc = pair
    other = replace(without, market=replace(without.market))
    with pytest.raises(ValueError, match="different markets"):
        comparison(other, with_bloc)


def test_a_closed_route_has_no_price_and_ships_nothing(pair):
    market = pair[0].market
    shut = market.base.open.copy()
    # The smallest route of all: closing it changes next to nothing.
    shut[np.argmin(pair[0].cleared.balance.flow)] = 0.0
    closed = replace(market, base=market.base._replace(open=shut))
    outcome = solve_base(closed, DAY)
    data = dataset(outcome)
    at = ~open_routes(outcome)
    assert at.any()
    for name in ("fob", "cif", "statutory_duty", "top_up", "landed_price"):
        np.testing.assert_array_equal(np.isnan(data[name]), at)
    assert (data.flow.values[at] == 0).all()


def test_variables_are_in_the_manual_with_axis_and_unit_and_the_other_way_round(pair):
    section = PAGE.read_text(encoding="utf-8").split("## outcome.nc\n")[1]
    named = re.findall(r"^\| (`[^|]*) \| (\w+) \| ([^|]*) \|", section, flags=re.MULTILINE)
    told = {
        name: (axis, unit) for first, axis, unit in named for name in re.findall("`(.+?)`", first)
    }
    assert told.keys() == set(comparison(*pair).variables)
    for q in QUANTITIES:
        assert told[q.name] == (q.axis, q.units)
