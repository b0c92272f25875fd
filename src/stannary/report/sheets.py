"""Sheets of results: verdict, gains, price gap, prices, flows, leaks, things, exposure, and a view.

Next: `sheets_law`, the sheets of what it rests on; `workbook`, which writes them.
"""

from ..market.leaks import diversions, evasions
from ..market.things import added
from ..market.verdict import REASONS, Verdict
from ..market.view import View
from ..market.views import buyers, routes
from ..secretariat import Stress, Study
from ..secretariat.exposed import exposed
from ..terms.units import KG_PER_TONNE
from . import things
from .table import Cell, Column, Table, yes


def results(study: Study, verdict: Verdict) -> list[Table]:
    """The sheets in order; those of leaks, things, exposure and a view only where there is one."""
    found = [
        _verdict(study, verdict), _gains(study, verdict), _price_gap(study, verdict),
        _prices(study), _flows(study), _leaks(study), _things(study),
    ]  # fmt: skip
    if study.stress is not None and study.stress.converged:
        found.append(_exposed(study.stress))
    if study.view is not None:
        found.append(_view(study, study.view))
    return [table for table in found if table.rows]


def _verdict(study: Study, verdict: Verdict) -> Table:
    columns = (
        Column("Product", "text", 14), Column("Name", "text", 34), Column("Basis", "text", 10),
        Column("Price without, USD/kg", "price", 13), Column("Price with, USD/kg", "price", 13),
        Column("Floor, USD/kg", "price", 13), Column("State", "text", 8),
        Column("Reason", "text", 60),
        Column("Output without, t/y", "tonnes", 15), Column("Output with, t/y", "tonnes", 15),
        Column("Use without, t/y", "tonnes", 15), Column("Use with, t/y", "tonnes", 15),
        Column("Imports without, t/y", "tonnes", 15), Column("Imports with, t/y", "tonnes", 15),
        Column("Enters without paying, t/y", "tonnes", 15),
        Column("By another's door, t/y", "tonnes", 15),
        Column("Supplier", "text", 10), Column("Its share without", "share", 12),
        Column("Its share with", "share", 12),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for id, found in verdict.products.items():
        product, before, after = study.world.products[id], found.without, found.with_bloc
        rows.append(
            (id, product.name, product.basis, _per_kg(before.price), _per_kg(after.price),
             _per_kg(found.floor), found.state, REASONS[found.reason], before.made, after.made,
             before.use, after.use, before.imported, after.imported, after.evaded, after.diverted,
             found.dominant, before.supplier, after.supplier)
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
        Column("of which owned outside, USD/y", "money", 17),
        Column("Treasury, USD/y", "money", 17), Column("of which top-up, USD/y", "money", 17),
        Column("of which fines, USD/y", "money", 17),
        Column("of which export taxes, USD/y", "money", 17),
        Column("Raised prices kept, USD/y", "money", 17),
        Column("Rents of licences, USD/y", "money", 17),
        Column("Users' spending without, USD/y", "money", 20),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (gain.region, study.world.regions[gain.region].name, yes(gain.inside), gain.users,
         gain.producers, gain.owned_outside, gain.treasury, gain.top_up, gain.fines, gain.export,
         gain.captured, gain.licences, gain.spending)
        for gain in verdict.gains.values()
    ]  # fmt: skip
    units = f"USD of {study.world.base_year} a year, with less without: a gain is positive."
    return Table("Gains", "Who gains, who pays?", units, columns, rows)


def _price_gap(study: Study, verdict: Verdict) -> Table:
    columns = (Column("Who keeps it", "text", 48), Column("USD/y", "money", 20))
    gap = verdict.price_gap
    rows: list[tuple[Cell, ...]] = [
        ("treasuries of the zone (top-up duty, fines)", gap.treasuries),
        ("producers in the zone", gap.zone_producers),
        ("outside sellers", gap.outside_sellers),
        ("spent on hiding and detours", gap.avoiding),
        ("the rest: lost (bought less) or moved", gap.lost),
        ("all that the zone's users pay more", -verdict.zone_users),
    ]
    units = f"USD of {study.world.base_year} a year; the five parts add up to the last row. Of what"
    units += (
        f" treasuries get, sellers outside could keep {gap.most_captured:,.0f} by raising prices to"
        " the floor."
    )
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
    used = zip(buyers(study.without), buyers(study.with_bloc), strict=True)
    makers: dict[tuple[str, str], tuple[Cell, ...]] = dict(zip(market.nodes, made, strict=True))
    users: dict[tuple[str, str], tuple[Cell, ...]] = {
        (old.region, old.product): (old.paid, new.paid, old.wanted, new.wanted) for old, new in used
    }
    nothing: tuple[Cell, ...] = (None,) * 4
    rows: list[tuple[Cell, ...]] = [
        (product, region, yes(region in zone), *makers.get((region, product), nothing),
         *users.get((region, product), nothing))
        for region, product in sorted({*makers, *users}, key=lambda pair: (pair[1], pair[0]))
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
        Column("Part that does not pay it", "share", 12),
    )  # fmt: skip
    both = zip(routes(study.without), routes(study.with_bloc), strict=True)
    rows: list[tuple[Cell, ...]] = [
        (new.product, new.origin, new.destination, old.flow, new.flow, old.landed, new.landed,
         new.statutory, new.top_up, new.evading)
        for old, new in both
    ]  # fmt: skip
    units = (
        f"Tonnes contained a year; USD of {study.world.base_year} per tonne contained. A closed"
        " route has no price."
    )
    return Table("Flows", "Who ships what to whom, at which price", units, columns, rows)


def _leaks(study: Study) -> Table:
    columns = (
        Column("Product", "text", 14), Column("Region", "text", 10), Column("Way", "text", 16),
        Column("Buyers, or the door", "text", 24), Column("Tonnes, t/y", "tonnes", 15),
        Column("of imports, t/y", "tonnes", 15), Column("Not paid there, USD/y", "money", 17),
        Column("Fines, or paid at the door, USD/y", "money", 17),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (e.product, e.region, "not declared", e.group, e.tonnes, e.imported, e.evaded, e.fines)
        for e in evasions(study.with_bloc)
    ]
    rows += [
        (d.product, d.region, "another's door", d.door, d.tonnes, None, d.lost, d.collected)
        for d in diversions(study.with_bloc)
    ]
    units = (
        f"Tonnes a year; USD of {study.world.base_year} a year, with the agreement. Not declared: the"
        " top-up is evaded, until an audit finds it. Another's door: where goods circulate freely."
    )
    return Table("Leaks", "What enters the zone without paying there", units, columns, rows)


def _things(study: Study) -> Table:
    columns = (
        Column("Thing", "text", 22), Column("Name", "text", 44), Column("Unit", "text", 26),
        Column("Added, USD", "price", 14), Column("Part of its price", "share", 12),
    )  # fmt: skip
    costs = added(study.without, study.with_bloc) if study.with_bloc.zone else ()
    rows: list[tuple[Cell, ...]] = [
        (c.thing, c.name, c.unit, c.usd, c.share_of_price) for c in things.some(costs)
    ]
    units = (
        f"USD of {study.world.base_year} on one: kilograms in it times what buyers of the zone pay"
        " more for them."
    )
    return Table("Things", "What it adds to things you know", units, columns, rows)


def _exposed(stress: Stress) -> Table:
    cases = stress.cases
    columns = (
        Column("Product", "text", 14), Column("Name", "text", 34), Column("Use, t/y", "tonnes", 15),
        Column("From whom is cut off, t/y", "tonnes", 15), Column("Own stock, t", "tonnes", 15),
        Column("Of the stockpile, t", "tonnes", 15), Column("Use, USD/y", "money", 17),
        *(Column(f"Runs {case}, t/y", "tonnes", 15) for case in cases),
        *(Column(f"Goes without {case}, USD/y", "money", 17) for case in cases),
        *(Column(f"Days in full {case}", "price", 14) for case in cases),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (row.product, stress.world.products[row.product].name, row.use, row.sent, row.own, row.pool,
         row.value, *row.served, *row.lost, *row.days)
        for row in exposed(stress)
    ]  # fmt: skip
    units = (
        "Use: of a normal year, runs: of the year of the cut. USD at what each buyer pays in a normal"
        f" year. Printed by {stress.command}"
    )
    shows = (
        f"What still runs without the exports of {', '.join(stress.cut)}, {stress.months} months"
    )
    return Table("Exposed", shows, units, columns, rows)


def _view(study: Study, view: View) -> Table:
    columns = (
        Column("Product", "text", 14), Column("Name", "text", 34),
        Column("Price without, USD/kg", "price", 13), Column("Price with, USD/kg", "price", 13),
        Column("Floor there, USD/kg", "price", 13),
        Column("Use without, t/y", "tonnes", 15), Column("Use with, t/y", "tonnes", 15),
        Column("Imports with, t/y", "tonnes", 15),
        Column("Enters without paying, t/y", "tonnes", 15),
        Column("Supplier", "text", 10), Column("Its share without", "share", 12),
        Column("Its share with", "share", 12), Column("Users, USD/y", "money", 17),
        Column("Users' spending without, USD/y", "money", 20),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (s.product, study.world.products[s.product].name, _per_kg(s.price_without),
         _per_kg(s.price_with), _per_kg(s.floor), s.use_without, s.use_with, s.imported, s.evaded,
         s.supplier, s.supplier_without, s.supplier_with, s.users, s.spending)
        for s in view.sights
    ]  # fmt: skip
    units = (
        "Prices: average that these buyers pay. Use in tonnes a year, shares of it. Users: what they"
        " gain, USD a year, with less without."
    )
    return Table("View", f"As {view.viewer.id} sees it", units, columns, rows)


def _per_kg(usd_per_t: float | None) -> float | None:
    return None if usd_per_t is None else usd_per_t / KG_PER_TONNE
