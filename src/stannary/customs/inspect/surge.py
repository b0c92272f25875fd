"""Third countries: a product pours for a while out of a country that hardly made it.

A scan over time finds the burst (Kulldorff's statistic for one dimension); plants of that country that
could have made it clear it. Exports under the true origin from a port of transit are no surge.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np

from . import peers
from .frames import Frame, Row
from .reading import Desk
from .records import Clue
from .stake import exact

PRIOR = -7.5
LEAST = 4
"""Fewer lines than this are no surge."""
LONGEST = 0.5
"""A burst lasts at most this share of the days on file; longer is simply trade."""
SLACK = 1.25
"""Nameplate capacities are exceeded by as much in good years, and stocks are sold."""
POINTS = 80
"""First and last days of a burst that are tried: quantiles of the lines' days."""


def clues(desk: Desk) -> Iterator[Clue]:
    """Lines of a product in a burst from an origin without the plants for it."""
    goods = desk.goods
    covered = goods[(goods["product"] != "") & goods.floor.notna() & (goods.contained > 0)]
    if covered.empty:
        return
    first, last = covered.day.min(), covered.day.max()
    whole = max((last - first).days + 1, 1)
    made = _plants(desk)
    supplier = covered.groupby(["product", "origin"]).contained.sum()
    for (product, origin), lines in covered.groupby(["product", "origin"], sort=True):
        if len(lines) < LEAST or supplier[product].idxmax() == origin:
            continue
        found = _burst(lines, whole)
        if found is None:
            continue
        window, scan = found
        burst = lines[window]
        yield from _judged(
            desk, str(product), str(origin), lines, burst, scan, whole, made, covered
        )


def _burst(lines: Frame, whole: int) -> tuple[np.ndarray, float] | None:
    """Lines of the likeliest burst, and its log likelihood ratio over an even flow."""
    days = lines.day.to_numpy().astype("datetime64[D]").astype(int)
    sorted_days = np.sort(days)
    marks = np.unique(
        sorted_days[np.linspace(0, len(days) - 1, min(POINTS, len(days))).astype(int)]
    )
    start, end = np.meshgrid(marks, marks, indexing="ij")
    inside = np.searchsorted(sorted_days, end, "right") - np.searchsorted(
        sorted_days, start, "left"
    )
    span = (end - start + 15) / whole
    ok = (span <= LONGEST) & (inside >= LEAST) & (start <= end)
    if not ok.any():
        return None
    n, out = len(days), len(days) - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        scan = inside * np.log(inside / (n * span)) + np.where(
            out > 0, out * np.log(out / (n * (1 - span))), 0.0
        )
    scan = np.where(ok & (inside > n * span), scan, -np.inf)
    best = np.unravel_index(int(np.argmax(scan)), scan.shape)
    if not np.isfinite(scan[best]):
        return None
    return (days >= start[best]) & (days <= end[best]), float(scan[best])


def _judged(
    desk: Desk, product: str, origin: str, lines: Frame, burst: Frame,
    scan: float, whole: int, made: "dict[tuple[str, str], list[tuple[date, date, Decimal]]]",
    covered: Frame,
) -> Iterator[Clue]:  # fmt: skip
    begins, ends = burst.day.min(), burst.day.max()
    days = max((ends - begins).days + 15, 30)
    rest = lines.drop(burst.index)
    rate = burst.contained.sum() / days * 365
    before = rest.contained.sum() / max(whole - days, 30) * 365
    times = rate / before if before > 0 else np.inf
    # Nearly all of what the country ever shipped, at many times its rate of other times.
    odds = PRIOR + min(scan, 9.0) + float(np.clip(1.5 * np.log(min(times, 12.0) / 12.0), -4, 0))
    odds += float(np.clip(20 * (burst.contained.sum() / lines.contained.sum() - 0.8), -8, 2))
    # Few hands: exporters and importers that deal in it at that time only.
    odds += {1: 1.0, 2: 0.5}.get(burst.exporter.nunique(), -2.5)
    odds += {1: 1.0, 2: 0.5, 3: 0.0}.get(burst.importer.nunique(), -1.5)
    note, capacity = "no list of plants was given", None
    if made:
        capacity = sum(
            float(kg) for opens, closes, kg in made.get((origin, product), [])
            if opens <= ends.date() and closes >= begins.date()
        )  # fmt: skip
        listed = len({country for country, of in made if of == product})
        # A plant may ship a year's make in a few weeks.
        within = burst.contained.sum() <= SLACK * capacity * max(days / 365, 1.0)
        odds += -9.0 if within else 2.0 if listed >= 2 else 0.0
        note = (
            f"its plants can make {capacity:,.0f} kg a year"
            if capacity
            else f"no plant there is listed, of {listed} countries with plants for it"
        )
        if capacity and burst.inside_zone.mean() > 0.5:
            return  # a plant of the zone is held to its lots: `origin`
    if odds <= 0:
        return
    others = covered[(covered["product"] == product) & (covered.origin != origin)]
    supplier = str(others.groupby("origin").contained.sum().idxmax()) if len(others) else ""
    stake = sum(_stake(desk, row, supplier) for row in burst.itertuples())
    grew = f"{times:.0f} times its rate at other times" if before > 0 else "and none at other times"
    yield Clue(
        tuple(burst.key), peers.sure(min(odds, 6.0)), stake,
        f"{origin} shipped {burst.contained.sum():,.0f} kg of {product} (element) between"
        f" {begins.date()} and {ends.date()}, {rate:,.0f} kg a year, {grew};"
        f" {note}. {burst.exporter.nunique()} exporters, {burst.importer.nunique()} importers.",
        {"kg": round(float(burst.contained.sum()), 3), "kg_a_year": round(float(rate), 1),
         "kg_a_year_otherwise": round(float(before), 1), "first": str(begins.date()),
         "last": str(ends.date()),
         "capacity_kg_a_year": capacity if capacity is not None else "not given",
         "exporters": burst.exporter.nunique(), "importers": burst.importer.nunique()},
    )  # fmt: skip


def _stake(desk: Desk, row: Row, supplier: str) -> int:
    """Cents due had the goods come from the main supplier: its extra duties, a top-up if saved."""
    day = row.day.date()
    rate = sum(
        (d.rate for d in desk.law.duties
         if d.product == row.product and d.kind == "extra" and d.unit == "pct"
         and d.origin_country == supplier and d.import_country in ("*", row.import_country)
         and d.valid_from <= day and (d.valid_to is None or day <= d.valid_to)),
        Decimal(0),
    )  # fmt: skip
    value = exact(row.fob if row.valuation == "FOB" else row.cif)
    top_up = exact(max(0.0, row.floor * row.chargeable - row.cif - row.counted))
    return int(value * rate) + (int(top_up * 100) if row.inside_zone else 0)


def _plants(desk: Desk) -> "dict[tuple[str, str], list[tuple[date, date, Decimal]]]":
    made: dict[tuple[str, str], list[tuple[date, date, Decimal]]] = {}
    for row in desk.facilities.rows if desk.facilities else ():
        place = (str(row["country"]), str(row["product"]))
        opens, closes, kg = (
            row["valid_from"],
            row["valid_to"] or date.max,
            row["capacity_kg_per_year"],
        )
        assert isinstance(opens, date)
        assert isinstance(closes, date)
        assert isinstance(kg, Decimal)
        made.setdefault(place, []).append((opens, closes, kg))
    return made
