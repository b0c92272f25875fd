"""The part of a top-up above the bound rate: worked by hand, never invented, covered or not."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from by_line import sum_of
from hypothesis import given
from hypothesis import strategies as st

from stannary.agreement import Agreement
from stannary.agreement.legal import NEEDED, rates
from stannary.customs.bound import above, bound_rate
from stannary.customs.law_of_accord import law_of
from stannary.terms.names import states

LAW = law_of(Agreement.load("bloc-2026"))


def test_a_line_bound_free_has_no_room_and_all_of_its_top_up_is_above():
    sum = sum_of(LAW)  # 2846.90.20, bound Free in the United States
    found = above(sum)
    assert found.bound is not None
    assert found.bound.line == "2846.90.20"
    assert (found.most, found.room) == (0, 0)
    assert found.above == sum.top_up > 0
    assert found.cover == "XXI security"
    assert "Section 232" in found.reference


def test_room_is_bound_rate_times_value_less_statutory_duty():
    # Korea binds rare-earth oxide above what it applies: the table says by how much.
    sum = sum_of(LAW, import_country="KOR", hs_code="284690")
    rate, why = bound_rate("KOR", "284690", "ndpr.oxide")
    assert rate is not None, why
    most = (sum.customs_value * rate.value / 100).quantize(Decimal(1), ROUND_HALF_UP)
    found = above(sum)
    room = int(most) - sum.duty("base") - sum.duty("extra")
    assert (found.most, found.room) == (int(most), room)
    assert found.above == sum.top_up - max(0, room)


def test_a_bound_duty_per_kilogram_is_on_what_is_contained():
    # 2611.00.60 of the United States: 37.5 cents a kg of tungsten, applied as bound. No room.
    sum = sum_of(
        LAW, hs_code="2611006000", element="W", assay=Decimal(65), origin_country="VNM",
        mass=Decimal(500), value=Decimal(6000),
    )  # fmt: skip
    found = above(sum)
    assert found.bound is not None
    assert found.bound.unit == "USD/kg"
    # 500 x 65 % = 325 kg WO3; x 0.792971 = 257.715575, 257.716 kg W; x 0.375 = 96.6435 USD
    assert found.most == 9664
    assert found.above == sum.top_up - max(0, 9664 - sum.duty("base") - sum.duty("extra"))


def test_statutory_duty_above_the_binding_leaves_no_room_but_takes_none_from_the_top_up():
    sum = sum_of(LAW, hs_code="8505110070", element="Dy", assay=Decimal(30), assay_basis="element")
    sum = replace(sum, top_up=5_000)
    found = above(sum)  # magnets: 2.1 % bound, 2.1 % and 25 % of Section 301 applied
    assert found.room is not None
    assert found.room < 0
    assert found.above == 5_000


def test_a_member_that_has_invoked_nothing_is_told_so():
    found = above(sum_of(LAW, import_country="JPN", hs_code="284690"))
    assert found.cover == NEEDED
    assert found.reference == ""


def test_a_line_without_a_row_is_unknown_and_never_free():
    found = above(sum_of(LAW, import_country="UZB"))
    assert (found.bound, found.most, found.room, found.above) == (None, None, None, None)
    assert "no bound rate of UZB on 2846902040" in found.why
    assert found.cover == ""


def test_six_digits_that_hold_differently_bound_lines_are_unknown():
    rate, why = bound_rate("USA", "811292", "re.conc.monz")
    assert rate is None
    assert "8112.92.10, 8112.92.60" in why
    assert "state 8 digits" in why


@pytest.mark.parametrize(
    ("country", "code", "product", "line"),
    [
        ("USA", "811292", "ge.metal", "8112.92.60"),  # the product tells them apart
        ("USA", "8112926000", "other", "8112.92.60"),  # and so do eight digits
        ("USA", "28469080", "ndpr.carbonate", "2846.90.80"),
        ("DEU", "85051170", "magnet.std", "8505.11"),
        ("JPN", "261710000", "sb.conc", "2617.10-000"),
    ],
)
def test_the_line_is_found_by_code_product_and_union(country, code, product, line):
    rate, why = bound_rate(country, code, product)
    assert rate is not None, why
    assert rate.line == line
    assert country in states(rate.importer)


def test_every_bound_rate_of_the_table_is_found_by_its_own_line():
    for rate in rates():
        if rate.measure != "bound":
            continue
        code = "".join(c for c in rate.line.split(";")[0].split()[0] if c.isdigit())
        for state in states(rate.importer):
            found, why = bound_rate(state, code, rate.products[0])
            assert found is not None, (rate.line, why)
            assert (found.value, found.unit) == (rate.value, rate.unit)


@given(st.integers(1, 10**9), st.sampled_from(["USA", "DEU", "JPN", "KOR", "MEX", "AUS", "GBR"]))
def test_what_is_above_is_never_more_than_the_top_up_nor_below_none(cents, country):
    value = Decimal(cents) / 100
    sum = sum_of(LAW, import_country=country, hs_code="284690", value=value)
    found = above(sum)
    if found.above is None:
        assert found.why
        return
    assert 0 <= found.above <= sum.top_up
    assert found.room is not None
    # What stays within the binding, with the statutory duty, is no more than it allows.
    within = sum.top_up - found.above
    assert within == 0 or within + found.statutory <= (found.most or 0)


def test_on_a_day_without_a_floor_nothing_is_above():
    sum = sum_of(LAW, entry_date=date(2027, 5, 3), value=Decimal(10**9))
    assert sum.top_up == 0
    assert above(sum).above == 0
    assert above(sum).cover == ""
