"""The checkout as the house's tests see it."""

import ast
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's folder."""
    return ROOT


@pytest.fixture(scope="session")
def pyproject() -> dict:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="session")
def kept() -> list[Path]:
    """Every file that is, or is about to be, committed; without git, every file."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listing = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        files = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        skipped = {".venv", "node_modules", "__pycache__"}
        files = [f for f in ROOT.rglob("*") if not skipped & set(f.relative_to(ROOT).parts)]
    return [f for f in files if f.is_file()]


@pytest.fixture(scope="session")
def modules() -> dict[Path, ast.Module]:
    """Every Python module of the package, parsed; keys are relative to the checkout."""
    return {
        file.relative_to(ROOT): ast.parse(file.read_text())
        for file in sorted((ROOT / "src").rglob("*.py"))
        if "node_modules" not in file.parts
    }
