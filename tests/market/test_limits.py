"""Quotas, licences and tariff-rate quotas: their rent, and who gets it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.market.calibrate import market
from stannary.market.levers import OF_THE_LAW
from stannary.market.measures import limits_on, with_limits
from stannary.market.outcome import solve_base, solve_on
from stannary.market.verdict import gains
from stannary.terms.errors import BadInput, BadTable
from stannary.world.atlas import Figure, Measure

DAY = date(2024, 7, 1)
FIGURE = Figure("assumed", "a test", "", 77)
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=8, deadline=None, database=None)


def quota(tonnes, kind="export_quota", product="oxide", origin="CHN", to="*", **more):
    return Measure("q", kind, product, origin, to, tonnes, "t_per_year", date(2020, 1, 1), None,
                   FIGURE, **more)  # fmt: skip


def under(toy, *measures):
    """The toy's year under its own measures and these, calibrated without them."""
    world = replace(toy.world, border=(*toy.world.border, *measures))
    limits = limits_on(world, toy.arcs, DAY)
    network, levers = with_limits(toy.network, toy.base, limits, toy.economy)
    return solve_base(
        replace(toy, base=levers, base_network=network, base_limits=limits), DAY
    )  # fmt: skip


def shipped(outcome, product, origin):
    return sum(
        float(f)
        for (g, o, d), f in zip(outcome.market.arcs, outcome.cleared.balance.flow, strict=True)
        if g == product and o == origin and d != origin
    )


@pytest.mark.parametrize("part", [0.3, 0.8])
@pytest.mark.parametrize("kind", ["export_quota", "export_licence", "import_quota"])
def test_a_quota_is_filled_and_its_rent_is_the_price_gap(toy, part, kind):
    free = shipped(solve_base(toy, DAY), "oxide", "CHN")
    found = under(toy, quota(part * free, kind))
    assert shipped(found, "oxide", "CHN") == pytest.approx(part * free, rel=1e-9)
    b = found.cleared.balance
    (rent,) = b.limits.rent
    assert rent > 0
    for arc, (product, origin, destination) in enumerate(toy.arcs):
        if product != "oxide" or origin != "CHN" or destination == "CHN":
            continue
        gate = b.price.gate[toy.network.arc_node[arc]]
        # What buyers pay beyond what it would cost to bring the goods in at the gate's price.
        tax = toy.base.export_tax[arc]
        freight = toy.economy.freight[arc] + toy.economy.freight_share[arc] * gate
        rate = toy.base.counted[arc]
        duty_on = (rent if kind != "import_quota" else 0.0) * rate
        plain = gate * (1 + tax) + freight
        base = gate * (1 + tax) if toy.base.on_fob[arc] else plain
        assert b.border.landed[arc] - plain - base * rate - duty_on == pytest.approx(rent, rel=1e-9)


def test_a_quota_nobody_fills_changes_nothing_and_is_worth_nothing(toy):
    free = solve_base(toy, DAY)
    found = under(toy, quota(2 * shipped(free, "oxide", "CHN")))
    assert found.cleared.balance.limits.rent[0] == 0
    assert found.certificate.complementarity == 0
    np.testing.assert_allclose(
        found.cleared.balance.price.gate, free.cleared.balance.price.gate, rtol=1e-9
    )


@given(seeds)
@few
def test_a_quota_does_what_an_export_tax_of_its_rent_does(toy, seed):
    # Solved in two ways that share no unknown: the same prices, and the tax is the rent.
    part = np.random.default_rng(seed).uniform(0.1, 0.95)
    free = shipped(solve_base(toy, DAY), "oxide", "CHN")
    held = under(toy, quota(part * free))
    rent = float(held.cleared.balance.limits.rent[0])
    taxed = under(toy, Measure("t", "export_tax", "oxide", "CHN", "*", rent, "usd_per_t",
                               date(2020, 1, 1), None, FIGURE))  # fmt: skip
    arcs = np.array([(g, o) == ("oxide", "CHN") and o != d for g, o, d in toy.arcs])
    with_tax = replace(
        toy, base=toy.base._replace(export_specific=toy.base.export_specific + rent * arcs)
    )
    taxed = solve_base(with_tax, DAY)
    np.testing.assert_allclose(
        held.cleared.balance.price.gate, taxed.cleared.balance.price.gate, rtol=1e-7
    )
    assert float(held.cleared.money.licences.sum()) == pytest.approx(rent * part * free, rel=1e-9)


@pytest.mark.parametrize("beyond", [500.0, 50_000.0])
def test_the_rent_of_a_tariff_rate_quota_ends_at_the_duty_beyond_it(toy, beyond):
    free = shipped(solve_base(toy, DAY), "oxide", "CHN")
    found = under(toy, quota(0.5 * free, "tariff_rate_quota", to="AUS", beyond=beyond))
    (rent,), (slack,) = found.cleared.balance.limits.rent, found.cleared.balance.limits.slack
    into = found.flow("oxide", "CHN", "AUS")
    assert 0 <= rent <= beyond
    if into > 0.5 * free * (1 + 1e-9):
        assert rent == pytest.approx(beyond)
        assert -slack == pytest.approx(into - 0.5 * free, rel=1e-6)


def test_beyond_its_limit_a_tariff_rate_quota_is_a_duty(toy):
    tiny = under(toy, quota(1e-6, "tariff_rate_quota", to="AUS", beyond=2_000.0))
    duty = under_duty(toy, 2_000.0)
    assert tiny.price("AUS", "oxide") == pytest.approx(duty.price("AUS", "oxide"), rel=1e-6)


def under_duty(toy, specific):
    arcs = np.array([(g, o, d) == ("oxide", "CHN", "AUS") for g, o, d in toy.arcs])
    return solve_base(replace(toy, base=toy.base._replace(specific=specific * arcs)), DAY)


@pytest.mark.parametrize(
    ("kind", "holder", "gets"),
    [("export_quota", "", "CHN"), ("import_quota", "", None), ("export_quota", "AUS", "AUS")],
)
def test_the_rent_goes_to_whoever_holds_the_licence(toy, kind, holder, gets):
    free = solve_base(toy, DAY)
    found = under(toy, quota(0.5 * shipped(free, "oxide", "CHN"), kind, holder=holder))
    by_region = gains(free, found)
    rents = {region: gain.licences for region, gain in by_region.items() if gain.licences}
    assert sum(rents.values()) == pytest.approx(float(found.cleared.money.licences.sum()))
    if gets is None:
        assert set(rents) == {"AUS", "JPN"}
    else:
        assert set(rents) == {gets}


def test_a_duty_beyond_the_limit_is_the_importers_not_the_holders(toy):
    free = solve_base(toy, DAY)
    held = quota(1.0, "tariff_rate_quota", to="AUS", beyond=300.0, holder="CHN")
    found = under(toy, held)
    into = found.flow("oxide", "CHN", "AUS")
    assert into > 1
    by_region = gains(free, found)
    assert by_region["CHN"].licences == pytest.approx(300.0 * 1.0, rel=1e-6)
    collected = by_region["AUS"].treasury - _statutory(free, found, "AUS")
    assert collected == pytest.approx(300.0 * (into - 1.0), rel=1e-6)


def _statutory(free, found, region):
    at = np.array([d == region for _, _, d in found.market.arcs])
    taxed = np.array([o == region for _, o, _ in found.market.arcs])
    changes = [
        float((one.cleared.money.statutory * at).sum() + (one.cleared.money.export * taxed).sum())
        for one in (free, found)
    ]
    return changes[1] - changes[0]


@given(seeds)
@few
def test_money_and_tonnes_balance_with_duties_rents_fines_and_leaks(toy, drawn_law, seed):
    network, levers = drawn_law(toy, seed)
    found = solve_base(replace(toy, base=levers, base_network=network), DAY)
    proof = found.certificate
    assert proof.converged, proof
    assert proof.money_balance < 1e-9
    assert proof.mass_balance < 1e-9
    assert proof.complementarity == 0


def test_a_quota_of_the_base_year_holds_in_the_base_year(toy):
    free = shipped(solve_base(toy, DAY), "oxide", "CHN")
    calibrated = market(replace(toy.world, border=(*toy.world.border, quota(2 * free))))
    assert solve_base(calibrated, DAY).cleared.balance.limits.rent[0] == 0


def test_a_limit_over_two_chains_ties_them_into_one(base):
    world = replace(base.world, border=(quota(1e5, product="ndpr.oxide;w.apt"),))
    network, _ = with_limits(
        base.network, base.base, limits_on(world, base.arcs, DAY), base.economy
    )
    chain = {g: network.node_chain[i] for i, (_, g) in enumerate(base.nodes)}
    assert chain["ndpr.oxide"] == chain["w.apt"] != chain["sb.metal"]
    assert network.limit_chain.tolist() == [chain["w.apt"]]


def test_a_market_without_limits_has_none_of_their_axes(base):
    assert not any(len(getattr(base.network, name)) for name in OF_THE_LAW)


def test_a_holder_that_is_part_of_a_region_is_refused_with_its_line(base):
    world = replace(base.world, border=(quota(1e3, product="ndpr.oxide", holder="DEU"),))
    with pytest.raises(BadTable, match="part of a region") as refused:
        limits_on(world, base.arcs, DAY)
    assert "77" in str(refused.value)


def test_perfect_substitutes_under_a_quota_are_refused_in_words(textbook, no_bloc, day):
    sharp = textbook("two-region", sigma=np.inf)
    (product,) = sharp.world.products
    origin = sharp.arcs[0][1]
    world = replace(sharp.world, border=(quota(1.0, product=product, origin=origin),))
    with pytest.raises(BadInput, match="perfect substitutes"):
        solve_on(market(world), no_bloc.on(day))
