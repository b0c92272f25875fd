"""A cut: the market while a supplier ships nothing abroad, and what stocks can put in its place.

One market, at the yearly rate of the months that are cut; the other months run as ever. Stocks fill
what is missing of the very product that is held: oxide in store is not made into magnets here. A
shortage has a price all the same: what the last buyer served would pay.

Next: `border`, where a closed way is a closed way.
"""

from dataclasses import replace

import numpy as np

from .calibrate import Market
from .demand import STEEP
from .from_agreement import Bridge
from .leaks import buyer_groups
from .outcome import Outcome

DAYS = 365
"""Days of the model's year, to turn a stock of so many days of use into tonnes."""


def without_exports(law: Bridge, market: Market, regions: frozenset[str]) -> Bridge:
    """The law of a day on which these regions ship nothing abroad: every way out is closed."""
    ways = market.arcs + law.doors
    cut = np.array([origin in regions and origin != to for _, origin, to in ways])
    return replace(law, levers=law.levers._replace(open=np.where(cut, 0.0, law.levers.open)))


STOP = 50.0
"""Price, in times its normal one, at which half of the users of a good stop rather than pay: assumed.

The highest seen in the cuts of 2025 was 54 times, yttrium oxide outside China, from 6.5 to 350 USD/kg
(Adamas Intelligence, 2025). Without an end to what users pay, a shortage has no price.
"""


def stopping(market: Market) -> Market:
    """The same market, in which users stop one after the other at prices around STOP."""
    return replace(market, economy=market.economy._replace(choke=STOP * market.economy.reference))


UNWANTED = ("surplus", "stock")
"""End uses that keep mass exact in the world's tables, and that nobody goes without."""

Buyer = tuple[int, str]
"""One group of buyers: their use (use), and their end use or `plants`."""


def tonnes(outcome: Outcome) -> dict[Buyer, float]:
    """Tonnes a year of every group of buyers; takers of surplus and of stock are left out."""
    wanted = outcome.cleared.balance.wanted
    return {
        (use, group): share * float(wanted[use])
        for use, groups in buyer_groups(outcome)
        for group, share in groups
        if group not in UNWANTED
    }


def held(normal: Outcome) -> dict[Buyer, float]:
    """Stocks that buyers and their states hold, t: days of the world's table x use of a normal year.

    The row of a region beats that for all, the row of an end use that for all of them; public and
    commercial stocks add, and a state's are for all its buyers in proportion to their use. Of whom
    there is no row nothing is known: they are left out.
    """
    market = normal.market
    rows = {(s.holder, s.product, s.region, s.end_use): s.days for s in market.world.stocks}
    found: dict[Buyer, float] = {}
    for (use, group), used in tonnes(normal).items():
        region, product = market.uses[use]
        for holder in ("commercial", "public"):
            for whose in ((region, group), (region, "*"), ("*", group), ("*", "*")):
                if (key := (holder, product, *whose)) in rows:
                    stock = used * rows[key] / DAYS
                    found[use, group] = found.get((use, group), 0.0) + stock
                    break
    return found


def missing(normal: Outcome, cut: Outcome) -> dict[Buyer, float]:
    """What every group of buyers goes without, t at a yearly rate, >= 0.

    Where the market asks no more than in a normal year nobody goes without: plants that buy less
    there want less, because another of their inputs is short or what they make sells for less.
    """
    before, after = normal.cleared.balance.shares, cut.cleared.balance.shares
    now = tonnes(cut)
    dearer = (after.average > before.average) | (after.served == 0)
    return {
        buyer: max(used - now.get(buyer, 0.0), 0.0) if dearer[buyer[0]] else 0.0
        for buyer, used in tonnes(normal).items()
    }


def full_days(use: float, bought: float, stock: float, months: int) -> float:
    """Days of a cut for which a use runs at its full rate, drawing its stock down.

    use, bought  t/y in a normal year, and still bought in the months of the cut at their yearly rate
    stock        t held when it begins

    The stock fills the gap until it is empty; the days are at most those of the cut.
    """
    length = DAYS * months / 12
    gap = max(use - bought, 0.0) / DAYS
    return length if gap * length <= stock else stock / gap


def willing(normal: Outcome, cut: Outcome, segment: int, served: float) -> float:
    """USD/t that the last tonne is worth to an end use (segment) that gets `served` of it, t/y.

    Its own demand curve read backwards. With no stock that is the price that the market of the cut
    asks; with all that it used before it is the price of a normal year.
    """
    use = int(cut.market.network.segment_use[segment])
    first = float(normal.cleared.balance.shares.average[use])
    e = cut.market.economy
    scale, base = float(e.base_use[segment]), float(e.reference[segment])
    power, choke = float(e.elasticity[segment]), float(e.choke[segment])

    def wanted(price: float) -> float:
        return scale * (price / base) ** power / (1 + (price / choke) ** STEEP)

    low, high = first, 1e6 * first
    if wanted(low) <= served:
        return low
    for _ in range(80):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if wanted(middle) > served else (low, middle)
    return (low * high) ** 0.5
