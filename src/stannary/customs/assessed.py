"""An assessed file held against its entries: every line reckoned again, or nothing is said of it.

Letters and the export for a court are made of `Checked` lines only. Next: `letter`, `court`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from ..terms.errors import BadInput, BadTable
from .columns import ENTRIES
from .files import check_header, read_csv, read_parquet
from .law import Law
from .line import Line, Standing, standing
from .proofs import proving
from .reckoning import Reckoned, reckon

Key = tuple[str, int]
Cells = Mapping[str, str]

COLUMNS = (
    "entry_number", "line_number", "line_type", "product", "floor_version", "clause",
    "chargeable_kg", "fx_rate", "fx_date", "customs_value_cents", "cif_cents", "base_duty_cents",
    "extra_duty_cents", "floor_cents", "top_up_cents", "security_cents", "total_due_cents",
    "reason_codes",
)  # fmt: skip
"""Columns of the assessed file, in its order."""

CENTS = tuple(name for name in COLUMNS if name.endswith("_cents"))


class DoesNotAgree(BadInput):
    """An amount of the assessed file is not what comes out: nothing is written."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the assessed file. Cents are whole numbers; None where the file is empty."""

    entry_number: str
    line_number: int
    line_type: str
    product: str
    floor_version: str
    clause: str
    chargeable_kg: Decimal | None
    fx_rate: Decimal
    fx_date: date
    cents: Mapping[str, int | None]
    reasons: tuple[str, ...]

    @property
    def key(self) -> Key:
        """Its entry and line number."""
        return self.entry_number, self.line_number


@dataclass(frozen=True, slots=True)
class Correction:
    """A credit or debit as declared. value: invoice currency, signed; mass: kg, 0 or below."""

    entry_number: str
    line_number: int
    kind: str
    day: date
    value: Decimal
    mass: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """An assessed line and the sum that leads to it, which agrees to the cent.

    before, correction  of a credit or debit: the line without it, and what it changed
    """

    row: Row
    now: Reckoned
    before: Reckoned | None = None
    correction: Correction | None = None

    @property
    def line(self) -> Line:
        """The entry line; that of the original, for a correction."""
        return self.now.line


def rows_of(assessed: Path) -> tuple[Row, ...]:
    """Every line of an assessed file, in its order. Raises BadTable on what is none."""
    header, rows = read_parquet(assessed)
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise BadTable(
            "no assessed file", where=str(assessed), value=", ".join(header),
            allowed="besides what is there: " + ", ".join(missing),
            remedy="give the assessed.parquet that `stannary assess` wrote",
        )  # fmt: skip
    return tuple(_row(dict(zip(header, row, strict=True))) for row in rows)


def checked(assessed: Path, entries: Path, law: Law, lots: Path | None = None) -> Iterator[Checked]:
    """Every assessed line with its sum, in the order of entry and line number.

    Raises DoesNotAgree at the first amount that does not come out, BadTable on a file that cannot be
    read.
    """
    rows = {row.key: row for row in rows_of(assessed)}
    declared = _declared(entries, rows)
    proofs = proving(lots) if lots is not None else {}
    corrections = _corrections(rows, declared)
    for key in sorted(rows):
        row = rows[key]
        if row.line_type == "entry":
            line = line_of(declared[key])
            law_of_line = standing(line, law, proofs)
            yield _agreed(Checked(row, reckon(line, law_of_line)))
            yield from _adjusted(line, law_of_line, corrections.get(key, []), rows)


def _adjusted(
    line: Line, law: Standing, corrections: list[Correction], rows: Mapping[Key, Row]
) -> Iterator[Checked]:
    held = customs = grams = Decimal(0)
    before = reckon(line, law)
    for one in corrections:
        held += one.value
        if one.kind == "debit" or one.reason == "short_delivery":
            customs += one.value
        grams += one.mass
        now = reckon(line, law, held, customs, grams)
        row = rows[one.entry_number, one.line_number]
        yield _agreed(Checked(row, now, before, one))
        before = now


def amounts(line: Checked) -> dict[str, int | None]:
    """The cents of a line as the file should have them, by column."""
    now = _amounts(line.now)
    if line.before is None:
        return now
    old = _amounts(line.before)
    found = {
        name: None if value is None or old[name] is None else value - cast(int, old[name])
        for name, value in now.items()
    }
    return found | {"security_cents": 0}


def _amounts(sum: Reckoned) -> dict[str, int | None]:
    return {
        "customs_value_cents": sum.customs_value, "cif_cents": sum.cif,
        "base_duty_cents": sum.duty("base"), "extra_duty_cents": sum.duty("extra"),
        "floor_cents": sum.shown_floor, "top_up_cents": sum.top_up,
        "security_cents": sum.security, "total_due_cents": sum.due,
    }  # fmt: skip


def _agreed(line: Checked) -> Checked:
    """The line itself. Raises DoesNotAgree where any of its columns is another."""
    row, now = line.row, line.now
    chargeable = now.chargeable
    if line.before is not None and chargeable is not None:
        chargeable -= line.before.chargeable or Decimal(0)
    found: dict[str, object] = {
        "product": now.law.coverage.product if now.law.coverage else "",
        "floor_version": now.law.floor.version if now.law.floor else "",
        "clause": now.law.floor.clause if now.law.floor else "",
        "chargeable_kg": chargeable, "fx_rate": now.law.rate, "fx_date": now.law.fx_date,
        **amounts(line), "reason_codes": _reasons(line),
    }  # fmt: skip
    stated: dict[str, object] = {
        "product": row.product, "floor_version": row.floor_version, "clause": row.clause,
        "chargeable_kg": row.chargeable_kg, "fx_rate": row.fx_rate, "fx_date": row.fx_date,
        **row.cents, "reason_codes": row.reasons,
    }  # fmt: skip
    for name, value in found.items():
        if stated[name] != value:
            raise DoesNotAgree(
                f"{name} is not what comes out",
                where=f"entry {row.entry_number}, line {row.line_number}",
                value=_said(stated[name]), allowed=_said(value),
                remedy="give the law, the entries and the lots that the file was assessed with",
            )  # fmt: skip
    return line


def _reasons(line: Checked) -> tuple[str, ...]:
    if line.before is None:
        return line.now.reasons
    raised = line.row.line_type == "credit" and line.now.top_up > line.before.top_up
    return ("ADJUSTMENT", "CREDIT_RAISES_TOP_UP") if raised else ("ADJUSTMENT",)


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(cast(tuple[str, ...], value))
    return "nothing" if value is None else str(value)


# ------------------------------------------------------------------------------- files


def declared_lines(entries: Path, rows: Iterable[Row]) -> dict[Key, Line]:
    """The entry lines behind assessed rows. Raises DoesNotAgree where one was never declared."""
    cells = _declared(entries, {row.key: row for row in rows})
    return {key: line_of(said) for key, said in cells.items()}


def _declared(entries: Path, wanted: Mapping[Key, Row]) -> dict[Key, Cells]:
    """The declared cells of every assessed line. Raises DoesNotAgree where one was never declared."""
    header, rows = read_parquet(entries) if entries.suffix == ".parquet" else read_csv(entries)
    check_header(entries, header, ENTRIES)
    at, nth = header.index("entry_number"), header.index("line_number")
    found: dict[Key, Cells] = {}
    for row in rows:
        number = row[nth]
        if number.isascii() and number.isdigit():
            key = row[at], int(number)
            if key in wanted:
                found.setdefault(key, dict(zip(header, row, strict=True)))
    for key, row in wanted.items():
        if key not in found:
            raise DoesNotAgree(
                "an assessed line that the entries do not hold",
                where=str(entries), value=f"entry {row.entry_number}, line {row.line_number}",
                allowed="the file that was assessed",
            )  # fmt: skip
    return found


def _corrections(
    rows: Mapping[Key, Row], declared: Mapping[Key, Cells]
) -> dict[Key, list[Correction]]:
    """Credits and debits by original, in the order of date, entry and line number."""
    found: dict[Key, list[Correction]] = {}
    for key, row in rows.items():
        if row.line_type == "entry":
            continue
        cells = declared[key]
        original = cells["ref_entry_number"], int(cells["ref_line_number"])
        if original not in rows:
            raise DoesNotAgree(
                "a correction of a line that was not assessed", where=f"entry {key[0]}",
                value=f"{original[0]}, line {original[1]}", allowed="an assessed line",
            )  # fmt: skip
        found.setdefault(original, []).append(
            Correction(
                *key, row.line_type, date.fromisoformat(cells["entry_date"]),
                Decimal(cells["item_value"]), Decimal(cells["net_mass_kg"] or "0"),
                cells["adjust_reason"],
            )
        )  # fmt: skip
    for several in found.values():
        several.sort(key=lambda one: (one.day, one.entry_number, one.line_number))
    return found


def line_of(cells: Cells) -> Line:
    """An entry line that was assessed, typed; its cells passed the checks of the contract."""

    def text(name: str) -> str:
        return cells.get(name, "")

    def number(name: str) -> Decimal | None:
        return Decimal(text(name)) if text(name) else None

    return Line(
        entry_number=text("entry_number"),
        line_number=int(text("line_number")),
        import_country=text("import_country"),
        entry_date=date.fromisoformat(text("entry_date")),
        export_date=date.fromisoformat(text("export_date")) if text("export_date") else None,
        importer=text("importer_id"),
        exporter=text("exporter_id"),
        origin_country=text("origin_country"),
        hs_code=text("hs_code"),
        element=text("element"),
        assay=number("assay_pct") or Decimal(0),
        assay_basis=text("assay_basis"),
        moisture=number("moisture_pct"),
        mass=Decimal(text("net_mass_kg")),
        value=Decimal(text("item_value")),
        currency=text("currency"),
        incoterm=text("incoterm"),
        freight=number("freight") or Decimal(0),
        insurance=number("insurance") or Decimal(0),
        fx_declared=number("fx_rate_declared"),
        invoice=text("invoice_number"),
        preference=text("preference"),
        lots=tuple(text("lot_ids").split("|")) if text("lot_ids") else (),
    )


def _row(cells: Cells) -> Row:
    return Row(
        entry_number=cells["entry_number"],
        line_number=int(cells["line_number"]),
        line_type=cells["line_type"],
        product=cells["product"],
        floor_version=cells["floor_version"],
        clause=cells["clause"],
        chargeable_kg=Decimal(cells["chargeable_kg"]) if cells["chargeable_kg"] else None,
        fx_rate=Decimal(cells["fx_rate"]),
        fx_date=date.fromisoformat(cells["fx_date"]),
        cents={name: int(cells[name]) if cells[name] else None for name in CENTS},
        reasons=tuple(cells["reason_codes"].split(";")),
    )
