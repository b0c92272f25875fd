"""Views: parts of a verdict that add up to it."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from stannary.agreement import amend_all
from stannary.market.from_agreement import bridge
from stannary.market.leaks import MAKERS, evasions
from stannary.market.outcome import solve_on, solve_under
from stannary.market.verdict import verdict
from stannary.market.view import groups_in, net, seen, viewer
from stannary.market.views import buyers, routes
from stannary.terms.errors import UnknownName


@pytest.fixture(scope="module")
def both(base, bloc, no_bloc, day):
    """The market without and with the bloc."""
    return solve_on(base, no_bloc.on(day)), solve_on(base, bloc.on(day))


@pytest.fixture(scope="module")
def found(both):
    return verdict(*both)


def look(world, both, *names):
    return seen(*both, [viewer(world, name) for name in names])


def test_views_of_all_members_add_up_to_the_verdict_of_the_zone(world, both, found):
    views = look(world, both, *both[1].zone)
    assert all(view.inside for view in views)
    assert sum(view.users for view in views) == pytest.approx(found.zone_users, rel=1e-12)
    assert sum(view.spending for view in views) == pytest.approx(found.zone_spending, rel=1e-12)
    reached = sum(view.chain_spending for view in views)
    assert reached == pytest.approx(found.zone_chain_spending, rel=1e-12)
    totals = [net(view.gain) for view in views]
    inside = [g for g in found.gains.values() if g.inside]
    assert sum(totals) == pytest.approx(
        sum(g.users + g.producers + g.treasury + g.captured + g.licences for g in inside)
    )


def test_every_regions_sights_add_up_to_what_the_zone_uses_makes_imports_and_evades(
    world, both, found
):
    sides = defaultdict(lambda: np.zeros(4))
    for view in look(world, both, *both[1].zone):
        for s in view.sights:
            sides[s.product] += [s.use_with, s.made_with, s.imported, s.evaded]
    for product, told in found.products.items():
        side = told.with_bloc
        expected = [side.use, side.made, side.imported, side.evaded]
        assert sides[product] == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_groups_of_buyers_add_up_to_the_users_of_their_region_product_by_product(
    world, both, found
):
    for region in (*both[1].zone, "CHN"):
        (whole,) = look(world, both, region)
        parts = seen(*both, groups_in(world, [region]))
        users, spending = defaultdict(float), defaultdict(float)
        for view in parts:
            assert view.gain is None
            for sight in view.sights:
                users[sight.product] += sight.users
                spending[sight.product] += sight.spending
        for sight in whole.sights:
            assert users[sight.product] == pytest.approx(sight.users, rel=1e-9, abs=1e-6)
            assert spending[sight.product] == pytest.approx(sight.spending, rel=1e-9, abs=1e-6)
        assert whole.users == pytest.approx(found.gains[region].users, rel=1e-12, abs=1e-6)


def test_what_a_group_pays_more_is_the_area_left_of_its_demand(world, both):
    # Isoelastic demand q0 (P / p0)^e: its area is q0 p0^-e (P1^(1+e) - P0^(1+e)) / (1+e).
    (view,) = look(world, both, "carbide.EUU")
    (sight,) = view.sights
    segment = next(
        s for s in world.segments
        if (s.region, s.product, s.end_use) == ("EUU", "w.apt", "carbide")
    )  # fmt: skip
    e, (p0, p1) = segment.elasticity_short, (sight.price_without, sight.price_with)
    scale = sight.use_without / p0**e
    area = scale * (p1 ** (1 + e) - p0 ** (1 + e)) / (1 + e)
    assert view.users == pytest.approx(-area, rel=1e-9)
    assert sight.use_with == pytest.approx(sight.use_without * (p1 / p0) ** e, rel=1e-9)
    assert view.spending == pytest.approx(p0 * sight.use_without, rel=1e-12)


def test_what_a_region_pays_and_where_it_buys_is_that_of_its_outcomes(world, both):
    without, with_bloc = both
    (view,) = look(world, both, "JPN")
    for sight in view.sights:
        if sight.use_with == 0:
            assert sight.origins_with == {}
            assert sight.supplier_with is None
            continue
        assert sight.price_with == pytest.approx(with_bloc.price("JPN", sight.product))
        assert sight.price_without == pytest.approx(without.price("JPN", sight.product))
        assert sum(sight.origins_with.values()) == pytest.approx(1.0)
        for origin, share in sight.origins_with.items():
            flow = with_bloc.flow(sight.product, origin, "JPN")
            assert share * sight.use_with == pytest.approx(flow, rel=1e-9)
        assert list(sight.origins_with.values()) == sorted(sight.origins_with.values())[::-1]
    magnet = next(s for s in view.sights if s.product == "magnet.ht")
    assert magnet.supplier == "CHN"
    assert magnet.supplier_with == magnet.origins_with["CHN"]


def test_groups_and_plants_together_evade_what_their_region_evades(world, both):
    (whole,) = look(world, both, "USA")
    evaded = defaultdict(float)
    for view in seen(*both, groups_in(world, ["USA"])):
        for sight in view.sights:
            evaded[sight.product] += sight.evaded
    for row in evasions(both[1]):
        if row.region == "USA" and row.group == MAKERS:
            evaded[row.product] += row.tonnes
    assert any(evaded.values())
    for sight in whole.sights:
        assert evaded[sight.product] == pytest.approx(sight.evaded, abs=1e-9)
        assert 0 <= sight.evaded <= sight.imported + 1e-9


def test_buyers_that_a_rule_bars_from_an_origin_buy_none_of_it(world, both):
    (barred,) = look(world, both, "defence.USA")
    magnet = next(s for s in barred.sights if s.product == "magnet.ht")
    assert "CHN" not in {*magnet.origins_with, *magnet.origins_without}
    (free,) = look(world, both, "ev.USA")
    assert next(s for s in free.sights if s.product == "magnet.ht").origins_with["CHN"] > 0


def test_a_member_sees_the_floor_of_its_own_border(world, base, bloc, no_bloc, day):
    own = amend_all(bloc, ["floors.ndpr.metal.KOR=90"])
    both = solve_on(base, no_bloc.on(day)), solve_on(base, own.on(day))
    at = {
        view.viewer.region: next(s.floor for s in view.sights if s.product == "ndpr.metal")
        for view in look(world, both, "KOR", "JPN", "CHN")
    }
    assert at == {"KOR": 90_000, "JPN": 150_000, "CHN": None}


def test_straight_demand_of_a_textbook_is_of_its_region_and_of_no_group(textbook, no_bloc, day):
    market, schedule = textbook("two-region"), no_bloc.on(day)
    law = bridge(market, schedule)
    taxed = np.array([0.2 * (o != d) for _, o, d in market.arcs])
    dearer = replace(law, levers=law.levers._replace(export_tax=taxed))
    both = solve_under(market, schedule, law), solve_under(market, schedule, dearer)
    moved = 0.0
    for name in market.world.regions:
        (view,) = look(market.world, both, name)
        (sight,) = view.sights
        # The area left of a straight line between two prices is a trapezium.
        mean = (sight.use_without + sight.use_with) / 2
        lost = (sight.price_with - sight.price_without) * mean
        assert view.users == pytest.approx(-lost, rel=1e-9)
        assert view.spending == pytest.approx(sight.price_without * sight.use_without)
        moved += abs(lost)
    assert moved > 1
    assert groups_in(market.world, market.world.regions) == ()


@pytest.mark.parametrize(
    ("name", "id", "country"),
    [
        ("JPN", "JPN", ""),
        ("EUU", "EUU", ""),
        ("DEU", "EUU", "DEU"),
        ("ev.EUU", "ev.EUU", ""),
        ("ev.FRA", "ev.EUU", "FRA"),
        ("lead.alloy.battery.USA", "lead.alloy.battery.USA", ""),
        ("CHE", "ROW", "CHE"),
    ],
)
def test_a_name_is_a_region_a_country_or_a_group_of_either(world, name, id, country):
    found = viewer(world, name)
    assert (found.asked, found.id, found.country) == (name, id, country)


@pytest.mark.parametrize(
    ("name", "near"),
    [("jpn", "JPN"), ("ev.EUX", "ev.EUU"), ("evv.EUU", "ev.EUU"), ("ev.CHL", "ev.CHN")],
)
def test_an_unknown_name_is_refused_with_the_nearest_ones(world, name, near):
    with pytest.raises(UnknownName, match="--for") as refusal:
        viewer(world, name)
    assert near in refusal.value.near


def test_routes_and_buyers_stand_once_and_keep_the_tonnes_and_money_of_their_classes(both):
    for outcome in both:
        b, market, paid = outcome.cleared.balance, outcome.market, outcome.cleared.money
        told = routes(outcome)
        assert len({(r.product, r.origin, r.destination) for r in told}) == len(told)
        assert sum(r.flow for r in told) == pytest.approx(b.flow.sum())
        collected = sum(r.flow * r.top_up for r in told if r.flow > 0)
        assert collected == pytest.approx(paid.top_up.sum(), abs=1e-3)
        statutory = sum(r.flow * r.statutory for r in told if r.flow > 0)
        assert statutory == pytest.approx(paid.statutory.sum())
        evading = sum(r.flow * r.evading for r in told if r.flow > 0)
        assert evading == pytest.approx((b.flow * b.border.direct.evading).sum(), abs=1e-6)
        every = buyers(outcome)
        assert {(u.region, u.product) for u in every} == set(market.uses)
        assert sum(u.wanted * u.paid for u in every) == pytest.approx(paid.spent.sum())
