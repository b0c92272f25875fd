"""A world over another holds only what is its own; `latest` is one, with targets and shifters."""

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest

from stannary.terms.errors import BadTable, UnknownName
from stannary.terms.units import ELEMENT_PER_COMPOUND
from stannary.world import World, shipped, where
from stannary.world.columns import TABLES
from stannary.world.source import SHIPPED

CASES = Path(__file__).parents[1] / "cases"
OWN = {"targets", "shifters"}


@pytest.fixture(scope="module")
def latest():
    return World.load("latest")


@pytest.fixture
def folder(tmp_path):
    """A copy of `latest`."""
    return Path(shutil.copytree(SHIPPED / "latest", tmp_path / "mine"))


def over(tmp_path, name, below, **files):
    """A folder over another, with the files given (name → text)."""
    mine = tmp_path / name
    mine.mkdir(exist_ok=True)
    (mine / "meta.csv").write_text(f"key,value\nover,{below}\n")
    for file, text in files.items():
        (mine / f"{file}.csv").write_text(text)
    return mine


def put(path, column, value, **match):
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        table, header = list(reader), reader.fieldnames
    row = next(r for r in table if all(r[k] == v for k, v in match.items()))
    row[column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(table)


def refusal(folder, kind=BadTable):
    with pytest.raises(kind) as caught:
        World.load(folder)
    return str(caught.value)


# ---------------------------------------------------------------- over


def test_latest_is_shipped_and_holds_the_tables_of_its_base(latest):
    base = World.load("base-2024")
    assert {"base-2024", "latest"} <= set(shipped())
    for name in TABLES.keys() - OWN - {"meta"}:
        assert getattr(latest, name) == getattr(base, name), name
    assert not base.targets
    assert not base.shifters
    assert latest.base_year == base.base_year
    assert latest.meta["currency"] == base.meta["currency"]
    assert latest.meta["build"] != base.meta["build"]


def test_a_figure_is_traced_to_the_folder_it_stands_in(latest):
    (price,) = where(latest, "ndpr.oxide CHN")
    assert Path(price.place.file).parent.name == "base-2024"
    (target,) = where(latest, "dy.oxide outside_china")
    assert Path(target.place.file).parent.name == "latest"


def test_a_world_may_stand_over_a_folder_and_that_over_another(tmp_path):
    shutil.copytree(CASES / "two-region", tmp_path / "lowest")
    text = (tmp_path / "lowest" / "freight.csv").read_text()
    over(tmp_path, "middle", "../lowest", freight=text.replace("A,B,10,", "A,B,12,"))
    top = over(tmp_path, "top", "../middle")
    assert World.load(top).freight[0].usd_per_t == 12.0
    assert World.load(tmp_path / "lowest").freight[0].usd_per_t == 10.0


def test_ids_of_the_base_are_known_to_the_tables_over_it(folder):
    put(folder / "targets.csv", "product", "dy.oxid", product="dy.oxide")
    text = refusal(folder, UnknownName)
    assert "did you mean dy.oxide" in text
    assert "mine/targets.csv" in text


def test_a_base_that_does_not_exist_is_refused_with_the_nearest_name(tmp_path):
    text = refusal(over(tmp_path, "mine", "base-2042"), UnknownName)
    assert "did you mean base-2024?" in text
    assert "meta.csv, over" in text


def test_a_world_over_itself_is_refused(tmp_path):
    over(tmp_path, "one", "../two")
    assert "a world over itself" in refusal(over(tmp_path, "two", "../one"))
    assert "a world over itself" in refusal(over(tmp_path, "three", "."))


def test_what_is_over_nothing_must_be_whole(tmp_path):
    (tmp_path / "w").mkdir()
    assert "a table is missing: meta.csv" in refusal(tmp_path / "w")
    (tmp_path / "w" / "meta.csv").write_text("key,value\nbase_year,2024\n")
    assert "a key is missing or empty: currency" in refusal(tmp_path / "w")


# ---------------------------------------------------------------- targets


def test_every_target_is_priced_between_december_2025_and_june_2026(latest):
    assert latest.targets
    for target in latest.targets:
        assert date(2025, 12, 1) <= target.day <= date(2026, 6, 30), target
        assert target.figure.quality != "assumed", target


def test_a_tonne_of_tungsten_costs_what_its_metric_ton_units_do(latest):
    target = next(t for t in latest.targets if t.product == "w.apt")
    units = target.usd_per_t / 1000 * 10 * float(ELEMENT_PER_COMPOUND["W"])  # USD/mtu WO3
    assert units == pytest.approx(3000, rel=1e-4)
    assert "3,000 USD/mtu" in target.figure.source


def test_lithium_is_priced_by_the_element_as_in_the_base(latest):
    target = next(t for t in latest.targets if t.product == "li.chem")
    carbonate = target.usd_per_t * float(ELEMENT_PER_COMPOUND["Li"])
    assert carbonate == pytest.approx(9000, rel=1e-5)


def test_only_a_price_out_of_china_holds_chinas_tax_and_says_so(latest):
    for target in latest.targets:
        if target.vat == "included":
            assert target.market == "china_fob"
            assert "tax" in target.figure.note
        else:
            assert target.market != "china_fob"


BAD_TARGETS = [
    ("vat", "", "an empty cell"),
    ("vat", "included", "a price outside_china with China's value-added tax inside"),
    ("vat", "net", "included, excluded"),
    ("market", "rotterdam", "outside_china, china_fob, world"),
    ("market", "world", "one price of dy.oxide for the world, and another china_fob"),
    ("usd_per_t", "0", "a number above 0"),
    ("date", "February 2026", "not a date"),
]


@pytest.mark.parametrize(("column", "value", "says"), BAD_TARGETS)
def test_a_bad_target_is_refused(folder, column, value, says):
    put(folder / "targets.csv", column, value, product="dy.oxide", market="outside_china")
    text = refusal(folder)
    assert says in text
    assert "targets.csv, line" in text


# ---------------------------------------------------------------- shifters


def test_every_target_has_what_could_move_the_market_to_it(latest):
    assert {t.product for t in latest.targets} <= {s.product for s in latest.shifters}


BAD_SHIFTERS = [
    ("value", "0", "a factor of 0 on demand"),
    ("value", "-1", "a number of at least 0"),
    ("kind", "supply", "demand, cost, export_cost"),
]


@pytest.mark.parametrize(("column", "value", "says"), BAD_SHIFTERS)
def test_a_bad_shifter_is_refused(folder, column, value, says):
    put(folder / "shifters.csv", column, value, kind="demand", product="dy.oxide")
    text = refusal(folder)
    assert says in text
    assert "shifters.csv, line" in text


def test_a_shifter_says_the_unit_of_its_value(latest):
    found = {f.what: f.unit for f in where(latest, "export_cost dy.oxide CHN")}
    assert found == {"shifters export_cost dy.oxide CHN": "USD/t exported"}
    assert where(latest, "demand dy.oxide *")[0].unit == "factor"
