"""The law and the lots as the files say them. Next: `checks.py`."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from .countries import COUNTRIES

ANY = "*"
OPEN = date.max
STAGES = ("mine", "refine", "metal", "component")

_NUMBER = re.compile(r"-?[0-9]+(?:\.([0-9]+))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LIMIT = Decimal(10) ** 12


class LawFault(ValueError):
    """The law's own tables contradict themselves; no line can be assessed."""


@dataclass(frozen=True, slots=True)
class Member:
    """How one member values goods and on which day it converts."""

    valuation: str
    fx_date: str


@dataclass(frozen=True, slots=True)
class Covered:
    """One row of coverage: from ≤ assay < to, 100 included."""

    basis: str
    assay_from: Decimal
    assay_to: Decimal
    product: str

    def holds(self, assay: Decimal) -> bool:
        """Whether an assay in this row's basis falls in its range."""
        below = assay < self.assay_to or (self.assay_to == 100 and assay == 100)
        return self.assay_from <= assay and below


@dataclass(frozen=True, slots=True)
class Floor:
    """One version of a product's floor, both days inclusive."""

    version: str
    valid_from: date
    valid_to: date
    usd_per_kg: Decimal
    basis: str
    market_usd_per_kg: Decimal | None
    in_transit_days: int
    clause: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of duties; `*` stands for any."""

    product: str
    kind: str
    import_country: str
    origin_country: str
    rate: Decimal
    unit: str
    valid_from: date
    valid_to: date
    counts: bool


@dataclass(frozen=True, slots=True)
class Factor:
    """Table F: both directions are law, one is never one over the other."""

    to_element: Decimal
    to_compound: Decimal


@dataclass(frozen=True, slots=True)
class Lot:
    """What the proof of origin asks of a lot."""

    product: str
    day: date


class Law:
    """The seven tables of one folder, asked by day."""

    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        parameters = {row["name"]: row["value"] for row in rows(folder / "parameters.csv")}
        self.agreement_from = date.fromisoformat(parameters["agreement_from"])
        self.small_usd = Decimal(parameters.get("small_consignment_usd") or "0")
        self.trigger = Decimal(parameters.get("security_trigger") or "1.08")
        self.tolerance = Decimal(parameters.get("contained_tolerance") or "0.01")
        self.compared_on = parameters.get("compared_on") or "duty-paid"
        self.members = {
            row["country"]: Member(row["valuation"], row["fx_date"])
            for row in rows(folder / "members.csv")
        }
        self.coverage: dict[tuple[str, str], list[Covered]] = {}
        for row in rows(folder / "coverage.csv"):
            self.coverage.setdefault((row["hs6"], row["element"]), []).append(
                Covered(
                    row["assay_basis"],
                    Decimal(row["assay_from"]),
                    Decimal(row["assay_to"]),
                    row["product"],
                )
            )
        self.covered_codes = {code for code, _ in self.coverage}
        self.factors: dict[str, Factor] = {}
        for row in rows(folder / "factors.csv"):
            if row["element"] in self.factors:
                raise LawFault(f"factors: {row['element']} twice")
            self.factors[row["element"]] = Factor(
                Decimal(row["compound_to_element"]), Decimal(row["element_to_compound"])
            )
        self._floors: dict[str, list[Floor]] = {}
        for row in rows(folder / "floors.csv"):
            self._floors.setdefault(row["product"], []).append(_floor(row))
        self._duties = [_duty(row) for row in rows(folder / "duties.csv")]
        self._fx: dict[str, list[tuple[date, date, Decimal]]] = {}
        for row in rows(folder / "fx.csv"):
            self._fx.setdefault(row["currency"], []).append(
                (
                    date.fromisoformat(row["valid_from"]),
                    _end(row["valid_to"]),
                    Decimal(row["usd_per_unit"]),
                )
            )
        self._kept: dict[tuple[object, ...], object] = {}

    def knows_currency(self, currency: str) -> bool:
        """USD, or any row of fx."""
        return currency == "USD" or currency in self._fx

    def rate(self, currency: str, day: date) -> Decimal | None:
        """USD per unit on that day; None: no row holds that day."""
        if currency == "USD":
            return Decimal(1)
        key = ("fx", currency, day)
        if key not in self._kept:
            found = [rate for start, end, rate in self._fx[currency] if start <= day <= end]
            if len(found) > 1:
                raise LawFault(f"fx: {currency} has {len(found)} rates on {day}")
            self._kept[key] = found[0] if found else None
        return self._kept[key]  # type: ignore[return-value]

    def floor(self, product: str, entered: date, exported: date | None) -> Floor | None:
        """The floor of the day of entry, or of export for goods already on their way."""
        version = self._floor_on(product, entered)
        if (
            version is not None
            and exported is not None
            and exported < version.valid_from
            and (entered - version.valid_from).days < version.in_transit_days
        ):
            return self._floor_on(product, exported)
        return version

    def _floor_on(self, product: str, day: date) -> Floor | None:
        key = ("floor", product, day)
        if key not in self._kept:
            found = [f for f in self._floors.get(product, ()) if f.valid_from <= day <= f.valid_to]
            if len(found) > 1:
                raise LawFault(f"floors: {product} has {len(found)} versions on {day}")
            self._kept[key] = found[0] if found else None
        return self._kept[key]  # type: ignore[return-value]

    def duties(
        self, product: str, kind: str, import_country: str, origin_country: str, day: date
    ) -> list[Duty]:
        """Rows that apply: those of the most exact match, which may be one pct and one per kg."""
        key = (product, kind, import_country, origin_country, day)
        if key not in self._kept:
            matching = [
                duty
                for duty in self._duties
                if duty.kind == kind
                and duty.product in (ANY, product)
                and duty.import_country in (ANY, import_country)
                and duty.origin_country in (ANY, origin_country)
                and duty.valid_from <= day <= duty.valid_to
            ]
            best = max((_exactness(duty) for duty in matching), default=None)
            chosen = [duty for duty in matching if _exactness(duty) == best]
            if len({duty.unit for duty in chosen}) < len(chosen):
                raise LawFault(f"duties: {kind} of {product} from {origin_country} twice on {day}")
            self._kept[key] = chosen
        return self._kept[key]  # type: ignore[return-value]


def read_lots(path: str | Path | None) -> dict[str, Lot]:
    """Lots that can prove something: a bad row, or an id used for two, proves nothing."""
    known: dict[str, Lot] = {}
    written: dict[str, tuple[str, ...]] = {}
    twice: set[str] = set()
    if path is None:
        return known
    names = [
        "lot_id",
        "product",
        "stage",
        "kg_contained",
        "facility_id",
        "country",
        "date",
        "certificate_id",
        "recycled_pct",
    ]
    for row in rows(path):
        text = tuple(row.get(name, "") for name in names)
        lot_id = row.get("lot_id", "")
        if not lot_id:
            continue
        if written.setdefault(lot_id, text) != text:
            twice.add(lot_id)
        if all(text[:8]) and _is_good_lot(row):
            known[lot_id] = Lot(row["product"], date.fromisoformat(row["date"]))
    return {lot_id: lot for lot_id, lot in known.items() if lot_id not in twice}


def _is_good_lot(row: dict[str, str]) -> bool:
    recycled = row.get("recycled_pct", "")
    return (
        row["stage"] in STAGES
        and number_fault(row["kg_contained"], 3) is None
        and not row["kg_contained"].startswith("-")
        and row["country"] in COUNTRIES
        and day_of(row["date"]) is not None
        and (not recycled or (number_fault(recycled, 4) is None and 0 <= Decimal(recycled) <= 100))
    )


def rows(path: str | Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV as text: a missing cell is an empty one, a further one is dropped."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        for cells in reader:
            if cells:
                yield dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=False))


def number_fault(text: str, places: int) -> str | None:
    """What is wrong with the text of a number of at most so many places."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return "NOT_A_NUMBER"
    if len(match.group(1) or "") > places:
        return "TOO_PRECISE"
    if abs(Decimal(text)) >= LIMIT:
        return "OUT_OF_RANGE"
    return None


_days: dict[str, date | None] = {}


def day_of(text: str) -> date | None:
    """The day a text YYYY-MM-DD names; None: no such day."""
    if text not in _days:
        try:
            _days[text] = date.fromisoformat(text) if _DATE.fullmatch(text) else None
        except ValueError:
            _days[text] = None
    return _days[text]


def _floor(row: dict[str, str]) -> Floor:
    market = row.get("market_usd_per_kg", "")
    return Floor(
        row["version"],
        date.fromisoformat(row["valid_from"]),
        _end(row["valid_to"]),
        Decimal(row["floor_usd_per_kg"]),
        row["basis"],
        Decimal(market) if market else None,
        int(row.get("in_transit_days") or "0"),
        row.get("clause", ""),
    )


def _duty(row: dict[str, str]) -> Duty:
    return Duty(
        row["product"],
        row["kind"],
        row["import_country"],
        row["origin_country"],
        Decimal(row["rate"]),
        row["unit"],
        date.fromisoformat(row["valid_from"]),
        _end(row["valid_to"]),
        row.get("counts", "") != "false",
    )


def _exactness(duty: Duty) -> tuple[bool, bool, bool]:
    return (duty.origin_country != ANY, duty.import_country != ANY, duty.product != ANY)


def _end(text: str) -> date:
    return date.fromisoformat(text) if text else OPEN
