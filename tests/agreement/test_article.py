"""A parameter over time."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary.agreement import Parameter, Step
from stannary.terms.errors import NotYetInForce

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


def floor(*steps: tuple[date, Decimal | None]) -> Parameter:
    return Parameter(
        name="floors.x",
        article="Art. 4(1)",
        description="A floor.",
        unit="USD/kg",
        steps=tuple(Step(day, value, "a source", assumed=False) for day, value in steps),
        checked_on=date(2026, 1, 1),
    )


@given(st.lists(DAYS, min_size=2, max_size=5, unique=True).map(sorted), DAYS)
def test_a_rule_stands_until_the_next_and_ends_when_it_says(days, asked):
    steps = [(day, Decimal(n)) for n, day in enumerate(days[:-1])] + [(days[-1], None)]
    parameter = floor(*steps)
    if asked < days[0]:
        with pytest.raises(NotYetInForce, match=f"starts on {days[0]}"):
            parameter.on(asked)
    elif asked >= days[-1]:
        assert parameter.on(asked) is None
    else:
        assert parameter.on(asked) == max(value for day, value in steps[:-1] if day <= asked)
