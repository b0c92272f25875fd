"""Who mines, makes, uses and ships: sourced tables, read and checked.

Next: `atlas`, the records; `source`, which reads them (by `columns`, then `fit`); `check`, which
refuses what does not add up; `survey`, which says where a figure comes from and how good it is.
"""

from .atlas import World
from .source import shipped
from .survey import Found, Share, quality_counts, shares, where

__all__ = ["Found", "Share", "World", "quality_counts", "shares", "shipped", "where"]
