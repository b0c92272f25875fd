"""The annex: records beside the market of one year, and published answers to test it.

What a thing holds and costs, who holds stocks, who owns a plant, which prices a world is moved to
and by what. `atlas` holds them in a World; tables and units are those of SCHEMA.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .figure import Figure


@dataclass(frozen=True, slots=True)
class Assay:
    """Share of an element's product in a concentrate; not used by the market."""

    product: str
    element: str
    share: float
    figure: Figure


@dataclass(frozen=True, slots=True)
class Thing:
    """Kilograms of a product in one thing (an EV motor, a phone)."""

    thing: str
    product: str
    kg: float
    unit: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class ThingPrice:
    """What one thing costs its buyer, USD of `year`, so that a cost can be a share of it."""

    thing: str
    name: str
    unit: str
    price_usd: float
    year: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Stock:
    """What is held of a product, as days of base-year use; region and end_use may be `*`."""

    region: str
    product: str
    holder: Literal["public", "commercial"]
    end_use: str
    days: float
    figure: Figure


@dataclass(frozen=True, slots=True)
class Owner:
    """A country's share of a plant or project; what no row names belongs to its own region."""

    plant: str
    owner: str
    share: float
    figure: Figure


@dataclass(frozen=True, slots=True)
class Target:
    """A published price that a world is moved to, USD per tonne contained on that day.

    market  outside_china, china_fob, or world where one price holds for both
    vat     whether China's value-added tax is inside
    """

    product: str
    market: Literal["outside_china", "china_fob", "world"]
    usd_per_t: float
    day: date
    vat: Literal["included", "excluded"]
    figure: Figure


@dataclass(frozen=True, slots=True)
class Shifter:
    """What moves a world to its targets; region may be `*`.

    demand       factor on the base use of the product by end uses
    cost         factor on the cash cost of plants whose main output is the product
    export_cost  USD per tonne contained on every export of the product
    """

    kind: Literal["demand", "cost", "export_cost"]
    product: str
    region: str
    value: float
    figure: Figure

    @property
    def unit(self) -> str:
        """Unit of the value."""
        return "USD/t exported" if self.kind == "export_cost" else "factor"


@dataclass(frozen=True, slots=True)
class Expected:
    """Published answer of a textbook world at one region and product; None: not given."""

    region: str
    product: str
    price: float | None
    supply: float | None
    demand: float | None
    figure: Figure
