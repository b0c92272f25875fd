from dataclasses import replace

import numpy as np
import pytest

from stannary import secretariat
from stannary.market.clearing import balance, clear
from stannary.market.demand import users_gain
from stannary.market.sensitivity import RISE, drivers

SMALL = 1e-4


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


@pytest.fixture(scope="module")
def found(study):
    return drivers(study.without, study.with_bloc)


def cost(study, economy, plain, levers):
    """What zone users pay more, from two markets solved again with other figures."""
    network, uses = study.with_bloc.market.network, study.with_bloc.market.uses
    prices = []
    for outcome, these in ((study.without, plain), (study.with_bloc, levers)):
        cleared = clear(outcome.numbers.unknown, network, economy, these)
        assert cleared.residual.max() < 1e-9
        prices.append(balance(cleared.unknown, network, economy, these).shares.average)
    inside = [region in study.with_bloc.zone for region, _ in uses]
    return -float(np.asarray(users_gain(*prices, network, economy))[inside].sum())


def scaled(study, driver, factor):
    """Economy and levers with the one figure that `driver` names multiplied."""
    market = study.with_bloc.market
    economy, plain, levers = market.economy, study.without.law.levers, study.with_bloc.law.levers
    recipes = {p.plant: p.recipe for p in market.world.plants}
    network = market.network
    product = driver.product
    if driver.kind == "floor":
        at = np.array([g == product for g, _, _ in market.arcs])
        return economy, plain, levers._replace(floor=levers.floor * np.where(at, factor, 1))
    if driver.kind == "duty":
        at = np.array([(g, d) == (product, driver.name) for g, _, d in market.arcs])
        more = np.where(at, factor, 1)
        parts = ("counted", "uncounted", "specific")
        grown = [s._replace(**{p: getattr(s, p) * more for p in parts}) for s in (plain, levers)]
        return economy, *grown
    recipe = np.array([recipes[p] for p in market.plants])
    makes = np.array([market.nodes[n][1] for n in network.made_node])
    draws = np.array([market.uses[u][1] for u in network.used_use])
    at = {
        "capacity": np.array(market.plants) == driver.name,
        "cost": np.array(market.plants) == driver.name,
        "spread": np.array(market.plants) == driver.name,
        "made": (recipe[network.made_plant] == driver.name) & (makes == product),
        "used": (recipe[network.used_plant] == driver.name) & (draws == product),
        "base_use": np.array(market.segments) == driver.name,
        "elasticity": np.array(market.segments) == driver.name,
        "freight": np.array([(g, f"{o} -> {d}") == (product, driver.name)
                             for g, o, d in market.arcs]),
        "substitution": np.array([g == product for _, g in market.uses]),
    }[driver.kind]  # fmt: skip
    assert at.any()
    fields = {"freight": ("freight", "freight_share"), "substitution": ("sigma",)}
    more = np.where(at, factor, 1)
    changed = {
        field: getattr(economy, field) * more for field in fields.get(driver.kind, (driver.kind,))
    }
    return economy._replace(**changed), plain, levers


def by_solving_again(study, driver):
    up, down = (cost(study, *scaled(study, driver, 1 + s)) for s in (SMALL, -SMALL))
    return RISE * (up - down) / (2 * SMALL)


def test_the_five_largest_effects_equal_those_of_markets_solved_again(study, found):
    for driver in found[:5]:
        assert driver.effect == pytest.approx(by_solving_again(study, driver), rel=1e-4), driver


@pytest.mark.parametrize(
    "kind",
    ["capacity", "cost", "spread", "made", "used", "base_use", "elasticity", "freight",
     "substitution", "floor", "duty"],
)  # fmt: skip
def test_the_largest_effect_of_every_kind_equals_that_of_markets_solved_again(study, found, kind):
    driver = next(d for d in found if d.kind == kind)
    assert driver.effect == pytest.approx(by_solving_again(study, driver), rel=1e-3), driver


def test_effects_are_ranked_and_each_figure_stands_once(found):
    sizes = [abs(d.effect) for d in found]
    assert sizes == sorted(sizes, reverse=True)
    assert len({(d.kind, d.name, d.product) for d in found}) == len(found)


def test_an_output_that_defines_the_activity_is_no_figure(study, found):
    recipes = study.world.recipes
    assert not [
        d for d in found if d.kind == "made" and recipes[d.name].coefficients[d.product] == 1
    ]


def test_without_a_zone_nothing_is_driven():
    study = secretariat.run("no-bloc")
    assert drivers(study.without, study.with_bloc) == ()


def test_nobody_is_asked_for_slopes_at_a_kink(study):
    sharp = replace(study.with_bloc.market, exact_use=np.ones(len(study.with_bloc.market.uses)))
    assert drivers(study.without, replace(study.with_bloc, market=sharp)) == ()
