"""The world of the latest prices: its shifters move the market to what was published."""

from dataclasses import replace

import pytest

from stannary.agreement import Agreement
from stannary.market.calibrate import market
from stannary.market.outcome import solve_on
from stannary.market.shift import met, neutral
from stannary.world import World


@pytest.fixture(scope="module")
def latest():
    """The shipped world of the latest prices."""
    return World.load("latest")


def test_the_market_meets_every_published_price(latest, day):
    found = solve_on(market(latest), Agreement.load("no-bloc").on(day))
    for target in latest.targets:
        assert met(found, target) == pytest.approx(target.usd_per_t, rel=1e-4), target


def test_with_neutral_shifters_it_is_the_base_again(latest, base, day, no_bloc):
    bare = replace(latest, shifters=tuple(replace(s, value=neutral(s)) for s in latest.shifters))
    moved = solve_on(market(bare), no_bloc.on(day))
    found = solve_on(base, no_bloc.on(day))
    for region, product in (("JPN", "dy.metal"), ("USA", "w.apt"), ("EUU", "ndpr.oxide")):
        assert moved.price(region, product) == pytest.approx(found.price(region, product), rel=1e-9)


def test_every_shifter_says_where_its_value_comes_from(latest):
    assert len(latest.shifters) == len(latest.targets)
    for shifter in latest.shifters:
        assert shifter.figure.quality == "derived"
        assert shifter.value != neutral(shifter)


def test_a_cost_of_leaving_a_country_is_paid_abroad_and_not_at_home(latest, day, no_bloc):
    arrays = market(latest)
    found = solve_on(arrays, no_bloc.on(day))
    cost = next(
        s.value for s in latest.shifters if (s.kind, s.product) == ("export_cost", "ga.crude")
    )
    b = found.cleared.balance
    for i, (product, origin, to) in enumerate(arrays.arcs):
        if product == "ga.crude" and origin == "CHN":
            carried = b.border.cif[i] - b.border.fob[i]
            assert (carried > 0.99 * cost) == (to != "CHN")
