"""A folder is read exactly, or refused with file, line, column, value and what is allowed."""

import csv
import math
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from stannary.terms.errors import BadInput, BadTable, UnknownName
from stannary.world import World, shipped
from stannary.world.atlas import Figure, Recipe
from stannary.world.columns import TABLES
from stannary.world.source import SHIPPED

CASES = Path(__file__).parents[1] / "cases"
BASE = SHIPPED / "base-2024"
WORLDS = sorted(p.parent for p in CASES.rglob("meta.csv"))


@pytest.fixture
def two(tmp_path):
    """A copy of the textbook world of two regions."""
    return Path(shutil.copytree(CASES / "two-region", tmp_path / "two"))


@pytest.fixture
def base(tmp_path):
    """A copy of the shipped base."""
    return Path(shutil.copytree(BASE, tmp_path / "base"))


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(path, table):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def put(path, line, column, value):
    """Write `value` into one cell; line 1 is the header."""
    table = rows(path)
    table[line - 1][table[0].index(column)] = value
    write(path, table)


def refusal(folder, kind=BadTable):
    with pytest.raises(kind) as caught:
        World.load(folder)
    return str(caught.value)


# ---------------------------------------------------------------- what loads


def test_the_base_is_shipped_and_loads_by_name():
    world = World.load("base-2024")
    assert "base-2024" in shipped()
    assert (world.name, world.base_year) == ("base-2024", 2024)
    assert (len(world.regions), len(world.products), len(world.plants)) == (24, 34, 207)
    assert world.warnings == ()


@pytest.mark.parametrize("folder", WORLDS, ids=lambda p: str(p.relative_to(CASES)))
def test_every_case_world_loads(folder):
    world = World.load(folder)
    assert world.expected
    assert all(sigma == math.inf for sigma in world.substitution.values())


def test_every_row_of_every_table_becomes_one_record():
    world = World.load("base-2024")
    for name, table in TABLES.items():
        if (BASE / table.file).exists() and name not in ("meta", "recipes"):
            assert len(getattr(world, name)) == len(rows(BASE / table.file)) - 1, name
    coefficients = sum(len(r.coefficients) for r in world.recipes.values())
    assert coefficients == len(rows(BASE / "recipes.csv")) - 1


def test_a_record_knows_the_line_it_stands_in():
    table = rows(BASE / "plants.csv")
    for plant in World.load("base-2024").plants[:20]:
        assert table[plant.figure.line - 1][0] == plant.plant


def test_a_byte_order_mark_says_nothing(two):
    path = two / "regions.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert set(World.load(two).regions) == {"A", "B"}


def without_lines(world):
    """The world's content: order of rows and line numbers taken out."""

    def bare(record):
        if isinstance(record, Recipe):
            return (record.recipe, sorted(record.coefficients.items()))
        return repr(replace(record, figure=Figure("assumed", record.figure.source, "", 0)))

    content = {"meta": world.meta, "substitution": world.substitution, "warnings": world.warnings}
    for name in TABLES:
        if name not in content:
            held = getattr(world, name)
            records = held.values() if isinstance(held, dict) else held
            content[name] = sorted(map(bare, records), key=repr)
    return content


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_never_changes_the_world(base, seed):
    before = without_lines(World.load("base-2024"))
    dice = random.Random(seed)
    for path in base.glob("*.csv"):
        header, *body = rows(path)
        dice.shuffle(body)
        write(path, [header, *body])
    assert without_lines(World.load(base)) == before


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_columns_never_changes_the_world(base, seed):
    before = without_lines(World.load("base-2024"))
    dice = random.Random(seed)
    for path in base.glob("*.csv"):
        columns = list(zip(*rows(path), strict=True))
        dice.shuffle(columns)
        write(path, list(zip(*columns, strict=True)))
    assert without_lines(World.load(base)) == before


# ---------------------------------------------------------------- names and files


def test_an_unknown_world_names_the_nearest_shipped_one():
    text = refusal("base-2042", UnknownName)
    assert "unknown world" in text
    assert "did you mean base-2024?" in text


def test_a_file_is_not_a_world():
    assert "a world is a folder" in refusal(BASE / "plants.csv", BadInput)


def test_an_unknown_file_is_refused_with_the_nearest_name(two):
    (two / "fright.csv").write_text("a\n")
    text = refusal(two, UnknownName)
    assert "unknown file of a world" in text
    assert "did you mean freight.csv" in text


def test_notes_and_hidden_files_may_stand_in_the_folder(two):
    (two / "README.md").write_text("notes\n")
    (two / ".hidden").write_text("x\n")
    World.load(two)


@pytest.mark.parametrize("name", ["meta", "regions", "products", "substitution"])
def test_a_missing_table_is_named(two, name):
    (two / f"{name}.csv").unlink()
    assert f"a table is missing: {name}.csv" in refusal(two)


@pytest.mark.parametrize("name", ["plants", "segments", "flows", "freight", "recipes"])
def test_only_a_world_with_curves_may_lack_the_ordinary_tables(base, name):
    (base / f"{name}.csv").unlink()
    assert f"a table is missing: {name}.csv" in refusal(base)


def test_latin_1_is_refused_with_its_line_and_byte(two):
    path = two / "regions.csv"
    path.write_bytes(path.read_bytes().replace(b"B,B,", b"B,C\xf4te,"))
    text = refusal(two)
    assert "not UTF-8 text" in text
    assert "regions.csv, line 3" in text
    assert "byte 0xf4" in text
    assert "save as UTF-8" in text


def test_an_empty_table_is_refused(two):
    write(two / "curves.csv", rows(two / "curves.csv")[:1])
    assert "a table without rows" in refusal(two)
    (two / "curves.csv").write_text("")
    assert "the file is empty" in refusal(two)


def test_semicolons_between_cells_are_refused(two):
    path = two / "freight.csv"
    path.write_text(path.read_text().replace(",", ";"))
    text = refusal(two)
    assert "columns are not separated by commas" in text
    assert "freight.csv, line 1" in text


def test_an_unknown_column_is_refused_with_the_one_it_must_mean(two):
    table = rows(two / "freight.csv")
    table[0][3] = "usd_per_tonne"
    write(two / "freight.csv", table)
    text = refusal(two, UnknownName)
    assert "unknown column of freight.csv" in text
    assert "usd_per_t" in text


def test_a_missing_column_is_named(two):
    write(two / "freight.csv", [[*row[:4], *row[5:]] for row in rows(two / "freight.csv")])
    assert "a column is missing: pct_of_value" in refusal(two)


def test_a_column_may_not_stand_twice(two):
    write(two / "freight.csv", [[*row, row[0]] for row in rows(two / "freight.csv")])
    assert "a column stands twice" in refusal(two)


def test_an_unquoted_decimal_comma_makes_a_row_too_long(two):
    path = two / "freight.csv"
    path.write_text(path.read_text().replace("A,B,10,", "A,B,10,5,"))
    text = refusal(two)
    assert "a row of 9 cells under a header of 8" in text
    assert "decimals take a point" in text


# ---------------------------------------------------------------- cells

BAD_CELLS = [
    ("curves", 2, "p1", "12,5", "a comma in a number"),
    ("curves", 2, "p1", "many", "not a number"),
    ("curves", 2, "p1", "nan", "not a finite number"),
    ("curves", 2, "p1", "inf", "not a finite number"),
    ("curves", 2, "p1", "1_000", "not a finite number"),
    ("curves", 2, "p1", "", "an empty cell"),
    ("curves", 2, "p2", "-1", "a slope b of at least 0"),
    ("curves", 2, "p4", "1", "allowed: empty"),
    ("curves", 2, "form", "log", "linear, isoelastic, plant"),
    ("curves", 2, "form", "isoelastic", "an elasticity below 0"),
    ("curves", 2, "form", "plant", "a plant only supplies"),
    ("curves", 3, "side", "demand", "the same key twice"),
    ("freight", 2, "usd_per_t", "-3", "a number of at least 0"),
    ("products", 2, "product", "Good", "lower-case letters"),
    ("products", 2, "stage", "ore", "mine, refine, metal, component, scrap"),
    ("products", 2, "hs", "28469", "is not an HS code"),
    ("products", 2, "gross_per_contained", "0", "a number above 0"),
    ("regions", 2, "region", "a", "upper-case letters"),
    ("regions", 2, "valuation", "EXW", "FOB, CIF"),
    ("regions", 2, "lat", "95", "degrees, -90 to 90"),
    ("regions", 2, "quality", "guess", "published, derived, estimate, assumed"),
    ("regions", 2, "source", "", "every figure says where it comes from"),
    ("substitution", 2, "sigma", "1", "a number above 1, or inf"),
    ("substitution", 2, "sigma", "-inf", "a number above 1, or inf"),
    ("meta", 2, "value", "24", "not a year"),
    ("meta", 4, "value", "9.9", "allowed: 0.1"),
]


@pytest.mark.parametrize(("table", "line", "column", "value", "says"), BAD_CELLS)
def test_a_bad_cell_is_refused_by_name(two, table, line, column, value, says):
    put(two / f"{table}.csv", line, column, value)
    text = refusal(two)
    assert says in text
    assert f"{table}.csv" in text
    if table != "meta":
        assert f"line {line}" in text


UNKNOWN = [
    ("plants", "region", "CHM", "did you mean CHN"),
    ("plants", "recipe", "mine.mixd", "did you mean mine.mixed"),
    ("owners", "owner", "CHM", "unknown country (ISO 3166 alpha-3)"),
    ("owners", "plant", "ngualla.min", "did you mean ngualla.mine"),
    ("things", "product", "magnet.hd", "did you mean magnet.ht"),
    ("thing_prices", "thing", "ev.moter", "did you mean ev.motor"),
    ("stocks", "region", "JPM", "did you mean JPN"),
    ("stocks", "end_use", "winds", "did you mean wind"),
    ("segments", "product", "magnet.hd", "did you mean magnet.ht"),
    ("segments", "path", "mag.eev", "did you mean mag.ev"),
    ("segments", "origin_rule", "dfars-7025", "did you mean dfars-7052"),
    ("flows", "origin", "chn", "did you mean CHN"),
    ("freight", "product", "ndpr.oxid", "did you mean ndpr.oxide"),
    ("border", "product", "dy.metal;dy.oxyde", "did you mean dy.oxide"),
    ("border", "destination", "USB", "USA"),
    ("prices", "region", "USX", "USA"),
    ("regions", "iso3", "CHN;XXZ", "unknown country"),
    ("regions", "iso3", "EUU", "unknown country"),
]


@pytest.mark.parametrize(("table", "column", "value", "says"), UNKNOWN)
def test_an_unknown_id_is_refused_with_the_nearest_one(base, table, column, value, says):
    put(base / f"{table}.csv", 2, column, value)
    text = refusal(base, UnknownName)
    assert says in text
    assert f"{table}.csv, line 2, {column}" in text


BAD_BASE_CELLS = [
    ("segments", "elasticity_short", "0.3", "a number of at most 0"),
    ("segments", "base_use", "-5", "a number of at least 0"),
    ("flows", "t", "-5", "a number of at least 0"),
    ("plants", "capacity", "10", "base activity above capacity"),
    ("plants", "capacity", "188639.2", "not strictly between idle and full"),
    ("plants", "capacity", "", "not strictly between idle and full"),
    ("plants", "base_activity", "0", "not strictly between idle and full"),
    ("plants", "cost_spread", "0", "has no cost spread"),
    ("plants", "status", "idle", "the idle plant chn.bayanobo.mine runs"),
    ("projects", "wacc", "8", "a share between 0 and 1"),
    ("projects", "status", "built", "construction, ramp-up, built after base"),
    ("projects", "earliest_year", "29", "four digits"),
    ("projects", "plant", "chn.clay.mine", "a project with the id of a plant"),
    ("border", "unit", "t_per_year", "a unit that does not go with export_tax"),
    ("border", "value", "13", "an ad valorem rate above 1000 %"),
    ("border", "from", "1 July 2024", "YYYY-MM-DD"),
    ("border", "from", "20240701", "YYYY-MM-DD"),
    ("border", "from", "2024-06-31", "a day that exists"),
    ("border", "to", "2019-04-01", "a rule that ends before it starts"),
    ("recipes", "coefficient", "0", "a number, not 0"),
    ("recipes", "coefficient", "-1", "the recipe mine.mixed makes nothing"),
    ("assays", "share", "0.3", "does not sum to 1"),
    ("paths", "index", "1.1", "is not 1 in the base year"),
    ("owners", "share", "1.1", "a share between 0 and 1"),
    ("owners", "share", "0.97", "hold more than all of it"),
    ("stocks", "holder", "private", "public, commercial"),
    ("stocks", "days", "-1", "a number of at least 0"),
    ("stocks", "end_use", "carbide", "for a use that it does not have"),
    ("thing_prices", "price_usd", "0", "a number above 0"),
]


@pytest.mark.parametrize(("table", "column", "value", "says"), BAD_BASE_CELLS)
def test_a_bad_figure_of_the_base_is_refused(base, table, column, value, says):
    put(base / f"{table}.csv", 2, column, value)
    text = refusal(base)
    assert says in text
    assert f"{table}.csv, line" in text


def test_a_recipe_may_not_feed_itself(base):
    path = base / "recipes.csv"
    table = rows(path)
    write(path, [*table, ["mine.mixed", "re.conc.mixed", "-0.5", *table[1][3:]]])
    assert "it would feed itself" in refusal(base)


def test_a_country_stands_in_one_region_only(base):
    put(base / "regions.csv", 3, "iso3", "CHN")
    text = refusal(base)
    assert "a country in two regions" in text
    assert "CHN already stands in CHN" in text


def test_a_duplicate_row_names_the_first(base):
    path = base / "prices.csv"
    table = rows(path)
    write(path, [*table, table[1]])
    text = refusal(base)
    assert "the same key twice" in text
    assert "the first stands on line 2" in text


def test_a_product_without_sigma_is_refused(base):
    path = base / "substitution.csv"
    write(path, rows(path)[:-1])
    assert "no row for ni.refined" in refusal(base)


def test_a_quota_over_several_products_is_read(base):
    path = base / "border.csv"
    quota = ["q", "export_quota", "ndpr.oxide;dy.oxide", "CHN", "*", "5", "t_per_year"]
    write(path, [*rows(path), [*quota, "2024-01-01", "2025-01-01", "assumed", "test", ""]])
    world = World.load(base)
    assert world.border[-1].products() == ("ndpr.oxide", "dy.oxide")
    # The base year ships more than the quota allows: possible, but worth a word.
    assert len(world.warnings) == 1
    assert "q allows 5 t a year" in world.warnings[0]
