"""Money in words: who gains and pays, who keeps the price gap. Rows add up as they are written.

Next: `sentences`, whose numbers these are written with; `market.verdict`, where they come from.
"""

from ..market.verdict import PriceGap, Verdict
from ..market.view import net
from ..secretariat import Study
from . import sentences
from .names import listed, region_name

GAP = {
    "treasuries": "treasuries (top-up duty, fines)",
    "zone_producers": "zone producers",
    "outside_sellers": "outside sellers",
    "avoiding": "spent on hiding and detours",
    "lost": "the rest: lost or moved",
}
"""Who keeps what the zone's users pay more: names by part of the price gap."""

SMALL = 5e4
"""USD a year below which a sum is not worth a sentence."""

ONE_LINE = 98
"""Letters that fit in one line of the screen."""

Row = tuple[str, str]
"""A name and an amount, as written."""


def gap_amounts(gap: PriceGap) -> dict[str, float]:
    """USD a year by part of GAP; a part that nobody spends is left out, the four others never are."""
    parts = {name: getattr(gap, name) for name in GAP}
    return {name: usd for name, usd in parts.items() if name != "avoiding" or abs(usd) >= 500}


def rows(verdict: Verdict) -> tuple[list[Row], list[Row]]:
    """Who gains and pays, and who keeps the price gap: M USD a year as a terminal writes them.

    The right side adds up to minus the users' row on the left as written; whoever stands on both
    sides has the same amount there.
    """
    amounts = gap_amounts(verdict.price_gap)
    kept = dict(zip(amounts, sentences.millions_that_add_up(list(amounts.values())), strict=True))
    digits = sentences.decimals(list(amounts.values()))
    inside = [gain for gain in verdict.gains.values() if gain.inside]
    treasury = sum(gain.treasury for gain in inside) / 1e6
    owned = round(sum(gain.owned_outside for gain in inside) / 1e6, digits)
    fined = any(abs(gain.fines) >= 500 for gain in inside)
    left = [
        ("users in the zone", round(-sum(kept.values()), digits)),
        ("producers in the zone", kept["zone_producers"]),
        *([("  of which owned outside", owned)] if owned else []),
        ("treasuries, with fines" if fined else "treasuries", treasury),
        ("outside sellers", kept["outside_sellers"]),
    ]
    return (
        [(name, _unsigned_zero(f"{amount:+,.{digits}f}")) for name, amount in left],
        [(GAP[name], _unsigned_zero(f"{amount:,.{digits}f}")) for name, amount in kept.items()],
    )


def _unsigned_zero(text: str) -> str:
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text


def bound(verdict: Verdict) -> str:
    """What sellers outside could keep of the top-up, below the rows; empty where there is none."""
    most, treasuries = _most_captured(verdict)
    said = f"Sellers outside could keep {most} of those {treasuries} by raising prices to the floor"
    return f"{said}; no price would move." if most else ""


def bound_alone(verdict: Verdict) -> str:
    """The same as a sentence that stands alone."""
    most, treasuries = _most_captured(verdict)
    said = f"Of the treasuries' {treasuries} M USD, sellers outside could keep {most} by raising"
    return f"{said} their prices to the floor; no price would move." if most else ""


def _most_captured(verdict: Verdict) -> tuple[str, str]:
    """What sellers outside could keep, "" for nothing, and what treasuries get, in M USD."""
    most = verdict.price_gap.most_captured
    treasuries = dict(rows(verdict)[1])[GAP["treasuries"]]
    return (sentences.size(most) if most >= SMALL else ""), treasuries


def rents(study: Study) -> str:
    """Rents of licences, with whoever holds them; empty where no limit changes them."""
    assert study.verdict is not None  # asked only of a study that cleared
    held = {r: g.licences for r, g in study.verdict.gains.items() if abs(g.licences) >= SMALL}
    if not held:
        return ""
    order = sorted(held, key=lambda region: -abs(held[region]))
    told = [f"{region_name(study.world, r)} {sentences.millions(held[r])}" for r in order[:3]]
    return f"Rents of licences go to {listed(told)} M USD a year."


def extremes(study: Study) -> str:
    """Members that pay and gain most, all told. Empty without a zone."""
    if study.verdict is None or not study.with_bloc.zone or sentences.is_same(study):
        return ""
    totals = sorted(
        (net(g), region_name(study.world, g.region))
        for g in study.verdict.gains.values()
        if g.inside
    )
    told = ""
    for payers, gainers in ((3, 2), (2, 2), (3, 1), (2, 1), (1, 1)):
        paying = [pair for pair in totals[:payers] if pair[0] < -SMALL]
        gaining = [pair for pair in totals[: -gainers - 1 : -1] if pair[0] > SMALL]
        parts = [("Pay most, all told: ", paying), ("Gain most: ", gaining)]
        told = " ".join(
            start
            + ", ".join(f"{name} {sentences.millions(total)}" for total, name in several)
            + "."
            for start, several in parts
            if several
        )
        if len(told) <= ONE_LINE:
            break
    return told


def added_up(parts: dict[str, float]) -> tuple[dict[str, str], str]:
    """Each part that is not nothing and their sum, signed M USD that add up as they are written."""
    amounts = list(parts.values())
    rounded, digits = sentences.millions_that_add_up(amounts), sentences.decimals(amounts)
    written = {
        name: f"{usd:+,.{digits}f}"
        for name, usd in zip(parts, rounded, strict=True)
        if round(usd, digits)
    }
    return written, _unsigned_zero(f"{sum(rounded):+,.{digits}f}")
