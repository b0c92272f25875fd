"""Which law stands for each line: its product, floor, duties, exchange rate and proof of origin.

Every line meets the law by equal keys (`lookup`), so that no line is lost or doubled. Next: `checks`.
"""

# Ibis and PyArrow type columns as they are made; a checker that only reads the code cannot follow.
# pyright: reportOperatorIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportReturnType=false, reportAssignmentType=false
# pyright: reportGeneralTypeIssues=false, reportIndexIssue=false, reportOptionalMemberAccess=false

from collections.abc import Mapping

import ibis
import pyarrow as pa
from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table, Value

from .arithmetic import FINE, times
from .entries import Written
from .law_rows import ANY
from .line import Lots
from .lookup import DUTIES, Lookup

HS_CODE = r"^([0-9]{6}|[0-9]{8}|[0-9]{10})$"

EARLY = ("EXW", "FCA", "FAS", "FOB")
"""Terms whose price holds no carriage: E and F."""

CARRIED = ("CFR", "CPT")
"""Terms whose price holds the freight and no insurance."""


def lines(raw: Table, cells: Mapping[str, Written]) -> Table:
    """Lines with typed columns by the contract's names, what is wrong with each, and its heading.

    given_*  whether something is written, where a cell that cannot be read is null
    nan_*, fine_*, large_*, bad_*  its faults, where its type allows of them
    """
    columns: dict[str, Value] = {"row_number": raw.row_number}
    for name, cell in cells.items():
        columns[name] = cell.value
        if cell.unread:
            columns[f"given_{name}"] = cell.given
        faults = {
            "nan": cell.not_a_number, "fine": cell.too_precise, "large": cell.out_of_range,
            "bad": cell.malformed,
        }  # fmt: skip
        columns |= {f"{k}_{name}": v for k, v in faults.items() if v is not None}
    t = raw.select(**columns)
    return t.mutate(
        mass=t.net_mass_kg, held_price=t.item_value, customs_price=t.item_value,
        hs6=t.hs_code.left(6), hs_formed=t.hs_code.re_search(HS_CODE),
        early=t.incoterm.isin(EARLY), carried=t.incoterm.isin(CARRIED),
    )  # fmt: skip


def texts(raw: Table, cells: Mapping[str, Written]) -> Table:
    """What is written in every cell, for those who are told what is wrong with a line."""
    return raw.select("row_number", **{f"text_{name}": cell.text for name, cell in cells.items()})


def standing(t: Table, law: Lookup, lots: Table | None) -> Table:
    """Joins every line with the law that stands for it; what has no row there stays null.

    lots  lot_id, product, date of every lot that proves anything; None: nothing is proven
    """
    # A line without a day fails for it; what else is missing is asked by the law as it will stand.
    last = ibis.literal(law.last)
    t = t.mutate(entry_day=ibis.coalesce(_within(t.entry_date, law), last))
    t = _left(t, law.days.rename(entry_day="day", at="period", entry_fx="fx_period"), ["entry_day"])
    t = _left(t, law.members.rename(at="period"), ["import_country", "at"])
    for name in ("origin", "export"):
        known = law.countries.rename({f"{name}_country": "country", f"{name}_known": "known"})
        t = _left(t, known, [f"{name}_country"])
    t = t.mutate(fx_date=ibis.cases((t.fx_on_export == 1, t.export_date), else_=t.entry_date))
    day_of_rate = law.days.select(fx_day="day", fx_period="fx_period")
    t = _left(t.mutate(fx_day=_within(t.fx_date, law)), day_of_rate, ["fx_day"])
    t = _left(t, law.fx, ["currency", "fx_period"])
    one = ibis.literal(FINE, "int64")
    t = t.mutate(rate=ibis.cases((t.currency == "USD", one), else_=t.rate))
    t = _left(t, law.coverage.rename(at="period"), ["hs6", "element", "at"])
    t = _classified(t, law)
    t = _floors(t, law)
    t = t.mutate(
        duty_importer=_own(t.import_country, law.own_duties),
        duty_origin=_own(t.origin_country, law.own_origins),
    )
    t = _left(t, law.duties.rename(at="period"), ["product", "duty_importer", "duty_origin", "at"])
    names = [name for rate in DUTIES for name in (rate, f"{rate}_counts")]
    t = t.mutate(**{name: ibis.coalesce(t[name], ibis.literal(0, "int64")) for name in names})
    return _proven(t, law, lots)


def _left(t: Table, table: Table, keys: list[str]) -> Table:
    found = t.left_join(table, keys)
    return found.drop(*[name for name in found.columns if name.endswith("_right")])


def _within(day: Value, law: Lookup) -> Value:
    """A day, or the nearest of the law's: nothing changes before its first or after its last."""
    first, last = ibis.literal(law.first), ibis.literal(law.last)
    return ibis.cases((day < first, first), (day > last, last), else_=day)


def _own(country: StringValue, named: tuple[str, ...]) -> StringValue:
    if not named:
        return ibis.literal(ANY)
    return ibis.cases((country.isin(named), country), else_=ANY)


def _classified(t: Table, law: Lookup) -> Table:
    """Adds the product by assay, R1, and `undecided` where coverage names heading and element only."""
    t = t.mutate(
        assay_element=_turned(t, "element", t.to_element),
        assay_compound=_turned(t, "compound", t.to_compound),
    )
    product: StringValue = ibis.null("string")
    several: BooleanValue = ibis.literal(False)
    turned: list[tuple[BooleanValue, IntegerValue]] = []
    for n in range(law.ranges):
        assay = ibis.cases((t[f"of_element_{n}"] == 1, t.assay_element), else_=t.assay_compound)
        inside = (assay >= t[f"from_{n}"]) & (assay < t[f"to_{n}"])
        named = t[f"prefix_{n}"].isnull() | t.hs_code.startswith(t[f"prefix_{n}"])
        hit = t[f"product_{n}"].notnull() & inside & named
        hit = ibis.coalesce(hit, False)
        if n:
            several = several | (hit & product.notnull() & (product != t[f"product_{n}"]))
        product = ibis.cases((product.isnull() & hit, t[f"product_{n}"]), else_=product)
        turned.append((t[f"product_{n}"].notnull(), assay))
    # Too much in every basis of coverage that the assay can be turned to.
    too_much: BooleanValue = ibis.literal(True)
    any_turned: BooleanValue = ibis.literal(False)
    for there, assay in turned:
        known = there & assay.notnull()
        too_much = too_much & (~known | ibis.coalesce(assay > 100 * 10**4, False))
        any_turned = any_turned | known
    named = t.product_0.notnull()
    return t.mutate(
        product=ibis.cases((several, ibis.null("string")), else_=product),
        named=named, too_much=too_much & any_turned,
        undecided=named & (several | product.isnull()),
    )  # fmt: skip


def _turned(t: Table, basis: str, factor: IntegerValue) -> IntegerValue:
    known = t.assay_basis.isin(["element", "compound"]) & t.assay_pct.between(0, 10**12)
    other = ibis.cases((known, times(t.assay_pct, factor, FINE)), else_=ibis.null("int64"))
    return ibis.cases((t.assay_basis == basis, t.assay_pct), else_=other)


FLOOR = ("version", "clause", "floor", "basis", "market", "began", "transit")


def _floors(t: Table, law: Lookup) -> Table:
    """Adds the version that holds: of the day of entry, or of export for goods then in transit."""
    t = t.mutate(floor_member=_own(t.import_country, law.own_floors))
    t = _left(t, law.floors.rename(at="period"), ["product", "floor_member", "at"])
    if not law.transit:
        return t
    day = law.days.select(export_day="day", export_at="period")
    t = _left(t.mutate(export_day=_within(t.export_date, law)), day, ["export_day"])
    old = law.floors.rename(export_at="period", **{f"old_{name}": name for name in FLOOR})
    t = _left(t, old, ["product", "floor_member", "export_at"])
    waited = t.entry_date.delta(t.began, unit="day")
    moved = ibis.coalesce((t.export_date < t.began) & (waited < t.transit), False)
    return t.mutate(
        **{name: ibis.cases((moved, t[f"old_{name}"]), else_=t[name]) for name in FLOOR}
    )


def _proven(t: Table, law: Lookup, lots: Table | None) -> Table:
    """Adds whether zone origin is proven: preference, a member's origin, and every lot known."""
    if lots is None:
        return t.mutate(proven=ibis.literal(False))
    origins = law.members.select(origin_country="import_country", at="period").distinct()
    t = _left(t, origins.mutate(origin_inside=True), ["origin_country", "at"])
    claimed = (t.preference == "bloc") & t.lot_ids.notnull() & ibis.coalesce(t.origin_inside, False)
    claims = t.filter(claimed).select("row_number", "product", "entry_date", "lot_ids")
    # Spark splits at a pattern, in which | stands for "or".
    lot_ids = claims.lot_ids.replace("|", "\x1f").split("\x1f")
    pieces = claims.mutate(lot_id=lot_ids.unnest()).drop("lot_ids")
    certified = lots.select("lot_id", lot_product="product", lot_date="date")
    held = _left(pieces, certified, ["lot_id"])
    good = ibis.coalesce(
        (held.lot_product == held["product"]) & (held.lot_date <= held.entry_date), False
    )
    proof = held.group_by("row_number").agg(lots_good=good.all())
    t = _left(t, proof, ["row_number"])
    return t.mutate(proven=claimed & ibis.coalesce(t.lots_good, False))


def lots_table(proving: Lots) -> Table:
    """The lots that prove something (`proofs.proving`), to join with."""
    held = [(lot, product, day) for lot, (product, day) in sorted(proving.items())]
    lots, products, days = zip(*held, strict=True) if held else ((), (), ())
    return ibis.memtable(
        pa.table({
            "lot_id": pa.array(lots, pa.string()), "product": pa.array(products, pa.string()),
            "date": pa.array(days, pa.date32()),
        })
    )  # fmt: skip
