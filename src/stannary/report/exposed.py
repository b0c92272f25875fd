"""How exposed? The part of the page on a cut of the dominant supplier.

Next: `tell_exposed`, which tells it; `markup`, which it is written with.
"""

from collections.abc import Sequence

from .findings import folded, part
from .markup import Cell, Html, code, number, table, tag
from .story import Exposure, Short, Story
from .words import NOTHING, figure, not_quite

FEW = 8
"""Products that stand in the open; more of them are folded."""


def part_of(story: Story) -> Html | None:
    """What still runs if the dominant supplier ships nothing abroad, by product and by member."""
    found = story.get("exposure")
    if found is None:
        return None
    short, members = found["products"], found["members"]
    return part(
        "exposed",
        "How exposed?",
        tag("p", found["sentence"], " ", found["notes"]),
        _short_table(found, short[:FEW], "the worst hit by value first") if short else None,
        folded(
            f"More products ({len(short) - FEW})",
            _short_table(found, short[FEW:], "the others"),
            paper=False,
        )
        if len(short) > FEW
        else None,
        _member_table(found) if members else None,
        tag("ul", *(_caution(c["text"], c["command"]) for c in found["cautions"]), class_="plain")
        if found["cautions"]
        else None,
        tag("p", "Printed in full by ", code(found["command"])),
    )


def _caution(text: str, command: str) -> Html:
    return tag("li", text, code(command) if command else None)


def _short_table(found: Exposure, rows: Sequence[Short], which: str) -> Html:
    cases, heads = found["cases"], found["heads"]
    ends = sorted({0, len(cases) - 1})  # in one year the bloc alone moves days by next to nothing
    return table(
        "What runs short in the year of the cut: part of its use that runs, days of the cut that run in"
        f" full, price {cases[-1]} in times its normal one. Why: who sent what part of it, and for how"
        f" many days of use there is own stock; {which}",
        [
            "Product", ">Use, t a year", *(f">Runs, {head}" for head in heads),
            *(f">Days, {heads[case]}" for case in ends), ">Price", "Why",
        ],
        [
            [
                row["name"],
                number(figure(row["use"]), row["use"]),
                *(_part(value) for value in row["runs"]),
                *(number(f"{row['days'][case]:.0f}", row["days"][case]) for case in ends),
                number(row["price_text"], row["price"]),
                row["why"],
            ]
            for row in rows
        ],
    )  # fmt: skip


def _member_table(found: Exposure) -> Html:
    return table(
        "Part of its use, by value at normal prices, that each member runs in the year of the cut",
        [
            "Member", ">Use in a normal year, M USD",
            *(f">{case[0].upper()}{case[1:]}" for case in found["cases"]),
        ],
        [
            [
                row["name"],
                number(figure(row["value_usd"] / 1e6), row["value_usd"]),
                *(_part(v) for v in row["runs"] or [None] * len(found["cases"])),
            ]
            for row in found["members"]
        ],
    )  # fmt: skip


def _part(value: float | None) -> Cell:
    return number(NOTHING if value is None else not_quite(value), value)
