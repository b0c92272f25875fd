"""A whole file: duplicates, entry lines, then credits and debits in their own order."""

import decimal
from collections.abc import Iterable
from pathlib import Path

from .adjust import Standing, adjust, order
from .checks import Fault, Row, fault_of, line_of, shape
from .columns import COLUMNS
from .reckon import Reckoned, Sums, is_proven, reckon, too_large
from .tables import Law, read_lots, rows

ASSESSED = [
    "entry_number",
    "line_number",
    "line_type",
    "product",
    "floor_version",
    "clause",
    "chargeable_kg",
    "fx_rate",
    "fx_date",
    "customs_value_cents",
    "cif_cents",
    "base_duty_cents",
    "extra_duty_cents",
    "floor_cents",
    "top_up_cents",
    "security_cents",
    "total_due_cents",
    "reason_codes",
]
SET_ASIDE = [
    "source",
    "row_number",
    "entry_number",
    "line_number",
    "reason",
    "column",
    "value_met",
    "allowed",
    "message",
]

Key = tuple[str, int | str]
Answer = dict[str, str | int | None]


def assess(
    entries_path: str | Path, law_dir: str | Path, lots_path: str | Path | None = None
) -> tuple[list[Answer], list[Answer]]:
    """Lines assessed (b), by number, and lines set aside (c), by row. See the package's text."""
    with decimal.localcontext() as context:
        context.prec = 80  # beyond the digits of any product here: only quantize rounds
        context.rounding = decimal.ROUND_HALF_UP
        return _assess(Path(entries_path), Law(law_dir), lots_path)


def _assess(
    path: Path, law: Law, lots_path: str | Path | None
) -> tuple[list[Answer], list[Answer]]:
    lots = read_lots(lots_path)
    assessed: list[Answer] = []
    aside: list[Answer] = []

    def put_aside(number: int, row: Row, fault: Fault) -> None:
        aside.append(_set_aside(path.name, number, row, fault))

    standing: dict[Key, Standing] = {}
    adjustments: list[tuple[int, Row]] = []
    kept, doubled = _without_duplicates(rows(path))
    for number, row in doubled:
        fault = ("DUPLICATE_LINE", "line_number", "one line of each entry_number, line_number")
        put_aside(number, row, fault)
    for number, row in kept:
        if row["line_type"] in ("credit", "debit"):
            if fault := shape(row, law):
                put_aside(number, row, fault)
            else:
                adjustments.append((number, row))
            continue
        if fault := fault_of(row, law):
            put_aside(number, row, fault)
            continue
        line = line_of(row, law)
        proven = is_proven(line, law, lots)
        sums = Sums(line.price, line.price, line.mass)
        done = reckon(line, sums, law, proven)
        if column := too_large(done):
            fault = ("OUT_OF_RANGE", column, "amounts of at most 2^63 - 1 cents")
            put_aside(number, row, fault)
            continue
        standing[line.entry_number, line.line_number] = Standing(line, proven, sums, done)
        assessed.append(_original(standing[line.entry_number, line.line_number]))
    for number, row in sorted(adjustments, key=lambda one: order(one[1])):
        original = standing.get((row["ref_entry_number"], int(row["ref_line_number"])))
        fault, old, new = adjust(row, original, law)
        if fault is not None:
            put_aside(number, row, fault)
            continue
        assert original is not None
        assert old is not None
        assert new is not None
        assessed.append(_difference(row, original, old, new))
    assessed.sort(key=lambda answer: (answer["entry_number"], answer["line_number"]))
    aside.sort(key=lambda answer: answer["row_number"] or 0)
    return assessed, aside


def _without_duplicates(
    data: Iterable[Row],
) -> tuple[list[tuple[int, Row]], list[tuple[int, Row]]]:
    """Rows to go on with, and rows to set aside: the same number may stand once."""
    kept: list[tuple[int, Row]] = []
    groups: dict[Key, list[tuple[int, Row]]] = {}
    for number, cells in enumerate(data, start=1):
        row = {name: cells.get(name, "") for name in COLUMNS}
        if row["entry_number"] and row["line_number"]:
            groups.setdefault(_key(row), []).append((number, row))
        else:
            kept.append((number, row))
    doubled: list[tuple[int, Row]] = []
    for group in groups.values():
        if all(row == group[0][1] for _, row in group):
            kept.append(group[0])
            doubled += group[1:]
        else:
            doubled += group
    kept.sort(key=lambda one: one[0])
    return kept, doubled


def _key(row: Row) -> Key:
    text = row["line_number"]
    is_whole = text.isascii() and text.removeprefix("-").isdigit()
    return row["entry_number"], int(text) if is_whole else text


def _original(standing: Standing) -> Answer:
    line, done = standing.line, standing.done
    reasons = {done.outcome}
    if line.claims_bloc and done.outcome in ("TOP_UP", "AT_OR_ABOVE_FLOOR", "SMALL_CONSIGNMENT"):
        reasons.add("ORIGIN_NOT_PROVEN")
    if done.security:
        reasons.add("SECURITY")
    if line.fx_differs:
        reasons.add("FX_DECLARED_DIFFERS")
    return _answer(
        line.entry_number, line.line_number, "entry", standing, done, done.security, reasons
    )


def _difference(row: Row, standing: Standing, old: Reckoned, new: Reckoned) -> Answer:
    change = Reckoned(
        None
        if new.chargeable is None or old.chargeable is None
        else new.chargeable - old.chargeable,
        new.customs_value - old.customs_value,
        new.cif - old.cif,
        new.base - old.base,
        new.extra - old.extra,
        None if new.floor is None or old.floor is None else new.floor - old.floor,
        new.top_up - old.top_up,
        0,
        0,
        "ADJUSTMENT",
    )
    reasons = {"ADJUSTMENT"}
    if row["line_type"] == "credit" and change.top_up > 0:
        reasons.add("CREDIT_RAISES_TOP_UP")
    number = int(row["line_number"])
    return _answer(row["entry_number"], number, row["line_type"], standing, change, 0, reasons)


def _answer(
    entry_number: str,
    line_number: int,
    line_type: str,
    standing: Standing,
    done: Reckoned,
    security: int,
    reasons: set[str],
) -> Answer:
    line, floor = standing.line, standing.line.floor
    return {
        "entry_number": entry_number,
        "line_number": line_number,
        "line_type": line_type,
        "product": line.product,
        "floor_version": floor.version if floor else "",
        "clause": floor.clause if floor else "",
        "chargeable_kg": "" if done.chargeable is None else f"{done.chargeable:.3f}",
        "fx_rate": f"{line.fx_rate:.6f}",
        "fx_date": line.fx_date.isoformat(),
        "customs_value_cents": done.customs_value,
        "cif_cents": done.cif,
        "base_duty_cents": done.base,
        "extra_duty_cents": done.extra,
        "floor_cents": done.floor,
        "top_up_cents": done.top_up,
        "security_cents": security,
        "total_due_cents": done.base + done.extra + done.top_up,
        "reason_codes": ";".join(sorted(reasons)),
    }


def _set_aside(source: str, number: int, row: Row, fault: Fault) -> Answer:
    reason, column, allowed = fault
    met = row[column]
    return {
        "source": source,
        "row_number": number,
        "entry_number": row["entry_number"],
        "line_number": row["line_number"],
        "reason": reason,
        "column": column,
        "value_met": met,
        "allowed": allowed,
        "message": f"{column} is {met or 'empty'}; allowed: {allowed}.",
    }
