"""The kernel against sums done by hand: no arithmetic is shared."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.market import clearing, demand, supply
from stannary.market.by_hand import by_hand, curve_surplus, plant_surplus, users_gain

CASES = ("two-region", "joint-basket/glut", "floor-levy/small", "transport/flex")
seeds = st.integers(0, 2**32 - 1)
some = settings(max_examples=8, deadline=None, database=None)
balance = jax.jit(clearing.balance)


def agree(market, levers, gate, economy=None):
    economy = economy or market.economy
    unknown = np.log(gate / economy.base_price)
    kernel = balance(unknown, market.network, economy, levers)
    slow = by_hand(market, levers, gate, economy)
    for name, value in {
        "landed": kernel.border.landed,
        "share": kernel.shares.share,
        "average": kernel.shares.average,
        "activity": kernel.plants.activity,
        "final": kernel.final.quantity,
        "wanted": kernel.wanted,
        "supplied": kernel.supplied,
        "flow": kernel.flow,
    }.items():
        np.testing.assert_allclose(value, getattr(slow, name), rtol=1e-12, atol=0, err_msg=name)
    # A margin, and what is left of supply after use, are small differences of large numbers.
    scale = np.abs(gate).max()
    np.testing.assert_allclose(kernel.plants.margin, slow.margin, rtol=0, atol=1e-12 * scale)
    moved = np.bincount(market.network.arc_node, slow.flow, minlength=len(gate)) + slow.supplied
    gap = np.abs(np.asarray(kernel.residual) - slow.residual) * economy.base_supply
    assert (gap <= 1e-12 * moved).all()


@given(seeds)
@some
def test_the_toy_market_at_drawn_prices_is_what_hands_add_up(toy, drawn_levers, drawn_prices, seed):
    agree(toy, drawn_levers(toy, seed), drawn_prices(toy, seed))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_base_market_at_drawn_prices_is_what_hands_add_up(
    base, drawn_levers, drawn_prices, seed
):
    agree(base, drawn_levers(base, seed), drawn_prices(base, seed))


def test_the_base_market_with_closed_routes_and_grown_plants_is_what_hands_add_up(
    base, drawn_levers, drawn_prices
):
    rng = np.random.default_rng(4)
    open_ = (rng.random(len(base.arcs)) < 0.5).astype(float)
    grown = base.economy._replace(
        capacity=base.economy.capacity * rng.uniform(0.3, 3, len(base.plants))
    )
    agree(base, drawn_levers(base, 4)._replace(open=open_), drawn_prices(base, 4), grown)


@pytest.mark.parametrize("case", CASES)
def test_textbook_curves_are_what_hands_add_up(textbook, drawn_prices, case):
    market = textbook(case)
    for seed in range(3):
        agree(market, market.base, drawn_prices(market, seed))


def test_excess_is_taken_from_the_market(toy):
    support = np.where(np.arange(len(toy.nodes)) == 2, 1.1 * toy.economy.base_price, 0.0)
    levers = toy.base._replace(support=support)
    kernel = balance(np.zeros(len(toy.nodes)), toy.network, toy.economy, levers)
    gate, excess = np.asarray(kernel.price.gate), np.asarray(kernel.price.excess)
    assert excess[2] > 0
    assert gate[2] == pytest.approx(1.1 * toy.economy.base_price[2])
    slow = by_hand(toy, levers, gate, excess=excess)
    np.testing.assert_allclose(kernel.residual, slow.residual, rtol=0, atol=1e-12)


@given(seeds)
@some
def test_users_gain_is_the_area_left_of_their_demand(toy, drawn_prices, seed):
    market, rng = toy, np.random.default_rng(seed)
    before, after = np.exp(rng.normal(9, 0.5, (2, len(market.uses))))
    exponent = rng.choice([-0.3, -1.0, -2.0], len(market.economy.elasticity))
    economy = market.economy._replace(elasticity=exponent)
    gains = demand.users_gain(before, after, market.network, economy)
    for use, gain in enumerate(np.asarray(gains)):
        slow = users_gain(market, economy, use, before[use], after[use])
        assert gain == pytest.approx(slow, rel=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_gains_on_textbook_curves_are_areas(textbook, case):
    market, rng = textbook(case), np.random.default_rng(5)
    economy = market.economy
    for _ in range(3):
        before, after = rng.uniform(0.2, 3, (2, len(market.uses))) * np.median(economy.base_price)
        gains = demand.users_gain(before, after, market.network, economy)
        for use, gain in enumerate(np.asarray(gains)):
            slow = users_gain(market, economy, use, before[use], after[use])
            assert gain == pytest.approx(slow, rel=1e-7, abs=1e-9)
        gate = rng.uniform(0.2, 3, len(market.nodes)) * economy.base_price
        surplus = supply.curve_surplus(gate, market.network, economy)
        for node, value in enumerate(np.asarray(surplus)):
            slow = curve_surplus(market, economy, node, gate[node])
            assert value == pytest.approx(slow, rel=1e-7, abs=1e-9)


@given(seeds)
@some
def test_plant_surplus_is_the_integral_of_activity_over_margin(toy, seed):
    rng = np.random.default_rng(seed)
    margin = rng.normal(0, 5, len(toy.plants)) * toy.economy.spread
    surplus = np.asarray(supply.plant_surplus(margin, toy.economy))
    for plant, value in enumerate(surplus):
        assert value == pytest.approx(plant_surplus(toy.economy, plant, margin[plant]), rel=1e-9)
