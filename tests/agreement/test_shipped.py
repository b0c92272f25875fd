"""The shipped agreements say what their sources say, and count what those leave open."""

import csv
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.agreement import Agreement, shipped
from stannary.terms.names import EUROPEAN_UNION_STATES

ROOT = Path(__file__).parents[2] / "src" / "stannary"
TEXTS = ROOT / "agreement" / "texts"
BORDER = ROOT / "world" / "tables" / "base-2024" / "border.csv"
BLOC, NO_BLOC = Agreement.load("bloc-2026"), Agreement.load("no-bloc")
FIRST = date(2027, 1, 1)

# The delegations of 4 February 2026 in ISO2 order of the list, without the European Union.
ATTENDEES = {
    "AGO", "ARG", "ARM", "AUS", "BHR", "BEL", "BOL", "BRA", "CAN", "COK", "CZE",
    "COD", "DOM", "ECU", "EST", "FIN", "FRA", "DEU", "GRC", "GIN", "IND", "ISR",
    "ITA", "JPN", "JOR", "KAZ", "KEN", "LTU", "MYS", "MEX", "MNG", "MAR", "NZL",
    "NOR", "OMN", "PAK", "PRY", "PER", "PHL", "POL", "QAT", "KOR", "ROU", "SAU",
    "SLE", "SGP", "SWE", "THA", "NLD", "UKR", "ARE", "GBR", "UZB", "ZMB",
}  # fmt: skip


def test_both_agreements_are_shipped_and_their_shared_parts_are_not():
    assert shipped() == ("bloc-2026", "no-bloc")


def test_every_delegation_the_union_and_the_host_are_named():
    members = {member.country: member for member in BLOC.on(FIRST).members}
    present = {code for code, member in members.items() if member.status != "absent"}
    assert len(ATTENDEES) == 54
    assert present == ATTENDEES | {"EUU", "USA"}


def test_greenland_and_denmark_stayed_away_and_only_denmark_is_inside():
    members = {member.country: member for member in BLOC.on(FIRST).members}
    assert (members["GRL"].status, members["GRL"].inside) == ("absent", False)
    assert (members["DNK"].status, members["DNK"].inside, members["DNK"].through) == (
        "absent",
        True,
        "EUU",
    )


def test_the_union_is_one_member_and_27_states():
    schedule = BLOC.on(FIRST)
    assert schedule.inside >= EUROPEAN_UNION_STATES
    assert "EUU" not in schedule.inside
    parties = [m.country for m in schedule.members if m.inside and m.through is None]
    assert len(schedule.inside) == len(parties) - 1 + 27


def test_nobody_is_inside_the_day_before_and_canada_not_at_all():
    assert not BLOC.on(FIRST - timedelta(days=1)).inside
    assert "CAN" not in BLOC.on(date(2040, 1, 1)).inside


def test_the_first_full_day_is_that_of_the_floors_and_no_bloc_has_none():
    assert BLOC.first_full_day() == FIRST
    assert NO_BLOC.first_full_day() is None


def test_without_the_bloc_there_is_no_member_and_no_floor_but_every_duty():
    with_bloc, without = BLOC.on(FIRST), NO_BLOC.on(FIRST)
    assert (without.members, without.floors, without.inside) == ((), (), frozenset())
    assert [(d.product, d.rate) for d in without.duties] == [
        (d.product, d.rate) for d in with_bloc.duties
    ]


def test_the_headline_floors_are_those_chosen():
    floors = {floor.product: floor.usd_per_kg for floor in BLOC.on(FIRST).floors}
    chosen = {
        "ndpr.oxide": 110, "ndpr.metal": 150, "dy.oxide": 500, "tb.oxide": 1600, "dy.metal": 610,
        "tb.metal": 1960, "ga.metal": 500, "ga.hp": 620, "ge.metal": 2000, "sb.metal": 25,
        "w.apt": Decimal("50.4"), "w.conc": Decimal("41.6"),
    }  # fmt: skip
    assert {product: floors[product] for product in chosen} == chosen


def test_no_form_of_a_product_has_a_dearer_floor_than_its_main_form():
    schedule = BLOC.on(FIRST)
    floors = {floor.product: floor for floor in schedule.floors}
    main = {"ndpr.oxide": "ndpr.oxide", "ge.metal": "ge.metal", "sb.metal": "sb.metal"}
    main |= {"w.apt": "w.apt", "ndpr.metal": "ndpr.metal", "dy.metal": "dy.metal"}
    for product in schedule.products:
        if product.product in floors and product.world in main:
            headline = floors[main[product.world]]
            assert floors[product.product].basis == headline.basis
            assert floors[product.product].usd_per_kg <= headline.usd_per_kg


def assumed_in_the_raw_text(names: list[str], day: date) -> int:
    """Counts `assumed = true` standing on `day`, knowing only TOML."""

    def walk(node: object) -> int:
        if isinstance(node, dict):
            if "hs" in node:
                return int(node["from"] <= day and node.get("assumed", False))
            return sum(walk(below) for below in node.values())
        if isinstance(node, list) and node and isinstance(node[0], dict):
            if "from" not in node[0]:
                return sum(walk(item) for item in node)
            standing = [item for item in node if item["from"] <= day]
            last = standing[-1] if standing else {}
            return int(last.get("assumed", False) and "value" in last)
        return 0

    return sum(walk(tomllib.loads((TEXTS / f"{name}.toml").read_text("utf-8"))) for name in names)


@settings(deadline=None)  # a shared machine pauses
@given(st.dates(date(2015, 1, 1), date(2040, 1, 1)))
def test_assumed_values_are_counted_as_the_text_alone_counts_them(day):
    shared = ["coverage", "rules", "duties"]
    assert len(BLOC.on(day).assumed) == assumed_in_the_raw_text(["bloc-2026", *shared], day)
    assert len(NO_BLOC.on(day).assumed) == assumed_in_the_raw_text(["no-bloc", *shared], day)


def test_every_floor_and_every_accession_is_assumed():
    for clause in BLOC.on(FIRST).clauses:
        if clause.path.startswith("floors.") or clause.path.endswith(".accession"):
            assert clause.assumed, clause.path


@pytest.mark.parametrize(
    "day", ["2015-01-01", "2024-07-01", "2024-09-27", "2025-05-13", "2025-05-14", "2025-11-09",
            "2025-11-10", "2026-01-01", "2027-01-01", "2031-06-30"]
)  # fmt: skip
def test_duties_of_the_main_products_are_those_of_the_world_tables(day):
    schedule = BLOC.on(date.fromisoformat(day))
    kinds = {"import_duty": "base", "extra_duty": "extra"}
    with BORDER.open(encoding="utf-8", newline="") as file:
        world = {
            (row["product"], kinds[row["kind"]], row["origin"], row["destination"]): Decimal(
                row["value"]
            )
            for row in csv.DictReader(file)
            if row["kind"] in kinds and row["from"] <= day and (not row["to"] or day < row["to"])
        }
    main = {product.world for product in schedule.products if product.product == product.world}
    law = {
        (duty.product, duty.kind, duty.origin, duty.importer): duty.rate
        for duty in schedule.duties
        if duty.product in main
    }
    assert law == world


def test_a_form_never_bears_another_duty_than_its_main_product():
    schedule = BLOC.on(FIRST)
    worlds = {product.product: product.world for product in schedule.products}
    rates = {(d.product, d.kind, d.importer, d.origin): d.rate for d in schedule.duties}
    for (product, *rest), rate in rates.items():
        assert rates[(worlds[product], *rest)] == rate


def test_value_bases_are_fob_for_three_and_cif_for_the_rest():
    fob = {member.country for member in BLOC.on(FIRST).members if member.valuation == "FOB"}
    assert fob == {"USA", "AUS", "CAN"}


def test_every_parameter_has_a_reference_a_day_of_checking_and_an_article():
    for parameter in BLOC.parameters.values():
        assert parameter.article.startswith("Art. ")
        assert parameter.description.endswith(".")
        assert all(step.reference for step in parameter.steps)


def test_changes_name_the_day_on_which_the_floors_begin():
    changes = BLOC.changes(date(2026, 12, 31))
    assert {change.day for change in changes} == {FIRST}
    assert "floors.ndpr.oxide" in {change.path for change in changes}
    assert ("members.JPN", False, True) in {(c.path, c.before, c.after) for c in changes}
