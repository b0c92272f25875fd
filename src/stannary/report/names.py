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

BUYERS = {
    "appliances": "appliance makers",
    "auto": "car makers",
    "carbide": "makers of carbide tools",
    "catalyst": "makers of catalysts",
    "ceramics.phosphor": "makers of ceramics and phosphors",
    "defence": "defence",
    "defence.other": "defence and others",
    "electronics": "electronics makers",
    "ev": "EV makers",
    "fibre.optics": "makers of optical fibre",
    "flame.retardant": "makers of flame retardants",
    "glass.catalyst.ceramics": "makers of glass, catalysts and ceramics",
    "industry": "makers of machines",
    "infrared.defence": "infrared optics and defence",
    "lead.alloy.battery": "makers of lead alloys and batteries",
    "magnets": "magnet makers",
    "mill.products": "makers of mill products",
    "other": "other users",
    "phosphor.other": "makers of phosphors and others",
    "plants": "plants",
    "polishing": "polishers",
    "pv.glass": "makers of solar glass",
    "refractory.other": "makers of refractories and others",
    "semiconductor.led.pv": "chip, LED and solar makers",
    "smco.other": "makers of SmCo magnets and others",
    "solar.electronics.other": "makers of space solar cells and others",
    "stainless.other": "makers of stainless steel and others",
    "steel.alloy": "makers of alloy steel",
    "stock": "stocks",
    "storage": "makers of storage batteries",
    "surplus": "takers of surplus",
    "wind": "wind-turbine makers",
}
"""Groups of buyers by end use, as the subject of a sentence; `plants` buy to make something else."""

ARTICLE = ("European Union", "United Kingdom", "United States", "rest of the world")


def buyers_name(end_use: str) -> str:
    """Who a group of buyers are, in words."""
    return BUYERS.get(end_use, f"users for {end_use.replace('.', ' ').replace('_', ' ')}")


def place_name(world: World, region: str) -> str:
    """A region's name after `in`: with its article where it has one."""
    name = region_name(world, region)
    return f"the {name}" if name in ARTICLE else name


def country_name(code: str) -> str:
    """A country's name by its ISO3 code."""
    return countries()[code]


def mineral_name(mineral: str) -> str:
    """A mineral in a sentence: rare earths."""
    return mineral.replace("_", " ")


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
