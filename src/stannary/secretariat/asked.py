"""What is asked: the default law and world, amendments given with `--set`, the command of a study."""

import shlex
from collections.abc import Iterable
from datetime import date

from ..agreement import Agreement, amend_all, overlay
from ..market.view import Viewer
from ..terms.errors import BadInput

AGREEMENT, WORLD = "bloc-2026", "base-2024"


def command_line(
    verb: str,
    asked: tuple[str, str],
    day: date,
    settings: tuple[str, ...],
    who: Viewer | None,
    options: Iterable[str] = (),
) -> str:
    """The command that makes a study again; `options` are the verb's own, before the common ones."""
    law, world = asked
    parts = ["stannary", verb, law, *options]
    if world != WORLD:
        parts += ["--world", world]
    parts += ["--day", str(day)]
    for setting in settings:
        parts += ["--set", setting]
    if who:
        parts += ["--for", who.asked]
    return shlex.join(parts)


def amended(law: Agreement, setting: str) -> Agreement:
    """`law` after one `--set`: ARTICLE.ID[.DATE]=VALUE, or a TOML file. Raises BadInput."""
    if "=" not in setting:
        if setting.endswith(".toml"):
            return overlay(law, setting)
        raise BadInput(
            "an amendment without a value",
            where="--set",
            value=setting,
            allowed="ARTICLE.ID[.DATE]=VALUE, or the path of a .toml file",
            remedy=f"--set {setting}=110",
        )
    return amend_all(law, [setting])
