"""The market once more, slowly: loops and decimals, for tests only.

Shares the records of a market (`Market`, `Levers`, `Economy`) with the kernel and no arithmetic:
what `clearing` computes in arrays is added up here one import, one plant, one buyer at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import exp, fsum

from scipy.integrate import quad

from .calibrate import Market
from .levers import Array, Economy, Levers, Network
from .trade import CUT_OFF


@dataclass(frozen=True, slots=True)
class Owed:
    """What one import owes and costs, in the money that `import_duty` was given."""

    statutory: Decimal
    top_up: Decimal
    landed: Decimal


def import_duty(
    fob: Decimal,
    cif: Decimal,
    *,
    counted: Decimal,
    uncounted: Decimal,
    specific: Decimal,
    valuation: str,
    floor: Decimal,
    compared_on: str,
    liable: Decimal,
) -> Owed:
    """Duty on one import, as an official would work it out on paper.

    valuation    `FOB` or `CIF`, the value that ad valorem rates are levied on
    compared_on  `duty-paid` or `cif`, what the floor is held against
    """
    value = fob if valuation == "FOB" else cif
    counts = value * counted + specific
    statutory = counts + value * uncounted
    reached = cif + counts if compared_on == "duty-paid" else cif
    missing = floor - reached
    top_up = missing * liable if missing > 0 else Decimal(0)
    return Owed(statutory, top_up, cif + statutory + top_up)


@dataclass(frozen=True, slots=True)
class ByHand:
    """A market at given gate prices; axes, units and names as in `clearing.Balance`."""

    landed: list[float]
    share: list[float]
    average: list[float]
    margin: list[float]
    activity: list[float]
    final: list[float]
    wanted: list[float]
    supplied: list[float]
    flow: list[float]
    residual: list[float]


def by_hand(
    market: Market,
    levers: Levers,
    gate: Array,
    economy: Economy | None = None,
    excess: Array | None = None,
) -> ByHand:
    """The market at any gate prices (node), USD/t, whether or not they clear it.

    economy  None: the market's own
    excess   (node) t/y bought or thrown away; None: nothing
    """
    e = economy or market.economy
    arcs, uses, nodes = range(len(market.arcs)), range(len(market.uses)), range(len(market.nodes))
    arc_node, arc_use = _ints(market.network.arc_node), _ints(market.network.arc_use)
    network = market.network
    landed = [route_price(levers, network, e, i, float(gate[arc_node[i]])) for i in arcs]

    pull = [
        float(levers.open[i])
        * growth(market, e, arc_node[i])
        * exp(e.log_share[i])
        * (landed[i] / exp(e.log_landed[i])) ** -float(e.sigma[arc_use[i]])
        for i in arcs
    ]
    routes = [[i for i in arcs if arc_use[i] == u] for u in uses]
    total = [fsum(pull[i] for i in routes[u]) for u in uses]
    share = [pull[i] / total[arc_use[i]] if total[arc_use[i]] else 0.0 for i in arcs]
    average = [
        fsum(share[i] * landed[i] for i in routes[u])
        if total[u]
        else CUT_OFF * max(exp(e.log_landed[i]) for i in routes[u] or arcs)
        for u in uses
    ]

    received = [max(float(p), float(g)) for p, g in zip(gate, levers.guarantee, strict=True)]
    margin = [plant_margin(market, e, k, received, average) for k in range(len(market.plants))]
    activity = [
        float(e.capacity[k]) * logistic(m / float(e.spread[k])) for k, m in enumerate(margin)
    ]
    final = [end_demand(market, e, u, average[u]) if total[u] else 0.0 for u in uses]
    wanted = [
        final[u] + fsum(c * activity[k] for k, at, c in _inputs(market, e) if at == u) for u in uses
    ]
    supplied = [
        curve_supply(market, e, n, received[n])
        + fsum(c * activity[k] for k, at, c in _outputs(market, e) if at == n)
        for n in nodes
    ]
    flow = [share[i] * wanted[arc_use[i]] for i in arcs]
    shipped = [fsum(flow[i] for i in arcs if arc_node[i] == n) for n in nodes]
    left = [0.0 if excess is None else float(excess[n]) for n in nodes]
    residual = [(supplied[n] - shipped[n] - left[n]) / float(e.base_supply[n]) for n in nodes]
    return ByHand(
        landed, share, average, margin, activity, final, wanted, supplied, flow, residual
    )  # fmt: skip


def border_price(levers: Levers, way: int, fob: Decimal, cif: Decimal) -> float:
    """What goods cost their importers on average at one border, cheats among them, USD/t.

    Sellers raise their price first; then every tempted importer, whose cost of hiding is his own,
    takes the cheaper of paying and cheating.
    """
    asked = _duty_at(levers, way, fob, cif).top_up
    carries = _exact(levers.counted[way]) if levers.duty_paid[way] else Decimal(0)
    raised = _exact(levers.capture[way]) * asked / (1 + carries)
    owed = _duty_at(levers, way, fob + raised, cif + raised)
    honest, top_up = float(owed.landed), float(owed.top_up)
    tempted = float(levers.tempted[way])
    if tempted == 0 or top_up == 0:
        return honest
    caught = float(levers.audit_rate[way]) * (1 + float(levers.penalty[way])) * top_up
    return honest - tempted * mean_saving(
        top_up - caught, float(levers.disguise[way]) * float(cif + raised)
    )


def mean_saving(gain: float, mean: float) -> float:
    """Mean of max(0, gain - cost) where costs are exponential with this mean, by integration."""
    if gain <= 0:
        return 0.0
    return quad(
        lambda cost: (gain - cost) * exp(-cost / mean) / mean, 0.0, gain,
        epsabs=0, epsrel=1e-11, limit=500,
        points=[k * mean for k in (1, 6, 36) if k * mean < gain] or None,
    )[0]  # fmt: skip


def _duty_at(levers: Levers, way: int, fob: Decimal, cif: Decimal) -> Owed:
    return import_duty(
        fob,
        cif,
        counted=_exact(levers.counted[way]),
        uncounted=_exact(levers.uncounted[way]),
        specific=_exact(levers.specific[way]),
        valuation="FOB" if levers.on_fob[way] else "CIF",
        floor=_exact(levers.floor[way]),
        compared_on="duty-paid" if levers.duty_paid[way] else "cif",
        liable=_exact(levers.liable[way]),
    )


def route_price(
    levers: Levers, network: Network, e: Economy, arc: int, gate: float, rent: float = 0.0
) -> float:
    """What a tonne costs its buyer on one route, round through another member's door if that pays.

    rent  of licences to export, USD/t. Every tonne has its own cost of going round.
    """
    p = Decimal(gate)

    def at_origin(way: int) -> Decimal:
        taxed = p * (1 + _exact(levers.export_tax[way])) + _exact(levers.export_specific[way])
        return taxed + _exact(rent)

    cif = at_origin(arc) + _exact(e.freight[arc]) + _exact(e.freight_share[arc]) * p
    direct = border_price(levers, arc, at_origin(arc), cif)
    ways = []
    for n, of in enumerate(_ints(network.door_arc)):
        way = len(network.arc_node) + n
        if of != arc or not levers.open[way]:
            continue
        fob = at_origin(way)
        into = fob + _exact(levers.door_in[n]) + _exact(levers.door_in_share[n]) * p
        onward = float(levers.door_onward[n]) + float(levers.door_onward_share[n]) * gate
        ways.append(border_price(levers, way, fob, into) + onward)
    mean = float(levers.detour) * float(cif)
    if not ways:
        return direct
    if not levers.open[arc]:
        return min(ways) + mean
    return direct - mean_saving(direct - min(ways), mean)


def growth(market: Market, e: Economy, node: int) -> float:
    """Capacity to supply a node over its base capacity; 1 where no plant does."""
    if e.potential[node] == 0:
        return 1.0
    lines = [c * float(e.capacity[k]) for k, at, c in _outputs(market, e) if at == node]
    return fsum(lines) / float(e.potential[node])


def plant_margin(
    market: Market, e: Economy, plant: int, gate: list[float], average: list[float]
) -> float:
    """Outputs at gate prices, less inputs at average landed prices, less cash cost, USD/t."""
    earned = [c * float(gate[n]) for k, n, c in _outputs(market, e) if k == plant]
    paid = [c * average[u] for k, u, c in _inputs(market, e) if k == plant]
    return fsum(earned) - fsum(paid) - float(e.cost[plant])


def logistic(x: float) -> float:
    """Share of a plant that runs when its margin is `x` spreads above its cost."""
    return 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x))


def end_demand(market: Market, e: Economy, use: int, price: float) -> float:
    """Tonnes a year that end uses want at an average landed price (USD/t)."""
    q = 0.0
    for s, at in enumerate(_ints(market.network.segment_use)):
        if at == use:
            bent = float(e.base_use[s]) * (price / float(e.reference[s])) ** float(e.elasticity[s])
            q += bent / (1 + (price / float(e.choke[s])) ** 4)
    for s, at in enumerate(_ints(market.network.linear_use)):
        if at == use:
            q += max(0.0, float(e.linear_a[s]) - float(e.linear_b[s]) * price)
    return q


def curve_supply(market: Market, e: Economy, node: int, price: float) -> float:
    """Tonnes a year that the textbook curves of a node offer at a gate price (USD/t)."""
    q = 0.0
    for s, at in enumerate(_ints(market.network.linear_node)):
        if at == node:
            q += max(0.0, float(e.linear_c[s]) + float(e.linear_d[s]) * price)
    for s, at in enumerate(_ints(market.network.isoelastic_node)):
        if at == node:
            ratio = price / float(e.iso_price[s])
            q += float(e.iso_quantity[s]) * ratio ** float(e.iso_elasticity[s])
    return q


def users_gain(market: Market, e: Economy, use: int, before: float, after: float) -> float:
    """What end users gain from one average landed price to another, USD/y, by integration."""
    return -_area(lambda p: end_demand(market, e, use, p), before, after)


def curve_surplus(market: Market, e: Economy, node: int, price: float) -> float:
    """What sellers on textbook curves earn above their cost at a gate price, by integration."""
    return _area(lambda p: curve_supply(market, e, node, p), 0.0, price)


def plant_surplus(e: Economy, plant: int, margin: float) -> float:
    """Producer surplus of a plant, USD/y: its activity integrated over all margins below its."""
    spread, capacity = float(e.spread[plant]), float(e.capacity[plant])
    # 60 spreads below the lower of the margin and 0, no part of a plant runs.
    start = min(margin, 0.0) - 60 * spread
    return _area(lambda m: capacity * logistic(m / spread), start, margin, kink=0.0)


def _area(
    curve: Callable[[float], float], start: float, end: float, kink: float | None = None
) -> float:
    if start > end:
        return -_area(curve, end, start, kink)
    points = [kink] if kink is not None and start < kink < end else None
    return quad(curve, start, end, points=points, epsabs=0, epsrel=1e-12, limit=500)[0]


def _outputs(market: Market, e: Economy) -> list[tuple[int, int, float]]:
    net = market.network
    return [
        (int(k), int(n), float(c))
        for k, n, c in zip(net.made_plant, net.made_node, e.made, strict=True)
    ]


def _inputs(market: Market, e: Economy) -> list[tuple[int, int, float]]:
    net = market.network
    return [
        (int(k), int(u), float(c))
        for k, u, c in zip(net.used_plant, net.used_use, e.used, strict=True)
    ]


def _ints(values: Array) -> list[int]:
    return [int(v) for v in values]


def _exact(value: float) -> Decimal:
    return Decimal(float(value))
