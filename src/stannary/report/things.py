"""Things people know, in words: what the law adds to a motor, a turbine, a phone.

Next: `market.things`, where the amounts come from.
"""

from collections.abc import Iterable, Sequence

from ..market.things import ThingCost
from . import sentences
from .words import TRACE

MOST = 3
"""Things in one sentence."""

PHRASES: dict[str, tuple[float, str]] = {
    "ev.motor": (1, "an EV motor"),
    "ev.car": (1, "an electric car"),
    "hybrid.car": (1, "a hybrid car"),
    "petrol.car": (1, "a petrol car"),
    "wind.dd.offshore.1mw": (5, "a 5 MW wind turbine"),
    "wind.dd.onshore.1mw": (5, "a 5 MW turbine on land"),
    "wind.ms.1mw": (5, "a 5 MW geared turbine"),
    "wind.hs.1mw": (5, "a 5 MW high-speed turbine"),
    "fighter.f35": (1, "a fighter"),
    "destroyer.ddg51": (1, "a destroyer"),
    "submarine.ssn774": (1, "a submarine"),
    "missile.tomahawk": (1, "a cruise missile"),
    "smartphone": (1, "a phone"),
    "hdd.desktop": (1, "a hard disk"),
    "laptop": (1, "a laptop"),
    "e.bike": (1, "an e-bike"),
    "air.conditioner": (1, "an air conditioner"),
    "elevator": (1, "an elevator"),
    "mri.permanent": (1, "an MRI scanner"),
    "robot.industrial": (1, "an industrial robot"),
    "robot.humanoid": (1, "a humanoid robot"),
    "gaas.wafer": (1, "a GaAs wafer"),
    "gan.datacentre.1mw": (1, "a megawatt of data centre"),
    "fibre.1000km": (1, "1,000 km of optical fibre"),
    "thermal.sight": (1, "a thermal sight"),
    "tank.thermal": (1, "a tank's thermal sight"),
    "battery.nmc811.60": (1, "an EV battery (NMC811)"),
    "battery.nmc622.60": (1, "an EV battery (NMC622)"),
    "battery.nca.60": (1, "an EV battery (NCA)"),
    "battery.lfp.60": (1, "an EV battery (LFP)"),
    "battery.nmc.75": (1, "an EV battery (NMC, 75 kWh)"),
    "carbide.insert": (1, "a carbide insert"),
    "endmill.12": (1, "a carbide end mill"),
    "penetrator.120": (1, "a tungsten tank round"),
    "ammo.1000": (1, "1,000 rifle rounds"),
    "frplastic.1t": (1, "a tonne of flame-retarded plastic"),
    "pv.1kw": (1, "a kilowatt of solar module"),
    "lead.battery": (1, "a car's starter battery"),
}
"""How many of a thing of the world's table make the one that people know, and what they call it."""

KNOWN = ("ev.motor", "wind.dd.offshore.1mw", "smartphone")
"""What a screen tells of."""


def told(cost: ThingCost) -> tuple[str, float]:
    """What people call the thing, and USD that are added to one."""
    count, phrase = PHRASES.get(cost.thing, (1, f"{cost.name} ({cost.unit})"))
    return phrase, count * cost.usd


def of(costs: Iterable[ThingCost], things: Sequence[str]) -> list[ThingCost]:
    """Those costs, in that order, that are not nothing."""
    by_id = {cost.thing: cost for cost in some(costs)}
    return [by_id[thing] for thing in things if thing in by_id]


def some(costs: Iterable[ThingCost]) -> list[ThingCost]:
    """Those costs that are not nothing."""
    return [cost for cost in costs if abs(cost.usd) > TRACE]


def sentence(costs: Sequence[ThingCost]) -> str:
    """`Adds 34 USD to an EV motor, 0.06 to a phone.`; empty for nothing."""
    parts = []
    for phrase, usd in map(told, costs[:MOST]):
        unit = "" if parts else " USD"
        parts.append(f"{sentences.usd(usd)}{unit} to {phrase}")
    return f"Adds {', '.join(parts)}." if parts else ""
