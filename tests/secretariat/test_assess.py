"""`stannary assess` as it is typed, in a folder with the examples."""

import csv
import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FILE = ("assess", "examples/entries.csv", "--law", "examples/law", "--lots", "examples/lots.csv")
ONE = (
    "assess", "--hs", "2846902040", "--element", "NdPr", "--origin", "CHN", "--kg", "12000",
    "--fob", "58.20", "--on", "2027-05-03",
)  # fmt: skip


def test_a_file_is_assessed_and_its_files_lie_where_it_says(stannary, tmp_path):
    code, said, _ = stannary(*FILE, "--json")
    assert code == 0
    body = json.loads(said)
    folder = tmp_path / "out" / "assess"
    assert {path.name for path in folder.iterdir()} == {Path(path).name for path in body["files"]}
    with (folder / "set_aside.csv").open() as file:
        assert [row["reason"] for row in csv.DictReader(file)] == [
            "NEGATIVE_MASS", "CHARGES_MISSING", "CREDIT_EXCEEDS_VALUE",
        ]  # fmt: skip


def test_a_line_is_explained_and_nothing_is_written(stannary, tmp_path):
    code, said, _ = stannary(*FILE, "--explain", "US70000101/1", "--json")
    assert (code, json.loads(said)["line"]["top_up_cents"]) == (0, 60570000)
    assert not (tmp_path / "out").exists()


def test_without_rates_only_dollars_are_assessed(stannary):
    code, said, _ = stannary("assess", "examples/entries.csv", "--out", "here", "--json")
    assert code == 0
    assert json.loads(said)["aside_reasons"]["UNKNOWN_CURRENCY"] == 2


def test_one_entry_needs_no_file_and_writes_none(stannary, tmp_path):
    code, said, _ = stannary(*ONE, "--into", "JPN", "--json")
    body = json.loads(said)
    assert code == 0
    assert body["line"]["total_due_cents"] == sum(
        body["line"][name] for name in ("base_duty_cents", "extra_duty_cents", "top_up_cents")
    )
    assert [path.name for path in tmp_path.iterdir()] == ["examples"]


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (("assess",), "assess"),
        (("assess", "--hs", "284690"), "assess"),
        ((*ONE, "--lots", "examples/lots.csv"), "assess"),
        ((*ONE, "--out", "here"), "assess"),
        ((*FILE, "--kg", "5"), "assess"),
        ((*FILE, "--explain", "US70000101"), "--explain"),
        ((*FILE, "--explain", "US70000101/one"), "--explain"),
        ((*ONE[:-1], "soon"), "--on"),
        ((*ONE, "--cif", "60"), "--fob, --cif"),
        ((*ONE, "--assay", "-1"), "--assay"),
        (("assess", "nowhere.csv"), "nowhere.csv"),
        (("assess", "examples/entries.csv", "--law", "nowhere"), "nowhere"),
        (("assess", "examples/entries.csv", "--fx", "examples/lots.csv"), "examples/lots.csv"),
        (("assess", "examples/lots.csv"), "examples/lots.csv"),
        (("assess", "sqlite://nowhere"), "ENTRIES"),
    ],
)
def test_what_cannot_be_assessed_ends_with_two_says_what_and_where_and_writes_nothing(
    stannary, tmp_path, words, where
):
    code, said, refused = stannary(*words)
    assert (code, said) == (2, "")
    assert refused.startswith("stannary: ")
    assert f"  where:   {where}" in refused
    assert "  allowed: " in refused
    assert "Traceback" not in refused
    assert [path.name for path in tmp_path.iterdir()] == ["examples"]


def test_a_line_that_is_not_there_is_refused(stannary):
    code, _, refused = stannary(*FILE, "--explain", "US70000101/99")
    assert code == 2
    assert "no such line" in refused
