"""From which audit rate cheating would not pay, and what the remedy that is printed does."""

import re
import shlex
from decimal import Decimal

import pytest

from stannary import secretariat
from stannary.market.leaks import evasions
from stannary.report import leaking, sentences


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


def warning(study):
    rows = leaking.zone_cheats(study)
    return next(leaking.cheats(study, rows))


def unpaid(study, product, group):
    rows = evasions(study.with_bloc)
    return sum(row.evaded for row in rows if (row.product, row.group) == (product, group))


def test_the_warning_names_who_evades_most_and_by_how_much(study):
    rows = evasions(study.with_bloc)
    total = sum(row.evaded for row in rows)
    text = warning(study).text
    assert f"without paying: {total / 1e6:.1f} M USD a year" in text
    pairs = {(row.product, row.group) for row in rows}
    assert max(pairs, key=lambda pair: unpaid(study, *pair)) == ("w.apt", "carbide")
    assert "most on tungsten APT for makers of carbide tools in the European Union" in text


def test_the_audit_rate_that_is_printed_ends_the_cheating_of_that_class(study):
    words = shlex.split(warning(study).command)
    setting = words[words.index("--set") + 1]
    assert setting == "enforcement.audit_rate.carbide=0.34"
    after = secretariat.run(settings=[setting])
    assert unpaid(study, "w.apt", "carbide") > 0
    assert unpaid(after, "w.apt", "carbide") == 0
    assert unpaid(after, "sb.metal", "flame.retardant") > 0  # another class
    below = secretariat.run(settings=["enforcement.audit_rate.carbide=0.32"])
    assert unpaid(below, "w.apt", "carbide") > 0


@pytest.mark.parametrize(
    ("audit_class", "rate", "enough"),
    [("", "0.03", "0.34"), ("carbide", "0.06", "0.34"), ("defence", "0.15", "0.20")],
)
def test_nothing_is_left_of_cheating_at_one_over_one_plus_the_penalty(
    study, audit_class, rate, enough
):
    found, least = leaking.rates(study, audit_class)
    assert (found, least) == (Decimal(rate), Decimal(enough))
    _, penalty, _ = study.with_bloc.schedule.enforcement.terms(audit_class)
    assert least * (1 + penalty) >= 1 > (least - Decimal("0.01")) * (1 + penalty)


def test_plants_are_audited_at_the_common_rate(study):
    plants = next(row for row in evasions(study.with_bloc) if row.group == "plants")
    assert leaking.class_of(study, plants) == ""
    mine = [row for row in evasions(study.with_bloc) if row.group == "plants"]
    told = next(leaking.cheats(study, mine))
    assert "'enforcement.audit_rate.*=0.34'" in told.command
    assert re.search(r"not 3%, it would not pay them \(Art\. 9\(1\)\)", told.text)


def test_where_nobody_is_tempted_nobody_is_warned_about():
    honest = secretariat.run(settings=["enforcement.tempted=0"])
    assert list(leaking.cheats(honest, leaking.zone_cheats(honest))) == []
    assert not [text for text, _ in sentences.look_out(honest) if "without paying" in text]
    assert all(p.reason != "imports_avoid_it" for p in honest.verdict.products.values())
