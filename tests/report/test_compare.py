import json
import re
from dataclasses import replace

import pytest

from stannary import secretariat
from stannary.report import compare as window
from stannary.report.names import product_name
from stannary.world import World

WORLD = World.load("base-2024")
NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def ended():
    return secretariat.compare("bloc-2026", "no-bloc", WORLD)


@pytest.fixture(scope="module")
def seen():
    return secretariat.compare("bloc-2026", "no-bloc", WORLD, seen_by="JPN")


@pytest.fixture(scope="module")
def same():
    return secretariat.compare("bloc-2026", "bloc-2026", WORLD)


def accounts(text):
    """A, B and B - A of everybody as written."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if "Who gains and pays" in line)
    rows = {}
    for line in lines[first + 1 :]:
        if not line:
            break
        rows[line[:36].strip()] = [float(n.replace(",", "")) for n in NUMBER.findall(line[36:])]
    return rows


@pytest.mark.parametrize("which", ["ended", "seen", "same"])
def test_a_screen_is_under_forty_lines_of_at_most_a_hundred_columns(which, request):
    lines = window.screen(request.getfixturevalue(which)).splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("which", ["ended", "seen", "same"])
def test_accounts_add_up_across_and_down_as_they_are_written(which, request):
    rows = accounts(window.screen(request.getfixturevalue(which)))
    for name, (a, b, change) in rows.items():
        assert round(b - a - change, 2) == 0, name
    whole = next(name for name in rows if name.endswith("all told"))
    parts = [row for name, row in rows.items() if name not in (whole, "outside sellers")]
    for column in range(3):
        assert round(sum(row[column] for row in parts) - rows[whole][column], 2) == 0


def test_the_answer_counts_the_floors_and_what_users_pay(ended):
    users = -ended.studies[0].verdict.zone_users / 1e6
    said = window.headline(ended)
    held = [row for row in ended.products if row.reasons[0] == "imports_pay_the_floor"]
    assert f"B has no floor; with A it holds for {len(held)} of 13 products." in said
    assert f"Zone users pay {users:.0f} M USD a year less with B than with A." in said


def test_an_agreement_against_itself_changes_nothing(same):
    text = window.screen(same)
    assert "B changes nothing: both give the same market." in text
    assert "The two texts say the same." in text
    assert "price in zone" not in text
    assert all(row[2] == 0 for row in accounts(text).values())


def test_at_most_seven_products_and_those_at_stake(ended):
    text = window.screen(ended)
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if "without" in line and "USD/kg" in line)
    rows = lines[first + 1 : lines.index("", first)]
    assert len([row for row in rows if "more change" not in row]) == 7
    largest = max(ended.products, key=lambda row: row.stake).product
    assert any(product_name(WORLD, largest) in row for row in rows)
    assert re.search(r"and (\d+) more change", text)


def test_a_reason_fits_its_column_and_only_a_failing_floor_is_told_in_capitals():
    assert all(len(text) <= 22 for text in window.REASONS.values())
    assert {name for name, text in window.REASONS.items() if "NO" in text} == {
        "zone_makes_more_than_it_uses", "zone_goods_sell_below_it", "imports_avoid_it"
    }  # fmt: skip


def test_the_texts_are_held_against_each_other_by_diff(ended):
    text = " ".join(window.screen(ended).split())
    assert f"The two texts differ in {len(ended.law.redlines)} values" in text
    assert "stannary diff bloc-2026 no-bloc --on 2027-01-01" in text


def test_a_viewer_is_told_by_name(seen):
    text = window.screen(seen)
    assert "Users in Japan pay" in text
    assert "Japan, all told" in text
    assert "--for JPN" in window.command(seen)


def test_json_holds_both_outcomes_and_their_difference(ended):
    body = json.loads(window.as_json(ended))
    assert body["schema"] == "stannary-compare/1"
    assert body["command"] == "stannary compare bloc-2026 no-bloc --day 2027-01-01"
    assert (body["a"]["agreement"], body["b"]["agreement"]) == ("bloc-2026", "no-bloc")
    metal = body["products"]["ndpr.metal"]
    assert metal["price"]["a"] == pytest.approx(body["a"]["products"]["ndpr.metal"]["price_with"])
    assert metal["price"]["change"] == pytest.approx(metal["price"]["b"] - metal["price"]["a"])
    assert metal["floor"] == {"a": 150.0, "b": None, "change": None}
    users = sum(body["a"]["gains_usd"][region]["users"] for region in body["zone"])
    assert body["amounts_usd"]["users"]["a"] == pytest.approx(users)
    for row in body["amounts_usd"].values():
        assert row["b"] - row["a"] == pytest.approx(row["change"])
    assert "floors.ndpr.metal" in body["law"]["differing"]


def test_a_market_that_did_not_clear_is_named_and_no_number_shown(ended):
    one, other = ended.studies
    broken = replace(other.with_bloc, numbers=None, certificate=replace(
        other.with_bloc.certificate, converged=False, failed=(("MYS", "ndpr.metal"),)
    ))  # fmt: skip
    failed = replace(other, with_bloc=broken, verdict=None)
    text = window.screen(replace(ended, studies=(one, failed), products=(), amounts=(), regions={}))
    assert "  B, no-bloc:\n  No result: NdPr metal in Malaysia did not balance with it." in text
    assert "USD" not in text
