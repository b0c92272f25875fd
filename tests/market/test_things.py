"""What the law adds to things, recomputed from kilograms and prices."""

from dataclasses import replace

import numpy as np
import pytest

from stannary.market.calibrate import market
from stannary.market.outcome import solve_on
from stannary.market.things import MADE_BY, added, at_prices
from stannary.market.view import seen, viewer


@pytest.fixture(scope="module")
def both(base, bloc, no_bloc, day):
    """The market without and with the bloc."""
    return solve_on(base, no_bloc.on(day)), solve_on(base, bloc.on(day))


def test_a_thing_costs_more_by_its_kilograms_times_the_average_price(world, both):
    zone, averages = both[1].zone, []
    for outcome in both:
        uses, b = outcome.market.uses, outcome.cleared.balance
        at = {
            g: [i for i, (r, p) in enumerate(uses) if p == g and r in zone]
            for g in ("magnet.ht", "magnet.std", "ga.hp")
        }
        averages.append(
            {g: np.average(b.shares.average[i], weights=b.wanted[i]) for g, i in at.items()}
        )
    costs = {cost.thing: cost for cost in added(*both)}
    more = {g: averages[1][g] - averages[0][g] for g in averages[0]}
    assert costs["ev.motor"].usd == pytest.approx(2 * more["magnet.ht"] / 1000)
    phone = 0.002 * more["magnet.std"] + 4e-5 * more["ga.hp"]
    assert costs["smartphone"].usd == pytest.approx(phone / 1000)
    assert costs["ev.motor"].share_of_price == pytest.approx(costs["ev.motor"].usd / 800)
    assert costs["smartphone"].unit == "one phone"
    assert [c.thing for c in added(*both)] == list(dict.fromkeys(row.thing for row in world.things))


def test_in_one_region_its_own_prices_count(both):
    costs = {cost.thing: cost.usd for cost in added(*both, "JPN")}
    before, after = (outcome.price("JPN", "magnet.ht") for outcome in both)
    assert costs["ev.motor"] == pytest.approx(2 * (after - before) / 1000)
    assert costs["ev.motor"] > {c.thing: c.usd for c in added(*both)}["ev.motor"]


def test_a_thing_that_holds_what_nobody_there_buys_is_left_out(both):
    bought = {g for r, g in both[0].market.uses if r == "CAN"}
    of = {row.thing: set() for row in both[0].market.world.things}
    for row in both[0].market.world.things:
        of[row.thing].add(row.product)
    told = {cost.thing for cost in added(*both, "CAN")}
    assert told == {thing for thing, held in of.items() if held <= bought}
    assert 0 < len(told) < len(of)


def test_without_a_change_of_price_nothing_is_added_and_without_a_zone_nothing_is_told(both):
    same = added(both[1], both[1])
    assert same
    assert not any(cost.usd for cost in same)
    assert added(both[0], both[0]) == ()


def test_a_world_without_things_has_none_and_one_without_prices_has_no_share(toy, world):
    assert at_prices(toy.world, {"magnet": 1.0}) == ()
    bare = replace(world, thing_prices=())
    (motor,) = (c for c in at_prices(bare, {"magnet.ht": 1000.0}) if c.thing == "ev.motor")
    assert (motor.name, motor.usd, motor.share_of_price) == ("ev.motor", 2.0, None)


def test_every_thing_that_an_end_use_makes_is_one_of_the_worlds(world):
    assert {s.end_use for s in world.segments} >= MADE_BY.keys()
    held = {row.thing: set() for row in world.things}
    for row in world.things:
        held[row.thing].add(row.product)
    for end_use, things in MADE_BY.items():
        buys = {s.product for s in world.segments if s.end_use == end_use}
        for thing in things:
            assert held[thing] & buys, f"{end_use} buys nothing of what is in {thing}"


def test_a_group_is_told_what_it_makes_at_its_own_prices(world, both):
    (view,) = seen(*both, [viewer(world, "defence.USA")])
    magnet = next(s for s in view.sights if s.product == "magnet.ht")
    costs = {cost.thing: cost for cost in view.things}
    more = magnet.price_with - magnet.price_without
    assert costs["destroyer.ddg51"].usd == pytest.approx(3900 * more / 1000)
    assert costs.keys() <= set(MADE_BY["defence"])


def test_the_order_of_things_in_the_table_never_matters(both, world):
    turned = replace(world, things=world.things[::-1])
    again = {c.thing: c.usd for c in at_prices(turned, {"magnet.ht": 1.0, "magnet.std": 2.0})}
    first = {c.thing: c.usd for c in at_prices(world, {"magnet.ht": 1.0, "magnet.std": 2.0})}
    assert again == pytest.approx(first)
    assert market(turned).nodes == both[0].market.nodes
