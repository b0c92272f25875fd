"""Reading is strict: each mistake names file, line, key, what was met and what is allowed."""

import random
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.agreement import Agreement
from stannary.agreement.reading import TEXTS
from stannary.terms.errors import BadArticle, UnknownName

HEAD = '[agreement]\nname = "t"\ntitle = "T"\ndraft = true\ninclude = ["rules.toml"]\n'
COVERAGE = """
[coverage."ndpr.oxide"]
name = "n"
world = "ndpr.oxide"
hs = ["284690"]
element = "NdPr"
assay = [0, 100]
basis = "compound"
from = 2015-01-01
reference = "r"
checked_on = 2026-06-16
"""
FLOOR = """
[floors."ndpr.oxide"]
description = "d"
unit = "USD/kg"
values = [
  { from = 2027-01-01, value = 110.00, reference = "r" },
  { from = 2028-01-01, value = 120, reference = "r" },
]
checked_on = 2026-06-16
"""
MEMBER = """
[members.JPN]
status = [{ from = 2026-02-04, value = "signed", reference = "r" }]
accession = [{ from = 2026-02-04, value = 2027-01-01, reference = "r" }]
withdrawal = [{ from = 2026-02-04, value = 2030-01-01, reference = "r" }]
checked_on = 2026-06-16
"""
DUTY = """
[[duties]]
id = "a"
description = "d"
products = ["ndpr.oxide"]
kind = "base"
importer = "JPN"
origin = "*"
counts = true
unit = "ad valorem"
values = [{ from = 2015-01-01, value = 0.05, reference = "r" }]
checked_on = 2026-06-16
"""
WHOLE = HEAD + COVERAGE + FLOOR + MEMBER + DUTY
SECOND = DUTY.replace('id = "a"', 'id = "b"')
STATUS = '{ from = 2026-02-04, value = "signed", reference = "r" }'


def load(tmp_path, text: str) -> Agreement:
    file = tmp_path / "t.toml"
    file.write_text(text, encoding="utf-8")
    return Agreement.load(file)


def test_the_text_that_the_mistakes_are_made_in_is_right(tmp_path):
    schedule = load(tmp_path, WHOLE).on(date(2028, 1, 1))
    assert [floor.usd_per_kg for floor in schedule.floors] == [120]


# old text, new text, what the message says; the line is that of the new text's first line with ~
MISTAKES = [
    # keys and types
    ("value = 110.00,", "valeu = 110.00,", BadArticle, "did you mean value"),
    ('unit = "USD/kg"\n', 'unit = "USD/kg"\n~nuit = "USD/kg"\n', UnknownName, "unknown key"),
    ("[floors.", "~[floor.x]\n[floors.", UnknownName, "did you mean floors"),
    ("draft = true", '~draft = "yes"', BadArticle, "true or false"),
    ('title = "T"', '~title = ""', BadArticle, "an empty text"),
    ("2028-01-01, value = 120", '~2028-01-01, value = "120"', BadArticle, "not a number"),
    ("2028-01-01, value = 120", "~2028-01-01, value = nan", BadArticle, "not a number"),
    ("2028-01-01, value = 120", "~2028-01-01, value = true", BadArticle, "not a number"),
    ("from = 2028-01-01", '~from = "2028-01-01"', BadArticle, "without quotes"),
    ("from = 2028-01-01", "~from = 2028-01-01T00:00:00", BadArticle, "wrong type"),
    ("draft = true\n", "~draft = \n", BadArticle, "not TOML"),
    # floors
    ("2028-01-01, value = 120", "~2028-01-01, value = -1", BadArticle, "a negative floor"),
    ('unit = "USD/kg"', '~unit = "USD/lb"', UnknownName, "unknown unit"),
    ('unit = "USD/kg"', '~unit = "share"', BadArticle, "allowed: USD/kg"),
    ('~[floors."ndpr.oxide"]\ndescription = "d"\nunit = "USD/kg"',
     '~[floors."ndpr.oxide"]\ndescription = "d"', BadArticle, "no 'unit'"),
    ('[floors."ndpr.oxide"]', '~[floors."ndpr.oxid"]', UnknownName, "did you mean ndpr.oxide"),
    ('[floors."ndpr.oxide"]', "~[floors.ndpr.oxide]", BadArticle, "in quotes"),
    # dates
    ("from = 2028-01-01", "~from = 2027-01-01", BadArticle, "a day twice"),
    ("from = 2028-01-01", "~from = 2026-01-01", BadArticle, "days out of order"),
    ("value = 2030-01-01", "~value = 2026-12-31", BadArticle, "withdrawal before accession"),
    ('accession = [{ from = 2026-02-04, value = 2027-01-01, reference = "r" }]\nwithdrawal',
     "~withdrawal", BadArticle, "none is given"),
    # references
    ('value = 120, reference = "r"', "~value = 120", BadArticle, "no 'reference'"),
    ("~" + FLOOR.strip(), "~" + FLOOR.strip().replace("checked_on = 2026-06-16", ""), BadArticle,
     "no 'checked_on'"),
    ("value = 120,", "~ended = true, value = 120,", BadArticle, "without a value"),
    # members
    ("[members.JPN]", "~[members.JAP]", UnknownName, "JPN"),
    ("[members.JPN]", "[members.JPN]\nchecked_on = 2026-06-16\n~[members.JPN]", BadArticle,
     "not TOML"),
    ('value = "signed"', '~value = "singed"', UnknownName, "did you mean signed"),
    ("[members.JPN]", "~[members.DEU]", BadArticle, "belongs to the customs union"),
    ("[members.JPN]", '~[members.JPN]\nthrough = "EUU"', BadArticle, "not a state of that"),
    # coverage
    ('hs = ["284690"]', '~hs = ["28469"]', BadArticle, "6, 8 or 10 digits"),
    ('element = "NdPr"', '~element = "Ndpr"', UnknownName, "did you mean NdPr"),
    ("assay = [0, 100]", "~assay = [100, 0]", BadArticle, "not an assay range"),
    ('basis = "compound"', '~basis = "oxide"', UnknownName, "unknown basis"),
    (COVERAGE, COVERAGE + COVERAGE.replace('[coverage."ndpr.oxide"]', '~[coverage."nd.oxide"]'),
     BadArticle, "cannot tell apart"),
    # duties
    ("value = 0.05", "~value = -0.05", BadArticle, "not a rate"),
    ("value = 0.05", "~value = 25", BadArticle, "0.05 = 5 %"),
    ('products = ["ndpr.oxide"]', 'products = ["nd.oxide"]', UnknownName, "covered product"),
    ('importer = "JPN"', '~importer = "JAP"', UnknownName, "JPN"),
    ('importer = "JPN"', 'importer = "DEU"', BadArticle, "allowed: EUU"),
    (DUTY, DUTY + SECOND.replace("[[duties]]", "~[[duties]]"), BadArticle, "two base duties of"),
    (DUTY, DUTY + DUTY.replace("[[duties]]", "~[[duties]]"), BadArticle, "written twice"),
    # the whole
    ('include = ["rules.toml"]', '~include = ["rule.toml"]', UnknownName, "rules.toml"),
    ('include = ["rules.toml"]', '~include = ["../rules.toml"]', UnknownName, "file to include"),
    ('include = ["rules.toml"]', "", BadArticle, "no rules."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "error", "says"), MISTAKES)
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(tmp_path, old, new, error, says):
    old = old.replace("~", "")
    assert old in WHOLE
    marked = WHOLE.replace(old, new, 1)
    with pytest.raises(error) as met:
        load(tmp_path, marked.replace("~", ""))
    message = str(met.value)
    assert says in message
    if "~" in new:
        line = marked[: marked.index("~")].count("\n") + 1
        assert re.search(rf"where: +t\.toml, line {line}\b", message), message


def test_an_agreement_that_is_not_shipped_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean bloc-2026"):
        Agreement.load("bloc-2062")
    with pytest.raises(UnknownName, match="check the path"):
        Agreement.load("nowhere.toml")


def test_a_part_is_no_agreement():
    with pytest.raises(BadArticle, match=r"no \[agreement\] table"):
        Agreement.load(TEXTS / "duties.toml")


def test_a_parameter_said_in_two_files_is_refused(tmp_path):
    (tmp_path / "more.toml").write_text(FLOOR)
    with pytest.raises(BadArticle, match="written twice") as met:
        load(tmp_path, WHOLE.replace('["rules.toml"]', '["rules.toml", "more.toml"]'))
    assert "more.toml, line 2" in str(met.value)
    assert "t.toml, line" in str(met.value)


def tables(text: str) -> tuple[str, list[str]]:
    head, *rest = re.split(r"(?m)^(?=\[)", re.sub(r"(?m)^#.*\n", "", text))
    return head, rest


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)  # each reads five files
def test_the_order_of_tables_never_changes_what_the_law_says(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("shuffled")
    for file in TEXTS.glob("*.toml"):
        head, rest = tables(file.read_text("utf-8"))
        random.Random(seed).shuffle(rest)
        (folder / file.name).write_text(head + "".join(rest), "utf-8")
    day = date(2027, 1, 1)
    shuffled, shipped = (
        Agreement.load(x).on(day) for x in (folder / "bloc-2026.toml", "bloc-2026")
    )
    # The printed paragraph alone follows the order of the text.
    unnumbered = re.compile(r"article='[^']*'")
    assert unnumbered.sub("", repr(shuffled)) == unnumbered.sub("", repr(shipped))
