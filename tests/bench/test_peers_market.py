"""The comparison with other solvers: it compares the same market, and notices where it does not."""

import importlib.util
import subprocess
import sys

import numpy as np
import peers_market
import pytest
from model_25 import world_25
from peers_problem import problem, system
from peers_scipy import Newton

from stannary.market import clearing
from stannary.market.calibrate import market


def test_the_generated_worlds_base_year_is_an_equilibrium(cases):
    place = cases[0].market
    base = clearing.balance(np.zeros(len(place.nodes)), place.network, place.economy, place.base)
    assert len({region for region, _ in place.uses}) == 25
    assert len(place.world.products) == 6
    assert 50 <= len(place.nodes) <= 110
    assert np.abs(base.residual).max() < 1e-12


@pytest.mark.parametrize("number", [0, 1])
def test_the_peers_equations_and_slopes_are_the_kernels(cases, number):
    case = cases[number]
    place, levers = case.market, case.scenario(1)
    at = np.random.default_rng(4).normal(0, 0.3, len(place.nodes))
    equations = problem(place, levers)
    residual, slope = system(equations, equations.headroom_under(levers), at)
    ours = clearing.balance(at, place.network, place.economy, levers)
    assert (ours.border.direct.top_up > 0).sum() > 20  # floors that bind
    np.testing.assert_allclose(residual, ours.residual, rtol=0, atol=1e-10)
    step = 1e-6 * np.random.default_rng(5).normal(0, 1, len(at))
    ahead, _ = system(equations, equations.headroom_under(levers), at + step)
    behind, _ = system(equations, equations.headroom_under(levers), at - step)
    np.testing.assert_allclose(slope @ step, (ahead - behind) / 2, rtol=1e-5, atol=1e-10)


def test_scipy_finds_the_prices_that_we_find(cases):
    case = cases[0]
    levers = case.scenario(0)
    equations = problem(case.market, levers)
    found = Newton(equations).solve(equations.headroom_under(levers))
    start = np.zeros(len(case.market.nodes))
    ours = clearing.clear(start, case.market.network, case.market.economy, levers).unknown
    assert found is not None
    np.testing.assert_allclose(found, ours, rtol=0, atol=1e-9)


def test_a_price_that_differs_is_reported(capsys):
    answer = np.zeros(3)
    reference = peers_market.Line("ours", 1, 0.0, np.ones(1), 1.0, [answer])
    same = reference._replace(answers=[answer + 1e-9])
    other = reference._replace(answers=[answer + 1e-5])
    assert peers_market.show(same, reference, reference)
    assert "DIFFERS" not in capsys.readouterr().out
    assert not peers_market.show(other, reference, reference)
    assert "DIFFERS" in capsys.readouterr().out


def test_a_solver_that_found_nothing_does_not_agree():
    reference = peers_market.Line("ours", 1, 0.0, np.ones(1), 1.0, [np.zeros(3)])
    nothing = reference._replace(answers=[None])
    assert np.isnan(peers_market.difference(nothing, reference))


def test_peers_that_are_not_installed_are_named_and_left_out(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    missing = [name for name, setup in peers_market.peers() if setup is None]
    assert missing == ["IPOPT (casadi)", "PATH (gamspy)"]


def test_a_market_with_what_the_equations_leave_out_is_refused(cases):
    case = cases[0]
    levers = case.scenario(0)._replace(support=np.ones(len(case.market.nodes)))
    with pytest.raises(ValueError, match="a support price, which the peers' equations leave out"):
        problem(case.market, levers)


def test_the_same_seed_makes_the_same_world(cases):
    again = market(world_25())
    np.testing.assert_array_equal(again.economy.cost, cases[0].market.economy.cost)


@pytest.mark.slow
def test_the_comparison_runs_at_a_hundredth_and_all_solvers_agree():
    script = [sys.executable, peers_market.__file__, "--share", "0.01"]
    done = subprocess.run(script, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("stannary, batch") == 4
    assert "DIFFERS" not in done.stdout
