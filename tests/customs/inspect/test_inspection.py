"""The whole inspection: order of rows, size of values, blind detectors, files, screen."""

import json
import random
from datetime import date, timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from stannary.customs.inspect import KINDS, OF
from stannary.customs.inspect.records import Clue, finding
from stannary.report import inspect as window
from stannary.report import inspect_page
from stannary.secretariat import inspecting
from stannary.terms.errors import BadTable

FILES = ("payments", "lots", "parents", "facilities")


@pytest.fixture
def guilty(trade):
    """The clean trade with false damage, a repaid top-up, a split consignment and a false carbonate."""
    for i in range(8):
        day = date(2027, 3 + i, 5)
        key = trade.sell("X", "Y", day, price=112)
        trade.credit(key, day + timedelta(40), -trade.value(key) * 0.37, "damage")
        trade.sell("V", "W", day, kg=1000 + 90 * i)
        trade.pay("V", "W", day + timedelta(20), 40 * 0.995 * (1000 + 90 * i), "", "consulting")
        trade.sell("C", "D", day, product="ndpr.carbonate", price=140)
        trade.sell("E", "F", date(2027, 6, 1 + i), kg=31 + i / 10)
    return trade


def kinds(inspection):
    return {f.detector for f in inspection.findings}


def test_the_order_of_rows_never_matters(guilty):
    first = guilty.look(*FILES)
    random.Random(7).shuffle(guilty.lines)
    random.Random(8).shuffle(guilty.payments)
    second = guilty.look(*FILES)
    assert kinds(first) == {"false_damage", "reimbursement", "splitting", "misclass_carbonate"}
    assert first == second


def test_all_values_times_ten_leave_scores_as_they_are(guilty):
    # Masses and money times ten: a trade ten times as large at the same prices.
    before = guilty.look(*FILES)
    limit = "small_consignment_usd"
    for row in guilty.lines:
        row["item_value"] = f"{10 * float(row['item_value']):.2f}"
        row["net_mass_kg"] = f"{10 * float(row['net_mass_kg']):.3f}"
    for row in guilty.payments:
        row["amount"] = f"{10 * float(row['amount']):.2f}"
    law = guilty.folder / "law" / "parameters.csv"
    guilty.write()
    law.write_text(law.read_text().replace(f"{limit},2500", f"{limit},25000"))
    from stannary.customs.inspect import inspect
    from stannary.customs.law import read_law

    after = inspect(
        guilty.folder / "entries.csv", read_law(law.parent),
        **{name: guilty.folder / f"{name}.csv" for name in FILES},
    )  # fmt: skip
    assert {f.finding_id: f.score for f in after.findings} == {
        f.finding_id: f.score for f in before.findings
    }
    for old in before.findings:
        new = next(f for f in after.findings if f.finding_id == old.finding_id)
        assert new.duty_at_stake_cents == pytest.approx(10 * old.duty_at_stake_cents, rel=1e-4)


def test_findings_are_ranked_by_what_an_hour_recovers(guilty):
    found = guilty.look(*FILES).findings
    worth = [f.score * f.duty_at_stake_cents / f.audit_hours for f in found]
    assert worth == sorted(worth, reverse=True)


def test_every_finding_states_its_evidence_and_what_clears_it(guilty):
    for found in guilty.look(*FILES).findings:
        evidence = json.loads(found.evidence)
        assert evidence["sentence"] == found.sentence
        assert evidence["standing"] == "indicator, not finding"
        assert evidence["cleared_by"] == OF[found.detector].cleared_by
        assert any(character.isdigit() for character in found.sentence)
        assert 0 < found.score <= 1
        assert found.clause.startswith("Art. ")


def test_without_files_detectors_say_that_they_are_blind(guilty):
    inspection = guilty.look()
    assert {(b.detector, b.wholly) for b in inspection.blind} == {
        ("origin_overclaim", True), ("over_invoice_refund", False), ("third_country_surge", False),
        ("reimbursement", False), ("fx_rebate", False), ("misclass_carbonate", False),
        ("backdated_invoice", False),
    }  # fmt: skip
    assert "reimbursement" not in kinds(inspection)
    assert guilty.look(*FILES).blind == ()


def test_a_clue_is_one_finding_whatever_the_order_of_its_lines():
    one = finding("splitting", Clue(("B/1", "A/1"), 0.5, 10, "s", {}))
    two = finding("splitting", Clue(("A/1", "B/1", "A/1"), 0.5, 10, "s", {}))
    assert one == two
    assert one.entry_lines == "A/1|B/1"


def test_a_line_declared_twice_alike_is_one_and_twice_differently_none(trade):
    once = trade.look().goods
    trade.lines.append(dict(trade.lines[0]))
    assert trade.look().goods == once
    trade.lines.append({**trade.lines[1], "item_value": "1.00"})
    assert trade.look().goods == once - 1


def test_parquet_and_csv_say_the_same(guilty):
    import duckdb

    guilty.write()
    source, target = guilty.folder / "entries.csv", guilty.folder / "entries.parquet"
    duckdb.sql(
        f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true)) TO '{target}' (FORMAT parquet)"
    )
    law = guilty.folder / "law"
    papers = [inspecting.Papers(path, law) for path in (source, target)]
    first, second = (inspecting.inspect(p).result for p in papers)
    assert first == second


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        ("entry_number,line_number\nA,1\n", "columns are missing"),
        ("entry_number;line_number\nA;1\n", "columns are missing"),
    ],
)
def test_a_file_that_is_no_file_of_entries_is_refused(trade, text, says):
    trade.write()
    path = trade.folder / "bad.csv"
    path.write_text(text)
    with pytest.raises(BadTable, match=says):
        inspecting.inspect(inspecting.Papers(path, trade.folder / "law"))


def test_the_shipped_agreement_speaks_where_no_law_is_given(trade):
    trade.write()
    found = inspecting.inspect(inspecting.Papers(trade.folder / "entries.csv"))
    assert found.law == "bloc-2026"
    assert found.result.covered > 0


def papers(guilty, *files):
    guilty.write()
    given = {name: guilty.folder / f"{name}.csv" for name in files}
    return inspecting.Papers(guilty.folder / "entries.csv", guilty.folder / "law", **given)


def test_the_screen_answers_first_within_forty_lines(guilty):
    for files in ((), FILES):
        found = inspecting.inspect(papers(guilty, *files))
        lines = window.screen(found).splitlines()
        assert len(lines) < 40
        assert max(map(len, lines)) <= 100
        total = sum(f.duty_at_stake_cents for f in found.result.findings)
        assert f"{window.usd(total)} USD of duty at stake" in " ".join(s.strip() for s in lines)


def test_the_page_holds_every_finding_and_runs_nothing(guilty):
    found = inspecting.inspect(papers(guilty, *FILES))
    page = inspect_page.render(found)
    assert "<script" not in page
    for f in found.result.findings:
        assert f.lines[0] in page


def test_findings_parquet_has_the_columns_of_the_contract(guilty, tmp_path):
    found = inspecting.inspect(papers(guilty, *FILES))
    inspect_page.publish(found, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "findings.parquet")
    assert table.column_names == [
        "finding_id", "detector", "entry_lines", "score", "duty_at_stake_cents", "audit_hours",
        "clause", "evidence",
    ]  # fmt: skip
    assert table["score"].to_pylist() == [f.score for f in found.result.findings]
    assert json.loads(window.as_json(found))["goods"] == found.result.goods


def test_every_kind_has_hours_an_article_and_a_document_that_clears(trade):
    names = [kind.detector for kind in KINDS]
    assert len(names) == len(set(names)) == 11
    assert all(k.hours > Decimal(0) and k.clause and k.cleared_by for k in KINDS)
