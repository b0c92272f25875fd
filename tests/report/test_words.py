"""Numbers as the page writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary.report.words import (
    change,
    decimals_of,
    exact,
    figure,
    fixed,
    millions,
    percent,
    that_add_up,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(62, "62.0"), (110, "110"), (1560, "1,560"), (14234, "14,200"), (0.04123, "0.0412"),
     (99.96, "100"), (112.5, "113"), (-7.4, "−7.40"), (0, "0"), (1e-9, "0"),
     (None, "–")],
)  # fmt: skip
def test_a_figure_has_three_digits(value, shown):
    assert figure(value) == shown


def test_a_value_of_the_law_is_never_rounded():
    assert [exact(110.0), exact(112.25), exact(1600.125)] == ["110", "112.25", "1,600.125"]


def test_the_sign_of_an_amount_is_a_real_minus_or_a_plus():
    assert [millions(-640e6), millions(290e6), millions(0)] == ["−640", "+290", "0"]
    assert [fixed(-0.04, 1), fixed(12, 1)] == ["0.0", "+12.0"]


def test_a_change_from_nothing_has_no_percentage():
    assert [change(6900, 7390), change(1e-9, 5), change(None, 5), change(5, None)] == [
        "+7%", "–", "–", "–",
    ]  # fmt: skip
    assert percent(0.66) == "66%"


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=12), st.integers(0, 2))
def test_rounded_parts_add_up_and_none_moves_by_a_whole_digit(parts, decimals):
    rounded = that_add_up(parts, decimals)
    assert abs(sum(rounded) - sum(parts)) <= 0.5 * 10**-decimals * (1 + 1e-9) + 1e-9
    assert all(abs(r - p) < 10**-decimals * (1 + 1e-9) for r, p in zip(rounded, parts, strict=True))


@pytest.mark.parametrize(
    ("amount", "decimals"), [(0, 2), (4.65, 2), (46.5, 1), (-465, 0), (2198, 0), (14_650, 0)]
)
def test_an_amount_that_has_to_add_up_is_told_in_three_digits_or_whole_millions(amount, decimals):
    assert decimals_of(amount) == decimals
    assert sum(that_add_up([0.6 * amount, 0.4 * amount], decimals)) == pytest.approx(
        round(amount, decimals)
    )
