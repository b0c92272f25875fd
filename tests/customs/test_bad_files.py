"""Whole files that are wrong: refused with nothing written, or lines aside; never a wrong number."""

import csv
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answers import WORKED, answers, write_entries
from oracle.columns import COLUMNS
from test_oracle import ORIGINAL

from stannary.customs.batch import assess
from stannary.customs.law import read_law
from stannary.terms.errors import BadTable

LAW = read_law(WORKED / "law")
HEADER = ",".join(COLUMNS)


def line(number=1, **cells):
    row = ORIGINAL | {"entry_number": f"E{number}"} | cells
    return ",".join(row.get(name, "") for name in COLUMNS)


def text(*lines, end="\n", header=HEADER):
    return end.join([header, *lines]) + end


def refused(tmp_path, name, data, *, says, lots=None):
    """Asserts that a file is refused with a message and that nothing is written."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(BadTable, match=says) as caught:
        assess(path, LAW, tmp_path / "out", lots=lots)
    nothing_in(tmp_path / "out")
    return str(caught.value)


def nothing_in(folder):
    assert not folder.exists() or not list(folder.iterdir())


def passed(tmp_path, data, name="entries.csv"):
    """The totals and answer of a file that must be read."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    done = assess(path, LAW, tmp_path / "out")
    return done.totals, answers(tmp_path / "out")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """The answer to one good line."""
    return passed(tmp_path_factory.mktemp("one"), text(line()))[1][0]


# ---------------------------------------------------------------- no table at all

TABLES = {
    "nothing": (b"", "empty"),
    "a header without lines": (text(), "no line under the header"),
    "a header without its end": (HEADER, "no line under the header"),
    "spaces": (b"   \n\n", "empty"),
    "a mark alone": (b"\xef\xbb\xbf", "empty"),
    "Latin-1": (text(line(importer_id="Börse")).encode("latin-1"), "UTF-8"),
    "UTF-16": (text(line()).encode("utf-16"), "."),
    "Parquet under the name of text": (b"PAR1" + bytes(200) + b"PAR1", "Parquet"),
    "semicolons": (text(line().replace(",", ";"), header=HEADER.replace(",", ";")), "commas"),
    "tabs": (text(line().replace(",", "\t"), header=HEADER.replace(",", "\t")), "commas"),
    "a column that is missing": (
        text(line(), header=HEADER.replace("hs_code", "hs")), "hs_code"),
    "a column that stands twice": (
        text(line() + ",x", header=HEADER + ",importer_id"), "importer_id"),
    "no header": (line(1) + "\n" + line(2) + "\n", "entry_number"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_what_is_no_table_of_entries_is_refused_and_nothing_is_written(tmp_path, name):
    data, says = TABLES[name]
    refused(tmp_path, "entries.csv", data, says=says)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for name in ("entries.csv", "entries.parquet"):
        with pytest.raises(BadTable, match="cannot read the file"):
            assess(tmp_path / name, LAW, tmp_path / "out")
    nothing_in(tmp_path / "out")


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "entries.csv").mkdir()
    with pytest.raises(BadTable):
        assess(tmp_path / "entries.csv", LAW, tmp_path / "out")
    nothing_in(tmp_path / "out")


def test_lots_that_are_not_there_are_refused(tmp_path):
    refused(
        tmp_path, "entries.csv", text(line()), says="lots", lots=tmp_path / "lots.csv"
    )  # fmt: skip


def test_lots_that_are_no_lots_are_refused(tmp_path):
    (tmp_path / "lots.csv").write_text("lot,product\nL1,ndpr.oxide\n")
    refused(tmp_path, "entries.csv", text(line()), says="lot_id", lots=tmp_path / "lots.csv")


# ---------------------------------------------------------------- Parquet


def test_text_under_the_name_of_parquet_is_refused(tmp_path):
    refused(tmp_path, "entries.parquet", text(line()), says="not a Parquet file")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_parquet_file_cut_short_is_refused(tmp_path, share):
    row = dict(zip(COLUMNS, line().split(","), strict=True))
    table = pa.table({name: [row[name]] * 50 for name in COLUMNS})
    pq.write_table(table, tmp_path / "whole.parquet")
    data = (tmp_path / "whole.parquet").read_bytes()
    refused(tmp_path, "entries.parquet", data[: int(share * len(data))], says="not a Parquet")


def test_a_parquet_file_with_spoilt_pages_gives_no_number(tmp_path):
    row = dict(zip(COLUMNS, line().split(","), strict=True))
    table = pa.table({n: [f"{row[n]}" for _ in range(50)] for n in COLUMNS})
    pq.write_table(table, tmp_path / "whole.parquet", compression="zstd")
    data = bytearray((tmp_path / "whole.parquet").read_bytes())
    data[40:400] = bytes(360)
    refused(tmp_path, "entries.parquet", bytes(data), says="cannot be read")


def test_a_parquet_file_without_lines_or_columns_is_refused(tmp_path):
    pq.write_table(
        pa.table({n: pa.array([], pa.string()) for n in COLUMNS}), tmp_path / "a.parquet"
    )
    refused(tmp_path, "b.parquet", (tmp_path / "a.parquet").read_bytes(), says="no line")
    pq.write_table(pa.table({"colour": ["red"]}), tmp_path / "c.parquet")
    refused(tmp_path, "d.parquet", (tmp_path / "c.parquet").read_bytes(), says="missing")


# ---------------------------------------------------------------- rows that do not fit

LONG = [line(n) for n in range(1, 600)]
"""Beyond the first 64 kB, which are all that is looked at before the engine reads on."""

BROKEN = {
    "Latin-1 deep in the file": (
        text(*LONG, line(600, importer_id="Börse")).encode("latin-1"), "UTF-8"),
    "a row too long": (text(line(1), line(2) + ",x", line(3)), "."),
    "a row too long deep in the file": (text(*LONG, line(600) + ",x"), "."),
    "a quote that is never closed": (text(line(1), line(2, form='"oxide'), line(3)), "."),
    "a quote never closed deep in the file": (text(*LONG, line(600, form='"oxide')), "."),
    "a quote inside a quoted cell": (text(line(1, form='"ox"ide"')), "."),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_rows_that_cannot_be_told_apart_are_refused_whole(tmp_path, name):
    data, says = BROKEN[name]
    assert not name.endswith("deep in the file") or len(data) > 1 << 16
    refused(tmp_path, "entries.csv", data, says=says)


def test_a_row_cut_short_loses_no_line(tmp_path):
    """Its last cells are empty: the line is read, or the file refused; it never vanishes."""
    short = ",".join(line(2).split(",")[:20])
    path = tmp_path / "entries.csv"
    path.write_text(text(line(1), short, line(3)))
    try:
        totals = assess(path, LAW, tmp_path / "out").totals
    except BadTable:
        nothing_in(tmp_path / "out")
        return
    assert (totals.read, totals.assessed) == (3, 2)
    assert totals.aside_reasons == {"MISSING_FIELD": 1}


def test_a_byte_of_zero_makes_no_line_vanish(tmp_path):
    data = text(line(1), line(2, importer_id="IM\0P"), line(3, item_value="70\0000.00"), line(4))
    path = tmp_path / "entries.csv"
    path.write_bytes(data.encode())
    try:
        totals = assess(path, LAW, tmp_path / "out").totals
    except BadTable:
        nothing_in(tmp_path / "out")
        return
    assert totals.read == 4
    assert totals.aside_reasons == {"NOT_A_NUMBER": 1}


# ---------------------------------------------------------------- odd, and good

ODD = {
    "a mark in front": "\ufeff" + text(line()),
    "lines that end as on Windows": text(line(), end="\r\n"),
    "both": "\ufeff" + text(line(), end="\r\n"),
    "no end of the last line": text(line()).rstrip("\n"),
    "every cell in quotes": text(
        ",".join(f'"{cell}"' for cell in line().split(",")),
        header=",".join(f'"{name}"' for name in COLUMNS),
    ),
    "an empty line at the end": text(line()) + "\n",
}


@pytest.mark.parametrize("name", ODD)
def test_what_spreadsheets_write_changes_nothing(tmp_path, one, name):
    totals, (lines, aside) = passed(tmp_path, ODD[name])
    assert (lines, aside) == (one, [])
    assert totals.read == 1


def test_commas_quotes_and_line_breaks_in_quoted_cells_stay_in_their_cell(tmp_path, one):
    row = ORIGINAL | {"entry_number": "E1", "importer_id": 'A, "B"\nand C', "form": ","}
    write_entries(tmp_path / "quoted.csv", [row])
    totals, (lines, _) = passed(tmp_path, (tmp_path / "quoted.csv").read_bytes())
    assert (lines, totals.read) == (one, 1)


# ---------------------------------------------------------------- amounts

LARGE = {
    "9223372036854775807": "OUT_OF_RANGE", "9223372036854775808": "OUT_OF_RANGE",
    "92233720368547758.07": "OUT_OF_RANGE", "18446744073709551617": "OUT_OF_RANGE",
    "1000000000000": "OUT_OF_RANGE", "1000000000000.00": "OUT_OF_RANGE",
    "9" * 60: "OUT_OF_RANGE", "9" * 400: "OUT_OF_RANGE", "-" + "9" * 30: "OUT_OF_RANGE",
    "1e13": "NOT_A_NUMBER", "0x10": "NOT_A_NUMBER", "Infinity": "NOT_A_NUMBER",
    "nan": "NOT_A_NUMBER", "١٢": "NOT_A_NUMBER", "1 000": "NOT_A_NUMBER", "1_000": "NOT_A_NUMBER",
    " 5": "NOT_A_NUMBER", "5 ": "NOT_A_NUMBER", "5\n": "NOT_A_NUMBER",
    "0." + "0" * 50 + "1": "TOO_PRECISE",
}  # fmt: skip


def test_numbers_that_no_amount_can_be_are_set_aside_with_what_was_written(tmp_path):
    rows, expected = [], []
    for name in ("item_value", "net_mass_kg"):
        for cell, reason in LARGE.items():
            rows.append(ORIGINAL | {"entry_number": f"E{len(rows)}", name: cell})
            expected.append((len(rows), reason, name, cell))
    rows.append(ORIGINAL | {"entry_number": "good"})
    entries = write_entries(tmp_path / "entries.csv", rows)
    totals = assess(entries, LAW, tmp_path / "out").totals
    lines, aside = answers(tmp_path / "out")
    assert [row["entry_number"] for row in lines] == ["good"]
    assert totals.read == len(rows)
    names = ("row_number", "reason", "column", "value_met")
    assert [tuple(row[n] for n in names) for row in aside] == expected


# ---------------------------------------------------------------- no room, no right


def assess_apart(tmp_path, setup, out):
    """Runs an assessment in a process of its own, after a line of setup; what it says."""
    entries = write_entries(
        tmp_path / "entries.csv", [ORIGINAL | {"entry_number": f"E{n}"} for n in range(3000)]
    )
    script = textwrap.dedent(f"""
        import os, resource, signal
        from pathlib import Path
        from stannary.customs.batch import assess
        from stannary.customs.law import read_law
        from stannary.terms.errors import BadTable

        law = read_law(Path({str(WORKED / "law")!r}))
        {setup}
        try:
            assess({str(entries)!r}, law, Path({str(out)!r}))
        except BadTable as error:
            print("refused:", error)
        else:
            print("written")
    """)
    done = subprocess.run(
        [sys.executable, "-c", script], timeout=300, check=False, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_a_disk_without_room_leaves_the_results_of_before(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "assessed.parquet").write_text("of before")
    # A file may hold 20 kB: as on a full disk, a write fails after some have passed.
    limit = "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    said = assess_apart(tmp_path, limit, out)
    assert said.startswith("refused: "), said
    assert "cannot write the results" in said
    assert {p.name: p.read_text() for p in out.iterdir()} == {"assessed.parquet": "of before"}


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no such limit on this system")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path):
    out = tmp_path / "shut"
    out.mkdir()
    if os.geteuid() == 0:  # root may write anywhere, but not under a file
        out = tmp_path / "file" / "out"
        (tmp_path / "file").write_text("no folder")
    else:
        out.chmod(0o500)
    entries = write_entries(tmp_path / "entries.csv", [ORIGINAL])
    with pytest.raises(BadTable, match="cannot write the results"):
        assess(entries, LAW, out)
    assert not Path(out).is_dir() or not list(out.iterdir())


def test_set_aside_is_plain_csv_whatever_the_cells_hold(tmp_path):
    """What was met is told as it was written: commas, quotes and line breaks included."""
    met = 'a, "b"\nc'
    entries = write_entries(tmp_path / "entries.csv", [ORIGINAL | {"item_value": met}])
    assess(entries, LAW, tmp_path / "out")
    with (tmp_path / "out" / "set_aside.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["reason"], row["column"], row["value_met"]) == ("NOT_A_NUMBER", "item_value", met)
