import json
import re
from dataclasses import replace
from typing import get_args

import pytest

from stannary import secretariat
from stannary.market.sensitivity import Driver, Kind
from stannary.report import explain as window
from stannary.report.figures import figure
from stannary.secretariat.explain import explained
from stannary.world import World

WORLD = World.load("base-2024")

IDS = [
    "ndpr.metal.price", "w.apt.price.EUU", "ndpr.metal.floor", "ge.metal.floor.USA",
    "ndpr.oxide.output", "lace.oxide.output.CHN", "ndpr.metal.supplier", "tb.oxide.supplier.JPN",
    "zone.users", "JPN.users", "zone.producers", "USA.producers", "zone.treasury", "CHN.treasury",
]  # fmt: skip
NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def study():
    return secretariat.run("bloc-2026", WORLD)


@pytest.fixture(scope="module")
def found(study):
    return {id: explained(id, study) for id in IDS}


def table(text):
    """Header and rows of the one table: name of the row, and its numbers."""
    lines = text.splitlines()
    last = next(i for i, line in enumerate(lines) if line.startswith("  all "))
    first = max(i for i in range(last) if not lines[i])
    rows = [
        (line[:24].strip(), [float(n.replace(",", "")) for n in NUMBER.findall(line[24:])])
        for line in lines[first + 2 : last + 1]
    ]
    return lines[first + 1], rows


@pytest.mark.parametrize("id", IDS)
def test_a_screen_is_under_forty_lines_of_at_most_a_hundred_columns(id, found):
    lines = window.screen(found[id]).splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("id", IDS)
def test_the_last_column_adds_up_as_it_is_written(id, found):
    _, rows = table(window.screen(found[id]))
    digits = 3
    assert len(rows) <= 8
    total = sum(row[-1] for _, row in rows[:-1])
    assert round(total - rows[-1][1][-1], digits) == 0


@pytest.mark.parametrize("id", IDS)
def test_the_sum_is_the_number_of_the_first_sentence(id, found):
    text = window.screen(found[id])
    _, rows = table(text)
    said = text.split("\n\n")[1]
    shown = [float(n.replace(",", "")) for n in NUMBER.findall(said)]
    assert any(n == pytest.approx(abs(rows[-1][1][-1]), rel=1e-2) for n in shown), said


@pytest.mark.parametrize("id", ["ndpr.metal.price", "w.apt.price.EUU"])
def test_what_a_landed_price_is_made_of_adds_up_across(id, found):
    _, rows = table(window.screen(found[id]))
    for name, (share, *made, landed, part) in rows[:-1]:
        assert round(sum(made) - landed, 3) == 0, name
        assert share / 100 * landed == pytest.approx(part, abs=0.06 / 100 * landed + 0.05)
    assert rows[-1][1][0] == 100.0


@pytest.mark.parametrize("id", ["zone.treasury", "CHN.treasury"])
def test_a_treasury_adds_up_across_and_down(id, found):
    _, rows = table(window.screen(found[id]))
    for name, (*parts, gain) in rows:
        assert round(sum(parts) - gain, 3) == 0, name
    for column in zip(*(row for _, row in rows), strict=True):
        assert round(sum(column[:-1]) - column[-1], 3) == 0


def test_an_import_is_lifted_to_the_floor_as_it_is_written(found):
    header, rows = table(window.screen(found["ndpr.metal.floor"]))
    assert header.split() == [
        "USD/kg", "t/y", "CIF", "duty", "top-up", "reaches", "evade", "%", "paid,", "M", "USD"
    ]  # fmt: skip
    for _, (_, cif, duty, top_up, reaches, *_) in rows[:-1]:
        assert round(cif + duty + top_up - reaches, 3) == 0
        assert reaches == 150.0


def test_a_floor_says_its_article_its_conversion_and_the_weaker_ones(found):
    text = " ".join(window.screen(found["ge.metal.floor.USA"]).split())
    assert "is 2,000 USD/kg (Art. 4(15), assumed)" in text
    assert "none stricter: ge.oxide 1,960" in text
    assert "floor = 2,000 USD/kg of element = 2,000 USD/kg of metal." in text


def test_a_form_that_speaks_for_its_product_shows_its_share():
    settings = ["floors.ge.oxide=2100"]
    one = secretariat.explain("ge.metal.floor", "bloc-2026", WORLD, settings=settings)
    assert "floor = 2,100 USD/kg of element" in window.formula_of(one)
    own = replace(one, levels=tuple(reversed(explained("ge.metal.floor", study_of(WORLD)).levels)))
    assert "0.98 x the floor of ge.metal = 1,960 USD/kg" in window.formula_of(own)


def study_of(world):
    return secretariat.run("bloc-2026", world)


@pytest.mark.parametrize("id", IDS)
def test_json_is_whole_and_adds_up(id, found):
    body = json.loads(window.as_json(found[id]))
    assert (body["schema"], body["id"]) == ("stannary-explain/1", id)
    assert body["command"].startswith(f"stannary explain {id}")
    total = sum(part["amount"] for part in body["parts"])
    assert total == pytest.approx(body["total"], rel=1e-9)
    if id.split(".")[-1] != "floor" and ".floor." not in id:
        assert body["total"] == pytest.approx(body["value"])
    for given in [*body["inputs"], *(i for hang in body["hangs_on"] for i in hang["inputs"])]:
        assert given["source"]
        assert re.search(r", line \d+$", given["place"])
        assert not given["place"].startswith("/")


def test_json_has_the_units_of_outcome_json(found, study):
    metal = study.verdict.products["ndpr.metal"]
    body = json.loads(window.as_json(found["ndpr.metal.price"]))
    assert body["unit"] == "USD/kg"
    assert body["value"] == pytest.approx(metal.with_bloc.price / 1000)
    assert sum(p["share"] * p["landed"] for p in body["parts"]) == pytest.approx(body["value"])
    assert json.loads(window.as_json(found["zone.users"]))["unit"] == "USD/y"


def test_the_figures_it_hangs_on_are_told_with_their_place(found):
    text = window.screen(found["ndpr.metal.price"])
    assert re.search(r"\+\d\.\d\d  Floor of NdPr metal +assumed, Art\. 4\(5\)", text)
    assert text.count(", line ") > 6


def test_a_price_of_a_product_nobody_buys_is_said_to_be_none(found, study):
    one = found["ndpr.metal.price"]
    none = replace(one.breakdown, value=None, without=None, parts=(), functional=None)
    text = window.screen(replace(one, breakdown=none, hangs_on=()))
    assert "No buyer in the zone gets any NdPr metal: there is no price." in text


def test_a_market_that_did_not_clear_shows_where_and_no_number(found, study):
    broken = replace(study.with_bloc, numbers=None, certificate=replace(
        study.with_bloc.certificate, converged=False, failed=(("MYS", "ndpr.metal"),)
    ))  # fmt: skip
    one = explained("ndpr.metal.price", replace(study, with_bloc=broken, verdict=None))
    text = window.screen(one)
    assert "No result: NdPr metal in Malaysia did not balance with it." in text
    assert "USD/kg" not in text
    body = json.loads(window.as_json(one))
    assert (body["converged"], body["value"], body["parts"]) == (False, None, [])
    assert body["failed"] == [{"solve": "with", "region": "MYS", "product": "ndpr.metal"}]


def test_commands_name_the_same_study():
    one = secretariat.explain(
        "ndpr.metal.price", "bloc-2026", WORLD, settings=["floors.ndpr.metal=120"]
    )
    assert window.command(one, "ndpr.metal.floor") == (
        "stannary explain ndpr.metal.floor --set floors.ndpr.metal=120"
    )
    assert json.loads(window.as_json(one))["command"] == (
        "stannary explain ndpr.metal.price bloc-2026 --day 2027-01-01 --set floors.ndpr.metal=120"
    )


def test_every_kind_of_figure_has_words():
    names = {
        "capacity": "usa.mountainpass.mine", "cost": "usa.mountainpass.mine",
        "spread": "curve:USA:ndpr.oxide", "made": "met.ndpr", "used": "met.ndpr",
        "base_use": "magnet.std.auto.jpn", "elasticity": "curve:USA:ndpr.oxide",
        "freight": "CHN -> USA", "limit": "chn-quota",
    }  # fmt: skip
    said = [
        figure(WORLD, Driver(k, names.get(k, "USA"), "ndpr.oxide", 1.0)) for k in get_args(Kind)
    ]
    assert all(said)
    assert len(set(said)) == len(said)
