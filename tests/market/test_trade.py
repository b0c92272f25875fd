"""Landed prices and shares: what a border does, and who serves whom."""

import jax
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.market import border as at_border
from stannary.market import trade

seeds = st.integers(0, 2**32 - 1)
some = settings(max_examples=15, deadline=None, database=None)
border = jax.jit(at_border.border)
shares = jax.jit(trade.shares)


@given(seeds)
@some
def test_no_covered_import_that_is_liable_lands_below_its_floor(
    toy, drawn_levers, drawn_prices, seed
):
    levers = drawn_levers(toy, seed)
    b = border(drawn_prices(toy, seed), toy.network, toy.economy, levers)
    paid = (levers.duty_paid == 1) & (levers.liable == 1)
    assert (np.asarray(b.landed)[paid] >= levers.floor[paid] * (1 - 1e-12)).all()
    cif = (levers.duty_paid == 0) & (levers.liable == 1)
    lifted = np.asarray(b.cif + b.direct.top_up)[cif]
    assert (lifted >= levers.floor[cif] * (1 - 1e-12)).all()


@given(seeds)
@some
def test_held_against_cif_a_floor_costs_the_counted_duty_on_top(
    toy, drawn_levers, drawn_prices, seed
):
    levers, gate = drawn_levers(toy, seed), drawn_prices(toy, seed)
    one = np.ones(len(toy.arcs))
    levers = levers._replace(liable=one)
    paid = border(gate, toy.network, toy.economy, levers._replace(duty_paid=one)).direct
    cif = border(gate, toy.network, toy.economy, levers._replace(duty_paid=0 * one)).direct
    binds = np.asarray(paid.top_up) > 0
    value = np.where(levers.on_fob == 1, *_values(gate, toy, levers))
    counted = (value * levers.counted + levers.specific)[binds]
    np.testing.assert_allclose((cif.top_up - paid.top_up)[binds], counted, rtol=1e-9, atol=1e-6)
    assert (np.asarray(cif.landed) >= np.asarray(paid.landed) - 1e-9).all()


def _values(gate, market, levers):
    b = border(gate, market.network, market.economy, levers)
    return np.asarray(b.fob), np.asarray(b.cif)


@given(seeds)
@some
def test_levied_on_fob_a_duty_leaves_out_the_freight(toy, drawn_prices, seed):
    gate, one = drawn_prices(toy, seed), np.ones(len(toy.arcs))
    rate = toy.base._replace(counted=0.1 * one)
    on_fob = border(gate, toy.network, toy.economy, rate._replace(on_fob=one)).direct.statutory
    on_cif = border(gate, toy.network, toy.economy, rate._replace(on_fob=0 * one)).direct.statutory
    at = gate[toy.network.arc_node]
    carriage = toy.economy.freight + toy.economy.freight_share * at
    np.testing.assert_allclose(on_cif - on_fob, 0.1 * carriage, rtol=1e-9, atol=1e-8)


def test_members_that_value_on_fob_do_so_on_all_their_imports(base):
    for (_, _, destination), on_fob in zip(base.arcs, base.base.on_fob, strict=True):
        assert bool(on_fob) == (base.world.regions[destination].valuation == "FOB")
    assert {base.world.regions[r].valuation for r in ("USA", "AUS", "EUU", "JPN")} == {"FOB", "CIF"}


@given(seeds)
@some
def test_shares_of_a_use_sum_to_one_whatever_the_price(toy, drawn_levers, drawn_prices, seed):
    levers = drawn_levers(toy, seed)
    landed = border(drawn_prices(toy, seed, 3.0), toy.network, toy.economy, levers).landed
    found = shares(landed, levers.open, toy.network, toy.economy)
    total = np.bincount(toy.network.arc_use, found.share, minlength=len(toy.uses))
    np.testing.assert_allclose(total, 1, rtol=1e-12)
    assert (np.asarray(found.share) >= 0).all()


@given(seeds, st.integers(0, 18))
@some
def test_a_dearer_origin_never_gains_share(toy, drawn_prices, seed, arc):
    gate = drawn_prices(toy, seed)
    landed = np.asarray(border(gate, toy.network, toy.economy, toy.base).landed)
    dearer = landed * np.where(np.arange(len(landed)) == arc, 1.1, 1.0)
    before = np.asarray(shares(landed, toy.base.open, toy.network, toy.economy).share)
    after = np.asarray(shares(dearer, toy.base.open, toy.network, toy.economy).share)
    assert after[arc] <= before[arc]
    others = (toy.network.arc_use == toy.network.arc_use[arc]) & (np.arange(len(landed)) != arc)
    assert (after[others] >= before[others]).all()


def test_an_origin_whose_capacity_doubles_offers_twice_as_much_at_the_same_price(toy):
    landed = np.exp(toy.economy.log_landed)
    doubled = toy.economy._replace(
        capacity=toy.economy.capacity * [2.0 if "aus" in name else 1.0 for name in toy.plants]
    )
    before = np.asarray(shares(landed, toy.base.open, toy.network, toy.economy).share)
    after = np.asarray(shares(landed, toy.base.open, toy.network, doubled).share)
    home, abroad = (toy.arcs.index(("ore", origin, "AUS")) for origin in ("AUS", "CHN"))
    odds = (after[home] / after[abroad]) / (before[home] / before[abroad])
    np.testing.assert_allclose(odds, 2, rtol=1e-12)


def test_a_use_that_no_open_route_reaches_is_not_served_and_keeps_every_number_finite(toy):
    to_japan = np.array([d == "JPN" for _, _, d in toy.arcs])
    levers = toy.base._replace(open=np.where(to_japan, 0.0, 1.0))
    found = shares(np.exp(toy.economy.log_landed), levers.open, toy.network, toy.economy)
    shut = np.array([region == "JPN" for region, _ in toy.uses])
    np.testing.assert_array_equal(np.asarray(found.served), np.where(shut, 0.0, 1.0))
    assert np.isfinite(np.asarray(found.average)).all()
    assert not np.asarray(found.share)[to_japan].any()
    slope = jax.jacfwd(lambda p: trade.shares(p, levers.open, toy.network, toy.economy))(
        np.exp(toy.economy.log_landed)
    )
    assert all(np.isfinite(np.asarray(part)).all() for part in slope)
