"""Layout: index arrays with which the Jacobian is put together from small dense blocks.

Buyers and sellers of different products do not meet on a route, so what trade does to the Jacobian
falls into one block for each product. All blocks lie in one padded table and are worked out in one
product of matrices.

Next: `clearing`, whose `jacobian` reads them.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .levers import Array, Network

USES = 16
"""Most uses of one block: a product with more buyers takes several, so that little is padding."""


def laid_out(network: Network) -> Network:
    """The network with its layout, worked out anew from its arcs and limits."""
    nodes = len(network.node_chain)
    use = np.concatenate([network.arc_use, network.arc_use[network.member_arc]])
    unknown = np.concatenate([network.arc_node, nodes + network.member_limit])
    uses = 1 + int(max(use.max(initial=-1), network.used_use.max(initial=-1)))
    part = _parts(network, uses, nodes)
    block_use: list[Array] = []
    block_unknown: list[Array] = []
    row, block = np.zeros(uses, dtype=np.int64), np.zeros(uses, dtype=np.int64)
    column = np.zeros(len(use), dtype=np.int64)
    for number in np.unique(part[use]):
        met = part[use] == number
        sellers = np.unique(unknown[met])
        column[met] = np.searchsorted(sellers, unknown[met])
        buyers = np.unique(use[met])
        for start in range(0, len(buyers), USES):
            some = buyers[start : start + USES]
            row[some], block[some] = np.arange(len(some)), len(block_use)
            block_use.append(some)
            block_unknown.append(sellers)
    tall = max((len(some) for some in block_use), default=0)
    wide = max((len(some) for some in block_unknown), default=0)
    order = np.argsort(use, kind="stable")
    first = np.searchsorted(use[order], np.arange(uses + 1))
    drawn = [
        (line, entry)
        for line, at in enumerate(network.used_use)
        for entry in order[first[at] : first[at + 1]]
    ]
    return network._replace(
        block_use=_padded(block_use, tall),
        block_unknown=_padded(block_unknown, wide),
        entry_cell=(block[use] * tall + row[use]) * wide + column,
        draw_line=np.array([line for line, _ in drawn], dtype=np.int64),
        draw_entry=np.array([entry for _, entry in drawn], dtype=np.int64),
    )


def _parts(network: Network, uses: int, nodes: int) -> Array:
    """Number of the part of the map of routes that every use lies in: one for each product."""
    ends = (network.arc_use, uses + network.arc_node)
    links = coo_array((np.ones(len(network.arc_use)), ends), shape=(uses + nodes, uses + nodes))
    return connected_components(links, directed=False)[1][:uses]


def _padded(rows: list[Array], width: int) -> Array:
    """Rows as one matrix, filled up with 0: whatever is multiplied there is 0 too."""
    table = np.zeros((len(rows), width), dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table
