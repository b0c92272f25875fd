"""The order of rows, regions, members and articles never changes a result."""

from dataclasses import fields, replace
from random import Random

import pytest

from stannary.agreement import Agreement
from stannary.market.outcome import solve
from stannary.market.verdict import verdict


def shuffled(record, seed):
    """The same record with every tuple and every dictionary in another order."""
    rng = Random(seed)
    changed = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, tuple):
            changed[field.name] = tuple(rng.sample(value, len(value)))
        elif isinstance(value, dict):
            changed[field.name] = dict(rng.sample(list(value.items()), len(value)))
    return replace(record, **changed)


def prices(outcome):
    bought = {pair: outcome.price(*pair) for pair in outcome.market.uses}
    gates = {("gate", *pair): outcome.gate(*pair) for pair in outcome.market.nodes}
    flows = {arc: 1 + outcome.flow(*arc) for arc in outcome.market.arcs}
    return bought | gates | flows


@pytest.fixture(scope="module")
def in_order(world, bloc, day):
    """The market with the bloc, rows in the order of their tables."""
    return solve(world, bloc, day)


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_and_regions_in_another_order_give_the_same_prices(world, bloc, day, in_order, seed):
    other = solve(shuffled(world, seed), bloc, day)
    assert prices(other) == pytest.approx(prices(in_order), rel=1e-9)


def test_members_floors_and_duties_in_another_order_give_the_same_prices(
    world, bloc, day, in_order
):
    text = shuffled(bloc.text, 3)
    assert list(text.countries) != list(bloc.text.countries)
    other = solve(world, Agreement(text), day)
    assert prices(other) == pytest.approx(prices(in_order), rel=1e-9)


def test_rows_in_another_order_give_the_same_verdict(world, bloc, no_bloc, day, in_order):
    one = verdict(solve(world, no_bloc, day), in_order)
    mixed = shuffled(world, 4)
    other = verdict(solve(mixed, no_bloc, day), solve(mixed, bloc, day))
    assert {g: (p.state, p.reason) for g, p in other.products.items()} == {
        g: (p.state, p.reason) for g, p in one.products.items()
    }
    scale = one.zone_spending
    for region, gain in one.gains.items():
        for name in ("users", "producers", "treasury", "top_up", "spending"):
            value = getattr(other.gains[region], name)
            assert value == pytest.approx(getattr(gain, name), rel=1e-8, abs=1e-9 * scale)
