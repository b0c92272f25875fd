"""Sheets of what a study rests on: the rules of the day, what is assumed, the checks.

Next: `workbook`, which writes them; `agreement.schedule`, where the rules come from.
"""

from datetime import date
from decimal import Decimal

from .. import DATA_VERSION, __version__
from ..agreement import Clause, Schedule
from ..secretariat import Study
from ..terms.dates import long
from .table import Cell, Column, Table, yes


def grounds(study: Study) -> list[Table]:
    """The sheets in order."""
    schedule = study.with_bloc.schedule
    return [_rules(study, schedule), _assumed(study, schedule), _check(study)]


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
            ("floor", f.product, float(f.usd_per_kg), "USD/kg", f"per kg of its {f.basis}"
             f"{f', at the border of {f.member}' if f.member else ''}", *_clause(f.clause))
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
            if c.path.split(".")[0] not in ("floors", "members", "duties", "coverage")
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
            ("unheard", p, "not laid", "its country is only part of a region of the world")
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
        str(clause.since), clause.article, yes(clause.assumed), clause.path, clause.reference,
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
