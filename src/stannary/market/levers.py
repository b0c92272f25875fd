"""The arrays of a market: its network, its economy, and what the parties may set.

NamedTuples of arrays are pytrees without importing JAX. Axes, used in every docstring of this room:

    node   a (region, product) that can supply; its unknown is the plant-gate price
    use    a (region, product) that buys, for plants or for end uses; one for every class of buyers
           that the law tells apart (how often they are audited, which origins they may use)
    arc    a route from a node to a use of the same product
    way    how goods of an arc enter: first the direct way of every arc, then roundabout ones, each
           through the door of another member (only where goods circulate freely inside the zone)
    limit  a limit on tonnes over one or many arcs; its unknown is the rent of a licence
    plant, segment, and curve axes as their tables

Inside everything is tonnes contained (t/y) and USD of the base year per tonne (USD/t).
"""

from typing import Any, NamedTuple

Array = Any
"""A float64 or integer array: NumPy outside the kernel, a JAX array or tracer inside it, which no
static type covers. It stays in this room: what others read (`verdict`, `Outcome.price`) is float."""


class Network(NamedTuple):
    """Who can sell what to whom: integer indices only. Never differentiated.

    node_chain               (node)     number of its chain: products that recipes join
    arc_node, arc_use        (arc)      origin node, destination use
    made_plant, made_node    (output)   a plant's output line and the node it supplies
    used_plant, used_use     (input)    a plant's input line and the use it draws on
    segment_use              (segment)  use that an isoelastic demand draws on
    linear_use               (linear demand)
    linear_node              (linear supply)
    isoelastic_node          (isoelastic supply)
    door_arc, door_region    (roundabout way) its arc; number of the region whose border it crosses
    limit_chain              (limit)    number of its chain
    limit_export             (limit)    1: a licence to export, part of the price; 0: one to import
    member_arc, member_limit (member)   an arc that a limit counts, and that limit
    cross_row, cross_column  (cross)    two unknowns that one arc hangs on, by their place in the
                                        list of all arcs and then all members; the pairs of nodes
                                        with themselves are left out
    block_use, block_unknown  (block, slot)  its uses and its unknowns; 0 where a slot is empty. A
                                        block is the trade of one product, or of some of its buyers
    entry_cell               (arc, then member)  place in a table (block, use slot, unknown slot)
    draw_line, draw_entry    (draw)     a plant's input line, and an arc or member that serves it
    """

    node_chain: Array
    arc_node: Array
    arc_use: Array
    made_plant: Array
    made_node: Array
    used_plant: Array
    used_use: Array
    segment_use: Array
    linear_use: Array
    linear_node: Array
    isoelastic_node: Array
    door_arc: Array
    door_region: Array
    limit_chain: Array
    limit_export: Array
    member_arc: Array
    member_limit: Array
    cross_row: Array
    cross_column: Array
    block_use: Array
    block_unknown: Array
    entry_cell: Array
    draw_line: Array
    draw_entry: Array


class Economy(NamedTuple):
    """What technology, nature and taste give: floats, differentiable.

    capacity, cost, spread   (plant)    t activity/y; USD/t activity; USD/t activity > 0
    made, used               (output), (input)  t per t activity, > 0
    potential                (node)     base capacity to supply, t/y; 0 where curves supply
    base_price, base_supply  (node)     USD/t; t/y: scales and start, never an answer
    log_share, log_landed    (arc)      base share of the destination's use, base landed price (logs)
    freight, freight_share   (arc)      USD per t contained; share of the gate price
    sigma                    (use)      substitution between origins, > 1
    base_use, elasticity     (segment)  t/y at `reference`; <= 0
    reference                (segment)  USD/t, average landed price
    choke                    (segment)  USD/t at which half of the users stop; infinite: none does
    linear_a, linear_b       (linear demand)  q = max(0, a - b P)
    linear_c, linear_d       (linear supply)  q = max(0, c + d P)
    iso_quantity, iso_price, iso_elasticity  (isoelastic supply)  q = q0 (P/p0)^e
    """

    capacity: Array
    cost: Array
    spread: Array
    made: Array
    used: Array
    potential: Array
    base_price: Array
    base_supply: Array
    log_share: Array
    log_landed: Array
    freight: Array
    freight_share: Array
    sigma: Array
    base_use: Array
    elasticity: Array
    reference: Array
    choke: Array
    linear_a: Array
    linear_b: Array
    linear_c: Array
    linear_d: Array
    iso_quantity: Array
    iso_price: Array
    iso_elasticity: Array


class Levers(NamedTuple):
    """What the parties may set, by way unless said otherwise; differentiable.

    export_tax       share of the gate price; exporter's revenue; a rebate is below 0
    export_specific  USD/t; exporter's revenue
    counted          statutory ad valorem rate that counts towards the floor
    uncounted        statutory ad valorem rate that does not
    specific         statutory duty, USD/t
    on_fob           1: ad valorem on FOB, 0: on CIF
    floor            USD/t; 0: none
    duty_paid        1: floor held against the duty-paid price, 0: against CIF
    liable           share of the goods that the top-up meets, 0..1
    open             1: the way is open, 0: closed
    audit_rate       chance that an evading tonne is caught and billed
    penalty          multiple of the duty evaded, besides the duty
    disguise         what hiding costs on average, share of CIF
    tempted          share of the goods whose importers cheat where it pays
    capture          share of the top-up that outside sellers keep by raising their price
    door_in, door_in_share        (roundabout way) freight to the door, USD/t and share of gate price
    door_onward, door_onward_share  (roundabout way) freight from the door to the buyer
    detour           () what going round costs on average besides freight, share of CIF
    support          (node)  price at which surplus is bought or, at 0, thrown away; USD/t
    guarantee        (node)  price that the state guarantees its producers; USD/t, 0: none
    limit            (limit) t/y, > 0
    beyond           (limit) duty on tonnes beyond the limit, USD/t; infinite: none may pass
    limit_price, limit_tonnes  (limit) USD/t and t/y: scales of its unknown, never an answer
    """

    export_tax: Array
    export_specific: Array
    counted: Array
    uncounted: Array
    specific: Array
    on_fob: Array
    floor: Array
    duty_paid: Array
    liable: Array
    open: Array
    audit_rate: Array
    penalty: Array
    disguise: Array
    tempted: Array
    capture: Array
    door_in: Array
    door_in_share: Array
    door_onward: Array
    door_onward_share: Array
    detour: Array
    support: Array
    guarantee: Array
    limit: Array
    beyond: Array
    limit_price: Array
    limit_tonnes: Array


OF_A_WAY = (
    "export_tax", "export_specific", "counted", "uncounted", "specific", "on_fob", "floor",
    "duty_paid", "liable", "open", "audit_rate", "penalty", "disguise", "tempted", "capture",
)  # fmt: skip
"""The levers that stand along the axis of ways."""


OF_A_DOOR = ("door_in", "door_in_share", "door_onward", "door_onward_share")
"""The levers that stand along the axis of roundabout ways."""

OF_A_LIMIT = ("limit", "beyond", "limit_price", "limit_tonnes")
"""The levers that stand along the axis of limits."""

OF_THE_LAW = (
    "door_arc", "door_region", "limit_chain", "limit_export", "member_arc", "member_limit",
    "cross_row", "cross_column",
)  # fmt: skip
"""Axes of the network that the law of a day adds: roundabout ways and limits."""

LAID_OUT = ("block_use", "block_unknown", "entry_cell", "draw_line", "draw_entry")
"""Axes of the network that `layout` adds."""


def direct(levers: Levers, arcs: int) -> Levers:
    """The same levers with the direct ways only: what holds at the border of the destination."""
    return levers._replace(**{name: getattr(levers, name)[:arcs] for name in OF_A_WAY})
