"""The screen of `--for`: what the bloc changes for one region, or one group of its buyers.

Next: `market.view`, where the numbers come from; `cautions`, which tells either what to look out for.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..market.view import Sight, View, Viewer, groups_in, net, seen
from ..secretariat import Study
from ..terms.units import KG_PER_TONNE
from . import cautions, money, sentences, things
from .lines import wrap
from .names import (
    buyers_name,
    country_name,
    first_up,
    listed,
    mineral_name,
    place_name,
    product_name,
    region_name,
)

ROWS = 7
LABEL = 13
ROOM = 31
"""Letters left for where a group buys."""


def parts(study: Study, view: View) -> list[list[str]]:
    """The answer as a sentence, the table, things that people know."""
    lines = wrap(answer(study, view))
    for note in _notes(study, view):
        lines += wrap(note)
    group = bool(view.viewer.end_use)
    costs = things.of(view.things, [c.thing for c in view.things] if group else things.KNOWN)
    table = _group_table if group else _region_table
    return [lines, table(study, view), wrap(things.sentence(costs))]


def look_out(study: Study, view: View) -> list[tuple[str, str]]:
    """Warnings for this viewer, worst first, each with the command that follows, or ""."""
    return cautions.look_out_for(study, view)


def others(study: Study) -> list[str]:
    """Who else to look at a study as: whoever pays most of those one step closer, or further."""
    if study.verdict is None or sentences.is_same(study):
        return []
    if study.viewer is None:
        totals = {r: net(g) for r, g in study.verdict.gains.items() if g.inside}
        return [seen_by(study, min(totals, key=totals.__getitem__))] if totals else []
    if study.viewer.end_use:
        return [seen_by(study, study.viewer.region)]
    groups = groups_in(study.world, [study.viewer.region])
    views = seen(study.without, study.with_bloc, groups)
    most = min(views, key=lambda view: view.users, default=None)
    return [seen_by(study, most.viewer.id)] if most and most.users < 0 else []


def seen_by(study: Study, who: str) -> str:
    """The command that looks at the same study as somebody else."""
    return sentences.again(replace(study, viewer=Viewer(who, who), view=None))


# -------------------------------------------------------------------------------- the answer


def people(study: Study, who: Viewer) -> str:
    """`users in Japan`, `EV makers in the European Union`."""
    name = buyers_name(who.end_use) if who.end_use else "users"
    return f"{name} in {place_name(study.world, who.region)}"


def answer(study: Study, view: View) -> str:
    """What it comes to, in one sentence whose amounts add up."""
    return _of_group(study, view) if view.gain is None else _of_region(study, view)


def _of_group(study: Study, view: View) -> str:
    law = study.with_bloc.law
    what = "Floors" if law and law.floors else study.agreement.name
    one = "" if what == "Floors" else "s"
    if abs(view.users) < 500:
        return f"{what} change{one} nothing for {people(study, view.viewer)}."
    verb, way = (f"cost{one}", "more") if view.users < 0 else (f"save{one}", "less")
    amount = f"{sentences.size(view.users)} M USD a year"
    much = f"{amount} {way}" if view.users < 0 else amount
    part = _part(study, view)
    return f"{what} {verb} {people(study, view.viewer)} {much}{f', {part}' if part else ''}."


def _part(study: Study, view: View) -> str:
    """`3.1% of what they spend on rare earths`; empty where they spend nothing there."""
    if view.chain_spending <= 0:
        return ""
    on = {
        mineral_name(study.world.products[s.product].mineral): None
        for s in view.sights
        if s.reached and s.spending > 0
    }
    minerals = listed(list(on)) if len(on) <= 3 else "minerals with a floor"
    share = sentences.share(abs(view.users) / view.chain_spending)
    return f"{share} of what they spend on {minerals}"


def _of_region(study: Study, view: View) -> str:
    gain = view.gain
    assert gain is not None  # a region has its gains
    shown, total = money.added_up(
        {
            "users": gain.users, "producers": gain.producers, "treasury": gain.treasury,
            "raised": gain.captured, "licences": gain.licences,
        }
    )  # fmt: skip
    place = place_name(study.world, view.viewer.region)
    if not shown:
        return f"{study.agreement.name} changes nothing for {place}."
    said = [f"{first_up(people(study, view.viewer))} {_pay(study, view, shown)}"]
    for part, who, up, down in (
        ("producers", "producers there", "gain", "lose"),
        ("treasury", "the treasury", "takes in", "loses"),
        ("raised", "sellers there", "keep raised prices of", "lose raised prices of"),
        ("licences", "licences", "bring", "lose"),
    ):
        if amount := shown.get(part):
            said.append(f"{who} {down if amount.startswith('-') else up} {amount[1:]}")
    end = {"+": f"gains {total[1:]}", "-": f"pays {total[1:]}"}.get(total[0], "comes out even")
    return f"{listed(said)}: all told, {place} {end}."


def _pay(study: Study, view: View, shown: dict[str, str]) -> str:
    if "users" not in shown:
        return "pay what they paid without it"
    users = shown["users"]
    more = "more" if users.startswith("-") else "less"
    part = _part(study, view)
    return f"pay {users[1:]} M USD a year {more}{f' ({part})' if part else ''}"


def _notes(study: Study, view: View) -> list[str]:
    who, notes = view.viewer, []
    if who.country:
        country, region = country_name(who.country), place_name(study.world, who.region)
        notes.append(f"{country} is answered for with {region}.")
    if study.with_bloc.zone and not view.inside:
        name = first_up(region_name(study.world, who.region))
        notes.append(f"{name} is outside that day: no floor stands at its border.")
    return notes


# -------------------------------------------------------------------------------- the tables


def _region_table(study: Study, view: View) -> list[str]:
    rows, rest = chosen(view)
    if not rows:
        return []
    suppliers = {sight.supplier for sight in rows}
    one = next(iter(suppliers))
    known = len(suppliers) == 1 and one in study.world.regions
    owner = f"{region_name(study.world, one)}'s" if known else "supplier's"
    lines = [
        f"  {'':<{LABEL}}{'price there':>15}{'floor':>9}{'use':>9}{'':>7}  {f'{owner} share':<16}"
        f"{'enters':>7}{'users pay':>13}",
        f"  {'USD/kg':<{LABEL}}{'without':>8}{'with':>7}{'':>9}{'t/y':>9}{'change':>7}  {'of use':<16}"
        f"{'unpaid':>7}{'M USD more':>13}",
    ]

    def cells(sight: Sight) -> str:
        floor = sentences.usd(sight.floor / KG_PER_TONNE) if sight.floor is not None else "-"
        if sight.supplier_without is None or sight.supplier_with is None:
            share = "-"
        else:
            share = f"{sight.supplier_without:.0%} -> {sight.supplier_with:.0%}"
        return f"{floor:>9}{_use(sight)}  {share:<16}{_unpaid(sight):>7}"

    return lines + _lines(study, rows, rest, cells, 50)


def _group_table(study: Study, view: View) -> list[str]:
    rows, rest = chosen(view)
    if not rows:
        return []
    lines = [
        f"  {'':<{LABEL}}{'price paid':>15}{'use':>9}{'':>7}{'enters':>8}{'cost more':>13}"
        "  buys from,",
        f"  {'USD/kg':<{LABEL}}{'without':>8}{'with':>7}{'t/y':>9}{'change':>7}{'unpaid':>8}"
        f"{'M USD a year':>13}  without -> with",
    ]

    def cells(sight: Sight) -> str:
        return f"{_use(sight)}{_unpaid(sight):>8}"

    told = _lines(study, rows, rest, cells, 24)
    bought = [_origins(study, sight) for sight in rows] + ([""] if len(told) > len(rows) else [])
    return lines + [
        f"{line}  {origins}".rstrip() for line, origins in zip(told, bought, strict=True)
    ]


def _lines(
    study: Study, rows: Sequence[Sight], rest: float, cells: Callable[[Sight], str], wide: int
) -> list[str]:
    """Name, prices, cells (so wide) and cost of every row, then the rest; costs add up as written."""
    costs = [-sight.users for sight in rows] + ([rest] if abs(rest) >= 500 else [])
    shown, digits = sentences.millions_that_add_up(costs), sentences.decimals(costs)
    lines = []
    for sight, cost in zip(rows, shown, strict=False):
        name = product_name(study.world, sight.product)
        amount = f"{cost:,.{digits}f}" if sight.spending > 0 else "-"
        prices = f"{_kg(sight.price_without):>8}{_kg(sight.price_with):>7}"
        lines.append(f"  {name:<{LABEL}}{prices}{cells(sight)}{amount:>13}")
    if len(costs) > len(rows):
        lines.append(f"  {'the rest':<{LABEL}}{'':<{15 + wide}}{shown[-1]:>13,.{digits}f}")
    return lines


def chosen(view: View) -> tuple[list[Sight], float]:
    """At most seven products that matter most to the viewer, and what all others cost its users."""
    moved = [sight for sight in view.sights if _matters(sight)]
    most = sorted(moved, key=_weight, reverse=True)
    rest = -sum(sight.users for sight in view.sights)
    for count in (ROWS, ROWS - 1):
        kept = {sight.product for sight in most[:count]}
        rows = [sight for sight in moved if sight.product in kept]
        left = rest + sum(sight.users for sight in rows)
        if abs(left) < 500:
            return rows, 0.0
        if len(rows) < ROWS:
            break
    return rows, left


def _matters(sight: Sight) -> bool:
    before, after = sight.price_without, sight.price_with
    if before is None or after is None:
        return False
    return sight.floor is not None or abs(after - before) > sentences.NOTICED * before


def _weight(sight: Sight) -> float:
    """USD a year at stake: what the viewer's use of it costs more, plants' included."""
    before, after = sight.price_without or 0.0, sight.price_with or 0.0
    return max(abs(after - before) * sight.use_with, abs(sight.users))


def _use(sight: Sight) -> str:
    before, after = sight.use_without, sight.use_with
    return f"{sentences.amount(after):>9}{sentences.change(before, after):>7}"


def _unpaid(sight: Sight) -> str:
    return f"{sight.evaded / sight.imported:.0%}" if sight.evaded > 0 else "-"


def _origins(study: Study, sight: Sight) -> str:
    """Where most of it comes from: as many origins as fit."""
    both = sight.origins_without.keys() | sight.origins_with.keys()

    def larger(origin: str) -> float:
        return max(sight.origins_without.get(origin, 0.0), sight.origins_with.get(origin, 0.0))

    said = ""
    for origin in sorted(both, key=lambda o: (-larger(o), o)):
        before, after = (of.get(origin, 0.0) for of in (sight.origins_without, sight.origins_with))
        one = f"{region_name(study.world, origin)} {before:.0%} -> {after:.0%}"
        if len(said) + len(one) + 2 > ROOM or larger(origin) < 0.005:
            break
        said += f", {one}" if said else one
    return said


def _kg(usd_per_t: float | None) -> str:
    return "-" if usd_per_t is None else sentences.usd(usd_per_t / KG_PER_TONNE)
