"""Markets far from the base: embargoes, floors five times as high, shocks times 0.3 to 3."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from stannary.market.calibrate import market
from stannary.market.clearing import TOLERANCE
from stannary.market.outcome import NotCleared, solve_base, solve_on
from stannary.market.reach import reach
from stannary.world.atlas import Figure, Measure

SEED, SHOCKS = 20241, 1000
SCALED = ("capacity", "cost", "spread", "base_use", "freight", "freight_share", "elasticity")
TAXED = ("counted", "export_tax")
EMBARGO = Measure(
    "embargo", "ban", "*", "CHN", "*", 0.0, "t_per_year", date(2015, 1, 1), None,
    Figure("assumed", "invented", "", 99),
)  # fmt: skip


def shocked(market, number):
    """Economy and levers with every element times 0.3 to 3, drawn before anything is solved."""
    rng = np.random.default_rng((SEED, number))

    def by(values, axis=None):
        """Every element on its own; of a route, or of a region's product, one for all its buyers."""
        names = list(dict.fromkeys(axis)) if axis else range(len(values))
        drawn = np.exp(rng.uniform(np.log(0.3), np.log(3), len(names)))
        at = {name: n for n, name in enumerate(names)}
        return values * (drawn[[at[name] for name in axis]] if axis else drawn)

    axes = {"freight": market.arcs, "freight_share": market.arcs}
    economy = market.economy._replace(
        **{name: by(getattr(market.economy, name), axes.get(name)) for name in SCALED},
        sigma=1 + by(market.economy.sigma - 1, market.uses),
    )
    taxed = {name: by(getattr(market.base, name), market.arcs) for name in TAXED}
    return economy, market.base._replace(**taxed)


def solved(market, number):
    """One shocked market, as an outcome without law, and whether it cleared."""
    economy, levers = shocked(market, number)
    found = reach(market.network, economy, levers, market.economy, market.base)
    return bool((found.residual <= TOLERANCE).all())


def says_where(market, number):
    """What a shocked market that failed says: an outcome that names where, and has no number."""
    economy, levers = shocked(market, number)
    outcome = solve_base(replace(market, economy=economy, base=levers), date(2024, 7, 1))
    failed = outcome.certificate.failed
    with pytest.raises(NotCleared, match="did not clear"):
        outcome.price(*market.uses[0])
    return bool(failed) and all(pair in market.nodes for pair in failed)


def test_ten_markets_shocked_everywhere_at_once_clear(base):
    assert [number for number in range(10) if not solved(base, number)] == []


@pytest.mark.slow
def test_999_of_1000_markets_shocked_everywhere_at_once_clear_and_the_rest_say_where(base):
    failed = [number for number in range(SHOCKS) if not solved(base, number)]
    assert len(failed) <= SHOCKS // 1000
    assert all(says_where(base, number) for number in failed)


def checked(outcome):
    """A market far away: cleared and in balance, or failed, saying where and giving no number."""
    certificate = outcome.certificate
    if certificate.converged:
        assert certificate.residual <= 1e-9
        assert certificate.mass_balance <= 1e-9
        assert certificate.money_balance <= 1e-9
        assert np.isfinite(outcome.cleared.balance.price.gate).all()
        return True
    assert certificate.failed
    with pytest.raises(NotCleared, match=certificate.failed[0][0]):
        _ = outcome.cleared
    return False


@pytest.mark.parametrize("times", [0.2, 2.0, 5.0])
def test_floors_at_other_heights_clear(base, law, times):
    levers = law.levers._replace(floor=times * law.levers.floor)
    arrays = replace(base, base=levers)
    assert checked(solve_base(arrays, date(2027, 1, 1)))


def test_a_full_embargo_of_the_dominant_supplier_clears(world, bloc, day):
    arrays = market(replace(world, border=(*world.border, EMBARGO)))
    for outcome in (solve_base(arrays, date(2024, 7, 1)), solve_on(arrays, bloc.on(day))):
        assert checked(outcome)
        sent = [
            flow
            for (_, origin, destination), flow in zip(
                arrays.arcs, outcome.cleared.balance.flow, strict=True
            )
            if origin == "CHN" != destination
        ]
        assert sent
        assert max(sent) == 0
        # Whoever bought from nobody else is cut off, named, and given nothing.
        for region, product in outcome.certificate.cut_off:
            origins = {o for g, o, d in arrays.arcs if (g, d) == (product, region)}
            assert origins == {"CHN"}


def test_a_member_that_makes_nothing_clears(world, bloc, day):
    plants = tuple(plant for plant in world.plants if plant.region != "AUS")
    arrays = market(replace(world, plants=plants))
    outcome = solve_on(arrays, bloc.on(day))
    assert checked(outcome)
    assert "AUS" in outcome.zone
    assert not [node for node in arrays.nodes if node[0] == "AUS"]


def test_a_member_whose_plants_have_no_capacity_left_clears(base, bloc, day):
    home = {plant.plant: plant.region for plant in base.world.plants}
    capacity = np.array(
        [0.0 if home[name] == "AUS" else k
         for name, k in zip(base.plants, base.economy.capacity, strict=True)]
    )  # fmt: skip
    outcome = solve_on(
        replace(base, economy=base.economy._replace(capacity=capacity)), bloc.on(day)
    )
    assert checked(outcome)
    sent = [f for (_, o, _), f in zip(base.arcs, outcome.cleared.balance.flow, strict=True)
            if o == "AUS"]  # fmt: skip
    assert max(sent) == 0


def test_a_product_with_a_single_producer_clears(world, bloc, day):
    alone = [
        plant for plant in world.plants
        if "ga.crude" not in world.recipes[plant.recipe].outputs or plant.region == "CHN"
    ]  # fmt: skip
    arrays = market(replace(world, plants=tuple(alone)))
    assert [region for region, product in arrays.nodes if product == "ga.crude"] == ["CHN"]
    assert checked(solve_on(arrays, bloc.on(day)))
