"""Border: what a tonne costs on its way to a buyer, and who gets which part of it.

The law asks for the one duty. Buyers who can, avoid it: by hiding what they bring in, or by bringing
it in through the door of a member that asks for less. Sellers outside may keep the gap themselves by
raising their price up to the floor.

Next: `trade`, which shares every use out among its ways; `limits`, the rents of licences.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from ..agreement.duty import Terms, due
from .levers import OF_A_WAY, Array, Economy, Levers, Network, direct


class Avoided(NamedTuple):
    """What avoiding a payment saves, where what it costs to avoid differs from tonne to tonne.

    saved  per tonne, on average over those that avoid and those that do not; >= 0
    share  of the tonnes that avoid it, 0..1
    spent  on avoiding it, per tonne, on average over all
    """

    saved: Array
    share: Array
    spent: Array


def avoided(gain: Array, mean: Array) -> Avoided:
    """What is saved where avoiding brings `gain` and costs an exponential amount of this mean.

        share = 1 - exp(-gain / mean)        those whose cost lies below the gain avoid
        saved = gain - mean x share          the integral of that share over gains: its derivative
        spent = gain x share - saved         what they spend

    So gain - saved is a smooth minimum of the two, never above either, and 0 at a gain of 0. `mean`
    above 0; a gain below 0 counts as none. Source: the share is the distribution of costs, `saved`
    follows by the envelope theorem.
    """
    gain = jnp.maximum(gain, 0.0)
    ratio = gain / mean
    share = -jnp.expm1(-ratio)
    saved = mean * (ratio - share)
    return Avoided(saved, share, gain * share - saved)


class Parts(NamedTuple):
    """Where the price of one tonne goes on a way (way), USD/t, on average over honest and not.

    fob, cif   value at the origin's border and at the door's, what the seller captured included
    statutory  duty of the door's region
    top_up     adjustable tariff paid to it
    fines      duty and penalty that audits bring in afterwards
    hiding     spent on disguise
    captured   raise of the seller's price that the floor had left room for
    landed     all of it: cif + statutory + top_up + fines + hiding
    evading    share of the tonnes that do not pay the top-up
    declared   top-up that an honest tonne pays
    """

    fob: Array
    cif: Array
    statutory: Array
    top_up: Array
    fines: Array
    hiding: Array
    captured: Array
    landed: Array
    evading: Array
    declared: Array


def at_border(fob: Array, cif: Array, levers: Levers) -> Parts:
    """What goods worth `fob` and `cif` (way) cost at the border, USD/t, by the one duty."""
    asked = due(fob, cif, _terms(levers), one=jnp.ones_like(cif), maximum=jnp.maximum)
    return charged(fob, cif, asked.top_up, levers)


def charged(fob: Array, cif: Array, asked: Array, levers: Levers) -> Parts:
    """The same, where the top-up that the law asks for (way), USD/t, is known.

    Sellers outside raise their price by what lowers the top-up to 1 - `capture` of it: a raise lowers
    it by itself and by the duty that it carries. Of the rest, an importer who is tempted avoids paying
    where the top-up costs more than to be caught now and then and to hide: what bites is the smooth
    minimum of the top-up and the cost of cheating,

        cost of cheating = top_up x audit_rate x (1 + penalty) + disguise x cif

    so that the evading share is the derivative of what importers pay in that cost.
    """
    captured = levers.capture * asked / (1 + levers.duty_paid * levers.counted)
    fob, cif, top_up = fob + captured, cif + captured, (1 - levers.capture) * asked
    plain = _terms(levers)._replace(floor=jnp.zeros_like(cif))
    owed = due(fob, cif, plain, one=jnp.ones_like(cif), maximum=jnp.maximum)
    billed = levers.audit_rate * (1 + levers.penalty)
    # Where nobody is tempted hiding may cost nothing; the mean must not be 0 all the same.
    mean = jnp.where(levers.tempted > 0, levers.disguise * cif, 1.0)
    cheat = avoided(top_up * (1 - billed), mean)
    evading = levers.tempted * cheat.share
    return Parts(
        fob=fob,
        cif=cif,
        statutory=owed.statutory,
        top_up=top_up * (1 - evading),
        fines=top_up * billed * evading,
        hiding=levers.tempted * cheat.spent,
        captured=captured,
        landed=cif + owed.statutory + top_up - levers.tempted * cheat.saved,
        evading=evading,
        declared=top_up,
    )


def _terms(levers: Levers) -> Terms[Array]:
    return Terms(
        levers.counted, levers.uncounted, levers.specific, levers.on_fob,
        levers.floor, levers.duty_paid, levers.liable,
    )  # fmt: skip


class Border(NamedTuple):
    """Prices along every arc, USD/t contained, on average over the ways its goods take.

    direct      (arc)   the direct way
    elsewhere   (arc)   the best way round, where there is one; else the direct one again
    door        (arc)   number of that way on the way axis; the arc's own where there is none
    diverted    (arc)   share of the goods that goes round
    landed      (arc)   what the buyer pays, licences included
    detour      (arc)   spent on going round besides freight, on average over all goods
    slope       (arc)   d landed / d gate price; 0 where the floor binds
    licence     (arc)   rent of licences in the price
    rent_slope  (arc)   d landed / d rent of a licence to export
    open        (arc)   > 0 where the direct way is open, or one round it
    """

    direct: Parts
    elsewhere: Parts
    door: Array
    diverted: Array
    landed: Array
    detour: Array
    slope: Array
    licence: Array
    rent_slope: Array
    open: Array

    @property
    def fob(self) -> Array:
        """Value at the origin's border (arc), USD/t, on the direct way."""
        return self.direct.fob

    @property
    def cif(self) -> Array:
        """Value at the importer's border (arc), USD/t, on the direct way."""
        return self.direct.cif


class Rents(NamedTuple):
    """What licences cost along every arc, USD/t: those to export, and those to import."""

    export: Array
    importing: Array


def border(
    gate: Array, network: Network, economy: Economy, levers: Levers, rents: Rents | None = None
) -> Border:
    """Prices at every border, from plant-gate prices (node), USD/t, and the rents of licences."""
    at_gate = gate[network.arc_node]
    one = jnp.ones_like(at_gate)
    paid = Rents(jnp.zeros_like(one), jnp.zeros_like(one)) if rents is None else rents

    def prices(p: Array, rent: Array) -> tuple[Array, _Ways]:
        found = _ways(p, rent, network, economy, levers)
        return found.landed, found

    # Each arc's landed price hangs on its own gate price alone, so one tangent gives every slope.
    landed, slope, found = jax.jvp(
        lambda p: prices(p, paid.export), (at_gate,), (one,), has_aux=True
    )  # fmt: skip
    rent_slope = one
    if rents is not None:
        _, rent_slope, _ = jax.jvp(
            lambda rent: prices(at_gate, rent), (paid.export,), (one,), has_aux=True
        )
    return Border(
        found.direct, found.elsewhere, found.door, found.diverted, landed + paid.importing,
        found.detour, slope, paid.export + paid.importing, rent_slope, found.open,
    )  # fmt: skip


class _Ways(NamedTuple):
    landed: Array
    direct: Parts
    elsewhere: Parts
    door: Array
    diverted: Array
    detour: Array
    open: Array


def _ways(p: Array, rent: Array, network: Network, economy: Economy, levers: Levers) -> _Ways:
    """Landed price of every arc without licences to import, its ways, and how goods divide."""
    arcs = len(network.arc_node)
    own = direct(levers, arcs)
    fob = p * (1 + own.export_tax) + own.export_specific + rent
    straight = at_border(fob, fob + economy.freight + economy.freight_share * p, own)
    doors = len(network.door_arc)
    if doors == 0:
        nothing = jnp.zeros_like(p)
        here = jnp.arange(arcs)
        return _Ways(straight.landed, straight, straight, here, nothing, nothing, own.open)
    at = network.door_arc
    far = levers._replace(**{name: getattr(levers, name)[arcs:] for name in OF_A_WAY})
    fob = p[at] * (1 + far.export_tax) + far.export_specific + rent[at]
    entered = at_border(fob, fob + levers.door_in + levers.door_in_share * p[at], far)
    arrived = entered.landed + levers.door_onward + levers.door_onward_share * p[at]
    # The cheapest door by number, so that the derivative is that of the door taken.
    held = jax.lax.stop_gradient(jnp.where(far.open > 0, arrived, jnp.inf))
    least = jnp.full(arcs, jnp.inf).at[at].min(held)
    number = jnp.where(held <= least[at], jnp.arange(doors), doors)
    first = jnp.full(arcs, doors).at[at].min(number)
    reached = jnp.isfinite(least)
    best = jnp.where(reached, jnp.minimum(first, doors - 1), 0)
    mean = levers.detour * (straight.cif - straight.captured)
    turned = avoided(jnp.where(reached, straight.landed - arrived[best], 0.0), mean)
    # Where the direct way is closed all goods go round, at what that costs on average.
    forced = reached & (own.open == 0)
    onward = jax.tree.map(lambda door, own: jnp.where(reached, door[best], own), entered, straight)
    return _Ways(
        landed=jnp.where(forced, arrived[best] + mean, straight.landed - turned.saved),
        direct=straight,
        elsewhere=onward._replace(landed=jnp.where(reached, arrived[best], straight.landed)),
        door=jnp.where(reached, arcs + best, jnp.arange(arcs)),
        diverted=jnp.where(forced, 1.0, turned.share),
        detour=jnp.where(forced, mean, turned.spent),
        open=jnp.where(forced, far.open[best], own.open),
    )
