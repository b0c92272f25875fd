"""The story: what one report tells, as a JSON-able mapping, and the sums it must keep.

Prices are USD per kilogram of the product's basis; output and use are t a year; money is USD a
year, the market with the agreement minus the market without it, so a gain is positive. Shares lie
between 0 and 1. A sentence is written by whoever knows the market; the report only places it.
"""

import json
from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict, cast

from stannary.terms.errors import BadInput

from .story_grounds import Check, RestsOn, Rules

SCHEMA = "stannary-report/1"

State = Literal["holds", "fails", "idle", "none"]
"""Of a floor: buyers pay it; buyers pay less; the market is above it; there is no floor."""


class Title(TypedDict):
    """What was solved, under which rules, and by what.

    day, made  ISO dates; day_long  the day as a sentence writes it
    changes    how many of the agreement's values were set for this study
    """

    world: str
    world_year: int
    day: str
    day_long: str
    agreement: str
    draft: bool
    changes: NotRequired[int]
    made: str
    version: str
    data: str


# The key `try` is a Python keyword, so this one is written as a call.
NotSolved = TypedDict("NotSolved", {"solve": str, "region": str, "product": str, "try": str})
"""One market that did not balance; `solve` is "with" or "without", `try` the next command."""


class Input(TypedDict):
    """A figure that a number is made of; `quality` is published, derived, estimate or assumed."""

    name: str
    value: str
    unit: str
    quality: NotRequired[str]
    reference: NotRequired[str]


class Mark(TypedDict):
    """One bar of a tile's small chart; `text` is its value in words, with its unit."""

    label: str
    value: float
    text: NotRequired[str]


class Answer(TypedDict):
    """One answer to a question of the first screen; `why` is the formula with its values.

    command  prints it in full; where it is none of its own, the report's
    """

    number: str
    sentence: str
    spark: list[Mark]
    why: str
    command: NotRequired[str]


class Tile(Answer):
    """A question of the first screen and its answer for the zone.

    answers  those for the other views, by id; without them this one is for every view
    """

    key: Literal["hold", "pay", "made", "exposed"]
    question: str
    inputs: NotRequired[list[Input]]
    answers: NotRequired[dict[str, Answer]]


class View(TypedDict):
    """Someone to read the report as: `zone`, a region, or a group of its buyers.

    where  heads the list that it stands in: of groups, their region; "" for the zone and regions
    """

    id: str
    name: str
    where: str


class Group(TypedDict):
    """What a group of buyers pays, USD a year; a cost is below 0. sentence  the answer in words."""

    id: str
    name: str
    users: float
    spending: float
    sentence: str


class Thing(TypedDict):
    """What the agreement adds to one thing, USD; share  of what one costs, None: not known."""

    name: str
    usd: float
    share: float | None


class Leak(TypedDict):
    """Goods of a product that a group of buyers in the zone brings in without paying the top-up.

    tonnes, imported  t/y;  unpaid_usd, fines_usd  USD a year
    audited, enough   audit rate, and from which it would not pay; shares
    """

    buyers: str
    product: str
    tonnes: float
    imported: float
    unpaid_usd: float
    fines_usd: float
    audited: float
    enough: float


class Door(TypedDict):
    """Goods for one member that come in by another's door; lost, collected  USD a year."""

    product: str
    member: str
    door: str
    tonnes: float
    lost_usd: float
    collected_usd: float


class Runs(TypedDict):
    """Part of its use that a member still runs in a cut, by case; empty: it uses nothing.

    value_usd  of its use in a normal year, USD a year
    """

    name: str
    value_usd: float
    runs: list[float]


class Short(Runs):
    """A product that runs short in a cut.

    use    t/y in a normal year
    days   of the cut that run in full, by case
    price  times its normal one, in the last case; None: none arrives
    """

    use: float
    days: list[float]
    price: float | None
    price_text: str
    why: str


class Exposure(TypedDict):
    """What a cut of the dominant supplier does; without cases where it did not clear.

    heads  short names of the cases
    """

    sentence: str
    notes: str
    cases: list[str]
    heads: list[str]
    products: list[Short]
    members: list[Runs]
    cautions: list["Warn"]
    command: str


class Product(TypedDict):
    """One product of the law; a price or a floor is None where there is none.

    price_without, price_with  USD/kg, mean of zone buyers
    outside                    USD/kg, paid outside the zone, with the agreement
    zone_output_*              t/y;  supplier_share_*  of zone use, from `supplier`
    """

    id: str
    name: str
    mineral: str
    price_without: float | None
    price_with: float | None
    outside: float | None
    floor: float | None
    state: State
    reason: str
    reason_text: str
    zone_output_without: float
    zone_output_with: float
    supplier: str
    supplier_share_without: float | None
    supplier_share_with: float | None
    why: NotRequired[str]


class Gain(TypedDict):
    """What one region's users, producers and treasury gain, USD a year.

    owned_outside  the producers' part that falls to owners outside the zone
    rents          raised prices kept by its sellers, and rents of its licences
    """

    region: str
    name: str
    inside: bool
    users: float
    producers: float
    owned_outside: float
    treasury: float
    rents: float


class PriceGap(TypedDict):
    """Who keeps what zone users pay more, USD a year; the five add up to their loss."""

    treasuries: float
    zone_producers: float
    outside_sellers: float
    avoiding: float
    lost: float


class Seen(TypedDict):
    """One product as one view sees it: USD/kg and t/y."""

    price_without: float | None
    price_with: float | None
    use_without: float
    use_with: float


class Solution(TypedDict):
    """One solved market of the slider; where it did not balance its figures are None."""

    floor: float
    converged: bool
    price: float | None
    state: State
    users_usd: float | None
    producers_usd: float | None
    treasury_usd: float | None
    zone_output: float | None
    supplier_share: float | None
    sentence: str


class Slider(TypedDict):
    """The floor of one product, over stored solutions; `shipped` is the agreement's own value."""

    product: str
    name: str
    unit: str
    shipped: float
    floors: list[float]
    solutions: list[Solution]


class Warn(TypedDict):
    """A warning and the command that follows from it."""

    text: str
    command: str


class Story(TypedDict):
    """A whole report. Unless `converged`, only title, not_solved and command are read.

    viewed  id of the view that it opens with
    bound   what sellers outside could keep of the treasuries' part, as a sentence; "": nothing
    """

    schema: str
    title: Title
    converged: bool
    not_solved: list[NotSolved]
    headline: str
    latest: str
    assumed_count: int
    tiles: list[Tile]
    views: list[View]
    viewed: str
    groups: list[Group]
    products: list[Product]
    gains: list[Gain]
    price_gap: PriceGap
    bound: str
    zone_users_usd: float
    things: list[Thing]
    leaks: list[Leak]
    doors: list[Door]
    exposure: NotRequired[Exposure]
    view_products: dict[str, dict[str, Seen]]
    slider: NotRequired[Slider]
    look_out: list[Warn]
    rests_on: RestsOn
    rules: Rules
    check: list[Check]
    command: str
    csv: str


def read(study: Mapping[str, object]) -> Story:
    """`study` as a Story; raises BadInput where it is not one, or where its sums do not add up."""
    if study.get("schema") != SCHEMA:
        raise BadInput(
            "not a study that this report can tell",
            where="study, schema", value=study.get("schema"), allowed=SCHEMA,
        )  # fmt: skip
    needed = Story.__required_keys__ if study.get("converged") else _NEEDED_ALWAYS
    if missing := sorted(needed - study.keys()):
        raise BadInput("the study lacks a part", where="study", value=", ".join(missing))
    try:
        json.dumps(study, allow_nan=False)
    except (TypeError, ValueError) as fault:
        raise BadInput(
            f"the study cannot be stored in a page: {fault}",
            where="study", allowed="finite numbers, text, lists, mappings with text keys, None",
        ) from None  # fmt: skip
    story = cast(Story, study)
    if story["converged"]:
        _add_up(story)
    return story


_NEEDED_ALWAYS = frozenset({"title", "not_solved", "command"})


def _add_up(story: Story) -> None:
    """Raise BadInput unless the screen's sums hold to a millionth and every view is known."""
    cost = -story["zone_users_usd"]
    gap = story["price_gap"]
    members = [g for g in story["gains"] if g["inside"]]
    shown = {
        "price_gap": gap["treasuries"] + gap["zone_producers"]
        + gap["outside_sellers"] + gap["avoiding"] + gap["lost"],
        "gains, users of the members": -sum(g["users"] for g in members),
    }  # fmt: skip
    scale = sum(abs(g["users"]) for g in members) + abs(cost) + 1.0
    for where, total in shown.items():
        if abs(total - cost) > 1e-6 * scale:
            raise BadInput(
                "the parts do not add up to what zone users pay",
                where=f"study, {where}", value=total, allowed=f"{cost} USD a year",
            )  # fmt: skip
    known = {g["region"] for g in story["gains"]} | {g["id"] for g in story["groups"]}
    asked = [view["id"] for view in story["views"]] + ([story["viewed"]] if story["views"] else [])
    for view in asked:
        if view != "zone" and view not in known:
            raise BadInput(
                "a view without gains", where="study, views", value=view,
                allowed=", ".join(sorted(known)),
            )  # fmt: skip
    if "slider" in story and not any(s["converged"] for s in story["slider"]["solutions"]):
        raise BadInput(
            "a slider without a solution", where="study, slider", value=story["slider"]["product"],
            remedy="leave `slider` out",
        )  # fmt: skip
