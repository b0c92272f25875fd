"""Outcomes as xarray datasets, with a unit on every variable and their provenance in attributes.

    dataset(outcome).sel(plant="usa.mountainpass.mine").activity
    comparison(without, with_bloc).gate_price.sel(solve="with")

Loading xarray takes longer than clearing a market. So it is imported when a dataset is asked for,
and `write` makes without it the file that `comparison(...).to_netcdf` would make: a test compares.

Next: `outcome`, whose numbers these are.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import DATA_VERSION, __version__
from .calibrate import Market
from .certificate import Certificate
from .levers import Array
from .outcome import Numbers, Outcome

if TYPE_CHECKING:
    from xarray import Dataset

PRICE, QUANTITY, MONEY, SHARE = "USD/t", "t/y", "USD/y", "1"
SOLVES = ("without", "with")
AUDIT = "class of the buyers in audits of the agreement; empty: as any other"
RULE = "rule on the origins that the buyers may use; empty: any"


class Quantity(NamedTuple):
    """A variable of the dataset.

    axis       node, use, arc or plant
    long_name  what it is, in words
    of         its values in a market that cleared
    priced     a price of a route: NaN where the route is closed, for nobody can pay it
    """

    name: str
    axis: str
    units: str
    long_name: str
    of: Callable[[Numbers], Array]
    priced: bool = False


QUANTITIES = (
    Quantity(
        "gate_price", "node", PRICE, "price at the plant gate", lambda n: n.balance.price.gate
    ),
    Quantity("supply", "node", QUANTITY, "output, tonnes contained", lambda n: n.balance.supplied),
    Quantity(
        "excess", "node", QUANTITY, "output bought at the support price, or thrown away",
        lambda n: n.balance.price.excess,
    ),
    Quantity(
        "curve_surplus", "node", MONEY, "producers' surplus on textbook supply curves",
        lambda n: n.curve_surplus,
    ),
    Quantity(
        "average_price", "use", PRICE,
        "average landed price; 100 times the base price where no open route reaches the buyer",
        lambda n: n.balance.shares.average,
    ),
    Quantity(
        "wanted", "use", QUANTITY, "use, plants and end uses, tonnes contained",
        lambda n: n.balance.wanted,
    ),
    Quantity("flow", "arc", QUANTITY, "shipped, tonnes contained", lambda n: n.balance.flow),
    Quantity(
        "share", "arc", SHARE, "part of the destination's use that comes this way",
        lambda n: n.balance.shares.share,
    ),
    Quantity(
        "fob", "arc", PRICE, "value at the origin's border, export tax included",
        lambda n: n.balance.border.fob, priced=True,
    ),
    Quantity(
        "cif", "arc", PRICE, "value at the importer's border, freight included",
        lambda n: n.balance.border.cif, priced=True,
    ),
    Quantity(
        "statutory_duty", "arc", PRICE, "statutory import duty at the border of the destination",
        lambda n: n.balance.border.direct.statutory, priced=True,
    ),
    Quantity(
        "top_up", "arc", PRICE,
        "top-up duty that lifts an import to its floor, on average over those that pay and not",
        lambda n: n.balance.border.direct.top_up, priced=True,
    ),
    Quantity(
        "fines", "arc", PRICE, "duty and penalty that audits bring in, on average over all goods",
        lambda n: n.balance.border.direct.fines, priced=True,
    ),
    Quantity(
        "hiding", "arc", PRICE, "spent by importers on disguise, on average over all goods",
        lambda n: n.balance.border.direct.hiding, priced=True,
    ),
    Quantity(
        "evading", "arc", SHARE, "part of the goods at that border that do not pay the top-up",
        lambda n: n.balance.border.direct.evading, priced=True,
    ),
    Quantity(
        "captured", "arc", PRICE, "raise of the seller's price that the floor leaves room for",
        lambda n: n.balance.border.direct.captured, priced=True,
    ),
    Quantity(
        "diverted", "arc", SHARE, "part of the goods that enters through the door of another member",
        lambda n: n.balance.border.diverted, priced=True,
    ),
    Quantity(
        "licence_rent", "arc", PRICE, "rent of licences to export or import",
        lambda n: n.balance.border.licence, priced=True,
    ),
    Quantity(
        "landed_price", "arc", PRICE, "what the buyer pays, whichever way the goods take",
        lambda n: n.balance.border.landed, priced=True,
    ),
    Quantity(
        "activity", "plant", QUANTITY, "activity, tonnes of the recipe",
        lambda n: n.balance.plants.activity,
    ),
    Quantity(
        "margin", "plant", PRICE, "revenue less inputs and cash cost, per tonne of activity",
        lambda n: n.balance.plants.margin,
    ),
    Quantity("surplus", "plant", MONEY, "producers' surplus", lambda n: n.plant_surplus),
)  # fmt: skip
"""Every variable, in the order of the file."""


Values = tuple[tuple[str, ...], Array, dict[str, str]]
"""Axes, values and attributes of a variable, as xarray takes them."""

Names = tuple[str, Array, dict[str, str]]
"""The axis that a list of names stands along, the names, and attributes."""

Facts = dict[str, str | int | float]
"""Attributes of a dataset. Strings and numbers only: netCDF has no others."""


def dataset(outcome: Outcome) -> "Dataset":
    """One outcome. Raises NotCleared, naming region and product, when it has no numbers."""
    from xarray import Dataset

    values = {q.name: ((q.axis,), _values(q, outcome), _words(q)) for q in QUANTITIES}
    return Dataset(values, _names(outcome.market), _provenance(outcome))


def comparison(without: Outcome, with_bloc: Outcome) -> "Dataset":
    """Two outcomes of one market, on a dimension `solve`: `without` and `with`.

    Attributes are those of the market with the bloc; certificates of both, by suffix.
    Raises NotCleared when either has no numbers, ValueError for two different markets.
    """
    from xarray import Dataset

    return Dataset(*_both(without, with_bloc))


def write(without: Outcome, with_bloc: Outcome, path: Path, **more: str) -> None:
    """Write `comparison` as a netCDF file; `more` are further attributes. Raises as it does."""
    from netCDF4 import Dataset

    values, names, facts = _both(without, with_bloc)
    with Dataset(path, "w", format="NETCDF4") as file:
        for name, (axis, texts, attributes) in names.items():
            if axis not in file.dimensions:
                file.createDimension(axis, len(texts))
            text = file.createVariable(name, str, (axis,))
            text[:] = texts.astype(object)
            text.setncatts(attributes)
        for name, (axes, numbers, attributes) in values.items():
            number = file.createVariable(name, "f8", axes, fill_value=np.nan)
            number[:] = numbers
            # CF: names that stand along the axes of a variable without being one of them.
            along = [n for n, (axis, *_) in names.items() if axis in axes and n not in axes]
            number.setncatts({**attributes, "coordinates": " ".join(along)})
        file.setncatts({**facts, **more})


def _both(
    without: Outcome, with_bloc: Outcome
) -> tuple[dict[str, Values], dict[str, Names], Facts]:
    """Variables, names of the axes and attributes of two outcomes of one market."""
    market = with_bloc.market
    if without.market is not market:
        raise ValueError("two outcomes of different markets have no common axes")
    both = (without, with_bloc)
    values: dict[str, Values] = {
        q.name: (("solve", q.axis), np.stack([_values(q, o) for o in both]), _words(q))
        for q in QUANTITIES
    }
    solve: Names = ("solve", np.array(SOLVES), {"long_name": "market without or with the bloc"})
    facts = _provenance(with_bloc)
    for name in _proved(with_bloc.certificate):
        del facts[name]
    for name, outcome in zip(SOLVES, both, strict=True):
        proved = _proved(outcome.certificate)
        facts |= {f"{key}_{name}": value for key, value in proved.items()}
    return values, {"solve": solve, **_names(market)}, facts


def open_routes(outcome: Outcome) -> Array:
    """Whether each route (arc) is open under the law of the day; a closed one has no price."""
    if outcome.numbers is None:
        return np.asarray(outcome.levers.open)[: len(outcome.market.arcs)] > 0
    return np.asarray(outcome.numbers.balance.border.open) > 0


def _values(quantity: Quantity, outcome: Outcome) -> Array:
    values = quantity.of(outcome.cleared)
    return np.where(open_routes(outcome), values, np.nan) if quantity.priced else values


def _words(quantity: Quantity) -> dict[str, str]:
    return {"units": quantity.units, "long_name": quantity.long_name}


def _names(market: Market) -> dict[str, Names]:
    """Names of every axis. A region or product names nodes and uses alike, hence the prefix."""

    def names(axis: str, values: list[str], long_name: str) -> Names:
        # A world of textbook curves has no plant: an empty list must still be one of strings.
        return axis, np.array(values, dtype=np.str_), {"long_name": long_name}

    routes = [market.buyers[use] for use in market.network.arc_use]
    return {
        "node_region": names("node", [r for r, _ in market.nodes], "region that supplies"),
        "node_product": names("node", [g for _, g in market.nodes], "product supplied"),
        "use_region": names("use", [r for r, _ in market.uses], "region that buys"),
        "use_product": names("use", [g for _, g in market.uses], "product bought"),
        "use_audit_class": names("use", [b.audit_class for b in market.buyers], AUDIT),
        "use_origin_rule": names("use", [b.origin_rule for b in market.buyers], RULE),
        "arc_audit_class": names("arc", [b.audit_class for b in routes], AUDIT),
        "arc_origin_rule": names("arc", [b.origin_rule for b in routes], RULE),
        "arc_product": names("arc", [g for g, _, _ in market.arcs], "product shipped"),
        "origin": names("arc", [o for _, o, _ in market.arcs], "region of origin"),
        "destination": names("arc", [d for _, _, d in market.arcs], "region of destination"),
        "plant": names("plant", list(market.plants), "plant, by its id in the world's tables"),
    }


def _provenance(outcome: Outcome) -> Facts:
    """What the numbers rest on."""
    world = outcome.market.world
    schedule = outcome.schedule
    return {
        "title": f"Market of {world.base_year} under the rules of {outcome.day}: "
        + (schedule.title if schedule else outcome.agreement),
        "agreement": outcome.agreement,
        "day": str(outcome.day),
        "zone": " ".join(sorted(outcome.zone)),
        "assumed": " ".join(schedule.assumed) if schedule else "",
        "world": world.name,
        **{f"world_{key}": value for key, value in world.meta.items()},
        "version": __version__,
        "data_version": DATA_VERSION,
        "source": f"Computed by stannary from the tables of the world {world.name}, where every row"
        " names its source and quality (`stannary data KEY` shows them), and from the text of the"
        f" agreement {outcome.agreement}, where every value names its reference.",
        **_proved(outcome.certificate),
    }


def _proved(certificate: Certificate) -> Facts:
    return {
        "residual": certificate.residual,
        "mass_balance": certificate.mass_balance,
        "money_balance": certificate.money_balance,
        "complementarity": certificate.complementarity,
        "iterations": certificate.iterations,
    }
