"""Honest dealings that look like evasions, one function for each look-alike."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from .book import Facility, Line, uniform
from .catalogue import COVERED, DOWNSTREAM, FIRST_DAY, GOOD, LAST_DAY, THROUGH
from .clean import honest_claim
from .custody import certify, chain_of
from .law import SMALL_USD
from .papers import risen
from .people import Pair, befriend, new_exporter, new_importer, stranger
from .series import Scene, by_quarter, end_of_quarter


def in_transit(scene: Scene) -> None:
    """Sent in a hurry before a floor rises, and entered under the one before by right."""
    good = scene.some_good()
    rises = risen(scene, good)
    if not rises:
        return in_transit(scene)
    seller = scene.seller(good)
    case = scene.book.honest("in_transit")
    _, version = rises[int(scene.rng.integers(len(rises)))]
    for _ in range(scene.count()):
        pair = scene.pair(good, seller)
        deal = scene.deal(pair, version.begins - timedelta(int(scene.rng.integers(8, 20))))
        trip = deal.entered - deal.exported
        sent = version.begins - timedelta(int(scene.rng.integers(1, 12)))
        scene.book.enter(replace(deal, exported=sent, entered=sent + trip), case)
    return None


def honest_damage(scene: Scene) -> None:
    """One rough voyage: what was wet is surveyed, claimed and paid for, in different shares."""
    case = scene.book.honest("honest_damage")
    pair = scene.pair()
    days = scene.days(scene.count() + 8)
    wet = days[len(days) // 2]
    for day in days:
        rough = abs((day - wet).days) <= 12
        line = scene.book.enter(scene.deal(pair, day), case)
        if rough:
            share = float(np.clip(scene.rng.beta(1.6, 6), 0.01, 0.7))
            honest_claim(scene.book, scene.rng, line, "damage", share)


def indexed_contract(scene: Scene) -> None:
    """A yearly contract: invoiced at its signing, at the price of the index at shipment; paid twice."""
    book, rng = scene.book, scene.rng
    case = book.honest("indexed_contract")
    pair = scene.pair()
    signed = FIRST_DAY + timedelta(int(rng.integers(0, 500)))
    for month in range(int(rng.integers(4, 9))):
        deal = scene.deal(pair, signed + timedelta(25 + 30 * month + int(rng.integers(0, 8))))
        index = book.law.price(pair.good.product, deal.exported)
        deal = replace(
            deal, price=index * float(np.exp(pair.exporter.offset)), invoice_date=signed,
            issued=signed, invoice=case.name, paid_on=None,
        )  # fmt: skip
        line = book.enter(deal, case)
        part = uniform(rng, (0.8, 0.9))
        for share, wait, why in (
            (part, 20, "provisional invoice"),
            (1 - part, 75, "final invoice"),
        ):
            when = deal.exported + timedelta(wait + int(rng.integers(-4, 5)))
            book.pay(line, when, pair.importer.name, pair.exporter.name,
                     float(line.value) * share, why)  # fmt: skip


def growing_buyer(scene: Scene) -> None:
    """A buyer that grows tenfold, from a country whose plants can make it."""
    rng = scene.rng
    case = scene.book.honest("growing_buyer")
    good = scene.some_good()
    makers = [e for e in scene.people.exporters if good in e.goods and e.pricing == "market"]
    seller = makers[int(rng.integers(len(makers)))] if makers else scene.seller(good)
    pair = scene.pair(good, seller)
    for day in scene.days(scene.count() * 2):
        grown = 1 + 9 * (day - FIRST_DAY).days / 730
        scene.book.enter(scene.deal(pair, day, kg=pair.kg * grown / 4), case)


def new_plant(scene: Scene) -> None:
    """A country that made nothing builds a plant, and sells what it can make to several buyers."""
    book, rng = scene.book, scene.rng
    case = book.honest("new_plant")
    heavy = [g for g in COVERED if g.extra != "0"]
    good, place = scene.unused(heavy, THROUGH)
    seller = new_exporter(rng, stranger(scene.people, "X"), zone=False, goods=(good,),
                          country=place, pricing="market")  # fmt: skip
    buyers = [scene.pair(good, seller) for _ in range(int(rng.integers(2, 6)))]
    begin = FIRST_DAY + timedelta(int(rng.integers(150, 450)))
    lines: list[Line] = []
    for _ in range(scene.count() * 2):
        day = begin + timedelta(int(rng.beta(1.5, 1) * 200))
        pair = buyers[int(rng.integers(len(buyers)))]
        lines.append(book.enter(scene.deal(pair, day), case))
    years: dict[int, float] = {}
    for line in lines:
        year = line.deal.entered.year
        years[year] = years.get(year, 0.0) + float(line.weighed.element)
    stage, _, recovery = chain_of(good.product)[0]
    book.facilities[f"{case.name}/{place}"] = Facility(
        seller.name, place, stage, good.product, uniform(rng, (1.2, 2.0)), recovery,
        begin - timedelta(int(rng.integers(10, 60))), place, 2 * max(years.values()),
    )  # fmt: skip


def open_reexport(scene: Scene) -> None:
    """A trader in a third country sells on, steadily, and says where the goods come from."""
    case = scene.book.honest("open_reexport")
    good = scene.some_good()
    seller = new_exporter(scene.rng, stranger(scene.people, "X"), zone=False, goods=(good,),
                          country=str(scene.rng.choice(THROUGH)), pricing="market")  # fmt: skip
    pair = scene.pair(good, seller)
    for day in scene.days(scene.count() + 4):
        scene.book.enter(replace(scene.deal(pair, day), origin="CHN"), case)


def genuine_carbonate(scene: Scene) -> None:
    """Real carbonate, some of it calcined nearly to the line, from a seller of oxide too."""
    rng = scene.rng
    case = scene.book.honest("genuine_carbonate")
    oxide, carbonate = GOOD["ndpr.oxide"], GOOD["ndpr.carbonate"]
    pair = scene.pair(carbonate, scene.seller(oxide))
    dried = rng.random() < 0.4
    for day in scene.days(scene.count() + 2):
        if rng.random() < 0.25:
            scene.book.enter(scene.deal(replace(pair, good=oxide), day), case)
            continue
        deal = scene.deal(pair, day)
        if dried:
            deal = replace(deal, assay=uniform(rng, (61, 69.8)))
        scene.book.enter(deal, case)


def regular_samples(scene: Scene) -> None:
    """A laboratory that needs a little, often, and pays more for so little."""
    rng = scene.rng
    case = scene.book.honest("regular_samples")
    pair = scene.pair()
    every, day = int(rng.integers(9, 32)), FIRST_DAY + timedelta(int(rng.integers(0, 200)))
    usual = SMALL_USD * uniform(rng, (0.15, 0.7)) / pair.good.market
    for _ in range(int(rng.integers(8, 22))):
        deal = scene.deal(pair, day, kg=usual * float(np.exp(rng.normal(0, 0.3))))
        scene.book.enter(replace(deal, price=deal.price * uniform(rng, (1.0, 1.35))), case)
        day += timedelta(every + int(rng.integers(-2, 3)))
        if day > LAST_DAY - timedelta(60):
            return


def two_sided_settlement(scene: Scene) -> None:
    """Exchange differences as rates moved: now one owes, now the other."""
    book, rng = scene.book, scene.rng
    case = book.honest("two_sided_settlement")
    pair = scene.pair()
    money = str(rng.choice(["EUR", "JPY", "GBP", "CNY"]))
    pair = replace(pair, exporter=replace(pair.exporter, money=money))
    for day in scene.days(scene.count() + 4):
        line = book.enter(scene.deal(pair, day), case)
        deal = line.deal
        due = deal.entered + timedelta(int(rng.integers(25, 60)))
        moved = float(book.law.rate(money, due) / book.law.rate(money, deal.invoice_date)) - 1
        amount = float(line.value) * moved
        if abs(moved) < 0.002:
            continue
        # Priced in dollars at heart: when the currency gains, the buyer gets the difference back.
        book.correct(line, due, -amount, "fx_difference")
        sides = (pair.exporter.name, pair.importer.name)
        payer, payee = sides if amount > 0 else (sides[1], sides[0])
        book.pay(line, due + timedelta(5), payer, payee, abs(amount), "exchange difference")


def volume_rebate(scene: Scene) -> None:
    """A rebate agreed in the contract, declared on each entry and paid to the cent."""
    book, rng = scene.book, scene.rng
    case = book.honest("volume_rebate")
    pair = scene.pair()
    pair = replace(pair, exporter=replace(pair.exporter, pricing="floor"))
    share = uniform(rng, (0.01, 0.04))
    for day in scene.days(scene.count() + 4):
        line = book.enter(scene.deal(pair, day), case)
        when = end_of_quarter(by_quarter(line.deal.entered)) + timedelta(int(rng.integers(5, 20)))
        value = book.correct(line, when, -float(line.value) * share, "volume_rebate")
        book.pay(line, when + timedelta(3), pair.exporter.name, pair.importer.name, -value,
                 "volume rebate under contract")  # fmt: skip


def related_at_market(scene: Scene) -> None:
    """Kin who trade at the market price, and pay each other for shared services each month."""
    book, rng = scene.book, scene.rng
    case = book.honest("related_at_market")
    pair = replace(scene.pair(), related=True)
    for day in scene.days(scene.count() + 4):
        book.enter(scene.deal(pair, day), case)
    fee = pair.kg * pair.good.market * uniform(rng, (0.002, 0.01))
    for month in range(24):
        when = date(2027 + month // 12, 1 + month % 12, int(rng.integers(1, 6)))
        book.pay_usd(when, pair.exporter.name, pair.importer.name,
                     fee * uniform(rng, (0.95, 1.05)), "shared services of the group")  # fmt: skip


def deposit_returned(scene: Scene) -> None:
    """A deposit on a yearly contract: paid at its start, given back at its end."""
    book, rng = scene.book, scene.rng
    case = book.honest("deposit_returned")
    pair = scene.pair()
    pair = replace(pair, exporter=replace(pair.exporter, pricing="floor"))
    total = 0.0
    for day in scene.days(scene.count() + 2):
        total += book.enter(scene.deal(pair, day), case).usd
    deposit = total * uniform(rng, (0.05, 0.2))
    book.pay_usd(FIRST_DAY + timedelta(3), pair.importer.name, pair.exporter.name, deposit,
                 "deposit under contract")  # fmt: skip
    book.pay_usd(LAST_DAY - timedelta(int(rng.integers(1, 40))), pair.exporter.name,
                 pair.importer.name, deposit, "deposit returned")  # fmt: skip


def agent(scene: Scene) -> None:
    """An importer who also sells for the exporter, and has its commission each month."""
    book, rng = scene.book, scene.rng
    case = book.honest("agent")
    pair = scene.pair()
    pair = replace(pair, exporter=replace(pair.exporter, pricing="floor"))
    for day in scene.days(scene.count() + 4):
        line = book.enter(scene.deal(pair, day), case)
        others = line.usd * float(np.exp(rng.normal(0, 0.8))) * uniform(rng, (0.015, 0.03))
        book.pay_usd(line.deal.entered + timedelta(int(rng.integers(5, 80))), pair.exporter.name,
                     pair.importer.name, others, "agency commission")  # fmt: skip


def mixed_invoice(scene: Scene) -> None:
    """Covered goods near the floor with others on the invoice, these at their usual price."""
    book, rng = scene.book, scene.rng
    case = book.honest("mixed_invoice")
    pair = scene.pair()
    pair = replace(pair, exporter=replace(pair.exporter, pricing="floor"))
    others = [g for g in DOWNSTREAM.values() if g.element != pair.good.element]
    other = others[int(rng.integers(len(others)))]
    for i, day in enumerate(scene.days(scene.count())):
        tag = f"{case.name}-{i}"
        line = book.enter(replace(scene.deal(pair, day), invoice=tag, entry=tag), case)
        kg = line.usd / other.market * uniform(rng, (0.2, 1.5))
        price = other.market * float(np.exp(rng.normal(-0.03, 0.08)))
        book.enter(replace(line.deal, good=other, kg=kg, price=price,
                           assay=uniform(rng, other.assay), moisture=None), case)  # fmt: skip


def product_mix(scene: Scene) -> None:
    """A buyer that moves to worked goods, and pays for the work."""
    book, rng = scene.book, scene.rng
    case = book.honest("product_mix")
    good = scene.some_good(only=tuple(DOWNSTREAM))
    made, pair = DOWNSTREAM[good.product], scene.pair(good)
    orders = scene.days(scene.count() * 2)
    for i, day in enumerate(orders):
        deal = scene.deal(pair, day)
        if rng.random() > i / len(orders):
            book.enter(deal, case)
            continue
        price = made.market * float(np.exp(rng.normal(0, 0.08)))
        kg = deal.kg * uniform(rng, (0.4, 1.3))
        book.enter(replace(deal, good=made, kg=kg, price=price, assay=uniform(rng, made.assay),
                           moisture=None), case)  # fmt: skip


def recycled_feed(scene: Scene) -> None:
    """A zone plant that melts scrap too, within any cap, and says so on its lots."""
    _zone_run(scene, "recycled_feed", recycled=uniform(scene.rng, (0.05, 0.2)))


def near_capacity(scene: Scene) -> None:
    """A zone plant that runs nearly full."""
    _zone_run(scene, "near_capacity", slack=uniform(scene.rng, (1.02, 1.1)))


def _zone_run(scene: Scene, why: str, *, recycled: float = 0.0, slack: float = 0.0) -> None:
    case, rng = scene.book.honest(why), scene.rng
    pair = _zone_pair(scene)
    for day in scene.days(scene.count() + 2):
        line = scene.book.enter(replace(scene.deal(pair, day), bloc=True), case)
        made = float(line.weighed.element) * uniform(rng, (1.0, 1.05)) + 0.01
        sent = line.deal.exported - timedelta(int(rng.integers(2, 20)))
        line.lots = (
            certify(scene.book, rng, pair.exporter.name, pair.exporter.country,
                    pair.good.product, made, sent, recycled=recycled, slack=slack),
        )  # fmt: skip


def _zone_pair(scene: Scene) -> Pair:
    good = scene.some_good()
    seller = new_exporter(scene.rng, stranger(scene.people, "X"), zone=True, goods=(good,))
    return scene.pair(good, seller)


def mass_balance(scene: Scene) -> None:
    """A plant with mixed feed: only the share that its zone feed proves claims zone origin."""
    book, rng = scene.book, scene.rng
    case = book.honest("mass_balance")
    pair = _zone_pair(scene)
    seller, product = pair.exporter, pair.good.product
    proven = uniform(rng, (0.35, 0.75))
    for day in scene.days(scene.count()):
        whole = scene.deal(pair, day)
        claims = book.enter(replace(whole, kg=whole.kg * proven, bloc=True), case)
        rest = book.enter(replace(whole, kg=whole.kg * (1 - proven)), case)
        made = float(claims.weighed.element + rest.weighed.element) * 1.02 + 0.01
        sent = whole.exported - timedelta(int(rng.integers(2, 20)))
        lot = certify(book, rng, seller.name, seller.country, product, made, sent, fed=proven)
        outside = certify(book, rng, f"{seller.name}-far", "CHN", product, 0.001, sent, mine="CHN")
        # The rest of the feed is ore of an outside mine, named as such.
        mine = book.lots[outside].parents[0][0]
        while book.lots[mine].parents:
            mine = book.lots[mine].parents[0][0]
        need = made * (1 - proven) / (chain_of(product)[0][2] / 100) * 1.02
        book.lots[mine] = replace(book.lots[mine], kg=need * 1.1)
        book.lots[lot] = replace(book.lots[lot], parents=(*book.lots[lot].parents, (mine, need)))
        claims.lots = (lot,)


def seller_at_floor(scene: Scene) -> None:
    """A seller who asks the floor of everyone and keeps it: dear, and honest."""
    case = scene.book.honest("seller_at_floor")
    good = scene.some_good()
    seller = new_exporter(scene.rng, stranger(scene.people, "X"), zone=False, goods=(good,),
                          pricing="floor")  # fmt: skip
    for _ in range(3):
        pair = befriend(scene.rng, scene.pair(good, seller).importer, seller, good)
        for day in scene.days(max(3, scene.count() // 2)):
            scene.book.enter(scene.deal(pair, day), case)


def small_kin(scene: Scene) -> None:
    """New small buyers of one seller: each buys a little, on days of its own."""
    case = scene.book.honest("small_buyers")
    good = scene.some_good()
    seller = scene.seller(good)
    for _ in range(int(scene.rng.integers(3, 7))):
        buyer = new_importer(scene.rng, stranger(scene.people, "M"))
        pair = befriend(scene.rng, buyer, seller, good)
        for day in scene.days(int(scene.rng.integers(2, 5))):
            deal = scene.deal(pair, day)
            kg = SMALL_USD * uniform(scene.rng, (0.2, 1.6)) / deal.price
            scene.book.enter(replace(deal, kg=kg), case)


def advance_returned(scene: Scene) -> None:
    """A cancelled order: what was paid for it in advance comes back, to the cent."""
    book, rng = scene.book, scene.rng
    case = book.honest("advance_returned")
    pair = scene.pair()
    for day in scene.days(scene.count()):
        line = book.enter(scene.deal(pair, day), case)
        if rng.random() < 0.3:
            usd = line.usd * uniform(rng, (0.1, 0.5))
            when = line.deal.entered + timedelta(int(rng.integers(0, 40)))
            book.pay_usd(when, pair.importer.name, pair.exporter.name, usd, "advance, next order")
            book.pay_usd(
                when + timedelta(int(rng.integers(10, 45))),
                pair.exporter.name,
                pair.importer.name,
                usd,
                "advance returned, order cancelled",
            )


LOOK_ALIKES = (
    in_transit, honest_damage, indexed_contract, growing_buyer, new_plant, open_reexport,
    genuine_carbonate, regular_samples, two_sided_settlement, volume_rebate, related_at_market,
    deposit_returned, agent, mixed_invoice, product_mix, recycled_feed, near_capacity,
    mass_balance, seller_at_floor, small_kin, advance_returned,
)  # fmt: skip
