"""An agreement: load it, ask what stands on a day.

Next: `reading`, which makes one from TOML; `schedule`, what it says on a day; `amendment`, reforms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from ..terms.dates import stands
from ..terms.names import countries
from .article import Listing, Parameter, Status, Text, Value
from .reading import read
from .schedule import Clause, Duty, Floor, LegalProduct, Member, Schedule

FOUR_PLACES = Decimal("0.0001")
"""Precision of a floor, USD/kg."""


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
        """First day on which all floors have begun and all members with a date are in.

        None without floors. Ask the agreement as shipped: an amendment that starts later moves it.
        """
        begun = [
            min(step.start for step in parameter.steps if step.value is not None)
            for path, parameter in self.text.parameters.items()
            if path.startswith("floors.") and any(s.value is not None for s in parameter.steps)
        ]
        if not begun:
            return None
        joined = [
            step
            for code in self.text.countries
            if isinstance(step := self._last(f"members.{code}.accession"), date)
        ]
        return max(begun + joined)

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
                if self._clause(f"members.{code}.status", day)
            ),
            products=tuple(
                _product(text.coverage[product])
                for product in sorted(text.coverage)
                if text.coverage[product].since <= day
            ),
            floors=self._floors(day),
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
            clauses=tuple(sorted(self._clauses(day), key=lambda clause: clause.path)),
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

    def _at(self, path: str, day: date) -> Value | None:
        """The value standing, None also when there is no such parameter or it starts later."""
        parameter = self.text.parameters.get(path)
        step = parameter.step(day) if parameter else None
        return step.value if step else None

    def _clause(self, path: str, day: date) -> Clause | None:
        parameter = self.text.parameters.get(path)
        step = parameter.step(day) if parameter else None
        if parameter is None or step is None or step.value is None:
            return None
        return Clause(
            path=path,
            article=parameter.article,
            reference=step.reference,
            since=step.start,
            assumed=step.assumed,
            doubt=parameter.doubt,
        )

    def _clauses(self, day: date) -> list[Clause]:
        standing = [self._clause(path, day) for path in self.text.parameters]
        listed = [
            _product(item).clause for item in self.text.coverage.values() if item.since <= day
        ]
        return [clause for clause in standing if clause] + listed

    def _member(self, code: str, day: date) -> Member:
        country = self.text.countries[code]
        party = (
            country.through or code
        )  # a state of the Union has the Union's dates and value basis
        accession = self._at(f"members.{party}.accession", day)
        withdrawal = self._at(f"members.{party}.withdrawal", day)
        valuation = self._at(f"members.{party}.valuation", day)
        if valuation is None:
            valuation = self.text.parameters["rules.valuation"].on(day)
        clause = self._clause(f"members.{code}.accession", day) or self._clause(
            f"members.{code}.status", day
        )
        assert clause is not None  # `on` asks only for members whose status stands
        entered = accession if isinstance(accession, date) else None
        left = withdrawal if isinstance(withdrawal, date) else None
        return Member(
            country=code,
            name=countries()[code],
            status=cast(Status, self._at(f"members.{code}.status", day)),
            inside=entered is not None and stands(entered, left, day),
            accession=entered,
            withdrawal=left,
            valuation=cast(Literal["FOB", "CIF"], valuation),
            clause=clause,
            through=country.through,
        )

    def _floors(self, day: date) -> tuple[Floor, ...]:
        floors: list[Floor] = []
        for product in sorted(self.text.coverage):
            clause = self._clause(f"floors.{product}", day)
            if clause is None:
                continue
            value = cast(Decimal, self._at(clause.path, day))
            step = self.text.parameters[clause.path].step(day)
            if step and step.follows:
                level = self._at(f"floors.{step.follows}", day)
                if level is None:  # a form has no floor where its product has none
                    continue
                value = (value * cast(Decimal, level)).quantize(FOUR_PLACES, ROUND_HALF_UP)
            floors.append(Floor(product, value, self.text.coverage[product].basis, clause))
        return tuple(floors)

    def _duties(self, day: date) -> tuple[Duty, ...]:
        duties: list[Duty] = []
        for id, tariff in self.text.tariffs.items():
            clause = self._clause(f"duties.{id}", day)
            if clause is not None:
                rate = cast(Decimal, self._at(clause.path, day))
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
