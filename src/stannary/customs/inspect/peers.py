"""What a line is compared with: others in the same trade, robustly, never by its size.

Every figure is a ratio, a count or a rank, so that all values times ten leave it as it is.
"""

import numpy as np

from .frames import Frame, Series

CONSISTENT = 1.4826
"""A median absolute deviation times this is the standard deviation of a normal law."""

BELOW = 0.97
"""A seller this far under the floor has not raised his price to it: he shows the outside price."""

ENOUGH = 8
"""Fewer lines than this do not make a level of their own; the wider group's holds."""


def prepare(goods: Frame) -> Frame:
    """The goods with what they are compared with.

    pair     (importer, exporter) as one text
    month    months since year 0
    outside  USD/kg that sellers below the floor ask for the product in that month, duties that count
             included; NaN where the product has no floor
    raised   share of the price that stands above `outside`, at least 0
    unit     CIF, USD per chargeable kg
    good     the product; of uncovered goods the whole code as declared
    usual    log of unit against the median seller of the same good, that quarter
    holds    covered element in the goods: declared, or what others declare under that code; else ""
    """
    goods = goods.copy()
    goods["pair"] = goods.importer.str.cat(goods.exporter, sep=">")
    goods["month"] = goods.day.dt.year * 12 + goods.day.dt.month - 1
    goods["unit"] = goods.cif / goods.chargeable
    goods["outside"] = _outside(goods)
    goods["raised"] = (1 - goods.outside / goods.price).clip(lower=0).fillna(0.0)
    goods["good"] = goods["product"].where(goods["product"] != "", goods.hs_code)
    goods["usual"] = _usual(goods)
    goods["holds"] = _holds(goods)
    return goods


def _outside(goods: Frame) -> Series:
    """The notice's market price, moved to what those below the floor paid that month."""
    market = goods.market.where(goods.market > 0, goods.floor)
    below = (goods["product"] != "") & ~goods.inside_zone & (goods.price < BELOW * goods.floor)
    seen = goods[below].assign(ratio=(goods.price / market)[below])
    # A seller counts once a month, however many lines he has.
    by_seller = seen.groupby(["product", "month", "exporter"]).ratio.median().reset_index()
    monthly = by_seller.groupby(["product", "month"]).ratio.agg(["median", "count"])
    wide = by_seller.groupby("product").ratio.median()
    level = monthly["median"].where(monthly["count"] >= ENOUGH).rename("level")
    joined = goods[["product", "month"]].join(level, on=["product", "month"])
    filled = joined.level.fillna(goods["product"].map(wide)).fillna(1.0)
    return market * filled


def _usual(goods: Frame) -> Series:
    """Log of the unit value against the median of the sellers of the good, by quarter."""
    held = goods.assign(quarter=goods.month // 3, log=np.log(goods.unit))
    by_seller = held.groupby(["good", "quarter", "exporter"]).log.median().reset_index()
    quarterly = by_seller.groupby(["good", "quarter"]).log.agg(["median", "count"])
    wide = by_seller.groupby("good").log.median()
    level = quarterly["median"].where(quarterly["count"] >= ENOUGH).rename("level")
    joined = held[["good", "quarter"]].join(level, on=["good", "quarter"])
    return held.log - joined.level.fillna(held.good.map(wide))


def _holds(goods: Frame) -> Series:
    """The covered element of each line, "" for none."""
    covered = set(goods.element[goods["product"] != ""]) - {"none"}
    said = goods[goods.element != "none"].groupby("good").element.agg(lambda of: of.mode().min())
    held = goods.element.where(goods.element != "none", goods.good.map(said)).fillna("")
    return held.where(held.isin(covered), "")


def wide(usual: Series, good: Series) -> Series:
    """Robust spread of log prices about what is usual, by good; at least 0.06."""
    away = usual.abs().groupby(good).median()
    return (CONSISTENT * good.map(away)).clip(lower=0.06, upper=0.25)


def spread(values: np.ndarray, least: float) -> tuple[float, float]:
    """Median and robust standard deviation, the latter at least `least`."""
    middle = float(np.median(values))
    return middle, max(least, CONSISTENT * float(np.median(np.abs(values - middle))))


def sure(log_odds: float) -> float:
    """Log odds as a score between 0 and 1."""
    return float(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))
