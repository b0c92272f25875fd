"""The law as small tables to join lines with, by spans of days in which nothing of it changes.

A join on whole numbers and names is what engines do best: a range of days per line would cost three
times as much. Every question is put to `Law`, never answered here. Next: `classify`, which joins.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from ..terms.errors import BadTable
from ..terms.names import countries
from .law import Law
from .law_rows import ANY, Coverage, Duty

DAY = timedelta(days=1)
LAST = date(9000, 1, 1)
"""A law that names a later day means one without an end."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Tables of one law. Amounts are whole units of the last place that the contract allows.

    first, last  the days table begins and ends with them; days beyond are taken as these
    countries    country -> known (true): every country there is
    days         day, period, fx_period, limit_cents, trigger, tolerance (1e-6), duty_paid
    members      import_country, period -> on_fob, fx_on_export (0 or 1)
    coverage     hs6, element, period -> factors (1e-6) and for each range n: product_n, element_n
                 (1 where it speaks of the element), from_n, to_n (1e-4 per cent), prefix_n
    ranges       most ranges that one heading and element has
    floors       product, floor_member, period -> version, clause, floor (1e-4 USD/kg), basis,
                 market (1e-4 USD/kg), began, transit (days)
    duties       product, duty_importer, duty_origin, period -> for base and extra: pct (1e-4 per
                 cent), kg (1e-4 USD per kg element), and whether each counts
    fx           currency, fx_period -> rate (1e-6)
    headings     headings that the law covers on any day; elements: with a factor
    currencies   with any rate
    own_floors, own_duties, own_origins  members and origins with rows of their own
    transit      whether any floor has a clause for goods in transit
    exporters    members that convert at export on any day
    """

    first: date
    last: date
    countries: Table
    days: Table
    members: Table
    coverage: Table
    ranges: int
    floors: Table
    duties: Table
    fx: Table
    headings: tuple[str, ...]
    elements: tuple[str, ...]
    currencies: tuple[str, ...]
    own_floors: tuple[str, ...]
    own_duties: tuple[str, ...]
    own_origins: tuple[str, ...]
    transit: bool


def lookup(law: Law) -> Lookup:
    """The tables of a law, ready to be joined on any engine."""
    dated = [*law.rules, *law.members, *law.coverage, *law.floors, *law.duties]
    spans = [(row.valid_from, row.valid_to) for row in dated]
    starts = _starts([*spans, (law.agreement_from, None)])
    fx_starts = _starts((rate.valid_from, rate.valid_to) for rate in law.fx)
    first = min([starts[0], *fx_starts]) - DAY
    last = max([starts[-1], *fx_starts])
    periods = list(enumerate(starts, 1))
    own_floors = tuple(sorted({f.import_country for f in law.floors} - {ANY}))
    ranges, coverage = _coverage(law, periods)
    return Lookup(
        first, last,
        countries=_table(
            {"country": TEXT, "known": pa.bool_()}, [(c, True) for c in sorted(countries())]
        ),
        days=_days(law, first, last, starts, fx_starts),
        members=_members(law, periods),
        coverage=coverage, ranges=ranges,
        floors=_floors(law, periods, own_floors),
        duties=_duties(law, periods),
        fx=_fx(law, fx_starts),
        headings=tuple(sorted({row.hs6 for row in law.coverage})),
        elements=tuple(sorted({row.element for row in law.factors})),
        currencies=tuple(sorted({"USD"} | {row.currency for row in law.fx})),
        own_floors=own_floors,
        own_duties=tuple(sorted({row.import_country for row in law.duties} - {ANY})),
        own_origins=tuple(sorted({row.origin_country for row in law.duties} - {ANY})),
        transit=any(row.in_transit_days for row in law.floors),
    )  # fmt: skip


def _starts(spans: Iterable[tuple[date | None, date | None]]) -> list[date]:
    """Days on which something begins, or stands no more, sorted."""
    days: set[date] = set()
    for begins, ends in spans:
        if begins is not None:
            days.add(begins)
        if ends is not None and ends < LAST:
            days.add(ends + DAY)
    return sorted(days)


def units(value: Decimal, places: int) -> int:
    """A number in units of its last place. Raises BadTable where it has more places."""
    scaled = value.scaleb(places)
    if scaled != int(scaled):
        raise BadTable(
            "a number of the law with too many places", where="law", value=str(value),
            allowed=f"{places} places",
        )  # fmt: skip
    return int(scaled)


def _table(schema: dict[str, pa.DataType], rows: list[tuple[object, ...]]) -> Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(c, t) for c, t in zip(columns, schema.values(), strict=True)]
    return ibis.memtable(pa.table(arrays, names=list(schema)))


INT, TEXT, DATE = pa.int64(), pa.string(), pa.date32()


def _days(law: Law, first: date, last: date, starts: list[date], fx: list[date]) -> Table:
    rules, rows = list(law.rules), []
    period = fx_period = at = 0
    for n in range((last - first).days + 1):
        day = first + n * DAY
        while period < len(starts) and starts[period] <= day:
            period += 1
        while fx_period < len(fx) and fx[fx_period] <= day:
            fx_period += 1
        while at + 1 < len(rules) and rules[at + 1].valid_from <= day:
            at += 1
        said = rules[at]
        rows.append((
            day, period, fx_period, units(said.small_consignment_usd, 2),
            units(said.security_trigger, 6), units(said.contained_tolerance, 6),
            int(said.compared_on == "duty-paid"),
        ))  # fmt: skip
    return _table(
        {"day": DATE, "period": INT, "fx_period": INT, "limit_cents": INT, "trigger": INT,
         "tolerance": INT, "duty_paid": INT}, rows,
    )  # fmt: skip


Periods = list[tuple[int, date]]


def _members(law: Law, periods: Periods) -> Table:
    rows = [
        (m.country, n, int(m.valuation == "FOB"), int(m.fx_date == "export"))
        for n, day in periods
        for m in law.members_on(day)
    ]
    # Before the agreement nobody is inside; a member of its first day is still no unknown country.
    opening = law.members_on(law.agreement_from)
    before = [n for n, day in periods if day < law.agreement_from]
    rows += [
        (m.country, n, int(m.valuation == "FOB"), int(m.fx_date == "export"))
        for n in (0, *before)
        for m in opening
    ]
    return _table({"import_country": TEXT, "period": INT, "on_fob": INT, "fx_on_export": INT}, rows)


def _coverage(law: Law, periods: Periods) -> tuple[int, Table]:
    factors = {row.element: row for row in law.factors}
    found: list[tuple[tuple[str, str, int], list[Coverage]]] = []
    for n, day in [(0, periods[0][1] - DAY), *periods]:
        keys: dict[tuple[str, str, int], list[Coverage]] = {}
        for row in law.coverage_on(day):
            keys.setdefault((row.hs6, row.element, n), []).append(row)
        found += keys.items()
    most = max((len(rows) for _, rows in found), default=1)
    schema = {"hs6": TEXT, "element": TEXT, "period": INT, "to_element": INT, "to_compound": INT}
    for k in range(most):
        schema |= {
            f"product_{k}": TEXT, f"of_element_{k}": INT, f"from_{k}": INT, f"to_{k}": INT,
            f"prefix_{k}": TEXT,
        }  # fmt: skip
    wide = []
    for key, rows in found:
        factor = factors.get(key[1])
        cells: list[object] = [*key, None, None]
        if factor is not None:
            cells[3] = units(factor.compound_to_element, 6)
            cells[4] = units(factor.element_to_compound, 6)
        for row in rows:
            # 100 is included: nothing is purer, so the next unit up is never reached.
            top = units(row.assay_to, 4) + (row.assay_to == 100)
            longer = row.prefix if len(row.prefix) > 6 else None
            cells += [
                row.product,
                int(row.assay_basis == "element"),
                units(row.assay_from, 4),
                top,
                longer,
            ]
        wide.append((*cells, *[None] * (len(schema) - len(cells))))
    return most, _table(schema, wide)


def _floors(law: Law, periods: Periods, own: tuple[str, ...]) -> Table:
    rows = [
        (
            f.product, member, n, f.version, f.clause, units(f.floor_usd_per_kg, 4), f.basis,
            None if f.market_usd_per_kg is None else units(f.market_usd_per_kg, 4),
            f.valid_from, f.in_transit_days,
        )
        for n, day in periods
        for member in (ANY, *own)
        for f in law.floors_on(day, member)
    ]  # fmt: skip
    return _table(
        {"product": TEXT, "floor_member": TEXT, "period": INT, "version": TEXT, "clause": TEXT,
         "floor": INT, "basis": TEXT, "market": INT, "began": DATE, "transit": INT}, rows,
    )  # fmt: skip


DUTIES = tuple(f"{kind}_{part}" for kind in ("base", "extra") for part in ("pct", "kg"))
"""Rates of a row of duties; each has a `_counts` beside it."""


def _duties(law: Law, periods: Periods) -> Table:
    products = sorted({row.product for row in law.coverage})
    rows = []
    for n, day in periods:
        standing = law.duties_on(day)
        for product in products:
            mine = [row for row in standing if row.product in (product, ANY)]
            importers = sorted({row.import_country for row in mine} | {ANY})
            origins = sorted({row.origin_country for row in mine} | {ANY})
            own_importers = {row.import_country for row in law.duties}
            own_origins = {row.origin_country for row in law.duties}
            if not mine:
                continue
            for importer in sorted(own_importers | set(importers)):
                for origin in sorted(own_origins | set(origins)):
                    rates = _rates(mine, product, importer, origin)
                    if any(rates):
                        rows.append((product, importer, origin, n, *rates))
    schema = {"product": TEXT, "duty_importer": TEXT, "duty_origin": TEXT, "period": INT}
    for name in DUTIES:
        schema |= {name: INT, f"{name}_counts": INT}
    return _table(schema, rows)


def _rates(rows: list[Duty], product: str, importer: str, origin: str) -> list[int]:
    """The rates that win for one kind of goods: the most exact row, by origin, importer, product."""
    rates: list[int] = []
    for kind in ("base", "extra"):
        fit = [
            row for row in rows
            if row.kind == kind and row.import_country in (importer, ANY)
            and row.origin_country in (origin, ANY)
        ]  # fmt: skip

        def exact(row: Duty) -> tuple[bool, bool, bool]:
            return row.origin_country != ANY, row.import_country != ANY, row.product != ANY

        best = max(map(exact, fit), default=None)
        winners = {row.unit: row for row in fit if exact(row) == best}
        for unit in ("pct", "usd_per_kg_element"):
            row = winners.get(unit)
            rates += [units(row.rate, 4), int(row.counts)] if row else [0, 0]
    return rates


def _fx(law: Law, starts: list[date]) -> Table:
    rows = [
        (rate.currency, n, units(rate.usd_per_unit, 6))
        for n, day in enumerate(starts, 1)
        for rate in law.fx
        if rate.valid_from <= day <= rate.valid_to
    ]
    return _table({"currency": TEXT, "fx_period": INT, "rate": INT}, rows)
