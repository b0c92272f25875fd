"""False damage: claims oftener than honest cargo breaks, each as large as the price was raised."""

from collections.abc import Iterator

from . import corrections
from .reading import Desk
from .records import Clue

PRACTICE = corrections.Practice(
    frozenset({"damage", "short_delivery", "quality"}),
    "for damage or want of quality",
    frequent=60.0,
)


def clues(desk: Desk) -> Iterator[Clue]:
    """Lines whose damage credits bring a price at the floor back to the outside price."""
    yield from corrections.clues(desk, PRACTICE)
