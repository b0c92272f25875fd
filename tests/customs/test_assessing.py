"""The verb `assess`: a file as a whole, one line of it, and one entry that stands in no file."""

import csv
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary.customs import results
from stannary.customs.assessed import amounts, rows_of
from stannary.customs.columns import ENTRIES
from stannary.report.assess import REASONS
from stannary.secretariat import assessing
from stannary.secretariat.entry import Goods, entry_row, sum_of
from stannary.terms.errors import BadInput

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2027, 5, 3)
NDPR = Goods("2846902040", "CHN", "12000", DAY, "NdPr", fob="58.20")
ALONE = assessing.Papers("")


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """The example under the agreement."""
    papers = assessing.Papers(
        str(EXAMPLES / "entries.csv"), None, EXAMPLES / "lots.csv", EXAMPLES / "fx.csv"
    )
    return assessing.assess(papers, tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The example under the example's own law."""
    papers = assessing.Papers(
        str(EXAMPLES / "entries.csv"), EXAMPLES / "law", EXAMPLES / "lots.csv"
    )
    return assessing.assess(papers, tmp_path_factory.mktemp("theirs"))


@pytest.fixture(scope="module")
def law():
    return assessing.grounds(ALONE).law


def test_the_examples_show_every_reason_code(ours, theirs):
    met = {
        code
        for found in (ours, theirs)
        for codes in found.totals.reasons
        for code in codes.split(";")
    }
    assert met == set(REASONS)


def test_no_line_is_lost_and_the_sums_are_those_of_the_file(ours, theirs):
    with (EXAMPLES / "entries.csv").open() as file:
        declared = {(row["entry_number"], int(row["line_number"])) for row in csv.DictReader(file)}
    for found in (ours, theirs):
        rows = rows_of(found.files[0])
        aside = {(row.entry_number, int(row.line_number)) for row in found.aside}
        assert {row.key for row in rows} | aside == declared
        assert not {row.key for row in rows} & aside
        for name, cents in found.totals.cents.items():
            assert cents == sum(row.cents[name] or 0 for row in rows)


def test_the_trigger_is_counted_among_the_lines_that_reach_the_floor(theirs):
    level = [r for r in rows_of(theirs.files[0]) if "AT_OR_ABOVE_FLOOR" in r.reasons]
    caught = [r for r in level if r.cents["security_cents"]]
    assert (theirs.honest.level, theirs.honest.caught) == (len(level), len(caught)) == (2, 2)


def test_the_part_above_bound_rates_is_within_the_top_ups_and_split_by_what_covers_it(ours):
    entries = [r for r in rows_of(ours.files[0]) if r.line_type == "entry"]
    top_ups = sum(r.cents["top_up_cents"] or 0 for r in entries)
    assert ours.bound.top_up + ours.bound.unknown == top_ups
    assert 0 < ours.bound.above <= ours.bound.top_up
    assert sum(ours.bound.covers.values()) == ours.bound.above
    assert ours.bound.covers["XXI security"] == sum(
        r.cents["top_up_cents"]
        for r in entries
        # The United States have bound oxides at nothing, and metal at the duty that they levy.
        if r.entry_number.startswith("US")
    )


def test_every_line_that_asks_something_gets_a_letter(theirs):
    folder = next(path for path in theirs.further if path.name == "letters")
    owing = {
        f"{r.entry_number}-{r.line_number}.txt"
        for r in rows_of(theirs.files[0])
        if r.cents["total_due_cents"] or r.cents["security_cents"]
    }
    assert owing
    assert owing <= {path.name for path in folder.iterdir()}


def test_the_first_deadline_of_a_security_is_four_months_after_the_first_entry_with_one(theirs):
    assert theirs.proof_by == date(2027, 9, 3)


def test_a_credit_is_told_with_the_line_before_and_after_it(theirs):
    credit = next(line for line in theirs.shown if line.row.key == ("US70000101", 3))
    assert credit.correction.value == -60000
    assert credit.now.top_up - credit.before.top_up == credit.row.cents["top_up_cents"] == 6000000
    assert credit.now.customs_value == credit.before.customs_value


# --------------------------------------------------------------------------------- one entry


def test_one_entry_owes_what_the_same_line_of_a_file_owes(law, tmp_path):
    several = [
        NDPR,
        replace(NDPR, fob="140", into="DEU"),
        replace(NDPR, assay="45", kg="800.125"),
        replace(NDPR, hs="280530", fob=None, cif="80.5", assay="99"),
        replace(NDPR, hs="850511", assay="30", fob="55"),
        Goods("28459000", "KOR", "60", DAY, cif="150"),
        Goods("2846902050", "MYS", "20", DAY, "Dy", cif="120.55", into="JPN"),
    ]
    entries = tmp_path / "entries.csv"
    with entries.open("w", newline="") as file:
        writer = csv.DictWriter(file, [c.name for c in ENTRIES])
        writer.writeheader()
        for n, goods in enumerate(several, 1):
            writer.writerow(entry_row(goods, law)[0] | {"line_number": n})
    found = assessing.assess(assessing.Papers(str(entries)), tmp_path / "out")
    assert found.totals.aside == 0
    for row in rows_of(found.files[0]):
        alone = assessing.one(several[row.line_number - 1], ALONE).sum.row
        assert alone == replace(row, line_number=1)


def test_whatever_is_not_given_is_assumed_and_said():
    assert {a.option for a in assessing.one(NDPR, ALONE).assumed} >= {
        "--into", "--freight", "--insurance", "--assay",
    }  # fmt: skip
    whole = replace(NDPR, into="USA", freight="0.6", insurance="0.2", assay="99.5")
    assert not {a.option for a in assessing.one(whole, ALONE).assumed} & {
        "--into", "--freight", "--insurance", "--assay",
    }  # fmt: skip


def test_the_top_up_of_one_entry_worked_by_hand():
    goods = replace(NDPR, into="USA", freight="0.60", insurance="0.20", assay="99.5")
    owed = amounts(assessing.one(goods, ALONE).sum)
    # 12,000 kg x 99.5 % = 11,940 kg at 110 USD; 58.20 + 0.60 + 0.20 = 59.00 USD/kg on 12,000 kg.
    assert owed["floor_cents"] == 11_940 * 110_00
    assert owed["cif_cents"] == 12_000 * 59_00
    assert owed["top_up_cents"] == 11_940 * 110_00 - 12_000 * 59_00


@given(
    fob=st.integers(1, 30_000).map(lambda cents: f"{cents / 100:.2f}"),
    kg=st.integers(1, 10**8).map(lambda grams: f"{grams / 1000:.3f}"),
)
def test_an_entry_never_lands_below_the_floor(law, fob, kg):
    now = sum_of(entry_row(replace(NDPR, fob=fob, kg=kg), law)[0], law).now
    assert now.cif + now.counted + now.top_up >= now.floor
    assert now.top_up == 0 or now.cif + now.counted + now.top_up == now.floor


@pytest.mark.parametrize(
    ("change", "option"),
    [
        ({"hs": "28469"}, "--hs"),
        ({"origin": "China"}, "--origin"),
        ({"kg": "0"}, "--kg"),
        ({"kg": "-3"}, "--kg"),
        ({"kg": "1.0005"}, "--kg"),
        ({"fob": "1e3"}, "--fob"),
        ({"fob": "many"}, "--fob"),
        ({"fob": None}, "--fob, --cif"),
        ({"cif": "60"}, "--fob, --cif"),
        ({"on": date(2026, 1, 1)}, "--on"),
        ({"into": "CHN"}, "--into"),
        ({"into": "EUU"}, "--into"),
        ({"element": None}, "--element"),
        ({"element": "Xx"}, "--element"),
        ({"element": "none"}, "--element"),
        ({"assay": "100.5"}, "--assay"),
        ({"hs": "850511"}, "--assay"),
        ({"freight": "-1"}, "--freight"),
        ({"insurance": "x"}, "--insurance"),
        ({"fob": None, "cif": "0.05"}, "--freight"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_at_its_option(change, option):
    with pytest.raises(BadInput) as refused:
        assessing.one(replace(NDPR, **change), ALONE)
    assert str(refused.value.where) == option
    assert refused.value.allowed


# --------------------------------------------------------------------------------- the files


def table(path, rows):
    names = ("entry_number", "line_number", "total_due_cents", "security_cents", "reason_codes")
    pq.write_table(pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), path)


@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.integers(0, 9), st.sampled_from(["A", "B", "A;B"])),
        min_size=1, max_size=20,
    ),
    st.integers(1, 8),
)  # fmt: skip
def test_what_is_shown_has_each_set_of_reasons_before_a_second_of_any(tmp_path_factory, drawn, n):
    path = tmp_path_factory.mktemp("largest") / "assessed.parquet"
    table(path, [(f"E{k}", 1, due, held, codes) for k, (due, held, codes) in enumerate(drawn)])
    chosen = [drawn[int(entry[1:])] for entry, _ in results.largest(path, n)]
    assert len(chosen) == min(n, len(drawn))
    sets = {codes for *_, codes in drawn}
    assert len({codes for *_, codes in chosen}) == min(n, len(sets))
    for reasons in {codes for *_, codes in chosen}:
        sizes = sorted((abs(d) + h for d, h, c in drawn if c == reasons), reverse=True)
        picked = sorted((abs(d) + h for d, h, c in chosen if c == reasons), reverse=True)
        assert picked == sizes[: len(picked)]


def test_a_line_set_aside_is_found_by_its_name_and_its_source(ours):
    aside = ours.files[1]
    found = results.set_aside(aside, 9, ("US70000108", 1))
    assert [(row.reason, row.column, row.value_met) for row in found] == [
        ("NEGATIVE_MASS", "net_mass_kg", "-250")
    ]
    assert len(results.set_aside(aside, 9, of="entries.csv")) == 3
    assert results.set_aside(aside, 9, of="lots.csv") == ()


def test_a_law_without_a_table_is_refused_and_nothing_is_written(tmp_path):
    law = tmp_path / "law"
    shutil.copytree(EXAMPLES / "law", law)
    (law / "floors.csv").unlink()
    papers = assessing.Papers(str(EXAMPLES / "entries.csv"), law)
    with pytest.raises(BadInput, match="no table floors"):
        assessing.assess(papers, tmp_path / "out")
    assert not (tmp_path / "out").exists()
