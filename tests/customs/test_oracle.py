"""The oracle itself: independent, complete, indifferent to the order of rows, and additive."""

import ast
import csv
import random
import shutil
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from drawn import draw
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import ASSESSED, SET_ASIDE, assess
from oracle.columns import COLUMNS, LISTS
from oracle.tables import Law

HERE = Path(__file__).parent
WORKED = HERE / "worked" / "law"
EVERY_REASON = {
    "DUPLICATE_LINE",
    "NOT_ALLOWED",
    "MISSING_FIELD",
    "NOT_A_NUMBER",
    "TOO_PRECISE",
    "OUT_OF_RANGE",
    "DATE_IMPOSSIBLE",
    "NOT_A_MEMBER",
    "UNKNOWN_COUNTRY",
    "HS_MALFORMED",
    "BEFORE_AGREEMENT",
    "NEGATIVE_MASS",
    "ZERO_MASS",
    "NEGATIVE_VALUE",
    "UNKNOWN_CURRENCY",
    "DDP_NEEDS_BREAKDOWN",
    "UNKNOWN_INCOTERM",
    "CHARGES_MISSING",
    "NO_RATE_THAT_DAY",
    "ASSAY_OUT_OF_RANGE",
    "PERCENT_OUT_OF_RANGE",
    "UNKNOWN_ELEMENT",
    "UNKNOWN_BASIS",
    "STAGE_UNDECIDED",
    "CHARGES_EXCEED_VALUE",
    "CONTAINED_MISMATCH",
    "REF_NOT_ASSESSED",
    "CURRENCY_DIFFERS",
    "SIGN_WRONG",
    "CREDIT_EXCEEDS_VALUE",
}
EVERY_CODE = {
    "TOP_UP",
    "AT_OR_ABOVE_FLOOR",
    "ZONE_ORIGIN",
    "ORIGIN_NOT_PROVEN",
    "NOT_COVERED",
    "NO_FLOOR_THAT_DAY",
    "SMALL_CONSIGNMENT",
    "SECURITY",
    "FX_DECLARED_DIFFERS",
    "ADJUSTMENT",
    "CREDIT_RAISES_TOP_UP",
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder of 12000 drawn lines with its two answers; seed 6 draws a small-consignment limit."""
    folder = tmp_path_factory.mktemp("drawn")
    draw(12_000, 6, folder)
    return (folder, *assess(folder / "entries.csv", folder / "law", folder / "lots.csv"))


def _write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


# ---------------------------------------------------------------- independent


def test_the_oracle_imports_nothing_but_the_standard_library():
    for path in (HERE / "oracle").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names, f"{path.name}: {name}"


def test_the_oracle_has_no_float_and_never_divides_by_a_factor():
    for path in (HERE / "oracle").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path
            assert not (isinstance(node, ast.Name) and node.id == "float"), path
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                is_per_cent = isinstance(node.right, ast.Constant) and node.right.value == 100
                is_path = isinstance(node.right, ast.Constant) and isinstance(node.right.value, str)
                assert is_per_cent or is_path, ast.unparse(node)


# ---------------------------------------------------------------- complete


def test_every_line_is_assessed_or_set_aside_and_once(drawn):
    folder, assessed, aside = drawn
    with (folder / "entries.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    out = {answer["row_number"] for answer in aside}
    assert len(out) == len(aside)
    kept = sorted(
        (row["entry_number"], int(row["line_number"]))
        for number, row in enumerate(rows, start=1)
        if number not in out
    )
    assert kept == [(answer["entry_number"], answer["line_number"]) for answer in assessed]


def test_answers_have_the_columns_of_the_contract(drawn):
    _, assessed, aside = drawn
    assert all(list(answer) == ASSESSED for answer in assessed)
    assert all(list(answer) == SET_ASIDE for answer in aside)


def test_drawn_lines_meet_every_reason_and_every_code(drawn):
    _, assessed, aside = drawn
    assert {answer["reason"] for answer in aside} == EVERY_REASON
    assert {c for a in assessed for c in a["reason_codes"].split(";")} == EVERY_CODE


def test_drawing_is_the_same_for_the_same_seed_and_another_for_another(tmp_path):
    for name, seed in (("one", 5), ("same", 5), ("other", 6)):
        draw(300, seed, tmp_path / name)
    text = {
        name: (tmp_path / name / "entries.csv").read_text() for name in ("one", "same", "other")
    }
    assert text["one"] == text["same"] != text["other"]
    assert text["one"].count("\n") == 301


def test_due_is_the_sum_of_its_parts_and_a_top_up_lifts_the_goods_to_the_floor(drawn):
    _, assessed, _ = drawn
    lifted = 0
    for answer in assessed:
        base, extra = answer["base_duty_cents"], answer["extra_duty_cents"]
        assert answer["total_due_cents"] == base + extra + answer["top_up_cents"]
        if "TOP_UP" in answer["reason_codes"].split(";"):
            # Duties that do not count towards the floor come on top of it.
            assert answer["cif_cents"] + answer["top_up_cents"] <= answer["floor_cents"]
            assert answer["cif_cents"] + answer["total_due_cents"] >= answer["floor_cents"]
            lifted += 1
    assert lifted > 100


def test_goods_in_transit_are_among_the_drawn(drawn):
    folder, assessed, _ = drawn
    law = Law(folder / "law")
    days = {}
    with (folder / "entries.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            days[row["entry_number"], row["line_number"]] = row["entry_date"]
    earlier = 0
    for answer in assessed:
        if answer["floor_version"] and answer["line_type"] == "entry":
            day = date.fromisoformat(days[answer["entry_number"], str(answer["line_number"])])
            of_entry = law.floor(answer["product"], day, None)
            earlier += of_entry is not None and of_entry.version != answer["floor_version"]
    assert earlier > 20


# ---------------------------------------------------------------- order


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), turn=st.integers(0, 10**6))
def test_the_order_of_rows_changes_no_answer(tmp_path_factory, seed, turn):
    folder = tmp_path_factory.mktemp("order")
    draw(400, seed, folder)
    with (folder / "entries.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    random.Random(turn).shuffle(rows)
    _write(folder / "turned.csv", rows)
    lots, law = folder / "lots.csv", folder / "law"
    first, first_aside = assess(folder / "entries.csv", law, lots)
    second, second_aside = assess(folder / "turned.csv", law, lots)
    assert first == second
    assert _without_place(first_aside) == _without_place(second_aside)


def _without_place(aside):
    names = [name for name in SET_ASIDE if name not in ("source", "row_number")]
    return sorted(tuple(str(answer[name]) for name in names) for answer in aside)


# ---------------------------------------------------------------- additive

ORIGINAL = {
    "entry_number": "E",
    "line_number": "1",
    "line_type": "entry",
    "import_country": "DEU",
    "entry_date": "2027-05-03",
    "export_date": "2027-04-10",
    "importer_id": "I",
    "exporter_id": "X",
    "related": "false",
    "origin_country": "CHN",
    "export_country": "CHN",
    "hs_code": "284690",
    "element": "NdPr",
    "assay_pct": "98.7",
    "assay_basis": "compound",
    "moisture_pct": "1.25",
    "net_mass_kg": "1234.567",
    "item_value": "70000.00",
    "currency": "EUR",
    "incoterm": "CIF",
    "freight": "1000.00",
    "insurance": "50.00",
    "invoice_number": "A",
    "invoice_date": "2027-04-01",
    "preference": "none",
}
SUMMED = [name for name in ASSESSED if name.endswith("_cents") and name != "security_cents"]


def _cents(low, high):
    return st.integers(low, high).map(lambda amount: Decimal(amount) / 100)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["credit", "debit"]),
        st.sampled_from(LISTS["adjust_reason"]),
        _cents(1, 1_500_000),
        st.integers(0, 250_000),
        st.integers(0, 3),
    ),
    max_size=8,
)


def _adjusting(changes):
    for number, (kind, reason, amount, grams, month) in enumerate(changes, start=1):
        is_short = reason == "short_delivery"
        yield {
            "entry_number": "C",
            "line_number": str(number),
            "line_type": kind,
            "ref_entry_number": "E",
            "ref_line_number": "1",
            "entry_date": f"2027-0{6 + month}-01",
            "net_mass_kg": f"-{Decimal(grams) / 1000:.3f}" if is_short else "",
            "item_value": f"{-amount if kind == 'credit' else amount:.2f}",
            "currency": "EUR",
            "adjust_reason": reason,
        }


@settings(max_examples=60, deadline=None)
@given(changes=CHANGES, country=st.sampled_from(["DEU", "AUS"]))
def test_original_and_differences_add_up_to_the_final_state_assessed_afresh(
    tmp_path_factory, changes, country
):
    """On prices that move customs value and floor alike, the final state is a plain new entry."""
    folder = tmp_path_factory.mktemp("sum")
    original = ORIGINAL | {"import_country": country}
    # Only debits and short deliveries move both prices, so that a fresh entry can state the end.
    rows = [
        row
        for row in _adjusting(changes)
        if row["line_type"] == "debit" or row["adjust_reason"] == "short_delivery"
    ]
    _write(folder / "entries.csv", [original, *rows])
    assessed, aside = assess(folder / "entries.csv", WORKED)
    refused = {answer["row_number"] - 2 for answer in aside}
    applied = [row for number, row in enumerate(rows) if number not in refused]
    value = Decimal(original["item_value"]) + sum(Decimal(row["item_value"]) for row in applied)
    mass = Decimal(original["net_mass_kg"])
    mass += sum(Decimal(row["net_mass_kg"] or "0") for row in applied)
    if mass == 0:
        return
    final = original | {"item_value": str(value), "net_mass_kg": str(mass)}
    _write(folder / "final.csv", [final])
    (fresh,), _ = assess(folder / "final.csv", WORKED)
    for name in SUMMED:
        assert sum(answer[name] for answer in assessed) == fresh[name], name
    kilograms = sum(Decimal(answer["chargeable_kg"]) for answer in assessed)
    assert kilograms == Decimal(fresh["chargeable_kg"])


@settings(max_examples=60, deadline=None)
@given(changes=CHANGES, country=st.sampled_from(["DEU", "AUS"]))
def test_credits_lower_the_price_held_against_the_floor_and_never_the_declared_value(
    tmp_path_factory, changes, country
):
    """The final CIF and top-up are those of the net price, the customs value that declared."""
    folder = tmp_path_factory.mktemp("net")
    original = ORIGINAL | {"import_country": country}
    rows = [
        row
        for row in _adjusting(changes)
        if row["line_type"] == "credit" and row["adjust_reason"] != "short_delivery"
    ]
    _write(folder / "entries.csv", [original, *rows])
    assessed, aside = assess(folder / "entries.csv", WORKED)
    rate = Decimal("1.1042")
    refused = {answer["row_number"] - 2 for answer in aside}
    applied = [Decimal(r["item_value"]) for n, r in enumerate(rows) if n not in refused]
    net = Decimal(original["item_value"]) + sum(applied)
    first = next(answer for answer in assessed if answer["line_type"] == "entry")
    cif = int((net * rate * 100 + Decimal("0.5")) // 1)
    assert sum(answer["cif_cents"] for answer in assessed) == cif
    assert sum(a["customs_value_cents"] for a in assessed) == first["customs_value_cents"]
    assert sum(a["base_duty_cents"] for a in assessed) == first["base_duty_cents"]
    counted = first["base_duty_cents"]  # the worked law's extra duty does not count
    top_up = max(0, first["floor_cents"] - cif - counted)
    if cif > 80_000:
        assert sum(answer["top_up_cents"] for answer in assessed) == top_up
        assert all(answer["top_up_cents"] >= 0 for answer in assessed)
    assert all(answer["security_cents"] == 0 for answer in assessed if answer is not first)


# ---------------------------------------------------------------- duplicates and law


@pytest.mark.parametrize(("change", "left"), [({}, 1), ({"form": "carbonate"}, 0)])
def test_of_identical_lines_one_is_kept_and_of_different_ones_none(tmp_path, change, left):
    _write(tmp_path / "entries.csv", [ORIGINAL, ORIGINAL | change])
    assessed, aside = assess(tmp_path / "entries.csv", WORKED)
    assert len(assessed) == left
    assert [answer["reason"] for answer in aside] == ["DUPLICATE_LINE"] * (2 - left)


def test_the_row_with_the_exact_origin_wins_over_the_exact_country_of_import():
    law = Law(WORKED)
    (row,) = law.duties("ndpr.oxide", "base", "DEU", "AUS", date(2027, 5, 3))
    assert (row.origin_country, row.rate) == ("AUS", 0)
    (row,) = law.duties("ndpr.oxide", "base", "DEU", "CHN", date(2027, 5, 3))
    assert (row.import_country, row.rate) == ("DEU", Decimal("3.7"))


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({"related": "yes", "importer_id": ""}, "NOT_ALLOWED", "related"),
        ({"importer_id": "", "net_mass_kg": "x"}, "MISSING_FIELD", "importer_id"),
        ({"net_mass_kg": "1.2345", "item_value": "x"}, "TOO_PRECISE", "net_mass_kg"),
        ({"item_value": "1000000000000"}, "OUT_OF_RANGE", "item_value"),
        ({"item_value": "70000.50", "currency": "JPY"}, "TOO_PRECISE", "item_value"),
        ({"export_date": "2027-05-04", "import_country": "CHN"}, "DATE_IMPOSSIBLE", "export_date"),
        ({"import_country": "CHN", "origin_country": "XKX"}, "NOT_A_MEMBER", "import_country"),
        ({"export_date": "", "import_country": "USA"}, "MISSING_FIELD", "export_date"),
        ({"entry_date": "2026-12-31", "export_date": ""}, "BEFORE_AGREEMENT", "entry_date"),
        ({"currency": "XAU", "incoterm": "DDP"}, "UNKNOWN_CURRENCY", "currency"),
        ({"entry_date": "2027-05-10"}, "NO_RATE_THAT_DAY", "currency"),
        ({"assay_pct": "86", "assay_basis": "element"}, "ASSAY_OUT_OF_RANGE", "assay_pct"),
        ({"assay_pct": "89.9999"}, "STAGE_UNDECIDED", "assay_pct"),
        ({"element": "Xx", "recycled_pct": "101"}, "PERCENT_OUT_OF_RANGE", "recycled_pct"),
        ({"incoterm": "FOB", "insurance": ""}, "CHARGES_MISSING", "insurance"),
        ({"import_country": "AUS", "freight": "70000"}, "CHARGES_EXCEED_VALUE", "freight"),
        ({"contained_kg": "1191.0"}, "CONTAINED_MISMATCH", "contained_kg"),
    ],
)
def test_the_first_check_that_fails_is_the_reason(tmp_path, change, reason, column):
    _write(tmp_path / "entries.csv", [ORIGINAL | change])
    assessed, (aside,) = assess(tmp_path / "entries.csv", WORKED)
    assert assessed == []
    assert (aside["reason"], aside["column"]) == (reason, column)
    assert aside["value_met"] == (ORIGINAL | change)[column]


def test_an_amount_past_64_bits_sets_the_line_aside(tmp_path):
    law = tmp_path / "law"
    shutil.copytree(WORKED, law)
    floors = (law / "floors.csv").read_text()
    (law / "floors.csv").write_text(floors.replace("114.4000", "999999999999.0000"))
    _write(tmp_path / "entries.csv", [ORIGINAL | {"net_mass_kg": "999999999999"}])
    assessed, (aside,) = assess(tmp_path / "entries.csv", law)
    assert (assessed, aside["reason"]) == ([], "OUT_OF_RANGE")


def test_a_bom_other_columns_and_their_order_change_nothing(tmp_path):
    names = ["colour", *reversed(COLUMNS)]
    cells = ["red", *(ORIGINAL.get(name, "") for name in reversed(COLUMNS))]
    text = "\ufeff" + ",".join(names) + "\r\n" + ",".join(cells) + "\r\n"
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8", newline="")
    _write(tmp_path / "plain.csv", [ORIGINAL])
    assert assess(tmp_path / "odd.csv", WORKED) == assess(tmp_path / "plain.csv", WORKED)
