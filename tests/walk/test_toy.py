"""A whole study of three parties: the numbers of its tables and of its verdict fit on a page."""

from datetime import date
from pathlib import Path

import pytest

from stannary.secretariat import run
from stannary.terms.errors import BadInput

HERE = Path(__file__).parent
BLOC, TOY = HERE / "toy-bloc.toml", HERE / "toy"


def study(*settings):
    return run(BLOC, TOY, settings=settings)


@pytest.fixture(scope="module")
def found():
    """The study as its files give it."""
    return study()


def told(found):
    return {name: (p.state, p.reason) for name, p in found.verdict.products.items()}


def test_the_base_year_is_the_tables_again(found):
    assert found.base_error < 1e-9
    before = found.without
    # No measure of the day differs from the base year's: without the bloc, prices are the base's.
    assert before.gate("AUS", "magnet") == pytest.approx(60_000)
    # 12 t at 50,000 and 4 t at 50,000 x 1.1 export tax + 100 freight = 55,100
    assert before.price("AUS", "oxide") == pytest.approx(51_275)
    # 500 t at 2,000 and 1,500 t at 2,000 + 100
    assert before.price("AUS", "ore") == pytest.approx(2_075)
    # 25 t and 1,475 t, both at (60,000 + 100) x 1.04: duty on CIF
    assert before.price("JPN", "magnet") == pytest.approx(62_504)
    # 25 t at 60,000, and 475 t at 60,100 + 0.05 x 60,000: duty on FOB
    assert before.price("AUS", "magnet") == pytest.approx(62_945)
    assert before.flow("oxide", "AUS", "CHN") == pytest.approx(360)


def test_the_study_stands_on_the_first_day_of_its_floors(found):
    assert found.day == date(2027, 1, 1)
    assert found.with_bloc.zone == {"AUS", "JPN"}
    assert found.with_bloc.law.absent == ("metal",)
    assert found.converged


def test_every_floor_has_its_state_and_its_reason(found):
    assert told(found) == {
        "magnet": ("holds", "imports_pay_the_floor"),  # the zone makes 50 t of 2,000
        "ore": ("fails", "zone_goods_sell_below_it"),  # it makes 500 t of 2,000, and sells lower
        "oxide": ("fails", "zone_makes_more_than_it_uses"),  # it makes 400 t and uses 72
        "cerium": ("idle", "market_above_the_floor"),  # 1,000 a tonne, the floor 500
    }


def test_a_floor_that_ends_is_no_floor():
    found = study("floors.cerium=none")
    assert told(found)["cerium"] == ("none", "no_floor")
    assert found.settings == ("floors.cerium=none",)
    assert "--set floors.cerium=none" in found.command


def test_where_only_the_user_is_inside_nobody_buys_ore_and_oxide_holds():
    found = study("members.AUS.accession=none")
    assert found.with_bloc.zone == {"JPN"}
    assert told(found)["ore"] == ("none", "nobody_in_the_zone_buys")
    # Japan makes no oxide: without the maker inside, all of it pays the floor.
    assert told(found)["oxide"] == ("holds", "imports_pay_the_floor")
    assert found.with_bloc.price("JPN", "oxide") == pytest.approx(110_000)


def test_imports_land_at_the_floor_to_the_cent(found):
    b, arcs = found.with_bloc.cleared.balance, found.with_bloc.market.arcs
    for product, floor in (("magnet", 80_000), ("ore", 3_000), ("oxide", 110_000)):
        landed = [
            b.border.landed[i]
            for i, (g, o, d) in enumerate(arcs)
            if g == product and o == "CHN" and d in ("AUS", "JPN")
        ]
        assert landed == pytest.approx([floor] * len(landed), abs=0.01)


def test_the_zones_goods_owe_no_top_up(found):
    top_up = found.with_bloc.cleared.money.top_up
    paying = {arc for arc, usd in zip(found.with_bloc.market.arcs, top_up, strict=True) if usd > 0}
    assert paying == {
        ("magnet", "CHN", "AUS"), ("magnet", "CHN", "JPN"), ("ore", "CHN", "AUS"),
        ("oxide", "CHN", "AUS"), ("oxide", "CHN", "JPN"),
    }  # fmt: skip


def test_the_joint_product_follows_the_oxide(found):
    # Separation makes 0.2 t of oxide and 0.5 t of cerium of every tonne of ore it takes.
    b, nodes = found.with_bloc.cleared.balance, found.with_bloc.market.nodes
    for region in ("AUS", "CHN"):
        oxide, cerium = (b.supplied[nodes.index((region, g))] for g in ("oxide", "cerium"))
        assert cerium == pytest.approx(2.5 * oxide)


def test_tonnes_of_the_verdict_add_up(found):
    flow = found.with_bloc.flow
    for name, product in found.verdict.products.items():
        side = product.with_bloc
        home = sum(flow(name, o, d) for o in ("AUS", "JPN") for d in ("AUS", "JPN"))
        assert side.use == pytest.approx(home + side.imported)
        assert side.made == pytest.approx(home + flow(name, "AUS", "CHN"))
        assert side.supplier * side.use == pytest.approx(side.imported)


def test_money_of_the_verdict_adds_up(found):
    verdict = found.verdict
    gap = verdict.price_gap
    assert verdict.zone_users == verdict.gains["AUS"].users + verdict.gains["JPN"].users
    assert gap.treasuries + gap.zone_producers + gap.outside_sellers + gap.lost == pytest.approx(
        -verdict.zone_users
    )
    assert verdict.gains["JPN"].producers == 0  # it makes nothing
    assert verdict.gains["CHN"].top_up == 0
    assert not verdict.gains["CHN"].inside
    collected = sum(product.with_bloc.top_up for product in verdict.products.values())
    assert gap.treasuries == pytest.approx(collected)


def test_a_users_gain_is_the_sum_of_its_products_areas(found):
    # Japan's users: isoelastic demand q0 (P / P0)^e, its area q0 P0^-e (P1^(1+e) - P0^(1+e)) / (1+e)
    lost = 0.0
    for product, q0, e in (("magnet", 1500, -0.5), ("oxide", 56, -0.5), ("cerium", 500, -0.8)):
        p0, p1 = (one.price("JPN", product) for one in (found.without, found.with_bloc))
        lost += q0 * p0**-e * (p1 ** (1 + e) - p0 ** (1 + e)) / (1 + e)
    assert found.verdict.gains["JPN"].users == pytest.approx(-lost, rel=1e-6)


def test_the_bloc_alone_makes_the_difference(found):
    bare = study(*(f"floors.{g}=none" for g in ("ore", "oxide", "cerium", "magnet", "metal")))
    for gain in bare.verdict.gains.values():
        parts = (gain.users, gain.producers, gain.treasury)
        assert parts == pytest.approx((0, 0, 0), abs=1e-6 * found.verdict.zone_spending)
    assert {state for state, _ in told(bare).values()} == {"none"}


def test_a_setting_that_is_no_amendment_is_refused_with_an_example():
    with pytest.raises(BadInput, match=r"floors\.magnet=110"):
        study("floors.magnet")
