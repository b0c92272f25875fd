"""The book of a planted world: lines, payments, lots and what is true of each line.

Numbers of entries, invoices, payments and lots are given out at the end, in the order of days, so
that no number tells who planted a line. Next: `people`, who deals; `write`, which files it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from .catalogue import FIRST_DAY, FX_DAY, LAST_DAY, VALUATION, WHOLE, Good
from .law import CENT, GRAM, Law, Weighed, cents, top_up, weigh
from .people import Exporter, Importer


@dataclass(frozen=True, slots=True)
class Deal:
    """One line of a sale, as the parties put it on paper.

    exported  day of export as declared; entered: day of entry
    kg        net mass
    price     CIF price on the invoice, USD per kg of what the good is priced by
    issued    day on which the invoice was truly written: invoice numbers follow it
    invoice   same word, same invoice; empty: one of its own. `entry` likewise
    paid_on   day of payment; None: no payment is on record
    declared  what the line declares, where that is not what the goods are
    """

    importer: Importer
    exporter: Exporter
    good: Good
    origin: str
    exported: date
    entered: date
    kg: float
    price: float
    assay: float
    invoice_date: date
    issued: date
    paid_on: date | None = None
    moisture: float | None = None
    money: str = "USD"
    incoterm: str = "CIF"
    charges: float = 0.03
    invoice: str = ""
    entry: str = ""
    bloc: bool = False
    related: bool = False
    element_written: bool = True
    facility: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Lines that belong together: a planted evasion, or something honest that looks like one.

    kind   planted:<detector> or hard_negative:<why>
    style  how it was done, in a word
    """

    name: str
    kind: str
    detector: str
    style: str


CLEAN = Case("", "clean", "", "")


@dataclass(slots=True)
class Line:
    """A line in the book. Money: `value` in its currency, the rest in US cents.

    owed  top-up on the line as invoiced, had its origin been outside the zone
    """

    deal: Deal
    key: int
    case: Case
    stake: int
    weighed: Weighed
    value: Decimal
    freight: Decimal
    insurance: Decimal
    rate: Decimal
    cif: int
    customs: int
    owed: int
    lots: tuple[int, ...] = ()

    @property
    def usd(self) -> float:
        """Invoice value in USD."""
        return float(self.value * self.rate)


@dataclass(frozen=True, slots=True)
class Correction:
    """A credit (below 0) or debit on a line, in the line's currency; kg only where fewer came."""

    line: Line
    day: date
    value: Decimal
    reason: str
    kg: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that moved between two parties; `about` is the line whose invoice it names."""

    day: date
    payer: str
    payee: str
    amount: Decimal
    money: str
    about: Line | None
    purpose: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A certified lot; `parents` are (index of the lot, kg of element taken)."""

    product: str
    stage: str
    kg: float
    facility: str
    country: str
    day: date
    parents: tuple[tuple[int, float], ...] = ()
    recycled: float = 0.0


@dataclass(frozen=True, slots=True)
class Facility:
    """A plant.

    slack     capacity over what its lots make of the busiest year (below 1: over-claimed)
    recovery  per cent of the element that comes out
    load      kg of element a year where no lots say it; 0: its lots do
    """

    operator: str
    country: str
    stage: str
    product: str
    slack: float
    recovery: float
    begins: date
    owner: str
    load: float = 0.0


def minor(amount: float | Decimal, money: str) -> Decimal:
    """An amount in the currency's minor unit."""
    unit = Decimal(1) if money in WHOLE else CENT
    return Decimal(f"{amount:.6f}").quantize(unit, ROUND_HALF_UP)


@dataclass(slots=True)
class Book:
    """Everything that happened, under one law."""

    law: Law
    lines: list[Line] = field(default_factory=list[Line])
    corrections: list[Correction] = field(default_factory=list[Correction])
    payments: list[Payment] = field(default_factory=list[Payment])
    lots: list[Lot] = field(default_factory=list[Lot])
    facilities: dict[str, Facility] = field(default_factory=dict[str, Facility])
    cases: int = 0

    def planted(self, detector: str, style: str) -> Case:
        """A new evasion, for this detector to find."""
        self.cases += 1
        return Case(f"C{self.cases:05d}", f"planted:{detector}", detector, style)

    def honest(self, why: str) -> Case:
        """A new honest case that looks like an evasion."""
        self.cases += 1
        return Case(f"C{self.cases:05d}", f"hard_negative:{why}", "", why)

    def enter(self, deal: Deal, case: Case = CLEAN) -> Line:
        """Write a line, and its payment where one is on record."""
        good, member = deal.good, deal.importer.country
        net = Decimal(f"{deal.kg:.3f}").quantize(GRAM)
        assay = Decimal(f"{deal.assay:.3f}")
        moisture = None if deal.moisture is None else Decimal(f"{deal.moisture:.2f}")
        weighed = weigh(good, net, assay, moisture)
        per = net if good.per == "product" else weighed.charged
        when = deal.exported if FX_DAY[member] == "export" else deal.entered
        rate = self.law.rate(deal.money, when)
        landed = deal.price * float(per) / float(rate)
        freight = minor(landed * deal.charges, deal.money)
        insurance = minor(landed * deal.charges * 0.12, deal.money)
        value = minor(landed, deal.money)
        if deal.incoterm in ("EXW", "FCA", "FAS", "FOB"):
            value -= freight + insurance
        elif deal.incoterm in ("CFR", "CPT"):
            value -= insurance
        landed_exact = (
            value
            + (freight if deal.incoterm in ("EXW", "FCA", "FAS", "FOB") else 0)
            + (0 if deal.incoterm in ("CIF", "CIP", "DAP", "DPU") else insurance)
        )
        cif = cents(landed_exact * rate)
        customs = cif
        if VALUATION[member] == "FOB":
            customs = cents((landed_exact - freight - insurance) * rate)
        owed = top_up(self.law, good, weighed.charged, deal.entered, deal.exported, cif, customs)
        line = Line(deal, len(self.lines), case, 0, weighed, value, freight, insurance, rate, cif,
                    customs, owed)  # fmt: skip
        self.lines.append(line)
        if deal.paid_on is not None:
            self.pay(line, deal.paid_on, deal.importer.name, deal.exporter.name, value, "invoice")
        return line

    def pay(
        self, line: Line, day: date, payer: str, payee: str, amount: float | Decimal, why: str,
        *, named: bool = True,
    ) -> None:  # fmt: skip
        """A payment about a line, in its currency; `named`: it writes down the invoice."""
        money = line.deal.money
        paid = minor(amount, money)
        if paid > 0:
            about = line if named else None
            self.payments.append(Payment(day, payer, payee, paid, money, about, why))

    def pay_usd(self, day: date, payer: str, payee: str, usd: float, why: str) -> None:
        """A payment in USD that names no invoice."""
        if usd >= 0.01:
            self.payments.append(Payment(day, payer, payee, minor(usd, "USD"), "USD", None, why))

    def correct(
        self, line: Line, day: date, amount: float, reason: str, kg: float = 0.0
    ) -> Decimal:
        """A credit (amount below 0) or debit, in the line's currency; what was written."""
        value = minor(amount, line.deal.money)
        less = Decimal(f"{kg:.3f}") if kg else Decimal(0)
        if value and entry_day_fits(day):
            self.corrections.append(Correction(line, day, value, reason, less))
        return value

    def owed_at(self, line: Line, true_usd: float) -> int:
        """Top-up in cents had the price been `true_usd` for the line."""
        cut = max(0, round((line.usd - true_usd) * 100))
        deal = line.deal
        # A credit does not make a small consignment of a large one.
        return top_up(self.law, deal.good, line.weighed.charged, deal.entered, deal.exported,
                      line.cif - cut, line.customs, small=False)  # fmt: skip

    def hide(self, line: Line, cut_usd: float) -> None:
        """What is at stake where this much of the price was given back out of sight."""
        line.stake += self.owed_at(line, line.usd - cut_usd) - line.owed


def entry_day_fits(day: date) -> bool:
    """Whether a correction of that day still falls within what is filed."""
    return FIRST_DAY <= day <= LAST_DAY + timedelta(200)


def days(count: float) -> timedelta:
    """That many whole days."""
    return timedelta(days=round(float(count)))


def uniform(rng: np.random.Generator, span: tuple[float, float]) -> float:
    """A draw between two bounds."""
    return float(rng.uniform(*span))
