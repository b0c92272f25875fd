"""What windows call things: short names of products and regions, falling back to the world's own."""

from ..terms.names import countries
from ..world import World

PRODUCTS = {
    "re.conc.mixed": "mixed ore",
    "re.conc.bast": "bastnaesite",
    "re.conc.monz": "monazite",
    "re.conc.clay": "ionic clay",
    "re.seg": "SEG+",
    "ndpr.oxide": "NdPr oxide",
    "dy.oxide": "Dy oxide",
    "tb.oxide": "Tb oxide",
    "sm.oxide": "Sm oxide",
    "y.oxide": "Y oxide",
    "lace.oxide": "La-Ce oxide",
    "reo.other": "other oxides",
    "ndpr.metal": "NdPr metal",
    "dy.metal": "Dy metal",
    "tb.metal": "Tb metal",
    "magnet.std": "magnets",
    "magnet.ht": "heat magnets",
    "re.scrap": "magnet scrap",
    "ga.crude": "gallium",
    "ga.hp": "pure gallium",
    "ge.conc": "raw germanium",
    "ge.metal": "germanium",
    "sb.conc": "antimony ore",
    "sb.metal": "antimony",
    "w.conc": "tungsten ore",
    "w.apt": "tungsten APT",
    "gr.flake": "graphite",
    "gr.anode": "anodes",
    "li.feed": "lithium feed",
    "li.chem": "lithium",
    "co.feed": "cobalt feed",
    "co.refined": "cobalt",
    "ni.feed": "nickel feed",
    "ni.refined": "nickel",
}
"""At most 13 letters: a column of the terminal."""

REGIONS = {
    "COD": "DR Congo",
    "RUS": "Russia",
    "ROB": "other members",
    "ROA": "other attendees",
    "ROW": "rest of the world",
}
"""Where neither law nor world has a name that fits a line."""


def product_name(world: World, product: str) -> str:
    """A product's short name; of one without, what the world's name says before its first bracket."""
    if product in PRODUCTS:
        return PRODUCTS[product]
    known = world.products.get(product)
    return known.name.split(" (")[0].split(",")[0] if known else product


def product_meaning(world: World, product: str) -> str:
    """The world's own name of a product, in full."""
    known = world.products.get(product)
    return known.name if known else product


def region_name(world: World, region: str) -> str:
    """A region's name in a sentence: that of its country, or a short one of a group."""
    if region in REGIONS:
        return REGIONS[region]
    named = countries()
    if region in named:
        return named[region]
    known = world.regions.get(region)
    return known.name.split(" (")[0] if known else region


def listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def first_up(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
