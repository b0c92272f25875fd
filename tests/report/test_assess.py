"""The screens of an assessment: they fit a terminal, add up, and say what the files say."""

import json
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from stannary.customs.assessed import rows_of
from stannary.report import assess, assess_line
from stannary.secretariat import assessing
from stannary.secretariat.entry import Goods

EXAMPLES = Path(__file__).parents[2] / "examples"
PAPERS = assessing.Papers(
    str(EXAMPLES / "entries.csv"), EXAMPLES / "law", EXAMPLES / "lots.csv"
)  # fmt: skip
NUMBER = r"-?[\d,]+(?:\.\d+)?"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return assessing.assess(PAPERS, tmp_path_factory.mktemp("assess"))


@pytest.fixture(scope="module")
def shown(found):
    said = assess.screen(found)
    for path, name in ((found.files[0].parent, "out"), (EXAMPLES, "examples")):
        said = said.replace(path.as_posix(), name)
    return said


def entry(**more):
    goods = Goods("2846902040", "CHN", "12000", date(2027, 5, 3), "NdPr", **more)
    return assessing.one(goods, assessing.Papers("", EXAMPLES / "law"))


def cents(text):
    return int(Decimal(text.replace(",", "")) * 100)


def told(shown, head):
    """What stands behind a heading, unfolded."""
    found = re.search(rf"^  {head} +(.*(?:\n {{17}}.*)*)", shown, re.MULTILINE)
    return re.sub(r"\s+", " ", found[1])


def test_the_screen_fits_a_terminal(shown):
    assert len(shown.splitlines()) < 40
    assert max(map(len, shown.splitlines())) <= 100


def test_what_is_due_adds_up_and_is_the_sum_of_the_file(found, shown):
    base, extra, top_up, total = map(cents, re.findall(r"\d[\d,]*\.\d\d", told(shown, "Due now")))
    assert base + extra + top_up == total
    rows = rows_of(found.files[0])
    assert total == sum(row.cents["total_due_cents"] for row in rows)
    assert f"{assess.usd(total)} USD" in " ".join(shown.splitlines()[:3])


def test_lines_read_are_lines_assessed_and_lines_set_aside(shown):
    read, assessed, aside = map(int, re.findall(r"\d+", told(shown, "Reconciled"))[:3])
    assert (read, assessed + aside) == (15, 15)
    assert told(shown, "Set aside").startswith(
        "3 lines: US70000108/1 NEGATIVE_MASS net_mass_kg -250"
    )


def test_the_security_is_told_with_what_its_trigger_catches(found, shown):
    said = told(shown, "Security held")
    held = sum(row.cents["security_cents"] for row in rows_of(found.files[0]))
    assert cents(re.search(NUMBER, said)[0]) == held > 0
    assert "The trigger catches 2 of 2 lines that reach the floor: 100%" in said


def test_the_part_above_bound_rates_is_split_by_what_covers_it(shown):
    above, top_up, *parts = map(cents, re.findall(r"\d[\d,]*\.\d\d", told(shown, "Bound rates")))
    assert sum(parts) == above <= top_up


def test_every_line_shown_has_the_amounts_of_the_file_and_a_mark_that_is_explained(found, shown):
    rows = {f"{r.entry_number}/{r.line_number}": r for r in rows_of(found.files[0])}
    lines = [line.split() for line in shown.splitlines() if re.match(r"  [A-Z]{2}\d+/\d", line)]
    assert len(lines) == min(assessing.SHOWN, len(rows))
    for name, product, _, kg, _, _, ad_valorem, top_up, security, *marks in lines:
        row = rows[name]
        assert product == row.product
        assert kg == "-" or Decimal(kg.replace(",", "")) == row.chargeable_kg
        for text, amount in (
            (ad_valorem, row.cents["base_duty_cents"] + row.cents["extra_duty_cents"]),
            (top_up, row.cents["top_up_cents"]),
            (security, row.cents["security_cents"]),
        ):
            assert (cents(text) if text != "-" else 0) == amount
        assert {assess.REASONS[reason][0] for reason in row.reasons} == set(marks)
        for mark in marks:
            assert re.search(rf"  {mark} [a-z]", shown)


def test_the_price_compared_and_the_top_up_reach_the_floor(found):
    for line in found.shown:
        if line.now.top_up and line.now.law.rules.compared_on == "duty-paid":
            assert line.now.cif + line.now.counted + line.now.top_up == line.now.floor


def test_what_machines_get_is_what_the_file_comes_to(found):
    body = json.loads(assess.as_json(found))
    assert body["read"] == body["assessed"] + body["set_aside"]
    assert body["cents"] == found.totals.cents
    assert body["law"]["digest"] == found.ground.law.digest
    assert all(Path(path).exists() for path in body["files"])


# --------------------------------------------------------------------------------- one line


def sums(text):
    """Every sum that the sentences write out: (left side, right side) as numbers."""
    plain = re.sub(r" (?:USD|EUR|JPY|kg)\b", "", re.sub(r"\s+", " ", text))
    plain = re.sub(r"( [-+] )(?:[A-Za-z-]+ )+(?=\d)", r"\1", plain)  # the names of what is added
    plain = re.sub(r"(?<=\d) (?:[a-z]+ )+(?==)", " ", plain)
    for left, right in re.findall(
        rf"((?:\(?{NUMBER}\)?(?: [-+x/] ))+\(?{NUMBER}\)?) = ({NUMBER})", plain
    ):
        yield left, Decimal(right.replace(",", ""))


def value(left):
    words = left.replace(",", "").split()
    numbers = [Decimal(word.strip("()")) for word in words[::2]]
    total, term = Decimal(0), numbers[0]
    for sign, number in zip(words[1::2], numbers[1:], strict=True):
        if sign == "x":
            term *= number
        elif sign == "/":
            term /= number
        else:
            total, term = total + term, number if sign == "+" else -number
    return total + term


@pytest.mark.parametrize("price", [{"fob": "58.20"}, {"fob": "140", "into": "DEU"}, {"cif": "99"}])
def test_every_sum_on_the_screen_of_a_line_can_be_followed_by_hand(price):
    text = assess_line.screen(entry(**price))
    written = list(sums(text))
    assert len(written) >= 5
    results = {right for _, right in written}
    now = entry(**price).sum.now
    assert {Decimal(now.due) / 100, Decimal(now.floor) / 100} <= results
    for left, right in written:
        assert value(left).quantize(right, ROUND_HALF_UP) == right, left


def test_the_answer_comes_first_and_is_what_is_due():
    one = entry(fob="58.20")
    first = " ".join(assess_line.screen(one).split())[:200]
    assert first.startswith(
        f"This entry owes {assess.usd(one.sum.row.cents['total_due_cents'])} USD"
    )
    assert "from China into the United States" in first


def test_a_security_is_said_in_the_first_sentence():
    one = entry(fob="140")
    assert one.sum.row.cents["security_cents"] > 0
    assert "is held as security" in " ".join(assess_line.screen(one).split())[:120]


def test_what_was_assumed_stands_before_the_sum():
    text = assess_line.screen(entry(fob="58.20"))
    assert text.index("Assumed, because it was not given") < text.index("What is due")
    assert max(map(len, text.splitlines())) <= 100


def test_a_line_that_was_set_aside_says_why(found):
    row = next(row for row in found.aside if row.reason == "CHARGES_MISSING")
    one = assessing.Explained(PAPERS, found.ground, ("US70000109", 1), None, None, (row,))
    text = " ".join(assess_line.screen(one).split())
    assert text.startswith("US70000109/1 was set aside")
    assert "CHARGES_MISSING insurance empty" in text
    assert json.loads(assess_line.as_json(one))["line"] is None
