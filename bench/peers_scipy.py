"""SciPy on the market's equations: its own root finder, and Newton's method with its LU."""

import numpy as np
from peers_problem import Problem, system
from scipy.linalg import lapack
from scipy.optimize import root

from stannary.market.levers import Array

GOAL = 1e-11
"""Largest residual at which Newton's method stops, as for the kernel."""


class Root:
    """`scipy.optimize.root`, Powell's hybrid method (MINPACK) with the analytic Jacobian."""

    threads = 1

    def __init__(self, problem: Problem) -> None:
        self.name = "SciPy root (hybr)"
        self.problem = problem

    def solve(self, headroom: Array) -> Array | None:
        """See `peers_problem.Solver`."""
        found = root(
            lambda x: system(self.problem, headroom, x),
            np.zeros(len(self.problem.base_price)),
            jac=True,
            method="hybr",
            tol=1e-12,
        )
        # At the last digits it reports slow progress; what counts is the residual.
        return found.x if np.abs(found.fun).max() < 1e-8 else None


class Newton:
    """Newton's method with LAPACK's LU and a halving line search, in NumPy and SciPy alone."""

    threads = 1

    def __init__(self, problem: Problem) -> None:
        self.name = "SciPy Newton (LU)"
        self.problem = problem

    def solve(self, headroom: Array) -> Array | None:
        """See `peers_problem.Solver`."""
        x = np.zeros(len(self.problem.base_price))
        value, slope = system(self.problem, headroom, x)
        for _ in range(100):
            worst = np.abs(value).max()
            if worst < GOAL:
                return x
            _, _, move, _ = lapack.dgesv(slope, -value)
            move *= min(1.0, 3.0 / np.abs(move).max())
            length, merit = 1.0, value @ value
            for _ in range(30):
                there = x + length * move
                value, slope = system(self.problem, headroom, there)
                if value @ value <= (1 - 1e-4 * length) * merit:
                    break
                length /= 2
            x = there
        return x if np.abs(value).max() < 1e-8 else None
