"""What each parameter may say: its unit, and the values it allows, by its dotted path."""

from collections.abc import Callable
from dataclasses import dataclass
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

# A rate of 25 is a percentage somebody forgot to divide; the highest real ones are near 7 (700 %).
HIGHEST_RATE = Decimal(10)
# No metal has ever cost ten million dollars a kilogram: beyond it, somebody has mistaken the unit.
HIGHEST_FLOOR = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class Kind:
    """unit: one of `terms.units.PARAMETER_UNITS`. check: reads a TOML value or raises.

    required  the agreement says nothing without it, so it can never end
    """

    unit: str
    check: Callable[[object, Place], Value]
    required: bool = False


def kind_of(path: str) -> Kind:
    """The kind of the parameter at `path`, which must be one that `reading` creates."""
    article, _, rest = path.partition(".")
    if article == "members":
        return MEMBER[rest.rpartition(".")[2]]
    if article == "rules":
        return RULES[rest.partition(".")[0]]
    return FLOOR if article == "floors" else DUTY


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


def _floor(raw: object, place: Place) -> Value:
    value = number(raw, place)
    if value < 0:
        raise BadArticle("a negative floor", where=place, value=value, allowed="0 or more, USD/kg")
    if value > HIGHEST_FLOOR:
        raise BadArticle(
            "a floor beyond any price",
            where=place,
            value=str(value),
            allowed=f"at most {HIGHEST_FLOOR} USD/kg",
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


FLOOR = Kind("USD/kg", _floor)
FORM = Kind("share", _form)
"""A floor stated as a share of another product's floor (`follows`)."""
DUTY = Kind("ad valorem", _rate)
VALUATION = _one_of("valuation", VALUATIONS)
MEMBER = {
    "status": Kind("name", _one_of("status", STATUSES), required=True),
    "accession": Kind("date", _day),
    "withdrawal": Kind("date", _day),
    "valuation": Kind("name", VALUATION),
}
RULES = {
    "compared_on": Kind("name", _one_of("comparison", COMPARISONS), required=True),
    "proven": Kind("share", _share, required=True),
    "valuation": Kind("name", VALUATION, required=True),
    "dominant_supplier": Kind("name", _country, required=True),
}
MEMBER_DESCRIPTIONS = {
    "status": "How far {name} has come towards the agreement.",
    "accession": "First day on which {name} is inside the zone.",
    "withdrawal": "First day on which {name} is no longer inside the zone.",
    "valuation": "Customs value on which {name} levies ad valorem duty.",
}
