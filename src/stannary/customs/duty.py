"""The amounts of a line, to the cent: R2 to R7 of the file contract, as an expression over lines.

The rule itself is `agreement.duty.due`, the same that the market applies; here it meets cents. Next:
`batch`, which runs it over files.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

import ibis
from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table

from ..agreement.duty import Terms, due
from .arithmetic import FINE, PRICE_TO_CENTS, positive, times

CENTS = (
    "customs_value_cents", "cif_cents", "base_duty_cents", "extra_duty_cents", "floor_cents",
    "top_up_cents", "security_cents", "total_due_cents",
)  # fmt: skip

ZERO = ibis.literal(0, "int64")
ONE = ibis.literal(1, "int64")
NONE = ibis.null("int64")


def masses(t: Table) -> Table:
    """Adds `dry` and `inside` (g, in the assay's own basis), R2."""
    moist = ibis.coalesce(t.moisture_pct, ZERO)
    dry = ibis.cases(
        (t.moisture_pct.isnull(), t.mass), else_=times(t.mass, FINE - moist, FINE)
    )  # fmt: skip
    t = t.mutate(dry=dry)
    return t.mutate(inside=times(t.dry, t.assay_pct, FINE))


def priced(t: Table) -> Table:
    """Adds cif_cents and customs_value_cents, R4: summed in the invoice's currency, then converted."""
    freight, insurance = ibis.coalesce(t.freight, ZERO), ibis.coalesce(t.insurance, ZERO)

    def cif(price: IntegerValue) -> IntegerValue:
        return ibis.cases(
            (t.early, price + freight + insurance), (t.carried, price + insurance), else_=price
        )

    fob = ibis.cases(
        (t.early, t.customs_price), (t.carried, t.customs_price - freight),
        else_=t.customs_price - freight - insurance,
    )  # fmt: skip
    t = t.mutate(
        cif_minor=cif(t.held_price),
        value_minor=ibis.cases((t.on_fob == 1, fob), else_=cif(t.customs_price)),
    )
    # In dollars the rate is 1 and nothing is rounded.
    dollars = t.currency == "USD"
    return t.mutate(
        cif_cents=ibis.cases((dollars, t.cif_minor), else_=times(t.cif_minor, t.rate, FINE)),
        customs_value_cents=ibis.cases(
            (dollars, t.value_minor), else_=times(positive(t.value_minor), t.rate, FINE)
        ),
    )


def owed(t: Table) -> Table:
    """Adds what every line owes and why, from its goods, prices and law.

    Needs the columns of `classify.standing`, and `mass` (g), `held_price` (what the floor is held
    against), `customs_price` (what ad valorem duty is levied on), both in 1/100 of the currency.
    """
    t = priced(masses(t))
    t = t.mutate(
        in_element=_in(t, "element", t.to_element),
        in_compound=_in(t, "compound", t.to_compound),
    )
    t = t.mutate(
        chargeable=ibis.cases(
            (t.version.isnull(), NONE),
            (t.basis == "product", t.dry),
            (t.basis == "element", t.in_element),
            else_=t.in_compound,
        )
    )
    covered = t["product"].notnull()
    base, base_counted = _duty(t, "base", t.customs_value_cents)
    extra, extra_counted = _duty(t, "extra", t.customs_value_cents)
    t = t.mutate(
        base_duty_cents=ibis.cases((covered, base), else_=ZERO),
        extra_duty_cents=ibis.cases((covered, extra), else_=ZERO),
        counted=ibis.cases((covered, base_counted + extra_counted), else_=ZERO),
    )
    has_floor = covered & t.version.notnull()
    small = (t.limit_cents > 0) & (t.cif_cents <= t.limit_cents)
    t = t.mutate(
        gap_cents=ibis.cases((has_floor, times(t.chargeable, t.floor, PRICE_TO_CENTS)), else_=NONE),
        outcome=ibis.cases(
            (~covered, "NOT_COVERED"), (t.version.isnull(), "NO_FLOOR_THAT_DAY"),
            (t.proven, "ZONE_ORIGIN"), (small, "SMALL_CONSIGNMENT"), else_="HELD",
        ),
    )  # fmt: skip
    held = t.outcome == "HELD"
    top_up = ibis.cases(
        (held, _top_up(t.gap_cents, t.cif_cents, t.counted, t.duty_paid)), else_=ZERO
    )
    t = t.mutate(
        top_up_cents=top_up,
        floor_cents=ibis.cases((t.outcome == "ZONE_ORIGIN", NONE), else_=t.gap_cents),
    )
    t = t.mutate(total_due_cents=t.base_duty_cents + t.extra_duty_cents + t.top_up_cents)
    t = _secured(t, t.outcome == "HELD")
    return t.mutate(reason_codes=_reasons(t))


def unpayable(t: Table) -> BooleanValue:
    """Lines with an amount that 64 bits cannot hold."""
    missing = t.cif_cents.isnull() | t.customs_value_cents.isnull() | t.total_due_cents.isnull()
    return missing | (t.outcome.isin(["HELD", "SMALL_CONSIGNMENT"]) & t.gap_cents.isnull())


def _in(t: Table, basis: str, factor: IntegerValue) -> IntegerValue:
    """Mass of the element or the compound inside (g), R3."""
    return ibis.cases((t.assay_basis == basis, t.inside), else_=times(t.inside, factor, FINE))


def _duty(t: Table, kind: str, value: IntegerValue) -> tuple[IntegerValue, IntegerValue]:
    """A duty of this kind on goods of this value, and the part that counts towards the floor, R5."""
    total = counted = ZERO
    for part, unit in (("pct", FINE), ("kg", PRICE_TO_CENTS)):
        rate = t[f"{kind}_{part}"]
        base = value if part == "pct" else t.in_element
        cents = ibis.cases((rate > 0, times(base, rate, unit)), else_=ZERO)
        total += cents
        counted += ibis.cases((t[f"{kind}_{part}_counts"] == 1, cents), else_=ZERO)
    return total, counted


def _top_up(
    floor: IntegerValue, cif: IntegerValue, counted: IntegerValue, duty_paid: IntegerValue
) -> IntegerValue:
    """R6, by the one duty: duties that count are already whole cents here, so they come as such."""
    terms = Terms(
        counted=ZERO, uncounted=ZERO, specific=counted, on_fob=ZERO, floor=floor,
        duty_paid=duty_paid, liable=ONE,
    )  # fmt: skip
    return due(cif, cif, terms, one=ONE, maximum=ibis.greatest).top_up


def _secured(t: Table, held: BooleanValue) -> Table:
    """Adds security_cents, R7: due at the market price, less what is, where far more was declared."""
    market = ibis.cases(
        (held & t.market.notnull(), times(t.chargeable, t.market, PRICE_TO_CENTS)), else_=NONE
    )  # fmt: skip
    t = t.mutate(market_cents=market)
    t = t.mutate(high=ibis.coalesce(t.cif_cents > times(t.market_cents, t.trigger, FINE), False))
    base, base_counted = _duty(t, "base", t.market_cents)
    extra, extra_counted = _duty(t, "extra", t.market_cents)
    top_up = _top_up(t.gap_cents, t.market_cents, base_counted + extra_counted, t.duty_paid)
    more = positive(base + extra + top_up - t.total_due_cents)
    return t.mutate(security_cents=ibis.cases((t.high, more), else_=ZERO))


def _reasons(t: Table) -> StringValue:
    """Reason codes, sorted, `;` between."""
    outcome = ibis.cases(
        (t.outcome != "HELD", t.outcome), (t.top_up_cents > 0, "TOP_UP"),
        else_="AT_OR_ABOVE_FLOOR",
    )  # fmt: skip
    unproven = (t.preference == "bloc") & ~t.proven & t.outcome.isin(["HELD", "SMALL_CONSIGNMENT"])
    differs = t.fx_rate_declared.notnull() & (t.fx_rate_declared != t.rate)
    secured = t.security_cents > 0
    early = t.outcome.isin(["NOT_COVERED", "NO_FLOOR_THAT_DAY"])
    level = outcome == "AT_OR_ABOVE_FLOOR"

    def code(holds: BooleanValue, text: StringValue | str) -> StringValue:
        return ibis.cases((holds, text), else_="")

    several = (
        code(level, "AT_OR_ABOVE_FLOOR;")
        + code(differs, "FX_DECLARED_DIFFERS;")
        + code(early, outcome + ";")
        + code(unproven, "ORIGIN_NOT_PROVEN;")
        + code(secured, "SECURITY;")
        + code(~level & ~early, outcome + ";")
    )
    several = several.left(several.length() - 1)
    return ibis.cases((~unproven & ~differs & ~secured, outcome), else_=several)
