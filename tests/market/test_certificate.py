"""A certificate is earned by the sums themselves."""

from datetime import date

import pytest

from stannary.agreement import Agreement
from stannary.market.certificate import certify
from stannary.market.outcome import solve_on


@pytest.fixture(scope="module")
def outcome(base):
    return solve_on(base, Agreement.load("bloc-2026").on(date(2027, 1, 1)))


def certificate(outcome, numbers):
    return certify(
        outcome.market, numbers.balance, numbers.money, outcome.law.levers, outcome.zone, 1
    )


def test_what_balances_is_certified(outcome):
    assert certificate(outcome, outcome.numbers).converged


def test_money_that_goes_missing_costs_the_certificate(outcome):
    numbers = outcome.numbers
    short = numbers._replace(money=numbers.money._replace(earned=0.999 * numbers.money.earned))
    refused = certificate(outcome, short)
    assert not refused.converged
    assert refused.failed


def test_tonnes_from_nowhere_cost_the_certificate(outcome):
    numbers = outcome.numbers
    more = numbers._replace(
        balance=numbers.balance._replace(supplied=1.001 * numbers.balance.supplied)
    )
    assert not certificate(outcome, more).converged
