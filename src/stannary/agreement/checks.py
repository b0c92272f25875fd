"""What only the whole text can show: names that another article must know, and spans that clash."""

from datetime import date
from itertools import pairwise

from ..terms.errors import BadArticle, Place, UnknownName
from ..terms.names import EUROPEAN_UNION, EUROPEAN_UNION_STATES
from .article import Parameter, Text, of_member
from .values import BY_CLASS, ENFORCEMENT, RULES, STOCKPILE


def check_whole(text: Text) -> None:
    """Raises BadArticle or UnknownName at the first thing that cannot stand together."""
    _rules(text)
    for code in text.countries:
        _member(text, code)
    for path in text.parameters:
        if path.startswith(("floors.", "guarantees.")):
            product, member = of_member(path)
            _covered(text, product, path)
            if member is not None:
                party(text, member, text.places[path])
            elif path.startswith("floors."):
                _followed(text, path)
    _enforcement(text)
    _whole_article(text, "stockpile", tuple(STOCKPILE))
    _coverage(text)
    _duties(text)


def _followed(text: Text, path: str) -> None:
    """A floor that follows another: it must be there, stand on its own, and weigh the same."""
    followed = text.parameters[path].follows
    if not followed:
        return
    levels = [
        other.removeprefix("floors.")
        for other, parameter in text.parameters.items()
        if other.startswith("floors.") and not parameter.follows and not of_member(other)[1]
    ]
    if followed not in levels:
        raise UnknownName("floor to follow", followed, levels, where=text.places[path])
    product = path.removeprefix("floors.")
    if text.coverage[product].basis != text.coverage[followed].basis:
        raise BadArticle(
            "a floor that follows one of another basis",
            where=text.places[path],
            value=text.coverage[product].basis,
            allowed=f"the basis of {followed}: {text.coverage[followed].basis}",
        )


def party(text: Text, code: str, place: Place) -> None:
    """Raises unless `code` is a country that the agreement names and that enters in its own right."""
    if code in EUROPEAN_UNION_STATES:
        raise BadArticle(
            "a state of the customs union", where=place, value=code, allowed=EUROPEAN_UNION
        )
    if code not in text.countries:
        named = [other for other, country in text.countries.items() if not country.through]
        raise UnknownName("member", code, named, where=place)


def _enforcement(text: Text) -> None:
    rows = (f"{name}.*" if name in BY_CLASS else name for name in ENFORCEMENT)
    _whole_article(text, "enforcement", tuple(rows))


def _whole_article(text: Text, article: str, needed: tuple[str, ...]) -> None:
    """An article may be left out, but not in part."""
    given = [path for path in text.parameters if path.startswith(f"{article}.")]
    for name in needed if given else ():
        path = f"{article}.{name}"
        if path not in text.parameters:
            raise BadArticle(
                f"no {path}",
                where=text.places[given[0]],
                value=", ".join(given),
                allowed=f"{article} as a whole: " + ", ".join(f"{article}.{n}" for n in needed),
            )


def _rules(text: Text) -> None:
    for rule in RULES:
        path = f"rules.{rule}" + (".*" if rule == "dominant_supplier" else "")
        if path not in text.parameters:
            raise BadArticle(
                f"no {path}",
                where=Place(text.name),
                allowed='a table of that name; the shipped one is include = ["rules.toml"]',
            )


def _member(text: Text, code: str) -> None:
    member, place = text.countries[code], text.places[f"members.{code}"]
    if (member.through is not None) != (code in EUROPEAN_UNION_STATES):
        raise BadArticle(
            "accession belongs to the customs union"
            if member.through is None
            else "not a state of that customs union",
            where=place,
            value=code,
            allowed='through = "EUU" for its 27 states, and for them only',
        )
    own = [
        path for path in ("accession", "withdrawal") if f"members.{code}.{path}" in text.parameters
    ]
    if member.through is not None and (own or EUROPEAN_UNION not in text.countries):
        raise BadArticle(
            "a state of the Union with a date of its own" if own else "no members.EUU",
            where=place,
            value=code,
            allowed="the dates of members.EUU hold for its states",
        )
    if "withdrawal" not in own:
        return
    leaving = text.parameters[f"members.{code}.withdrawal"]
    joining = text.parameters.get(f"members.{code}.accession")
    entries = [step.value for step in joining.steps if step.value] if joining else []
    for step in leaving.steps:
        if step.value is not None and not any(_before(entry, step.value) for entry in entries):
            place = text.places[leaving.name]
            raise BadArticle(
                "withdrawal before accession",
                where=Place(place.file, step.line or place.line, leaving.name),
                value=str(step.value),
                allowed="a day after "
                + (str(entries[-1]) if entries else "an accession, and none is given"),
            )


def _before(entry: object, leaving: object) -> bool:
    return isinstance(entry, date) and isinstance(leaving, date) and entry < leaving


def _covered(text: Text, product: str, path: str) -> None:
    if product not in text.coverage:
        raise UnknownName("covered product", product, text.coverage, where=text.places[path])


def _coverage(text: Text) -> None:
    """Two products that customs could not tell apart would make the duty a matter of taste."""
    listed = list(text.coverage.values())
    for n, one in enumerate(listed):
        for other in listed[:n]:
            shared = [a for a in one.hs for b in other.hs if a.startswith(b) or b.startswith(a)]
            apart = one.assay_to <= other.assay_from or other.assay_to <= one.assay_from
            if shared and one.element == other.element and not apart:
                raise BadArticle(
                    "two products that customs cannot tell apart",
                    where=text.places[f"coverage.{one.product}"],
                    value=f"{one.product} and {other.product}: HS {shared[0]}, {one.element}",
                    allowed="another HS code, element or assay range",
                )


def _duties(text: Text) -> None:
    spans: dict[tuple[str, str, str, str], list[tuple[date, date, str]]] = {}
    for id, tariff in text.tariffs.items():
        path = f"duties.{id}"
        for product in tariff.products:
            _covered(text, product, path)
            key = (product, tariff.importer, tariff.origin, tariff.kind)
            spans.setdefault(key, []).extend(
                (start, end, path) for start, end in _spans(text.parameters[path])
            )
        if tariff.importer in EUROPEAN_UNION_STATES:
            raise BadArticle(
                "a tariff that belongs to the customs union",
                where=text.places[path],
                value=tariff.importer,
                allowed=EUROPEAN_UNION,
            )
    for (product, importer, origin, kind), rows in spans.items():
        for (_, end, first), (start, _, second) in pairwise(sorted(rows)):
            if start < end:
                raise BadArticle(
                    f"two {kind} duties of {importer} on {product} from {origin} on {start}",
                    where=text.places[second],
                    value=f"{first} and {second}",
                    allowed="one row at a time: end the first, or give both one row",
                )


def _spans(parameter: Parameter) -> list[tuple[date, date]]:
    ends = [step.start for step in parameter.steps[1:]] + [date.max]
    return [
        (step.start, end)
        for step, end in zip(parameter.steps, ends, strict=True)
        if step.value is not None
    ]
