"""Evasions of origin: more claimed than a plant could make, and countries that only pass goods on.

Modelled on the antimony of December 2024 to April 2025 (3,834 t through two countries that mine next
to none; one seller 27 times the year before, to a related buyer), the Trigger Price Mechanism's
marked wire rope, and solar cells sent through third countries.
"""

from dataclasses import replace
from datetime import timedelta

from .book import Line, uniform
from .catalogue import COVERED, FIRST_DAY, LAST_DAY, THROUGH
from .custody import certify
from .people import befriend, new_exporter, new_importer, stranger
from .series import Scene

SCRAP_ALLOWED = 0.25
"""Recycled share that the bloc's assumed rule of origin lets count."""


def origin_overclaim(scene: Scene) -> None:
    """Zone origin claimed for more than capacity, parents, or the lot itself can carry."""
    book, rng = scene.book, scene.rng
    names = ("beyond_capacity", "beyond_feed", "lot_twice", "outside_feed", "scrap_claimed",
             "outside_owner")  # fmt: skip
    for style in scene.styles(names):
        case = book.planted("origin_overclaim", style)
        good = scene.some_good()
        seller = new_exporter(rng, stranger(scene.people, "X"), zone=True, goods=(good,),
                              pricing="market")  # fmt: skip
        buyers = [scene.pair(good, seller) for _ in range(int(rng.integers(1, 4)))]
        lines: list[Line] = []
        # Capacity is a year's: all of it is claimed within one.
        first = FIRST_DAY + timedelta(20 if rng.random() < 0.5 else 385)
        for day in scene.days(max(4, scene.count()), first, first + timedelta(320)):
            pair = buyers[int(rng.integers(len(buyers)))]
            deal = scene.deal(pair, day)
            deal = replace(deal, bloc=True, price=deal.price * uniform(rng, (1.0, 1.06)))
            lines.append(book.enter(deal, case))
        careful = scene.mix.careful > 1
        over = uniform(rng, (1.10, 1.5) if careful else (1.4, 2.6))
        _certify_falsely(scene, lines, style, over)


def _certify_falsely(scene: Scene, lines: list[Line], style: str, over: float) -> None:
    """Lots of one plant for these lines; `over`: claimed over what could be true."""
    book, rng = scene.book, scene.rng
    seller, good = lines[0].deal.exporter, lines[0].deal.good
    lines.sort(key=lambda line: line.deal.exported)
    share = 1.0 if style in ("outside_feed", "outside_owner") else 1 - 1 / over
    scrap = uniform(rng, (0.55, 0.9)) if style == "scrap_claimed" else 0.0
    if scrap:
        share = scrap - SCRAP_ALLOWED
    # The plant sells all it certifies in the zone: what is claimed twice has no lot of its own.
    step = int(rng.integers(2, 4))
    for start in range(0, len(lines), step):
        group = lines[start : start + step]
        need = sum(float(line.weighed.element) for line in group)
        made = need / over if style == "lot_twice" else need * float(rng.uniform(1.0, 1.03)) + 0.01
        lot = certify(
            book, rng, seller.name, seller.country, good.product, made,
            group[0].deal.exported - timedelta(int(rng.integers(2, 20))),
            fed=1 / over if style == "beyond_feed" else 1.0,
            recycled=scrap,
            slack=1 / over if style == "beyond_capacity" else 0.0,
            owner="CHN" if style == "outside_owner" else "",
            mine="CHN" if style == "outside_feed" else "",
        )  # fmt: skip
        for line in group:
            line.lots = (lot,)
            line.stake = round(line.owed * share)


def third_country_surge(scene: Scene) -> None:
    """Goods of a far origin that swell through a country without the plants to make them."""
    book, rng, mix = scene.book, scene.rng, scene.mix
    heavy = [g for g in COVERED if g.extra != "0"]
    for style in scene.styles(("one_consignee", "two_countries", "climbing", "by_kin")):
        case = book.planted("third_country_surge", style)
        good, place = scene.unused(heavy, THROUGH)
        places = [place]
        if style == "two_countries":
            places.append(scene.unused([good], [c for c in THROUGH if c != place])[1])
        buyer = scene.pair(good).importer
        months = uniform(rng, (9, 13) if style == "climbing" else (4, 6.5))
        begin = FIRST_DAY + timedelta(int(rng.integers(200, max(201, 690 - int(months * 30)))))
        swell = uniform(rng, (6, 14) if mix.careful > 1 else (15, 30))
        for place in places:
            seller = new_exporter(rng, stranger(scene.people, "X"), zone=False, goods=(good,),
                                  country=place, pricing="market")  # fmt: skip
            pair = replace(
                befriend(rng, buyer, seller, good),
                kg=good.typical * uniform(rng, (0.8, 3)),
                related=style in ("one_consignee", "by_kin") and rng.random() < 0.8,
            )
            if style == "by_kin":
                other = new_importer(rng, stranger(scene.people, "M"), country=buyer.country)
                kin = [pair, replace(pair, importer=other, related=False)]
            else:
                kin = [pair]
            # The trickle of the year before.
            for day in scene.days(2, FIRST_DAY, begin):
                book.enter(scene.deal(pair, day, kg=pair.kg * 5 / swell))
            for _ in range(max(6, scene.count() + 2)):
                part = rng.beta(2, 1) if style == "climbing" else rng.random()
                day = begin + timedelta(int(part * months * 30))
                if day > LAST_DAY - timedelta(45):
                    continue
                line = book.enter(scene.deal(kin[int(rng.integers(len(kin)))], day), case)
                line.stake = round(line.customs * float(good.extra) / 100)
