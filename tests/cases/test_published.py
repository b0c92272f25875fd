"""Worlds with a published answer, solved: spatial equilibrium, floors by levy, joint products."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from stannary.market.calibrate import market
from stannary.market.exact import finish
from stannary.market.outcome import solve_base
from stannary.world import World

CASES = Path(__file__).parent
WORLDS = sorted(p.parent for p in CASES.rglob("meta.csv"))
FLOORS = json.loads((CASES / "floor-levy" / "expected-floors.json").read_text())

PRICE = {"transport": 1e-6, "joint-basket": 1e-6}
TONNES = {"transport": 1e-3, "joint-basket": 1e-6}
STRICT = 1e-7


def load(*parts):
    return market(World.load(CASES.joinpath(*parts)))


def named(m, values, axis):
    return dict(zip(getattr(m, axis), (float(v) for v in values), strict=True))


@pytest.mark.parametrize("folder", WORLDS, ids=[str(w.relative_to(CASES)) for w in WORLDS])
def test_prices_and_tonnes_are_the_published_ones(folder):
    m = market(World.load(folder))
    answer = finish(m, m.base)
    assert answer.converged
    assert answer.residual < 1e-11
    family = folder.relative_to(CASES).parts[0]
    dollars, tonnes = PRICE.get(family, STRICT), TONNES.get(family, STRICT)
    gate, paid = named(m, answer.gate, "nodes"), named(m, answer.paid, "uses")
    supplied, wanted = named(m, answer.supplied, "nodes"), named(m, answer.wanted, "uses")
    for row in m.world.expected:
        at = (row.region, row.product)
        for price in (gate, paid):
            if at in price:
                assert price[at] == pytest.approx(row.price, abs=dollars), at
        if row.supply is not None and at in supplied:
            assert supplied[at] == pytest.approx(row.supply, abs=tonnes), at
        if row.demand is not None and at in wanted:
            assert wanted[at] == pytest.approx(row.demand, abs=tonnes), at
    flow = named(m, answer.flow, "arcs")
    for row in m.world.expected_flows:
        at = (row.product, row.origin, row.destination)
        assert flow[at] == pytest.approx(row.t, abs=tonnes), at


def under_a_floor(m, floor, tax=0.0):
    """Levers with a floor on imports of M from OUT that every tonne must meet."""
    imports = np.array([arc == ("ndpr.oxide", "OUT", "M") for arc in m.arcs], dtype=float)
    return m.base._replace(
        floor=floor * imports, liable=imports, export_specific=tax * imports
    ), int(np.argmax(imports))  # fmt: skip


def levied(m, levers, arc, gate):
    """What M collects on a tonne from OUT at a gate price, by hand."""
    cif = gate + levers.export_specific[arc] + 3
    return max(cif * (1 + levers.counted[arc]), levers.floor[arc]) - cif


@pytest.mark.parametrize("name", FLOORS["cases"])
def test_a_floor_kept_by_a_levy_gives_the_closed_form(name):
    case, close = FLOORS["cases"][name], FLOORS["tolerance"]
    m = load("floor-levy", case["world"])
    levers, arc = under_a_floor(m, case["floor"])
    answer = finish(m, levers)
    assert answer.converged
    outside = named(m, answer.gate, "nodes")["OUT", "ndpr.oxide"]
    inside = named(m, answer.paid, "uses")["M", "ndpr.oxide"]
    imports, duty = answer.flow[arc], levied(m, levers, arc, outside)
    assert outside == pytest.approx(case["outside_price"], abs=close)
    assert inside == pytest.approx(case["member_price"], abs=close)
    assert imports == pytest.approx(case["imports"], abs=close)
    assert duty == pytest.approx(case["duty"], abs=close)
    assert duty * imports == pytest.approx(case["revenue"], abs=close)
    if case["member_welfare"] is not None:
        # D = 100 - P, S = 10 + P from P = -10 on: two triangles and the revenue.
        welfare = (100 - inside) ** 2 / 2 + (10 + inside) ** 2 / 2 + duty * imports
        assert welfare == pytest.approx(case["member_welfare"], abs=1e-5)


def test_the_top_up_is_the_levy_less_the_statutory_duty():
    m = load("floor-levy", "large")
    levers, arc = under_a_floor(m, 38.0)
    answer = finish(m, levers)
    # CIF 18.6, duty of 5 % on it 0.93: the floor of 38 asks for 18.47 more.
    assert answer.top_up[arc] == pytest.approx(38 - 18.6 * 1.05, abs=1e-7)


def test_a_floor_costs_the_small_country_its_deadweight_triangle():
    m = load("floor-levy", "small")
    free = finish(m, m.base)
    levers, arc = under_a_floor(m, 30.0)
    held = finish(m, levers)

    def welfare(answer, duty):
        p = named(m, answer.paid, "uses")["M", "ndpr.oxide"]
        return (100 - p) ** 2 / 2 + (10 + p) ** 2 / 2 + duty * answer.flow[arc]

    lost = welfare(free, 0.0) - welfare(held, levied(m, levers, arc, 20.0))
    assert lost == pytest.approx(49, abs=1e-6)


def test_an_export_tax_that_captures_the_levy_moves_neither_price_nor_tonnes():
    m = load("floor-levy", "free-trade")
    plain, arc = under_a_floor(m, 42.0)
    taxed, _ = under_a_floor(m, 42.0, tax=26.6)
    before, after = finish(m, plain), finish(m, taxed)
    assert after.paid == pytest.approx(before.paid, abs=1e-7)
    assert after.flow == pytest.approx(before.flow, abs=1e-7)
    assert before.top_up[arc] == pytest.approx(26.6, abs=1e-7)
    assert after.top_up[arc] == pytest.approx(0, abs=1e-7)


def test_sellers_who_raise_their_price_to_the_floor_keep_the_whole_levy():
    m = load("floor-levy", "free-trade")
    levers, arc = under_a_floor(m, 42.0)
    captured = levers._replace(capture=1.0 * (np.arange(len(m.arcs)) == arc))
    before, after = finish(m, levers), finish(m, captured)
    assert after.paid == pytest.approx(before.paid, abs=1e-7)
    assert after.flow == pytest.approx(before.flow, abs=1e-7)
    # The published capture: 26.6 a unit on 6 units, all of what the member had collected.
    market_ = replace(m, base=captured)
    paid = solve_base(market_, date(2024, 7, 1)).cleared.money
    assert paid.captured[arc] == pytest.approx(159.6, abs=1e-6)
    assert paid.top_up[arc] == pytest.approx(0, abs=1e-6)


def test_the_export_tax_that_pays_the_outside_most_is_the_published_one():
    m = load("floor-levy", "free-trade")

    def gained(tax):
        """What sellers and their state gain, by hand: X = -25 + 2.5 w, triangle and tax."""
        levers, arc = under_a_floor(m, 0.0, tax=tax)
        answer = finish(m, levers)
        return answer.flow[arc] ** 2 / (2 * 2.5) + tax * answer.flow[arc], answer, arc

    best = 11.428571428571429
    worth, answer, arc = gained(best)
    assert answer.flow[arc] == pytest.approx(22.857142857142858, abs=1e-7)
    paid = named(m, answer.paid, "uses")["M", "ndpr.oxide"]
    assert paid == pytest.approx(33.57142857142858, abs=1e-7)
    # No other tax pays better, and near it the loss is of second order.
    for other in (best - 3, best - 0.5, best + 0.5, best + 3):
        assert gained(other)[0] < worth
    assert gained(best + 1e-3)[0] == pytest.approx(gained(best - 1e-3)[0], abs=1e-6)


def test_an_oxide_in_glut_is_thrown_away():
    m = load("joint-basket", "glut")
    answer = finish(m, m.base)
    assert answer.activity == pytest.approx([69.23076923076923], abs=1e-6)
    excess = named(m, answer.excess, "nodes")
    assert excess["LAND", "oxide.a"] == pytest.approx(29.615384615384613, abs=1e-6)
    assert sum(excess.values()) == pytest.approx(29.615384615384613, abs=1e-6)


def test_the_state_buys_what_the_floor_on_one_oxide_leaves_over():
    m = load("joint-basket", "floor")
    answer = finish(m, m.base)
    assert answer.activity == pytest.approx([84.5679012345679], abs=1e-6)
    excess = named(m, answer.excess, "nodes")
    assert excess["LAND", "oxide.b"] == pytest.approx(20.37037037037037, abs=1e-6)
    assert sum(excess.values()) == pytest.approx(20.37037037037037, abs=1e-6)


@pytest.mark.parametrize("name", ["fixed", "flex"])
def test_carriage_costs_what_dantzig_published(name):
    m = load("transport", name)
    answer = finish(m, m.base)
    assert answer.flow @ m.economy.freight == pytest.approx(153.675, abs=1e-6)
    # Which cannery serves New York is open: what arrives there is not.
    flow = named(m, answer.flow, "arcs")
    to_new_york = sum(t for (_, _, town), t in flow.items() if town == "NEW-YORK")
    assert to_new_york == pytest.approx(325, abs=1e-3)
