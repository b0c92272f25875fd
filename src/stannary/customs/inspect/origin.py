"""Origin over-claimed: lines that claim more zone origin than lots and plants can support.

The proof is the maximum flow of `customs.origin.flow`; this turns lines into its claims, a calendar
year at a time, and its cuts into clues.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ..origin.chain import Lot
from ..origin.flow import Claim, OverClaim, Period, overclaims
from ..origin.rules import shipped_rules
from .frames import Frame
from .reading import Desk
from .records import Clue
from .stake import shortfall

GRAMS = 1000
SLACK = 0.01
"""An excess below this share of what is claimed is weighing and rounding."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Cuts of claims that the plants could not have made."""
    assert desk.papers is not None  # asked only where there are files
    goods = desk.goods
    claimed = goods[
        (goods["product"] != "") & goods.inside_zone & (goods.lots != "") & goods.contained.notna()
    ]
    if claimed.empty:
        return
    books = desk.papers.books
    lots = {lot.lot_id: lot for lot in books.lots}
    years = range(int(claimed.day.dt.year.min()), int(claimed.day.dt.year.max()) + 1)
    periods = tuple(Period(str(y), date(y, 1, 1), date(y, 12, 31)) for y in years)
    members = frozenset(row.country for row in desk.law.members)
    found = overclaims(
        books.lots, books.parents, books.facilities, _claims(claimed, lots), periods,
        members=members, recycled_cap_pct=_most_recycled(periods[0].first),
    )  # fmt: skip
    by_key = claimed.set_index("key", drop=False)
    for over in found:
        if over.excess > SLACK * over.claimed:
            yield _clue(over, by_key)


def _most_recycled(day: date) -> Decimal:
    """Most of a lot that counts as recycled by the zone's own rule, per cent; 100 where none stands."""
    stands = [r.recycled_cap_pct for r in shipped_rules() if r.test == "zone" and r.stands(day)]
    return stands[0] if stands else Decimal(100)


def _clue(over: OverClaim, goods: Frame) -> Clue:
    lines = sorted(set(over.entry_lines))
    share = over.excess / over.claimed
    stake = sum(
        shortfall(row._replace(top_up=0.0)) for row in goods.loc[lines].itertuples(index=False)
    )
    # What is owed is owed on the excess alone; which lines hold it only an audit can say.
    return Clue(
        tuple(lines), min(0.99, 0.6 + 0.8 * share), round(stake * share), over.sentence,
        {"claimed_kg": over.claimed / GRAMS, "possible_kg": over.possible / GRAMS,
         "excess_kg": over.excess / GRAMS,
         "limits": "; ".join(limit.sentence for limit in over.limits)[:600]},
    )  # fmt: skip


def _claims(claimed: Frame, lots: "dict[str, Lot]") -> "list[Claim]":
    """Lines as claims on the plants of their lots, by the weight of the lots they name."""
    held: dict[tuple[str, str, str, str], tuple[int, list[str]]] = defaultdict(lambda: (0, []))
    for row in claimed.itertuples():
        named = [lots[name] for name in row.lots.split("|") if name in lots]
        total = sum(lot.grams for lot in named)
        for lot in named:
            grams = round(row.contained * GRAMS * lot.grams / total)
            place = (lot.facility_id, row.product, row.origin, str(row.day.year))
            before, keys = held[place]
            held[place] = (before + grams, [*keys, row.key])
    return [
        Claim(*place, grams, tuple(dict.fromkeys(keys)))
        for place, (grams, keys) in sorted(held.items())
    ]
