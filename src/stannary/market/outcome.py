"""The outcome: one cleared market with its names, its law and its certificate.

    outcome = solve(World.load("base-2024"), Agreement.load("bloc-2026"))
    outcome.certificate.converged, outcome.price("JPN", "ndpr.oxide")

A market that did not clear is an outcome too: it says where, and every number of it raises.

Next: `verdict`, what two outcomes say about an agreement; `clearing`, how prices are found.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..agreement import Agreement, Schedule
from ..terms.errors import BadInput, StannaryError, UnknownName
from ..world import World
from . import demand, supply, trade
from .border import border, charged
from .calibrate import Market, market
from .certificate import Certificate, certify, failure, unfinished
from .clearing import TOLERANCE, Balance, Price, balance
from .engine import ONCE
from .exact import Answer, finish
from .from_agreement import Bridge, bridge
from .levers import Array, Economy, Levers, Network
from .limits import limited
from .measures import Limit
from .reach import reach
from .welfare import Money, money


class NotCleared(StannaryError):
    """A number was asked of a market that did not clear."""


class Numbers(NamedTuple):
    """The numbers of a market that cleared; axes as in `levers`.

    unknown        (node, then limit) the solver's own, a start for a market nearby
    balance        prices, shares, flows, activity (NumPy arrays)
    money          every payment, USD/y
    plant_surplus  (plant) USD/y
    curve_surplus  (node)  USD/y, of textbook supply curves
    """

    unknown: Array
    balance: Balance
    money: Money
    plant_surplus: Array
    curve_surplus: Array


@dataclass(frozen=True, slots=True)
class Outcome:
    """One year's market under the law of one day.

    law     what the schedule meant in this world; None: the base year's own measures
    """

    market: Market
    agreement: str
    day: date
    schedule: Schedule | None
    law: Bridge | None
    certificate: Certificate
    numbers: Numbers | None

    @property
    def network(self) -> Network:
        """Who can sell what to whom that day, with the law's doors and limits."""
        return self.law.network if self.law else self.market.base_network

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Limits on tonnes that stood that day."""
        return self.law.limits if self.law else self.market.base_limits

    @property
    def levers(self) -> Levers:
        """What the parties had set that day."""
        return self.law.levers if self.law else self.market.base

    @property
    def zone(self) -> frozenset[str]:
        """Regions inside that day."""
        return self.law.zone if self.law else frozenset()

    @property
    def cleared(self) -> Numbers:
        """The numbers. Raises NotCleared, naming region and product, when there are none."""
        if self.numbers is None:
            where = ", ".join(
                f"{product} in {region}" for region, product in self.certificate.failed
            )
            raise NotCleared(
                f"the market of {self.market.world.name} under {self.agreement} on {self.day} did not"
                f" clear: {where} (residual {self.certificate.residual:.1e})."
                " Try a smaller change, or --set the floor in steps."
            )
        return self.numbers

    def price(self, region: str, product: str) -> float:
        """What all buyers of `product` pay on average in `region`, USD/t contained, duty included.

        Raises UnknownName where the region does not use the product, NotCleared without numbers.
        """
        at = self._uses(region, product)
        b = self.cleared.balance
        wanted, paid = b.wanted[at], b.shares.average[at]
        total = float(wanted.sum())
        # Where nothing is bought every class of buyers is offered the same goods.
        return float((paid * wanted).sum()) / total if total > 0 else float(np.min(paid))

    def gate(self, region: str, product: str) -> float:
        """What plants of `region` get for `product` at their gate, USD/t contained.

        Raises UnknownName where the region does not make the product, NotCleared without numbers.
        """
        node = (region, product)
        if node not in self.market.nodes:
            known = [f"{r} {g}" for r, g in self.market.nodes]
            raise UnknownName("maker", f"{region} {product}", known, where="this market")
        return float(self.cleared.balance.price.gate[self.market.nodes.index(node)])

    def flow(self, product: str, origin: str, destination: str) -> float:
        """Tonnes contained shipped in the year; 0 where no route exists."""
        arc = (product, origin, destination)
        at = [i for i, other in enumerate(self.market.arcs) if other == arc]
        return float(self.cleared.balance.flow[at].sum())

    def _uses(self, region: str, product: str) -> list[int]:
        at = [i for i, pair in enumerate(self.market.uses) if pair == (region, product)]
        if not at:
            known = sorted({f"{r} {g}" for r, g in self.market.uses})
            raise UnknownName("buyer", f"{region} {product}", known, where="this market")
        return at


def solve(world: World, agreement: Agreement, day: date | None = None) -> Outcome:
    """The market of `world` under what `agreement` says on `day` (default: its first full day).

    Raises BadInput where law and world cannot be joined. A market that does not clear is returned.
    """
    return solve_on(market(world), agreement.on(day or default_day(agreement)))


def default_day(agreement: Agreement) -> date:
    """The first day on which all floors of the agreement stand, or, without any, all shipped ones."""
    found = agreement.first_full_day() or Agreement.load("bloc-2026").first_full_day()
    assert found is not None  # the shipped agreement has floors: a test of its text
    return found


def solve_on(
    market: Market,
    schedule: Schedule,
    start: Array | None = None,
) -> Outcome:
    """As `solve`, for a market and a schedule at hand. start (node, then limit): see `clear`."""
    return solve_under(market, schedule, bridge(market, schedule), start)


def solve_under(
    market: Market, schedule: Schedule, law: Bridge, start: Array | None = None
) -> Outcome:
    """As `solve_on`, for a schedule whose meaning has been changed since: a cut, a release.

    Raises BadInput where a world of perfect substitutes meets a law that only smooth markets solve.
    """
    return _outcome(market, law.network, law.levers, schedule, law, schedule.day, start)


def solve_base(market: Market, day: date, start: Array | None = None) -> Outcome:
    """The base year under its own border measures, from `start` (node, then limit)."""
    return _outcome(market, market.base_network, market.base, None, None, day, start)


def _outcome(
    market: Market,
    network: Network,
    levers: Levers,
    schedule: Schedule | None,
    law: Bridge | None,
    day: date,
    start: Array | None,
) -> Outcome:
    agreement = schedule.agreement if schedule else "base year"
    economy = market.economy
    zone = law.zone if law else frozenset[str]()
    if market.exact:
        _smooth_only(market, network, levers)
        solved = finish(market, levers)
        if not solved.converged:
            certificate = unfinished(solved)
            return Outcome(market, agreement, day, schedule, law, certificate, None)
        numbers = jax.tree.map(
            np.asarray,
            _exact_numbers(
                solved.answer, market.exact_plant, economy.base_price, network, economy, levers
            ),
        )
        certificate = certify(
            market, numbers.balance, numbers.money, levers, zone, solved.iterations
        )
        certificate = replace(
            certificate,
            residual=solved.residual,
            cut_off=solved.cut_off,
            open_split=solved.open_split,
        )
        proved = numbers if certificate.converged else None
        return Outcome(market, agreement, day, schedule, law, certificate, proved)
    found = reach(network, economy, levers, market.base_economy, market.base, start)
    numbers: Numbers = jax.tree.map(
        np.asarray, _numbers(found.unknown, network, economy, levers)
    )  # fmt: skip
    if not (found.residual <= TOLERANCE).all():
        certificate = failure(market, network, found, numbers.balance)
        return Outcome(market, agreement, day, schedule, law, certificate, None)
    certificate = certify(
        market, numbers.balance, numbers.money, levers, zone, int(found.iterations)
    )
    proved = numbers if certificate.converged else None
    return Outcome(market, agreement, day, schedule, law, certificate, proved)


def _smooth_only(market: Market, network: Network, levers: Levers) -> None:
    met = [
        words
        for words, there in (
            ("goods that circulate freely in the zone", len(network.door_arc) > 0),
            ("a limit on tonnes", len(network.limit_chain) > 0),
            ("a price guarantee", bool(np.any(levers.guarantee > 0))),
        )
        if there
    ]
    if met:
        raise BadInput(
            "a law that a market of perfect substitutes does not solve",
            where=f"world {market.world.name}",
            value=", ".join(met),
            allowed="floors, duties, export taxes, bans, public purchase, enforcement",
            remedy="give substitution.csv a finite sigma and every plant a capacity and a spread",
        )


@partial(jax.jit, compiler_options=ONCE)
def _numbers(unknown: Array, network: Network, economy: Economy, levers: Levers) -> Numbers:
    here = balance(unknown, network, economy, levers)
    return Numbers(
        unknown=unknown,
        balance=here,
        money=money(here, network),
        plant_surplus=supply.plant_surplus(here.plants.margin, economy),
        curve_surplus=supply.curve_surplus(here.received, network, economy),
    )


@partial(jax.jit, compiler_options=ONCE)
def _exact_numbers(
    exact: Answer,
    all_or_nothing: Array,
    base_price: Array,
    network: Network,
    economy: Economy,
    levers: Levers,
) -> Numbers:
    """The same numbers from an exact solution: routes and plants as it found them.

    A node that no live plant or curve supplies has no price: NaN, also along its routes.
    """
    served = jnp.isfinite(exact.paid)
    paid = jnp.where(served, exact.paid, trade.CUT_OFF * jnp.max(base_price))
    live = jnp.isfinite(exact.gate)
    gate = jnp.where(live, exact.gate, 0.0)
    crossed = border(gate, network, economy, levers)
    first = crossed.direct.fob - crossed.direct.captured
    freight = crossed.direct.cif - crossed.direct.fob
    parts = charged(first, first + freight, exact.top_up, levers)
    crossed = crossed._replace(direct=parts, elsewhere=parts, landed=parts.landed)
    arriving = exact.wanted[network.arc_use]
    share = jnp.where(arriving > 0, exact.flow / jnp.where(arriving > 0, arriving, 1.0), 0.0)
    running = supply.plants(gate, paid, network, economy)
    shipped = jnp.zeros_like(exact.gate).at[network.arc_node].add(exact.flow)
    zero = jnp.zeros_like(exact.gate)
    here = Balance(
        residual=(exact.supplied - shipped - exact.excess) / economy.base_supply,
        price=Price(gate, zero, exact.excess, zero),
        received=gate,
        limits=limited(jnp.zeros(0), levers),
        border=crossed,
        shares=trade.Shares(share, paid, served.astype(paid.dtype)),
        plants=running._replace(activity=exact.activity),
        offer=supply.curves(gate, network, economy),
        final=demand.final(paid, served, network, economy),
        supplied=exact.supplied,
        wanted=exact.wanted,
        flow=exact.flow,
    )
    # What an all-or-nothing plant earns is its whole margin on every tonne; no softplus about it.
    surplus = jnp.where(
        all_or_nothing,
        exact.activity * running.margin,
        supply.plant_surplus(running.margin, economy),
    )
    told = here._replace(
        price=here.price._replace(gate=exact.gate),
        border=crossed._replace(landed=jnp.where(live[network.arc_node], parts.landed, jnp.nan)),
    )
    return Numbers(
        unknown=zero,
        balance=told,
        money=money(here, network),
        plant_surplus=surplus,
        curve_surplus=supply.curve_surplus(gate, network, economy),
    )
