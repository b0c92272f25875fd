"""The screen of `stannary run`: answer first, one table, who pays, what to look out for, the checks.

Under 40 lines of at most 100 columns, readable without colour. Next: `sentences`, the words.
"""

import textwrap
from pathlib import Path

from ..market.verdict import ProductVerdict
from ..secretariat import Study
from . import sentences
from .names import product_name

WIDTH = 100
LABEL = 13


def screen(study: Study, folder: Path) -> str:
    """What `run` prints. A study that did not clear says where, and shows no number."""
    if not study.converged:
        return _unsolved(study, folder)
    assert study.verdict is not None  # a study that converged has one
    parts = [
        [f"{sentences.title_line(study)}  {study.seconds:.1f} s"],
        _wrap(sentences.headline(study)),
        _table(study),
        _money(study),
        _extremes(study),
        _look_out(study),
        _files(study, folder),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _unsolved(study: Study, folder: Path) -> str:
    lines = [sentences.title_line(study), ""]
    for name, outcome in (("without the bloc", study.without), ("with it", study.with_bloc)):
        certificate = outcome.certificate
        for region, product in certificate.failed:
            label = product_name(study.world, product)
            where = study.world.regions[region].name
            lines.append(f"  No result: {label} in {where} did not balance {name}.")
        if certificate.failed:
            lines.append(f"  The largest excess is {certificate.residual:.1e} of base supply.")
    lines += ["", "  No number is shown. Try a smaller change, or go there in steps:"]
    lines += [f"    {study.command}", "", f"  {folder}/report.html   outcome.json"]
    return "\n".join(lines)


def _table(study: Study) -> list[str]:
    rows = sentences.main_rows(study)
    if not rows:
        return []
    suppliers = {row.dominant for row in rows}
    names = study.world.regions
    one = next(iter(suppliers))
    owner = f"{names[one].name}'s" if len(suppliers) == 1 and one in names else "supplier's"
    place = "zone" if study.with_bloc.zone else "world"
    lines = [
        f"  {'':<{LABEL}}{f'price in {place}':>15}{'floor':>9}  {'holds?':<29}"
        f"{f'{place} output':>15}  {owner} share",
        f"  {'USD/kg':<{LABEL}}{'without':>8}{'with':>7}{'':>9}  {'':<29}{'t/y':>8}{'change':>7}"
        f"  of {place} use",
    ]
    return lines + [_row(study, row) for row in rows]


def _row(study: Study, row: ProductVerdict) -> str:
    before, after = row.without, row.with_bloc
    floor = sentences.usd(row.floor / 1000) if row.floor is not None else "-"
    change = f"{after.made / before.made - 1:+.0%}" if before.made > 0 else "-"
    made = sentences.amount(after.made)
    if before.supplier is None or after.supplier is None:
        share = "-"
    else:
        share = f"{before.supplier:.0%} -> {after.supplier:.0%}"
    reason = sentences.reason_text(study, row)
    return (
        f"  {product_name(study.world, row.product):<{LABEL}}"
        f"{_price(before.price):>8}{_price(after.price):>7}{floor:>9}  {reason:<29.29}"
        f"{made:>8}{change:>7}  {share}"
    ).rstrip()


def _price(usd_per_t: float | None) -> str:
    return "-" if usd_per_t is None else sentences.usd(usd_per_t / 1000)


def _money(study: Study) -> list[str]:
    verdict = study.verdict
    if verdict is None or not study.with_bloc.zone:
        return []
    inside = [gain for gain in verdict.gains.values() if gain.inside]
    outside = [gain for gain in verdict.gains.values() if not gain.inside]
    gap = verdict.price_gap
    left = [
        ("users in the zone", verdict.zone_users),
        ("producers in the zone", sum(g.producers for g in inside)),
        ("treasuries", sum(g.treasury for g in inside)),
        ("outside sellers", sum(g.producers for g in outside)),
    ]
    right = [
        ("treasuries (top-up duty)", gap.treasuries),
        ("zone producers", gap.zone_producers),
        ("outside sellers", gap.outside_sellers),
        ("the rest: lost or moved", gap.lost),
    ]
    kept = sentences.millions_that_add_up([amount for _, amount in right])
    digits = 0 if all(isinstance(part, int) for part in kept) else 2
    lines = ["  Who gains and pays, M USD a year        Who keeps the price gap"]
    for (name, amount), (keeper, _), shown in zip(left, right, kept, strict=True):
        gained = f"{amount / 1e6:+,.{digits}f}"
        lines.append(f"    {name:<24}{gained:>8}        {keeper:<28}{shown:>8,.{digits}f}")
    return lines


def _extremes(study: Study) -> list[str]:
    told = sentences.extremes(study)
    return _wrap(told) if told else []


def _look_out(study: Study) -> list[str]:
    warnings = sentences.look_out(study)
    if not warnings:
        return []
    lines = ["  Look out"]
    for text, command in warnings:
        told = f"{text} {command}" if command else text
        lines += textwrap.wrap(
            told, WIDTH, initial_indent="  ! ", subsequent_indent="    ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return lines


def _files(study: Study, folder: Path) -> list[str]:
    names = "outcome.xlsx  outcome.csv  outcome.nc  outcome.json"
    written = f"  {folder}/report.html   {names}"
    following = f"  Next: {sentences.next_command(study)}  |  stannary data"
    return [
        *([written] if len(written) <= WIDTH else [f"  {folder}/report.html", f"    {names}"]),
        *([following] if len(following) <= WIDTH else _wrap(following.strip())),
        *_wrap(sentences.check_line(study)),
    ]


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="  ", subsequent_indent="  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
