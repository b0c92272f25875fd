"""Inspect: the known evasions of a price floor, ranked by what an audit hour recovers.

Each has a detector that gives its evidence: an indicator, never a finding.

Start at `inspect`; `reading` is the desk, `records` what comes out, one module a family of detectors.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from . import (
    backdated,
    bundling,
    carbonate,
    damage,
    downstream,
    exchange,
    origin,
    refunds,
    reimbursement,
    splitting,
    surge,
)
from .reading import Desk, read
from .records import KINDS, OF, Blind, Clue, Finding, Inspection, Kind, cases

if TYPE_CHECKING:
    from ..law import Law

__all__ = ["inspect", "Inspection", "Finding", "Kind", "Blind", "KINDS", "OF"]

Detector = Callable[[Desk], Iterable[Clue]]

DETECTORS: dict[str, Detector] = {
    "over_invoice_refund": refunds.clues,
    "fx_rebate": exchange.clues,
    "false_damage": damage.clues,
    "backdated_invoice": backdated.clues,
    "origin_overclaim": origin.clues,
    "third_country_surge": surge.clues,
    "downstream_shift": downstream.clues,
    "bundling": bundling.clues,
    "misclass_carbonate": carbonate.clues,
    "splitting": splitting.clues,
    "reimbursement": reimbursement.clues,
}


def inspect(
    entries: Path, law: "Law", *, lots: Path | None = None, parents: Path | None = None,
    facilities: Path | None = None, payments: Path | None = None, assessed: Path | None = None,
) -> Inspection:  # fmt: skip
    """What looks wrong in a file of entries (CSV or Parquet) under `law`.

    lots, parents, facilities, payments  files that some detectors need; see `Inspection.blind`
    assessed  what `assess` wrote of these entries; given: its top-ups hold

    The order of rows changes nothing. Raises BadTable on a file that is not what it should be.
    """
    desk = read(
        entries, law, lots=lots, parents=parents, facilities=facilities, payments=payments,
        assessed=assessed,
    )  # fmt: skip
    given = {"lots": lots, "parents": parents, "facilities": facilities, "payments": payments}
    lacking = {name for name, path in given.items() if path is None}
    findings: list[Finding] = []
    blind: list[Blind] = []
    for kind in KINDS:
        if lacking.intersection(kind.needs):
            blind.append(Blind(kind.detector, tuple(n for n in kind.needs if n in lacking), True))
            continue
        if lacking.intersection(kind.sharper):
            less = tuple(n for n in kind.sharper if n in lacking)
            blind.append(Blind(kind.detector, less, False))
        findings += cases(kind.detector, DETECTORS[kind.detector](desk))
    goods = desk.goods
    days = (str(goods.day.min().date()), str(goods.day.max().date())) if len(goods) else ("", "")
    return Inspection(
        tuple(sorted(findings, key=lambda f: (-f.cents_per_hour, f.finding_id))), tuple(blind),
        desk.read, len(goods), len(desk.changes), desk.unread, int((goods["product"] != "").sum()),
        *days,
    )  # fmt: skip
