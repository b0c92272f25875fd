"""A page without charts: one file that loads nothing and runs nothing."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from .. import __version__
from .markup import Html, source, tag


def part(title: str, *content: Html) -> Html:
    """A section under its heading."""
    return tag("section", tag("h2", title), *content, class_="part")


def points(texts: list[str]) -> Html:
    """Sentences under each other."""
    return tag("ul", *(tag("li", text) for text in texts), class_="plain")


def document(title: str, made: str, headline: str, body: list[Html]) -> str:
    """The whole document: what was computed, the answer, and its parts."""
    style = files(__package__ or __name__).joinpath("page.css").read_text(encoding="utf-8")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:;"
        f" style-src 'sha256-{digest}'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=f"stannary {__version__}"),
        tag("title", title),
        tag("link", rel="icon", href="data:,"),
        source("style", style),
    )
    first = tag("section", tag("p", made, class_="made"), tag("h1", headline), class_="first")
    return (
        "<!doctype html>\n"
        + tag("html", head, tag("body", tag("main", first, *body)), lang="en")
        + "\n"
    )
