"""Mixed complementarity problems: x within its bounds, and F(x) on the side that the bound allows.

    x = low -> F >= 0,    low < x < high -> F = 0,    x = high -> F <= 0

Two stages. A smooth path leads towards the answer: the corner of each condition is rounded by a
parameter mu that falls to 0 (Chen and Harker 1993, Kanzow 1996; for boxes Chen and Mangasarian
1996). Then the conditions that hold are read off and solved as equations by least squares, a
semismooth Newton step (Qi and Sun 1993), which ends at rounding error. Which conditions hold need
not be unique: tonnes between two routes of the same cost go by the smallest move.

The function of Fischer (1992) has the same zeros; the rounded middle takes two bounds as easily.

Next: `exact`, which writes a market of perfect substitutes in this form.
"""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, LinAlgWarning, lstsq, solve

from .levers import Array

AIM = 1e-13
"""Violation at which nothing is left to gain."""

DONE = 1e-11
"""Violation at which a start counts as an answer already."""

NEAR = 1e-6
"""Violation from which the equations of the active conditions are worth a try."""

LAST_MU = 1e-12
STEPS = 400
STEPS_A_LEVEL = 40
POLISHING = 12
LONGEST_STEP = 100.0
FIRMEST = 10.0


class Problem(NamedTuple):
    """F and its derivatives, scaled so that x and F are of order 1, and the bounds of x.

    value, slope  F: (n) -> (n); F': (n) -> (n, n)
    low, high     (n)  -inf and inf where there is none
    """

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    low: Array
    high: Array


class Solved(NamedTuple):
    """How a solve ended.

    x          (n)  within its bounds
    violation  (n)  |x - mid(low, x - F, high)|: 0 where the condition holds
    steps      Newton steps, of both stages
    """

    x: Array
    violation: Array
    steps: int


def violation(x: Array, problem: Problem) -> Array:
    """Natural residual (n): how far x is from mid(low, x - F(x), high); NaN counts as infinite."""
    gap = np.abs(x - np.clip(x - problem.value(x), problem.low, problem.high))
    return np.where(np.isnan(gap), np.inf, gap)


def solve_mixed(problem: Problem, start: Array) -> Solved:
    """Solve from `start` (n). The best point met is returned, whatever its violation."""
    best = _tidy(start, problem, 0)
    if np.max(best.violation) < NEAR:
        best = _polish(best, problem)
        if np.max(best.violation) <= DONE:
            return best
    x, anchor = start, start
    mu = float(np.clip(np.max(violation(x, problem)), 1e-4, 1.0))
    steps, tried = best.steps, False
    while mu > LAST_MU and steps < STEPS:
        x, taken = _follow(x, mu, problem, anchor)
        steps += taken
        here = _tidy(x, problem, steps)
        best = _better(best, here)
        worst = np.max(here.violation)
        if worst < NEAR or (mu < 1e-2 and not tried):
            tried = True
            polished = _polish(here, problem)
            steps += polished.steps - here.steps
            best = _better(best, polished)
            if np.max(best.violation) <= DONE:
                return best
        if taken >= STEPS_A_LEVEL and worst > 1e6:
            break
        # A level that took few steps says that the path is straight here.
        mu *= 0.05 if taken <= 4 else 0.25
    return _polish(best, problem)._replace(steps=steps)


def _tidy(x: Array, problem: Problem, steps: int) -> Solved:
    inside = np.clip(x, problem.low, problem.high)
    return Solved(inside, violation(inside, problem), steps)


def _better(one: Solved, other: Solved) -> Solved:
    return other if np.max(other.violation) < np.max(one.violation) else one


def _rounded(z: Array, mu: float) -> tuple[Array, Array]:
    """max(0, z) with a rounded corner, and its slope: (z + sqrt(z^2 + 4 mu^2)) / 2."""
    root = np.sqrt(z * z + 4 * mu * mu)
    # For z << 0 the sum would cancel; the quotient keeps the tail's relative accuracy.
    value = np.where(z > 0, (z + root) / 2, 2 * mu * mu / (root - z + 1e-300))
    return value, value / root


def _conditions(x: Array, f: Array, mu: float, problem: Problem) -> tuple[Array, Array]:
    """Middle of low, x - F and high, from x, with rounded corners (n), and its weight on F (n).

    mid(low, z, high) = z + (low - z)+ - (z - high)+, so that a free variable keeps F itself.
    """
    z = x - f
    bounded, capped = np.isfinite(problem.low), np.isfinite(problem.high)
    under, under_slope = _rounded(np.where(bounded, problem.low, 0.0) - np.where(bounded, z, 0), mu)
    over, over_slope = _rounded(np.where(capped, z, 0) - np.where(capped, problem.high, 0.0), mu)
    value = f - np.where(bounded, under, 0.0) + np.where(capped, over, 0.0)
    return value, 1 - np.where(bounded, under_slope, 0.0) - np.where(capped, over_slope, 0.0)


def _follow(x: Array, mu: float, problem: Problem, anchor: Array) -> tuple[Array, int]:
    """Newton on the rounded conditions until they hold to a tenth of mu.

    F is pulled towards the anchor by a little times mu (Tikhonov): prices that nothing fixes stay
    near where they started instead of running away, and of many answers one is chosen smoothly.
    """
    pull = 1e-3 * mu
    firmness = 0.0

    def at(point: Array) -> tuple[Array, Array, float]:
        f = problem.value(point) + pull * (point - anchor)
        value, weight = _conditions(point, f, mu, problem)
        norm = float(np.linalg.norm(value))
        return value, weight, norm if np.isfinite(norm) else np.inf

    value, weight, norm = at(x)
    for taken in range(STEPS_A_LEVEL):
        if np.max(np.abs(value)) <= 0.1 * mu:
            return x, taken
        slope = problem.slope(x) + pull * np.eye(len(x))
        while True:
            move = _newton_step(slope, weight, value, firmness)
            length = 1.0
            for _ in range(8):
                there = at(x + length * move)
                if there[2] <= (1 - 1e-4 * length) * norm:
                    break
                length *= 0.4
            else:
                # The direction is no good: lean towards standing still, and try again.
                firmness = max(10 * firmness, 1e-6)
                if firmness > FIRMEST:
                    return x, taken + 1
                continue
            break
        firmness = firmness / 10 if firmness > 1e-7 else 0.0
        x = x + length * move
        value, weight, norm = there
    return x, STEPS_A_LEVEL


def _newton_step(slope: Array, weight: Array, value: Array, firmness: float) -> Array:
    """Newton's step, with F' + firmness I in place of F': regular for every monotone F."""
    n = len(value)
    matrix = weight[:, None] * (slope + firmness * np.eye(n)) + np.diag(1 - weight)
    move = _solve(matrix, -value)
    longest = np.max(np.abs(move))
    return move * min(1.0, LONGEST_STEP / longest) if longest > 0 else move


def _solve(matrix: Array, right: Array) -> Array:
    """Solution of the square system, or where it is singular the shortest least-squares one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", LinAlgWarning)
            move = solve(matrix, right, check_finite=False)
        if np.all(np.isfinite(move)):
            return move
    except (LinAlgError, LinAlgWarning, ValueError):
        pass
    return _shortest(matrix, right)


def _polish(begin: Solved, problem: Problem) -> Solved:
    """Solve the equations of the conditions that hold: x at its bound, or F = 0. Keeps the best."""
    best, x = begin, begin.x
    for step in range(1, POLISHING + 1):
        if np.max(best.violation) <= AIM:
            break
        f = problem.value(x)
        at_low, at_high = x - f <= problem.low, x - f >= problem.high
        free = ~(at_low | at_high)
        if not np.all(np.isfinite(f)):
            break
        target = np.where(at_low, problem.low, np.where(at_high, problem.high, x))
        move = target - x
        if free.any():
            slope = problem.slope(x)
            right = -f[free] - slope[np.ix_(free, ~free)] @ move[~free]
            move[free] = _shortest(slope[np.ix_(free, free)], right)
        x = x + move
        here = _tidy(x, problem, begin.steps + step)
        if np.max(here.violation) > 1e3 * max(np.max(best.violation), AIM):
            break
        best = _better(best, here)
    return best


def _shortest(matrix: Array, right: Array) -> Array:
    """The shortest of the least-squares solutions; rows and columns are of order 1."""
    if not (np.all(np.isfinite(matrix)) and np.all(np.isfinite(right))):
        return np.zeros_like(right)
    found = lstsq(matrix, right, lapack_driver="gelsy", cond=1e-12)
    assert found is not None  # SciPy's types allow None, its code does not
    return found[0]
