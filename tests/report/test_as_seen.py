"""The screen of --for: one answer, one table that adds up to it, whom it answers for."""

import re
import shlex
from pathlib import Path

import pytest

from stannary import secretariat
from stannary.market.view import net
from stannary.report import as_seen, names, publish, sentences, terminal
from stannary.terms.errors import UnknownName

VIEWERS = ("JPN", "DEU", "CHN", "ev.DEU", "carbide.EUU", "defence.USA", "flame.retardant.KOR")


@pytest.fixture(scope="module")
def studies():
    return {name: secretariat.run(seen_by=name) for name in VIEWERS}


def screen(study):
    return terminal.screen(study, Path("out/2027-bloc-2026"))


def number(text):
    return float(text.replace(",", ""))


def table(printed):
    """Rows of the table: its cells from the first price on."""
    lines = printed.split("USD/kg  ")[1].splitlines()[1:]
    return lines[: lines.index("")]


@pytest.mark.parametrize("name", VIEWERS)
def test_every_view_fits_the_screen_and_its_table_seven_rows(studies, name):
    lines = screen(studies[name]).splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) <= 100
    assert 1 <= len(table(screen(studies[name]))) <= 7


def test_the_answer_of_a_member_comes_first_and_adds_up_as_it_is_written(studies):
    for name in ("JPN", "DEU", "CHN"):
        said = as_seen.answer(studies[name], studies[name].view)
        users = -number(re.search(r"pay ([\d,.]+\d) M USD a year more", said)[1])
        parts = [
            number(amount) * (1 if word in ("gain", "takes in") else -1)
            for word, amount in re.findall(r"(gain|lose|takes in|loses) ([\d,.]*\d)", said)
        ]
        word, total = re.search(r"all told, .* (gains|pays) ([\d,.]*\d)\.", said).groups()
        signed = number(total) * (1 if word == "gains" else -1)
        assert users + sum(parts) == pytest.approx(signed, abs=1e-9)
        assert signed == pytest.approx(net(studies[name].view.gain) / 1e6, abs=0.51)
        assert said in " ".join(screen(studies[name]).split())


@pytest.mark.parametrize("name", VIEWERS)
def test_what_the_rows_cost_adds_up_to_what_the_users_pay(studies, name):
    view, rows = studies[name].view, table(screen(studies[name]))
    at = 93 if view.gain else 69
    cells = [row[:at].split()[-1] if row[:at].strip() else "-" for row in rows]
    costs = [number(cell) for cell in cells if cell != "-"]
    digits = max(len(cell.split(".")[1]) if "." in cell else 0 for cell in cells)
    assert round(sum(costs), digits) == pytest.approx(round(-view.users / 1e6, digits), abs=1e-9)


def test_a_row_of_a_group_says_what_it_pays_and_where_it_buys(studies):
    study = studies["carbide.EUU"]
    (sight,) = study.view.sights
    (row,) = table(screen(study))
    without, with_bloc, tonnes = (number(cell) for cell in row.split()[2:5])
    assert without == pytest.approx(sight.price_without / 1000, rel=5e-3)
    assert with_bloc == pytest.approx(sight.price_with / 1000, rel=5e-3)
    assert tonnes == pytest.approx(sight.use_with, rel=5e-3)
    origin, after = next(iter(sight.origins_with.items()))
    before = sight.origins_without[origin]
    assert f"{names.region_name(study.world, origin)} {before:.0%} -> {after:.0%}" in row
    assert f"{sight.evaded / sight.imported:.0%}" in row


def test_a_group_is_answered_in_one_sentence_with_its_part_of_what_it_spends(studies):
    view = studies["carbide.EUU"].view
    (said,) = re.findall(
        r"Floors cost makers of carbide tools in the European Union ([\d.]+) M USD a year more,"
        r" ([\d.]+)% of what they spend on tungsten\.",
        as_seen.answer(studies["carbide.EUU"], view),
    )
    assert float(said[0]) == pytest.approx(-view.users / 1e6, rel=5e-3)
    assert float(said[1]) == pytest.approx(-100 * view.users / view.chain_spending, abs=0.51)


def test_a_country_that_is_part_of_a_region_is_answered_for_by_it_and_told_so(studies):
    note = "Germany is answered for with the European Union."
    assert note in screen(studies["DEU"])
    assert note in screen(studies["ev.DEU"])
    whole = secretariat.run(seen_by="EUU")
    assert note not in screen(whole)
    assert as_seen.answer(whole, whole.view) == as_seen.answer(studies["DEU"], studies["DEU"].view)


def test_a_country_outside_has_no_floor_and_is_told_so(studies):
    printed = screen(studies["CHN"])
    assert "China is outside that day: no floor stands at its border." in printed
    assert all(row[30:39].split() == ["-"] for row in table(printed) if "the rest" not in row)


def test_things_of_a_group_are_those_it_makes(studies):
    assert "to an EV motor" in screen(studies["ev.DEU"])
    assert "phone" not in screen(studies["ev.DEU"])
    assert "to a fighter" in screen(studies["defence.USA"])


def test_every_command_on_the_screen_of_a_view_looks_at_it_again(studies):
    for name in VIEWERS:
        for _, command in as_seen.look_out(studies[name], studies[name].view):
            words = shlex.split(command)
            if command:
                assert words[words.index("--for") + 1] == name
        assert f"--for {name}" in studies[name].command


def test_a_view_leads_to_the_next_one_and_back(studies):
    assert as_seen.others(secretariat.run()) == ["stannary run --for USA"]
    assert as_seen.others(studies["carbide.EUU"]) == ["stannary run --for EUU"]
    assert as_seen.others(studies["DEU"]) == ["stannary run --for carbide.EUU"]
    told = sentences.next_command(studies["ev.DEU"], [])
    assert told == "stannary run"


def test_a_view_has_a_folder_of_its_own(studies):
    assert publish.home(studies["ev.DEU"]) == Path("out/2027-bloc-2026+for=ev.DEU")


def test_what_nothing_happens_to_is_said_to_be_unchanged():
    still = secretariat.run("no-bloc", seen_by="JPN")
    assert as_seen.answer(still, still.view) == "no-bloc changes nothing for Japan."
    group = secretariat.run("no-bloc", seen_by="ev.USA")
    said = "no-bloc changes nothing for EV makers in the United States."
    assert as_seen.answer(group, group.view) == said
    assert len(screen(group).splitlines()) < 40


def test_nobody_of_that_name_is_refused_before_anything_is_solved(monkeypatch):
    monkeypatch.setattr(secretariat.study, "market", None)
    with pytest.raises(UnknownName, match=r"did you mean JPN"):
        secretariat.run(seen_by="jpn")


def test_every_end_use_has_a_name_and_every_region_its_article(studies):
    world = studies["JPN"].world
    assert {s.end_use for s in world.segments} | {"plants"} == names.BUYERS.keys()
    assert names.buyers_name("new.use") == "users for new use"
    assert names.place_name(world, "EUU") == "the European Union"
    assert names.place_name(world, "JPN") == "Japan"
