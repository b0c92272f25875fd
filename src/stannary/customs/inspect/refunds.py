"""Prices raised to the floor and refunded.

By later credits without a reason of their own, or by money that comes back, from the seller or from
somebody for him.
"""

from collections.abc import Iterator

from . import corrections, paybacks, peers
from .reading import Desk
from .records import Clue
from .stake import shortfall

PRACTICE = corrections.Practice(
    frozenset({"price_adjustment", "volume_rebate", "other"}),
    "by credits",
    frequent=6.0,
)


def clues(desk: Desk) -> Iterator[Clue]:
    """Lines at the floor whose price came back in part, to about the outside price."""
    yield from corrections.clues(desk, PRACTICE)
    for stream in desk.streams:
        if stream.kind == "raised" and not stream.exchange and stream.odds > 0:
            yield paid(stream, "is repaid by money that no credit explains")


def paid(stream: paybacks.Stream, words: str) -> Clue:
    """A stream that repays the raised part of a price, as a clue."""
    lines, payments = stream.lines, stream.payments
    repaid = stream.worth * min(stream.ratio, 1.0)
    stake = sum(
        shortfall(row, less=less) for row, less in zip(lines.itertuples(), repaid, strict=True)
    )
    seller, buyer = lines.exporter.iloc[0], lines.importer.iloc[0]
    who = stream.payer if stream.payer == seller else f"{stream.payer}, which sells it nothing,"
    total = float(payments.usd.sum())
    middle = lines.raised.median()
    return Clue(
        tuple(lines.key), peers.sure(stream.odds), stake,
        f"{seller} sells {buyer} at the floor, {middle:.0%} of the price above what outside sellers"
        f" ask; what was raised {words}: {who} paid {buyer} {total:,.0f} USD in {len(payments)}"
        f" payments, {total / stream.turnover:.0%} of the turnover and {stream.ratio:.0%} of what"
        f" {len(lines)} lines were raised by.",
        {"payer": stream.payer, "paid_usd": round(total, 2), "payments": len(payments),
         "of_turnover": round(total / stream.turnover, 4), "of_raised": round(stream.ratio, 4),
         "raised_share": round(float(middle), 4)},
    )  # fmt: skip
