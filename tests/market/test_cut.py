from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stannary.market import cut
from stannary.market.from_agreement import bridge
from stannary.market.outcome import solve_on, solve_under
from stannary.world.annex import Stock
from stannary.world.figure import Figure

INVENTED = Figure("assumed", "invented for a test", "", 2)
CHINA = frozenset({"CHN"})


@pytest.fixture(scope="module")
def schedule(no_bloc, day):
    return no_bloc.on(day)


@pytest.fixture(scope="module")
def normal(base, schedule):
    return solve_on(cut.stopping(base), schedule)


@pytest.fixture(scope="module")
def short(base, schedule):
    """The market while China ships nothing abroad."""
    arrays = cut.stopping(base)
    law = cut.without_exports(bridge(arrays, schedule), arrays, CHINA)
    return solve_under(arrays, schedule, law)


@pytest.fixture(scope="module")
def toy_normal(toy, schedule):
    return solve_on(cut.stopping(toy), schedule)


@pytest.fixture(scope="module")
def toy_short(toy, schedule):
    arrays = cut.stopping(toy)
    law = cut.without_exports(bridge(arrays, schedule), arrays, CHINA)
    return solve_under(arrays, schedule, law)


def with_stocks(outcome, *rows):
    """The same outcome in a world with these stocks: region, product, holder, end use, days."""
    stocks = tuple(Stock(*row, INVENTED) for row in rows)
    market = replace(outcome.market, world=replace(outcome.market.world, stocks=stocks))
    return replace(outcome, market=market)


def by_place(outcome, found):
    """Amounts by region, product and group."""
    amounts = {}
    for (use, group), t in found.items():
        key = (*outcome.market.uses[use], group)
        amounts[key] = amounts.get(key, 0.0) + t
    return amounts


# ------------------------------------------------------------------------------ the closed ways


def test_who_is_cut_off_ships_nothing_abroad_and_still_supplies_itself(short):
    flow = short.cleared.balance.flow
    at_home = [f for f, (_, a, b) in zip(flow, short.market.arcs, strict=True) if a == b == "CHN"]
    abroad = [f for f, (_, a, b) in zip(flow, short.market.arcs, strict=True) if a == "CHN" != b]
    assert len(abroad) > 100
    assert max(abroad) == 0
    assert sum(at_home) > 1e6


def test_every_other_way_stays_as_the_law_left_it(base, law):
    after = cut.without_exports(law, base, CHINA)
    ways = base.arcs + law.doors
    kept = np.array([not (a == "CHN" and b != "CHN") for _, a, b in ways])
    assert (after.levers.open[kept] == law.levers.open[kept]).all()
    assert law.levers.open[~kept].any()


def test_to_cut_nobody_off_changes_nothing(base, law):
    after = cut.without_exports(law, base, frozenset())
    assert (after.levers.open == law.levers.open).all()


# ----------------------------------------------------------------------------- users who stop


def test_a_year_in_which_users_could_stop_and_need_not_is_the_year_without(base, schedule, normal):
    plain = solve_on(base, schedule)
    gate = plain.cleared.balance.price.gate
    assert normal.cleared.balance.price.gate == pytest.approx(gate, rel=1e-5)


def wanted(market, segment, price):
    """Demand in plain arithmetic: q0 (P / P0)^e / (1 + (P / 50 P0)^4)."""
    e = market.economy
    times = price / float(e.reference[segment])
    asked = float(e.base_use[segment]) * times ** float(e.elasticity[segment])
    return asked / (1 + (times / 50) ** 4)


def test_at_fifty_times_the_price_half_of_the_users_have_stopped(toy_normal, toy_short):
    e = toy_normal.market.economy
    for segment in range(len(toy_normal.market.segments)):
        bent = float(e.base_use[segment]) * 50 ** float(e.elasticity[segment])
        price = cut.willing(toy_normal, toy_short, segment, bent / 2)
        assert price == pytest.approx(50 * float(e.reference[segment]), rel=1e-6)


@given(part=st.floats(0.001, 0.999), more=st.floats(1.0001, 1.5), pick=st.floats(0, 0.999))
def test_what_the_last_tonne_is_worth_is_the_demand_curve_read_backwards(
    toy_normal, toy_short, part, more, pick
):
    market = toy_normal.market
    segment = int(pick * len(market.segments))
    use = int(market.network.segment_use[segment])
    paid = float(toy_normal.cleared.balance.shares.average[use])
    served = part * wanted(market, segment, paid)
    price = cut.willing(toy_normal, toy_short, segment, served)
    assert price >= paid
    assert wanted(market, segment, price) == pytest.approx(served, rel=1e-6)
    assert cut.willing(toy_normal, toy_short, segment, min(1.0, more * part) * served / part) <= (
        price * (1 + 1e-9)
    )


def test_without_stock_the_last_tonne_is_worth_what_the_market_asks(normal, short):
    arrays, shares = short.market, short.cleared.balance.shares
    lacks, found = cut.missing(normal, short), cut.tonnes(short)
    checked = 0
    for segment, use in enumerate(arrays.network.segment_use.tolist()):
        group = next(
            s.end_use for s in arrays.world.segments if s.segment == arrays.segments[segment]
        )
        if group in cut.UNWANTED or not shares.served[use] or lacks[use, group] <= 0:
            continue
        price = cut.willing(normal, short, segment, found[use, group])
        assert price == pytest.approx(float(shares.average[use]), rel=1e-6)
        checked += 1
    assert checked > 100


# ------------------------------------------------------------------------------ what is missing


def test_nobody_goes_without_more_than_he_uses_nor_where_goods_are_no_dearer(normal, short):
    before, after = normal.cleared.balance.shares, short.cleared.balance.shares
    used = cut.tonnes(normal)
    lacks = cut.missing(normal, short)
    assert lacks.keys() == used.keys()
    for (use, group), t in lacks.items():
        assert 0 <= t <= used[use, group]
        if t > 0 and after.served[use]:
            assert after.average[use] > before.average[use]


def test_plants_that_buy_less_of_what_got_cheaper_lack_nothing(normal, short):
    lacks = by_place(normal, cut.missing(normal, short))
    before = by_place(normal, cut.tonnes(normal))["JPN", "re.scrap", "plants"]
    after = by_place(short, cut.tonnes(short))["JPN", "re.scrap", "plants"]
    assert after < 0.9 * before
    assert short.price("JPN", "re.scrap") < normal.price("JPN", "re.scrap")
    assert lacks["JPN", "re.scrap", "plants"] == 0


def test_in_a_year_as_ever_nobody_goes_without(normal):
    assert not any(cut.missing(normal, normal).values())


def test_takers_of_surplus_and_of_stock_are_no_users(normal):
    groups = {group for _, group in cut.tonnes(normal)}
    assert not groups & {"surplus", "stock"}
    assert {"ev", "plants", "defence"} <= groups
    used = by_place(normal, cut.tonnes(normal))
    anodes = sum(
        t for (region, product, _), t in used.items() if (region, product) == ("JPN", "gr.anode")
    )
    segments = [
        s for s in normal.market.world.segments if (s.region, s.product) == ("JPN", "gr.anode")
    ]
    stocked = sum(s.base_use for s in segments if s.end_use == "stock")
    assert stocked > 1000
    assert anodes == pytest.approx(sum(s.base_use for s in segments) - stocked, rel=1e-3)


# ------------------------------------------------------------------------------------- stocks


def test_stocks_are_days_of_use_and_the_nearest_row_counts(toy_normal):
    outcome = with_stocks(
        toy_normal,
        ("*", "magnet", "commercial", "*", 10),
        ("*", "magnet", "commercial", "ev", 20),
        ("JPN", "magnet", "commercial", "*", 40),
        ("JPN", "magnet", "public", "*", 5),
        ("*", "oxide", "public", "*", 0),
    )
    used = by_place(outcome, cut.tonnes(outcome))
    held = by_place(outcome, cut.held(outcome))
    # Japan's own row beats that for the end use anywhere; the state's stock comes on top.
    assert held["JPN", "magnet", "ev"] == pytest.approx(used["JPN", "magnet", "ev"] * 45 / 365)
    assert held["AUS", "magnet", "ev"] == pytest.approx(used["AUS", "magnet", "ev"] * 20 / 365)
    assert held["JPN", "oxide", "glass"] == 0
    assert not any(product in ("ore", "cerium") for _, product, _ in held)


def test_each_group_of_buyers_holds_its_own_stock(normal):
    """Wind-turbine makers hold twelve weeks of magnets, EV makers five, in one class of buyers."""
    used, held = by_place(normal, cut.tonnes(normal)), by_place(normal, cut.held(normal))
    for group, days in (("wind", 84), ("ev", 35), ("industry", 28), ("defence", 182)):
        place = ("JPN", "magnet.ht", group)
        assert held[place] == pytest.approx(used[place] * days / 365)


@given(
    use=st.floats(1e-3, 1e6), part=st.floats(0, 1.2), stock=st.floats(0, 1e6),
    more=st.floats(0, 1e6), months=st.integers(1, 12),
)  # fmt: skip
def test_a_stock_lasts_no_longer_than_the_cut_and_never_gives_more_than_it_holds(
    use, part, stock, more, months
):
    length = 365 * months / 12
    days = cut.full_days(use, part * use, stock, months)
    assert 0 <= days <= length
    assert days * max(use - part * use, 0) / 365 <= stock * (1 + 1e-9) + 1e-9
    assert cut.full_days(use, part * use, stock + more, months) >= days
    assert part < 1 or days == length


def test_thirty_tonnes_against_a_gap_of_half_a_tonne_a_day_last_sixty_days():
    assert cut.full_days(365, 182.5, 30, 12) == pytest.approx(60)
    assert cut.full_days(365, 182.5, 30, 1) == pytest.approx(365 / 12)
    assert cut.full_days(365, 365, 0, 6) == pytest.approx(182.5)
