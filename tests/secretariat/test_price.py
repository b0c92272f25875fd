"""`stannary price` as it is typed, in a folder with the examples."""

import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SEEN, FX = "examples/observations.csv", "examples/fx.csv"


def test_a_notice_is_written_as_it_is_printed_and_verifies(stannary, tmp_path):
    code, said, _ = stannary("price", SEEN, "--fx", FX, "--product", "ndpr.oxide", "--json")
    assert code == 0
    folder = tmp_path / "out" / "notices-2027-04-01"
    assert sorted(p.name for p in folder.iterdir()) == [
        "floors.csv", "ndpr.oxide.html", "ndpr.oxide.json",
    ]  # fmt: skip
    assert (folder / "ndpr.oxide.json").read_text("utf-8") == said
    for _ in range(2):  # computing again changes nothing
        code, found, _ = stannary("price", SEEN, "--verify", str(folder / "ndpr.oxide.json"))
        assert (code, found.split(":")[0].strip()) == (0, "Equal")


def test_a_changed_figure_ends_with_one_and_says_where(stannary):
    stannary("price", SEEN, "--fx", FX, "--product", "ndpr.oxide", "--out", "here")
    path = Path("here/ndpr.oxide.json")
    path.write_text(path.read_text().replace('"104.5000"', '"105.5000"'))
    code, said, _ = stannary("price", SEEN, "--verify", str(path), "--json")
    found = json.loads(said)
    assert (code, found["state"], found["field"]) == (1, "not equal", "floor_usd_per_kg")
    assert (found["stated"], found["computed"]) == ("105.5000", "104.5000")


def test_changed_rates_are_named(stannary):
    stannary("price", SEEN, "--fx", FX, "--product", "ndpr.oxide", "--out", "here")
    text = Path(FX).read_text()
    Path(FX).write_text(text.replace("example (invented)", "altered", 1))
    code, said, _ = stannary("price", SEEN, "--verify", "here/ndpr.oxide.json")
    assert code == 1
    assert "Changed    examples/fx.csv: digest" in said


def test_a_closed_book_is_committed_to_and_checked_by_its_owner_only(stannary):
    book = "examples/closed.csv"
    code, said, _ = stannary(
        "price", SEEN, "--fx", FX, "--closed", book, "--product", "ndpr.oxide", "--out", "here"
    )
    assert code == 0
    assert "5 independent groups" in said
    code, said, _ = stannary("price", SEEN, "--verify", "here/ndpr.oxide.json")
    assert (code, said.split(":")[0].strip()) == (1, "Not verifiable here")
    assert "closed.csv" in said
    code, said, _ = stannary("price", SEEN, "--closed", book, "--verify", "here/ndpr.oxide.json")
    assert (code, said.split(":")[0].strip()) == (0, "Equal")


def test_the_next_notice_steps_from_the_one_before(stannary):
    stannary("price", SEEN, "--fx", FX, "--product", "ndpr.oxide", "--out", "april")
    code, said, _ = stannary(
        "price", SEEN, "--fx", FX, "--product", "ndpr.oxide", "--on", "2027-04-15",
        "--previous", "april/ndpr.oxide.json", "--out", "later", "--json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(said)["previous"] == "104.5000"
    code, said, _ = stannary("price", SEEN, "--verify", "later/ndpr.oxide.json")
    assert code == 0, said


def test_costs_of_one_s_own_take_the_place_of_ours(stannary):
    costs = Path("costs.csv")
    costs.write_text(
        "product,plant,country,place,operating,capital_millions,capacity_kg_per_year,life_years,"
        "currency,usd_per_unit,basis,incoterm,feed,feed_kg,year,quality,source,note\n"
        "ndpr.oxide,Mine,AUS,AU,108,,1000,,USD,1,compound,CIF,,,2026,assumed,an example,\n"
    )
    code, said, _ = stannary(
        "price", SEEN, "--product", "ndpr.oxide", "--costs", "costs.csv", "--out", "here", "--json"
    )
    body = json.loads(said)
    assert code == 0
    assert (body["structural"], body["floor_usd_per_kg"]) == ("108.0000", "108.0000")
    assert not body["step_bound"]


def test_without_rates_only_usd_is_read(stannary):
    _, said, _ = stannary("price", SEEN, "--product", "ndpr.oxide", "--json")
    why = {row["obs_id"]: row["why"] for row in json.loads(said)["excluded"]}
    assert why["N03"] == "NO_RATE"


@pytest.mark.parametrize(
    "words",
    [
        ("nothing.csv",),
        (SEEN, "--product", "ndpr.oxid"),
        (SEEN, "--on", "2027-13-01"),
        (SEEN, "--fx", "nothing.csv"),
        (SEEN, "--fx", SEEN),
        (SEEN, "--costs", FX),
        (SEEN, "--previous", "nothing.json"),
        (SEEN, "--previous", FX),
        (SEEN, "--verify", "nothing.json"),
        (SEEN, "--closed", SEEN),
        (SEEN, "--out", FX),
        (FX,),
        ("empty.csv",),
        ("header.csv",),
        ("latin.csv",),
    ],
)
def test_bad_input_ends_with_two_and_leaves_nothing_written(stannary, tmp_path, words):
    (tmp_path / "empty.csv").write_text("")
    text = Path(SEEN).read_text()
    (tmp_path / "header.csv").write_text(text.splitlines()[0] + "\n")
    (tmp_path / "latin.csv").write_bytes(text.replace("N01", "Né").encode("latin-1"))
    before = sorted(tmp_path.rglob("*"))
    code, said, refused = stannary("price", *words)
    assert (code, said) == (2, "")
    assert refused.startswith("stannary: ")
    assert "where:" in refused
    assert sorted(tmp_path.rglob("*")) == before
