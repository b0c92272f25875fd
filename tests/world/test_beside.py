"""A user's file beside the base: sums by region, gaps, baskets; computed again by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from stannary.terms.errors import BadTable
from stannary.world import World
from stannary.world.beside import codes, production_beside, trade_beside
from stannary.world.loaders.baci import Trade
from stannary.world.loaders.usgs import production

MCS = Path(__file__).parent / "files" / "mcs2026-excerpt.csv"
CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def world():
    return World.load("base-2024")


@pytest.fixture(scope="module")
def mined(world):
    return {m.mineral: m for m in production_beside(world, production(MCS))}


def test_what_the_file_lacks_is_left_out(mined):
    assert set(mined) == {"tungsten", "lithium", "gallium"}
    assert mined["tungsten"].products == ("w.conc",)
    assert mined["gallium"].products == ("ga.crude",)


def test_countries_of_one_region_are_added(world, mined):
    at = {p.region: p for p in mined["tungsten"].places}
    # Austria 840 t and Portugal 650 t are the only members of the Union in the excerpt.
    assert at["EUU"].file == 1490.0
    assert at["EUU"].here == pytest.approx(2190.0)
    assert at["CHN"].file == at["CHN"].here == 67_000.0
    # The world's other countries have no name in the file, so they are nobody's.
    others = at[None]
    assert (others.place, others.file, others.here) == ("Other countries", 1700.0, 0.0)


def test_the_world_is_all_there_whatever_the_file_holds(world, mined):
    plants = sum(
        p.base_activity for p in world.plants if "w.conc" in world.recipes[p.recipe].outputs
    )
    assert sum(p.here for p in mined["tungsten"].places) == pytest.approx(plants)
    assert mined["tungsten"].printed == 82_000.0


def test_a_withheld_figure_makes_the_files_tonnes_a_lower_end(mined):
    at = {p.region: p for p in mined["lithium"].places}
    assert (at["USA"].file, at["USA"].withheld) == (0.0, True)
    assert at["USA"].here > 0.0
    assert not at["AUS"].withheld


def test_the_base_year_is_taken_or_else_the_latest(world):
    rows = production(MCS)
    later = [replace(row, year=2025, value=1.0) for row in rows]
    assert {m.year for m in production_beside(world, [*rows, *later])} == {2024}
    assert {m.year for m in production_beside(world, later)} == {2025}


def test_a_unit_that_is_no_weight_is_refused_with_its_line(world):
    rows = [replace(row, unit="carats") for row in production(MCS)]
    with pytest.raises(BadTable, match=r"(?s)no weight.*mcs\.csv, line"):
        production_beside(world, rows, "mcs.csv")


def test_a_world_without_minerals_has_nothing_beside_a_file():
    assert production_beside(World.load(CASES / "two-region"), production(MCS)) == ()


# ---------------------------------------------------------------- trade


def row(exporter, importer, hs, t, year=2024, usd=1e6):
    return Trade(year, exporter, importer, hs, usd, t)


ROWS = (
    row("CHN", "USA", "850511", 100.0),
    row("CHN", "DEU", "850511", 30.0),
    row("CHN", "FRA", "850511", 12.0),
    row("DEU", "FRA", "850511", 999.0),  # inside one region
    row("CHN", "JPN", "850511", None, usd=2e6),
    row(None, "JPN", "850511", 7.0),
    row("CHN", "USA", "850511", 5.0, year=2023),
)


def test_tonnes_are_added_by_lane_between_regions(world):
    magnets = next(t for t in trade_beside(world, ROWS) if t.product == "magnet.std")
    lanes = {(lane.origin, lane.destination): lane.file for lane in magnets.lanes if lane.file}
    assert lanes == {("CHN", "USA"): 100.0, ("CHN", "EUU"): 42.0}
    assert magnets.file == 142.0
    assert magnets.unweighed == 2e6
    assert magnets.year == 2024


def test_the_worlds_flows_are_made_gross_and_stand_beside(world):
    magnets = next(t for t in trade_beside(world, ROWS) if t.product == "magnet.std")
    gross = world.products["magnet.std"].gross_per_contained
    crossing = sum(
        f.t for f in world.flows if f.product == "magnet.std" and f.origin != f.destination
    )
    assert magnets.here == pytest.approx(gross * crossing)
    assert set(magnets.shared) == {"magnet.ht", "re.scrap"}


def test_the_order_of_rows_never_changes_the_lanes(world):
    assert trade_beside(world, ROWS) == trade_beside(world, ROWS[::-1])


def test_every_product_with_a_code_has_its_basket(world):
    assert {t.product for t in trade_beside(world, ROWS)} == {
        p.product for p in world.products.values() if p.hs
    }
    assert "850511" in codes(world)
    assert trade_beside(world, ()) == ()
