"""The emergency release: what the stockpile of an agreement holds, and who gets how much of it.

What is held is bought before the cut, with the agreement's fund, at the prices of a normal year. It is
shared out by weighted water-filling (`agreement.split`). Next: `stress`, where it is asked.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ..agreement import Schedule
from ..agreement.split import Claim, available, split
from ..market.cut import DAYS, Buyer, tonnes
from ..market.outcome import Outcome
from ..terms.units import GRAMS_PER_TONNE


@dataclass(frozen=True, slots=True)
class Pool:
    """The common stock of one product, t contained.

    target  days of the zone's use that the agreement asks for
    held    what its fund buys of it at the prices of a normal year, USD/t each
    usable  what of it can be released
    """

    product: str
    target: float
    held: float
    usable: float
    price: float

    @property
    def cost(self) -> float:
        """What is held, at the prices of a normal year, USD."""
        return self.held * self.price


@dataclass(frozen=True, slots=True)
class Share:
    """What one member gets of a pool, t.

    claim   what it goes without in the cut, once its own stocks are drawn
    weight  its use of a normal year, t/y: the agreement states no rights (assumed)
    part    its weight in that of all members, 0..1
    """

    product: str
    region: str
    claim: float
    weight: float
    part: float
    share: float

    @property
    def days(self) -> float:
        """Days of its normal use that the share lasts."""
        return DAYS * self.share / self.weight


def pools(
    normal: Outcome, schedule: Schedule, zone: frozenset[str]
) -> tuple[tuple[Pool, ...], float]:
    """The stock of every covered product, and the part of its target that the fund pays for, 0..1.

    None of an agreement without a stockpile. A fund that is too small buys the same part of all.
    """
    terms, arrays = schedule.stockpile, normal.market
    if terms is None:
        return (), 1.0
    used, paid = defaultdict[str, float](float), defaultdict[str, float](float)
    for (use, _), t in tonnes(normal).items():
        region, product = arrays.uses[use]
        if region in zone and t > 0:
            used[product] += t
            paid[product] += t * float(normal.cleared.balance.shares.average[use])
    covered = {item.world for item in schedule.products} & used.keys()
    days = float(terms.target_days) / DAYS
    cost = sum(paid[product] * days for product in covered)
    funded = min(1.0, float(terms.fund) / cost) if cost > 0 else 1.0
    found = []
    for product in (g for g in arrays.world.products if g in covered):
        target = used[product] * days
        store = _grams(target * funded)
        usable = available(store, terms.unusable, 0, 0) / GRAMS_PER_TONNE
        price = paid[product] / used[product]
        found.append(Pool(product, target, store / GRAMS_PER_TONNE, usable, price))
    return tuple(found), funded


def shared(
    normal: Outcome, short: Mapping[Buyer, float], zone: frozenset[str], stock: tuple[Pool, ...]
) -> tuple[tuple[Share, ...], dict[Buyer, float]]:
    """Every pool split among members, and what each group of buyers gets of it, t.

    short  t that every group goes without in the cut, once its own stocks are drawn

    Inside a member buyers get their part of what they go without.
    """
    uses = normal.market.uses
    claims, weights = (defaultdict[tuple[str, str], float](float) for _ in range(2))
    for (use, group), t in tonnes(normal).items():
        weights[uses[use]] += t
        claims[uses[use]] += short[use, group]
    shares: list[Share] = []
    level: dict[tuple[str, str], float] = {}
    for pool in stock:
        members = [
            Claim(region, _grams(claims[region, pool.product]), weight)
            for region in sorted(zone)
            if (weight := _grams(weights[region, pool.product])) > 0
        ]
        given = split(round(pool.usable * GRAMS_PER_TONNE), members)
        whole = sum(int(member.weight) for member in members)
        for member in members:
            place, gets = (member.name, pool.product), given[member.name] / GRAMS_PER_TONNE
            level[place] = gets / claims[place] if claims[place] > 0 else 0.0
            shares.append(
                Share(
                    pool.product, member.name, member.grams / GRAMS_PER_TONNE,
                    int(member.weight) / GRAMS_PER_TONNE, int(member.weight) / whole, gets,
                )
            )  # fmt: skip
    return tuple(shares), {
        (use, group): t * level.get(uses[use], 0.0) for (use, group), t in short.items()
    }


def _grams(t: float) -> int:
    return int(t * GRAMS_PER_TONNE)
