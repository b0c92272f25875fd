"""Every line reckoned again in decimals: the oracle's cents, or a refusal that names the column."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn import draw
from filed import WORKED, filed, worked_entries, write_assessed
from oracle import assess
from pyarrow import csv

from stannary.agreement import Agreement, amend_all
from stannary.customs.assessed import DoesNotAgree, amounts, checked, rows_of
from stannary.customs.law import read_fx, read_law
from stannary.customs.law_of_accord import law_of
from stannary.terms.errors import BadTable


@pytest.fixture(scope="module", params=[11, 12, 13])
def drawn(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"drawn-{request.param}")
    draw(1500, request.param, folder)
    filed(folder / "out", folder / "entries.csv", folder / "law", folder / "lots.csv")
    return folder


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worked")
    entries = worked_entries(folder / "entries.csv")
    filed(folder / "out", entries, WORKED / "law", WORKED / "lots.csv")
    return folder


def test_drawn_lines_come_out_as_the_oracle_has_them(drawn):
    rows = rows_of(drawn / "out/assessed.parquet")
    law = read_law(drawn / "law")
    found = list(
        checked(drawn / "out/assessed.parquet", drawn / "entries.csv", law, drawn / "lots.csv")
    )
    assert {line.row.key for line in found} == {row.key for row in rows}
    assert len(found) == len(rows) > 1000
    assert all(amounts(line) == dict(line.row.cents) for line in found)
    assert any(line.before is not None for line in found)


@pytest.mark.parametrize("column", ["top_up_cents", "floor_cents", "security_cents", "cif_cents"])
def test_one_cent_more_in_the_assessed_file_is_refused(worked, tmp_path, column):
    rows, _ = assess(worked / "entries.csv", WORKED / "law", WORKED / "lots.csv")
    row = next(row for row in rows if row["entry_number"] == "E02")
    row[column] += 1
    write_assessed(tmp_path / "assessed.parquet", rows)
    with pytest.raises(DoesNotAgree, match=f"{column} is not what comes out") as refusal:
        list(_checked(tmp_path, worked))
    assert "entry E02, line 1" in str(refusal.value)


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("reason_codes", "AT_OR_ABOVE_FLOOR"),
        ("floor_version", "ndpr.oxide/2027-01-01"),
        ("clause", "Art. 9"),
        ("chargeable_kg", "198.001"),
        ("fx_date", "2027-05-04"),
    ],
)
def test_another_word_in_the_assessed_file_is_refused(worked, tmp_path, column, other):
    rows, _ = assess(worked / "entries.csv", WORKED / "law", WORKED / "lots.csv")
    next(row for row in rows if row["entry_number"] == "E02")[column] = other
    write_assessed(tmp_path / "assessed.parquet", rows)
    with pytest.raises(DoesNotAgree, match=f"{column} is not what comes out"):
        list(_checked(tmp_path, worked))


def test_a_line_that_nobody_declared_is_refused(worked, tmp_path):
    rows, _ = assess(worked / "entries.csv", WORKED / "law", WORKED / "lots.csv")
    rows[0]["entry_number"] = "GHOST"
    write_assessed(tmp_path / "assessed.parquet", rows)
    with pytest.raises(DoesNotAgree, match="the entries do not hold") as refusal:
        list(_checked(tmp_path, worked))
    assert "GHOST" in str(refusal.value)


def test_without_the_lots_a_line_of_proven_origin_is_refused(worked):
    with pytest.raises(DoesNotAgree, match="E07"):
        list(checked(worked / "out/assessed.parquet", worked / "entries.csv",
                     read_law(WORKED / "law")))  # fmt: skip


def test_what_fails_in_a_proof_is_said_lot_by_lot(worked):
    line = next(line for line in _checked(worked / "out", worked) if line.row.key == ("E08", 1))
    assert line.now.law.unproven == ("lot L2 was certified on 2027-06-01, after the entry",)


def test_a_file_that_is_no_assessment_is_refused(worked):
    with pytest.raises(BadTable, match="not a Parquet file"):
        rows_of(worked / "entries.csv")
    pq.write_table(pa.table({"entry_number": ["E1"]}), worked / "other.parquet")
    with pytest.raises(BadTable, match="no assessed file"):
        rows_of(worked / "other.parquet")


def test_entries_in_parquet_come_out_alike(worked, tmp_path):
    held = csv.read_csv(
        worked / "entries.csv",
        convert_options=csv.ConvertOptions(
            column_types={
                "net_mass_kg": pa.decimal128(18, 3), "item_value": pa.decimal128(18, 2),
                "assay_pct": pa.decimal128(18, 4), "moisture_pct": pa.decimal128(18, 4),
                "freight": pa.decimal128(18, 2), "insurance": pa.decimal128(18, 2),
                "entry_date": pa.date32(), "export_date": pa.date32(), "line_number": pa.int64(),
            } | dict.fromkeys(
                ("hs_code", "entry_type", "lot_ids", "contained_kg", "recycled_pct",
                 "fx_rate_declared", "ref_entry_number", "ref_line_number"), pa.string()
            ),
            strings_can_be_null=True,
        ),
    )  # fmt: skip
    pq.write_table(held, tmp_path / "entries.parquet")
    law = read_law(WORKED / "law")
    again = checked(
        worked / "out/assessed.parquet", tmp_path / "entries.parquet", law, WORKED / "lots.csv"
    )
    assert [amounts(one) for one in again] == [
        amounts(one) for one in _checked(worked / "out", worked)
    ]


REFORMS = (
    "floors.ndpr.oxide.KOR=130", "floors.ndpr.oxide.2027-06-01=140", "floors.ndpr.oxide.USA=none",
    "rules.small_consignment.2027-05-01=800", "rules.compared_on.2027-08-01=cif",
)  # fmt: skip


def test_what_goes_beyond_the_law_tables_of_the_contract_comes_out_as_on_the_engine(tmp_path):
    """Members' own floors, rules that change in the year: the oracle does not know them."""
    from stannary.customs.batch import assess as on_engine

    draw(1500, 5, tmp_path)
    reformed = law_of(amend_all(Agreement.load("bloc-2026"), REFORMS))
    law = replace(reformed, fx=read_fx(tmp_path / "law/fx.csv"))
    done = on_engine(tmp_path / "entries.csv", law, tmp_path / "out", lots=tmp_path / "lots.csv")
    assert {"TOP_UP", "ZONE_ORIGIN", "SMALL_CONSIGNMENT"} <= set(done.totals.reasons)
    found = checked(
        tmp_path / "out/assessed.parquet", tmp_path / "entries.csv", law, tmp_path / "lots.csv"
    )
    assert sum(1 for _ in found) == done.totals.assessed


def _checked(out: Path, worked: Path):
    return checked(
        out / "assessed.parquet", worked / "entries.csv", read_law(WORKED / "law"),
        WORKED / "lots.csv",
    )  # fmt: skip
