"""The law on the arcs of a market: floors, duties, zone, and what does not fit together."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from stannary.agreement import Agreement, amend_all
from stannary.market.calibrate import market
from stannary.market.from_agreement import bridge, zone_of
from stannary.terms.errors import BadInput
from stannary.world.atlas import Figure, Measure

DAY = date(2027, 1, 1)
FIGURE = Figure("assumed", "invented", "", 77)


@pytest.fixture(scope="module")
def toy_bloc():
    """The agreement of the toy world."""
    return Agreement.load(Path(__file__).parents[1] / "walk" / "toy-bloc.toml")


def with_rows(toy, *measures):
    return market(replace(toy.world, border=(*toy.world.border, *measures)))


def row(kind, product, origin, destination, value, unit="ad_valorem"):
    return Measure("row", kind, product, origin, destination, value, unit,
                   date(2020, 1, 1), None, FIGURE)  # fmt: skip


def test_the_laws_duties_at_the_base_day_are_the_base_years_levers(base, no_bloc):
    levers = bridge(base, no_bloc.on(date(2024, 7, 1))).levers
    for name in levers._fields:
        np.testing.assert_allclose(
            getattr(levers, name), getattr(base.base, name), rtol=0, atol=1e-15, err_msg=name
        )


def test_floors_lie_on_every_route_from_outside_into_the_zone_and_on_no_other(base, law):
    for (product, origin, destination), floor, liable in zip(
        base.arcs, law.levers.floor, law.levers.liable, strict=True
    ):
        if destination in law.zone and origin != destination and product in law.floors:
            assert floor == law.floors[product].usd_per_t
            assert liable == float(origin not in law.zone)
        else:
            assert floor == 0


def test_goods_of_the_zone_whose_origin_is_not_proven_are_liable(base, bloc, day):
    law = bridge(base, amend_all(bloc, ["rules.proven=0.8"]).on(day))
    inside = [
        i for i, (g, o, d) in enumerate(base.arcs)
        if g in law.floors and o != d and {o, d} <= law.zone
    ]  # fmt: skip
    assert inside
    np.testing.assert_allclose(law.levers.liable[inside], 0.2)


def test_a_region_is_inside_only_if_all_its_countries_are(world, bloc, day):
    zone, split = zone_of(world, bloc.on(day))
    inside = bloc.on(day).inside
    for region in world.regions.values():
        named = region.iso3 & inside
        assert (region.region in zone) == bool(named == region.iso3 and named)
        assert (region.region in split) == bool(named and named != region.iso3)
    assert {"USA", "EUU", "JPN"} <= zone
    assert "CHN" not in zone


def test_one_country_that_leaves_splits_its_region(toy, toy_bloc):
    regions = dict(toy.world.regions)
    regions["AUS"] = replace(regions["AUS"], iso3=frozenset({"AUS", "NZL"}))
    zone, split = zone_of(replace(toy.world, regions=regions), toy_bloc.on(DAY))
    assert zone == {"JPN"}
    assert split == ("AUS",)


def test_a_valuation_that_differs_from_the_worlds_is_refused(toy, toy_bloc):
    with pytest.raises(BadInput, match="values imports CIF, the world FOB") as refused:
        bridge(toy, amend_all(toy_bloc, ["members.AUS.valuation=CIF"]).on(DAY))
    assert "members.AUS.valuation=FOB" in str(refused.value)
    assert "regions.csv line 2" in str(refused.value)


def test_the_strictest_floor_of_a_products_legal_products_rules(base, bloc, day):
    # ndpr.metal, nd.metal and pr.metal are one product of the world, at 150 USD/kg each.
    at = bridge(base, amend_all(bloc, ["floors.nd.metal=160"]).on(day)).floors["ndpr.metal"]
    assert at.usd_per_t == pytest.approx(160_000)
    assert at.law.product == "nd.metal"
    assert set(at.others) == {"ndpr.metal", "pr.metal"}


def test_a_floor_per_kilogram_of_element_is_converted_once_by_the_laws_table(base, bloc, day):
    # Of the world's tungsten, counted as metal, the law floors the compound: 1.26108 kg hold 1 kg.
    law = bridge(base, bloc.on(day))
    for found in law.floors.values():
        item = next(p for p in bloc.on(day).products if p.product == found.law.product)
        basis = base.world.products[found.product].basis
        if item.element == "none" or item.basis == "product":
            factor = Decimal(1)
        elif (item.basis, basis) == ("element", "REO"):
            factor = {"NdPr": Decimal("0.849943")}[item.element]
        elif (item.basis, basis) == ("compound", "metal"):
            factor = {"W": Decimal("1.261080"), "Ge": Decimal("1.440562"),
                      "Sb": Decimal("1.197097"), "Ga": Decimal("1.344198"),
                      "Li": Decimal("5.323343")}[item.element]  # fmt: skip
        else:
            factor = Decimal(1)
        assert found.usd_per_t == float(found.law.usd_per_kg * factor * 1000)


def test_legal_products_whose_product_the_world_lacks_are_listed(toy, toy_bloc, base, bloc, day):
    assert bridge(toy, toy_bloc.on(DAY)).absent == ("metal",)
    assert bridge(base, bloc.on(day)).absent == ()


def test_the_laws_duty_takes_the_place_of_the_worlds_row(toy, toy_bloc):
    levers = bridge(toy, toy_bloc.on(DAY)).levers
    np.testing.assert_array_equal(levers.counted, toy.base.counted)
    raised = bridge(toy, amend_all(toy_bloc, ["duties.jpn-magnet=0.10"]).on(DAY)).levers
    assert raised.counted[toy.arcs.index(("magnet", "CHN", "JPN"))] == pytest.approx(0.10)


@pytest.mark.parametrize(
    ("products", "importer"), [("magnet;ore", "AUS"), ("*", "AUS"), ("*", "*")]
)
def test_a_row_of_many_products_gives_way_only_where_the_law_speaks(
    toy, toy_bloc, products, importer
):
    arrays = with_rows(toy, row("import_duty", products, "*", importer, 0.5))
    levers = bridge(arrays, toy_bloc.on(DAY)).levers
    magnet, ore = (arrays.arcs.index((g, "CHN", "AUS")) for g in ("magnet", "ore"))
    assert levers.counted[magnet] == pytest.approx(0.05)  # the law's, once
    assert levers.counted[ore] == pytest.approx(0.5)  # the world's: the law is silent


def test_an_extra_duty_of_the_world_stands_beside_a_base_duty_of_the_law(toy, toy_bloc):
    arrays = with_rows(toy, row("extra_duty", "magnet", "CHN", "JPN", 0.25))
    levers = bridge(arrays, toy_bloc.on(DAY)).levers
    assert levers.counted[arrays.arcs.index(("magnet", "CHN", "JPN"))] == pytest.approx(0.29)


def test_a_duty_that_does_not_count_is_kept_apart(toy, toy_bloc):
    tariffs = {
        name: replace(tariff, counts=False) for name, tariff in toy_bloc.text.tariffs.items()
    }
    law = Agreement(replace(toy_bloc.text, tariffs=tariffs))
    levers = bridge(toy, law.on(DAY)).levers
    np.testing.assert_array_equal(levers.uncounted, toy.base.counted)
    assert not levers.counted.any()


def test_domestic_routes_owe_nothing(base, law):
    home = [i for i, (_, o, d) in enumerate(base.arcs) if o == d]
    for name in ("counted", "uncounted", "specific", "export_tax", "export_specific", "floor"):
        assert not getattr(law.levers, name)[home].any(), name
