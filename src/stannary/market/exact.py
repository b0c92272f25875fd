"""Exact: finish a market of perfect substitutes, where smooth shares and plants only come near.

The spatial equilibrium of Takayama and Judge (1971) as a mixed complementarity problem, with joint
products, free disposal, public purchase, floors and all-or-nothing plants; products of finite
substitution keep their smooth shares beside it. In words, each with its opposite:

    a gate price is above its support     or  what is left over is bought there (thrown away at 0)
    a route is used                       or  it would cost more than the buyer pays
    a buyer pays more than nothing        or  more arrives than is wanted
    a plant stands still | runs | is full     as it would lose | break even | gain
    a top-up is due                       or  the import is above its floor
    a linear curve trades                 or  its price is beyond the end of the line

Next: `spatial`, the system in symbols; `complementarity`, which solves it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from . import clearing, spatial
from .calibrate import Market
from .complementarity import Solved, solve_mixed, violation
from .levers import Array, Economy, Levers
from .measures import Pair
from .spatial import State, System, Unknown, guessed, pack, rescaled, unpack

TOLERANCE = 1e-9
"""Largest scaled violation of a condition at which an answer counts as one."""

LADDER = (10.0, 30.0, 100.0, 300.0, 1000.0)
"""Substitution of the smooth markets that lead to a start, where simpler starts fail."""

SHIFTS = (-4.0, 4.0, -8.0, 8.0)
"""Logs by which all prices are moved together for the last starts, where a guess may be far off."""

ROUNDS = 5
"""Most solves from one start, each in the units that the one before it found."""

FAR = 1e-3
"""Violation that says that a solve from this start is lost."""

NOTHING = 1e-12
"""Part of a market's tonnes that is rounding error."""


class Answer(NamedTuple):
    """The numbers of an exact solution; see `Exact` for their meaning."""

    gate: Array
    paid: Array
    flow: Array
    activity: Array
    excess: Array
    supplied: Array
    wanted: Array
    top_up: Array


class Exact(NamedTuple):
    """How it ended. Where it did not converge, every price and quantity is NaN: no claim.

    gate        (node)   USD/t at the plant's gate; where nothing is made, what the first tonne
                         would cost (of joint products that nobody makes, any price in between);
                         NaN where no plant has capacity and input, and no curve supplies
    paid        (use)    USD/t, what buyers pay (the average, where substitution is finite); where
                         nothing is bought, the cheapest offer; NaN where no route reaches
    flow        (arc)    t/y; where routes tie, one of the possible splits
    activity    (plant)  t of activity a year
    excess      (node)   t/y thrown away, or bought at the support price
    supplied    (node)   t/y
    wanted      (use)    t/y bought by plants and end uses
    top_up      (arc)    USD/t that the law asks for to lift the goods to their floor, on average over
                         liable and not
    residual    largest violation of any condition, in parts of its product's price or tonnes
    worst       the condition that violates most, in words
    place       its region and product; of a route its destination
    cut_off     uses that no route from a live supplier reaches: they get nothing
    open_split  uses to which several origins sell at the same floor: what they sell together is
                certain, who sells how much, and so their gate prices, is one of many answers
    iterations  Newton steps
    """

    gate: Array
    paid: Array
    flow: Array
    activity: Array
    excess: Array
    supplied: Array
    wanted: Array
    top_up: Array
    residual: float
    worst: str
    place: Pair
    cut_off: tuple[Pair, ...]
    open_split: tuple[Pair, ...]
    iterations: int
    converged: bool

    @property
    def answer(self) -> Answer:
        """Its arrays alone."""
        return Answer(*self[: len(Answer._fields)])


def finish(market: Market, levers: Levers, start: Array | None = None) -> Exact:
    """The exact equilibrium of `market` under `levers`.

    start  (node)  unknown of the smooth market to start from, see `clearing.price`; None: the base

    A fixed demand above all capacity has no answer: converged is False. Where fixed supply meets
    fixed demand the price lies anywhere between two bounds, and one of those prices is returned.
    """
    system, cut_off = spatial.system(market, levers)
    steps = 0
    best: tuple[System, Solved] | None = None
    for unknown in _starts(market, system, start):
        tried, solved = _attempt(market, system, unknown)
        steps += solved.steps
        if best is None or np.max(solved.violation) < np.max(best[1].violation):
            best = tried, solved
        if np.max(solved.violation) <= TOLERANCE:
            break
    assert best is not None  # there is always the start from base prices
    system, solved = best
    if np.max(solved.violation) <= TOLERANCE:
        solved = _with_offers(system, solved, market)
    return _result(market, system, solved, cut_off, steps)


def _starts(market: Market, system: System, start: Array | None) -> Iterator[Unknown]:
    zero = np.zeros_like(market.economy.base_price)
    if start is not None:
        yield _smooth_start(system, np.asarray(start), LADDER[0])
    yield _smooth_start(system, zero, LADDER[0])
    unknown = zero
    for sigma in LADDER:
        cleared = clearing.clear(unknown, system.network, _smoothed(system, sigma), system.levers)
        if not np.all(np.isfinite(cleared.unknown)):
            break
        unknown = np.asarray(cleared.unknown)
        if sigma in (LADDER[1], LADDER[-1]):
            yield _smooth_start(system, unknown, sigma)
    for shift in SHIFTS:
        yield _smooth_start(system, zero + shift, LADDER[0])


def _smoothed(system: System, sigma: float) -> Economy:
    """The economy with a finite substitution, and plants whose spread narrows in proportion."""
    economy = system.economy
    narrow = np.where(system.exact_plant, LADDER[0] / sigma, 1.0)
    return economy._replace(
        sigma=np.where(system.exact_use, sigma, economy.sigma), spread=economy.spread * narrow
    )


_balance = jax.jit(clearing.balance)


def _smooth_start(system: System, unknown: Array, sigma: float) -> Unknown:
    """Every unknown as the smooth market has it at given gate prices."""
    s, e, n = system, system.economy, system.network
    b = _balance(jnp.asarray(unknown), n, _smoothed(system, sigma), s.levers)
    gate, paid = np.array(b.price.gate), np.array(b.shares.average)
    grown = e.iso_quantity * (gate[n.isoelastic_node] / e.iso_price) ** e.iso_elasticity
    return Unknown(
        gate=gate,
        paid=paid[s.uses],
        flow=np.array(b.flow)[s.arcs],
        activity=(np.array(b.plants.activity) * s.alive)[s.plants],
        top_up=np.array(b.border.direct.declared)[s.floored],
        sold=np.maximum(e.linear_a - e.linear_b * paid[n.linear_use], 0.0),
        offered=np.maximum(e.linear_c + e.linear_d * gate[n.linear_node], 0.0),
        grown=grown,
    )


def _attempt(market: Market, system: System, unknown: Unknown) -> tuple[System, Solved]:
    """Solve from one start, then again in the units that the answer itself suggests.

    Guessed units may be off by powers of ten; a violation counts only in units of the answer.
    """
    steps = 0
    system = system._replace(scale=rescaled(market, system, unknown, guessed(market)))
    solved, sound = Solved(np.zeros(0), np.array([np.inf]), 0), False
    for turn in range(ROUNDS):
        solved = solve_mixed(spatial.problem(system, market.unlimited), pack(unknown, system))
        steps += solved.steps
        unknown = unpack(solved.x, system)
        scale = rescaled(market, system, unknown, system.scale)
        paid = np.full(len(scale.corner), np.inf)
        paid[system.uses] = unknown.paid
        bent = np.isin(np.arange(len(paid)), system.network.segment_use)
        sound = not np.any(bent & (paid < system.scale.corner))
        settled = all(
            np.allclose(new, old, rtol=0.5)
            for new, old in zip(scale[:4], system.scale[:4], strict=True)
        )
        if sound and settled:
            break
        if turn and np.max(solved.violation) > FAR:
            break  # better units did not help: another start may
        system = system._replace(scale=scale)
    else:  # units that never settled: what counts is the violation in the last of them
        x = pack(unknown, system)
        solved = solved._replace(
            x=x, violation=violation(x, spatial.problem(system, market.unlimited))
        )
    if not sound:  # an answer on the straight continuation of a demand curve is none
        solved = solved._replace(violation=np.maximum(solved.violation, 1.0))
    return system, solved._replace(steps=steps)


def _with_offers(s: System, solved: Solved, market: Market) -> Solved:
    """Where nothing is traded, any price in between is an equilibrium: take what it would cost.

    The gate price of a node that supplies nothing becomes that of its first tonne, what a use that
    buys nothing pays becomes its cheapest offer, so that no price hangs on where a solve began. What
    arrives for nothing beyond what is wanted stays where it was made, and counts as excess there.
    Conditions are tested again; where they would not hold, the answer stays as it was.
    """
    problem, n, e = spatial.problem(s, market.unlimited), s.network, s.economy
    single = np.bincount(n.made_plant, minlength=len(s.alive)) == 1
    joint = np.zeros(len(market.nodes), dtype=bool)
    joint[n.made_node[~single[n.made_plant]]] = True
    for priced in (True, False):
        u = Unknown(*(np.array(v) for v in unpack(solved.x, s)))
        state = spatial.evaluate(jnp.asarray(solved.x), s)
        for _ in range(len(market.world.products) + 1):  # a price may hang on a stage before it
            supplied, landed = np.asarray(state.supplied), np.asarray(state.landed)
            idle = (supplied <= NOTHING * s.scale.node_tonnes) & ~joint
            first = np.full(len(idle), np.inf)
            rising = e.linear_d > 0
            begins = -e.linear_c[rising] / e.linear_d[rising]
            np.minimum.at(first, n.linear_node[rising], begins)
            drawn = e.used * np.asarray(state.paid)[n.used_use]
            spent = e.cost + np.bincount(n.used_plant, drawn, minlength=len(e.cost))
            made = s.alive[n.made_plant]
            np.minimum.at(first, n.made_node[made], (spent[n.made_plant] / e.made)[made])
            gate = np.where(idle & np.isfinite(first), np.maximum(first, s.levers.support), u.gate)
            offer = np.full(len(s.served), np.inf)
            np.minimum.at(offer, n.arc_use[s.arcs], landed[s.arcs])
            bought = np.asarray(state.wanted) > NOTHING * s.scale.use_tonnes
            paid = np.where(bought[s.uses], u.paid, offer[s.uses])
            u = u._replace(gate=gate if priced else u.gate, paid=paid)
            state = spatial.evaluate(jnp.asarray(pack(u, s)), s)
        flow, wanted = np.asarray(state.flow), np.asarray(state.wanted)
        kept = _taken(flow, wanted, n.arc_use)
        u = u._replace(flow=u.flow * kept[n.arc_use[s.arcs]])
        tried = solved._replace(x=pack(u, s))
        tried = tried._replace(violation=violation(tried.x, problem))
        if np.max(tried.violation) <= TOLERANCE:
            return tried
    return solved


def _taken(flow: Array, wanted: Array, arc_use: Array) -> Array:
    """Share of what arrives at every use (use) that it wants; 1 where it wants all of it."""
    arrived = np.bincount(arc_use, flow, minlength=len(wanted))
    return np.where(arrived > wanted, wanted / np.where(arrived > 0, arrived, 1.0), 1.0)


def _result(
    market: Market, s: System, solved: Solved, cut_off: tuple[Pair, ...], steps: int
) -> Exact:
    at, u = spatial.evaluate(jnp.asarray(solved.x), s), unpack(solved.x, s)
    residual = float(np.max(solved.violation, initial=0.0))
    converged = residual <= TOLERANCE
    supplied, flow = np.asarray(at.supplied), np.asarray(at.flow)
    wanted, arc_use = np.asarray(at.wanted), s.network.arc_use
    # What arrives and nobody wants is worth nothing: it is thrown away before it is shipped.
    flow = flow * _taken(flow, wanted, arc_use)[arc_use]
    shipped = np.bincount(s.network.arc_node, flow, minlength=len(supplied))
    gate = np.where(s.supplies, np.asarray(u.gate), np.nan)
    leftover = np.where(gate <= s.levers.support, np.maximum(supplied - shipped, 0.0), 0.0)
    paid = np.where(s.served, np.asarray(at.paid), np.nan)

    def claim(value: Array) -> Array:
        return np.array(value) if converged else np.full(np.shape(value), np.nan)

    return Exact(
        gate=claim(gate),
        paid=claim(paid),
        flow=claim(flow),
        activity=claim(np.asarray(at.activity)),
        excess=claim(leftover),
        supplied=claim(supplied),
        wanted=claim(wanted),
        top_up=claim(np.asarray(at.top_up)),
        residual=residual,
        worst=_names(market, s)[int(np.argmax(solved.violation))],
        place=_places(market, s)[int(np.argmax(solved.violation))],
        cut_off=cut_off,
        open_split=_open_split(market, s, at, converged),
        iterations=steps,
        converged=converged,
    )


def _open_split(market: Market, s: System, at: State, converged: bool) -> tuple[Pair, ...]:
    """Uses with several routes whose goods all sell at the floor: their cost no longer matters."""
    use = s.network.arc_use
    price = s.scale.use_price[use]
    offers = np.asarray(at.landed) <= np.asarray(at.paid)[use] + TOLERANCE * price
    lifted = (np.asarray(at.top_up) > TOLERANCE * price) & (s.levers.liable >= 1)
    exact = (s.levers.open > 0) & s.exact_use[use]
    sellers = np.bincount(use, offers & lifted & exact, minlength=len(market.uses))
    bought = np.asarray(at.wanted) > NOTHING * s.scale.use_tonnes
    return tuple(
        pair
        for pair, open_split in zip(market.uses, (sellers > 1) & bought, strict=True)
        if open_split and converged
    )


def _names(market: Market, s: System) -> list[str]:
    """Every condition in words, in the order of `spatial.Unknown`."""
    n = s.network

    def pairs(what: str, which: Array, axis: tuple[Pair, ...]) -> list[str]:
        return [f"{what} of {axis[i][1]} in {axis[i][0]}" for i in which]

    def routes(what: str, which: Array) -> list[str]:
        arcs = [market.arcs[a] for a in which]
        return [f"{what} of {g} from {o} to {d}" for g, o, d in arcs]

    return [
        *pairs("balance", np.arange(len(market.nodes)), market.nodes),
        *pairs("arrivals", s.uses, market.uses),
        *routes("price gap", s.arcs),
        *(f"margin of {market.plants[k]}" for k in s.plants),
        *routes("top-up", s.floored),
        *pairs("linear demand", n.linear_use, market.uses),
        *pairs("linear supply", n.linear_node, market.nodes),
        *pairs("isoelastic supply", n.isoelastic_node, market.nodes),
    ]


def _places(market: Market, s: System) -> list[Pair]:
    """Region and product of every condition, in the order of `spatial.Unknown`."""
    n = s.network
    first = {
        int(k): int(node) for k, node in zip(n.made_plant[::-1], n.made_node[::-1], strict=True)
    }

    def ends(which: Array) -> list[Pair]:
        return [(market.arcs[a][2], market.arcs[a][0]) for a in which]

    return [
        *market.nodes,
        *(market.uses[i] for i in s.uses),
        *ends(s.arcs),
        *(market.nodes[first[int(k)]] for k in s.plants),
        *ends(s.floored),
        *(market.uses[i] for i in n.linear_use),
        *(market.nodes[i] for i in n.linear_node),
        *(market.nodes[i] for i in n.isoelastic_node),
    ]
