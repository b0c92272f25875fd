"""Floors of one member, guarantees, enforcement, responses, stockpile, and texts that amend another."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.agreement import Agreement, amend, amend_all, overlay
from stannary.terms.errors import BadArticle, BadInput, UnknownName

BLOC, NO_BLOC = Agreement.load("bloc-2026"), Agreement.load("no-bloc")
FIRST = date(2027, 1, 1)
PARTIES = sorted(code for code, country in BLOC.text.countries.items() if not country.through)
LEVELS = sorted(
    path.removeprefix("floors.")
    for path, parameter in BLOC.parameters.items()
    if path.startswith("floors.") and not parameter.follows
)
JAPAN = """
[members.JPN]
status = [{ from = 2026-02-04, value = "signed", reference = "r" }]
checked_on = 2026-06-16
"""


def table(name: str, unit: str, *rows: str) -> str:
    values = ", ".join("{ " + row + ', reference = "r" }' for row in rows)
    return (
        f'[{name}]\ndescription = "d"\nunit = "{unit}"\nvalues = [{values}]\n'
        "checked_on = 2026-06-16\n"
    )


def laid_over(tmp_path, *tables: str, over: Agreement = BLOC) -> Agreement:
    file = tmp_path / "over.toml"
    file.write_text("\n".join(tables), encoding="utf-8")
    return overlay(over, file)


def levels(agreement: Agreement, day: date = FIRST) -> dict[tuple[str, str | None], Decimal]:
    return {(f.product, f.member): f.usd_per_kg for f in agreement.on(day).floors}


# ---------------------------------------------------------------- floors of one member


@settings(deadline=None)  # a shared machine pauses
@given(
    st.sampled_from(LEVELS),
    st.sampled_from(PARTIES),
    st.decimals(0, 5000, places=2) | st.just(None),
    st.dates(FIRST, date(2035, 1, 1)),
)
def test_a_members_own_floor_holds_for_it_from_its_day_and_moves_no_other(
    product, member, value, day
):
    path = f"floors.{product}.{member}.{day}"
    reformed = amend(BLOC, path, "none" if value is None else str(value))
    own = levels(reformed, day)
    assert own[(product, member)] == (value or 0)
    common = {key: level for key, level in own.items() if key[1] is None}
    assert common == levels(BLOC, day)
    assert {key[1] for key in own} == {None, member}
    if day > FIRST:
        assert levels(reformed, FIRST) == levels(BLOC, FIRST)


def test_a_member_without_a_floor_is_a_clause_of_the_law_and_counts_as_assumed():
    schedule = amend(BLOC, "floors.ga.metal.JPN", "none").on(FIRST)
    assert "floors.ga.metal.JPN" in schedule.assumed
    exempt = next(f for f in schedule.floors if f.member == "JPN")
    assert (exempt.usd_per_kg, exempt.clause.article) == (0, "Art. 4(13)(JPN)")


def test_forms_follow_a_members_own_floor_of_their_product():
    cheaper = levels(amend(BLOC, "floors.ndpr.oxide.KOR", "90"))
    assert cheaper[("nd.oxide", "KOR")] == cheaper[("pr.oxide", "KOR")] == 90
    assert cheaper[("ndpr.carbonate", "KOR")] == Decimal("79.2")
    assert ("ndpr.metal", "KOR") not in cheaper
    exempt = levels(amend(BLOC, "floors.ndpr.oxide.KOR", "none"))
    assert exempt[("nd.oxide", "KOR")] == exempt[("ndpr.carbonate", "KOR")] == 0


def test_a_form_with_an_own_floor_of_that_member_keeps_it():
    both = amend_all(BLOC, ["floors.ndpr.oxide.KOR=90", "floors.nd.oxide.KOR=130"])
    assert levels(both)[("nd.oxide", "KOR")] == 130
    assert levels(both)[("pr.oxide", "KOR")] == 90


def test_a_form_that_no_longer_follows_is_the_same_for_all():
    both = amend_all(BLOC, ["floors.ndpr.oxide.KOR=90", "floors.nd.oxide=130"])
    assert levels(both)[("nd.oxide", None)] == 130
    assert ("nd.oxide", "KOR") not in levels(both)


def test_a_floor_of_one_member_stands_where_there_is_no_common_one(tmp_path):
    only = laid_over(
        tmp_path,
        JAPAN,
        table('floors."ga.metal".JPN', "USD/kg", "from = 2027-01-01, value = 400"),
        over=NO_BLOC,
    )
    assert levels(only) == {("ga.metal", "JPN"): 400}
    assert only.first_full_day() == FIRST


def test_a_text_may_exempt_a_member_first_and_bind_it_later(tmp_path):
    text = laid_over(
        tmp_path,
        table(
            'floors."ga.metal".JPN', "USD/kg",
            "from = 2027-01-01, ended = true", "from = 2029-01-01, value = 450",
        ),
    )  # fmt: skip
    assert levels(text)[("ga.metal", "JPN")] == 0
    assert levels(text, date(2029, 1, 1))[("ga.metal", "JPN")] == 450
    assert levels(text)[("ga.metal", None)] == 500
    assert text.parameters["floors.ga.metal"] == BLOC.parameters["floors.ga.metal"]


def test_a_members_floor_moves_no_printed_article():
    reformed = amend(BLOC, "floors.ndpr.oxide.KOR", "90")
    assert reformed.parameters["floors.ndpr.oxide.KOR"].article == "Art. 4(1)(KOR)"
    for path, parameter in BLOC.parameters.items():
        assert reformed.parameters[path].article == parameter.article


# ---------------------------------------------------------------- guarantees


def test_a_guarantee_needs_no_table_and_no_floor(tmp_path):
    schedule = amend(
        laid_over(tmp_path, JAPAN, over=NO_BLOC), "guarantees.magnet.std.JPN", "60"
    ).on(FIRST)
    (guarantee,) = schedule.guarantees
    assert (guarantee.product, guarantee.member, guarantee.usd_per_kg) == ("magnet.std", "JPN", 60)
    assert (guarantee.basis, guarantee.clause.article) == ("product", "Art. 8(1)")
    assert schedule.floors == ()


@settings(deadline=None)  # a shared machine pauses
@given(st.sampled_from(LEVELS), st.sampled_from(PARTIES), st.decimals(0, 5000, places=2))
def test_a_guarantee_begins_with_its_products_floor_and_ends_when_it_says(product, member, value):
    path = f"guarantees.{product}.{member}"
    law = amend_all(BLOC, [f"{path}={value}", f"{path}.2030-01-01=none"])
    days = [date(2026, 12, 31), FIRST, date(2029, 12, 31), date(2030, 1, 1)]
    assert [[g.usd_per_kg for g in law.on(day).guarantees] for day in days] == [
        [],
        [value],
        [value],
        [],
    ]
    assert levels(law) == levels(BLOC)


# ---------------------------------------------------------------- enforcement


def test_a_class_without_a_row_gets_one_and_the_others_keep_theirs():
    before = BLOC.on(FIRST).enforcement
    assert "glass" not in before.penalty
    after = amend(BLOC, "enforcement.penalty.glass", "3").on(FIRST).enforcement
    assert after.terms("glass") == (before.terms("glass")[0], 3, before.terms("glass")[2])
    assert after.penalty == before.penalty | {"glass": Decimal(3)}


def test_a_class_that_ends_falls_back_to_the_rule_for_all():
    law = amend(BLOC, "enforcement.audit_rate.defence.2029-01-01", "none")
    rate = [law.on(day).enforcement.terms("defence")[0] for day in (FIRST, date(2029, 1, 1))]
    assert rate == [Decimal("0.15"), Decimal("0.03")]


@given(st.text("abc", min_size=1))
def test_a_class_that_no_table_names_has_the_terms_of_the_star(name):
    enforcement = BLOC.on(FIRST).enforcement
    assert enforcement.terms(name) == enforcement.terms("*")


def test_before_its_first_day_nobody_is_tempted():
    assert BLOC.on(date(2026, 12, 31)).enforcement.tempted == 0


ENFORCED = (
    table('enforcement.audit_rate."*"', "share", "from = 2027-01-01, value = 0.03"),
    table('enforcement.penalty."*"', "times", "from = 2027-01-01, value = 2"),
    table('enforcement.disguise."*"', "share", "from = 2027-01-01, value = 0.02"),
    table("enforcement.tempted", "share", "from = 2027-01-01, value = 0.2"),
    table("enforcement.detour", "share", "from = 2027-01-01, value = 0.01"),
)


def test_enforcement_can_be_laid_over_an_agreement_that_has_none(tmp_path):
    law = laid_over(tmp_path, *ENFORCED, over=NO_BLOC)
    assert law.on(FIRST).enforcement.terms("defence") == (Decimal("0.03"), 2, Decimal("0.02"))
    assert law.on(FIRST).enforcement.tempted == Decimal("0.2")


@pytest.mark.parametrize("missing", range(5))
def test_an_article_on_enforcement_is_whole_or_absent(tmp_path, missing):
    tables = [text for n, text in enumerate(ENFORCED) if n != missing]
    with pytest.raises(BadArticle, match=r"no enforcement\.") as met:
        laid_over(tmp_path, *tables, over=NO_BLOC)
    assert ENFORCED[missing].split("]")[0].lstrip("[").replace('"', "") in str(met.value)


def test_a_stockpile_is_whole_or_absent(tmp_path):
    with pytest.raises(BadArticle, match=r"no stockpile\.target_days"):
        laid_over(tmp_path, table("stockpile.fund", "USD", "from = 2027-01-01, value = 1"),
                  over=NO_BLOC)  # fmt: skip


def test_a_stockpile_that_ends_is_none():
    law = amend(BLOC, "stockpile.fund.2030-01-01", "none")
    assert law.on(date(2029, 12, 31)).stockpile is not None
    assert law.on(date(2030, 1, 1)).stockpile is None


# ---------------------------------------------------------------- responses and rules


def test_what_sellers_keep_is_set_for_all_or_for_one_also_where_nothing_is_written():
    for law in (BLOC, NO_BLOC):
        all_of_them = amend(law, "responses.capture", "0.4")
        one = amend(all_of_them, "responses.capture.CHN", "0.9")
        assert all_of_them.on(FIRST).capture == {"*": Decimal("0.4")}
        assert one.on(FIRST).capture == {"*": Decimal("0.4"), "CHN": Decimal("0.9")}


def test_circulation_and_procurement_are_names_of_a_list():
    law = amend_all(BLOC, ["rules.circulation=free", "rules.procurement.2028-01-01=zone"])
    assert (law.on(FIRST).circulation, law.on(FIRST).procurement) == ("free", "any")
    assert law.on(date(2028, 1, 1)).procurement == "zone"


@pytest.mark.parametrize(
    ("path", "value", "error", "text"),
    [
        ("floors.ndpr.oxide.DEU", "90", BadInput, "allowed: floors.ndpr.oxide.EUU"),
        ("floors.ndpr.oxide.AUT", "90", BadArticle, "allowed: EUU"),
        ("floors.ndpr.oxide.kor", "90", UnknownName, "did you mean KOR"),
        ("floors.ndpr.oxide.SRB", "90", UnknownName, "unknown member"),
        ("floors.ndpr.oxid.KOR", "90", UnknownName, "did you mean floors.ndpr.oxide"),
        ("floors.ndpr.oxide.KOR", "-1", BadArticle, "a negative floor"),
        ("floors.magnet.ht.KOR", "none", BadInput, "nothing to end"),
        ("guarantees.ndpr.oxide", "110", BadInput, "guarantees.ndpr.oxide.JPN"),
        ("guarantees.ndpr.oxide.DEU", "110", BadInput, "guarantees.ndpr.oxide.EUU"),
        ("guarantees.ndpr.oxide.JPN", "-1", BadArticle, "a negative guarantee"),
        ("guarantees.ndpr.oxide.JPN", "none", BadInput, "nothing to end"),
        ("rules.circulation", "loose", UnknownName, "free, origin"),
        ("rules.procurement", "none", BadInput, "cannot end"),
        ("rules.fx_date", "export day", UnknownName, "entry, export"),
        ("rules.in_transit", "12.5", BadArticle, "whole days from 0 to 365"),
        ("rules.in_transit", "none", BadInput, "cannot end"),
        ("rules.security_trigger", "0.99", BadArticle, "from 1 to below 2"),
        ("rules.security_proof", "121", BadArticle, "whole months from 0 to 120"),
        ("rules.small_consignment", "-1", BadArticle, "0 or more, USD"),
        ("rules.contained_tolerance", "1.5", BadArticle, "from 0 to 1"),
        ("members.DEU.fx_date", "export", BadInput, "members.EUU"),
        ("enforcement.audit_rate.defense", "0.3", UnknownName, "audit_rate.defence"),
        ("enforcement.audit_rate.*", "none", BadInput, "cannot end"),
        ("enforcement.audit_rate.defence", "30", BadArticle, "from 0 to 1"),
        ("enforcement.penalty.*", "101", BadArticle, "from 0 to 100"),
        ("enforcement.disguise.*", "0", BadArticle, "above 0"),
        ("enforcement.detour", "0", BadArticle, "above 0"),
        ("enforcement.tempted", "none", BadInput, "cannot end"),
        ("responses.capture.CHNN", "0.3", UnknownName, "CHN"),
        ("responses.capture", "2", BadArticle, "from 0 to 1"),
        ("stockpile.fund", "-1", BadArticle, "a negative fund"),
        ("stockpile.target_days", "9999", BadArticle, "3650"),
        ("stockpile.days", "60", UnknownName, "stockpile.target_days"),
    ],
)  # fmt: skip
def test_a_bad_reform_of_these_says_what_is_allowed(path, value, error, text):
    with pytest.raises(error) as met:
        amend(BLOC, path, value)
    assert text in str(met.value)
    assert f"--set {path}={value}" in str(met.value)


@pytest.mark.parametrize("path", ["enforcement.tempted", "stockpile.target_days"])
def test_an_article_that_an_agreement_lacks_is_laid_over_it(path):
    with pytest.raises(UnknownName, match="lay a file over it"):
        amend(NO_BLOC, path, "1")


# ---------------------------------------------------------------- texts with mistakes

MISTAKES = [
    (table('floors."ga.metal".DEU', "USD/kg", "from = 2027-01-01, value = 1"), "EUU"),
    (table('floors."ga.metal".JAP', "USD/kg", "from = 2027-01-01, value = 1"), "JPN"),
    (table('floors."ga.metal".SRB', "USD/kg", "from = 2027-01-01, value = 1"), "unknown member"),
    (table('floors."ga.metal".JPN', "share", "from = 2027-01-01, value = 1"), "allowed: USD/kg"),
    (table('floors."ga.metal".JPN', "USD/kg", "from = 2027-01-01, value = 1") + 'follows = "x"\n',
     "unknown key"),
    (table('guarantees."ga.metl".JPN', "USD/kg", "from = 2027-01-01, value = 1"), "ga.metal"),
    (table('guarantees."ga.metal"', "USD/kg", "from = 2027-01-01, value = 1"), "ISO 3166"),
    (table("enforcement.audit.glass", "share", "from = 2027-01-01, value = 1"), "audit_rate"),
    (table("enforcement.audit_rate.Glass", "share", "from = 2027-01-01, value = 1"),
     "not an audit class"),
    (table("enforcement.penalty.glass", "share", "from = 2027-01-01, value = 1"), "times"),
    (table("responses.keep.CHN", "share", "from = 2027-01-01, value = 1"), "capture"),
    (table("responses.capture.China", "share", "from = 2027-01-01, value = 1"), "CHN"),
    (table("stockpile.money", "USD", "from = 2027-01-01, value = 1"), "fund"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), MISTAKES)
def test_a_mistake_in_a_table_of_these_is_named_with_its_line(tmp_path, text, says):
    with pytest.raises((BadArticle, UnknownName)) as met:
        laid_over(tmp_path, text)
    assert says in str(met.value)
    assert "over.toml, line" in str(met.value)


# ---------------------------------------------------------------- texts that amend another

HEAD = '[agreement]\nname = "later"\ntitle = "T"\ndraft = true\namends = "bloc-2026"\n'
AMENDED = (
    '[[amendments]]\npath = "floors.*"\nchecked_on = 2026-06-16\n'
    'values = [{ from = 2030-01-01, ended = true, reference = "r" }]\n'
)


def written(folder, name, text) -> Agreement:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return Agreement.load(file)


def test_a_text_that_amends_adds_its_days_and_its_tables(tmp_path):
    magnets = table('floors."magnet.ht"', "USD/kg", "from = 2027-01-01, value = 75")
    law = written(tmp_path, "later", HEAD + AMENDED + magnets)
    assert law.name == "later"
    assert levels(law) == levels(BLOC) | {("magnet.ht", None): 75}
    assert levels(law, date(2030, 1, 1)) == {}


def test_a_text_may_amend_one_that_amends_beside_it(tmp_path):
    written(tmp_path, "later", HEAD + AMENDED)
    back = HEAD.replace('"later"', '"back"').replace("bloc-2026", "later")
    law = written(tmp_path, "back", back + AMENDED.replace("floors.*", "floors.ga.metal").replace(
        "2030-01-01, ended = true", "2032-01-01, value = 450"))  # fmt: skip
    assert levels(law, date(2033, 1, 1)) == {("ga.metal", None): 450}


def test_a_form_amended_with_its_own_level_ends_with_the_others(tmp_path):
    law = amend(written(tmp_path, "later", HEAD + AMENDED), "floors.nd.oxide", "120")
    assert levels(law)[("nd.oxide", None)] == 120
    assert levels(law, date(2030, 1, 1)) == {}


def test_amendments_can_be_laid_over_as_a_file(tmp_path):
    assert levels(laid_over(tmp_path, AMENDED), date(2030, 1, 1)) == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('amends = "bloc-2026"', 'amends = "bloc-2062"', "did you mean bloc-2026"),
        ('amends = "bloc-2026"', 'amends = "later"', "amends itself"),
        ("floors.*", "flors.*", "did you mean floors."),
        ("floors.*", "floors.ndpr.oxid", "did you mean floors.ndpr.oxide"),
        ("floors.*", "fl*", "unknown parameter to amend"),
        ("ended = true", "value = -1", "a negative floor"),
        (', reference = "r"', "", "no 'reference'"),
        ("checked_on = 2026-06-16\n", "", "no 'checked_on'"),
        ("checked_on = 2026-06-16\n", "checked_on = 2026-06-16\nwhy = 1\n", "unknown key"),
    ],
)
def test_a_mistake_in_an_amending_text_is_named(tmp_path, old, new, says):
    with pytest.raises((BadArticle, UnknownName)) as met:
        written(tmp_path, "later", (HEAD + AMENDED).replace(old, new))
    assert says in str(met.value)
    assert "later.toml, line" in str(met.value)
