from dataclasses import replace
from datetime import date

import pytest

from stannary import secretariat
from stannary.terms.errors import BadInput, NotYetInForce, UnknownName
from stannary.world import World


@pytest.fixture(scope="module")
def base():
    return World.load("base-2024")


def test_the_base_year_comes_out_again_from_twenty_per_cent_away(base):
    assert secretariat.run("no-bloc", base).base_error < 1e-8


def test_perturbing_one_plants_cost_makes_the_base_error_rise(base):
    plants = tuple(
        replace(p, cash_cost=p.cash_cost * 1.05) if p.plant == "aus.mtweld.mine" else p
        for p in base.plants
    )
    assert secretariat.run("no-bloc", replace(base, plants=plants)).base_error > 1e-4


def test_no_bloc_no_effect(base):
    study = secretariat.run("no-bloc", base)
    assert all(
        gain.users == gain.producers == gain.treasury == 0 for gain in study.verdict.gains.values()
    )


def test_the_default_day_is_the_first_on_which_all_shipped_floors_stand(base):
    assert secretariat.run("bloc-2026", base).day == date(2027, 1, 1)
    assert secretariat.run("no-bloc", base).day == date(2027, 1, 1)
    later = secretariat.run("bloc-2026", base, settings=["floors.magnet.ht.2030-01-01=90"])
    assert later.day == date(2027, 1, 1)


def test_before_anyone_is_inside_the_bloc_has_no_zone(base):
    study = secretariat.run("bloc-2026", base, date(2026, 12, 31))
    assert study.with_bloc.zone == frozenset()
    assert study.verdict.zone_users == 0


def test_a_dated_setting_holds_from_its_day(base):
    before = secretariat.run(
        "bloc-2026", base, date(2027, 6, 1), ["floors.ndpr.metal.2028-01-01=90"]
    )
    after = secretariat.run(
        "bloc-2026", base, date(2028, 1, 1), ["floors.ndpr.metal.2028-01-01=90"]
    )
    assert before.verdict.products["ndpr.metal"].floor == 150_000
    assert after.verdict.products["ndpr.metal"].floor == 90_000


def test_a_second_file_is_laid_over_the_agreement(base, tmp_path):
    reform = tmp_path / "reform.toml"
    reform.write_text(
        '[floors."magnet.ht"]\n'
        'description = "Floor price of high-temperature magnets."\nunit = "USD/kg"\n'
        'values = [{ from = 2027-01-01, value = 90, assumed = true, reference = "ours" }]\n'
        "checked_on = 2026-11-01\n"
    )
    study = secretariat.run("bloc-2026", base, settings=[str(reform)])
    assert study.verdict.products["magnet.ht"].floor == 90_000


def test_the_command_of_a_study_makes_it_again(base):
    study = secretariat.run("bloc-2026", base, settings=["floors.ndpr.oxide=90"])
    assert study.command == "stannary run bloc-2026 --day 2027-01-01 --set floors.ndpr.oxide=90"


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        (["floors.npdr.oxide=90"], UnknownName, "did you mean floors.ndpr.oxide"),
        (["floors.ndpr.oxide"], BadInput, "an amendment without a value"),
        (["floors.ndpr.oxide=-1"], BadInput, "negative floor"),
        (["floors.ndpr.oxide=1e400"], BadInput, "beyond any price"),
        (["floors.ndpr.oxide=12,5"], BadInput, "not a number"),
        (["members.XXX=2027-01-01"], UnknownName, "members"),
        (["members.DEU=2027-01-01"], BadInput, "inside through EUU"),
    ],
)
def test_an_amendment_that_cannot_be_law_is_refused(base, settings, error, text):
    with pytest.raises(error, match=text):
        secretariat.run("bloc-2026", base, settings=settings)


def test_a_day_before_the_law_begins_says_from_when_it_holds(base):
    with pytest.raises(NotYetInForce, match="starts on"):
        secretariat.run("bloc-2026", base, date(1999, 1, 1))


def test_law_and_world_that_value_a_member_differently_are_refused(base):
    regions = base.regions | {"USA": replace(base.regions["USA"], valuation="CIF")}
    with pytest.raises(BadInput, match="values imports FOB"):
        secretariat.run("bloc-2026", replace(base, regions=regions))


def test_a_smelter_without_ore_leaves_its_buyers_cut_off_and_no_price_is_made_up(tmp_path):
    from pathlib import Path

    from stannary.report import files

    study = secretariat.run("no-bloc", Path(__file__).parent / "cut-off")
    assert study.converged
    assert study.with_bloc.certificate.cut_off == (("A", "metal"), ("B", "ore"))
    files.write_all(study, tmp_path)
    rows = (tmp_path / "outcome.csv").read_text("utf-8")
    assert "nan" not in rows
    assert "metal,B,,price_with" not in rows  # nobody makes metal: it has no price at any gate
