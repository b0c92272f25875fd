from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from stannary.customs.origin.chain import Books, Facility, Lot, Parent
from stannary.customs.origin.custody import proof

DAY = date(2027, 1, 1)


def plant(name, stage, recovery=100):
    return Facility(name, "o", "AUS", stage, stage, 10**12, Decimal(recovery), date(2020, 1, 1))


PLANTS = (plant("M", "mine"), plant("F", "refine", 90), plant("K", "metal", 95))


def lot(name, stage, grams, country="AUS", recycled=0):
    at = {"mine": "M", "refine": "F", "metal": "K"}[stage]
    return Lot(name, stage, stage, grams, at, country, DAY, f"C-{name}", Decimal(recycled))


def bars(lot):
    return None if lot.country == "AUS" else f"{lot.lot_id} is of {lot.country}"


def share(lots, parents, name, cap=100):
    return proof(Books(tuple(lots), tuple(parents), PLANTS), name, bars, Decimal(cap))


def test_what_went_in_mixed_is_proven_by_its_share():
    lots = [lot("A", "mine", 600), lot("B", "mine", 400, "CHN"), lot("X", "refine", 900)]
    found = share(lots, [Parent("X", "A", 600), Parent("X", "B", 400)], "X")
    assert found.share == Fraction(6, 10)
    assert found.counted("mass-balance") == Fraction(6, 10)
    assert found.counted("segregated") == 0
    assert [(d.lot_id, d.grams) for d in found.doubts] == [("B", 400)]


def test_one_foreign_step_late_in_the_chain_leaves_nothing():
    lots = [lot("A", "mine", 1000), lot("X", "refine", 900, "CHN"), lot("Y", "metal", 855)]
    found = share(lots, [Parent("X", "A", 1000), Parent("Y", "X", 900)], "Y")
    assert found.share == 0


def test_scrap_counts_up_to_the_cap_and_the_rest_needs_parents():
    half = [lot("X", "refine", 1000, recycled=100)]
    assert share(half, [], "X").share == 1
    assert share(half, [], "X", cap=25).share == Fraction(1, 4)
    mixed = [lot("A", "mine", 1000), lot("X", "refine", 1000, recycled=10)]
    assert share(mixed, [Parent("X", "A", 1000)], "X", cap=25).share == 1


def test_a_parent_handed_out_twice_proves_each_by_what_it_had():
    lots = [lot("A", "mine", 1000), lot("X", "refine", 900), lot("Y", "refine", 900)]
    parents = [Parent("X", "A", 1000), Parent("Y", "A", 1000)]
    assert share(lots, parents, "X").share == Fraction(1, 2)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6), st.booleans(), st.booleans()), min_size=1, max_size=6
    ),
    st.integers(0, 50),
)
def test_proven_grams_never_exceed_what_good_parents_yield(mines, extra):
    """However much a lot claims: proven grams <= recovery x good grams that were really there."""
    lots, parents, good = [], [], 0
    for n, (grams, inside, twice) in enumerate(mines):
        name = f"A{n}"
        lots.append(lot(name, "mine", grams, "AUS" if inside else "CHN"))
        parents.append(Parent("X", name, grams * (2 if twice else 1)))
        good += grams if inside else 0
    total = sum(m[0] for m in mines)
    lots.append(lot("X", "refine", max(1, total * (100 + extra) // 100)))
    found = share(lots, parents, "X")
    assert 0 <= found.share <= 1
    assert found.share * lots[-1].grams <= Fraction(9, 10) * good + 1


def test_nothing_is_proven_by_a_lot_that_was_made_later_or_left_a_later_stage():
    late = Lot("A", "mine", "mine", 1000, "M", "AUS", date(2027, 1, 2), "C-A")
    assert share([late, lot("X", "refine", 900)], [Parent("X", "A", 1000)], "X").share == 0
    after = [lot("A", "mine", 1000), lot("Y", "metal", 950), lot("X", "refine", 855)]
    parents = [Parent("Y", "A", 1000), Parent("X", "Y", 950)]
    assert share(after, parents, "Y").share == 1
    assert share(after, parents, "X").share == 0
