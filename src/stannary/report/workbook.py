"""outcome.xlsx: the study as a workbook, one table a sheet.

Above every table stand what it shows, in which unit, and of which year, agreement and day.

Next: `files`, which writes it beside the others.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from .. import DATA_VERSION, __version__
from ..agreement import Clause, Schedule
from ..market.dataset import open_routes
from ..market.verdict import REASONS, Verdict
from ..secretariat import Study
from ..terms.dates import long
from ..terms.units import KG_PER_TONNE

Cell = str | float | None
"""Text, a number, or nothing."""

ABOVE = 4
"""Rows above a table's header: what it shows, its units, what was solved, and an empty one."""

FORMATS = {
    "text": {"valign": "top"},
    "prose": {"valign": "top", "text_wrap": True},
    "price": {"num_format": "#,##0.00", "valign": "top"},
    "tonnes": {"num_format": "#,##0.000", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "money": {"num_format": "#,##0", "valign": "top"},
    "value": {"num_format": "General", "valign": "top", "align": "left"},
}


class Column(NamedTuple):
    """A column: its header, its kind (of FORMATS) and its width in characters."""

    header: str
    kind: str
    width: float


class Table(NamedTuple):
    """A sheet: its table, and what stands above it."""

    sheet: str
    shows: str
    units: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]


def write(study: Study, path: Path) -> None:
    """Write the workbook at `path`. Raises NotCleared when either market has no numbers."""
    from xlsxwriter import Workbook

    tables = tables_of(study)
    draft = ", draft" if study.agreement.draft else ""
    solved = (
        f"Market of {study.world.base_year} (world {study.world.name}) under the rules of"
        f" {long(study.day)}. Agreement {study.agreement.name}{draft}."
    )
    with Workbook(path) as book:
        formats = {kind: book.add_format(how) for kind, how in FORMATS.items()}
        title = book.add_format({"bold": True, "font_size": 13})
        header = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EDF2"}
        )
        for table in tables:
            sheet = book.add_worksheet(table.sheet)
            sheet.write_string(0, 0, table.shows, title)
            sheet.write_string(1, 0, table.units)
            sheet.write_string(2, 0, solved)
            for at, column in enumerate(table.columns):
                sheet.set_column(at, at, column.width)
                sheet.write_string(ABOVE, at, column.header, header)
            for line, row in enumerate(table.rows, ABOVE + 1):
                for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                    # Never `write`: it would take "=..." for a formula and "http..." for a link.
                    if isinstance(cell, str):
                        sheet.write_string(line, at, cell, formats[column.kind])
                    elif cell is not None and isfinite(cell):
                        sheet.write_number(line, at, cell, formats[column.kind])
            sheet.autofilter(ABOVE, 0, ABOVE + len(table.rows), len(table.columns) - 1)
            sheet.freeze_panes(ABOVE + 1, 1)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(ABOVE)


def tables_of(study: Study) -> list[Table]:
    """The sheets in order. Raises NotCleared when either market has no numbers."""
    verdict = study.verdict if study.converged else None
    if verdict is None:
        # One of the two has no numbers: asking for them says where it did not clear.
        _ = study.without.cleared, study.with_bloc.cleared
        raise ValueError("a study whose markets cleared has a verdict")
    schedule = study.with_bloc.schedule
    return [
        _verdict(study, verdict),
        _gains(study, verdict),
        _price_gap(study, verdict),
        _prices(study),
        _flows(study),
        _rules(study, schedule),
        _assumed(study, schedule),
        _check(study),
    ]


def _verdict(study: Study, verdict: Verdict) -> Table:
    columns = (
        Column("Product", "text", 14), Column("Name", "text", 34), Column("Basis", "text", 10),
        Column("Price without, USD/kg", "price", 13), Column("Price with, USD/kg", "price", 13),
        Column("Floor, USD/kg", "price", 13), Column("State", "text", 8),
        Column("Reason", "text", 60),
        Column("Output without, t/y", "tonnes", 15), Column("Output with, t/y", "tonnes", 15),
        Column("Use without, t/y", "tonnes", 15), Column("Use with, t/y", "tonnes", 15),
        Column("Imports without, t/y", "tonnes", 15), Column("Imports with, t/y", "tonnes", 15),
        Column("Supplier", "text", 10), Column("Its share without", "share", 12),
        Column("Its share with", "share", 12),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for id, found in verdict.products.items():
        product, before, after = study.world.products[id], found.without, found.with_bloc
        rows.append(
            (id, product.name, product.basis, _per_kg(before.price), _per_kg(after.price),
             _per_kg(found.floor), found.state, REASONS[found.reason], before.made, after.made,
             before.use, after.use, before.imported, after.imported, found.dominant,
             before.supplier, after.supplier)
        )  # fmt: skip
    place = "the zone" if study.with_bloc.zone else "the world (nobody is inside)"
    units = (
        f"Prices: average that buyers of {place} pay, USD of {study.world.base_year} per kg of the"
        f" product's basis. Output, use and imports of {place}: tonnes a year. Shares: of its use."
    )
    return Table("Verdict", "Does each floor hold?", units, columns, rows)


def _gains(study: Study, verdict: Verdict) -> Table:
    columns = (
        Column("Region", "text", 10), Column("Name", "text", 34), Column("Inside", "text", 8),
        Column("Users, USD/y", "money", 17), Column("Producers, USD/y", "money", 17),
        Column("Treasury, USD/y", "money", 17), Column("of which top-up, USD/y", "money", 17),
        Column("Users' spending without, USD/y", "money", 20),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (gain.region, study.world.regions[gain.region].name, _yes(gain.inside), gain.users,
         gain.producers, gain.treasury, gain.top_up, gain.spending)
        for gain in verdict.gains.values()
    ]  # fmt: skip
    units = f"USD of {study.world.base_year} a year, with less without: a gain is positive."
    return Table("Gains", "Who gains, who pays?", units, columns, rows)


def _price_gap(study: Study, verdict: Verdict) -> Table:
    columns = (Column("Who keeps it", "text", 48), Column("USD/y", "money", 20))
    gap = verdict.price_gap
    rows: list[tuple[Cell, ...]] = [
        ("treasuries of the zone (top-up duty)", gap.treasuries),
        ("producers in the zone", gap.zone_producers),
        ("outside sellers", gap.outside_sellers),
        ("lost (bought less, moved)", gap.lost),
        ("all that the zone's users pay more", -verdict.zone_users),
    ]
    units = f"USD of {study.world.base_year} a year; the four parts add up to the last row."
    shows = "Who keeps what the zone's users pay more?"
    return Table("Price gap", shows, units, columns, rows)


def _prices(study: Study) -> Table:
    columns = (
        Column("Product", "text", 14), Column("Region", "text", 10), Column("Inside", "text", 8),
        Column("Gate price without, USD/t", "price", 16),
        Column("Gate price with, USD/t", "price", 16),
        Column("Output without, t/y", "tonnes", 16), Column("Output with, t/y", "tonnes", 16),
        Column("Landed price without, USD/t", "price", 16),
        Column("Landed price with, USD/t", "price", 16),
        Column("Use without, t/y", "tonnes", 16), Column("Use with, t/y", "tonnes", 16),
    )  # fmt: skip
    market, zone = study.with_bloc.market, study.with_bloc.zone
    before, after = study.without.cleared.balance, study.with_bloc.cleared.balance
    made = zip(
        before.price.gate.tolist(), after.price.gate.tolist(),
        before.supplied.tolist(), after.supplied.tolist(), strict=True,
    )  # fmt: skip
    used = zip(
        before.shares.average.tolist(), after.shares.average.tolist(),
        before.wanted.tolist(), after.wanted.tolist(), strict=True,
    )  # fmt: skip
    makers: dict[tuple[str, str], tuple[Cell, ...]] = dict(zip(market.nodes, made, strict=True))
    buyers: dict[tuple[str, str], tuple[Cell, ...]] = dict(zip(market.uses, used, strict=True))
    nothing: tuple[Cell, ...] = (None,) * 4
    rows: list[tuple[Cell, ...]] = [
        (product, region, _yes(region in zone), *makers.get((region, product), nothing),
         *buyers.get((region, product), nothing))
        for region, product in sorted({*makers, *buyers}, key=lambda pair: (pair[1], pair[0]))
    ]  # fmt: skip
    units = (
        f"Prices in USD of {study.world.base_year} per tonne contained: what plants get at their"
        " gate, what buyers pay on average, duty included. Output and use in tonnes a year."
    )
    return Table("Prices", "Prices of every region", units, columns, rows)


def _flows(study: Study) -> Table:
    columns = (
        Column("Product", "text", 14), Column("Origin", "text", 10),
        Column("Destination", "text", 12),
        Column("Flow without, t/y", "tonnes", 16), Column("Flow with, t/y", "tonnes", 16),
        Column("Landed without, USD/t", "price", 16), Column("Landed with, USD/t", "price", 16),
        Column("of which statutory duty with, USD/t", "price", 16),
        Column("of which top-up with, USD/t", "price", 16),
    )  # fmt: skip
    before, after = study.without.cleared.balance, study.with_bloc.cleared.balance
    first, second = open_routes(study.without).tolist(), open_routes(study.with_bloc).tolist()
    due = after.border.due
    numbers = zip(
        before.flow.tolist(),
        after.flow.tolist(),
        _where(first, before.border.due.landed.tolist()),
        _where(second, due.landed.tolist()),
        _where(second, due.statutory.tolist()),
        _where(second, due.top_up.tolist()),
        strict=True,
    )
    arcs = zip(study.with_bloc.market.arcs, numbers, strict=True)
    rows: list[tuple[Cell, ...]] = [(*arc, *values) for arc, values in arcs]
    units = (
        f"Tonnes contained a year; USD of {study.world.base_year} per tonne contained. A closed"
        " route has no price."
    )
    return Table("Flows", "Who ships what to whom, at which price", units, columns, rows)


def _rules(study: Study, schedule: Schedule | None) -> Table:
    columns = (
        Column("Kind", "text", 9), Column("Subject", "text", 34), Column("Value", "value", 13),
        Column("Unit", "text", 11), Column("Note", "text", 44), Column("Since", "text", 11),
        Column("Article", "text", 11), Column("Assumed", "text", 9),
        Column("Path", "text", 32), Column("Reference", "prose", 70), Column("Doubt", "prose", 70),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    if schedule:
        rows += (
            ("floor", f.product, float(f.usd_per_kg), "USD/kg", f"per kg of its {f.basis}",
             *_clause(f.clause))
            for f in schedule.floors
        )  # fmt: skip
        rows += (
            ("member", m.name, "inside" if m.inside else "outside", "", _standing(m.status,
             m.accession, m.withdrawal, m.valuation), *_clause(m.clause))
            for m in schedule.members
        )  # fmt: skip
        rows += (
            ("duty", d.product, float(d.rate), "ad valorem", f"{d.kind} duty of {d.importer} on"
             f" goods of {'any origin' if d.origin == '*' else d.origin},"
             f" {'counts' if d.counts else 'does not count'} towards the floor", *_clause(d.clause))
            for d in schedule.duties
        )  # fmt: skip
        rows += (
            ("rule", c.path.removeprefix("rules."), *_value(study, c.path), "", *_clause(c))
            for c in schedule.clauses
            if c.path.startswith("rules.")
        )
    units = "Values as the agreement states them; ad valorem rates are shares, 0.05 = 5 %."
    return Table("Rules", f"The rules of {long(study.day)}", units, columns, rows)


def _assumed(study: Study, schedule: Schedule | None) -> Table:
    columns = (
        Column("Path", "text", 36), Column("Article", "text", 11), Column("Value", "value", 18),
        Column("Unit", "text", 11), Column("Reference", "prose", 70), Column("Doubt", "prose", 70),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (c.path, c.article, *_value(study, c.path), c.reference, c.doubt)
        for c in (schedule.clauses if schedule else ())
        if c.assumed
    ]
    units = "Values of the agreement, standing that day, that no source states."
    return Table("Assumed", f"{len(rows)} values are assumed", units, columns, rows)


def _check(study: Study) -> Table:
    columns = (
        Column("Check", "text", 20), Column("Of", "text", 10), Column("Value", "value", 40),
        Column("What it says", "text", 90),
    )  # fmt: skip
    meanings = {
        "residual": "largest supply less what is shipped, of a region's product, over base supply",
        "mass_balance": "largest supply less use of a product, over its base supply",
        "money_balance": "what is paid less what is received, over what the zone spends",
        "complementarity": "largest price above support times excess, over base value",
        "iterations": "Newton steps",
    }
    outcomes = (("without", study.without), ("with", study.with_bloc))
    rows: list[tuple[Cell, ...]] = [
        (name.replace("_", " "), solve, getattr(outcome.certificate, name), meaning)
        for name, meaning in meanings.items()
        for solve, outcome in outcomes
    ]
    rows.append(
        ("base error", "base year", study.base_error,
         "largest relative miss of a base price, solved again from 20 % away; empty: no base")
    )  # fmt: skip
    rows += (
        ("cut off", solve, f"{product} in {region}", "wanted, but no open route reaches the buyer")
        for solve, outcome in outcomes
        for region, product in outcome.certificate.cut_off
    )
    law = study.with_bloc.law
    if law:
        rows += (("split", r, "outside", "holds countries inside and outside") for r in law.split)
        rows += (("absent", p, "no floor", "the world lacks the product") for p in law.absent)
        rows += (
            ("unheard", p, "no duty", "its importer is only part of a region of the world")
            for p in law.unheard
        )
    rows += [
        ("command", "study", study.command, "makes this study again"),
        ("version", "stannary", __version__, "of the software"),
        ("data", "stannary", DATA_VERSION, "of the shipped tables and texts"),
    ]
    shows = "What the solutions prove about themselves"
    return Table("Check", shows, "Residuals, balances and errors are relative.", columns, rows)


def _clause(clause: Clause) -> tuple[Cell, ...]:
    """Since, article, assumed, path, reference, doubt: the last columns of Rules."""
    return (
        str(clause.since), clause.article, _yes(clause.assumed), clause.path, clause.reference,
        clause.doubt,
    )  # fmt: skip


def _standing(status: str, accession: date | None, withdrawal: date | None, valuation: str) -> str:
    parts = [status, f"in from {accession}" if accession else "no date of accession"]
    if withdrawal:
        parts.append(f"out from {withdrawal}")
    return ", ".join([*parts, f"duty on {valuation}"])


def _value(study: Study, path: str) -> tuple[Cell, str]:
    """The value of the law standing at `path`, a number where it is one, and its unit."""
    parameter = study.agreement.parameters.get(path)
    if parameter is None:
        listing = study.agreement.coverage[path.removeprefix("coverage.")]
        return f"HS {', '.join(listing.hs)}: {listing.world}", "listing"
    value = parameter.on(study.day)
    return float(value) if isinstance(value, Decimal) else str(value), parameter.unit


def _per_kg(usd_per_t: float | None) -> float | None:
    return None if usd_per_t is None else usd_per_t / KG_PER_TONNE


def _where(flags: Iterable[bool], values: Iterable[float]) -> list[float | None]:
    return [value if flag else None for flag, value in zip(flags, values, strict=True)]


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
