"""The certificate: what a solve proves about itself. An outcome without one shows no number."""

from dataclasses import dataclass

import numpy as np

from .calibrate import Market
from .clearing import TOLERANCE, Balance, Cleared
from .exact import Exact
from .levers import Levers, Network
from .measures import Pair
from .welfare import Money, money_gap

BALANCED = 1e-9
"""What tonnes of a product, and money, may miss: of base supply, and of what the zone spends."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """How well one market cleared.

    converged        residual within `clearing.TOLERANCE`, tonnes and money within BALANCED
    residual         largest |supply - shipped - excess| of a node, over its base supply
    mass_balance     largest |supply - use - excess| of a product, over its base supply
    money_balance    |paid - received| over what the zone spends (the world, where there is no zone)
    complementarity  largest price above support x excess, over base price x base supply; or rent of a
                     licence x unused licences, over their scale
    iterations       Newton steps
    failed           (region, product) of the largest excess of every chain that did not clear
    cut_off          (region, product) that some buyer wants and no open route reaches
    open_split       (region, product) where several origins sell at one floor under perfect
                     substitution: what they sell together is known, how they share it is not
    """

    converged: bool
    residual: float
    mass_balance: float
    money_balance: float
    complementarity: float
    iterations: int
    failed: tuple[Pair, ...]
    cut_off: tuple[Pair, ...]
    open_split: tuple[Pair, ...] = ()


def failure(market: Market, network: Network, cleared: Cleared, balance: Balance) -> Certificate:
    """A certificate that claims nothing but where the market did not clear."""
    chain = network.node_chain
    every = np.nan_to_num(np.abs(np.asarray(balance.residual)), nan=np.inf)
    residual = every[: len(market.nodes)]
    failed = []
    for number in np.flatnonzero(~(cleared.residual <= TOLERANCE)):
        at = np.flatnonzero(chain == number)
        if len(at):
            failed.append(market.nodes[at[np.argmax(residual[at])]])
    nan = float("nan")
    worst = float(np.max(cleared.residual))
    return Certificate(False, worst, nan, nan, nan, int(cleared.iterations), tuple(failed), ())


def unfinished(solved: Exact) -> Certificate:
    """The certificate of an exact market that did not clear: where it is furthest from it."""
    nan = float("nan")
    return Certificate(
        False, solved.residual, nan, nan, nan, solved.iterations, (solved.place,), solved.cut_off
    )


def certify(
    market: Market,
    balance: Balance,
    paid: Money,
    levers: Levers,
    zone: frozenset[str],
    iterations: int,
) -> Certificate:
    """The certificate of a market that a solver called cleared, from its own sums."""
    nodes, uses = market.nodes, market.uses
    base = market.economy.base_supply
    products = sorted({product for _, product in nodes})
    mass = 0.0
    for product in products:
        at = [i for i, (_, g) in enumerate(nodes) if g == product]
        by = [i for i, (_, g) in enumerate(uses) if g == product]
        left = balance.supplied[at].sum() - balance.price.excess[at].sum()
        gap = abs(float(left - balance.wanted[by].sum()))
        mass = max(mass, gap / float(base[at].sum()))
    spending = np.asarray(paid.spent)
    inside = np.array([region in zone or not zone for region, _ in uses])
    scale = float(spending[inside].sum()) or float(spending.sum()) or 1.0
    above = np.nan_to_num(balance.price.gate) - levers.support
    tied = np.abs(above * balance.price.excess) / (market.economy.base_price * base)
    slack = np.abs(np.asarray(balance.limits.rent)) * np.abs(np.asarray(balance.limits.slack))
    # A rent at its ceiling, the duty beyond the limit, lets more pass: that is no slack.
    unused = np.asarray(balance.limits.slack) > 0
    idle = slack * unused / (levers.limit_price * levers.limit_tonnes)
    wanting = np.asarray(balance.final.slope) == 0
    cut = tuple(
        pair
        for i, pair in enumerate(uses)
        if not balance.shares.served[i] and wanting[i]
    )  # fmt: skip
    residual = float(np.max(np.abs(balance.residual), initial=0.0))
    money_balance = abs(float(money_gap(paid))) / scale
    # A root that does not balance tonnes and money is none, whatever the solver thought of it.
    proved = residual <= TOLERANCE and mass <= BALANCED and money_balance <= BALANCED
    at_nodes = np.abs(balance.residual[: len(nodes)])
    worst = nodes[int(np.argmax(np.nan_to_num(at_nodes, nan=np.inf)))]
    return Certificate(
        converged=proved,
        residual=residual,
        mass_balance=mass,
        money_balance=money_balance,
        complementarity=float(max(np.max(tied, initial=0.0), np.max(idle, initial=0.0))),
        iterations=iterations,
        failed=() if proved else (worst,),
        cut_off=cut,
    )
