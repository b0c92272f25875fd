"""What the report refuses to tell."""

import math

import pytest

from stannary.report.story import read
from stannary.terms.errors import BadInput


def test_a_study_whose_figures_add_up_is_told(study):
    assert read(study) == study


@pytest.mark.parametrize(
    "key", ["treasuries", "zone_producers", "outside_sellers", "avoiding", "lost"]
)
def test_a_price_gap_that_is_not_what_users_pay_is_refused(study, key):
    study["price_gap"][key] += 1e6
    with pytest.raises(BadInput, match=r"do not add up(.|\n)*price_gap"):
        read(study)


def test_members_whose_users_pay_another_sum_than_the_headline_are_refused(study):
    study["gains"][0]["users"] -= 1e6
    with pytest.raises(BadInput, match=r"do not add up(.|\n)*users of the members"):
        read(study)


def test_another_schema_is_refused(study):
    study["schema"] = "stannary-report/2"
    with pytest.raises(BadInput, match=r"stannary-report/1"):
        read(study)


def test_a_lacking_part_is_named(study):
    del study["rules"]
    with pytest.raises(BadInput, match=r"lacks a part(.|\n)*rules"):
        read(study)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_number_that_is_none_is_refused(study, number):
    study["products"][0]["outside"] = number
    with pytest.raises(BadInput, match="finite numbers"):
        read(study)


def test_a_view_without_gains_is_refused(study):
    study["views"].append({"id": "CHL", "name": "Chile"})
    with pytest.raises(BadInput, match=r"a view without gains(.|\n)*CHL"):
        read(study)


def test_a_report_made_for_nobody_it_knows_is_refused(study):
    study["viewed"] = "ev.CHL"
    with pytest.raises(BadInput, match=r"a view without gains(.|\n)*ev\.CHL"):
        read(study)


def test_a_slider_with_no_solution_is_refused(study):
    for solution in study["slider"]["solutions"]:
        solution["converged"] = False
    with pytest.raises(BadInput, match="a slider without a solution"):
        read(study)


def test_of_an_unsolved_study_only_its_title_and_what_failed_are_needed(unsolved):
    short = {"schema", "converged", "title", "not_solved", "command"}
    assert read({key: unsolved[key] for key in short})
