"""What a figure of the world or the law is, in words: as numbers hang on it.

Next: `explain` and `grounds`, which tell how much.
"""

from ..market.sensitivity import Driver
from ..world import World
from ..world.atlas import Plant
from .names import first_up, product_name, region_name

LAWS = {
    "audit_rate": "Chance that a cheat is caught, for all buyers",
    "penalty": "Penalty for cheating, for all buyers",
    "disguise": "Cost of hiding, for all buyers",
    "tempted": "Share of goods whose importers would cheat",
    "capture": "Share of the top-up that sellers outside keep",
    "detour": "Cost of entering by another member's door",
}
"""Figures of the law that are about no single product or place."""


def figure(world: World, driver: Driver) -> str:
    """What the figure is, in words."""
    if driver.kind in LAWS:
        return LAWS[driver.kind]
    name, good = driver.name, product_name(world, driver.product)
    match driver.kind:
        case "capacity" | "cost" | "spread":
            what = {"capacity": "Capacity", "cost": "Cash cost", "spread": "Cost spread"}
            return f"{what[driver.kind]} of {plant(world, name)}"
        case "made":
            return f"{first_up(good)} won per tonne of activity ({name})"
        case "used":
            recipe = world.recipes.get(name)
            made = product_name(world, _main(recipe.outputs)) if recipe else plant(world, name)
            return f"{first_up(good)} needed for a tonne of {made}"
        case "base_use" | "elasticity":
            what = "Use" if driver.kind == "base_use" else "Answer to price of the use"
            return f"{what} of {good} in {_buyers(world, name)}"
        case "freight":
            origin, destination = (region_name(world, r) for r in name.split(" -> "))
            return f"Freight of {good} from {origin} to {destination}"
        case "substitution":
            return f"How readily buyers of {good} change origin"
        case "duty":
            return f"Duty on {good} into {region_name(world, name)}"
        case "export_tax":
            return f"Export tax on {good} from {region_name(world, name)}"
        case "guarantee":
            return f"Price of {good} guaranteed to plants in {region_name(world, name)}"
        case "limit":
            return f"Limit on tonnes ({name})"
        case _:
            return f"Floor of {good}"


def plant(world: World, name: str) -> str:
    """A plant of the market in words; textbook curves are known by their region."""
    found = next((p for p in world.plants if p.plant == name), None)
    if found is None:
        _, region, product = name.split(":", 2)
        return f"{product_name(world, product)}, {region_name(world, region)}"
    return _plant(world, found)


def _plant(world: World, found: Plant) -> str:
    """A plant's name and country; where its name is only an id, what it makes."""
    if found.name.split()[0] != found.region:
        return f"{found.name} ({region_name(world, found.region)})"
    made = product_name(world, _main(world.recipes[found.recipe].outputs))
    return f"{made} plants in {region_name(world, found.region)}"


def _main(outputs: dict[str, float]) -> str:
    return max(outputs, key=outputs.__getitem__)


def _buyers(world: World, name: str) -> str:
    found = next((s for s in world.segments if s.segment == name), None)
    if found is None:
        return region_name(world, name.split(":")[1]) if name.startswith("curve:") else name
    end_use = found.end_use.replace("_", " ").replace(".", " ")
    return f"{end_use}, {region_name(world, found.region)}"
