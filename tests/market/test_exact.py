"""Markets of perfect substitutes, finished exactly: closed forms, other algorithms, and conditions.

`assert_equilibrium` goes through the tables of the world in loops and shares no line with the kernel.
"""

import csv
from collections import defaultdict
from dataclasses import replace
from itertools import product as every
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from stannary.market import clearing
from stannary.market.calibrate import market
from stannary.market.exact import finish
from stannary.market.levers import OF_A_WAY
from stannary.world import World

LINEAR, ISO = "linear", "isoelastic"

COLUMNS = {
    "regions": "region,name,iso3,bloc_2026,valuation,lat,lon",
    "products": "product,name,mineral,stage,basis,hs,gross_per_contained",
    "substitution": "product,sigma",
    "curves": "region,product,side,form,p1,p2,p3,p4",
    "freight": "product,origin,destination,usd_per_t,pct_of_value",
    "recipes": "recipe,product,coefficient",
    "plants": "plant,name,region,recipe,capacity,base_activity,cash_cost,cost_spread,status",
    "border": "measure,kind,product,origin,destination,value,unit,from,to",
}


@pytest.fixture
def build(tmp_path):
    """A function from a few rows to a world, by way of its tables."""
    count = 0

    def write(regions, sigma, curves=(), freight=(), recipes=(), plants=(), border=()):
        nonlocal count
        folder = tmp_path / f"world-{(count := count + 1)}"
        return world(folder, regions, sigma, curves, freight, recipes, plants, border)

    return write


def world(folder: Path, regions, sigma, curves=(), freight=(), recipes=(), plants=(), border=()):
    tables = {
        "regions": [
            (r, r, "*" if i == 0 else "", "outside", v, 0, 0)
            for i, (r, v) in enumerate((r, "CIF") if isinstance(r, str) else r for r in regions)
        ],
        "products": [(g, g, "textbook", "refine", "metal", "", 1.0) for g in sigma],
        "substitution": list(sigma.items()),
        "curves": [(*row, *[""] * (8 - len(row))) for row in curves],
        "freight": [(*row, 0) if len(row) == 4 else row for row in freight],
        "recipes": recipes,
        "plants": [(p, p, r, recipe, k, "", c, 0, "operating") for p, r, recipe, k, c in plants],
        "border": [
            (f"m{i}", *row, "2024-01-01", "") for i, row in enumerate(border)
        ],
    }  # fmt: skip
    folder.mkdir()
    (folder / "meta.csv").write_text(
        "key,value\nbase_year,2024\ncurrency,USD 2024\nschema,0.1\nseed,\nbuild,by a test\n"
    )
    for name, rows in tables.items():
        if rows:
            with open(folder / f"{name}.csv", "w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow([*COLUMNS[name].split(","), "quality", "source", "note"])
                writer.writerows((*row, "assumed", "a test", "") for row in rows)
    return World.load(folder)


def by_name(m, values, axis):
    return dict(zip(getattr(m, axis), (float(v) for v in values), strict=True))


def on_curve(curve, price):
    if curve.form == ISO:
        return curve.p1 * (price / curve.p2) ** curve.p3
    return max(0.0, curve.p1 + (1 if curve.side == "supply" else -1) * curve.p2 * price)


def landed(m, levers, arc, gate):
    at = {name: float(getattr(levers, name)[arc]) for name in OF_A_WAY}
    fob = gate * (1 + at["export_tax"]) + at["export_specific"]
    cif = fob + float(m.economy.freight[arc]) + float(m.economy.freight_share[arc]) * gate
    value = fob if at["on_fob"] else cif
    counted = value * at["counted"] + at["specific"]
    short = max(0.0, at["floor"] - cif - (counted if at["duty_paid"] else 0.0))
    return cif + counted + value * at["uncounted"] + short * at["liable"]


def assert_equilibrium(m, levers, answer, close=1e-7):
    """Every condition of a market of perfect substitutes, from its tables, in loops."""
    assert answer.converged, (answer.residual, answer.worst)
    gate, paid = by_name(m, answer.gate, "nodes"), by_name(m, answer.paid, "uses")
    flow = by_name(m, answer.flow, "arcs")
    excess, activity = by_name(m, answer.excess, "nodes"), by_name(m, answer.activity, "plants")
    dollars = close * max(*np.nan_to_num(answer.gate), *np.nan_to_num(answer.paid))
    tonnes = close * max(*answer.supplied, *answer.wanted, 1e-300)
    supplied, wanted = defaultdict(float), defaultdict(float)
    for c in m.world.curves:
        at = (c.region, c.product)
        if c.side == "supply":
            supplied[at] += on_curve(c, gate[at])
        elif at not in answer.cut_off:
            wanted[at] += on_curve(c, paid[at])
    for k, p in enumerate(m.world.plants):
        runs, recipe = activity[p.plant], m.world.recipes[p.recipe]
        inputs = [(p.region, g) for g in recipe.inputs]
        for g, c in recipe.outputs.items():
            supplied[p.region, g] += c * runs
        for g, c in recipe.inputs.items():
            wanted[p.region, g] += c * runs
        if set(inputs) & set(answer.cut_off) or p.capacity == 0:
            assert runs == 0
            continue
        earned = sum(c * gate[p.region, g] for g, c in recipe.outputs.items())
        margin = earned - sum(c * paid[p.region, g] for g, c in recipe.inputs.items())
        margin -= p.cash_cost
        if runs > tonnes:
            assert margin >= -dollars, p
        if p.capacity is None or runs < p.capacity - tonnes:
            assert margin <= dollars, p
        assert 0 <= runs <= (np.inf if p.capacity is None else p.capacity) + tonnes, k
    sent, got = defaultdict(float), defaultdict(float)
    for i, (g, origin, destination) in enumerate(m.arcs):
        tons = flow[g, origin, destination]
        sent[origin, g] += tons
        got[destination, g] += tons
        if not levers.open[i] or np.isnan(gate[origin, g]):
            assert tons == 0
            continue
        gap = landed(m, levers, i, gate[origin, g]) - paid[destination, g]
        assert gap >= -dollars, (g, origin, destination)
        assert tons >= 0
        assert tons <= tonnes or gap <= dollars, (g, origin, destination)
    for i, at in enumerate(m.nodes):
        if np.isnan(gate[at]):
            continue
        assert supplied[at] - sent[at] - excess[at] == pytest.approx(0, abs=tonnes)
        assert gate[at] >= levers.support[i] - dollars
        assert excess[at] <= tonnes or gate[at] == pytest.approx(levers.support[i], abs=dollars)
    for at in m.uses:
        assert got[at] == pytest.approx(wanted[at], abs=tonnes)


def rescaled(m, factor):
    """The same market with every guess of a price moved by a factor, and of tonnes the other way."""
    e = m.economy
    return replace(
        m,
        economy=e._replace(
            base_price=e.base_price * factor, base_supply=e.base_supply / factor**0.5,
            log_landed=e.log_landed + np.log(factor), spread=e.spread * factor,
        ),
    )  # fmt: skip


def test_three_regions_share_what_one_makes_as_the_sum_done_by_hand(build):
    # (100 - p - 10) + (80 - p - 20) = p, so p = 50 at A, 60 at B, 70 at C.
    m = market(
        build(
            "ABC", {"g": "inf"},
            [("A", "g", "supply", LINEAR, 0, 1), ("B", "g", "demand", LINEAR, 100, 1),
             ("C", "g", "demand", LINEAR, 80, 1)],
            [("g", "A", "B", 10), ("g", "A", "C", 20), ("g", "B", "C", 5)],
        )
    )  # fmt: skip
    answer = finish(m, m.base)
    assert answer.gate == pytest.approx([50], abs=1e-9)
    assert answer.paid == pytest.approx([60, 70], abs=1e-9)
    assert answer.flow == pytest.approx([40, 10], abs=1e-9)


def draw(rng, regions=6, products=2, shapes=(LINEAR,), borders=False, unit=1.0, volume=1.0):
    """Rows of a random spatial market: curves, freight, border."""
    names = [f"R{i}" for i in range(regions)]
    curves, freight, border = [], [], []
    for g in (f"g{j}" for j in range(products)):
        for r in names:
            shape = rng.choice(shapes)
            if rng.random() < 0.8 or r == "R1":
                top, size = rng.uniform(50, 300) * unit, rng.uniform(50, 200) * volume
                bent = (size, top / 3, -rng.choice([0.05, 0.3, 1.0, 2.5]))
                rows = {LINEAR: (size, size / top), ISO: bent, "fixed": (size / 10, 0)}
                form = ISO if shape == ISO else LINEAR
                curves.append((r, g, "demand", form, *rows[shape]))
            if rng.random() < 0.6 or r == "R0":
                cost, steep = rng.uniform(1, 60) * unit, rng.uniform(0.3, 2) * volume / unit
                if shape == ISO:
                    rise = rng.choice([0.2, 0.5, 1.0, 3.0])
                    curves.append((r, g, "supply", ISO, 60 * volume, cost + unit, rise))
                else:
                    curves.append((r, g, "supply", LINEAR, -steep * cost, steep))
        for a, b in every(names, names):
            if a != b and (rng.random() < 0.7 or a == "R0"):
                freight.append((g, a, b, rng.uniform(2, 60) * unit))
            if borders and a != b and rng.random() < 0.3:
                rate = rng.uniform(0.05, 0.5)
                border.append(("import_duty", g, a, b, rate, "ad_valorem"))
            if borders and a not in (b, "R0") and rng.random() < 0.1:
                border.append(("ban", g, a, b, 0, "t_per_year"))
    return names, {f"g{j}": "inf" for j in range(products)}, curves, freight, (), (), border


@pytest.mark.parametrize("seed", range(2))
def test_a_linear_spatial_market_maximises_welfare_like_an_independent_quadratic_program(
    build, seed
):
    m = market(build(*draw(np.random.default_rng(seed))))
    answer = finish(m, m.base)
    assert_equilibrium(m, m.base, answer)
    # Takayama and Judge's own form: areas under demand less areas under supply less freight.
    sell = [c for c in m.world.curves if c.side == "demand"]
    make = [c for c in m.world.curves if c.side == "supply"]
    a, b = np.array([(c.p1, c.p2) for c in sell]).T
    c0, d = np.array([(c.p1, c.p2) for c in make]).T
    u, v = len(sell), len(make)
    carriage = m.economy.freight

    def cost(x):
        q, s, t = x[:u], x[u : u + v], x[u + v :]
        return (s**2 / 2 - c0 * s) @ (1 / d) - (a * q - q**2 / 2) @ (1 / b) + carriage @ t

    def slope(x):
        q, s = x[:u], x[u : u + v]
        return np.concatenate([-(a - q) / b, (s - c0) / d, carriage])

    balance = np.zeros((u + v, u + v + len(m.arcs)))
    for i, c in enumerate(sell):
        balance[i, i] = -1
        for j, (g, _, destination) in enumerate(m.arcs):
            balance[i, u + v + j] = float((destination, g) == (c.region, c.product))
    for i, c in enumerate(make):
        balance[u + i, u + i] = 1
        for j, (g, origin, _) in enumerate(m.arcs):
            balance[u + i, u + v + j] = -float((origin, g) == (c.region, c.product))
    found = minimize(
        cost, np.ones(balance.shape[1]), jac=slope, method="SLSQP",
        bounds=[(0, None)] * balance.shape[1],
        constraints={"type": "ineq", "fun": lambda x: balance @ x, "jac": lambda x: balance},
        options={"maxiter": 1000, "ftol": 1e-13},
    )  # fmt: skip
    # It stops where rounding ends its line search, so that its answer is judged, not its status.
    bought, made = by_name(m, answer.wanted, "uses"), by_name(m, answer.supplied, "nodes")
    ours = [bought[c.region, c.product] for c in sell] + [made[c.region, c.product] for c in make]
    # Welfare is flat at its top: to ten digits of it belong five of the tonnes.
    assert cost(np.concatenate([ours, answer.flow])) == pytest.approx(found.fun, rel=1e-9)
    assert found.x[: u + v] == pytest.approx(ours, abs=5e-3)


def test_fixed_demands_travel_as_cheaply_as_a_linear_program_says(build):
    rng = np.random.default_rng(11)
    mines, towns = ["M0", "M1", "M2"], ["T0", "T1", "T2", "T3"]
    capacity, need = [40.0, 70.0, 90.0], [30.0, 25.0, 45.0, 60.0]
    carriage = rng.uniform(1, 20, (3, 4))
    m = market(
        build(
            mines + towns, {"g": "inf"},
            [(t, "g", "demand", LINEAR, q, 0) for t, q in zip(towns, need, strict=True)],
            [("g", a, b, carriage[i, j]) for i, a in enumerate(mines) for j, b in enumerate(towns)],
            [("dig", "g", 1)],
            [(f"p{i}", mines[i], "dig", capacity[i], 2 + i) for i in range(3)],
        )
    )  # fmt: skip
    answer = finish(m, m.base)
    assert_equilibrium(m, m.base, answer)
    cost = carriage + np.array([[2.0], [3.0], [4.0]])
    rows, columns = np.kron(np.eye(3), np.ones(4)), np.kron(np.ones(3), np.eye(4))
    found = linprog(cost.ravel(), A_ub=rows, b_ub=capacity, A_eq=columns, b_eq=need)
    spent = answer.activity @ m.economy.cost + answer.flow @ m.economy.freight
    assert spent == pytest.approx(found.fun, abs=1e-7)
    assert answer.paid == pytest.approx(found.eqlin.marginals, abs=1e-7)


@pytest.mark.parametrize("factor", [1e-4, 1e4])
@pytest.mark.parametrize("seed", range(2))
def test_guesses_moved_by_powers_of_ten_leave_every_price_unchanged(build, seed, factor):
    rows = draw(np.random.default_rng(seed), 5, 1, (LINEAR, ISO, "fixed"), borders=True)
    m = market(build(*rows))
    here, there = finish(m, m.base), finish(rescaled(m, factor), m.base)
    assert here.converged
    assert there.converged
    for name in ("gate", "paid", "supplied", "wanted", "excess"):
        a, b = getattr(here, name), getattr(there, name)
        assert b == pytest.approx(a, rel=1e-8, abs=1e-8, nan_ok=True), name


@pytest.mark.parametrize("seed", range(3))
def test_curves_of_any_shape_behind_duties_and_bans_meet_every_condition(build, seed):
    rng = np.random.default_rng(100 + seed)
    unit, volume = 10.0 ** rng.integers(-3, 6), 10.0 ** rng.integers(-2, 7)
    rows = draw(rng, 5, 1, (LINEAR, ISO, "fixed"), borders=True, unit=unit, volume=volume)
    m = market(build(*rows))
    assert_equilibrium(m, m.base, finish(m, m.base))


def chain_of_two_stages(build, rng, capacities=(30.0, 12.0, None)):
    """Ore mined in two regions, refined jointly in three, oxides used everywhere."""
    names = ["A", "B", "C"]
    curves = [("A", "ore", "supply", LINEAR, -5, 0.8), ("B", "ore", "supply", ISO, 30, 25, 0.5)]
    for r, g in every(names, ["x", "y"]):
        curves.append((r, g, "demand", LINEAR, rng.uniform(5, 25), rng.uniform(0.02, 0.2)))
    freight = [
        (g, a, b, rng.uniform(1, 9)) for g, a, b in every(("ore", "x", "y"), names, names) if a != b
    ]
    plants = [
        (f"sep-{r.lower()}", r, "sep", k or "", rng.uniform(1, 20))
        for r, k in zip(names, capacities, strict=True)
    ]
    recipe = [("sep", "ore", -1.2), ("sep", "x", 0.6), ("sep", "y", 0.4)]
    sigma = {"ore": "inf", "x": "inf", "y": "inf"}
    return build(names, sigma, curves, freight, recipe, plants)


@pytest.mark.parametrize("seed", range(3))
def test_joint_products_of_full_plants_behind_floors_meet_every_condition(build, seed):
    rng = np.random.default_rng(seed)
    m = market(chain_of_two_stages(build, rng))
    arcs = len(m.arcs)
    levers = m.base._replace(
        floor=np.where(rng.random(arcs) < 0.4, rng.uniform(20, 150, arcs), 0.0),
        liable=rng.choice([0.0, 0.5, 1.0], arcs),
        duty_paid=rng.integers(0, 2, arcs).astype(float),
        counted=rng.choice([0.0, 0.1], arcs),
        on_fob=rng.integers(0, 2, arcs).astype(float),
        support=np.where(rng.random(len(m.nodes)) < 0.2, 15.0, 0.0),
    )
    assert_equilibrium(m, levers, finish(m, levers))


def test_several_origins_that_all_sell_at_a_floor_are_named_as_an_open_split(build):
    rows = [
        ("A", "g", "supply", LINEAR, 0, 1), ("B", "g", "supply", LINEAR, 0, 1),
        ("M", "g", "demand", LINEAR, 100, 1),
    ]  # fmt: skip
    m = market(build("ABM", {"g": "inf"}, rows, [("g", "A", "M", 5), ("g", "B", "M", 5)]))
    answer = finish(m, m.base._replace(floor=np.array([80.0, 80.0]), liable=np.ones(2)))
    # Buyers pay 80 and take 20 t whoever sells: nothing in the market says who does.
    assert answer.paid == pytest.approx([80], abs=1e-9)
    assert answer.flow.sum() == pytest.approx(20, abs=1e-9)
    assert answer.open_split == (("M", "g"),)
    assert finish(m, m.base).open_split == ()


def test_a_plant_at_capacity_earns_the_gap_to_the_price(build):
    # Demand 100 - P takes the 50 t that the plant can make at P = 50: 39 a tonne over its cost.
    m = market(
        build(
            "AB", {"g": "inf"}, [("B", "g", "demand", LINEAR, 100, 1)], [("g", "A", "B", 1)],
            [("make", "g", 1)], [("p", "A", "make", 50, 10)],
        )
    )  # fmt: skip
    answer = finish(m, m.base)
    assert (answer.gate, answer.paid, answer.activity) == (
        pytest.approx([49], abs=1e-9), pytest.approx([50], abs=1e-9), pytest.approx([50], abs=1e-9),
    )  # fmt: skip


def test_a_closed_route_cuts_off_a_region_and_the_answer_says_which(build):
    rows = [("A", "ore", "supply", LINEAR, 0, 1), ("B", "ox", "demand", LINEAR, 100, 1)]
    m = market(
        build(
            "AB", {"ore": "inf", "ox": "inf"}, rows, [("ore", "A", "B", 2)],
            [("r", "ore", -2), ("r", "ox", 1)], [("p", "B", "r", "", 5)],
        )
    )  # fmt: skip
    answer = finish(m, m.base._replace(open=np.array([0.0, 1.0])))
    assert answer.converged
    # Without ore the plant stands still, so that nothing reaches the buyers of oxide either.
    assert answer.cut_off == (("B", "ore"), ("B", "ox"))
    assert answer.flow.tolist() == [*answer.activity, 0.0]
    assert answer.wanted.tolist() == [0, 0]
    assert np.isnan(answer.paid).all()


def test_demand_beyond_all_capacity_is_no_answer_but_says_where(build):
    m = market(
        build(
            "AB", {"g": "inf"}, [("B", "g", "demand", LINEAR, 100, 0)], [("g", "A", "B", 1)],
            [("make", "g", 1)], [("p", "A", "make", 50, 10)],
        )
    )  # fmt: skip
    answer = finish(m, m.base)
    assert not answer.converged
    assert answer.residual > 1e-3
    assert "g in B" in answer.worst
    assert np.isnan(answer.gate).all()


def test_what_nobody_wants_at_any_price_is_thrown_away(build):
    m = market(
        build(
            "A", {"g": "inf"},
            [("A", "g", "supply", LINEAR, 100, 1), ("A", "g", "demand", LINEAR, 5, 1)],
        )
    )  # fmt: skip
    answer = finish(m, m.base)
    assert answer.gate == pytest.approx([0])
    assert answer.flow == pytest.approx([5])
    assert answer.excess == pytest.approx([95])


def test_where_nothing_is_traded_prices_are_what_it_would_cost(build):
    m = market(
        build(
            "AB", {"g": "inf"},
            [("A", "g", "supply", LINEAR, -100, 1), ("B", "g", "demand", LINEAR, 5, 1)],
            [("g", "A", "B", 3)],
        )
    )  # fmt: skip
    answer = finish(m, m.base)
    assert answer.gate == pytest.approx([100])
    assert answer.paid == pytest.approx([103])
    assert answer.flow == pytest.approx([0])


def test_the_order_of_rows_never_changes_the_answer(build):
    rows = draw(np.random.default_rng(4), 4, 2, (LINEAR, ISO), borders=True)
    names, sigma, curves, freight, recipes, plants, border = rows
    m = market(build(*rows))
    backwards = dict(reversed(list(sigma.items())))
    other = market(
        build(
            names[::-1], backwards, curves[::-1], freight[::-1], recipes, plants, border[::-1]
        )
    )  # fmt: skip
    here, there = finish(m, m.base), finish(other, other.base)
    for name, axis in (("gate", "nodes"), ("paid", "uses"), ("wanted", "uses")):
        a, b = by_name(m, getattr(here, name), axis), by_name(other, getattr(there, name), axis)
        assert b == pytest.approx(a, rel=1e-9, nan_ok=True)


def test_a_smooth_market_is_left_as_clearing_has_it(toy):
    cleared = clearing.clear(
        np.zeros(len(toy.nodes)), toy.network, toy.economy, toy.base
    )  # fmt: skip
    gate = clearing.price(np.asarray(cleared.unknown), toy.economy, toy.base).gate
    answer = finish(toy, toy.base)
    assert answer.converged
    assert answer.gate == pytest.approx(np.asarray(gate), rel=1e-7)


def test_a_smooth_product_and_an_exact_one_meet_in_one_chain(build):
    rows = [
        ("A", "ore", "supply", LINEAR, 0, 1), ("B", "ore", "supply", LINEAR, 0, 0.5),
        ("B", "ox", "demand", LINEAR, 100, 1), ("C", "ox", "demand", LINEAR, 50, 1),
    ]  # fmt: skip
    m = market(
        build(
            "ABC", {"ore": 4, "ox": "inf"}, rows, [("ore", "A", "B", 2), ("ox", "B", "C", 6)],
            [("r", "ore", -2), ("r", "ox", 1)], [("p", "B", "r", "", 5)],
        )
    )  # fmt: skip
    answer = finish(m, m.base)
    gate, paid = by_name(m, answer.gate, "nodes"), by_name(m, answer.paid, "uses")
    flow = by_name(m, answer.flow, "arcs")
    far, near = gate["A", "ore"] + 2, gate["B", "ore"]
    share = far**-4 / (far**-4 + near**-4)
    assert paid["B", "ore"] == pytest.approx(share * far + (1 - share) * near)
    assert flow["ore", "A", "B"] == pytest.approx(2 * share * answer.activity[0])
    assert flow["ore", "A", "B"] == pytest.approx(gate["A", "ore"])
    assert gate["B", "ox"] == pytest.approx(2 * paid["B", "ore"] + 5)
    assert paid["C", "ox"] == pytest.approx(gate["B", "ox"] + 6)
    assert answer.activity[0] == pytest.approx(100 - paid["B", "ox"] + max(0, 50 - paid["C", "ox"]))


def test_a_start_that_is_far_off_leads_to_the_same_answer(build):
    m = market(build(*draw(np.random.default_rng(2), 4, 1)))
    here = finish(m, m.base)
    there = finish(m, m.base, start=np.linspace(-4, 4, len(m.nodes)))
    assert there.gate == pytest.approx(here.gate, rel=1e-9)


@pytest.mark.slow
def test_the_shipped_world_clears_when_one_element_knows_no_origin(base):
    exact_use = np.array([product.startswith("ndpr") for _, product in base.uses])
    answer = finish(replace(base, exact_use=exact_use), base.base)
    assert answer.converged
    sent = np.bincount(base.network.arc_node, answer.flow, minlength=len(base.nodes))
    assert answer.supplied == pytest.approx(sent + answer.excess, rel=1e-8)
