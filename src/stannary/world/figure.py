"""Where a record comes from, and how good it is. Next: `atlas`, the records."""

from dataclasses import dataclass
from typing import Literal

Quality = Literal["published", "derived", "estimate", "assumed"]
QUALITIES: tuple[Quality, ...] = ("published", "derived", "estimate", "assumed")


@dataclass(frozen=True, slots=True)
class Figure:
    """Where a record comes from.

    quality  published, derived (arithmetic on published), estimate, or assumed (ours)
    source   publisher, title, date, link
    line     line of the table it stands in (1 = header)
    """

    quality: Quality
    source: str
    note: str
    line: int
