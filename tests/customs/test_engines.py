"""One expression, several engines: the same cents from PostgreSQL and Spark as from decimals.

An engine that is not installed is skipped with the reason, except in CI, where it fails.
"""

import contextlib
import csv
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from answers import answers, first_difference, made, of_oracle
from drawn import draw
from oracle import assess as by_decimal
from oracle.columns import COLUMNS

from stannary.customs.batch import assess
from stannary.customs.columns import ENTRIES
from stannary.customs.law import read_law
from stannary.terms.errors import BadInput, BadTable

pytestmark = pytest.mark.slow


def missing(why):
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def drawing(tmp_path_factory):
    """1,000 drawn lines and what decimals say of them."""
    folder = tmp_path_factory.mktemp("drawing")
    draw(1000, 31, folder)
    expected = by_decimal(folder / "entries.csv", folder / "law", folder / "lots.csv")
    return folder, of_oracle(expected)


def differs(folder, expected, entries, out, engine="duckdb"):
    """What an engine says otherwise than decimals, first; None where nothing."""
    law = read_law(folder / "law")
    assess(entries, law, out, lots=folder / "lots.csv", engine=engine)
    lines, aside = answers(out)
    named = [row | {"source": "entries.csv"} for row in aside]
    return first_difference((lines, named), expected)


# ---------------------------------------------------------------- PostgreSQL


def programs():
    """initdb and pg_ctl: on PATH, or where Debian keeps them."""
    found = [shutil.which(name) for name in ("initdb", "pg_ctl")]
    if not all(found):
        homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        found = [str(homes[0] / name) for name in ("initdb", "pg_ctl")] if homes else found
    if not all(found):
        missing("no PostgreSQL: initdb and pg_ctl are not on PATH")
    return found


@pytest.fixture(scope="module")
def postgres():
    """URL of a server of our own, on a socket in a folder of its own."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        missing("no psycopg: pip install 'stannary[postgres]'")
    initdb, pg_ctl = programs()
    # A socket's path must be short, and its folder open to whoever the server runs as.
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    as_other = []
    if os.geteuid() == 0:  # the server refuses to run as root
        if not shutil.which("runuser"):
            missing("PostgreSQL does not run as root, and there is no runuser")
        as_other = ["runuser", "-u", "postgres", "--"]
        shutil.chown(home, "postgres")
    data = home / "data"
    first = ["-A", "trust", "-U", "tester", "--no-sync", "-E", "UTF8", "--locale=C"]
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off -p 54377"
    try:
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": home}
        subprocess.run([*as_other, initdb, "-D", str(data), *first], **quiet)
        command = [*as_other, pg_ctl, "-D", str(data), "-w", "-l", str(home / "log")]
        subprocess.run([*command, "-o", options, "start"], **quiet)
        try:
            yield f"postgresql://tester@/postgres?host={home}&port=54377"
        finally:
            subprocess.run([*command, "-m", "immediate", "stop"], **quiet)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def rows_of(folder):
    with (folder / "entries.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def load(url, kinds, rows):
    """Makes a table with columns of these types and fills it; its name."""
    import psycopg

    name = f"entries_{secrets.token_hex(4)}"
    with psycopg.connect(url) as connection:
        columns = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
        connection.execute(f"CREATE TABLE {name} ({columns})")
        with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    return name


def test_postgresql_says_of_text_what_decimals_say(postgres, drawing, tmp_path):
    folder, expected = drawing
    rows = [[n, *row] for n, row in enumerate(rows_of(folder), 1)]
    kinds = {"row_number": "bigint", **dict.fromkeys(COLUMNS, "text")}
    name = load(postgres, kinds, rows)
    assert differs(folder, expected, f"{postgres}#{name}", tmp_path / "out") is None
    assert left_behind(postgres, name) == []


def left_behind(url, name):
    """What an assessment left in a database, besides the table that was there."""
    import psycopg

    asked = "SELECT relname FROM pg_class WHERE relname ~ 'stannary|ibis' AND relname <> %s"
    with psycopg.connect(url) as connection:
        return connection.execute(asked, [name]).fetchall()


def test_postgresql_says_of_typed_columns_what_decimals_say_of_the_same_text(
    postgres, drawing, tmp_path
):
    folder, _ = drawing
    typed, kept = [], []
    for row in rows_of(folder):
        with contextlib.suppress(ValueError, ArithmeticError, KeyError):
            cells = [made(c, cell) for c, cell in zip(ENTRIES, row, strict=True)]
            typed.append([len(kept) + 1, *cells])
            kept.append(row)
    assert len(kept) > 900
    with (tmp_path / "entries.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *kept])
    lines, aside = by_decimal(tmp_path / "entries.csv", folder / "law", folder / "lots.csv")
    types = {"day": "date", "flag": "boolean", "integer": "bigint", "text": "text"}
    kinds = {c.name: types.get(c.kind, f"numeric({12 + c.places}, {c.places})") for c in ENTRIES}
    name = load(postgres, {"row_number": "bigint", **kinds}, typed)
    assess(
        f"{postgres}#{name}", read_law(folder / "law"), tmp_path / "out",
        lots=folder / "lots.csv",
    )  # fmt: skip
    got, told = answers(tmp_path / "out")
    assert first_difference((got, []), (of_oracle((lines, []))[0], [])) is None

    def what(rows):
        return sorted((r["row_number"], r["reason"], r["column"]) for r in rows)

    assert what(told) == what(aside)


def test_rows_of_a_database_need_no_number(postgres, drawing, tmp_path):
    folder, (lines, aside) = drawing
    name = load(postgres, dict.fromkeys(COLUMNS, "text"), reversed(rows_of(folder)))
    assess(
        f"{postgres}#{name}", read_law(folder / "law"), tmp_path / "out",
        lots=folder / "lots.csv",
    )  # fmt: skip
    got, told = answers(tmp_path / "out")
    assert got == lines

    def what(rows):
        return sorted((r["entry_number"], r["line_number"], r["reason"]) for r in rows)

    assert what(told) == what(aside)


def test_a_database_that_does_not_answer_or_lacks_a_column_is_refused(postgres, drawing, tmp_path):
    folder, _ = drawing
    law, out = read_law(folder / "law"), tmp_path / "out"
    for url in (f"{postgres}#nobody", "postgresql://x@/y?host=/nowhere#entries", postgres):
        with pytest.raises(BadInput):
            assess(url, law, out)
    name = load(postgres, dict.fromkeys(COLUMNS[1:], "text"), [])
    with pytest.raises(BadTable, match="entry_number"):
        assess(f"{postgres}#{name}", law, out)
    assert not out.exists() or not list(out.iterdir())


# ---------------------------------------------------------------- Spark


@pytest.fixture(scope="module")
def spark():
    try:
        import pyspark  # noqa: F401
    except ImportError:
        missing("no Spark: pip install 'stannary[spark]'")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        missing("no Java, which Spark needs")
    yield
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


@pytest.mark.filterwarnings("ignore")  # Spark's own, of threads and sockets
def test_spark_says_of_a_file_what_decimals_say(spark, drawing, tmp_path):
    folder, expected = drawing
    out = tmp_path / "out"
    assert differs(folder, expected, folder / "entries.csv", out, "spark") is None
