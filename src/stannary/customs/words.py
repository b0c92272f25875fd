"""The sum of one line in sentences: every number of R1 to R7, in the order in which it was found.

Letters and the export for a court say the same words. Next: `letter`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..terms.dates import long
from ..terms.names import countries
from .assessed import CENTS, Checked, amounts
from .bound import OBLIGATION, Above, above
from .law_profiles import profile_of
from .line import Standing
from .reckoning import BEFORE_CARRIAGE, BEFORE_INSURANCE, Levied, Reckoned


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the sentences under it."""

    heading: str
    sentences: tuple[str, ...]


def usd(cents: int) -> str:
    """`-1,234.56 USD`."""
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{whole // 100:,}.{whole % 100:02d} USD"


def plain(value: Decimal) -> str:
    """Digits without an exponent, and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def kilograms(mass: Decimal) -> str:
    """`1,234.500 kg`."""
    return f"{mass:,.3f} kg"


def parts(line: Checked) -> tuple[Part, ...]:
    """The whole sum of an assessed line; of a credit or debit, the line with it and without it."""
    sum = line.now
    found = [Part("What is due", _due(line))]
    if line.before is not None:
        found.append(Part("The line before and after this correction", _change(line)))
    found += [
        Part("The goods", (*_goods(sum), *_masses(sum))),
        Part("The value", _value(sum)),
        Part("Duties", _duties(sum)),
        Part("Origin", _origin(sum)),
        Part("The floor", _floor(sum)),
    ]
    if line.before is None and sum.market is not None:
        found.append(Part("The security", _security(sum)))
    if sum.top_up:
        found.append(Part("The bound rate", _bound(above(sum))))
    return tuple(part for part in found if part.sentences)


TITLES: Mapping[str, str] = {
    "customs_value_cents": "customs value", "cif_cents": "CIF value",
    "base_duty_cents": "base duty", "extra_duty_cents": "extra duty", "floor_cents": "floor",
    "top_up_cents": "top-up", "security_cents": "security", "total_due_cents": "total due",
}  # fmt: skip
"""Amounts of the assessed file in words."""


def _due(line: Checked) -> tuple[str, ...]:
    owed = amounts(line)
    base, extra, top_up, total = (
        owed[f"{name}_cents"] or 0 for name in ("base_duty", "extra_duty", "top_up", "total_due")
    )
    said = [
        f"Base duty {usd(base)} + extra duty {usd(extra)} + top-up {usd(top_up)} = {usd(total)}"
        + (" due." if total >= 0 else ", which is paid back.")
    ]
    if owed["security_cents"]:
        said.append(
            f"Besides, a security of {usd(owed['security_cents'])} is asked. It is a deposit, no duty:"
            " it stays the importer's and is no revenue."
        )
    said.append(f"Reasons: {', '.join(line.row.reasons)}.")
    return tuple(said)


def _change(line: Checked) -> tuple[str, ...]:
    before, one = line.before, line.correction
    assert before is not None
    assert one is not None
    original = line.line
    said = [
        f"This {one.kind} of {long(one.day)} changes the price of entry {original.entry_number}, "
        f"line {original.line_number}, by {one.value:,f} {original.currency}"
        + (f" and its mass by {kilograms(one.mass)}" if one.mass else "")
        + f" ({one.reason}). The line is reckoned again under the law of its own day,"
        f" {long(original.entry_date)}; the difference is due.",
        _held_against(one.kind, one.reason),
    ]
    owed = amounts(line)
    now = {
        "customs_value_cents": (before.customs_value, line.now.customs_value),
        "cif_cents": (before.cif, line.now.cif),
        "base_duty_cents": (before.duty("base"), line.now.duty("base")),
        "extra_duty_cents": (before.duty("extra"), line.now.duty("extra")),
        "floor_cents": (before.shown_floor, line.now.shown_floor),
        "top_up_cents": (before.top_up, line.now.top_up),
        "total_due_cents": (before.due, line.now.due),
    }
    for name in CENTS:
        difference = owed[name]
        if name in now and difference is not None:
            old, new = now[name]
            said.append(
                f"{_capital(TITLES[name])}: {usd(new or 0)} - {usd(old or 0)} = {usd(difference)}."
            )
    said.append("What follows is the sum after the correction.")
    return tuple(said)


def _held_against(kind: str, reason: str) -> str:
    if kind == "debit":
        return "A debit raises the price held against the floor, and the customs value."
    if reason == "short_delivery":
        return "A short delivery lowers the price held against the floor, and the customs value."
    return (
        "A credit lowers the price held against the floor, so that a top-up rises by it; the customs"
        " value that was declared stays."
    )


def _goods(sum: Reckoned) -> tuple[str, ...]:
    line, law = sum.line, sum.law
    told = f"HS {line.hs_code}, priced for {line.element or 'no element'}"
    if law.coverage is None:
        return (f"{told}: no row of the coverage names them, so no floor and no duty is reckoned.",)
    row, assay = law.coverage, law.assay
    assert assay is not None  # a row was found by it
    said = f"{told}: the assay is {plain(line.assay)} % of the {line.assay_basis}"
    if row.assay_basis != line.assay_basis:
        said += f" x {_factor(law, row.assay_basis)} = {plain(assay)} % of the {row.assay_basis}"
    last = "up to" if row.assay_to == 100 else "below"
    said += (
        f"; from {plain(row.assay_from)} and {last} {plain(row.assay_to)} % the law calls the goods"
        f" {row.product}{_cited(row.clause)}."
    )
    return (said,)


def _masses(sum: Reckoned) -> tuple[str, ...]:
    line, law = sum.line, sum.law
    if law.coverage is None:
        return ()
    said = [f"Net mass {kilograms(sum.mass)}."]
    if line.moisture is not None:
        said.append(
            f"{kilograms(sum.mass)} x (100 - {plain(line.moisture)}) / 100 = {kilograms(sum.dry)} dry."
        )
    said.append(
        f"{kilograms(sum.dry)} x {plain(line.assay)} / 100 = {kilograms(sum.inside)} of the "
        f"{line.assay_basis} inside."
    )
    if law.floor is not None and sum.chargeable is not None:
        basis = law.floor.basis
        if basis == "product":
            how = "the goods, dry"
        elif basis == line.assay_basis:
            how = f"the {basis}"
        else:
            how = f"the {basis}: {kilograms(sum.inside)} x {_factor(law, basis)}"
        said.append(f"The floor counts {how} = {kilograms(sum.chargeable)} chargeable.")
    return tuple(said)


def _factor(law: Standing, to: str) -> str:
    assert law.factor is not None  # it was turned by it
    factor = law.factor
    value = factor.compound_to_element if to == "element" else factor.element_to_compound
    return f"{plain(value)} ({factor.element} in {factor.compound})"


def _value(sum: Reckoned) -> tuple[str, ...]:
    line, law = sum.line, sum.law
    money = f" {line.currency}"
    said = [
        f"Delivery term {line.incoterm}, price {sum.price:,f}{money}, freight {line.freight:,f}, "
        f"insurance {line.insurance:,f}."
    ]
    said.append(f"CIF: {_converted(sum, _added(sum), sum.cif_amount, sum.cif)}.")
    if line.currency != "USD":
        which = "export" if law.member.fx_date == "export" else "entry"
        said.append(
            f"One {line.currency} is {plain(law.rate)} USD on {long(law.fx_date)}, the day of {which}"
            f"{_cited(law.member.clause)}."
        )
    if line.fx_declared is not None and line.fx_declared != law.rate:
        said.append(
            f"The declared rate of {plain(line.fx_declared)} is not the official one of"
            f" {plain(law.rate)}; the official one holds."
        )
    said.append(
        f"Duty is levied on the {law.member.valuation} value ({_country(line.import_country)}): "
        f"{_converted(sum, _value_sum(sum), sum.value_amount, sum.customs_value)}."
    )
    profile = profile_of(line.import_country)
    if profile.value_unit == "dollar":
        said.append(
            f"On the member's own form it is to be declared as"
            f" {profile.declared(sum.customs_value) // 100:,} whole dollars ({profile.source})."
        )
    return tuple(said)


def _converted(sum: Reckoned, terms: str, amount: Decimal, cents: int) -> str:
    """`100.00 + 5.00 = 105.00 EUR x 1.1 = 115.50 USD`, without what would be said twice."""
    if sum.line.currency == "USD":
        return f"{terms} = {usd(cents)}"
    written = f"{amount:,f}"
    steps = written if terms == written else f"{terms} = {written}"
    return f"{steps} {sum.line.currency} x {plain(sum.law.rate)} = {usd(cents)}"


def _added(sum: Reckoned) -> str:
    line = sum.line
    if line.incoterm in BEFORE_CARRIAGE:
        return f"{sum.price:,f} + {line.freight:,f} + {line.insurance:,f}"
    if line.incoterm in BEFORE_INSURANCE:
        return f"{sum.price:,f} + {line.insurance:,f}"
    return f"{sum.price:,f}"


def _value_sum(sum: Reckoned) -> str:
    line, price = sum.line, sum.customs_price
    on_fob = sum.law.member.valuation == "FOB"
    if line.incoterm in BEFORE_CARRIAGE:
        return f"{price:,f}" if on_fob else f"{price:,f} + {line.freight:,f} + {line.insurance:,f}"
    if line.incoterm in BEFORE_INSURANCE:
        return f"{price:,f} - {line.freight:,f}" if on_fob else f"{price:,f} + {line.insurance:,f}"
    return f"{price:,f} - {line.freight:,f} - {line.insurance:,f}" if on_fob else f"{price:,f}"


def _duties(sum: Reckoned) -> tuple[str, ...]:
    if sum.law.coverage is None:
        return ()
    if not sum.levied:
        return ("No base and no extra duty stands for these goods from this origin.",)
    return tuple(_duty(one, sum) for one in sum.levied)


def _duty(one: Levied, sum: Reckoned) -> str:
    row = one.row
    counts = "it counts" if row.counts else "it does not count"
    if row.unit == "pct":
        how = f"{usd(int(one.base))} x {plain(row.rate)} %"
    else:
        how = f"{kilograms(one.base)} of the element x {plain(row.rate)} USD"
    if sum.law.rules.compared_on == "cif":
        counts = "the floor is held against the CIF value alone"
    return (
        f"{row.kind.capitalize()} duty on goods of {sum.line.origin_country}: {how} ="
        f" {usd(one.cents)}{_cited(row.clause)}; {counts}"
        + (" towards the floor." if "count" in counts else ".")
    )


def _origin(sum: Reckoned) -> tuple[str, ...]:
    line = sum.line
    if sum.law.coverage is None or line.preference != "bloc":
        return ()
    if sum.law.proven:
        lots = ", ".join(line.lots)
        return (f"Zone origin is claimed and proven by {lots}: no top-up is due.",)
    return (f"Zone origin is claimed and not proven: {'; '.join(sum.law.unproven)}.",)


def _floor(sum: Reckoned) -> tuple[str, ...]:
    line, law = sum.line, sum.law
    if law.coverage is None:
        return ()
    if law.floor is None:
        return (f"No floor stands for {law.coverage.product} on {long(line.entry_date)}.",)
    floor = law.floor
    said = [
        f"Version {floor.version}, since {long(floor.valid_from)}:"
        f" {plain(floor.floor_usd_per_kg)} USD per kg of the {floor.basis}{_cited(floor.clause)}."
    ]
    entered = law.entered_floor
    if entered is not None and entered.version != floor.version and line.export_date is not None:
        said.append(
            f"The goods left on {long(line.export_date)}, before {entered.version} began, and were"
            f" entered fewer than {entered.in_transit_days} days after it did: the version of the day"
            " of export holds."
        )
    if sum.outcome == "ZONE_ORIGIN":
        said.append("It is not held against goods of proven zone origin.")
        return tuple(said)
    assert sum.floor is not None
    assert sum.chargeable is not None
    said.append(
        f"{kilograms(sum.chargeable)} x {plain(floor.floor_usd_per_kg)} USD = {usd(sum.floor)}."
    )
    if sum.outcome == "SMALL_CONSIGNMENT":
        limit = plain(law.rules.small_consignment_usd)
        said.append(f"The CIF value is within {limit} USD: no top-up and no security is asked.")
        return tuple(said)
    counted = f" - {usd(sum.counted)} duty that counts" if law.rules.compared_on != "cif" else ""
    gap = sum.floor - sum.cif - sum.counted
    said.append(
        f"Floor {usd(sum.floor)} - CIF {usd(sum.cif)}{counted} = {usd(gap)}"
        + (", the top-up." if gap > 0 else ": at or above the floor, no top-up.")
    )
    return tuple(said)


def _security(sum: Reckoned) -> tuple[str, ...]:
    floor, rules = sum.law.floor, sum.law.rules
    assert floor is not None
    assert floor.market_usd_per_kg is not None
    assert sum.market is not None
    assert sum.trigger is not None
    assert sum.chargeable is not None
    said = [
        f"At the market price of {plain(floor.market_usd_per_kg)} USD per kg the goods come to"
        f" {usd(sum.market)}; x {plain(rules.security_trigger)} = {usd(sum.trigger)}."
    ]
    if sum.cif <= sum.trigger:
        return (*said, f"The CIF value of {usd(sum.cif)} is not above that: no security is asked.")
    duties = 0
    for one in sum.at_market:
        duties += one.cents
    high = duties + sum.top_up_at_market
    difference = high - sum.due
    said.append(
        f"The CIF value of {usd(sum.cif)} is above that. At the market price duties of {usd(duties)}"
        f" and a top-up of {usd(sum.top_up_at_market)} would be due: {usd(high)} - {usd(sum.due)}"
        f" = {usd(difference)}"
        + (", the security." if difference > 0 else ": nothing more, so no security is asked.")
    )
    return tuple(said)


def _bound(found: Above) -> tuple[str, ...]:
    if found.bound is None:
        return (f"Whether the top-up is above a bound rate is unknown: {found.why}.",)
    bound = found.bound
    assert found.most is not None
    assert found.room is not None
    rate = f"{plain(bound.value)} {'%' if bound.unit == 'percent' else bound.unit + ' contained'}"
    said = [
        f"{bound.importer} has bound line {bound.line} at {rate} ({bound.quality}: {bound.source}):"
        f" {usd(found.most)} on this line - {usd(found.statutory)} of base and extra duty leave"
        f" {usd(found.room)} of room."
    ]
    if not found.above:
        return (*said, "The top-up is within it.")
    cover = f"{found.cover} ({found.reference})" if found.reference else found.cover
    said.append(
        f"{usd(found.above)} of the top-up are above the bound rate and need an exception from"
        f" {OBLIGATION}; invoked by the member: {cover}. Our reading, not advice."
    )
    return tuple(said)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _cited(clause: str) -> str:
    return f" ({clause})" if clause else ""


def _country(code: str) -> str:
    return countries().get(code, code)
