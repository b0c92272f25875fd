"""Rows of border.csv: what each kind may say, and who holds the rent of a limit."""

import csv
import shutil
from pathlib import Path

import pytest

from stannary.terms.errors import BadTable, UnknownName
from stannary.world import World
from stannary.world.fit import LIMITS
from stannary.world.source import SHIPPED

BASE = SHIPPED / "base-2024"


@pytest.fixture
def base(tmp_path):
    """A copy of the shipped base."""
    return Path(shutil.copytree(BASE, tmp_path / "base"))


def with_row(folder, **cells):
    """Add one measure to the folder's border table, columns that it lacks included."""
    path = folder / "border.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        table, header = list(reader), list(reader.fieldnames)
    row = {
        "measure": "new", "kind": "export_quota", "product": "dy.oxide", "origin": "CHN",
        "destination": "*", "value": "1e9", "unit": "t_per_year", "from": "2024-01-01",
        "to": "", "quality": "assumed", "source": "test", "note": "",
    } | cells  # fmt: skip
    header += [name for name in row if name not in header]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([*table, row])
    return folder


def refusal(folder, kind=BadTable):
    with pytest.raises(kind) as caught:
        World.load(folder)
    return str(caught.value)


def test_a_base_without_the_optional_columns_has_neither_holder_nor_duty_beyond(base):
    path = base / "border.csv"
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    kept = [i for i, name in enumerate(table[0]) if name not in ("holder", "beyond")]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[row[i] for i in kept] for row in table])
    assert {(m.holder, m.beyond) for m in World.load(base).border} == {("", None)}


@pytest.mark.parametrize("kind", LIMITS)
def test_a_limit_may_name_who_gets_its_rent(base, kind):
    beyond = "500" if kind == "tariff_rate_quota" else ""
    world = World.load(with_row(base, kind=kind, holder="DEU", beyond=beyond))
    measure = world.border[-1]
    assert (measure.kind, measure.holder) == (kind, "DEU")
    assert measure.beyond == (500.0 if beyond else None)
    assert world.region_of(measure.holder) == "EUU"


def test_a_holder_may_be_a_region(base):
    assert World.load(with_row(base, holder="ROB")).border[-1].holder == "ROB"


def test_a_country_that_no_region_names_falls_to_the_rest_of_the_world():
    world = World.load("base-2024")
    assert world.region_of("FJI") == "ROW"
    assert world.region_of("THA") == "ROB"


@pytest.mark.parametrize("holder", ["XXZ", "chn", "*"])
def test_a_holder_that_is_nowhere_is_refused(base, holder):
    text = refusal(with_row(base, holder=holder), UnknownName)
    assert "unknown region, or country of a region" in text
    assert "holder" in text


def test_a_world_without_countries_takes_its_regions_as_holders_only():
    world = World.load(Path(__file__).parents[1] / "cases" / "transport" / "fixed")
    assert world.region_of("TOPEKA") == "TOPEKA"
    assert world.region_of("CHN") is None


BAD = [
    ({"kind": "import_duty", "unit": "usd_per_t", "holder": "USA"}, "which has no rent"),
    ({"kind": "ban", "value": "0", "holder": "CHN"}, "which has no rent"),
    ({"beyond": "500"}, "export_quota with a duty beyond its limit"),
    ({"kind": "tariff_rate_quota"}, "tariff_rate_quota without a duty beyond its limit"),
    ({"kind": "tariff_rate_quota", "beyond": "-1"}, "a number of at least 0"),
    ({"kind": "tariff_rate_quota", "beyond": "5", "value": "0"}, "tariff_rate_quota of nothing"),
    ({"kind": "export_licence", "value": "0"}, "export_licence of nothing"),
    ({"kind": "export_licence", "unit": "ad_valorem"}, "a unit that does not go with"),
    ({"value": "-5"}, "a number outside its range"),
    ({"kind": "ban", "value": "5"}, "a ban that lets something through"),
    ({"kind": "import_duty", "unit": "ad_valorem", "value": "-0.1"}, "outside its range"),
    ({"kind": "export_tax", "unit": "ad_valorem", "value": "-1.1"}, "a share of at least -1"),
]


@pytest.mark.parametrize(("cells", "says"), BAD)
def test_a_measure_that_contradicts_its_kind_is_refused(base, cells, says):
    text = refusal(with_row(base, **cells))
    assert says in text
    assert "border.csv, line" in text


@pytest.mark.parametrize(("unit", "value"), [("ad_valorem", "-1"), ("usd_per_t", "-250")])
def test_an_export_tax_may_be_given_back(base, unit, value):
    world = World.load(with_row(base, kind="export_tax", unit=unit, value=value))
    assert world.border[-1].value == float(value)


def test_a_tariff_rate_quota_below_base_flows_is_no_oddity(base):
    # Ten tonnes enter at the low rate; the rest pays `beyond`, so nothing is above a limit.
    row = {"kind": "tariff_rate_quota", "value": "10", "beyond": "500"}
    assert World.load(with_row(base, **row)).warnings == ()


def test_an_export_licence_below_base_flows_is_told(base):
    (warning,) = World.load(with_row(base, kind="export_licence", value="10")).warnings
    assert "new allows 10 t a year" in warning
