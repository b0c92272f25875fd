"""Each detector: one case by hand, which is named, and its honest twin, which is not."""

from datetime import date, timedelta

import pytest

MONTHS = [date(2027, 3 + i, 5) for i in range(8)]


def test_a_clean_trade_has_no_findings(trade):
    found = trade.look("payments", "lots", "parents", "facilities")
    assert [f.sentence for f in found.findings] == []


def at_the_floor(trade, seller="X", buyer="Y", **more):
    return [trade.sell(seller, buyer, day, price=112, **more) for day in MONTHS]


def test_damage_on_every_line_down_to_the_outside_price_is_named(trade):
    keys = at_the_floor(trade)
    for key in keys:
        trade.credit(key, date(2028, 1, 5), -trade.value(key) * 42 / 112, "damage")
    named = trade.named("false_damage")
    assert set(keys) <= named
    (found,) = (f for f in trade.look().findings if f.detector == "false_damage")
    # 995 kg of oxide at 112, floor 110: 42 a kg came back, so 40 of the floor were not paid.
    assert found.duty_at_stake_cents == 8 * 995 * 40 * 100


def test_damage_on_one_line_in_eight_is_an_accident(trade):
    keys = at_the_floor(trade)
    trade.credit(keys[0], date(2028, 1, 5), -trade.value(keys[0]) * 0.10, "damage")
    assert trade.named("false_damage") == set()


def test_exchange_differences_that_ignore_the_rate_are_named(trade):
    keys = at_the_floor(trade)
    for key, day in zip(keys, MONTHS, strict=True):
        trade.credit(key, day + timedelta(40), -trade.value(key) * 0.05, "fx_difference")
    assert set(keys) <= trade.named("fx_rebate")


def test_exchange_differences_that_follow_the_rate_are_honest(trade):
    # The euro rose by 2 % on 1 July: who was invoiced in May and paid in July got 2 % of it back.
    days = [date(2027, 5, 28) + timedelta(i) for i in range(8)]
    for day in days:
        key = trade.sell("X", "Y", day, price=100, currency="EUR")
        move = trade.value(key) * (1 - 1.1 / 1.122)
        trade.credit(key, date(2027, 7, 9), -move, "fx_difference")
    assert trade.named("fx_rebate") == set()


def test_a_price_repaid_invoice_by_invoice_is_named(trade):
    keys = at_the_floor(trade)
    for key, day in zip(keys, MONTHS, strict=True):
        row = trade.line(key)
        trade.pay("Y", "X", day, trade.value(key), row["invoice_number"], "invoice")
        trade.pay("X", "Y", day + timedelta(30), 40 * 995, row["invoice_number"], "refund")
    assert set(keys) == trade.named("over_invoice_refund", "payments")


def test_a_contract_rebate_of_three_per_cent_is_honest(trade):
    for key, day in zip(at_the_floor(trade), MONTHS, strict=True):
        usd = trade.value(key) * 0.03
        trade.credit(key, day + timedelta(20), -usd, "volume_rebate")
        trade.pay("X", "Y", day + timedelta(25), usd, "", "volume rebate under contract")
    assert trade.named("over_invoice_refund", "payments") == set()


@pytest.mark.parametrize("payer", ["X", "a friend of X"])
def test_a_top_up_repaid_is_named_whoever_pays(trade, payer):
    keys = [trade.sell("X", "Y", day, kg=1000 + 90 * i) for i, day in enumerate(MONTHS)]
    for i, day in enumerate(MONTHS):
        trade.pay(payer, "Y", day + timedelta(20), 40 * 0.995 * (1000 + 90 * i), "", "consulting")
    assert set(keys) == trade.named("reimbursement", "payments")


def test_an_advance_given_back_repays_nothing(trade):
    for i, day in enumerate(MONTHS):
        trade.sell("X", "Y", day, kg=1000 + 90 * i)
        usd = 40 * 0.995 * (1000 + 90 * i)
        trade.pay("Y", "X", day, usd, "", "advance")
        trade.pay("X", "Y", day + timedelta(20), usd, "", "advance returned")
    assert trade.named("reimbursement", "payments") == set()


def backdated(trade, papers, entered, invoice):
    return trade.sell(
        "S0", "B0", entered, price=71, invoice_date=papers, export_date=papers + timedelta(1),
        invoice_number=invoice,
    )  # fmt: skip


def test_papers_before_a_step_of_the_floor_that_travelled_too_long_are_named(trade):
    trade.raised_on = date(2027, 10, 1)
    days = [date(2027, 11, 3) + timedelta(i) for i in range(5)]
    keys = [backdated(trade, date(2027, 9, 26), day, f"S0-9{i}") for i, day in enumerate(days)]
    assert set(keys) == trade.named("backdated_invoice")


def test_goods_at_sea_when_the_floor_rose_are_honest(trade):
    trade.raised_on = date(2027, 10, 1)
    for i in range(5):
        backdated(trade, date(2027, 9, 22) + timedelta(i), date(2027, 10, 13), f"S0-9{i}")
    assert trade.named("backdated_invoice") == set()


def test_cheap_goods_beside_a_dear_covered_product_are_named(trade):
    keys = []
    for key, day in zip(at_the_floor(trade), MONTHS, strict=True):
        invoice = trade.line(key)["invoice_number"]
        cheap = trade.sell(
            "X", "Y", day, product="reagent", price=2, kg=9000, invoice_number=invoice
        )
        keys += [key, cheap]
    assert set(keys) == trade.named("bundling")


def test_other_goods_at_their_usual_price_are_honest(trade):
    for key, day in zip(at_the_floor(trade), MONTHS, strict=True):
        invoice = trade.line(key)["invoice_number"]
        trade.sell("X", "Y", day, product="reagent", price=6.3, kg=9000, invoice_number=invoice)
    assert trade.named("bundling") == set()


def test_oxide_under_the_name_of_a_carbonate_is_named(trade):
    # 1,000 kg at 70 a kg, declared as a carbonate of 50 %: 140 for what it holds.
    keys = [trade.sell("X", "Y", d, product="ndpr.carbonate", price=140) for d in MONTHS]
    assert set(keys) == trade.named("misclass_carbonate")


def test_a_carbonate_priced_for_what_it_holds_is_honest(trade):
    for day in MONTHS:
        trade.sell("X", "Y", day, product="ndpr.carbonate", price=59)
        trade.sell("Z", "Y", day, product="ndpr.carbonate", price=86)
    assert trade.named("misclass_carbonate") == set()


def test_hardly_worked_goods_in_place_of_the_covered_product_are_named(trade):
    for day in MONTHS[:4]:
        trade.sell("X", "Y", day)
    keys = [trade.sell("X", "Y", d, product="magnet", price=40) for d in MONTHS[4:]]
    assert set(keys) == trade.named("downstream_shift")


def test_a_growing_buyer_of_finished_goods_is_honest(trade):
    for day in MONTHS:
        trade.sell("X", "Y", day)
    for day in MONTHS[4:]:
        trade.sell("X", "Y", day, product="magnet", price=88, kg=5000)
    assert trade.named("downstream_shift") == set()


def test_one_consignment_entered_as_twelve_is_named(trade):
    keys = [
        trade.sell("X", "Y", date(2027, 6, 1) + timedelta(i // 2), kg=31 + i / 10)
        for i in range(12)
    ]
    assert set(keys) == trade.named("splitting")


def test_a_sample_a_month_is_no_split(trade):
    for i, day in enumerate(MONTHS):
        trade.sell("X", "Y", day, kg=8 + 2 * i, price=68 + i)
    assert trade.named("splitting") == set()


def plants(trade, *countries):
    for i, country in enumerate(countries):
        trade.facilities.append({
            "facility_id": f"F{i}", "operator_id": "O", "country": country, "stage": "refine",
            "product": "ndpr.oxide", "capacity_kg_per_year": "9000000", "recovery_pct": "90",
            "valid_from": "2020-01-01",
        })  # fmt: skip


def surge(trade):
    days = [date(2027, 8, 1) + timedelta(9 * i) for i in range(12)]
    return [
        trade.sell("X", "Y", day, kg=9000, origin_country="LAO", export_country="LAO")
        for day in days
    ]


def test_a_burst_from_a_country_without_plants_is_named(trade):
    plants(trade, "KAZ", "AUS", "CHN")
    assert set(surge(trade)) == trade.named("third_country_surge", "facilities")


def test_a_burst_from_a_new_plant_is_honest(trade):
    plants(trade, "KAZ", "AUS", "LAO")
    surge(trade)
    assert trade.named("third_country_surge", "facilities") == set()


def claim(trade, kg):
    trade.facilities.append({
        "facility_id": "F1", "operator_id": "O", "country": "AUS", "stage": "mine",
        "product": "ndpr.oxide", "capacity_kg_per_year": "5000", "recovery_pct": "90",
        "valid_from": "2020-01-01", "beneficial_owner_country": "AUS",
    })  # fmt: skip
    trade.lots.append({
        "lot_id": "L1", "product": "ndpr.oxide", "stage": "mine", "kg_contained": "20000",
        "facility_id": "F1", "country": "AUS", "date": "2027-02-01", "certificate_id": "C1",
    })  # fmt: skip
    return [
        trade.sell("X", "Y", day, kg=kg, origin_country="AUS", preference="bloc", lot_ids="L1")
        for day in MONTHS
    ]


def test_more_zone_origin_than_the_plant_can_make_is_named(trade):
    keys = claim(trade, 1000)
    found = trade.look("lots", "parents", "facilities").findings
    (over,) = (f for f in found if f.detector == "origin_overclaim")
    assert set(over.lines) == set(keys)
    # Eight lines of 995 kg oxide hold 6,765 kg of the element; the plant makes 5,000 a year.
    assert over.figures["excess_kg"] == pytest.approx(8 * 995 * 0.849943 - 5000, abs=0.01)


def test_claims_within_capacity_are_honest(trade):
    claim(trade, 500)
    assert trade.named("origin_overclaim", "lots", "parents", "facilities") == set()
