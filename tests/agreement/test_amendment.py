"""Reforms change what they name, from the day they name, and nothing else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.agreement import Agreement, amend, amend_all, overlay
from stannary.terms.errors import BadArticle, BadInput, UnknownName

BLOC = Agreement.load("bloc-2026")
FIRST = date(2027, 1, 1)
FLOORS = [path for path in BLOC.parameters if path.startswith("floors.")]


def numbers(agreement: Agreement, day: date) -> object:
    """Everything a schedule says, without who says it."""
    s = agreement.on(day)
    return (
        [
            (m.country, m.status, m.inside, m.accession, m.withdrawal, m.valuation)
            for m in s.members
        ],
        [(f.product, f.member, f.usd_per_kg, f.basis) for f in s.floors],
        [(d.product, d.kind, d.importer, d.origin, d.rate, d.counts) for d in s.duties],
        (s.compared_on, s.proven, s.dominant_supplier, s.products),
        (s.circulation, s.procurement, s.enforcement, s.capture, s.border),
        [(m.country, m.valuation, m.fx_date) for m in s.members],
        [(g.product, g.member, g.usd_per_kg) for g in s.guarantees],
        s.stockpile and (s.stockpile.fund, s.stockpile.target_days, s.stockpile.unusable),
    )


def floor(agreement: Agreement, product: str, day: date) -> Decimal | None:
    return {f.product: f.usd_per_kg for f in agreement.on(day).floors}.get(product)


CONSTANT = sorted(
    path
    for path, parameter in BLOC.parameters.items()
    if len(parameter.steps) == 1 and not parameter.follows
)
FORMS = sorted(path for path, parameter in BLOC.parameters.items() if parameter.follows)


@settings(deadline=None)  # a shared machine pauses
@given(st.sampled_from(CONSTANT), st.dates(date(2015, 1, 1), date(2035, 1, 1)))
def test_setting_a_parameter_to_the_value_it_has_changes_no_number(path, day):
    value = BLOC.parameters[path].steps[0].value
    assert numbers(amend(BLOC, path, str(value)), day) == numbers(BLOC, day)


def level(agreement, product, day=date(2027, 1, 1)):
    return {floor.product: floor.usd_per_kg for floor in agreement.on(day).floors}.get(product)


def test_a_form_moves_with_the_floor_of_its_product():
    assert FORMS
    reformed = amend(BLOC, "floors.ndpr.oxide", "90")
    assert level(reformed, "nd.oxide") == level(reformed, "pr.oxide") == Decimal("90")
    assert level(reformed, "ndpr.carbonate") == Decimal("79.2")
    ended = amend(BLOC, "floors.ndpr.oxide", "none")
    assert level(ended, "nd.oxide") is None


def test_a_form_given_its_own_level_no_longer_follows():
    reformed = amend(amend(BLOC, "floors.nd.oxide", "130"), "floors.ndpr.oxide", "90")
    assert level(reformed, "nd.oxide") == Decimal("130")
    assert level(reformed, "pr.oxide") == Decimal("90")


def test_ending_a_form_leaves_its_product():
    reformed = amend(BLOC, "floors.nd.oxide", "none")
    assert level(reformed, "nd.oxide") is None
    assert level(reformed, "ndpr.oxide") == Decimal("110")


def test_a_value_without_a_day_replaces_every_step_and_leaves_the_end_alone():
    reformed = amend(BLOC, "duties.usa-2025-magnets", "0.2")
    rates = [step.value for step in reformed.parameters["duties.usa-2025-magnets"].steps]
    assert rates == [Decimal("0.2"), None]


@settings(deadline=None)  # a shared machine pauses
@given(
    st.sampled_from(FLOORS),
    st.decimals(0, 5000, places=2),
    st.dates(FIRST, date(2035, 1, 1)),
)
def test_a_dated_value_holds_from_its_day_and_not_before(path, value, day):
    product = path.removeprefix("floors.")
    reformed = amend(BLOC, f"{path}.{day}", str(value))
    assert floor(reformed, product, day) == value
    assert floor(reformed, product, date(2040, 1, 1)) == value
    if day > FIRST:
        before = day - timedelta(days=1)
        assert numbers(reformed, before) == numbers(BLOC, before)


@settings(deadline=None)  # a shared machine pauses
@given(st.permutations(["floors.ndpr.oxide=120", "floors.magnet.ht=75", "members.CAN=2027-01-01"]))
def test_reforms_of_different_parameters_can_be_made_in_any_order(settings):
    reformed = amend_all(BLOC, settings)
    assert floor(reformed, "ndpr.oxide", FIRST) == 120
    assert floor(reformed, "magnet.ht", FIRST) == 75
    assert "CAN" in reformed.on(FIRST).inside


def test_a_value_set_stands_until_the_next_one():
    reformed = amend_all(
        BLOC, ["floors.ndpr.oxide.2029-01-01=90", "floors.ndpr.oxide.2028-01-01=130"]
    )
    days = [date(year, 6, 1) for year in (2027, 2028, 2029)]
    assert [floor(reformed, "ndpr.oxide", day) for day in days] == [110, 130, 90]


def test_a_value_set_is_assumed_and_says_where_it_comes_from():
    reformed = amend(BLOC, "duties.usa-301-magnets", "0.1").on(FIRST)
    duty = next(d for d in reformed.duties if d.clause.path == "duties.usa-301-magnets")
    assert (duty.rate, duty.clause.assumed) == (Decimal("0.1"), True)
    assert duty.clause.reference == "set on the command line"


def test_none_ends_a_floor_and_a_membership():
    reformed = amend_all(BLOC, ["floors.ndpr.oxide=none", "members.KOR=none"])
    assert floor(reformed, "ndpr.oxide", FIRST) is None
    assert "KOR" not in reformed.on(date(2035, 1, 1)).inside
    assert "KOR" in amend(reformed, "members.KOR", "2028-01-01").on(date(2028, 1, 1)).inside


def test_none_from_a_day_ends_a_floor_that_day():
    reformed = amend(BLOC, "floors.ndpr.oxide.2031-01-01", "none")
    assert floor(reformed, "ndpr.oxide", date(2030, 12, 31)) == 110
    assert floor(reformed, "ndpr.oxide", date(2031, 1, 1)) is None


def test_a_country_that_leaves_is_outside_from_that_day():
    reformed = amend(BLOC, "members.JPN.withdrawal", "2029-01-01")
    assert "JPN" in reformed.on(date(2028, 12, 31)).inside
    assert "JPN" not in reformed.on(date(2029, 1, 1)).inside


def test_an_early_accession_is_known_on_its_own_day():
    reformed = amend(BLOC, "members.CAN", "2026-07-01")
    assert "CAN" in reformed.on(date(2026, 7, 1)).inside


def test_without_the_bloc_a_first_floor_holds_from_the_first_day_of_the_text():
    reformed = amend(Agreement.load("no-bloc"), "floors.ndpr.oxide", "110")
    assert floor(reformed, "ndpr.oxide", FIRST) == 110


@pytest.mark.parametrize(
    ("path", "value", "error", "text"),
    [
        ("floors.ndpr.oxid", "1", UnknownName, "did you mean floors.ndpr.oxide"),
        ("floors.ndpr.oxide.2029-02-30", "1", BadInput, "not a date"),
        ("floors.ndpr.oxide", "-1", BadArticle, "a negative floor"),
        ("floors.ndpr.oxide", "dear", BadInput, "not a number"),
        ("floors.ndpr.oxide", "NaN", BadArticle, "not a number"),
        ("members.CAN", "soon", BadInput, "not a date"),
        ("members.CAN", "none", BadInput, "nothing to end"),
        ("members.DEU", "2028-01-01", BadInput, "DEU is inside through EUU"),
        ("members.JPN.withdrawal", "2026-12-31", BadArticle, "withdrawal before accession"),
        ("members.JPN.valuation", "FAS", UnknownName, "FOB"),
        ("rules.compared_on", "fob", UnknownName, "cif, duty-paid"),
        ("rules.compared_on", "none", BadInput, "cannot end"),
        ("rules.proven", "1.5", BadArticle, "not a share"),
        ("rules.dominant_supplier", "CHNN", UnknownName, "CHN"),
        ("duties.usa-301-magnets", "25", BadArticle, "0.05 = 5 %"),
    ],
)  # fmt: skip
def test_a_bad_reform_says_which_setting_and_what_is_allowed(path, value, error, text):
    with pytest.raises(error) as met:
        amend(BLOC, path, value)
    assert text in str(met.value)
    assert f"--set {path}={value}" in str(met.value)


def test_a_setting_without_a_value_is_refused():
    with pytest.raises(BadInput, match="no value"):
        amend_all(BLOC, ["floors.ndpr.oxide"])


def test_a_second_file_replaces_what_it_names_and_adds_the_rest(tmp_path):
    file = tmp_path / "reform.toml"
    file.write_text(
        """
[members.CAN]
status = [{ from = 2026-02-04, value = "signed", reference = "r" }]
accession = [{ from = 2026-02-04, value = 2027-01-01, reference = "r" }]
valuation = [{ from = 2015-01-01, value = "FOB", reference = "r" }]
checked_on = 2026-06-16

[floors."magnet.ht"]
description = "d"
unit = "USD/kg"
values = [{ from = 2027-01-01, value = 75, reference = "r" }]
checked_on = 2026-06-16
"""
    )
    reformed = overlay(BLOC, file)
    assert "CAN" in reformed.on(FIRST).inside
    assert floor(reformed, "magnet.ht", FIRST) == 75
    assert floor(reformed, "ndpr.oxide", FIRST) == 110


def test_a_second_file_with_a_floor_on_nothing_covered_is_refused(tmp_path):
    file = tmp_path / "reform.toml"
    file.write_text(
        '[floors."cu.metal"]\ndescription = "d"\nunit = "USD/kg"\nchecked_on = 2026-06-16\n'
        'values = [{ from = 2027-01-01, value = 75, reference = "r" }]\n'
    )
    with pytest.raises(UnknownName, match="unknown covered product"):
        overlay(BLOC, file)
