from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary.customs.reference.convert import Terms, path, priced
from stannary.customs.reference.exact import half_up
from stannary.customs.reference.tables import Rate

OXIDE = Terms("ndpr.oxide", "NdPr", "compound", "CIF")
METAL = Terms("ndpr.metal", "NdPr", "element", "CIF")
TUNGSTEN = Terms("w.apt", "W", "compound", "CIF")
ALLOY = Terms("dy.fe", "Dy", "product", "CIF")


@pytest.mark.parametrize(
    ("terms", "said", "usd"),
    [
        # Each worked by hand, to four places.
        (OXIDE, {"price": "70", "unit": "kg"}, "70.0000"),
        (OXIDE, {"price": "70150", "unit": "t"}, "70.1500"),
        (OXIDE, {"price": "32.10", "unit": "lb"}, "70.7684"),  # 32.10 / 0.45359237
        (TUNGSTEN, {"price": "340", "unit": "mtu"}, "34.0000"),  # ten kilograms of trioxide
        (OXIDE, {"price": "70", "basis": "product", "assay": "98"}, "71.4286"),  # 70 / 0.98
        # A kilogram of oxide holds 0.849943 kg of element; one of element takes 1.176549 of oxide.
        (OXIDE, {"price": "84.20", "basis": "element"}, "71.5652"),
        (METAL, {"price": "70", "basis": "compound"}, "82.3584"),
        (ALLOY, {"price": "300", "basis": "element", "assay": "80"}, "240.0000"),
        (OXIDE, {"price": "64.10", "currency": "EUR"}, "70.5100"),  # x 1.1
        (OXIDE, {"price": "70", "incoterm": "CFR"}, "70.2100"),  # 0.3 % insurance
        (OXIDE, {"price": "70", "incoterm": "FOB", "place": "CNSHA"}, "70.3404"),  # + 0.13, x 1.003
        # Works prices in China: 13 % that no export is refunded, then 0.23, then 0.3 %.
        (OXIDE, {"price": "60", "incoterm": "EXW", "place": "CNBAO"}, "68.2341"),
        (OXIDE, {"price": "60", "incoterm": "EXW", "place": "AUKAL"}, "60.4107"),
        (OXIDE, {"price": "70", "incoterm": "CIF", "place": "CNSHA"}, "70.1300"),
        (OXIDE, {"price": "70", "incoterm": "DAP", "place": "DEDUS"}, "69.9500"),
        # Freight is paid on the goods: at half a kilogram of oxide in one, twice as much.
        (OXIDE, {"price": "70", "incoterm": "FOB", "assay": "50"}, "70.4708"),
    ],
)
def test_a_price_on_the_terms_of_the_floor_is_the_one_worked_by_hand(bench, terms, said, usd):
    asked = dict(said)
    if "assay" in asked:
        asked["assay"] = Fraction(asked["assay"])
    rates = {"EUR": (Rate("EUR", date(2027, 1, 1), date(2027, 12, 31), Fraction(11, 10)),)}
    seen = bench.see("A", asked.pop("price"), 1000, "G", **asked)
    assert priced(seen, terms, rates, bench.freight).usd == Decimal(usd)


def test_table_f_is_used_in_its_own_direction_and_never_divided(bench):
    to_oxide = priced(bench.see("A", 1000, 1000, "G", basis="element"), OXIDE, {}, bench.freight)
    to_metal = priced(bench.see("A", 1000, 1000, "G"), METAL, {}, bench.freight)
    assert to_oxide.usd == Decimal("849.9430")  # dividing by 1.176549 would give 849.9434
    assert to_metal.usd == Decimal("1176.5490")  # dividing by 0.849943 would give 1176.5495
    # Masses go the other way: a tonne of element is 1,176.549 kg of oxide.
    assert to_oxide.volume == Fraction("1176.549")
    assert to_metal.volume == Fraction("849.943")


@pytest.mark.parametrize(
    ("terms", "said", "reason"),
    [
        (OXIDE, {"unit": "mtu"}, "UNKNOWN_UNIT"),
        (TUNGSTEN, {"unit": "mtu", "basis": "element"}, "UNKNOWN_UNIT"),
        (OXIDE, {"currency": "CHF"}, "NO_RATE"),
        (OXIDE, {"basis": "product"}, "NO_ASSAY"),
        (OXIDE, {"basis": "product", "assay": Fraction(101)}, "NO_ASSAY"),
        (Terms("reo.other", "none", "compound", "CIF"), {"basis": "element"}, "NO_ASSAY"),
        (OXIDE, {"day": date(2015, 1, 1)}, "NO_FREIGHT"),
    ],
)
def test_what_cannot_be_brought_to_the_terms_says_why(bench, terms, said, reason):
    assert priced(bench.see("A", 70, 1000, "G", **said), terms, {}, bench.freight) == reason


def test_the_longest_beginning_of_a_place_wins(bench):
    def row(place):
        return path("EXW", place, bench.day, bench.freight).place

    assert (row("CNBAO"), row("CA"), row("AUKAL")) == ("CN", "*", "*")


@given(st.decimals(-(10**6), 10**6, places=6))
def test_rounding_is_half_up_as_the_decimal_module_does_it(value):
    from decimal import ROUND_HALF_UP

    expected = value.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert half_up(Fraction(value)) == expected
