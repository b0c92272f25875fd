"""Articles: the numbers the agreement fixes, with their dates, units, references and doubts.

Next: `schedule`, which says what stands on a given day.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from ..terms.errors import NotYetInForce, Place
from ..terms.units import Basis

Value = Decimal | str | date | bool


@dataclass(frozen=True, slots=True)
class Step:
    """One value from its first day until the next step's; None: the rule has ended.

    reference  title, link, article that states this value
    assumed    the reference does not state this very number
    follows    of a floor: the product whose floor this is a share of; empty: it is a level
    """

    start: date
    value: Value | None
    reference: str
    assumed: bool
    line: int | None = None
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number over time.

    name     its dotted path in the law: "floors.ndpr.oxide"
    article  as printed: "Art. 4(1)"
    unit     one of `terms.units.PARAMETER_UNITS`
    steps    oldest first, starts all different
    doubt    what the sources leave open, in a sentence; empty: nothing
    """

    name: str
    article: str
    description: str
    unit: str
    steps: tuple[Step, ...]
    checked_on: date
    doubt: str = ""

    @property
    def follows(self) -> str:
        """The product whose floor the last step is a share of; empty: none."""
        return self.steps[-1].follows

    def step(self, day: date) -> Step | None:
        """The step standing on `day`; None before the first."""
        standing = [step for step in self.steps if step.start <= day]
        return standing[-1] if standing else None

    def on(self, day: date) -> Value | None:
        """Value standing on `day`, None once ended. Raises NotYetInForce before the first day."""
        step = self.step(day)
        if step is None:
            first = self.steps[0].start
            raise NotYetInForce(
                f"{self.name} has no value on {day}: it starts on {first}. "
                f"Ask for {first} or later, or add an earlier value with its reference."
            )
        return step.value


Status = Literal["signed", "negotiating", "observer", "absent"]


@dataclass(frozen=True, slots=True)
class Country:
    """A country (or `EUU`) that the agreement names; its numbers are parameters `members.XXX.*`.

    through  the customs union by which it is inside (`EUU`), None: in its own right
    """

    code: str
    through: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A legal product: what customs can tell apart, and the product of the world it belongs to.

    hs                     6, 8 or 10 digits; a code stands for every code that begins with it
    assay_from, assay_to   per cent of the element in the goods, from <= assay < to, 100 included
    basis                  what a kilogram of its floor weighs
    since                  first day of the listing
    """

    product: str
    name: str
    world: str
    element: str
    basis: Basis
    hs: tuple[str, ...]
    assay_from: Decimal
    assay_to: Decimal
    since: date
    reference: str
    assumed: bool
    checked_on: date
    doubt: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Whom a statutory duty is for; its rate over time is the parameter `duties.<id>`.

    origin  ISO3, or `*`: any origin without a row of its own
    counts  whether it counts towards the floor
    """

    id: str
    products: tuple[str, ...]
    kind: Literal["base", "extra"]
    importer: str
    origin: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A whole agreement as read: structure in the order of the text, numbers by dotted path.

    draft   not a text that anybody has signed
    places  where each member, listing, duty and parameter was read, by its path
    """

    name: str
    title: str
    draft: bool
    countries: dict[str, Country]
    coverage: dict[str, Listing]
    tariffs: dict[str, Tariff]
    parameters: dict[str, Parameter]
    places: dict[str, Place]


# Printed articles. The paragraph of Art. 2, 3, 4, 6 and 8 runs in the order of the text; all others
# keep fixed ones, because screens and letters cite them.
FIXED_ARTICLES = {
    "rules.dominant_supplier": "Art. 1(2)",
    "rules.valuation": "Art. 5(2)",
    "rules.compared_on": "Art. 5(3)",
    "rules.fx_date": "Art. 5(4)",
    "rules.in_transit": "Art. 5(5)",
    "rules.proven": "Art. 7(2)",
    "rules.circulation": "Art. 7(3)",
    "rules.procurement": "Art. 7(4)",
    "enforcement.audit_rate": "Art. 9(1)",
    "enforcement.penalty": "Art. 9(2)",
    "enforcement.disguise": "Art. 9(3)",
    "enforcement.tempted": "Art. 9(4)",
    "enforcement.detour": "Art. 9(5)",
    "stockpile.fund": "Art. 10(1)",
    "stockpile.target_days": "Art. 10(2)",
    "stockpile.unusable": "Art. 10(3)",
    "responses.capture": "Art. 11(1)",
    "rules.security_trigger": "Art. 12(1)",
    "rules.security_sale": "Art. 12(2)",
    "rules.security_proof": "Art. 12(3)",
    "rules.small_consignment": "Art. 12(4)",
    "rules.contained_tolerance": "Art. 12(5)",
}

_MEMBER = re.compile(r"[A-Z]{3}")


def of_member(path: str) -> tuple[str, str | None]:
    """The product and the member of `floors.PRODUCT[.ISO3]` or `guarantees.PRODUCT.ISO3`.

    None: for all. Product ids are in small letters and countries in capitals, so it is never unclear.
    """
    rest = path.partition(".")[2]
    product, _, last = rest.rpartition(".")
    return (product, last) if _MEMBER.fullmatch(last) else (rest, None)


def numbered(text: Text) -> Text:
    """The same text with every listing and parameter under its printed article."""
    countries = {code: n for n, code in enumerate(text.countries, 1)}
    listings = {product: n for n, product in enumerate(text.coverage, 1)}
    # A member's own floor is printed under its product's paragraph, so that it moves no other.
    floors = list(
        dict.fromkeys(of_member(p)[0] for p in text.parameters if p.startswith("floors."))
    )
    guarantees = [path for path in text.parameters if path.startswith("guarantees.")]
    duties = {f"duties.{id}": n for n, id in enumerate(text.tariffs, 1)}

    def article(path: str) -> str:
        kind, _, rest = path.partition(".")
        if kind == "members":
            code, _, field = rest.partition(".")
            shared = FIXED_ARTICLES.get(f"rules.{field}")  # what a rule says for all other members
            return shared or f"Art. 2({countries[code]})"
        if kind == "floors":
            product, member = of_member(path)
            return f"Art. 4({floors.index(product) + 1})" + (f"({member})" if member else "")
        if kind == "guarantees":
            return f"Art. 8({guarantees.index(path) + 1})"
        if kind == "duties":
            return f"Art. 6({duties[path]})"
        rule = next(rule for rule in FIXED_ARTICLES if path == rule or path.startswith(rule + "."))
        return FIXED_ARTICLES[rule]

    return replace(
        text,
        coverage={
            product: replace(listing, article=f"Art. 3({listings[product]})")
            for product, listing in text.coverage.items()
        },
        parameters={
            path: replace(parameter, article=article(path))
            for path, parameter in text.parameters.items()
        },
    )
