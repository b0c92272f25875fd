"""Names of countries as law writes them: ISO 3166-1 alpha-3, and `EUU` for the European Union."""

from functools import cache

import pycountry

from .errors import Place, UnknownName

EUROPEAN_UNION = "EUU"
EUROPEAN_UNION_STATES = frozenset(
    {
        "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV",
        "HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN",
        "SWE",
    }
)  # fmt: skip
"""The 27 member states, ISO3."""


@cache
def countries() -> dict[str, str]:
    """Every ISO3 code with its English name, and the European Union under `EUU`."""
    known = {c.alpha_3: getattr(c, "common_name", c.name) for c in pycountry.countries}
    known[EUROPEAN_UNION] = "European Union"
    return known


def country(code: str, where: Place | str) -> str:
    """`code` itself, when it is an ISO3 code or `EUU`; raises UnknownName with the nearest ones."""
    if code not in countries():
        raise UnknownName("country (ISO 3166 alpha-3, or EUU)", code, countries(), where=where)
    return code


def states(code: str) -> frozenset[str]:
    """The ISO3 states that a name of the law stands for: `EUU` its 27, any other code itself."""
    return EUROPEAN_UNION_STATES if code == EUROPEAN_UNION else frozenset({code})
