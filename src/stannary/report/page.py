"""The page: the parts in order, in one file that loads nothing.

Its policy names the digests of its one style and one script, so nothing that came in with a study
could run even if it got past the escaping.
"""

import os
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from . import effects, exposed, findings, ground, screen
from .markup import Html, data, source, tag
from .story import Story, read

NO_SCRIPT = "[data-view][hidden]{display:block!important}.seen{margin-top:24px}"
"""Without a script nothing chooses a view, so all are shown."""


def write(study: Mapping[str, object], path: str | os.PathLike[str]) -> None:
    """Write `study`, a mapping of the shape of `story.Story`, as one HTML file at `path`.

    The file appears whole or not at all. Raises BadInput where the study cannot be told.
    """
    target = Path(path)
    page = render(read(study))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(page)
        # A temporary file is private to its owner; the report is as open as any other file.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def render(story: Story) -> str:
    """The whole document. A study that was not solved has its first screen only, and no script."""
    style = _own("page.css")
    if not story["converged"]:
        return _document(story, style, "", [screen.no_result(story)], [])
    script = _own("charts/charts.js")
    body = [
        screen.first(story),
        findings.prices(story),
        findings.gains(story),
        effects.things(story),
        effects.leaks(story),
        exposed.part_of(story),
        findings.look_out(story),
        ground.rests_on(story),
        ground.rules(story),
        ground.check(story),
    ]
    return _document(
        story, style, script, body, [data("told", told(story)), source("script", script)]
    )


def told(story: Story) -> dict[str, object]:
    """What the script needs: rows of the charts, solutions of the slider, the CSV."""
    total, *parts = (
        {"name": name, "usd": usd, "text": text, "colour": colour}
        for name, usd, text, colour in findings.gap_parts(story)
    )
    sparks = {
        f"tile-{t['key']}": {"name": t["question"], "marks": t["spark"]} for t in story["tiles"]
    }
    called = {view["id"]: view["name"] for view in story["views"]}
    for t in story["tiles"]:
        for view, answer in t.get("answers", {}).items():
            name = f"{t['question']} {called[view]}:"
            sparks[f"tile-{t['key']}-{view}"] = {"name": name, "marks": answer["spark"]}
    for g in story["gains"]:
        marks = [
            {"label": name, "value": g[part], "text": screen.millions(g[part])}
            for part, name in screen.NAME.items()
            if part != "rents" or abs(g["rents"]) >= findings.TOLD
        ]
        sparks[f"tile-pay-{g['region']}"] = {"name": f"{g['name']}, M USD a year:", "marks": marks}
    slider = story.get("slider")
    title = story["title"]
    return {
        "file": f"{title['agreement']}-{title['day']}.csv",
        "csv": story["csv"],
        "prices": [
            {
                "name": p["name"],
                "outside": p["outside"],
                "landed": p["price_with"],
                "floor": p["floor"],
                "state": p["state"],
                "reason": p["reason_text"],
            }
            for p in story["products"]
            if p["floor"] and p["price_with"] is not None
        ],
        "gains": story["gains"],
        "gap": {"total": total, "parts": parts},
        "sparks": sparks,
        "slider": slider
        and {
            "name": slider["name"],
            "shipped": slider["shipped"],
            "chosen": screen.shipped(slider),
            "solutions": slider["solutions"],
        },
    }


def _document(
    story: Story, style: str, script: str, body: list[Html | None], end: list[Html]
) -> str:
    title = story["title"]
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src '{_digest(style)}' '{_digest(NO_SCRIPT)}'; "
        f"script-src {_quoted(script)}"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=f"stannary {title['version']}"),
        tag("title", f"{title['agreement']}, rules of {title['day_long']}"),
        # An empty icon of its own: else a browser asks the server for one.
        tag("link", rel="icon", href="data:,"),
        source("style", style),
        tag("noscript", source("style", NO_SCRIPT)) if script else None,
    )
    return (
        "<!doctype html>\n"
        + tag("html", head, "\n", tag("body", tag("main", *body), *end), lang="en")
        + "\n"
    )


def _quoted(script: str) -> str:
    return f"'{_digest(script)}'" if script else "'none'"


def _digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _own(name: str) -> str:
    return files(__package__ or __name__).joinpath(name).read_text(encoding="utf-8")
