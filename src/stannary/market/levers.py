"""The arrays of a market: its network, its economy, and what the parties may set.

NamedTuples of arrays are pytrees without importing JAX. Axes, used in every docstring of this room:

    node   a (region, product) that can supply; its unknown is the plant-gate price
    use    a (region, product) that buys, for plants or for end uses
    arc    a route from a node to a use of the same product
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
    linear_a: Array
    linear_b: Array
    linear_c: Array
    linear_d: Array
    iso_quantity: Array
    iso_price: Array
    iso_elasticity: Array


class Levers(NamedTuple):
    """What the parties may set, by arc unless said otherwise; differentiable.

    export_tax       share of the gate price; exporter's revenue
    export_specific  USD/t; exporter's revenue
    counted          statutory ad valorem rate that counts towards the floor
    uncounted        statutory ad valorem rate that does not
    specific         statutory duty, USD/t
    on_fob           1: ad valorem on FOB, 0: on CIF
    floor            USD/t; 0: none
    duty_paid        1: floor held against the duty-paid price, 0: against CIF
    liable           share of the goods that the top-up meets, 0..1
    open             1: the route is open, 0: closed
    support          (node)  price at which surplus is bought or, at 0, thrown away; USD/t
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
    support: Array
