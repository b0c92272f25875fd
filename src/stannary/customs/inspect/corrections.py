"""Credits weighed: is this pair credited oftener than traders without a motive, and for how much?

A seller below the floor gains nothing by a false credit: his rate is the honest one. A false credit
brings a price at the floor back to the outside price. Both are weighed as likelihoods, pair by pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import peers
from .frames import Frame, Row
from .reading import Desk
from .records import Clue
from .stake import shortfall

PRIOR = -5.0
"""Log odds that a pair plays false before anything is seen: 1 in 150."""
LINE = -1.0
"""Log odds of one credited line of a pair that is suspected, before its amount is seen."""
MOTIVE = 0.06
"""A price less than this share above the outside price has nothing worth refunding."""
SMALL, TAIL = 0.06, 0.10
"""Honest credits: a few per cent (mean, where none is seen), one in ten anything up to the whole."""
WIDTH = 0.05
"""How closely a refund meets the outside price: one standard deviation, share of the price."""
MOST, LEAST = 4.0, -3.0
"""Bounds of what one amount can say, as log likelihood ratio."""
FALSE_RATE = 0.20
"""A pair that plays false credits at least this share of its lines."""
FLAG = 0.5
NEEDED = (
    "key", "pair", "exporter", "product", "raised", "price", "chargeable", "inside_zone", "floor",
    "outside", "cif", "fob", "counted", "top_up",
)  # fmt: skip
"""Columns that a credited line is weighed by."""


@dataclass(frozen=True, slots=True)
class Practice:
    """One way of crediting.

    reasons   as declared
    words     for it
    frequent  most that frequency alone can say: contracts rebate every line, cargo does not break
    """

    reasons: frozenset[str]
    words: str
    frequent: float


def clues(desk: Desk, practice: Practice) -> Iterator[Clue]:
    """Lines whose credits look like refunds of a raised price."""
    import pandas as pd

    goods = desk.goods
    credited = desk.changes[(desk.changes.usd < 0) & desk.changes.reason.isin(practice.reasons)]
    if credited.empty:
        return
    by_line = credited.groupby("row")
    lines = pd.DataFrame({"usd": -by_line.usd.sum(), "keys": by_line.key.agg("|".join)})
    held = goods.loc[lines.index, [*NEEDED]].join(lines)
    # The price held against the floor, duties that count included: what a refund is a share of.
    held["share"] = held.usd / (held.price * held.chargeable)
    calm = held[held.raised < MOTIVE].share
    usual = float(calm.mean()) if len(calm) >= peers.ENOUGH else SMALL
    held["says"] = _says(held.share.to_numpy(), held.raised.to_numpy(), usual)
    held.loc[(held["product"] == "") | held.inside_zone, "says"] = LEAST
    honest = _honest_rate(goods, held)
    told: dict[int, Clue] = {}
    # A seller may spread false credits over many buyers, so that no pair stands out.
    for group, most in (("pair", 5.0), ("exporter", 2.5)):
        sizes = goods[goods[group].isin(set(held[group]))].groupby(group).size()
        for name, false in held[held.raised >= MOTIVE].groupby(group, sort=True):
            often = min(_oftener(len(false), int(sizes[name]), honest), practice.frequent)
            odds = PRIOR + often + false.says.sum()
            if odds <= 0:
                continue
            for row in false.itertuples():
                score = peers.sure(LINE + row.says + min(odds, most))
                if score >= FLAG and row.Index not in told:
                    told[row.Index] = _clue(
                        row, practice, score, len(false), int(sizes[name]), honest, group
                    )
    yield from told.values()


def _says(share: np.ndarray, raised: np.ndarray, usual: float) -> np.ndarray:
    """Log likelihood ratio of a credited share: back to the outside price, or an honest credit.

    usual  mean share of honest credits
    """
    exact = np.exp(-0.5 * ((share - raised) / WIDTH) ** 2) / (WIDTH * np.sqrt(2 * np.pi))
    room = np.maximum(raised, 0.05)
    partly = ((share > 0.4 * raised) & (share < 1.1 * raised)) / (0.7 * room)
    less = (share <= raised) / room
    honest = (1 - TAIL) * np.exp(-share / usual) / usual + TAIL
    false = 0.5 * exact + 0.3 * partly + 0.2 * less
    ratio = np.clip(np.log(np.maximum(false, 1e-9) / honest), LEAST, MOST)
    return np.where(raised < MOTIVE, LEAST, ratio)


def _honest_rate(goods: Frame, held: Frame) -> float:
    """Share of lines credited where nothing is worth refunding; one in thirty before any is seen."""
    calm = (goods["product"] != "") & (goods.raised < MOTIVE)
    credited = int((held.raised < MOTIVE).sum())
    return min(0.5, (credited + 2) / (int(calm.sum()) + 60))


def _oftener(count: int, lines: int, honest: float) -> float:
    """Log likelihood ratio of `count` large credits on `lines` lines: false rate against honest."""
    from scipy.special import betainc, betaln

    lines = max(lines, count)
    log_false = (
        betaln(count + 1, lines - count + 1)
        + np.log(max(1 - betainc(count + 1, lines - count + 1, FALSE_RATE), 1e-12))
        - np.log(1 - FALSE_RATE)
    )
    log_honest = count * np.log(honest) + (lines - count) * np.log1p(-honest)
    return float(max(log_false - log_honest, -6.0))


def _clue(
    row: Row, practice: Practice, score: float, count: int, lines: int, honest: float, group: str
) -> Clue:
    after = (row.price * row.chargeable - row.usd) / row.chargeable
    sentence = (
        f"{row.exporter} invoiced {row.product} at {row.price:.2f} USD/kg (floor {row.floor:.2f}) and"
        f" gave back {row.share:.0%} {practice.words}, which leaves {after:.2f}: outside sellers ask"
        f" {row.outside:.2f}; {count} of {lines} lines of this"
        f" {'pair' if group == 'pair' else 'seller'} were so treated, of lines without a motive"
        f" {honest:.1%}."
    )
    figures = {
        "price_usd_per_kg": round(row.price, 4), "floor_usd_per_kg": round(row.floor, 4),
        "returned_share": round(row.share, 4), "net_usd_per_kg": round(after, 4),
        "outside_usd_per_kg": round(row.outside, 4), "credited_lines": count, "pair_lines": lines,
        "honest_rate": round(honest, 4),
    }  # fmt: skip
    stake = shortfall(row, less=row.usd, liable=not row.inside_zone)
    return Clue((row.key, *row.keys.split("|")), score, stake, sentence, figures, row.pair)
