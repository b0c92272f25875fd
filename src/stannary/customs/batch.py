"""A file of entry lines assessed: every line owes something or is set aside with the reason.

`assess` is the walk: read, twins, checks, corrections, amounts, files. Nothing is left half-written,
and lines in = lines assessed + lines set aside.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

from dataclasses import dataclass, field
from pathlib import Path

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis.expr.types import Table, Value

from ..terms.errors import StannaryError
from . import adjust
from .checks import Check, checks, is_entry
from .classify import lines, lots_table, standing, texts
from .columns import LOTS
from .duty import CENTS, owed
from .engine import Engine, Source, answered, forget, opened, step
from .entries import written
from .files import Table as SmallTable
from .files import read, write_all
from .law import Law
from .lookup import Lookup, lookup
from .output import ASSESSED, AsideFile, AssessedFile
from .proofs import proving
from .twins import twins

IntArray = npt.NDArray[np.int64]


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
    known = read(lots, LOTS) if lots is not None else None
    proofs = lots_table(proving(lots)) if lots is not None else None
    source = opened(entries, engine)  # last: a lots file that is refused leaves no connection open
    found: list[Totals] = []

    def both(folder: Path) -> None:
        try:
            found.append(_assess(source, law, known, proofs, folder))
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


def _assess(
    source: Source, law: Law, lots: SmallTable | None, proofs: Table | None, folder: Path
) -> Totals:
    tables = lookup(law)
    cells = written(source.table, source.name)
    declared = step(source, "lines", lines(source.table, cells))
    work = _Work(source, law, tables, proofs, declared, texts(source.table, cells))
    with (
        AsideFile(folder / "set_aside.csv", source.name) as aside,
        AssessedFile(folder / "assessed.parquet") as assessed,
    ):
        aside.add_small(lots)
        corrections = _stream(work, np.array(twins(source, cells), np.int64), aside, assessed)
        if corrections.size:
            few = assessed.lines < FEW
            states = _corrections(work, corrections, aside, few)
            if states:
                for batch in answered(source, _differences(work, states, few)):
                    assessed.add(batch)
    totals = Totals(
        assessed.lines + aside.lines, assessed.lines, aside.lines, assessed.cents,
        dict(sorted(assessed.reasons.items())), dict(sorted(aside.reasons.items())),
    )  # fmt: skip
    there = int(source.backend.execute(source.table.count()))
    if there != totals.read:
        raise DoesNotAddUp(
            f"{there} lines read are not {totals.assessed} assessed + {totals.aside} set aside"
        )
    return totals


Judged = tuple[Table, Table, list[Check]]
"""Lines with their law; the same with what they owe and their verdict; the checks."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What the steps of one file share: where it lies, its law, and its lines, typed and as written.

    whole  all of its lines, judged, once that is put together
    """

    source: Source
    law: Law
    tables: Lookup
    proofs: Table | None
    declared: Table
    said: Table
    whole: list[Judged] = field(default_factory=list)

    def of(self, some: Table, keys: list[str], name: str, few: bool) -> tuple[Table, Table]:
        """The lines that stand in another table, by these columns: with their law, and judged.

        Of a file that is soon gone through again, they are picked from what is there already: to put
        the query together once more would take longer.
        """
        if few:
            stood, judged, _ = self.whole[0]
            return stood.semi_join(some, keys), judged.semi_join(some, keys)
        return self.judged(self.declared.semi_join(some, keys), name)[:2]

    def judged(self, some: Table, name: str) -> Judged:
        """Lines with their law and what they owe.

        verdict  0, or the number of the first check that fails, from 1
        """
        stood = step(
            self.source, f"{name}_standing", standing(some, self.tables, self.proofs)
        )  # fmt: skip
        t = step(self.source, f"{name}_owed", owed(stood))
        found = checks(t, self.tables, self.law)
        numbered = [(check.fails, n) for n, check in enumerate(found, 1)]
        return stood, t.mutate(verdict=ibis.cases(*numbered, else_=0).cast("int64")), found


def _stream(work: _Work, twins: IntArray, aside: AsideFile, assessed: AssessedFile) -> IntArray:
    """Runs every line through; returns the rows of the credits and debits that may stand."""
    work.whole.append(work.judged(work.declared, "all"))
    _, t, found = work.whole[0]
    columns = _printed(t, "row_number", "verdict", other=~is_entry(t))
    corrections: list[IntArray] = []
    rows, verdicts = [twins], [np.full(len(twins), DUPLICATE)]
    for batch in answered(work.source, columns):
        row, verdict, other = (batch[n].to_numpy(zero_copy_only=False) for n in MORE)
        twin = np.isin(row, twins) if len(twins) else np.zeros(len(row), bool)
        bad = (verdict != 0) & ~twin
        if bad.any():
            rows.append(row[bad])
            verdicts.append(verdict[bad])
        good = ~bad & ~twin
        other = other.astype(bool)
        corrections.append(row[good & other])
        kept = batch.select(ASSESSED)
        good &= ~other
        assessed.add(kept if good.all() else kept.filter(pa.array(good)))
    _say(work, found, np.concatenate(rows), np.concatenate(verdicts), aside)
    return np.concatenate(corrections) if corrections else np.array([], np.int64)


FEW = 1_000_000
"""Lines of a file that is sooner gone through again than a query over some of it is put together."""

DUPLICATE = -1
MORE = ("row_number", "verdict", "other")


def _say(
    work: _Work, found: list[Check], rows: IntArray, verdicts: IntArray, aside: AsideFile
) -> None:
    """Writes the lines that failed, with what stands in them."""
    if not rows.size:
        return
    columns = sorted({c.column for c in found} | {"entry_number", "line_number"})
    bad = ibis.memtable(pa.table({"row_number": rows, "verdict": verdicts}))
    told = work.said.select("row_number", **{c: work.said[f"text_{c}"] for c in columns})
    told = told.inner_join(bad, "row_number").order_by("row_number")
    for batch in answered(work.source, told):
        for row in batch.to_pylist():
            n = row["verdict"]
            reason, column, allowed = (
                ("DUPLICATE_LINE", "line_number", "each line once")
                if n == DUPLICATE
                else (found[n - 1].reason, found[n - 1].column, found[n - 1].allowed)
            )
            met = "" if reason == "MISSING_FIELD" else row[column]
            aside.add(
                row["row_number"], row["entry_number"], row["line_number"], reason, column, met,
                allowed,
            )  # fmt: skip


def _corrections(work: _Work, rows: IntArray, aside: AsideFile, few: bool) -> list[adjust.State]:
    """States that the credits and debits lead to; those that do not stand are set aside."""
    numbers = ibis.memtable(pa.table({"row_number": rows}))
    some = work.declared.semi_join(numbers, "row_number")
    corrections = some.select(
        "row_number", "entry_number", "line_number", "ref_entry_number", "ref_line_number",
        credit=some.line_type == "credit", day=some.entry_date, currency=some.currency,
        value=some.item_value, mass=some.net_mass_kg, reason=some.adjust_reason,
    )  # fmt: skip
    as_written = work.said.select("row_number", *[f"text_{name}" for name in _LOOKED_AT])
    held = _held(work.source, corrections.inner_join(as_written, "row_number"))
    known = _originals(work, held, aside, few)
    nothing = dict.fromkeys(_OF_ORIGINAL)
    told: dict[int, dict[str, str]] = {}
    found: list[adjust.Correction] = []
    for row in held.to_pylist():
        told[row["row_number"]] = row
        original = known.get((row["ref_entry_number"], row["ref_line_number"]), nothing)
        found.append(adjust.correction({**row, **original}))
    states, refused = adjust.walk(found)
    for no in sorted(refused):
        said = told[no.row_number]
        aside.add(
            no.row_number, said["text_entry_number"], said["text_line_number"], no.reason,
            no.column, said[f"text_{no.column}"], no.allowed,
        )  # fmt: skip
    return states


_OF_ORIGINAL = ("original", "original_day", "original_currency", "held", "carriage", "grams")


def _originals(
    work: _Work, corrections: pa.Table, aside: AsideFile, few: bool
) -> dict[tuple[str, int], dict[str, object]]:
    """Entry lines that are corrected and were assessed, by entry and line number."""
    keys = corrections.select(["ref_entry_number", "ref_line_number"])
    wanted = ibis.memtable(keys.rename_columns(["entry_number", "line_number"])).distinct()
    _, t = work.of(wanted, ["entry_number", "line_number"], "originals", few)
    zero = ibis.literal(0, "int64")
    freight, insurance = ibis.coalesce(t.freight, zero), ibis.coalesce(t.insurance, zero)
    taken = ibis.cases(
        (t.on_fob == 0, zero), (t.early, zero), (t.carried, freight), else_=freight + insurance
    )
    originals = t.filter(is_entry(t) & (t.verdict == 0)).select(
        "entry_number", "line_number", original="row_number", original_day="entry_date",
        original_currency="currency", held="item_value", carriage=taken, grams="net_mass_kg",
    )  # fmt: skip
    return {
        (row.pop("entry_number"), row.pop("line_number")): row
        for row in _held(work.source, originals).to_pylist()
        if row["original"] not in aside.rows
    }


def _held(source: Source, table: Table) -> pa.Table:
    return pa.Table.from_batches(
        list(answered(source, table)), schema=table.schema().to_pyarrow()
    )  # fmt: skip


_LOOKED_AT = (
    "entry_number", "line_number", "ref_entry_number", "currency", "entry_date", "net_mass_kg",
    "item_value",
)  # fmt: skip


def _differences(work: _Work, states: list[adjust.State], few: bool) -> Table:
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
    rows = ibis.memtable(pa.table({"row_number": sorted(firsts)}))
    stood, _ = work.of(rows, ["row_number"], "corrected", few)
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
    lines_of = work.declared.select(
        at_row="row_number", entry_number="entry_number", line_number="line_number",
        line_type="line_type",
    )  # fmt: skip
    return _printed(t.inner_join(lines_of, "at_row"))


def _printed(t: Table, *more: str, **others: Value) -> Table:
    """The columns of the assessed file, in its units and types, and more."""
    grams = t.chargeable.cast("float64") / 1000
    rate = t.rate.cast("float64") / 1_000_000
    return t.select(
        "entry_number", "line_number", "line_type", "product", floor_version="version",
        clause="clause",
        # Both are below 2^53 in their units: the float rounds back to them.
        chargeable_kg=grams.cast("decimal(18, 3)"), fx_rate=rate.cast("decimal(18, 6)"),
        fx_date="fx_date", **{name: t[name] for name in CENTS}, reason_codes="reason_codes",
        **{name: t[name] for name in more}, **others,
    )  # fmt: skip
