"""A floor notice: drawn from its inputs, written, read back.

    market, structural -> fair value -> floor, with every observation left out and every input's digest

The digest is SHA-256 over the notice without it, as canonical JSON: keys sorted, no space, UTF-8.
Next: `market`, `structural`, `formula`, in that order.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from ...agreement import Schedule
from ...terms.errors import BadInput, UnknownName
from ..columns import FLOORS
from .convert import Terms, observation
from .formula import METHOD, Floored, fair_value, floored
from .inputs import ROLES, Source
from .market import Market, market
from .structural import Structural, structural
from .tables import Method, costs, freight, method, rates

FIELDS = (
    "product", "version", "valid_from", "floor_usd_per_kg", "basis", "incoterm", "fair_value",
    "market", "structural", "previous", "step_limit_pct", "step_bound", "coverage_pct", "groups",
    "rung", "method", "excluded", "inputs", "digest",
)  # fmt: skip
"""Fields of a notice, in order."""

_PRICE = re.compile(r"[0-9]{1,12}\.[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Before:
    """The floor before this one: of the previous notice, or of the agreement for the first notice."""

    usd: Decimal
    basis: str
    incoterm: str
    source: Source


@dataclass(frozen=True, slots=True)
class Notice:
    """A floor notice with everything that it was drawn from.

    terms       what the floor is stated on
    method      parameters that held on the day
    excluded    (observation, reason), sorted; rows that could not be read among them
    sources     inputs in the order of `ROLES`
    """

    terms: Terms
    day: date
    market: Market
    structural: Structural
    floored: Floored
    before: Before | None
    method: Method
    excluded: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]

    @property
    def version(self) -> str:
        """Names the notice: product/first day."""
        return f"{self.terms.product}/{self.day}"

    @property
    def rung(self) -> str:
        """How far down the ladder it stands."""
        return "previous" if self.floored.fair is None else self.market.rung

    def body(self) -> dict[str, object]:
        """The notice as JSON holds it: prices as strings, an absent one empty."""
        said: dict[str, object] = {
            "product": self.terms.product,
            "version": self.version,
            "valid_from": self.day.isoformat(),
            "floor_usd_per_kg": _price(self.floored.floor),
            "basis": self.terms.basis,
            "incoterm": self.terms.incoterm,
            "fair_value": _price(self.floored.fair),
            "market": _price(self.market.usd),
            "structural": _price(self.structural.usd),
            "previous": _price(self.before.usd if self.before else None),
            "step_limit_pct": plain(self.method.step_pct),
            "step_bound": self.floored.bound,
            "coverage_pct": f"{self.market.coverage:f}",
            "groups": self.market.groups,
            "rung": self.rung,
            "method": METHOD,
            "excluded": [{"obs_id": id, "why": why} for id, why in self.excluded],
            "inputs": [source.row() for source in self.sources],
        }
        return said | {"digest": digest(said)}


def draw(
    product: str,
    day: date,
    sources: Iterable[Source],
    before: Before | None,
    schedule: Schedule,
) -> Notice:
    """The notice for `product` from `day` on.

    sources   observations (open or closed), costs, method, freight; fx where not all is in USD
    schedule  the law on that day, which says what a kilogram of the floor weighs

    Raises UnknownName on a product that the law does not list, BadTable on a table that cannot be
    used, BadInput where neither a cost nor a floor before is known, so that nothing can be said.
    """
    rows = ordered(sources)
    rules = method(_one(rows, "method"), product, day)
    terms = {
        p.product: Terms(p.product, p.element, p.basis, rules.incoterm) for p in schedule.products
    }
    if product not in terms:
        raise UnknownName("legal product", product, terms, where="--product")
    _same(before, terms[product])
    ways = freight(_one(rows, "freight"))
    exchange = next((rates(s.table) for s in rows if s.role == "fx" and s.table), {})
    seen = [
        observation(row)
        for s in rows
        if s.role in ("observations", "closed") and s.table
        for row in s.table.rows
    ]
    outside = market(seen, terms[product], day, rules, exchange, ways)
    cost = structural(costs(_one(rows, "costs")), terms, product, day, rules, ways)
    fair = fair_value(outside.usd, cost.usd, rules.market_share)
    floor = floored(fair, before.usd if before else None, rules.step)
    if floor is None:
        raise BadInput(
            "no notice can be drawn: no cost of production is listed, and no floor stands before it",
            where="--costs", value=product, allowed="a cost of production, or a floor to keep",
            remedy="add its plants to the table of costs, or give --previous",
        )  # fmt: skip
    return Notice(
        terms=terms[product], day=day, market=outside, structural=cost, floored=floor,
        before=before, method=rules, excluded=_excluded(outside, rows, product),
        sources=ordered([*rows, *([before.source] if before else [])]),
    )  # fmt: skip


def ordered(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Inputs in the order of `ROLES`, then by path."""
    return tuple(sorted(sources, key=lambda s: (ROLES.index(s.role), s.path)))


def _one(rows: tuple[Source, ...], role: str):
    found = next((s.table for s in rows if s.role == role), None)
    if found is None:
        raise BadInput("an input is missing", where=role, allowed="one table")
    return found


def _same(before: Before | None, terms: Terms) -> None:
    if before and (before.basis, before.incoterm) != (terms.basis, terms.incoterm):
        raise BadInput(
            "the floor before is stated on other terms", where="--previous",
            value=f"{before.basis}, {before.incoterm}", allowed=f"{terms.basis}, {terms.incoterm}",
        )  # fmt: skip


def _excluded(
    outside: Market, rows: tuple[Source, ...], product: str
) -> tuple[tuple[str, str], ...]:
    """What the price left out, and rows of the product, or of none, that could not be read."""
    found = list(outside.excluded)
    for source in rows:
        for bad in source.table.aside if source.table else ():
            if source.role in ("observations", "closed"):
                id, of = source.ids[bad.row_number]
                if of in ("", product):
                    why = "UNKNOWN_UNIT" if bad.column == "unit" and bad.value_met else bad.reason
                    found.append((id or f"row {bad.row_number}", why))
    return tuple(sorted(found))


# ------------------------------------------------------------------------------- written


def _price(usd: Decimal | None) -> str:
    return "" if usd is None else f"{usd:.4f}"


def plain(value: Decimal) -> str:
    """A number without zeros behind: `5`, `2.5`."""
    return f"{value.normalize():f}"


def canonical(body: Mapping[str, object]) -> bytes:
    """Canonical JSON: keys sorted, no space, UTF-8."""
    return json.dumps(
        body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(body: Mapping[str, object]) -> str:
    """`sha256:...` over a notice without its digest."""
    rest = {key: value for key, value in body.items() if key != "digest"}
    return "sha256:" + hashlib.sha256(canonical(rest)).hexdigest()


def written(notice: Notice) -> str:
    """The file of a notice, to the byte."""
    return json.dumps(notice.body(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def floors_table(notices: Iterable[Notice]) -> str:
    """The floors of notices as the law table `floors.csv`, which assessment reads."""
    names = [column.name for column in FLOORS]
    lines = [",".join(names)]
    for notice in notices:
        row = {
            "product": notice.terms.product, "version": notice.version,
            "valid_from": notice.day.isoformat(),
            "floor_usd_per_kg": _price(notice.floored.floor), "basis": notice.terms.basis,
            "incoterm": notice.terms.incoterm, "market_usd_per_kg": _price(notice.market.usd),
        }  # fmt: skip
        lines.append(",".join(row.get(name, "") for name in names))
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------- the floor before


def before_in_law(schedule: Schedule, product: str, incoterm: str = "CIF") -> Before | None:
    """The agreement's own common floor of the product, before any notice; None: it has none."""
    for floor in schedule.floors:
        if floor.product == product and floor.member is None:
            said = {
                "path": floor.clause.path, "value": f"{floor.usd_per_kg:f}", "basis": floor.basis,
                "since": floor.clause.since.isoformat(), "reference": floor.clause.reference,
            }  # fmt: skip
            source = Source(
                role="previous", path=f"{schedule.agreement}: {floor.clause.path}",
                digest=hashlib.sha256(canonical(said)).hexdigest(), rows=1, table=None, ids={},
            )  # fmt: skip
            return Before(floor.usd_per_kg, floor.basis, incoterm, source)
    return None


def before_in_notice(raw: bytes, path: str, product: str, day: date) -> Before:
    """The floor of the notice before.

    Raises BadInput where the file is no notice, is another product's, does not begin earlier, or is
    not what its digest says.
    """
    body = read_notice(raw, path)
    for sound, name, allowed in (
        (body["digest"] == digest(body), "digest", digest(body)),
        (body["product"] == product, "product", product),
        (str(body["valid_from"]) < day.isoformat(), "valid_from", f"a day before {day}"),
    ):
        if not sound:
            raise BadInput(
                "not the notice before this one", where=f"{path}, {name}",
                value=str(body[name]), allowed=allowed,
            )  # fmt: skip
    source = Source(
        role="previous", path=path, digest=hashlib.sha256(raw).hexdigest(), rows=1, table=None,
        ids={},
    )  # fmt: skip
    usd = read_price(body["floor_usd_per_kg"])
    if usd is None:
        raise BadInput("a notice without a floor", where=path, allowed="a floor")
    return Before(usd, str(body["basis"]), str(body["incoterm"]), source)


def read_price(said: object) -> Decimal | None:
    """A price as a notice states it; None: there is none. Raises BadInput on anything else."""
    if said == "":
        return None
    if not isinstance(said, str) or not _PRICE.fullmatch(said):
        raise BadInput(
            "not a price", where="a notice", value=str(said), allowed="digits with four places"
        )
    return Decimal(said)


def read_notice(raw: bytes, path: str) -> dict[str, object]:
    """The fields of a notice. Raises BadInput, with the line, on what is none."""
    try:
        body: object = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadInput("not a notice: not UTF-8", where=f"{path}, line {line}") from error
    except json.JSONDecodeError as error:
        raise BadInput(
            "not a notice: not JSON", where=f"{path}, line {error.lineno}", value=error.msg,
            allowed="a file that `stannary price` wrote",
        ) from error  # fmt: skip
    fields = set(cast(dict[str, object], body)) if isinstance(body, dict) else set[str]()
    if fields != set(FIELDS):
        odd = sorted(fields ^ set(FIELDS))
        raise BadInput(
            "not a notice: other fields", where=path, value=", ".join(odd),
            allowed=f"exactly {', '.join(FIELDS)}",
        )  # fmt: skip
    return cast(dict[str, object], body)
