"""A study as one self-contained HTML file: opens by double click, needs no network, prints on A4.

Next: `story`, the shape of what is told; `page`, which writes it; then `screen`, `findings` and
`ground`, the parts in reading order. `charts/` draws; its built bundle is committed.
"""

from .page import write

__all__ = ["write"]
