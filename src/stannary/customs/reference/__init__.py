"""Reference prices: what was paid outside, what it costs to make, and the floor that follows.

Three prices that never share a name. `market`: what trade outside was done at, the trigger of
securities. `structural`: the open cost of production. `fair_value`: the basis of the floor, by a
published formula of the two. Anyone with the inputs computes the same notice, to the byte.

Start at `notice`; then `market`, `structural`, `formula`; `verify` does it all again.
"""

from .inputs import Source, commit, shipped, source
from .notice import (
    Before,
    Notice,
    before_in_law,
    before_in_notice,
    draw,
    floors_table,
    read_notice,
    written,
)
from .verify import Verdict, verify

__all__ = [
    "Before",
    "Notice",
    "Source",
    "Verdict",
    "before_in_law",
    "before_in_notice",
    "commit",
    "draw",
    "floors_table",
    "read_notice",
    "shipped",
    "source",
    "verify",
    "written",
]
