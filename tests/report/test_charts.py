"""The committed bundle is what its sources build."""

import shutil
import subprocess
from pathlib import Path

import pytest

import stannary.report

CHARTS = Path(stannary.report.__file__).parent / "charts"


def test_the_bundle_is_built_from_its_sources_to_the_byte(tmp_path):
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on PATH")
    if not (CHARTS / "node_modules").is_dir():
        pytest.skip(f"no node_modules: run `npm ci` in {CHARTS.name}/")
    copy = tmp_path / "charts"
    shutil.copytree(CHARTS, copy, symlinks=True, ignore=shutil.ignore_patterns("charts.js"))
    built = subprocess.run(
        [npm, "run", "build"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert (copy / "charts.js").read_bytes() == (CHARTS / "charts.js").read_bytes()


def test_the_bundle_and_the_lock_name_no_host():
    for name in ("charts.js", "package-lock.json"):
        text = (CHARTS / name).read_text(encoding="utf-8")
        # The namespace of SVG is a name, not an address that is asked.
        assert "://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_the_bundle_can_stand_inside_a_page():
    text = (CHARTS / "charts.js").read_text(encoding="utf-8").lower()
    assert "</script" not in text
    assert "<!--" not in text
    assert len(text) < 60_000
