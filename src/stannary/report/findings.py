"""What was found: price against floor, who gains and pays, what to look out for."""

from .markup import Cell, Html, code, join, number, table, tag
from .story import Gain, Input, Product, Seen, Story
from .story_grounds import FloorRule
from .why import why
from .words import change, decimals_of, exact, figure, fixed, percent, that_add_up

STATE = {"holds": "holds", "fails": "FAILS", "idle": "idle", "none": "no floor"}


def part(identity: str, heading: str, *children: Html | None) -> Html:
    """One numbered part of the report, under its question."""
    return tag("section", tag("h2", heading), *children, class_="part", id=identity)


def chart(name: str) -> Html:
    """The place of a chart: its finding, its quantity, its drawing; empty until drawn."""
    caption = tag("figcaption", tag("h3", class_="finding"), tag("p", class_="quantity"))
    place = tag("div", class_="drawing")
    return tag("figure", caption, place, class_="chart", data_chart=name, hidden=True)


def folded(summary: str, *children: Html, paper: bool = True) -> Html:
    """A table for who wants it, folded; on paper it is open, or, if long, only its summary is."""
    kept = "folded" if paper else "folded long"
    return tag("details", tag("summary", summary), *children, class_=kept)


def decimals(*usd: float) -> int:
    """How many decimals a table of M USD needs to tell its largest amount in three digits."""
    largest = max((abs(u) for u in usd), default=0.0) / 1e6
    return 2 if largest < 10 else 1 if largest < 10_000 else 0


TOLD = 500
"""USD a year below which a part is nothing."""

FEW = 4
"""Products without a floor that stand in the first table; more of them are folded."""


def prices(story: Story) -> Html | None:
    """Price against floor: the chart of products with a floor, the tables of all."""
    if not story["products"]:
        return None
    year = story["title"]["world_year"]
    first = [p for p in story["products"] if p["floor"] is not None]
    rest = [p for p in story["products"] if p["floor"] is None]
    if len(rest) <= FEW or not first:
        first, rest = story["products"], []
    made = table(
        "What the zone makes, in t a year, and its largest supplier's share of zone use, "
        f"market of {year}, without the agreement and with it",
        ["Product", ">Output without", ">With", ">Change", "Supplier", ">Share without", ">With"],
        [_output_row(p) for p in story["products"]],
    )
    count = len(story["products"])
    return part(
        "prices",
        "Price against floor",
        chart("prices"),
        _price_table(story, first),
        folded(f"Prices without a floor ({len(rest)})", _price_table(story, rest))
        if rest
        else None,
        folded(f"Output and supplier's share ({count})", made),
        _seen(story),
    )


def _price_table(story: Story, products: list[Product]) -> Html:
    return table(
        f"Prices in USD/kg of the product's basis, market of {story['title']['world_year']}, "
        "without the agreement and with it",
        ["Product", ">Without", ">With", ">Change", ">Outside", ">Floor", "Holds?"],
        [_price_row(p, story) for p in products],
    )


def _price_row(p: Product, story: Story) -> list[Cell | str]:
    state = STATE[p["state"]] + (f": {p['reason_text']}" if p["reason_text"] else "")
    return [
        p["name"],
        number(figure(p["price_without"]), p["price_without"]),
        number(_why_price(p, story), p["price_with"]),
        number(change(p["price_without"], p["price_with"]), _ratio(p)),
        number(figure(p["outside"]), p["outside"]),
        number(exact(p["floor"]), p["floor"]),
        state,
    ]


def _output_row(p: Product) -> list[Cell | str]:
    before, after = p["zone_output_without"], p["zone_output_with"]
    shares = p["supplier_share_without"], p["supplier_share_with"]
    return [
        p["name"],
        number(figure(before), before),
        number(figure(after), after),
        number(change(before, after), after / before if before else None),
        p["supplier"],
        number(percent(shares[0]), shares[0]),
        number(percent(shares[1]), shares[1]),
    ]


def _ratio(p: Product) -> float | None:
    before, after = p["price_without"], p["price_with"]
    return after / before if before and after is not None else None


def _why_price(p: Product, story: Story) -> Html | str:
    """The price with the agreement, and the drawer that says how it stands to the others."""
    if p["price_with"] is None:
        return figure(None)
    said = [f"{figure(p['price_with'])} USD/kg with the agreement"]
    if p["price_without"] is not None:
        said.append(f"{figure(p['price_without'])} without")
    if p["outside"] is not None:
        gap = fixed(float(f"{p['price_with'] - p['outside']:.3g}"), 2)
        said.append(f"{figure(p['outside'])} outside, so {gap} against outside")
    inputs = [_floor(rule) for rule in story["rules"]["floors"] if rule["product"] == p["id"]]
    formula = p.get("why") or "; ".join(said) + "."
    heading = f"Price of {p['name']} in the zone"
    return why(f"why-price-{p['id']}", figure(p["price_with"]), heading, formula, inputs)


def _floor(rule: FloorRule) -> Input:
    given: Input = {
        "name": f"Floor, {rule['article']}",
        "value": rule["value"],
        "unit": rule["unit"],
        "reference": rule["reference"],
    }
    if rule["assumed"]:
        given["quality"] = "assumed"
    return given


def _seen(story: Story) -> Html | None:
    """The same prices as each view sees them; the script shows the one chosen."""
    names = {p["id"]: p["name"] for p in story["products"]}
    year = story["title"]["world_year"]
    columns = [
        "Product", ">Price without", ">With", ">Change", ">Use without", ">With", ">Change",
    ]  # fmt: skip
    found: list[Html] = []
    for view in story["views"]:
        seen = story["view_products"].get(view["id"], {})
        rows = [_seen_row(names[key], what) for key, what in seen.items() if key in names]
        if not rows:
            continue
        caption = f"{view['name']}: price in USD/kg and use in t a year, market of {year}"
        shown = folded(f"Prices and use: {view['name']}", table(caption, columns, rows))
        hidden = view["id"] != story["viewed"]
        found.append(tag("div", shown, data_view=view["id"], hidden=hidden))
    return join([tag("h3", "As the chosen view sees it", class_="seen"), *found]) if found else None


def _seen_row(name: str, seen: Seen) -> list[Cell | str]:
    price = seen["price_without"], seen["price_with"]
    use = seen["use_without"], seen["use_with"]
    return [
        name,
        number(figure(price[0]), price[0]),
        number(figure(price[1]), price[1]),
        Cell(change(*price), None, True),
        number(figure(use[0]), use[0]),
        number(figure(use[1]), use[1]),
        Cell(change(*use), None, True),
    ]


def gains(story: Story) -> Html | None:
    """Who gains, who pays; then who keeps the price gap."""
    if not story["gains"]:
        return None
    return part(
        "gains",
        "Who gains, who pays",
        chart("gains"),
        folded("The same as a table", _gain_table(story)),
        chart("gap"),
        tag("p", story["bound"]) if story["bound"] else None,
        folded("The same as a table", _gap_table(story)),
    )


def _gain_table(story: Story) -> Html:
    rows = sorted(story["gains"], key=lambda g: (not g["inside"], -_net(g)))
    digits = decimals(*(v for g in rows for v in _parts(g)))
    inside = [g for g in rows if g["inside"]]
    zone: Gain = {
        "region": "zone",
        "name": "All members",
        "inside": True,
        "users": sum(g["users"] for g in inside),
        "producers": sum(g["producers"] for g in inside),
        "owned_outside": sum(g["owned_outside"] for g in inside),
        "treasury": sum(g["treasury"] for g in inside),
        "rents": sum(g["rents"] for g in inside),
    }
    owned = any(abs(g["owned_outside"]) >= TOLD for g in rows)
    rents = any(abs(g["rents"]) >= TOLD for g in rows)
    return table(
        "Gain (+) or cost (\N{MINUS SIGN}) of the agreement in one year, M USD. "
        "Rows add up as written, columns to rounding.",
        [
            "Region",
            "Member",
            ">Users",
            ">Producers",
            ">Treasury",
            *([">Rents and raised prices"] if rents else []),
            ">Together",
            *([">Producers' part owned outside"] if owned else []),
            "In words",
        ],
        [_gain_row(g, digits, owned, rents) for g in [*rows, zone]],
        last=True,
    )


def _parts(g: Gain) -> list[float]:
    return [g["users"], g["producers"], g["treasury"], g["rents"]]


def _net(g: Gain) -> float:
    return sum(_parts(g))


def _gain_row(g: Gain, digits: int, owned: bool, rents: bool) -> list[Cell | str]:
    parts = _parts(g)[: None if rents else -1]
    outside = g["owned_outside"]
    rounded = that_add_up([p / 1e6 for p in parts], digits)
    total = round(sum(rounded), digits)
    words = "gains" if total > 0 else "pays" if total < 0 else "neither"
    return [
        g["name"],
        "yes" if g["inside"] else "no",
        *(number(fixed(r, digits), p) for r, p in zip(rounded, parts, strict=True)),
        number(fixed(total, digits), sum(parts)),
        *([number(fixed(outside / 1e6, digits), outside)] if owned else []),
        words,
    ]


def gap_parts(story: Story) -> list[tuple[str, float, str, str]]:
    """Name, USD, the amount as written and the colour: first the users' cost, then who keeps it.

    The amounts are rounded together, so that what is written adds up.
    """
    gap = story["price_gap"]
    parts = [
        ("zone producers", gap["zone_producers"], "new"),
        ("treasuries (top-up duty, fines)", gap["treasuries"], "stock"),
        ("outside sellers, who sell dearer", gap["outside_sellers"], "supplier"),
        *([("spent on hiding and detours", gap["avoiding"], "fail")] if abs(gap["avoiding"]) >= TOLD
          else []),
        ("the rest: lost, less what users outside pay", gap["lost"], "others"),
    ]  # fmt: skip
    cost = -story["zone_users_usd"]
    digits = decimals_of(cost / 1e6)
    rounded = that_add_up([usd / 1e6 for _, usd, _ in parts], digits)
    texts = [_amount(r, digits) for r in rounded]
    users = _amount(round(sum(rounded), digits), digits)
    return [
        ("zone users pay more", cost, users, "zone"),
        *((n, usd, t, c) for (n, usd, c), t in zip(parts, texts, strict=True)),
    ]


def _amount(value: float, digits: int) -> str:
    return fixed(value, digits).removeprefix("+")


def _gap_table(story: Story) -> Html:
    total, *parts = gap_parts(story)
    rows = [[name.capitalize(), number(text, usd)] for name, usd, text, _ in parts]
    return table(
        "Who keeps what zone users pay more in one year, M USD",
        ["Kept by", ">M USD"],
        [*rows, [f"Together: {total[0]}", number(total[2], total[1])]],
        last=True,
    )


def look_out(story: Story) -> Html | None:
    """At most five warnings, worst first, each with the command that follows."""
    items = [
        tag("li", w["text"], code(w["command"]) if w["command"] else None)
        for w in story["look_out"][:5]
    ]
    return part("look-out", "Look out", tag("ol", *items, class_="plain")) if items else None
