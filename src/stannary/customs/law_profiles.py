"""How a member writes its own forms: units of value, and how often its exchange rates change.

An assessment is in cents for every member (the contract of its files). What a member's form shows
instead is data, for letters and the export for a court: `tables/profiles.csv`.
"""

import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Literal, cast

from ..terms.errors import BadTable, Place
from ..terms.names import states

PROFILES = Path(__file__).parent / "tables" / "profiles.csv"
UNITS = {"cent": 1, "dollar": 100}
PERIODS = ("day", "month")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a member's own form shows.

    value_unit   unit to which it rounds a customs value, half-up
    rate_period  how long one of its exchange rates holds
    source       what states both; empty: nothing was read, cents and days are assumed
    doubt        what the source leaves open
    """

    country: str
    value_unit: Literal["cent", "dollar"]
    rate_period: Literal["day", "month"]
    source: str
    doubt: str

    def declared(self, cents: int) -> int:
        """A customs value as the form shows it, still in cents: 1,800,050 is 18,001 whole dollars."""
        unit = UNITS[self.value_unit]
        whole = (Decimal(cents) / unit).quantize(Decimal(1), ROUND_HALF_UP)
        return int(whole) * unit


def profile_of(country: str) -> Profile:
    """The profile of a state; cents and days, without a source, where none was read."""
    return profiles().get(country) or Profile(country, "cent", "day", "", "No source was read.")


@cache
def profiles(path: Path = PROFILES) -> dict[str, Profile]:
    """By state; a row of the customs union holds for its 27. Raises BadTable on a row that is none."""
    found: dict[str, Profile] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            for column, allowed in (("value_unit", tuple(UNITS)), ("rate_period", PERIODS)):
                if row[column] not in allowed:
                    raise BadTable(
                        f"not a {column}",
                        where=Place(path.name, line, column),
                        value=row[column],
                        allowed=", ".join(allowed),
                    )
            for state in states(row["country"]):
                found[state] = Profile(
                    country=state,
                    value_unit=cast(Literal["cent", "dollar"], row["value_unit"]),
                    rate_period=cast(Literal["day", "month"], row["rate_period"]),
                    source=row["source"],
                    doubt=row["doubt"],
                )
    return found
