"""The structural price: what it costs to make, open to whoever reads the table.

Of each plant: cash cost, and capital paid back over its life at the method's return (an annuity); in
USD at the rate of the cost's year; brought to the border like any price. The price is the cost that
covers the method's share of the listed capacity, cheapest first. Figures are of the year stated and
not inflated. Source of the annuity: r / (1 - (1 + r)^-n). Next: `formula`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .convert import Terms, factor, landed, path
from .exact import price, weighted_quantile
from .tables import Cost, Freight, Method


@dataclass(frozen=True, slots=True)
class PlantCost:
    """One plant on the floor's terms: USD per kg, four places; None: left out, and why."""

    cost: Cost
    usd: Decimal | None
    why: str


@dataclass(frozen=True, slots=True)
class Structural:
    """The structural price; None: no plant is listed for the product.

    plants  every plant listed, by name
    marks   names of plants whose cost is the price
    """

    usd: Decimal | None
    plants: tuple[PlantCost, ...]
    marks: tuple[str, ...]


NOTHING = Structural(None, (), ())


def structural(
    rows: tuple[Cost, ...],
    terms: dict[str, Terms],
    product: str,
    day: date,
    method: Method,
    freight: tuple[Freight, ...],
) -> Structural:
    """The structural price of `product` on the terms of its floor.

    terms  of every product that has a floor's basis, for those that are made from another
    """
    return _of(rows, terms, product, day, method, freight, frozenset())


def _of(
    rows: tuple[Cost, ...],
    terms: dict[str, Terms],
    product: str,
    day: date,
    method: Method,
    freight: tuple[Freight, ...],
    above: frozenset[str],
) -> Structural:
    """`above`: products that this one goes into; a circle of feeds has no price."""
    mine = sorted((c for c in rows if c.product == product), key=lambda c: (c.plant, c.year))
    if not mine or product in above or product not in terms:
        return NOTHING
    fed = {
        feed: _of(rows, terms, feed, day, method, freight, above | {product}).usd
        for feed in {c.feed for c in mine if c.feed}
    }
    plants = tuple(_plant(c, terms[product], day, method, freight, fed) for c in mine)
    counted = [(Fraction(p.usd), p.cost.capacity) for p in plants if p.usd is not None]
    if not counted:
        return Structural(None, plants, ())
    usd = price(weighted_quantile(counted, method.cost_share))
    return Structural(usd, plants, tuple(p.cost.plant for p in plants if p.usd == usd))


def _plant(
    cost: Cost,
    terms: Terms,
    day: date,
    method: Method,
    freight: tuple[Freight, ...],
    fed: dict[str, Decimal | None],
) -> PlantCost:
    if cost.country in method.cost_excluded:
        return PlantCost(cost, None, "its country's costs are left out by the method")
    way = path(cost.incoterm, cost.place, day, freight)
    if way is None:
        return PlantCost(cost, None, "nothing states the way from there to the border")
    per_basis = factor(cost.basis, terms, None)
    if per_basis is None:
        return PlantCost(cost, None, "its basis cannot be brought to the floor's")
    own = (cost.operating + annuity(cost, method.capital_return)) * cost.usd
    if cost.feed:
        feed = fed[cost.feed]
        if feed is None:
            return PlantCost(cost, None, f"{cost.feed}, its feed, has no structural price")
        own += cost.feed_kg * Fraction(feed)
    return PlantCost(cost, price(landed(own, way) * per_basis), "")


def annuity(cost: Cost, back: Fraction) -> Fraction:
    """Capital per kg: what a year pays back over the plant's life at the return `back`."""
    if not cost.capital or not cost.life:
        return Fraction(0)
    yearly = back / (1 - (1 + back) ** -cost.life) if back else Fraction(1, cost.life)
    return cost.capital * yearly / cost.capacity
