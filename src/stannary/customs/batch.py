"""A file of entry lines assessed: every line owes something or is set aside with the reason.

`assess` is the walk: read, twins, checks, corrections, amounts, files. Nothing is left half-written, and
lines in = lines assessed + lines set aside.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import IntegerValue, Table

from ..terms.errors import StannaryError
from . import adjust
from .checks import Check, checks, is_entry
from .classify import lines, lots_table, standing, texts
from .columns import ENTRIES, LOTS
from .duty import CARRIED, CENTS, EARLY, owed
from .engine import Engine, Source, answered, forget, opened, step, written_to
from .entries import written
from .files import Table as SmallTable
from .files import read, write_all
from .law import Law
from .lookup import lookup

ASSESSED = (
    "entry_number", "line_number", "line_type", "product", "floor_version", "clause",
    "chargeable_kg", "fx_rate", "fx_date", *CENTS, "reason_codes",
)  # fmt: skip
SET_ASIDE = (
    "source", "row_number", "entry_number", "line_number", "reason", "column", "value_met",
    "allowed", "message",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """What a file comes to. Cents are sums over the assessed lines.

    read, assessed, aside  lines; read = assessed + aside
    cents      by column of the assessed file
    reasons    lines by reason code, as printed together; aside_reasons: by reason set aside
    """

    read: int
    assessed: int
    aside: int
    cents: dict[str, int]
    reasons: dict[str, int]
    aside_reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class Assessed:
    """A file, assessed: its totals and where the files lie."""

    source: str
    law: Law
    totals: Totals
    files: tuple[Path, ...]
    ignored: tuple[str, ...] = field(default=())


class DoesNotAddUp(StannaryError):
    """Lines were lost or doubled: a fault of stannary, and nothing was written."""


def assess(
    entries: str | Path, law: Law, out: Path, *, lots: Path | None = None, engine: Engine = "duckdb"
) -> Assessed:
    """Assesses a file of entry lines; writes `assessed.parquet` and `set_aside.csv` into `out`.

    entries  CSV, Parquet, or the URL of a database and its table

    Raises BadTable on a file that cannot be read whole and on a folder that cannot be written.
    """
    source = opened(entries, engine)
    known = read(lots, LOTS) if lots is not None else None
    found: list[Totals] = []

    def both(folder: Path) -> None:
        try:
            found.append(_assess(source, law, known, folder))
        finally:
            forget(source)

    files = write_all(
        out,
        {
            "assessed.parquet": lambda path: both(path.parent),
            "set_aside.csv": lambda path: path.stat() and None,
        },
    )
    return Assessed(source.name, law, found[0], files, source.ignored)


def _assess(source: Source, law: Law, lots: SmallTable | None, folder: Path) -> Totals:
    table = lookup(law)
    proofs = lots_table(lots.rows) if lots is not None else None
    cells = written(source.table, source.name)
    twins = _twins(source, cells)
    said = texts(source.table, cells)
    stood = step(
        source,
        "standing",
        standing(step(source, "lines", lines(source.table, cells)), table, proofs),
    )
    t = step(source, "owed", owed(stood))
    with _AsideFile(folder / "set_aside.csv", source) as aside:
        aside.add_small(lots)
        _set_aside(source, t, said, checks(t, table, law), twins, aside)
        good = _without(t, aside.rows)
        states = _corrections(source, good, said, aside)
        results = _printed(good.filter(is_entry(good)))
        if states:
            results = results.union(_differences(stood, states))
    path = folder / "assessed.parquet"
    written_to(source, results, path)
    read_lines = int(source.backend.execute(source.table.count()))
    totals = _totals(path, read_lines, aside)
    if totals.read != totals.assessed + totals.aside:
        raise DoesNotAddUp(
            f"{totals.read} lines read are not {totals.assessed} assessed + {totals.aside} set aside"
        )
    return totals


def _without(t: Table, rows: Iterable[int]) -> Table:
    numbers = np.fromiter(rows, dtype=np.int64)
    if not numbers.size:
        return t
    gone = ibis.memtable(pa.table({"row_number": numbers}))
    return t.anti_join(gone, "row_number")


def _twins(source: Source, cells: dict) -> list[int]:  # type: ignore[type-arg]
    """Rows that repeat another: all but the first of identical ones, all of differing ones."""
    raw = source.table
    texts = {name: cell.text for name, cell in cells.items()}
    number = cells["line_number"]
    named = raw.select(
        "row_number", entry=texts["entry_number"],
        line=number.value if raw.line_number.type().is_integer()
        else ibis.coalesce(
            ibis.cases((~_faulty(number), number.value.cast("string")), else_=None),
            texts["line_number"],
        ),
    ).filter(ibis._.entry.notnull() & ibis._.line.notnull())  # fmt: skip
    several = named.group_by("entry", "line").agg(n=ibis._.count()).filter(ibis._.n > 1)
    many = pa.Table.from_batches(
        list(answered(source, several)), schema=several.schema().to_pyarrow()
    )
    if not many.num_rows:
        return []
    suspects = named.semi_join(ibis.memtable(many), ["entry", "line"])
    whole = raw.select("row_number", **texts).inner_join(
        suspects.select("row_number", key_entry="entry", key_line="line"), "row_number"
    )
    groups: dict[tuple[object, object], list[tuple[tuple[object, ...], int]]] = {}
    for batch in answered(source, whole):
        for row in batch.to_pylist():
            key = (row.pop("key_entry"), row.pop("key_line"))
            at = row.pop("row_number")
            groups.setdefault(key, []).append((tuple(row[c.name] for c in ENTRIES), at))
    aside: list[int] = []
    for rows in groups.values():
        numbers = sorted(at for _, at in rows)
        same = len({said for said, _ in rows}) == 1
        aside += numbers[1:] if same else numbers
    return aside


def _faulty(cell) -> object:  # noqa: ANN001
    faults = [f for f in (cell.not_a_number, cell.too_precise) if f is not None]
    bad = ibis.literal(False)
    for fault in faults:
        bad = bad | fault
    return bad


class _AsideFile:
    """Rows set aside, written as they come."""

    def __init__(self, path: Path, source: Source) -> None:
        self.path, self.source = path, source
        self.rows: list[int] = []
        self.reasons: dict[str, int] = {}

    def __enter__(self) -> "_AsideFile":
        self.file = self.path.open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow(SET_ASIDE)
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def add(
        self, row: int, entry: str | None, line: str | None, reason: str, column: str,
        met: str | None, allowed: str,
    ) -> None:  # fmt: skip
        self.rows.append(row)
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        said = f"{column} is {met}" if met else f"{column} is empty"
        message = f"{self.source.name}, row {row}: {said}; allowed: {allowed}"
        self.writer.writerow((
            self.source.name, row, entry or "", line or "", reason, column, met or "", allowed,
            message,
        ))  # fmt: skip

    def add_small(self, lots: SmallTable | None) -> None:
        """Rows of the lots that prove nothing; they are no entry lines and are not counted."""
        for a in lots.aside if lots is not None else ():
            self.writer.writerow((
                a.source, a.row_number, "", "", a.reason, a.column, a.value_met, a.allowed, a.message,
            ))  # fmt: skip


def _set_aside(
    source: Source, t: Table, said: Table, found: list[Check], twins: list[int], aside: _AsideFile
) -> None:
    numbered = list(enumerate(found, 1))
    verdict: IntegerValue = ibis.cases(*[(c.fails, n) for n, c in numbered], else_=0).cast("int64")
    if twins:
        marked = ibis.memtable(pa.table({"row_number": np.array(twins, np.int64)}))
        t = t.mutate(verdict=verdict).left_join(marked.mutate(twin=True), "row_number")
        t = t.drop("row_number_right")
        verdict = ibis.cases((t.twin.notnull(), -1), else_=t.verdict)
    columns = sorted({c.column for c in found} | {"entry_number", "line_number"})
    bad = t.select("row_number", verdict=verdict).filter(ibis._.verdict != 0)
    written_there = said.select("row_number", **{c: said[f"text_{c}"] for c in columns})
    bad = bad.inner_join(written_there, "row_number").order_by("row_number")
    for batch in answered(source, bad):
        for row in batch.to_pylist():
            n = row["verdict"]
            reason, column, allowed = (
                ("DUPLICATE_LINE", "line_number", "each line once")
                if n < 0
                else (found[n - 1].reason, found[n - 1].column, found[n - 1].allowed)
            )
            met = "" if reason == "MISSING_FIELD" else row[column]
            aside.add(
                row["row_number"], row["entry_number"], row["line_number"], reason, column, met,
                allowed,
            )  # fmt: skip


def _corrections(source: Source, good: Table, said: Table, aside: _AsideFile) -> list[adjust.State]:
    """States that the credits and debits lead to; those that do not stand are set aside."""
    some = good.filter(~is_entry(good))
    zero = ibis.literal(0, "int64")
    corrections = some.select(
        "row_number", "entry_number", "line_number", "ref_entry_number", "ref_line_number",
        credit=some.line_type == "credit", day=some.entry_date, currency=some.currency,
        value=some.item_value, mass=some.net_mass_kg, reason=some.adjust_reason,
    ).inner_join(said.select("row_number", *[f"text_{n}" for n in _LOOKED_AT]), "row_number")  # fmt: skip
    held = pa.Table.from_batches(
        list(answered(source, corrections)), schema=corrections.schema().to_pyarrow()
    )
    if not held.num_rows:
        return []
    freight, insurance = ibis.coalesce(good.freight, zero), ibis.coalesce(good.insurance, zero)
    taken = ibis.cases(
        (good.on_fob == 0, zero), (good.incoterm.isin(EARLY), zero),
        (good.incoterm.isin(CARRIED), freight), else_=freight + insurance,
    )  # fmt: skip
    originals = good.filter(is_entry(good)).select(
        original="row_number", ref_entry_number="entry_number", ref_line_number="line_number",
        original_day="entry_date", original_currency="currency", held="item_value",
        carriage=taken, grams="net_mass_kg",
    )  # fmt: skip
    wanted = ibis.memtable(held.select(["ref_entry_number", "ref_line_number"])).distinct()
    known: dict[tuple[str, int], dict[str, object]] = {}
    for batch in answered(
        source, originals.semi_join(wanted, ["ref_entry_number", "ref_line_number"])
    ):
        for row in batch.to_pylist():
            known[row["ref_entry_number"], row["ref_line_number"]] = row
    nothing = dict.fromkeys(
        ("original", "original_day", "original_currency", "held", "carriage", "grams")
    )
    texts: dict[int, dict[str, str]] = {}
    rows: list[adjust.Correction] = []
    for row in held.to_pylist():
        texts[row["row_number"]] = row
        original = known.get((row["ref_entry_number"], row["ref_line_number"]), nothing)
        rows.append(adjust.correction({**row, **original}))
    states, refused = adjust.walk(rows)
    for no in sorted(refused):
        said = texts[no.row_number]
        aside.add(
            no.row_number, said["text_entry_number"], said["text_line_number"], no.reason,
            no.column, said[f"text_{no.column}"], no.allowed,
        )  # fmt: skip
    return states


_LOOKED_AT = (
    "entry_number", "line_number", "ref_entry_number", "currency", "entry_date", "net_mass_kg",
    "item_value",
)  # fmt: skip


def _differences(stood: Table, states: list[adjust.State]) -> Table:
    """What every correction owes: its original reckoned anew under its law, less the state before."""
    firsts = {s.original for s in states}
    steps = [adjust.State(s, s, 0, 0, 0, 0, False) for s in sorted(firsts)] + states
    columns = list(zip(*steps, strict=True))
    names = ("at_row", "row_number", "nth", "add_held", "add_customs", "add_mass", "credit")
    table = ibis.memtable(
        pa.table(
            [pa.array(c, pa.bool_() if n == "credit" else pa.int64())
             for n, c in zip(names, columns, strict=True)], names=list(names),
        )
    )  # fmt: skip
    t = stood.inner_join(table, "row_number")
    t = owed(
        t.mutate(
            held_price=t.held_price + t.add_held,
            customs_price=t.customs_price + t.add_customs,
            mass=t.mass + t.add_mass,
        )
    )
    by = ibis.window(group_by="row_number", order_by="nth")
    amounts = ("chargeable", *CENTS)
    t = t.mutate(**{f"old_{n}": t[n].lag().over(by) for n in amounts}).filter(ibis._.nth > 0)
    t = t.mutate(**{n: t[n] - t[f"old_{n}"] for n in amounts})
    raises = t.credit & (t.top_up_cents > 0)
    t = t.mutate(
        security_cents=ibis.literal(0, "int64"),
        reason_codes=ibis.cases((raises, "ADJUSTMENT;CREDIT_RAISES_TOP_UP"), else_="ADJUSTMENT"),
    ).drop("entry_number", "line_number", "line_type")
    lines_of = stood.select(
        at_row="row_number", entry_number="entry_number", line_number="line_number",
        line_type="line_type",
    )  # fmt: skip
    return _printed(t.inner_join(lines_of, "at_row"))


def _printed(t: Table) -> Table:
    """The columns of the assessed file, in its units and types."""
    grams = t.chargeable.cast("float64") / 1000
    rate = t.rate.cast("float64") / 1_000_000
    return t.select(
        "entry_number", "line_number", "line_type", "product", floor_version="version",
        clause="clause",
        # Both are below 2^53 in their units: the float rounds back to them.
        chargeable_kg=grams.cast("decimal(18, 3)"), fx_rate=rate.cast("decimal(18, 6)"),
        fx_date="fx_date", **{name: t[name] for name in CENTS}, reason_codes="reason_codes",
    )  # fmt: skip


def _totals(path: Path, lines_read: int, aside: _AsideFile) -> Totals:
    file = pq.ParquetFile(path)
    cents = dict.fromkeys(CENTS, 0)
    reasons: dict[str, int] = {}
    for batch in file.iter_batches(columns=[*CENTS, "reason_codes"], batch_size=500_000):
        import pyarrow.compute as pc

        for name in CENTS:
            cents[name] += pc.sum(batch[name]).as_py() or 0
        for pair in pc.value_counts(batch["reason_codes"]).to_pylist():
            reasons[pair["values"]] = reasons.get(pair["values"], 0) + pair["counts"]
    return Totals(
        lines_read, file.metadata.num_rows, len(aside.rows), cents, dict(sorted(reasons.items())),
        dict(sorted(aside.reasons.items())),
    )  # fmt: skip
