"""The market's equations as plain numbers, for solvers that know nothing of this package.

What every solver is given: the same constants, the same start (base prices), and the floors of one
scenario. Written out here once more, without the kernel: a wrong equation would show as a price.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from stannary.market.calibrate import Market
from stannary.market.levers import Array, Levers


@dataclass(frozen=True, slots=True)
class Problem:
    """A smooth market whose only kink is the floor; everything scaled to be of the order of 1.

        p = base_price x exp(x)                                  price at the gate, USD/t
        landed = fixed + per_price p + liable max(0, headroom - steepness p)
        share  = weight landed^-sigma / the same summed over the arcs of a use
        supply(p, average landed price) = use(average landed price)    at every node

    `headroom` (arc) is the one thing that changes between scenarios; see `headroom_under`.
    """

    base_price: Array
    base_supply: Array
    arc_node: Array
    arc_use: Array
    fixed: Array
    per_price: Array
    liable: Array
    steepness: Array
    log_weight: Array
    sigma: Array
    uses: int
    made_plant: Array
    made_node: Array
    made: Array
    used_plant: Array
    used_use: Array
    used: Array
    capacity: Array
    cost: Array
    spread: Array
    segment_use: Array
    base_use: Array
    reference: Array
    elasticity: Array
    counted_fixed: Array

    @property
    def floored(self) -> Array:
        """Arcs that a floor could meet."""
        return np.flatnonzero(self.liable > 0)

    def headroom_under(self, levers: Levers) -> Array:
        """By how much the floor lies above what is counted towards it at a gate price of 0."""
        return np.where(levers.floor > 0, levers.floor - self.counted_fixed, -1.0)


def problem(market: Market, levers: Levers) -> Problem:
    """The equations of a market under levers whose floors may still change.

    Raises ValueError where it has what these equations leave out: a closed arc, a support price,
    textbook curves, perfect substitutes.
    """
    n, e = market.network, market.economy
    left_out = {
        "a closed route": bool((levers.open != 1).any()),
        "a support price": bool((levers.support != 0).any() or (levers.guarantee != 0).any()),
        "evasion": bool((levers.tempted != 0).any()),
        "captured rent": bool((levers.capture != 0).any()),
        "ways through another member": len(n.door_arc) > 0,
        "limits on tonnes": len(n.limit_chain) + len(levers.limit) > 0,
        "textbook curves": len(n.linear_use) + len(n.linear_node) + len(n.isoelastic_node) > 0,
        "perfect substitutes": market.exact,
        "users who stop": bool(np.isfinite(e.choke).any()),
    }
    for what, there in left_out.items():
        if there:
            raise ValueError(f"{market.world.name}: {what}, which the peers' equations leave out")
    # fob = f0 + f1 p and cif = c0 + c1 p; what is levied and counted follows from them.
    f0, f1 = levers.export_specific, 1 + levers.export_tax
    c0, c1 = f0 + e.freight, f1 + e.freight_share
    v0 = levers.on_fob * f0 + (1 - levers.on_fob) * c0
    v1 = levers.on_fob * f1 + (1 - levers.on_fob) * c1
    rate = levers.counted + levers.uncounted
    return Problem(
        base_price=e.base_price,
        base_supply=e.base_supply,
        arc_node=n.arc_node,
        arc_use=n.arc_use,
        fixed=c0 + v0 * rate + levers.specific,
        per_price=c1 + v1 * rate,
        liable=levers.liable,
        steepness=c1 + levers.duty_paid * levers.counted * v1,
        # share ~ base share x (landed / base landed)^-sigma
        log_weight=e.log_share + e.sigma[n.arc_use] * e.log_landed,
        sigma=e.sigma,
        uses=len(market.uses),
        made_plant=n.made_plant,
        made_node=n.made_node,
        made=e.made,
        used_plant=n.used_plant,
        used_use=n.used_use,
        used=e.used,
        capacity=e.capacity,
        cost=e.cost,
        spread=e.spread,
        segment_use=n.segment_use,
        base_use=e.base_use,
        reference=e.reference,
        elasticity=e.elasticity,
        counted_fixed=c0 + levers.duty_paid * (levers.counted * v0 + levers.specific),
    )


class Solver(Protocol):
    """One program set up for one problem; `solve` takes a scenario to log prices over base prices.

    name     as printed
    threads  how many cores it uses
    """

    name: str
    threads: int

    def solve(self, headroom: Array) -> Array | None:
        """The answer (node), or None where the program says that it found none."""
        ...


def system(p: Problem, headroom: Array, x: Array) -> tuple[Array, Array]:
    """Residual (node) and its exact Jacobian (node, node) in plain NumPy."""
    nodes, plants, use, node = len(p.base_price), len(p.cost), p.arc_use, p.arc_node

    def by_use(values: Array) -> Array:
        return np.bincount(use, values, p.uses)

    def table(values: Array) -> Array:
        flat = np.bincount(use * nodes + node, values, p.uses * nodes)
        return flat.reshape(p.uses, nodes)

    gate = p.base_price * np.exp(x)
    at = gate[node]
    room = headroom - p.steepness * at
    binds = room > 0
    landed = p.fixed + p.per_price * at + p.liable * np.where(binds, room, 0.0)
    slope = (p.per_price - p.liable * p.steepness * binds) * at  # d landed / d x
    sigma = p.sigma[use]
    utility = p.log_weight - sigma * np.log(landed)
    # Utilities are near log base shares, none far from 0: no overflow to guard against.
    pull = np.exp(utility)
    share = pull / by_use(pull)[use]
    average = by_use(share * landed)
    margin = (
        np.bincount(p.made_plant, p.made * gate[p.made_node], plants)
        - np.bincount(p.used_plant, p.used * average[p.used_use], plants)
        - p.cost
    )
    running = 1 / (1 + np.exp(-margin / p.spread))
    activity = p.capacity * running
    bent = p.base_use * (average[p.segment_use] / p.reference) ** p.elasticity
    wanted = np.bincount(p.segment_use, bent, p.uses) + np.bincount(
        p.used_use, p.used * activity[p.used_plant], p.uses
    )
    supplied = np.bincount(p.made_node, p.made * activity[p.made_plant], nodes)
    shipped = np.bincount(node, share * wanted[use], nodes)

    switching = -sigma * slope / landed  # d utility / d x
    averages = table(share * (slope + switching * (landed - average[use])))
    margins = np.zeros((plants, nodes))
    np.add.at(margins, (p.made_plant, p.made_node), p.made * gate[p.made_node])
    np.add.at(margins, p.used_plant, -p.used[:, None] * averages[p.used_use])
    activities = (activity * (1 - running) / p.spread)[:, None] * margins
    thirst = np.bincount(
        p.segment_use, p.elasticity * bent / average[p.segment_use], p.uses
    )  # fmt: skip
    wants = thirst[:, None] * averages
    np.add.at(wants, p.used_use, p.used[:, None] * activities[p.used_plant])
    supplies = np.zeros((nodes, nodes))
    np.add.at(supplies, p.made_node, p.made[:, None] * activities[p.made_plant])
    moved = share * switching * wanted[use]
    ships = table(share).T @ (wants - wanted[:, None] * table(share * switching))
    ships[np.diag_indices(nodes)] += np.bincount(node, moved, nodes)
    scale = p.base_supply
    return (supplied - shipped) / scale, (supplies - ships) / scale[:, None]


@dataclass(frozen=True, slots=True)
class Start:
    """The market at base prices without any floor: where every solver starts.

    pull     (use)    sum of the weights whose parts are the shares
    average  (use)    average landed price, USD/t
    wanted   (use)    t/y
    running  (plant)  share of capacity
    """

    pull: Array
    average: Array
    wanted: Array
    running: Array


def at_start(p: Problem) -> Start:
    """The market at base prices."""
    gate = p.base_price[p.arc_node]
    landed = p.fixed + p.per_price * gate
    pulls = np.exp(p.log_weight - p.sigma[p.arc_use] * np.log(landed))
    pull = np.bincount(p.arc_use, pulls, p.uses)
    average = np.bincount(p.arc_use, pulls * landed, p.uses) / pull
    margin = (
        np.bincount(p.made_plant, p.made * p.base_price[p.made_node], len(p.cost))
        - np.bincount(p.used_plant, p.used * average[p.used_use], len(p.cost))
        - p.cost
    )
    running = 1 / (1 + np.exp(-margin / p.spread))
    ends = p.base_use * (average[p.segment_use] / p.reference) ** p.elasticity
    drawn = p.used * p.capacity[p.used_plant] * running[p.used_plant]
    wanted = np.bincount(p.segment_use, ends, p.uses) + np.bincount(p.used_use, drawn, p.uses)
    return Start(pull, average, wanted, running)
