"""Axes: everything of a world that has a place on an axis of its market, in order.

Next: `calibrate`, which puts numbers along them.
"""

from typing import NamedTuple

from ..world.atlas import Curve, Segment, World
from .buyers import Buyers, divided
from .measures import Arc, Pair

Use = tuple[str, str, Buyers]
"""(region, product, class of buyers)."""


class Maker(NamedTuple):
    """A plant, or a textbook curve of the form `plant`, as one row of the plant axis."""

    name: str
    region: str
    outputs: dict[str, float]
    inputs: dict[str, float]
    capacity: float | None
    cost: float
    spread: float


class Route(NamedTuple):
    """An arc: base tonnes are those of its own class of buyers; None: no base flows are given."""

    product: str
    origin: str
    destination: str
    buyers: Buyers
    t: float | None

    @property
    def arc(self) -> Arc:
        """(product, origin, destination)."""
        return self.product, self.origin, self.destination


class Axes(NamedTuple):
    """Everything that has a place on an axis, in order."""

    makers: list[Maker]
    nodes: tuple[Pair, ...]
    uses: tuple[Use, ...]
    arcs: tuple[Route, ...]
    bent_demand: list[Curve]
    straight_demand: list[Curve]
    bent_supply: list[Curve]
    straight_supply: list[Curve]


def axes_of(world: World) -> Axes:
    """The axes of `world`; no order of its rows changes them."""
    makers = [
        Maker(
            p.plant, p.region, world.recipes[p.recipe].outputs, world.recipes[p.recipe].inputs,
            p.capacity, p.cash_cost, p.cost_spread,
        )
        for p in world.plants
        if p.status == "operating" and p.capacity != 0
    ]  # fmt: skip
    supply = [c for c in world.curves if c.side == "supply"]
    demand = [c for c in world.curves if c.side == "demand"]
    makers += [
        Maker(
            f"curve:{c.region}:{c.product}", c.region, {c.product: 1.0}, {}, c.p1, c.p2, c.p3 or 0
        )
        for c in supply
        if c.form == "plant"
    ]
    nodes = _ordered(
        [(m.region, g) for m in makers for g in m.outputs]
        + [(c.region, c.product) for c in supply],
        world,
    )
    pairs = _ordered(
        [(m.region, g) for m in makers for g in m.inputs]
        + [(s.region, s.product) for s in world.segments]
        + [(c.region, c.product) for c in demand],
        world,
    )
    plain = [((m.region, g), Buyers()) for m in makers for g in m.inputs]
    plain += [((c.region, c.product), Buyers()) for c in demand]
    classes = {pair: set[Buyers]() for pair in pairs}
    for pair, buyers in plain + [((s.region, s.product), buyers_of(s)) for s in world.segments]:
        classes[pair].add(buyers)
    uses = tuple((*pair, buyers) for pair in pairs for buyers in sorted(classes[pair]))
    return Axes(
        makers, nodes, uses, _arcs(world, makers, nodes, classes),
        [c for c in demand if c.form == "isoelastic"], [c for c in demand if c.form == "linear"],
        [c for c in supply if c.form == "isoelastic"], [c for c in supply if c.form == "linear"],
    )  # fmt: skip


def buyers_of(segment: Segment) -> Buyers:
    """The class of buyers that a segment belongs to."""
    return Buyers(segment.audit_class, segment.origin_rule)


def _ordered(pairs: list[Pair], world: World) -> tuple[Pair, ...]:
    """Each pair once, sorted by product then region, so that row order never matters."""
    return tuple(sorted(set(pairs), key=lambda pair: (pair[1], pair[0])))


def _arcs(
    world: World, makers: list[Maker], nodes: tuple[Pair, ...], classes: dict[Pair, set[Buyers]]
) -> tuple[Route, ...]:
    """Routes of the market: those with base flows, or, without any flows, those with a freight."""
    listed = {(f.product, f.origin, f.destination) for f in world.freight}
    supplies = set(nodes)
    if world.flows:
        shipped = divided(world, classes, _drawn(world, makers))
        found = [
            Route(*arc, buyers, t)
            for (arc, buyers), t in shipped.items()
            if arc[:2][::-1] in supplies
        ]
    else:
        found = [
            Route(g, o, d, buyers, None)
            for o, g in nodes
            for (d, used), several in classes.items()
            for buyers in several
            if used == g and (o == d or (g, o, d) in listed or ("*", o, d) in listed)
        ]
    return tuple(sorted(found))


def _drawn(world: World, makers: list[Maker]) -> dict[tuple[Pair, Buyers], float]:
    """Base use of every class of buyers, t/y; plants' in the class of those without one."""
    drawn: dict[tuple[Pair, Buyers], float] = {}
    activity = {p.plant: p.base_activity or 0.0 for p in world.plants}
    for m in makers:
        for g, c in m.inputs.items():
            key = ((m.region, g), Buyers())
            drawn[key] = drawn.get(key, 0.0) + c * activity.get(m.name, 0.0)
    for s in world.segments:
        key = ((s.region, s.product), buyers_of(s))
        drawn[key] = drawn.get(key, 0.0) + s.base_use
    return drawn
