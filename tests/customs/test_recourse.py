"""How and until when to contest: every member has a step, every step a source."""

from datetime import date

import pytest

from stannary.agreement import Agreement
from stannary.customs.recourse import months_after, protest, recourse, steps
from stannary.terms.errors import BadTable
from stannary.terms.names import states


def test_every_member_has_a_step_that_keeps_it_open():
    schedule = Agreement.load("bloc-2026").on(date(2027, 5, 3))
    for member in schedule.members:
        for state in states(member.country):
            assert protest(state).protest
            assert all(step.source and step.value > 0 for step in recourse(state))


def test_an_assumed_time_says_so():
    assert protest("UZB").quality == "assumed"
    assert protest("USA").quality == "published"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2027-01-31", 1, "2027-02-28"), ("2027-10-31", 4, "2028-02-29"), ("2027-12-01", 1, "2028-01-01"),
     ("2027-05-03", 0, "2027-05-03"), ("2027-03-15", 24, "2029-03-15")],
)  # fmt: skip
def test_months_end_on_the_same_day_or_the_last_one(day, months, later):
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(later)


HEAD = "country,act,before,value,unit,counted_from,protest,quality,source,doubt\n"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("USA,a,b,180,weeks,c,true,published,s,", "not a unit"),
        ("USA,a,b,180,days,c,perhaps,published,s,", "not a protest"),
        ("USA,a,b,180,days,c,true,heard,s,", "not a quality"),
        ("USA,a,b,0,days,c,true,published,s,", "not a time"),
        ("USA,a,b,-3,days,c,true,published,s,", "not a time"),
        ("USA,a,b,180,days,c,true,published,,", "no source"),
    ],
)
def test_a_row_that_is_none_is_refused_with_its_line(tmp_path, row, what):
    table = tmp_path / "recourse.csv"
    table.write_text(HEAD + row + "\n")
    with pytest.raises(BadTable, match=what) as refusal:
        steps(table)
    assert "line 2" in str(refusal.value)
