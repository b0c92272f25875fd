"""Countries as statistical offices write them: names of the USGS, numeric codes of customs."""

from functools import cache

import pycountry

from ...terms.names import EUROPEAN_UNION, countries

USGS_NAMES = {
    "Burma": "MMR",
    "Congo (Brazzaville)": "COG",
    "Congo (Kinshasa)": "COD",
    "Côte d’Ivoire": "CIV",
    "Cote d'Ivoire": "CIV",
    "Korea, North": "PRK",
    "Korea, Republic of": "KOR",
    "Russia": "RUS",
    "Turkey": "TUR",
}
"""Names that the US Geological Survey writes otherwise than ISO 3166."""

CUSTOMS_CODES = {
    58: "BEL", 251: "FRA", 381: "ITA", 490: "TWN", 579: "NOR", 699: "IND", 711: "ZAF",
    736: "SDN", 757: "CHE", 842: "USA", 891: "SRB",
}  # fmt: skip
"""Customs areas that are more than one country, under the largest; 490, "other Asia", is Taiwan."""

NOWHERE = frozenset({0, 97, 527, 530, 536, 568, 577, 636, 637, 697, 837, 838, 839, 849, 879, 899})
"""Customs codes of no one country: bunkers, free zones, areas not specified."""


@cache
def _by_name() -> dict[str, str]:
    """Every English name that ISO 3166 knows, in lower case → ISO3."""
    known: dict[str, str] = {}
    for country in pycountry.countries:
        for kind in ("official_name", "name", "common_name"):
            name = getattr(country, kind, None)
            if name is not None:
                known[str(name).lower()] = str(country.alpha_3)
    known |= {name.lower(): code for code, name in countries().items() if code != EUROPEAN_UNION}
    return known | {name.lower(): code for name, code in USGS_NAMES.items()}


@cache
def _by_code() -> dict[int, str]:
    """Numeric code of ISO 3166, and of customs areas → ISO3."""
    known = {int(country.numeric): str(country.alpha_3) for country in pycountry.countries}
    return known | CUSTOMS_CODES


def named(name: str) -> str | None:
    """ISO3 of a country's name; None: the name of no country ("Other countries", "World total")."""
    return _by_name().get(name.strip().lower())


def numbered(code: int) -> str | None:
    """ISO3 of a customs code; None: an area of no country. Raises KeyError for an unknown code."""
    return None if code in NOWHERE else _by_code()[code]
