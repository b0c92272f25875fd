"""Sentences of a floor notice, shared by its screen and its page."""

import shlex
from decimal import Decimal

from ..customs.reference import Notice
from ..customs.reference.market import TRADED
from ..secretariat.pricing import Pricing
from ..terms.dates import long
from .law import many, percent

RUNG = {
    "transactions": "trade and tenders of the {window} days before",
    "assessments": "opinions of {groups} independent groups: trade is too thin",
    "longer_window": "trade of the {long_window} days before: the last {window} are too thin",
    "structural": "no market price: trade and opinions are too thin",
    "previous": "the floor before is kept: no cost of production is listed",
}
"""What a rung rests on, in words."""


def headline(priced: Pricing, notice: Notice) -> str:
    """The floor in a sentence."""
    before = f" ({notice.before.usd:.4f} before)" if notice.before else " (the first)"
    return (
        f"{priced.name(notice.terms.product)}: the floor is {notice.floored.floor:.4f} USD/kg from"
        f" {long(notice.day)}{before}."
    )


def why(notice: Notice) -> str:
    """Why the floor is where it is."""
    if notice.floored.fair is None:
        return "No cost of production is listed, so the floor before is kept."
    if notice.floored.bound:
        return (
            f"The formula gives {notice.floored.fair:.4f}; a notice moves a floor by"
            f" {notice.method.step_pct}% at most, so it stops there."
        )
    return "That is the fair value."


def rung(notice: Notice) -> str:
    """What the market price rests on, in words."""
    return RUNG[notice.market.rung].format(
        window=notice.method.window,
        long_window=notice.method.long_window,
        groups=notice.market.groups,
    )


def rows(notice: Notice) -> list[tuple[str, str, str]]:
    """(what, USD/kg, what it is) of each price of a notice."""
    method, market, cost = notice.method, notice.market, notice.structural
    counted = [plant for plant in cost.plants if plant.usd is not None]
    traded = [p for p in market.used if p.seen.kind in TRADED]
    if market.usd is None:
        outside = rung(notice)
    elif traded:
        outside = (
            f"{len(traded)} trades of {market.groups} independent groups, {market.coverage}%"
            " of the volume reported"
        )
    else:
        outside = rung(notice)
    share = percent(Decimal(method.cost_share.numerator) / method.cost_share.denominator)
    part = percent(Decimal(method.market_share.numerator) / method.market_share.denominator)
    covers = f"covers the cost of {share} of the capacity of {many(len(counted), 'plant')}"
    fair = f"structural, and {part} of what the market is above it"
    return [
        ("market", shown(market.usd), outside),
        ("structural", shown(cost.usd), covers if cost.usd else "no plant is listed"),
        (
            "fair value",
            shown(notice.floored.fair),
            fair if cost.usd else "needs a structural price",
        ),
        (
            "floor before",
            shown(notice.before.usd if notice.before else None),
            notice.before.source.path if notice.before else "none",
        ),
        ("floor", shown(notice.floored.floor), _moved(notice)),
    ]


def _moved(notice: Notice) -> str:
    if notice.floored.fair is None:
        return "the floor before"
    if notice.before is None:
        return "the fair value"
    limit = f"within {notice.method.step_pct}% of the floor before"
    return f"the fair value, {limit}" + (": bound" if notice.floored.bound else "")


def shown(usd: Decimal | None) -> str:
    """A price as a notice states it; a dash where there is none."""
    return "-" if usd is None else f"{usd:.4f}"


def warnings(priced: Pricing, notice: Notice) -> list[tuple[str, str]]:
    """What to look out for, worst first, with the command that follows."""
    found: list[tuple[str, str]] = []
    market = notice.market
    if market.rung != "transactions":
        found.append((f"The market price is not of recent trade: {rung(notice)}.", ""))
    if market.spread and market.usd is not None:
        low, high = market.spread
        found.append(
            (f"Leaving out any one group moves the market price to {low}-{high} USD/kg.", "")
        )
    unrated = [id for id, reason in notice.excluded if reason == "NO_RATE"]
    if unrated and priced.files.fx is None:
        found.append((f"{len(unrated)} prices are not in USD. Give rates with", "--fx FILE"))
    if notice.structural.plants:
        worst = [p.cost.plant for p in notice.structural.plants if p.cost.quality != "published"]
        years = sorted({p.cost.year for p in notice.structural.plants})
        span = " to ".join(dict.fromkeys([str(years[0]), str(years[-1])]))
        said = f"Costs are of {span}, not inflated"
        found.append((said + (f"; not published: {', '.join(worst)}." if worst else "."), ""))
    assumed = sum(rule.assumed for rule in notice.method.rules)
    found.append(
        (f"{assumed} of the {len(notice.method.rules)} parameters of the method are assumed.", "")
    )
    return found


def command(priced: Pricing, *more: str) -> str:
    """The command that draws the same again, with other words behind."""
    files = priced.files
    words = ["stannary", "price", files.observations.as_posix()]
    for flag, path in (
        ("--fx", files.fx), ("--costs", files.costs), ("--closed", files.closed),
        ("--previous", files.previous),
    ):  # fmt: skip
        words += [flag, path.as_posix()] if path else []
    return shlex.join([*words, *more])
