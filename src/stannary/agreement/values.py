"""What each parameter may say: its unit, and the values it allows, by its dotted path."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import get_args

from ..terms.dates import day
from ..terms.errors import BadArticle, BadInput, Place, UnknownName
from ..terms.names import country
from .article import Status, Value
from .fields import number

STATUSES: tuple[str, ...] = get_args(Status)
VALUATIONS = ("FOB", "CIF")
COMPARISONS = ("duty-paid", "cif")
CIRCULATIONS = ("origin", "free")
PROCUREMENTS = ("any", "zone")
RATE_DAYS = ("entry", "export")

# A rate of 25 is a percentage somebody forgot to divide; the highest real ones are near 7 (700 %).
HIGHEST_RATE = Decimal(10)
# No metal has ever cost ten million dollars a kilogram: beyond it, somebody has mistaken the unit.
HIGHEST_FLOOR = Decimal(10_000_000)
# The highest multiple found in a statute is 4 (19 USC 1592, gross negligence).
HIGHEST_PENALTY = Decimal(100)
# A trigger of two and more would ask for a security from nobody.
HIGHEST_TRIGGER = Decimal(2)
# A grace of a year and a deadline of ten years are beyond any in the statutes read.
LONGEST_GRACE = Decimal(365)
LONGEST_DEADLINE = Decimal(120)
# Ten years of use is more than any stockpile on record.
LONGEST_TARGET = Decimal(3650)


@dataclass(frozen=True, slots=True)
class Kind:
    """unit: one of `terms.units.PARAMETER_UNITS`. check: reads a TOML value or raises.

    required  the agreement says nothing without it, so it can never end
    """

    unit: str
    check: Callable[[object, Place], Value]
    required: bool = False


def kind_of(path: str) -> Kind:
    """The kind of the parameter at `path`, which must be one that `pieces` creates."""
    article, _, rest = path.partition(".")
    name, _, below = rest.partition(".")
    match article:
        case "members":
            return MEMBER[rest.rpartition(".")[2]]
        case "rules":
            return RULES[name]
        case "floors":
            return FLOOR
        case "guarantees":
            return GUARANTEE
        case "enforcement":
            # A class without a row has that of `*`, so only `*` can never end.
            kind = ENFORCEMENT[name]
            return replace(kind, required=False) if below not in ("", "*") else kind
        case "responses":
            return RESPONSES[name]
        case "stockpile":
            return STOCKPILE[name]
        case _:
            return DUTY


def read_text(text: str, kind: Kind, place: Place) -> Value:
    """The value that `text` writes without quotes, as on a command line."""
    if kind.unit == "date":
        return day(text, place)
    if kind.unit == "name":
        return kind.check(text, place)
    try:
        return kind.check(Decimal(text), place)
    except InvalidOperation:
        raise BadInput("not a number", where=place, value=text, allowed="a number: 110") from None


def _price(what: str) -> Callable[[object, Place], Value]:
    def check(raw: object, place: Place) -> Value:
        value = number(raw, place)
        if value < 0:
            raise BadArticle(
                f"a negative {what}", where=place, value=value, allowed="0 or more, USD/kg"
            )
        if value > HIGHEST_FLOOR:
            raise BadArticle(
                f"a {what} beyond any price",
                where=place,
                value=str(value),
                allowed=f"at most {HIGHEST_FLOOR} USD/kg",
            )
        return value

    return check


def _between(
    what: str, allowed: str, most: Decimal | None = None
) -> Callable[[object, Place], Value]:
    """Numbers from 0 to `most`."""

    def check(raw: object, place: Place) -> Value:
        value = number(raw, place)
        if value < 0 or (most is not None and value > most):
            raise BadArticle(what, where=place, value=value, allowed=allowed)
        return value

    return check


def _whole(what: str, unit: str, most: Decimal) -> Callable[[object, Place], Value]:
    """Whole numbers from 0 to `most`."""

    def check(raw: object, place: Place) -> Value:
        value = number(raw, place)
        if not 0 <= value <= most or value != value.to_integral_value():
            raise BadArticle(
                what, where=place, value=str(value), allowed=f"whole {unit} from 0 to {most}"
            )
        return value

    return check


def _trigger(raw: object, place: Place) -> Value:
    value = number(raw, place)
    if not 1 <= value < HIGHEST_TRIGGER:
        raise BadArticle(
            "not a trigger",
            where=place,
            value=str(value),
            allowed=f"a multiple of the market price from 1 to below {HIGHEST_TRIGGER}: 1.08",
        )
    return value


def _cost(raw: object, place: Place) -> Value:
    value = number(raw, place)
    if not 0 < value <= 1:
        # The market spreads importers around this mean: with a mean of 0 there is nothing to spread.
        raise BadArticle(
            "not a cost",
            where=place,
            value=value,
            allowed="a share of the value above 0, at most 1",
        )
    return value


def _form(raw: object, place: Place) -> Value:
    value = number(raw, place)
    if not 0 < value <= 2:
        raise BadArticle(
            "not a share of another floor", where=place, value=value, allowed="above 0, at most 2"
        )
    return value


def _rate(raw: object, place: Place) -> Value:
    value = number(raw, place)
    if not 0 <= value < HIGHEST_RATE:
        raise BadArticle(
            "not a rate",
            where=place,
            value=value,
            allowed=f"a share of the customs value from 0 to below {HIGHEST_RATE}: 0.05 = 5 %",
        )
    return value


def _share(raw: object, place: Place) -> Value:
    value = number(raw, place)
    if not 0 <= value <= 1:
        raise BadArticle("not a share", where=place, value=value, allowed="from 0 to 1")
    return value


def _day(raw: object, place: Place) -> Value:
    if type(raw) is not date:
        raise BadArticle(
            "not a day", where=place, value=raw, allowed="a day without quotes: 2027-01-01"
        )
    return raw


def _one_of(kind: str, names: tuple[str, ...]) -> Callable[[object, Place], Value]:
    def check(raw: object, place: Place) -> Value:
        if not isinstance(raw, str):
            raise BadArticle("not a name", where=place, value=raw, allowed=", ".join(names))
        if raw not in names:
            raise UnknownName(kind, raw, names, where=place)
        return raw

    return check


def _country(raw: object, place: Place) -> Value:
    if not isinstance(raw, str):
        raise BadArticle(
            "not a country", where=place, value=raw, allowed="an ISO 3166 alpha-3 code"
        )
    return country(raw, place)


FLOOR = Kind("USD/kg", _price("floor"))
GUARANTEE = Kind("USD/kg", _price("guarantee"))
FORM = Kind("share", _form)
"""A floor stated as a share of another product's floor (`follows`)."""
DUTY = Kind("ad valorem", _rate)
VALUATION = _one_of("valuation", VALUATIONS)
RATE_DAY = _one_of("day of the exchange rate", RATE_DAYS)
MEMBER = {
    "status": Kind("name", _one_of("status", STATUSES), required=True),
    "accession": Kind("date", _day),
    "withdrawal": Kind("date", _day),
    "valuation": Kind("name", VALUATION),
    "fx_date": Kind("name", RATE_DAY),
}
RULES = {
    "compared_on": Kind("name", _one_of("comparison", COMPARISONS), required=True),
    "proven": Kind("share", _share, required=True),
    "circulation": Kind("name", _one_of("circulation", CIRCULATIONS), required=True),
    "procurement": Kind("name", _one_of("procurement", PROCUREMENTS), required=True),
    "valuation": Kind("name", VALUATION, required=True),
    "dominant_supplier": Kind("name", _country, required=True),
    "fx_date": Kind("name", RATE_DAY, required=True),
    "in_transit": Kind("days", _whole("not a grace", "days", LONGEST_GRACE), required=True),
    "security_trigger": Kind("times", _trigger, required=True),
    "security_sale": Kind(
        "months", _whole("not a deadline", "months", LONGEST_DEADLINE), required=True
    ),
    "security_proof": Kind(
        "months", _whole("not a deadline", "months", LONGEST_DEADLINE), required=True
    ),
    "small_consignment": Kind(
        "USD", _between("a negative limit", "0 or more, USD; 0: no limit"), required=True
    ),
    "contained_tolerance": Kind("share", _share, required=True),
}
BY_CLASS = {
    "audit_rate": Kind("share", _share, required=True),
    "penalty": Kind(
        "times",
        _between("not a penalty", "a multiple of the duty evaded from 0 to 100", HIGHEST_PENALTY),
        required=True,
    ),
    "disguise": Kind("share", _cost, required=True),
}
"""Of Art. 9, by audit class of buyers."""
ENFORCEMENT = {
    **BY_CLASS,
    "tempted": Kind("share", _share, required=True),
    "detour": Kind("share", _cost, required=True),
}
RESPONSES = {"capture": Kind("share", _share)}
STOCKPILE = {
    "fund": Kind("USD", _between("a negative fund", "0 or more, USD")),
    "target_days": Kind(
        "days", _between("not a target", "days of use from 0 to 3650", LONGEST_TARGET)
    ),
    "unusable": Kind("share", _share),
}
DESCRIPTIONS = {
    "audit_rate": "Chance that an evading tonne of the class is caught and billed.",
    "penalty": "Multiple of the duty evaded that the class pays besides the duty.",
    "disguise": "Share of the value at the border that hiding costs the class on average.",
    "capture": "Share of a top-up that outside sellers keep by raising their price.",
}
"""Of parameters that can be set where no table is written."""
MEMBER_DESCRIPTIONS = {
    "status": "How far {name} has come towards the agreement.",
    "accession": "First day on which {name} is inside the zone.",
    "withdrawal": "First day on which {name} is no longer inside the zone.",
    "valuation": "Customs value on which {name} levies ad valorem duty.",
    "fx_date": "Day whose exchange rate {name} converts an invoice at: of entry, or of export.",
}
