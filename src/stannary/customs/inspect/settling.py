"""Which lines a stream of payments repays: those whose amounts it repeats in one proportion."""

from itertools import combinations

import numpy as np

from .frames import Frame

WITHIN = 0.03
"""A payment repays lines when it is within this share of the proportion that others keep."""
LOOK_BACK = 8
"""A payment settles some of the last so many lines."""
DAYS = 120
KEPT = 0.6
"""So much of the payments must keep the proportion; else nothing is known of single lines."""


def repaid(payments: Frame, lines: Frame, owed: np.ndarray) -> np.ndarray:
    """Rows of `lines` that payments repay; all of them where no proportion shows.

    payments, lines in order of days; owed  USD on each line
    """
    found, kept = _matched(payments, lines, owed)
    return found if kept >= KEPT else np.ones(len(lines), dtype=bool)


def kept(payments: Frame, lines: Frame, owed: np.ndarray) -> float:
    """Share of the payments that keep one proportion to what the lines owed."""
    return _matched(payments, lines, owed)[1]


def _matched(payments: Frame, lines: Frame, owed: np.ndarray) -> tuple[np.ndarray, float]:
    days = lines.day.to_numpy()
    choices = [_choices(day, days) for day in payments.day.to_numpy()]
    usd = payments.usd.to_numpy()
    share = _proportion(usd, choices, owed)
    found = np.zeros(len(lines), dtype=bool)
    if share is None:
        return found, 0.0
    met = 0
    loose: list[list[int]] = []
    for paid, sets in zip(usd, choices, strict=True):
        # Single lines first, then runs, then runs that lack one.
        best = None
        for group in sets:
            off = abs(paid / (owed[group].sum() * share) - 1)
            order = (len(group) > 1, off)
            if off < WITHIN and not found[group].any() and (best is None or order < best[0]):
                best = (order, group)
        if best is None:
            loose.append(sets[-1] if sets else [])
        else:
            found[best[1]] = True
            met += 1
    # What a loose payment repays is not known: the last lines before it.
    for group in loose:
        found[group] = True
    return found, met / len(usd)


def _choices(day: "np.datetime64", days: np.ndarray) -> list[list[int]]:
    """Sets of lines that a payment of that day may settle."""
    age = (day.astype("datetime64[D]") - days.astype("datetime64[D]")).astype(int)
    recent = [int(i) for i in np.flatnonzero((age >= 0) & (age <= DAYS))][-LOOK_BACK:]
    runs = [recent[a:b] for a, b in combinations(range(len(recent) + 1), 2)]
    lacking = [[i for i in run if i != gone] for run in runs if len(run) > 2 for gone in run[1:-1]]
    return [run for run in runs if len(run) == 1] + [r for r in runs if len(r) > 1] + lacking


def _proportion(usd: np.ndarray, choices: list[list[list[int]]], owed: np.ndarray) -> float | None:
    """The share that most payments may have repaid: where the ratios of their choices crowd."""
    ratios = [
        [p / owed[g].sum() for g in sets if len(g) <= 4]
        for p, sets in zip(usd, choices, strict=True)
    ]
    every = sorted(r for rs in ratios for r in rs if 0.25 < r < 1.1)
    if not every:
        return None
    counts = [
        sum(any(abs(r / share - 1) < WITHIN / 2 for r in rs) for rs in ratios) for share in every
    ]
    most = max(counts)
    # Where several do as well, the largest: nobody repays less than he could be seen to.
    best = [s for s, c in zip(every, counts, strict=True) if c == most]
    return float(np.median(best)) if most >= max(2, KEPT * len(usd)) else None
