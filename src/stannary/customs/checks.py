"""What sets a line aside: the checks of the file contract, in its order; the first that fails wins.

A check is an expression over many lines. Credits and debits pass those of their shape here and their
own in `adjust`. Next: `duty`.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

from collections.abc import Iterator
from typing import NamedTuple

import ibis
from ibis.expr.types import BooleanValue, IntegerValue, Table

from .arithmetic import FINE, quotient
from .columns import ELEMENTS, ENTRIES, INCOTERMS
from .duty import unpayable
from .law import Law
from .lookup import Lookup

WHOLE = ("JPY", "KRW")
"""Currencies without minor units."""


class Check(NamedTuple):
    """One way for a line to fail: the reason, the column that is looked at, what is allowed there.

    fails  true where it does; false or null where not
    """

    reason: str
    column: str
    allowed: str
    fails: BooleanValue


def is_entry(t: Table) -> BooleanValue:
    """Whether a line is of goods, not a credit or debit."""
    return t.line_type == "entry"


def checks(t: Table, lookup: Lookup, law: Law) -> list[Check]:
    """Every check of a line, in order. `t` has the columns of `classify.standing` and `duty.owed`."""
    entry = is_entry(t)
    found = [*_shape(t, lookup)]
    found += [c._replace(fails=entry & c.fails) for c in _goods(t, lookup, law)]
    return found


def given(t: Table, column: str) -> BooleanValue:
    """Whether something is written in the column."""
    name = f"given_{column}"
    return t[name] if name in t.columns else t[column].notnull()


def _has(t: Table, fault: str, column: str) -> BooleanValue | None:
    name = f"{fault}_{column}"
    return t[name] if name in t.columns else None


def _shape(t: Table, lookup: Lookup) -> Iterator[Check]:
    for column in ENTRIES:
        name, words = column.name, " ".join(column.allowed)
        if column.allowed:
            yield Check("NOT_ALLOWED", name, words, given(t, name) & ~t[name].isin(column.allowed))
        elif column.kind == "flag":
            yield Check("NOT_ALLOWED", name, "true false", given(t, name) & t[name].isnull())
    for name, required in _required(t, lookup):
        yield Check("MISSING_FIELD", name, "a value", required & ~given(t, name))
    for column in ENTRIES:
        if column.kind not in ("integer", "number", "money"):
            continue
        name = column.name
        places = "a whole number" if not column.places else f"at most {column.places} places"
        precise = _has(t, "fine", name)
        if column.kind == "money":
            parts = t.currency.isin(WHOLE) & (t[name] % 100 != 0)
            precise = parts if precise is None else precise | ibis.coalesce(parts, False)
            places = "at most 2 places; JPY and KRW whole"
        faults = (
            ("NOT_A_NUMBER", "digits, with a point", _has(t, "nan", name)),
            ("TOO_PRECISE", places, precise),
            ("OUT_OF_RANGE", "1 or more" if not column.places else "below 10^12",
             _has(t, "large", name)),
        )  # fmt: skip
        for reason, allowed, fails in faults:
            if fails is not None:
                yield Check(reason, name, allowed, fails)
    for name in ("entry_date", "export_date", "invoice_date"):
        fails = _has(t, "bad", name)
        if name == "export_date":
            late = t.export_date > t.entry_date
            fails = late if fails is None else fails | ibis.coalesce(late, False)
        if fails is not None:
            allowed = "YYYY-MM-DD, not after entry_date" if name == "export_date" else "YYYY-MM-DD"
            yield Check("DATE_IMPOSSIBLE", name, allowed, fails)


_CORRECTIONS = (
    "ref_entry_number", "ref_line_number", "entry_date", "item_value", "currency", "adjust_reason",
)  # fmt: skip


def _required(t: Table, lookup: Lookup) -> Iterator[tuple[str, BooleanValue]]:
    entry, correction = is_entry(t), t.line_type.isin(["credit", "debit"])
    named = t.hs_formed & (t.named | t.hs6.isin(lookup.headings))
    conditional = {
        "export_date": entry & (t.fx_on_export == 1),
        "element": entry & named,
        "assay_pct": entry & named & t.named,
        "assay_basis": entry & named & t.named,
    }
    for column in ENTRIES:
        name = column.name
        if name in ("entry_number", "line_number", "line_type"):
            yield name, ibis.literal(True)
        elif name in conditional:
            yield name, conditional[name]
        elif name in _CORRECTIONS:
            yield name, (entry | correction) if column.required else correction
        elif column.required:
            yield name, entry


def _goods(t: Table, lookup: Lookup, law: Law) -> Iterator[Check]:
    yield Check("NOT_A_MEMBER", "import_country", "a member that day", t.on_fob.isnull())
    for name in ("origin", "export"):
        unknown = t[f"{name}_known"].isnull()
        yield Check("UNKNOWN_COUNTRY", f"{name}_country", "ISO 3166 alpha-3", unknown)
    yield Check("HS_MALFORMED", "hs_code", "6, 8 or 10 digits", ~t.hs_formed)
    first = law.agreement_from
    yield Check("BEFORE_AGREEMENT", "entry_date", f"from {first} on", t.entry_date < first)
    for name in ("net_mass_kg", "contained_kg"):
        yield Check("NEGATIVE_MASS", name, "above 0", t[name] < 0)
    yield Check("ZERO_MASS", "net_mass_kg", "above 0", t.net_mass_kg == 0)
    for name in ("item_value", "freight", "insurance", "fx_rate_declared"):
        yield Check("NEGATIVE_VALUE", name, "0 or more", t[name] < 0)
    known = "USD, or a currency of the rates given"
    yield Check("UNKNOWN_CURRENCY", "currency", known, ~t.currency.isin(lookup.currencies))
    terms = " ".join(INCOTERMS)
    yield Check("DDP_NEEDS_BREAKDOWN", "incoterm", terms, t.incoterm == "DDP")
    yield Check("UNKNOWN_INCOTERM", "incoterm", terms, ~t.incoterm.isin(INCOTERMS))
    fob = t.on_fob == 1
    why = "the charge, which this term and the member's valuation ask for"
    yield Check("CHARGES_MISSING", "freight", why, (t.early | fob) & t.freight.isnull())
    insured = t.early | t.carried | fob
    yield Check("CHARGES_MISSING", "insurance", why, insured & t.insurance.isnull())
    yield Check("NO_RATE_THAT_DAY", "currency", "a currency with a rate that day", t.rate.isnull())
    pure = "0 to 100, in the basis of coverage too"
    assay = ibis.coalesce(_no_percentage(t.assay_pct), False) | ibis.coalesce(t.too_much, False)
    yield Check("ASSAY_OUT_OF_RANGE", "assay_pct", pure, assay)
    for name in ("moisture_pct", "recycled_pct"):
        yield Check("PERCENT_OUT_OF_RANGE", name, "0 to 100", _no_percentage(t[name]))
    element = given(t, "element") & ~t.element.isin(ELEMENTS)
    yield Check("UNKNOWN_ELEMENT", "element", " ".join(ELEMENTS), element)
    yield Check("UNKNOWN_BASIS", "assay_basis", "element compound", _basis_unknown(t, lookup))
    yield Check("STAGE_UNDECIDED", "assay_pct", "an assay in a range of coverage", t.undecided)
    above = t.value_minor < 0
    yield Check("CHARGES_EXCEED_VALUE", "freight", "no more than the value", above)
    differs = t.assay_pct.notnull() & _content_differs(t)
    yield Check("CONTAINED_MISMATCH", "contained_kg", "what mass and assay give", differs)
    large = t.cif_cents.isnull() | t.customs_value_cents.isnull()
    most = "an amount that 64 bits hold"
    yield Check("OUT_OF_RANGE", "item_value", most, large)
    yield Check("OUT_OF_RANGE", "net_mass_kg", most, unpayable(t))


def _basis_unknown(t: Table, lookup: Lookup) -> BooleanValue:
    no_factor = ~t.element.isin(lookup.elements)
    ranges: BooleanValue = ibis.literal(False)
    for n in range(lookup.ranges):
        ranges = ranges | ibis.coalesce(t[f"of_element_{n}"] == 0, False)
    compound = (t.assay_basis == "compound") | ranges
    strange = given(t, "assay_basis") & ~t.assay_basis.isin(["element", "compound"])
    return strange | ibis.coalesce(t.named & compound & no_factor, False)


def _no_percentage(value: IntegerValue) -> BooleanValue:
    return (value < 0) | (value > 100 * 10**4)


def _content_differs(t: Table) -> BooleanValue:
    """|declared - worked out| > tolerance x worked out, in whole grams, without rounding."""
    whole, rest = quotient(t.inside, FINE), t.inside % FINE
    allowed = whole * t.tolerance + quotient(rest * t.tolerance, FINE)
    gap = ibis.cases(
        (t.contained_kg > t.inside, t.contained_kg - t.inside), else_=t.inside - t.contained_kg
    )
    return gap > allowed
