"""What no law table may say, alone or beside another: each refused with its file, line and column.

Two ranges of assay that overlap are no fault of the law: a line that falls into both is set aside
(STAGE_UNDECIDED), the others are assessed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise
from typing import cast

from ..terms.errors import BadTable, Place
from ..terms.names import EUROPEAN_UNION, countries
from .columns import ELEMENTS, INCOTERMS
from .law_rows import ANY, Coverage, Duty, Factor, Floor, LawRow, Member, Parameter, Rate

Tables = Mapping[str, Sequence[LawRow]]
Places = Mapping[str, Sequence[Place]]
Placed = Sequence[tuple[LawRow, Place]]

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ONE = Decimal(1)


def check(tables: Tables, places: Places) -> None:
    """Raises BadTable at the first thing that cannot be law. Checks the tables that are given."""
    checks: dict[str, Callable[[Placed], None]] = {
        "parameters": _parameters, "members": _members, "coverage": _coverage, "floors": _floors,
        "duties": _duties, "factors": _factors, "fx": _fx,
    }  # fmt: skip
    placed = {name: list(zip(rows, places[name], strict=True)) for name, rows in tables.items()}
    for name, rows in placed.items():
        for row, place in rows:
            _span(row, place)
        checks[name](rows)
    if "coverage" in placed:
        _known_products(placed)
        _convertible(placed)


def parameter_value(name: str, text: str) -> Decimal | date | str:
    """What a parameter says. Raises ValueError, whose text is what is allowed."""
    return PARAMETERS[name](text)


def _first_day(text: str) -> date:
    allowed = "a day, YYYY-MM-DD"
    if not _DAY.fullmatch(text):
        raise ValueError(allowed)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(allowed) from None


def _number(
    allowed: str, places: int, least: Decimal, most: Decimal
) -> Callable[[str], Decimal | date | str]:
    def read(text: str) -> Decimal:
        fits = _NUMBER.fullmatch(text) and len(text.partition(".")[2].rstrip("0")) <= places
        if not fits or not least <= Decimal(text) <= most:
            raise ValueError(allowed)
        return Decimal(text)

    return read


def _comparison(text: str) -> str:
    if text not in ("duty-paid", "cif"):
        raise ValueError("duty-paid, cif")
    return text


PARAMETERS: dict[str, Callable[[str], Decimal | date | str]] = {
    "agreement_from": _first_day,
    "small_consignment_usd": _number(
        "USD, 0 or more, at most 2 places", 2, Decimal(0), Decimal(10) ** 12 - 1
    ),
    "security_trigger": _number(
        "a multiple from 1 to 100, at most 6 places: 1.08", 6, ONE, Decimal(100)
    ),
    "contained_tolerance": _number(
        "a share from 0 to 1, at most 6 places: 0.01", 6, Decimal(0), ONE
    ),
    "compared_on": _comparison,
}
"""Every parameter, and how its value is read."""


def _parameters(rows: Placed) -> None:
    first = None
    for row, place in rows:
        assert isinstance(row, Parameter)
        if row.name not in PARAMETERS:
            near = get_close_matches(row.name, PARAMETERS, n=1)
            raise BadTable(
                "unknown parameter", where=_at(place, "name"), value=row.name,
                allowed=", ".join(PARAMETERS), remedy=f"did you mean {near[0]}?" if near else "",
            )  # fmt: skip
        try:
            value = parameter_value(row.name, row.value)
        except ValueError as error:
            raise BadTable(
                f"not a value of {row.name}", where=_at(place, "value"), value=row.value,
                allowed=str(error),
            ) from None  # fmt: skip
        if row.name == "agreement_from":
            first = value
            if row.valid_from or row.valid_to:
                raise BadTable(
                    "a first day with dates of its own", where=_at(place, "valid_from"),
                    value=str(row.valid_from or row.valid_to), allowed="empty",
                )  # fmt: skip
    if not isinstance(first, date):
        where = rows[0][1].file if rows else "parameters"
        raise BadTable(
            "no agreement_from",
            where=where,
            allowed="a row of that name: agreement_from,2027-01-01",
        )
    _apart(rows, lambda row: (cast(Parameter, row).name,), "two values of one parameter")
    _without_gaps(rows, first)


def _without_gaps(rows: Placed, first: date) -> None:
    """A parameter that is given for some days must be given for all from the first."""
    named: dict[str, list[tuple[Parameter, Place]]] = {}
    for row, place in rows:
        assert isinstance(row, Parameter)
        named.setdefault(row.name, []).append((row, place))
    for spans in named.values():
        spans.sort(key=lambda item: item[0].valid_from or date.min)
        start, place = spans[0][0].valid_from, spans[0][1]
        if start is not None and start > first:
            raise BadTable(
                "a parameter that begins after the agreement", where=_at(place, "valid_from"),
                value=str(start), allowed=f"{first} or earlier, or empty",
            )  # fmt: skip
        for (one, _), (other, place) in pairwise(spans):
            next_day = (one.valid_to or date.max - timedelta(days=1)) + timedelta(days=1)
            if other.valid_from != next_day:
                raise BadTable(
                    "days without a value", where=_at(place, "valid_from"),
                    value=str(other.valid_from), allowed=f"{next_day}, the day after the one before",
                )  # fmt: skip
        if spans[-1][0].valid_to is not None:
            raise BadTable(
                "a parameter that ends", where=_at(spans[-1][1], "valid_to"),
                value=str(spans[-1][0].valid_to), allowed="empty in its last row",
            )  # fmt: skip


def _members(rows: Placed) -> None:
    for row, place in rows:
        assert isinstance(row, Member)
        _state(row.country, _at(place, "country"))
    _apart(rows, lambda row: (cast(Member, row).country,), "a member twice on one day")


def _coverage(rows: Placed) -> None:
    seen: set[LawRow] = set()
    for row, place in rows:
        assert isinstance(row, Coverage)
        if not re.fullmatch(r"[0-9]{6}", row.hs6):
            raise BadTable(
                "not a heading", where=_at(place, "hs6"), value=row.hs6, allowed="6 digits, no dots"
            )
        if row.hs and not (re.fullmatch(r"([0-9]{2}){3,5}", row.hs) and row.hs.startswith(row.hs6)):
            raise BadTable(
                "not a code of that heading", where=_at(place, "hs"), value=row.hs,
                allowed=f"6, 8 or 10 digits that begin with {row.hs6}, or empty",
            )  # fmt: skip
        if row.element not in ELEMENTS:
            raise BadTable(
                "unknown element", where=_at(place, "element"), value=row.element,
                allowed=", ".join(ELEMENTS),
            )  # fmt: skip
        if not 0 <= row.assay_from < row.assay_to <= 100:
            raise BadTable(
                "not an assay range", where=_at(place, "assay_from"),
                value=f"{row.assay_from} to {row.assay_to}",
                allowed="0 <= assay_from < assay_to <= 100",
            )  # fmt: skip
        if row in seen:
            raise BadTable("a row twice", where=place, value=row.product, allowed="once")
        seen.add(row)


def _floors(rows: Placed) -> None:
    named: dict[tuple[str, str], Place] = {}
    for row, place in rows:
        assert isinstance(row, Floor)
        _not_negative(row.floor_usd_per_kg, _at(place, "floor_usd_per_kg"), "USD per kg")
        if row.market_usd_per_kg is not None and row.market_usd_per_kg <= 0:
            raise BadTable(
                "no market price", where=_at(place, "market_usd_per_kg"),
                value=str(row.market_usd_per_kg), allowed="above 0; empty: none is published",
            )  # fmt: skip
        _not_negative(row.in_transit_days, _at(place, "in_transit_days"), "days")
        if row.incoterm and row.incoterm not in INCOTERMS:
            raise BadTable(
                "unknown delivery term", where=_at(place, "incoterm"), value=row.incoterm,
                allowed=", ".join(INCOTERMS),
            )  # fmt: skip
        _state_or_any(row.import_country, _at(place, "import_country"))
        key = row.product, row.version
        if key in named:
            raise BadTable(
                "a version twice", where=_at(place, "version"), value=row.version,
                allowed=f"a name of its own: it also stands in line {named[key].line}",
            )  # fmt: skip
        named[key] = place
    _apart(
        rows,
        lambda row: (cast(Floor, row).product, cast(Floor, row).import_country),
        "two floors of one product on one day",
    )


def _duties(rows: Placed) -> None:
    for row, place in rows:
        assert isinstance(row, Duty)
        _not_negative(row.rate, _at(place, "rate"), row.unit)
        _state_or_any(row.import_country, _at(place, "import_country"))
        _state_or_any(row.origin_country, _at(place, "origin_country"))

    def key(row: LawRow) -> tuple[str, ...]:
        assert isinstance(row, Duty)  # a share and dollars on the element may stand side by side
        return row.product, row.kind, row.import_country, row.origin_country, row.unit

    _apart(rows, key, "two duties of one kind, importer, origin and unit on one day")


def _factors(rows: Placed) -> None:
    seen: set[str] = set()
    for row, place in rows:
        assert isinstance(row, Factor)
        if row.element not in ELEMENTS:
            raise BadTable(
                "unknown element", where=_at(place, "element"), value=row.element,
                allowed=", ".join(ELEMENTS),
            )  # fmt: skip
        if row.element in seen:
            raise BadTable(
                "two factors of one element", where=_at(place, "element"), value=row.element,
                allowed="one row: its reference compound",
            )  # fmt: skip
        seen.add(row.element)
        if not 0 < row.compound_to_element <= 1:
            raise BadTable(
                "not a factor", where=_at(place, "compound_to_element"),
                value=str(row.compound_to_element), allowed="above 0, at most 1",
            )  # fmt: skip
        if row.element_to_compound < 1:
            raise BadTable(
                "not a factor", where=_at(place, "element_to_compound"),
                value=str(row.element_to_compound), allowed="1 or more",
            )  # fmt: skip


def _fx(rows: Placed) -> None:
    for row, place in rows:
        assert isinstance(row, Rate)
        if not re.fullmatch(r"[A-Z]{3}", row.currency):
            raise BadTable(
                "not a currency", where=_at(place, "currency"), value=row.currency,
                allowed="a code of ISO 4217: EUR",
            )  # fmt: skip
        if row.usd_per_unit <= 0 or (row.currency == "USD" and row.usd_per_unit != 1):
            raise BadTable(
                "not an exchange rate", where=_at(place, "usd_per_unit"),
                value=str(row.usd_per_unit),
                allowed="1: USD is the unit" if row.currency == "USD" else "above 0",
            )  # fmt: skip
    _apart(rows, lambda row: (cast(Rate, row).currency,), "two rates of one currency on one day")


def _known_products(placed: Mapping[str, Placed]) -> None:
    covered = sorted({cast(Coverage, row).product for row, _ in placed["coverage"]})
    for name in ("floors", "duties"):
        for row, place in placed[name]:
            product = cast(Floor | Duty, row).product
            if product not in covered and not (name == "duties" and product == ANY):
                near = get_close_matches(product, covered, n=3, cutoff=0.5)
                raise BadTable(
                    "a product that coverage does not list", where=_at(place, "product"),
                    value=product,
                    allowed=", ".join(covered) if len(covered) <= 12 else f"one of {len(covered)}",
                    remedy="did you mean " + " or ".join(near) + "?" if near else "",
                )  # fmt: skip


def _convertible(placed: Mapping[str, Placed]) -> None:
    """A floor per kg of what an assay does not speak of needs the element's factor."""
    known = {cast(Factor, row).element for row, _ in placed["factors"]}
    listed = [cast(Coverage, row) for row, _ in placed["coverage"]]
    for row, place in placed["floors"]:
        assert isinstance(row, Floor)
        for covered in listed:
            if (
                covered.product == row.product
                and row.basis not in ("product", covered.assay_basis)
                and covered.element not in known
            ):
                raise BadTable(
                    f"a floor per kg of {row.basis} that cannot be converted",
                    where=_at(place, "basis"),
                    value=f"{row.product}: assay of {covered.element} per {covered.assay_basis}",
                    allowed=f"{covered.assay_basis}, product, or a row of factors for it",
                )  # fmt: skip


def _span(row: LawRow, place: Place) -> None:
    if isinstance(row, Factor) or row.valid_to is None or row.valid_from is None:
        return
    if row.valid_to < row.valid_from:
        raise BadTable(
            "a row that ends before it begins", where=_at(place, "valid_to"),
            value=str(row.valid_to), allowed=f"{row.valid_from} or later, or empty",
        )  # fmt: skip


def _apart(rows: Placed, key: Callable[[LawRow], tuple[str, ...]], what: str) -> None:
    """Refuses two rows of one key that share a day."""
    spans: dict[tuple[str, ...], list[tuple[date, date, int, Place]]] = {}
    for number, (row, place) in enumerate(rows):
        assert not isinstance(row, Factor)
        spans.setdefault(key(row), []).append(
            (row.valid_from or date.min, row.valid_to or date.max, number, place)
        )
    for named, found in spans.items():
        for (_, end, _, one), (start, _, _, other) in pairwise(sorted(found, key=_by_day)):
            if start <= end:
                raise BadTable(
                    what, where=_at(other, "valid_from"),
                    value=f"{', '.join(named)}"
                    + ("" if start == date.min else f" from {start}"),
                    allowed=f"a day after the row in line {one.line} has ended"
                    if one.line
                    else "one row at a time",
                    remedy="valid_to is the last day on which a row holds; empty is open",
                )  # fmt: skip


def _by_day(span: tuple[date, date, int, Place]) -> tuple[date, date, int]:
    return span[:3]


def _not_negative(value: Decimal | int, place: Place, unit: str) -> None:
    if value < 0:
        raise BadTable(
            "a negative value", where=place, value=str(value), allowed=f"0 or more, {unit}"
        )


def _state_or_any(code: str, place: Place) -> None:
    if code != ANY:
        _state(code, place, also=f"{ANY} for any")


def _state(code: str, place: Place, also: str = "") -> None:
    if code == EUROPEAN_UNION:
        raise BadTable(
            "a customs union where a state is needed", where=place, value=code,
            allowed="ISO 3166 alpha-3", remedy="one row for each of its states: DEU, FRA, ...",
        )  # fmt: skip
    if code not in countries():
        near: Iterable[str] = get_close_matches(code.upper(), countries(), n=3, cutoff=0.5)
        raise BadTable(
            "unknown country", where=place, value=code,
            allowed="ISO 3166 alpha-3" + (f", or {also}" if also else ""),
            remedy="did you mean " + " or ".join(near) + "?" if near else "",
        )  # fmt: skip


def _at(place: Place, column: str) -> Place:
    return Place(place.file, place.line, column)
