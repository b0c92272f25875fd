"""Backdated invoices: papers dated before a floor rose, for goods sold after.

Three witnesses, each weighed against what is usual: the days under way on that route at that time, the
seller's own invoice numbers, and the days until payment. Sellers who do it do it again: their lines
are weighed together.
"""

from collections.abc import Iterator
from heapq import heappush, heappushpop
from itertools import pairwise

import numpy as np

from . import peers
from .frames import Frame, Row, Series
from .reading import Desk
from .records import Clue
from .stake import shortfall

PRIOR = -4.5
ORDERED = 0.9
"""A seller whose numbers and dates agree in rank at least so well numbers in sequence."""
OUT_OF_ORDER = 3
"""So many invoices of lower number and later date are no slips of the pen."""
SLIP = 2.5
"""Days that an honest invoice stands out of order: one standard deviation."""
SPAN = 45.0
"""Papers are dated back by up to so many days, any number alike."""
STRAY = 0.02
"""One honest line in fifty is under way, or unpaid, for any time."""
LEAST = 1.0
"""A line that says less by itself is not named for what its neighbours say."""
FORGED = -0.7
"""Log odds: numbers and payments may have been made to fit the false date; half of them are."""
NEARBY = 21
"""Entries so many days apart share the state of a route."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Lines held against an older, lower floor by papers whose date does not fit the rest."""
    goods = desk.goods
    dated = goods.floor.notna() & goods.invoice_day.notna() & goods.export_day.notna()
    held = goods[(goods["product"] != "") & dated].copy()
    if held.empty:
        return
    held["floor_now"], held["begins_now"] = _standing(desk, held)
    gains = (
        (held.begins < held.begins_now)
        & (held.floor < held.floor_now)
        & ~held.inside_zone
        & (held.price < held.floor_now)
    )
    if not gains.any():
        return
    held["trip"] = (held.day - held.export_day).dt.days.astype(float)
    held["late"] = _out_of_order(held)
    held["pays"] = _payment_lag(desk, held)
    suspects = held[gains].copy()
    suspects["usual"], suspects["wide"] = _usual_trip(held, suspects)
    terms = held[~gains].groupby("exporter").pays.median()
    suspects["terms"] = suspects.exporter.map(terms)
    away = (held.pays - held.exporter.map(terms)).abs()
    care = max(2.0, peers.CONSISTENT * float(away.median())) if away.notna().any() else 5.0
    says = (
        _beyond(suspects.trip - suspects.usual, suspects.wide)
        + _beyond(suspects.pays - suspects.terms, care).clip(lower=FORGED)
        + _beyond(suspects.late, SLIP).clip(lower=FORGED)
    )
    suspects["says"] = says
    # Others of the same seller: a habit, whichever step of the floor. What is in order clears little.
    habit = says.clip(-0.3, 3.0)
    others = habit.groupby(suspects.exporter).transform("sum") - habit
    suspects["odds"] = PRIOR + says + (0.6 * others).clip(-1.5, 5)
    suspects.loc[says < LEAST, "odds"] = -9.0
    for row in suspects[suspects.odds > 0].itertuples():
        yield _clue(row)


def _clue(row: Row) -> Clue:
    before = (row.begins_now - row.invoice_day).days
    told = [f"{row.trip:.0f} days under way, usual then on that route {row.usual:.0f}"]
    if row.pays == row.pays and row.terms == row.terms:
        told.append(f"paid after {row.pays:.0f} days, this seller's terms are {row.terms:.0f}")
    if row.late == row.late:
        told.append(
            f"its number {row.invoice} follows invoices dated {row.late:.0f} days later"
            if row.late > 0
            else f"its number {row.invoice} is in order"
        )
    return Clue(
        (row.key,), peers.sure(row.odds), shortfall(row, floor=row.floor_now),
        f"Papers of {row.invoice_day.date()}, {before} days before the floor of {row.product} rose"
        f" from {row.floor:.2f} to {row.floor_now:.2f} USD/kg; entered {row.day.date()}:"
        f" {'; '.join(told)}.",
        {"invoice_date": str(row.invoice_day.date()), "days_before_step": before,
         "floor_held": round(row.floor, 4), "floor_of_the_day": round(row.floor_now, 4),
         "days_under_way": row.trip, "usual_days": round(row.usual, 1),
         "days_to_payment": _known(row.pays), "usual_days_to_payment": _known(row.terms),
         "days_out_of_order": _known(row.late)},
        f"{row.exporter} {row.begins_now.date()}",
    )  # fmt: skip


def _known(value: float) -> float | str:
    return round(float(value), 1) if value == value else "not known"


def _beyond(days: Series, wide: Series | float) -> Series:
    """Log likelihood ratio of days beyond the usual: dated back, or chance; 0 where not known."""
    honest = (1 - STRAY) * np.exp(-0.5 * (days / wide) ** 2) / (wide * 2.5066) + STRAY / SPAN
    # Dated back by d: the days beyond are d and chance; one in ten by next to nothing.
    false = np.where((days > -wide) & (days < SPAN + wide), 0.9 / SPAN, 1e-4) + 0.1 * honest
    return np.log(false / honest).clip(-2.5, 5).fillna(0.0)


def _standing(desk: Desk, held: Frame) -> tuple[Series, Series]:
    """Floor and first day of the version that stood on the day of entry, grace aside."""
    import pandas as pd

    floors = pd.DataFrame(
        [
            (f.product, pd.Timestamp(f.valid_from), float(f.floor_usd_per_kg))
            for f in desk.law.floors
            if f.import_country == "*"
        ],
        columns=["product", "begins_now", "floor_now"],
    ).sort_values(["begins_now", "product"])
    floors["begins_now"] = floors.begins_now.astype(held.day.dtype)
    floors["product"] = floors["product"].astype(held["product"].dtype)
    left = held[["product", "day"]].reset_index().sort_values("day", kind="stable")
    found = pd.merge_asof(left, floors, left_on="day", right_on="begins_now", by="product")
    found = found.set_index("index").reindex(held.index)
    return found.floor_now, found.begins_now


def _usual_trip(held: Frame, suspects: Frame) -> tuple[Series, Series]:
    """Days under way usual on each suspect's route about that day, and their spread.

    Other sellers of the route within `NEARBY` days say whether it was disturbed; where fewer than three
    do, the route's whole time holds, less surely.
    """
    import pandas as pd

    route = held.export_country.str.cat(held.import_country, sep=">")
    days = held.day.to_numpy().astype("datetime64[D]").astype(int)
    sellers, trips = held.exporter.factorize()[0], held.trip.to_numpy()
    order = np.lexsort((days, route.factorize()[0]))
    middle = float(np.median(trips))
    place = pd.Series(range(len(held)), held.index)
    rows_of = dict(_runs(route.to_numpy()[order], order))
    usual, wide = np.empty(len(suspects)), np.empty(len(suspects))
    for k, i in enumerate(np.asarray(place[suspects.index])):
        rows = rows_of[route.iat[i]]
        first, last = np.searchsorted(days[rows], [days[i] - NEARBY, days[i] + NEARBY + 1])
        near = rows[first:last]
        near = near[sellers[near] != sellers[i]]
        if len(np.unique(sellers[near])) >= 3:
            usual[k] = np.median(trips[near])
            wide[k] = 1.5 + 0.10 * usual[k]
        elif len(rows) >= peers.ENOUGH:
            usual[k] = np.median(trips[rows])
            wide[k] = 2.5 + 0.12 * usual[k]
        else:
            usual[k], wide[k] = middle, 0.5 * middle
    return pd.Series(usual, suspects.index), pd.Series(wide, suspects.index)


def _runs(names: np.ndarray, order: np.ndarray) -> "Iterator[tuple[str, np.ndarray]]":
    """Rows of each name, of a row of names that stand together."""
    cuts = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1), len(names)]
    for first, last in pairwise(cuts):
        yield str(names[first]), order[first:last]


def _payment_lag(desk: Desk, held: Frame) -> Series:
    """Days from the invoice's date to the last payment that names it; NaN where none is on file."""
    import pandas as pd

    if desk.payments is None:
        return pd.Series(np.nan, held.index)
    payments = desk.payments[desk.payments.invoice != ""]
    pair = payments.payer.str.cat(payments.payee, sep=">")
    last = payments.groupby([pair.rename("pair"), payments.invoice]).day.max().rename("paid")
    paid = held[["pair", "invoice"]].join(last, on=["pair", "invoice"]).paid
    return (paid - held.invoice_day).dt.days.astype(float)


def _out_of_order(held: Frame) -> Series:
    """Days by which an invoice's number is later than its date says; NaN: numbers tell nothing.

    Of each seller whose numbers follow his dates: the third latest date among all lower numbers, less
    the invoice's own date, at least 0.
    """
    import pandas as pd

    late = pd.Series(np.nan, index=held.index)
    parts = held.invoice.str.extract(r"^(.*?)(\d{1,15})$")
    known = pd.DataFrame(
        {"series": held.exporter.str.cat(parts[0].fillna(""), sep=" "),
         "number": pd.to_numeric(parts[1]),
         "dated": held.invoice_day.to_numpy().astype("datetime64[D]").astype(float)},
        index=held.index,
    ).dropna(subset=["number"])  # fmt: skip
    for _, rows in known.groupby("series", sort=False):
        single = rows.groupby("number").dated.min()
        if len(single) < 6:
            continue
        dated = single.to_numpy()
        ranks = dated.argsort(kind="stable").argsort(kind="stable")
        if np.corrcoef(ranks, np.arange(len(ranks)))[0, 1] < ORDERED:
            continue
        later = rows.number.map(pd.Series(_bound(dated) - dated, index=single.index))
        late.loc[rows.index] = later.clip(lower=0).to_numpy()
    return late


def _bound(dated: np.ndarray) -> np.ndarray:
    """For each place in a row the third latest value before it; -inf where there are fewer."""
    best: list[float] = []
    out = np.full(len(dated), -np.inf)
    for i, value in enumerate(dated):
        if len(best) == OUT_OF_ORDER:
            out[i] = best[0]
            heappushpop(best, value)
        else:
            heappush(best, value)
    return out
