"""Critical-minerals trade under an agreement written as data.

From Python: `solve(World.load("base-2024"), Agreement.load("bloc-2026"))` returns an `Outcome`;
`outcome.price("JPN", "ndpr.oxide")` is in USD per tonne, landed and duty-paid.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .agreement import Agreement
    from .market.outcome import Outcome, solve
    from .world import World

__version__ = "0.1.0"
DATA_VERSION = "2026.1"
"""Version of the shipped tables and texts; a change of any figure changes it."""

__all__ = ["DATA_VERSION", "Agreement", "Outcome", "World", "__version__", "solve"]

_ROOMS = {
    "Agreement": "stannary.agreement",
    "Outcome": "stannary.market.outcome",
    "World": "stannary.world",
    "solve": "stannary.market.outcome",
}


def __getattr__(name: str) -> object:
    """Open a room when it is first asked for: the market's compiler takes a second to load."""
    from importlib import import_module

    if name not in _ROOMS:
        raise AttributeError(f"module 'stannary' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
