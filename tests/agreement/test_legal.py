"""Bound rates: the shipped table, the room that they leave, and which clauses meet older rules."""

import csv
from datetime import date
from decimal import Decimal

import pytest

from stannary.agreement import Agreement, amend, amend_all
from stannary.agreement.legal import TABLE, bindings, cover, rates, risks
from stannary.terms.errors import BadArticle

BLOC, NO_BLOC = Agreement.load("bloc-2026"), Agreement.load("no-bloc")
FIRST = date(2027, 1, 1)


def raw():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_rate_names_a_source_and_products_that_the_law_covers():
    listed = {product: listing.hs for product, listing in BLOC.coverage.items()}
    for rate in rates():
        assert rate.source
        assert rate.importer in BLOC.text.countries
        for product in rate.products:
            assert rate.hs in listed[product], (rate.row, product)
        assert rate.line.replace(".", "").replace("-", "").startswith(rate.hs[:4])


def test_no_member_applies_more_than_it_has_bound():
    assert all(binding.headroom >= 0 for binding in bindings(BLOC.on(FIRST)))


def test_no_rate_is_said_twice():
    said = [(r.importer, r.line, r.measure, product) for r in rates() for product in r.products]
    assert len(said) == len(set(said))


def test_a_floor_stands_on_every_line_of_its_product_at_every_member_with_rates():
    schedule = BLOC.on(FIRST)
    floors = {floor.product for floor in schedule.floors}
    inside = {m.country for m in schedule.members if m.inside and m.through is None}
    counted = {
        (row["importer"], row["line"], product)
        for row in raw()
        for product in row["products"].split()
        if row["importer"] in inside and product in floors
    }
    found = [(b.member, b.line, b.floor.product) for b in bindings(schedule)]
    assert set(found) == counted
    assert len(found) == len(counted)


def test_room_is_bound_less_applied_and_the_least_comes_first():
    rooms = {(b.member, b.floor.product): b.headroom for b in bindings(BLOC.on(FIRST))}
    # South Korea, gallium: 3 % applied, 13 % bound; Mexico, NdPr oxide: Free, 35 %.
    assert rooms["KOR", "ga.metal"] == 10
    assert rooms["MEX", "ndpr.oxide"] == 35
    assert rooms["USA", "ndpr.oxide"] == 0
    ordered = [b.headroom for b in bindings(BLOC.on(FIRST))]
    assert ordered == sorted(ordered)


def test_a_duty_per_kg_applied_as_bound_leaves_no_room():
    (ore,) = [
        b for b in bindings(BLOC.on(FIRST)) if (b.member, b.floor.product) == ("USA", "w.conc")
    ]
    assert (ore.applied.value, ore.applied.unit, ore.headroom) == (Decimal("0.375"), "USD/kg", 0)


def test_a_members_own_floor_is_the_one_held_against_its_rates():
    schedule = amend_all(BLOC, ["floors.ndpr.oxide.KOR=90", "floors.ga.metal.JPN=none"]).on(FIRST)
    held = {(b.member, b.floor.product): b.floor for b in bindings(schedule)}
    assert held["KOR", "ndpr.oxide"].usd_per_kg == held["KOR", "nd.oxide"].usd_per_kg == 90
    assert held["JPN", "ndpr.oxide"].usd_per_kg == 110
    assert ("JPN", "ga.metal") not in held
    assert ("EUU", "ga.metal") in held


def test_floors_of_a_member_are_its_own_in_place_of_the_common_ones():
    schedule = amend_all(BLOC, ["floors.dy.oxide.KOR=90", "floors.ga.metal.KOR=none"]).on(FIRST)
    common = {f.product: f.usd_per_kg for f in BLOC.on(FIRST).floors}
    own = {f.product: f.usd_per_kg for f in schedule.floors_of("KOR")}
    assert own == {p: v for p, v in (common | {"dy.oxide": 90}).items() if p != "ga.metal"}
    assert {f.product: f.usd_per_kg for f in schedule.floors_of("JPN")} == common


def test_without_members_nothing_is_held_against_anything():
    assert bindings(NO_BLOC.on(FIRST)) == ()
    assert risks(NO_BLOC.on(FIRST)) == ()


def test_only_the_united_states_has_said_what_covers_it():
    by_member = {b.member: b for b in bindings(BLOC.on(FIRST))}
    assert cover(by_member["USA"], True) == "XXI security"
    assert cover(by_member["JPN"], True) == "none stated"
    assert cover(by_member["JPN"], None) == "none stated"
    assert cover(by_member["USA"], False) == "not needed"


def test_clauses_meet_older_rules_only_where_they_stand():
    def articles(*settings):
        return [risk.articles for risk in risks(amend_all(BLOC, settings).on(FIRST))]

    assert articles() == ["Art. 4, 5", "Art. 2, 7", "Art. 5(3)", "Art. 5", "Art. 10"]
    assert "Art. 7(4)" in articles("rules.procurement=zone")
    assert "Art. 8" in articles("guarantees.magnet.std.JPN=80")
    assert "Art. 10" not in articles("stockpile.fund=none")
    assert "Art. 5" not in articles("members.USA=none")
    ended = Agreement.load("floor-ends-2031").on(date(2031, 1, 1))
    assert [risk.articles for risk in risks(ended)] == ["Art. 10"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (",applied,2.1,", ",applied,two,", "not a number"),
        (",applied,2.1,", ",appplied,2.1,", "not a measure"),
        (",percent,2026,published,", ",percent,2026,sure,", "not a quality"),
        (",2.1,percent,", ",2.1,pct,", "not a unit"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path, old, new, says):
    text = TABLE.read_text("utf-8")
    assert old in text
    bad = tmp_path / "bound_rates.csv"
    bad.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadArticle, match=says) as met:
        rates(bad)
    assert "bound_rates.csv, line 2" in str(met.value)


def test_a_rate_without_a_source_is_refused(tmp_path):
    bad = tmp_path / "bound_rates.csv"
    head, first, *_ = TABLE.read_text("utf-8").splitlines()
    bad.write_text(f"{head}\nUSA,1,850511,magnet.std,bound,1,percent,2026,published,,,\n{first}\n")
    with pytest.raises(BadArticle, match="no source"):
        rates(bad)


def test_a_floor_of_zero_is_held_against_nothing():
    schedule = amend(BLOC, "floors.ga.metal", "0").on(FIRST)
    assert "ga.metal" not in {b.floor.product for b in bindings(schedule)}
