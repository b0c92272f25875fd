"""Drawn entries that try everything the file contract allows, and everything it refuses.

`draw(n, seed, folder)` writes n lines to folder/entries.csv, folder/lots.csv and the law tables
to folder/law. The same seed draws the same files. Only the standard library, for speed.
"""

import csv
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from drawn_law import FACTORS, GOODS, MEMBERS, Goods, Rates, draw_law
from oracle.columns import COLUMNS, INCOTERMS, LISTS

AT = {name: place for place, name in enumerate(COLUMNS)}
ORIGINS = [
    "CHN",
    "CHN",
    "CHN",
    "CHL",
    "KOR",
    "AUS",
    "USA",
    "CAN",
    "DEU",
    "JPN",
    "RUS",
    "VNM",
    "MYS",
    "BRA",
    "ZAF",
]
UNCOVERED = ("850511", "284690", "8703800000", "28459000", "260500")
TO_ELEMENT = {element: float(down) for element, _, down, _ in FACTORS}
CURRENCY_DRAW = ("USD", "USD", "USD", "EUR", "EUR", "JPY", "KRW", "GBP", "AUD", "CNY", "KWD")
REASONS = LISTS["adjust_reason"]
BLOCK = 20_000  # rows are shuffled within a block, so that credits come before their originals
DAYS = [date(2027, 1, 1) + timedelta(days=day) for day in range(365)]

Row = list[str]


class Hand:
    """One drawing: the law's rates, the lots, and the lines that credits may refer to."""

    def __init__(self, rng: random.Random, rates: Rates, lots: dict[str, list[str]]) -> None:
        self.rng, self.rates, self.lots = rng, rates, lots
        self.number = 0
        self.originals: list[Row] = []
        self.recent: list[Row] = []

    def row(self) -> Row:
        """Any line: mostly good entries, a tenth adjustments, a twentieth bad, a few doubled."""
        chance = self.rng.random()
        if chance < 0.006 and self.recent:
            return self.doubled()
        if chance < 0.12 and self.originals:
            return self.adjustment(is_good=chance > 0.03)
        row = self.entry()
        if chance > 0.95:
            spoil(self.rng, row)
            if chance > 0.996:
                spoil(self.rng, row)
        if chance < 0.95 or self.rng.random() < 0.2:
            self.offered(row)
        return self.remembered(row)

    def offered(self, row: Row) -> None:
        """Keep a line as one that credits may refer to."""
        if len(self.originals) < 2000:
            self.originals.append(row)
        elif self.rng.random() < 0.15:
            self.originals[int(self.rng.random() * 2000)] = row

    def remembered(self, row: Row) -> Row:
        if len(self.recent) < 500:
            self.recent.append(row)
        elif self.rng.random() < 0.05:
            self.recent[int(self.rng.random() * 500)] = row
        return row

    def doubled(self) -> Row:
        row = list(self.recent[int(self.rng.random() * len(self.recent))])
        if self.rng.random() < 0.4:
            row[AT["end_use"]] += "x"
        return row

    # ------------------------------------------------------------ entries

    def entry(self) -> Row:
        """A line that passes, but for what is met by chance: days without rates, high assays."""
        random_ = self.rng.random
        row = [""] * len(COLUMNS)
        self.number += 1
        country, valuation, fx_on = MEMBERS[int(random_() * len(MEMBERS))]
        origin = ORIGINS[int(random_() * len(ORIGINS))]
        entered = DAYS[int(random_() * 365)]
        exported = entered - timedelta(days=int(random_() * 60))
        has_export = fx_on == "export" or random_() < 0.8
        row[0:3] = f"{country[:2]}{self.number // 3}", str(self.number % 3 + 1), "entry"
        row[5:14] = (
            "01",
            country,
            entered.isoformat(),
            exported.isoformat() if has_export else "",
            f"IMP{int(random_() * 500)}",
            f"EXP{int(random_() * 300)}",
            "true" if random_() < 0.1 else "false",
            origin,
            origin if random_() < 0.9 else "SGP",
        )
        mass = min(max(10 ** self.rng.gauss(3, 1.3), 0.001), 9e9)
        if random_() < 0.003:
            mass = 9e11 * random_() + 1e10
        price = self.goods(row, mass, entered)
        day = exported if fx_on == "export" else entered
        self.money(row, mass * price, valuation == "FOB", day)
        row[AT["invoice_number"]] = f"A-{self.number}"
        row[AT["invoice_date"]] = (exported - timedelta(days=5)).isoformat()
        if random_() < 0.2:
            row[AT["recycled_pct"]] = f"{100 * random_():.{int(random_() * 5)}f}"
        return row

    def goods(self, row: Row, mass: float, entered: date) -> float:
        """HS, assay, mass and the claim of origin; the price of a kg in USD."""
        random_ = self.rng.random
        row[AT["net_mass_kg"]] = f"{mass:.{int(random_() * 4)}f}" if mass > 1 else f"{mass:.3f}"
        row[AT["preference"]] = "fta" if random_() < 0.1 else "none"
        if random_() < 0.08:
            row[AT["hs_code"]] = UNCOVERED[int(random_() * len(UNCOVERED))]
            row[AT["element"]] = "none"
            return 50 * random_()
        goods = GOODS[int(random_() * len(GOODS))]
        row[AT["hs_code"]] = goods.hs6 + ("", "20", "2040")[int(random_() * 3)]
        row[AT["element"]] = goods.element
        low, high = goods.low, goods.high
        assay = low + (high - low) * random_()
        if random_() < 0.04:
            assay = low if random_() < 0.5 else high
        basis = goods.basis
        if random_() < 0.2 and goods.element in TO_ELEMENT:
            down = TO_ELEMENT[goods.element]
            # Pure metal has no assay as a compound; a little above 100 is tried all the same.
            if basis == "compound":
                assay, basis = assay * down, "element"
            elif assay / down < 100.5:
                assay, basis = assay / down, "compound"
        row[AT["assay_pct"]] = text = f"{assay:.{int(random_() * 5)}f}"
        row[AT["assay_basis"]] = basis
        row[AT["form"]] = "oxide"
        dry = mass
        if random_() < 0.25:
            row[AT["moisture_pct"]] = moisture = f"{20 * random_():.{int(random_() * 5)}f}"
            dry *= 1 - float(moisture) / 100
        if random_() < 0.25:
            inside = dry * float(text) / 100 * (0.992 + 0.016 * random_())
            row[AT["contained_kg"]] = f"{inside:.3f}"
        if random_() < 0.25:
            self.claim(row, goods, entered)
        return goods.usd_per_kg * (0.15 + 2 * random_() ** 1.5)

    def claim(self, row: Row, goods: Goods, entered: date) -> None:
        """Preference of the bloc, more often proven than not."""
        random_ = self.rng.random
        row[AT["preference"]] = "bloc"
        if random_() < 0.75:
            row[AT["origin_country"]] = MEMBERS[int(random_() * len(MEMBERS))][0]
        if random_() < 0.05:
            return
        own = self.lots[goods.product]
        # Lots are sorted by day over 2026 and 2027: the first half is before most entries.
        span = 0.45 if random_() < 0.75 else 1.0
        ids = [own[int(random_() * span * len(own))] for _ in range(1 + int(3 * random_()))]
        if random_() < 0.05:
            other = self.lots[GOODS[int(random_() * len(GOODS))].product]
            ids.append(other[0])
        if random_() < 0.04:
            ids.append("NOBODY")
        if random_() < 0.02:
            ids.append("")
        row[AT["lot_ids"]] = "|".join(ids)

    def money(self, row: Row, usd: float, on_fob: bool, day: date) -> None:
        """Currency, price and charges; from nothing to nearly 10^12."""
        random_ = self.rng.random
        currency = CURRENCY_DRAW[int(random_() * len(CURRENCY_DRAW))]
        term = INCOTERMS[int(random_() * len(INCOTERMS))]
        rate = "1" if currency == "USD" else self.rates[currency].get(day, "")
        value = min(usd / float(rate or "1"), 8e11)
        chance = random_()
        if chance < 0.006:
            value = (0.0, 0.01, 0.5, 999_999_999_999.99 - 1000 * random_())[int(random_() * 4)]
        places = 0 if currency in ("JPY", "KRW") else 2
        if places == 0:
            value = float(int(value))
        freight, insurance = value * 0.05 * random_(), value * 0.004 * random_()
        row[AT["item_value"]] = f"{value:.{places}f}"
        row[AT["currency"]], row[AT["incoterm"]] = currency, term
        states_all = on_fob or term in ("EXW", "FCA", "FAS", "FOB") or random_() < 0.5
        if states_all:
            row[AT["freight"]] = f"{freight:.{places}f}"
        if states_all or term in ("CFR", "CPT"):
            row[AT["insurance"]] = f"{insurance:.{places}f}"
        if random_() < 0.1:
            wrong = f"{float(rate or '1') * (0.97 + 0.06 * random_()):.6f}"
            row[AT["fx_rate_declared"]] = rate if rate and random_() < 0.6 else wrong

    # ------------------------------------------------------------ credits and debits

    def adjustment(self, is_good: bool) -> Row:
        """A credit or debit; the pool of originals is small enough for chains to form."""
        random_ = self.rng.random
        original = self.originals[int(random_() ** 3 * len(self.originals))]
        self.number += 1
        row = [""] * len(COLUMNS)
        is_credit = random_() < 0.7
        row[0:5] = (
            f"AD{self.number}",
            str(1 + int(random_() * 12)),
            "credit" if is_credit else "debit",
            *original[0:2],
        )
        reason = REASONS[int(random_() * len(REASONS))]
        row[AT["adjust_reason"]] = reason
        row[AT["currency"]] = currency = original[AT["currency"]]
        entered = self.later(original[AT["entry_date"]])
        row[AT["entry_date"]] = entered
        places = 0 if currency in ("JPY", "KRW") else 2
        value = _float(original[AT["item_value"]]) * 0.35 * random_()
        value = max(value, 1.0 if places == 0 else 0.01)
        if reason == "short_delivery" and random_() < 0.8:
            mass = _float(original[AT["net_mass_kg"]]) * 0.3 * random_()
            row[AT["net_mass_kg"]] = f"-{mass:.3f}"
        row[AT["item_value"]] = f"{'-' if is_credit else ''}{value:.{places}f}"
        if not is_good:
            ADJUSTMENT_FAULTS[int(random_() * len(ADJUSTMENT_FAULTS))](row)
        if random_() < 0.1:
            row[AT["incoterm"]], row[AT["import_country"]] = "nothing", "reads this"
        return self.remembered(row)

    def later(self, text: str) -> str:
        """Up to 120 days after a day; many on the same few days, so that the number decides."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return "2027-12-31"
        return (day + timedelta(days=int(5 * self.rng.random()) * 30)).isoformat()


def _float(text: str) -> float:
    try:
        return abs(float(text))
    except ValueError:
        return 1.0


def _set(column: str, text: str) -> Callable[[Row], None]:
    def put(row: Row) -> None:
        row[AT[column]] = text

    return put


def _turned(row: Row) -> None:
    text = row[AT["item_value"]]
    row[AT["item_value"]] = text[1:] if text.startswith("-") else "-" + text


ADJUSTMENT_FAULTS: tuple[Callable[[Row], None], ...] = (
    _set("ref_entry_number", "NONE"),
    _set("ref_line_number", "77"),
    _set("ref_line_number", ""),
    _set("ref_line_number", "1.0"),
    _set("currency", "CHF"),
    _set("entry_date", "2027-01-01"),
    _set("entry_date", "2027-13-01"),
    _set("net_mass_kg", "-1.5"),
    _set("net_mass_kg", "2"),
    _set("net_mass_kg", "-999999999999"),
    _set("item_value", "-999999999999"),
    _set("item_value", "0"),
    _set("adjust_reason", ""),
    _set("adjust_reason", "generosity"),
    _turned,
)

_SPOILED = {
    "line_number": ("", "0", "-3", "1.0", "one", "1000000000000"),
    "line_type": ("", "Entry", "refund"),
    "ref_line_number": ("x", "0"),
    "import_country": ("", "CHN", "US", "FRA"),
    "entry_date": ("", "2026-12-31", "2027-02-29", "03/05/2027", "2027-1-5", "2026-10-01"),
    "export_date": ("2028-01-01", "2027-02-30", "yesterday", ""),
    "importer_id": ("",),
    "exporter_id": ("",),
    "related": ("", "TRUE", "0"),
    "origin_country": ("", "XKX", "UK", "chn"),
    "export_country": ("", "EU", "TWX"),
    "hs_code": ("", "28469", "2846.90", "2846902", "HS284690", "28469020401"),
    "element": ("", "Xx", "ndpr", "none", "C"),
    "assay_pct": ("", "100.0001", "-1", "70", "90.5", "99.12345", "5", "1e2"),
    "assay_basis": ("", "oxide", "compound", "element"),
    "moisture_pct": ("100.5", "-0.1", "12.34567"),
    "net_mass_kg": ("", "0", "0.000", "-250", "1.2345", "1000000000000", "1,5", "+3"),
    "contained_kg": ("-1", "0", "0.0001", "abc", "77.7"),
    "item_value": ("", "-1", "-0.01", "1.005", "0.5", "1000000000000.00", "-1000000000000", "NaN"),
    "currency": ("", "XAU", "eur", "CHF"),
    "incoterm": ("", "DDP", "C&F", "fob"),
    "freight": ("", "-5", "99999999999", "0.001", ".5", "12.50"),
    "insurance": ("", "-5", "99999999999", "5.", "0.25"),
    "fx_rate_declared": ("-1.1", "1.1234567", "1.1e0"),
    "invoice_number": ("",),
    "invoice_date": ("", "2027-00-10", "20270110"),
    "preference": ("", "eu", "NONE"),
    "recycled_pct": ("100.1", "-1", "half"),
    "adjust_reason": ("damage", "thirst"),
}
_SPOILS = [(AT[column], text) for column, texts in _SPOILED.items() for text in texts]


def spoil(rng: random.Random, row: Row) -> None:
    """Write one wrong, or at least odd, cell."""
    place, text = _SPOILS[int(rng.random() * len(_SPOILS))]
    row[place] = text
    if text.startswith("2026"):  # else the day of export, now later, would be met first
        row[AT["export_date"]] = text


def draw(n: int, seed: int, folder: Path) -> None:
    """Write n drawn lines, their lots and their law under a folder."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rates = draw_law(rng, folder / "law")
    hand = Hand(rng, rates, _lots(rng, max(8, min(n // 100, 2000)), folder / "lots.csv"))
    with (folder / "entries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for start in range(0, n, BLOCK):
            block = [hand.row() for _ in range(min(BLOCK, n - start))]
            rng.shuffle(block)
            writer.writerows(block)


def _lots(rng: random.Random, each: int, path: Path) -> dict[str, list[str]]:
    """Write lots of every product, a few of them bad; ids by product, oldest first."""
    ids: dict[str, list[str]] = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = "lot_id product stage kg_contained facility_id country date certificate_id"
        writer.writerow([*names.split(), "recycled_pct"])
        for goods in GOODS:
            ids[goods.product] = []
            for number in range(each):
                lot_id = f"{goods.product}-{number}"
                day = date(2026, 1, 1) + timedelta(days=int(730 * number / each))
                row = [lot_id, goods.product, "refine", f"{rng.uniform(1, 9e4):.3f}", "F1"]
                row += ["AUS", day.isoformat(), f"C{number}", ""]
                chance = rng.random()
                if chance < 0.01:
                    row[rng.randrange(1, 8)] = ""
                elif chance < 0.02:
                    writer.writerow([*row[:7], "another certificate", ""])
                elif chance < 0.03:
                    writer.writerow(row)
                writer.writerow(row)
                ids[goods.product].append(lot_id)
    return ids
