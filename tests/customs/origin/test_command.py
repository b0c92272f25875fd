"""`stannary origin`, typed: what it prints, writes and refuses."""

import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stannary import cli

EXAMPLES = Path(__file__).parents[3] / "examples"
PAPERS = [
    part
    for name in ("lots", "parents", "facilities")
    for part in (f"--{name}", str(EXAMPLES / f"{name}.csv"))
]
TRADE = ["--trade", str(EXAMPLES / "antimony/trade.csv")]
WORKS = ["--facilities", str(EXAMPLES / "antimony/facilities.csv")]


@pytest.fixture
def typed(monkeypatch, capsys):
    """Exit code, what was printed, what was complained."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["stannary", "origin", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return end.value.code or 0, said.out, said.err

    return run


@pytest.mark.parametrize(
    "words",
    [
        ["MAG-7", *PAPERS],
        ["MAG-7", *PAPERS, "--custody", "mass-balance"],
        ["L2", *PAPERS, "--on", "2025-06-01"],
        ["L2", *PAPERS[:2]],
        ["SBO-2", *PAPERS],
        PAPERS,
        PAPERS[:2],
        [*TRADE, *WORKS],
    ],
)
def test_every_screen_has_fewer_than_forty_lines_of_a_hundred_columns(typed, words):
    code, out, _ = typed(*words)
    assert code == 0
    assert len(out.splitlines()) < 40
    assert max(map(len, out.splitlines())) <= 100
    assert "An indicator, never a finding" in out


def test_the_magnet_fails_every_rule_that_binds_by_the_same_link(typed):
    _, out, _ = typed("MAG-7", *PAPERS)
    assert "MAG-7 fails zone origin, US defence and China's 0.1 %." in out
    assert out.count("DYO-9: refined at X1 in China") == 3
    # 95.5 of 100 kg that went in at 99 %.
    assert "By mass balance 94.545 kg would not." in out


def test_what_the_screen_says_of_custody_adds_up_to_the_lot(typed):
    _, out, _ = typed("MAG-7", *PAPERS, "--custody", "mass-balance", "--json")
    said = json.loads(out)
    assert float(said["zone_share"]) + float(said["pays_share"]) == pytest.approx(1)
    assert float(said["zone_kg"]) == pytest.approx(0.955 * 99)


def test_the_defence_rule_of_the_day_before_2027_lets_the_same_magnet_pass(typed):
    _, out, _ = typed("MAG-7", *PAPERS, "--on", "2026-12-31", "--json")
    answers = {r["rule"]: r["answer"] for r in json.loads(out)["rules"]}
    assert answers["us-defence"] == "pass"
    assert answers["china-share"] == "fail"
    _, out, _ = typed("MAG-7", *PAPERS, "--on", "2026-11-10", "--json")
    (china,) = [r for r in json.loads(out)["rules"] if r["rule"] == "china-share"]
    assert (china["answer"], china["would"]) == ("not in force", "fail")


def test_the_book_names_plant_product_and_year_with_the_excess(typed):
    _, out, _ = typed(*PAPERS)
    assert "T1, sb.oxide, 2027                             29,300        8,370       20,930" in out
    assert "T0 certified 9,000 kg of sb.conc in 2027" in out
    _, text, _ = typed(*PAPERS, "--json")
    over = json.loads(text)["over"]
    for one in over:
        claimed = sum(float(c["kg"]) for c in one["claims"])
        assert claimed == pytest.approx(float(one["claimed_kg"]))
        assert claimed == pytest.approx(float(one["possible_kg"]) + float(one["excess_kg"]))


def test_the_antimony_case_is_printed_from_trade_alone(typed):
    _, out, _ = typed(*TRADE, *WORKS)
    assert "Thailand and Mexico cannot have made 2,931 of the 3,203 t of Sb" in out
    assert "would clear it" in out.replace("\n  ", " ")


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.loads = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.loads += [v for k, v in attrs if k in ("src", "href") and v != "data:,"]


@pytest.mark.parametrize("words", [["MAG-7", *PAPERS], PAPERS, [*TRADE, *WORKS]])
def test_the_page_is_whole_and_loads_nothing(typed, tmp_path, words):
    code, out, _ = typed(*words, "--out", str(tmp_path / "o"))
    assert code == 0
    assert str(tmp_path / "o" / "origin.html") in out
    page = (tmp_path / "o" / "origin.html").read_text("utf-8")
    tags = Tags()
    tags.feed(page)
    assert tags.seen.count("h1") == 1
    assert "table" in tags.seen
    assert "script" not in tags.seen
    assert not tags.loads
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == ["origin.html", "origin.json"]


def test_text_in_a_file_cannot_become_markup(typed, tmp_path):
    lots = tmp_path / "lots.csv"
    lots.write_text((EXAMPLES / "lots.csv").read_text().replace("MAG-7", "<script>x</script>"))
    typed("<script>x</script>", "--lots", str(lots), "--out", str(tmp_path / "o"))
    assert "<script>" not in (tmp_path / "o" / "origin.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["MAG-8", *PAPERS], "did you mean MAG-7"),
        (["MAG-7"], "nothing to look at"),
        (TRADE, "--facilities FILE"),
        (["MAG-7", "--lots", "nowhere.csv"], "nowhere.csv"),
        (["MAG-7", *PAPERS, "--on", "2027-13-01"], "YYYY-MM-DD"),
    ],
)
def test_bad_input_ends_with_code_2_and_says_what_to_do(typed, words, said):
    code, out, err = typed(*words)
    assert code == 2
    assert said in err
    assert not out


def test_the_order_of_rows_never_changes_what_is_printed(typed, tmp_path):
    mixed = []
    for name in ("lots", "parents", "facilities"):
        header, *rows = (EXAMPLES / f"{name}.csv").read_text().splitlines()
        file = tmp_path / f"{name}.csv"
        file.write_text("\n".join([header, *reversed(rows)]) + "\n")
        mixed += [f"--{name}", str(file)]
    _, one, _ = typed(*PAPERS, "--json")
    _, other, _ = typed(*mixed, "--json")

    def found(text):
        return [
            (o["claimed_kg"], o["excess_kg"], sorted(c["facility"] for c in o["claims"]))
            for o in json.loads(text)["over"]
        ]

    assert found(one) == found(other)
