"""Leaks in words: who enters without paying and from which audit rate it would not pay; which door.

Next: `market.leaks`, where the tonnes come from; `cautions`, which ranks these among the others.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_UP, Decimal

from ..market.leaks import Diversion, Evasion, evasions
from ..market.verdict import ProductVerdict
from ..market.view import Viewer
from ..secretariat import Study
from . import sentences
from .caution import Caution
from .names import buyers_name, listed, place_name, product_name, region_name

SMALL = 5e4
"""USD a year below which a leak is no warning."""

PATH = "rules.circulation"


def zone_cheats(study: Study) -> list[Evasion]:
    """Who evades, in all the zone."""
    return list(evasions(study.with_bloc))


def cheats_of(study: Study, who: Viewer) -> list[Evasion]:
    """Who evades, among the buyers of a region, or one group of them."""
    return [
        row
        for row in evasions(study.with_bloc)
        if row.region == who.region and who.end_use in ("", row.group)
    ]


def cheats(study: Study, rows: Sequence[Evasion]) -> Iterator[Caution]:
    """What goes unpaid, whose part is the largest, and the audit rate from which it would not pay."""
    unpaid = sum(row.evaded for row in rows)
    if unpaid < SMALL:
        return
    by_group: dict[tuple[str, str], list[Evasion]] = defaultdict(list)
    for row in rows:
        by_group[row.product, row.group].append(row)
    worst = max(by_group.values(), key=lambda several: sum(row.evaded for row in several))
    most = max(worst, key=lambda row: row.evaded)
    audit_class = class_of(study, most)
    rate, enough = rates(study, audit_class)
    product = product_name(study.world, most.product)
    failing = [p for p in _failing(study, (row.product for row in rows)) if not _by_door(p)]
    fail = f"; {sentences.floors_fail(len(failing))}" if failing else ""
    tonnes = sum(row.tonnes for row in rows) / sum(row.imported for row in rows)
    where = place_name(study.world, most.region)
    path = f"enforcement.audit_rate.{audit_class or '*'}"
    yield Caution(
        unpaid + sum(sentences.missed(p) for p in failing),
        f"{tonnes:.0%} of the imports under a floor enter without paying: {sentences.size(unpaid)} M"
        f" USD a year, most on {product} for {buyers_name(most.group)} in {where}{fail}. At audits of"
        f" {enough:.0%}, not {rate:.0%}, it would not pay them ({article(study, path)}):",
        sentences.again(study, f"{path}={enough}"),
    )


def _failing(study: Study, products: Iterable[str]) -> list[ProductVerdict]:
    """Those of the products whose floor fails because imports avoid it."""
    found = study.verdict.products if study.verdict else {}
    of = [found[product] for product in dict.fromkeys(products)]
    return [p for p in of if p.reason == "imports_avoid_it"]


def _by_door(p: ProductVerdict) -> bool:
    return p.with_bloc.diverted > p.with_bloc.evaded


def article(study: Study, path: str) -> str:
    """The printed article of a value of the law that stands that day."""
    schedule = study.with_bloc.schedule
    assert schedule is not None  # asked only of a law that has the value
    return next(clause.article for clause in schedule.clauses if clause.path == path)


def class_of(study: Study, row: Evasion) -> str:
    """The audit class whose rate holds for a group of buyers; "" where the common rate does."""
    known = {
        segment.audit_class
        for segment in study.world.segments
        if (segment.product, segment.region, segment.end_use)
        == (row.product, row.region, row.group)
    }
    found = min(known, default="")
    schedule = study.with_bloc.schedule
    return found if schedule and found in schedule.enforcement.audit_rate else ""


def rates(study: Study, audit_class: str) -> tuple[Decimal, Decimal]:
    """The audit rate of a class, and the lowest, in whole per cent, at which cheating cannot pay.

    Who is caught pays the top-up and `penalty` times as much: at 1 / (1 + penalty) nothing is left.
    """
    schedule = study.with_bloc.schedule
    assert schedule is not None  # whoever evades does so under an agreement
    rate, penalty, _ = schedule.enforcement.terms(audit_class)
    return rate, (1 / (1 + penalty)).quantize(Decimal("0.01"), ROUND_UP)


def doors(study: Study, rows: Sequence[Diversion]) -> Iterator[Caution]:
    """The door by which most comes in, and who loses the duty, where goods circulate freely."""
    tonnes = sum(row.tonnes for row in rows)
    if sum(row.lost for row in rows) < SMALL:
        return
    by_door: dict[str, float] = defaultdict(float)
    by_loser: dict[str, float] = defaultdict(float)
    for row in rows:
        by_door[row.door] += row.lost
        by_loser[row.region] += row.lost
    door = region_name(study.world, max(by_door, key=by_door.__getitem__))
    order = sorted(by_loser, key=lambda region: -by_loser[region])[:3]
    told = [f"{region_name(study.world, r)} {sentences.size(by_loser[r])}" for r in order]
    failing = [p for p in _failing(study, (row.product for row in rows)) if _by_door(p)]
    fail = f"; {sentences.floors_fail(len(failing))}" if failing else ""
    yield Caution(
        sum(by_loser.values()) + sum(sentences.missed(p) for p in failing),
        f"Goods circulate freely ({article(study, PATH)}): {sentences.amount(tonnes)} t come in by"
        f" another member's door, above all by that of {door}{fail}. Duty lost:"
        f" {listed(told)} M USD a year. Try:",
        sentences.again(study, f"{PATH}=origin"),
    )
