"""`inspect`: which entries look like one of the known evasions, and what an audit would recover.

Customs does the looking; here law, files and answers meet. Next: `customs.inspect`.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..agreement import Agreement
from ..customs.law import Law, read_fx, read_law
from ..customs.law_of_accord import law_of
from .asked import AGREEMENT

if TYPE_CHECKING:  # the engine takes a second to import, and only an inspection needs it
    from ..customs.inspect import Inspection


@dataclass(frozen=True, slots=True)
class Papers:
    """Files of an inspection, as they were given.

    law  a folder of law tables; None: the agreement that comes with the program
    fx   exchange rates; None: those of `law`, and the agreement has none
    """

    entries: Path
    law: Path | None = None
    fx: Path | None = None
    lots: Path | None = None
    parents: Path | None = None
    facilities: Path | None = None
    payments: Path | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """An inspection, the files that it rests on, and the name of the law."""

    papers: Papers
    law: str
    result: "Inspection"


def inspect(papers: Papers) -> Inspected:
    """What looks wrong in the entries. Raises BadTable on a file that is not what it should be."""
    from ..customs.inspect import inspect as look

    law: Law = read_law(papers.law) if papers.law else law_of(Agreement.load(AGREEMENT))
    if papers.fx:
        law = replace(law, fx=read_fx(papers.fx))
    found = look(
        papers.entries, law, lots=papers.lots, parents=papers.parents,
        facilities=papers.facilities, payments=papers.payments,
    )  # fmt: skip
    return Inspected(papers, str(papers.law) if papers.law else AGREEMENT, found)
