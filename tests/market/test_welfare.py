"""Who gains, who pays, and where the price gap ends up: every sum closes."""

import numpy as np
import pytest

from stannary.market.by_hand import plant_surplus, users_gain
from stannary.market.outcome import solve_on
from stannary.market.verdict import HOLDS_WITHIN, REASONS, verdict


@pytest.fixture(scope="module")
def pair(base, bloc, no_bloc, day):
    """The base market without and with the bloc."""
    return solve_on(base, no_bloc.on(day)), solve_on(base, bloc.on(day))


@pytest.fixture(scope="module")
def found(pair):
    """What they say about the agreement."""
    return verdict(*pair)


def test_users_gains_are_the_areas_left_of_their_demand_region_by_region(base, pair, found):
    before, after = (one.cleared.balance.shares.average for one in pair)
    by_region = dict.fromkeys(base.world.regions, 0.0)
    for use, (region, _) in enumerate(base.uses):
        by_region[region] += users_gain(base, base.economy, use, before[use], after[use])
    scale = found.zone_spending
    for region, gain in found.gains.items():
        assert gain.users == pytest.approx(by_region[region], rel=1e-9, abs=1e-12 * scale)


def test_producers_gains_are_integrals_of_supply_region_by_region(base, pair, found):
    before, after = (one.cleared.balance.plants.margin for one in pair)
    home = {plant.plant: plant.region for plant in base.world.plants}
    by_region = dict.fromkeys(base.world.regions, 0.0)
    for k, name in enumerate(base.plants):
        gained = plant_surplus(base.economy, k, after[k]) - plant_surplus(
            base.economy, k, before[k]
        )
        by_region[home[name]] += gained
    scale = found.zone_spending
    for region, gain in found.gains.items():
        assert gain.producers == pytest.approx(by_region[region], rel=1e-6, abs=1e-9 * scale)


def test_treasuries_gain_the_duties_and_export_taxes_of_their_own_border(base, pair, found):
    by_region = dict.fromkeys(base.world.regions, 0.0)
    for sign, one in zip((-1, 1), pair, strict=True):
        b, levers = one.cleared.balance, one.law.levers
        for i, (_, origin, destination) in enumerate(base.arcs):
            at_gate = b.price.gate[base.network.arc_node[i]]
            owed = b.border.direct.statutory[i] + b.border.direct.top_up[i]
            owed += b.border.direct.fines[i]
            tax = levers.export_tax[i] * at_gate + levers.export_specific[i]
            by_region[destination] += sign * b.flow[i] * owed
            by_region[origin] += sign * b.flow[i] * tax
    scale = found.zone_spending
    for region, gain in found.gains.items():
        assert gain.treasury == pytest.approx(by_region[region], rel=1e-6, abs=1e-12 * scale)


def test_the_price_gap_closes(found):
    gap = found.price_gap
    parts = gap.treasuries + gap.zone_producers + gap.outside_sellers + gap.avoiding + gap.lost
    assert parts == pytest.approx(-found.zone_users, rel=1e-12)
    inside = [gain for gain in found.gains.values() if gain.inside]
    collected = sum(gain.top_up + gain.fines for gain in inside)
    assert gap.treasuries == pytest.approx(collected, rel=1e-12)
    assert gap.zone_producers == pytest.approx(sum(gain.producers for gain in inside), rel=1e-12)


def test_the_world_as_a_whole_loses_by_a_floor(found):
    # Without duties at the start this is a theorem; here it is what the base world shows.
    assert sum(g.users + g.producers + g.treasury for g in found.gains.values()) < 0


def test_top_up_is_collected_inside_the_zone_only(pair, found):
    for gain in found.gains.values():
        assert gain.inside or gain.top_up == 0
    collected = float(pair[1].cleared.money.top_up.sum())
    assert sum(gain.top_up for gain in found.gains.values()) == pytest.approx(collected)
    by_product = sum(product.with_bloc.top_up for product in found.products.values())
    assert by_product == pytest.approx(collected)


def test_states_follow_from_the_numbers_beside_them(found):
    for product in found.products.values():
        assert product.reason in REASONS
        assert REASONS[product.reason].startswith(product.state)
        if product.floor is None:
            assert product.reason == "no_floor"
            continue
        before, after = product.without, product.with_bloc
        if before.price is None:
            assert product.reason == "nobody_in_the_zone_buys"
            continue
        reached = after.price >= product.floor * (1 - HOLDS_WITHIN)
        assert reached == (product.state in ("holds", "idle"))
        if product.state == "fails":
            surplus = after.made >= after.use
            assert surplus == (product.reason == "zone_makes_more_than_it_uses")


def test_a_floor_on_ndpr_oxide_fails_because_the_zone_makes_more_than_it_uses(found):
    oxide = found.products["ndpr.oxide"]
    assert (oxide.state, oxide.reason) == ("fails", "zone_makes_more_than_it_uses")


def test_nothing_is_gained_between_a_market_and_itself(pair):
    same = verdict(pair[0], pair[0])
    for gain in same.gains.values():
        parts = (gain.users, gain.producers, gain.treasury, gain.top_up)
        np.testing.assert_allclose(parts, 0, atol=1e-6)
    assert {product.state for product in same.products.values()} == {"none"}
