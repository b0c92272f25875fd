"""Write one planted world."""

import argparse

from . import world

if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="write one planted world")
    asked.add_argument("seed", type=int)
    asked.add_argument("size", type=int)
    asked.add_argument("folder")
    asked.add_argument("--kept", action="store_true", help="the world that detectors are judged on")
    given = asked.parse_args()
    world(given.seed, given.size, given.folder, kept=given.kept)
