"""The secretariat: the verbs, named as the commands. The one place where rooms meet.

    run    an agreement on a world: the market without and with the bloc, and the verdict
    data   what a world rests on: its tables, qualities, shares, and the source of any figure

Windows (command line, report) show what these return and compute nothing of their own.
"""

from pathlib import Path

from platformdirs import user_cache_dir

from ..market import engine
from .inventory import Inventory, data
from .study import AGREEMENT, WORLD, Study, run

__all__ = ["run", "data", "Study", "Inventory", "AGREEMENT", "WORLD", "remember_compiled"]


def remember_compiled(folder: Path | None = None) -> None:
    """Keep compiled kernels for the next run, in `folder` (default: the user's cache folder).

    A folder that cannot be written costs the next run a few seconds, never its answer.
    """
    place = folder or Path(user_cache_dir("stannary")) / "kernels"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    engine.remember(place)
