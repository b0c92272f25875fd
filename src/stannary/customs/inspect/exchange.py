"""Rebates dressed as exchange differences: always the buyer's gain, whatever the rate did.

An honest difference is the official rate's move between invoice and settlement, to either side. What is
credited or paid beyond that move is weighed, pair by pair.
"""

from collections.abc import Iterator

import numpy as np

from . import paybacks, peers
from .frames import Frame, Row, Series
from .reading import Desk
from .records import Clue
from .refunds import paid
from .stake import shortfall

PRIOR = -4.0
HONEST = 0.002
"""How closely an honest difference follows the rate: mean deviation, share of the price."""
STRAY = 0.05
"""Density of honest differences that follow another rate, another day or a mistake."""
FALSE = 3.0
"""Density of false ones: anything up to a third of the price."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Lines whose exchange differences are no exchange differences."""
    rows = _differences(desk)
    for _, of in rows.groupby("pair", sort=True):
        odds = PRIOR + float(of.says.sum()) + float(np.log(0.2) * (of.share <= 0).sum())
        if odds <= 0:
            continue
        goods = desk.goods.loc[of.row]
        for line, difference in zip(goods.itertuples(), of.itertuples(), strict=True):
            if difference.share > 0 and not line.inside_zone:
                yield _clue(line, difference, odds, len(of), int((of.share <= 0).sum()))
    for stream in desk.streams:
        if stream.kind == "raised" and stream.exchange and stream.odds > 0:
            yield paid(stream, "is repaid as exchange differences")


def _clue(line: Row, difference: Row, odds: float, count: int, against: int) -> Clue:
    usd = difference.usd
    return Clue(
        (line.key, *(k for k in (difference.key,) if k)),
        peers.sure(min(odds, 4.0) + 0.5 * difference.says), shortfall(line, less=usd),
        f"{line.exporter} gave back {difference.share:.1%} of {line.cif:,.0f} USD as an exchange"
        f" difference; the rate of {line.currency} moved by {difference.move:+.1%} since the invoice."
        f" Of {count} such differences of this pair {against} went the other way.",
        {"returned_share": round(difference.share, 4), "rate_moved": round(difference.move, 4),
         "differences": count, "other_way": against,
         "price_usd_per_kg": round(line.price, 4), "outside_usd_per_kg": round(line.outside, 4)},
        line.pair,
    )  # fmt: skip


def _differences(desk: Desk) -> Frame:
    """Credits and debits as exchange differences: share of price, the rate's move, what they say."""
    goods = desk.goods
    rows = desk.changes[desk.changes.reason == "fx_difference"][["key", "row", "day", "usd"]].copy()
    rows["usd"] = -rows.usd
    if desk.payments is not None:
        rows = _with_payments(desk, rows)
    rows = rows.reset_index(drop=True)
    rows["row"] = rows.row.astype(int)
    line = goods.loc[rows.row]
    rows["pair"] = line.pair.to_numpy()
    rows["share"] = rows.usd.to_numpy() / line.cif.to_numpy()
    before = _rate(desk, line.currency, line.invoice_day)
    after = _rate(desk, line.currency, rows.day)
    rows["move"] = np.nan_to_num(after / before - 1)
    off = rows.share - rows.move / (1 + rows.move)
    honest = (1 - STRAY) * np.exp(-off.abs() / HONEST) / (2 * HONEST) + STRAY
    # A false one gives back whatever the rate did, so a rate that moved further clears nobody.
    rows["says"] = np.clip(np.log(np.where(rows.share > 0, FALSE, STRAY) / honest), -2.5, 4)
    return rows


def _with_payments(desk: Desk, rows: Frame) -> Frame:
    """Also payments that name an invoice and say exchange, where no credit is on file."""
    import pandas as pd

    back = desk.unexplained
    back = back[paybacks.says_exchange(back.purpose)]
    named, credited = paybacks.by_invoice(desk.goods), set(rows.row)
    worth = desk.goods.cif.to_numpy()
    more: list[tuple[str, int, object, float]] = []
    for payment in back.itertuples():
        about = [i for i in named.get((payment.pair, payment.invoice), []) if i not in credited]
        total = sum(worth[i] for i in about)
        more += [("", i, payment.day, payment.usd * worth[i] / total) for i in about]
    return pd.concat([rows, pd.DataFrame(more, columns=rows.columns)], ignore_index=True)


def _rate(desk: Desk, currency: Series, day: Series) -> np.ndarray:
    """USD per unit on each day; NaN where no rate is known."""
    money = currency.to_numpy(object)
    days = day.to_numpy().astype("datetime64[D]")
    out = np.where(money == "USD", 1.0, np.nan)
    for code in {*money} - {"USD"}:
        known = sorted(
            (np.datetime64(r.valid_from), np.datetime64(r.valid_to), float(r.usd_per_unit))
            for r in desk.law.fx if r.currency == code
        )  # fmt: skip
        if not known:
            continue
        first, last, rate = (np.array(column) for column in zip(*known, strict=True))
        rows = (money == code) & ~np.isnat(days)
        at = np.searchsorted(first, days[rows], "right") - 1
        out[rows] = np.where((at >= 0) & (days[rows] <= last[at]), rate[at], np.nan)
    return out
