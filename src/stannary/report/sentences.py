"""The sentences that the page and the terminal share: plain text, "-" for minus, USD and tonnes.

Pure functions of a study. Next: `names`, what things are called; `cautions`, what to look out for.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from ..agreement import Agreement
from ..market.verdict import Gain, ProductVerdict, Verdict
from ..secretariat import AGREEMENT, WORLD, Study
from ..terms.dates import long
from . import words
from .names import listed, product_name, region_name

__all__ = [
    "again", "amount", "at_world", "change", "check_line", "checks", "decimals", "floors_fail",
    "headline", "is_same", "look_out", "main_rows", "millions", "millions_that_add_up", "missed",
    "next_command", "next_stages", "product_name", "reason_long", "reason_text", "region_name",
    "share", "size", "stake", "title_line", "told_rows", "usd", "whole",
]  # fmt: skip

ROWS = 7
"""What a screen shows at most."""

SAME = 1e-6
"""Relative change below which two markets count as the same: what two solves differ by."""

NOTICED = 1e-3
"""Relative change of price or output from which a product without a floor is told."""

LIMITS = {"money": 1e-9, "tonnes": 1e-9, "cleared": 1e-9, "base": 1e-8}
"""Largest error at which a check passes."""

UNCOVERED = 3
"""Rows that products without a floor may take of a full screen."""


# -------------------------------------------------------------------------------- numbers


def usd(usd_per_kg: float) -> str:
    """A price in three digits: 62.0, 1,560."""
    return _plain(words.figure(usd_per_kg))


def amount(tonnes: float) -> str:
    """Tonnes a year in three digits: 7,390."""
    return _plain(words.figure(tonnes))


def millions(usd_per_year: float) -> str:
    """Signed M USD: +290 and -2,198 to the million, -8.29 in three digits below a hundred."""
    if abs(usd_per_year) >= 99.95e6:
        return f"{usd_per_year / 1e6:+,.0f}"
    return _plain(words.millions(usd_per_year))


def size(usd_per_year: float) -> str:
    """M USD without a sign: 465."""
    return millions(abs(usd_per_year)).lstrip("+")


def change(before: float, after: float) -> str:
    """Signed per cent from `before`: -52%."""
    return _plain(words.change(before, after))


def decimals(parts: Sequence[float]) -> int:
    """How many decimals M USD of these amounts, USD a year, are written with."""
    return words.decimals_of(max((abs(part) for part in parts), default=0.0) / 1e6)


def millions_that_add_up(parts: Sequence[float]) -> list[float]:
    """USD a year as M USD, rounded so that the parts add up to their rounded sum."""
    digits = decimals(parts)
    rounded = words.that_add_up([part / 1e6 for part in parts], digits)
    return [int(r) for r in rounded] if digits <= 0 else rounded


def _plain(text: str) -> str:
    return text.replace(words.MINUS, "-").replace(words.NOTHING, "-")


# -------------------------------------------------------------------------------- the answer


def title_line(study: Study) -> str:
    """What was solved, under which rules."""
    law, changes, assumed = study.agreement, len(study.settings), len(study.assumed)
    said = ["draft"] if law.draft else []
    if assumed:
        # With changes told too, the line would be too long for a terminal.
        word = "" if changes else " value" if assumed == 1 else " values"
        said.append(f"{assumed} assumed{word}")
    changed = f", {changes} change{'' if changes == 1 else 's'}" if changes else ""
    return (
        f"Market of {study.world.base_year}, rules of {long(study.day)}."
        f"  Agreement {law.name}{changed}{' (' + ', '.join(said) + ')' if said else ''}."
    )


def headline(study: Study) -> str:
    """The biggest finding: do the floors hold, and what does that cost users of the zone."""
    verdict = study.verdict
    if verdict is None:
        return "No result: the market did not balance."
    name = study.agreement.name
    if not study.with_bloc.zone:
        who = f"{name} has no region of this world inside that day"
        if is_same(study):
            inside = study.with_bloc.schedule and study.with_bloc.schedule.inside
            why = "no region of this world is inside" if inside else "it has no member"
            return f"{name} changes nothing: {why}, so without and with are the same."
        return f"{who}. {_users(verdict.gains, 'Users everywhere')}"
    floors = [p for p in verdict.products.values() if p.floor is not None]
    if not floors:
        said = f"No floor stands on {long(study.day)}."
        if is_same(study):
            return f"{said} Without and with {name} are the same."
        return f"{said} {_users(verdict.gains, 'Zone users')}"
    return f"{_hold(study, floors)} {zone_users(verdict)}"


def zone_users(verdict: Verdict) -> str:
    """What zone users pay, and how much that is of what they spend where a floor can reach."""
    cost, spent = -verdict.zone_users, verdict.zone_chain_spending
    if abs(cost) < 500:
        return "Zone users pay what they paid without it."
    more = "more" if cost > 0 else "less"
    part = f" ({share(abs(cost) / spent)})" if spent > 0 else ""
    return f"Zone users pay {size(cost)} M USD a year {more}{part}."


def _users(gains: dict[str, Gain], who: str) -> str:
    cost = -sum(g.users for g in gains.values() if g.inside or who != "Zone users")
    if abs(cost) < 500:
        return f"{who} pay what they paid without it."
    return f"{who} pay {size(cost)} M USD a year {'more' if cost > 0 else 'less'}."


def share(part: float) -> str:
    """2.1%, 11%: two digits."""
    return words.share(part)


def _hold(study: Study, floors: list[ProductVerdict]) -> str:
    count = {state: sum(p.state == state for p in floors) for state in ("holds", "idle", "none")}
    total = len(floors)
    if total == 1:
        name = product_name(study.world, floors[0].product)
        said = {"holds": "holds", "fails": "fails", "idle": "is idle", "none": "meets no buyer"}
        return f"The floor of {name} {said[floors[0].state]}."
    if count["idle"] == total:
        return f"All {total} floors are idle: the market is above them."
    idle = f" and is idle for {count['idle']}" if count["idle"] else ""
    how_many = "all" if count["holds"] == total else count["holds"] or "none of"
    of = "" if count["holds"] in (0, total) else "of "
    return f"The floor holds for {how_many} {of}{total} products{idle}."


def is_same(study: Study) -> bool:
    """Whether the market with the agreement is the market without it."""
    if study.verdict is None:
        return False
    return all(
        abs(after - before) <= SAME * abs(before)
        for p in study.verdict.products.values()
        for before, after in (
            (p.without.price or 0.0, p.with_bloc.price or 0.0), (p.without.made, p.with_bloc.made),
        )
    )  # fmt: skip


# -------------------------------------------------------------------------------- products


def reason_text(study: Study, row: ProductVerdict) -> str:
    """Why, in at most 29 letters: a column of the terminal. NO only where a floor fails."""
    match row.reason:
        case "imports_pay_the_floor":
            return "yes"
        case "market_above_the_floor":
            return "idle: market is above it"
        case "zone_makes_more_than_it_uses":
            return "NO  zone makes more than uses"
        case "zone_goods_sell_below_it":
            return f"NO  {zone_made(row):.0%} zone-made sells below"
        case "imports_avoid_it":
            return f"NO  {_avoid(row)}"
        case "nobody_in_the_zone_buys":
            return "no buyer in the zone"
        case "no_floor":
            return f"no floor{_imports(row)}" if study.with_bloc.zone else "no floor"


def reason_long(study: Study, row: ProductVerdict) -> str:
    """Why, as the page writes it after the state: no state in it."""
    match row.reason:
        case "imports_pay_the_floor":
            return "buyers pay it"
        case "market_above_the_floor":
            return "the market is above it"
        case "zone_makes_more_than_it_uses":
            return "the zone makes more than it uses"
        case "zone_goods_sell_below_it":
            return f"{zone_made(row):.0%} of use is made in the zone and sells below it"
        case "imports_avoid_it":
            return _avoid(row)
        case "nobody_in_the_zone_buys":
            return "nobody in the zone buys it"
        case "no_floor":
            return _imports(row).removeprefix(": ") if study.with_bloc.zone else ""


def zone_made(row: ProductVerdict) -> float:
    """Share of the zone's use, with the agreement, that the zone makes itself."""
    side = row.with_bloc
    return 1 - side.imported / side.use if side.use > 0 else 0.0


def _avoid(row: ProductVerdict) -> str:
    """What part of the imports avoids the floor, by the way that most take."""
    side = row.with_bloc
    part, way = max((side.evaded, "enters without paying"), (side.diverted, "enters by a low door"))
    return f"{min(part / side.imported, 0.99):.0%} {way}"


def _imports(row: ProductVerdict) -> str:
    before, after = row.without.imported, row.with_bloc.imported
    if before < 1:
        return ": imports begin" if after >= 1 else ""
    ratio = after / before - 1
    if abs(ratio) < 0.005:
        return ""
    return f": imports {'rise' if ratio > 0 else 'fall'} {abs(ratio):.0%}"


def told_rows(study: Study) -> list[ProductVerdict]:
    """Products with a floor, or whose price or output in the zone changes by over 0.1%."""
    if study.verdict is None:
        return []
    return [
        p for p in study.verdict.products.values()
        if p.floor is not None
        or _moved(p.without.price, p.with_bloc.price) or _moved(p.without.made, p.with_bloc.made)
    ]  # fmt: skip


def main_rows(study: Study) -> list[ProductVerdict]:
    """At most seven products, in the order of the world: what the answer turns on.

    First those without a floor whose making leaves the zone, then floors by what is at stake.
    """
    told = told_rows(study)
    if study.verdict is None or len(told) <= ROWS:
        return told
    floors = sorted((p for p in told if p.floor is not None), key=stake, reverse=True)
    later = next_stages(study)
    left = sorted(
        (p for p in told if p.floor is None), key=lambda p: (p.product in later, _left(p))
    )
    kept = left[::-1][
        : max(
            sum(p.product in later and _left(p) > 0 for p in left[-UNCOVERED:]), ROWS - len(floors)
        )
    ]
    chosen = {p.product for p in [*kept, *floors[: ROWS - len(kept)]]}
    return [p for p in told if p.product in chosen]


def next_stages(study: Study) -> frozenset[str]:
    """Products without a floor that the law lists and some recipe makes of a product with one."""
    law, schedule = study.with_bloc.law, study.with_bloc.schedule
    floors = law.floors.keys() if law else set()
    legal = {item.world for item in schedule.products} if schedule else set()
    recipes = [r for r in study.world.recipes.values() if floors & r.inputs.keys()]
    return frozenset(made for r in recipes for made in r.outputs) & legal - floors


def _moved(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) > NOTICED * max(abs(before), words.TRACE)


def stake(row: ProductVerdict) -> float:
    """USD a year by which the floor moves what is used, or, where it fails, by which it is missed."""
    before, after = row.without.price or 0.0, row.with_bloc.price or 0.0
    missed = max((row.floor or 0.0) - after, 0.0)
    return max(abs(after - before), missed) * row.with_bloc.use


def missed(row: ProductVerdict) -> float:
    """USD a year by which what is used stays below the floor."""
    return max((row.floor or 0.0) - (row.with_bloc.price or 0.0), 0.0) * row.with_bloc.use


def floors_fail(count: int) -> str:
    """`one floor fails`, `3 floors fail`."""
    return "one floor fails" if count == 1 else f"{count} floors fail"


def _left(row: ProductVerdict) -> float:
    """USD a year of output that the zone no longer makes."""
    return (row.without.made - row.with_bloc.made) * (row.without.price or 0.0)


# -------------------------------------------------------------------------------- what next


def look_out(study: Study) -> list[tuple[str, str]]:
    """At most five warnings, worst first, each with the command that follows, or ""."""
    from .cautions import look_out as cautions  # written with the numbers of this module

    return cautions(study)


def again(study: Study, *settings: str) -> str:
    """The command that makes this study with more settings, as short as it can be."""
    paths = {setting.split("=")[0] for setting in settings}
    kept = tuple(s for s in study.settings if s.split("=")[0] not in paths)
    study = replace(study, settings=kept)
    shipped = study.asked[0] == AGREEMENT
    command = study.command
    if (shipped or not study.settings) and study.day == _default_day(study):
        command = command.replace(f" --day {study.day}", "", 1)
        if shipped:
            command = command.replace(f"stannary run {AGREEMENT}", "stannary run", 1)
    return " ".join([command, *(f"--set {shlex.quote(setting)}" for setting in settings)])


def _default_day(study: Study) -> date | None:
    """The day that is meant without one: that of the law before it was amended."""
    own = None if study.asked[0] == AGREEMENT else study.agreement.first_full_day()
    return own or _shipped_day()


@cache
def _shipped_day() -> date | None:
    return Agreement.load(AGREEMENT).first_full_day()


def whole(study: Study) -> Study:
    """The same study, looked at as the zone."""
    return replace(study, viewer=None, view=None)


def at_world(study: Study) -> str:
    """` --world NAME`, where it is not the default one."""
    world = study.asked[1]
    return "" if world == WORLD else f" --world {shlex.quote(world)}"


def next_command(study: Study, warnings: Sequence[tuple[str, str]]) -> str:
    """What to run next: the remedy of the worst warning that has one, else the market without."""
    follows = [command for _, command in warnings if command.startswith("stannary run")]
    if follows:
        return follows[0]
    if study.viewer is not None:
        return again(whole(study))
    return f"stannary run {'no-bloc' if study.with_bloc.zone else AGREEMENT}{at_world(study)}"


def checks(study: Study) -> dict[str, tuple[float, bool]]:
    """Each check by name, with the largest relative error and whether it passed.

    money, tonnes  how far they are from balancing;  cleared  supply less use;  base  prices of the
    base year, solved again from afar; left out where the world gives none
    """
    both = [study.without.certificate, study.with_bloc.certificate]
    found = {
        "money": max(c.money_balance for c in both),
        "tonnes": max(c.mass_balance for c in both),
        "cleared": max(c.residual for c in both),
    }
    if study.base_error is not None:
        found["base"] = study.base_error
    return {name: (error, error <= LIMITS[name]) for name, error in found.items()}


def check_line(study: Study) -> str:
    """The checks on one line."""
    found = checks(study)
    said = f"Check: money balances to {found['money'][0]:.0e}, tonnes to {found['tonnes'][0]:.0e}"
    if "base" in found:
        said += f"; base year reproduced to {found['base'][0]:.0e}"
    failed = [name for name, (_, passed) in found.items() if not passed]
    return f"{said}." + (f" NOT PASSED: {listed(failed)}." if failed else "")
