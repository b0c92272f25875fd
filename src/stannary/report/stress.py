"""The screen of `stannary stress`: who still runs when a supplier stops its exports, and how long.

Answer first, one table, how the stockpile is shared out, what to look out for. Next: `stress_facts`,
the sentences below the table and the JSON.
"""

from ..market.cut import DAYS, STOP
from ..secretariat import Stress
from ..secretariat.exposed import Exposed, exposed
from ..secretariat.stress import CASES, exposure
from ..terms.dates import long
from . import sentences, stress_facts
from .law import many
from .lines import LINES, WIDTH, look_out, next_line, wrap
from .names import (
    buyers_name,
    country_name,
    first_up,
    listed,
    place_name,
    product_name,
    region_name,
)
from .stress_facts import NOTICED
from .words import not_quite

ROWS = 7
LABEL = 13
WHY = 24
"""Letters left for the reason."""

HEADS = {"without the bloc": ("no bloc", 8), "with the bloc": ("bloc", 5),
         "with its stockpile": ("stock", 6)}  # fmt: skip
"""Heads of the columns of a case, and how wide they are."""


def screen(stress: Stress) -> str:
    """What `stress` prints. Where a market did not clear it says which, and shows no number."""
    title = [_title(stress)]
    if not stress.converged:
        return "\n".join([*title, "", *_not_cleared(stress)])
    rows = exposed(stress)
    below = [*next_line(stress_facts.following(stress)), *wrap(stress_facts.check_line(stress))]
    above = [
        title,
        [*wrap(headline(stress)), *wrap(notes(stress))],
        _table(stress, rows),
        stress_facts.split(stress, rows),
    ]
    above = [part for part in above if part]
    room = LINES - sum(len(part) + 1 for part in above) - len(below) - 1
    parts = [*above, look_out(stress_facts.warnings(stress, rows), room), below]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _title(stress: Stress) -> str:
    law, changes, assumed = stress.agreement, len(stress.settings), len(stress.assumed)
    said = ["draft"] if law.draft else []
    if assumed:
        word = "" if changes else " value" if assumed == 1 else " values"
        said.append(f"{assumed} assumed{word}")
    changed = f", {changes} change{'' if changes == 1 else 's'}" if changes else ""
    took = f"{stress.seconds:.1f}" if stress.seconds < 9.95 else f"{stress.seconds:.0f}"
    line = (
        f"Market of {stress.world.base_year}, rules of {long(stress.day)}."
        f"  Agreement {law.name}{changed}{' (' + ', '.join(said) + ')' if said else ''}.  {took} s"
    )
    return line if len(line) <= WIDTH else line.replace(".  ", ". ")


def _not_cleared(stress: Stress) -> list[str]:
    lines: list[str] = []
    names = ("in a normal year", *(f"in the cut {case}" for case in CASES))
    for name, outcome in zip(names, (stress.normal, *stress.outcomes), strict=False):
        for region, product in outcome.certificate.failed:
            label, where = product_name(stress.world, product), place_name(stress.world, region)
            lines.append(f"  No result: {label} in {where} did not balance {name}.")
        if outcome.certificate.failed:
            worst = outcome.certificate.residual
            lines.append(f"  The largest excess is {worst:.1e} of base supply.")
    return [*lines, "  No number is shown. Try another day, fewer countries, or smaller changes."]


# -------------------------------------------------------------------------------- the answer


def headline(stress: Stress) -> str:
    """What part of their use those who are asked for still run, in a sentence."""
    if not stress.converged:
        return "No result: the market did not balance."
    parts = exposure(stress)
    if parts and stress.viewer is not None and stress.viewer.end_use:
        return f"{_when(stress)} {_of_group(stress, parts)}"
    return brief(stress)


def brief(stress: Stress) -> str:
    """The same without the days and the first input that a group of buyers runs short of."""
    if not stress.converged:
        return f"No result: the market in which {_stopped(stress)} did not balance."
    parts = exposure(stress)
    if not parts:
        return f"{_when(stress)} {people(stress)} lack nothing: they use none of it."
    if stress.viewer is not None and stress.viewer.end_use:
        return f"{_when(stress)} {people(stress)} run {_whole(stress, parts)}."
    shown = _cases(stress, [not_quite(part) for part in parts])
    shown = shown.replace("%", "% of its use (by value at normal prices)", 1)
    return f"{_when(stress)} {people(stress)} runs {shown}."


def _when(stress: Stress) -> str:
    return f"If {_stopped(stress)},"


def _stopped(stress: Stress) -> str:
    cut = [region_name(stress.world, region) for region in stress.cut]
    ships = "ships" if len(cut) == 1 else "ship"
    months = f"{stress.months} month{'' if stress.months == 1 else 's'}"
    return f"{listed(cut)} {ships} nothing abroad for {months}"


def _cases(stress: Stress, values: list[str]) -> str:
    """`87% without the bloc, 87% with it, 91% with its stockpile`; a single one alone."""
    if len(values) == 1:
        return values[0]
    said = [f"{values[0]} without the bloc", f"{values[1]} with it"]
    if len(values) > 2:
        return ", ".join([*said, f"{values[2]} {stress.cases[2]}"])
    return listed(said)


def _of_group(stress: Stress, parts: tuple[float, ...]) -> str:
    """A group of buyers stops when the first of its inputs does."""
    rows = exposed(stress)
    first = [min(rows, key=lambda row: row.days[case]) for case in range(len(parts))]
    days = [row.days[case] for case, row in enumerate(first)]
    length = DAYS * stress.months / 12
    whole = _whole(stress, parts)
    if min(days) >= length:
        return f"{people(stress)} run in full for all of it: {whole}."
    shown = _cases(stress, [f"{day:.0f}" for day in days])
    shown = shown.replace(" ", " days ", 1) if " " in shown else f"{shown} days"
    name = product_name(stress.world, first[-1].product)
    return f"{people(stress)} run in full for {shown}: {name} are missed first. They run {whole}."


def _whole(stress: Stress, parts: tuple[float, ...]) -> str:
    """What part of its use a group of buyers runs, by case."""
    whole = _cases(stress, [not_quite(part) for part in parts])
    return whole.replace("%", "% of their use by value", 1)


def people(stress: Stress) -> str:
    """Who it is told for, as a subject: `the zone`, `Japan`, `EV makers in the European Union`."""
    who = stress.viewer
    if who is not None:
        place = place_name(stress.world, who.region)
        return f"{buyers_name(who.end_use)} in {place}" if who.end_use else place
    if stress.zone:
        return "the zone"
    return f"the world outside {listed([region_name(stress.world, r) for r in stress.cut])}"


def notes(stress: Stress) -> str:
    """How many products run short, and for whom else the viewer answers."""
    rows, who, said = exposed(stress), stress.viewer, list[str]()
    short = [row for row in rows if runs_short(row)]
    if len(rows) > 1:
        last = [row for row in short if row.served[-1] < (1 - NOTICED) * row.use]
        count = f"{len(short) or 'None'} of {many(len(rows), 'product')} run short"
        eased = f", {len(last) or 'none'} of them still {stress.cases[-1]}"
        if not stress.split or len(last) == len(short):
            eased = ""
        said.append(f"{count}{eased}.")
    if who is not None and who.country:
        place = place_name(stress.world, who.region)
        said.append(f"{country_name(who.country)} is answered for with {place}.")
    if who is not None and stress.zone and who.region not in stress.zone:
        name = first_up(region_name(stress.world, who.region))
        said.append(f"{name} is outside that day: nothing of the stockpile is for it.")
    return " ".join(said)


# -------------------------------------------------------------------------------- the table


def runs_short(row: Exposed) -> bool:
    """Whether anything is missed in any case."""
    return min(row.served) < (1 - NOTICED) * row.use


def _table(stress: Stress, rows: tuple[Exposed, ...]) -> list[str]:
    """At most seven products that run short, worst hit by value first."""
    short = [row for row in rows if runs_short(row)]
    if not short:
        return []
    heads = [HEADS[case] for case in stress.cases]
    if len(heads) == 1:
        heads = [("", 8)]
    wide = sum(width for _, width in heads)
    columns = "".join(f"{name:>{width}}" for name, width in heads)
    lines = [
        f"  {'':<{LABEL}}{'use':>8}{'runs, %':>{wide}}{'days in full':>{max(wide, 14)}}"
        f"{'price':>13}  why",
        f"  {'':<{LABEL}}{'t/y':>8}{columns}{columns:>{max(wide, 14)}}{'x normal':>13}",
    ]
    for row in short[:ROWS]:
        runs = "".join(
            f"{_percent(served / row.use):>{width}}"
            for served, (_, width) in zip(row.served, heads, strict=True)
        )
        days = "".join(
            f"{day:>{width}.0f}" for day, (_, width) in zip(row.days, heads, strict=True)
        )
        lines.append(
            f"  {product_name(stress.world, row.product):<{LABEL}}{sentences.amount(row.use):>8}"
            f"{runs}{days:>{max(wide, 14)}}{price(row.price[-1]):>13}  {why(stress, row)}"
        )
    more, whole = len(short) - ROWS, len(rows) - len(short)
    said = [f"and {more} more run short"] if more > 0 else []
    if whole:
        said.append(f"{whole} run in full")
    return [*lines, *([f"  {', '.join(said)}: --json"] if more > 0 else [])]


def _percent(part: float) -> str:
    """Whole per cent; what is not quite all of it is never written as 100."""
    return f"{min(100 * part, 99.0) if part < 1 - NOTICED else 100.0:.0f}"


def price(times: float | None) -> str:
    """A price in times its normal one; where users have stopped, the number says no more."""
    if times is None:
        return "none arrives"
    if times > STOP:
        return f"over {STOP:.0f}"
    return f"{times:.1f}" if times < 9.95 else f"{times:.0f}"


def why(stress: Stress, row: Exposed) -> str:
    """Which origin is missing, or which input, and how long own stock lasts, in WHY letters."""
    part = row.sent / row.use
    stock = "stock unknown" if not row.own else f"stock {DAYS * row.own / row.use:.0f} d"
    if row.lacks and part < 0.5:
        origins = [f"makers lack {product_name(stress.world, row.lacks)}"]
    elif part >= 0.005:
        names = [region_name(stress.world, region) for region in stress.cut]
        sent = f"{100 * part:.0f}%"
        origins = [f"{listed(names)} {sent}", f"{'+'.join(stress.cut)} {sent}", f"cut off {sent}"]
    else:
        origins = ["dearer"]
    told = [f"{origin}, {stock}" for origin in origins] + origins[-1:]
    return next(text for text in told if len(text) <= WHY or text == origins[-1])
