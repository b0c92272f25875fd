"""Breakdown: the nouns of an explanation: what a number is, and the parts that add up to it.

Next: `explain`, which takes numbers apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .functional import Functional
from .outcome import Outcome

Kind = Literal["price", "floor", "output", "supplier", "users", "producers", "treasury"]

OF_PRODUCTS: tuple[Kind, ...] = ("price", "floor", "output", "supplier")
OF_REGIONS: tuple[Kind, ...] = ("users", "producers", "treasury")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a number is.

    kind     price, output and share of use in the market with the bloc; gains with less without
    product  world product; "" for a gain, which is over all products
    region   None: the zone, or the world where nobody is inside
    """

    kind: Kind
    product: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a number.

    name     origin of a price or a floor, destination of a share, plant of an output or of producers,
             product of a gain
    amount   what it adds to the number, in the number's unit; of a floor, top-up duty in USD/y
    columns  what it is made of, by the names that `breakdown` states; None: there is none
    """

    name: str
    amount: float
    columns: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A number and its parts.

    value       USD/t, t/y, share or USD/y; None: there is none, for nobody buys
    without     the same without the bloc; None also for gains and floors
    total       what the amounts of the parts add up to: the value, but of a floor the top-up it brings
    parts       largest amount first
    functional  the value as slopes are taken of it; None: the law's own, or no value
    """

    value: float | None
    without: float | None
    total: float
    parts: tuple[Part, ...]
    functional: Functional | None


def within(subject: Subject, outcome: Outcome) -> Callable[[str], bool]:
    """Whether a region is one that the subject is about. outcome: the one with the bloc."""
    if subject.region is not None:
        return lambda region: region == subject.region
    return lambda region: region in outcome.zone or not outcome.zone


def ranked(parts: list[Part]) -> tuple[Part, ...]:
    """Largest amount first, of either sign."""
    return tuple(sorted(parts, key=lambda part: (-abs(part.amount), part.name)))
