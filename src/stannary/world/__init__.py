"""Who mines, makes, uses and ships: sourced tables, read and checked.

Next: `atlas` and `annex`, the records; `source`, which reads them (by `columns`, `rows`, then `fit`);
`check`, which refuses what does not add up; `survey`, which says where a figure comes from and how
good it is; `loaders` and `beside`, for files that users own.
"""

from .atlas import World
from .source import shipped
from .survey import Found, Share, quality_counts, shares, where

__all__ = ["Found", "Share", "World", "quality_counts", "shares", "shipped", "where"]
