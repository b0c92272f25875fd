"""What several verbs' tests share: commands typed where the examples lie."""

import shutil
import sys
from pathlib import Path

import pytest

from stannary import cli

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def stannary(tmp_path, monkeypatch, capsys):
    """Types a command in an empty folder: exit code, what was printed, what was refused."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    monkeypatch.chdir(tmp_path)

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["stannary", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return typed
