"""States and versions: what may follow what, that nothing is lost, and that differences add up."""

from datetime import date, timedelta

import pytest
from filed import CENTS
from hypothesis import given
from hypothesis import strategies as st

from stannary.customs.state import (
    OPEN,
    STATES,
    Assessment,
    moved,
    opened,
    reassessed,
    transitions,
)
from stannary.terms.errors import BadInput, BadTable

DAY = date(2027, 5, 3)


def cents(top_up: int = 100, base: int = 0) -> dict[str, int]:
    found = dict.fromkeys(CENTS, 0)
    return found | {
        "top_up_cents": top_up, "base_duty_cents": base, "total_due_cents": top_up + base,
    }  # fmt: skip


def new(country: str = "USA") -> Assessment:
    return opened("US5", 1, country, DAY, cents(), "sha256:one")


def through(*states: str, country: str = "USA", day: date = DAY) -> Assessment:
    found = new(country)
    for state in states:
        found = moved(found, state, day)  # type: ignore[arg-type]
    return found


DEFINITIVE = ("provisional", "definitive")


def test_every_state_is_reached_and_only_final_ends():
    known = transitions()
    assert {after for _, after in known} | {"estimated"} == set(STATES)
    assert set(STATES) - {before for before, _ in known} == {"final"}


def test_every_transition_states_where_it_comes_from():
    for step in transitions().values():
        assert step.reference
        assert step.doubt or not step.assumed


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_a_state_follows_only_where_the_table_says_so(before, after):
    paths = {
        "estimated": (), "provisional": ("provisional",),
        "suspended": ("provisional", "suspended"), "definitive": DEFINITIVE,
        "protested": (*DEFINITIVE, "protested"), "final": (*DEFINITIVE, "protested", "final"),
    }  # fmt: skip
    one = through(*paths[before])
    late = DAY + timedelta(days=181)  # what has to wait for the end of a time can
    if (before, after) in transitions():
        day = late if after == "final" else DAY
        assert moved(one, after, day).state(day) == after
    else:
        with pytest.raises(BadInput, match=f"{after} cannot follow {before}"):
            moved(one, after, late)


def test_a_protest_is_refused_the_day_after_the_last():
    one = through(*DEFINITIVE)
    last = date(2027, 10, 30)  # 180 days after 3 May, by the calendar
    assert one.contested_until == last
    assert moved(one, "protested", last).state(last) == "protested"
    with pytest.raises(BadInput, match="contested too late") as refusal:
        moved(one, "protested", last + timedelta(days=1))
    assert "by 2027-10-30" in str(refusal.value)


def test_it_is_final_only_when_the_time_has_ended():
    one = through(*DEFINITIVE)
    with pytest.raises(BadInput, match="it can still be contested"):
        moved(one, "final", date(2027, 10, 30))
    assert moved(one, "final", date(2027, 10, 31)).state(date(2027, 10, 31)) == "final"


@pytest.mark.parametrize(
    ("country", "until"),
    [("CAN", "2027-08-01"), ("AUS", "2027-05-10"), ("DEU", "2027-06-03"), ("UZB", "2027-06-02")],
)
def test_the_time_to_contest_is_that_of_the_member(country, until):
    assert str(through(*DEFINITIVE, country=country).contested_until) == until


def test_before_it_is_definitive_no_time_runs():
    assert through("provisional").contested_until is None


def test_the_state_on_a_day_is_that_of_the_last_step_by_then():
    one = moved(moved(new(), "provisional", date(2027, 5, 10)), "definitive", date(2027, 6, 1))
    states = {DAY: "estimated", date(2027, 5, 10): "provisional", date(2027, 5, 31): "provisional",
              date(2027, 6, 1): "definitive"}  # fmt: skip
    assert {day: one.state(day) for day in states} == states
    with pytest.raises(BadInput, match="nothing stands yet"):
        one.state(date(2027, 5, 2))


@pytest.mark.parametrize("state", ["definitive", "final"])
def test_what_is_definitive_is_not_reckoned_anew(state):
    one = through(*DEFINITIVE)
    late = DAY + timedelta(days=300)
    if state == "final":
        one = moved(one, "final", late)
    with pytest.raises(BadInput, match=f"a {state} assessment is not reckoned anew") as refusal:
        reassessed(one, late, cents(5), "sha256:two", "an error")
    assert "a line of its own" in str(refusal.value)
    assert state not in OPEN


@pytest.mark.parametrize(
    ("amounts", "what"),
    [
        ({"top_up_cents": 1}, "not the amounts of an assessed line"),
        (cents() | {"other": 1}, "not the amounts of an assessed line"),
        (cents() | {"total_due_cents": 7}, "amounts that do not add up"),
    ],
)
def test_amounts_that_are_none_are_refused(amounts, what):
    with pytest.raises(BadInput, match=what):
        reassessed(through("provisional"), DAY, amounts, "sha256:two", "a credit")
    with pytest.raises(BadInput, match=what):
        opened("US5", 1, "USA", DAY, amounts, "sha256:one")


def test_time_never_runs_backwards():
    one = moved(new(), "provisional", date(2027, 6, 1))
    with pytest.raises(BadInput, match="before what was written down last"):
        moved(one, "definitive", date(2027, 5, 31))
    with pytest.raises(BadInput, match="before what was written down last"):
        reassessed(one, date(2027, 5, 31), cents(), "sha256:two", "a credit")


def test_a_version_without_a_reason_is_refused():
    with pytest.raises(BadInput, match="a version without a reason"):
        reassessed(new(), DAY, cents(), "sha256:two", "")


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(-(10**15), 10**15), st.integers(0, 10**15)),
        max_size=8,
    )
)
def test_differences_sum_to_the_last_version_and_old_ones_stay(steps):
    one = through("provisional")
    day = DAY
    seen = [one.versions[0]]
    for days, top_up, base in steps:
        day += timedelta(days=days)
        one = reassessed(one, day, cents(top_up, base), "sha256:n", "a credit")
        assert one.versions[:-1] == tuple(seen)
        seen.append(one.versions[-1])
    total = {name: sum(d[name] for d in one.differences()) for name in CENTS}
    assert total == dict(one.versions[-1].amounts)
    assert [version.number for version in one.versions] == list(range(1, len(seen) + 1))
    for version in one.versions:
        standing = [v for v in one.versions if v.day <= version.day][-1]
        assert one.version(version.day) == standing


def test_a_table_with_an_unknown_state_is_refused(tmp_path):
    table = tmp_path / "states.csv"
    table.write_text(
        "before,after,by,what,limit,reference,assumed,doubt\nestimated,lost,law,x,,x,true,x\n"
    )
    with pytest.raises(BadTable, match="a word that is not allowed") as refusal:
        transitions(table)
    assert "line 2, after" in str(refusal.value)
