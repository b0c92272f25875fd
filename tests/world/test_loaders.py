"""Files that users own are read as they are published, or refused with the line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary.terms.errors import BadTable
from stannary.world.loaders import baci, countries, usgs

MCS = Path(__file__).parent / "files" / "mcs2026-excerpt.csv"
HEADER = "t,i,j,k,v,q\n"


def refusal(read):
    with pytest.raises(BadTable) as caught:
        read()
    return str(caught.value)


@pytest.fixture
def mcs(tmp_path):
    """Write the excerpt with one text put in place of another; bytes stay Windows-1252."""

    def change(old, new):
        text = MCS.read_bytes().decode("cp1252")
        assert old in text
        path = tmp_path / "mcs.csv"
        path.write_bytes(text.replace(old, new).encode("cp1252"))
        return path

    return change


@pytest.fixture
def file(tmp_path):
    """Write rows of a BACI file."""

    def write(*rows, header=HEADER):
        path = tmp_path / "baci.csv"
        path.write_text(header + "".join(row + "\n" for row in rows))
        return path

    return write


# ---------------------------------------------------------------- USGS


def of(rows, commodity, country):
    (row,) = (r for r in rows if (r.commodity, r.country) == (commodity, country))
    return row


def test_only_world_production_is_read_with_its_line():
    rows = usgs.production(MCS)
    lines = MCS.read_bytes().decode("cp1252").splitlines()
    assert len(rows) == sum(",Production," in line and ",World " in line for line in lines)
    for row in rows:
        assert row.country.split(",")[0] in lines[row.line - 1]
        assert row.statistic in lines[row.line - 1].replace('"', "")


def test_a_number_with_thousands_commas_and_its_unit():
    rows = usgs.production(MCS)
    china = of(rows, "Tungsten", "China")
    assert (china.region, china.value, china.unit, china.year) == (
        "CHN", 67000.0, "metric tons", 2024,
    )  # fmt: skip
    assert china.note == "Estimated."
    assert of(rows, "Gallium", "China").tonnes == 839.0  # printed in kilograms
    assert of(rows, "Manganese", "Côte d’Ivoire").tonnes == 340_000.0  # in thousand tons


def test_withheld_is_no_number_and_a_dash_is_nothing():
    rows = usgs.production(MCS)
    withheld = of(rows, "Lithium", "United States")
    assert (withheld.value, withheld.comparator, withheld.tonnes) == (None, "W", None)
    assert of(rows, "Tungsten", "United States").value == 0.0


def test_names_of_the_usgs_become_countries_and_sums_become_none():
    rows = usgs.production(MCS)
    assert of(rows, "Tungsten", "Korea, North").region == "PRK"
    assert of(rows, "Manganese", "Côte d’Ivoire").region == "CIV"
    assert of(rows, "Tungsten", "Other countries").region is None
    assert of(rows, "Tungsten", "World total").region is None


def test_a_copy_saved_as_utf_8_reads_the_same(tmp_path):
    copy = tmp_path / "copy.csv"
    copy.write_text(MCS.read_bytes().decode("cp1252"), encoding="utf-8-sig")
    assert usgs.production(copy) == usgs.production(MCS)


VALUES = [
    ("<1,000", 1000.0, "<"),
    (">95", 95.0, ">"),
    ("less than 50", 50.0, "<"),
    ("Less than 50", 50.0, "<"),
    ("e1,700", 1700.0, ""),
    ("330 - 390", 360.0, "~"),
    ("50–300", 175.0, "~"),
    ("1,234.5", 1234.5, ""),
    ("NA", None, "NA"),
    ("s", None, "s"),
    ("E", None, "E"),
    ("", None, "NA"),
    ("68\xa0", 68.0, ""),
]


@pytest.mark.parametrize(("cell", "value", "comparator"), VALUES)
def test_every_way_of_the_usgs_to_print_a_value(mcs, cell, value, comparator):
    rows = usgs.production(mcs('"67,000"', f'"{cell}"'))
    china = of(rows, "Tungsten", "China")
    assert (china.value, china.comparator) == (value, comparator)


@given(st.integers(0, 10**12))
def test_what_is_printed_with_commas_is_read_back(number):
    row = {
        "Section": "World", "Commodity": "X", "Country": "Chile", "Statistics": "Production",
        "Statistics_detail": "", "Unit": "metric tons", "Year": "2024",
        "Value": f"{number:,}", "Notes": "",
    }  # fmt: skip
    assert usgs._production(row, usgs.Place("f", 1), 1).tonnes == number


@pytest.mark.parametrize("cell", ["67.000,5", "?1", "6,70", "about 67,000", "67,000 t", "�"])
def test_a_value_that_could_mean_anything_is_refused_with_its_line(tmp_path, cell):
    path = tmp_path / "mcs.csv"
    text = MCS.read_bytes().decode("cp1252").replace('"67,000"', f'"{cell}"')
    path.write_text(text, encoding="utf-8")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if f'"{cell}"' in row)
    said = refusal(lambda: usgs.production(path))
    assert "a value that cannot be read" in said
    assert f"mcs.csv, line {line}" in said
    assert cell in said


def test_another_file_or_a_cut_row_is_refused(mcs, tmp_path):
    said = refusal(lambda: usgs.production(mcs("Statistics_detail", "Detail")))
    assert "a column is missing: Statistics_detail" in said
    assert "line 1" in said
    said = refusal(lambda: usgs.production(mcs("Source: Asian Metal Ltd.,Yes,", "")))
    assert "a row of 10 cells under a header of 12" in said
    assert "line 2" in said
    said = refusal(lambda: usgs.production(mcs("kilograms,2024", "kilograms,24")))
    assert "not a year" in said
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert "a column is missing" in refusal(lambda: usgs.production(empty))


# ---------------------------------------------------------------- BACI


def test_trade_is_read_with_countries_units_and_codes(file):
    # The figures are made up; the form is that of BACI, blanks in front of numbers included.
    path = file(
        "2024,156,842,850511,     359800.125,   5933.000",
        "2024,842,156,253090,250000,55000",
        "2024,36,458,253090,1.5,             NA",
    )
    magnets, ore, sand = baci.trade(path, {"850511", "253090"})
    assert (magnets.exporter, magnets.importer, magnets.hs) == ("CHN", "USA", "850511")
    assert (magnets.year, magnets.usd, magnets.t) == (2024, 359_800_125.0, 5933.0)
    assert (ore.exporter, ore.t) == ("USA", 55_000.0)
    assert sand.t is None


def test_only_the_codes_asked_for_are_kept(file):
    path = file("2024,156,842,850511,1,1", "2024,156,842,010121,1,1", "2024,156,842,10129,1,1")
    assert [row.hs for row in baci.trade(path, {"850511"})] == ["850511"]
    # A zero that a spreadsheet dropped in front of chapter 1 is put back.
    assert [row.hs for row in baci.trade(path, {"010129"})] == ["010129"]


@pytest.mark.parametrize(
    ("code", "country"),
    [(842, "USA"), (251, "FRA"), (757, "CHE"), (579, "NOR"), (699, "IND"), (490, "TWN"),
     (711, "ZAF"), (156, "CHN"), (8, "ALB"), (180, "COD")],
)  # fmt: skip
def test_customs_areas_are_known_beside_iso_codes(code, country):
    assert countries.numbered(code) == country


def test_an_area_of_no_country_is_kept_without_one(file):
    (row,) = baci.trade(file("2024,837,156,850511,1,2"), {"850511"})
    assert (row.exporter, row.importer) == (None, "CHN")


BAD = [
    ("2024,157,842,850511,1,1", "an unknown country code", "i"),
    ("2024,156,USA,850511,1,1", "an unknown country code", "j"),
    ("2024,156,842,850511,W,1", "not a number of at least 0", "v"),
    ("2024,156,842,850511,1,-1", "not a number of at least 0", "q"),
    ("2024,156,842,850511,nan,1", "not a number of at least 0", "v"),
    ("24th,156,842,850511,1,1", "not a number of at least 0", "t"),
]


@pytest.mark.parametrize(("row", "says", "column"), BAD)
def test_a_bad_row_is_refused_with_line_and_column(file, row, says, column):
    path = file("2024,156,842,850511,1,1", row)
    said = refusal(lambda: baci.trade(path, {"850511"}))
    assert says in said
    assert f"baci.csv, line 3, {column}" in said


def test_another_file_or_a_cut_line_is_refused(file, tmp_path):
    said = refusal(lambda: baci.trade(file(header="year,i,j,k,v,q\n"), {"850511"}))
    assert "not a BACI file" in said
    said = refusal(lambda: baci.trade(file("2024,156,842,850511,1"), {"850511"}))
    assert "a row of 5 cells under a header of 6" in said
    assert "line 2" in said
    odd = tmp_path / "odd.csv"
    odd.write_bytes(HEADER.encode() + b"2024,156,842,850511,1,\xff\n")
    assert "not UTF-8 text" in refusal(lambda: baci.trade(odd, {"850511"}))
