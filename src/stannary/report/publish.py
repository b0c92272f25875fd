"""Publish a study: the folder with its report and files, the screen, the JSON text."""

import hashlib
import re
from pathlib import Path

from ..secretariat import WORLD, Study
from ..terms.errors import BadInput
from . import files, page, tell, terminal

LONGEST_NAME = 80


def publish(study: Study, folder: Path | None = None) -> Path:
    """Write report.html and the outcome files to `folder` (default: see `home`).

    Raises BadInput where the folder's path is a file. A study that did not clear writes its report and
    its JSON, which say so, and removes an older study's tables from the folder: they are not its own.
    """
    place = folder or home(study)
    for part in (place, *place.parents):
        if part.exists() and not part.is_dir():
            raise BadInput(
                "the output folder is a file", where="--out", value=str(part),
                allowed="a folder, new or not", remedy="--out out/another-name",
            )  # fmt: skip
    told = tell.story(study)
    files.write_all(study, place)
    page.write(told, place / "report.html")
    return place


def home(study: Study) -> Path:
    """out/YEAR-AGREEMENT, with the world and the amendments where they are not the shipped ones.

    A what-if never takes the place of the study that it is compared with.
    """
    parts = [f"{study.day.year}-{study.agreement.name}"]
    if study.asked[1] != WORLD:
        parts.append(study.world.name)
    parts += [Path(setting).name if "=" not in setting else setting for setting in study.settings]
    name = re.sub(r"[^A-Za-z0-9.+=_-]+", "_", "+".join(parts))
    if len(name) > LONGEST_NAME:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{name[:LONGEST_NAME]}+{digest}"
    return Path("out") / name


def json_text(study: Study) -> str:
    """outcome.json as text."""
    return files.json_text(study)


def screen(study: Study, folder: Path) -> str:
    """What `stannary run` prints."""
    return terminal.screen(study, folder)
