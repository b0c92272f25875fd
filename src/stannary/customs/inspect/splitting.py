"""Splitting: one consignment entered as many, each just under the limit of small consignments."""

from collections.abc import Iterator

import numpy as np

from . import peers
from .frames import Frame
from .reading import Desk
from .records import Clue
from .stake import shortfall

DAYS = 21
"""Lines of one seller and product this close together may be one consignment."""
LEAST = 3
"""Fewer lines than this are no pattern."""
NEAR = 0.5
"""Lines worth more than this share of the limit are near it."""
ONE_PRICE = 0.004
"""Prices that differ by less than this share are one price: one sale."""
PRIOR = -7.0
NEEDED = (
    "key", "pair", "exporter", "importer", "product", "day", "size", "unit", "price", "floor",
    "chargeable", "cif", "fob", "counted", "top_up",
)  # fmt: skip
"""Columns that a small line is weighed by."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Groups of lines under the limit, of one buyer or several from one seller, that are one sale."""
    goods = desk.goods
    limit = next(
        (float(p.value) for p in desk.law.parameters if p.name == "small_consignment_usd"), 0.0
    )
    covered = goods[(goods["product"] != "") & goods.floor.notna() & ~goods.inside_zone]
    covered = covered[covered.price < covered.floor]
    if limit <= 0 or covered.empty:
        return
    covered = covered.assign(size=covered.cif / limit)[[*NEEDED]]
    told: set[str] = set()
    for group in ("pair", "exporter"):
        lines = covered[covered["size"] <= 2]
        known = set(lines[lines["size"] <= 1][group])
        lines = lines[lines[group].isin(known)].sort_values(["day", "key"])
        few = lines.groupby([group, "product"])["size"].transform(lambda of: (of <= 1).sum())
        for _, rows in lines[few >= LEAST].groupby([group, "product"], sort=True):
            for clue in _clusters(rows, limit):
                if not told.issuperset(clue.lines):
                    told.update(clue.lines)
                    yield clue


def _clusters(rows: Frame, limit: float) -> Iterator[Clue]:
    days = rows.day.to_numpy().astype("datetime64[D]").astype(int)
    sizes = rows["size"].to_numpy()
    starts = np.flatnonzero(np.diff(days, prepend=-(10**6)) > DAYS)
    for first, after in zip(starts, [*starts[1:], len(days)], strict=True):
        if (sizes[first:after] <= 1).sum() < LEAST:
            continue
        group = rows.iloc[first:after]
        small = group[group["size"] <= 1]
        near = int((small["size"] > NEAR).sum())
        over = len(group) - len(small)
        span = int(days[after - 1] - days[first]) + 1
        # Sizes of honest small orders fall on either side of a limit alike.
        odds = PRIOR + near * np.log(1.8) - (len(small) - near) * 1.0 - 1.5 * over
        odds += min(6.0, 1.2 * len(small) * np.exp(-span / len(small) / 4))
        odds += 1.5 * _of_one_price(small)
        total = float(small["size"].sum())
        if odds <= 0 or total <= 1.2:
            continue
        row = small.iloc[0]
        buyers = small.importer.nunique()
        who = row.importer if buyers == 1 else f"{buyers} buyers"
        yield Clue(
            tuple(small.key), peers.sure(min(odds, 6.0)),
            sum(shortfall(line) for line in small.itertuples()),
            f"{who} entered {len(small)} lines of {row['product']} from {row.exporter} within {span}"
            f" days, each under the limit of {limit:,.0f} USD, {near} of them near it and {over} just"
            f" above; together {total:.1f} times the limit, at {small.price.mean():.2f} USD/kg"
            f" against a floor of {row.floor:.2f}.",
            {"lines": len(small), "days": span, "near_limit": near, "above_limit": over,
             "times_limit": round(total, 3), "buyers": buyers},
        )  # fmt: skip


def _of_one_price(small: Frame) -> int:
    """Lines, beyond the first, whose price is that of another line of the group."""
    prices = np.sort(np.log(small.unit.to_numpy()))
    return int((np.diff(prices) < ONE_PRICE / 4).sum()) if len(prices) > 1 else 0
