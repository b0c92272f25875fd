"""`price`: floor notices drawn from observations, and a notice computed again.

The agreement says what a kilogram of a floor weighs, and the floor before the first notice; the rest
is in the files. Next: `customs.reference`, which draws.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from ..agreement import Agreement, Schedule
from ..customs import reference
from ..customs.reference import Before, Notice, Source, Verdict
from ..customs.reference.inputs import SHIPPED
from ..terms.errors import BadInput
from .asked import AGREEMENT


@dataclass(frozen=True, slots=True)
class Files:
    """Files that a notice is drawn from, as they were given.

    fx        exchange rates; None: only USD can be read
    costs     costs of production; None: the table that comes with the program
    previous  the notice before; None: the agreement's own floor
    closed    observations that the notice commits to and does not show
    """

    observations: Path
    fx: Path | None = None
    costs: Path | None = None
    previous: Path | None = None
    closed: Path | None = None


@dataclass(frozen=True, slots=True)
class Pricing:
    """Notices of one day.

    notices  by product
    refused  (product, why) of those that no notice can be drawn for
    """

    files: Files
    day: date
    schedule: Schedule
    notices: tuple[Notice, ...]
    refused: tuple[tuple[str, str], ...]

    def name(self, product: str) -> str:
        """A legal product in words."""
        return _name(self.schedule, product)


@dataclass(frozen=True, slots=True)
class Verified:
    """A notice computed again, with what it was held against."""

    notice: Path
    files: Files
    version: str
    verdict: Verdict


def price(files: Files, product: str | None = None, day: date | None = None) -> Pricing:
    """The notice of `product` (default: of every product observed) from `day` on.

    day  default: the first of the month after the last observation

    Raises BadTable on a file that cannot be used; UnknownName on a product that the law does not list;
    BadInput where the product asked for, or every one, has neither a cost nor a floor before.
    """
    sources = _sources(files)
    seen = [row for s in sources if s.role in ("observations", "closed") for row in _rows(s)]
    if not seen:
        raise BadInput(
            "no observation can be read", where=str(files.observations), allowed="one row or more",
            remedy="the first that cannot: " + _first_aside(sources),
        )  # fmt: skip
    begins = day or _next_month(max(cast(date, row["date"]) for row in seen))
    schedule = Agreement.load(AGREEMENT).on(begins)
    products = [product] if product else sorted({str(row["product"]) for row in seen})
    notices: list[Notice] = []
    refused: list[tuple[str, str]] = []
    for one in products:
        try:
            before = _before(files.previous, one, begins, schedule)
            notices.append(reference.draw(one, begins, sources, before, schedule))
        except BadInput as refusal:
            # A bad file is bad for every product; only what is the product's own may be passed over.
            if len(products) == 1 or refusal.where not in ("--product", "--costs"):
                raise
            refused.append((one, refusal.what))
    if not notices:
        raise BadInput(
            "no notice can be drawn", where=str(files.observations),
            value="; ".join(f"{one}: {why}" for one, why in refused),
            allowed="a product with a cost of production or a floor",
        )  # fmt: skip
    return Pricing(files, begins, schedule, tuple(notices), tuple(refused))


def verify(files: Files, notice: Path) -> Verified:
    """Compute the notice in the file `notice` again, from `files` and whatever it names that is here.

    Raises BadInput where the notice, or a file that was given, cannot be opened.
    """
    try:
        raw = notice.read_bytes()
    except OSError as error:
        raise BadInput(
            "cannot read the notice", where="--verify", value=str(notice),
            allowed="a file that `stannary price` wrote", remedy=error.strerror or "",
        ) from error  # fmt: skip
    try:
        body = reference.read_notice(raw, str(notice))
    except BadInput:
        body = {}
    stated = _stated(body)
    here = [reference.source("observations", files.observations)]
    if files.closed:
        here.append(reference.commit(files.closed))
    for role, given in (
        ("fx", files.fx),
        ("costs", files.costs),
        ("method", None),
        ("freight", None),
    ):
        if role in stated or given:
            found = _found(role, stated.get(role, ""), given, notice.parent)
            here += [found] if found else []
    law = Agreement.load(AGREEMENT)
    before = _stated_before(files.previous, stated.get("previous"), body, notice.parent, law)
    verdict = reference.verify(raw, tuple(here), before, law.on, str(notice))
    return Verified(notice, files, str(body.get("version", "")), verdict)


# ----------------------------------------------------------------------------- files


def _sources(files: Files) -> tuple[Source, ...]:
    found = [reference.source("observations", files.observations)]
    if files.closed:
        found.append(reference.commit(files.closed))
    if files.fx:
        found.append(reference.source("fx", files.fx))
    found.append(reference.source("costs", files.costs) if files.costs else _shipped("costs"))
    return (*found, _shipped("method"), _shipped("freight"))


def _shipped(role: str) -> Source:
    return reference.shipped(role)


def _rows(source: Source):
    return source.table.rows if source.table else ()


def _first_aside(sources: tuple[Source, ...]) -> str:
    asides = [bad for s in sources if s.table for bad in s.table.aside]
    return asides[0].message if asides else "the file has a header only"


def _next_month(last: date) -> date:
    return date(last.year + last.month // 12, last.month % 12 + 1, 1)


def _before(previous: Path | None, product: str, day: date, schedule: Schedule) -> Before | None:
    if previous is None:
        return reference.before_in_law(schedule, product)
    return reference.before_in_notice(_bytes(previous), previous.as_posix(), product, day)


def _bytes(previous: Path) -> bytes:
    try:
        return previous.read_bytes()
    except OSError as error:
        raise BadInput(
            "cannot read the notice before", where="--previous", value=str(previous),
            allowed="a file that `stannary price` wrote", remedy=error.strerror or "",
        ) from error  # fmt: skip


def _name(schedule: Schedule, product: str) -> str:
    return next((p.name for p in schedule.products if p.product == product), product)


# ----------------------------------------------------------------------------- a notice's own files


def _stated(body: dict[str, object]) -> dict[str, str]:
    """Paths that a notice names, by role; nothing of a list that is none."""
    rows = body.get("inputs")
    if not isinstance(rows, list):
        return {}
    return {
        str(row.get("role", "")): str(row.get("path", ""))
        for row in cast(list[object], rows)
        if isinstance(row, dict)
    }  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]


def _found(role: str, stated: str, given: Path | None, beside: Path) -> Source | None:
    """The input of a role: as given, else where the notice says, else beside the notice."""
    if given:
        return reference.source(role, given)
    if stated.startswith(SHIPPED):
        return _shipped(role)
    for path in (Path(stated), beside / Path(stated).name):
        if stated and path.is_file():
            return reference.source(role, path)
    return None


def _stated_before(
    given: Path | None, stated: str | None, body: dict[str, object], beside: Path, law: Agreement
) -> Before | None:
    """The floor before, where it is at hand; one that does not fit is told by the comparison."""
    if stated is None and given is None:
        return None
    product = str(body.get("product", ""))
    try:
        day = date.fromisoformat(str(body.get("valid_from", "")))
        if given is None and stated and ": floors." in stated:
            return reference.before_in_law(law.on(day), product)
        for path in [given] if given else [Path(str(stated)), beside / Path(str(stated)).name]:
            if path.is_file():
                return reference.before_in_notice(path.read_bytes(), path.as_posix(), product, day)
    except ValueError:  # BadInput is one: a day or a notice that is none
        return None
    return None
