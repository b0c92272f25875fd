"""A small trade, written by hand: eight sellers below the floor, two at it, six buyers, two years.

A test adds the lines of one case and asks who is named.
"""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from stannary.customs.columns import ENTRIES, FACILITIES, LOTS, PARENTS, PAYMENTS
from stannary.customs.inspect import inspect
from stannary.customs.law import read_law

FLOORS = {"ndpr.oxide": (110, 70), "ndpr.carbonate": (84, 58), "w.apt": (60, 45)}
GOODS = {
    "ndpr.oxide": ("2846902040", "NdPr", "oxide", "99.5", "compound"),
    "ndpr.carbonate": ("2846908090", "NdPr", "carbonate", "50", "compound"),
    "w.apt": ("2841800010", "W", "apt", "89", "compound"),
    "magnet": ("8505909000", "NdPr", "assembly", "26", "element"),
    "reagent": ("3824999300", "", "reagent", "", ""),
}
USUAL = {"ndpr.oxide": 70, "ndpr.carbonate": 58, "w.apt": 45, "magnet": 90, "reagent": 6.5}
LAW = {
    "parameters": "name,value\nagreement_from,2027-01-01\nsmall_consignment_usd,2500\n"
    "compared_on,duty-paid\n",
    "members": "country,valuation,fx_date\nUSA,FOB,entry\nDEU,CIF,entry\nAUS,FOB,entry\n",
    "coverage": "hs6,element,assay_basis,assay_from,assay_to,product\n"
    "284690,NdPr,compound,70,100,ndpr.oxide\n284690,NdPr,compound,0,70,ndpr.carbonate\n"
    "284180,W,compound,0,100,w.apt\n",
    "duties": "product,kind,import_country,origin_country,rate,unit,valid_from,valid_to,counts\n"
    "w.apt,extra,*,CHN,25,pct,2027-01-01,,false\n",
    "factors": "element,compound,compound_to_element,element_to_compound\n"
    "NdPr,NdPr oxide,0.849943,1.176549\nW,WO3,0.792971,1.261080\n",
    "fx": "currency,valid_from,valid_to,usd_per_unit,source\n"
    "EUR,2026-06-01,2027-06-30,1.100000,made up\nEUR,2027-07-01,2029-12-31,1.122000,made up\n",
}


def floors(raised_on=None):
    rows = ["product,version,valid_from,valid_to,floor_usd_per_kg,basis,incoterm,"
            "market_usd_per_kg,in_transit_days"]  # fmt: skip
    for product, (floor, market) in FLOORS.items():
        spans = [("2027-01-01", "", floor)]
        if raised_on:
            last = raised_on - timedelta(1)
            spans = [("2027-01-01", last, floor), (raised_on, "", floor * 1.05)]
        rows += [f"{product},{product}/{first},{first},{last},{price:.2f},compound,CIF,{market},45"
                 for first, last, price in spans]  # fmt: skip
    return "\n".join(rows) + "\n"


@dataclass
class Trade:
    """Lines, payments, lots and plants of a test; `look` inspects them."""

    folder: Path
    lines: list = field(default_factory=list)
    payments: list = field(default_factory=list)
    lots: list = field(default_factory=list)
    parents: list = field(default_factory=list)
    facilities: list = field(default_factory=list)
    raised_on: date | None = None

    def sell(self, seller, buyer, day, *, product="ndpr.oxide", kg=1000.0, price=None, **more):
        """A line of goods at `price` USD per kg of what is charged; its key."""
        hs, element, form, assay, basis = GOODS[product]
        content = kg * float(more.get("assay_pct", assay)) / 100 if product in FLOORS else kg
        usd = (USUAL[product] if price is None else price) * content
        number = f"US{len(self.lines):08d}"
        row = {
            "entry_number": number, "line_number": "1", "line_type": "entry",
            "import_country": "USA", "entry_date": day, "export_date": day - timedelta(20),
            "importer_id": buyer, "exporter_id": seller, "related": "false",
            "origin_country": "KAZ", "export_country": "KAZ", "hs_code": hs, "element": element,
            "form": form, "assay_pct": assay, "assay_basis": basis, "net_mass_kg": f"{kg:.3f}",
            "item_value": f"{usd:.2f}", "currency": "USD", "incoterm": "CIF",
            "invoice_number": f"{seller}-{len(self.lines):06d}",
            "invoice_date": day - timedelta(22), "preference": "none",
        }  # fmt: skip
        row.update(more)
        self.lines.append(row)
        return f"{number}/1"

    def credit(self, key, day, usd, reason, kg=0):
        """A credit (or debit, above 0) on a line."""
        number, line = key.split("/")
        kind = "credit" if usd < 0 else "debit"
        self.lines.append({
            "entry_number": f"A{len(self.lines):08d}", "line_number": "1", "line_type": kind,
            "ref_entry_number": number, "ref_line_number": line, "entry_date": day,
            "currency": self.line(key)["currency"], "item_value": f"{usd:.2f}",
            "adjust_reason": reason, "net_mass_kg": f"{kg:.3f}", "import_country": "USA",
        })  # fmt: skip

    def line(self, key):
        return next(r for r in self.lines if r["entry_number"] == key.split("/")[0])

    def value(self, key):
        return float(self.line(key)["item_value"])

    def pay(self, payer, payee, day, usd, invoice="", purpose="service"):
        self.payments.append({
            "payment_id": f"P{len(self.payments):05d}", "date": day, "payer_id": payer,
            "payee_id": payee, "amount": f"{usd:.2f}", "currency": "USD",
            "invoice_number": invoice, "purpose": purpose,
        })  # fmt: skip

    def write(self, lines=None, name="entries.csv"):
        for table, text in {**LAW, "floors": floors(self.raised_on)}.items():
            (self.folder / "law").mkdir(exist_ok=True)
            (self.folder / "law" / f"{table}.csv").write_text(text)
        tables = {name: (ENTRIES, self.lines if lines is None else lines),
                  "payments.csv": (PAYMENTS, self.payments), "lots.csv": (LOTS, self.lots),
                  "parents.csv": (PARENTS, self.parents),
                  "facilities.csv": (FACILITIES, self.facilities)}  # fmt: skip
        for file, (columns, rows) in tables.items():
            with (self.folder / file).open("w", newline="") as out:
                writer = csv.DictWriter(out, [c.name for c in columns], restval="")
                writer.writeheader()
                writer.writerows(rows)

    def look(self, *files, lines=None):
        """The inspection, with the named files (payments, lots, parents, facilities)."""
        self.write(lines)
        given = {name: self.folder / f"{name}.csv" for name in files}
        return inspect(self.folder / "entries.csv", read_law(self.folder / "law"), **given)

    def named(self, detector, *files):
        """Keys of every line that a detector names."""
        found = self.look(*files).findings
        return {key for f in found if f.detector == detector for key in f.lines}


@pytest.fixture
def trade(tmp_path):
    """The clean trade: within a few per cent of the outside price, or a little above the floor."""
    made = Trade(tmp_path)
    first = date(2027, 2, 1)
    for i in range(240):
        day = first + timedelta(days=2 * i + i % 3)
        wobble = 1 + 0.02 * ((i * 7) % 5 - 2) / 2
        seller, buyer = i % 8, f"B{i % 6}"
        made.sell(f"S{seller}", buyer, day, price=70 * wobble, kg=900 + 37 * (i % 11))
        if i % 3 == 0:
            made.sell(f"S{seller}", buyer, day, product="ndpr.carbonate", price=58 * wobble)
            made.sell(f"S{seller}", buyer, day, product="reagent", price=6.5 * wobble)
        if i % 4 == 0:
            made.sell(f"H{i % 2}", buyer, day, price=112 + i % 3)
            made.sell(f"S{seller}", buyer, day, product="magnet", price=90 * wobble)
    return made
