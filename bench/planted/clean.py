"""The honest background: orders of many sizes and seasons, priced with noise, paid on terms."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from .book import Book, Deal, Line, days
from .catalogue import ASIDE, DOWNSTREAM, FIRST_DAY, LAST_DAY, Good
from .people import Exporter, Importer, Pair, People

DAYS = (LAST_DAY - FIRST_DAY).days + 1
SURVEY = "survey report"
"""How an honest claim names the inspection it rests on."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How restless the honest background is.

    price     log spread of a price round its seller's usual one
    claims    share of honest lines on which something was damaged or short
    paid      share of lines whose payment an administration sees
    """

    price: float
    claims: float
    paid: float


def usual_price(book: Book, exporter: Exporter, good: Good, day: date, entered: date) -> float:
    """What this seller asks, CIF, USD per kg of what the good is priced by."""
    if not good.product:
        return good.market * float(np.exp(exporter.offset))
    floor = book.law.floor(good.product, max(entered, FIRST_DAY))
    if exporter.pricing == "zone":
        return floor * 1.05 * float(np.exp(exporter.offset))
    if exporter.pricing == "floor":
        return floor * (1.012 + abs(exporter.offset) / 4) / (1 + float(good.base) / 100)
    return book.law.price(good.product, day) * float(np.exp(exporter.offset))


def a_deal(
    book: Book,
    people: People,
    rng: np.random.Generator,
    pair: Pair,
    day: date,
    noise: Noise,
    *,
    kg: float | None = None,
    price: float | None = None,
) -> Deal:
    """An honest sale of this pair, invoiced about `day`."""
    importer, exporter, good = pair.importer, pair.exporter, pair.good
    exported = day + timedelta(int(rng.integers(0, 7)))
    entered = exported + timedelta(people.transit(exporter, importer, exported, rng))
    mass = pair.kg * float(np.exp(rng.normal(0, 0.45))) if kg is None else kg
    low, high = good.assay
    assay = float(rng.uniform(low, high)) if high else 0.0
    if price is None:
        asked = usual_price(book, exporter, good, day, entered)
        # A seller at the floor prices exactly; others bargain.
        spread = 0.006 if exporter.pricing == "floor" else noise.price
        price = asked * float(np.exp(rng.normal(0, spread)))
    wet = good.form == "carbonate" and rng.random() < 0.6
    paid = rng.random() < noise.paid
    return Deal(
        importer=importer,
        exporter=exporter,
        good=good,
        origin=exporter.country,
        exported=exported,
        entered=entered,
        kg=max(0.2, mass),
        price=price,
        assay=assay,
        moisture=float(rng.uniform(0.5, 9)) if wet else None,
        invoice_date=day,
        issued=day,
        paid_on=day + days(exporter.terms + rng.normal(0, 4)) if paid else None,
        money=exporter.money,
        incoterm=exporter.incoterm,
        charges=float(rng.uniform(0.008, 0.05)),
        bloc=exporter.pricing == "zone" and rng.random() < 0.93,
        related=pair.related,
    )


def busy_day(rng: np.random.Generator, importer: Importer) -> date:
    """A day on which this importer orders, more often in its season."""
    while True:
        day = FIRST_DAY - timedelta(25) + timedelta(int(rng.integers(0, DAYS - 25)))
        if day < importer.begins - timedelta(25):
            continue
        lift = 1 + 0.4 * np.sin(importer.season + 2 * np.pi * day.timetuple().tm_yday / 365)
        if importer.begins > FIRST_DAY:
            lift *= 0.3 + 0.7 * (day - importer.begins).days / 365
        if rng.random() * 1.6 < lift:
            return day


def background(
    book: Book, people: People, rng: np.random.Generator, size: int, noise: Noise
) -> None:
    """About `size` honest lines with their payments, claims and rebates."""
    pairs = people.pairs
    weights = np.array([p.importer.size**0.5 for p in pairs])
    chosen = rng.choice(len(pairs), size=size, p=weights / weights.sum())
    for i in chosen:
        pair = pairs[int(i)]
        day = busy_day(rng, pair.importer)
        deal = a_deal(book, people, rng, pair, day, noise)
        if not FIRST_DAY <= deal.entered <= LAST_DAY:
            continue
        tag = f"b{len(book.lines)}"
        line = book.enter(replace(deal, invoice=tag, entry=tag))
        _claim(book, rng, line, noise)
        if rng.random() < 0.14:
            _beside(book, rng, line, tag)


def _beside(book: Book, rng: np.random.Generator, line: Line, tag: str) -> None:
    """Another line on the same invoice, of goods that nothing covers, at their usual price."""
    deal, product = line.deal, line.deal.good.product
    further = DOWNSTREAM.get(product)
    good = further if further and rng.random() < 0.3 else ASIDE[int(rng.integers(len(ASIDE)))]
    beside = replace(
        deal,
        good=good,
        kg=good.typical * deal.importer.size * float(np.exp(rng.normal(-1.2, 0.9))) + 0.5,
        price=good.market * float(np.exp(deal.exporter.offset + rng.normal(0, 0.09))),
        assay=float(rng.uniform(*good.assay)) if good.assay[1] else 0.0,
        moisture=None,
        invoice=tag,
        entry=tag,
        bloc=False,
        element_written=rng.random() < 0.8,
    )
    if further is good:
        beside = replace(beside, kg=beside.kg * 0.5)
    book.enter(beside)


def _claim(book: Book, rng: np.random.Generator, line: Line, noise: Noise) -> None:
    """Now and then something arrives damaged or short, is inspected, and is paid for."""
    if rng.random() >= noise.claims:
        return
    reason = str(rng.choice(["damage", "damage", "quality", "short_delivery"]))
    share = float(np.clip(rng.beta(1.3, 9), 0.004, 0.6))
    honest_claim(book, rng, line, reason, share)


def honest_claim(
    book: Book, rng: np.random.Generator, line: Line, reason: str, share: float
) -> None:
    """A credit for what was found wrong, and the seller's payment that names the survey."""
    deal = line.deal
    day = deal.entered + timedelta(int(rng.integers(5, 70)))
    less = -float(line.weighed.net) * share if reason == "short_delivery" else 0.0
    value = book.correct(line, day, -float(line.value) * share, reason, less)
    words = f"{reason.replace('_', ' ')} claim, {SURVEY} {int(rng.integers(10000, 99999))}"
    book.pay(line, day + timedelta(int(rng.integers(3, 25))), deal.exporter.name,
             deal.importer.name, -value, words)  # fmt: skip
