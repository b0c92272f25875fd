"""Securities as a ledger of their own: deposits that belong to whoever lodged them, never revenue.

    ledger = from_assessed(Path("assessed.parquet"), Path("entries.csv"))
    ledger = ledger.with_event(Event("US5/1", "proof_received", day))
    ledger.standing("US5/1", day, terms).state

Only events are kept; what stands on a day is computed from them, so it cannot contradict them. Times
are those of the agreement (Art. 12). Next: `state`, the states of the assessment itself.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, cast, get_args

from ..agreement import Agreement, Clause
from ..agreement.standing import clause_at
from ..terms.errors import BadInput, BadTable, Place
from .assessed import declared_lines, rows_of
from .columns import Column
from .files import read, write_all
from .recourse import months_after

Kind = Literal["lodged", "sold", "proof_received", "released", "forfeited"]
State = Literal["not lodged", "held", "proven", "overdue", "released", "forfeited", "settled"]

KINDS: tuple[Kind, ...] = get_args(Kind)
WITH_CENTS = ("lodged", "released", "forfeited")

SECURITIES = (
    Column("security_id", required=True, meaning="names the security: entry number/line"),
    Column("event", required=True, allowed=KINDS, meaning="what happened"),
    Column("date", "day", required=True, meaning="the day of it"),
    Column("cents", meaning="USD cents lodged, released or forfeited, digits alone"),
    Column("entry_date", "day", meaning="of the entry, where lodged: the time for proof begins"),
    Column("importer_id", meaning="who lodged it"),
    Column("import_country", meaning="ISO3 of the member that holds it"),
    Column("document", meaning="invoice, bank slip or decision that the event rests on"),
)
"""Columns of securities.csv: one event a row, in the order in which they were written down."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a security.

    sold            the goods were sold, which starts the shorter time for proof
    proof_received  the price was proven, in whole or in part
    cents           of a lodgement, release or forfeiture, > 0; else 0
    entry_date, importer, import_country  of a lodgement
    """

    security: str
    kind: Kind
    day: date
    cents: int = 0
    entry_date: date | None = None
    importer: str = ""
    import_country: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Times for proof. sale: months after the sale; proof: months after the entry, sold or not."""

    sale: int
    proof: int
    sale_clause: Clause
    proof_clause: Clause

    def deadline(self, entered: date, sold: date | None) -> tuple[date, Clause]:
        """The last day for proof, whichever time ends first, and the clause that says so."""
        last = months_after(entered, self.proof)
        if sold is not None and (earlier := months_after(sold, self.sale)) < last:
            return earlier, self.sale_clause
        return last, self.proof_clause


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of one security on a day. Cents; lodged = released + forfeited + held.

    state     held: the time for proof runs; proven: proof came in time, to be released; overdue: the
              time ended without proof, to be forfeited; settled: partly released, partly forfeited
    deadline  last day for proof; None: not lodged yet
    """

    security: str
    day: date
    state: State
    importer: str
    import_country: str
    lodged: int
    released: int
    forfeited: int
    deadline: date | None
    clause: str

    @property
    def held(self) -> int:
        """What the administration still holds of it, and owes back or forfeits."""
        return self.lodged - self.released - self.forfeited


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of several securities, cents; lodged = released + forfeited + held."""

    count: int = 0
    lodged: int = 0
    released: int = 0
    forfeited: int = 0
    held: int = 0

    def plus(self, one: Standing) -> "Totals":
        """These and one more."""
        return Totals(
            self.count + 1, self.lodged + one.lodged, self.released + one.released,
            self.forfeited + one.forfeited, self.held + one.held,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ledger:
    """Events in the order in which they were written down; nothing is ever taken out.

    terms  the times for proof; that an event may not be written is decided under them
    """

    terms: Terms
    events: tuple[Event, ...] = ()
    _by_security: Mapping[str, tuple[Event, ...]] = field(
        default_factory=dict[str, tuple[Event, ...]], repr=False, compare=False
    )

    def with_event(self, event: Event) -> "Ledger":
        """The ledger with one event more. Raises BadInput on one that cannot have happened."""
        return self.with_events([event])

    def with_events(self, events: Iterable[Event]) -> "Ledger":
        """The ledger with several events more, checked one after another."""
        by_security = dict(self._by_security)
        added = tuple(events)
        for event in added:
            history = by_security.get(event.security, ())
            _allowed(history, event, self.terms)
            by_security[event.security] = (*history, event)
        return Ledger(self.terms, self.events + added, by_security)

    @property
    def securities(self) -> tuple[str, ...]:
        """Every security, in the order in which they were lodged."""
        return tuple(self._by_security)

    def standing(self, security: str, day: date) -> Standing:
        """What stands of a security at the end of a day. Raises BadInput on an unknown one."""
        history = self._by_security.get(security)
        if history is None:
            raise BadInput(
                "no such security", where="securities", value=security,
                allowed="one that was lodged",
            )  # fmt: skip
        return _standing(history, day, self.terms)

    def on(self, day: date) -> tuple[Standing, ...]:
        """What stands of every security lodged by the end of a day."""
        found = (self.standing(security, day) for security in self.securities)
        return tuple(one for one in found if one.lodged)

    def totals(self, day: date) -> dict[str, Totals]:
        """Sums by importer, sorted."""
        found: dict[str, Totals] = {}
        for one in self.on(day):
            found[one.importer] = found.get(one.importer, Totals()).plus(one)
        return dict(sorted(found.items()))

    def total(self, day: date) -> Totals:
        """The sum of all."""
        found = Totals()
        for one in self.on(day):
            found = found.plus(one)
        return found

    def written(self, path: Path) -> None:
        """Writes securities.csv, whole or not at all. Raises BadTable where it cannot be written."""
        write_all(path.parent, {path.name: self._write})

    def _write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(column.name for column in SECURITIES)
            writer.writerows(
                (
                    e.security, e.kind, e.day, e.cents or "", e.entry_date or "", e.importer,
                    e.import_country, e.document,
                )
                for e in self.events
            )  # fmt: skip


def terms_on(agreement: Agreement, day: date) -> Terms:
    """The times for proof that the agreement states on a day. Raises NotYetInForce before its first."""
    months: dict[str, tuple[int, Clause]] = {}
    for name in ("rules.security_sale", "rules.security_proof"):
        value = agreement.parameters[name].on(day)
        clause = clause_at(agreement.text, name, day)
        assert clause is not None  # a value stands
        months[name] = int(cast(Decimal, value)), clause
    sale, proof = months["rules.security_sale"], months["rules.security_proof"]
    return Terms(sale=sale[0], proof=proof[0], sale_clause=sale[1], proof_clause=proof[1])


def read_ledger(path: Path, terms: Terms) -> Ledger:
    """The ledger of a securities.csv (or .parquet).

    Raises BadTable on a row that cannot be read and BadInput on an event that cannot have happened: a
    ledger is read whole or not at all.
    """
    table = read(path, SECURITIES)
    if table.aside:
        first = table.aside[0]
        raise BadTable(
            f"a row that cannot be read: {first.reason}",
            where=Place(str(path), first.row_number + 1, first.column), value=first.value_met,
            allowed=first.allowed, remedy="a ledger is read whole or not at all",
        )  # fmt: skip
    return Ledger(terms).with_events(
        Event(
            security=str(row["security_id"]),
            kind=cast(Kind, row["event"]),
            day=cast(date, row["date"]),
            cents=_cents(row["cents"], Place(str(path), number + 1, "cents")),
            entry_date=cast("date | None", row["entry_date"]),
            importer=str(row["importer_id"] or ""),
            import_country=str(row["import_country"] or ""),
            document=str(row["document"] or ""),
        )
        for row, number in zip(table.rows, table.numbers, strict=True)
    )


def _cents(text: object, place: Place) -> int:
    """A whole number of cents of any size: a security may pass what other files allow."""
    if text is None:
        return 0
    said = str(text)
    if not said.isascii() or not said.isdigit():
        raise BadTable("not cents", where=place, value=said, allowed="digits alone")
    return int(said)


def from_assessed(assessed: Path, entries: Path, terms: Terms) -> Ledger:
    """A lodgement on the day of entry for every assessed line of which a security is asked.

    entries  the file that was assessed: it says who lodges and when
    """
    asked = [row for row in rows_of(assessed) if row.cents["security_cents"]]
    lines = declared_lines(entries, asked)
    return Ledger(terms).with_events(
        Event(
            security=f"{row.entry_number}/{row.line_number}",
            kind="lodged",
            day=lines[row.key].entry_date,
            cents=cast(int, row.cents["security_cents"]),
            entry_date=lines[row.key].entry_date,
            importer=lines[row.key].importer,
            import_country=lines[row.key].import_country,
        )
        for row in asked
    )


# ------------------------------------------------------------------------------- what may happen


def _standing(history: tuple[Event, ...], day: date, terms: Terms) -> Standing:
    seen = [event for event in history if event.day <= day]
    first = history[0]
    lodged, released, forfeited = (
        sum(event.cents for event in seen if event.kind == kind) for kind in WITH_CENTS
    )
    deadline, clause = terms.deadline(first.entry_date or first.day, _day_of(seen, "sold"))
    proof = _day_of(seen, "proof_received")
    return Standing(
        security=first.security, day=day,
        state=_state(lodged, released, forfeited, proof is not None and proof <= deadline,
                     day > deadline),
        importer=first.importer, import_country=first.import_country, lodged=lodged,
        released=released, forfeited=forfeited, deadline=deadline if lodged else None,
        clause=clause.article if lodged else "",
    )  # fmt: skip


def _state(lodged: int, released: int, forfeited: int, in_time: bool, over: bool) -> State:
    if not lodged:
        return "not lodged"
    if lodged == released + forfeited:
        if not forfeited:
            return "released"
        return "settled" if released else "forfeited"
    if in_time:
        return "proven"
    return "overdue" if over else "held"


def _day_of(history: Iterable[Event], kind: Kind) -> date | None:
    return next((event.day for event in history if event.kind == kind), None)


def _allowed(history: tuple[Event, ...], event: Event, terms: Terms) -> None:
    """Raises BadInput on an event that cannot follow what has happened."""
    _shaped(event)
    if event.kind == "lodged":
        if history:
            raise _no(event, "lodged a second time", "one lodgement: ask for another security")
        return
    if not history:
        raise _no(event, f"{_WORDS[event.kind]} before it was lodged", "a lodgement first")
    last = history[-1].day
    if event.day < last:
        raise _no(event, "before what was written down last", f"{last} or later")
    now = _standing(history, event.day, terms)
    if not now.held:
        raise _no(
            event, f"{_WORDS[event.kind]} after all of it was {now.state}", "a security still held"
        )
    if event.kind in ("sold", "proof_received"):
        if _day_of(history, event.kind):
            raise _no(event, f"{_WORDS[event.kind]} a second time", "once")
        return
    assert now.deadline is not None  # it is lodged
    if event.cents > now.held:
        raise _no(event, f"more {event.kind} than is held", f"at most {now.held} cents")
    if event.kind == "released" and now.state != "proven":
        raise _no(event, "released without proof in time", f"proof by {now.deadline}, {now.clause}")
    if event.kind == "forfeited" and now.state == "held":
        raise _no(
            event, "forfeited while the time for proof runs",
            f"after {now.deadline}, {now.clause}, or the part that the proof received leaves open",
        )  # fmt: skip


def _shaped(event: Event) -> None:
    if event.kind in WITH_CENTS and event.cents <= 0:
        raise _no(event, "no amount", "cents above 0")
    if event.kind not in WITH_CENTS and event.cents:
        raise _no(event, "an amount where none belongs", "no cents")
    if event.kind == "lodged":
        if event.entry_date is None or not event.importer or not event.import_country:
            raise _no(event, "a lodgement of nobody", "entry_date, importer_id and import_country")
        if event.day < event.entry_date:
            raise _no(event, "lodged before the entry", f"{event.entry_date} or later")


_WORDS: Mapping[Kind, str] = {
    "lodged": "lodged",
    "sold": "goods sold",
    "proof_received": "proof received",
    "released": "released",
    "forfeited": "forfeited",
}


def _no(event: Event, what: str, allowed: str) -> BadInput:
    return BadInput(
        what, where=f"security {event.security}",
        value=f"{event.kind} on {event.day}" + (f", {event.cents} cents" if event.cents else ""),
        allowed=allowed,
    )  # fmt: skip
