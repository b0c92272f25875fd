"""Shares, qualities and sources: what `stannary data` shows."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from stannary.terms.errors import UnknownName
from stannary.world import World, quality_counts, shares, shipped, where
from stannary.world.columns import TABLES
from stannary.world.source import SHIPPED

BASE = SHIPPED / "base-2024"
CASES = Path(__file__).parents[1] / "cases"
HOUSE_WORDS = re.compile(r"\.csv|FACTS|README|data/|\.py\b|\bto verify\b")


@pytest.fixture(scope="module")
def world():
    return World.load("base-2024")


def walk(folder=BASE):
    for path in sorted(folder.glob("*.csv")):
        if path.stem != "meta":
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    yield path.stem, row


def test_china_holds_the_published_shares_of_mining_separation_and_magnets(world):
    here = {share.what: share.here for share in shares(world)}
    assert here["Rare-earth mining, t REO"] == pytest.approx(0.70, abs=0.02)
    assert here["Separation of magnet rare earths from ore"] == pytest.approx(0.90, abs=0.02)
    assert here["Magnets, finished tonnes"] > 0.90


def test_every_share_stands_close_to_the_published_one(world):
    for share in shares(world):
        printed = [float(x) / 100 for x in re.findall(r"(\d+) %", share.published)]
        assert min(abs(share.here - p) for p in printed) < 0.035, share
        assert share.source


def test_a_share_is_the_ratio_of_sums_done_by_hand(world):
    made = Counter()
    for plant in world.plants:
        for product in ("magnet.std", "magnet.ht"):
            coefficient = world.recipes[plant.recipe].coefficients.get(product, 0.0)
            made[plant.region] += coefficient * plant.base_activity
    share = next(s for s in shares(world) if s.what.startswith("Magnets"))
    assert share.here == pytest.approx(made["CHN"] / made.total())


def test_a_world_without_those_products_has_no_shares(world):
    assert shares(World.load(CASES / "two-region")) == ()


def test_quality_counts_equal_a_walk_over_the_files(world):
    counted, by_table = quality_counts(world), {}
    for table, row in walk():
        by_table.setdefault(table, Counter())[row["quality"]] += 1
    for table, counts in by_table.items():
        assert {q: n for q, n in counted[table].items() if n} == dict(counts), table
    assert sum(counted["total"].values()) == sum(c.total() for c in by_table.values())


def walk_all():
    for name in shipped():
        yield from walk(SHIPPED / name)


def test_every_row_cites_a_source_and_names_nothing_of_the_house():
    for table, row in walk_all():
        assert row["source"].strip(), (table, row)
        for column in ("source", "note"):
            assert not HOUSE_WORDS.search(re.sub(r"https?://\S+", "", row[column])), row[column]


def test_what_no_document_shows_is_never_called_published():
    for table, row in walk_all():
        if re.search("recalled|own (assumption|estimate|mass balance)", row["source"]):
            assert row["quality"] in ("estimate", "assumed"), (table, row)


def test_a_recalled_figure_is_marked_to_be_verified():
    for table, row in walk_all():
        if row["source"].startswith("recalled"):
            assert "to be verified" in row["note"], (table, row)


# ---------------------------------------------------------------- where


def test_a_plant_is_found_with_its_figures_and_where_they_stand(world):
    found = {f.column: f for f in where(world, "chn.bayanobo.mine")}
    activity = found["base_activity"]
    assert activity.unit == "t/y of activity"
    assert activity.quality == "estimate"
    assert str(activity.place).endswith("plants.csv, line 2")
    # The row's quality speaks for the activity, not for the calibrated cost.
    assert found["cash_cost"].quality == "unrated"


def test_a_price_a_flow_and_its_freight_are_found_by_their_ids(world):
    (price,) = where(world, "ndpr.oxide CHN")
    assert (price.what, price.unit) == ("prices ndpr.oxide CHN", "USD/t at the plant gate")
    tables = {f.what.split()[0] for f in where(world, "magnet.ht CHN USA")}
    assert tables == {"flows", "freight"}


def test_a_recipe_is_all_its_rows(world):
    assert len(where(world, "sep.mixed")) == len(world.recipes["sep.mixed"].coefficients)


def test_a_measure_says_the_unit_of_its_value(world):
    (found,) = where(world, "chn-vat-ndpr.oxide")
    assert (found.value, found.unit) == (0.13, "ad_valorem")


def test_every_id_of_the_world_is_found(world):
    ids = [
        *world.regions, *world.products, *world.recipes,
        *(p.plant for p in world.plants), *(p.project for p in world.projects),
        *(s.segment for s in world.segments), *(m.measure for m in world.border),
        *(p.path for p in world.paths), *(r.rule for r in world.origin_rules),
    ]  # fmt: skip
    for name in dict.fromkeys(ids):
        assert where(world, name), name


def test_an_unknown_id_names_the_nearest(world):
    with pytest.raises(UnknownName, match=r'did you mean "chn\.bayanobo\.mine"'):
        where(world, "chn.bayanbo.mine")


def test_every_file_and_column_is_described_in_the_schema():
    text = (BASE.parent / "SCHEMA.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z_0-9]+", text))
    for table in TABLES.values():
        assert table.name in words, table.file
        for column in table.all_columns:
            assert column.name in words, (table.file, column.name)
    assert not HOUSE_WORDS.search(re.sub(r"[a-z_]+\.csv", "", text))
