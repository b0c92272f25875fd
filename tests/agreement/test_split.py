"""The emergency split: its properties, each on drawn cases, and two published ones."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stannary.agreement.split import Claim, admitted, available, shares, split
from stannary.terms.errors import BadInput

GRAMS = st.integers(0, 10**9)
STOCK = st.integers(0, 3 * 10**9)


def claims_of(*numbers):
    return [Claim(f"m{n}", *each) for n, each in enumerate(numbers)]


CLAIMS = st.lists(
    st.tuples(GRAMS, st.integers(1, 10**6), st.integers(1, 3)), min_size=1, max_size=7
).map(lambda drawn: claims_of(*drawn))
CEILINGS = st.dictionaries(st.integers(1, 3), GRAMS, max_size=3)


@given(STOCK, CLAIMS, CEILINGS)
def test_nobody_gets_more_than_the_claim_and_no_class_more_than_its_ceiling(
    stock, claims, ceilings
):
    got = split(stock, claims, ceilings)
    assert all(0 <= got[claim.name] <= claim.grams for claim in claims)
    for order, ceiling in ceilings.items():
        assert sum(got[claim.name] for claim in claims if claim.order == order) <= ceiling


@given(STOCK, CLAIMS)
def test_the_stock_is_used_up_or_all_claims_are_met(stock, claims):
    enough = min(stock, sum(claim.grams for claim in claims))
    assert sum(shares(stock, claims).values()) == enough
    left = enough - sum(split(stock, claims).values())
    assert 0 <= left < len(claims)


@given(STOCK, CLAIMS, CEILINGS, st.integers(0, 10**9))
def test_a_larger_stock_takes_a_gram_from_nobody(stock, claims, ceilings, more):
    before, after = split(stock, claims, ceilings), split(stock + more, claims, ceilings)
    assert all(before[name] <= after[name] for name in before)


@given(STOCK, CLAIMS, CEILINGS, st.data())
def test_when_one_goes_home_with_his_share_the_rest_stands(stock, claims, ceilings, data):
    got = shares(stock, claims, ceilings)
    gone = data.draw(st.sampled_from(claims))
    rest = [claim for claim in claims if claim is not gone]
    lower = {
        order: ceiling - (got[gone.name] if order == gone.order else 0)
        for order, ceiling in ceilings.items()
    }
    again = shares(stock - got[gone.name], rest, lower)
    assert again == {claim.name: got[claim.name] for claim in rest}


@given(STOCK, CLAIMS, CEILINGS, st.randoms(use_true_random=False))
def test_neither_order_nor_names_matter(stock, claims, ceilings, random):
    mixed = list(claims)
    random.shuffle(mixed)
    renamed = [
        Claim(f"z{claim.name[::-1]}", claim.grams, claim.weight, claim.order) for claim in mixed
    ]
    got, again = split(stock, claims, ceilings), split(stock, renamed, ceilings)
    assert again == {f"z{claim.name[::-1]}": got[claim.name] for claim in mixed}


@given(STOCK, CLAIMS, CEILINGS, st.integers(1, 5), st.data())
def test_a_member_split_in_parts_alike_gets_the_same(stock, claims, ceilings, parts, data):
    one = data.draw(st.sampled_from(claims))
    assume(one.grams % parts == 0)
    pieces = [
        Claim(f"part{n}", one.grams // parts, Fraction(one.weight, parts), one.order)
        for n in range(parts)
    ]
    whole = shares(stock, claims, ceilings)
    cut = shares(stock, [c for c in claims if c is not one] + pieces, ceilings)
    assert sum(cut[piece.name] for piece in pieces) == whole[one.name]
    assert all(cut[c.name] == whole[c.name] for c in claims if c is not one)


@given(STOCK, CLAIMS)
def test_inside_a_class_all_that_are_short_get_the_same_for_their_weight(stock, claims):
    got = shares(stock, claims)
    for order in {claim.order for claim in claims}:
        members = [claim for claim in claims if claim.order == order]
        short = [got[c.name] / c.weight for c in members if got[c.name] < c.grams]
        assert len(set(short)) <= 1
        # ... and whoever is full never got more for the weight than they.
        assert all(got[c.name] / c.weight <= level for c in members for level in short)


@given(STOCK, CLAIMS)
def test_a_class_gets_nothing_before_the_one_above_it_is_full(stock, claims):
    got = shares(stock, claims)
    for claim in claims:
        if got[claim.name] > 0:
            assert all(got[c.name] == c.grams for c in claims if c.order < claim.order)


# O'Neill 1982; Aumann and Maschler 1985: estates of 100, 200 and 300 (and 500) on claims of 100, 200
# and 300; Thomson 2003 for the rules.
PUBLISHED = [
    (lambda claim: 1, 100, ("100/3", "100/3", "100/3")),
    (lambda claim: 1, 200, ("200/3", "200/3", "200/3")),
    (lambda claim: 1, 300, ("100", "100", "100")),
    (lambda claim: 1, 500, ("100", "200", "200")),
    (lambda claim: claim, 100, ("50/3", "100/3", "50")),
    (lambda claim: claim, 200, ("100/3", "200/3", "100")),
    (lambda claim: claim, 300, ("50", "100", "150")),
    (lambda claim: claim, 500, ("250/3", "500/3", "250")),
]


@pytest.mark.parametrize(("weight", "estate", "published"), PUBLISHED)
def test_the_published_estates_come_out(weight, estate, published):
    claims = claims_of(*((claim, weight(claim)) for claim in (100, 200, 300)))
    assert tuple(shares(estate, claims).values()) == tuple(map(Fraction, published))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(400, ("100", "250", "375/2", "125/2")), (150, ("100", "150", "525/2", "175/2"))],
)
def test_two_classes_with_rights_as_weights_and_a_stock_of_600(asked, expected):
    claims = claims_of((100, 100, 1), (asked, 400, 2), (300, 300, 2), (100, 100, 2))
    assert tuple(shares(600, claims).values()) == tuple(map(Fraction, expected))


def test_largest_remainder_would_take_a_gram_when_the_stock_grows_and_this_does_not():
    # Balinski and Young 1982 (the Alabama paradox): weights 1, 3, 3; stocks of 3 and 4.
    claims = [Claim(name, 10, weight) for name, weight in (("a", 1), ("b", 3), ("c", 3))]

    def largest_remainder(stock):
        exact = {claim.name: Fraction(stock * claim.weight, 7) for claim in claims}
        got = {name: int(share) for name, share in exact.items()}
        for name in sorted(exact, key=lambda n: got[n] - exact[n])[: stock - sum(got.values())]:
            got[name] += 1
        return got

    assert largest_remainder(3) == {"a": 1, "b": 1, "c": 1}
    assert largest_remainder(4) == {"a": 0, "b": 2, "c": 2}
    assert split(3, claims) == {"a": 0, "b": 1, "c": 1}
    assert split(4, claims) == {"a": 0, "b": 1, "c": 1}
    assert split(7, claims) == {"a": 1, "b": 3, "c": 3}


def test_available_is_the_store_less_what_cannot_be_released():
    assert available(1_001, Decimal("0.1"), 200, 100) == 1_001 - 101 - 200 - 100
    assert available(100, Decimal("0.1"), 80, 30) == 0


@given(GRAMS, st.fractions(0, 1), GRAMS, GRAMS)
def test_what_is_available_is_between_nothing_and_the_store(store, unusable, encumbered, owed):
    free = available(store, unusable, encumbered, owed)
    assert 0 <= free <= store
    assert free in (0, available(store, unusable, 0, 0) - encumbered - owed)


def test_a_claim_is_what_is_asked_within_the_right_and_the_proven_use():
    assert admitted(100, 80, 60, 1) == 60
    assert admitted(100, 40, 60, 1) == 40
    assert admitted(10, 40, 60, 1) == 10


@pytest.mark.parametrize(
    ("stock", "claims", "ceilings", "says"),
    [
        (-1, [Claim("a", 1, 1)], {}, "stock"),
        (1, [Claim("a", -1, 1)], {}, "claim of a"),
        (1, [Claim("a", 1, 0)], {}, "without a weight"),
        (1, [Claim("a", 1, 1), Claim("a", 2, 1)], {}, "two claims of one name"),
        (1, [Claim("a", 1, 1)], {1: -1}, "ceiling of class 1"),
    ],
)
def test_what_cannot_be_split_is_refused(stock, claims, ceilings, says):
    with pytest.raises(BadInput, match=says):
        split(stock, claims, ceilings)


def test_a_share_beyond_the_whole_is_refused():
    with pytest.raises(BadInput, match="from 0 to 1"):
        available(1, Decimal("1.1"), 0, 0)
