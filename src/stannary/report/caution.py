"""One warning, as `cautions` and `leaking` find them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caution:
    """One warning. weight: USD a year at stake, which ranks it."""

    weight: float
    text: str
    command: str = ""
