from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary.customs.reference.exact import half_up, weighted_quantile
from stannary.customs.reference.market import REASONS, volumes, weights
from stannary.customs.reference.tables import Rate

PRICES = st.decimals(min_value="0.5", max_value="900", places=2)
VOLUMES = st.integers(400, 20_000)


def trades(groups=5):
    """Lists of trades of a few groups, most of them thick enough for the first rung."""
    row = st.tuples(PRICES, VOLUMES, st.integers(0, groups - 1))
    return st.lists(row, min_size=1, max_size=12)


def seen(bench, rows, prefix="O", **more):
    return [
        bench.see(f"{prefix}{n:02}", price, volume, f"G{group}", **more)
        for n, (price, volume, group) in enumerate(rows)
    ]


# ------------------------------------------------------------------ the published warnings


def test_yttrium_is_priced_by_what_changed_hands_and_not_by_the_ask(bench):
    # 75 % at 6.50, 25 % at 10.50, under 1 % at 150, and an ask of 350 (Adamas, 2026).
    found = bench.price(
        [
            bench.see("A", "6.50", 38_000, "makers"),
            bench.see("B", "6.50", 37_000, "traders"),
            bench.see("C", "10.50", 25_000, "exporters"),
            bench.see("D", "150", 900, "rotterdam"),
            bench.see("E", "350", None, "rotterdam", kind="ask"),
        ]
    )
    assert found.usd == Decimal("7.5000")
    assert found.rung == "transactions"
    assert dict(found.excluded) == {"D": "THIN_SOURCE", "E": "ASK_NOT_TRADED"}
    assert found.coverage == Decimal("99.1")  # 100,000 of 100,900 kg


def test_yttrium_at_150_is_an_outlier_where_a_thick_group_reports_it(bench):
    found = bench.price(
        [
            bench.see("A", "6.50", 38_000, "makers"),
            bench.see("B", "6.50", 37_000, "traders"),
            bench.see("C", "10.50", 25_000, "exporters"),
            bench.see("D", "150", 900, "exporters"),
        ]
    )
    assert found.usd == Decimal("7.5000")
    assert dict(found.excluded) == {"D": "OUTLIER"}


def test_dysprosium_is_priced_between_its_two_trades_and_not_at_800_or_1100(bench):
    # 96 % at 224, 4 % at 233, under 1 % at 800, and an ask of 1,100.
    found = bench.price(
        [
            bench.see("A", "224", 3_600, "makers"),
            bench.see("B", "224", 3_500, "traders"),
            bench.see("C", "224", 2_500, "tenders", kind="tender"),
            bench.see("D", "233", 400, "exporters"),
            bench.see("E", "800", 90, "rotterdam"),
            bench.see("F", "1100", None, "rotterdam", kind="ask"),
        ]
    )
    assert found.usd == Decimal("224.3600")  # 0.96 x 224 + 0.04 x 233
    assert dict(found.excluded) == {"E": "THIN_SOURCE", "F": "ASK_NOT_TRADED"}


# ------------------------------------------------------------------ what never moves a price


@settings(max_examples=60, deadline=None)
@given(
    rows=trades(), price=PRICES, kind=st.sampled_from(["ask", "bid"]), volume=st.integers(0, 10**6)
)
def test_an_ask_or_a_bid_never_moves_the_price_whatever_it_says(bench, rows, price, kind, volume):
    before = bench.price(seen(bench, rows))
    ask = bench.see("ask", price, volume or None, "G9", kind=kind)
    after = bench.price([*seen(bench, rows), ask])
    assert (after.usd, after.rung, after.groups) == (before.usd, before.rung, before.groups)
    assert dict(after.excluded)["ask"] == f"{kind.upper()}_NOT_TRADED"


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("RELATED", {"related": True}),
        ("OUTSIDE_WINDOW", {"day": date(2027, 4, 1)}),
        ("STALE", {"day": date(2026, 12, 31)}),
        ("NO_RATE", {"currency": "EUR"}),
        ("UNKNOWN_UNIT", {"unit": "mtu"}),
        ("NO_ASSAY", {"basis": "product"}),
        ("NO_VOLUME", {"volume": None}),
        ("NO_VOLUME", {"volume": -7000}),
        ("NO_ASSAY", {"assay": Fraction(0)}),
        ("NO_ASSAY", {"assay": Fraction(-5)}),
        ("NOT_POSITIVE", {"price": "-9", "incoterm": "FOB"}),
        ("NOT_POSITIVE", {"price": "0", "incoterm": "FOB"}),
        ("NOT_POSITIVE", {"price": "0"}),
        ("LOWER_RUNG", {"kind": "assessment"}),
    ],
)
@settings(max_examples=20, deadline=None)
@given(rows=trades(), price=PRICES)
def test_what_is_left_out_for_its_own_sake_leaves_the_price(bench, reason, what, rows, price):
    base = [*seen(bench, rows), *seen(bench, [(9, 5000, g) for g in range(3)], prefix="T")]
    before = bench.price(base)
    asked = {"price": price, "volume": 7000} | what
    extra = bench.see("X", asked.pop("price"), asked.pop("volume"), "G8", **asked)
    after = bench.price([*base, extra])
    if before.rung == "transactions":
        assert dict(after.excluded)["X"] == reason
        assert after.usd == before.usd
    elif reason != "LOWER_RUNG":
        assert after.usd == before.usd


@settings(max_examples=60, deadline=None)
@given(rows=trades(), data=st.data())
def test_the_order_of_rows_never_changes_anything(bench, rows, data):
    all_rows = seen(bench, rows) + seen(bench, rows, prefix="A", kind="assessment")
    assert bench.price(data.draw(st.permutations(all_rows))) == bench.price(all_rows)


def test_two_rows_of_one_name_are_left_out_in_any_order_and_the_same_row_twice_counts_once(bench):
    rows = seen(bench, [(9, 5000, g) for g in range(4)])
    other = bench.see("O00", "9.10", 5000, "G0")
    answers = {bench.price(order) for order in permutations([*rows, other])}
    assert {dict(answer.excluded)["O00"] for answer in answers} == {"DUPLICATE"}
    assert len(answers) == 1
    assert bench.price([*rows, rows[0]]) == bench.price(rows)


# ------------------------------------------------------------------ how it scales


@settings(max_examples=60, deadline=None)
@given(rows=trades(), times=st.integers(2, 50))
def test_prices_times_n_give_the_price_times_n(bench, rows, times):
    one = bench.price(seen(bench, rows))
    more = bench.price(seen(bench, [(price * times, kg, g) for price, kg, g in rows]))
    assert more.rung == one.rung
    if one.usd is not None and more.usd is not None:
        # Both are rounded once, to four places.
        assert abs(more.usd - one.usd * times) <= Decimal("0.00005") * (times + 1)


@settings(max_examples=60, deadline=None)
@given(rows=trades(), times=st.integers(2, 50))
def test_volumes_times_n_leave_the_price(bench, rows, times):
    one = bench.price(seen(bench, rows))
    more = bench.price(seen(bench, [(price, kg * times, g) for price, kg, g in rows]))
    if one.rung == "transactions":
        assert (more.usd, more.coverage) == (one.usd, one.coverage)


@settings(max_examples=100, deadline=None)
@given(rows=trades())
def test_with_no_group_above_the_cap_the_price_is_the_plain_mean_by_volume(bench, rows):
    found = bench.price(seen(bench, rows))
    volume = volumes(found.used)
    whole = sum(volume.values())
    if found.rung != "transactions" or max(volume.values()) > bench.method.group_cap * whole:
        return
    # With decimals, rows in the order of their names: another way to the same figure.
    spent = sum(p.usd * Decimal(int(p.volume)) for p in found.used)
    plain = spent / Decimal(int(whole))
    assert abs(found.usd - plain) <= Decimal("0.00005")


# ------------------------------------------------------------------ one group alone


@settings(max_examples=150, deadline=None)
@given(
    others=trades(),
    own=st.lists(
        st.tuples(st.decimals("0.01", "90000", places=2), st.integers(1, 10**9)), max_size=8
    ),
    kind=st.sampled_from(["transaction", "assessment"]),
)
def test_one_group_alone_cannot_move_the_price_past_the_stated_bound(bench, others, own, kind):
    rest = seen(bench, others, kind=kind)
    group = [bench.see(f"X{n}", p, kg, "alone", kind=kind) for n, (p, kg) in enumerate(own)]
    found = bench.price([*rest, *group])
    if found.usd is None:
        return
    low, high = min(o.price for o in rest), max(o.price for o in rest)
    if found.rung != "assessments":
        cap, k = bench.method.group_cap, bench.method.outlier
        low, high = low * (1 - cap * (1 - 1 / k)), high * (1 + cap * (k - 1))
    assert half_up(low) <= found.usd <= half_up(high)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(PRICES, st.integers(1, 10**7), st.integers(0, 6)), min_size=3))
def test_no_group_weighs_more_than_the_cap_and_none_more_than_its_volume(bench, rows):
    used = _priced(bench, rows)
    cap, weight = bench.method.group_cap, weights(used, bench.method.group_cap)
    groups = {}
    for p in used:
        assert 0 < weight[p.seen.id] <= p.volume
        groups[p.seen.group] = groups.get(p.seen.group, 0) + weight[p.seen.id]
    if len(groups) >= bench.method.min_groups:
        assert max(groups.values()) <= cap * sum(groups.values())


def _priced(bench, rows):
    from stannary.customs.reference.convert import priced

    return [priced(one, bench.terms, {}, bench.freight) for one in seen(bench, rows)]


def test_leaving_a_group_out_is_told_by_its_lowest_and_highest_answer(bench):
    found = bench.price(seen(bench, [(10, 1000, 0), (11, 1000, 1), (12, 1000, 2)]))
    assert found.spread == (Decimal("10.5000"), Decimal("11.5000"))


# ------------------------------------------------------------------ the ladder


def test_two_groups_are_no_market_however_much_they_trade(bench):
    found = bench.price(seen(bench, [(9, 10**6, 0), (9, 10**6, 1)]))
    assert (found.usd, found.rung, found.groups) == (None, "structural", 0)
    assert {reason for _, reason in found.excluded} == {"THIN_SOURCE"}


def test_too_little_volume_is_no_market_however_many_trade(bench):
    assert bench.price(seen(bench, [(9, 300, g) for g in range(3)])).rung == "structural"
    assert bench.price(seen(bench, [(9, 400, g) for g in range(3)])).rung == "transactions"


def test_thin_trade_gives_way_to_the_median_of_independent_opinions(bench):
    opinions = [(8, None, 0), (10, None, 1), (30, None, 2), (12, None, 1)]
    rows = seen(bench, [(9, 5000, 0)]) + seen(bench, opinions, prefix="A", kind="assessment")
    found = bench.price(rows)
    assert (found.usd, found.rung, found.groups) == (Decimal("11.0000"), "assessments", 3)
    assert found.coverage == 0
    assert dict(found.excluded) == {"O00": "THIN_SOURCE"}


def test_opinions_of_one_house_are_one_opinion(bench):
    rows = [
        bench.see(f"A{n}", 9, None, "house", kind="assessment", source=f"S{n}") for n in range(9)
    ]
    assert bench.price(rows).rung == "structural"


def test_without_opinions_the_window_is_lengthened_and_the_coverage_is_of_the_longer_one(bench):
    old = seen(bench, [(9, 5000, g) for g in range(3)], prefix="L", day=date(2027, 2, 1))
    found = bench.price(old + seen(bench, [(10, 1000, 0)]))
    assert (found.rung, found.groups) == ("longer_window", 3)
    assert found.coverage == Decimal("100.0")
    # Group 0 brings 6,000 of 16,000 kg: below the cap, so this is the plain mean.
    assert found.usd == half_up(Fraction(9 * 15_000 + 10 * 1000, 16_000))


def test_the_longer_window_is_not_asked_while_the_window_is_thick(bench):
    old = seen(bench, [(20, 50_000, g) for g in range(3)], prefix="L", day=date(2027, 2, 1))
    found = bench.price(old + seen(bench, [(9, 5000, g) for g in range(3)]))
    assert found.usd == 9
    assert {why for _, why in found.excluded} == {"OUTSIDE_WINDOW"}


def test_the_day_of_the_notice_is_outside_and_the_first_day_of_the_window_is_inside(bench):
    first = seen(bench, [(9, 5000, g) for g in range(3)], day=date(2027, 3, 2))
    assert bench.price(first).rung == "transactions"
    earlier = seen(bench, [(9, 5000, g) for g in range(3)], day=date(2027, 3, 1))
    assert bench.price(earlier).rung == "longer_window"


def test_a_rate_holds_from_its_first_day_to_its_last_and_is_not_carried_on(bench):
    rates = {"EUR": (Rate("EUR", date(2027, 3, 8), date(2027, 3, 14), Fraction(11, 10)),)}
    rows = seen(bench, [(10, 5000, g) for g in range(3)], currency="EUR", day=date(2027, 3, 14))
    assert bench.price(rows, rates).usd == 11
    late = bench.see("late", 10, 5000, "G3", currency="EUR")
    assert dict(bench.price([*rows, late], rates).excluded) == {"late": "NO_RATE"}


def test_every_reason_says_itself_in_words():
    assert all(text and text[0].islower() for text in REASONS.values())


@given(st.lists(st.tuples(st.fractions(0, 99), st.fractions("1/9", 99)), min_size=1))
def test_half_the_weight_lies_at_or_under_the_weighted_median_and_half_at_or_above(rows):
    middle = weighted_quantile(rows, Fraction(1, 2))
    whole = sum(w for _, w in rows)
    assert sum(w for v, w in rows if v <= middle) >= whole / 2
    assert sum(w for v, w in rows if v >= middle) >= whole / 2


def test_three_groups_of_which_one_is_far_off_are_two_and_no_market(bench):
    found = bench.price(seen(bench, [(9, 5000, 0), (9, 5000, 1), (100, 5000, 2)]))
    assert (found.usd, found.rung) == (None, "structural")
