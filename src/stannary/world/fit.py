"""Cells of one row that must suit each other: unit and kind, span, form and parameters of a curve.

`source` calls `fits` on every record that has such cells; a cell by itself is read by `columns`.
"""

from dataclasses import replace
from math import inf
from pathlib import Path

from ..terms.errors import BadTable, Place
from .annex import Shifter
from .atlas import Curve, Measure, OriginRule, Plant

UNITS_OF_KIND = {
    "import_duty": ("ad_valorem", "usd_per_t"),
    "extra_duty": ("ad_valorem", "usd_per_t"),
    "export_tax": ("ad_valorem", "usd_per_t"),
    "export_quota": ("t_per_year",),
    "export_licence": ("t_per_year",),
    "import_quota": ("t_per_year",),
    "tariff_rate_quota": ("t_per_year",),
    "ban": ("t_per_year",),
    "public_purchase": ("usd_per_t",),
}
LIMITS = ("export_quota", "export_licence", "import_quota", "tariff_rate_quota")
"""Kinds that limit a quantity: whoever holds the right to ship it gets the rent."""
MOST_AD_VALOREM = 10.0
"""A duty above 1000 % is a percentage typed where a share belongs."""

Fitted = Measure | OriginRule | Curve | Plant | Shifter


def fits(record: Fitted, path: Path) -> None:
    """Raises BadTable where the cells of a row, read from `path`, contradict each other."""
    place = Place(str(path), record.figure.line)
    if isinstance(record, Measure):
        _measure(record, place)
    if isinstance(record, Measure | OriginRule):
        _span(record, place)
    elif isinstance(record, Curve):
        _curve(record, place)
    elif isinstance(record, Plant):
        _plant(record, place)
    else:
        _shifter(record, place)


def _measure(measure: Measure, place: Place) -> None:
    """Raises where a measure's unit or value does not go with its kind."""
    units = UNITS_OF_KIND[measure.kind]
    if measure.unit not in units:
        raise BadTable(
            f"a unit that does not go with {measure.kind}",
            where=replace(place, key="unit"),
            value=measure.unit,
            allowed=", ".join(units),
        )
    if measure.unit == "ad_valorem" and measure.value > MOST_AD_VALOREM:
        raise BadTable(
            "an ad valorem rate above 1000 %",
            where=replace(place, key="value"),
            value=measure.value,
            allowed="a share of the value, 0.05 = 5 %",
        )
    _sign(measure, place)
    if measure.holder and measure.kind not in LIMITS:
        raise BadTable(
            f"a holder of a {measure.kind}, which has no rent",
            where=replace(place, key="holder"),
            value=measure.holder,
            allowed=f"empty; only {', '.join(LIMITS)} have a holder",
        )
    if (measure.beyond is not None) != (measure.kind == "tariff_rate_quota"):
        raise BadTable(
            f"{measure.kind} {'without' if measure.beyond is None else 'with'} a duty beyond"
            " its limit",
            where=replace(place, key="beyond"),
            value="" if measure.beyond is None else measure.beyond,
            allowed="USD/t in a tariff_rate_quota, empty in every other kind",
        )


def _sign(measure: Measure, place: Place) -> None:
    """Raises where a value is below what its kind can mean."""
    least, allowed = 0.0, "a number of at least 0"
    if measure.kind == "export_tax":
        least = -1.0 if measure.unit == "ad_valorem" else -inf
        allowed = "a share of at least -1 (below 0: a rebate)"
    if measure.value < least:
        raise BadTable(
            "a number outside its range",
            where=replace(place, key="value"),
            value=measure.value,
            allowed=allowed,
        )
    if measure.kind == "ban" and measure.value > 0.0:
        raise BadTable(
            "a ban that lets something through",
            where=replace(place, key="value"),
            value=measure.value,
            allowed="0; an export_quota or import_quota limits a quantity",
        )
    if measure.kind in ("export_licence", "tariff_rate_quota") and measure.value == 0.0:
        raise BadTable(
            f"{measure.kind} of nothing",
            where=replace(place, key="value"),
            value=measure.value,
            allowed="a quantity above 0",
            remedy="a ban, or a duty, says the same",
        )


def _span(rule: Measure | OriginRule, place: Place) -> None:
    """Raises where a span ends before it has begun."""
    if rule.end is not None and rule.end <= rule.start:
        raise BadTable(
            "a rule that ends before it starts",
            where=replace(place, key="to"),
            value=str(rule.end),
            allowed=f"a day after {rule.start} (the day itself is not included), or empty",
        )


def _plant(plant: Plant, place: Place) -> None:
    """Raises where a plant ran above its capacity."""
    if plant.capacity is not None and (plant.base_activity or 0.0) > plant.capacity:
        raise BadTable(
            "base activity above capacity",
            where=replace(place, key="base_activity"),
            value=plant.base_activity,
            allowed=f"at most the capacity, {plant.capacity:g} t/y",
        )


def _shifter(shifter: Shifter, place: Place) -> None:
    """Raises where a factor would end demand, or make a plant cost nothing."""
    if shifter.kind != "export_cost" and shifter.value == 0.0:
        raise BadTable(
            f"a factor of 0 on {shifter.kind}",
            where=replace(place, key="value"),
            value=shifter.value,
            allowed="a factor above 0; 1 changes nothing",
        )


def _curve(curve: Curve, place: Place) -> None:
    """Raises where a curve's parameters do not suit its form and side."""
    upward = curve.side == "supply"
    p3 = curve.p3
    rules: tuple[tuple[str, object, bool, str], ...]
    if curve.form == "linear":
        slope = "d" if upward else "b"
        rules = (
            ("p2", curve.p2, curve.p2 >= 0, f"a slope {slope} of at least 0 (t per USD/t)"),
            ("p3", p3, p3 is None, "empty: a line has two parameters"),
        )
    elif curve.form == "isoelastic":
        sign = "above" if upward else "below"
        rules = (
            ("p1", curve.p1, curve.p1 > 0, "a quantity above 0"),
            ("p2", curve.p2, curve.p2 > 0, "a price above 0"),
            (
                "p3", p3, p3 is not None and (p3 > 0 if upward else p3 < 0),
                f"an elasticity {sign} 0",
            ),
        )  # fmt: skip
    else:
        rules = (
            ("side", curve.side, upward, "supply: a plant only supplies"),
            ("p1", curve.p1, curve.p1 > 0, "a capacity above 0"),
            ("p3", p3, p3 is not None and p3 >= 0, "a spread of at least 0"),
        )
    for key, value, holds, allowed in (*rules, ("p4", curve.p4, curve.p4 is None, "empty")):
        if not holds:
            raise BadTable(
                f"a parameter that a {curve.form} curve of {curve.side} cannot have",
                where=replace(place, key=key),
                value="" if value is None else value,
                allowed=allowed,
            )
