from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary.customs import reference
from stannary.customs.reference.convert import Terms
from stannary.customs.reference.formula import fair_value, floored
from stannary.customs.reference.structural import annuity, structural
from stannary.customs.reference.tables import Cost, costs
from stannary.terms.errors import BadTable

DAY = date(2027, 4, 1)
TERMS = {
    "y.oxide": Terms("y.oxide", "Y", "compound", "CIF"),
    "y.metal": Terms("y.metal", "Y", "element", "CIF"),
}
USD = st.decimals("0.01", "5000", places=4)


def plant(name, operating, capacity, **more):
    said = {
        "product": "y.oxide", "country": "AUS", "place": "AU", "capital": Fraction(0), "life": None,
        "usd": Fraction(1), "basis": "compound", "incoterm": "CIF", "feed": None,
        "feed_kg": Fraction(0), "year": 2025, "quality": "published", "source": "S", "note": "",
    } | more  # fmt: skip
    return Cost(plant=name, operating=Fraction(operating), capacity=Fraction(capacity), **said)


def cost_of(bench, rows, product="y.oxide"):
    return structural(tuple(rows), TERMS, product, DAY, bench.method, bench.freight)


def test_the_price_covers_three_quarters_of_the_capacity_cheapest_first(bench):
    rows = [plant("a", 10, 50), plant("b", 20, 24), plant("c", 30, 1), plant("d", 90, 25)]
    found = cost_of(bench, rows)
    assert (found.usd, found.marks) == (30, ("c",))  # 50 + 24 is under 75 of 100, + 1 reaches it
    assert {cost_of(bench, order) for order in permutations(rows)} == {found}


def test_one_huge_dear_plant_among_many_sets_the_price_only_by_its_capacity(bench):
    cheap = [plant(f"p{n}", 10 + n, 100) for n in range(4)]
    assert cost_of(bench, [*cheap, plant("dear", 5000, 130)]).usd == 13
    assert cost_of(bench, [*cheap, plant("dear", 5000, 140)]).usd == 5000


def test_capital_is_paid_back_in_equal_years_at_the_method_s_return():
    # 1,000 at 10 % over 2 years: 576.190476 a year, for 100 kg.
    row = plant("a", 0, 100, capital=Fraction(1000), life=2)
    yearly = annuity(row, Fraction(1, 10)) * 100
    assert 1000 * Fraction(11, 10) ** 2 == yearly * Fraction(11, 10) + yearly
    assert annuity(row, Fraction(0)) == 5


def test_a_cost_in_another_money_is_brought_to_usd_and_to_the_border(bench):
    row = plant("a", 100, 10, usd=Fraction(2, 3), incoterm="EXW")
    expected = (Decimal(200) / 3 + Decimal("0.23")) * Decimal("1.003")
    assert abs(cost_of(bench, [row]).usd - expected) <= Decimal("0.00005")


def test_costs_of_the_dominant_supplier_are_left_out_and_said_to_be(bench):
    found = cost_of(bench, [plant("a", 10, 50), plant("b", 1, 10**6, country="CHN", place="CN")])
    assert found.usd == 10
    assert [p.why for p in found.plants] == ["", "its country's costs are left out by the method"]


def test_what_is_made_from_another_product_costs_that_product_s_structural_price(bench):
    metal = plant(
        "m",
        20,
        10,
        product="y.metal",
        basis="element",
        feed="y.oxide",
        feed_kg=Fraction("1.269932"),
    )
    found = cost_of(bench, [plant("a", 10, 50), metal], "y.metal")
    assert found.usd == Decimal("32.6993")  # 20 + 1.269932 x 10


def test_products_fed_with_each_other_have_no_price(bench):
    one = plant("a", 10, 50, feed="y.metal", feed_kg=Fraction(1))
    other = plant(
        "m", 20, 10, product="y.metal", basis="element", feed="y.oxide", feed_kg=Fraction(1)
    )
    assert cost_of(bench, [one, other]).usd is None


def test_a_product_that_nobody_lists_has_no_structural_price(bench):
    assert cost_of(bench, [plant("a", 10, 50)], "y.metal").usd is None


@pytest.mark.parametrize(
    ("column", "value"), [("capacity_kg_per_year", "0"), ("usd_per_unit", "0"), ("life_years", "")]
)
def test_half_a_cost_is_refused_with_its_line(column, value, tmp_path):
    header = reference.shipped("costs").table.rows[0].keys()
    cells = {
        "product": "y.oxide", "plant": "a", "country": "AUS", "place": "AU", "operating": "1",
        "capital_millions": "5", "capacity_kg_per_year": "9", "life_years": "9", "currency": "USD",
        "usd_per_unit": "1", "basis": "compound", "incoterm": "EXW", "year": "2025",
        "quality": "published", "source": "S",
    } | {column: value}  # fmt: skip
    path = tmp_path / "costs.csv"
    path.write_text(",".join(header) + "\n" + ",".join(cells.get(c, "") for c in header) + "\n")
    with pytest.raises(BadTable, match=rf"line 2\n.*{column}"):
        costs(reference.source("costs", path).table)


def test_every_shipped_cost_says_its_source_its_year_and_how_good_it_is():
    for cost in costs(reference.shipped("costs").table):
        assert cost.source
        assert 2000 < cost.year <= 2027
        assert cost.quality == "published" or cost.note


# ------------------------------------------------------------------ the formula


@given(market=st.none() | USD, cost=USD, share=st.fractions(0, 1))
def test_the_fair_value_lies_between_cost_and_a_market_above_it_and_never_under_cost(
    market, cost, share
):
    fair = fair_value(market, cost, share)
    assert cost <= fair <= max(cost, market or cost)


@given(cost=USD, market=USD, lower=USD)
def test_a_market_below_cost_however_flooded_changes_nothing(cost, market, lower):
    if max(market, lower) <= cost:
        share = Fraction(1, 4)
        assert fair_value(market, cost, share) == fair_value(lower, cost, share) == cost


@given(fair=USD, before=USD, step=st.fractions(0, 1))
def test_a_floor_never_steps_further_than_the_limit_and_says_when_it_was_stopped(
    fair, before, step
):
    found = floored(fair, before, step)
    assert abs(found.floor - before) <= Decimal("0.00005") + before * Decimal(
        step.numerator
    ) / Decimal(step.denominator)
    assert found.bound == (found.floor != fair)
    # Where it was stopped it went as far as it may, towards the fair value.
    if found.bound:
        assert min(fair, before) <= found.floor <= max(fair, before)
        assert abs(abs(found.floor - before) - half(before, step)) <= Decimal("0.0001")


def half(before, step):
    return before * Decimal(step.numerator) / Decimal(step.denominator)


def test_the_steps_reach_the_fair_value_and_stay_there():
    floor, steps = Decimal("110.0000"), 0
    while (found := floored(Decimal("65.0494"), floor, Fraction(1, 20))).bound:
        floor, steps = found.floor, steps + 1
    assert (found.floor, steps) == (Decimal("65.0494"), 10)  # 110 x 0.95^10 = 65.86
    assert not floored(found.fair, found.floor, Fraction(1, 20)).bound


def test_without_a_cost_the_floor_before_stands_and_without_either_there_is_none():
    assert floored(None, Decimal("500"), Fraction(1, 20)).floor == 500
    assert floored(None, None, Fraction(1, 20)) is None
    assert floored(Decimal("9"), None, Fraction(1, 20)).floor == 9


def test_a_plant_is_a_row_and_the_same_row_twice_weighs_twice(bench):
    # Capacity is what is listed: nobody but the table's author can tell two plants apart.
    one = plant("a", 10, 50)
    assert cost_of(bench, [one, replace(one, operating=Fraction(20))]).usd == 20
