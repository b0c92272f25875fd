import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import stannary
from stannary import secretariat
from stannary.report import lines, sentences, terminal

TEXTS = Path(stannary.__file__).parent / "agreement" / "texts"


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


@pytest.fixture(scope="module")
def printed(study):
    return terminal.screen(study, Path("out/2027-bloc-2026"))


def test_the_screen_fits_forty_lines_of_a_hundred_columns(printed):
    lines = printed.splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) <= 100


def test_an_amended_study_fits_the_columns_too():
    amended = secretariat.run(settings=["floors.magnet.std=79", "floors.magnet.ht=103"])
    folder = Path("out/2027-bloc-2026+floors.magnet.std=79+floors.magnet.ht=103")
    assert max(map(len, terminal.screen(amended, folder).splitlines())) <= 100


def test_the_answer_comes_first_as_a_sentence(printed):
    first, _, answer = printed.splitlines()[:3]
    assert first.startswith("Market of 2024, rules of 1 January 2027.")
    assert answer.strip().startswith("The floor holds for ")


def test_what_keeps_the_price_gap_adds_up_to_what_users_pay(printed, study):
    block = printed.split("Who keeps the price gap\n")[1].split("\n  Sellers")[0].splitlines()
    kept = [int(line.split()[-1].replace(",", "")) for line in block]
    users = int(re.search(r"users in the zone\s+(-?[\d,]+)", printed)[1].replace(",", ""))
    assert sum(kept) == -users
    assert users == round(study.verdict.zone_users / 1e6)


def test_every_row_shows_the_numbers_of_its_product(printed, study):
    row = next(line for line in printed.splitlines() if line.startswith("  NdPr oxide"))
    found = study.verdict.products["ndpr.oxide"]
    without, with_bloc, floor = (float(cell) for cell in row.split()[2:5])
    assert without == pytest.approx(found.without.price / 1000, rel=5e-3)
    assert with_bloc == pytest.approx(found.with_bloc.price / 1000, rel=5e-3)
    assert floor == 110


def test_what_to_type_next_is_on_one_line_and_begins_with_the_remedy(study, printed):
    (line,) = [line for line in printed.splitlines() if line.startswith("  Next: ")]
    first, *others = re.split(r" +\| +", line.removeprefix("  Next: "))
    remedies = [command for _, command in sentences.look_out(study) if command]
    assert first == remedies[0]
    assert "stannary run --for USA" in others


def test_without_a_remedy_the_price_with_most_at_stake_can_be_explained(study, monkeypatch):
    monkeypatch.setattr(sentences, "look_out", lambda study: [])
    follows = terminal.screen(study, Path("out/x")).split("Next: ")[1].splitlines()[0]
    floors = [p for p in sentences.main_rows(study) if p.floor is not None]
    most = max(floors, key=sentences.stake).product
    assert follows == (
        f"stannary run no-bloc  |  stannary run --for USA  |  stannary explain {most}.price"
    )


def test_warnings_that_do_not_fit_are_left_out_and_the_last_never_is():
    warnings = [("a " * 60, ""), ("b " * 160, ""), ("c", ""), ("last", "")]
    assert lines.look_out(warnings, 20)[-1] == "  ! last"
    short = lines.look_out(warnings, 6)
    assert [line.split()[1] for line in short if "!" in line] == ["a", "c", "last"]
    assert len(short) <= 6
    assert lines.look_out([], 6) == []


def standing(steps, day):
    return [step for step in steps if step["from"] <= day][-1:]


def assumed_in_the_text(name, day):
    """Counts `assumed = true` from the raw TOML alone."""
    count = 0
    top = tomllib.loads((TEXTS / f"{name}.toml").read_text("utf-8"))
    parts = [top] + [
        tomllib.loads((TEXTS / part).read_text("utf-8")) for part in top["agreement"]["include"]
    ]

    def walk(node):
        nonlocal count
        if isinstance(node, dict):
            if node.get("from") and "reference" in node and "hs" in node:
                count += bool(node.get("assumed")) and node["from"] <= day
                return
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            if node and isinstance(node[0], dict) and "from" in node[0]:
                for step in standing(node, day):
                    count += bool(step.get("assumed")) and not step.get("ended")
            else:
                for value in node:
                    walk(value)

    for part in parts:
        walk({key: value for key, value in part.items() if key != "agreement"})
    return count


def test_the_screen_counts_the_assumed_values_that_the_text_marks(printed):
    counted = int(re.search(r"\(draft, (\d+) assumed values\)", printed)[1])
    assert counted == assumed_in_the_text("bloc-2026", date(2027, 1, 1)) > 0


def test_a_market_that_did_not_clear_shows_where_and_no_number(study):
    failing = replace(
        study.with_bloc,
        numbers=None,
        certificate=replace(
            study.with_bloc.certificate, converged=False, failed=(("MYS", "ndpr.metal"),)
        ),
    )
    printed = terminal.screen(replace(study, with_bloc=failing, verdict=None), Path("out/x"))
    assert "No result: NdPr metal in Malaysia did not balance with it." in printed
    assert "USD/kg" not in printed
    assert "Who gains" not in printed


def test_an_agreement_without_members_says_that_nothing_changes():
    printed = terminal.screen(secretariat.run("no-bloc"), Path("out/x"))
    assert "no-bloc changes nothing" in printed
    assert "Who gains" not in printed
