from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from stannary.customs.origin.chain import Books, Facility, Lot, Parent, chain
from stannary.customs.origin.faults import faults
from stannary.terms.errors import BadTable, UnknownName

KG = 1000


def lot(name, stage="refine", kg=90, plant="F", country="AUS", day="2027-03-01", **more):
    return Lot(
        name, "oxide" if stage == "refine" else "ore", stage, round(kg * KG), plant, country,
        date.fromisoformat(day), more.pop("certificate", f"C-{name}"), **more,
    )  # fmt: skip


MINE = Facility("M", "o", "AUS", "mine", "ore", 10**9, Decimal(100), date(2020, 1, 1))
PLANT = Facility("F", "o", "AUS", "refine", "oxide", 10**9, Decimal(90), date(2020, 1, 1))
ORE = lot("L1", "mine", 100, "M", day="2027-01-01")


def books(lots, parents, plants=(MINE, PLANT)):
    return Books(tuple(lots), tuple(Parent(a, b, round(kg * KG)) for a, b, kg in parents), plants)


def kinds(held, name):
    return [f.kind for f in faults(held, name)]


def test_the_contracts_own_example_is_without_fault():
    """SCHEMAS' lot: 211.4 kg from 234.9 kg at 90 %, which yields 211.41."""
    held = books([lot("L1", "mine", 234.9, "M"), lot("L2", kg=211.4)], [("L2", "L1", 234.9)])
    assert faults(held, "L2") == ()
    assert [step.lot.lot_id for step in chain(held, "L2")] == ["L1", "L2"][::-1]


def test_mass_beyond_what_the_parents_yield_is_told_to_the_gram():
    held = books([ORE, lot("L2", kg=95.5)], [("L2", "L1", 100)])
    (fault,) = faults(held, "L2")
    assert (fault.kind, fault.grams) == ("mass", 5500)
    assert "5.5 kg came from nowhere" in fault.sentence


def test_scrap_may_stand_in_for_parents():
    held = books([ORE, lot("L2", kg=100, recycled_pct=Decimal(10))], [("L2", "L1", 100)])
    assert faults(held, "L2") == ()
    whole = books([lot("L3", kg=50, recycled_pct=Decimal(100))], [])
    assert faults(whole, "L3") == ()


def test_an_output_handed_out_more_than_once_over_is_told_with_the_excess():
    held = books([ORE, lot("L2"), lot("L3", kg=45)], [("L2", "L1", 100), ("L3", "L1", 50)])
    (fault,) = faults(held, "L2")
    assert (fault.kind, fault.lot_id, fault.grams) == ("handed out twice", "L1", 50 * KG)


def test_every_paper_that_does_not_fit_is_named():
    assert kinds(books([lot("L2")], [("L2", "L9", 100)]), "L2") == ["unknown lot"]
    assert kinds(books([lot("L2", plant="Z"), ORE], [("L2", "L1", 100)]), "L2") == ["unknown plant"]
    early = books([lot("L2", day="2019-03-01"), ORE], [("L2", "L1", 100)])
    assert kinds(early, "L2") == ["other plant", "date"]
    moved = books([lot("L2", country="THA"), ORE], [("L2", "L1", 100)])
    assert kinds(moved, "L2") == ["other plant"]
    assert kinds(books([lot("L2")], []), "L2") == ["no parents"]
    back = books([lot("L2"), lot("L1", "mine", 100, "M")], [("L1", "L2", 90), ("L2", "L3", 1)])
    assert "stage" in kinds(back, "L1")


def test_one_certificate_may_cover_lots_of_one_plant_and_not_of_two():
    same = [ORE, lot("L2", kg=45, certificate="C"), lot("L3", kg=45, certificate="C")]
    parents = [("L2", "L1", 50), ("L3", "L1", 50)]
    assert faults(books(same, parents), "L2") == ()
    other = Facility("G", "o", "AUS", "refine", "oxide", 10**9, Decimal(90), date(2020, 1, 1))
    apart = [ORE, same[1], lot("L3", kg=45, plant="G", certificate="C")]
    held = books(apart, parents, (MINE, PLANT, other))
    (fault,) = faults(held, "L2")
    assert "L3 of G" in fault.sentence


def test_lots_made_from_one_another_are_refused_and_the_circle_is_written_out():
    with pytest.raises(BadTable, match="made from one another") as refusal:
        books([lot("A"), lot("B"), lot("C")], [("A", "B", 1), ("B", "C", 1), ("C", "A", 1)])
    assert "A <- B <- C <- A" in str(refusal.value)


def test_a_lot_that_stands_twice_is_refused():
    with pytest.raises(BadTable, match="twice"):
        books([lot("A"), lot("A")], [])


def test_an_unknown_lot_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean MAG-7"):
        chain(books([lot("MAG-7")], []), "MAG-8")


def test_a_long_chain_is_followed_to_its_end():
    names = [f"L{n}" for n in range(3000)]
    held = books([lot(n) for n in names], [(a, b, 1) for a, b in pairwise(names)])
    assert len(chain(held, "L0")) == 3000
