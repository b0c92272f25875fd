"""The engine against the oracle, cell by cell; and what must hold of a file whatever its lines say."""

import contextlib
import csv
import importlib.util
import os
import random
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answers import WORKED, answers, first_difference, made, of_oracle, write_entries
from drawn import draw
from oracle import assess as by_decimal
from oracle.columns import COLUMNS

from stannary.customs import batch, engine
from stannary.customs.batch import assess
from stannary.customs.columns import ENTRIES
from stannary.customs.law import read_law
from stannary.terms.errors import BadTable

FILES = ("assessed.parquet", "set_aside.csv")


def worked():
    """The module of lines worked by hand; it stands in a folder of its own."""
    place = WORKED / "test_worked.py"
    spec = importlib.util.spec_from_file_location("worked_lines", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assessed_anew(folder, entries="entries.csv", out="out", lots="lots.csv"):
    """Runs the engine on a drawn folder; its totals and its answer."""
    done = assess(folder / entries, read_law(folder / "law"), folder / out, lots=folder / lots)
    return done.totals, answers(folder / out)


@pytest.fixture(scope="module")
def drawing(tmp_path_factory):
    """2,000 drawn lines, with the engine's answer on them as CSV."""
    folder = tmp_path_factory.mktemp("drawing")
    draw(2000, 23, folder)
    return folder, assessed_anew(folder)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- the oracle


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_every_cell_is_the_one_that_decimals_give(tmp_path, seed):
    draw(4000, seed, tmp_path)
    expected = by_decimal(tmp_path / "entries.csv", tmp_path / "law", tmp_path / "lots.csv")
    totals, got = assessed_anew(tmp_path)
    assert first_difference(got, of_oracle(expected)) is None
    assert totals.read == 4000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_million_lines_agree_with_decimals_to_the_cent(tmp_path, seed):
    draw(100_000, 7000 + seed, tmp_path)
    expected = by_decimal(tmp_path / "entries.csv", tmp_path / "law", tmp_path / "lots.csv")
    totals, got = assessed_anew(tmp_path)
    assert first_difference(got, of_oracle(expected)) is None
    assert totals.read == 100_000


def test_the_lines_worked_by_hand_come_out_as_on_paper(tmp_path):
    module = worked()
    printed = next(csv.reader([module.PRINTED]))
    rows = [dict(zip(COLUMNS, printed, strict=True))]
    rows += [{"entry_number": number, **row} for number, row in module.ENTRIES.items()]
    write_entries(tmp_path / "entries.csv", rows)
    law, lots = read_law(WORKED / "law"), WORKED / "lots.csv"
    assess(tmp_path / "entries.csv", law, tmp_path / "out", lots=lots)
    got = answers(tmp_path / "out")
    expected = by_decimal(tmp_path / "entries.csv", WORKED / "law", lots)
    assert first_difference(got, of_oracle(expected)) is None
    by_number = {row["entry_number"]: row for row in got[0]}
    for number, (mass, rate, cents, reasons) in module.ANSWERS.items():
        row = by_number[number]
        names = module.NUMBERS.split()
        assert tuple(row[name] for name in names) == cents, number
        assert (row["chargeable_kg"], row["fx_rate"], row["reason_codes"]) == (
            mass,
            rate,
            reasons,
        )
    said = by_number["US51234567"]
    line = ",".join("" if value is None else str(value) for value in said.values())
    assert line == module.PRINTED_ANSWER


# ---------------------------------------------------------------- whatever the lines


def test_lines_in_are_lines_assessed_and_lines_aside(drawing):
    folder, (totals, (lines, aside)) = drawing
    assert totals.read == len(rows_of(folder / "entries.csv")) == len(lines) + len(aside)
    assert (totals.assessed, totals.aside) == (len(lines), len(aside))
    for name, total in totals.cents.items():
        assert total == sum(row[name] or 0 for row in lines), name
    assert totals.reasons == Counter(row["reason_codes"] for row in lines)
    assert totals.aside_reasons == Counter(row["reason"] for row in aside)
    # No line is told twice: keys of the assessed and rows of the aside are all different.
    assert len({(r["entry_number"], r["line_number"]) for r in lines}) == len(lines)
    assert len({r["row_number"] for r in aside}) == len(aside)


def test_printed_parts_add_up_to_the_total(drawing):
    _, (_, (lines, _)) = drawing
    for row in lines:
        parts = ("base_duty_cents", "extra_duty_cents", "top_up_cents")
        assert row["total_due_cents"] == sum(row[name] for name in parts)


def test_the_order_of_rows_changes_nothing_but_row_numbers(drawing, tmp_path):
    folder, (totals, (lines, aside)) = drawing
    rows = rows_of(folder / "entries.csv")
    order = list(range(len(rows)))
    random.Random(5).shuffle(order)
    write_entries(tmp_path / "entries.csv", [rows[n] for n in order])
    again = assess(
        tmp_path / "entries.csv", read_law(folder / "law"), tmp_path / "out",
        lots=folder / "lots.csv",
    )  # fmt: skip
    shuffled, other = answers(tmp_path / "out")
    assert shuffled == lines
    assert again.totals == totals
    # Of identical lines the first is kept: which one it was depends on the order.
    where = {n + 1: order[n] + 1 for n in range(len(order))}
    back = [row | {"row_number": where[row["row_number"]]} for row in other]
    back.sort(key=lambda row: row["row_number"])
    unique = [r for r in aside if r["reason"] != "DUPLICATE_LINE"]
    assert [r for r in back if r["reason"] != "DUPLICATE_LINE"] == unique
    twins = sorted((r["entry_number"], r["line_number"]) for r in aside if r not in unique)
    assert sorted(
        (r["entry_number"], r["line_number"]) for r in back if r["reason"] == "DUPLICATE_LINE"
    ) == twins  # fmt: skip


@pytest.mark.slow
def test_the_order_of_columns_and_a_strange_one_change_nothing(drawing, tmp_path):
    folder, (totals, expected) = drawing
    rows = [row | {"colour": "red, or so"} for row in rows_of(folder / "entries.csv")]
    header = ["colour", *reversed(COLUMNS)]
    write_entries(tmp_path / "entries.csv", rows, header)
    done = assess(
        tmp_path / "entries.csv", read_law(folder / "law"), tmp_path / "out",
        lots=folder / "lots.csv",
    )  # fmt: skip
    assert done.ignored == ("colour",)
    assert done.totals == totals
    assert first_difference(answers(tmp_path / "out"), expected) is None


# ---------------------------------------------------------------- Parquet


def typed(rows, precise):
    """Rows as a table of Parquet's own types; `precise` more places than the contract asks."""
    kinds = {
        "text": lambda _: pa.string(), "day": lambda _: pa.date32(), "flag": lambda _: pa.bool_(),
        "integer": lambda _: pa.int64(),
    }  # fmt: skip
    arrays = []
    for column in ENTRIES:
        places = column.places + precise
        kind = kinds.get(column.kind, lambda n: pa.decimal128(13 + n, n))(places)
        arrays.append(pa.array([made(column, row[column.name]) for row in rows], kind))
    return pa.table(arrays, names=[column.name for column in ENTRIES])


WIDER = pytest.param(2, id="wider", marks=pytest.mark.slow)


@pytest.mark.parametrize("precise", [pytest.param(0, id="of the contract's places"), WIDER])
def test_parquet_with_its_own_types_says_what_the_same_csv_says(drawing, tmp_path, precise):
    folder, _ = drawing
    # A line that more than one thing is wrong with may hold a cell that no type can.
    rows, kept = [], []
    for row in rows_of(folder / "entries.csv"):
        with contextlib.suppress(ValueError, ArithmeticError, KeyError):
            kept.append(typed([row], precise))
            rows.append(row)
    assert len(rows) > 0.9 * len(rows_of(folder / "entries.csv"))
    table = pa.concat_tables(kept).combine_chunks()
    pq.write_table(table, tmp_path / "entries.parquet", row_group_size=300)
    write_entries(tmp_path / "entries.csv", rows)
    law = read_law(folder / "law")
    given = {"lots": folder / "lots.csv"}
    first = assess(tmp_path / "entries.csv", law, tmp_path / "text", **given)
    second = assess(tmp_path / "entries.parquet", law, tmp_path / "typed", **given)
    (lines, texts), (same, typed_rows) = answers(tmp_path / "text"), answers(tmp_path / "typed")
    assert same == lines
    assert second.totals == first.totals

    def what(row):
        return tuple(row[n] for n in ("row_number", "reason", "column"))

    assert [what(row) for row in typed_rows] == [what(row) for row in texts]


@pytest.mark.slow
def test_parquet_of_text_says_exactly_what_the_same_csv_says(drawing, tmp_path):
    folder, (totals, expected) = drawing
    rows = rows_of(folder / "entries.csv")
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in COLUMNS})
    pq.write_table(table, tmp_path / "entries.csv.parquet", row_group_size=300)
    done = assess(
        tmp_path / "entries.csv.parquet", read_law(folder / "law"), tmp_path / "out",
        lots=folder / "lots.csv",
    )  # fmt: skip
    lines, aside = answers(tmp_path / "out")
    got = (lines, [row | {"source": "entries.csv"} for row in aside])
    assert first_difference(got, expected) is None
    assert done.totals == totals


def test_a_float_column_is_refused_for_it_no_longer_knows_its_digits(drawing, tmp_path):
    folder, _ = drawing
    rows = rows_of(folder / "entries.csv")[:5]
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in COLUMNS})
    at = COLUMNS.index("item_value")
    table = table.set_column(at, "item_value", pa.array([1.5] * 5))
    pq.write_table(table, tmp_path / "entries.parquet")
    with pytest.raises(BadTable, match="item_value"):
        assess(tmp_path / "entries.parquet", read_law(folder / "law"), tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


# ---------------------------------------------------------------- credits and debits

SUMMED = (
    "customs_value_cents", "cif_cents", "base_duty_cents", "extra_duty_cents", "floor_cents",
    "top_up_cents", "total_due_cents",
)  # fmt: skip


def test_original_and_differences_add_up_to_a_fresh_assessment(tmp_path):
    """Debits and short deliveries move both prices, so that a new entry can state where they end."""
    rng = random.Random(11)
    module = worked()
    rows, final = [], []
    for n in range(60):
        money = {"item_value": f"{rng.uniform(4000, 40000):.2f}", "net_mass_kg": "300"}
        country = rng.choice(["USA", "DEU"])
        first = module.USA | money | {
            "import_country": country, "entry_number": f"E{n}",
            "currency": rng.choice(["USD", "EUR"]),
            "freight": "120.00", "insurance": "7.77", "entry_date": "2027-05-05",
            "export_date": "2027-05-04",
        }  # fmt: skip
        value, mass = Decimal(first["item_value"]), Decimal(300)
        rows.append(first)
        for k in range(rng.randrange(4)):
            short = rng.random() < 0.5
            change = Decimal(f"{rng.uniform(0.01, 900):.2f}") * (-1 if short else 1)
            less = Decimal(f"{rng.uniform(0, 60):.3f}") if short else Decimal(0)
            value, mass = value + change, mass - less
            rows.append({
                "entry_number": f"A{n}", "line_number": str(k + 1),
                "line_type": "credit" if short else "debit",
                "ref_entry_number": f"E{n}", "ref_line_number": "1",
                "entry_date": f"2027-06-{rng.randrange(10, 30)}", "currency": first["currency"],
                "net_mass_kg": f"-{less}" if short else "", "item_value": str(change),
                "adjust_reason": "short_delivery" if short else "other",
            })  # fmt: skip
        final.append(first | {"item_value": str(value), "net_mass_kg": str(mass)})
    rng.shuffle(rows)
    law = read_law(WORKED / "law")
    done = assess(write_entries(tmp_path / "entries.csv", rows), law, tmp_path / "out")
    fresh = assess(write_entries(tmp_path / "final.csv", final), law, tmp_path / "fresh")
    assert done.totals.aside == fresh.totals.aside == 0
    assert sum(line["line_type"] != "entry" for line in rows) > 40
    for name in SUMMED:
        assert done.totals.cents[name] == fresh.totals.cents[name], name
    originals = {r["entry_number"]: r for r in answers(tmp_path / "fresh")[0]}
    sums: dict[str, dict[str, int]] = {}
    for row in answers(tmp_path / "out")[0]:
        into = sums.setdefault("E" + row["entry_number"][1:], dict.fromkeys(SUMMED, 0))
        for name in SUMMED:
            into[name] += row[name]
    assert sums == {
        number: {name: row[name] for name in SUMMED} for number, row in originals.items()
    }


# ---------------------------------------------------------------- interrupted


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_run_leaves_the_old_results_whole(drawing, tmp_path, monkeypatch, fault):
    folder, _ = drawing
    law = read_law(folder / "law")
    few = [r for r in rows_of(folder / "entries.csv")[:100] if r["line_type"] == "entry"]
    entries = write_entries(tmp_path / "entries.csv", few)
    assess(entries, law, tmp_path / "out")
    before = {name: (tmp_path / "out" / name).read_bytes() for name in FILES}
    real = engine.answered
    calls = []

    def failing(*given):
        calls.append(given)
        # Not the first: something has been written by then.
        if len(calls) > 1:
            yield from ()
            raise fault
        yield from real(*given)

    monkeypatch.setattr(batch, "answered", failing)
    with pytest.raises((BadTable, KeyboardInterrupt)):
        assess(entries, law, tmp_path / "out")
    assert len(calls) > 1
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before


def test_a_run_killed_outright_leaves_no_result_that_looks_whole(drawing, tmp_path):
    """Nothing can be tidied then; the results of before stand, and nothing new bears their names."""
    folder, _ = drawing
    out = tmp_path / "out"
    out.mkdir()
    for name in FILES:
        (out / name).write_text("of before")
    script = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from stannary.customs import files
        from stannary.customs.batch import assess
        from stannary.customs.law import read_law

        def killed(_, __):
            os.kill(os.getpid(), signal.SIGKILL)

        files.os.replace = killed
        assess({str(folder / "entries.csv")!r}, read_law(Path({str(folder / "law")!r})),
               Path({str(out)!r}))
    """)
    done = subprocess.run([sys.executable, "-c", script], timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [(out / name).read_text() for name in FILES] == ["of before"] * 2
    left = {path.name for path in out.iterdir()} - set(FILES)
    assert all(name.startswith(".unfinished-") for name in left)


def test_results_are_moved_in_only_when_all_of_them_are_whole(drawing, tmp_path, monkeypatch):
    folder, _ = drawing
    seen = []
    real = os.replace

    def watched(source, target):
        seen.append({path.name for path in Path(source).parent.iterdir()})
        real(source, target)

    monkeypatch.setattr("stannary.customs.files.os.replace", watched)
    assess(folder / "entries.csv", read_law(folder / "law"), tmp_path / "out")
    assert seen[0] == set(FILES)
