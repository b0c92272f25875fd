"""The page of a floor notice: one file that loads nothing and runs nothing."""

from collections.abc import Iterable
from decimal import Decimal

from ..customs.reference import Notice
from ..customs.reference.formula import METHOD
from ..customs.reference.market import REASONS
from ..secretariat.pricing import Pricing
from ..terms.dates import long
from . import price_words as words
from .markup import Cell, Html, code, join, number, table, tag
from .plain import document, part, points


def page(priced: Pricing, notice: Notice) -> str:
    """The whole document."""
    body = [
        tag("p", words.why(notice), class_="finding"),
        part("The three prices and the floor", _prices(words.rows(notice), notice)),
        part("What was used", _used(notice)),
        part("What was left out, and why", _excluded(notice)),
        part("Cost of production", _costs(notice)),
        part("The method", _method(notice)),
        part(
            "Inputs", _inputs(notice), tag("p", code(words.command(priced, "--verify", "NOTICE")))
        ),
        part("Look out", points([f"{t} {more}" for t, more in words.warnings(priced, notice)])),
    ]
    return document(
        f"{priced.name(notice.terms.product)}: floor from {long(notice.day)}",
        f"Floor notice {notice.version}, method {METHOD}",
        words.headline(priced, notice),
        body,
    )


def _usd(value: Decimal | None) -> Cell:
    return number("-" if value is None else f"{value:.4f}", None if value is None else float(value))


def _prices(rows: Iterable[tuple[str, str, str]], notice: Notice) -> Html:
    caption = f"USD per kg of {notice.terms.basis}, {notice.terms.incoterm}"
    return table(
        caption, ("price", ">USD/kg", "what it is"),
        [(what, Cell(usd, None, True), text) for what, usd, text in rows],
    )  # fmt: skip


def _used(notice: Notice) -> Html:
    rows = [
        (
            p.seen.id, str(p.seen.day), p.seen.kind, p.seen.group, _usd(p.usd),
            number(f"{float(p.volume):,.0f}" if p.volume else "-", float(p.volume)),
        )
        for p in notice.market.used
    ]  # fmt: skip
    return table(
        f"{len(rows)} observations on the floor's terms",
        ("observation", "day", "kind", "source group", ">USD/kg", ">kg"),
        rows,
    )


def _excluded(notice: Notice) -> Html:
    return table(
        f"{len(notice.excluded)} observations",
        ("observation", "reason", "in words"),
        [
            (id, reason, REASONS.get(reason, "a row that cannot be read"))
            for id, reason in notice.excluded
        ],
    )


def _costs(notice: Notice) -> Html:
    return table(
        "Every plant listed, on the floor's terms",
        ("plant", ">USD/kg", ">kg a year", "year", "quality", "source", "note"),
        [
            (
                p.cost.plant, _usd(p.usd),
                number(f"{float(p.cost.capacity):,.0f}", float(p.cost.capacity)),
                str(p.cost.year), p.cost.quality, p.cost.source, p.why or p.cost.note,
            )
            for p in notice.structural.plants
        ],
    )  # fmt: skip


def _method(notice: Notice) -> Html:
    return table(
        "Parameters that held on the day",
        ("parameter", "value", "unit", "since", "assumed", "reference", "doubt"),
        [
            (
                rule.name, rule.value, rule.unit, str(rule.valid_from),
                "assumed" if rule.assumed else "stated", rule.reference, rule.doubt,
            )
            for rule in notice.method.rules
        ],
    )  # fmt: skip


def _inputs(notice: Notice) -> Html:
    return table(
        "SHA-256 of every file; a closed one is committed to with a salt",
        ("for", "file", ">rows", "digest"),
        [
            (s.role, s.path, number(str(s.rows), s.rows), join([code(s.digest)]))
            for s in notice.sources
        ],
    )
