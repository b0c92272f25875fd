import csv
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stannary import secretariat
from stannary.agreement import Agreement
from stannary.market.calibrate import market
from stannary.market.cut import stopping, tonnes
from stannary.market.outcome import default_day, solve_on
from stannary.secretariat.emergency import Pool, shared
from stannary.secretariat.exposed import exposed, receipts, worst_hit
from stannary.secretariat.stress import exposure
from stannary.terms.errors import BadInput, UnknownName
from stannary.world import World

TESTS = Path(__file__).parents[1]
WORLD = World.load("base-2024")
GRAM = 1e-6
LENGTHS = (1, 3, 6, 9, 12)


@pytest.fixture(scope="module")
def china():
    """The shipped agreement, and China ships nothing abroad for a year."""
    return secretariat.stress(world=WORLD)


@pytest.fixture(scope="module")
def lengths():
    """The same for months of every length."""
    return {months: secretariat.stress(world=WORLD, months=months) for months in LENGTHS}


@pytest.fixture(scope="module")
def targets():
    """The same for stockpiles of more and more days."""
    return [
        secretariat.stress(world=WORLD, settings=[f"stockpile.target_days={days}"])
        for days in (0, 30, 60, 400, 3650)
    ]


@pytest.fixture(scope="module")
def bare():
    """The same in a world that knows of no stocks, under an agreement without a stockpile."""
    return secretariat.stress(world=replace(WORLD, stocks=()), settings=["stockpile.fund=none"])


def key(row):
    return row.region, row.product, row.group


def rows_of(stress):
    """Rows by place and group; classes of buyers have different groups."""
    found = {key(row): row for row in stress.rows}
    assert len(found) == len(stress.rows)
    return found


# ---------------------------------------------------------------------------- what is compared


def test_there_are_three_cases_two_without_a_stockpile_and_one_without_a_bloc(china, bare):
    assert china.cases == ("without the bloc", "with the bloc", "with its stockpile")
    assert bare.cases == ("without the bloc", "with the bloc")
    assert bare.pools == bare.shares == ()
    alone = secretariat.stress("no-bloc", WORLD)
    assert alone.cases == ("without the bloc",)
    assert all(len(row.served) == 1 for row in alone.rows)


def test_no_user_gets_more_than_he_uses_and_no_days_are_longer_than_the_cut(lengths):
    for months, stress in lengths.items():
        assert stress.converged
        for row in stress.rows:
            assert all(0 <= t <= row.use for t in row.served)
            assert all(0 <= days <= 365 * months / 12 for days in row.days)


def test_a_longer_cut_never_serves_more_in_the_year_and_never_runs_fewer_days(lengths):
    ordered = [rows_of(lengths[months]) for months in LENGTHS]
    for shorter, longer in pairwise(ordered):
        for place, row in shorter.items():
            other = longer[place]
            for case in range(3):
                slack = 2 * GRAM + 1e-9 * row.use
                assert other.served[case] <= row.served[case] + slack
            # What a member gets of the pool may fall with the claims of others: not so its own stock.
            for case in range(2):
                assert other.days[case] >= row.days[case] - 1e-9


def test_a_larger_stockpile_serves_nobody_less(targets):
    for smaller, larger in pairwise(targets):
        before = {(s.product, s.region): s.share for s in smaller.shares}
        after = {(s.product, s.region): s.share for s in larger.shares}
        assert before.keys() == after.keys()
        assert all(after[place] >= share for place, share in before.items())
        others = rows_of(larger)
        for place, row in rows_of(smaller).items():
            assert others[place].served[-1] >= row.served[-1] - GRAM
            assert others[place].served[:2] == row.served[:2]
    none, *_, plenty = targets
    assert not any(share.share for share in none.shares)
    assert exposure(plenty)[2] > exposure(none)[2] + 0.02


def test_a_stockpile_of_no_days_is_no_stockpile(targets, bare):
    for row in targets[0].rows:
        assert row.served[2] == row.served[1]
        assert row.days[2] == row.days[1]


def test_a_bloc_does_not_change_much_who_is_served_without_its_stockpile(china, bare):
    for stress in (china, bare):
        parts = exposure(stress)
        assert parts[1] == pytest.approx(parts[0], abs=0.01)
    assert exposure(china)[2] > exposure(china)[1] + 0.03


def test_without_any_stock_what_is_served_is_what_the_market_brings(bare):
    """In a cut of all the year, and where goods got dearer, the rows are the market's own numbers."""
    for case, outcome in enumerate(bare.outcomes):
        b, before = outcome.cleared.balance, bare.normal.cleared.balance
        brought = {}
        for (use, group), t in tonnes(outcome).items():
            place = (*outcome.market.uses[use], group)
            brought[place] = (t, use)
        checked = 0
        for place, row in rows_of(bare).items():
            t, use = brought[place]
            dearer = b.shares.average[use] > before.shares.average[use] or not b.shares.served[use]
            assert row.own is None
            if not dearer:
                assert row.served[case] == row.use
                continue
            assert row.served[case] == pytest.approx(min(t, row.use), rel=1e-9, abs=1e-9)
            if b.shares.served[use]:
                assert row.price[case] == pytest.approx(float(b.shares.average[use]), rel=1e-6)
                checked += 1
            else:
                assert row.served[case] == 0
                assert row.price[case] is None
        assert checked > 300


def test_whoever_goes_without_pays_no_less_than_in_a_normal_year(china):
    for row in china.rows:
        for served, price in zip(row.served, row.price, strict=True):
            if served < row.use * (1 - 1e-9) and price is not None:
                assert price >= row.normal * (1 - 1e-9)


def test_stocks_make_nothing_dearer(china, bare):
    without = rows_of(bare)
    for place, row in rows_of(china).items():
        for case in range(2):
            if without[place].price[case] is not None:
                assert row.price[case] <= without[place].price[case] * (1 + 1e-6)
        if row.price[1] is not None:
            assert row.price[2] <= row.price[1] * (1 + 1e-9)


def test_whoever_only_buys_can_be_cut_off_without_a_loss_to_anybody():
    world = World.load(TESTS / "walk" / "toy")
    stress = secretariat.stress(TESTS / "walk" / "toy-bloc.toml", world, cut=["JPN"])
    assert all(row.served[0] == pytest.approx(row.use, rel=1e-6) for row in stress.rows)
    assert not any(row.sent for row in stress.rows)


def test_who_is_cut_off_first_does_not_matter():
    one = secretariat.stress("no-bloc", WORLD, cut=["CHN", "MMR"], months=4)
    other = secretariat.stress("no-bloc", WORLD, cut=["MMR", "CHN", "MMR"], months=4)
    assert one.cut == other.cut == ("CHN", "MMR")
    assert one.rows == other.rows


# ----------------------------------------------------------------------------------- by hand


def test_two_regions_and_one_good_come_out_as_in_the_textbook():
    """B alone: supply P, demand 200 - P, so 100 t at 100; with 40 t from A it used 120 t at 80."""
    world = World.load(TESTS / "cases" / "two-region")
    stress = secretariat.stress("no-bloc", world, cut=["A"])
    (row,) = (row for row in stress.rows if row.region == "B")
    assert row.use == pytest.approx(120)
    assert row.sent == pytest.approx(40)
    assert row.served == pytest.approx((100,))
    assert row.price[0] / row.normal == pytest.approx(100 / 80)
    assert row.days == (0,)
    assert exposure(stress) == pytest.approx((100 / 120,))


def test_japans_pure_gallium_is_the_sum_done_by_hand(china):
    """Chip makers hold 56 days; the stockpile gives 60 days, a tenth of which stays in store."""
    table = Path(secretariat.__file__).parents[1] / "world" / "tables" / "base-2024"
    with (table / "segments.csv").open() as file:
        use = sum(
            float(line["base_use"])
            for line in csv.DictReader(file)
            if (line["region"], line["product"]) == ("JPN", "ga.hp")
        )
    with (table / "stocks.csv").open() as file:
        (held,) = (
            float(line["days"])
            for line in csv.DictReader(file)
            if line["product"] == "ga.hp" and line["end_use"] == "semiconductor.led.pv"
        )
    cut = china.outcomes[1]
    arrives = sum(
        f
        for f, (product, _, to) in zip(cut.cleared.balance.flow, cut.market.arcs, strict=True)
        if (product, to) == ("ga.hp", "JPN")
    )
    assert held == 56
    assert arrives < 0.2 * use
    gap = (use - arrives) / 365
    (row,) = (r for r in china.rows if (r.region, r.product) == ("JPN", "ga.hp"))
    assert row.use == pytest.approx(use, rel=1e-5)
    assert row.days[1] == pytest.approx(held * use / 365 / gap, rel=1e-4)
    assert row.served[1] == pytest.approx(arrives + held * use / 365, rel=1e-4)
    # Nobody's claim is met, so everybody gets the same days of its use: 60 less a tenth.
    assert row.days[2] == pytest.approx((held + 54) * use / 365 / gap, rel=1e-4)
    assert row.served[2] == pytest.approx(arrives + (held + 54) * use / 365, rel=1e-4)


def test_in_half_a_year_the_half_that_is_not_cut_runs_as_ever(lengths):
    whole, half = rows_of(lengths[12]), rows_of(lengths[6])
    place = ("JPN", "gr.anode", "ev")  # of which no stock is known
    part = whole[place].served[0] / whole[place].use
    assert whole[place].own is None
    assert half[place].served[0] / half[place].use == pytest.approx(0.5 + 0.5 * part, rel=1e-9)


# ----------------------------------------------------------------------------- the stockpile


def holds_up(pools, shares):
    """No share above its claim; the stock is used up, or all claims are met, to a gram a member."""
    for pool in pools:
        mine = [share for share in shares if share.product == pool.product]
        assert all(0 <= s.share <= s.claim for s in mine)
        given, asked = sum(s.share for s in mine), sum(s.claim for s in mine)
        due = min(pool.usable, asked)
        assert due - (len(mine) + 1) * GRAM <= given <= due + GRAM / 2
        assert not mine or sum(s.part for s in mine) == pytest.approx(1)


@pytest.mark.parametrize("months", LENGTHS)
def test_shares_stay_within_claims_and_use_up_the_stock_or_the_claims(lengths, months):
    holds_up(lengths[months].pools, lengths[months].shares)


def test_the_pool_is_used_by_those_who_go_without_and_nobody_else(china):
    for share in china.shares:
        rows = [r for r in china.rows if (r.region, r.product) == (share.region, share.product)]
        assert sum(row.pool for row in rows) == pytest.approx(share.share, abs=GRAM)
        assert sum(row.use for row in rows) == pytest.approx(share.weight, abs=GRAM)
        for row in rows:
            # Once the pool is spent too, nobody has more than he ever used.
            assert row.served[1] + row.pool <= row.use * (1 + 1e-9) + GRAM
            assert row.served[2] == pytest.approx(row.served[1] + row.pool, abs=GRAM)
    assert not any(row.pool for row in china.rows if not row.inside)


def test_members_who_miss_more_than_the_pool_holds_get_the_same_days_of_their_use(china):
    cut = [s for s in china.shares if s.product == "gr.anode" and s.share < s.claim - 2 * GRAM]
    assert len(cut) >= 4
    assert [s.days for s in cut] == pytest.approx([54] * len(cut), rel=1e-3)


def test_the_stockpile_is_its_days_of_the_zones_use_at_what_it_paid(china):
    terms = china.schedule.stockpile
    for pool in china.pools:
        rows = [row for row in china.rows if row.inside and row.product == pool.product]
        use = sum(row.use for row in rows)
        assert pool.target == pytest.approx(use * 60 / 365)
        assert pool.held == pytest.approx(pool.target, abs=GRAM)
        assert pool.usable == pytest.approx(0.9 * pool.held, abs=2 * GRAM)
        assert pool.price * use == pytest.approx(sum(r.use * r.normal for r in rows))
    assert china.funded == 1
    assert sum(pool.cost for pool in china.pools) < float(terms.fund)


def test_a_fund_that_is_too_small_buys_the_same_part_of_everything(china):
    cost = sum(pool.cost for pool in china.pools)
    poor = secretariat.stress(world=WORLD, settings=["stockpile.fund=1000000000"])
    assert poor.funded == pytest.approx(1e9 / cost, rel=1e-6)
    assert sum(pool.cost for pool in poor.pools) == pytest.approx(1e9, rel=1e-6)
    for before, after in zip(china.pools, poor.pools, strict=True):
        assert after.held == pytest.approx(poor.funded * before.held, abs=2 * GRAM)


def test_what_members_get_is_worth_what_is_released(china):
    price = {pool.product: pool.price for pool in china.pools}
    released = sum(share.share * price[share.product] for share in china.shares)
    assert sum(receipt.value for receipt in receipts(china)) == pytest.approx(released)
    values = [receipt.value for receipt in receipts(china)]
    assert values == sorted(values, reverse=True)


@pytest.fixture(scope="module")
def toy():
    """The toy world's normal year; all three parties count as members here."""
    world = World.load(TESTS / "walk" / "toy")
    day = default_day(Agreement.load("bloc-2026"))
    normal = solve_on(stopping(market(world)), Agreement.load("no-bloc").on(day))
    return normal, tonnes(normal)


@given(data=st.data())
@settings(max_examples=40)
def test_any_stock_and_any_shortage_are_split_within_claims_and_used_up(toy, data):
    normal, used = toy
    zone = frozenset({"AUS", "JPN", "CHN"})
    short = {buyer: t * data.draw(st.floats(0, 1)) for buyer, t in used.items()}
    stock = tuple(
        Pool(product, t, t, t, 1.0)
        for product in ("ore", "oxide", "cerium", "magnet")
        if (t := data.draw(st.floats(0, 4000))) >= 0
    )
    shares, gets = shared(normal, short, zone, stock)
    whole = tuple(replace(pool, usable=round(pool.usable, 6)) for pool in stock)
    holds_up(whole, shares)
    assert gets.keys() == short.keys()
    assert all(0 <= t <= short[buyer] * (1 + 1e-9) for buyer, t in gets.items())
    assert sum(gets.values()) == pytest.approx(sum(s.share for s in shares), abs=1e-4)
    more = tuple(replace(pool, usable=pool.usable * 1.5 + 1) for pool in stock)
    fuller, _ = shared(normal, short, zone, more)
    assert all(b.share >= a.share for a, b in zip(shares, fuller, strict=True))


# ----------------------------------------------------------------------------------- viewers


def test_the_zone_is_the_sum_of_its_members(china):
    zone = {row.product: row for row in exposed(china)}
    members = [
        {row.product: row for row in exposed(replace(china, viewer=secretariat_viewer(region)))}
        for region in sorted(china.zone)
    ]
    for product, row in zone.items():
        parts = [member[product] for member in members if product in member]
        for name in ("use", "value", "sent", "pool"):
            together = sum(getattr(part, name) for part in parts)
            assert together == pytest.approx(getattr(row, name)), (product, name)
        assert sum(part.own or 0 for part in parts) == pytest.approx(row.own or 0)
        for case in range(3):
            assert sum(p.served[case] for p in parts) == pytest.approx(row.served[case])
            assert sum(p.lost[case] for p in parts) == pytest.approx(row.lost[case], abs=1)
            mean = sum(p.use * p.days[case] for p in parts) / row.use
            assert mean == pytest.approx(row.days[case])


def secretariat_viewer(name):
    from stannary.market.view import viewer

    return viewer(WORLD, name)


def test_the_exposure_is_the_value_that_still_runs(china):
    rows = exposed(china)
    value = sum(row.value for row in rows)
    for case, part in enumerate(exposure(china)):
        assert part == pytest.approx(1 - sum(row.lost[case] for row in rows) / value)
    assert exposure(replace(china, rows=())) == ()


def test_products_are_told_by_what_is_missing(china):
    missing = [max(row.lost) for row in exposed(china)]
    assert missing == sorted(missing, reverse=True)


def test_a_viewer_sees_its_own_rows(china):
    seen = secretariat.stress(world=WORLD, view="ev.EUU")
    assert {(row.region, row.group) for row in seen.seen} == {("EUU", "ev")}
    assert seen.rows == china.rows
    germany = replace(china, viewer=secretariat_viewer("DEU"))
    assert germany.seen == replace(china, viewer=secretariat_viewer("EUU")).seen
    assert germany.viewer.country == "DEU"


def test_without_a_zone_it_is_told_for_everybody_but_those_who_are_cut_off():
    stress = secretariat.stress("no-bloc", WORLD)
    assert {row.region for row in stress.seen} == {r.region for r in stress.rows} - {"CHN"}


def test_who_is_hit_most_is_a_member_of_a_member_a_group_and_of_a_group_its_member(china):
    region = worst_hit(china)
    assert region in china.zone
    group = worst_hit(replace(china, viewer=secretariat_viewer(region)))
    assert group.endswith(f".{region}")
    assert worst_hit(replace(china, viewer=secretariat_viewer(group))) == region
    assert worst_hit(replace(china, rows=())) == ""


def test_what_comes_from_those_who_are_cut_off_is_what_they_ship(china):
    b, arcs = china.normal.cleared.balance, china.normal.market.arcs
    shipped = sum(
        f
        for f, (g, a, to) in zip(b.flow, arcs, strict=True)
        if (g, a, to) == ("y.oxide", "CHN", "JPN")
    )
    sent = sum(r.sent for r in china.rows if (r.region, r.product) == ("JPN", "y.oxide"))
    assert sent == pytest.approx(shipped)


def test_makers_without_an_input_are_told(china):
    rows = {row.product: row for row in exposed(china)}
    assert rows["ga.hp"].lacks == "ga.crude"
    assert rows["ndpr.oxide"].lacks == ""


# --------------------------------------------------------------------------------- refusals


def test_an_unknown_country_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownName, match="did you mean") as refusal:
        secretariat.stress(world=WORLD, cut=["chn"])
    assert "CHN" in refusal.value.near
    assert refusal.value.where == "--cut"


def test_a_country_that_is_only_part_of_a_region_is_refused():
    with pytest.raises(BadInput, match="only part of a region") as refusal:
        secretariat.stress(world=WORLD, cut=["DEU"])
    assert "--cut EUU" in refusal.value.remedy


@pytest.mark.parametrize("months", [0, 13, -1])
def test_months_that_no_year_has_are_refused(months):
    with pytest.raises(BadInput, match="months of a cut") as refusal:
        secretariat.stress(world=WORLD, months=months)
    assert refusal.value.value == months
    assert "1 to 12" in refusal.value.allowed


def test_its_command_makes_it_again(china):
    stress = secretariat.stress(
        "bloc-2026", WORLD, settings=["stockpile.target_days=30"], cut=["MMR", "CHN"], months=3,
        view="JPN",
    )  # fmt: skip
    assert stress.command == (
        f"stannary stress bloc-2026 --cut CHN --cut MMR --months 3 --day {china.day}"
        " --set stockpile.target_days=30 --for JPN"
    )
