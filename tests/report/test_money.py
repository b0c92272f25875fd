"""Who gains and pays, on both sides of the screen; what else is said below it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary import secretariat
from stannary.market.leaks import diversions
from stannary.market.verdict import PriceGap
from stannary.report import money, sentences, terminal, things


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


@pytest.fixture(scope="module")
def free():
    return secretariat.run(settings=["rules.circulation=free", "members.AUS.accession=none"])


def number(text):
    return float(text.replace(",", ""))


usd = st.floats(-3e9, 3e9)


@given(st.tuples(usd, usd, usd, usd, usd))
def test_both_sides_agree_and_add_up_whatever_the_amounts(study, parts):
    gap = PriceGap(*parts, most_captured=0.0)
    left, right = money.rows(replace(study.verdict, price_gap=gap))
    users, kept = dict(left)["users in the zone"], [number(amount) for _, amount in right]
    assert number(users) == pytest.approx(-sum(kept), abs=1e-6)
    by_name = dict(right)
    for name, other in (
        ("producers in the zone", money.GAP["zone_producers"]),
        ("outside sellers", money.GAP["outside_sellers"]),
    ):
        assert number(dict(left)[name]) == number(by_name[other])
    for amount, part in zip(kept, money.gap_amounts(gap).values(), strict=True):
        assert amount == pytest.approx(part / 1e6, abs=1.0)


def test_what_owners_outside_get_has_a_row_only_where_it_is_not_nothing(study, free):
    assert "of which owned outside" not in {
        name.strip() for name, _ in money.rows(study.verdict)[0]
    }
    left = {name.strip(): amount for name, amount in money.rows(free.verdict)[0]}
    inside = [g for g in free.verdict.gains.values() if g.inside]
    owned = sum(g.owned_outside for g in inside)
    assert number(left["of which owned outside"]) == pytest.approx(owned / 1e6, abs=0.51)
    treasuries = sum(g.treasury for g in inside)
    assert number(left["treasuries, with fines"]) == pytest.approx(treasuries / 1e6, abs=0.51)


def test_the_bound_is_what_the_treasuries_collect_at_most(study):
    most, treasuries = re.findall(r"[\d,.]*\d", money.bound(study.verdict))
    gap = study.verdict.price_gap
    assert number(most) == pytest.approx(gap.most_captured / 1e6, abs=0.51)
    assert number(treasuries) == pytest.approx(gap.treasuries / 1e6, abs=1.0)
    assert gap.most_captured < gap.treasuries
    assert f"{most} by raising" in money.bound_alone(study.verdict)
    nothing = replace(study.verdict, price_gap=replace(gap, most_captured=0.0))
    assert money.bound(nothing) == money.bound_alone(nothing) == ""


def test_rents_of_licences_are_told_with_their_holders_and_only_then(study):
    assert money.rents(study) == ""
    gains = study.verdict.gains
    held = gains | {"CHN": replace(gains["CHN"], licences=12.3e6)}
    with_rents = replace(study, verdict=replace(study.verdict, gains=held))
    assert money.rents(with_rents) == "Rents of licences go to China +12.3 M USD a year."
    assert "Rents of licences" in terminal.screen(with_rents, Path("out/x"))


def test_members_at_both_ends_are_those_of_all_told_and_fit_one_line(study):
    told = money.extremes(study)
    totals = {
        r: g.users + g.producers + g.treasury + g.captured + g.licences
        for r, g in study.verdict.gains.items()
        if g.inside
    }
    assert min(totals, key=totals.__getitem__) == "USA"
    assert told.startswith(f"Pay most, all told: United States {totals['USA'] / 1e6:.1f}")
    assert len(told) <= money.ONE_LINE


def test_the_screen_says_what_is_added_to_things_as_its_prices_do(study):
    printed = terminal.screen(study, Path("out/x"))
    motor, turbine = re.search(
        r"Adds ([\d,.]+) USD to an EV motor, ([\d,.]+) to a 5 MW wind turbine", printed
    ).groups()
    p = study.verdict.products["magnet.ht"]
    more = (p.with_bloc.price - p.without.price) / 1000
    assert number(motor) == pytest.approx(2 * more, rel=5e-3)
    assert number(turbine) == pytest.approx(5 * 650 * more, rel=5e-3)


def test_every_thing_of_the_world_has_a_phrase_of_its_own(study):
    known = {row.thing for row in study.world.things} - {"wind.dfig.1mw"}  # holds no magnet
    assert known == things.PHRASES.keys()
    phrases = [phrase for _, phrase in things.PHRASES.values()]
    assert len(phrases) == len(set(phrases))


def test_goods_that_take_another_door_are_told_with_who_loses_the_duty(free):
    printed = " ".join(text for text, _ in sentences.look_out(free))
    tonnes, losers = re.search(
        r"Goods circulate freely \(Art\. 7\(3\)\): ([\d,]+) t come in by another member's door.*?"
        r"Duty lost: (.*?) M USD a year",
        printed,
    ).groups()
    rows = diversions(free.with_bloc)
    assert number(tonnes) == pytest.approx(sum(row.tonnes for row in rows), rel=5e-3)
    for place, region in (("United States", "USA"), ("European Union", "EUU")):
        lost = sum(row.lost for row in rows if row.region == region)
        found = number(re.search(rf"{place} ([\d,.]*\d)", losers)[1])
        assert found == pytest.approx(lost / 1e6, rel=5e-3)
