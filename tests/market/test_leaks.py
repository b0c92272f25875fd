"""Tonnes that avoid the duty, by group of buyers and by door, and who loses it."""

import numpy as np
import pytest

from stannary.agreement import amend_all
from stannary.market.leaks import diversions, evasions
from stannary.market.outcome import solve_on


@pytest.fixture(scope="module")
def under(base, bloc, day):
    """A function: the base market under the bloc with amendments."""

    def solve(*settings):
        return solve_on(base, amend_all(bloc, settings).on(day))

    return solve


@pytest.fixture(scope="module")
def found(under):
    """Under the bloc as it ships."""
    return under()


def test_evading_tonnes_of_all_groups_are_those_of_all_routes(found):
    b, zone = found.cleared.balance, found.zone
    for product in ("ndpr.metal", "w.apt", "sb.metal"):
        arcs = [
            i for i, (g, o, d) in enumerate(found.market.arcs)
            if g == product and o not in zone and d in zone
        ]  # fmt: skip
        share = b.border.direct.evading[arcs]
        told = sum(row.tonnes for row in evasions(found) if row.product == product)
        assert told == pytest.approx(float((b.flow[arcs] * share).sum()), rel=1e-9)
        assert told > 0


def test_nobody_evades_more_than_is_tempted_to_and_only_from_outside(found, bloc, day):
    tempted = float(bloc.on(day).enforcement.tempted)
    for row in evasions(found):
        assert 0 < row.tonnes <= tempted * row.imported * (1 + 1e-9)
        assert row.region in found.zone
        assert row.fines <= row.evaded * 4


def test_a_group_that_is_audited_more_evades_less(under):
    def evaded(outcome):
        return {
            row.group: row.tonnes / row.imported
            for row in evasions(outcome)
            if (row.product, row.region) == ("w.apt", "USA")
        }

    few = evaded(under("enforcement.audit_rate.carbide=0.01"))
    many = evaded(under("enforcement.audit_rate.carbide=0.3"))
    assert many["carbide"] < few["carbide"]
    assert many["steel.alloy"] == pytest.approx(few["steel.alloy"], rel=0.05)


def test_without_temptation_there_is_no_evasion_and_floors_hold_better(under, found):
    honest = under("enforcement.tempted=0")
    assert evasions(honest) == ()
    assert honest.price("JPN", "dy.metal") > found.price("JPN", "dy.metal")


def test_defence_buys_nothing_from_an_origin_that_its_rule_bars(found):
    arrays, b = found.market, found.cleared.balance
    for i, (_, origin, destination) in enumerate(arrays.arcs):
        buyers = arrays.buyers[arrays.network.arc_use[i]]
        if buyers.origin_rule == "dfars-7052" and origin in ("CHN", "RUS"):
            assert destination == "USA"
            assert b.flow[i] == 0


def test_where_only_the_zone_may_supply_defence_it_does(under):
    outcome = under("rules.procurement=zone")
    for i, (_, origin, _) in enumerate(outcome.market.arcs):
        buyers = outcome.market.buyers[outcome.market.network.arc_use[i]]
        if buyers.origin_rule and origin not in outcome.zone:
            assert outcome.cleared.balance.flow[i] == 0


@pytest.fixture(scope="module")
def free(under):
    """Goods circulate freely, and Mexico has no floor on tungsten."""
    return under("rules.circulation=free", "floors.w.apt.MEX=none")


def test_collected_by_origin_no_goods_take_a_roundabout_way(found):
    assert not found.law.doors
    assert diversions(found) == ()


def test_a_member_without_a_floor_is_the_door_for_all(free):
    rows = [row for row in diversions(free) if row.product == "w.apt"]
    assert rows
    most = max(rows, key=lambda row: row.tonnes)
    assert most.door == "MEX"
    assert most.lost > most.collected >= 0


def test_the_leak_lowers_what_buyers_pay_and_the_money_still_balances(free, under):
    held = under("floors.w.apt.MEX=none")
    assert free.price("USA", "w.apt") < held.price("USA", "w.apt")
    assert free.certificate.money_balance < 1e-9


def test_a_members_own_floor_holds_at_its_own_border_only(under):
    own = under("floors.sb.metal.JPN=30")
    b = own.cleared.balance
    for i, (product, origin, destination) in enumerate(own.market.arcs):
        if product == "sb.metal" and origin == "CHN" and destination in ("JPN", "USA"):
            declared = b.border.cif[i] + b.border.direct.statutory[i] + b.border.direct.declared[i]
            floor = 30_000 if destination == "JPN" else 25_000
            assert declared >= floor * (1 - 1e-9)
            assert destination == "JPN" or declared < 30_000


def test_a_guarantee_pays_producers_what_the_market_does_not(under, found):
    outcome = under("guarantees.ndpr.oxide.MYS=110")
    paid = outcome.cleared.money.guaranteed
    node = outcome.market.nodes.index(("MYS", "ndpr.oxide"))
    gate = outcome.gate("MYS", "ndpr.oxide")
    made = outcome.cleared.balance.supplied[node]
    assert gate < 110_000
    assert paid[node] == pytest.approx(made * (110_000 - gate))
    assert np.count_nonzero(paid) == 1
    assert made > found.cleared.balance.supplied[node]
