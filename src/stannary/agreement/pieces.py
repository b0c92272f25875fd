"""Gathers the articles of one agreement, file by file, into what a `Text` is made of.

Each kind of table has its reader; `fields` asks for every key, `values` says what a number may be.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, cast, get_args

from ..terms.errors import BadArticle, Place, UnknownName
from ..terms.names import EUROPEAN_UNION, countries, country
from ..terms.units import ELEMENT_PER_COMPOUND, PARAMETER_UNITS, Basis
from .article import Country, Listing, Parameter, Step, Tariff
from .fields import Source, Table
from .values import (
    BY_CLASS,
    ENFORCEMENT,
    FORM,
    MEMBER,
    MEMBER_DESCRIPTIONS,
    RESPONSES,
    RULES,
    STOCKPILE,
    Kind,
    kind_of,
)

ELEMENTS = frozenset(ELEMENT_PER_COMPOUND) | {"Co", "Ni", "C", "none"}
PRODUCT_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
DUTY_ID = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
CLASS_ID = re.compile(r"[a-z][a-z-]*(\.[a-z-]+)*|\*")
MEMBER_ID = re.compile(r"[A-Z]{3}")


@dataclass
class Pieces:
    """The articles of one agreement, gathered file by file. Nothing may be said twice."""

    countries: dict[str, Country] = field(default_factory=dict[str, Country])
    coverage: dict[str, Listing] = field(default_factory=dict[str, Listing])
    tariffs: dict[str, Tariff] = field(default_factory=dict[str, Tariff])
    parameters: dict[str, Parameter] = field(default_factory=dict[str, Parameter])
    places: dict[str, Place] = field(default_factory=dict[str, Place])

    def add(self, raw: dict[str, object], source: Source) -> None:
        """Reads the articles of one file. Raises BadArticle on what an earlier one has said."""
        top = Table(raw, source, ())
        readers: dict[str, Callable[[str, Table], None]] = {
            "members": self._member,
            "coverage": self._listing,
            "floors": self._floor,
            "rules": self._rule,
            "guarantees": self._guarantee,
            "enforcement": self._enforcement,
            "responses": self._response,
            "stockpile": self._stockpile,
        }
        for article, reader in readers.items():
            if top.has(article):
                for key, table in top.below(article).each():
                    reader(key, table)
                    table.finish()
        if top.has("duties"):
            for table in top.tables("duties"):
                self._duty(table)
                table.finish()

    def _note(self, path: str, place: Place) -> None:
        if path in self.places:
            raise BadArticle(
                f"{path} is written twice",
                where=place,
                allowed=f"once; it also stands in {self.places[path]}",
            )
        self.places[path] = place

    def _member(self, code: str, table: Table) -> None:
        country(code, table.place())
        self._note(f"members.{code}", table.place())
        through = None
        if table.has("through"):
            through = table.choice("through", "customs union", [EUROPEAN_UNION])
        self.countries[code] = Country(code, through)
        checked_on, doubt = table.day("checked_on"), table.sentence("doubt")
        for name, kind in MEMBER.items():
            if table.has(name) or name == "status":
                self._parameter(
                    f"members.{code}.{name}",
                    table,
                    key=name,
                    unit=kind.unit,
                    description=MEMBER_DESCRIPTIONS[name].format(name=countries()[code]),
                    checked_on=checked_on,
                    doubt=doubt,
                )

    def _listing(self, product: str, table: Table) -> None:
        if not PRODUCT_ID.fullmatch(product):
            raise BadArticle(
                "not a product id",
                where=table.place(),
                value=product,
                allowed='small letters, digits and dots: "ndpr.oxide" (in quotes)',
            )
        self._note(f"coverage.{product}", table.place())
        codes = table.texts("hs")
        for n, code in enumerate(codes):
            if not re.fullmatch(r"\d{6}(\d\d){0,2}", code):
                raise BadArticle(
                    "not an HS code",
                    where=table.place("hs", n),
                    value=code,
                    allowed="6, 8 or 10 digits, no dots",
                )
        assay = table.numbers("assay")
        if len(assay) != 2 or not 0 <= assay[0] < assay[1] <= 100:
            raise BadArticle(
                "not an assay range",
                where=table.place("assay"),
                value=[str(bound) for bound in assay],
                allowed="[from, to], per cent of the element, 0 <= from < to <= 100",
            )
        self.coverage[product] = Listing(
            product=product,
            name=table.text("name"),
            world=table.text("world"),
            element=table.choice("element", "element", ELEMENTS),
            basis=cast(Basis, table.choice("basis", "basis", get_args(Basis))),
            hs=codes,
            assay_from=assay[0],
            assay_to=assay[1],
            since=table.day("from"),
            reference=table.text("reference"),
            assumed=table.marked("assumed"),
            checked_on=table.day("checked_on"),
            doubt=table.sentence("doubt"),
        )

    def _floor(self, product: str, table: Table) -> None:
        """The common floor of a product, and those of single members below it."""
        members = [key for key in table.raw if MEMBER_ID.fullmatch(key)]
        if not members or len(members) < len(table.raw):
            follows = table.text("follows") if table.has("follows") else ""
            self._stated(f"floors.{product}", table, follows)
        self._of_members(f"floors.{product}", table, members)

    def _guarantee(self, product: str, table: Table) -> None:
        self._of_members(f"guarantees.{product}", table, list(table.raw))

    def _of_members(self, path: str, table: Table, members: list[str]) -> None:
        for code in members:
            country(code, table.place(code))
            below = table.below(code)
            self._stated(f"{path}.{code}", below)
            below.finish()

    def _enforcement(self, name: str, table: Table) -> None:
        if name not in ENFORCEMENT:
            raise UnknownName("part of Art. 9", name, ENFORCEMENT, where=table.place())
        if name not in BY_CLASS:
            self._stated(f"enforcement.{name}", table)
            return
        for audit_class, below in table.each():  # `*`: every class without a table of its own
            if not CLASS_ID.fullmatch(audit_class):
                raise BadArticle(
                    "not an audit class",
                    where=below.place(),
                    value=audit_class,
                    allowed='small letters, hyphens and dots: "mill.products" (in quotes), or "*"',
                )
            self._stated(f"enforcement.{name}.{audit_class}", below)
            below.finish()

    def _response(self, name: str, table: Table) -> None:
        if name not in RESPONSES:
            raise UnknownName("part of Art. 11", name, RESPONSES, where=table.place())
        for code, below in table.each():  # `*`: sellers of every country without a table of its own
            if code != "*":
                country(code, below.place())
            self._stated(f"responses.{name}.{code}", below)
            below.finish()

    def _stockpile(self, name: str, table: Table) -> None:
        if name not in STOCKPILE:
            raise UnknownName("part of Art. 10", name, STOCKPILE, where=table.place())
        self._stated(f"stockpile.{name}", table)

    def _rule(self, name: str, table: Table) -> None:
        if name not in RULES:
            raise UnknownName("rule", name, RULES, where=table.place())
        if name != "dominant_supplier":
            self._stated(f"rules.{name}", table)
            return
        for mineral, below in table.each():  # `*`: every mineral without a table of its own
            self._stated(f"rules.{name}.{mineral}", below)
            below.finish()

    def _duty(self, table: Table) -> None:
        id = table.text("id")
        if not DUTY_ID.fullmatch(id):
            raise BadArticle(
                "not a duty id",
                where=table.place("id"),
                value=id,
                allowed="small letters, digits, hyphens and dots",
            )
        kind = table.choice("kind", "kind of duty", ("base", "extra"))
        importer = country(table.text("importer"), table.place("importer"))
        origin = table.text("origin")
        if origin != "*":
            country(origin, table.place("origin"))
        self._stated(f"duties.{id}", table)
        self.tariffs[id] = Tariff(
            id=id,
            products=table.texts("products"),
            kind=cast(Literal["base", "extra"], kind),
            importer=importer,
            origin=origin,
            counts=table.flag("counts"),
        )

    def _stated(self, path: str, table: Table, follows: str = "") -> None:
        """A parameter with a table of its own: description, unit, values, checked_on, doubt."""
        self._note(path, table.place())
        kind = FORM if follows else kind_of(path)
        wanted = kind.unit
        unit = table.choice("unit", "unit", PARAMETER_UNITS)
        if unit != wanted:
            raise BadArticle(
                "not a unit of this parameter",
                where=table.place("unit"),
                value=unit,
                allowed=f"{wanted}: {PARAMETER_UNITS[wanted]}",
            )
        self._parameter(
            path,
            table,
            key="values",
            unit=unit,
            description=table.text("description"),
            checked_on=table.day("checked_on"),
            doubt=table.sentence("doubt"),
            kind=kind,
            follows=follows,
        )

    def _parameter(
        self,
        path: str,
        table: Table,
        *,
        key: str,
        unit: str,
        description: str,
        checked_on: date,
        doubt: str,
        kind: Kind | None = None,
        follows: str = "",
    ) -> None:
        self.parameters[path] = Parameter(
            name=path,
            article="",
            description=description,
            unit=unit,
            steps=steps_of(table, key, kind or kind_of(path), follows),
            checked_on=checked_on,
            doubt=doubt,
        )
        self.places.setdefault(path, table.place(key))


def steps_of(table: Table, key: str, kind: Kind, follows: str = "") -> tuple[Step, ...]:
    """The list of `{ from = ..., value = ... }` under a key, days in order. Raises BadArticle."""
    steps: list[Step] = []
    for item in table.tables(key):
        step = replace(_step(kind, item), follows=follows)
        if steps and step.start <= steps[-1].start:
            raise BadArticle(
                "a day twice" if step.start == steps[-1].start else "days out of order",
                where=item.place("from"),
                value=str(step.start),
                allowed=f"a day after {steps[-1].start}",
            )
        steps.append(step)
    return tuple(steps)


def _step(kind: Kind, item: Table) -> Step:
    start = item.day("from")
    if item.has("ended"):
        if not item.flag("ended") or kind.required or item.has("value"):
            raise BadArticle(
                "no end of a rule",
                where=item.place("ended"),
                value=item.raw["ended"],
                allowed="a value; this rule cannot end"
                if kind.required
                else "ended = true, without a value",
            )
        value = None
    else:
        value = item.value("value", kind.check)
    step = Step(
        start=start,
        value=value,
        reference=item.text("reference"),
        assumed=item.marked("assumed"),
        line=item.place().line,
    )
    item.finish()
    return step
