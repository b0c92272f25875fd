"""The story's last parts: what a report rests on, the law of the day, the checks.

Next: `story`, the whole of it; `grounds`, which tells it.
"""

from typing import TypedDict


class Assumed(TypedDict):
    """A value that no source states."""

    path: str
    article: str
    value: str
    unit: str
    doubt: str
    reference: str


class Quality(TypedDict):
    """How many figures of the world are published, derived, estimated and assumed."""

    published: int
    derived: int
    estimate: int
    assumed: int


class Driver(TypedDict):
    """An input that moves the headline, and by how much, USD a year."""

    input: str
    sentence: str
    effect_usd: float


class RestsOn(TypedDict):
    """What the answer rests on."""

    assumed: list[Assumed]
    quality: Quality
    drivers: list[Driver]
    leaves_out: list[str]


class FloorRule(TypedDict):
    """A floor standing that day."""

    product: str
    name: str
    value: str
    unit: str
    article: str
    reference: str
    assumed: bool
    since: str


class MemberRule(TypedDict):
    """A country and what it is to the agreement that day."""

    country: str
    name: str
    status: str
    inside: bool
    accession: str | None
    valuation: str | None
    article: str
    reference: str
    assumed: bool


class DutyRule(TypedDict):
    """A duty standing that day."""

    product: str
    importer: str
    origin: str
    rate: str
    kind: str
    article: str
    reference: str
    assumed: bool


class OtherRule(TypedDict):
    """Any other value of the law."""

    path: str
    article: str
    value: str
    reference: str
    assumed: bool


class Rules(TypedDict):
    """The law standing that day."""

    floors: list[FloorRule]
    members: list[MemberRule]
    duties: list[DutyRule]
    others: list[OtherRule]


class Check(TypedDict):
    """One check in words, and whether it passed."""

    text: str
    ok: bool
