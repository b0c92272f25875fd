"""The secretariat: the verbs, named as the commands. The one place where rooms meet.

    run    an agreement on a world: the market without and with the bloc, and the verdict
    show   the law as it stands on a day, and what changes next
    check  whether the law reads, where it meets older law, and what a market makes of its floors
    diff   what another agreement says differently
    compare  what a second agreement changes, on one world and day
    explain  what a number is made of, where it comes from, what it hangs on
    stress  a supplier stops its exports: who gets what, for how many days, at what price
    data   what a world rests on: its tables, qualities, shares, and the source of any figure

Those of customs have modules of their own, imported when they are asked for: `pricing` (price),
`assessing` (assess), `inspecting` (inspect), `origins` (origin).

Windows (command line, report) show what these return and compute nothing of their own.
"""

from pathlib import Path

from platformdirs import user_cache_dir

from ..market import engine
from .checking import Checked, check
from .compare import Compared, compare
from .explain import Explained, explain
from .inventory import Inventory, data
from .law import Difference, Shown, diff, show
from .stress import CUT, Stress, stress
from .study import AGREEMENT, WORLD, Study, run

__all__ = [
    "run", "show", "compare", "explain", "stress", "check", "diff", "data",
    "Study", "Shown", "Compared", "Explained", "Stress", "Checked", "Difference", "Inventory",
    "AGREEMENT", "CUT", "WORLD", "remember_compiled",
]  # fmt: skip


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
