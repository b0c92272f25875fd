"""How exposed? What the page says of a cut is what `stress` says, for the command that it names."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stannary import cli, secretariat
from stannary.report import page, tell, tell_exposed
from stannary.report import stress as window
from stannary.report.story import read
from stannary.secretariat.stress import exposure


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


@pytest.fixture(scope="module")
def told(study):
    return read(tell.story(study))


@pytest.fixture(scope="module")
def tile(told):
    return told["tiles"][-1]


def lost(study):
    """The same study, had its market of the cut not cleared."""
    found, copy = study.stress, replace(study)
    with_bloc = found.outcomes[1]
    proof = replace(with_bloc.certificate, converged=False, failed=(("JPN", "ndpr.oxide"),))
    outcomes = (found.outcomes[0], replace(with_bloc, certificate=proof, numbers=None))
    copy.__dict__["stress"] = replace(
        found, outcomes=outcomes, rows=(), pools=(), shares=(), split=False
    )
    return copy


def test_a_run_solves_no_cut_until_it_is_asked_for_one_and_then_once():
    study = secretariat.run()
    assert "stress" not in vars(study)
    assert study.stress is study.stress


@pytest.mark.parametrize("view", ["zone", "JPN", "ev.EUU"])
def test_the_command_of_the_tile_prints_the_tiles_figures(tile, view):
    answer = tile if view == "zone" else tile["answers"][view]
    printed = CliRunner().invoke(cli.app, [*shlex.split(answer["command"])[1:], "--json"])
    parts = json.loads(printed.stdout)["exposure"]
    assert [mark["value"] for mark in answer["spark"]] == pytest.approx(list(parts.values()))
    assert re.findall(r"([\d.]+)%", answer["sentence"]) == [
        f"{100 * part:.0f}" for part in parts.values()
    ]
    first, last = answer["number"].split(" → ")
    assert first == f"{100 * parts['without']:.0f}%"
    assert last == f"{100 * parts['stockpile']:.0f}%"


def test_the_zones_sentence_is_the_one_that_stress_prints(study, tile):
    assert tile["sentence"] == window.headline(secretariat.stress(world=study.world))
    assert "--cut CHN --months 12" in tile["command"]


def test_what_is_divided_in_the_drawer_is_recomputed_from_the_groups_of_buyers(study, tile):
    rows = [row for row in study.stress.rows if row.region in study.with_bloc.zone]
    value = sum(row.use * row.normal for row in rows)
    numbers = re.findall(r"([\d,]+) / ([\d,]+) = (\d+)%", tile["why"])
    assert len(numbers) == 2
    for case, (runs, whole, percent) in zip((0, 2), numbers, strict=True):
        expected = sum(row.served[case] * row.normal for row in rows)
        assert float(runs.replace(",", "")) == pytest.approx(expected / 1e6, abs=0.5)
        assert float(whole.replace(",", "")) == pytest.approx(value / 1e6, abs=0.5)
        assert int(percent) == round(100 * expected / value)


def test_every_view_but_the_zone_has_an_answer_of_its_own(told, tile):
    assert set(tile["answers"]) == {view["id"] for view in told["views"]} - {"zone"}
    assert all(answer["command"].split(" --for ")[1] == v for v, answer in tile["answers"].items())


def test_members_of_the_table_add_up_to_the_zone(study, told):
    members = told["exposure"]["members"]
    value = sum(member["value_usd"] for member in members)
    for case, part in enumerate(exposure(study.stress)):
        runs = sum(m["value_usd"] * m["runs"][case] for m in members if m["runs"])
        assert runs / value == pytest.approx(part, rel=1e-9)


def test_products_of_the_table_are_all_that_run_short_worst_by_value_first(study, told):
    shown = told["exposure"]["products"]
    missing = [max((1 - part) * row["value_usd"] for part in row["runs"]) for row in shown]
    assert missing == sorted(missing, reverse=True)
    said = re.match(r"(\d+) of \d+ products run short", told["exposure"]["notes"])
    assert int(said[1]) == len(shown)
    assert all(min(row["runs"]) < 1 for row in shown)


def test_every_assumption_behind_the_figure_is_marked(study, tile):
    marked = {given["name"]: given.get("quality") for given in tile["inputs"]}
    terms = study.with_bloc.schedule.stockpile
    with_article = [given for given in tile["inputs"] if "reference" in given]
    assert [given["reference"] for given in with_article] == [c.article for c in terms.clauses]
    assert [given.get("quality") == "assumed" for given in with_article] == [
        clause.assumed for clause in terms.clauses
    ]
    assert marked["Rights to it"] == "assumed"
    assert marked["Half of the users of a product stop at"] == "assumed"


def test_a_report_for_a_member_is_told_its_own_exposure_and_the_page_still_the_zones(study):
    asked = secretariat.run(world=study.world, seen_by="JPN")
    told = tell_exposed.told(asked)["exposure"]
    assert told["sentence"] == window.headline(secretariat.stress(world=study.world, view="JPN"))
    assert told["command"].endswith("--for JPN")
    (tile,) = tell_exposed.tiles(asked, [])
    assert "the zone runs" in tile["sentence"]
    assert "--for" not in tile["command"]


def test_amendments_reach_the_cut_and_its_command(study):
    more = secretariat.run(world=study.world, settings=["stockpile.target_days=180"])
    assert exposure(more.stress)[2] > exposure(study.stress)[2]
    assert exposure(more.stress)[0] == pytest.approx(exposure(study.stress)[0], rel=1e-9)
    assert more.stress.command.endswith("--set stockpile.target_days=180")


def test_an_agreement_without_a_stockpile_or_without_members_has_fewer_cases(study):
    bare = secretariat.run(world=study.world, settings=["stockpile.fund=none"])
    (tile,) = tell_exposed.tiles(bare, [])
    assert [mark["label"] for mark in tile["spark"]] == ["no bloc", "bloc"]
    assert "stockpile" not in tile["sentence"]
    alone = secretariat.run("no-bloc", study.world)
    (tile,) = tell_exposed.tiles(alone, [])
    assert len(tile["spark"]) == 1
    assert "→" not in tile["number"]
    assert "the world outside China runs" in tile["sentence"]
    assert not tell_exposed.told(alone)["exposure"]["members"]


def test_a_cut_that_did_not_clear_is_said_and_gives_no_number(study, tmp_path):
    failed = lost(study)
    (tile,) = tell_exposed.tiles(failed, [{"id": "JPN", "name": "Japan", "where": ""}])
    part = tell_exposed.told(failed)["exposure"]
    assert tile["number"] == "No result"
    assert "did not balance" in tile["sentence"]
    assert tile["spark"] == part["products"] == part["members"] == []
    assert "answers" not in tile
    assert not re.findall(r"\d%", tile["sentence"] + tile["why"] + part["sentence"])
    page.write(read(tell.story(failed)), tmp_path / "report.html")
    assert "No result" in (tmp_path / "report.html").read_text()


def test_an_unsolved_study_asks_for_no_cut(study):
    assert replace(study, verdict=None).stress is None


def test_a_world_without_the_dominant_supplier_has_neither_tile_nor_part():
    toy = secretariat.run("no-bloc", Path(__file__).parents[1] / "cases" / "two-region")
    assert toy.converged
    assert toy.stress is None
    assert tell_exposed.told(toy) == {}
    assert tell_exposed.tiles(toy, []) == []
