"""The first screen: the line, the headline, the tiles, the view, the slider."""

from itertools import groupby
from typing import Literal

from stannary.terms.dates import day, long

from .markup import Html, code, tag
from .story import Answer, Gain, Group, Slider, Solution, Story, Tile
from .why import why
from .words import exact, figure, fixed, millions, percent, that_add_up

Part = Literal["users", "producers", "treasury", "rents"]
NAME: dict[Part, str] = {
    "users": "users",
    "producers": "producers",
    "treasury": "treasury",
    "rents": "rents and raised prices",
}


def line(story: Story) -> Html:
    """What was solved, under which rules, when and with what."""
    title = story["title"]
    made = long(day(title["made"], "study, title.made"))
    draft = ", draft" if title["draft"] else ""
    if changes := title.get("changes", 0):
        draft += ", 1 value changed" if changes == 1 else f", {changes} values changed"
    return tag(
        "p",
        f"Market of {title['world_year']} under the rules of {title['day_long']}. "
        f"Agreement {title['agreement']}{draft}. "
        f"Made {made} with stannary {title['version']}, data {title['data']}.",
        class_="made",
    )


def first(story: Story) -> Html:
    """The first screen of a study that was solved; page 1 on paper."""
    slider = story.get("slider")
    return tag(
        "section",
        line(story),
        tag("h1", story["headline"]),
        tag("div", _assumed(story["assumed_count"], story["latest"]), _view(story), class_="under"),
        tag("div", *(_tile(t, story) for t in story["tiles"]), class_="tiles"),
        None if slider is None else _live(slider, story),
        class_="first",
        id="first",
    )


def no_result(story: Story) -> Html:
    """All there is to say of a study that was not solved: where, and what to try."""
    lost = story["not_solved"]
    names = [f"{n['region']}, {n['product']}" for n in lost]
    said = "; ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    items = [
        tag(
            "li",
            f"{n['region']}, {n['product']}: the market {n['solve']} the agreement "
            "did not balance. Try:",
            code(n["try"]),
        )
        for n in lost
    ]
    return tag(
        "section",
        line(story),
        tag("h1", f"No result: {said or 'the market'} did not balance"),
        tag(
            "div",
            tag("p", "A market that does not balance has no prices, so nothing is shown."),
            tag("ul", *items) if items else None,
            tag("p", "Made by ", code(story["command"])),
            class_="none-found",
        ),
        class_="first alone",
        id="first",
    )


def _assumed(count: int, latest: str) -> Html | None:
    """The amber strip: what is assumed, and what becomes of the floors at the latest prices."""
    said: list[Html | str] = []
    if count:
        what = "1 value is assumed" if count == 1 else f"{count} values are assumed"
        said += [f"{what}: see ", tag("a", "what it rests on", href="#rests-on"), ". "]
    if latest:
        said.append(latest)
    return tag("p", *said, class_="assumed") if said else None


def _view(story: Story) -> Html | None:
    if len(story["views"]) < 2:
        return None
    options: list[Html] = []
    for where, views in groupby(story["views"], key=lambda view: view["where"]):
        listed = [
            tag("option", v["name"], value=v["id"], selected=v["id"] == story["viewed"])
            for v in views
        ]
        options += [tag("optgroup", *listed, label=where)] if where else listed
    return tag(
        "div",
        tag("label", "View as", for_="view", class_="small"),
        tag("select", *options, id="view", autocomplete="off"),
        class_="as scripted",
    )


def _tile(tile: Tile, story: Story) -> Html:
    """One question and its answer; for every view where the views have answers of their own."""
    answers = [_answer(tile["key"], tile, tile, story)]
    if tile["key"] == "pay":
        gains = {g["region"]: g for g in story["gains"]}
        groups = {g["id"]: g for g in story["groups"]}
        asked = [v["id"] for v in story["views"] if v["id"] != "zone"]
        hidden = story["viewed"] != "zone"
        answers[0] = tag("div", answers[0], data_view="zone", hidden=hidden)
        answers += [
            _group(groups[v], story) if v in groups else _member(gains[v], story) for v in asked
        ]
    if seen := tile.get("answers"):
        viewed = story["viewed"]
        answers[0] = tag("div", answers[0], data_view="zone", hidden=viewed != "zone")
        answers += [
            tag(
                "div",
                _answer(f"{tile['key']}-{view}", answer, tile, story),
                data_view=view,
                hidden=viewed != view,
            )
            for view, answer in seen.items()
        ]
    return tag("article", tag("h2", tile["question"]), *answers, class_="tile")


def _answer(name: str, answer: Answer, tile: Tile, story: Story) -> Html:
    """An answer under a name that no other has; what the tile is made of opens with each."""
    opened = why(
        f"why-{name}",
        answer["number"],
        tile["question"],
        answer["why"],
        tile.get("inputs", ()),
        answer.get("command", story["command"]),
    )
    return tag(
        "div",
        opened,
        tag("p", answer["sentence"]),
        _place(f"tile-{name}", paper="200") if answer["spark"] else None,
    )


def _member(gain: Gain, story: Story) -> Html:
    """The answer to "Who pays?" as one member sees it."""
    shown: list[Part] = [key for key in NAME if key != "rents" or abs(gain["rents"]) >= 500]
    parts = [gain[key] for key in shown]
    total = sum(parts)
    rounded = that_add_up([p / 1e6 for p in parts], 1)
    written = ", ".join(
        f"{NAME[key]} {fixed(amount, 1)}" for key, amount in zip(shown, rounded, strict=True)
    )
    formula = f"{written}: together {fixed(round(sum(rounded), 1), 1)} M USD a year"
    verb = "gains" if total > 0 else "pays"
    opened = why(
        f"why-pay-{gain['region']}",
        f"{millions(total)} M USD",
        f"What {gain['name']} {verb} in one year",
        formula + ", the market with the agreement minus the market without it.",
        command=story["command"],
    )
    return tag(
        "div",
        opened,
        tag("p", f"{gain['name']} {verb} {figure(abs(total) / 1e6)} M USD a year: {written}."),
        _place(f"tile-pay-{gain['region']}", paper="200"),
        data_view=gain["region"],
        hidden=gain["region"] != story["viewed"],
    )


def _group(group: Group, story: Story) -> Html:
    """The answer to "Who pays?" as one group of buyers sees it."""
    formula = (
        f"{millions(group['users'])} M USD a year: what lies left of their demand between the two"
        f" prices. They spend {figure(group['spending'] / 1e6)} M USD a year on what a floor can"
        " reach, without the agreement."
    )
    opened = why(
        f"why-pay-{group['id']}",
        f"{millions(group['users'])} M USD",
        group["name"],
        formula,
        command=story["command"],
    )
    return tag(
        "div",
        opened,
        tag("p", group["sentence"]),
        data_view=group["id"],
        hidden=group["id"] != story["viewed"],
    )


def _place(name: str, *, paper: str) -> Html:
    return tag("div", tag("div", class_="drawing"), data_chart=name, data_paper=paper)


def shipped(slider: Slider) -> int:
    """Index of the solved floor nearest the agreement's own."""
    solved = [i for i, s in enumerate(slider["solutions"]) if s["converged"]]
    return min(solved, key=lambda i: abs(slider["solutions"][i]["floor"] - slider["shipped"]))


def _live(slider: Slider, story: Story) -> Html:
    """The slider, standing at the agreement's own floor, and the answer there."""
    at = shipped(slider)
    now = slider["solutions"][at]
    unit = slider["unit"]
    supplier = next(
        (p["supplier"] for p in story["products"] if p["id"] == slider["product"]), "the supplier"
    )
    heading = tag(
        "h2",
        f"If the floor of {slider['name']} were ",
        tag("output", exact(now["floor"]), data_solution="floor", for_="floor"),
        f" {unit}",
    )
    ends = slider["solutions"][0]["floor"], slider["solutions"][-1]["floor"]
    hand = tag(
        "div",
        tag("div", tag("div", class_="drawing"), data_chart="slider", data_paper="688"),
        tag(
            "input",
            id="floor",
            type="range",
            min="0",
            max=str(len(slider["solutions"]) - 1),
            step="1",
            value=str(at),
            autocomplete="off",
            class_="scripted",
            aria_label=f"Floor of {slider['name']}, {unit}, from {exact(ends[0])} "
            f"to {exact(ends[1])}",
            aria_valuetext=f"{exact(now['floor'])} dollars a kilo",
        ),
        tag(
            "p",
            f"{len(slider['solutions'])} floors solved, {exact(ends[0])} to {exact(ends[1])} "
            f"{unit}; a dot each: the price in the zone, {unit}. Nothing between dots is guessed.",
            class_="small",
        ),
    )
    answer = tag(
        "div",
        tag("p", now["sentence"], class_="says", data_solution="sentence"),
        _figures(now, unit, supplier),
        tag("p", class_="unseen", id="spoken", aria_live="polite"),
    )
    return tag("div", heading, hand, answer, class_="live")


def _figures(now: Solution, unit: str, supplier: str) -> Html:
    money = "M USD a year"
    values = [
        ("price", "Price in zone", figure(now["price"]), unit),
        ("users", "Zone users", _money(now["users_usd"]), money),
        ("producers", "Zone producers", _money(now["producers_usd"]), money),
        ("output", "Zone output", figure(now["zone_output"]), "t a year"),
        ("treasury", "Treasuries", _money(now["treasury_usd"]), money),
        ("share", f"{supplier}'s share", percent(now["supplier_share"]), "of zone use"),
    ]
    return tag(
        "dl",
        *(
            tag(
                "div",
                tag("dt", name),
                tag(
                    "dd",
                    tag("span", shown, data_solution=key),
                    " ",
                    tag("span", measure, class_="small"),
                ),
            )
            for key, name, shown, measure in values
        ),
        class_="figures",
    )


def _money(usd: float | None) -> str:
    return figure(None) if usd is None else millions(usd)
