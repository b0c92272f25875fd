"""Evasions where money comes back: refunds, exchange differences, damage, top-ups made good.

Modelled on the Trigger Price Mechanism (Mitsui: invoices at the trigger price and refunds of over
$1.3m in 1978-81; rebates called exchange differences, worked out after entry; damage claimed on
sound nails, $22,676 of them), the television sets of 1968-75 (double invoices), and the benefits to
customers that ended the solar undertakings. Reimbursed duty is old too: customs law therefore takes
it off the price.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from .book import Line, uniform
from .clean import SURVEY
from .people import stranger
from .series import Scene, by_quarter, end_of_quarter, weight

VAGUE = ("marketing support", "consulting services", "technical assistance", "market development")


def over_invoice_refund(scene: Scene) -> None:
    """Invoiced at the floor, the difference given back by another way."""
    book, rng, mix = scene.book, scene.rng, scene.mix
    for style in scene.styles(("per_invoice", "quarterly", "affiliate", "pieces")):
        case = book.planted("over_invoice_refund", style)
        pair = scene.pair()
        cut, why = scene.cut(), str(rng.choice(VAGUE))
        payer = stranger(scene.people, "X") if style == "affiliate" else pair.exporter.name
        sums: dict[tuple[int, int], float] = defaultdict(float)
        for day in scene.days(scene.count() + 2):
            deal = scene.deal(pair, day)
            if rng.random() > mix.tainted:
                book.enter(deal)
                continue
            inflated, gap = scene.at_floor(deal)
            line = book.enter(inflated, case)
            back = gap * cut * weight(deal, line.weighed.charged)
            book.hide(line, back)
            when = inflated.entered + scene.lag()
            buyer = pair.importer.name
            if style == "per_invoice":
                book.pay(
                    line,
                    when,
                    payer,
                    buyer,
                    back / float(line.rate),
                    str(rng.choice(["refund", "price correction", "credit note"])),
                )
            elif style == "pieces":
                scene.case_pays(when, payer, buyer, back, why, int(rng.integers(2, mix.pieces + 1)))
            else:
                sums[by_quarter(when)] += back
        for quarter, usd in sums.items():
            paid = end_of_quarter(quarter) + timedelta(int(rng.integers(3, 25)))
            scene.case_pays(paid, payer, pair.importer.name, usd, why)  # fmt: skip


def fx_rebate(scene: Scene) -> None:
    """A rebate called an exchange difference: always the buyer's way, more than rates moved."""
    book, rng, mix = scene.book, scene.rng, scene.mix
    for style in scene.styles(("credits", "payments", "in_dollars", "small")):
        case = book.planted("fx_rebate", style)
        pair = scene.pair()
        money = "USD" if style == "in_dollars" else str(rng.choice(["EUR", "JPY", "CNY", "GBP"]))
        pair = replace(pair, exporter=replace(pair.exporter, money=money))
        small = uniform(rng, (0.035, 0.08))
        cut = scene.cut()
        sums: dict[tuple[int, int], float] = defaultdict(float)
        for day in scene.days(scene.count() + 2):
            deal = scene.deal(pair, day)
            if rng.random() > mix.tainted:
                book.enter(deal)
                continue
            inflated, gap = scene.at_floor(deal)
            line = book.enter(inflated, case)
            back = gap * cut * weight(deal, line.weighed.charged)
            if style == "small":
                back = min(back, line.usd * small * uniform(rng, (0.8, 1.2)))
            book.hide(line, back)
            when, amount = inflated.entered + scene.lag(), back / float(line.rate)
            if style == "in_dollars":
                sums[by_quarter(when)] += back
                continue
            if style != "payments":
                book.correct(line, when, -amount, "fx_difference")
            if style != "small" or rng.random() < 0.5:
                book.pay(
                    line,
                    when + timedelta(int(rng.integers(1, 12))),
                    pair.exporter.name,
                    pair.importer.name,
                    amount,
                    "exchange difference",
                )
        for quarter, usd in sums.items():
            paid = end_of_quarter(quarter) + timedelta(int(rng.integers(3, 20)))
            scene.case_pays(paid, pair.exporter.name, pair.importer.name, usd,
                            "exchange rate settlement of the quarter")  # fmt: skip


def false_damage(scene: Scene) -> None:
    """Claims on sound goods: too many, too alike, or landing just on the outside price."""
    book, rng = scene.book, scene.rng
    for style in scene.styles(("same_share", "to_market", "with_papers", "short", "many_buyers")):
        case = book.planted("false_damage", style)
        good = scene.some_good()
        seller = scene.seller(good)
        buyers = int(rng.integers(2, 5)) if style == "many_buyers" else 1
        share, cut = uniform(rng, (0.16, 0.34)), scene.cut()
        often = {"many_buyers": 0.45, "with_papers": 0.65}.get(style, 0.85)
        for _ in range(buyers):
            pair = scene.pair(good, seller)
            for day in scene.days(max(4, round((scene.count() + 2) / buyers**0.5))):
                inflated, gap = scene.at_floor(scene.deal(pair, day))
                if rng.random() > often:
                    book.enter(inflated)
                    continue
                line = book.enter(inflated, case)
                to_market = gap / inflated.price * cut
                part = {"same_share": share, "short": share * 0.55}.get(style, to_market)
                _false_claim(scene, line, style, part)


def _false_claim(scene: Scene, line: Line, style: str, part: float) -> None:
    book, rng, deal = scene.book, scene.rng, line.deal
    reason = {"short": "short_delivery", "with_papers": str(rng.choice(["damage", "quality"]))}.get(
        style, str(rng.choice(["damage", "damage", "quality"]))
    )
    when = deal.entered + scene.lag()
    less = float(line.weighed.net) * part
    value = book.correct(
        line, when, -float(line.value) * part, reason, -less if reason == "short_delivery" else 0.0
    )
    if reason == "short_delivery":
        # The floor on what was said to be missing is lost with it.
        line.stake += round(part * float(line.cif + line.owed))
    else:
        book.hide(line, -float(value * line.rate))
    words = f"{reason.replace('_', ' ')} claim"
    if style == "with_papers" or rng.random() < 0.15:
        words += f", {SURVEY} {int(rng.integers(10000, 99999))}"
    book.pay(line, when + timedelta(int(rng.integers(2, 20))), deal.exporter.name,
             deal.importer.name, -value, words)  # fmt: skip


def reimbursement(scene: Scene) -> None:
    """The exporter makes good the top-up that the importer paid."""
    book, rng, mix = scene.book, scene.rng, scene.mix
    for style in scene.styles(("exact", "monthly", "affiliate", "part")):
        case = book.planted("reimbursement", style)
        pair = scene.pair()
        payer = stranger(scene.people, "X") if style == "affiliate" else pair.exporter.name
        share = {"exact": 1.0, "part": uniform(rng, (0.5, 0.8))}.get(style, scene.cut())
        why, buyer = str(rng.choice(VAGUE)), pair.importer.name
        sums: dict[tuple[int, int], float] = defaultdict(float)
        # One sum a month makes good the whole month, or nothing of it.
        spared = rng.random(12 * 3) > mix.tainted
        for day in scene.days(scene.count() + 2):
            deal = scene.deal(pair, day)
            month = (deal.entered.year - 2027) * 12 + deal.entered.month - 1
            single = style in ("exact", "part")
            if rng.random() > mix.tainted if single else spared[month]:
                book.enter(deal)
                continue
            line = book.enter(deal, case)
            back = line.owed / 100 * share
            book.hide(line, back)
            when = deal.entered + scene.lag()
            if style == "exact":
                book.pay_usd(when, payer, buyer, back, "duty compensation")
            elif style == "part":
                amount = back * uniform(rng, (0.97, 1.03)) / float(line.rate)
                book.pay(line, when, payer, buyer, amount, why, named=rng.random() < 0.4)
            else:
                sums[deal.entered.year, deal.entered.month] += back
        for (year, month), usd in sums.items():
            paid = date(year, month, 1) + timedelta(31 + int(rng.integers(3, 25)))
            scene.case_pays(paid, payer, buyer, usd, why)  # fmt: skip
