"""Money that comes back to a buyer, and that nothing on file explains: streams of payments.

A payment is explained by a credit of that amount, or by an advance or deposit that it returns. What is
left is held against what it may repay: the raised part of the price (`refunds`, `exchange`), or the
top-up (`reimbursement`). A payer that sells the buyer nothing is held against each seller in turn.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import settling
from .corrections import MOTIVE
from .frames import Frame, Series
from .reading import Desk

CLOSE = 0.06
"""A payment within this share of a credit settles it: charges, and the rate of another day."""
SETTLED_DAYS = 150
"""A credit is settled, and a line repaid, within this many days."""
WIDEST = 0.15
"""Rates move less than this between a credit and its payment."""
RETURNED = 0.01
"""A payment within this share of an earlier one the other way gives that one back."""
COMMISSION = 0.08
"""Payments below this share of the turnover are what agents and services cost."""
MOST = 1.15
"""Nobody repays more than what there is to repay, but for this share."""
EXCHANGE = ("exchange", "currency", "forex", "fx")
"""Words of a payment said to settle a difference of rates."""


@dataclass(frozen=True)
class Stream:
    """Payments of one payer to one buyer, and the lines of the seller that they are held against.

    kind      raised: they repay the raised part of the price; top_up: the top-up
    payments  those left unexplained, in order
    lines     rows of goods that may have been repaid
    worth     USD on each line that was there to repay
    ratio     repaid share of it
    turnover  USD of the lines
    steady    spread of the log of what each payment repays of the lines since the one before
    """

    kind: str
    payer: str
    payments: Frame
    lines: Frame
    worth: np.ndarray
    ratio: float
    turnover: float
    steady: float

    @property
    def exchange(self) -> bool:
        """Whether the payments are said to settle differences of rates."""
        return bool(says_exchange(self.payments.purpose).mean() > 0.5)

    @property
    def odds(self) -> float:
        """Log odds: sums that keep step with what they repay, again and again."""
        count = len(self.payments)
        near = -abs(np.log(max(self.ratio, 1e-3) / 0.9))
        return 0.5 + 0.6 * min(count, 8) + near - 1.5 * max(0.0, self.steady - 0.5)


def says_exchange(purpose: Series) -> Series:
    """Payments said to settle a difference of exchange rates."""
    return purpose.str.lower().str.contains("|".join(EXCHANGE))


def streams(desk: Desk) -> Iterator[Stream]:
    """Streams of unexplained payments to buyers that repay a price or a top-up."""
    goods = desk.goods
    back = desk.unexplained
    covered = goods[(goods["product"] != "") & goods.floor.notna() & ~goods.inside_zone]
    by_buyer = dict(list(covered[covered.importer.isin(set(back.payee))].groupby("importer")))
    for (payee, payer), payments in back.groupby(["payee", "payer"], sort=True):
        if payee not in by_buyer:
            continue
        payments = payments.sort_values(["day", "id"])
        lines = by_buyer[payee]
        own = lines[lines.exporter == payer]
        sellers = [own] if len(own) else [rows for _, rows in lines.groupby("exporter", sort=True)]
        found = [s for rows in sellers for s in _against(payer, payments, rows)]
        # An unknown payer pays for one seller: the one whose lines its sums keep step with.
        if len(found) == 1:
            yield found[0]
        elif found:
            yield min(found, key=lambda s: (-_fit(s), s.lines.exporter.iloc[0]))


def _fit(stream: Stream) -> float:
    """How well a payer's sums repeat what was there to repay: its odds, and the payments that do."""
    lines = stream.lines.assign(worth=stream.worth).sort_values(["day", "key"])
    return stream.odds + 4.0 * settling.kept(stream.payments, lines, lines.worth.to_numpy())


def _against(payer: str, payments: Frame, rows: Frame) -> Iterator[Stream]:
    day = np.timedelta64(1, "D")
    first, last = payments.day.iloc[0], payments.day.iloc[-1]
    rows = rows[(rows.day >= first - SETTLED_DAYS * day) & (rows.day <= last)]
    named = rows[rows.invoice.isin(set(payments.invoice) - {""})]
    if len(named) and (payments.invoice != "").mean() > 0.9:
        rows = named
    if rows.empty:
        return
    total = float(payments.usd.sum())
    raised = (rows.raised * rows.price * rows.chargeable).where(rows.raised > MOTIVE, 0.0)
    raised = raised.where(rows.top_up < 0.2 * raised, 0.0)
    for kind, worth in (("raised", raised), ("top_up", rows.top_up)):
        held = rows[worth > 0]
        there = worth[worth > 0].to_numpy()
        if held.empty or there.sum() <= 0:
            continue
        # A stream may have begun late, or not repay the oldest lines: the best run of lines counts.
        turnover = float(held.cif.sum())
        ratio = total / float(there.sum())
        if total < COMMISSION * turnover or not 0.25 < ratio < MOST:
            continue
        yield Stream(
            kind, payer, payments, held, there, ratio, turnover, _steady(payments, held, there)
        )


def _steady(payments: Frame, held: Frame, there: np.ndarray) -> float:
    """How far the running sum of payments strays from that of what they repay, of its whole."""
    order = np.argsort(held.day.to_numpy(), kind="stable")
    days, owed = held.day.to_numpy()[order], np.cumsum(there[order]) / there.sum()
    paid = np.cumsum(payments.usd.to_numpy()) / payments.usd.sum()
    at = np.searchsorted(days, payments.day.to_numpy(), side="right") - 1
    # Payments follow the lines: the running sum of lines is never behind that of payments for long.
    return float(np.max(np.clip(paid - np.where(at >= 0, owed[np.maximum(at, 0)], 0.0), 0, 1)) * 3)


def unexplained(desk: Desk) -> Frame:
    """Payments to importers, less those that settle a credit or give back an advance."""
    goods, payments = desk.goods, desk.payments
    assert payments is not None  # asked only where there is a file
    importers, pairs = set(goods.importer), set(goods.pair)
    sellers = set(goods.exporter)
    to = payments[payments.payee.isin(importers)]
    pair = to.payee.str.cat(to.payer, sep=">")
    back = to[pair.isin(pairs) | ~to.payer.isin(sellers) | ~to.payer.isin(importers)]
    back = back.assign(pair=back.payee.str.cat(back.payer, sep=">")).reset_index(drop=True)
    credited = desk.changes[desk.changes.usd < 0]
    credited = credited.assign(
        pair=goods.pair.loc[credited["row"]].to_numpy(), usd=-credited.usd, amount=-credited.amount
    )
    parties = set(back.pair)
    forth = payments.assign(pair=payments.payer.str.cat(payments.payee, sep=">"))
    forth = forth[forth.pair.isin(parties)]
    keep = _unmatched(back, credited, "key", CLOSE, -30) & _unmatched(
        back, forth, "id", RETURNED, 0
    )
    return back[keep]


def _unmatched(back: Frame, why: Frame, name: str, close: float, earliest: int) -> np.ndarray:
    """Which payments no row of `why` of the same pair explains; each row explains one.

    In one currency a payment meets what it settles to the cent; in another, within `close`.
    """
    keep = np.ones(len(back), dtype=bool)
    why = why[why.pair.isin(set(back.pair))].sort_values(["pair", "usd", "day", name])
    longest = SETTLED_DAYS if name == "key" else 10**5
    owed: dict[str, list[tuple[float, float, str, int]]] = {}
    for pair, *row in zip(why.pair, why.usd, why.amount, why.currency, _days(why.day), strict=True):
        owed.setdefault(pair, []).append(tuple(row))
    free = {pair: [True] * len(rows) for pair, rows in owed.items()}
    for i in np.lexsort((back.id.to_numpy(str), back.day.to_numpy())):
        pair, usd, amount, money = (back[c].iat[i] for c in ("pair", "usd", "amount", "currency"))
        rows, day = owed.get(pair, []), int(_days(back.day.iloc[i : i + 1])[0])
        best: tuple[float, int] | None = None
        for j in range(bisect_left(rows, (usd / (1 + WIDEST),)), len(rows)):
            sum_usd, sum_amount, sum_money, sum_day = rows[j]
            if sum_usd > usd / (1 - WIDEST):
                break
            alike = sum_money == money
            off = abs((amount / sum_amount if alike else usd / sum_usd) - 1)
            late = day - sum_day
            if (
                free[pair][j] and earliest <= late <= longest
                and off < (RETURNED if alike else close) and (best is None or (off, j) < best)
            ):  # fmt: skip
                best = (off, j)
        if best is not None:
            free[pair][best[1]] = False
            keep[i] = False
    return keep


def _days(day: Series) -> np.ndarray:
    return day.to_numpy().astype("datetime64[D]").astype(int)


def by_invoice(goods: Frame) -> "dict[tuple[str, str], list[int]]":
    """Rows of goods of each (pair, invoice)."""
    known = goods[goods.invoice != ""]
    return {
        key: list(rows)
        for key, rows in known.groupby(["pair", "invoice"], sort=False).indices.items()
    }


def forward(desk: Desk) -> Frame:
    """Payments to sellers that name no invoice and that were not given back."""
    payments = desk.payments
    assert payments is not None  # asked only where there is a file
    forth = payments.assign(pair=payments.payer.str.cat(payments.payee, sep=">"))
    forth = forth[(forth.invoice == "") & forth.pair.isin(set(desk.goods.pair))]
    back = payments.assign(pair=payments.payee.str.cat(payments.payer, sep=">"))
    forth = forth.reset_index(drop=True)
    return forth[_unmatched(forth, back[back.pair.isin(set(forth.pair))], "id", RETURNED, -(10**5))]
