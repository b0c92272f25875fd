"""The agreement as law tables: on every day they say what its schedule says, and read back equal."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.agreement import Agreement, amend_all, shipped
from stannary.customs.files import write_all
from stannary.customs.law import read_law
from stannary.customs.law_of_accord import law_of, prices
from stannary.customs.law_profiles import profile_of, profiles
from stannary.terms.errors import BadInput
from stannary.terms.names import EUROPEAN_UNION_STATES, states
from stannary.terms.units import COMPOUND_PER_ELEMENT, ELEMENT_PER_COMPOUND

BLOC = Agreement.load("bloc-2026")
FIRST = date(2027, 1, 1)
CHANGED = amend_all(
    BLOC,
    [
        "floors.ndpr.oxide.2028-03-01=120", "floors.ndpr.oxide.KOR=90", "floors.dy.oxide.MEX=none",
        "floors.dy.oxide.EUU.2029-01-01=450", "floors.sb.metal.2031-01-01=none",
        "members.CAN=2027-07-01", "members.JPN.withdrawal=2030-01-01",
        "members.KOR.fx_date.2028-01-01=export", "members.MEX.valuation=FOB",
        "rules.compared_on.2028-05-01=cif", "rules.security_trigger.2029-01-01=1.1",
        "rules.in_transit.2028-01-01=0", "rules.small_consignment=800",
        "duties.usa-301-magnets.2028-01-01=0.5", "duties.eu-magnets.2029-06-01=none",
    ],
)  # fmt: skip
AGREEMENTS = [*(Agreement.load(name) for name in shipped()), CHANGED]
LAWS = [law_of(agreement) for agreement in AGREEMENTS]
# Every day of change of CHANGED, the day before it, and days between.
DAYS = st.dates(date(2015, 1, 1), date(2032, 1, 1)) | st.sampled_from(
    [
        date.fromordinal(day.toordinal() - n)
        for n in (0, 1)
        for day in (
            FIRST, date(2027, 7, 1), date(2028, 1, 1), date(2028, 3, 1), date(2028, 5, 1),
            date(2029, 1, 1), date(2029, 6, 1), date(2030, 1, 1), date(2031, 1, 1),
        )
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(range(len(AGREEMENTS))), DAYS)
def test_on_every_day_the_tables_say_what_the_agreement_says(which, day):
    law, schedule = LAWS[which], AGREEMENTS[which].on(day)
    inside = {m.country: (m.valuation, m.fx_date) for m in law.members_on(day)}
    assert set(inside) == schedule.inside
    for member in schedule.members:
        for state in states(member.country) & schedule.inside if member.inside else ():
            assert inside[state] == (member.valuation, member.fx_date)
    for member in schedule.members:
        if member.through is None:
            said = [
                (f.product, f.usd_per_kg, f.basis, f.clause.article)
                for f in schedule.floors_of(member.country)
            ]
            for state in states(member.country):
                assert said == [
                    (f.product, f.floor_usd_per_kg, f.basis, f.clause)
                    for f in law.floors_on(day, state)
                ]
    assert {f.in_transit_days for f in law.floors_on(day)} <= {schedule.border.in_transit}
    assert sorted(
        (d.product, d.kind, state, d.origin, 100 * d.rate, d.counts, d.clause.article)
        for d in schedule.duties
        for state in states(d.importer)
    ) == sorted(
        (d.product, d.kind, d.import_country, d.origin_country, d.rate, d.counts, d.clause)
        for d in law.duties_on(day)
    )
    assert sorted(
        (code, p.element, p.assay_from, p.assay_to, p.product)
        for p in schedule.products
        for code in p.hs
    ) == sorted(
        (c.prefix, c.element, c.assay_from, c.assay_to, c.product) for c in law.coverage_on(day)
    )
    if day >= law.agreement_from:
        (rules,) = [
            r for r in law.rules if r.valid_from <= day and (not r.valid_to or day <= r.valid_to)
        ]
        border = schedule.border
        assert rules.compared_on == schedule.compared_on
        assert rules.security_trigger == border.security_trigger
        assert rules.small_consignment_usd == border.small_consignment
        assert rules.contained_tolerance == border.contained_tolerance


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.name}-{len(law.floors)}")
def test_there_and_back_an_agreement_is_the_same_law(law, tmp_path):
    write_all(tmp_path, law.writers())
    again = read_law(tmp_path)
    assert again == law
    assert again.digest == law.digest


def test_the_shipped_law_needs_no_column_beyond_the_contract_for_days_and_members():
    law = LAWS[shipped().index("bloc-2026")]
    assert len(law.rules) == 1
    assert {(m.valid_from, m.valid_to) for m in law.members} == {(None, None)}
    assert {f.import_country for f in law.floors} == {"*"}
    assert {c.hs for c in law.coverage} == {""}
    assert law.agreement_from == FIRST
    assert {m.country for m in law.members} >= EUROPEAN_UNION_STATES
    assert law.fx == ()


def test_a_version_is_named_after_its_product_and_first_day_and_cites_its_article():
    law = law_of(CHANGED)
    named = {f.version: f for f in law.floors}
    first, second = named["ndpr.oxide/2027-01-01"], named["ndpr.oxide/2028-03-01"]
    assert second.floor_usd_per_kg == 120
    assert first.valid_to is not None
    assert (first.clause, second.clause) == ("Art. 4(1)", "Art. 4(1)")
    assert first.source.startswith("MP Materials")
    assert named["ndpr.oxide.KOR/2027-01-01"].clause == "Art. 4(1)(KOR)"
    assert named["dy.oxide.MEX/2027-01-01"].exempts
    # A form begins a version when the product that it follows does.
    assert named["nd.oxide/2028-03-01"].floor_usd_per_kg == 120


def test_a_market_price_is_the_latest_published_before_the_version_in_its_basis():
    law = LAWS[shipped().index("bloc-2026")]
    market = {f.product: f.market_usd_per_kg for f in law.floors}
    assert market["dy.oxide"] == 960
    # 3,000 USD a unit of 10 kg of trioxide, per kg of tungsten.
    assert market["w.apt"] == (300 * COMPOUND_PER_ELEMENT["W"]).quantize(Decimal("0.0001"))
    assert market["ndpr.metal"] is None  # none is published
    assert all(f.market_source for f in law.floors if f.market_usd_per_kg)


def test_a_price_published_on_the_first_day_of_a_version_or_later_is_not_its_market(tmp_path):
    table = tmp_path / "prices.csv"
    table.write_text(
        "product,date,usd_per_kg,basis,market,quality,source,url,note\n"
        "dy.oxide,2026-12-31,871.321,element,world,assumed,ours,,\n"
        "dy.oxide,2027-01-01,5,compound,world,assumed,ours,,\n"
        "sb.metal,2026-01-01,9,product,world,assumed,ours,,\n",
        encoding="utf-8",
    )
    market = {f.product: f.market_usd_per_kg for f in law_of(BLOC, table).floors}
    assert market["dy.oxide"] == Decimal("759.2003")  # 871.321 x 0.871321, half-up
    assert market["sb.metal"] is None  # no assay converts goods into metal
    assert ELEMENT_PER_COMPOUND["Dy"] == Decimal("0.871321")


def test_every_market_price_names_a_covered_product_a_source_and_its_quality():
    found = prices()
    assert found
    assert {p.product for p in found} <= set(BLOC.coverage)
    assert {p.quality for p in found} <= {"published", "derived", "estimate"}
    assert all(p.source and p.usd_per_kg > 0 for p in found)


@pytest.mark.parametrize(
    "setting",
    ["floors.dy.oxide=500.00001", "duties.eu-magnets=0.0220001", "floors.ga.metal.KOR=0.12345"],
)
def test_a_number_that_the_tables_could_only_carry_rounded_is_refused(setting):
    with pytest.raises(BadInput, match="more places than customs can carry"):
        law_of(amend_all(BLOC, [setting]))


def test_an_agreement_without_members_is_a_law_that_assesses_nothing():
    law = LAWS[shipped().index("no-bloc")]
    assert (law.members, law.floors) == ((), ())
    assert law.duties


def test_a_form_rounds_as_its_member_does_and_an_unread_member_is_in_cents():
    assert profile_of("USA").declared(1_800_050) == 1_800_100
    assert profile_of("USA").declared(1_800_049) == 1_800_000
    assert profile_of("DEU").declared(1_800_049) == 1_800_049
    assert profile_of("DEU").rate_period == "month"
    assert profile_of("JPN").source == ""
    assert {p.country for p in profiles().values()} == {"USA", *EUROPEAN_UNION_STATES}
