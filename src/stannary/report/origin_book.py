"""What `stannary origin` prints without a lot: a book of lots, or trade, held against plants."""

import json
from pathlib import Path

from ..customs.origin.chain import place
from ..customs.origin.faults import kilograms
from ..customs.origin.trade import Excess, explained, tonnes
from ..secretariat.origins import Book, Traded
from ..terms.dates import long
from ..terms.names import countries
from ..terms.units import GRAMS_PER_TONNE
from .lines import LINES, look_out, next_line, wrap
from .origin import INDICATOR, under
from .words import that_add_up

ROWS = 7
WHOLE_TONNES = 10 * GRAMS_PER_TONNE
"""From here on tonnes are written whole."""


def book_screen(found: Book, written: tuple[Path, ...] = ()) -> str:
    """Which plants certified more than can be of the zone, by how much, and what limits them."""
    lots = len(found.books.lots)
    lines = [
        f"{lots} lots, {len(found.books.facilities)} plants.  Zone of {long(found.day)}.", "",
        *wrap(book_headline(found)), "",
    ]  # fmt: skip
    if found.over:
        lines.append(
            f"  {'plant, product, year':<40}{'kg claimed':>13}{'can be':>13}{'too many':>13}"
        )
    for over in found.over[:ROWS]:
        most = max(over.claims, key=lambda c: c.grams)
        name = ", ".join((most.facility_id, most.product, most.period))
        name += f" +{len(over.claims) - 1}" if len(over.claims) > 1 else ""
        lines.append(
            f"  {name:<40}{kilograms(over.claimed):>13}{kilograms(over.possible):>13}"
            f"{kilograms(over.excess):>13}"
        )
        because = "; ".join(limit.sentence for limit in over.limits)
        lines += under(because + ".")[:3]
    if len(found.over) > ROWS:
        lines.append(f"  and {len(found.over) - ROWS} more; --json has all")
    if found.over:
        lines += [
            "",
            *wrap("Cleared by capacity that the register lacks, or by lots of earlier years."),
        ]
    asides = [(f"A row was set aside: {a.message}.", "") for a in found.aside]
    told = look_out(asides, max(LINES - len(lines) - 5, 2))
    lines += ["", *told] if told else []
    lines += [f"  {'   '.join(str(p) for p in written)}"] if written else []
    return "\n".join([*lines, *([""] if lines[-1] else []), f"  {INDICATOR}"])


def book_headline(found: Book) -> str:
    """The answer in a sentence."""
    if not found.over:
        return "Every lot of a member can be of the zone: mines, plants and scrap suffice."
    excess = sum(over.excess for over in found.over)
    return (
        f"{kilograms(excess)} kg certified in member countries cannot be of the zone, in"
        f" {len(found.over)} {'place' if len(found.over) == 1 else 'places'}."
    )


def trade_screen(found: Traded, written: tuple[Path, ...] = ()) -> str:
    """Which exporters cannot have made what they shipped."""
    lines = ["Trade held against mines and smelters.", "", *wrap(trade_headline(found)), ""]
    lines.append(
        f"  {'exporters -> buyer, t of the element':<44}{'shipped':>10}{'can make':>12}"
        f"{'too many':>12}{'rush':>10}"
    )
    for e in found.found[:ROWS]:
        s = e.shipment
        who = f"{' + '.join(_name(c) for c in s.exporters)} -> {_name(s.partner)}"
        can, over = _parts(e)
        rush = "-" if e.rush is None else f"{float(e.rush):.1f} x"
        lines.append(f"  {who:<44}{tonnes(s.grams):>10}{can:>12}{over:>12}{rush:>10}")
    for e in found.found[:2]:
        lines += ["", *wrap(" ".join(told(e_line, found) for e_line in explained(e)))]
    warnings = [(text, "") for text in trade_warnings(found)]
    out = look_out(warnings, max(LINES - len(lines) - 5, 2))
    lines += ["", *out] if out else []
    lines += ["", f"  {'   '.join(str(p) for p in written)}"] if written else [""]
    asked = f"stannary origin --trade {found.trade} --facilities {found.facilities}"
    return "\n".join([*lines, *next_line([f"{asked} --json"]), f"  {INDICATOR}"])


def _parts(excess: Excess) -> tuple[str, str]:
    """Tonnes that can have been made and that cannot; together what was shipped, as it is written."""
    if not excess.beyond_made or excess.shipment.grams < WHOLE_TONNES:
        return tonnes(excess.made), tonnes(excess.beyond_made)
    parts = that_add_up([excess.made / GRAMS_PER_TONNE, excess.beyond_made / GRAMS_PER_TONNE], 0)
    return f"{parts[0]:,.0f}", f"{parts[1]:,.0f}"


def _name(code: str) -> str:
    return countries().get(code, code)


def trade_headline(found: Traded) -> str:
    """The answer in a sentence."""
    beyond = [e for e in found.found if e.beyond_made]
    if not beyond:
        return "Every exporter can have made what it shipped."
    worst = beyond[0]
    name = found.names.get(worst.shipment.product, worst.shipment.product).lower()
    who = " and ".join(place(c) for c in worst.shipment.exporters)
    return (
        f"{who[0].upper()}{who[1:]} cannot have made {tonnes(worst.beyond_made)} of the"
        f" {tonnes(worst.shipment.grams)} t of {worst.shipment.element} in the {name} that went to"
        f" {place(worst.shipment.partner)} from {long(worst.shipment.first)} to"
        f" {long(worst.shipment.last)}."
    )


def trade_warnings(found: Traded) -> list[str]:
    """Capacities that no source states, notes on the figures, rows that could not be read."""
    texts: list[str] = []
    for plant in {p.facility.facility_id: p for e in found.found for p in e.plants}.values():
        if plant.figure.quality == "assumed":
            texts.append(f"Assumed: {plant.facility.facility_id}, {plant.figure.note}.")
    for e in found.found:
        for row in (e.shipment, e.earlier):
            if row is not None and row.figure.note:
                texts.append(f"{row.first} to {row.last}: {row.figure.note}.")
    texts += [f"A row was set aside: {a.message}." for a in found.aside]
    return texts


def told(sentence: str, found: Traded) -> str:
    """A sentence of customs with products in words."""
    for product, name in found.names.items():
        sentence = sentence.replace(f" {product} ", f" {name.lower()} ")
    return sentence


def trade_json(found: Traded) -> str:
    """The same for machines: every case with its figures, sentences and sources."""
    cases = [
        {
            "exporters": list(e.shipment.exporters), "partner": e.shipment.partner,
            "product": e.shipment.product, "element": e.shipment.element,
            "first": str(e.shipment.first), "last": str(e.shipment.last),
            "kg": {
                "goods": _kg(e.shipment.goods), "shipped": _kg(e.shipment.grams),
                "mined": _kg(e.mined), "smelted": _kg(e.smelted), "declared": _kg(e.declared),
                "own": _kg(e.own), "made": _kg(e.made), "beyond_own": _kg(e.beyond_own),
                "beyond_made": _kg(e.beyond_made),
            },
            "rush": None if e.rush is None else f"{float(e.rush):.2f}",
            "assumed": list(e.assumed), "quality": e.shipment.figure.quality,
            "source": e.shipment.figure.source, "says": list(explained(e)),
        }
        for e in found.found
    ]  # fmt: skip
    body = {
        "schema": "stannary-trade/1", "trade": str(found.trade),
        "facilities": str(found.facilities), "cases": cases,
        "set_aside": [a.message for a in found.aside],
    }  # fmt: skip
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)


def book_json(found: Book) -> str:
    """The same for machines: every over-claim with its cut."""
    body = {
        "schema": "stannary-book/1",
        "day": str(found.day),
        "lots": len(found.books.lots),
        "over": [
            {
                "claims": [
                    {
                        "facility": c.facility_id, "product": c.product, "country": c.country,
                        "period": c.period, "kg": _kg(c.grams), "lots": list(c.entry_lines),
                    }
                    for c in over.claims
                ],
                "claimed_kg": _kg(over.claimed), "possible_kg": _kg(over.possible),
                "excess_kg": _kg(over.excess), "says": over.sentence,
                "cut": [
                    {
                        "kind": limit.kind, "facility": limit.facility_id,
                        "product": limit.product, "period": limit.period,
                        "kg": _kg(limit.grams), "says": limit.sentence,
                    }
                    for limit in over.limits
                ],
            }
            for over in found.over
        ],
        "set_aside": [a.message for a in found.aside],
    }  # fmt: skip
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)


def _kg(grams: int) -> str:
    return f"{grams // 1000}.{grams % 1000:03d}"
