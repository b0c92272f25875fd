"""Markets that the tests of this room share, and draws of law and nature to put them under."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stannary.agreement import Agreement
from stannary.market.calibrate import market
from stannary.market.from_agreement import bridge
from stannary.market.levers import OF_A_WAY
from stannary.market.measures import Limit, base_day, with_limits
from stannary.market.outcome import default_day, solve_base
from stannary.world import World

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def world():
    """The shipped world."""
    return World.load("base-2024")


@pytest.fixture(scope="session")
def base(world):
    """Its market."""
    return market(world)


@pytest.fixture(scope="session")
def toy():
    """The market of three parties and four products, whose numbers fit on a page."""
    return market(World.load(TESTS / "walk" / "toy"))


@pytest.fixture(scope="session")
def bloc():
    """The shipped agreement."""
    return Agreement.load("bloc-2026")


@pytest.fixture(scope="session")
def no_bloc():
    """The world without it."""
    return Agreement.load("no-bloc")


@pytest.fixture(scope="session")
def day(bloc):
    """The first day on which all its floors stand."""
    return default_day(bloc)


@pytest.fixture(scope="session")
def law(base, bloc, day):
    """What the shipped agreement means in the shipped world on that day."""
    return bridge(base, bloc.on(day))


@pytest.fixture(scope="session")
def textbook():
    """A function: the market of a published case, its perfect substitutes made imperfect."""

    def load(name, sigma=6.0):
        case = World.load(TESTS / "cases" / name)
        return market(replace(case, substitution=dict.fromkeys(case.substitution, sigma)))

    return load


@pytest.fixture(scope="session")
def drawn_levers():
    """A function: levers drawn from a seed, with duties, taxes and floors on routes abroad.

    Half the floors lie where they bind; both valuations and both comparisons occur.
    """

    def draw(market, seed, floors=True):
        rng = np.random.default_rng(seed)
        n = len(market.arcs)
        abroad = np.array([float(o != d) for _, o, d in market.arcs])
        price = market.economy.base_price[market.network.arc_node]

        def some(share, value):
            return abroad * (rng.random(n) < share) * value

        return market.base._replace(
            export_tax=some(0.3, rng.uniform(0, 0.3, n)),
            export_specific=some(0.2, rng.uniform(0, 0.1, n) * price),
            counted=some(0.4, rng.uniform(0, 0.3, n)),
            uncounted=some(0.2, rng.uniform(0, 0.2, n)),
            specific=some(0.2, rng.uniform(0, 0.1, n) * price),
            on_fob=(rng.random(n) < 0.5).astype(float),
            floor=some(0.4 * floors, rng.uniform(0.7, 2.0, n) * price),
            duty_paid=(rng.random(n) < 0.7).astype(float),
            liable=np.where(rng.random(n) < 0.8, 1.0, rng.random(n)),
        )

    return draw


@pytest.fixture(scope="session")
def drawn_law(drawn_levers):
    """A function: network and levers drawn from a seed, with cheats, capture, doors and limits.

    Half the limits lie where they bind; one in three lets more pass against a duty.
    """

    def draw(market, seed, doors=12, limits=3):
        rng = np.random.default_rng(seed)
        levers, arcs = drawn_levers(market, seed), market.arcs
        n = len(arcs)
        levers = levers._replace(
            audit_rate=rng.uniform(0, 0.4, n),
            penalty=rng.uniform(0, 4, n),
            disguise=rng.uniform(0.01, 0.2, n),
            tempted=rng.random(n) * (rng.random(n) < 0.7),
            capture=rng.random(n) * (rng.random(n) < 0.5) * (levers.liable == 1),
            detour=np.array(0.02),
            # One producer of several: guaranteed to sell whatever they make, most of a market's
            # producers would leave its price no hold.
            guarantee=market.economy.base_price
            * rng.uniform(0.8, 1.1)
            * (np.arange(len(market.nodes)) == market.nodes.index(("AUS", "ore"))),
        )
        abroad = np.flatnonzero([o != d for _, o, d in arcs])
        at = np.sort(rng.choice(abroad, doors))
        price = market.economy.base_price[market.network.arc_node[at]]
        # A door has the whole law of another route: its parts belong together.
        like = rng.permutation(n)[:doors]
        far = {
            name: np.concatenate([v, v[like]])
            for name, v in ((name, getattr(levers, name)) for name in OF_A_WAY)
        }
        levers = levers._replace(
            **far,
            door_in=rng.uniform(0, 0.02, doors) * price,
            door_in_share=np.full(doors, 0.003),
            door_onward=rng.uniform(0, 0.02, doors) * price,
            door_onward_share=np.full(doors, 0.003),
        )
        network = market.network._replace(door_arc=at, door_region=np.zeros(doors, dtype=int))
        flow = _base_flow(market)
        several = [
            tuple(sorted(rng.choice(abroad, 3, replace=False).tolist())) for _ in range(limits)
        ]
        held = tuple(
            Limit(
                f"limit {i}", met, rng.uniform(0.4, 1.6) * flow[list(met)].sum(),
                bool(rng.random() < 0.5), "",
                rng.uniform(0.1, 0.5) * market.economy.base_price[market.network.arc_node[met[0]]]
                if i % 3 == 2 else np.inf,
            )
            for i, met in enumerate(several)
        )  # fmt: skip
        return with_limits(network, levers, held, market.economy)

    return draw


def _base_flow(market):
    shares = np.exp(market.economy.log_share)
    b = solve_base(market, base_day(market.world)).cleared.balance
    return shares * b.wanted[market.network.arc_use]


@pytest.fixture(scope="session")
def drawn_prices():
    """A function: gate prices (node) drawn around the base's, a third up or down."""

    def draw(market, seed, spread=0.3):
        rng = np.random.default_rng(seed)
        return market.economy.base_price * np.exp(rng.normal(0, spread, len(market.nodes)))

    return draw
