"""What a cut comes to, product by product and member by member: sums over rows of a stress."""

from collections import defaultdict
from dataclasses import dataclass

from ..market.leaks import MAKERS
from ..world import World
from ..world.atlas import Quality
from .stress import Served, Stress

LACK = 0.95
"""Part of its use below which plants lack an input."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """One product of those whom a stress is told for, summed over regions and groups of buyers.

    use     t/y in a normal year; value  USD/y of it, at what each buyer pays then
    sent    t/y of it that come from the regions that are cut
    own     t that they hold; None: nothing is known of any of them
    pool    t that they get of the common stock
    lacks   the input that plants which make it elsewhere lack most; "": they lack none
    served  t that they use in the year of the cut, by case
    lost    USD/y at normal prices that they go without, by case
    price   times what they pay in a normal year, weighted by that use, by case; None: none arrives
    days    days of the cut that they run in full, on average over their use, by case
    """

    product: str
    use: float
    value: float
    sent: float
    own: float | None
    pool: float
    lacks: str
    served: tuple[float, ...]
    lost: tuple[float, ...]
    price: tuple[float | None, ...]
    days: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one member gets of all pools, USD at normal prices, and t of each product."""

    region: str
    value: float
    shares: dict[str, float]


def exposed(stress: Stress) -> tuple[Exposed, ...]:
    """Every product of those who are asked for, most value missing in the worst case first."""
    by_product: dict[str, list[Served]] = defaultdict(list)
    for row in stress.seen:
        by_product[row.product].append(row)
    lacks = _lacks(stress)
    found = [_sum(product, rows, lacks.get(product, "")) for product, rows in by_product.items()]
    return tuple(sorted(found, key=lambda row: (-max(row.lost), row.product)))


def _sum(product: str, rows: list[Served], lacks: str) -> Exposed:
    use, value = sum(row.use for row in rows), sum(row.use * row.normal for row in rows)
    cases = range(len(rows[0].served))
    known = [row.own for row in rows if row.own is not None]
    return Exposed(
        product=product,
        use=use,
        value=value,
        sent=sum(row.sent for row in rows),
        own=sum(known) if known else None,
        pool=sum(row.pool for row in rows),
        lacks=lacks,
        served=tuple(sum(row.served[case] for row in rows) for case in cases),
        lost=tuple(
            sum((row.use - row.served[case]) * row.normal for row in rows) for case in cases
        ),
        price=tuple(_price(rows, case) for case in cases),
        days=tuple(sum(row.use * row.days[case] for row in rows) / use for case in cases),
    )


def _price(rows: list[Served], case: int) -> float | None:
    priced = [(row, usd) for row in rows if (usd := row.price[case]) is not None]
    normal = sum(row.use * row.normal for row, _ in priced)
    return sum(row.use * usd for row, usd in priced) / normal if normal > 0 else None


def _lacks(stress: Stress) -> dict[str, str]:
    """The input that makers of each product outside the cut lack most, without the bloc."""
    makes = {
        (plant.region, made, needs)
        for plant in stress.world.plants
        if plant.region not in stress.cut
        for made in stress.world.recipes[plant.recipe].outputs
        for needs in stress.world.recipes[plant.recipe].inputs
    }
    served = {
        (row.region, row.product): row.served[0] / row.use
        for row in stress.rows
        if row.group == MAKERS
    }
    worst: dict[str, tuple[float, str]] = {}
    for region, made, needs in makes:
        part = served.get((region, needs), 1.0)
        if part < LACK:
            worst[made] = min(worst.get(made, (part, needs)), (part, needs))
    return {made: needs for made, (_, needs) in worst.items()}


def receipts(stress: Stress) -> tuple[Receipt, ...]:
    """What every member gets of the stockpile, most value first."""
    price = {pool.product: pool.price for pool in stress.pools}
    by_region: dict[str, dict[str, float]] = defaultdict(dict)
    for share in stress.shares:
        by_region[share.region][share.product] = share.share
    found = [
        Receipt(region, sum(t * price[product] for product, t in shares.items()), shares)
        for region, shares in by_region.items()
    ]
    return tuple(sorted(found, key=lambda receipt: (-receipt.value, receipt.region)))


def worst_hit(stress: Stress) -> str:
    """Who to look at next; "": nobody goes without.

    The region of those asked for that goes without most value in the last case; of one region its
    end use, as `ev.EUU`; of an end use its region.
    """
    who = stress.viewer
    if who is not None and who.end_use:
        return who.region
    lost: dict[str, float] = defaultdict(float)
    for row in stress.seen:
        if who is None or row.group != MAKERS:
            name = row.region if who is None else f"{row.group}.{row.region}"
            lost[name] += (row.use - row.served[-1]) * row.normal
    return max(lost, key=lambda name: (lost[name], name)) if any(lost.values()) else ""


def qualities(world: World) -> dict[Quality, int]:
    """How many rows of the world's stocks are of each quality."""
    counts: dict[Quality, int] = defaultdict(int)
    for stock in world.stocks:
        counts[stock.figure.quality] += 1
    return dict(counts)
