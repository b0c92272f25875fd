"""The screens of the law: what they say is what the law says, and they fit a terminal."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from stannary import secretariat
from stannary.agreement import Agreement, amend_all
from stannary.report import law, law_check, law_diff, law_show

WALK = Path(__file__).parents[1] / "walk"
BLOC = Agreement.load("bloc-2026")
MANY = [
    "floors.ndpr.oxide.KOR=90", "floors.dy.oxide.EUU=none", "guarantees.magnet.std.JPN=80",
    "responses.capture.CHN=0.5", "floors.ga.metal.2029-01-01=550", "members.CAN=2028-01-01",
    "members.JPN.withdrawal=2030-01-01", "floors.sb.metal.2031-01-01=none",
]  # fmt: skip
SHOWN = [
    {}, {"agreement": "no-bloc"}, {"agreement": "floor-ends-2031"}, {"day": date(2026, 3, 1)},
    {"day": date(2016, 1, 1)}, {"settings": MANY},
    {"settings": ["rules.circulation=free", "rules.procurement=zone", "enforcement.tempted=0"]},
]  # fmt: skip
DIFFED = [
    ("bloc-2026", "floor-ends-2031"), ("bloc-2026", "no-bloc"), ("no-bloc", "bloc-2026"),
    (BLOC, BLOC), (BLOC, amend_all(BLOC, MANY)),
]  # fmt: skip


def fits(text: str) -> bool:
    lines = text.splitlines()
    return len(lines) < 40 and max(map(len, lines)) <= 100


@pytest.fixture(scope="module")
def checked():
    return secretariat.check()


# ---------------------------------------------------------------- show


@pytest.mark.parametrize("asked", SHOWN)
def test_the_law_of_a_day_fits_a_terminal(asked):
    assert fits(law_show.screen(secretariat.show(**asked)))


def test_the_answer_counts_who_is_inside_and_what_has_a_floor():
    printed = law_show.screen(secretariat.show())
    schedule = BLOC.on(date(2027, 1, 1))
    parties = [m.name for m in schedule.members if m.inside and m.through is None]
    flat = " ".join(printed.split())
    assert f"{len(parties)} parties of {len(schedule.inside)} states are inside." in flat
    assert f"Imports of {len(schedule.floors)} products may not undercut a floor." in flat
    assert all(name in flat for name in parties)


def test_every_floor_is_printed_with_its_article_and_level():
    printed = law_show.screen(secretariat.show())
    for floor in BLOC.on(date(2027, 1, 1)).floors:
        cell = f"{floor.clause.article.removeprefix('Art. '):<6}{floor.product}"
        (line,) = [line for line in printed.splitlines() if cell + " " in line]
        assert line.split(cell)[1].split()[0] == f"{floor.usd_per_kg:,.2f}"


def test_a_members_own_floor_stands_beside_the_common_one():
    shown = secretariat.show(settings=["floors.ndpr.oxide.KOR=90", "floors.ga.metal.JPN=none"])
    printed = law_show.screen(shown)
    assert "ndpr.oxide KOR    90.00" in printed
    assert "ga.metal JPN       none" in printed
    assert "nd.oxide KOR" not in printed  # it follows, so the one above says it


def test_assumed_values_are_counted_by_article_and_add_up():
    shown = secretariat.show()
    printed = " ".join(law_show.screen(shown).split())
    counts = Counter(clause.article.partition("(")[0] for clause in shown.assumed)
    for article, n in counts.items():
        assert f"{article}: {n}," in printed or f"{article}: {n}." in printed
    assert sum(counts.values()) == len(shown.assumed) == len(shown.schedule.assumed)
    assert f"{len(shown.assumed)} of {len(shown.schedule.clauses)} values assumed" in printed


def test_what_changes_next_is_a_calendar():
    printed = law_show.screen(secretariat.show(settings=MANY))
    assert "1 January 2028: Canada comes in." in printed
    assert "and 3 changes more: the same with --json" in printed
    few = law_show.screen(secretariat.show(settings=MANY[4:]))
    assert "1 January 2029: floors.ga.metal 500.00 USD/kg -> 550.00 USD/kg." in few
    assert "1 January 2030: Japan goes out." in few
    assert "1 January 2031: floors.sb.metal ends." in few
    assert "1 January 2031: 21 floors end." in law_show.screen(secretariat.show("floor-ends-2031"))
    assert "Nothing changes after 1 January 2027" in law_show.screen(secretariat.show())


def test_a_long_calendar_is_folded_and_counted():
    days = [f"floors.ga.metal.{year}-01-01={year}" for year in range(2030, 2040)]
    printed = law_show.screen(secretariat.show(settings=days))
    assert fits(printed)
    shown = printed.count("floors.ga.metal")
    assert f"and {10 - shown} changes more: the same with --json" in printed


def test_rules_are_told_in_sentences_and_only_where_they_stand():
    plain = law_show.screen(secretariat.show())
    other = law_show.screen(
        secretariat.show(settings=["rules.circulation=free", "rules.procurement=zone",
                                   "rules.compared_on=cif", "guarantees.magnet.std.JPN=80"])
    )  # fmt: skip
    assert "collects at its own border" in plain
    assert "circulate freely" in other
    assert "from inside the zone only" in other
    assert "before any duty" in other
    assert "Art. 8     guaranteed to producers, USD/kg: Japan magnet.std 80.00" in other
    assert "Art. 8 " not in plain
    assert "Art. 12    a price over 1.08 times the market's asks for a security" in plain
    nothing = law_show.screen(secretariat.show("no-bloc"))
    assert "Nobody is inside. No floor stands." in nothing
    assert "Art. 9" not in nothing
    assert "Art. 10" not in nothing


def test_next_asks_for_the_same_day_and_settings():
    day = date(2028, 1, 1)
    one = law_show.screen(secretariat.show("no-bloc", day)).splitlines()[-1]
    assert one == (
        "  Next: stannary check no-bloc --on 2028-01-01  |  stannary run no-bloc --day 2028-01-01"
    )
    long = law_show.screen(secretariat.show(settings=MANY)).splitlines()[-1]
    assert "each with the same --set" in long


@pytest.mark.parametrize("asked", SHOWN)
def test_for_machines_the_law_of_a_day_is_whole(asked):
    shown = secretariat.show(**asked)
    body = json.loads(law_show.as_json(shown))
    schedule = shown.schedule
    assert body["schema"] == "stannary-show/1"
    assert set(body["inside"]) == schedule.inside
    assert len(body["members"]) == len(schedule.members)
    assert len(body["products"]) == len(schedule.products)
    assert {(f["product"], f["member"]): f["usd_per_kg"] for f in body["floors"]} == {
        (f.product, f.member): float(f.usd_per_kg) for f in schedule.floors
    }
    assert [c["path"] for c in body["assumed"]] == list(schedule.assumed)
    assert len(body["changes"]) == len(shown.changes)
    assert body["enforcement"]["tempted"] == float(schedule.enforcement.tempted)


# ---------------------------------------------------------------- diff


@pytest.mark.parametrize(("first", "second"), DIFFED)
def test_a_redline_fits_a_terminal(first, second):
    assert fits(law_diff.screen(secretariat.diff(first, second)))


def test_changes_that_are_alike_are_told_once_with_their_reference():
    printed = law_diff.screen(secretariat.diff("bloc-2026", "floor-ends-2031", date(2031, 1, 1)))
    assert "They differ in 21 values (21 of floors)" in printed
    assert printed.count("from 1 January 2031: ended, assumed. Suspension agreements") == 1
    assert "floors.dy.oxide: 500.00 USD/kg -> nothing" in printed


def test_a_changed_value_is_told_with_what_both_say():
    printed = law_diff.screen(
        secretariat.diff(BLOC, amend_all(BLOC, ["floors.ndpr.oxide=90", "members.JPN=none"]))
    )
    assert "Art. 4(1)  floors.ndpr.oxide: Floor price of separated" in printed
    assert "    - from 1 January 2027: 110.00 USD/kg, assumed. MP Materials" in printed
    assert "    + from 1 January 2027: 90.00 USD/kg, assumed. set on the command line" in printed
    assert "inside in the first only: Japan" in printed


def test_what_only_one_says_is_counted_by_kind_and_adds_up():
    difference = secretariat.diff("bloc-2026", "no-bloc")
    printed = " ".join(law_diff.screen(difference).split())
    kinds = Counter(line.path.partition(".")[0] for line in difference.redlines)
    for kind, n in kinds.items():
        assert f"{n} of {kind}" in printed
    assert f"They differ in {sum(kinds.values())} values" in printed
    assert f"{kinds['floors']} values of floors in bloc-2026 only" in printed


def test_the_same_text_twice_says_so():
    assert "They say the same, on every day." in law_diff.screen(secretariat.diff(BLOC, BLOC))


def test_a_listing_worded_differently_is_named(tmp_path):
    file = tmp_path / "reform.toml"
    file.write_text(
        '[coverage."ga.metal"]\nname = "Gallium"\nworld = "ga.crude"\nhs = ["81129210"]\n'
        'element = "Ga"\nassay = [0, 99.999]\nbasis = "element"\nfrom = 2015-01-01\n'
        'reference = "r"\nchecked_on = 2026-06-16\n',
        encoding="utf-8",
    )
    reformed = secretariat.show(settings=[str(file)]).agreement
    printed = law_diff.screen(secretariat.diff(BLOC, reformed))
    assert "coverage.ga.metal: Art. 3(" in printed
    body = json.loads(law_diff.as_json(secretariat.diff(BLOC, reformed)))
    (line,) = body["redlines"]
    assert (line["before"]["hs"], line["after"]["hs"]) == (["811292"], ["81129210"])


@pytest.mark.parametrize(("first", "second"), DIFFED)
def test_for_machines_a_redline_is_whole(first, second):
    difference = secretariat.diff(first, second)
    body = json.loads(law_diff.as_json(difference))
    assert body["schema"] == "stannary-diff/1"
    assert [line["path"] for line in body["redlines"]] == [r.path for r in difference.redlines]
    assert [e["path"] for e in body["effects"]] == [e.path for e in difference.effects]


# ---------------------------------------------------------------- check


def test_the_check_fits_a_terminal_and_adds_up(checked):
    printed = law_check.screen(checked)
    assert fits(printed)
    flat = " ".join(printed.split())
    above = [line for line in checked.lines if line.exceeds]
    members = dict.fromkeys(line.binding.member for line in checked.lines)
    assert f"on {len(above)} of {len(checked.lines)} lines of {len(members)} members" in flat
    told = 0
    for member in members:
        lines = [line for line in checked.lines if line.binding.member == member]
        n = sum(bool(line.exceeds) for line in lines)
        assert f"{law.name_of(member)} {n} of {len(lines)}" in flat
        told += n
    assert told == len(above)
    assert f"{len(checked.silent)} members inside have no rates" in flat


def test_the_table_shows_both_rates_of_each_member_and_the_highest_top_up(checked):
    rows = [line for line in law_check.screen(checked).splitlines() if " ndpr.oxide " in line]
    (row,) = rows
    head = next(
        line for line in law_check.screen(checked).splitlines() if line.startswith("  clause")
    )
    assert row.split()[:2] == ["Art.", "4(1)"]
    assert dict(zip(head.split()[-7:], row.split()[-7:], strict=True)) == {
        "USA": "0/0", "EUU": "3.2/3.2", "JPN": "0/0", "KOR": "5/5.5", "MEX": "0/35",
        "GBR": "0/3.2", "AUS": "0/1",
    }  # fmt: skip
    top_up = max(
        line.top_up for line in checked.lines if line.binding.floor.product == "ndpr.oxide"
    )
    assert f" {top_up:.0%} " in row


def test_every_reading_is_marked_as_ours_and_every_warning_is_told_or_counted(checked):
    printed = law_check.screen(checked)
    assert "by our reading" in printed
    flat = " ".join(printed.split())
    assert all(warning in flat for warning in checked.warnings) or "more: the same with" in flat
    assert json.loads(law_check.as_json(checked))["warnings"] == list(checked.warnings)


def test_more_warnings_than_fit_are_counted(checked):
    crowded = replace(checked, warnings=tuple(f"Warning {n}." for n in range(50)))
    printed = law_check.screen(crowded)
    assert fits(printed)
    shown = sum("! Warning" in line for line in printed.splitlines())
    assert 0 < shown < 50
    assert f"! and {50 - shown} more: the same with --json" in printed


def test_for_machines_every_line_has_both_rates_with_their_sources(checked):
    body = json.loads(law_check.as_json(checked))
    assert body["schema"] == "stannary-check/1"
    assert len(body["lines"]) == len(checked.lines)
    for line in body["lines"]:
        for rate in (line["applied"], line["bound"]):
            assert rate is None or (rate["source"] and rate["quality"])
    published = {
        rate["row"]
        for line in body["lines"]
        for rate in (line["applied"], line["bound"])
        if rate and rate["quality"] == "published"
    }
    assert f"{len(published)} of" in law_check.screen(checked)


def test_without_members_the_check_says_that_nothing_is_touched():
    printed = law_check.screen(secretariat.check("no-bloc"))
    assert "Nobody is inside, so no member's bound rate is touched." in printed
    assert "Look out" not in printed


def test_a_world_of_its_own_without_known_rates_says_so():
    told = secretariat.check(WALK / "toy-bloc.toml", world=WALK / "toy")
    printed = law_check.screen(told)
    assert fits(printed)
    assert "No floor stands on a tariff line of a member of which rates are known." in printed


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("110.00"), "USD/kg", "110.00 USD/kg"),
        (Decimal("1600"), "USD/kg", "1,600.00 USD/kg"),
        (Decimal("112.125"), "USD/kg", "112.125 USD/kg"),
        (Decimal("0.025"), "share", "2.5%"),
        (Decimal("0.05"), "ad valorem", "5%"),
        (Decimal("2"), "times", "2 times"),
        (Decimal("60"), "days", "60 days"),
        (Decimal("11670000000"), "USD", "11,670,000,000 USD"),
        (date(2027, 1, 1), "date", "1 January 2027"),
        ("FOB", "name", "FOB"),
        (True, "", "inside"),
        (False, "", "outside"),
        (None, "USD/kg", "ended"),
    ],
)
def test_a_value_of_the_law_is_written_with_its_unit_and_never_rounded(value, unit, text):
    assert law.said(value, unit) == text


def test_an_article_is_never_parted_from_its_number():
    lines = law.wrap("Art. 4 " * 60)
    assert all(not line.rstrip().endswith("Art.") for line in lines)
    assert max(map(len, lines)) <= 100
