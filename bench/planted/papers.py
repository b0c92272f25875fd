"""Evasions on paper: other goods, other days, other sizes than what came.

Modelled on the solar undertakings (covered goods inside projects, compensating sales of others), the
sugar agreements (raw or refined: whatever side of the line pays less), the Trigger Price Mechanism
(invoices dated back to the trigger before; a shift to fabricated shapes, up 71 % in 1978), the
quarrels over 2846.10 and 2846.90, and small-consignment rules everywhere.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np

from .book import Case, Deal, Line, uniform
from .catalogue import ASIDE, DOWNSTREAM, FIRST_DAY, GOOD, LAST_DAY, Good
from .law import SMALL_USD, Version, top_up, weigh
from .people import Pair, befriend, new_exporter, new_importer, stranger
from .series import Scene, weight


def bundling(scene: Scene) -> None:
    """The floor is kept on the covered line, and made good on others beside it."""
    book, rng, mix = scene.book, scene.rng, scene.mix
    for style in scene.styles(("one_invoice", "near_invoice", "affiliate", "kit")):
        case = book.planted("bundling", style)
        # A kit of cheap goods could not be told from what kits cost.
        dear = ("ndpr.oxide", "ndpr.metal", "dy.oxide", "tb.oxide", "ga.metal", "ge.metal")
        pair = scene.pair(scene.some_good(only=dear) if style == "kit" else None)
        partner = replace(pair.exporter, name=stranger(scene.people, "X"))
        other = ASIDE[int(rng.integers(len(ASIDE)))]
        for i, day in enumerate(scene.days(scene.count() + 2)):
            deal = scene.deal(pair, day)
            if rng.random() > mix.tainted:
                book.enter(deal)
                continue
            tag = f"{case.name}-{i}"
            if style == "kit":
                _kit(scene, deal, tag, case)
                continue
            inflated, gap = scene.at_floor(replace(deal, invoice=tag, entry=tag))
            line = book.enter(inflated, case)
            back = gap * scene.cut() * weight(deal, line.weighed.charged)
            book.hide(line, back)
            # The others are sold for this share under what they are worth.
            under = uniform(rng, (0.3, 0.75)) if mix.careful > 1 else uniform(rng, (0.45, 0.9))
            worth = back / under
            cheap = replace(
                inflated, good=other, kg=worth / other.market, price=other.market * (1 - under),
                assay=0.0, moisture=None,
            )  # fmt: skip
            if style != "one_invoice":
                apart = int(rng.integers(1, 12))
                cheap = scene.moved(replace(cheap, invoice="", entry=""), apart)
            if style == "affiliate":
                cheap = replace(cheap, exporter=partner)
            if FIRST_DAY <= cheap.entered <= LAST_DAY:
                book.enter(cheap, case)


def _kit(scene: Scene, deal: Deal, tag: str, case: Case) -> None:
    """The covered goods themselves, entered as plant equipment."""
    book = scene.book
    kit = next(good for good in ASIDE if good.form == "plant equipment")
    true = weigh(deal.good, Decimal(f"{deal.kg:.3f}"), Decimal(f"{deal.assay:.3f}"), None)
    worth = deal.price * weight(deal, true.charged) * uniform(scene.rng, (1.0, 1.08))
    line = book.enter(
        replace(deal, good=kit, price=worth / deal.kg, assay=0.0, invoice=tag, moisture=None), case
    )
    line.stake = _owed_as(scene, line, deal.good, true.charged)


def _owed_as(scene: Scene, line: Line, good: Good, charged: Decimal) -> int:
    """Top-up in cents had the line been entered as what it holds, in one consignment."""
    deal = line.deal
    return top_up(scene.book.law, good, charged, deal.entered, deal.exported, line.cif,
                  line.customs, small=False)  # fmt: skip


def misclass_carbonate(scene: Scene) -> None:
    """Oxide entered as carbonate, whose floor is lower."""
    book, rng, mix = scene.book, scene.rng, scene.mix
    oxide, carbonate = GOOD["ndpr.oxide"], GOOD["ndpr.carbonate"]
    for style in scene.styles(("half_assay", "under_the_line", "paid_beside", "switched")):
        case = book.planted("misclass_carbonate", style)
        pair = scene.pair(oxide)
        low, high = (66.0, 69.95) if style == "under_the_line" else (44.0, 60.0)
        orders = scene.days(scene.count() + 3)
        history = len(orders) // 3 if style == "switched" else 0
        for i, day in enumerate(orders):
            deal = scene.deal(pair, day)
            if i < history or rng.random() > mix.tainted:
                book.enter(deal)
                continue
            worth = deal.price * deal.kg * deal.assay / 100
            assay = uniform(rng, (low, high))
            # A switched order says the true content in more kilograms; the others keep the mass.
            kg = deal.kg * deal.assay / assay if style == "switched" else deal.kg
            asked = deal.price * deal.assay / assay * deal.kg / kg
            if style == "paid_beside":
                usual = book.law.price("ndpr.carbonate", day) * float(np.exp(rng.normal(0, 0.05)))
                asked = usual
            line = book.enter(
                replace(deal, good=carbonate, assay=assay, kg=kg, price=asked,
                        moisture=None if style != "switched" else deal.moisture), case
            )  # fmt: skip
            true = Decimal(f"{deal.kg * deal.assay / 100:.3f}")
            line.stake = max(0, _owed_as(scene, line, oxide, true) - line.owed)
            rest = worth - line.usd
            if style == "paid_beside" and rest > 0:
                when = deal.entered + scene.lag()
                book.pay_usd(
                    when, pair.importer.name, pair.exporter.name, rest, "technical service"
                )


def downstream_shift(scene: Scene) -> None:
    """Covered goods stop; barely worked goods that hold as much come instead, hardly dearer."""
    book, rng = scene.book, scene.rng
    for style in scene.styles(("overnight", "gradual", "other_seller", "other_buyer")):
        case = book.planted("downstream_shift", style)
        good = scene.some_good(only=tuple(DOWNSTREAM))
        pair = scene.pair(good)
        made = DOWNSTREAM[good.product]
        after = pair
        if style == "other_seller":
            seller = new_exporter(rng, stranger(scene.people, "X"), zone=False, goods=(good,),
                                  country=pair.exporter.country, pricing="market")  # fmt: skip
            after = replace(pair, exporter=seller)
        elif style == "other_buyer":
            buyer = new_importer(rng, stranger(scene.people, "M"), country=pair.importer.country)
            after = replace(pair, importer=buyer, related=True)
        orders = scene.days(max(8, scene.count() * 2))
        turn = len(orders) * uniform(rng, (0.35, 0.55))
        for i, day in enumerate(orders):
            slope = 1.5 if style == "gradual" else 0.05
            soon = 1 / (1 + np.exp(-np.clip((i - turn) / slope, -50, 50)))
            if rng.random() > soon:
                book.enter(scene.deal(pair, day))
                continue
            raw = scene.deal(replace(after, good=good), day)
            true = weigh(good, Decimal(f"{raw.kg:.3f}"), Decimal(f"{raw.assay:.3f}"), None)
            assay = uniform(rng, made.assay)
            kg = float(true.element) / assay * 100
            worth = raw.price * weight(raw, true.charged) * uniform(rng, (1.0, 1.06))
            line = book.enter(
                replace(raw, good=made, assay=assay, kg=kg, price=worth / kg, moisture=None,
                        element_written=rng.random() < 0.7), case
            )  # fmt: skip
            line.stake = _owed_as(scene, line, good, true.charged)


def splitting(scene: Scene) -> None:
    """One order in many consignments, each below what is let in without a top-up."""
    book, rng = scene.book, scene.rng
    for style in scene.styles(("one_day", "weeks", "many_buyers", "one_entry")):
        case = book.planted("splitting", style)
        pair = scene.pair()
        buyers = [pair.importer]
        if style == "many_buyers":
            buyers = [
                new_importer(rng, stranger(scene.people, "M"), country=pair.importer.country)
                for _ in range(int(rng.integers(2, 5)))
            ]
        low = 0.9 if style in ("one_day", "one_entry") else 0.62
        for i, day in enumerate(scene.days(int(rng.integers(1, 4)))):
            whole = scene.deal(pair, day, kg=100)
            for j in range(int(rng.integers(5, 14))):
                deal = replace(whole, importer=buyers[j % len(buyers)])
                per = 1.0 if deal.good.per == "product" else deal.assay / 100
                kg = SMALL_USD * uniform(rng, (low, 0.993)) / deal.price / per
                deal = replace(deal, kg=kg, moisture=None)
                if style == "one_entry":
                    deal = replace(deal, entry=f"{case.name}-{i}", invoice=f"{case.name}-{i}")
                elif style != "one_day":
                    deal = scene.moved(deal, int(rng.integers(0, 18)))
                if FIRST_DAY <= deal.entered <= LAST_DAY:
                    line = book.enter(deal, case)
                    line.stake = _owed_as(scene, line, deal.good, line.weighed.charged)


def backdated_invoice(scene: Scene) -> None:
    """Papers dated to before a floor rose, for goods that left after it."""
    book, rng = scene.book, scene.rng
    for style in scene.styles(("plain", "renumbered", "few_days", "paid_in_step")):
        case = book.planted("backdated_invoice", style)
        good = scene.some_good()
        while not risen(scene, good):
            good = scene.some_good()
        rises = risen(scene, good)
        seller = replace(scene.seller(good), numbering="sequence")
        for _ in range(int(rng.integers(2, 5))):
            _, version = rises[int(rng.integers(len(rises)))]
            pair = _near(scene, scene.pair(good, seller))
            # The seller's honest business of those weeks goes on.
            other = scene.pair(good, seller)
            around = version.begins - timedelta(60), version.begins + timedelta(150)
            for day in scene.days(int(rng.integers(5, 10)), *around):
                book.enter(scene.deal(other, day))
            for _ in range(int(rng.integers(2, 6))):
                late = int(rng.integers(3, 9) if style == "few_days" else rng.integers(6, 24))
                true = scene.deal(pair, version.begins + timedelta(late))
                trip = (true.entered - true.exported).days
                early = int(rng.integers(1, 5) if style == "few_days" else rng.integers(1, 13))
                paper = version.begins - timedelta(early)
                # Sent in time for the grace of goods at sea to hold.
                limit = version.begins + timedelta(44)
                sent = min(true.exported, limit - timedelta(trip))
                if sent <= version.begins or sent + timedelta(trip) > LAST_DAY:
                    continue
                deal = scene.moved(true, (sent - true.exported).days)
                pay = deal.paid_on
                if style == "paid_in_step" and pay is not None:
                    pay -= deal.issued - paper
                shown = paper - timedelta(int(rng.integers(0, 5)))
                line = book.enter(
                    replace(deal, exported=paper, invoice_date=shown, paid_on=pay,
                            issued=shown if style in ("renumbered", "paid_in_step") else deal.issued),
                    case,
                )  # fmt: skip
                now = top_up(book.law, good, line.weighed.charged, deal.entered, deal.entered,
                             line.cif, line.customs)  # fmt: skip
                line.stake = max(0, now - line.owed)


def _near(scene: Scene, pair: Pair) -> Pair:
    """A pair on a route short enough that goods arrive within the grace."""
    route = (pair.exporter.country, pair.importer.country)
    if scene.people.sea[route] > 24:
        near = [i for i in scene.people.importers
                if scene.people.sea[pair.exporter.country, i.country] <= 24]  # fmt: skip
        if near:
            buyer = near[int(scene.rng.integers(len(near)))]
            return befriend(scene.rng, buyer, pair.exporter, pair.good)
    return pair


def risen(scene: Scene, good: Good) -> list[tuple[Good, Version]]:
    """Versions of its floor that stand at least 2 % above the one before."""
    rows = scene.book.law.versions[good.product]
    return [
        (good, now)
        for before, now in pairwise(rows)
        if now.floor >= before.floor * Decimal("1.02") and now.begins < date(2028, 11, 1)
    ]
