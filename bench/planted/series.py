"""What every planted case is made of: a pair of traders, and a run of their orders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from .book import Book, Deal, uniform
from .catalogue import COVERED, FIRST_DAY, LAST_DAY, Good
from .clean import Noise, a_deal
from .people import (
    Exporter,
    Pair,
    People,
    befriend,
    new_exporter,
    new_importer,
    same_market,
    stranger,
)

WORTH_IT = 20_000
"""USD: the least usual order of a pair in a case."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How evasions are done.

    cut       share of the hidden price gap that is given back: lowest, highest
    careful   weight of the careful styles against the blatant one
    lag       days until money comes back
    tainted   share of a guilty pair's orders that are tainted
    orders    orders in a case
    known     share of cases among traders who also deal honestly with others
    pieces    payments that a refund is cut into, at most
    """

    noise: Noise
    cut: tuple[float, float]
    careful: float
    lag: tuple[float, float]
    tainted: float
    orders: tuple[int, int]
    known: float
    pieces: int


@dataclass(slots=True)
class Scene:
    """What a writer of cases works with."""

    book: Book
    people: People
    rng: np.random.Generator
    mix: Mix
    cases: int

    def styles(self, names: Sequence[str]) -> Iterator[str]:
        """A style for each case: every one at least once, then by weight; the first is blatant."""
        weights = np.array([1.0] + [self.mix.careful] * (len(names) - 1))
        more = self.rng.choice(
            names, size=max(0, self.cases - len(names)), p=weights / weights.sum()
        )
        yield from names
        yield from (str(name) for name in more)

    def lag(self) -> timedelta:
        """Days until money comes back."""
        return timedelta(round(uniform(self.rng, self.mix.lag)))

    def cut(self) -> float:
        """Share of the gap that is given back."""
        return uniform(self.rng, self.mix.cut)

    def some_good(self, *, but: Sequence[str] = (), only: Sequence[str] = ()) -> Good:
        """A covered good."""
        goods = [g for g in COVERED if g.product not in but and (not only or g.product in only)]
        return goods[int(self.rng.integers(len(goods)))]

    def pair(self, good: Good | None = None, exporter: Exporter | None = None) -> Pair:
        """An outside seller and an importer: known from the background, or new."""
        rng, people = self.rng, self.people
        if good is None:
            good = self.some_good()
        if exporter is None:
            exporter = self.seller(good)
        if rng.random() < self.mix.known:
            others = [i for i in people.importers
                      if i.begins == FIRST_DAY and not same_market(exporter, i)]  # fmt: skip
            importer = others[int(rng.integers(len(others)))]
        else:
            importer = new_importer(rng, stranger(people, "M"))
            while same_market(exporter, importer):
                importer = new_importer(rng, importer.name)
        made = befriend(rng, importer, exporter, good)
        # Nobody goes to such trouble over petty orders.
        return replace(made, kg=max(made.kg, WORTH_IT / good.market))

    def seller(self, good: Good) -> Exporter:
        """A seller from outside the zone, known or new."""
        known = [e for e in self.people.exporters
                 if good in e.goods and e.pricing == "market"]  # fmt: skip
        if known and self.rng.random() < self.mix.known:
            return known[int(self.rng.integers(len(known)))]
        return new_exporter(
            self.rng, stranger(self.people, "X"), zone=False, goods=(good,), pricing="market"
        )

    def count(self) -> int:
        """Orders in a case."""
        low, high = self.mix.orders
        return int(self.rng.integers(low, high + 1))

    def days(self, count: int, first: date = FIRST_DAY, last: date = LAST_DAY) -> list[date]:
        """Days of order, spread over part of the time between, in order."""
        room = max(2, (last - first).days - 75)
        span = max(1, int(room * uniform(self.rng, (0.35, 1.0))))
        start = int(self.rng.integers(0, room - span + 1))
        return [
            first + timedelta(start + int(d))
            for d in sorted(self.rng.integers(0, max(1, span), size=count))
        ]

    def deal(
        self, pair: Pair, day: date, *, kg: float | None = None, price: float | None = None
    ) -> Deal:
        """An honest order of the pair on that day, from outside, entered within the two years."""
        made = a_deal(
            self.book, self.people, self.rng, pair, day, self.mix.noise, kg=kg, price=price
        )
        if made.good.product and pair.exporter.pricing == "market":
            # Where the outside price has come up to the floor, there is nothing to evade.
            floor = self.book.law.floor(made.good.product, max(made.entered, FIRST_DAY))
            most = 0.93 * floor / (1 + float(made.good.base) / 100)
            made = replace(made, price=min(made.price, most))
        if kg is None and made.good.product:
            per = 1.0 if made.good.per == "product" else made.assay / 100
            made = replace(made, kg=max(made.kg, WORTH_IT * 0.3 / made.price / per))
        if made.entered < FIRST_DAY:
            made = self.moved(made, (FIRST_DAY - made.entered).days + 1)
        if made.entered > LAST_DAY:
            made = self.moved(made, (LAST_DAY - made.entered).days)
        return replace(made, bloc=False)

    def moved(self, deal: Deal, by: int) -> Deal:
        """The same order, some days later."""
        step = timedelta(by)
        return replace(
            deal,
            exported=deal.exported + step,
            entered=deal.entered + step,
            invoice_date=deal.invoice_date + step,
            issued=deal.issued + step,
            paid_on=None if deal.paid_on is None else deal.paid_on + step,
        )

    def at_floor(self, deal: Deal) -> tuple[Deal, float]:
        """The order invoiced at the floor or just above it, and what that adds to its true price.

        USD per kg of what the good is priced by.
        """
        floor = float(self.book.law.version(deal.good.product, deal.entered, deal.exported).floor)
        # General duty counts towards the floor: a price that much lower owes nothing.
        floor /= 1 + float(deal.good.base) / 100
        asked = floor * (1 + abs(float(self.rng.normal(0.006, 0.008))))
        return replace(deal, price=asked), max(0.0, asked - deal.price)

    def case_pays(
        self, day: date, payer: str, payee: str, usd: float, why: str, pieces: int = 1
    ) -> None:
        """Money back, in one sum or in several round-looking parts over some weeks."""
        for i in range(pieces):
            later = day + timedelta(i * int(self.rng.integers(4, 16)))
            self.book.pay_usd(later, payer, payee, usd / pieces, why)

    def unused(self, goods: Sequence[Good], places: Sequence[str]) -> tuple[Good, str]:
        """A good and a country of origin that nothing on the book joins yet, as far as any is left."""
        joined = {(line.deal.good.product, line.deal.origin) for line in self.book.lines}
        pairs = [(good, place) for good in goods for place in places]
        free = [(g, place) for g, place in pairs if (g.product, place) not in joined] or pairs
        return free[int(self.rng.integers(len(free)))]


def weight(deal: Deal, charged: Decimal) -> float:
    """Kilograms that the price of a deal is for."""
    return deal.kg if deal.good.per == "product" else float(charged)


def by_quarter(day: date) -> tuple[int, int]:
    """The quarter of a day."""
    return day.year, (day.month - 1) // 3


def end_of_quarter(quarter: tuple[int, int]) -> date:
    """The last day of a quarter."""
    year, q = quarter
    return date(year + (q + 1) // 4, 1 + 3 * ((q + 1) % 4), 1) - timedelta(1)
