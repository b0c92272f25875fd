"""Downstream shift: the covered product falls away, goods made of it without a floor take its place.

A plant that grows buys more of the next stage too. What tells them apart is the price: real work
on a metal is paid for; a product worked only as far as the next heading costs little more than what
is in it.
"""

from collections.abc import Iterator

import numpy as np

from . import peers
from .frames import Frame, Row
from .reading import Desk
from .records import Clue

PRIOR = -4.0
CHEAP = 0.3
"""Log discount against other sellers of the good from which a line is looked at."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Hardly worked goods that hold a covered element, where that product was bought before."""
    goods = desk.goods
    beside = goods[(goods["product"] == "") & (goods.holds != "") & goods.usual.notna()]
    if beside.empty:
        return
    beside = beside.assign(wide=peers.wide(beside.usual, beside.good))
    cheap = beside[beside.usual < -CHEAP]
    covered = goods[(goods["product"] != "") & goods.floor.notna() & ~goods.inside_zone]
    inside = beside[beside.contained > 0]
    held = (inside.contained / inside.net).groupby(inside.good).median()
    counts = beside.groupby(["pair", "good"]).size()
    for (pair, good), lines in cheap.groupby(["pair", "good"], sort=True):
        near = covered[covered.element == lines.holds.iloc[0]]
        by_buyer = near[near.importer == lines.importer.iloc[0]]
        by_seller = near[near.exporter == lines.exporter.iloc[0]]
        start, end = lines.day.min(), goods.day.max()
        fell, before = max(
            ((_fall(of, goods.day.min(), start, end), of) for of in (by_buyer, by_seller)),
            key=lambda found: found[0],
        )
        odds = (
            PRIOR + float((-lines.usual / lines.wide - 2.0).clip(0, 3).sum())
            + float(np.clip(3.0 * fell - 1.5, -1.5, 2))
            + float(np.log(len(lines) / counts[(pair, good)]))
        )  # fmt: skip
        if odds <= 0 or near.empty:
            continue
        yield _clue(lines.sort_values(["day", "key"]), before if len(before) else near, odds, fell,
                    float(held.get(good, np.nan)))  # fmt: skip


def _fall(of: Frame, first: Row, start: Row, end: Row) -> float:
    """Share by which lines a month of a product fell after a day; -1 where none were before."""
    was = of[of.day < start]
    if was.empty:
        return -1.0
    months = max((start - max(first, was.day.min())).days / 30.4, 1.0)
    later = max((end - start).days / 30.4, 1.0)
    return 1 - ((len(of) - len(was)) / later) / (len(was) / months)


def _clue(lines: Frame, covered: Frame, odds: float, fell: float, held: float) -> Clue:
    product = covered["product"].mode().min()
    of = covered[covered["product"] == product].sort_values(["day", "key"])
    per_kg = (of.chargeable / of.contained).median()
    kg = lines.contained.where(lines.contained > 0, lines.net * held).fillna(0.0)
    gaps = (of.floor - of.outside).to_numpy()
    near = np.clip(np.searchsorted(of.day.to_numpy(), lines.day.to_numpy(), "right") - 1, 0, None)
    stake = float((kg.to_numpy() * per_kg * np.maximum(gaps[near], 0)).sum())
    cheap = float(np.exp(lines.usual.median()))
    row = lines.iloc[0]
    buyers = "same buyer" if (of.importer == row.importer).any() else "same seller to other buyers"
    return Clue(
        tuple(lines.key), peers.sure(min(odds, 6.0)), round(stake * 100),
        f"{row.exporter} sells {row.importer} {row.form or 'goods'} of heading {row.hs6}, which has no"
        f" floor, at {cheap:.0%} of what others pay: hardly worked {product}. The covered product"
        f" ({buyers}) fell by {max(fell, 0.0):.0%} since {row.day.date()}; {len(lines)} lines hold"
        f" {kg.sum():,.0f} kg.",
        {"since": str(row.day.date()), "covered_fell": round(fell, 4),
         "price_of_usual": round(cheap, 4), "instead_of": str(product),
         "kg_held": round(float(kg.sum()), 3), "lines": len(lines)},
    )  # fmt: skip
