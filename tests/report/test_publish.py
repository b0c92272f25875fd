from pathlib import Path

import pytest

from stannary import secretariat
from stannary.report import publish
from stannary.terms.errors import BadInput


@pytest.fixture(scope="module")
def study():
    return secretariat.run()


def test_a_study_is_published_whole(study, tmp_path):
    folder = publish.publish(study, tmp_path / "new" / "folder")
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "report.html", "outcome.json", "outcome.csv", "outcome.xlsx", "outcome.nc",
    }  # fmt: skip


def test_a_file_in_the_way_of_the_folder_is_refused_and_left_alone(study, tmp_path):
    (tmp_path / "taken").write_text("mine")
    for place in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(BadInput, match="files cannot go there: it is a file"):
            publish.publish(study, place)
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_what_if_never_takes_the_place_of_the_study_it_is_compared_with(study):
    amended = secretariat.run(settings=["floors.ndpr.oxide=90"])
    assert publish.home(study) == Path("out/2027-bloc-2026")
    assert publish.home(amended) == Path("out/2027-bloc-2026+floors.ndpr.oxide=90")


def test_two_long_amendments_get_two_folders_of_bearable_length(study):
    from dataclasses import replace

    one = replace(study, settings=tuple(f"floors.ndpr.oxide={n}" for n in range(30)))
    other = replace(study, settings=tuple(f"floors.ndpr.oxide={n}" for n in range(29)))
    assert publish.home(one) != publish.home(other)
    assert len(publish.home(one).name) < 120


def test_a_page_that_cannot_be_written_leaves_no_other_file_behind(study, tmp_path, monkeypatch):
    def fails(*_):
        raise OSError("disk full")

    monkeypatch.setattr(publish.page, "write", fails)
    with pytest.raises(BadInput, match="nothing can be written there"):
        publish.publish(study, tmp_path / "here")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_of_a_file_is_refused_before_anything_is_written(study, tmp_path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(BadInput, match="a folder stands where a file is to be written"):
        publish.publish(study, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
