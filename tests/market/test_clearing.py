"""Clearing: the Jacobian, the implicit gradient, batches, and markets far from the base."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.market import clearing
from stannary.market.clearing import TOLERANCE, clear

seeds = st.integers(0, 2**32 - 1)
some = settings(max_examples=10, deadline=None, database=None)
SHOCKED = ("cost", "capacity", "spread", "freight", "elasticity", "sigma", "base_use")
TAXED = ("floor", "export_tax", "counted")


@jax.jit
def slopes(unknown, network, economy, levers):
    analytic = clearing.jacobian(
        clearing.balance(unknown, network, economy, levers), network, economy, levers
    )
    forward = jax.jacfwd(lambda x: clearing.balance(x, network, economy, levers).residual)(unknown)
    return analytic, forward


def same_slopes(market, levers, unknown, network=None):
    analytic, forward = slopes(unknown, network or market.network, market.economy, levers)
    scale = np.abs(forward).max(axis=1, keepdims=True) + 1
    assert np.max(np.abs(analytic - forward) / scale) < 1e-10


@given(seeds)
@some
def test_the_jacobian_is_forward_mode_with_cheats_doors_limits_and_guarantees(toy, drawn_law, seed):
    network, levers = drawn_law(toy, seed)
    rng = np.random.default_rng(seed)
    unknown = rng.normal(0, 0.5, len(toy.nodes) + len(levers.limit))
    same_slopes(toy, levers, unknown, network)


@given(seeds)
@some
def test_the_jacobian_is_what_forward_mode_gives_on_the_toy(toy, drawn_levers, seed):
    # From the straight line that leads to price 0, or tonnes bought at a support, to e times base.
    rng = np.random.default_rng(seed)
    support = toy.economy.base_price * rng.choice([0, 0, 0.5], len(toy.nodes))
    levers = drawn_levers(toy, seed)._replace(support=support)
    same_slopes(toy, levers, rng.uniform(-5.9, 1, len(toy.nodes)))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_jacobian_is_what_forward_mode_gives_on_the_base(base, drawn_levers, seed):
    rng = np.random.default_rng(seed)
    levers = drawn_levers(base, seed)
    here = clearing.balance(np.zeros(len(base.nodes)), base.network, base.economy, levers)
    assert (here.border.direct.top_up > 0).sum() > 100  # floors that bind
    same_slopes(base, levers, rng.normal(0, 0.4, len(base.nodes)))


@pytest.mark.parametrize("case", ["two-region", "joint-basket/glut", "transport/flex"])
def test_the_jacobian_is_what_forward_mode_gives_on_textbook_curves(textbook, case):
    market, rng = textbook(case), np.random.default_rng(3)
    for _ in range(3):
        same_slopes(market, market.base, rng.uniform(-6.5, 1, len(market.nodes)))


@pytest.fixture(scope="module")
def spending(base, law):
    """A function: what the zone's end users pay, USD/y, when tables are scaled by e^x each."""
    inside = np.array([float(region in law.zone) for region, _ in base.uses])

    def paid(x):
        scale = dict(zip(SHOCKED + TAXED, jnp.exp(x), strict=True))
        economy = base.economy
        economy = economy._replace(
            **{n: getattr(economy, n) * scale[n] for n in SHOCKED if n != "sigma"},
            sigma=1 + (economy.sigma - 1) * scale["sigma"],
        )
        levers = law.levers._replace(
            **{name: getattr(law.levers, name) * scale[name] for name in TAXED}
        )
        found = clear(np.zeros(len(base.nodes)), base.network, economy, levers)
        b = clearing.balance(found.unknown, base.network, economy, levers)
        return (inside * b.shares.average * b.final.quantity).sum()

    return jax.jit(paid)


@pytest.fixture(scope="module")
def shocks():
    """Four points near the base; the floors' scale is drawn too, so that no floor just binds."""
    return np.random.default_rng(6).normal(0, 0.05, (4, len(SHOCKED + TAXED)))


@pytest.fixture(scope="module")
def gradient(spending, shocks):
    """The implicit gradient at the first point, in reverse mode."""
    return np.asarray(jax.grad(spending)(shocks[0]))


@pytest.mark.parametrize("name", SHOCKED + TAXED)
def test_the_implicit_gradient_is_the_finite_difference(spending, shocks, gradient, name):
    at = (SHOCKED + TAXED).index(name)
    step = np.zeros(len(shocks[0]))
    step[at] = 1e-5
    difference = float(spending(shocks[0] + step) - spending(shocks[0] - step)) / 2e-5
    assert gradient[at] != 0
    assert gradient[at] == pytest.approx(
        difference, rel=1e-6, abs=1e-9 * float(spending(shocks[0]))
    )


def test_reverse_and_forward_mode_agree(spending, shocks, gradient):
    ahead = np.asarray(jax.jacfwd(spending)(shocks[0]))
    np.testing.assert_allclose(gradient, ahead, rtol=1e-9)


def test_the_gradient_to_one_plant_and_one_floor_is_the_finite_difference(toy):
    plant = toy.plants.index("chn.mine")
    arc = toy.arcs.index(("oxide", "CHN", "JPN"))
    use = toy.uses.index(("JPN", "oxide"))

    @jax.jit
    def price(cost, floor):
        economy = toy.economy._replace(cost=jnp.asarray(toy.economy.cost).at[plant].set(cost))
        levers = toy.base._replace(
            floor=jnp.asarray(toy.base.floor).at[arc].set(floor),
            liable=jnp.asarray(toy.base.liable).at[arc].set(1.0),
        )
        found = clear(np.zeros(len(toy.nodes)), toy.network, economy, levers)
        b = clearing.balance(found.unknown, toy.network, economy, levers)
        return b.shares.average[use]

    at = (2000.0, 90_000.0)
    for number, step in enumerate((1.0, 10.0)):
        up, down = list(at), list(at)
        up[number] += step
        down[number] -= step
        difference = float(price(*up) - price(*down)) / (2 * step)
        gradient = float(jax.grad(price, argnums=number)(*at))
        assert abs(gradient) > 1e-4
        assert gradient == pytest.approx(difference, rel=1e-5)


def test_a_batch_gives_what_single_solves_give(spending, shocks):
    single = [float(spending(shock)) for shock in shocks]
    mapped = jax.jit(partial(jax.lax.map, spending))(shocks)
    np.testing.assert_allclose(mapped, single, rtol=1e-9)


def test_a_vectorised_batch_gives_what_single_solves_give(toy, drawn_levers):
    levers = [drawn_levers(toy, seed) for seed in range(5)]
    start = np.zeros(len(toy.nodes))
    stacked = jax.tree.map(lambda *rows: np.stack(rows), *levers)
    batch = jax.vmap(clear, in_axes=(None, None, None, 0))(start, toy.network, toy.economy, stacked)
    for number, one in enumerate(levers):
        single = clear(start, toy.network, toy.economy, one)
        assert (single.residual <= TOLERANCE).all()
        np.testing.assert_allclose(batch.unknown[number], single.unknown, rtol=0, atol=1e-9)


@given(seeds)
@some
def test_plants_run_within_capacity_and_nothing_is_negative(toy, drawn_levers, seed):
    levers = drawn_levers(toy, seed)
    found = clear(np.zeros(len(toy.nodes)), toy.network, toy.economy, levers)
    assert (found.residual <= TOLERANCE).all()
    b = clearing.balance(found.unknown, toy.network, toy.economy, levers)
    assert (b.plants.activity >= 0).all()
    assert (b.plants.activity <= toy.economy.capacity).all()
    assert (b.flow >= 0).all()
    assert (b.price.gate >= 0).all()
    assert (b.price.excess >= 0).all()


@given(seeds, st.sampled_from([0.01, 1.0, 100.0]))
@some
def test_the_answer_does_not_hang_on_where_newton_starts(toy, drawn_levers, seed, scale):
    levers = drawn_levers(toy, seed)
    plain = clear(np.zeros(len(toy.nodes)), toy.network, toy.economy, levers)
    away = np.random.default_rng(seed).normal(np.log(scale), 0.3, len(toy.nodes))
    found = clear(away, toy.network, toy.economy, levers)
    assert (found.residual <= TOLERANCE).all()
    np.testing.assert_allclose(found.unknown, plain.unknown, rtol=0, atol=1e-8)


def test_a_glut_is_bought_at_the_support_price_and_nowhere_else(toy):
    at = toy.nodes.index(("AUS", "oxide"))
    support = np.zeros(len(toy.nodes))
    support[at] = 1.05 * toy.economy.base_price[at]
    levers = toy.base._replace(support=support)
    found = clear(np.zeros(len(toy.nodes)), toy.network, toy.economy, levers)
    b = clearing.balance(found.unknown, toy.network, toy.economy, levers)
    assert (found.residual <= TOLERANCE).all()
    assert b.price.gate[at] == pytest.approx(support[at], rel=1e-12)
    assert b.price.excess[at] > 1
    assert float(jnp.delete(b.price.excess, at).max()) == 0


def test_a_joint_product_too_many_falls_to_price_zero_and_is_thrown_away(textbook):
    market = textbook("joint-basket/glut")
    # Its plant is all or nothing; `exact` is for that. Here a spread smooths it.
    economy = market.economy._replace(spread=10 * market.economy.spread)
    found = clear(np.zeros(len(market.nodes)), market.network, economy, market.base)
    b = clearing.balance(found.unknown, market.network, economy, market.base)
    assert (found.residual <= TOLERANCE).all()
    gate, excess = np.asarray(b.price.gate), np.asarray(b.price.excess)
    at = market.nodes.index(("LAND", "oxide.a"))
    assert gate[at] == 0
    assert excess[at] > 0.1
    assert (gate * excess == 0).all()


def test_a_chain_that_fails_leaves_the_others_cleared(base):
    cost = base.economy.cost.copy()
    cost[base.plants.index("chn.bayanobo.mine")] = np.inf
    economy = base.economy._replace(cost=cost)
    away = np.full(len(base.nodes), 0.1)
    found = clear(away, base.network, economy, base.base)
    own = base.network.node_chain[base.nodes.index(("CHN", "re.conc.mixed"))]
    others = np.delete(np.asarray(found.residual), own)
    assert (others <= TOLERANCE).all()
