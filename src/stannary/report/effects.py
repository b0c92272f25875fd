"""What it means in things you know, and what enters without paying.

Next: `tell_leaks`, which tells both; `markup`, which they are written with.
"""

from collections.abc import Sequence

from .findings import decimals, folded, part
from .markup import Cell, Html, number, table, tag
from .story import Door, Leak, Story, Thing
from .words import figure, fixed, millions, percent, that_add_up

FEW = 8
"""Rows that stand in the open; more of them are folded."""


def things(story: Story) -> Html | None:
    """What is added to things that people know."""
    found = story["things"]
    if not found:
        return None
    return part(
        "things",
        "In things you know",
        tag(
            "p",
            f"{_said(found[:3])} Kilograms in one of them times what buyers in the zone pay more.",
        ),
        _thing_table(story, found[:FEW]),
        folded(f"More things ({len(found) - FEW})", _thing_table(story, found[FEW:]), paper=False)
        if len(found) > FEW
        else None,
    )


def _said(few: Sequence[Thing]) -> str:
    named = [f"{figure(t['usd'])} USD to {t['name'][0].lower()}{t['name'][1:]}" for t in few]
    return f"It adds {', '.join(named)}."


def _thing_table(story: Story, found: Sequence[Thing]) -> Html:
    return table(
        f"Added to one of each, USD of {story['title']['world_year']}",
        ["Thing", ">Added, USD", ">Part of its price"],
        [
            [
                t["name"],
                number(figure(t["usd"]), t["usd"]),
                number(_part(t["share"]), t["share"]),
            ]
            for t in found
        ],
    )


def _part(share: float | None) -> str:
    return figure(None) if share is None else f"{figure(100 * share)}%"


def leaks(story: Story) -> Html | None:
    """What enters without paying the top-up: evaded, or by another member's door."""
    if not story["leaks"] and not story["doors"]:
        return None
    return part(
        "leaks",
        "What enters without paying",
        *_evaded(story["leaks"]),
        *_diverted(story["doors"]),
    )


def _evaded(found: Sequence[Leak]) -> list[Html]:
    if not found:
        return []
    unpaid = sum(leak["unpaid_usd"] for leak in found)
    tonnes, imported = (sum(leak[key] for leak in found) for key in ("tonnes", "imported"))
    said = (
        f"{percent(tonnes / imported)} of what these buyers import is not declared:"
        f" {millions(unpaid).lstrip('+')} M USD a year of top-up goes unpaid, less what audits find."
        " Cheating would not pay from the audit rate in the last column."
    )
    shown = [tag("p", said), _leak_table(found[:FEW], "the largest first")]
    if len(found) > FEW:
        more = _leak_table(found[FEW:], "the others")
        shown.append(folded(f"More buyers ({len(found) - FEW})", more, paper=False))
    return shown


def _leak_table(found: Sequence[Leak], which: str) -> Html:
    digits = decimals(*(leak["unpaid_usd"] for leak in found))
    return table(
        f"Imports into the zone that do not pay the top-up, by product and buyers: {which}",
        [
            "Buyers", "Product", ">t a year", ">Part of their imports", ">Unpaid, M USD",
            ">Fines, M USD", ">Audited", ">Enough",
        ],
        [
            [
                leak["buyers"],
                leak["product"],
                number(figure(leak["tonnes"]), leak["tonnes"]),
                number(percent(leak["tonnes"] / leak["imported"]), leak["tonnes"] / leak["imported"]),
                _amount(leak["unpaid_usd"], digits),
                _amount(leak["fines_usd"], digits),
                number(percent(leak["audited"]), leak["audited"]),
                number(percent(leak["enough"]), leak["enough"]),
            ]
            for leak in found
        ],
    )  # fmt: skip


def _diverted(found: Sequence[Door]) -> list[Html]:
    if not found:
        return []
    lost = {
        d["member"]: sum(o["lost_usd"] for o in found if o["member"] == d["member"]) for d in found
    }
    order = sorted(lost, key=lambda member: -lost[member])
    digits = decimals(*lost.values())
    rounded = that_add_up([lost[member] / 1e6 for member in order], digits)
    named = [
        f"{member} {fixed(usd, digits).lstrip('+')}"
        for member, usd in zip(order, rounded, strict=True)
    ]
    total = fixed(round(sum(rounded), digits), digits).lstrip("+")
    tonnes = sum(door["tonnes"] for door in found)
    said = (
        f"Inside the zone goods circulate freely: {figure(tonnes)} t a year come in by the door of"
        f" another member. Its own border would have collected {total} M USD a year:"
        f" {', '.join(named)}."
    )
    shown = [tag("p", said), _door_table(found[:FEW], digits, "the largest first")]
    if len(found) > FEW:
        more = _door_table(found[FEW:], digits, "the others")
        shown.append(folded(f"More doors ({len(found) - FEW})", more, paper=False))
    return shown


def _door_table(found: Sequence[Door], digits: int, which: str) -> Html:
    return table(
        f"Goods that come in by another member's door: {which}",
        ["Member", "Product", "By the door of", ">t a year", ">Lost, M USD", ">Paid there, M USD"],
        [
            [
                door["member"],
                door["product"],
                door["door"],
                number(figure(door["tonnes"]), door["tonnes"]),
                _amount(door["lost_usd"], digits),
                _amount(door["collected_usd"], digits),
            ]
            for door in found
        ],
    )


def _amount(usd: float, digits: int) -> Cell:
    return number(fixed(usd / 1e6, digits).lstrip("+"), usd)
