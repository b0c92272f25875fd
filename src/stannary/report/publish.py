"""Publish a study: the folder with its report and files, the screen, the JSON text."""

from pathlib import Path

from ..secretariat import Study
from ..terms.errors import BadInput
from . import files, page, tell, terminal


def publish(study: Study, folder: Path | None = None) -> Path:
    """Write report.html and the outcome files to `folder` (default: out/YEAR-AGREEMENT).

    Raises BadInput where the folder's path is a file. A study that did not clear writes its report and
    its JSON, which say so, and removes an older study's tables from the folder: they are not its own.
    """
    place = folder or Path("out") / f"{study.day.year}-{study.agreement.name}"
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


def json_text(study: Study) -> str:
    """outcome.json as text."""
    return files.json_text(study)


def screen(study: Study, folder: Path) -> str:
    """What `stannary run` prints."""
    return terminal.screen(study, folder)
