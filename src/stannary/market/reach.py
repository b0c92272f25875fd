"""Reach: clear a market however far it lies from the base, by continuation where one leap fails.

The target is approached along a path from the base year, each chain at its own pace: where a stretch
does not clear it is cut, where it does it grows. What cannot be reached is returned as such.
"""

import numpy as np

from .clearing import STEPS, TOLERANCE, Cleared, clear
from .levers import OF_A_DOOR, OF_A_LIMIT, OF_A_WAY, Array, Economy, Levers, Network

AWAY = (-0.5, 0.5)
"""Log of price over base price that a chain leaps from, everywhere, when its first leap fails."""

FIRST_STRETCH = 0.5
SHORTEST_STRETCH = 2e-4
MOST_SOLVES = 120

PATIENCE = 15


def reach(
    network: Network,
    economy: Economy,
    levers: Levers,
    base_economy: Economy,
    base_levers: Levers,
    start: Array | None = None,
) -> Cleared:
    """Clear at (economy, levers); where a chain fails, walk it there from the base.

    start  (node, then limit)  unknown to leap from; the base prices when None, or of another law
    """
    chain = np.concatenate([network.node_chain, network.limit_chain])
    zero = np.zeros(len(chain))
    if start is not None and len(start) != len(zero):
        start = None
    unknown, residual, steps = zero, zero, 0
    tried = Cleared(zero, zero, np.array(0))
    failed = np.ones_like(zero, dtype=bool)
    for leap in (zero if start is None else start, *(zero + away for away in AWAY)):
        tried = _plain(clear(leap, network, economy, levers))
        steps += int(tried.iterations)
        cleared = failed & (tried.residual <= TOLERANCE)
        unknown = np.where(cleared[chain], tried.unknown, unknown)
        residual = np.where(cleared, tried.residual, residual)
        failed = failed & ~cleared
        if not failed.any():
            return Cleared(unknown, residual, np.array(steps))
    leapt = tried.unknown
    path = _Path(network, economy, levers, base_economy, base_levers)
    here = np.where(failed, 0.0, 1.0)  # (chain number) how far along the path
    stretch = np.full_like(here, FIRST_STRETCH)
    walking = failed
    for _ in range(MOST_SOLVES):
        if not walking.any():
            break
        goal = np.where(walking, np.minimum(here + stretch, 1.0), here)
        tried = _plain(clear(unknown, network, *path.at(goal)))
        steps += int(tried.iterations)
        moved = walking & (tried.residual <= TOLERANCE)
        here = np.where(moved, goal, here)
        unknown = np.where(moved[chain], tried.unknown, unknown)
        stretch = np.where(moved, 2 * stretch, stretch / 4)
        walking = (here < 1) & (moved | (stretch >= SHORTEST_STRETCH))
    # Where prices must rise a thousandfold a leap crawls: from its end, it is given more time.
    unknown = np.where((here < 1)[chain], leapt, unknown)
    found = Cleared(unknown, residual, np.array(0))
    for _ in range(PATIENCE):
        found = _plain(clear(unknown, network, economy, levers))
        unknown, steps = found.unknown, steps + int(found.iterations)
        if found.iterations < STEPS:
            break
    return Cleared(unknown, found.residual, np.array(steps))


def _plain(cleared: Cleared) -> Cleared:
    return Cleared(*(np.asarray(value) for value in cleared))


def _as_wide(plain: Levers, levers: Levers, network: Network, economy: Economy) -> Levers:
    """The levers of the base year on the axes of `levers`: no goods go round, no limit binds."""
    first = len(plain.open)
    wide = {
        name: np.concatenate([getattr(plain, name), getattr(levers, name)[first:]])
        for name in OF_A_WAY
    }
    made = economy.base_supply[network.arc_node[network.member_arc]]
    wide_limit = 2 * np.bincount(network.member_limit, made, minlength=len(levers.limit))
    wide["open"] = np.where(np.arange(len(wide["open"])) < first, wide["open"], 0.0)
    return levers._replace(
        **wide, support=plain.support, guarantee=plain.guarantee,
        limit=np.maximum(wide_limit, levers.limit),
    )  # fmt: skip


class _Path:
    """Economy and levers on the way, each chain at its own place between base (0) and target (1)."""

    def __init__(
        self, network: Network, economy: Economy, levers: Levers, base: Economy, plain: Levers
    ) -> None:
        node = network.node_chain
        use = np.zeros(len(economy.sigma), dtype=int)
        use[network.arc_use] = node[network.arc_node]
        plant = np.zeros(len(economy.cost), dtype=int)
        plant[network.made_plant] = node[network.made_node]
        arc = node[network.arc_node]
        self.chains = {
            "capacity": plant, "cost": plant, "spread": plant,
            "made": node[network.made_node], "used": use[network.used_use],
            "freight": arc, "freight_share": arc, "log_share": arc, "log_landed": arc,
            "sigma": use, "base_use": use[network.segment_use],
            "elasticity": use[network.segment_use], "reference": use[network.segment_use],
            "choke": use[network.segment_use],
            "linear_a": use[network.linear_use], "linear_b": use[network.linear_use],
            "linear_c": node[network.linear_node], "linear_d": node[network.linear_node],
            "iso_quantity": node[network.isoelastic_node],
            "iso_price": node[network.isoelastic_node],
            "iso_elasticity": node[network.isoelastic_node],
            "potential": node, "base_price": node, "base_supply": node, "support": node,
        }  # fmt: skip
        way = np.concatenate([arc, arc[network.door_arc]])
        self.chains |= {
            **dict.fromkeys(OF_A_WAY, way), "guarantee": node,
            **dict.fromkeys(OF_A_LIMIT, network.limit_chain),
            **dict.fromkeys(OF_A_DOOR, arc[network.door_arc]),
        }  # fmt: skip
        wide = _as_wide(plain, levers, network, economy)
        self.economies, self.levers = (base, economy), (wide, levers)

    def at(self, place: Array) -> tuple[Economy, Levers]:
        """Economy and levers at `place` (chain number): 0 at the base, 1 at the target."""
        return (
            Economy(*(self._between(n, *self.economies, place) for n in Economy._fields)),
            Levers(*(self._between(n, *self.levers, place) for n in Levers._fields)),
        )

    def _between(self, name: str, base: object, target: object, place: Array) -> Array:
        first, last = np.asarray(getattr(base, name)), np.asarray(getattr(target, name))
        if first.ndim == 0:  # of no chain: it stands at its target all the way
            return last
        t = place[self.chains[name]]
        scales = (first > 0) & (last > 0) & np.isfinite(first) & np.isfinite(last)
        with np.errstate(all="ignore"):  # inf - inf, inf / inf, in branches that are not taken
            safe = np.where(scales, last / np.where(first == 0, 1.0, first), 1.0)
            straight = np.where(first == last, last, first + (last - first) * t)
        return np.where(scales, first * safe**t, straight)
