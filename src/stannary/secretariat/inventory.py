"""`data`: what a world rests on: its tables, qualities, shares, and the source of any figure."""

from dataclasses import dataclass
from pathlib import Path

from ..world import World, quality_counts, shares, where
from ..world.atlas import Quality
from ..world.survey import Found, Share
from .study import WORLD


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a world rests on.

    counts  rows by table and quality; `total` for all
    shares  headline shares of this world beside the published ones
    key     what was traced; None: nothing
    found   every figure behind `key`, with its source and place
    """

    world: World
    counts: dict[str, dict[Quality, int]]
    shares: tuple[Share, ...]
    key: str | None
    found: tuple[Found, ...]


def data(world: str | Path | World = WORLD, key: str | None = None) -> Inventory:
    """What `world` rests on and, with `key`, where a number comes from.

    A world that loads has been checked: balances, keys, units, a source for every figure. Raises
    BadTable where it does not add up, UnknownName where nothing bears the key.
    """
    place = world if isinstance(world, World) else World.load(world)
    return Inventory(
        world=place,
        counts=quality_counts(place),
        shares=shares(place),
        key=key,
        found=where(place, key) if key else (),
    )
