"""The screen of `stannary compare`: what the second agreement changes, by product and by who pays.

Amounts add up as they are written, down and across. Next: `terminal`, the screen of one of them.
"""

import json
import shlex
from collections.abc import Sequence

from .. import DATA_VERSION, __version__
from ..market.verdict import Reason
from ..secretariat import Compared, Study
from ..secretariat.compare import Account, AmountPair, ProductPair
from ..terms.dates import long
from ..terms.units import KG_PER_TONNE
from . import files, sentences, words
from .explain import not_cleared
from .lines import next_line, wrap
from .names import buyers_name, listed, place_name, product_name, region_name

SCHEMA = "stannary-compare/1"
ROWS = 7
LABEL = 13
SMALL = 5e4
"""USD a year below which a change is not worth a name."""

REASONS: dict[Reason, str] = {
    "imports_pay_the_floor": "yes",
    "market_above_the_floor": "idle: market above",
    "zone_makes_more_than_it_uses": "NO  makes more",
    "zone_goods_sell_below_it": "NO  zone sells below",
    "imports_avoid_it": "NO  imports avoid it",
    "nobody_in_the_zone_buys": "no buyer",
    "no_floor": "no floor",
}
"""Why a floor holds or not, in twenty letters."""

ACCOUNTS: dict[Account, str] = {
    "users": "users in the zone",
    "producers": "producers in the zone",
    "treasury": "treasuries, with fines",
    "rents": "raised prices and licences",
    "zone": "the zone, all told",
    "outside": "outside sellers",
}


def screen(compared: Compared) -> str:
    """What `compare` prints. Where a market did not clear it says which, and shows no number."""
    title = _title(compared)
    if not compared.converged:
        lines = [
            line
            for name, study in zip("AB", compared.studies, strict=True)
            if not study.converged
            for line in (f"  {name}, {study.asked[0]}:", *not_cleared(study))
        ]
        return "\n".join([*title, "", *lines])
    parts = [
        title,
        wrap(headline(compared)),
        _table(compared),
        _money(compared),
        [*wrap(_regions(compared)), *wrap(_law(compared))],
        [*next_line(_following(compared)), *_checks(compared)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _title(compared: Compared) -> list[str]:
    one, other = compared.studies
    lines = [f"Market of {one.world.base_year}, rules of {long(one.day)}."]
    changes = len(one.settings)
    if changes:
        lines[0] += f"  {changes} change{'' if changes == 1 else 's'} laid over both."
    for name, study in (("A", one), ("B", other)):
        said = ["draft"] if study.agreement.draft else []
        if study.assumed:
            said.append(f"{len(study.assumed)} assumed values")
        status = f" ({', '.join(said)})" if said else ""
        lines.append(f"  {name}: {study.asked[0]}{status}")
    return lines


# -------------------------------------------------------------------------------- the answer


def headline(compared: Compared) -> str:
    """What the second changes, in a sentence or two."""
    one, other = compared.studies
    if not _changed(compared) and all(abs(pair.difference) < 500 for pair in compared.amounts):
        return "B changes nothing: both give the same market."
    parts = [] if one.view else [_floors(one, other)]
    users = next(pair for pair in compared.amounts if pair.account == "users")
    return " ".join([*parts, _pay(compared, users)])


def _floors(one: Study, other: Study) -> str:
    """For how many products the floor holds under each."""
    count: list[tuple[int, int]] = []
    for study in (one, other):
        assert study.verdict is not None  # only of studies that cleared
        states = [row.state for row in study.verdict.products.values() if row.floor is not None]
        count.append((states.count("holds"), len(states)))
    (held, floors), (then, later) = count
    first = f"{held} of {floors} products" if floors else "none, for it has none"
    if not later:
        return f"B has no floor; with A it holds for {first}."
    if count[0] == count[1]:
        return f"The floor holds for {first} with either."
    return f"With B the floor holds for {then} of {later} products, with A for {first}."


def _pay(compared: Compared, users: AmountPair) -> str:
    who = f"{_people(compared)}"
    if abs(users.difference) < 500:
        return f"{who} pay the same with either."
    less = "less" if users.difference > 0 else "more"
    shown = f"{sentences.size(users.difference)} M USD a year {less}"
    return f"{who} pay {shown} with B than with A."


def _people(compared: Compared) -> str:
    """Whose account is told, as the subject of a sentence."""
    one = compared.studies[0]
    viewer = one.viewer
    if viewer is None:
        return "Zone users" if compared.zone else "Users"
    place = place_name(one.world, viewer.region)
    name = buyers_name(viewer.end_use) if viewer.end_use else "users"
    return f"{name[:1].upper()}{name[1:]} in {place}"


# -------------------------------------------------------------------------------- the tables


def _changed(compared: Compared) -> list[ProductPair]:
    """Products whose floor, reason or price is another with the second."""
    return [
        row
        for row in compared.products
        if row.floors[0] != row.floors[1] or row.reasons[0] != row.reasons[1] or _moved(*row.prices)
    ]


def _moved(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) > sentences.NOTICED * abs(before)


def _table(compared: Compared) -> list[str]:
    """At most seven products that the second changes, by what is at stake."""
    changed = _changed(compared)
    kept = {row.product for row in sorted(changed, key=lambda row: -row.stake)[:ROWS]}
    rows = [row for row in changed if row.product in kept]
    if not rows:
        return []
    world = compared.studies[0].world
    where = "price there" if compared.studies[0].view else "price in zone"
    lines = [
        f"  {'':<{LABEL}}{where:>22}{'floor':>14}  holds?",
        f"  {'USD/kg':<{LABEL}}{'without':>8}{'A':>7}{'B':>7}{'A':>7}{'B':>7}  {'A':<23}B",
    ]
    for row in rows:
        prices = f"{_kg(row.without):>8}{_kg(row.prices[0]):>7}{_kg(row.prices[1]):>7}"
        floors = "".join(f"{_kg(floor):>7}" for floor in row.floors)
        reasons = f"{REASONS[row.reasons[0]]:<23}{REASONS[row.reasons[1]]}"
        lines.append(f"  {product_name(world, row.product):<{LABEL}}{prices}{floors}  {reasons}")
    left = len(changed) - len(rows)
    if left:
        lines.append(f"  and {left} more {'changes' if left == 1 else 'change'}: --json")
    return lines


def _kg(usd_per_t: float | None) -> str:
    return "-" if usd_per_t is None else sentences.usd(usd_per_t / KG_PER_TONNE)


def written(compared: Compared) -> list[tuple[Account, list[float], int]]:
    """Amounts as the screen writes them, M USD with so many decimals: A, B and B less A.

    Accounts of the zone add up to it, and A and the difference to B.
    """
    told = [pair for pair in compared.amounts if pair.account == "users" or _told(pair)]
    within = [pair for pair in told if pair.account not in ("zone", "outside")]
    largest = max(abs(amount) for pair in told for amount in pair.amounts)
    digits = words.decimals_of(largest / 1e6)
    first, second = (_rounded(told, within, side, digits) for side in (0, 1))
    shown: list[Account] = [pair.account for pair in told if pair.account != "zone"]
    if len(within) > 1:
        shown.insert(len(within), "zone")
    return [
        (name, [first[name], second[name], round(second[name] - first[name], digits)], digits)
        for name in shown
    ]


def _rounded(
    told: list[AmountPair], within: list[AmountPair], side: int, digits: int
) -> dict[Account, float]:
    """Amounts of one agreement, M USD; those within the zone add up to it."""
    rounded = words.that_add_up([pair.amounts[side] / 1e6 for pair in within], digits)
    column: dict[Account, float] = {}
    for pair, amount in zip(within, rounded, strict=True):
        column[pair.account] = amount
    column["zone"] = round(sum(rounded), digits)
    for pair in told:
        if pair.account == "outside":
            column[pair.account] = round(pair.amounts[side] / 1e6, digits)
    return column


def _told(pair: AmountPair) -> bool:
    return any(abs(amount) >= 500 for amount in (*pair.amounts, pair.difference))


def _money(compared: Compared) -> list[str]:
    lines = [f"  {'Who gains and pays, M USD a year':<34}{'A':>10}{'B':>10}{'B - A':>10}"]
    for account, amounts, digits in written(compared):
        cells = "".join(f"{_signed(amount, digits):>10}" for amount in amounts)
        lines.append(f"    {_name(compared, account):<32}{cells}")
    return lines


def _signed(amount: float, digits: int) -> str:
    text = f"{amount:+,.{digits}f}"
    return text.lstrip("+-") if round(amount, digits) == 0 else text


def _name(compared: Compared, account: Account) -> str:
    viewer = compared.studies[0].viewer
    if viewer is None:
        return ACCOUNTS[account]
    own = {"users": "its users", "producers": "its producers", "treasury": "its treasury"}
    if viewer.end_use:
        return buyers_name(viewer.end_use)
    whole = f"{region_name(compared.studies[0].world, viewer.region)}, all told"
    return {**ACCOUNTS, **own, "zone": whole}[account]


# -------------------------------------------------------------------------------- besides


def _regions(compared: Compared) -> str:
    """Members for whom the second changes most, and who is inside under one only."""
    one, other = compared.studies
    if one.view is not None:
        return ""
    world = one.world
    changes = sorted((b - a, region_name(world, r)) for r, (a, b) in compared.regions.items())
    worse = [f"{name} {sentences.millions(usd)}" for usd, name in changes[:3] if usd < -SMALL]
    better = [
        f"{name} {sentences.millions(usd)}" for usd, name in reversed(changes[-3:]) if usd > SMALL
    ]
    said = []
    if better:
        said.append(f"B is better, all told, for {', '.join(better)}.")
    if worse:
        said.append(f"{'Worse' if better else 'B is worse, all told,'} for {', '.join(worse)}.")
    for name, this, that in (("A", one, other), ("B", other, one)):
        alone = [region_name(world, r) for r in sorted(this.with_bloc.zone - that.with_bloc.zone)]
        if len(alone) == len(this.with_bloc.zone) and alone:
            said.append(f"Only {name} has members; the zone here is theirs.")
        elif alone:
            said.append(f"Inside with {name} only: {listed(alone)}; the zone here has them all.")
    return " ".join(said)


def _law(compared: Compared) -> str:
    """In how many values the two texts differ, and how many of them stand that day."""
    law = compared.law
    if not law.redlines:
        return "The two texts say the same."
    count, today = len(law.redlines), len(law.effects)
    values = f"{count} value{'' if count == 1 else 's'}"
    return f"The two texts differ in {values}; on this day, in {today or 'none'}."


def _following(compared: Compared) -> list[str]:
    one, other = compared.studies
    texts = " ".join(shlex.quote(study.asked[0]) for study in (one, other))
    changed = max(_changed(compared), key=lambda row: row.stake, default=None)
    commands = [f"stannary diff {texts} --on {one.day}"]
    if changed is not None and changed.prices[1] is not None:
        explain = f"stannary explain {changed.product}.price"
        commands.append(f"{explain} {shlex.quote(other.asked[0])} --day {one.day}")
    return [*commands, f"stannary run {shlex.quote(other.asked[0])} --day {one.day}"]


def _checks(compared: Compared) -> list[str]:
    both = [sentences.checks(study) for study in compared.studies]
    worst = {name: max(found[name][0] for found in both) for name in both[0]}
    failed = [name for name in worst if not all(found[name][1] for found in both)]
    said = f"Check: money balances to {worst['money']:.0e}, tonnes to {worst['tonnes']:.0e}"
    if "base" in worst:
        said += f"; base year reproduced to {worst['base']:.0e}"
    return wrap(f"{said}." + (f" NOT PASSED: {listed(failed)}." if failed else ""))


# -------------------------------------------------------------------------------- machines


def command(compared: Compared) -> str:
    """The command that makes this comparison again."""
    one, other = compared.studies
    of_one = shlex.split(one.command)
    return shlex.join(["stannary", "compare", one.asked[0], other.asked[0], *of_one[3:]])


def as_json(compared: Compared) -> str:
    """Both outcomes and what differs, for machines; units as in outcome.json."""
    one, other = compared.studies
    body = {
        "schema": SCHEMA,
        "version": __version__,
        "data": DATA_VERSION,
        "command": command(compared),
        "world": one.world.name,
        "year": one.world.base_year,
        "day": str(one.day),
        "converged": compared.converged,
        "zone": list(compared.zone),
        "for": one.viewer.id if one.viewer else None,
        "a": files.as_json(one),
        "b": files.as_json(other),
        "products": {row.product: _pair(row) for row in compared.products},
        "amounts_usd": {
            pair.account: {"a": pair.amounts[0], "b": pair.amounts[1], "change": pair.difference}
            for pair in compared.amounts
        },
        "regions_usd": {
            region: {"a": a, "b": b, "change": b - a} for region, (a, b) in compared.regions.items()
        },
        "law": {
            "differing": [line.path for line in compared.law.redlines],
            "on_day": [effect.path for effect in compared.law.effects],
        },
    }
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)


def _pair(row: ProductPair) -> dict[str, object]:
    return {
        "floor": _sides(row.floors, 1 / KG_PER_TONNE),
        "price": {
            "without": None if row.without is None else row.without / KG_PER_TONNE,
            **_sides(row.prices, 1 / KG_PER_TONNE),
        },
        "use": _sides(row.use),
        "made": _sides(row.made),
        "reason": {"a": row.reasons[0], "b": row.reasons[1]},
    }


def _sides(pair: Sequence[float | None], scale: float = 1.0) -> dict[str, float | None]:
    a, b = (None if value is None else value * scale for value in pair)
    return {"a": a, "b": b, "change": None if a is None or b is None else b - a}
