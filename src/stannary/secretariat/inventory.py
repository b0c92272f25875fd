"""`data`: what a world rests on: its tables, qualities, shares, and the source of any figure."""

from dataclasses import dataclass
from pathlib import Path

from ..terms.errors import BadInput
from ..world import World, quality_counts, shares, where
from ..world.atlas import Quality
from ..world.beside import Mined, Traded, codes, production_beside, trade_beside
from ..world.loaders.baci import trade
from ..world.loaders.usgs import production
from ..world.survey import Found, Share
from .study import WORLD


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a world rests on.

    counts  rows by table and quality; `total` for all
    shares  headline shares of this world beside the published ones
    key     what was traced; None: nothing
    found   every figure behind `key`, with its source and place
    mined   a file of the USGS beside the world, mineral by mineral; None: no file was given
    traded  a file of BACI beside the world, product by product; None: no file was given
    """

    world: World
    counts: dict[str, dict[Quality, int]]
    shares: tuple[Share, ...]
    key: str | None
    found: tuple[Found, ...]
    mined: tuple[Mined, ...] | None = None
    traded: tuple[Traded, ...] | None = None


def data(
    world: str | Path | World = WORLD,
    key: str | None = None,
    usgs: Path | None = None,
    baci: Path | None = None,
) -> Inventory:
    """What `world` rests on and, with `key`, where a number comes from.

    usgs, baci  a file of the user's to hold beside the world (see `world.loaders`)

    A world that loads has been checked: balances, keys, units, a source for every figure. Raises
    BadTable where it does not add up or a file cannot be read, UnknownName where nothing bears the
    key, BadInput where there is no such file.
    """
    place = world if isinstance(world, World) else World.load(world)
    return Inventory(
        world=place,
        counts=quality_counts(place),
        shares=shares(place),
        key=key,
        found=where(place, key) if key else (),
        mined=production_beside(place, production(_file(usgs)), str(usgs)) if usgs else None,
        traded=trade_beside(place, trade(_file(baci), codes(place))) if baci else None,
    )


def _file(path: Path) -> Path:
    if not path.is_file():
        raise BadInput("no such file", where=str(path), remedy="give the path of one file")
    return path
