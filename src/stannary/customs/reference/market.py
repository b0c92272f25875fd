"""The market price: what trade outside was done at, and how far down the ladder one must go for it.

    1  transactions   trade and tenders of the window, weighted by volume
    2  assessments    opinions of independent groups in the window, each group once, their median
    3  longer_window  trade and tenders of the longer window
    4  structural     no market price: the cost of production alone
    5  previous       neither: the notice before stands

A rung holds when enough independent source groups stand behind it, and for trade enough volume. An
ask or a bid is nobody's trade and moves no price, whatever it says. Next: `structural`.

How far one group can go, alone: with lo and hi the lowest and highest price of the others, cap c and
outlier factor k, the price of rungs 1 and 3 stays within lo (1 - c (1 - 1/k)) and hi (1 + c (k - 1)),
and that of rung 2 within lo and hi. Proof: capped below half, the group cannot carry the median out
of [lo, hi]; what is kept lies within k of the median; and the group weighs c at most in the mean.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from .convert import Observation, Priced, Terms, priced
from .exact import half_up, median, price, weighted_quantile
from .tables import Freight, Method, Rate

REASONS: Mapping[str, str] = {
    "DUPLICATE": "another row of that name says something else, or the same again",
    "OUTSIDE_WINDOW": "dated outside the window of the rung that holds",
    "STALE": "older than the longer window",
    "RELATED": "buyer and seller are related",
    "ASK_NOT_TRADED": "an asking price: nobody paid it",
    "BID_NOT_TRADED": "a bid: nobody sold at it",
    "NO_VOLUME": "trade without a volume cannot be weighed",
    "UNKNOWN_UNIT": "not a unit that this product is priced in",
    "NO_RATE": "no exchange rate stands that day, and none is carried over a gap",
    "NO_FREIGHT": "nothing states the way from that delivery term and place to the border",
    "NO_ASSAY": "the assay that the floor's basis asks for is missing or impossible",
    "NOT_POSITIVE": "a price of nothing or less",
    "THIN_SOURCE": "its group, or its rung, has too little behind it",
    "OUTLIER": "too far from the median of trade",
    "LOWER_RUNG": "trade itself is thick enough; no opinion is needed",
}
"""Why an observation is left out; the first that applies, in this order."""

TRADED = ("transaction", "tender")
RUNGS = ("transactions", "assessments", "longer_window", "structural", "previous")


@dataclass(frozen=True, slots=True)
class Market:
    """A market price with what stands behind it.

    usd       USD per kg on the floor's terms, four places; None: no rung of the market holds
    rung      of RUNGS; "structural" where the market says nothing
    groups    independent source groups behind the price
    coverage  volume behind it, per cent of all trade reported for its window, one place
    spread    lowest and highest that it would be with one group's rows left out; None: no market
    used      what it was computed from
    excluded  (observation, reason), by observation
    """

    usd: Decimal | None
    rung: str
    groups: int
    coverage: Decimal
    spread: tuple[Decimal, Decimal] | None
    used: tuple[Priced, ...]
    excluded: tuple[tuple[str, str], ...]


def market(
    seen: Iterable[Observation],
    terms: Terms,
    day: date,
    method: Method,
    rates: Mapping[str, tuple[Rate, ...]],
    freight: tuple[Freight, ...],
) -> Market:
    """The market price of a notice that begins on `day`. The order of `seen` never matters."""
    left_out: dict[str, str] = {}
    # Two equal rows with one name are one; two different ones are none, whichever came first.
    named: dict[str, set[Observation]] = {}
    for one in seen:
        if one.product == terms.product:
            named.setdefault(one.id, set()).add(one)
    usable: list[Priced] = []
    for id in sorted(named):
        if len(named[id]) > 1:
            left_out[id] = "DUPLICATE"
            continue
        (one,) = named[id]
        found = _unfit(one, day, method) or priced(one, terms, rates, freight)
        if isinstance(found, str):
            left_out[id] = found
        else:
            usable.append(found)
    reported = [one for ones in named.values() for one in ones if one.kind in TRADED]
    return _climb_down(usable, reported, left_out, day, method)


def _unfit(seen: Observation, day: date, method: Method) -> str | None:
    """Why an observation is left out before it is priced; None: it is not."""
    if seen.day >= day:
        return "OUTSIDE_WINDOW"
    if seen.day < day - timedelta(method.long_window):
        return "STALE"
    if seen.kind in ("ask", "bid"):
        return f"{seen.kind.upper()}_NOT_TRADED"
    if seen.kind in TRADED and seen.related:
        return "RELATED"
    if seen.kind in TRADED and _reported(seen) == 0:
        return "NO_VOLUME"
    return None


def _climb_down(
    usable: list[Priced],
    reported: list[Observation],
    left_out: dict[str, str],
    day: date,
    method: Method,
) -> Market:
    start = day - timedelta(method.window)
    recent = [p for p in usable if p.seen.day >= start]
    older = [p for p in usable if p.seen.day < start]
    trade, opinions = _of(recent, TRADED), _of(recent, ("assessment",))

    def answer(
        rung: str, usd: Decimal | None, used: list[Priced], why: dict[str, str], since: date
    ) -> Market:
        excluded = left_out | why
        return Market(
            usd=usd, rung=rung, groups=len({p.seen.group for p in used}),
            coverage=_coverage(used, reported, since, day),
            spread=_spread(used, rung, method.group_cap),
            used=tuple(sorted(used, key=lambda p: p.seen.id)),
            excluded=tuple(sorted(excluded.items())),
        )  # fmt: skip

    kept, why = _trimmed(trade, method)
    if kept:
        why |= _why(_of(recent, ("assessment",)), "LOWER_RUNG") | _why(older, "OUTSIDE_WINDOW")
        return answer("transactions", mean(kept, method.group_cap), kept, why, start)
    if len({p.seen.group for p in opinions}) >= method.min_groups:
        why = _why(trade, "THIN_SOURCE") | _why(older, "OUTSIDE_WINDOW")
        return answer("assessments", opinion(opinions), opinions, why, start)
    kept, why = _trimmed(_of(usable, TRADED), method)
    thin = _why(opinions, "THIN_SOURCE") | _why(_of(older, ("assessment",)), "OUTSIDE_WINDOW")
    longest = day - timedelta(method.long_window)
    if kept:
        usd = mean(kept, method.group_cap)
        return answer("longer_window", usd, kept, why | thin, longest)
    thin |= _why(_of(usable, TRADED), "THIN_SOURCE")
    return answer("structural", None, [], thin, longest)


def _of(rows: list[Priced], kinds: tuple[str, ...]) -> list[Priced]:
    return [p for p in rows if p.seen.kind in kinds]


def _why(rows: Iterable[Priced], reason: str) -> dict[str, str]:
    return {p.seen.id: reason for p in rows}


def _trimmed(trade: list[Priced], method: Method) -> tuple[list[Priced], dict[str, str]]:
    """Trade that a price may rest on, and why the rest may not; nothing where the rung is too thin."""
    volume = volumes(trade)
    # Measured against the others, so that one huge group cannot make every other one look thin.
    others = sum(volume.values(), Fraction(0)) - max(volume.values(), default=Fraction(0))
    thick = {g for g, kg in volume.items() if kg >= method.thin * others}
    why = _why((p for p in trade if p.seen.group not in thick), "THIN_SOURCE")
    rows = [p for p in trade if p.seen.group in thick]
    if len(thick) < method.min_groups:
        return [], {}
    weight = weights(rows, method.group_cap)
    middle = weighted_quantile([(Fraction(p.usd), weight[p.seen.id]) for p in rows], Fraction(1, 2))
    low, high = middle / method.outlier, middle * method.outlier
    kept = [p for p in rows if low <= Fraction(p.usd) <= high]
    why |= _why((p for p in rows if not low <= Fraction(p.usd) <= high), "OUTLIER")
    enough = sum(volumes(kept).values(), Fraction(0)) >= method.min_volume
    if len(volumes(kept)) < method.min_groups or not enough:
        return [], {}
    return kept, why


def volumes(rows: Iterable[Priced]) -> dict[str, Fraction]:
    """Kg by source group."""
    found: dict[str, Fraction] = {}
    for p in rows:
        found[p.seen.group] = found.get(p.seen.group, Fraction(0)) + p.volume
    return found


def weights(rows: list[Priced], cap: Fraction) -> dict[str, Fraction]:
    """What each observation weighs: its kilograms, a group scaled down to `cap` of the whole.

    Capping j groups at x each leaves rest; x = cap (j x + rest), so x = cap rest / (1 - cap j).
    """
    volume = volumes(rows)
    ordered = sorted(volume.values(), reverse=True)
    rest, limit = sum(ordered, Fraction(0)), Fraction(0)
    for capped, kg in enumerate(ordered):
        limit = cap * rest / (1 - cap * capped)
        if kg <= limit:
            break
        rest -= kg
    return {p.seen.id: p.volume * min(Fraction(1), limit / volume[p.seen.group]) for p in rows}


def mean(rows: list[Priced], cap: Fraction) -> Decimal:
    """The mean weighted by volume, no group above the cap; four places."""
    weight = weights(rows, cap)
    whole = sum((weight[p.seen.id] * Fraction(p.usd) for p in rows), Fraction(0))
    return price(whole / sum(weight.values(), Fraction(0)))


def opinion(rows: list[Priced]) -> Decimal:
    """The median over groups of each group's mean; four places."""
    groups: dict[str, list[Fraction]] = {}
    for p in rows:
        groups.setdefault(p.seen.group, []).append(Fraction(p.usd))
    return price(median(sum(prices, Fraction(0)) / len(prices) for prices in groups.values()))


def _spread(rows: list[Priced], rung: str, cap: Fraction) -> tuple[Decimal, Decimal] | None:
    """What the price would be without each group in turn: its lowest and highest."""
    found: list[Decimal] = []
    for group in sorted({p.seen.group for p in rows}):
        rest = [p for p in rows if p.seen.group != group]
        if rest:
            found.append(opinion(rest) if rung == "assessments" else mean(rest, cap))
    return (min(found), max(found)) if found else None


def _coverage(used: list[Priced], reported: list[Observation], since: date, day: date) -> Decimal:
    """Volume behind the price, per cent of what was reported as traded in its window.

    In kilograms as reported, so that trade which could not be priced counts in the whole.
    """
    whole = sum((_reported(o) for o in reported if since <= o.day < day), Fraction(0))
    behind = sum((_reported(p.seen) for p in used if p.seen.kind in TRADED), Fraction(0))
    return half_up(100 * behind / whole if whole else Fraction(0), 1)


def _reported(seen: Observation) -> Fraction:
    """Kilograms as reported; none, or less than none, are nothing."""
    return max(seen.volume or Fraction(0), Fraction(0))
