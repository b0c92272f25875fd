from dataclasses import replace
from datetime import date

import pytest

from stannary import secretariat
from stannary.market.view import net
from stannary.terms.errors import UnknownName
from stannary.world import World

WORLD = World.load("base-2024")
IN_ZONE = ("users", "producers", "treasury", "rents")


@pytest.fixture(scope="module")
def ended():
    return secretariat.compare("bloc-2026", "no-bloc", WORLD)


@pytest.fixture(scope="module")
def lower(tmp_path_factory):
    """The shipped agreement against one with a lower floor of metal, and Korea outside."""
    text = tmp_path_factory.mktemp("law") / "lower.toml"
    text.write_text(
        '[agreement]\nname = "lower"\ntitle = "Lower"\ndraft = true\namends = "bloc-2026"\n'
        '[[amendments]]\npath = "floors.ndpr.metal"\nchecked_on = 2026-06-16\n'
        'values = [{ from = 2027-01-01, value = 100, assumed = true, reference = "ours" }]\n'
        '[[amendments]]\npath = "members.KOR.accession"\nchecked_on = 2026-06-16\n'
        "values = [{ from = 2026-02-04, value = 2030-01-01, assumed = true,"
        ' reference = "ours" }]\n'
    )
    return secretariat.compare("bloc-2026", text, WORLD)


def amounts(compared):
    return {pair.account: pair for pair in compared.amounts}


def near(value):
    return None if value is None else pytest.approx(value, rel=1e-9)


def test_an_agreement_against_itself_differs_in_nothing():
    same = secretariat.compare("bloc-2026", "bloc-2026", WORLD)
    assert all(pair.difference == 0 for pair in same.amounts)
    assert all(row.prices[0] == row.prices[1] for row in same.products)
    assert all(a == b for a, b in same.regions.values())
    assert same.law.redlines == same.law.effects == ()


def test_each_side_is_what_run_says_alone(ended):
    alone = secretariat.run("bloc-2026", WORLD)
    rows = {row.product: row for row in ended.products}
    for product, verdict in alone.verdict.products.items():
        assert rows[product].floors[0] == verdict.floor
        assert rows[product].reasons[0] == verdict.reason
        assert rows[product].prices[0] == near(verdict.with_bloc.price)
        assert rows[product].without == near(verdict.without.price)
        assert rows[product].made[0] == pytest.approx(verdict.with_bloc.made, rel=1e-9)
    found = amounts(ended)
    assert found["users"].amounts[0] == pytest.approx(alone.verdict.zone_users)
    gap = alone.verdict.price_gap
    assert found["producers"].amounts[0] == pytest.approx(gap.zone_producers)
    assert found["outside"].amounts[0] == pytest.approx(gap.outside_sellers)


def test_against_no_bloc_the_difference_is_all_that_the_bloc_does(ended):
    for pair in ended.amounts:
        assert pair.amounts[1] == pytest.approx(0, abs=1e-6 * abs(pair.amounts[0]) + 1e-6)
    for row in ended.products:
        assert row.prices[1] == near(row.without)


@pytest.mark.parametrize("which", ["ended", "lower"])
def test_the_accounts_of_the_zone_add_up_to_it_and_its_regions_too(which, request):
    compared = request.getfixturevalue(which)
    found = amounts(compared)
    for side in (0, 1):
        within = sum(found[name].amounts[side] for name in IN_ZONE)
        assert found["zone"].amounts[side] == pytest.approx(within)
        by_region = sum(pair[side] for pair in compared.regions.values())
        assert found["zone"].amounts[side] == pytest.approx(by_region)


def test_the_zone_of_both_is_whoever_is_inside_under_either(lower):
    one, other = lower.studies
    assert "KOR" in one.with_bloc.zone - other.with_bloc.zone
    assert set(lower.zone) == one.with_bloc.zone
    gains = [study.verdict.gains for study in lower.studies]
    users = sum(gains[1][region].users for region in lower.zone)
    assert amounts(lower)["users"].amounts[1] == pytest.approx(users)
    assert lower.regions["KOR"] == tuple(pytest.approx(net(found["KOR"])) for found in gains)


def test_prices_of_both_are_those_of_the_same_buyers(lower):
    row = next(row for row in lower.products if row.product == "ndpr.metal")
    assert row.floors == (150_000, 100_000)
    outcome = lower.studies[1].with_bloc
    market, b = outcome.market, outcome.cleared.balance
    at = [i for i, (r, g) in enumerate(market.uses) if g == "ndpr.metal" and r in lower.zone]
    by_hand = (b.shares.average[at] * b.wanted[at]).sum() / b.wanted[at].sum()
    assert row.prices[1] == pytest.approx(by_hand)
    assert row.prices[1] < row.prices[0]


def test_what_the_texts_say_differently_is_told(lower):
    paths = {line.path for line in lower.law.redlines}
    assert {"floors.ndpr.metal", "members.KOR.accession"} <= paths


def test_amendments_are_laid_over_both_and_the_day_is_the_firsts():
    found = secretariat.compare("no-bloc", "bloc-2026", WORLD, settings=["floors.ndpr.metal=90"])
    assert [study.day for study in found.studies] == [date(2027, 1, 1)] * 2
    assert [study.settings for study in found.studies] == [("floors.ndpr.metal=90",)] * 2
    row = next(row for row in found.products if row.product == "ndpr.metal")
    assert row.floors[1] == 90_000


def test_a_viewer_sees_its_own_accounts():
    found = secretariat.compare("bloc-2026", "no-bloc", WORLD, seen_by="JPN")
    gain = found.studies[0].verdict.gains["JPN"]
    own = amounts(found)
    assert own["users"].amounts[0] == pytest.approx(gain.users)
    assert own["zone"].amounts[0] == pytest.approx(net(gain))
    row = next(row for row in found.products if row.product == "ndpr.metal")
    assert row.prices[0] == pytest.approx(found.studies[0].with_bloc.price("JPN", "ndpr.metal"))


def test_a_group_of_buyers_has_only_what_it_pays():
    found = secretariat.compare("bloc-2026", "no-bloc", WORLD, seen_by="ev.EUU")
    assert {pair.account for pair in found.amounts} == {"users", "zone"}
    assert amounts(found)["users"].amounts[0] == found.studies[0].view.users


def test_a_name_that_nothing_bears_is_refused():
    with pytest.raises(UnknownName, match="bloc-2026"):
        secretariat.compare("bloc-2026", "blok-2026", WORLD)


def test_a_market_that_did_not_clear_leaves_no_number(monkeypatch):
    from stannary.secretariat import compare as verb
    from stannary.secretariat import study as studies

    whole = studies.run

    def failing(agreement, *rest):
        study = whole(agreement, *rest)
        if agreement == "no-bloc":
            broken = replace(study.with_bloc.certificate, converged=False)
            outcome = replace(study.with_bloc, numbers=None, certificate=broken)
            return replace(study, with_bloc=outcome, verdict=None)
        return study

    import sys

    monkeypatch.setattr(sys.modules[verb.__module__], "run", failing)
    found = secretariat.compare("bloc-2026", "no-bloc", WORLD)
    assert not found.converged
    assert (found.products, found.amounts, found.regions) == ((), (), {})
