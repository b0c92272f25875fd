"""Letters: every number of a sum written out, what to do about it, and none where one is wrong."""

import csv
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from drawn import draw
from filed import WORKED, filed, worked_entries, write_assessed
from oracle import assess

from stannary.agreement import Agreement
from stannary.customs.assessed import DoesNotAgree, checked
from stannary.customs.contents import Content
from stannary.customs.law import read_law
from stannary.customs.letter import contestable, file_name, letter, letters
from stannary.customs.security import terms_on
from stannary.terms.errors import BadTable

AGREEMENT = Agreement.load("bloc-2026")
USD = r"-?[0-9,]+\.[0-9]{2}"


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("letters")
    entries = worked_entries(folder / "entries.csv")
    filed(folder / "out", entries, WORKED / "law", WORKED / "lots.csv")
    return folder


@pytest.fixture(scope="module")
def said(worked):
    """Text of every letter by entry number."""
    law = read_law(WORKED / "law")
    count = letters(
        worked / "out/assessed.parquet", worked / "entries.csv", law, worked / "letters",
        WORKED / "lots.csv", AGREEMENT,
    )  # fmt: skip
    found = {
        path.stem.rpartition("-")[0]: _flat(path.read_text(encoding="utf-8"))
        for path in (worked / "letters").glob("*.txt")
    }
    assert len(found) == count
    return found


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_a_letter_writes_out_every_step_of_the_printed_line(said):
    text = said["US51234567"]
    for step in (
        "250.000 kg x 99.5 / 100 = 248.750 kg of the compound inside.",
        "The floor counts the compound = 248.750 kg chargeable.",
        "CIF: 18,000.00 + 300.00 + 54.00 = 18,354.00 USD.",
        "Duty is levied on the FOB value (United States): 18,000.00 = 18,000.00 USD.",
        "114.4 USD per kg of the compound (Art. 7(2)).",
        "248.750 kg x 114.4 USD = 28,457.00 USD.",
        "Floor 28,457.00 USD - CIF 18,354.00 USD - 0.00 USD duty that counts = 10,103.00 USD,",
        "x 1.08 = 19,127.88 USD.",
        "is not above that: no security is asked.",
        "Floor version ndpr.oxide/2027-04-01, Art. 7(2).",
        "18,000 whole dollars",
    ):  # fmt: skip
        assert step in text, step


def test_a_letter_writes_out_a_security_and_when_it_comes_back(said):
    text = said["E02"]
    assert "15,000.00 EUR x 1.1042 = 16,563.00 USD." in text
    assert "16,563.00 USD x 3.7 % = 612.83 USD" in text
    assert "8,553.60 USD - 6,088.20 USD = 2,465.40 USD, the security." in text
    assert "It is a deposit, no duty" in text
    assert "within 1 month of the sale (Art. 12(2)), and in any case by 3 September 2027" in text


def test_a_credit_is_told_by_the_line_before_and_after_it(said):
    text = said["C01"]
    assert "CIF value: 17,354.00 USD - 18,354.00 USD = -1,000.00 USD." in text
    assert "Top-up: 11,103.00 USD - 10,103.00 USD = 1,000.00 USD." in text
    assert "Customs value: 18,000.00 USD - 18,000.00 USD = 0.00 USD." in text
    assert "so that a top-up rises by it" in text
    assert "which is paid back" in said["C03"]


def test_a_letter_says_why_an_origin_is_not_proven(said):
    assert "not proven: lot L2 was certified on 2027-06-01, after the entry." in said["E08"]


def test_a_letter_says_how_and_until_when_to_contest_it(said):
    assert "CBP Form 19" in said["US51234567"]
    assert "within 180 days of liquidation" in said["US51234567"]
    assert "that is 30 October 2027; it cannot be earlier" in said["US51234567"]
    assert "within 1 month of the notice of the decision" in said["E02"]
    assert "Assumed: Regulation (EU) 952/2013" in said["E02"]


def test_lines_that_nobody_can_contest_get_no_letter(said):
    assert not {"E07", "E09"} & set(said)
    assert {"E10", "E11", "E12"} <= set(said)  # the rate differs; base duty alone


def test_every_equation_of_every_letter_holds(tmp_path):
    draw(1200, 21, tmp_path)
    filed(tmp_path / "out", tmp_path / "entries.csv", tmp_path / "law", tmp_path / "lots.csv")
    law = read_law(tmp_path / "law")
    terms = terms_on(AGREEMENT, law.agreement_from)
    seen = 0
    for line in checked(
        tmp_path / "out/assessed.parquet", tmp_path / "entries.csv", law, tmp_path / "lots.csv"
    ):
        text = _flat(letter(line, law, terms))
        for left, right in re.findall(rf"((?:{USD} USD [-+] )+{USD} USD) = ({USD}) USD", text):
            terms_of = re.findall(rf"([-+] )?({USD}) USD", left)
            total = sum(_signed(sign, amount) for sign, amount in terms_of)
            assert total == _number(right), (left, right)
            seen += 1
        for mass, price, right in re.findall(
            rf"([0-9,]+\.[0-9]{{3}}) kg x ([0-9.]+) USD = ({USD}) USD", text
        ):
            exact = (_number(mass) * Decimal(price)).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert exact == _number(right)
            seen += 1
    assert seen > 1500


def _signed(sign: str, amount: str) -> Decimal:
    return -_number(amount) if sign == "- " else _number(amount)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def test_one_wrong_cent_anywhere_and_no_letter_is_written(worked, tmp_path):
    rows, _ = assess(worked / "entries.csv", WORKED / "law", WORKED / "lots.csv")
    next(row for row in rows if row["entry_number"] == "US51234567")["total_due_cents"] -= 1
    write_assessed(tmp_path / "assessed.parquet", rows)
    with pytest.raises(DoesNotAgree, match="total_due_cents"):
        letters(
            tmp_path / "assessed.parquet", worked / "entries.csv", read_law(WORKED / "law"),
            tmp_path / "letters", WORKED / "lots.csv",
        )  # fmt: skip
    assert list((tmp_path / "letters").iterdir()) == []


def test_letters_of_an_earlier_run_go_when_no_line_asks_for_them(worked, tmp_path):
    entries = worked_entries(tmp_path / "entries.csv")
    law = read_law(WORKED / "law")
    folder = tmp_path / "letters"

    def run() -> set[str]:
        filed(tmp_path, entries, WORKED / "law", WORKED / "lots.csv")
        letters(tmp_path / "assessed.parquet", entries, law, folder, WORKED / "lots.csv")
        return {path.name for path in folder.iterdir()}

    first = run()
    (folder / "note.txt").write_text("mine")
    kept = [row for row in entries.read_text().splitlines(True) if not row.startswith("E11,")]
    entries.write_text("".join(kept))
    assert run() == first - {"E11-1.txt"} | {"note.txt"}


def test_the_index_names_every_letter_once(worked, said):
    with (worked / "letters/letters.csv").open(encoding="utf-8", newline="") as file:
        names = [row["letter"] for row in csv.DictReader(file)]
    assert sorted(names) == sorted(p.name for p in (worked / "letters").glob("*.txt"))
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("number", ["../../etc/x", "a/b\\c:d", "..", "ü" * 300])
def test_an_entry_number_never_leaves_the_folder(worked, number):
    line = next(iter(_lines(worked)))
    row = type(line.row)(**{n: getattr(line.row, n) for n in line.row.__slots__} | {
        "entry_number": number})  # fmt: skip
    name = file_name(type(line)(row, line.now))
    assert "/" not in name
    assert "\\" not in name
    assert len(name) <= 210
    assert name.endswith("-1.txt")


def test_a_folder_that_cannot_be_written_is_refused(worked, tmp_path):
    (tmp_path / "letters").write_text("a file")
    with pytest.raises(BadTable, match="cannot write the letters"):
        letters(
            worked / "out/assessed.parquet", worked / "entries.csv", read_law(WORKED / "law"),
            tmp_path / "letters", WORKED / "lots.csv",
        )  # fmt: skip


def test_contents_are_told_beside_the_line(worked):
    law = read_law(WORKED / "law")
    line = next(line for line in _lines(worked) if line.row.entry_number == "US51234567")
    whole = (Content("NdPr", share=Decimal(100)),)
    text = _flat(letter(line, law, terms_on(AGREEMENT, line.line.entry_date), whole))
    assert "NdPr: 248.750 kg is 248.750 kg chargeable of ndpr.oxide" in text
    assert "is 10,103.00 USD. The line itself was assessed for NdPr: a top-up of 10,103.00" in text


def test_only_lines_with_something_at_stake_are_contestable(worked):
    for line in _lines(worked):
        cents = line.row.cents
        silent = not any(
            cents[n] for n in ("total_due_cents", "security_cents", "top_up_cents")
        ) and set(line.row.reasons) <= {"ZONE_ORIGIN", "SMALL_CONSIGNMENT", "ADJUSTMENT"}
        assert contestable(line) is not silent


def _lines(worked):
    return checked(
        worked / "out/assessed.parquet", worked / "entries.csv", read_law(WORKED / "law"),
        WORKED / "lots.csv",
    )  # fmt: skip
