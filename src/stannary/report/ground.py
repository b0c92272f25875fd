"""What it stands on: the inputs it rests on, the rules that day, the checks."""

from collections.abc import Iterable, Sequence

from .findings import folded, part
from .markup import Cell, Html, citation, code, join, number, table, tag
from .story import Story
from .story_grounds import Assumed, MemberRule, RestsOn
from .words import percent

QUALITY = (
    ("published", "stated by the source itself"),
    ("derived", "computed from published figures"),
    ("estimate", "someone's estimate, or ours with a stated method"),
    ("assumed", "in no source"),
)


SHORT = 24
"""Rows that a folded table may have to be printed."""


def rests_on(story: Story) -> Html:
    """Assumed values, figures by quality, what moves the headline, what the model leaves out."""
    rests = story["rests_on"]
    left_out = [tag("li", text) for text in rests["leaves_out"]]
    return part(
        "rests-on",
        "What it rests on",
        _assumed(rests),
        tag("h3", "Figures by quality"),
        _quality(rests),
        *_drivers(rests),
        tag("h3", "What the model leaves out") if left_out else None,
        tag("ul", *left_out, class_="plain") if left_out else None,
    )


def _assumed(rests: RestsOn) -> Html:
    """Assumed values by kind, each kind folded: there are many, and few readers ask for all."""
    values = rests["assumed"]
    if not values:
        return tag("p", "No value of the agreement is assumed.")
    said = "One value of the agreement stands" if len(values) == 1 else (
        f"{len(values)} values of the agreement stand"
    )  # fmt: skip
    kinds = dict.fromkeys(value["path"].split(".")[0] for value in values)
    lists = [_of_kind(k, [v for v in values if v["path"].split(".")[0] == k]) for k in kinds]
    return join([tag("p", f"{said} in no source: assumed, each with what is doubted."), *lists])


def _of_kind(kind: str, values: list[Assumed]) -> Html:
    return folded(
        f"{kind.capitalize()}: {len(values)} assumed",
        table(
            f"Values of the agreement that are assumed: {kind}",
            ["Value", "Article", ">Assumed", "Unit", "Doubt", "Reference"],
            (
                [v["path"], v["article"], _value(v["value"]), v["unit"], v["doubt"],
                 citation(v["reference"])]
                for v in values
            ),
        ),
        paper=kind not in ("members", "coverage"),
    )  # fmt: skip


def _quality(rests: RestsOn) -> Html:
    counts = {name: int(rests["quality"][name]) for name, _ in QUALITY}
    total = sum(counts.values())
    return table(
        f"{total:,} figures of the world, by how they are known",
        ["Quality", ">Figures", ">Share", "Meaning"],
        (
            [name, number(f"{n:,}", n), number(percent(n / total if total else None), n), meaning]
            for (name, meaning), n in zip(QUALITY, counts.values(), strict=True)
        ),
    )


def _drivers(rests: RestsOn) -> Iterable[Html]:
    if not rests["drivers"]:
        return
    largest = sorted(rests["drivers"], key=lambda d: -abs(d["effect_usd"]))[:5]
    yield tag("h3", "What moves the headline most")
    yield tag(
        "ol",
        *(tag("li", tag("strong", d["input"]), f": {d['sentence']}") for d in largest),
        class_="plain",
    )


def rules(story: Story) -> Html:
    """The law standing that day, each value with its article and source."""
    law = story["rules"]
    floors = table(
        "Floors",
        ["Product", ">Floor", "Unit", "Since", "Article", "Reference", "Assumed"],
        (
            [f["name"], _value(f["value"]), f["unit"], Cell(f["since"], None, True), f["article"],
             citation(f["reference"]), _yes(f["assumed"])]
            for f in law["floors"]
        ),
    )  # fmt: skip
    duties = table(
        "Duties",
        ["Product", "Importer", "Origin", ">Rate", "Kind", "Article", "Reference", "Assumed"],
        (
            [d["product"], d["importer"], d["origin"], _value(d["rate"]), d["kind"],
             d["article"], citation(d["reference"]), _yes(d["assumed"])]
            for d in law["duties"]
        ),
    )  # fmt: skip
    others = table(
        "Other values",
        ["Value", "Article", ">Value", "Reference", "Assumed"],
        (
            [o["path"], o["article"], _value(o["value"]), citation(o["reference"]),
             _yes(o["assumed"])]
            for o in law["others"]
        ),
    )  # fmt: skip
    return part(
        "rules",
        f"The rules of {story['title']['day_long']}",
        _folded_if(f"Floors ({len(law['floors'])})", floors, law["floors"]),
        *_members(law["members"]),
        _folded_if(f"Duties ({len(law['duties'])})", duties, law["duties"]),
        _folded_if(f"Other values ({len(law['others'])})", others, law["others"]),
    )


def _folded_if(summary: str, shown: Html, rows: Sequence[object]) -> Html | None:
    return folded(summary, shown, paper=len(rows) <= SHORT) if rows else None


def _members(members: list[MemberRule]) -> Iterable[Html]:
    """Those inside by name in a sentence, then the tables of those inside and of the others."""
    inside = [m for m in members if m["inside"]]
    others = [m for m in members if not m["inside"]]
    if not members:
        return
    yield tag("h3", "Members")
    names = ", ".join(m["name"] for m in inside) or "Nobody"
    yield tag("p", f"Inside that day: {names}.")
    for said, rows in (("Inside", inside), ("Named, not inside", others)):
        if rows:
            yield folded(f"{said} ({len(rows)})", _member_table(said, rows), paper=False)


def _member_table(said: str, rows: list[MemberRule]) -> Html:
    return table(
        f"{said}: countries and their status",
        ["Country", "Status", "Accession", "Valuation", "Article", "Reference", "Assumed"],
        (
            [m["name"], m["status"], m["accession"] or "", m["valuation"] or "", m["article"],
             citation(m["reference"]), _yes(m["assumed"])]
            for m in rows
        ),
    )  # fmt: skip


def check(story: Story) -> Html:
    """Each check in words with a tick; the command to reproduce; the data."""
    items = [
        tag(
            "li",
            tag(
                "span",
                "\N{CHECK MARK}" if c["ok"] else "\N{MULTIPLICATION X}",
                class_="tick" if c["ok"] else "tick bad",
                aria_hidden="true",
            ),
            None if c["ok"] else tag("strong", "Not passed: "),
            c["text"],
        )
        for c in story["check"]
    ]
    return part(
        "check",
        "Check",
        tag("ul", *items, class_="plain"),
        tag("h3", "To reproduce"),
        tag("pre", code(story["command"]), class_="command"),
        tag(
            "div",
            tag("button", "Download the data (CSV)", type="button", id="csv", class_="copy"),
            class_="scripted",
        )
        if story["csv"]
        else None,
        tag(
            "p",
            f"World {story['title']['world']}. Words: a floor holds when buyers pay it, is idle "
            "when the market is above it, fails when buyers pay less. The zone is the members. "
            "A top-up is the duty that lifts an import to its floor. M USD: millions of United "
            "States dollars; t: tonnes of the product's basis.",
            class_="small",
        ),
    )


def _yes(assumed: bool) -> str:
    return "assumed" if assumed else ""


def _value(text: str) -> Cell:
    """A value of the law as written, sorted as a number where it is one."""
    bare = text.replace(",", "").removesuffix("%").strip()
    return Cell(text, bare or None, True)
