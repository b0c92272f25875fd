"""`assess`: what a file of entry lines owes, one line in full, or one entry that is not in any file.

Customs does the sums; here law, files and answers meet. Next: `customs.batch`, which assesses, and
`customs.reckoning`, which has every number of a line.
"""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..agreement import Agreement
from ..customs.law import Law, read_fx, read_law
from ..customs.law_of_accord import law_of
from ..terms.errors import BadInput
from .asked import AGREEMENT
from .entry import Assumption, Goods, entry_row, sum_of

if TYPE_CHECKING:  # the engine takes a second to import, and only an assessment needs it
    from ..customs.assessed import Checked, Key
    from ..customs.batch import Totals
    from ..customs.bound import Above
    from ..customs.files import Aside

Engine = Literal["duckdb", "spark"]

SHOWN = 7
"""Lines that are worked out beside the totals."""

ALL = 20_000
"""Lines of a file up to which each gets its letter and is held against its bound rate.

Beyond, a letter is asked for line by line, and the lines that are shown are held against their rates.
"""

RULES = {
    "TOP_UP": "compared_on", "AT_OR_ABOVE_FLOOR": "compared_on", "ADJUSTMENT": "compared_on",
    "CREDIT_RAISES_TOP_UP": "compared_on", "ZONE_ORIGIN": "proven", "ORIGIN_NOT_PROVEN": "proven",
    "SMALL_CONSIGNMENT": "small_consignment", "SECURITY": "security_trigger",
    "FX_DECLARED_DIFFERS": "fx_date",
}  # fmt: skip
"""The rule behind each reason; the other two rest on coverage and floors."""

LISTS = {"NOT_COVERED": "Art. 3", "NO_FLOOR_THAT_DAY": "Art. 4"}


@dataclass(frozen=True, slots=True)
class Papers:
    """Files of an assessment, as they were given.

    entries  CSV, Parquet, or the URL of a database and its table
    law      a folder of law tables; None: the agreement that comes with the program
    fx       exchange rates; None: those of `law`, and the agreement has none
    """

    entries: str
    law: Path | None = None
    lots: Path | None = None
    fx: Path | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """The law that was applied, and what the windows cite of it.

    names    legal products in words
    clauses  article by reason code; a reason without one stands in no article
    """

    law: Law
    names: Mapping[str, str]
    clauses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Honest:
    """Lines at or above the floor, and those of them whose price asks for a security."""

    level: int
    caught: int


@dataclass(frozen=True, slots=True)
class Bound:
    """Top-ups held against the rates that members have bound. US cents.

    lines, of   lines with a top-up that were held against their rates, and all those with one
    top_up      top-ups of those with a known rate; above: the part that goes beyond it
    unknown     top-ups of lines without a known rate
    why         why the first of these has none
    covers      cents above, by the exception that the member has invoked
    """

    lines: int
    of: int
    top_up: int
    above: int
    unknown: int
    why: str
    covers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A file, assessed.

    files     of the assessment; further: letters, the export for a court, the ledger of securities
    proof_by  the first day on which the time for proof of a security ends; None: none is held
    shown     the lines with the most at stake, each with its sum
    aside     the first lines that were set aside
    """

    papers: Papers
    ground: Ground
    totals: "Totals"
    ignored: tuple[str, ...]
    files: tuple[Path, ...]
    further: tuple[Path, ...]
    proof_by: date | None
    shown: "tuple[Checked, ...]"
    aside: "tuple[Aside, ...]"
    bound: Bound

    @property
    def honest(self) -> Honest:
        """What the trigger of securities catches among lines that owe no top-up."""
        level = {
            codes: n
            for codes, n in self.totals.reasons.items()
            if "AT_OR_ABOVE_FLOOR" in codes.split(";")
        }
        caught = sum(n for codes, n in level.items() if "SECURITY" in codes.split(";"))
        return Honest(sum(level.values()), caught)


@dataclass(frozen=True, slots=True)
class Explained:
    """One line in full.

    sum    None: it was set aside
    above  its top-up held against the bound rate
    aside  rows of that name that were set aside, and why
    goods, assumed  of one entry that stands in no file: what was given, and what was not
    """

    papers: Papers
    ground: Ground
    key: "Key"
    sum: "Checked | None"
    above: "Above | None"
    aside: "tuple[Aside, ...]"
    goods: Goods | None = None
    assumed: tuple[Assumption, ...] = field(default=())


def assess(papers: Papers, out: Path, engine: Engine = "duckdb") -> Assessment:
    """What every line of a file owes; the files of the assessment are written into `out`.

    Raises BadTable on a file that cannot be read whole, and on a folder that cannot be written;
    BadInput on a database that does not answer.
    """
    from ..customs import results
    from ..customs.batch import DoesNotAddUp
    from ..customs.batch import assess as assess_file
    from ..customs.engine import opened

    ground = grounds(papers)
    done = assess_file(papers.entries, ground.law, out, lots=papers.lots, engine=engine)
    cents = done.totals.cents
    parts = ("base_duty_cents", "extra_duty_cents", "top_up_cents")
    if cents["total_due_cents"] != sum(cents[name] for name in parts):
        raise DoesNotAddUp("the sums of the duties are not the sum of what is due")
    assessed, aside = done.files
    every = done.totals.assessed <= ALL
    keys = results.largest(assessed, SHOWN)
    sums = results.reckoned(
        opened(papers.entries, engine), assessed, results.keys(assessed) if every else keys,
        ground.law, papers.lots,
    )  # fmt: skip
    topped = sum(n for codes, n in done.totals.reasons.items() if "TOP_UP" in codes.split(";"))
    further, proof_by = _papers(papers, ground, out) if every else ((), None)
    return Assessment(
        papers, ground, done.totals, done.ignored, done.files, further, proof_by,
        tuple(sums[key] for key in keys),
        results.set_aside(aside, SHOWN, of=done.source), _bound(sums.values(), topped),
    )  # fmt: skip


def _papers(papers: Papers, ground: Ground, out: Path) -> tuple[tuple[Path, ...], date | None]:
    """Letters, the export for a court and the ledger of securities; none for a database."""
    from ..customs import court, letter, security

    if "://" in papers.entries:
        return (), None
    agreement = Agreement.load(AGREEMENT)
    entries, folder = Path(papers.entries), out / "letters"
    letter.letters(out / "assessed.parquet", entries, ground.law, folder, papers.lots, agreement)
    named = {"lots": papers.lots, "fx": papers.fx, "law": papers.law}
    inputs = {"entries": entries} | {role: path for role, path in named.items() if path}
    written = [folder, *court.export(out, inputs, ground.law)]
    terms = security.terms_on(agreement, ground.law.agreement_from)
    ledger = security.from_assessed(out / "assessed.parquet", entries, terms)
    ledger.written(out / "securities.csv")
    written.append(out / "securities.csv")
    ends = [terms.deadline(e.entry_date, None)[0] for e in ledger.events if e.entry_date]
    return tuple(written), min(ends, default=None)


def _bound(sums: "Iterable[Checked]", topped: int) -> Bound:
    """The sums with a top-up, of entries alone: a correction moves one that is counted already."""
    from ..customs.bound import above

    known = beyond = unknown = lines = 0
    first, covers = "", dict[str, int]()
    for line in sums:
        if line.before is not None or not line.now.top_up:
            continue
        lines, found = lines + 1, above(line.now)
        if found.above is None:
            unknown, first = unknown + line.now.top_up, first or found.why
        else:
            known, beyond = known + line.now.top_up, beyond + found.above
            if found.above:
                covers[found.cover] = covers.get(found.cover, 0) + found.above
    return Bound(lines, topped, known, beyond, unknown, first, covers)


def explain(papers: Papers, name: str, engine: Engine = "duckdb") -> Explained:
    """One line of a file, `ENTRY/LINE`, with every number of its sum; nothing is written.

    Raises BadInput on a name that is none, or that no line of the file has.
    """
    entry, _, number = name.rpartition("/")
    if not entry or not number.isascii() or not number.isdigit():
        raise BadInput(
            "not a line", where="--explain", value=name, allowed="ENTRY/LINE, such as US51234567/1"
        )
    found = _explained(papers, grounds(papers), (entry, int(number)), engine)
    if found.sum is None and not found.aside:
        raise BadInput(
            "no such line", where="--explain", value=name,
            allowed=f"an entry number and a line number of {papers.entries}",
        )  # fmt: skip
    return found


def one(goods: Goods, papers: Papers) -> Explained:
    """What one entry owes that stands in no file; what was not given is assumed, and said.

    Raises BadInput, with the option, on what customs would set aside.
    """
    from ..customs.bound import above

    ground = grounds(papers)
    row, assumed = entry_row(goods, ground.law)
    found = sum_of(row, ground.law)
    beyond = above(found.now) if found.now.top_up else None
    return Explained(papers, ground, found.row.key, found, beyond, (), goods, assumed)


def grounds(papers: Papers) -> Ground:
    """The law of a folder, or of the agreement; with the exchange rates of --fx where given.

    Raises BadTable, with file, line and column, on what cannot be law.
    """
    if papers.law is not None:
        law = replace(read_law(papers.law), name=papers.law.as_posix())
        clauses: dict[str, str] = {}
        names: dict[str, str] = {}
    else:
        agreement = Agreement.load(AGREEMENT)
        law = law_of(agreement)
        cited = {c.path: c.article for c in agreement.on(law.agreement_from).clauses}
        clauses = {reason: cited.get(f"rules.{rule}", "") for reason, rule in RULES.items()} | LISTS
        names = {product: listing.name for product, listing in agreement.coverage.items()}
    by_name = {row.name.removesuffix("_usd"): row.clause for row in law.parameters if row.clause}
    clauses |= {reason: by_name[rule] for reason, rule in RULES.items() if rule in by_name}
    if papers.fx is not None:
        law = replace(law, fx=read_fx(papers.fx))
    return Ground(law, names, clauses)


def _explained(papers: Papers, ground: Ground, key: "Key", engine: Engine) -> Explained:
    from ..customs import results
    from ..customs.batch import assess as assess_file
    from ..customs.bound import above
    from ..customs.engine import opened

    with tempfile.TemporaryDirectory() as folder:
        done = assess_file(
            papers.entries, ground.law, Path(folder), lots=papers.lots, engine=engine
        )
        assessed, aside = done.files
        rows = results.set_aside(aside, SHOWN, key)
        source = opened(papers.entries, engine)
        found = results.reckoned(source, assessed, [key], ground.law, papers.lots).get(key)
    beyond = above(found.now) if found is not None and found.now.top_up else None
    return Explained(papers, ground, key, found, beyond, rows)
