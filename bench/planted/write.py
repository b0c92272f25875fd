"""The files of a planted world: numbers given out in the order of days, rows in a fixed order."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from .book import Book, Correction, Line
from .law import write_law, write_rates

ENTRIES = (
    "entry_number,line_number,line_type,ref_entry_number,ref_line_number,entry_type,"
    "import_country,entry_date,export_date,importer_id,exporter_id,related,origin_country,"
    "export_country,hs_code,element,form,assay_pct,assay_basis,moisture_pct,net_mass_kg,"
    "contained_kg,item_value,currency,incoterm,freight,insurance,fx_rate_declared,"
    "invoice_number,invoice_date,preference,lot_ids,end_use,recycled_pct,adjust_reason"
)
TRUTH = "entry_number,line_number,kind,detector,duty_at_stake_cents,case_id,style"
PAYMENTS = "payment_id,date,payer_id,payee_id,amount,currency,invoice_number,purpose"
LOTS = "lot_id,product,stage,kg_contained,facility_id,country,date,certificate_id,recycled_pct"
FACILITIES = (
    "facility_id,operator_id,country,stage,product,capacity_kg_per_year,recovery_pct,"
    "valid_from,valid_to,beneficial_owner_country"
)

Place = tuple[str, int]


def write_world(book: Book, folder: Path, rng: np.random.Generator) -> None:
    """All files of the world."""
    folder.mkdir(parents=True, exist_ok=True)
    places = _places(book, rng)
    invoices = _invoices(book, rng)
    lots = _named([lot.day for lot in book.lots], "L", rng)
    plants = dict(
        zip(
            sorted(book.facilities),
            (f"F{i:05d}" for i in rng.permutation(len(book.facilities)) + 1),
            strict=True,
        )
    )
    rows: list[tuple[list[object], list[object]]] = []
    for line in book.lines:
        place = places[line.key]
        truth = [*place, line.case.kind, line.case.detector, line.stake, line.case.name,
                 line.case.style]  # fmt: skip
        rows.append((_entry(line, place, invoices[line.key], lots, rng), truth))
    dated = sorted(
        range(len(book.corrections)), key=lambda i: (book.corrections[i].day, rng.random())
    )
    for number, i in enumerate(dated, 1):
        row = book.corrections[i]
        place = (f"{row.line.deal.importer.country}A{number:07d}", 1)
        case = row.line.case
        truth = [*place, case.kind, case.detector, 0, case.name, case.style]
        rows.append((_corrected(row, place, places[row.line.key]), truth))
    rows.sort(key=lambda pair: (pair[0][7], pair[0][0], pair[0][1]))
    _table(folder / "entries.csv", ENTRIES, (row for row, _ in rows))
    _table(folder / "truth.csv", TRUTH, (row for _, row in rows))
    ids = _named([p.day for p in book.payments], "P", rng)
    paid = [
        (ids[i], p.day, p.payer, p.payee, p.amount, p.money,
         invoices[p.about.key] if p.about else "", p.purpose)
        for i, p in enumerate(book.payments)
    ]  # fmt: skip
    _table(folder / "payments.csv", PAYMENTS, sorted(paid))
    _write_custody(book, folder, lots, plants)
    write_rates(book.law, folder / "fx.csv")
    write_law(book.law, folder / "law")


def _places(book: Book, rng: np.random.Generator) -> dict[int, Place]:
    """Entry and line number of each line: lines that share a word share an entry."""
    entries: dict[str, list[Line]] = {}
    for line in book.lines:
        entries.setdefault(line.deal.entry or f"own{line.key}", []).append(line)
    groups = sorted(entries.values(), key=lambda group: (group[0].deal.entered, rng.random()))
    return {
        line.key: (f"{group[0].deal.importer.country}{number:08d}", place)
        for number, group in enumerate(groups, 1)
        for place, line in enumerate(group, 1)
    }


def _invoices(book: Book, rng: np.random.Generator) -> dict[int, str]:
    """Invoice number of each line: rising with the true day of writing, or in no order."""
    sellers: dict[str, dict[str, list[Line]]] = {}
    for line in book.lines:
        of = sellers.setdefault(line.deal.exporter.name, {})
        of.setdefault(line.deal.invoice or f"own{line.key}", []).append(line)
    numbers: dict[int, str] = {}
    for seller, groups in sellers.items():
        ordered = sorted(groups.values(), key=lambda g: (g[0].deal.issued, rng.random()))
        loose = ordered[0][0].deal.exporter.numbering == "loose"
        # A seller writes to others too: about one invoice every few days, more or less.
        number, pace = int(rng.integers(100, 6000)), float(rng.uniform(0.1, 1.5))
        before = ordered[0][0].deal.issued
        shuffled = rng.permutation(len(ordered) * 3) + int(rng.integers(1000, 9000))
        for i, group in enumerate(ordered):
            day = group[0].deal.issued
            number += 1 + int(rng.poisson(pace * (day - before).days))
            before = day
            shown = int(shuffled[i]) if loose else number
            for line in group:
                numbers[line.key] = f"{seller[1:]}-{shown}"
    return numbers


def _named(dates: Sequence[date], letter: str, rng: np.random.Generator) -> dict[int, str]:
    order = sorted(range(len(dates)), key=lambda i: (dates[i], rng.random()))
    return {i: f"{letter}{n:07d}" for n, i in enumerate(order, 1)}


def _entry(
    line: Line, place: Place, invoice: str, lots: dict[int, str], rng: np.random.Generator
) -> list[object]:
    deal, good = line.deal, line.deal.good
    told = bool(good.product) or (deal.element_written and good.element != "none")
    assayed = told and good.assay[1] > 0
    return [
        *place, "entry", "", "", "01", deal.importer.country, str(deal.entered),
        deal.exported, deal.importer.name, deal.exporter.name, str(deal.related).lower(),
        deal.origin, deal.exporter.country, good.hs, good.element if told else "", good.form,
        f"{deal.assay:.3f}" if assayed else "", good.basis if assayed else "",
        "" if deal.moisture is None else f"{deal.moisture:.2f}",
        f"{deal.kg:.3f}", line.weighed.inside if assayed and rng.random() < 0.7 else "",
        line.value, deal.money, deal.incoterm, line.freight, line.insurance,
        line.rate if rng.random() < 0.3 else "", invoice, deal.invoice_date,
        "bloc" if deal.bloc else "none", "|".join(lots[i] for i in line.lots), good.end_use,
        "", "",
    ]  # fmt: skip


def _corrected(row: Correction, place: Place, original: Place) -> list[object]:
    deal = row.line.deal
    blank = [""] * 9
    return [
        *place, "credit" if row.value < 0 else "debit", *original, "", deal.importer.country,
        str(row.day), "", deal.importer.name, deal.exporter.name, str(deal.related).lower(),
        deal.origin, deal.exporter.country, deal.good.hs, "", "", "", "", "",
        row.kg or "", "", row.value, deal.money, *blank, "", row.reason,
    ]  # fmt: skip


def _write_custody(book: Book, folder: Path, lots: dict[int, str], plants: dict[str, str]) -> None:
    _table(
        folder / "lots.csv",
        LOTS,
        sorted(
            [
                lots[i], lot.product, lot.stage, f"{lot.kg:.3f}", plants[lot.facility],
                lot.country, str(lot.day), f"CERT-{lots[i]}", f"{lot.recycled * 100:.2f}",
            ]
            for i, lot in enumerate(book.lots)
        ),
    )  # fmt: skip
    _table(
        folder / "parents.csv",
        "lot_id,parent_lot_id,kg_contained",
        sorted(
            [lots[i], lots[parent], f"{kg:.3f}"]
            for i, lot in enumerate(book.lots)
            for parent, kg in lot.parents
        ),
    )
    loads: dict[str, dict[int, float]] = {}
    for lot in book.lots:
        years = loads.setdefault(lot.facility, {})
        years[lot.day.year] = years.get(lot.day.year, 0.0) + lot.kg
    _table(
        folder / "facilities.csv",
        FACILITIES,
        sorted(
            [
                plants[key], f.operator, f.country, f.stage, f.product,
                Decimal(f"{(f.load or max(loads[key].values())) * f.slack:.3f}"),
                f.recovery, str(f.begins), "", f.owner,
            ]
            for key, f in book.facilities.items()
        ),
    )  # fmt: skip


def _table(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)
