import json
import subprocess
import sys

import pytest


def stannary(*words, cwd, check=None):
    done = subprocess.run(
        [sys.executable, "-m", "stannary.cli", *words],
        cwd=cwd, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if check is not None:
        assert done.returncode == check, done.stderr
    return done


def test_the_version_is_told(tmp_path):
    assert stannary("--version", cwd=tmp_path, check=0).stdout == "stannary 0.1.0\n"


def test_run_prints_json_that_machines_can_read_and_writes_the_files(tmp_path):
    done = stannary("run", "--json", "--out", "here", cwd=tmp_path, check=0)
    body = json.loads(done.stdout)
    assert body["converged"]
    assert body["assumed_count"] > 0
    assert json.loads((tmp_path / "here" / "outcome.json").read_text("utf-8")) == body
    assert (tmp_path / "here" / "report.html").stat().st_size < 2_000_000


@pytest.mark.parametrize(
    "words",
    [
        ("run", "blok-2026"),
        ("run", "--world", "base-2042"),
        ("run", "--set", "floors.npdr.oxide=90"),
        ("run", "--day", "2027-13-01"),
        ("run", "--for", "ev.EUX"),
        ("run", "--out", "taken"),
        ("data", "nothing of the kind"),
    ],
)
def test_bad_input_ends_with_two_and_leaves_nothing_written(words, tmp_path):
    (tmp_path / "taken").write_text("")
    done = stannary(*words, cwd=tmp_path, check=2)
    assert done.stdout == ""
    assert done.stderr.startswith("stannary: ")
    assert "where:" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_country_asked_for_is_answered_in_its_own_folder(tmp_path):
    done = stannary("run", "--for", "DEU", cwd=tmp_path, check=0)
    assert "Users in the European Union pay" in done.stdout
    assert "Germany is answered for with the European Union." in done.stdout
    told = json.loads((tmp_path / "out" / "2027-bloc-2026+for=DEU" / "outcome.json").read_text())
    assert told["for"]["region"] == "EUU"
    assert told["command"].endswith("--for DEU")


def test_data_traces_a_number(tmp_path):
    assert "line" in stannary("data", "ndpr.oxide CHN", cwd=tmp_path, check=0).stdout
