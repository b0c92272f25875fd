"""Measures: what a world's own border table does to every route, as levers.

Next: `calibrate`, which lays the base year's measures on; `from_agreement`, which adds the law.
"""

from collections.abc import Container
from datetime import date

import numpy as np

from ..terms.dates import stands
from ..terms.errors import BadTable, Place
from ..world.atlas import Measure, World
from .levers import Levers

Pair = tuple[str, str]
"""(region, product)."""

Arc = tuple[str, str, str]
"""(product, origin, destination)."""


def measures_on(world: World, day: date) -> tuple[Measure, ...]:
    """Border measures of the world's own table live on `day`."""
    return tuple(m for m in world.border if stands(m.start, m.end, day))


def base_day(world: World) -> date:
    """The day whose measures the base year was calibrated under: 1 July."""
    return date(world.base_year, 7, 1)


def plain_levers(arcs: tuple[Arc, ...], nodes: int, world: World) -> Levers:
    """Levers of a world without any measure: open routes, no duty, no floor."""
    zero, one = np.zeros(len(arcs)), np.ones(len(arcs))
    on_fob = np.array(
        [float(world.regions[destination].valuation == "FOB") for _, _, destination in arcs]
    )
    return Levers(
        export_tax=zero, export_specific=zero, counted=zero, uncounted=zero, specific=zero,
        on_fob=on_fob, floor=zero, duty_paid=one, liable=zero, open=one, support=np.zeros(nodes),
    )  # fmt: skip


def with_measures(
    levers: Levers,
    arcs: tuple[Arc, ...],
    nodes: tuple[Pair, ...],
    measures: tuple[Measure, ...],
    stated: Container[tuple[str, str, str]] = (),
) -> Levers:
    """Levers with border measures laid on: rates of several live measures on one arc add.

    stated  (kind, product, importing region) of duties that the law states: not laid on again

    Domestic routes cross no border. Raises BadTable for a quantity limit other than a ban: this
    market has no rents yet, and a quota read as nothing would be a wrong number.
    """
    table = {name: getattr(levers, name).copy() for name in levers._fields}
    for measure in measures:
        place = Place("border.csv", measure.figure.line, measure.measure)
        named = measure.products()
        at = [
            i
            for i, (product, origin, destination) in enumerate(arcs)
            if origin != destination
            and ("*" in named or product in named)
            and measure.origin in ("*", origin)
            and measure.destination in ("*", destination)
            and (measure.kind, product, destination) not in stated
        ]
        specific = measure.unit == "usd_per_t"
        if measure.kind in ("import_duty", "extra_duty"):
            table["specific" if specific else "counted"][at] += measure.value
        elif measure.kind == "export_tax":
            table["export_specific" if specific else "export_tax"][at] += measure.value
        elif measure.kind == "ban" or (
            measure.kind in ("export_quota", "import_quota") and measure.value == 0
        ):
            table["open"][at] = 0.0
        elif measure.kind == "public_purchase":
            buyer = measure.origin if measure.origin != "*" else measure.destination
            for i, (region, product) in enumerate(nodes):
                if ("*" in named or product in named) and buyer in ("*", region):
                    table["support"][i] = max(table["support"][i], measure.value)
        else:
            raise BadTable(
                "a quantity limit that this market cannot price",
                where=place, value=f"{measure.kind} of {measure.value} t a year",
                allowed="ban, or a quota of 0",
                remedy="end the row before the day asked for, or model it as an export tax",
            )  # fmt: skip
    return Levers(**table)
