"""One floor moved over many levels: a market solved at each, every one started at its neighbour.

Next: `outcome`, which solves each; `verdict`, what each says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ..agreement import Floor, Schedule
from .outcome import Outcome, solve_on
from .verdict import Gain, ProductVerdict, gains, product_verdict


@dataclass(frozen=True, slots=True)
class Stop:
    """The market at one level of the floor.

    usd_per_kg  of the legal product that speaks for the world product
    product     what becomes of the product; None: the market did not clear
    gains       by region, against the market without the bloc; empty: it did not clear
    """

    usd_per_kg: float
    product: ProductVerdict | None
    gains: dict[str, Gain]


def sweep(
    product: str, levels: Iterable[float], without: Outcome, with_bloc: Outcome
) -> tuple[Stop, ...]:
    """The market at each level of the floor of a world product, all else as in `with_bloc`.

    The other legal forms of the product move in proportion: else the strictest of them would stand
    in for a lowered floor. Raises NotCleared without numbers, KeyError where the product has no floor.
    """
    schedule, law = with_bloc.schedule, with_bloc.law
    assert schedule is not None  # an outcome under an agreement has its schedule
    assert law is not None  # ... and what that means in this world
    shipped = law.floors[product].law.usd_per_kg
    forms = {item.product for item in schedule.products if item.world == product}
    start = without.cleared.unknown
    stops = []
    for level in levels:
        ratio = Decimal(str(level)) / shipped
        solved = solve_on(with_bloc.market, _scaled(schedule, forms, ratio), start)
        if solved.numbers is None:
            stops.append(Stop(level, None, {}))
            continue
        start = solved.numbers.unknown
        found = product_verdict(product, without, solved)
        stops.append(Stop(level, found, gains(without, solved)))
    return tuple(stops)


def _scaled(schedule: Schedule, forms: set[str], ratio: Decimal) -> Schedule:
    def scaled(floor: Floor) -> Floor:
        return replace(floor, usd_per_kg=floor.usd_per_kg * ratio)

    return replace(
        schedule, floors=tuple(scaled(f) if f.product in forms else f for f in schedule.floors)
    )
