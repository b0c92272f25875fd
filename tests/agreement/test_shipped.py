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


def test_the_agreements_are_shipped_and_their_shared_parts_are_not():
    assert shipped() == ("bloc-2026", "floor-ends-2031", "no-bloc")


def test_without_the_bloc_nobody_cheats_nothing_is_guaranteed_and_nothing_is_stored():
    schedule = NO_BLOC.on(FIRST)
    assert schedule.enforcement.tempted == 0
    assert (schedule.guarantees, schedule.stockpile) == ((), None)
    assert set(schedule.capture.values()) == {0}


@settings(deadline=None)  # a shared machine pauses
@given(st.dates(date(2015, 1, 1), date(2040, 1, 1)))
def test_floors_end_in_2031_and_nothing_else_differs(day):
    ending, going_on = Agreement.load("floor-ends-2031").on(day), BLOC.on(day)
    assert ending.floors == (going_on.floors if day < date(2031, 1, 1) else ())
    assert ending.inside == going_on.inside
    assert ending.duties == going_on.duties
    assert ending.enforcement == going_on.enforcement
    assert ending.stockpile == going_on.stockpile


def test_the_end_of_the_floors_is_told_as_a_change_with_its_reason():
    ending = Agreement.load("floor-ends-2031")
    changes = ending.changes(FIRST)
    assert {change.path for change in changes} == {
        f"floors.{f.product}" for f in BLOC.on(FIRST).floors
    }
    assert {(change.day, change.after) for change in changes} == {(date(2031, 1, 1), None)}
    assert all(
        "90 FR 33363" in ending.parameters[change.path].steps[-1].reference for change in changes
    )


# The model's table of buyer groups: audit rate, penalty and disguise by end use, as compiled from the
# sources that Art. 9 names. The text merges groups of equal values into audit classes.
GROUPS = [
    ("traced", "0.10", 2, "0.03"), ("auto", "0.08", 2, "0.03"), ("ordinary", "0.03", 2, "0.02"),
    ("industry", "0.05", 2, "0.03"), ("long.tail", "0.02", 2, "0.02"),
    ("defence", "0.15", 4, "0.10"), ("semiconductor", "0.06", 2, "0.02"),
    ("additive", "0.05", 2, "0.02"), ("traceable", "0.06", 2, "0.03"),
    ("flame.retardant", "0.05", 2, "0.04"), ("glass", "0.04", 2, "0.02"),
    ("carbide", "0.06", 2, "0.04"), ("mill.products", "0.08", 2, "0.04"),
    ("steel", "0.04", 2, "0.03"), ("mostly.defence", "0.10", 4, "0.08"),
]  # fmt: skip


@pytest.mark.parametrize(("audit_class", "audit_rate", "penalty", "disguise"), GROUPS)
def test_each_audit_class_has_the_terms_compiled_for_its_buyers(
    audit_class, audit_rate, penalty, disguise
):
    terms = BLOC.on(FIRST).enforcement.terms(audit_class)
    assert terms == (Decimal(audit_rate), Decimal(penalty), Decimal(disguise))


def test_the_audit_classes_of_the_text_are_those_compiled():
    assert BLOC.on(FIRST).enforcement.classes == tuple(sorted(row[0] for row in GROUPS))


def test_the_fund_of_the_stockpile_is_loan_and_private_capital():
    stockpile = BLOC.on(FIRST).stockpile
    assert stockpile is not None
    assert stockpile.fund == 10 * 10**9 + Decimal("1.67") * 10**9
    assert (stockpile.target_days, stockpile.unusable) == (60, Decimal("0.1"))


@pytest.mark.parametrize("agreement", [BLOC, NO_BLOC])
def test_customs_asks_what_the_entry_price_of_the_union_asks_and_exempts_no_consignment(agreement):
    border = agreement.on(FIRST).border
    assert border.security_trigger == Decimal("1.08")
    assert (border.security_sale, border.security_proof, border.in_transit) == (1, 4, 52)
    assert (border.small_consignment, border.contained_tolerance) == (0, Decimal("0.01"))


def test_only_the_united_states_convert_at_the_day_of_export():
    exporting = {m.country for m in BLOC.on(FIRST).members if m.fx_date == "export"}
    assert exporting == {"USA"}


# Letters and screens cite these; a new article must not move them.
CITED = {
    "rules.dominant_supplier.*": "Art. 1(2)", "members.USA.status": "Art. 2(1)",
    "members.CHL.status": "Art. 2(59)", "floors.ndpr.oxide": "Art. 4(1)",
    "floors.w.conc": "Art. 4(21)", "rules.valuation": "Art. 5(2)", "rules.compared_on": "Art. 5(3)",
    "duties.usa-mfn-rare-earth-metals": "Art. 6(1)", "rules.proven": "Art. 7(2)",
    "rules.circulation": "Art. 7(3)", "rules.procurement": "Art. 7(4)",
    "enforcement.audit_rate.mill.products": "Art. 9(1)", "enforcement.penalty.*": "Art. 9(2)",
    "enforcement.disguise.steel": "Art. 9(3)", "enforcement.tempted": "Art. 9(4)",
    "enforcement.detour": "Art. 9(5)", "stockpile.fund": "Art. 10(1)",
    "stockpile.target_days": "Art. 10(2)", "stockpile.unusable": "Art. 10(3)",
    "responses.capture.*": "Art. 11(1)", "members.USA.valuation": "Art. 5(2)",
    "members.USA.fx_date": "Art. 5(4)", "rules.fx_date": "Art. 5(4)",
    "rules.in_transit": "Art. 5(5)", "rules.security_trigger": "Art. 12(1)",
    "rules.security_sale": "Art. 12(2)", "rules.security_proof": "Art. 12(3)",
    "rules.small_consignment": "Art. 12(4)", "rules.contained_tolerance": "Art. 12(5)",
}  # fmt: skip


@pytest.mark.parametrize(("path", "article"), CITED.items())
def test_printed_articles_stay_what_they_are(path, article):
    assert BLOC.parameters[path].article == article


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
