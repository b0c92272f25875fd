"""Rules of origin as data: what each asks, from when to when, and who says so.

The rows ship in `rules.toml`. Next: `verdicts`, what they say of a lot.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal, cast

from ...terms.errors import BadTable
from .chain import STAGES

Test = Literal["zone", "barred", "value-share"]

TESTS = ("zone", "barred", "value-share")
_KNOWN = {
    "id", "title", "test", "clause", "first", "last", "suspended", "products", "stages", "countries",
    "owners", "recycled_cap_pct", "limit_pct", "assumed", "reference", "note",
}  # fmt: skip
_NEEDED = ("id", "title", "test", "clause", "first", "products", "stages", "reference")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule over one span of days, both included.

    last              None: open
    suspended         why it does not bind although it stands; empty: it binds
    products          legal products it speaks of; `dy.*` is all that begin so
    stages            steps that count
    countries         barred, or whose share is limited; empty for the zone's rule
    owners            whether the owner of a plant counts, besides its place
    recycled_cap_pct  most of a lot that counts as recycled, per cent
    limit_pct         share of the value at which it bites, per cent; None: no share is asked
    assumed           no source states it
    """

    id: str
    title: str
    test: Test
    clause: str
    first: date
    last: date | None
    suspended: str
    products: tuple[str, ...]
    stages: tuple[str, ...]
    countries: tuple[str, ...]
    owners: bool
    recycled_cap_pct: Decimal
    limit_pct: Decimal | None
    assumed: bool
    reference: str
    note: str

    def stands(self, day: date) -> bool:
        """Whether the row is that day's, suspended or not."""
        return self.first <= day and (self.last is None or day <= self.last)

    def covers(self, product: str) -> bool:
        """Whether the rule speaks of a product."""
        return any(
            p in ("*", product) or (p.endswith(".*") and product.startswith(p[:-1]))
            for p in self.products
        )


def read_rules(text: str, source: str) -> tuple[Rule, ...]:
    """Rules of a TOML text, in its order.

    Raises BadTable on a key that is unknown or missing, and on spans of one rule that meet.
    """
    rows = tomllib.loads(text).get("rule", [])
    rules = tuple(_rule(cast("dict[str, object]", row), source) for row in rows)
    for number, rule in enumerate(rules):
        for other in rules[number + 1 :]:
            if other.id == rule.id and _meet(rule, other):
                raise BadTable(
                    "two rows of a rule stand on one day", where=source,
                    value=f"{rule.id} from {rule.first} and from {other.first}",
                    allowed="spans apart from each other",
                )  # fmt: skip
    return rules


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """The rules that ship with stannary."""
    place = resources.files("stannary.customs.origin") / "rules.toml"
    return read_rules(place.read_text("utf-8"), "rules.toml")


def _meet(one: Rule, other: Rule) -> bool:
    return one.first <= (other.last or date.max) and other.first <= (one.last or date.max)


def _rule(row: dict[str, object], source: str) -> Rule:
    name = str(row.get("id", "?"))
    for key in row:
        if key not in _KNOWN:
            raise BadTable(
                "unknown key", where=f"{source}, rule {name}", value=key,
                allowed=", ".join(sorted(_KNOWN)),
            )  # fmt: skip
    for key in _NEEDED:
        if key not in row:
            raise BadTable("a key is missing", where=f"{source}, rule {name}", value=key)
    stages, test = _names(row, "stages"), str(row["test"])
    if test not in TESTS or not set(stages) <= set(STAGES):
        raise BadTable(
            "a test or stage that does not exist", where=f"{source}, rule {name}",
            value=f"{test}, {', '.join(stages)}",
            allowed=f"tests {', '.join(TESTS)}; stages {', '.join(STAGES)}",
        )  # fmt: skip
    limit = row.get("limit_pct")
    return Rule(
        name, str(row["title"]), cast(Test, test), str(row["clause"]), cast(date, row["first"]),
        cast("date | None", row.get("last")), str(row.get("suspended", "")), _names(row, "products"),
        stages, _names(row, "countries"), bool(row.get("owners", False)),
        Decimal(str(row.get("recycled_cap_pct", "100"))),
        None if limit is None else Decimal(str(limit)), bool(row.get("assumed", False)),
        str(row["reference"]), str(row.get("note", "")),
    )  # fmt: skip


def _names(row: dict[str, object], key: str) -> tuple[str, ...]:
    return tuple(str(name) for name in cast("list[object]", row.get(key, [])))
