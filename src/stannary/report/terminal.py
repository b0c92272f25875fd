"""The screen of `stannary run`: answer first, one table, who pays, what to look out for, the checks.

Under 40 lines of at most 100 columns, readable without colour. Next: `sentences`, the words.
"""

from itertools import zip_longest
from pathlib import Path

from ..market.things import added
from ..market.verdict import ProductVerdict
from ..secretariat import WORLD, Study
from . import as_seen, latest, money, sentences, things
from .lines import LINES, WIDTH, look_out, next_line, wrap
from .names import product_name

LABEL = 13


def screen(study: Study, folder: Path) -> str:
    """What `run` prints. A study that did not clear says where, and shows no number."""
    if not study.converged:
        return _unsolved(study, folder)
    assert study.verdict is not None  # a study that converged has one
    took = f"{study.seconds:.1f}" if study.seconds < 9.95 else f"{study.seconds:.0f}"
    title = [_fitted(f"{sentences.title_line(study)}  {took} s")]
    if study.view is not None:
        above = [title, *as_seen.parts(study, study.view)]
        warnings = as_seen.look_out(study, study.view)
    else:
        above = [title, _headline(study), _table(study), _money(study), _who(study)]
        warnings = sentences.look_out(study)
    above = [part for part in above if part]
    below = _files(study, folder, warnings)
    room = LINES - sum(len(part) + 1 for part in above) - len(below) - 1
    parts = [*above, look_out(warnings, room), below]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _headline(study: Study) -> list[str]:
    return wrap(sentences.headline(study)) + wrap(latest.sentence(study))


def _fitted(line: str) -> str:
    """A line whose sentences stand closer together where it would be too wide."""
    return line if len(line) <= WIDTH else line.replace(".  ", ". ")


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
    lines = ["  Who gains and pays, M USD a year        Who keeps the price gap"]
    nothing = ("", "")
    for (name, amount), (keeper, part) in zip_longest(*money.rows(verdict), fillvalue=nothing):
        lines.append(f"    {name:<24}{amount:>8}        {keeper:<32}{part:>8}".rstrip())
    return lines + wrap(money.bound(verdict))


def _who(study: Study) -> list[str]:
    """Members at the two ends, rents of licences, things that people know."""
    told = [money.extremes(study), money.rents(study)]
    lines = wrap(" ".join(sentence for sentence in told if sentence))
    costs = added(study.without, study.with_bloc) if study.with_bloc.zone else ()
    return lines + wrap(things.sentence(things.of(costs, things.KNOWN)))


def _files(study: Study, folder: Path, warnings: list[tuple[str, str]]) -> list[str]:
    names = "outcome.xlsx  outcome.csv  outcome.nc  outcome.json"
    written = f"  {folder}/report.html   {names}"
    follows = [
        sentences.next_command(study, warnings),
        *as_seen.others(study),
        *_explained(study),
        f"stannary data{'' if study.asked[1] == WORLD else f' --world {study.asked[1]}'}",
    ]
    return [
        *([written] if len(written) <= WIDTH else [f"  {folder}/report.html", f"    {names}"]),
        *next_line(follows),
        *wrap(sentences.check_line(study)),
    ]


def _explained(study: Study) -> list[str]:
    """The command that takes apart the price at which most is at stake; none without a floor."""
    rows = [row for row in sentences.main_rows(study) if row.floor is not None]
    if not rows or study.viewer is not None:
        return []
    key = f"{max(rows, key=sentences.stake).product}.price"
    return [sentences.again(study).replace("stannary run", f"stannary explain {key}", 1)]
