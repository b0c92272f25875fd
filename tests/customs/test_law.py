"""Law tables: what is read is what is written, and whatever cannot be law is refused with its place."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.customs.files import write_all
from stannary.customs.law import read_fx, read_law
from stannary.customs.law_rows import COLUMNS
from stannary.terms.errors import BadTable

TABLES = {
    "parameters": (
        "name,value",
        "agreement_from,2027-01-01",
        "small_consignment_usd,800",
        "security_trigger,1.08",
        "contained_tolerance,0.01",
    ),
    "members": ("country,valuation,fx_date", "USA,FOB,export", "DEU,CIF,entry"),
    "coverage": (
        "hs6,element,assay_basis,assay_from,assay_to,product",
        "284690,NdPr,compound,70,100,ndpr.oxide",
        "284690,NdPr,compound,0,70,ndpr.carbonate",
        "810520,Co,element,0,100,co.refined",
    ),
    "floors": (
        "product,version,valid_from,valid_to,floor_usd_per_kg,basis,incoterm,market_usd_per_kg,"
        "in_transit_days,clause",
        "ndpr.oxide,ndpr.oxide/2027-01-01,2027-01-01,2027-03-31,110,compound,CIF,71.2,30,Art. 4(1)",
        "ndpr.oxide,ndpr.oxide/2027-04-01,2027-04-01,,114.4,compound,CIF,,,Art. 4(1)",
    ),
    "duties": (
        "product,kind,import_country,origin_country,rate,unit,valid_from,valid_to,counts",
        "ndpr.oxide,base,*,*,3.7,pct,2027-01-01,,true",
        "*,extra,USA,CHN,25,pct,2027-01-01,,false",
        "*,extra,USA,CHN,0.375,usd_per_kg_element,2027-01-01,,",
    ),
    "factors": (
        "element,compound,compound_to_element,element_to_compound",
        "NdPr,NdPr oxide,0.849943,1.176549",
    ),
    "fx": (
        "currency,valid_from,valid_to,usd_per_unit,source",
        "EUR,2027-05-03,2027-05-09,1.1042,ECB",
        "EUR,2027-05-10,2027-05-16,1.1043,ECB",
    ),
}


def folder(base: Path, *changes: tuple[str, int, str], **whole: str | None) -> Path:
    """A law of `TABLES` with lines (1 = the header) replaced, or added after the last."""
    base.mkdir(parents=True, exist_ok=True)
    for name, lines in TABLES.items():
        text = list(lines)
        for table, line, new in changes:
            if table == name:
                text[line - 1 : line] = [new]
        body: str | None = "\n".join(text) + "\n"
        body = whole.get(name, body)
        if body is not None:
            (base / f"{name}.csv").write_text(body, encoding="utf-8")
    return base


def test_a_law_is_read_as_it_is_written(tmp_path):
    law = read_law(folder(tmp_path / "law"))
    assert law.name == "law"
    assert law.agreement_from == date(2027, 1, 1)
    (rules,) = law.rules
    assert (rules.small_consignment_usd, rules.security_trigger) == (800, Decimal("1.08"))
    assert (rules.contained_tolerance, rules.compared_on) == (Decimal("0.01"), "duty-paid")
    assert {(m.country, m.valuation, m.fx_date) for m in law.members} == {
        ("USA", "FOB", "export"), ("DEU", "CIF", "entry"),
    }  # fmt: skip
    first, second = law.floors
    assert (first.floor_usd_per_kg, first.market_usd_per_kg, first.in_transit_days) == (
        110, Decimal("71.2"), 30,
    )  # fmt: skip
    assert (second.market_usd_per_kg, second.in_transit_days, second.valid_to) == (None, 0, None)
    counts = {(d.kind, d.unit): d.counts for d in law.duties}
    assert counts == {
        ("base", "pct"): True, ("extra", "pct"): False, ("extra", "usd_per_kg_element"): True,
    }  # fmt: skip
    assert [r.usd_per_unit for r in law.fx] == [Decimal("1.1042"), Decimal("1.1043")]


def test_both_ends_of_a_version_are_inclusive(tmp_path):
    law = read_law(folder(tmp_path))
    on = {
        day: [f.version for f in law.floors_on(day)]
        for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 31), date(2027, 4, 1))
    }
    assert list(on.values()) == [
        [], ["ndpr.oxide/2027-01-01"], ["ndpr.oxide/2027-01-01"], ["ndpr.oxide/2027-04-01"],
    ]  # fmt: skip
    assert law.members_on(date(2026, 12, 31)) == ()


def test_a_parameter_left_out_is_what_the_contract_writes_beside_its_name(tmp_path):
    law = read_law(folder(tmp_path, parameters="name,value\nagreement_from,2027-01-01\n"))
    (rules,) = law.rules
    assert (rules.small_consignment_usd, rules.security_trigger) == (0, Decimal("1.08"))
    assert (rules.contained_tolerance, rules.compared_on) == (Decimal("0.01"), "duty-paid")


def test_without_rates_the_law_still_reads(tmp_path):
    assert read_law(folder(tmp_path, fx=None)).fx == ()


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_zeros_at_the_end_change_a_law(tmp_path_factory, rng):
    base = tmp_path_factory.mktemp("laws")
    shuffled = {}
    for name, (header, *rows) in TABLES.items():
        rng.shuffle(rows)
        shuffled[name] = "\n".join([header, *rows]) + "\n"
    shuffled["floors"] = shuffled["floors"].replace("114.4", "114.4000")
    shuffled["parameters"] = shuffled["parameters"].replace("1.08", "1.0800")
    one, other = read_law(folder(base / "one")), read_law(folder(base / "other", **shuffled))
    assert one == other
    assert one.digest == other.digest


def test_another_figure_is_another_digest(tmp_path):
    law = read_law(folder(tmp_path))
    dearer = tuple(replace(f, floor_usd_per_kg=f.floor_usd_per_kg + 1) for f in law.floors)
    assert replace(law, floors=dearer).digest != law.digest
    assert replace(law, name="another").digest == law.digest


def test_a_law_written_and_read_again_is_equal(tmp_path):
    law = read_law(folder(tmp_path / "law"))
    write_all(tmp_path / "again", law.writers())
    again = read_law(tmp_path / "again")
    assert again == law
    assert again.digest == law.digest


def test_parquet_tables_say_what_csv_tables_say(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    law = read_law(folder(tmp_path / "csv"))
    typed = tmp_path / "parquet"
    typed.mkdir()
    kinds = {
        "text": pa.string(), "integer": pa.int64(), "flag": pa.bool_(), "day": pa.date32(),
        "number": pa.decimal128(18, 6),
    }  # fmt: skip
    for name, columns in law.tables().items():
        schema = pa.schema([(c.name, kinds[c.kind]) for c in COLUMNS[name]])
        pq.write_table(pa.table(columns, schema=schema), typed / f"{name}.parquet")
    assert read_law(typed) == law


def test_tables_are_plain_columns_with_one_value_a_row(tmp_path):
    law = read_law(folder(tmp_path))
    for name, columns in law.tables().items():
        assert list(columns) == [column.name for column in COLUMNS[name]]
        assert {len(values) for values in columns.values()} == {len(law.rows(name))}
    assert law.tables()["floors"]["market_usd_per_kg"] == [Decimal("71.2"), None]


def test_dated_parameters_and_members_hold_between_their_days(tmp_path):
    law = read_law(
        folder(
            tmp_path,
            parameters="name,value,valid_from,valid_to\nagreement_from,2027-01-01,,\n"
            "compared_on,duty-paid,,2027-12-31\ncompared_on,cif,2028-01-01,\n",
            members="country,valuation,fx_date,valid_from,valid_to\n"
            "USA,FOB,export,,2027-06-30\nUSA,FOB,entry,2027-07-01,\n",
        )
    )
    assert [(r.valid_from, r.valid_to, r.compared_on) for r in law.rules] == [
        (date(2027, 1, 1), date(2027, 12, 31), "duty-paid"), (date(2028, 1, 1), None, "cif"),
    ]  # fmt: skip
    days = date(2027, 6, 30), date(2027, 7, 1)
    assert [m.fx_date for day in days for m in law.members_on(day)] == ["export", "entry"]


def test_a_floor_of_one_member_stands_in_place_of_the_common_one(tmp_path):
    header = TABLES["floors"][0] + ",import_country"
    rows = (
        "ndpr.oxide,a,2027-01-01,,110,compound,CIF,,,,",
        "ndpr.oxide,b,2027-01-01,,90,compound,CIF,,,,USA",
        "ndpr.oxide,c,2027-01-01,,0,compound,CIF,,,,DEU",
    )
    law = read_law(folder(tmp_path, floors="\n".join([header, *rows]) + "\n"))
    day = date(2027, 5, 1)
    of = {m: [f.version for f in law.floors_on(day, m)] for m in ("USA", "DEU", "JPN")}
    assert of == {"USA": ["b"], "DEU": [], "JPN": ["a"]}


def test_ranges_of_assay_that_overlap_are_for_the_line_to_suffer(tmp_path):
    row = "284690,NdPr,compound,60,100,ndpr.oxide"
    assert len(read_law(folder(tmp_path, ("coverage", 2, row))).coverage) == 3


BAD = [
    ("parameters", 2, "agreement_from,1 May", "not a value of agreement_from", "value"),
    ("parameters", 2, "agrement_from,2027-01-01", "did you mean agreement_from?", "name"),
    ("parameters", 3, "small_consignment_usd,0.001", "at most 2 places", "value"),
    ("parameters", 4, "security_trigger,0.9", "a multiple from 1 to 100", "value"),
    ("parameters", 5, "contained_tolerance,2", "a share from 0 to 1", "value"),
    ("parameters", 5, "compared_on,fob", "duty-paid, cif", "value"),
    ("parameters", 5, "security_trigger,1.10", "two values of one parameter", "valid_from"),
    ("members", 3, "EUU,CIF,entry", "one row for each of its states", "country"),
    ("members", 3, "USS,CIF,entry", "did you mean", "country"),
    ("members", 3, "USA,CIF,entry", "a member twice on one day", "valid_from"),
    ("members", 3, "DEU,EXW,entry", "FOB CIF", "valuation"),
    ("coverage", 2, "28469,NdPr,compound,70,100,ndpr.oxide", "6 digits", "hs6"),
    ("coverage", 2, "284690,Xx,compound,70,100,ndpr.oxide", "unknown element", "element"),
    ("coverage", 2, "284690,NdPr,compound,100,70,ndpr.oxide", "assay_from < assay_to", "assay_from"),
    ("coverage", 2, "284690,NdPr,compound,70,100.5,ndpr.oxide", "<= 100", "assay_from"),
    ("coverage", 3, "284690,NdPr,compound,70,100,ndpr.oxide", "a row twice", None),
    ("floors", 3, "ndpr.oxid,v,2027-04-01,,114,compound,CIF,,,", "mean ndpr.oxide", "product"),
    ("floors", 3, "ndpr.oxide,v,2027-03-31,,114,compound,CIF,,,", "two floors", "valid_from"),
    ("floors", 3, "ndpr.oxide,v,2027-05-01,2027-04-30,114,compound,CIF,,,", "ends before", "valid_to"),
    ("floors", 3, "ndpr.oxide,ndpr.oxide/2027-01-01,2027-04-01,,114,compound,CIF,,,",
     "it also stands in line 2", "version"),
    ("floors", 3, "ndpr.oxide,v,2027-04-01,,-1,compound,CIF,,,", "a negative value",
     "floor_usd_per_kg"),
    ("floors", 3, "ndpr.oxide,v,2027-04-01,,1.00001,compound,CIF,,,", "at most 4 places",
     "floor_usd_per_kg"),
    ("floors", 3, "ndpr.oxide,v,2027-04-01,,110,compound,CIF,0,,", "no market price",
     "market_usd_per_kg"),
    ("floors", 3, "ndpr.oxide,v,2027-04-01,,110,compound,DDP,,,", "unknown delivery term", "incoterm"),
    ("floors", 3, "ndpr.oxide,v,2027-04-01,,110,compound,CIF,,-3,", "0 or more, days",
     "in_transit_days"),
    ("floors", 3, "co.refined,v,2027-04-01,,110,compound,CIF,,,", "cannot be converted", "basis"),
    ("floors", 3, "ndpr.oxide,v,2027-04-31,,110,compound,CIF,,,", "DATE_IMPOSSIBLE", "valid_from"),
    ("duties", 2, "ndpr,base,*,*,3.7,pct,2027-01-01,,true", "coverage does not list", "product"),
    ("duties", 2, "ndpr.oxide,base,EUU,*,3.7,pct,2027-01-01,,true", "DEU, FRA", "import_country"),
    ("duties", 2, "ndpr.oxide,base,*,XXX,3.7,pct,2027-01-01,,true", "* for any", "origin_country"),
    ("duties", 2, "ndpr.oxide,base,*,*,-3.7,pct,2027-01-01,,true", "0 or more, pct", "rate"),
    ("duties", 2, "ndpr.oxide,base,*,*,3.7,percent,2027-01-01,,true", "pct usd", "unit"),
    ("duties", 2, "ndpr.oxide,base,*,*,3.7,pct,2027-01-01,,yes", "true false", "counts"),
    ("duties", 2, "*,extra,USA,CHN,7.5,pct,2027-06-01,,true", "two duties", "valid_from"),
    ("factors", 2, "NdPr,NdPr oxide,1.2,1.176549", "above 0, at most 1", "compound_to_element"),
    ("factors", 2, "NdPr,NdPr oxide,0.849943,0.9", "1 or more", "element_to_compound"),
    ("factors", 2, "Ndpr,NdPr oxide,0.849943,1.2", "unknown element", "element"),
    ("fx", 3, "EUR,2027-05-09,2027-05-16,1.1,ECB", "two rates", "valid_from"),
    ("fx", 3, "EUR,2027-05-10,2027-05-16,0,ECB", "above 0", "usd_per_unit"),
    ("fx", 3, "USD,2027-05-10,2027-05-16,1.1,ECB", "USD is the unit", "usd_per_unit"),
    ("fx", 3, "Euro,2027-05-10,2027-05-16,1.1,ECB", "ISO 4217", "currency"),
    ("fx", 3, "EUR,2027-05-10,,1.1,ECB", "MISSING_FIELD", "valid_to"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "line", "row", "text", "column"), BAD)
def test_what_cannot_be_law_is_refused_with_file_line_and_column(
    tmp_path, table, line, row, text, column
):
    with pytest.raises(BadTable) as met:
        read_law(folder(tmp_path, (table, line, row)))
    said = str(met.value)
    assert text in said
    assert met.value.where.file.endswith(f"{table}.csv")
    wrong = [n for n, old in enumerate(TABLES[table], 1) if n > 1 and n != line]
    assert met.value.where.line in {line, *wrong}
    assert met.value.where.key == column


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("compared_on,cif,2027-06-01,\n", "begins after the agreement"),
        ("compared_on,cif,,2027-05-31\n", "a parameter that ends"),
        ("compared_on,cif,,2027-05-31\ncompared_on,cif,2027-06-02,\n", "days without a value"),
    ],
)
def test_a_parameter_that_is_dated_must_hold_on_every_day(tmp_path, body, text):
    head = "name,value,valid_from,valid_to\nagreement_from,2027-01-01,,\n"
    with pytest.raises(BadTable, match=text):
        read_law(folder(tmp_path, parameters=head + body))


def test_a_first_day_is_needed_and_has_no_days_of_its_own(tmp_path):
    with pytest.raises(BadTable, match="no agreement_from"):
        read_law(folder(tmp_path / "a", parameters="name,value\nsecurity_trigger,1.08\n"))
    dated = "name,value,valid_from\nagreement_from,2027-01-01,2027-01-01\n"
    with pytest.raises(BadTable, match="a first day with dates of its own"):
        read_law(folder(tmp_path / "b", parameters=dated))


def test_a_folder_needs_each_table_once(tmp_path):
    with pytest.raises(BadTable, match="no folder of law tables"):
        read_law(tmp_path / "nowhere")
    with pytest.raises(BadTable, match="no table floors"):
        read_law(folder(tmp_path / "a", floors=None))
    twice = folder(tmp_path / "b")
    (twice / "floors.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadTable, match="two files of one table"):
        read_law(twice)


def test_a_longer_code_must_begin_with_its_heading(tmp_path):
    head = TABLES["coverage"][0] + ",hs\n"
    row = "284690,NdPr,compound,0,100,ndpr.oxide,{}\n"
    good = head + row.format("2846902040")
    assert read_law(folder(tmp_path / "a", coverage=good)).coverage[0].prefix == "2846902040"
    for code in ("28469", "284691", "28469020405"):
        with pytest.raises(BadTable, match="not a code of that heading"):
            read_law(folder(tmp_path / code, coverage=head + row.format(code)))


def test_rates_of_one_file_are_checked_alone(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text("\n".join(TABLES["fx"]) + "\n", encoding="utf-8")
    assert [r.valid_from for r in read_fx(path)] == [date(2027, 5, 3), date(2027, 5, 10)]
    path.write_text("\n".join([*TABLES["fx"], TABLES["fx"][1]]) + "\n", encoding="utf-8")
    with pytest.raises(BadTable, match="two rates of one currency"):
        read_fx(path)
