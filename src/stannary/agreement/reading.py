"""Reads the TOML of an agreement, strictly, into a `Text`.

`read` a file with what it includes; `Pieces` gathers its articles; `checks` looks at the whole.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Literal, cast, get_args

from ..terms.errors import BadArticle, Place, UnknownName
from ..terms.names import EUROPEAN_UNION, countries, country
from ..terms.units import ELEMENT_PER_COMPOUND, PARAMETER_UNITS, Basis
from .article import Country, Listing, Parameter, Step, Tariff, Text, numbered
from .checks import check_whole
from .fields import Source, Table
from .lines import lines
from .values import FORM, MEMBER, MEMBER_DESCRIPTIONS, RULES, Kind, kind_of

TEXTS = FilePath(__file__).parent / "texts"
ELEMENTS = frozenset(ELEMENT_PER_COMPOUND) | {"Co", "Ni", "C", "none"}
ARTICLES = ("agreement", "members", "coverage", "floors", "rules", "duties")
PRODUCT_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
DUTY_ID = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def shipped() -> tuple[str, ...]:
    """Names of the agreements that come with the package, without the parts that they share."""
    texts = {path.stem: path.read_text("utf-8") for path in TEXTS.glob("*.toml")}
    return tuple(sorted(name for name, text in texts.items() if "\n[agreement]" in text))


def read(name_or_path: str | FilePath) -> Text:
    """The agreement shipped under that name, or in that file.

    Raises UnknownName when there is neither, BadArticle or UnknownName when its text cannot be law.
    """
    path = _find(name_or_path)
    raw, source = _parse(path)
    if "agreement" not in raw:
        raise BadArticle(
            "no [agreement] table",
            where=Place(source.file, 1),
            allowed="a table with name, title and draft; a part without one is laid over another",
        )
    head = Table(raw["agreement"], source, ("agreement",))
    name, title, draft = head.text("name"), head.text("title"), head.flag("draft")
    parts = [(raw, source)]
    if head.has("include"):
        for n, part in enumerate(head.texts("include")):
            parts.append(_parse(_included(part, path, head.place("include", n))))
    head.finish()
    pieces = Pieces()
    for part, part_source in parts:
        pieces.add(part, part_source)
    text = Text(
        name=name,
        title=title,
        draft=draft,
        countries=pieces.countries,
        coverage=pieces.coverage,
        tariffs=pieces.tariffs,
        parameters=pieces.parameters,
        places=pieces.places,
    )
    check_whole(text)
    return numbered(text)


def read_over(text: Text, path: str | FilePath) -> Text:
    """`text` with the tables of a second file in place of its own, or added to them."""
    raw, source = _parse(_find(path))
    if "agreement" in raw:
        raise BadArticle(
            "a whole agreement where a part is expected",
            where=source.place(("agreement",)),
            allowed="only the tables that change",
        )
    pieces = Pieces()
    pieces.add(raw, source)
    # A member written anew drops what it no longer states: its old withdrawal must not survive.
    kept = {
        path: parameter
        for path, parameter in text.parameters.items()
        if not (path.startswith("members.") and path.split(".")[1] in pieces.countries)
    }
    over = replace(
        text,
        countries=text.countries | pieces.countries,
        coverage=text.coverage | pieces.coverage,
        tariffs=text.tariffs | pieces.tariffs,
        parameters=kept | pieces.parameters,
        places=text.places | pieces.places,
    )
    check_whole(over)
    return numbered(over)


def _find(name_or_path: str | FilePath) -> FilePath:
    given = FilePath(name_or_path)
    if given.suffix == ".toml" or given.is_file():
        if not given.is_file():
            raise UnknownName("file", str(given), [], where="agreement", remedy="check the path")
        return given
    if str(name_or_path) not in shipped():
        raise UnknownName("agreement", str(name_or_path), shipped(), where="agreement")
    return TEXTS / f"{name_or_path}.toml"


def _included(part: str, path: FilePath, place: Place) -> FilePath:
    for folder in (path.parent, TEXTS):
        if FilePath(part).name == part and (folder / part).is_file():
            return folder / part
    known = {p.name for folder in (path.parent, TEXTS) for p in folder.glob("*.toml")}
    raise UnknownName("file to include", part, known - {path.name}, where=place)


def _parse(path: FilePath) -> tuple[dict[str, object], Source]:
    try:
        text = path.read_text("utf-8")
        raw: dict[str, object] = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise BadArticle("not UTF-8", where=Place(str(path)), value=str(error)) from None
    except tomllib.TOMLDecodeError as error:
        met = re.search(r"line (\d+)", str(error))
        text = path.read_text("utf-8")
        line = int(met[1]) if met else text.rstrip().count("\n") + 1
        raise BadArticle(
            "not TOML", where=Place(path.name, line), value=str(error), allowed="TOML 1.0"
        ) from None
    source = Source(path.name, lines(text))
    for key in raw:
        if key not in ARTICLES:
            raise UnknownName("article", key, ARTICLES, where=source.place((key,)))
    return raw, source


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
        follows = table.text("follows") if table.has("follows") else ""
        self._stated(f"floors.{product}", table, follows)

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
        steps: list[Step] = []
        for item in table.tables(key):
            step = replace(_step(kind or kind_of(path), item), follows=follows)
            if steps and step.start <= steps[-1].start:
                raise BadArticle(
                    "a day twice" if step.start == steps[-1].start else "days out of order",
                    where=item.place("from"),
                    value=str(step.start),
                    allowed=f"a day after {steps[-1].start}",
                )
            steps.append(step)
        self.parameters[path] = Parameter(
            name=path,
            article="",
            description=description,
            unit=unit,
            steps=tuple(steps),
            checked_on=checked_on,
            doubt=doubt,
        )
        self.places.setdefault(path, table.place(key))


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
