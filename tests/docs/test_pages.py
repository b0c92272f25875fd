"""Every command and every Python block of the manual is run, and prints what the page shows.

A page is read from top to bottom, in one empty folder, with tests and examples of the checkout there:

    ```console  lines `$ stannary ...` are run, what follows must be printed; `...` stands for any
                lines, or for the rest of one. `$ echo $?` shows the exit code, else it must be 0.
    ```python   is executed; one namespace a page. A ```text block right after it is what it prints.
    ```toml     is written to the file that its first line names (`# two.toml`), if it names one.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDS_A_STUDY = {"outcome-json.md"}
"""Pages whose examples read the files of a study: `stannary run --out .` is run before them."""


def blocks(page):
    """(language, text, whether it follows the last block at once) of every fenced block."""
    text, end = page.read_text("utf-8"), 0
    for found in FENCE.finditer(text):
        yield found[1], found[2], not text[end : found.start()].strip()
        end = found.end()


def sessions(block):
    """Commands of a console block, each with the lines shown below it."""
    shown = []
    for line in block.splitlines():
        if line.startswith("$ "):
            shown.append((line[2:], []))
        elif shown[-1][0].endswith("\\"):
            shown[-1] = (shown[-1][0][:-1] + line.strip(), [])
        else:
            shown[-1][1].append(line)
    return shown


def typed():
    """Every command line of the manual, as words."""
    for page in PAGES:
        for language, block, _ in blocks(page):
            if language == "console":
                yield from (shlex.split(command) for command, _ in sessions(block))


def steady(line):
    """A line without what differs between two runs: seconds, rounding errors, the day made."""
    line = re.sub(r"\b\d+(\.\d+)? (s|seconds?)\b", "S s", line.rstrip())
    line = re.sub(r"\b\d(\.\d+)?e[-+]\d+\b", "SMALL", line)
    return re.sub(r"\b(made|Made) .*", r"\1 DAY", line)


def same(shown, printed):
    if shown.endswith("...") and shown.strip() != "...":
        return steady(printed).startswith(steady(shown.removesuffix("...")))
    return steady(shown) == steady(printed)


def missing(shown, printed):
    """The first shown line that was not printed where it should be; None: all were."""
    at, free = 0, False
    for line in shown:
        if line.strip() == "...":
            free = True
            continue
        places = range(at, len(printed)) if free else range(at, min(at + 1, len(printed)))
        found = next((i for i in places if same(line, printed[i])), None)
        if found is None:
            return line
        at, free = found + 1, False
    rest = [line for line in printed[at:] if line.strip()]
    return None if free or not rest else f"(the page ends before: {rest[0]})"


class Reader:
    """Somebody who types what a page says into one folder."""

    def __init__(self, folder):
        self.folder, self.code, self.names = folder, 0, {}
        (folder / "tests").symlink_to(ROOT / "tests")
        (folder / "examples").symlink_to(ROOT / "examples")

    def __enter__(self):
        self.home = Path.cwd()
        os.chdir(self.folder)
        return self

    def __exit__(self, *_):
        os.chdir(self.home)

    def run(self, command):
        """What a command prints, on both streams, as lines."""
        words = shlex.split(command)
        if words == ["echo", "$?"]:
            return [str(self.code)]
        assert words[0] == "stannary", f"only stannary and `echo $?` are run: {command}"
        from stannary import cli

        said = io.StringIO()
        before, sys.argv = sys.argv, words
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                cli.main()
        except SystemExit as end:
            self.code = end.code or 0
        finally:
            sys.argv = before
        return said.getvalue().splitlines()

    def execute(self, block, page):
        """What a Python block prints, as lines."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # an example may leave a file open
            exec(compile(block, page.name, "exec"), self.names)
        return said.getvalue().splitlines()


@pytest.fixture
def reader(tmp_path, monkeypatch):
    from stannary import secretariat
    from stannary.report import page, tell

    monkeypatch.setattr(secretariat, "remember_compiled", lambda: None)
    # No page shows what is in a report, its slider alone solves forty markets, and it has tests.
    monkeypatch.setattr(tell, "story", lambda study: None)
    monkeypatch.setattr(page, "write", lambda told, place: place.touch())
    with Reader(tmp_path) as reader:
        yield reader


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_does_what_it_shows(page, reader):
    wrong, printed = [], []
    if page.name in NEEDS_A_STUDY:
        reader.run("stannary run --out . --quiet")
    for language, block, follows in blocks(page):
        if language == "toml" and (name := re.match(r"# (\S+\.toml)\n", block)):
            Path(name[1]).write_text(block, "utf-8")
        elif language == "python":
            printed = reader.execute(block, page)
        elif language == "text" and follows and printed:
            if line := missing(block.splitlines(), printed):
                wrong.append(f"not printed by the Python block above it: {line}")
        elif language == "console":
            steps = sessions(block)
            for n, (command, shown) in enumerate(steps):
                out = reader.run(command)
                asked = n + 1 < len(steps) and steps[n + 1][0] == "echo $?"
                if command != "echo $?" and not asked and reader.code != 0:
                    wrong.append(f"{command}: exit code {reader.code}\n" + "\n".join(out))
                elif shown and (line := missing(shown, out)):
                    wrong.append(f"{command}: not printed: {line}\n" + "\n".join(out))
        if language != "python":
            printed = []
    assert not wrong, "\n\n".join(wrong)


def test_the_program_runs_as_a_program_of_its_own(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "stannary.cli", "run", "--day", "2027-13-01"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("stannary: ")
    assert not list(tmp_path.iterdir())


def test_every_command_and_every_option_is_shown_at_work():
    import typer

    from stannary import cli

    words = list(typed())
    app = typer.main.get_command(cli.app)
    unseen = []
    for name, command in app.commands.items():
        lines = [line for line in words if line[:2] == ["stannary", name]]
        flags = {word for line in lines for word in line}
        if not lines:
            unseen.append(name)
        unseen += [
            f"{name} {option.opts[0]}"
            for option in command.params
            if option.opts[0].startswith("--") and not flags & set(option.opts)
        ]
    assert not unseen


def test_every_link_between_pages_leads_somewhere():
    broken = []
    for page in PAGES:
        prose = FENCE.sub("", page.read_text("utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"https?://", target):
                continue
            name, _, anchor = target.partition("#")
            goal = (page.parent / name).resolve() if name else page
            if not goal.exists():
                broken.append(f"{page.name}: {target}")
            elif anchor and anchor not in anchors(goal):
                broken.append(f"{page.name}: {target}: no such heading")
    assert not broken


def anchors(page):
    """Anchors of a page's headings, as the manual and GitHub make them."""
    prose = FENCE.sub("", page.read_text("utf-8"))
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_what_a_page_elides_and_what_it_gets_wrong_are_told_apart():
    printed = ["one  4.1 s", "two", "three", "a residual of 3.2e-12"]
    assert missing(["one  9.0 s", "...", "a residual of 1e-11"], printed) is None
    assert missing(["one  4.1 s", "three", "..."], printed) == "three"
    assert missing(["one ...", "two"], printed) == "(the page ends before: three)"
