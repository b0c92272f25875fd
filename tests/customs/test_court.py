"""The export for a court: complete, adding up, and any changed byte is found."""

import csv
import json
import random
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from filed import CENTS, WORKED, filed, worked_entries, write_assessed
from oracle import assess
from oracle.columns import COLUMNS

from stannary.customs.assessed import DoesNotAgree
from stannary.customs.court import export, verify
from stannary.customs.law import read_law
from stannary.terms.errors import BadInput, BadTable


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("court")
    return _exported(folder)


def _exported(folder: Path) -> Path:
    entries = worked_entries(folder / "entries.csv")
    shutil.copytree(WORKED / "law", folder / "law")
    shutil.copy(WORKED / "lots.csv", folder / "lots.csv")
    filed(folder / "out", entries, folder / "law", folder / "lots.csv")
    (folder / "out/letters").mkdir()
    (folder / "out/letters/E02-1.txt").write_text("a letter")
    export(folder / "out", _inputs(folder), read_law(folder / "law"))
    return folder


def _inputs(folder: Path) -> dict[str, Path]:
    return {
        "entries": folder / "entries.csv", "lots": folder / "lots.csv", "law": folder / "law",
    }  # fmt: skip


@pytest.fixture
def copy(exported, tmp_path):
    """An export that a test may spoil."""
    shutil.copytree(exported, tmp_path / "file")
    return tmp_path / "file"


def test_an_export_that_nobody_touched_is_sound(exported):
    found = verify(exported / "out", _inputs(exported))
    assert found.sound
    assert found.changed == found.missing == ()
    assert set(found.checked) == {
        "court.json", "court.html", "assessed.parquet", "set_aside.csv", "letters/E02-1.txt",
        "entries.csv", "lots.csv", *(path.name for path in (WORKED / "law").iterdir()),
    }  # fmt: skip
    assert verify(exported / "out") == found  # the inputs lie beside it


FILES = (
    "out/court.html", "out/court.json", "out/assessed.parquet", "out/set_aside.csv",
    "out/letters/E02-1.txt", "entries.csv", "lots.csv", "law/floors.csv", "law/fx.csv",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_any_changed_byte_is_found(copy, name):
    path = copy / name
    whole = path.read_bytes()
    rng = random.Random(name)
    for _ in range(12):
        at = rng.randrange(len(whole))
        other = whole[at] ^ (1 << rng.randrange(7))
        path.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
        found = verify(copy / "out", _inputs(copy))
        assert not found.sound, (name, at)
        assert any(Path(name).name in text for text in found.changed)
    for changed in (whole + b"\n", whole[:-1]):
        path.write_bytes(changed)
        assert not verify(copy / "out", _inputs(copy)).sound
    path.write_bytes(whole)
    assert verify(copy / "out", _inputs(copy)).sound


def test_both_files_changed_alike_have_another_digest(copy):
    """Whoever writes all of it anew cannot keep the digest that was lodged."""
    before = verify(copy / "out", _inputs(copy)).digest
    data = copy / "out/court.json"
    data.write_text(data.read_text(encoding="utf-8").replace("IMP1", "IMP9"), encoding="utf-8")
    assert verify(copy / "out", _inputs(copy)).digest != before
    entries = copy / "entries.csv"
    entries.write_text(entries.read_text().replace("IMP1", "IMP9"))
    export(copy / "out", _inputs(copy), read_law(copy / "law"))
    again = verify(copy / "out", _inputs(copy))
    assert again.sound
    assert again.digest != before


def test_an_input_that_is_not_at_hand_is_named_and_not_passed_over(copy):
    (copy / "lots.csv").unlink()
    found = verify(copy / "out")
    assert found.missing == ("lots lots.csv",)
    assert not found.sound


def test_a_sum_that_is_not_that_of_the_lines_is_told(copy):
    data = copy / "out/court.json"
    body = json.loads(data.read_text(encoding="utf-8"))
    body["sums"]["top_up_cents"] += 1
    data.write_text(json.dumps(body))
    assert "sums: not those of the lines" in verify(copy / "out", _inputs(copy)).changed


def test_another_law_under_the_same_digest_is_told(copy):
    data = copy / "out/court.json"
    text = data.read_text(encoding="utf-8").replace('"114.4000"', '"104.4000"')
    data.write_text(text, encoding="utf-8")
    changed = verify(copy / "out", _inputs(copy)).changed
    assert "law: its tables have another digest" in changed


def test_sums_and_counts_are_those_of_the_oracle(exported):
    rows, aside = assess(exported / "entries.csv", exported / "law", exported / "lots.csv")
    body = json.loads((exported / "out/court.json").read_text(encoding="utf-8"))
    assert body["sums"] == {name: sum(row[name] or 0 for row in rows) for name in CENTS}
    assert body["counts"]["read"] == len(rows) + len(aside)
    assert body["counts"]["assessed"] == len(body["lines"]) == len(rows)
    assert body["law"]["digest"] == read_law(exported / "law").digest


def test_whole_dollars_are_what_the_form_of_the_united_states_shows(exported):
    body = json.loads((exported / "out/court.json").read_text(encoding="utf-8"))
    for line in body["lines"]:
        shown = line["to_be_declared_cents"]
        if line["line_type"] != "entry":
            assert shown is None
        elif line["import_country"] == "USA":
            assert shown % 100 == 0
            assert abs(shown - line["cents"]["customs_value_cents"]) <= 50
        else:
            assert shown == line["cents"]["customs_value_cents"]
    declared = {row["country"]: row["cents"] for row in body["to_be_declared"]}
    assert set(declared) == {"USA", "DEU"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.loads: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe") or any(
            n in ("src", "href") for n, _ in attrs
        ):
            self.loads.append(tag)


def test_the_page_loads_nothing_and_says_what_the_data_say(exported):
    page = _Words()
    page.feed((exported / "out/court.html").read_text(encoding="utf-8"))
    assert page.loads == []
    said = "\n".join(page.said)
    body = json.loads((exported / "out/court.json").read_text(encoding="utf-8"))
    assert body["digest"] in said
    for line in body["lines"]:
        for part in line["sum"]:
            assert all(sentence in said for sentence in part["sentences"])
    for file in body["inputs"] + body["outputs"]:
        assert file["sha256"] in said
    for table in body["law"]["tables"].values():
        assert all(cell in said for row in table["rows"] for cell in row)


def test_words_of_a_trader_are_never_markup(tmp_path):
    entries = worked_entries(tmp_path / "entries.csv")
    entries.write_text(entries.read_text().replace("IMP1", "<script>alert(1)</script>&"))
    filed(tmp_path / "out", entries, WORKED / "law", WORKED / "lots.csv")
    inputs = {"entries": entries, "lots": WORKED / "lots.csv"}
    export(tmp_path / "out", inputs, read_law(WORKED / "law"))
    page = _Words()
    page.feed((tmp_path / "out/court.html").read_text(encoding="utf-8"))
    assert page.loads == []
    assert "<script>alert(1)</script>&" in "".join(page.said)


def test_a_wrong_cent_is_not_exported(exported, tmp_path):
    rows, _ = assess(exported / "entries.csv", exported / "law", exported / "lots.csv")
    rows[0]["base_duty_cents"] += 1
    write_assessed(tmp_path / "assessed.parquet", rows)
    shutil.copy(exported / "out/set_aside.csv", tmp_path)
    with pytest.raises(DoesNotAgree):
        export(tmp_path, _inputs(exported), read_law(WORKED / "law"))
    assert not list(tmp_path.glob("court.*"))


def test_a_lost_line_is_not_exported(exported, tmp_path):
    rows, _ = assess(exported / "entries.csv", exported / "law", exported / "lots.csv")
    write_assessed(tmp_path / "assessed.parquet", [r for r in rows if r["entry_number"] != "E11"])
    shutil.copy(exported / "out/set_aside.csv", tmp_path)
    with pytest.raises(BadInput, match="lines were lost or doubled"):
        export(tmp_path, _inputs(exported), read_law(WORKED / "law"))
    assert not list(tmp_path.glob("court.*"))


def test_lines_set_aside_are_told_with_their_reason(tmp_path):
    entries = worked_entries(tmp_path / "entries.csv")
    with entries.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["BAD", "1", "entry", *[""] * (len(COLUMNS) - 3)])
    filed(tmp_path / "out", entries, WORKED / "law", WORKED / "lots.csv")
    inputs = {"entries": entries, "lots": WORKED / "lots.csv"}
    export(tmp_path / "out", inputs, read_law(WORKED / "law"))
    body = json.loads((tmp_path / "out/court.json").read_text(encoding="utf-8"))
    assert [row["entry_number"] for row in body["set_aside"]] == ["BAD"]
    assert body["counts"]["read"] == body["counts"]["assessed"] + 1


def test_without_entries_nothing_is_exported(exported):
    with pytest.raises(BadInput, match="no entries to export"):
        export(exported / "out", {}, read_law(WORKED / "law"))


def test_a_folder_without_an_export_is_refused(tmp_path):
    with pytest.raises(BadTable, match="cannot read the file"):
        verify(tmp_path)
