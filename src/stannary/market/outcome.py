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
from ..terms.errors import StannaryError, UnknownName
from ..world import World
from . import demand, supply, trade
from .calibrate import Market, market
from .certificate import Certificate, certify, failure, unfinished
from .clearing import TOLERANCE, Balance, Price, balance
from .engine import ONCE
from .exact import Answer, finish
from .from_agreement import Bridge, bridge
from .levers import Array, Economy, Levers, Network
from .reach import reach
from .welfare import Money, money


class NotCleared(StannaryError):
    """A number was asked of a market that did not clear."""


class Numbers(NamedTuple):
    """The numbers of a market that cleared; axes as in `levers`.

    unknown        (node) the solver's own, a start for a market nearby
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

    law  what the schedule meant in this world; None: the base year's own measures
    """

    market: Market
    agreement: str
    day: date
    schedule: Schedule | None
    law: Bridge | None
    certificate: Certificate
    numbers: Numbers | None

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
        """What buyers of `product` pay on average in `region`, USD/t contained, duty included.

        Raises UnknownName where the region does not use the product, NotCleared without numbers.
        """
        return float(self.cleared.balance.shares.average[self._use(region, product)])

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
        if arc not in self.market.arcs:
            return 0.0
        return float(self.cleared.balance.flow[self.market.arcs.index(arc)])

    def _use(self, region: str, product: str) -> int:
        if (region, product) not in self.market.uses:
            known = [f"{r} {g}" for r, g in self.market.uses]
            raise UnknownName("buyer", f"{region} {product}", known, where="this market")
        return self.market.uses.index((region, product))


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
    """As `solve`, for a market and a schedule at hand. start (node): see `clearing.price`."""
    law = bridge(market, schedule)
    return _outcome(market, law.levers, schedule, law, schedule.agreement, schedule.day, start)


def solve_base(market: Market, day: date, start: Array | None = None) -> Outcome:
    """The base year under its own border measures, from `start` (node)."""
    return _outcome(market, market.base, None, None, "base year", day, start)


def _outcome(
    market: Market,
    levers: Levers,
    schedule: Schedule | None,
    law: Bridge | None,
    agreement: str,
    day: date,
    start: Array | None,
) -> Outcome:
    network, economy = market.network, market.economy
    zone = law.zone if law else frozenset[str]()
    if market.exact:
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
            market, numbers.balance, numbers.money, levers.support, zone, solved.iterations
        )
        certificate = replace(
            certificate,
            residual=solved.residual,
            cut_off=solved.cut_off,
            open_split=solved.open_split,
        )
        proved = numbers if certificate.converged else None
        return Outcome(market, agreement, day, schedule, law, certificate, proved)
    found = reach(network, economy, levers, economy, market.base, start)
    numbers: Numbers = jax.tree.map(
        np.asarray, _numbers(found.unknown, network, economy, levers)
    )  # fmt: skip
    if not (found.residual <= TOLERANCE).all():
        certificate = failure(market, found, numbers.balance)
        return Outcome(market, agreement, day, schedule, law, certificate, None)
    certificate = certify(
        market, numbers.balance, numbers.money, levers.support, zone, int(found.iterations)
    )
    proved = numbers if certificate.converged else None
    return Outcome(market, agreement, day, schedule, law, certificate, proved)


@partial(jax.jit, compiler_options=ONCE)
def _numbers(unknown: Array, network: Network, economy: Economy, levers: Levers) -> Numbers:
    here = balance(unknown, network, economy, levers)
    return Numbers(
        unknown=unknown,
        balance=here,
        money=money(here, network, economy, levers),
        plant_surplus=supply.plant_surplus(here.plants.margin, economy),
        curve_surplus=supply.curve_surplus(here.price.gate, network, economy),
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
    border = trade.border(gate, network, economy, levers)
    landed = border.due.landed - border.due.top_up + exact.top_up
    due = border.due._replace(top_up=exact.top_up, landed=landed)
    arriving = exact.wanted[network.arc_use]
    share = jnp.where(arriving > 0, exact.flow / jnp.where(arriving > 0, arriving, 1.0), 0.0)
    running = supply.plants(gate, paid, network, economy)
    shipped = jnp.zeros_like(exact.gate).at[network.arc_node].add(exact.flow)
    zero = jnp.zeros_like(exact.gate)
    here = Balance(
        residual=(exact.supplied - shipped - exact.excess) / economy.base_supply,
        price=Price(gate, zero, exact.excess, zero),
        border=border._replace(due=due),
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
        border=here.border._replace(
            due=due._replace(landed=jnp.where(live[network.arc_node], landed, jnp.nan))
        ),
    )
    return Numbers(
        unknown=zero,
        balance=told,
        money=money(here, network, economy, levers),
        plant_surplus=surplus,
        curve_surplus=supply.curve_surplus(gate, network, economy),
    )
