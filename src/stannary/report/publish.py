"""Publish a study: the folder with its report and files, the screen, the JSON text."""

import hashlib
import re
from pathlib import Path

from ..secretariat import WORLD, Study
from ..terms.errors import BadInput
from . import files, page, tell, terminal

LONGEST_NAME = 80
REPORT = "report.html"


def publish(study: Study, folder: Path | None = None) -> Path:
    """Write report.html and the outcome files to `folder` (default: see `home`), all or none.

    A study that did not clear writes its report and its JSON, which say so; an older study's tables
    are removed from the folder, for they are not its own. Raises BadInput where nothing can be written.
    """
    place = folder or home(study)
    told = tell.story(study)
    try:
        files.write_all(study, place, {REPORT: lambda _, path: page.write(told, path)})
    except OSError as error:
        raise BadInput(
            "nothing can be written there",
            where="--out",
            value=str(place),
            allowed="a folder that you may write to",
            remedy=f"--out with another folder ({error.strerror or error})",
        ) from error
    return place


def ready(folder: Path | None) -> None:
    """Refuse a folder that cannot be written before anything is solved for it."""
    if folder is not None:
        files.refuse(folder, (REPORT, *files.NAMES))


def home(study: Study) -> Path:
    """out/YEAR-AGREEMENT, with world, amendments and viewer where they are not the default ones.

    A what-if never takes the place of the study that it is compared with.
    """
    parts = [f"{study.day.year}-{study.agreement.name}"]
    if study.asked[1] != WORLD:
        parts.append(study.world.name)
    parts += [Path(setting).name if "=" not in setting else setting for setting in study.settings]
    parts += [f"for={study.viewer.asked}"] if study.viewer else []
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
