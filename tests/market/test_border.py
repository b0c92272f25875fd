"""What a border asks for, what cheats and detours save, and what sellers keep."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.market.border import at_border, avoided, border
from stannary.market.by_hand import border_price, mean_saving, route_price
from stannary.market.levers import OF_A_WAY

seeds = st.integers(0, 2**32 - 1)
some = settings(max_examples=15, deadline=None, database=None)
money = st.floats(1e-3, 1e6)
prices = jax.jit(border)


@given(st.floats(-1e5, 1e6), money)
@some
def test_what_is_saved_is_the_mean_over_the_costs_of_avoiding(gain, mean):
    found = avoided(np.float64(gain), np.float64(mean))
    assert float(found.saved) == pytest.approx(mean_saving(gain, mean), rel=1e-7, abs=1e-12 * mean)
    assert float(found.saved + found.spent) == pytest.approx(
        max(gain, 0) * float(found.share), rel=1e-9, abs=1e-9 * mean
    )


@given(st.floats(1e-3, 1e6), money)
@some
def test_what_is_left_to_pay_is_below_both_of_its_bounds(gain, mean):
    paid = gain - float(avoided(np.float64(gain), np.float64(mean)).saved)
    rounding = 1e-14 * gain
    assert -rounding <= paid <= min(gain, mean) + rounding


@given(st.floats(1e-3, 1e6), money)
@some
def test_the_share_that_avoids_is_the_derivative_of_what_it_saves(gain, mean):
    slope = jax.grad(lambda g: avoided(g, mean).saved)(gain)
    assert float(slope) == pytest.approx(float(avoided(gain, mean).share), rel=1e-9)


def one_import(floor, cif, audit_rate, penalty=2.0, disguise=0.03, tempted=0.5, capture=0.0):
    """A hundred per cent liable import from outside without other duties."""
    values = {name: jnp.zeros(1) for name in OF_A_WAY}
    values |= {
        "floor": jnp.array([floor]), "duty_paid": jnp.ones(1), "liable": jnp.ones(1),
        "open": jnp.ones(1), "audit_rate": jnp.array([audit_rate]), "penalty": jnp.array([penalty]),
        "disguise": jnp.array([disguise]), "tempted": jnp.array([tempted]),
        "capture": jnp.array([capture]),
    }  # fmt: skip
    return np.array([cif]), values


def paid_at(levers, **values):
    cif, terms = one_import(**values)
    return at_border(cif, cif, levers._replace(**terms))


@given(st.floats(0.0, 0.3), st.floats(0.001, 0.05))
@some
def test_the_evading_share_falls_as_audits_grow_more_frequent(toy, rate, more):
    few = paid_at(toy.base, floor=110.0, cif=55.0, audit_rate=rate)
    many = paid_at(toy.base, floor=110.0, cif=55.0, audit_rate=rate + more)
    assert many.evading[0] <= few.evading[0]
    if many.evading[0] < 0.5 * (1 - 1e-9):
        assert many.evading[0] < few.evading[0]
    assert many.landed[0] >= few.landed[0]


@given(st.floats(0.0, 0.6), st.floats(0.0, 5.0), st.floats(0.01, 0.3))
@some
def test_the_evading_share_is_the_derivative_of_what_importers_pay_in_the_cost_of_cheating(
    toy, rate, penalty, disguise
):
    values = {"floor": 110.0, "cif": 55.0, "penalty": penalty, "disguise": disguise}

    def paid(rate):
        return paid_at(toy.base, audit_rate=rate, **values).landed[0]

    # A higher audit rate raises the cost of cheating by top-up x (1 + penalty) for each per cent.
    cost = (110.0 - 55.0) * (1 + penalty)
    share = paid_at(toy.base, audit_rate=rate, **values).evading[0]
    assert float(jax.grad(paid)(rate)) == pytest.approx(cost * float(share), rel=1e-9, abs=1e-9)


def test_cheating_ends_where_being_caught_costs_as_much_as_the_top_up(toy):
    # Caught one time in three and billed three times over: nothing is to be gained.
    assert paid_at(toy.base, floor=110.0, cif=55.0, audit_rate=1 / 3).evading[0] == pytest.approx(0)
    assert paid_at(toy.base, floor=110.0, cif=55.0, audit_rate=0.3).evading[0] > 0.1


def test_where_no_top_up_is_due_nobody_cheats(toy):
    honest = paid_at(toy.base, floor=50.0, cif=55.0, audit_rate=0.0)
    assert honest.evading[0] == 0
    assert honest.landed[0] == 55.0


def test_where_everybody_is_tempted_enforcement_caps_what_the_floor_takes(toy):
    # Top-up 55; caught 1 in 10 and billed threefold 16.5; hiding 3 % of 55 on average 1.65.
    cheap = paid_at(toy.base, floor=110.0, cif=55.0, audit_rate=0.1, tempted=1.0)
    assert cheap.landed[0] - 55 == pytest.approx(16.5 + 1.65, abs=1e-6)
    assert cheap.evading[0] == pytest.approx(1, abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 0.3))
@some
def test_a_seller_who_raises_his_price_takes_the_treasurys_part_and_moves_no_price(toy, part, duty):
    cif, terms = one_import(110.0, 55.0, 0.0, tempted=0.0, capture=part)
    terms["counted"] = jnp.array([duty])
    found = at_border(cif, cif, toy.base._replace(**terms))
    assert found.landed[0] == pytest.approx(110)
    assert found.top_up[0] == pytest.approx((1 - part) * (110 - 55 * (1 + duty)))
    collected = found.top_up[0] + found.statutory[0]
    assert 55 + found.captured[0] + collected == pytest.approx(110)


@given(seeds)
@some
def test_every_price_at_a_border_is_the_one_by_hand(toy, drawn_law, drawn_prices, seed):
    network, levers = drawn_law(toy, seed)
    gate = drawn_prices(toy, seed)
    found = prices(gate, network, toy.economy, levers)
    for arc, node in enumerate(network.arc_node):
        by_hand = route_price(levers, network, toy.economy, arc, float(gate[node]))
        assert float(found.landed[arc]) == pytest.approx(by_hand, rel=1e-8), toy.arcs[arc]


@given(seeds)
@some
def test_the_parts_of_a_landed_price_add_up(toy, drawn_law, drawn_prices, seed):
    network, levers = drawn_law(toy, seed)
    b = prices(drawn_prices(toy, seed), network, toy.economy, levers)
    own = b.direct
    parts = own.cif + own.statutory + own.top_up + own.fines + own.hiding
    np.testing.assert_allclose(parts, own.landed, rtol=1e-12)
    mean = (1 - b.diverted) * own.landed + b.diverted * b.elsewhere.landed + b.detour
    np.testing.assert_allclose(mean, b.landed, rtol=1e-9)


@given(seeds, st.integers(0, 11))
@some
def test_opening_a_door_never_raises_anyones_landed_price(
    toy, drawn_law, drawn_prices, seed, opened
):
    network, levers = drawn_law(toy, seed)
    gate, arcs = drawn_prices(toy, seed), len(network.arc_node)
    way = np.arange(len(levers.open))
    shut = levers._replace(open=np.where(way == arcs + opened, 0.0, levers.open))
    before = np.asarray(prices(gate, network, toy.economy, shut).landed)
    after = np.asarray(prices(gate, network, toy.economy, levers._replace(
        open=np.where(way == arcs + opened, 1.0, levers.open))).landed)  # fmt: skip
    assert (after <= before * (1 + 1e-12)).all()


def test_goods_that_one_border_bars_come_in_by_another(toy, drawn_law):
    network, levers = drawn_law(toy, 3)
    arc, gate = int(network.door_arc[0]), toy.economy.base_price
    opened = np.where(np.arange(len(levers.open)) == arc, 0.0, 1.0)
    found = prices(gate, network, toy.economy, levers._replace(open=opened))
    assert found.open[arc] > 0
    assert found.diverted[arc] == 1


def test_by_hand_an_honest_import_pays_the_one_duty(toy, law):
    # The by-hand price must not lean on the kernel: a case in round numbers.
    levers = law.levers._replace(tempted=0 * law.levers.tempted)
    at = int(np.argmax(levers.floor))
    assert border_price(levers, at, 1, 1) == pytest.approx(float(levers.floor[at]))
