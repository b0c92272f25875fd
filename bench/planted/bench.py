"""`bench/inspect.py`, apart from its name: planted worlds made, inspected and judged."""

# ruff: noqa: T201  what it finds goes to the terminal

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from stannary.customs.inspect import inspect
from stannary.customs.law import read_law

from . import world
from .judge import LEAST, Judgment, empty, judge, lines

FIRST_SEED = 7001
"""Of the worlds judged; tune worlds begin at 1."""


def run(seeds: range, size: int, *, kept: bool) -> tuple[Judgment, int, float]:
    """The judgment over these worlds, the lines inspected, and the seconds that inspection took."""
    judgment, goods, seconds = empty(), 0, 0.0
    for seed in seeds:
        with TemporaryDirectory() as place:
            folder = world(seed, size, Path(place), kept=kept)
            law = read_law(folder / "law")
            began = time.perf_counter()
            seen = inspect(
                folder / "entries.csv", law, lots=folder / "lots.csv",
                parents=folder / "parents.csv", facilities=folder / "facilities.csv",
                payments=folder / "payments.csv",
            )  # fmt: skip
            seconds += time.perf_counter() - began
            goods += seen.goods
            judge(judgment, folder, seen.findings)
    return judgment, goods, seconds


def main() -> None:
    """Read the command line, run, print."""
    asked = argparse.ArgumentParser(description="inspection on planted worlds")
    asked.add_argument("--share", type=float, default=1.0, help="of the size")
    asked.add_argument("--size", type=int, default=50_000, help="clean lines of a world")
    asked.add_argument("--worlds", type=int, default=2)
    asked.add_argument("--tune", action="store_true", help="the worlds that may be tuned on")
    asked.add_argument("--detail", action="store_true", help="styles missed, look-alikes wronged")
    given = asked.parse_args()
    first = 1 if given.tune else FIRST_SEED
    size = max(300, round(given.size * given.share))
    judgment, goods, seconds = run(range(first, first + given.worlds), size, kept=not given.tune)
    name = "tune" if given.tune else "kept"
    print(
        f"{given.worlds} {name} worlds, {goods:,} lines, inspected in {seconds:.1f} s; "
        f"accused from a score of {LEAST}\n"
    )
    print("\n".join(lines(judgment, detail=given.detail)))
