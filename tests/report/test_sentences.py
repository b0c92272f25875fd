import shlex
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from stannary import secretariat
from stannary.agreement import Agreement
from stannary.market.verdict import verdict
from stannary.report import money, names, sentences


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


@pytest.fixture(scope="module")
def nothing():
    return secretariat.run("no-bloc")


def arguments(command):
    """What `secretariat.run` is asked for by a printed command."""
    words = shlex.split(command)
    assert words[:2] == ["stannary", "run"]
    given, settings, rest = {}, [], words[2:]
    while rest:
        word = rest.pop(0)
        if word == "--set":
            settings.append(rest.pop(0))
        elif word == "--day":
            given["day"] = date.fromisoformat(rest.pop(0))
        elif word == "--for":
            given["seen_by"] = rest.pop(0)
        elif word == "--world":
            given["world"] = rest.pop(0)
        else:
            assert not word.startswith("--"), f"{word} is no flag of this release"
            given["agreement"] = word
    return given | {"settings": settings}


def unsolved(study):
    failed = replace(study.with_bloc.certificate, converged=False, failed=(("MYS", "ndpr.metal"),))
    lost = replace(study.with_bloc, certificate=failed, numbers=None)
    return replace(study, with_bloc=lost, verdict=None)


def idle(study):
    """The study as it would be if every floor lay at a tenth."""
    return secretariat.run(
        settings=[
            f"floors.{f.product}={f.usd_per_kg / 10}" for f in study.with_bloc.schedule.floors
        ]
    )


def test_the_headline_says_what_the_arrays_say(study):
    market, zone = study.with_bloc.market, study.with_bloc.zone
    before, after = study.without.numbers.balance, study.with_bloc.numbers.balance
    economy, network = market.economy, market.network
    # The area left of each isoelastic demand curve, summed over the zone's segments.
    reached = {"rare_earths", "magnets", "gallium", "germanium", "antimony", "tungsten"}
    paid = spent = 0.0
    for i, use in enumerate(network.segment_use):
        region, product = market.uses[use]
        if region not in zone:
            continue
        e, q, p = economy.elasticity[i], economy.base_use[i], economy.reference[i]
        r0, r1 = before.shares.average[use] / p, after.shares.average[use] / p
        area = np.log(r1 / r0) if e == -1 else (r1 ** (1 + e) - r0 ** (1 + e)) / (1 + e)
        paid += q * p * area
        if study.world.products[product].mineral in reached:
            spent += before.shares.average[use] * q * r0**e
    holds = sum(
        1
        for product, level in study.with_bloc.law.floors.items()
        if _average(market, after, zone, product) >= 0.98 * level.usd_per_t
    )
    said = sentences.headline(study)
    assert said.startswith(f"The floor holds for {holds} of {len(study.with_bloc.law.floors)} ")
    assert f"pay {paid / 1e6:.0f} M USD a year more ({100 * paid / spent:.1f}%)" in said


def _average(market, b, zone, product):
    at = [i for i, (r, g) in enumerate(market.uses) if g == product and r in zone]
    return np.average(b.shares.average[at], weights=b.wanted[at])


def test_every_command_of_every_warning_is_one_that_this_release_has_and_runs(study):
    told = sentences.look_out(study)
    assert 1 <= len(told) <= 5
    commands = [command for _, command in told if command]
    assert commands
    for command in commands:
        if command.startswith("stannary data"):
            continue
        assert secretariat.run(**arguments(command)).converged


def test_the_floor_that_is_suggested_keeps_the_making_in_the_zone(study):
    follows = next(c for _, c in sentences.look_out(study) if "floors.magnet" in c)
    after = secretariat.run(**arguments(follows)).verdict
    for product in ("magnet.std", "magnet.ht"):
        lost = study.verdict.products[product].with_bloc.made
        assert after.products[product].with_bloc.made > 1.5 * lost


def test_a_command_carries_on_what_was_set_before():
    study = secretariat.run(settings=["floors.magnet.ht=60"])
    assert "--set floors.magnet.ht=60 --set a.b=1" in sentences.again(study, "a.b=1")
    later = secretariat.run(day=date(2028, 1, 1))
    assert "--day 2028-01-01" in sentences.again(later, "a.b=1")


def test_an_agreement_without_members_and_floors_changes_nothing_in_words(nothing):
    assert sentences.headline(nothing) == (
        "no-bloc changes nothing: it has no member, so without and with are the same."
    )
    assert sentences.main_rows(nothing) == []
    assert money.extremes(nothing) == ""
    told = sentences.look_out(nothing)
    assert sentences.next_command(nothing, told) == "stannary run bloc-2026"


def test_before_the_first_floor_the_headline_names_the_day():
    early = secretariat.run(day=date(2026, 6, 1))
    assert "no member" in sentences.headline(early)
    ended = secretariat.run(
        settings=[f"{path}=none" for path in Agreement.load("bloc-2026").parameters
                  if path.startswith("floors.")],
        day=date(2027, 1, 1),
    )  # fmt: skip
    assert sentences.headline(ended).startswith("No floor stands on 1 January 2027.")


def test_floors_below_the_market_are_idle_and_cost_nothing(study):
    low = idle(study)
    assert sentences.headline(low) == (
        "All 13 floors are idle: the market is above them. Zone users pay what they paid without it."
    )
    row = low.verdict.products["ndpr.oxide"]
    assert sentences.reason_text(low, row) == "idle: market is above it"


def test_users_who_gain_are_said_to_pay_less(study):
    backwards = verdict(study.with_bloc, replace(study.without, law=study.with_bloc.law))
    assert "M USD a year less" in sentences.zone_users(backwards)


def test_an_unsolved_study_has_no_number_in_words(study):
    lost = unsolved(study)
    assert sentences.headline(lost) == "No result: the market did not balance."
    assert sentences.look_out(lost) == []
    assert sentences.main_rows(lost) == []


def test_seven_rows_at_most_and_the_failing_oxide_and_the_magnets_among_them(study):
    rows = [row.product for row in sentences.main_rows(study)]
    assert len(rows) == 7
    assert {"ndpr.oxide", "magnet.std", "magnet.ht"} <= set(rows)
    order = list(study.verdict.products)
    assert rows == sorted(rows, key=order.index)


def test_reasons_fit_their_column_and_names_theirs(study):
    for row in study.verdict.products.values():
        assert len(sentences.reason_text(study, row)) <= 29
    for product in study.world.products:
        assert len(sentences.product_name(study.world, product)) <= 13


def test_every_product_and_region_has_a_name_of_its_own(study):
    world = study.world
    assert names.PRODUCTS.keys() == world.products.keys()
    for found in (
        [sentences.product_name(world, g) for g in world.products],
        [sentences.region_name(world, r) for r in world.regions],
    ):
        assert len(found) == len(set(found))
        assert not set(found) & (world.products.keys() | world.regions.keys())


def test_what_has_no_short_name_keeps_the_worlds(study):
    assert sentences.product_name(study.world, "unheard.of") == "unheard.of"
    assert sentences.region_name(study.world, "XYZ") == "XYZ"


def test_amounts_that_add_up_add_up_as_printed():
    parts = [415.73e6, -8.29e6, 43.28e6, 14.35e6]
    printed = sentences.millions_that_add_up(parts)
    assert sum(printed) == round(sum(parts) / 1e6)
    assert all(abs(p - q / 1e6) < 1 for p, q in zip(printed, parts, strict=True))
    assert sum(sentences.millions_that_add_up([2.004e6, 1.004e6])) == pytest.approx(3.01)


def test_a_terminal_gets_a_hyphen_and_a_page_a_minus(study):
    for text in (sentences.millions(-465.07e6), sentences.change(100, 48), sentences.usd(62.04)):
        assert text.isascii()
    assert sentences.millions(-465.07e6) == "-465"
    assert sentences.change(100, 48) == "-52%"
    assert sentences.usd(62.04) == "62.0"


def test_the_checks_name_what_did_not_pass(study):
    worse = replace(study, base_error=1e-3)
    assert "NOT PASSED" not in sentences.check_line(study)
    assert sentences.check_line(worse).endswith("NOT PASSED: base.")
