import csv
import json

import pytest

from stannary import secretariat
from stannary.report import ledger


@pytest.fixture(scope="module")
def inventory():
    return secretariat.data()


def test_the_inventory_prints_chinas_shares_beside_the_published_ones(inventory):
    printed = ledger.screen(inventory)
    for what, published in (("Rare-earth mining", "70 %"), ("ore", "90 %"), ("Magnets", "90 %")):
        assert any(
            line.strip().startswith("China: ") and what in line and published in line
            for line in printed.splitlines()
        )


def test_every_line_fits_a_hundred_columns(inventory):
    for text in (ledger.screen(inventory), ledger.screen(secretariat.data(key="ndpr.oxide CHN"))):
        assert max(map(len, text.splitlines())) <= 100


def test_counts_are_those_of_the_tables_themselves(inventory):
    printed = ledger.screen(inventory)
    with (inventory.world.folder / "plants.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    line = next(line for line in printed.splitlines() if line.strip().startswith("plants"))
    assert int(line.split()[1]) == len(rows)
    assert int(line.split()[2]) == sum(row["quality"] == "published" for row in rows)


def test_a_trace_says_value_unit_quality_source_and_place():
    printed = ledger.screen(secretariat.data(key="usa.mountainpass.mine"))
    assert "45,500" in printed
    assert "Mineral Commodity Summaries 2026" in printed
    assert "base-2024/plants.csv, line" in printed


def test_the_json_of_a_trace_is_strict_and_complete():
    body = json.loads(ledger.as_json(secretariat.data(key="ndpr.oxide CHN")))
    assert body["schema"] == "stannary-data/1"
    assert {"what", "column", "value", "unit", "quality", "source", "note", "place"} == set(
        body["found"][0]
    )
