"""Goods with several covered elements, and products inside derivative goods."""

import csv
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from by_line import sum_of
from filed import WORKED
from hypothesis import assume, given
from hypothesis import strategies as st

import stannary
from stannary.agreement import Agreement
from stannary.customs.contents import Content, in_words, read_contents, split
from stannary.customs.derivatives import content, derivatives, goods_of
from stannary.customs.law import read_law
from stannary.customs.law_of_accord import law_of
from stannary.terms.errors import BadInput, BadTable, UnknownName

LAW = law_of(Agreement.load("bloc-2026"))
SMALL = read_law(WORKED / "law")
DAY = date(2027, 5, 3)


def shares(**said: str) -> tuple[Content, ...]:
    return tuple(Content(element, share=Decimal(text)) for element, text in said.items())


def test_one_element_that_is_all_of_it_is_the_line_itself():
    for law in (LAW, SMALL):
        sum = sum_of(law)
        found = split(sum, law, shares(NdPr="100"))
        assert (found.chargeable, found.floor, found.top_up) == (
            sum.chargeable, sum.floor, sum.top_up,
        )  # fmt: skip
        assert found.parts[0].product == "ndpr.oxide"


def test_every_element_has_the_floor_of_its_own_product():
    # 250 kg x 99.5 % = 248.75 kg of oxides; 70 % Nd, 20 % Pr, 8 % Dy, 2 % Tb.
    sum = sum_of(LAW)
    found = split(sum, LAW, shares(Nd="70", Pr="20", Dy="8", Tb="2"))
    said = [(p.product, p.chargeable, p.floor_cents) for p in found.parts]
    assert said == [
        ("nd.oxide", Decimal("174.125"), 1_915_375),  # x 110
        ("pr.oxide", Decimal("49.750"), 547_250),  # x 110
        ("dy.oxide", Decimal("19.900"), 995_000),  # x 500
        ("tb.oxide", Decimal("4.975"), 796_000),  # x 1600
    ]
    assert found.floor == 4_253_625
    assert found.top_up == 4_253_625 - 1_835_400


def test_an_element_that_the_heading_does_not_cover_has_no_floor():
    found = split(sum_of(SMALL), SMALL, shares(NdPr="60", La="40"))
    first, second = found.parts
    assert first.chargeable == Decimal("149.250")
    assert (second.product, second.floor, second.floor_cents) == ("", None, None)
    assert found.floor == 1_707_420  # 149.25 x 114.40
    assert any("not covered in this heading: no floor" in text for text in in_words(found))


def test_kilograms_do_as_well_as_shares():
    sum = sum_of(LAW)
    by_share = split(sum, LAW, shares(Nd="50", Dy="50"))
    half = Decimal("124.375")
    by_mass = split(sum, LAW, (Content("Nd", kg=half), Content("Dy", kg=half)))
    assert by_mass == by_share


@st.composite
def mixtures(draw: st.DrawFn, whole: bool) -> tuple[Content, ...]:
    names = draw(st.lists(st.sampled_from(["Nd", "Pr", "Dy", "Tb"]), min_size=1, unique=True))
    weights = [draw(st.integers(1, 10**6)) for _ in names]
    total = sum(weights) if whole else sum(weights) + draw(st.integers(0, 10**6))
    found, used = [], Decimal(0)
    for name, weight in zip(names, weights, strict=True):
        share = (Decimal(100 * weight) / total).quantize(Decimal("0.0001"), "ROUND_DOWN")
        found.append(Content(name, share=share))
        used += share
    assume(all(one.share for one in found))
    if whole:
        last = found[-1]
        found[-1] = replace(last, share=(last.share or Decimal(0)) + 100 - used)
    return tuple(found)


@given(mixtures(whole=True), st.integers(1, 10**9))
def test_parts_of_a_whole_weigh_what_the_line_holds(contents, grams):
    sum = sum_of(LAW, mass=Decimal(grams).scaleb(-3))
    found = split(sum, LAW, contents)
    total = Decimal(0)
    for part in found.parts:
        total += part.inside
    assert total == sum.inside
    # All are oxides and all floors count the compound: nothing is turned, nothing is lost.
    assert found.chargeable == sum.chargeable


@given(st.decimals(Decimal("0.0001"), Decimal("99.9999"), places=4), st.integers(1, 10**9))
def test_parts_at_one_floor_price_come_to_the_floor_of_the_line(share, grams):
    sum = sum_of(LAW, mass=Decimal(grams).scaleb(-3))
    pair = (Content("Nd", share=share), Content("Pr", share=100 - share))
    found = split(sum, LAW, pair)
    assert {part.floor.floor_usd_per_kg for part in found.parts if part.floor} == {Decimal(110)}
    assert found.floor == sum.floor


@given(mixtures(whole=False), st.integers(1, 10**9), st.integers(1, 10**10))
def test_floor_and_mass_of_a_line_are_the_sums_of_its_parts(contents, grams, cents):
    sum = sum_of(LAW, mass=Decimal(grams).scaleb(-3), value=Decimal(cents) / 100)
    found = split(sum, LAW, contents)
    floor, mass = 0, Decimal(0)
    for part in found.parts:
        floor += part.floor_cents or 0
        mass += part.chargeable or 0
        assert part.floor is not None
        assert part.chargeable is not None
        exact = part.chargeable * part.floor.floor_usd_per_kg * 100
        # A part's cents may be one off its own rounding: together they are not.
        assert abs((part.floor_cents or 0) - exact) <= 1
    assert (found.floor, found.chargeable) == (floor, mass)
    assert found.top_up == max(0, floor - sum.cif - sum.counted)


def test_proven_zone_origin_owes_nothing_whatever_is_inside():
    sum = replace(sum_of(LAW), outcome="ZONE_ORIGIN", top_up=0)
    assert split(sum, LAW, shares(Dy="100")).top_up == 0


def test_the_metals_in_a_magnet_are_priced_by_content():
    # 100 kg of magnets at 30 % rare earths: 20 kg Nd, 6 Pr, 3 Dy, 1 Tb, whatever the magnet costs.
    sum = sum_of(
        LAW, hs_code="8505110070", element="Dy", assay=Decimal(30), assay_basis="element",
        mass=Decimal(100), value=Decimal(9000),
    )  # fmt: skip
    inside = (
        Content("Nd", kg=Decimal(20)), Content("Pr", kg=Decimal(6)), Content("Dy", kg=Decimal(3)),
        Content("Tb", kg=Decimal(1)),
    )  # fmt: skip
    found = split(sum, LAW, inside)
    said = [(p.product, p.by_content, p.floor_cents) for p in found.parts]
    assert said == [
        ("nd.metal", True, 300_000), ("pr.metal", True, 90_000), ("dy.metal", True, 183_000),
        ("tb.metal", True, 196_000),
    ]  # fmt: skip
    assert found.floor == 769_000
    assert found.top_up is None  # no market price of metal is published in the shipped law
    assert any("for want of a market price" in text for text in in_words(found))


def test_by_content_the_top_up_is_floor_less_market():
    floors = tuple(
        replace(f, market_usd_per_kg=Decimal(100)) if f.product.endswith(".metal") else f
        for f in LAW.floors
    )
    law = replace(LAW, floors=floors)
    sum = sum_of(
        law, hs_code="8505110070", element="Dy", assay=Decimal(30), assay_basis="element",
        mass=Decimal(100), value=Decimal(9000),
    )  # fmt: skip
    found = split(sum, law, (Content("Nd", kg=Decimal(20)), Content("Dy", kg=Decimal(3))))
    assert found.top_up == 20 * (15_000 - 10_000) + 3 * (61_000 - 10_000)


@pytest.mark.parametrize(
    ("contents", "what"),
    [
        ((), "no contents"),
        (shares(Nd="60", Pr="40.0001"), "more than the whole"),
        ((Content("Nd", kg=Decimal("248.751")),), "more than is inside"),
        ((*shares(Nd="10"), *shares(Nd="20")), "an element twice"),
        ((Content("Nd"),), "one of share and kg is needed"),
        ((Content("Nd", Decimal(5), Decimal(5)),), "one of share and kg is needed"),
        (shares(Nd="0"), "nothing of Nd"),
        ((Content("Nd", kg=Decimal(-1)),), "nothing of Nd"),
        ((*shares(Nd="10"), Content("Pr", kg=Decimal(1))), "shares and kg mixed"),
    ],
)
def test_contents_that_cannot_be_inside_are_refused(contents, what):
    with pytest.raises(BadInput, match=what) as refusal:
        split(sum_of(LAW), LAW, contents)
    assert "contents of entry E1, line 1" in str(refusal.value)


def test_a_table_of_contents_is_read_by_line(tmp_path):
    path = tmp_path / "contents.csv"
    path.write_text(
        "entry_number,line_number,element,share_pct,kg\nE1,1,Nd,75,\nE1,1,Pr,25,\nE2,3,Dy,,1.5\n"
    )
    assert read_contents(path) == {
        ("E1", 1): shares(Nd="75", Pr="25"), ("E2", 3): (Content("Dy", kg=Decimal("1.5")),),
    }  # fmt: skip
    path.write_text("entry_number,line_number,element,share_pct,kg\nE1,1,Unobtainium,75,\n")
    with pytest.raises(BadTable, match="NOT_ALLOWED") as refusal:
        read_contents(path)
    assert "line 2, element" in str(refusal.value)


# ------------------------------------------------------------------------------- derivatives


def test_a_motor_is_its_magnet_and_a_magnet_its_metals():
    motor = content("ev.motor", LAW, DAY, "USA")
    # 2 kg of magnets x (0.27 NdPr, 0.025859 Dy, 0.005823 Tb), at 150, 610 and 1960 USD/kg.
    said = {part.product: (part.kg, part.floor_cents) for part in motor.parts}
    assert said == {
        "ndpr.metal": (Decimal("0.54"), 8_100),
        "dy.metal": (Decimal("0.051718"), 3_155),  # 31.54798
        "tb.metal": (Decimal("0.011646"), 2_283),  # 22.82616
    }
    assert (motor.floor_cents, motor.per) == (13_538, "piece")
    assert motor.top_up_cents is None
    assert motor.assumed


def test_a_product_with_a_floor_of_its_own_is_not_looked_into():
    magnet = replace(
        LAW.floors[0], product="magnet.ht", version="magnet.ht/1", basis="product",
        floor_usd_per_kg=Decimal(80), market_usd_per_kg=Decimal(62), import_country="*",
    )  # fmt: skip
    motor = content("ev.motor", replace(LAW, floors=(*LAW.floors, magnet)), DAY, "USA")
    assert [part.product for part in motor.parts] == ["magnet.ht"]
    assert (motor.floor_cents, motor.top_up_cents) == (16_000, 3_600)


def test_a_market_above_the_floor_asks_nothing():
    magnet = replace(
        LAW.floors[0], product="magnet.ht", version="magnet.ht/1", basis="product",
        floor_usd_per_kg=Decimal(80), market_usd_per_kg=Decimal(90), import_country="*",
    )  # fmt: skip
    law = replace(LAW, floors=(*LAW.floors, magnet))
    assert content("ev.motor", law, DAY, "USA").top_up_cents == 0


def test_what_has_no_floor_is_named():
    law = replace(LAW, floors=())
    motor = content("ev.motor", law, DAY, "USA")
    assert motor.parts == ()
    assert motor.unpriced == ("ndpr.metal", "dy.metal", "tb.metal")
    assert motor.floor_cents == 0


@given(st.integers(1, 10**7))
def test_content_is_proportional_to_the_floor(tenths):
    price = Decimal(tenths).scaleb(-4)
    floors = tuple(replace(f, floor_usd_per_kg=price) for f in LAW.floors)
    for good in derivatives():
        found = content(good, replace(LAW, floors=floors), DAY, "USA")
        for part in found.parts:
            exact = (part.kg * price * 100).quantize(Decimal(1), ROUND_HALF_UP)
            assert part.floor_cents == int(exact)


def test_a_code_names_the_goods_it_may_be():
    assert goods_of("8505110070") == ("magnet.std", "magnet.ht")
    assert goods_of("850153") == ("ev.motor",)
    assert goods_of("284690") == ()


def test_an_unknown_good_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match=r"ev\.motor"):
        content("ev.moter", LAW, DAY, "USA")


def test_every_figure_has_a_source_and_is_that_of_the_world():
    """Motors and the like are the world's own figures; a second number for one thing is none."""
    path = Path(stannary.__file__).parent / "world/tables/base-2024/things.csv"
    with path.open(encoding="utf-8", newline="") as file:
        things = {(r["thing"], r["product"]): Decimal(r["kg"]) for r in csv.DictReader(file)}
    compared = 0
    for good, rows in derivatives().items():
        for row in rows:
            assert row.source
            assert row.quality in ("published", "derived", "estimate", "assumed")
            if (good, row.product) in things:
                assert things[good, row.product] == row.kg
                compared += 1
    assert compared == 7


HEAD = "hs6,good,name,product,kg,per,quality,source,note\n"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("850153,m,m,magnet.ht,2,tonne,derived,s,", "not a per"),
        ("850153,m,m,magnet.ht,2,piece,heard,s,", "not a quality"),
        ("850153,m,m,magnet.ht,2,piece,derived,,", "no source"),
        ("850153,m,m,magnet.ht,0,piece,derived,s,", "not a mass"),
        ("850153,m,m,magnet.ht,-2,piece,derived,s,", "not a mass"),
        ("850153,m,m,magnet.ht,two,piece,derived,s,", "not a mass"),
    ],
)
def test_a_row_of_derivatives_that_is_none_is_refused(tmp_path, row, what):
    table = tmp_path / "derivatives.csv"
    table.write_text(HEAD + row + "\n")
    with pytest.raises(BadTable, match=what) as refusal:
        derivatives(table)
    assert "line 2" in str(refusal.value)
