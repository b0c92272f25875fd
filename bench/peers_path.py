"""PATH through GAMSPy on the market's equations, kinks stated exactly as complementarity.

The model is generated once and frozen: between scenarios floors and start are handed over in memory.
GAMSPy's own demonstration licence takes up to 1,000 rows of a nonlinear model and needs no network.

Stated in logs (prices, average prices, sums of shares), for then a step of PATH's is nearly one of
Newton's on the small system. In prices themselves it took four times as long and failed on some.
"""

import tempfile
from typing import Any

import numpy as np
from peers_problem import Problem, at_start

from stannary.market.levers import Array

OPTIONS = {"convergence_tolerance": "1e-10", "crash_method": "none"}
"""PATH's crash start, meant for far starts, cost more than it saved."""

MOST_ROWS = 1000
"""Rows of a nonlinear model that the demonstration licence takes."""


class Path:
    """GAMS/PATH. `own` collects the seconds that PATH itself reports, by solve."""

    threads = 1

    def __init__(self, problem: Problem) -> None:
        import gamspy as gp

        self.problem, self.own = problem, list[float]()
        self.name = "PATH (through GAMSPy)"
        self.scale = problem.base_price[problem.arc_node]
        stated = _Stated(gp, problem)
        self.rows = stated.rows
        if self.rows > MOST_ROWS:
            raise ValueError(f"{self.rows} rows: more than the demonstration licence takes")
        self.room, self.log_price, self.top_up = stated.room, stated.log_price, stated.top_up
        self.start = {variable: variable.records.copy() for variable in stated.starts}
        self.model = stated.model
        self.model.freeze(
            modifiables=[self.room, self.top_up.l, *(variable.l for variable in self.start)]
        )

    def solve(self, headroom: Array) -> Array | None:
        """See `peers_problem.Solver`."""
        p = self.problem
        for variable, records in self.start.items():
            variable.setRecords(records)
        room = (headroom / self.scale)[p.floored]
        self.room.setRecords(self.room.records.assign(value=room))
        due = np.maximum(room - p.steepness[p.floored], 0.0)
        self.top_up.setRecords(self.top_up.records.assign(level=due))
        summary = self.model.solve(solver="path", solver_options=OPTIONS)
        self.own.append(float(summary["Solver Time"].iloc[0]))
        if "Optimal" not in str(summary["Model Status"].iloc[0]):
            return None
        return self.log_price.records["level"].to_numpy()


class _Stated:
    """The model in GAMSPy's terms. Money of a row is in its own base price, so that rows compare."""

    def __init__(self, gp: Any, p: Problem) -> None:
        import pandas as pd

        # Relations of index sets are written as equalities; the checker would call them ambiguous.
        gp.set_options({"ALLOW_AMBIGUOUS_EQUATIONS": "yes"})
        m = gp.Container(working_directory=tempfile.mkdtemp(prefix="peers-"))
        sizes = {
            "n": len(p.base_price), "u": p.uses, "a": len(p.arc_node), "k": len(p.cost),
            "o": len(p.made), "i": len(p.used), "s": len(p.base_use),
        }  # fmt: skip
        names = {letter: [f"{letter}{j}" for j in range(size)] for letter, size in sizes.items()}
        axes = {letter: gp.Set(m, letter, records=names[letter]) for letter in sizes}
        n, u, a, k, o, i, s = (axes[letter] for letter in "nuakois")

        def parameter(name: str, letter: str, values: Array) -> Any:
            records = pd.DataFrame({letter: names[letter], "value": values})
            return gp.Parameter(m, name, domain=axes[letter], records=records)

        def relation(first: str, second: str, places: Array) -> Any:
            other = [names[second][j] for j in places]
            records = pd.DataFrame({first: names[first], second: other})
            domain = [axes[first], axes[second]]
            return gp.Set(m, f"{first}_{second}", domain=domain, records=records)

        def variable(name: str, letter: str, start: Array) -> Any:
            records = pd.DataFrame(
                {letter: names[letter], "level": start, "lower": -np.inf, "upper": np.inf}
            )
            return gp.Variable(m, name, domain=axes[letter], type="free", records=records)

        of_node, of_use = relation("a", "n", p.arc_node), relation("a", "u", p.arc_use)
        made_by, makes = relation("o", "k", p.made_plant), relation("o", "n", p.made_node)
        used_by, draws = relation("i", "k", p.used_plant), relation("i", "u", p.used_use)
        ends = relation("s", "u", p.segment_use)

        gate, sigma = p.base_price[p.arc_node], p.sigma[p.arc_use]
        floored = [names["a"][j] for j in p.floored]
        liable_arc = gp.Set(m, "liable_arc", domain=a, records=floored)
        fixed, per_price = (
            parameter("fixed", "a", p.fixed / gate),
            parameter("per_price", "a", p.per_price),
        )
        liable, steep = parameter("liable", "a", p.liable), parameter("steep", "a", p.steepness)
        room_of = pd.DataFrame({"a": floored, "value": 0.0})
        room = gp.Parameter(m, "room", domain=a, records=room_of)
        # share ~ weight (landed / base price)^-sigma
        weight = parameter("weight", "a", np.exp(p.log_weight - sigma * np.log(gate)))
        elasticity = parameter("elasticity", "a", sigma)
        money = np.zeros(p.uses)
        np.maximum.at(money, p.arc_use, gate)
        coin, price = parameter("coin", "u", money), parameter("price", "n", p.base_price)
        in_coin = parameter("in_coin", "a", gate / money[p.arc_use])
        supply = parameter("supply", "n", p.base_supply)
        begin = at_start(p)
        load = parameter("load", "u", begin.wanted)
        made, used = parameter("made", "o", p.made), parameter("used", "i", p.used)
        capacity, cost = parameter("capacity", "k", p.capacity), parameter("cost", "k", p.cost)
        spread = parameter("spread", "k", p.spread)
        need = parameter(
            "need", "s", p.base_use * (money[p.segment_use] / p.reference) ** p.elasticity
        )
        bend = parameter("bend", "s", p.elasticity)

        log_price = variable("log_price", "n", np.zeros(sizes["n"]))
        log_pull = variable("log_pull", "u", np.log(begin.pull))
        log_paid = variable("log_paid", "u", np.log(begin.average / money))
        wanted = variable("wanted", "u", np.ones(p.uses))
        runs = variable("runs", "k", begin.running)
        due = pd.DataFrame({"a": floored, "level": 0.0, "lower": 0.0, "upper": np.inf})
        top_up = gp.Variable(m, "top_up", domain=a, type="positive", records=due)
        exp, log = gp.math.exp, gp.math.log

        at_gate = gp.Sum(of_node[a, n], exp(log_price[n]))
        landed = fixed[a] + per_price[a] * at_gate + liable[a] * top_up[a].where[liable_arc[a]]
        pull = weight[a] * landed ** (-elasticity[a])

        equation = {
            name: gp.Equation(m, name, domain=axes[letter])
            for name, letter in (
                ("topped", "a"), ("pulls", "u"), ("paid", "u"), ("running", "k"), ("wants", "u"),
                ("clears", "n"),
            )
        }  # fmt: skip
        equation["topped"][liable_arc[a]] = top_up[a] - (room[a] - steep[a] * at_gate) >= 0
        equation["pulls"][u] = log_pull[u] - log(gp.Sum(of_use[a, u], pull)) == 0
        equation["paid"][u] = (
            log_paid[u] + log_pull[u] - log(gp.Sum(of_use[a, u], pull * landed * in_coin[a])) == 0
        )
        sold = gp.Sum(
            gp.Domain(o, n).where[made_by[o, k] & makes[o, n]],
            made[o] * price[n] * exp(log_price[n]),
        )
        bought = gp.Sum(
            gp.Domain(i, u).where[used_by[i, k] & draws[i, u]],
            used[i] * coin[u] * exp(log_paid[u]),
        )
        equation["running"][k] = (
            runs[k] - gp.math.sigmoid((sold - bought - cost[k]) / spread[k]) == 0
        )
        by_plants = gp.Sum(
            gp.Domain(i, k).where[draws[i, u] & used_by[i, k]], used[i] * capacity[k] * runs[k]
        )
        by_ends = gp.Sum(ends[s, u], need[s] * exp(bend[s] * log_paid[u]))
        equation["wants"][u] = wanted[u] - (by_ends + by_plants) / load[u] == 0
        supplied = gp.Sum(
            gp.Domain(o, k).where[makes[o, n] & made_by[o, k]], made[o] * capacity[k] * runs[k]
        )
        shipped = gp.Sum(
            gp.Domain(a, u).where[of_node[a, n] & of_use[a, u]],
            pull * exp(-log_pull[u]) * load[u] * wanted[u],
        )
        equation["clears"][n] = (supplied - shipped) / supply[n] == 0

        self.room, self.log_price, self.top_up = room, log_price, top_up
        self.starts = (log_price, log_pull, log_paid, wanted, runs)
        self.rows = len(p.floored) + 3 * p.uses + sizes["k"] + sizes["n"]
        self.model = gp.Model(
            m,
            "market",
            problem="MCP",
            matches={
                equation["topped"]: top_up,
                equation["pulls"]: log_pull,
                equation["paid"]: log_paid,
                equation["running"]: runs,
                equation["wants"]: wanted,
                equation["clears"]: log_price,
            },
        )
