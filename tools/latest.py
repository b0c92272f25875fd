"""Moves the world `latest` to its targets again and writes its shifters. Takes a few minutes.

    python tools/latest.py

Run it after a change of targets.csv, of base-2024 or of the market. It prints how the misses shrink.
"""

import csv
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from stannary.market.shift import meet, neutral  # noqa: E402
from stannary.world import World  # noqa: E402

DAY = date(2027, 1, 1)
TABLE = ROOT / "src/stannary/world/tables/latest/shifters.csv"

MOVES = {
    # Both prices are known: demand (or, of a joint product that sets the basket, cost) moves China's,
    # a cost of getting goods out of China the other.
    ("ndpr.oxide", "china_fob"): "cost",
    ("ndpr.metal", "china_fob"): "cost",
    ("dy.oxide", "china_fob"): "demand", ("dy.oxide", "outside_china"): "export_cost",
    ("tb.oxide", "china_fob"): "demand", ("tb.oxide", "outside_china"): "export_cost",
    ("y.oxide", "china_fob"): "demand",
    ("sb.metal", "china_fob"): "demand", ("sb.metal", "outside_china"): "export_cost",
    ("lace.oxide", "china_fob"): "demand",
    # Licensed exports: the price outside rose alone.
    ("ga.crude", "outside_china"): "export_cost",
    # Prices rose or fell everywhere, or no cost of leaving China would explain the one outside.
    ("ge.metal", "outside_china"): "demand",
    ("w.apt", "outside_china"): "demand",
    ("li.chem", "world"): "demand", ("co.refined", "world"): "demand",
    ("ni.refined", "world"): "demand",
}  # fmt: skip
"""By which shifter each target is met: our choice."""


def main() -> None:
    """Finds the shifters and writes their table."""
    world = World.load("latest")
    moving = {(MOVES[t.product, t.market], t.product) for t in world.targets}
    start = tuple(
        replace(s, value=neutral(s) + ((s.kind, s.product) in moving)) for s in world.shifters
    )
    found = meet(replace(world, shifters=start), DAY, verbose=2)
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["kind", "product", "region", "value", "quality", "source", "note"])
        for s in found.shifters:
            if (s.kind, s.product) in moving:
                note = "our choice which shifter moves; the value follows from the targets"
                source = (
                    "own computation: the market of base-2024 moved to the published prices"
                    " listed as targets"
                )
                rows.writerow([s.kind, s.product, s.region, repr(s.value), "derived", source, note])


if __name__ == "__main__":
    main()
