"""Cells of one row that must suit each other: unit and kind, span, form and parameters of a curve.

`source` calls `fits` on every record that has such cells; a cell by itself is read by `columns`.
"""

from dataclasses import replace
from pathlib import Path

from ..terms.errors import BadTable, Place
from .atlas import Curve, Measure, OriginRule, Plant

UNITS_OF_KIND = {
    "import_duty": ("ad_valorem", "usd_per_t"),
    "extra_duty": ("ad_valorem", "usd_per_t"),
    "export_tax": ("ad_valorem", "usd_per_t"),
    "export_quota": ("t_per_year",),
    "import_quota": ("t_per_year",),
    "ban": ("t_per_year",),
    "public_purchase": ("usd_per_t",),
}
MOST_AD_VALOREM = 10.0
"""A duty above 1000 % is a percentage typed where a share belongs."""

FILES: dict[type, str] = {
    Measure: "border.csv",
    OriginRule: "origin_rules.csv",
    Curve: "curves.csv",
    Plant: "plants.csv",
}


def fits(record: Measure | OriginRule | Curve | Plant, folder: Path) -> None:
    """Raises BadTable where the cells of a row contradict each other."""
    place = Place(str(folder / FILES[type(record)]), record.figure.line)
    if isinstance(record, Measure):
        _measure(record, place)
    if isinstance(record, Measure | OriginRule):
        _span(record, place)
    elif isinstance(record, Curve):
        _curve(record, place)
    else:
        _plant(record, place)


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
