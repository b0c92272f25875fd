"""The drawer behind a number: its formula with values, what it is made of, how to see it again."""

from collections.abc import Sequence

from .markup import Html, citation, code, join, tag
from .story import Input


def why(
    identity: str,
    shown: str,
    heading: str,
    formula: str,
    inputs: Sequence[Input] = (),
    command: str = "",
) -> Html:
    """`shown` as a button that opens its drawer. The browser opens it: no script is needed.

    identity  unique in the page
    """
    listed = [
        tag(
            "li",
            f"{given['name']}: {given['value']} {given['unit']} ",
            tag("span", quality, class_="badge") if (quality := given.get("quality")) else None,
            " " if given.get("quality") else None,
            citation(given.get("reference", "")),
        )
        for given in inputs
    ]
    drawer = tag(
        "div",
        tag("h4", heading),
        tag("p", formula),
        tag("ul", *listed) if listed else None,
        tag("p", code(command), class_="small") if command else None,
        id=identity,
        popover=True,
    )
    button = tag(
        "button",
        shown,
        class_="why",
        type="button",
        popovertarget=identity,
        aria_label=f"{shown}: why?",
    )
    return join([button, drawer])
