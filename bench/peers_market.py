"""The same markets, cleared here and by other solvers, side by side in one run.

    pip install -e '.[bench]'
    python bench/peers_market.py [--share 0.01] [--all]

Two markets, each under floors drawn from a seed: a generated world of 25 regions and 6 products, and
the rare-earth chain of base-2024 under bloc-2026. Every solver gets the same equations, the same
floors and the same start, base prices; peers get them written out anew (`peers_problem`). Setting up
and compiling are told apart from solving. Every answer is compared with ours, price by price.

`--share` of the scenarios are solved: 0.01 is a smoke test, 1 takes minutes. Peers that are not
installed are named and left out. Figures are good for one machine and one run: read the ratios.
"""

# ruff: noqa: T201  what it finds goes to the terminal

import argparse
import gc
import importlib.metadata
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

# Before any of them loads: one thread of linear algebra is the fastest for systems of this size.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
from model_25 import market_25
from peers_problem import Problem, Solver, problem

from market import chain_of, drawn, machine
from stannary.agreement import Agreement
from stannary.market import clearing
from stannary.market.calibrate import Market, market
from stannary.market.from_agreement import bridge
from stannary.market.levers import Array, Economy, Levers, Network, direct
from stannary.market.outcome import default_day
from stannary.world import World

SCENARIOS = 256
"""Sets of floors at a share of 1."""

FEWEST = 2
AGREE = 1e-6
"""Largest relative difference of any price at which two solvers found the same market."""

ROUNDS = 5
"""How often our batch is run: it is over too soon to be timed once."""


@dataclass(frozen=True, slots=True)
class Case:
    """One market and its scenarios: levers stacked along a first axis."""

    name: str
    market: Market
    scenarios: Levers

    @property
    def count(self) -> int:
        """How many scenarios there are."""
        return len(self.scenarios.floor)

    def scenario(self, number: int) -> Levers:
        """The levers of one of them."""
        return Levers(*(values[number] for values in self.scenarios))


class Line(NamedTuple):
    """What one solver did, in seconds; the answer to each scenario, None where it found none.

    setup    building, compiling and a first solve
    seconds  of each scenario; of each run of a batch, a scenario's part
    busy     processor time of a scenario, on average, over all threads
    """

    name: str
    threads: int
    setup: float
    seconds: Array
    busy: float
    answers: list[Array | None]


def cases(share: float) -> Iterator[Case]:
    """The two markets."""
    count = max(FEWEST, round(share * SCENARIOS))
    place, levers = market_25()
    yield Case("25 regions x 6 products, generated", place, drawn(levers, count))
    world, bloc = World.load("base-2024"), Agreement.load("bloc-2026")
    chain = chain_of(world, "ndpr.oxide")
    # One class of buyers for each use: what tells them apart, evasion, is not in the equations.
    chain = replace(
        chain, segments=tuple(replace(s, audit_class="", origin_rule="") for s in chain.segments)
    )
    place = market(chain)
    law = bridge(place, bloc.on(default_day(bloc))).levers
    levers = direct(law, len(place.arcs))
    levers = levers._replace(tempted=0 * levers.tempted, capture=0 * levers.capture)
    yield Case("rare-earth chain of base-2024, bloc-2026", place, drawn(levers, count))


def ours(case: Case) -> Iterator[Line]:
    """This package: one by one, in a batch, and a batch on two threads.

    As for the peers, what does not change is handed over once, and each scenario brings its floors.
    """
    import jax

    place, floors = case.market, case.scenarios.floor
    start = np.zeros(len(place.nodes))
    given = jax.device_put((start, place.network, place.economy, case.scenario(0)))

    @jax.jit
    def clear(floor: Array, given: tuple[Array, Network, Economy, Levers]) -> clearing.Cleared:
        start, network, economy, levers = given
        return clearing.clear(start, network, economy, levers._replace(floor=floor))

    @jax.jit
    def batch(floors: Array, given: tuple[Array, Network, Economy, Levers]) -> clearing.Cleared:
        return jax.lax.map(lambda floor: clear(floor, given), floors)

    def one(floor: Array) -> Array:
        return np.asarray(clear(floor, given).unknown)

    setup = _spent(lambda: one(floors[0]))
    answers: list[Array | None] = []
    seconds, busy = _timed([lambda floor=floor: answers.append(one(floor)) for floor in floors])
    yield Line("stannary, one by one", 1, setup, seconds, busy, answers)

    def whole() -> list[clearing.Cleared]:
        return [jax.block_until_ready(batch(floors, given))]

    yield _batched("stannary, batch", 1, whole, case.count)
    halves = [np.ascontiguousarray(floors[k::2]) for k in range(2)]
    with ThreadPoolExecutor(2) as pool:

        def both() -> list[clearing.Cleared]:
            return list(pool.map(lambda half: jax.block_until_ready(batch(half, given)), halves))

        yield _batched("stannary, batch", 2, both, case.count)


def _batched(
    name: str, threads: int, work: Callable[[], list[clearing.Cleared]], count: int
) -> Line:
    setup = _spent(work)
    seconds, busy = _timed([work] * ROUNDS)
    answers: list[Array | None] = [None] * count
    for part, found in enumerate(parts := work()):
        for number, (unknown, residual) in enumerate(
            zip(np.asarray(found.unknown), np.asarray(found.residual), strict=True)
        ):
            if residual.max() <= clearing.TOLERANCE:
                answers[number * len(parts) + part] = unknown
    return Line(name, threads, setup, seconds / count, busy / count, answers)


def _timed(works: Sequence[Callable[[], object]]) -> tuple[Array, float]:
    """Seconds of each piece of work, and the processor time of one on average."""
    gc.collect()
    began = time.process_time()
    seconds = np.array([_spent(work) for work in works])
    return seconds, (time.process_time() - began) / len(works)


def _spent(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peers() -> Iterator[tuple[str, Callable[[Problem], Solver] | None]]:
    """Every peer's name, and how to set it up; None where it is not installed."""
    import peers_scipy

    yield "SciPy", peers_scipy.Newton
    yield "SciPy", peers_scipy.Root
    if importlib.util.find_spec("casadi"):
        import peers_ipopt

        yield "IPOPT", peers_ipopt.Ipopt
        yield "IPOPT", lambda p: peers_ipopt.Ipopt(p, newton=False)
    else:
        yield "IPOPT (casadi)", None
    if importlib.util.find_spec("gamspy"):
        import peers_path

        yield "PATH", peers_path.Path
    else:
        yield "PATH (gamspy)", None


def solved(case: Case, setup: Callable[[Problem], Solver]) -> tuple[Line, Solver]:
    """What a peer makes of every scenario, after one to warm up on."""
    equations = problem(case.market, case.scenario(0))
    rooms = [equations.headroom_under(case.scenario(number)) for number in range(case.count)]
    began = time.perf_counter()
    solver = setup(equations)
    solver.solve(rooms[0])
    spent = time.perf_counter() - began
    answers: list[Array | None] = []
    seconds, busy = _timed([lambda room=room: answers.append(solver.solve(room)) for room in rooms])
    return Line(solver.name, solver.threads, spent, seconds, busy, answers), solver


def difference(line: Line, reference: Line) -> float:
    """Largest relative difference of any price from the reference; NaN: no scenario of both."""
    worst = [
        float(np.abs(np.expm1(a - b)).max())
        for a, b in zip(line.answers, reference.answers, strict=True)
        if a is not None and b is not None
    ]
    return max(worst, default=float("nan"))


def show(line: Line, reference: Line, best: Line) -> bool:
    """Prints a line; False where its answers differ from the reference's."""
    apart, median = difference(line, reference), float(np.median(line.seconds))
    one = median / float(np.median(reference.seconds))
    batch = median / float(np.median(best.seconds))
    failed = sum(answer is None for answer in line.answers)
    agrees = not apart > AGREE  # where one found nothing there is nothing to differ
    print(
        f"  {line.name:<30}{line.threads:>3}{line.setup:>9.2f}{1e3 * median:>10.3f}"
        f"{1e3 * float(line.seconds.mean()):>10.3f}{1e3 * line.busy:>10.3f}"
        f"{one:>9.1f}{batch:>9.1f}{apart:>10.0e}{failed:>8}{'' if agrees else '   DIFFERS'}",
        flush=True,
    )
    return agrees


def compare(case: Case) -> bool:
    """Prints the table of one market; whether all answers agree."""
    place = case.market
    print(
        f"\n{case.name}: {len(place.nodes)} unknowns, {len(place.arcs)} routes,"
        f" {case.count} scenarios"
    )
    print(
        f"  {'solver':<30}{'thr':>3}{'set-up s':>9}{'median ms':>10}{'mean ms':>10}{'busy ms':>10}"
        f"{'x single':>9}{'x batch':>9}{'apart':>10}{'failed':>8}"
    )
    lines = list(ours(case))
    single, best = lines[0], min(lines[1:], key=lambda line: float(np.median(line.seconds)))
    agree = [show(line, single, best) for line in lines]
    for name, setup in peers():
        if setup is None:
            print(f"  {name:<30}not installed")
            continue
        try:
            line, solver = solved(case, setup)
        except ValueError as refused:
            print(f"  {name:<30}left out: {refused}")
            continue
        agree.append(show(line, single, best))
        own = getattr(solver, "own", None)
        if own:
            print(f"  {'  of that, PATH by itself':<42}{1e3 * float(np.median(own[1:])):>10.3f}")
    return all(agree)


def main() -> int:
    """Prints both tables. 1 where two solvers found different prices."""
    parser = argparse.ArgumentParser(description="Our market solver and its peers, side by side.")
    parser.add_argument("--share", type=float, default=1.0, help="of the scenarios, above 0 to 1")
    parser.add_argument("--all", action="store_true", help="fail where a peer is not installed")
    given = parser.parse_args()
    share = given.share
    if not 0 < share <= 1:
        parser.error(f"--share {share:g} is not above 0 and at most 1")
    absent = [name for name, setup in peers() if setup is None]
    if given.all and absent:
        parser.error(f"not installed: {', '.join(absent)}")
    print(machine())
    versions = {
        name: importlib.metadata.version(name)
        for name in ("jax", "scipy", "casadi", "gamspy")
        if importlib.util.find_spec(name)
    }
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    agree = [compare(case) for case in cases(share)]
    print(
        "\nthr: threads. Every peer runs on one, so `x batch` holds the gain of our second one too."
        "\nx single, x batch: median time over that of ours one by one, and in our faster batch."
        "\nbusy: processor time. apart: largest relative difference of a price from ours,"
        f" at most {AGREE:g}\nwhere all is well. IPOPT: corners rounded by 1e-3, then 1e-9; first"
        " without a Hessian,\nthen with CasADi's exact one."
    )
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
