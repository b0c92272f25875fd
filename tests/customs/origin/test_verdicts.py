from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from stannary.customs.origin.chain import Books, Facility, Lot, Parent
from stannary.customs.origin.rules import read_rules, shipped_rules
from stannary.customs.origin.verdicts import verdicts
from stannary.terms.errors import BadTable

ZONE = frozenset({"AUS", "JPN", "DEU", "MYS"})
SINCE = date(2020, 1, 1)
PRODUCT = {"mine": "ore", "refine": "dy.oxide", "metal": "dy.metal", "component": "magnet.ht"}


def line(places, owners=("", "", "", ""), usd=(None, None, None, None)):
    """A chain of 1,000 g a step through `places`: mine, refine, metal, component."""
    lots, parents, plants = [], [], []
    for n, (stage, country) in enumerate(zip(PRODUCT, places, strict=False)):
        value = None if usd[n] is None else Decimal(usd[n])
        lots.append(
            Lot(
                stage, PRODUCT[stage], stage, 1000, f"P{n}", country, date(2025, 1, 1 + n), f"C{n}",
                Decimal(0), value,
            )
        )  # fmt: skip
        plants.append(
            Facility(
                f"P{n}", "o", country, stage, PRODUCT[stage], 10**9, Decimal(100), SINCE, None,
                owners[n] or None,
            )
        )  # fmt: skip
        if n:
            parents.append(Parent(stage, lots[n - 1].lot_id, 1000))
    return Books(tuple(lots), tuple(parents), tuple(plants))


def asked(books, day, lot="component", model="segregated", members=ZONE):
    found = verdicts(books, lot, date.fromisoformat(day), shipped_rules(), members, model)
    return {v.rule.id: v for v in found}


HOME = ("AUS", "MYS", "JPN", "DEU")


@pytest.mark.parametrize(
    ("places", "before", "after"),
    [
        (HOME, "pass", "pass"),
        (("CHN", "MYS", "JPN", "DEU"), "pass", "fail"),  # mined there: barred from 2027 only
        (("AUS", "CHN", "JPN", "DEU"), "pass", "fail"),  # separated there: likewise
        (("AUS", "MYS", "RUS", "DEU"), "fail", "fail"),  # melted there
        (("AUS", "MYS", "JPN", "IRN"), "fail", "fail"),  # produced there
        (("AUS", "MYS", "JPN", "PRK"), "fail", "fail"),
    ],
)
def test_the_defence_rule_counts_mining_and_separation_from_2027_on(places, before, after):
    assert asked(line(places), "2026-12-31")["us-defence"].answer == before
    assert asked(line(places), "2027-01-01")["us-defence"].answer == after


def test_the_deciding_link_is_named_with_its_plant_and_country():
    said = asked(line(("AUS", "CHN", "JPN", "DEU")), "2027-01-01")
    assert said["us-defence"].decides == "refine: refined at P1 in China."
    assert "refine: refined at P1 in China, outside the zone" in said["bloc"].decides
    assert said["us-defence"].rule.clause == "10 USC 4872; DFARS 252.225-7052"


def test_a_metal_is_no_covered_good_of_the_defence_rule():
    assert asked(line(HOME), "2027-01-01", "metal")["us-defence"].answer == "not covered"


def test_a_chain_that_does_not_reach_back_proves_nothing_and_is_not_called_barred():
    whole = line(HOME)
    cut = Books(whole.lots[1:], whole.parents[1:], whole.facilities)
    assert asked(cut, "2026-12-31")["us-defence"].answer == "pass"  # mining does not count yet
    assert asked(cut, "2027-01-01")["us-defence"].answer == "unproven"
    assert asked(cut, "2027-01-01")["bloc"].answer == "fail"


def test_the_vehicle_credit_looks_at_owners_and_ended_on_30_september_2025():
    owned = line(HOME, owners=("", "CHN", "", ""))
    said = asked(owned, "2025-09-30")["us-vehicle-credit"]
    assert (said.answer, said.decides) == ("fail", "refine: P1 in Malaysia is owned from China.")
    assert asked(line(HOME), "2025-09-30")["us-vehicle-credit"].answer == "pass"
    after = asked(owned, "2025-10-01")["us-vehicle-credit"]
    assert (after.answer, after.decides) == ("not in force", "It ended on 2025-09-30.")
    before = asked(owned, "2024-12-31")["us-vehicle-credit"]
    assert (before.answer, before.decides) == ("not in force", "It starts on 2025-01-01.")


def test_an_owner_outside_takes_zone_origin_away():
    owned = line(HOME, owners=("", "", "", "CHN"))
    assert asked(owned, "2027-01-01")["bloc"].answer == "fail"
    assert asked(owned, "2027-01-01")["us-defence"].answer == "pass"


@pytest.mark.parametrize(
    ("day", "answer", "would"),
    [
        ("2025-10-08", "not in force", None),
        ("2025-10-09", "not in force", "fail"),
        ("2025-11-07", "not in force", "fail"),
        ("2026-11-10", "not in force", "fail"),
        ("2026-11-11", "fail", None),
    ],
)
def test_chinas_share_rule_stands_suspended_until_10_november_2026(day, answer, would):
    said = asked(line(("AUS", "CHN", "JPN", "DEU")), day)["china-share"]
    assert (said.answer, said.would) == (answer, would)


def test_a_suspended_rule_says_what_it_would_say():
    said = asked(line(("AUS", "CHN", "JPN", "DEU")), "2026-06-01")["china-share"]
    assert said.decides.startswith("Announcement 70 suspends it until 10 November 2026. A licence")


@pytest.mark.parametrize(("usd", "answer"), [("1.00", "fail"), ("0.99", "pass")])
def test_the_share_is_by_value_and_bites_at_a_thousandth(usd, answer):
    """1.00 of 1,000 USD is 0.1 %: the text says 0.1 % or more."""
    books = line(("AUS", "CHN", "JPN", "DEU"), usd=(None, usd, None, "1000"))
    said = asked(books, "2027-01-01")["china-share"]
    assert (said.answer, said.by) == (answer, "value")
    assert said.share == Fraction(Decimal(usd)) / 1000


def test_without_values_the_share_is_by_mass_and_says_so():
    said = asked(line(("AUS", "CHN", "JPN", "DEU")), "2027-01-01")["china-share"]
    assert (said.by, said.share) == ("mass", 1)
    assert "by mass of the element, standing in for a value that is not stated" in said.decides


def test_mass_balance_says_which_share_pays():
    whole = line(HOME)
    foreign = Lot("alien", "ore", "mine", 1000, "PX", "CHN", date(2025, 1, 1), "CX")
    where = Facility("PX", "o", "CHN", "mine", "ore", 10**9, Decimal(100), SINCE)
    mixed = Books(
        (*whole.lots, foreign),
        (Parent("refine", "mine", 750), Parent("refine", "alien", 250), *whole.parents[1:]),
        (*whole.facilities, where),
    )
    said = asked(mixed, "2027-01-01", model="mass-balance")["bloc"]
    assert (said.answer, said.share) == ("fail", Fraction(3, 4))
    assert said.decides.startswith("75 % is proven; the rest pays.")
    assert asked(mixed, "2027-01-01")["bloc"].share == 0


def test_without_a_member_there_is_no_zone_origin():
    said = asked(line(HOME), "2027-01-01", members=frozenset())["bloc"]
    assert said.answer == "not in force"


def test_every_rule_has_a_clause_a_reference_and_one_row_a_day():
    for rule in shipped_rules():
        assert rule.clause
        assert rule.reference
    for day in (date(2019, 1, 1), date(2025, 6, 1), date(2026, 11, 10), date(2030, 1, 1)):
        standing = [r.id for r in shipped_rules() if r.stands(day)]
        assert len(standing) == len(set(standing))


RULE = """
[[rule]]
id = "a"
title = "A"
test = "barred"
clause = "1"
first = 2027-01-01
products = ["*"]
stages = ["mine"]
reference = "somewhere"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RULE + 'colour = "red"', "unknown key"),
        (RULE.replace('clause = "1"\n', ""), "a key is missing"),
        (RULE.replace('"mine"', '"smelt"'), "does not exist"),
        (RULE.replace('"barred"', '"liked"'), "does not exist"),
        (RULE + RULE, "stand on one day"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(text, said):
    with pytest.raises(BadTable, match=said):
        read_rules(text, "rules.toml")
