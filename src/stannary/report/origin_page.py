"""Pages of `stannary origin`, and the files beside them: all written, or none."""

from collections.abc import Callable
from pathlib import Path

from ..customs.files import write_all
from ..customs.origin.chain import place
from ..customs.origin.faults import kilograms
from ..customs.origin.trade import Excess, explained, tonnes
from ..secretariat.origins import Book, Origin, Traded
from . import origin, origin_book
from .markup import Cell, Html, number, table, tag
from .plain import document, part, points


def publish(found: Origin | Book | Traded, folder: Path) -> tuple[Path, ...]:
    """Write origin.html and origin.json to a folder. Raises BadTable where nothing can be written."""
    if isinstance(found, Origin):
        texts = _lot(found), origin.as_json(found)
    elif isinstance(found, Book):
        texts = _book(found), origin_book.book_json(found)
    else:
        texts = _trade(found), origin_book.trade_json(found)
    names = ("origin.html", "origin.json")
    writers = {n: _writer(text) for n, text in zip(names, texts, strict=True)}
    return write_all(folder, writers)


def _writer(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8", newline="\n")

    return write


def _lot(found: Origin) -> str:
    rules = table(
        "Every rule of origin",
        ("rule", "answer", "clause", "link that decides", "reference", "assumed"),
        [
            (
                v.rule.title, origin.shown(v), v.rule.clause, origin.decides(v), v.rule.reference,
                "assumed" if v.rule.assumed else "stated",
            )
            for v in found.verdicts
        ],
    )  # fmt: skip
    chain = table(
        "The lot and every lot behind it",
        ("lot", "product", "stage", "plant", "country", "owner", "day", ">kg", "made from"),
        [
            (
                s.lot.lot_id, s.lot.product, s.lot.stage, s.lot.facility_id,
                place(s.lot.country),
                place(s.plant.owner) if s.plant and s.plant.owner else "not stated",
                str(s.lot.day), number(kilograms(s.lot.grams), s.lot.grams), origin.made_of(s),
            )
            for s in found.steps
        ],
    )  # fmt: skip
    body = [
        part("What each rule says", rules),
        part("The chain", chain),
        part("Custody", tag("p", origin.custody_of(found))),
        *_listed("Look out", origin.warnings(found)),
        part("What this is", tag("p", origin.INDICATOR)),
    ]
    title = f"Origin of {found.lot.lot_id}"
    return document(title, origin.made(found), origin.headline(found), body)


def _book(found: Book) -> str:
    rows = [
        (
            "; ".join(sorted({f"{c.facility_id}, {c.product}, {c.period}" for c in over.claims})),
            number(kilograms(over.claimed), over.claimed),
            number(kilograms(over.possible), over.possible),
            number(kilograms(over.excess), over.excess),
            "; ".join(limit.sentence for limit in over.limits),
            ", ".join(over.entry_lines),
        )
        for over in found.over
    ]  # fmt: skip
    columns = (
        "plant, product, year",
        ">kg claimed",
        ">can be",
        ">too many",
        "what limits it",
        "lots",
    )
    body = [
        part("Claims that cannot all be", table("By a maximum flow", columns, rows)),
        *_listed("Set aside", [a.message for a in found.aside]),
        part("What this is", tag("p", origin.INDICATOR)),
    ]
    made = f"{len(found.books.lots)} lots, zone of {found.day}"
    return document("A book of lots", made, origin_book.book_headline(found), body)


def _trade(found: Traded) -> str:
    columns = (
        "exporters", "buyer", ">t shipped", ">mined", ">declared", ">can make", ">too many", "quality",
        "source",
    )  # fmt: skip
    rows = [
        (
            ", ".join(place(c) for c in e.shipment.exporters),
            place(e.shipment.partner), _t(e.shipment.grams), _t(e.mined), _t(e.declared),
            _t(e.made), _t(e.beyond_made), e.shipment.figure.quality, e.shipment.figure.source,
        )
        for e in found.found
    ]  # fmt: skip
    plants = {p.facility.facility_id: p for e in found.found for p in e.plants}.values()
    works = [
        (
            p.facility.facility_id, p.facility.stage, _t(p.facility.grams_per_year),
            p.figure.quality, p.figure.source, p.figure.note,
        )
        for p in plants
    ]  # fmt: skip
    body = [
        part("Held against what they can make", table("Tonnes of the element", columns, rows)),
        part("In sentences", points([_told(e, found) for e in found.found])),
        part(
            "Mines and smelters",
            table(
                "Capacity a year",
                ("plant", "stage", ">t a year", "quality", "source", "note"),
                works,
            ),
        ),
        *_listed("Look out", origin_book.trade_warnings(found)),
        part("What this is", tag("p", origin.INDICATOR)),
    ]
    made = f"Trade of {found.trade.name}"
    return document("Who made it", made, origin_book.trade_headline(found), body)


def _told(excess: Excess, found: Traded) -> str:
    return " ".join(origin_book.told(line, found) for line in explained(excess))


def _listed(title: str, texts: list[str]) -> list[Html]:
    return [part(title, points(texts))] if texts else []


def _t(grams: int) -> Cell:
    return number(tonnes(grams), grams)
