import csv
import json
from pathlib import Path

import pytest

from stannary import secretariat
from stannary.report import ledger
from stannary.terms.errors import BadInput


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


# ---------------------------------------------------------------- a file beside the world

MCS = Path(__file__).parents[1] / "world" / "files" / "mcs2026-excerpt.csv"


@pytest.fixture
def baci(tmp_path):
    """A file in the form of BACI; the figures are made up."""
    path = tmp_path / "baci.csv"
    rows = ["2024,156,842,850511,250000,6000", "2024,156,392,850511,9000,NA"]
    path.write_text("\n".join(["t,i,j,k,v,q", *rows]) + "\n")
    return path


def test_production_prints_file_world_and_gap_of_every_region():
    printed = ledger.screen(secretariat.data(usgs=MCS)).splitlines()
    tungsten = printed.index("  Tungsten 2024 (w.conc)")
    union = next(line for line in printed[tungsten:] if "European Union" in line)
    assert union.split()[2:] == ["1,490", "2,190", "+700", "+47%"]
    lithium = printed.index("  Lithium 2024 (li.feed)")
    states = next(line for line in printed[lithium:] if "United States" in line)
    assert "> 0" in states  # withheld in the file
    total = next(line for line in printed[lithium:] if line.split()[:1] == ["all"])
    assert ">" in total


def test_trade_says_that_baskets_are_wider_and_shows_lanes(baci):
    printed = ledger.screen(secretariat.data(baci=baci))
    assert "HS baskets are wider than products" in printed
    assert "magnet.std (HS 850511)" in printed
    lane = next(line for line in printed.splitlines() if "CHN to USA" in line and "6,000" in line)
    gross = lane.split()[4]
    world = secretariat.data(baci=baci).world
    flow = next(
        f.t for f in world.flows if (f.product, f.origin, f.destination) == ("magnet.std", "CHN", "USA")
    )  # fmt: skip
    assert int(gross.replace(",", "")) == round(flow * 1.1)
    assert "without a weight, in no lane: 9.0 M USD" in printed


def test_files_and_a_key_stand_on_one_screen_that_fits(baci):
    printed = ledger.screen(secretariat.data(key="ndpr.oxide CHN", usgs=MCS, baci=baci))
    assert printed.startswith("prices ndpr.oxide CHN")
    assert "World production in the USGS file" in printed
    assert "in the BACI file (2024)" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_the_json_of_a_file_holds_every_lane_and_place(baci):
    inventory = secretariat.data(usgs=MCS, baci=baci)
    body = json.loads(ledger.as_json(inventory))
    assert [m["mineral"] for m in body["mined"]] == ["gallium", "tungsten", "lithium"]
    magnets = next(t for t in body["traded"] if t["product"] == "magnet.std")
    assert magnets["file"] == 6000.0
    assert len(magnets["lanes"]) > 50
    assert "mined" not in json.loads(ledger.as_json(secretariat.data()))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        secretariat.data(usgs=tmp_path / "none.csv")


def test_every_new_table_can_be_traced():
    for key, says in (
        ("ev.motor", "800 USD a thing"),
        ("usa.mountainpass.mine", "owners usa.mountainpass.mine CHN"),
        ("JPN co.refined public *", "42 days of base-year use"),
    ):
        assert says in " ".join(ledger.screen(secretariat.data(key=key)).split())
    printed = ledger.screen(secretariat.data("latest", key="dy.oxide china_fob"))
    assert "291,000" in printed
    assert "latest/targets.csv, line" in printed
