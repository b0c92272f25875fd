"""Tables and columns of pandas, for the type checker.

Pandas' own annotations cannot be checked against. They stay within this folder;
what leaves it is typed in `records`.
"""

from typing import Any

Frame = Any
"""A pandas DataFrame."""
Series = Any
"""One column of it."""
Row = Any
"""One row of it, as a named tuple."""
