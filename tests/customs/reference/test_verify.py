import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stannary import Agreement
from stannary.customs import reference
from stannary.customs.reference.notice import FIELDS, digest

DAY = date(2027, 4, 1)
LAW = Agreement.load("bloc-2026")


@pytest.fixture
def book(write):
    path = write(
        "book.csv", [{"obs_id": "B", "price": "90", "volume_kg": "2000", "source_group": "GB"}]
    )
    (path.parent / "book.csv.salt").write_text("0123456789abcdef" * 2)
    return path


@pytest.fixture
def inputs(trade, tables):
    return (reference.source("observations", trade), *tables)


@pytest.fixture
def before():
    return reference.before_in_law(LAW.on(DAY), "ndpr.oxide")


@pytest.fixture
def raw(inputs, before):
    return reference.written(
        reference.draw("ndpr.oxide", DAY, inputs, before, LAW.on(DAY))
    ).encode()


def test_a_notice_comes_out_again_and_again(raw, inputs, before):
    verdicts = {reference.verify(raw, inputs, before, LAW.on) for _ in range(3)}
    (verdict,) = verdicts
    assert (verdict.state, verdict.field) == ("equal", "")
    assert len(verdict.checked) == 5


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_a_change_of_any_byte_is_found_and_located(raw, inputs, before, data):
    at = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[at]))
    verdict = reference.verify(raw[:at] + bytes([other]) + raw[at + 1 :], inputs, before, LAW.on)
    assert verdict.state == "not equal"
    assert verdict.field


FIGURES = {
    "floor_usd_per_kg": "105.0000", "basis": "element", "incoterm": "FOB", "fair_value": "66.0000",
    "market": "70.9999", "structural": "", "step_limit_pct": "6", "step_bound": False,
    "coverage_pct": "99.0", "groups": 4, "rung": "structural", "method": "stannary-reference/2",
    "excluded": [{"obs_id": "O9", "why": "RELATED"}],
}  # fmt: skip


@pytest.mark.parametrize("field", FIGURES)
def test_a_changed_figure_is_named_even_where_the_digest_was_made_to_fit(
    field, raw, inputs, before
):
    body = json.loads(raw) | {field: FIGURES[field]}
    body["digest"] = digest(body)
    forged = (json.dumps(body, indent=2, ensure_ascii=False) + "\n").encode()
    verdict = reference.verify(forged, inputs, before, LAW.on)
    assert verdict.state == "not equal"
    assert verdict.field.partition("[")[0] == field


def test_a_changed_input_is_named_with_the_first_field_that_it_changes(write, raw, inputs, before):
    other = write(
        "other.csv",
        [
            {"obs_id": f"O{n}", "price": str(71 + n), "volume_kg": "2000", "source_group": f"G{n}"}
            for n in range(3)
        ],
    )
    verdict = reference.verify(
        raw, (reference.source("observations", other), *inputs[1:]), before, LAW.on
    )
    # Where the floor is stopped by its step, the fair value is the first to show it.
    assert (verdict.state, verdict.field) == ("not equal", "fair_value")
    assert len(verdict.changed) == 1
    assert verdict.changed[0].startswith(other.as_posix())


def test_an_input_with_a_row_more_that_changes_no_price_is_still_not_equal(
    write, raw, inputs, before, trade
):
    other = trade.with_name("more.csv")
    other.write_text(
        trade.read_text()
        + "ask,2027-03-15,ndpr.oxide,99,USD,kg,compound,,CIF,NLRTM,,ask,S,G,false\n"
    )
    verdict = reference.verify(
        raw, (reference.source("observations", other), *inputs[1:]), before, LAW.on
    )
    assert (verdict.state, verdict.field) == ("not equal", "excluded[0]")
    assert verdict.changed == (f"{other.as_posix()}: 4 rows, the notice says 3",)


def test_the_same_file_elsewhere_is_the_same_input(raw, inputs, before, trade):
    moved = trade.with_name("elsewhere.csv")
    moved.write_bytes(trade.read_bytes())
    here = (reference.source("observations", moved), *inputs[1:])
    assert reference.verify(raw, here, before, LAW.on).state == "equal"


def test_the_same_fields_written_otherwise_are_told_by_their_line(raw, inputs, before):
    verdict = reference.verify(raw.replace(b'  "groups"', b'   "groups"'), inputs, before, LAW.on)
    assert verdict.field == f"the notice, line {FIELDS.index('groups') + 2}"
    tail = reference.verify(raw + b" ", inputs, before, LAW.on)
    assert tail.field == f"the notice, line {len(raw.splitlines()) + 1}"


# ------------------------------------------------------------------ closed and missing inputs


@pytest.fixture
def closed(inputs, book, before):
    sources = (*inputs, reference.commit(book))
    return reference.written(
        reference.draw("ndpr.oxide", DAY, sources, before, LAW.on(DAY))
    ).encode()


def test_a_closed_input_makes_a_notice_not_verifiable_and_is_named(closed, inputs, before):
    verdict = reference.verify(closed, inputs, before, LAW.on)
    assert (verdict.state, verdict.closed) == ("not verifiable here", ("book.csv",))
    assert len(verdict.checked) == 5


def test_whoever_is_shown_the_closed_input_and_its_salt_can_check_it(closed, inputs, before, book):
    here = (*inputs, reference.commit(book))
    assert reference.verify(closed, here, before, LAW.on).state == "equal"
    (book.parent / "book.csv.salt").write_text("f" * 32)
    verdict = reference.verify(closed, (*inputs, reference.commit(book)), before, LAW.on)
    assert verdict.state == "not equal"
    assert verdict.changed[0].startswith("book.csv: digest")


@pytest.mark.parametrize("field", ["fair_value", "floor_usd_per_kg", "step_bound", "version"])
def test_a_figure_against_the_formula_is_found_though_an_input_is_closed(
    field, closed, inputs, before
):
    forged = json.loads(closed) | {field: FIGURES.get(field, "ndpr.oxide/2027-04-02")}
    forged["digest"] = digest(forged)
    text = json.dumps(forged, indent=2, ensure_ascii=False) + "\n"
    verdict = reference.verify(text.encode(), inputs, before, LAW.on)
    assert verdict.state == "not equal"
    assert verdict.field in (field, "floor_usd_per_kg")


@pytest.mark.parametrize("price", ["NaN", "1e9", "-1.0000", 71, None, "71.0"])
def test_what_is_no_price_is_no_price_though_an_input_is_closed(price, closed, inputs, before):
    forged = json.loads(closed) | {"market": price}
    verdict = reference.verify(json.dumps(forged).encode(), inputs, before, LAW.on)
    assert (verdict.state, verdict.field) == ("not equal", "market")


def test_an_input_that_is_not_here_is_missing_and_not_wrong(raw, inputs, before):
    rest = tuple(source for source in inputs if source.role != "costs")
    verdict = reference.verify(raw, rest, before, LAW.on)
    assert verdict.state == "not verifiable here"
    assert verdict.missing == ("costs stannary/customs/tables/reference_costs.csv",)


@pytest.mark.parametrize("inputs_said", [5, [1], [[]], {}])
def test_inputs_that_are_no_list_of_inputs_are_not_equal(inputs_said, raw, inputs, before):
    forged = json.dumps(json.loads(raw) | {"inputs": inputs_said}).encode()
    verdict = reference.verify(forged, inputs, before, LAW.on)
    assert (verdict.state, verdict.field) == ("not equal", "inputs")
