"""Bundling: what a floor raised is given back on other goods, or the covered product hides in them.

Cheap goods beside a dear covered product, on one invoice or on another within days, from the same
seller or from one that sells only such goods; and kits priced far above what their heading costs.
"""

from collections.abc import Iterator

import numpy as np

from . import peers
from .corrections import MOTIVE
from .frames import Frame, Series
from .reading import Desk
from .records import Clue
from .stake import shortfall

PRIOR = -4.0
DAYS = 30
"""Goods given cheap follow or precede the dear ones within so many days."""
CHEAP = 0.3
"""Log discount against other sellers from which a line is looked at."""
KIT = 0.5
"""Log premium from which a price may say that something dearer is inside."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Cheap goods with the dear covered lines beside them, and kits."""
    goods = desk.goods
    beside = goods[(goods["product"] == "") & goods.usual.notna()]
    if beside.empty:
        return
    beside = beside.assign(wide=peers.wide(beside.usual, beside.good))
    yield from _kits(goods, beside[beside.usual > KIT], beside.groupby("pair").size())
    cheap = beside[beside.usual < -CHEAP]
    raised = goods[(goods["product"] != "") & (goods.raised > MOTIVE) & ~goods.inside_zone]
    by_buyer = dict(list(raised[raised.importer.isin(set(cheap.importer))].groupby("importer")))
    counts = beside.groupby("pair").size()
    for (importer, seller), lines in cheap.groupby(["importer", "exporter"], sort=True):
        dear = by_buyer.get(importer)
        if dear is None:
            continue
        own = dear[dear.exporter == seller]
        if own.empty:
            # Goods that hold what the buyer bought before are another matter: `downstream`.
            lines = lines[lines.holds == ""]
        if lines.empty:
            continue
        choices = [own] if len(own) else [of for _, of in dear.groupby("exporter", sort=True)]
        met = [(m, of) for of in choices if (m := _met(lines, of))]
        if met:
            best, of = max(met, key=lambda found: (len(found[0]), found[1].exporter.iloc[0]))
            yield from _judged(lines, of, best, int(counts[f"{importer}>{seller}"]))


def _met(cheap: Frame, dear: Frame) -> list[tuple[int, int]]:
    """Each cheap line with a dear one: of the same invoice, else as near in days as can be."""
    from scipy.optimize import linear_sum_assignment

    days = dear.day.to_numpy()[None, :] - cheap.day.to_numpy()[:, None]
    off = np.abs(days / np.timedelta64(1, "D"))
    same = (cheap.invoice.to_numpy()[:, None] == dear.invoice.to_numpy()[None, :]) & (
        cheap.pair.to_numpy()[:, None] == dear.pair.to_numpy()[None, :]
    )
    cost = np.where(same, 0.0, np.where(off <= DAYS, 1.0 + off, 1e4))
    return [
        (int(a), int(b))
        for a, b in zip(*linear_sum_assignment(cost), strict=True)
        if cost[a, b] < 1e4
    ]


def _judged(cheap: Frame, dear: Frame, met: list[tuple[int, int]], lines: int) -> Iterator[Clue]:
    low, high = cheap.iloc[[a for a, _ in met]], dear.iloc[[b for _, b in met]]
    discount = -low.usual.to_numpy()
    given = low.cif.to_numpy() * np.expm1(discount)
    gain = (high.raised * high.price * high.chargeable).to_numpy()
    ratio = given / gain
    says = np.clip(discount / low.wide.to_numpy() - 2.0, 0, 4) - np.abs(
        np.log(np.clip(ratio, 1e-2, 1e2))
    ).clip(max=2)
    own = high.exporter.iloc[0] == low.exporter.iloc[0]
    # A seller of only such goods, to a buyer who overpays another, must be met more often.
    odds = PRIOR - (0.0 if own else 1.5) + float(says.sum()) + np.log(len(low) / lines)
    if odds <= 0:
        return
    for (_, a), (_, b), back, share in zip(
        low.iterrows(), high.iterrows(), given, ratio, strict=True
    ):
        where = "on the same invoice" if a.invoice == b.invoice and own else "within days"
        yield Clue(
            (b.key, a.key), peers.sure(min(odds, 6.0)), shortfall(b, less=float(back)),
            f"{b.exporter} sold {b['product']} at {b.price:.2f} USD/kg (outside sellers ask"
            f" {b.outside:.2f}, floor {b.floor:.2f}); {where} {a.exporter} sold {b.importer} other"
            f" goods at {np.exp(a.usual):.0%} of their usual price: {back:,.0f} USD too cheap, against"
            f" {b.raised * b.price * b.chargeable:,.0f} too dear. {len(low)} of {lines} lines of such"
            " goods.",
            {"price_usd_per_kg": round(b.price, 4), "outside_usd_per_kg": round(b.outside, 4),
             "other_goods_of_usual": round(float(np.exp(a.usual)), 4),
             "given_back_of_raised": round(float(share), 4), "lines": len(low)},
            f"{b.pair} {a.exporter}",
        )  # fmt: skip


def _kits(goods: Frame, dear: Frame, counts: Series) -> Iterator[Clue]:
    """Uncovered goods far above their price, again and again from one seller."""
    covered = goods[(goods["product"] != "") & goods.floor.notna() & (goods.outside > 0)]
    for pair, lines in dear.groupby("pair", sort=True):
        odds = PRIOR - 1.0 + float((lines.usual / lines.wide - 3.0).clip(0, 3).sum())
        odds += float(np.log(len(lines) / counts[pair]))
        if odds <= 0 or covered.empty:
            continue
        used = covered[covered.importer == lines.importer.iloc[0]]
        of = used if len(used) else covered
        # What is inside is not known: the gap between floor and outside price of what he uses.
        gap = float((of.floor / of.outside - 1).median())
        product = str(used["product"].mode().min()) if len(used) else "a covered product"
        for line in lines.itertuples():
            inside = line.cif * -np.expm1(-line.usual)
            yield Clue(
                (line.key,), peers.sure(min(odds, 6.0)), max(0, round(inside * gap * 100)),
                f"{line.exporter} sold {line.importer} goods of heading {line.hs6} at {line.unit:.2f}"
                f" USD/kg, {np.exp(line.usual):.1f} times what others pay: {inside / line.cif:.0%} of"
                f" the value is something else, which may be {product}; {len(lines)} of"
                f" {counts[pair]} lines of such goods.",
                {"unit_usd_per_kg": round(line.unit, 4),
                 "times_usual": round(float(np.exp(line.usual)), 2), "may_hold": product,
                 "lines": len(lines)},
                str(pair),
            )  # fmt: skip
