import os
import subprocess
import sys

import pytest
import typer

import stannary


def commands():
    """Every command of the command line, by name; group commands as `group command`."""
    from stannary import cli  # here, so that a broken command line fails these tests alone

    app = next(value for value in vars(cli).values() if isinstance(value, typer.Typer))
    return dict(leaves(typer.main.get_command(app)))


def leaves(command, prefix=""):
    nested = getattr(command, "commands", None)
    if nested is None:
        yield prefix or command.name, command
        return
    for name, child in nested.items():
        yield from leaves(child, f"{prefix} {name}".strip())


def test_every_command_says_what_it_does_and_shows_an_example():
    lacking = [
        name
        for name, command in commands().items()
        if "stannary " + name not in (command.help or "") or "Example" not in command.help
    ]
    assert not lacking, "no `Example:` block that calls `stannary NAME` in their --help"


def test_every_option_of_every_command_has_help():
    silent = [
        f"{name} {parameter.name}"
        for name, command in commands().items()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert not silent


def test_every_command_is_in_the_manual(root):
    manual = "\n".join(page.read_text() for page in (root / "docs").rglob("*.md"))
    assert not [name for name in commands() if f"stannary {name}" not in manual]


def test_run_works_from_anywhere_through_a_link_and_says_nothing_when_set_up(root, tmp_path):
    if sys.prefix != str(root / ".venv"):
        pytest.skip("these tests do not run in .venv, so ./run would have to set one up")
    link = tmp_path / "a link"
    link.symlink_to(os.path.relpath(root / "run", tmp_path.resolve()))
    done = subprocess.run([link, "--version"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert stannary.__version__ in done.stdout
