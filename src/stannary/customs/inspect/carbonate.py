"""Oxide declared as a carbonate, to be held against the lower floor.

A carbonate holds half of what an oxide does and costs less for the same content, because work is still
to be done. Told apart by the price of a kilogram of goods, by the price of what they hold, pair by
pair, and by money paid to the seller beside the invoices.
"""

from collections.abc import Iterator

import numpy as np

from . import paybacks, peers
from .frames import Frame, Series
from .reading import Desk
from .records import Clue
from .stake import shortfall

PRIOR = -3.5
NEEDED = (
    "key", "pair", "month", "day", "form", "assay", "moisture", "dry", "price", "floor", "outside",
    "chargeable", "cif", "fob", "counted", "top_up",
)  # fmt: skip
"""Columns that a line is weighed by."""
HIDES = {"carbonate": "oxide"}
"""The dearer stage that a declared one may hide, by the last word of the product."""
SELLERS, LINES = 0.05, 0.06
"""How sellers and lines differ in log price of what they hold, both about the outside price."""
BESIDE = 0.08
"""Payments beside the invoices of less than this share of them are services."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Carbonate lines that are priced, or paid for, as an oxide."""
    known = set(desk.goods["product"])
    for product in sorted(known):
        name, _, stage = product.rpartition(".")
        if f"{name}.{HIDES.get(stage, '')}" in known:
            yield from _hidden(desk, product, f"{name}.{HIDES[stage]}")


def _hidden(desk: Desk, product: str, other: str) -> Iterator[Clue]:
    goods = desk.goods
    known = (goods["product"] == product) & ~goods.inside_zone & goods.floor.notna()
    low = goods.loc[known, [*NEEDED]]
    high = goods[(goods["product"] == other) & goods.floor.notna()]
    if low.empty or high.empty:
        return
    pure = float(high.assay.median()) / 100
    dear = high.groupby("month").outside.median()
    low = low.assign(dear=low.month.map(dear).fillna(float(high.outside.median())))
    low["gap"] = np.log(low.dear / low.outside)
    # A kilogram of goods as dear as a kilogram of oxide: half the assay, or the weight, is invented.
    low["as_oxide"] = np.log(low.price * low.assay / 100 / (low.dear * pure))
    beside = _paid_beside(desk, set(low.pair))
    floors = high.groupby("version").agg(day=("begins", "first"), floor=("floor", "first"))
    for _, lines in low.groupby("pair", sort=True):
        yield from _pair(lines, high, floors, pure, beside.get(lines.pair.iloc[0], (0, 0.0)))


def _pair(
    lines: Frame, high: Frame, floors: Frame, pure: float,
    beside: tuple[int, float],
) -> Iterator[Clue]:  # fmt: skip
    below = lines[lines.price < peers.BELOW * lines.floor]
    off = np.log(below.price / below.outside)
    gap = float(lines.gap.mean())
    priced = -9.0
    if len(below) and gap > 0.03:
        wide = SELLERS**2 + LINES**2 / len(below)
        priced = float(np.clip((off.mean() * gap - gap**2 / 2) / wide, -6, 8))
        priced += float(np.where(below.moisture > 0, -1.0, 0.3).sum().clip(-4, 2))
    rich = _by_weight(lines)
    whole = float(rich.sum())
    count, usd = beside
    paid = (
        float(np.clip(count - 1, 0, 5)) + 2.0
        if usd > BESIDE * lines.cif.sum() and count > 1
        else -9.0
    )
    cheap = (lines.price < peers.BELOW * lines.floor).to_numpy()
    heaviest = np.where(rich > -0.5, min(whole, 6.0) + 0.5 * rich, -9.0)
    named = PRIOR + np.maximum(heaviest, np.where(cheap, max(priced, paid), -9.0)) > 0
    for line, own in zip(lines[named].itertuples(), rich[named], strict=True):
        heavy = min(whole, 6.0) + 0.5 * float(own) if own > -0.5 else -9.0
        under = line.price < peers.BELOW * line.floor
        says = max(heavy, priced if under else -9.0, paid if under else -9.0)
        earlier = floors[floors.day <= line.day]
        floor = float(
            (earlier if len(earlier) else floors)
            .sort_values("day")
            .floor.iloc[-1 if len(earlier) else 0]
        )
        weight = line.dry * pure if heavy == says else line.chargeable
        per_kg = line.price * line.assay / 100
        why = (
            f"a kilogram of it costs {per_kg:.2f} USD, as a kilogram of oxide does"
            if heavy == says
            else f"what it holds costs {line.price:.2f} USD/kg, as in oxide, over {len(below)} lines"
            if priced == says
            else f"{count} payments of {usd:,.0f} USD beside the invoices bring it to the oxide's price"
        )
        yield Clue(
            (line.key,), peers.sure(PRIOR + says), shortfall(line, floor=floor, kg=float(weight)),
            f"Declared {line.form or 'carbonate'} of {line.assay:.1f} %: {why} (carbonate"
            f" {line.outside:.2f}, oxide {line.dear:.2f} USD per kg held). Oxide's floor is"
            f" {floor:.2f}, not {line.floor:.2f}.",
            {"price_usd_per_kg": round(line.price, 4), "carbonate_usd_per_kg": round(line.outside, 4),
             "oxide_usd_per_kg": round(line.dear, 4), "assay_pct": line.assay,
             "usd_per_kg_of_goods": round(per_kg, 4), "paid_beside_usd": round(usd, 2)},
            line.pair,
        )  # fmt: skip


def _by_weight(lines: Frame) -> np.ndarray:
    """Log likelihood ratio of each line: priced by the kilogram of oxide, or by what a carbonate holds.

    An honest price lies about the outside price, about the floor, or, one in ten, anywhere.
    """

    def normal(x: Series, middle: float, wide: float) -> np.ndarray:
        return np.exp(-0.5 * ((x.to_numpy() - middle) / wide) ** 2) / (wide * 2.5066)

    false = normal(lines.as_oxide, 0.0, 0.07)
    honest = (
        0.5 * normal(np.log(lines.price / lines.outside), 0.0, 0.09)
        + 0.4 * normal(np.log(lines.price / lines.floor), 0.05, 0.06) + 0.1
    )  # fmt: skip
    return np.clip(np.log(np.maximum(false, 1e-9) / honest), -3, 4)


def _paid_beside(desk: Desk, pairs: set[str]) -> dict[str, tuple[int, float]]:
    """Payments to the seller that name no invoice and were never returned: count and USD, by pair."""
    if desk.payments is None:
        return {}
    forth = paybacks.forward(desk)
    forth = forth[forth.pair.isin(pairs)]
    return {p: (len(rows), float(rows.usd.sum())) for p, rows in forth.groupby("pair", sort=True)}
