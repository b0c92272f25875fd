"""The published answers of the textbook worlds agree with their own tables, without a solver."""

from collections import defaultdict
from pathlib import Path

import pytest

from stannary.world import World

CASES = Path(__file__).parents[1] / "cases"
WORLDS = sorted(p.parent for p in CASES.rglob("meta.csv"))
IDS = [str(p.relative_to(CASES)) for p in WORLDS]


def quantity(curve, price):
    if curve.form == "isoelastic":
        return curve.p1 * (price / curve.p2) ** curve.p3
    slope = curve.p2 if curve.side == "supply" else -curve.p2
    return max(0.0, curve.p1 + slope * price)


@pytest.mark.parametrize("folder", WORLDS, ids=IDS)
def test_curves_at_the_expected_prices_give_the_expected_quantities(folder):
    world = World.load(folder)
    expected = {(e.region, e.product): e for e in world.expected}
    for curve in world.curves:
        answer = expected[curve.region, curve.product]
        assert quantity(curve, answer.price) == pytest.approx(getattr(answer, curve.side))


@pytest.mark.parametrize("folder", WORLDS, ids=IDS)
def test_no_trader_gains_at_the_expected_prices(folder):
    world = World.load(folder)
    price = {(e.product, e.region): e.price for e in world.expected}
    shipped = {(f.product, f.origin, f.destination) for f in world.expected_flows if f.t > 0}
    for arc in world.freight:
        duty = sum(
            m.value
            for m in world.border
            if (m.kind, m.origin, m.destination) == ("import_duty", arc.origin, arc.destination)
        )
        cif = price[arc.product, arc.origin] + arc.usd_per_t
        gain = price[arc.product, arc.destination] - cif * (1 + duty)
        assert gain <= 1e-9
        if (arc.product, arc.origin, arc.destination) in shipped:
            assert gain == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("folder", WORLDS, ids=IDS)
def test_expected_flows_never_exceed_what_is_made_and_used(folder):
    world = World.load(folder)
    sent, got = defaultdict(float), defaultdict(float)
    for flow in world.expected_flows:
        sent[flow.origin] += flow.t
        got[flow.destination] += flow.t
    for answer in world.expected:
        if answer.supply is not None and len(world.products) == 1:
            assert sent[answer.region] <= answer.supply + 1e-9
        if answer.demand is not None and len(world.products) == 1:
            assert got[answer.region] <= answer.demand + 1e-9


@pytest.mark.parametrize("name", ["base", "glut", "floor"])
def test_a_joint_basket_earns_its_ore(name):
    world = World.load(CASES / "joint-basket" / name)
    price = {e.product: e.price for e in world.expected}
    (recipe,) = world.recipes.values()
    assert sum(c * price[g] for g, c in recipe.coefficients.items()) == pytest.approx(0.0, abs=1e-9)
