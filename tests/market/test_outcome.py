"""Outcomes and their certificates: tonnes and money balance, or there are no numbers."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.agreement import amend_all
from stannary.market import certificate, outcome
from stannary.market.outcome import NotCleared, solve_base, solve_on
from stannary.terms.errors import UnknownName

DAY = date(2024, 7, 1)
seeds = st.integers(0, 2**32 - 1)
some = settings(max_examples=15, deadline=None, database=None)


@pytest.fixture(scope="module")
def with_bloc(base, bloc, day):
    """The base market with the bloc."""
    return solve_on(base, bloc.on(day))


@pytest.fixture(scope="module")
def without(base, no_bloc, day):
    """The same day without it."""
    return solve_on(base, no_bloc.on(day))


def balances(found):
    """Tonnes and money of a cleared market, added up from its numbers alone."""
    market, b, paid = found.market, found.cleared.balance, found.cleared.money
    for product in {g for _, g in market.nodes}:
        made = sum(b.supplied[i] for i, (_, g) in enumerate(market.nodes) if g == product)
        used = sum(b.wanted[i] for i, (_, g) in enumerate(market.uses) if g == product)
        # What nobody wants at price 0 is thrown away, and counted.
        used += sum(b.price.excess[i] for i, (_, g) in enumerate(market.nodes) if g == product)
        assert made == pytest.approx(used, rel=1e-9), product
    spent = float(paid.spent.sum() + paid.bought.sum())
    producers, carriers = float(paid.earned.sum()), float(paid.carried.sum())
    treasuries = float(paid.statutory.sum() + paid.top_up.sum() + paid.export.sum())
    treasuries += float(paid.fines.sum() + paid.door_top_up.sum() + paid.door_fines.sum())
    treasuries += float(paid.door_statutory.sum())
    others = float(paid.captured.sum() + paid.licences.sum())
    nobody = float(paid.hiding.sum() + paid.detour.sum())
    assert spent == pytest.approx(producers + carriers + treasuries + others + nobody, rel=1e-9)
    proof = found.certificate
    assert proof.mass_balance <= 1e-9
    assert proof.money_balance <= 1e-9
    assert proof.residual <= 1e-9


def test_tonnes_and_money_balance_without_and_with_the_bloc(without, with_bloc):
    balances(without)
    balances(with_bloc)


@given(seeds)
@some
def test_tonnes_and_money_balance_under_drawn_duties_taxes_and_floors(toy, drawn_levers, seed):
    balances(solve_base(replace(toy, base=drawn_levers(toy, seed)), DAY))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tonnes_and_money_of_the_whole_world_balance_under_drawn_law(base, drawn_levers, seed):
    balances(solve_base(replace(base, base=drawn_levers(base, seed)), DAY))


def test_no_shipped_import_from_outside_lands_below_its_floor(with_bloc, law):
    b = with_bloc.cleared.balance
    for i, (product, origin, destination) in enumerate(with_bloc.market.arcs):
        covered = product in law.floors and destination in law.zone
        if covered and origin not in law.zone and b.flow[i] > 0:
            paid = b.border.direct
            # An honest tonne; those that evade are told apart, and counted.
            honest = paid.cif[i] + paid.statutory[i] + paid.declared[i]
            assert honest >= law.floors[product].usd_per_t * (1 - 1e-12)
            assert (b.border.landed[i] < honest) == (paid.evading[i] > 0)


def test_plants_run_within_their_capacity(with_bloc, base):
    activity = with_bloc.cleared.balance.plants.activity
    assert (activity >= 0).all()
    assert (activity <= base.economy.capacity).all()


def test_no_bloc_changes_nothing(base, no_bloc, bloc, day, without):
    again = solve_on(base, no_bloc.on(day), without.cleared.unknown)
    np.testing.assert_allclose(
        again.cleared.balance.price.gate, without.cleared.balance.price.gate, rtol=1e-9
    )
    # The bloc's own text, without floors: its duties are those of `no-bloc`, so nothing changes.
    settings = [f"{path}=none" for path in bloc.parameters if path.startswith("floors.")]
    bare = solve_on(base, amend_all(bloc, settings).on(day))
    assert bare.zone
    np.testing.assert_allclose(
        bare.cleared.balance.price.gate, without.cleared.balance.price.gate, rtol=1e-9
    )


def test_a_floor_without_members_changes_nothing(base, bloc, no_bloc, day, without):
    before = date(2026, 6, 1)  # nobody has acceded
    assert not solve_on(base, bloc.on(before)).zone
    np.testing.assert_allclose(
        solve_on(base, bloc.on(before)).cleared.balance.price.gate,
        solve_on(base, no_bloc.on(before)).cleared.balance.price.gate,
        rtol=1e-9,
    )


def test_an_idle_floor_changes_nothing(base, bloc, day, without):
    idle = [
        f"{path}=0.01" for path in bloc.parameters if path.startswith("floors.")
    ]  # a cent per kilogram: below every price
    found = solve_on(base, amend_all(bloc, idle).on(day))
    assert found.cleared.money.top_up.sum() == 0
    np.testing.assert_allclose(
        found.cleared.balance.price.gate, without.cleared.balance.price.gate, rtol=1e-9
    )


def test_raising_a_floor_never_lowers_what_the_zones_imports_land_at(base, law):
    product = "ndpr.metal"
    into = [
        i for i, (g, o, d) in enumerate(base.arcs)
        if g == product and d in law.zone and o not in law.zone
    ]  # fmt: skip
    at = np.array([g == product for g, _, _ in base.arcs])
    last = None
    for height in (0.4, 0.6, 0.8, 1.0, 1.3, 2.0):
        floor = np.where(at, height, 1.0) * law.levers.floor
        found = solve_base(replace(base, base=law.levers._replace(floor=floor)), DAY)
        b = found.cleared.balance
        landed = float((b.flow[into] * b.border.landed[into]).sum() / b.flow[into].sum())
        assert last is None or landed >= last * (1 - 1e-9)
        last = landed


def test_asking_for_what_is_not_there_names_what_is(with_bloc):
    with pytest.raises(UnknownName, match="JPN ndpr\\.oxyde"):
        with_bloc.price("JPN", "ndpr.oxyde")
    with pytest.raises(UnknownName, match="JPN re\\.conc\\.mixed"):
        with_bloc.gate("JPN", "re.conc.mixed")
    assert with_bloc.flow("re.conc.mixed", "CHN", "JPN") == 0.0


def refuses_every_number(found, *where):
    assert not found.certificate.converged
    assert found.numbers is None
    market = found.market
    for ask in (
        lambda: found.cleared,
        lambda: found.price(*market.uses[0]),
        lambda: found.gate(*market.nodes[0]),
        lambda: found.flow(*market.arcs[0]),
    ):
        with pytest.raises(NotCleared, match="did not clear") as refused:
            ask()
        for name in where:
            assert name in str(refused.value)


def test_a_market_that_cannot_clear_is_an_outcome_without_numbers(toy):
    cost = np.where(np.array(toy.plants) == "chn.mine", np.nan, toy.economy.cost)
    found = solve_base(replace(toy, economy=toy.economy._replace(cost=cost)), DAY)
    assert found.certificate.failed == (("CHN", "ore"),)
    refuses_every_number(found, "ore in CHN")


def test_a_market_that_runs_out_of_precision_names_every_chain(base, monkeypatch):
    for module in (outcome, certificate):
        monkeypatch.setattr(module, "TOLERANCE", -1.0)
    found = solve_base(base, DAY)
    chains = {base.network.node_chain[base.nodes.index(pair)] for pair in found.certificate.failed}
    assert chains == set(base.network.node_chain)
    region, product = found.certificate.failed[0]
    refuses_every_number(found, f"{product} in {region}")
