"""What stands below the table of `stress`: the split, warnings, what to type next, checks, the JSON.

Amounts add up as they are written. Next: `stress`, the screen.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from math import isfinite

from .. import DATA_VERSION, __version__
from ..agreement import Agreement
from ..market.cut import DAYS, STOP
from ..market.outcome import default_day
from ..market.view import Viewer
from ..secretariat import AGREEMENT, Stress
from ..secretariat.exposed import Exposed, exposed, qualities, receipts, worst_hit
from ..secretariat.stress import CUT, MONTHS, Served, exposure
from ..terms.units import KG_PER_TONNE
from . import law, sentences, words
from .lines import wrap
from .names import listed, place_name, product_name, region_name

SCHEMA = "stannary-stress/1"
KEYS = ("without", "with", "stockpile")
"""The cases, for machines, in the order of `CASES`."""

NOTICED = 5e-4
"""Part of a use from which its going without is told."""

QUALITY = {"estimate": "estimated"}
"""Qualities of the world's figures, where their name is no participle."""

MEMBERS = 5
SHARES = 5
"""Members of the zone, and products of a member, whose share of the stockpile a screen shows."""

LABEL = 13


# -------------------------------------------------------------------------------- the split


def split(stress: Stress, rows: tuple[Exposed, ...]) -> list[str]:
    """How the stockpile is shared out, under its article; nothing where there is none for them."""
    terms, who = stress.schedule.stockpile, stress.viewer
    if not stress.split or terms is None or (who and who.region not in stress.zone):
        return []
    article = law.head(terms.clauses[0].article)
    if who is None:
        rule = (
            f"{article} stores {_said(terms.target_days)} days of use, of which"
            f" {law.percent(terms.unusable)} cannot be released. Each member gets the same days of"
            " its use of a product, and no more than it goes without once its own stock is drawn."
        )
        return [*wrap(rule), *wrap(_members(stress))]
    if who.end_use:
        got = [row for row in rows if row.pool > 0]
        shown = [f"{_name(stress, row)} {_lasts(row.pool, row.use)}" for row in got[:SHARES]]
        more = f" and {len(got) - SHARES} more products" if len(got) > SHARES else ""
        told = (
            f"of {place_name(stress.world, who.region)}'s share they get {', '.join(shown)}{more}"
        )
        return wrap(f"{article}: {told if got else 'they lack nothing that is in store'}.")
    return _of_member(stress, rows, article)


def _name(stress: Stress, row: Exposed) -> str:
    return product_name(stress.world, row.product)


def _lasts(t: float, use: float) -> str:
    return f"{sentences.amount(t)} t ({DAYS * t / use:.0f} days of their use)"


def _said(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _members(stress: Stress) -> str:
    """Members that get most, M USD that add up as they are written."""
    found = [receipt for receipt in receipts(stress) if receipt.value > 0]
    if not found:
        return "Nobody goes without a product in store: nothing is released."
    parts = [receipt.value for receipt in found[:MEMBERS]]
    names = [region_name(stress.world, receipt.region) for receipt in found[:MEMBERS]]
    if len(found) > MEMBERS:
        parts.append(sum(receipt.value for receipt in found[MEMBERS:]))
        names.append("the others")
    digits = max(words.decimals_of(max(parts) / 1e6), 0)
    rounded = words.that_add_up([part / 1e6 for part in parts], digits)
    told = [f"{name} {part:,.{digits}f}" for name, part in zip(names, rounded, strict=True)]
    return f"M USD released: {', '.join(told)}; together {sum(rounded):,.{digits}f}."


def _of_member(stress: Stress, rows: tuple[Exposed, ...], article: str) -> list[str]:
    """A member's claim, weight and share of the pools of what it misses most."""
    assert stress.viewer is not None  # asked by the caller
    mine = {s.product: s for s in stress.shares if s.region == stress.viewer.region and s.claim > 0}
    stock = {pool.product: pool for pool in stress.pools}
    told = [row for row in rows if row.product in mine]
    if not told:
        return [f"  {article}: it lacks nothing that is in store, and gets nothing of it."]
    lines = [
        f"  {article}: shares by use (weight), never more than it goes without (claim).",
        f"  {'':<{LABEL}}{'to share t':>11}{'weight':>8}{'claim t':>10}{'gets t':>9}"
        f"{'days of its use':>17}",
    ]
    for row in told[:SHARES]:
        share, pool = mine[row.product], stock[row.product]
        cells = (
            f"{sentences.amount(pool.usable):>11}{sentences.share(share.part):>8}"
            f"{sentences.amount(share.claim):>10}{sentences.amount(share.share):>9}"
            f"{share.days:>17.0f}"
        )
        lines.append(f"  {_name(stress, row):<{LABEL}}{cells}")
    left = len(told) - SHARES
    if left > 0:
        lines.append(f"  and a share of {left} more: --json")
    return lines


# -------------------------------------------------------------------------------- look out


def warnings(stress: Stress, rows: tuple[Exposed, ...]) -> list[tuple[str, str]]:
    """What to look out for, worst first, each with the command that follows, or ""."""
    short = [row for row in rows if min(row.served) < (1 - NOTICED) * row.use]
    return [
        *_irreplaceable(stress, short), *_cost(stress), *_floors(stress), *_stocks(stress, short),
        *_stop(short), *_granted(stress),
        (
            "One year only: no plant is built, no new route opens, nobody retaliates. By value a tonne"
            " counts at every stage that it passes.",
            "",
        ),
    ]  # fmt: skip


def _irreplaceable(stress: Stress, short: list[Exposed]) -> list[tuple[str, str]]:
    none = [_name(stress, row) for row in short if row.price[0] is None]
    if not none:
        return []
    year = stress.world.base_year
    return [(f"Nothing replaces {listed(none)}: nobody else shipped it there in {year}.", "")]


def _cost(stress: Stress) -> list[tuple[str, str]]:
    terms, who = stress.schedule.stockpile, stress.viewer
    if terms is None or not stress.split or (who and who.region not in stress.zone):
        return []
    cost, fund = (
        sentences.size(sum(p.cost for p in stress.pools)),
        sentences.size(float(terms.fund)),
    )
    where = f"{terms.clauses[0].article}{', assumed' if terms.clauses[0].assumed else ''}"
    days = _said(terms.target_days)
    if stress.funded < 1:
        text = (
            f"The fund of {fund} M USD ({where}) pays for {stress.funded:.0%} of {days} days of use"
            " at normal prices. With three times the fund:"
        )
        return [(text, again(stress, f"stockpile.fund={_said(3 * terms.fund)}"))]
    text = (
        f"The {days} days cost {cost} M USD, bought at normal prices before the cut, of a fund of"
        f" {fund} ({where}). Three times as many:"
    )
    return [(text, again(stress, f"stockpile.target_days={_said(3 * terms.target_days)}"))]


def _floors(stress: Stress) -> list[tuple[str, str]]:
    parts = exposure(stress)
    if len(parts) < 2 or abs(parts[1] - parts[0]) >= 0.005:
        return []
    return [("The bloc alone changes little: in one year no floor builds a plant.", "")]


def _stocks(stress: Stress, short: list[Exposed]) -> list[tuple[str, str]]:
    counts = qualities(stress.world)
    unknown = [_name(stress, row) for row in short if not row.own]
    said = []
    if counts:
        shown = ", ".join(f"{n} {QUALITY.get(quality, quality)}" for quality, n in counts.items())
        said.append(f"Own stocks rest on {sum(counts.values())} rows: {shown}.")
    if unknown:
        names = unknown[:3] if len(unknown) > 4 else unknown
        more = [f"{len(unknown) - 3} more"] if len(unknown) > 4 else []
        said.append(f"Of {listed([*names, *more])} none is known, and none counted.")
    return [(" ".join(said), "")] if said else []


def _stop(short: list[Exposed]) -> list[tuple[str, str]]:
    if not short:
        return []
    text = (
        f"Half of the users of a product stop at {STOP:.0f} times its price (assumed; the"
        " highest seen is 54: yttrium oxide, Adamas Intelligence 2025). Without it a shortage has no"
        " price."
    )
    return [(text, "")]


def _granted(stress: Stress) -> list[tuple[str, str]]:
    said = "A stock of one product is not made into another."
    if stress.split:
        said += " Rights to the stockpile are taken to be use of a normal year (assumed)."
    return [(said, "")]


# -------------------------------------------------------------------------------- what next


def following(stress: Stress) -> list[str]:
    """What to type next: as whom to look at it, a longer or shorter cut, a larger stockpile."""
    commands = []
    if who := worst_hit(stress):
        commands.append(again(replace(stress, viewer=Viewer(who, who))))
    commands.append(again(replace(stress, months=6 if stress.months > 6 else 12)))
    inside = stress.viewer is None or stress.viewer.region in stress.zone
    if stress.split and inside and stress.schedule.stockpile is not None:
        days = 3 * stress.schedule.stockpile.target_days
        commands.append(again(stress, f"stockpile.target_days={_said(days)}"))
    return commands


def again(stress: Stress, *settings: str) -> str:
    """The command that makes this study with more settings, as short as it can be."""
    paths = {setting.split("=")[0] for setting in settings}
    kept = tuple(s for s in stress.settings if s.split("=")[0] not in paths)
    stress = replace(stress, settings=(*kept, *settings))
    command = stress.command
    if stress.cut == CUT:
        command = command.replace(f" --cut {CUT[0]}", "", 1)
    if stress.months == MONTHS:
        command = command.replace(f" --months {MONTHS}", "", 1)
    if stress.asked[0] == AGREEMENT:
        command = command.replace(f"stannary stress {AGREEMENT}", "stannary stress", 1)
        if stress.day == default_day(Agreement.load(AGREEMENT)):
            command = command.replace(f" --day {stress.day}", "", 1)
    return command


def check_line(stress: Stress) -> str:
    """The checks on one line."""
    proofs = [outcome.certificate for outcome in (stress.normal, *stress.outcomes)]
    found = {
        "money": max(proof.money_balance for proof in proofs),
        "tonnes": max(proof.mass_balance for proof in proofs),
    }
    failed = [name for name, error in found.items() if error > sentences.LIMITS[name]]
    said = (
        f"Check: money balances to {found['money']:.0e}, tonnes to {found['tonnes']:.0e},"
        f" in {len(proofs)} markets."
    )
    return said + (f" NOT PASSED: {listed(failed)}." if failed else "")


# -------------------------------------------------------------------------------- machines


def as_json(stress: Stress) -> str:
    """The same for machines, whole: prices in USD/kg, quantities in t or t/y, by case.

    `groups` has every group of buyers of those who are asked for, `products` their sums; null where
    nothing is known, none arrives, or the market did not clear.
    """
    outcomes = (stress.normal, *stress.outcomes)
    proofs = [outcome.certificate for outcome in outcomes]
    terms, solved = stress.schedule.stockpile, stress.converged
    keys = KEYS[: len(stress.cases)]
    body = {
        "schema": SCHEMA,
        "version": __version__,
        "data": DATA_VERSION,
        "command": stress.command,
        "agreement": stress.agreement.name,
        "settings": list(stress.settings),
        "world": stress.world.name,
        "year": stress.world.base_year,
        "day": str(stress.day),
        "cut": list(stress.cut),
        "months": stress.months,
        "cases": dict(zip(keys, stress.cases, strict=True)),
        "converged": solved,
        "residual": _worst(proof.residual for proof in proofs),
        "mass_balance": _worst(p.mass_balance for p in proofs) if solved else None,
        "money_balance": _worst(p.money_balance for p in proofs) if solved else None,
        "failed": [
            {"solve": solve, "region": region, "product": product}
            for solve, proof in zip(("normal", *KEYS), proofs, strict=False)
            for region, product in proof.failed
        ],
        "assumed_count": len(stress.assumed),
        "assumed": list(stress.assumed),
        "users_stop_at": STOP,
        "stock_rows": qualities(stress.world),
        "zone": sorted(stress.zone),
        "for": stress.viewer and {
            "asked": stress.viewer.asked,
            "region": stress.viewer.region,
            "buyers": stress.viewer.end_use or None,
            "answers_for": stress.viewer.country or None,
            "inside": stress.viewer.region in stress.zone,
        },
        "stockpile": terms and {
            "articles": [clause.article for clause in terms.clauses],
            "target_days": float(terms.target_days),
            "fund_usd": float(terms.fund),
            "unusable": float(terms.unusable),
            "funded": stress.funded,
            "cost_usd": sum(pool.cost for pool in stress.pools),
        },
        "exposure": dict(zip(keys, exposure(stress), strict=True)) if solved else None,
        "products": {row.product: _product(stress, row, keys) for row in exposed(stress)},
        "groups": [_group(row, keys) for row in stress.seen],
        "pools": {
            pool.product: {
                "target": pool.target, "held": pool.held, "usable": pool.usable,
                "price": pool.price / KG_PER_TONNE,
            }
            for pool in stress.pools
        },
        "shares": [
            {
                "product": share.product, "region": share.region, "claim": share.claim,
                "weight": share.weight, "weight_share": share.part, "share": share.share,
                "days_of_use": share.days,
            }
            for share in stress.shares
        ],
    }  # fmt: skip
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)


def _worst(errors: Iterable[float]) -> float | None:
    """The largest; None where it is no number that JSON knows."""
    largest = max(errors)
    return largest if isfinite(largest) else None


def _product(stress: Stress, row: Exposed, keys: tuple[str, ...]) -> dict[str, object]:
    return {
        "basis": stress.world.products[row.product].basis,
        "use": row.use,
        "value_usd": row.value,
        "from_cut": row.sent,
        "own_stock": row.own,
        "pool": row.pool,
        "makers_lack": row.lacks or None,
        "served": dict(zip(keys, row.served, strict=True)),
        "lost_usd": dict(zip(keys, row.lost, strict=True)),
        "price_times_normal": dict(zip(keys, row.price, strict=True)),
        "days": dict(zip(keys, row.days, strict=True)),
    }


def _group(row: Served, keys: tuple[str, ...]) -> dict[str, object]:
    prices = [None if usd is None else usd / KG_PER_TONNE for usd in row.price]
    return {
        "region": row.region,
        "product": row.product,
        "buyers": row.group,
        "inside": row.inside,
        "use": row.use,
        "from_cut": row.sent,
        "own_stock": row.own,
        "pool": row.pool,
        "normal_price": row.normal / KG_PER_TONNE,
        "served": dict(zip(keys, row.served, strict=True)),
        "price": dict(zip(keys, prices, strict=True)),
        "days": dict(zip(keys, row.days, strict=True)),
    }
