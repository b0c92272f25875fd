"""An agreement: load it, ask what stands on a day.

Next: `reading`, which makes one from TOML; `standing`, what its articles say on a day; `amendment`,
reforms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from ..terms.dates import stands
from ..terms.names import countries
from .article import Listing, Parameter, Status, Text, Value, of_member
from .reading import read
from .schedule import Clause, Duty, LegalProduct, Member, Schedule
from .standing import at, border, capture, clause_at, enforcement, floors, guarantees, stockpile


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes different on a day: a parameter's value, or a country coming in or going out.

    before, after  values of the parameter at `path`; None: none stands. For a country coming in or
                   going out, whether it is inside
    """

    day: date
    path: str
    article: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The law over all time. A reform is a function Agreement -> Agreement (see `amendment`)."""

    text: Text

    @classmethod
    def load(cls, name_or_path: str | Path) -> "Agreement":
        """The agreement shipped under that name, or in that TOML file.

        Raises UnknownName when there is none such, and BadArticle or UnknownName, with file and
        line, when its text cannot be read as law.
        """
        return cls(read(name_or_path))

    @property
    def name(self) -> str:
        """Its short name: `bloc-2026`."""
        return self.text.name

    @property
    def title(self) -> str:
        """Its title in words."""
        return self.text.title

    @property
    def draft(self) -> bool:
        """Whether nobody has signed this text."""
        return self.text.draft

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Every number of the agreement by its dotted path, in the order of the text."""
        return MappingProxyType(self.text.parameters)

    @property
    def coverage(self) -> Mapping[str, Listing]:
        """Every legal product by its id, in the order of the text."""
        return MappingProxyType(self.text.coverage)

    def first_full_day(self) -> date | None:
        """First day on which all floors and guarantees have begun and all dated members are in.

        A product counts from its first. None without either. Ask the agreement as shipped: an
        amendment that starts later moves it.
        """
        first: dict[tuple[str, str], date] = {}
        for path, parameter in self.text.parameters.items():
            starts = [step.start for step in parameter.steps if step.value is not None]
            if starts and path.startswith(("floors.", "guarantees.")):
                key = (path.partition(".")[0], of_member(path)[0])
                first[key] = min(starts[0], first.get(key, starts[0]))
        if not first:
            return None
        joined = [
            step
            for code in self.text.countries
            if isinstance(step := self._last(f"members.{code}.accession"), date)
        ]
        return max([*first.values(), *joined])

    def on(self, day: date) -> Schedule:
        """What the agreement says on `day`.

        Raises NotYetInForce before the first day of a rule that everything needs (`rules.*`).
        """
        text = self.text
        return Schedule(
            agreement=text.name,
            title=text.title,
            day=day,
            members=tuple(
                self._member(code, day)
                for code in sorted(text.countries)
                if clause_at(text, f"members.{code}.status", day)
            ),
            products=tuple(
                _product(text.coverage[product])
                for product in sorted(text.coverage)
                if text.coverage[product].since <= day
            ),
            floors=floors(text, day),
            duties=self._duties(day),
            compared_on=cast(
                Literal["duty-paid", "cif"], text.parameters["rules.compared_on"].on(day)
            ),
            proven=cast(Decimal, text.parameters["rules.proven"].on(day)),
            dominant_supplier={
                path.removeprefix("rules.dominant_supplier."): str(parameter.on(day))
                for path, parameter in sorted(text.parameters.items())
                if path.startswith("rules.dominant_supplier.")
            },
            border=border(text, day),
            clauses=tuple(sorted(self._clauses(day), key=lambda clause: clause.path)),
            circulation=cast(
                Literal["origin", "free"], text.parameters["rules.circulation"].on(day)
            ),
            procurement=cast(Literal["any", "zone"], text.parameters["rules.procurement"].on(day)),
            guarantees=guarantees(text, day),
            enforcement=enforcement(text, day),
            capture=capture(text, day),
            stockpile=stockpile(text, day),
        )

    def changes(self, after: date) -> tuple[Change, ...]:
        """Everything that becomes different after that day, in order of days."""
        found = [
            Change(
                step.start, path, parameter.article, before.value if before else None, step.value
            )
            for path, parameter in self.text.parameters.items()
            for before, step in zip((None, *parameter.steps), parameter.steps, strict=False)
            if step.start > after
        ]
        for code in self.text.countries:
            for field, inside in (("accession", True), ("withdrawal", False)):
                path = f"members.{code}.{field}"
                day = self._last(path)
                if isinstance(day, date) and day > after:
                    article = self.text.parameters[path].article
                    found.append(Change(day, f"members.{code}", article, not inside, inside))
        return tuple(sorted(found, key=lambda change: (change.day, change.path)))

    def _last(self, path: str) -> Value | None:
        parameter = self.text.parameters.get(path)
        return parameter.steps[-1].value if parameter else None

    def _clauses(self, day: date) -> list[Clause]:
        standing = [clause_at(self.text, path, day) for path in self.text.parameters]
        listed = [
            _product(item).clause for item in self.text.coverage.values() if item.since <= day
        ]
        return [clause for clause in standing if clause] + listed

    def _member(self, code: str, day: date) -> Member:
        text, country = self.text, self.text.countries[code]
        party = (
            country.through or code
        )  # a state of the Union has the Union's dates and value basis
        accession = at(text, f"members.{party}.accession", day)
        withdrawal = at(text, f"members.{party}.withdrawal", day)
        valuation, fx_date = (
            at(text, f"members.{party}.{rule}", day) or text.parameters[f"rules.{rule}"].on(day)
            for rule in ("valuation", "fx_date")
        )
        clause = clause_at(text, f"members.{code}.accession", day) or clause_at(
            text, f"members.{code}.status", day
        )
        assert clause is not None  # `on` asks only for members whose status stands
        entered = accession if isinstance(accession, date) else None
        left = withdrawal if isinstance(withdrawal, date) else None
        return Member(
            country=code,
            name=countries()[code],
            status=cast(Status, at(text, f"members.{code}.status", day)),
            inside=entered is not None and stands(entered, left, day),
            accession=entered,
            withdrawal=left,
            valuation=cast(Literal["FOB", "CIF"], valuation),
            fx_date=cast(Literal["entry", "export"], fx_date),
            clause=clause,
            through=country.through,
        )

    def _duties(self, day: date) -> tuple[Duty, ...]:
        duties: list[Duty] = []
        for id, tariff in self.text.tariffs.items():
            clause = clause_at(self.text, f"duties.{id}", day)
            if clause is not None:
                rate = cast(Decimal, at(self.text, clause.path, day))
                duties += [
                    Duty(
                        product=product,
                        kind=tariff.kind,
                        importer=tariff.importer,
                        origin=tariff.origin,
                        rate=rate,
                        counts=tariff.counts,
                        clause=clause,
                    )
                    for product in tariff.products
                ]
        return tuple(sorted(duties, key=lambda d: (d.product, d.importer, d.origin, d.kind)))


def _product(listing: Listing) -> LegalProduct:
    return LegalProduct(
        product=listing.product,
        name=listing.name,
        world=listing.world,
        element=listing.element,
        basis=listing.basis,
        hs=listing.hs,
        assay_from=listing.assay_from,
        assay_to=listing.assay_to,
        clause=Clause(
            path=f"coverage.{listing.product}",
            article=listing.article,
            reference=listing.reference,
            since=listing.since,
            assumed=listing.assumed,
            doubt=listing.doubt,
        ),
    )
