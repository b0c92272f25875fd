"""Things, their prices, stocks and owners: what they must agree with elsewhere in the base."""

import re
from collections import defaultdict

import pytest

from stannary.world import World
from stannary.world.check import use


@pytest.fixture(scope="module")
def world():
    return World.load("base-2024")


def test_every_thing_with_contents_has_a_price_of_the_same_unit(world):
    units = {t.thing: t.unit for t in world.things}
    assert {p.thing: p.unit for p in world.thing_prices} == units


def test_no_thing_costs_less_than_the_minerals_inside_it(world):
    price = {p.product: p.usd_per_t for p in world.prices if p.region == "CHN"}
    inside = defaultdict(float)
    for thing in world.things:
        inside[thing.thing] += thing.kg * price[thing.product] / 1000
    for sold in world.thing_prices:
        assert inside[sold.thing] < 0.5 * sold.price_usd, sold.thing


def test_a_mine_project_or_plant_is_listed_only_where_its_owner_lives_elsewhere(world):
    home = {p.plant: p.region for p in world.plants}
    home |= {p.project: p.region for p in world.projects}
    for owner in world.owners:
        assert owner.share > 0
        assert world.region_of(owner.owner) != home[owner.plant], owner


def test_an_owner_that_no_document_shows_is_marked_to_be_verified(world):
    for owner in world.owners:
        if owner.figure.quality == "estimate":
            assert re.search("to be verified|assumed", owner.figure.note), owner


@pytest.mark.parametrize(
    ("plant", "owner", "least", "most"),
    [
        ("usa.mountainpass.mine", "CHN", 0.0, 0.05),
        ("idn.ref.ni", "CHN", 0.7, 0.8),
        ("cod.co.feed", "CHN", 0.5, 0.7),
        ("aus.li.feed", "CHN", 0.1, 0.2),
        ("ngualla.mine", "CHN", 0.84, 0.84),
    ],
)
def test_chinas_best_known_holdings_abroad_are_there(world, plant, owner, least, most):
    (share,) = (o.share for o in world.owners if (o.plant, o.owner) == (plant, owner))
    assert least <= share <= most


def test_a_stock_is_of_a_product_that_the_region_uses(world):
    used = use(world)
    for stock in world.stocks:
        if stock.region != "*":
            assert used[stock.product, stock.region] > 0, stock


def test_what_commerce_holds_without_evidence_is_assumed_for_every_region(world):
    for stock in world.stocks:
        everywhere = stock.region == "*"
        assert everywhere == (stock.figure.quality == "assumed"), stock
        assert not (everywhere and stock.holder == "public"), stock


def test_korean_neodymium_is_the_published_180_days_of_car_makers(world):
    (stock,) = (s for s in world.stocks if (s.region, s.product) == ("KOR", "ndpr.metal"))
    magnets = sum(
        s.base_use
        for s in world.segments
        if s.region == "KOR" and s.product.startswith("magnet.") and s.end_use in ("ev", "auto")
    )
    tonnes = magnets * 0.30 * 180 / 365
    assert stock.days == pytest.approx(tonnes / use(world)["ndpr.metal", "KOR"] * 365, abs=0.1)


def test_japan_holds_no_rare_earth_and_the_union_nothing(world):
    public = {(s.region, s.product): s.days for s in world.stocks if s.holder == "public"}
    assert public["JPN", "ndpr.oxide"] == public["JPN", "magnet.ht"] == 0
    assert public["JPN", "co.refined"] == 42
    assert {days for (region, _), days in public.items() if region == "EUU"} == {0}
    assert 0 < public["USA", "sb.metal"] < 5
