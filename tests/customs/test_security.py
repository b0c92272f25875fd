"""Securities: what may happen to one, what stands on a day, and that nothing of it is lost."""

from datetime import date, timedelta

import pytest
from filed import WORKED, filed, worked_entries
from hypothesis import given
from hypothesis import strategies as st

from stannary.agreement import Agreement, amend
from stannary.customs.security import (
    Event,
    Ledger,
    from_assessed,
    read_ledger,
    terms_on,
)
from stannary.terms.errors import BadInput, BadTable

AGREEMENT = Agreement.load("bloc-2026")
ENTERED = date(2027, 5, 3)
TERMS = terms_on(AGREEMENT, ENTERED)
DEADLINE = date(2027, 9, 3)  # four months, worked by hand


def lodged(security: str = "E1/1", cents: int = 10_000, importer: str = "IMP1") -> Event:
    return Event(security, "lodged", ENTERED, cents, ENTERED, importer, "DEU")


def after(*events: Event) -> Ledger:
    return Ledger(TERMS).with_events([lodged(), *events])


def event(kind: str, day: date, cents: int = 0, security: str = "E1/1") -> Event:
    return Event(security, kind, day, cents)  # type: ignore[arg-type]


def test_the_times_are_those_of_the_agreement():
    assert (TERMS.sale, TERMS.proof) == (1, 4)
    assert TERMS.sale_clause.article == "Art. 12(2)"
    assert TERMS.proof_clause.article == "Art. 12(3)"


def test_another_agreement_has_other_times():
    law = amend(AGREEMENT, "rules.security_proof", "6")
    assert terms_on(law, ENTERED).deadline(ENTERED, None)[0] == date(2027, 11, 3)


@pytest.mark.parametrize(
    ("entered", "sold", "last", "clause"),
    [
        (ENTERED, None, DEADLINE, "Art. 12(3)"),
        (ENTERED, date(2027, 6, 10), date(2027, 7, 10), "Art. 12(2)"),
        (ENTERED, date(2027, 8, 20), DEADLINE, "Art. 12(3)"),  # a month later would be too late
        (date(2027, 10, 31), None, date(2028, 2, 29), "Art. 12(3)"),  # no 31 February
        (date(2027, 11, 30), date(2028, 1, 31), date(2028, 2, 29), "Art. 12(2)"),
    ],
)
def test_the_last_day_for_proof_is_whichever_time_ends_first(entered, sold, last, clause):
    day, said = TERMS.deadline(entered, sold)
    assert (day, said.article) == (last, clause)


def test_what_stands_follows_from_what_happened_by_that_day():
    proof, back = date(2027, 9, 3), date(2027, 9, 20)
    ledger = after(event("proof_received", proof), event("released", back, 10_000))
    states = {
        date(2027, 5, 2): "not lodged", ENTERED: "held", date(2027, 9, 2): "held",
        proof: "proven", date(2027, 9, 19): "proven", back: "released",
    }  # fmt: skip
    assert {day: ledger.standing("E1/1", day).state for day in states} == states


def test_without_proof_it_is_overdue_the_day_after_the_last():
    ledger = after()
    assert ledger.standing("E1/1", DEADLINE).state == "held"
    assert ledger.standing("E1/1", DEADLINE + timedelta(days=1)).state == "overdue"


def test_a_sale_shortens_the_time():
    ledger = after(event("sold", date(2027, 6, 10)))
    assert ledger.standing("E1/1", date(2027, 6, 9)).deadline == DEADLINE
    assert ledger.standing("E1/1", date(2027, 7, 10)).state == "held"
    assert ledger.standing("E1/1", date(2027, 7, 11)).state == "overdue"


def test_proof_in_part_releases_in_part():
    day = date(2027, 8, 1)
    ledger = after(
        event("proof_received", day), event("released", day, 6_000), event("forfeited", day, 4_000)
    )
    assert ledger.standing("E1/1", day).state == "settled"
    total = ledger.total(day)
    assert (total.lodged, total.released, total.forfeited, total.held) == (10_000, 6_000, 4_000, 0)


LATE = DEADLINE + timedelta(days=1)
PROVEN = event("proof_received", date(2027, 6, 1))


@pytest.mark.parametrize(
    ("before", "bad", "what"),
    [
        ((), event("released", LATE, 1, "E2/1"), "released before it was lodged"),
        ((), event("proof_received", LATE, 0, "E2/1"), "proof received before it was lodged"),
        ((), lodged(), "lodged a second time"),
        ((), event("released", date(2027, 6, 1), 1), "released without proof in time"),
        ((event("proof_received", LATE),), event("released", LATE, 1), "without proof in time"),
        ((PROVEN,), event("released", date(2027, 5, 31), 1), "before what was written down last"),
        ((PROVEN,), event("released", LATE, 10_001), "more released than is held"),
        ((PROVEN, event("released", LATE, 9_000)), event("released", LATE, 1_001), "more released"),
        ((PROVEN, event("released", LATE, 10_000)), event("released", LATE, 1), "after all of it"),
        ((event("forfeited", LATE, 10_000),), event("released", LATE, 1), "all of it was forfeited"),
        ((event("forfeited", LATE, 10_000),), PROVEN, "before what was written down last"),
        ((), event("forfeited", DEADLINE, 10_000), "forfeited while the time for proof runs"),
        ((), event("forfeited", LATE, 10_001), "more forfeited than is held"),
        ((PROVEN,), event("proof_received", LATE), "proof received a second time"),
        ((), event("released", LATE), "no amount"),
        ((), event("forfeited", LATE, -5), "no amount"),
        ((), event("proof_received", LATE, 5), "an amount where none belongs"),
        ((), Event("E2/1", "lodged", ENTERED, 5, ENTERED, "", "DEU"), "a lodgement of nobody"),
        ((), Event("E2/1", "lodged", ENTERED, 5, LATE, "IMP1", "DEU"), "lodged before the entry"),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_refused(before, bad, what):
    ledger = after(*before)
    with pytest.raises(BadInput, match=what) as refusal:
        ledger.with_event(bad)
    assert f"security {bad.security}" in str(refusal.value)
    assert "allowed:" in str(refusal.value)


def test_a_refused_event_leaves_the_ledger_as_it_was():
    ledger = after()
    with pytest.raises(BadInput):
        ledger.with_events([event("sold", LATE), event("released", LATE, 99_999)])
    assert ledger.events == (lodged(),)
    assert ledger.standing("E1/1", LATE).state == "overdue"


def test_an_unknown_security_is_refused():
    with pytest.raises(BadInput, match="no such security"):
        after().standing("E9/9", ENTERED)


@st.composite
def histories(draw: st.DrawFn) -> Ledger:
    """A ledger of whatever of drawn events was allowed."""
    ledger = Ledger(TERMS)
    for n in range(draw(st.integers(1, 4))):
        importer = draw(st.sampled_from(("A", "B")))
        ledger = ledger.with_event(lodged(f"E{n}/1", draw(st.integers(1, 10**14)), importer))
    for _ in range(draw(st.integers(0, 12))):
        try:
            ledger = ledger.with_event(
                event(
                    draw(st.sampled_from(("sold", "proof_received", "released", "forfeited"))),
                    ENTERED + timedelta(days=draw(st.integers(-2, 300))),
                    draw(st.sampled_from((0, 0, 1, 5_000, 10**13))),
                    f"E{draw(st.integers(0, 4))}/1",
                )
            )
        except BadInput:
            continue
    return ledger


@given(histories(), st.integers(-5, 400))
def test_lodged_is_released_and_forfeited_and_held_on_every_day(ledger, days):
    day = ENTERED + timedelta(days=days)
    everyone = ledger.totals(day)
    for total in (*everyone.values(), ledger.total(day)):
        assert total.lodged == total.released + total.forfeited + total.held
        assert min(total.released, total.forfeited, total.held) >= 0
    sums = {e.importer: 0 for e in ledger.events if e.kind == "lodged" and e.day <= day}
    for e in ledger.events:
        if e.kind == "lodged" and e.day <= day:
            sums[e.importer] += e.cents
    assert {name: total.lodged for name, total in everyone.items()} == sums
    assert ledger.total(day).lodged == sum(sums.values())


@given(histories())
def test_a_ledger_reads_back_as_it_was_written(tmp_path_factory, ledger):
    path = tmp_path_factory.mktemp("ledger") / "securities.csv"
    ledger.written(path)
    again = read_ledger(path, TERMS)
    assert again == ledger
    assert again.on(LATE) == ledger.on(LATE)


@given(histories())
def test_no_state_is_ever_both_held_and_empty(ledger):
    for days in (0, 60, 124, 200, 400):
        for one in ledger.on(ENTERED + timedelta(days=days)):
            assert (one.held > 0) == (one.state in ("held", "proven", "overdue"))


def test_a_file_with_an_event_that_cannot_have_happened_is_refused_whole(tmp_path):
    path = tmp_path / "securities.csv"
    after().written(path)
    path.write_text(path.read_text() + "E1/1,released,2027-06-01,5,,,,\n")
    with pytest.raises(BadInput, match="released without proof in time"):
        read_ledger(path, TERMS)
    path.write_text(path.read_text().replace("released", "refunded"))
    with pytest.raises(BadTable, match="NOT_ALLOWED") as refusal:
        read_ledger(path, TERMS)
    assert "line 3, event" in str(refusal.value)
    path.write_text(path.read_text().replace("refunded,2027-06-01,5", "sold,2027-06-01,1e3"))
    with pytest.raises(BadTable, match="not cents"):
        read_ledger(path, TERMS)


def test_every_security_of_an_assessed_file_is_lodged_once(tmp_path):
    entries = worked_entries(tmp_path / "entries.csv")
    rows = filed(tmp_path, entries, WORKED / "law", WORKED / "lots.csv")
    ledger = from_assessed(tmp_path / "assessed.parquet", entries, TERMS)
    asked = {f"{r['entry_number']}/{r['line_number']}": r["security_cents"] for r in rows}
    assert {e.security: e.cents for e in ledger.events} == {n: c for n, c in asked.items() if c}
    assert ledger.total(date(2028, 1, 1)).held == sum(asked.values())
    assert {e.importer for e in ledger.events} == {"IMP1"}
    e04 = next(e for e in ledger.events if e.security == "E05/1")
    assert (e04.day, e04.import_country) == (date(2027, 5, 1), "USA")
