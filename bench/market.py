"""How fast a market clears: solves per second, alone and in batches, on this machine.

    python bench/market.py [--seconds 3]

Every solve starts from base prices under floors drawn from a seed, each between half and twice the
bloc's, so that each takes several Newton steps. Two markets: the rare-earth chain, and the whole base
world. Compilation is not in the figures. Ratios are between figures of one run.
"""

# ruff: noqa: T201  what it finds goes to the terminal

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np

from stannary.agreement import Agreement
from stannary.market import clearing
from stannary.market.calibrate import Market, linked_products, market
from stannary.market.from_agreement import bridge
from stannary.market.levers import Levers
from stannary.market.outcome import default_day
from stannary.world import World

BATCH = 32


def machine() -> str:
    """The processor, the cores that this process may use, and the platform, in words."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    cpu = names[0] if names else platform.processor() or platform.machine()
    return f"{cpu}, {cores()} cores, {platform.platform()}, Python {platform.python_version()}"


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def chain_of(world: World, product: str) -> World:
    """The world of the products that recipes join to this one, and nothing else."""
    linked = linked_products(world, (product,))
    recipes = {n: r for n, r in world.recipes.items() if r.coefficients.keys() <= linked}
    return replace(
        world,
        recipes=recipes,
        plants=tuple(plant for plant in world.plants if plant.recipe in recipes),
        segments=tuple(s for s in world.segments if s.product in linked),
        flows=tuple(f for f in world.flows if f.product in linked),
        prices=tuple(p for p in world.prices if p.product in linked),
    )


def drawn(levers: Levers, number: int) -> Levers:
    """`number` sets of levers, stacked: every product's floors times 0.5 to 2."""
    rng = np.random.default_rng(1)
    heights = np.unique(levers.floor)
    scale = np.exp(rng.uniform(np.log(0.5), np.log(2), (number, len(heights))))
    floor = levers.floor * scale[:, np.searchsorted(heights, levers.floor)]
    rest = {
        name: np.broadcast_to(value, (number, *value.shape))
        for name, value in levers._asdict().items()
    }
    return Levers(**rest | {"floor": floor})


def rate(work: Callable[[], object], each: int, seconds: float) -> float:
    """How many times a second `each` units of work are done, over at least `seconds`."""
    work()
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        work()
        done += each
    return done / spent


def measure(name: str, place: Market, levers: Levers, seconds: float) -> None:
    """Prints the figures of one market."""
    import jax

    start, network, economy = np.zeros(len(place.nodes)), place.network, place.economy
    cases = drawn(levers, BATCH)
    single = [jax.tree.map(lambda rows, i=i: rows[i], cases) for i in range(BATCH)]
    turn = iter(range(10**9))

    def one() -> object:
        found = clearing.clear(start, network, economy, single[next(turn) % BATCH])
        return jax.block_until_ready(found)

    @jax.jit
    def batch(levers: Levers) -> clearing.Cleared:
        return jax.lax.map(partial(clearing.clear, start, network, economy), levers)

    @jax.jit
    def newton_step(unknown: np.ndarray, levers: Levers) -> np.ndarray:
        here = clearing.balance(unknown, network, economy, levers)
        slope = clearing.jacobian(here, network, economy, levers)
        return jax.numpy.linalg.solve(slope, here.residual)

    found = batch(cases)
    failed = int((np.asarray(found.residual).max(axis=1) > clearing.TOLERANCE).sum())
    steps = np.asarray(found.iterations)
    step = 1e3 / rate(lambda: jax.block_until_ready(newton_step(start, single[0])), 1, seconds)
    alone = rate(one, 1, seconds)
    batched = rate(lambda: jax.block_until_ready(batch(cases)), BATCH, seconds)
    halves = [jax.tree.map(lambda rows, k=k: rows[k::2], cases) for k in range(2)]
    with ThreadPoolExecutor(2) as pool:
        both = rate(
            lambda: list(pool.map(lambda c: jax.block_until_ready(batch(c)), halves)),
            BATCH,
            seconds,
        )
    print(f"\n{name}: {len(place.nodes)} unknowns, {len(place.arcs)} routes")
    print(f"  Newton steps a solve   {steps.mean():9.1f}   ({steps.min()} to {steps.max()})")
    print(f"  one Newton step        {step:9.3f} ms")
    print(f"  one at a time          {alone:9.1f} solves/s")
    print(f"  batch of {BATCH}            {batched:9.1f} solves/s   {batched / alone:.2f} x single")
    print(f"  the same on 2 threads  {both:9.1f} solves/s   {both / batched:.2f} x one thread")
    print(f"  not cleared            {failed:9d} of {BATCH}")


def main() -> None:
    """Prints the figures of both markets."""
    parser = argparse.ArgumentParser(description="How fast a market clears.")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each figure")
    seconds = parser.parse_args().seconds
    print(machine())
    world, bloc = World.load("base-2024"), Agreement.load("bloc-2026")
    schedule = bloc.on(default_day(bloc))
    for name, part in (
        ("rare-earth chain of base-2024", chain_of(world, "ndpr.oxide")),
        ("whole base-2024", world),
    ):
        place = market(part)
        measure(name, place, bridge(place, schedule).levers, seconds)


if __name__ == "__main__":
    main()
