"""The verbs of the law: what stands, what another says differently, what older law and a market say."""

import csv
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary import cli, secretariat
from stannary.agreement import Agreement, amend_all
from stannary.agreement.legal import bindings
from stannary.secretariat.checking import economics, legal_line
from stannary.terms.errors import BadArticle, BadInput, NotYetInForce, UnknownName
from stannary.world import World

BLOC = Agreement.load("bloc-2026")
FIRST, END = date(2027, 1, 1), date(2031, 1, 1)
TOY = Path(__file__).parents[1] / "walk"
PRICES = Path(secretariat.__file__).parents[1] / "world" / "tables" / "base-2024" / "prices.csv"


@pytest.fixture(scope="module")
def base():
    return World.load("base-2024")


@pytest.fixture(scope="module")
def toy():
    """The toy bloc without its floor on magnets, the last stage."""
    return secretariat.check(
        TOY / "toy-bloc.toml", settings=["floors.magnet=none"], world=TOY / "toy"
    )


# ---------------------------------------------------------------- show


def test_what_is_shown_is_what_the_law_says_that_day():
    shown = secretariat.show("floor-ends-2031", END)
    assert shown.schedule == Agreement.load("floor-ends-2031").on(END)
    assert shown.changes == ()
    assert secretariat.show("floor-ends-2031").changes == shown.agreement.changes(FIRST)


def test_the_day_is_that_of_the_text_as_shipped_unless_one_is_asked_for():
    assert secretariat.show().schedule.day == FIRST
    assert secretariat.show("no-bloc").schedule.day == FIRST
    later = secretariat.show(settings=["floors.magnet.ht.2030-01-01=90"])
    assert later.schedule.day == FIRST
    assert [change.path for change in later.changes] == ["floors.magnet.ht"]


def test_what_is_assumed_is_every_clause_that_says_so():
    shown = secretariat.show()
    assert {clause.path for clause in shown.assumed} == set(shown.schedule.assumed)
    assert all(clause.assumed for clause in shown.assumed)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: secretariat.show("bloc-2062"), UnknownName),
        (lambda: secretariat.show(settings=["floors.npdr.oxide=1"]), UnknownName),
        (lambda: secretariat.show(settings=["floors.ndpr.oxide"]), BadInput),
        (lambda: secretariat.show(day=date(2010, 1, 1)), NotYetInForce),
        (lambda: secretariat.diff("bloc-2026", "bloc-2062"), UnknownName),
        (lambda: secretariat.check("bloc-2062"), UnknownName),
        (lambda: secretariat.check(world="base-2042"), UnknownName),
    ],
)
def test_what_cannot_be_read_is_refused(call, error):
    with pytest.raises(error):
        call()


def test_a_text_that_does_not_read_is_refused_with_its_line(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text('[agreement]\nname = "bad"\ntitle = "T"\ndraft = "yes"\n', encoding="utf-8")
    with pytest.raises(BadArticle, match=r"bad\.toml, line 4"):
        secretariat.check(file)


# ---------------------------------------------------------------- diff


@pytest.mark.parametrize("name", ["bloc-2026", "no-bloc", "floor-ends-2031"])
def test_an_agreement_does_not_differ_from_itself(name):
    difference = secretariat.diff(name, name)
    assert (difference.redlines, difference.words, difference.effects) == ((), (), ())


def test_floors_that_end_differ_by_a_step_each_and_on_the_day_by_their_levels():
    difference = secretariat.diff("bloc-2026", "floor-ends-2031", END)
    floors = {floor.product: floor.usd_per_kg for floor in BLOC.on(END).floors}
    assert {line.path for line in difference.redlines} == {f"floors.{p}" for p in floors}
    for line in difference.redlines:
        assert line.dropped == ()
        assert [(step.start, step.value) for step in line.added] == [(END, None)]
    assert {e.path: (e.before, e.after) for e in difference.effects} == {
        f"floors.{product}": (level, None) for product, level in floors.items()
    }
    assert secretariat.diff("bloc-2026", "floor-ends-2031").effects == ()


SETTINGS = [
    "floors.ndpr.oxide=90", "floors.ga.metal.KOR=400", "floors.sb.metal=none", "members.JPN=none",
    "members.CAN=2027-01-01", "enforcement.penalty.*=3", "rules.compared_on=cif",
    "guarantees.magnet.std.JPN=80", "responses.capture.CHN=0.5", "stockpile.target_days=90",
    "duties.usa-301-magnets=0.1", "members.JPN.valuation=FOB",
]  # fmt: skip


@settings(deadline=None, max_examples=30)  # a shared machine pauses
@given(st.lists(st.sampled_from(SETTINGS), unique=True))
def test_turning_a_diff_round_swaps_its_sides(chosen):
    other = amend_all(BLOC, chosen)
    there, back = secretariat.diff(BLOC, other), secretariat.diff(other, BLOC)
    sides = {line.path: (line.dropped, line.added) for line in there.redlines}
    assert {line.path: (line.added, line.dropped) for line in back.redlines} == sides
    assert {(e.path, e.before, e.after) for e in there.effects} == {
        (e.path, e.after, e.before) for e in back.effects
    }
    # Every setting shows: as a redline, and on the day as an effect.
    named = {setting.partition("=")[0] for setting in chosen}
    for path in named:
        assert any(line.path.startswith(path) for line in there.redlines), path
        assert any(e.path.startswith(path) for e in there.effects), path


def test_forms_that_follow_are_told_by_their_levels_on_the_day_and_not_as_redlines():
    difference = secretariat.diff(BLOC, amend_all(BLOC, ["floors.ndpr.oxide=90"]))
    assert [line.path for line in difference.redlines] == ["floors.ndpr.oxide"]
    assert {e.path for e in difference.effects} == {
        "floors.ndpr.oxide", "floors.nd.oxide", "floors.pr.oxide", "floors.ndpr.carbonate",
    }  # fmt: skip


def test_coverage_duties_and_mere_words_are_told_apart(tmp_path):
    file = tmp_path / "reform.toml"
    file.write_text(
        '[coverage."ga.metal"]\nname = "Gallium"\nworld = "ga.crude"\nhs = ["81129210"]\n'
        'element = "Ga"\nassay = [0, 99.999]\nbasis = "element"\nfrom = 2015-01-01\n'
        'reference = "r"\nchecked_on = 2026-06-16\n'
        '[[duties]]\nid = "usa-mfn-magnets"\ndescription = "d"\nproducts = ["magnet.std"]\n'
        'kind = "base"\nimporter = "USA"\norigin = "*"\ncounts = true\nunit = "ad valorem"\n'
        'values = [{ from = 2015-01-01, value = 0.021, reference = "r" }]\n'
        "checked_on = 2026-06-16\n"
        '[rules.proven]\ndescription = "d"\nunit = "share"\nchecked_on = 2026-06-16\n'
        'values = [{ from = 2015-01-01, value = 1, reference = "another" }]\n',
        encoding="utf-8",
    )
    reformed = secretariat.show(settings=[str(file)]).agreement
    difference = secretariat.diff(BLOC, reformed)
    assert [line.path for line in difference.redlines] == [
        "coverage.ga.metal",
        "duties.usa-mfn-magnets",
    ]
    assert "rules.proven" in difference.words
    assert "duties.usa-mfn-magnets" not in difference.words


# ---------------------------------------------------------------- check: older law


def binding(schedule, member, product):
    return next(b for b in bindings(schedule) if (b.member, b.floor.product) == (member, product))


def gate(product, region="CHN"):
    with PRICES.open(encoding="utf-8", newline="") as file:
        rows = {(r["product"], r["region"]): float(r["usd_per_t"]) for r in csv.DictReader(file)}
    return rows[product, region] / 1000


def test_the_top_up_is_the_floor_less_price_and_counted_duty_as_a_share_of_the_price(base):
    schedule = BLOC.on(FIRST)
    oxide = legal_line(base, schedule, binding(schedule, "JPN", "ndpr.oxide"))
    assert oxide.top_up == pytest.approx(110 / gate("ndpr.oxide") - 1)
    assert (oxide.origin, oxide.price) == ("CHN", pytest.approx(gate("ndpr.oxide")))
    # The United States levies 5 % on the metal, and by Art. 6 that counts towards the floor.
    metal = legal_line(base, schedule, binding(schedule, "USA", "ndpr.metal"))
    assert metal.top_up == pytest.approx(150 / gate("ndpr.metal") - 1.05)
    assert oxide.exceeds
    assert metal.exceeds


def test_on_cif_the_duty_does_not_lower_the_top_up(base):
    schedule = amend_all(BLOC, ["rules.compared_on=cif"]).on(FIRST)
    metal = legal_line(base, schedule, binding(schedule, "USA", "ndpr.metal"))
    assert metal.top_up == pytest.approx(150 / gate("ndpr.metal") - 1)


@pytest.mark.parametrize(("points", "exceeds"), [(34, False), (36, True)])
def test_a_top_up_exceeds_when_it_is_more_than_the_room(base, points, exceeds):
    # Mexico has bound 35 % on NdPr oxide and applies none (recalled).
    level = gate("ndpr.oxide") * (1 + points / 100)
    schedule = amend_all(BLOC, [f"floors.ndpr.oxide={level:.4f}"]).on(FIRST)
    line = legal_line(base, schedule, binding(schedule, "MEX", "ndpr.oxide"))
    assert line.exceeds is exceeds
    assert line.cover == ("none stated" if exceeds else "not needed")


def test_a_floor_below_the_price_needs_no_cover(base):
    schedule = amend_all(BLOC, ["floors.ndpr.oxide=1"]).on(FIRST)
    line = legal_line(base, schedule, binding(schedule, "USA", "ndpr.oxide"))
    assert (line.top_up, line.exceeds, line.cover) == (0, False, "not needed")


def test_where_the_world_knows_no_price_nothing_is_claimed(base):
    schedule = BLOC.on(FIRST)
    bare = replace(base, prices=())
    line = legal_line(bare, schedule, binding(schedule, "USA", "ndpr.oxide"))
    assert (line.top_up, line.price, line.exceeds) == (None, None, None)
    assert line.cover == "XXI security"


# ---------------------------------------------------------------- check: a market


def test_a_market_says_which_floors_fail_or_idle_and_which_next_stage_has_none(toy):
    verdict = toy.study.verdict
    told = "\n".join(toy.warnings)
    for product, row in verdict.products.items():
        named = any(product in w.partition(": ")[2] and "next stage" not in w for w in toy.warnings)
        assert named == (row.floor is not None and row.state in ("fails", "idle", "none"))
    uncovered = {
        made
        for recipe in toy.world.recipes.values()
        for made in recipe.outputs
        if verdict.products[made].floor is None
        and any(verdict.products[used].floor is not None for used in recipe.inputs)
    }
    assert uncovered
    assert f"leave the zone: {', '.join(uncovered)}." in told


def test_a_floor_on_the_next_stage_takes_its_warning_away(toy):
    covered = secretariat.check(TOY / "toy-bloc.toml", world=TOY / "toy")
    assert any("next stage" in warning for warning in toy.warnings)
    assert not any("next stage" in warning for warning in covered.warnings)


def test_without_a_floor_nothing_is_solved():
    checked = secretariat.check("no-bloc")
    assert (checked.study, checked.lines, checked.warnings, checked.risks) == (None, (), (), ())


def test_a_market_that_did_not_clear_gives_no_warning(toy):
    assert economics(replace(toy.study, verdict=None)) == ()


# ---------------------------------------------------------------- the command line


def said(words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["stannary", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


def test_each_verb_prints_its_screen_and_its_json(monkeypatch, capsys):
    for words in (
        ["show", "floor-ends-2031", "--on", "2031-01-01"],
        ["diff", "bloc-2026", "floor-ends-2031", "--on", "2031-01-01"],
        ["check", str(TOY / "toy-bloc.toml"), "--world", str(TOY / "toy"), "--on", "2027-01-01"],
    ):
        code, screen, _ = said(words, monkeypatch, capsys)
        assert code == 0
        assert "1 January 20" in screen
        code, machines, _ = said([*words, "--json"], monkeypatch, capsys)
        assert code == 0
        assert json.loads(machines)["day"] == words[-1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", "blok-2026"], "did you mean bloc-2026"),
        (["show", "--on", "2027-13-01"], "where:   --on"),
        (["show", "--on", "2010-01-01"], "it starts on 2015-01-01"),
        (["show", "--set", "floors.npdr.oxide=90"], "did you mean floors.ndpr.oxide"),
        (["diff", "bloc-2026", "blok-2026"], "did you mean bloc-2026"),
        (["diff", "bloc-2026", "nowhere.toml"], "check the path"),
        (["check", "--set", "enforcement.tempted=2"], "from 0 to 1"),
        (["check", "--world", "base-2042"], "base-2024"),
    ],
)
def test_bad_input_ends_with_two_and_says_what_is_allowed(words, says, monkeypatch, capsys):
    code, out, err = said(words, monkeypatch, capsys)
    assert (code, out) == (2, "")
    assert err.startswith("stannary: ")
    assert says in err


def test_check_warns_of_the_lowest_door_where_goods_circulate_freely():
    settings = ["rules.circulation=free", "floors.w.apt.MEX=none"]
    checked = secretariat.check("bloc-2026", None, settings)
    (told,) = [text for text in checked.warnings if "lowest" in text]
    assert "w.apt" in told
    assert not [text for text in secretariat.check("bloc-2026").warnings if "lowest" in text]
