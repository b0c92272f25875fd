"""The maximum flow itself, and its narrowest cut in words. networkx is imported here only."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from .faults import kilograms
from .flow import Limit, OverClaim, Pipe

if TYPE_CHECKING:
    import networkx as nx

Node = object


@dataclass(frozen=True, slots=True)
class Cut:
    """Taps that ask for more than reaches them, and the pipes that hold the rest back.

    short  milligrams at the mine that do not arrive
    """

    taps: tuple[Pipe, ...]
    pipes: tuple[Pipe, ...]
    short: int


def most(pipes: tuple[Pipe, ...]) -> int:
    """Milligrams at the mine that reach the taps in the widest flow."""
    import networkx as nx

    return int(nx.maximum_flow_value(_graph(pipes), "source", "sink", capacity="width"))


def solve(pipes: tuple[Pipe, ...]) -> tuple[Cut, ...]:
    """Every separate shortage, none where all taps run full.

    The cut nearest the taps is taken, and falls apart into the pieces that do not touch: two plants
    that over-claim by themselves are told apart.
    """
    import networkx as nx
    from networkx.algorithms.flow import preflow_push

    asked = sum(p.width or 0 for p in pipes if p.head == "sink")
    graph = _graph(pipes)
    residual = preflow_push(graph, "source", "sink", capacity="width")
    if residual.graph["flow_value"] >= asked:
        return ()
    # Points from which the sink can still be reached through pipes that are not full.
    dry, todo = {"sink"}, ["sink"]
    while todo:
        head = todo.pop()
        for tail, _, edge in residual.in_edges(head, data=True):
            if tail not in dry and edge["flow"] < edge["capacity"]:
                dry.add(tail)
                todo.append(tail)
    inner = cast("nx.Graph", graph.subgraph(dry - {"sink"}).to_undirected())
    found: list[Cut] = []
    for piece in nx.connected_components(inner):
        taps = tuple(p for p in pipes if p.head == "sink" and p.tail in piece)
        cut = tuple(p for p in pipes if p.head in piece and p.tail not in piece)
        short = sum(p.width or 0 for p in taps) - sum(p.width or 0 for p in cut)
        if taps and short > 0:
            found.append(Cut(taps, cut, short))
    return tuple(sorted(found, key=lambda c: -c.short))


def why(cut: Cut) -> OverClaim:
    """A shortage in words, in grams of the element where it is claimed."""
    claims = tuple(p.claim for p in cut.taps if p.claim is not None)
    limits = _told(cut.pipes)
    asked = sum(p.width or 0 for p in cut.taps)
    claimed = sum(c.grams for c in claims)
    # The taps of a cut are nearly always of one stage; where not, each counts as it was claimed.
    excess = round(Fraction(cut.short * claimed, asked)) if asked else 0
    pools = sorted({(c.facility_id, c.product, c.period) for c in claims})
    where = "; ".join(f"{f}, {product}, {name}" for f, product, name in pools)
    holding = (
        "; ".join(limit.sentence for limit in limits) or "nothing that is certified leads there"
    )
    sentence = (
        f"{where}: {kilograms(claimed)} kg claimed, at most {kilograms(claimed - excess)} kg can be of"
        f" the zone, {kilograms(excess)} kg too many. {holding}."
    )
    return OverClaim(claims, limits, claimed, claimed - excess, excess, sentence)


def _told(pipes: tuple[Pipe, ...]) -> tuple[Limit, ...]:
    return tuple(p.limit for p in pipes if p.limit is not None)


def _graph(pipes: tuple[Pipe, ...]) -> "nx.DiGraph":
    """One edge between two points: parallel pipes are added up; without a width, as much as comes."""
    import networkx as nx

    width: dict[tuple[Node, Node], int | None] = defaultdict(int)
    for pipe in pipes:
        before = width[pipe.tail, pipe.head]
        both = pipe.width is not None and before is not None
        width[pipe.tail, pipe.head] = cast(int, before) + cast(int, pipe.width) if both else None
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(("source", "sink"))
    for (tail, head), wide in width.items():
        graph.add_edge(tail, head, **({} if wide is None else {"width": wide}))
    return graph
