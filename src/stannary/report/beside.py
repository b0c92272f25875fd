"""A user's file beside the world, as `stannary data --usgs FILE` and `--baci FILE` print it."""

import textwrap
from dataclasses import asdict

from ..secretariat import Inventory
from ..world.beside import Mined, Traded
from .names import region_name

WIDTH = 100
LANES = 3
"""Lanes shown of each product; --json has all."""


def screens(inventory: Inventory) -> list[str]:
    """One text for each file that was given."""
    found: list[str] = []
    if inventory.mined is not None:
        found.append(_production(inventory, inventory.mined))
    if inventory.traded is not None:
        found.append(_trade(inventory, inventory.traded))
    return found


def as_json(inventory: Inventory) -> dict[str, object]:
    """`mined` and `traded`, whole, where their file was given."""
    body: dict[str, object] = {}
    if inventory.mined is not None:
        body["mined"] = [asdict(mineral) for mineral in inventory.mined]
    if inventory.traded is not None:
        body["traded"] = [
            asdict(product) | {"file": product.file, "here": product.here}
            for product in inventory.traded
        ]
    return body


def _production(inventory: Inventory, mined: tuple[Mined, ...]) -> str:
    world = inventory.world
    lines = [f"World production in the USGS file beside the world {world.name}, t a year."]
    if not mined:
        lines += ["", "  The file has none of the world's minerals."]
    for mineral in mined:
        lines += ["", f"  {mineral.commodity} {mineral.year} ({', '.join(mineral.products)})"]
        lines.append(f"    {'':<34}{'file':>12}{'here':>12}{'gap':>12}")
        for place in mineral.places:
            name = region_name(world, place.region) if place.region else place.place
            label = textwrap.shorten(name, 33, placeholder=" ...")
            lines.append(_line(label, place.file, place.here, withheld=place.withheld))
        file, here = sum(p.file for p in mineral.places), sum(p.here for p in mineral.places)
        lines.append(_line("all", file, here, withheld=any(p.withheld for p in mineral.places)))
        if mineral.printed is not None:
            lines.append(f"    {'all, as the file rounds it':<34}{mineral.printed:>12,.0f}")
    return "\n".join([
        *lines,
        "",
        "  gap = here - file. > : a figure of the region is withheld or not available, so it is more.",
        "  Gaps that the base leaves open on purpose: docs/world.md, how the base was balanced.",
    ])  # fmt: skip


def _line(name: str, file: float, here: float, *, withheld: bool = False) -> str:
    gap = f"{here - file:>+12,.0f}" if round(here - file) else f"{0:>12}"
    share = f"{here / file - 1:>+8.0%}" if file and abs(here / file - 1) >= 0.005 else ""
    return (
        f"    {name:<34}{('> ' if withheld else '') + f'{file:,.0f}':>12}{here:>12,.0f}{gap}{share}"
    )


def _trade(inventory: Inventory, traded: tuple[Traded, ...]) -> str:
    world = inventory.world
    years = ", ".join(sorted({str(product.year) for product in traded}))
    lines = [
        f"Trade between regions in the BACI file ({years}) beside the world {world.name}, gross t.",
        "",
        "  HS baskets are wider than products: a code holds other goods too, and codes that several",
        "  products share are counted under each. So the file should be the larger; a product that",
        "  trades more here than its basket does is worth a look (!).",
    ]
    if not traded:
        lines += ["", "  The file has none of the world's HS codes."]
    for product in traded:
        mark = "!" if product.here > product.file else " "
        lines += ["", f"{mark} {product.product} (HS {', '.join(product.hs)})"]
        lines += [f"    {'':<34}{'file':>12}{'here':>12}{'gap':>12}"]
        lines.append(_line("all lanes", product.file, product.here))
        for lane in product.lanes[:LANES]:
            lines.append(_line(f"{lane.origin} to {lane.destination}", lane.file, lane.here))
        if product.shared:
            lines += textwrap.wrap(
                f"the codes also hold {', '.join(product.shared)}", WIDTH,
                initial_indent=" " * 4, subsequent_indent=" " * 6,
            )  # fmt: skip
        if product.unweighed:
            lines.append(f"    without a weight, in no lane: {product.unweighed / 1e6:,.1f} M USD")
    return "\n".join(lines)
