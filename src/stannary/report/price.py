"""The screens of `stannary price`: one notice, the notices of a day, and a notice computed again.

Answer first; every price with what stands behind it; what was left out and why; files; next.
"""

import json
import shlex
from collections import Counter
from pathlib import Path

from ..customs.files import write_all
from ..customs.reference import Notice, floors_table, written
from ..customs.reference.market import REASONS
from ..secretariat.pricing import Pricing, Verified
from ..terms.dates import long
from . import price_page
from .lines import look_out, next_line, wrap
from .price_words import command, headline, rows, rung, warnings, why

SHOWN = 7
"""Rows of a table at most."""


def folder(priced: Pricing) -> Path:
    """Where notices of a day go when no folder is given."""
    return Path("out") / f"notices-{priced.day}"


def publish(priced: Pricing, given: Path | None) -> tuple[Path, ...]:
    """Write every notice as JSON and as a page, and their floors as a law table; all or none.

    Raises BadTable where the folder cannot be written.
    """
    writers = {}
    for notice in priced.notices:
        name, text, page = notice.terms.product, written(notice), price_page.page(priced, notice)
        writers[f"{name}.json"] = lambda path, text=text: path.write_text(
            text, "utf-8", newline="\n"
        )
        writers[f"{name}.html"] = lambda path, page=page: path.write_text(
            page, "utf-8", newline="\n"
        )
    table = floors_table(priced.notices)
    writers["floors.csv"] = lambda path: path.write_text(table, "utf-8", newline="\n")
    return write_all(given or folder(priced), writers)


def as_json(priced: Pricing) -> str:
    """The notice, as its file holds it; several: a list of them."""
    if len(priced.notices) == 1:
        return written(priced.notices[0]).rstrip("\n")
    return json.dumps(
        [notice.body() for notice in priced.notices], indent=2, ensure_ascii=False, allow_nan=False
    )


def screen(priced: Pricing, files: tuple[Path, ...]) -> str:
    """What `stannary price` prints."""
    parts = _one(priced, files) if len(priced.notices) == 1 else _many(priced, files)
    return "\n\n".join("\n".join(part) for part in parts if part)


# --------------------------------------------------------------------------------- one notice


def _one(priced: Pricing, files: tuple[Path, ...]) -> list[list[str]]:
    notice = priced.notices[0]
    return [
        wrap(headline(priced, notice) + " " + why(notice)),
        _prices(notice),
        _left_out(notice),
        look_out(warnings(priced, notice), 9),
        _files(priced, files, notice),
    ]


def _prices(notice: Notice) -> list[str]:
    head = f"  {'USD/kg of ' + notice.terms.basis + ', ' + notice.terms.incoterm:<27}"
    lines = [head.rstrip()]
    for what, usd, text in rows(notice):
        first, *rest = wrap(text)
        lines.append(f"    {what:<14}{usd:>11}{first}")
        lines += [" " * 29 + line for line in rest]
    return lines


def _left_out(notice: Notice) -> list[str]:
    left = Counter(reason for _, reason in notice.excluded)
    if not left:
        return ["  Nothing was left out."]
    total = len(notice.excluded) + len(notice.market.used)
    lines = [f"  Left out  {len(notice.excluded)} of {total} observations"]
    order = [*REASONS, *sorted(set(left) - set(REASONS))]
    reasons = [reason for reason in order if reason in left]
    room = SHOWN + 3
    for reason in reasons[:room]:
        who = ", ".join([id for id, given in notice.excluded if given == reason][:4])
        more = " ..." if left[reason] > 4 else ""
        meaning = REASONS.get(reason, "a row that cannot be read")
        lines.append(f"    {reason:<16}{left[reason]:>3}  {who + more + ': ' + meaning:.75}")
    if len(reasons) > room:
        lines.append(f"    and {len(reasons) - room} reasons more: --json")
    return lines


def _files(priced: Pricing, files: tuple[Path, ...], notice: Notice) -> list[str]:
    path = next(f for f in files if f.suffix == ".json")
    # It finds every other input where the notice says that it lay.
    again = shlex.join(
        ["stannary", "price", priced.files.observations.as_posix(), "--verify", path.as_posix()]
    )
    return [
        f"  {path.parent}/{path.name}   {path.stem}.html   floors.csv",
        *next_line([again]),
        *wrap(f"Check: {len(notice.sources)} inputs by digest; the notice is {digest(notice)}."),
    ]


def digest(notice: Notice) -> str:
    """The notice's digest, its beginning."""
    return str(notice.body()["digest"])[:23]


# --------------------------------------------------------------------------------- several


def _many(priced: Pricing, files: tuple[Path, ...]) -> list[list[str]]:
    bound = [n for n in priced.notices if n.floored.bound]
    kept = [n for n in priced.notices if n.floored.fair is None]
    said = f"{len(priced.notices)} floors from {long(priced.day)}."
    if bound:
        said += f" Stopped by the largest step: {len(bound)}."
    if kept:
        said += f" Kept as before, for want of a cost of production: {len(kept)}."
    lines = [
        f"  {'USD/kg':<20}{'market':>11}{'structural':>12}{'fair value':>12}{'before':>11}"
        f"{'floor':>11}  rests on"
    ]
    for notice in priced.notices[:SHOWN]:
        prices = {what: usd for what, usd, _ in rows(notice)}
        lines.append(
            f"  {notice.terms.product:<20}{prices['market']:>11}{prices['structural']:>12}"
            f"{prices['fair value']:>12}{prices['floor before']:>11}{prices['floor']:>11}"
            f"  {notice.rung}"
        )
    if len(priced.notices) > SHOWN:
        lines.append(f"  and {len(priced.notices) - SHOWN} more: --json")
    refused = [(f"{product}: {reason}.", "") for product, reason in priced.refused]
    thin = [
        (f"{priced.name(n.terms.product)}: {rung(n)}.", "")
        for n in priced.notices
        if n.market.rung != "transactions"
    ]
    first = priced.notices[0].terms.product
    return [
        wrap(said),
        lines,
        look_out(refused + thin, 10),
        [
            f"  {files[0].parent}/  a notice and a page of each product, and floors.csv",
            *next_line([command(priced, "--product", first)]),
        ],
    ]


# --------------------------------------------------------------------------------- verify


def verified(checked: Verified) -> str:
    """What `stannary price --verify` prints."""
    found = checked.verdict
    name = checked.version or checked.notice.as_posix()
    match found.state:
        case "equal":
            lines = wrap(f"Equal: {name} comes out again, to the byte.")
        case "not equal":
            lines = wrap(f"Not equal: {name} does not come out again. First at {found.field}:")
            lines += wrap(f"  the notice says  {found.stated or 'nothing'}")
            lines += wrap(f"  comes out        {found.computed or 'nothing'}")
        case _:
            lines = wrap(
                f"Not verifiable here: {name} rests on {_list(found.closed + found.missing)},"
                " which is not here."
            )
            lines += wrap(
                "What can be held against the notice itself was: its digest, the formula, the step."
            )
    lines.append("")
    for head, names in (
        ("Changed", found.changed), ("Closed", found.closed), ("Not here", found.missing),
        ("As stated", found.checked),
    ):  # fmt: skip
        lines += [f"  {head if not n else '':<10} {text}" for n, text in enumerate(names)]
    if found.closed:
        lines += wrap(
            "A closed input is checked by whoever is shown it, with its salt: --closed FILE"
        )
    return "\n".join(lines)


def _list(names: tuple[str, ...]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def verified_json(checked: Verified) -> str:
    """The same for machines."""
    found = checked.verdict
    return json.dumps(
        {
            "notice": checked.notice.as_posix(), "version": checked.version, "state": found.state,
            "field": found.field, "stated": found.stated, "computed": found.computed,
            "changed": list(found.changed), "closed": list(found.closed),
            "missing": list(found.missing), "checked": list(found.checked),
        },
        indent=2, ensure_ascii=False, allow_nan=False,
    )  # fmt: skip
