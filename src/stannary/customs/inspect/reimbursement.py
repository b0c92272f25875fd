"""Reimbursement: the seller, or somebody for him, pays the top-up back, so the floor bites nobody."""

from collections.abc import Iterator

from . import peers, settling
from .reading import Desk
from .records import Clue

ENOUGH = 3
"""Fewer credits that equal a top-up may do so by chance."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Lines whose top-up came back to the importer, by payments or by credits of its size."""
    yield from _credited(desk)
    for stream in desk.streams:
        if stream.kind != "top_up" or stream.odds <= 0:
            continue
        lines, payments = stream.lines.sort_values(["day", "key"]), stream.payments
        lines = lines[settling.repaid(payments, lines, lines.top_up.to_numpy())]
        seller, buyer = lines.exporter.iloc[0], lines.importer.iloc[0]
        total, owed = float(payments.usd.sum()), float(lines.top_up.sum())
        who = seller if stream.payer == seller else f"{stream.payer}, which sells it nothing,"
        # What comes back lowers the price held against the floor by as much: it is due again.
        yield Clue(
            tuple(lines.key), peers.sure(stream.odds), round(total * 100),
            f"{buyer} paid {owed:,.0f} USD of top-up on {len(lines)} lines of {seller}; {who} paid it"
            f" {total:,.0f} USD in {len(payments)} payments that no credit or advance explains:"
            f" {total / owed:.0%} of the top-up, {total / stream.turnover:.0%} of the turnover.",
            {"payer": stream.payer, "paid_usd": round(total, 2), "top_up_usd": round(owed, 2),
             "payments": len(payments), "of_top_up": round(total / owed, 4)},
        )  # fmt: skip


def _credited(desk: Desk) -> Iterator[Clue]:
    """Pairs whose credits equal the top-ups, line by line."""
    goods = desk.goods
    usd = -desk.changes[desk.changes.usd < 0].groupby("row").usd.sum()
    keys = desk.changes[desk.changes.usd < 0].groupby("row").key.agg("|".join)
    lines = goods.loc[usd.index].assign(usd=usd, keys=keys)
    lines = lines[lines.top_up > 0]
    equal = lines[(lines.usd / lines.top_up - 1).abs() < settling.WITHIN]
    for pair, rows in equal.groupby("pair", sort=True):
        credited = int((lines.pair == pair).sum())
        if len(rows) < ENOUGH or len(rows) < 0.5 * credited:
            continue
        named = [key for of in rows["keys"] for key in of.split("|")]
        total, owed = float(rows.usd.sum()), float(rows.top_up.sum())
        yield Clue(
            (*rows.key, *named), peers.sure(2.0 * len(rows) - 4.0), round(total * 100),
            f"{rows.exporter.iloc[0]} credited {rows.importer.iloc[0]} {total:,.0f} USD on {len(rows)}"
            f" of {credited} credited lines: {total / owed:.0%} of the top-up paid on each of them.",
            {"credited_usd": round(total, 2), "top_up_usd": round(owed, 2), "lines": len(rows),
             "credited_lines": credited},
        )  # fmt: skip
