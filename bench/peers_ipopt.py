"""IPOPT through CasADi on the market's equations: a square system as an optimum without objective.

The floor's kink becomes (z + sqrt(z^2 + 4 m^2)) / 2, and m goes to 0 in stages, each started at the
last. Derivatives are CasADi's own, exact, of compiled-once expression graphs.
"""

from typing import Any

import numpy as np
from peers_problem import Problem

from stannary.market.levers import Array

STAGES = (1e-3, 1e-9)
"""m over the arc's floor-free price: where the kink is rounded, and by how much, stage by stage."""

QUIET: dict[str, Any] = {
    "print_time": False,
    "show_eval_warnings": False,
    "ipopt.print_level": 0,
    "ipopt.sb": "yes",
    "ipopt.tol": 1e-11,
    "ipopt.constr_viol_tol": 1e-11,
    "ipopt.max_iter": 300,
}

FURTHEST = 5.0
"""Bound on log prices over base prices: without one its first steps overflow and it gives up."""


class Ipopt:
    """IPOPT with MUMPS, as CasADi ships it.

    newton  leave the Hessian out: without an objective every step is then Newton's own, which is the
            fastest; else CasADi's exact one, as it comes
    """

    threads = 1

    def __init__(self, problem: Problem, newton: bool = True) -> None:
        import casadi as ca

        self.name = "IPOPT (CasADi), no Hessian" if newton else "IPOPT (CasADi)"
        self.problem = problem
        self.scale = problem.steepness * problem.base_price[problem.arc_node]
        nodes = len(problem.base_price)
        x = ca.SX.sym("x", nodes)
        given = ca.SX.sym("given", 2 * len(problem.arc_node))
        options = dict(QUIET)
        if newton:
            options["hess_lag"] = ca.Function(
                "nothing",
                [x, given, ca.SX.sym("f"), ca.SX.sym("g", nodes)],
                [ca.SX(nodes, nodes)],
                ["x", "p", "lam_f", "lam_g"],
                ["triu_hess_gamma_x_x"],
            )
        stated = {"x": x, "p": given, "f": 0, "g": _residual(ca, problem, x, given)}
        self.program = ca.nlpsol("market", "ipopt", stated, options)

    def solve(self, headroom: Array) -> Array | None:
        """See `peers_problem.Solver`."""
        x: Any = np.zeros(len(self.problem.base_price))
        for stage in STAGES:
            given = np.concatenate([headroom, stage * self.scale])
            found = self.program(x0=x, p=given, lbg=0, ubg=0, lbx=-FURTHEST, ubx=FURTHEST)
            x = found["x"]
        if not self.program.stats()["success"]:
            return None
        return np.asarray(x).ravel()


def _residual(ca: Any, p: Problem, x: Any, parameters: Any) -> Any:
    """Supply less use of every node over base supply, as one CasADi expression."""
    arcs, node, use = len(p.arc_node), p.arc_node.tolist(), p.arc_use.tolist()
    headroom, rounding = parameters[:arcs], parameters[arcs:]
    gate = p.base_price * ca.exp(x)
    at = gate[node]
    room = headroom - p.steepness * at
    top_up = (room + ca.sqrt(room**2 + 4 * rounding**2)) / 2
    floored = (p.liable > 0).astype(float)
    landed = p.fixed + p.per_price * at + (p.liable * floored) * top_up
    pull = ca.exp(p.log_weight - p.sigma[p.arc_use] * ca.log(landed))

    def summed(values: Any, places: Array, length: int) -> Any:
        count = len(places)
        ones = ca.DM.ones(count)
        adds = ca.DM.triplet(places.tolist(), list(range(count)), ones, length, count)
        return ca.mtimes(adds, values)

    share = pull / summed(pull, p.arc_use, p.uses)[use]
    average = summed(share * landed, p.arc_use, p.uses)
    plants, nodes = len(p.cost), len(p.base_price)
    margin = (
        summed(p.made * gate[p.made_node.tolist()], p.made_plant, plants)
        - summed(p.used * average[p.used_use.tolist()], p.used_plant, plants)
        - p.cost
    )
    # The logistic by tanh: far from break-even its exponential would overflow.
    activity = p.capacity * (1 + ca.tanh(margin / (2 * p.spread))) / 2
    bent = p.base_use * (average[p.segment_use.tolist()] / p.reference) ** p.elasticity
    wanted = summed(bent, p.segment_use, p.uses) + summed(
        p.used * activity[p.used_plant.tolist()], p.used_use, p.uses
    )
    supplied = summed(p.made * activity[p.made_plant.tolist()], p.made_node, nodes)
    shipped = summed(share * wanted[use], p.arc_node, nodes)
    return (supplied - shipped) / p.base_supply
