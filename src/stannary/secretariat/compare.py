"""`compare`: two agreements on one world and one day, and what the second changes.

Both are held against the same market without the bloc. Where they have different members, the zone is
whoever is inside under either, so that the same buyers and treasuries stand on both sides.

Next: `study`, what each of them alone says; `law`, what their texts say differently.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from ..agreement import Agreement
from ..market.outcome import Outcome, default_day
from ..market.verdict import Reason, Verdict
from ..market.view import View, net
from ..market.views import buyers
from ..world import World
from .law import Difference, diff
from .study import WORLD, Study, run

Account = Literal["users", "producers", "treasury", "rents", "zone", "outside"]
"""Who gains or pays: in the zone its users, producers, treasuries and holders of rents; the zone, which
is their sum; sellers outside. Of a viewer the first four are its own, and the zone is it all told."""


@dataclass(frozen=True, slots=True)
class ProductPair:
    """One product under both; USD/t and t/y, None where there is none.

    floors   of the zone; of a viewer, at its border
    without  price without the bloc; `prices` with the first and the second
    use      of the zone or the viewer
    reasons  why each floor holds or not, in its own zone
    """

    product: str
    floors: tuple[float | None, float | None]
    without: float | None
    prices: tuple[float | None, float | None]
    use: tuple[float, float]
    made: tuple[float | None, float | None]
    reasons: tuple[Reason, Reason]

    @property
    def stake(self) -> float:
        """By how much the second changes what the product's users pay, USD/y, before they answer."""
        first, second = (price or 0.0 for price in self.prices)
        return abs(second - first) * max(self.use)


@dataclass(frozen=True, slots=True)
class AmountPair:
    """What somebody gains under each, USD a year with less without the bloc."""

    account: Account
    amounts: tuple[float, float]

    @property
    def difference(self) -> float:
        """The second less the first."""
        return self.amounts[1] - self.amounts[0]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two studies of one world on one day.

    zone      regions inside under either, in the order of the world
    products  in the order of the world; none where a market did not clear, as are those below
    amounts   who gains and pays
    regions   what every region of the zone gains all told under each, USD a year
    law       what the second text says differently
    """

    studies: tuple[Study, Study]
    zone: tuple[str, ...]
    products: tuple[ProductPair, ...]
    amounts: tuple[AmountPair, ...]
    regions: dict[str, tuple[float, float]]
    law: Difference

    @property
    def converged(self) -> bool:
        """Whether all markets of both cleared."""
        return all(study.converged for study in self.studies)


def compare(
    first: str | Path | Agreement,
    second: str | Path | Agreement,
    world: str | Path | World = WORLD,
    day: date | None = None,
    settings: Iterable[str] = (),
    seen_by: str | None = None,
) -> Compared:
    """What `second` changes against `first`, both on `world` and `day`.

    day       default: the first day on which all floors of the first, as shipped, stand
    settings  laid over both
    seen_by   as in `run`: a region or a group of buyers, whose part of it is told

    Raises what `run` raises. A market that does not clear is returned, without numbers.
    """
    laws = [law if isinstance(law, Agreement) else Agreement.load(law) for law in (first, second)]
    place = world if isinstance(world, World) else World.load(world)
    on, given = day or default_day(laws[0]), tuple(settings)
    asked = place.name if isinstance(world, World) else str(world)
    one, other = (
        replace(run(law, place, on, given, seen_by), asked=(_asked(law), asked))
        for law in (first, second)
    )
    zone = tuple(r for r in place.regions if r in one.with_bloc.zone | other.with_bloc.zone)
    law = diff(one.agreement, other.agreement, on)
    if one.verdict is None or other.verdict is None:
        return Compared((one, other), zone, (), (), {}, law)
    verdicts = one.verdict, other.verdict
    if one.view is not None and other.view is not None:
        products = _seen(one.view, other.view, verdicts)
        amounts = _amounts_of(one.view, other.view)
    else:
        products = _products(one, other, verdicts, frozenset(zone))
        amounts = _amounts(*verdicts, frozenset(zone))
    regions = {r: (net(verdicts[0].gains[r]), net(verdicts[1].gains[r])) for r in zone}
    return Compared((one, other), zone, products, amounts, regions, law)


def _asked(law: str | Path | Agreement) -> str:
    return law.name if isinstance(law, Agreement) else str(law)


def _products(
    one: Study, other: Study, verdicts: tuple[Verdict, Verdict], zone: frozenset[str]
) -> tuple[ProductPair, ...]:
    """Every product; prices and use are those of the same buyers under both."""
    without, first, second = (
        _bought(outcome, zone) for outcome in (one.without, one.with_bloc, other.with_bloc)
    )
    made = _made(one.with_bloc, zone), _made(other.with_bloc, zone)
    found: list[ProductPair] = []
    for product, row in verdicts[0].products.items():
        against = verdicts[1].products[product]
        used = first.get(product, NOTHING), second.get(product, NOTHING)
        found.append(
            ProductPair(
                product=product,
                floors=(row.floor, against.floor),
                without=without.get(product, NOTHING).price,
                prices=(used[0].price, used[1].price),
                use=(used[0].tonnes, used[1].tonnes),
                made=(made[0].get(product, 0.0), made[1].get(product, 0.0)),
                reasons=(row.reason, against.reason),
            )
        )
    return tuple(found)


class _Bought(NamedTuple):
    """What some buyers use of a product, t/y, and pay for it, USD/y."""

    tonnes: float
    spent: float

    @property
    def price(self) -> float | None:
        return self.spent / self.tonnes if self.tonnes > 0 else None


NOTHING = _Bought(0.0, 0.0)


def _bought(outcome: Outcome, zone: frozenset[str]) -> dict[str, _Bought]:
    """By product, what the zone's buyers use and pay; the world's, without a zone."""
    found: dict[str, _Bought] = {}
    for buyer in buyers(outcome):
        if buyer.region in zone or not zone:
            before = found.get(buyer.product, NOTHING)
            spent = before.spent + buyer.wanted * buyer.paid
            found[buyer.product] = _Bought(before.tonnes + buyer.wanted, spent)
    return found


def _made(outcome: Outcome, zone: frozenset[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    supplied = outcome.cleared.balance.supplied.tolist()
    for (region, product), tonnes in zip(outcome.market.nodes, supplied, strict=True):
        if region in zone or not zone:
            found[product] = found.get(product, 0.0) + tonnes
    return found


def _seen(one: View, other: View, verdicts: tuple[Verdict, Verdict]) -> tuple[ProductPair, ...]:
    """The products that a viewer buys or makes."""
    against = {sight.product: sight for sight in other.sights}
    return tuple(
        ProductPair(
            product=sight.product,
            floors=(sight.floor, against[sight.product].floor),
            without=sight.price_without,
            prices=(sight.price_with, against[sight.product].price_with),
            use=(sight.use_with, against[sight.product].use_with),
            made=(sight.made_with, against[sight.product].made_with),
            reasons=(
                verdicts[0].products[sight.product].reason,
                verdicts[1].products[sight.product].reason,
            ),
        )
        for sight in one.sights
    )


def _amounts(one: Verdict, other: Verdict, zone: frozenset[str]) -> tuple[AmountPair, ...]:
    both = [_accounts(verdict, zone) for verdict in (one, other)]
    return tuple(AmountPair(account, (both[0][account], both[1][account])) for account in both[0])


def _accounts(verdict: Verdict, zone: frozenset[str]) -> dict[Account, float]:
    inside = [gain for region, gain in verdict.gains.items() if region in zone]
    outside = [gain for region, gain in verdict.gains.items() if region not in zone]
    return {
        "users": sum(gain.users for gain in inside),
        "producers": sum(gain.producers for gain in inside),
        "treasury": sum(gain.treasury for gain in inside),
        "rents": sum(gain.captured + gain.licences for gain in inside),
        "zone": sum(net(gain) for gain in inside),
        "outside": sum(
            gain.producers + gain.captured + gain.licences + gain.export for gain in outside
        ),
    }


def _amounts_of(one: View, other: View) -> tuple[AmountPair, ...]:
    """A viewer's own accounts; a group of buyers has only what its users gain."""
    both = [_own(view) for view in (one, other)]
    return tuple(AmountPair(account, (both[0][account], both[1][account])) for account in both[0])


def _own(view: View) -> dict[Account, float]:
    gain = view.gain
    if gain is None:
        return {"users": view.users, "zone": view.users}
    return {
        "users": gain.users,
        "producers": gain.producers,
        "treasury": gain.treasury,
        "rents": gain.captured + gain.licences,
        "zone": net(gain),
    }
