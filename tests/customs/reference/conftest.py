"""Builders: an observation, the method, the inputs of a notice."""

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest

from stannary import Agreement
from stannary.customs import reference
from stannary.customs.columns import OBSERVATIONS
from stannary.customs.reference.convert import Observation, Terms
from stannary.customs.reference.market import market
from stannary.customs.reference.tables import freight, method

DAY = date(2027, 4, 1)
COLUMNS = [column.name for column in OBSERVATIONS]


def observation(id, price, volume, group, **more):
    """A trade in USD per kg of compound at a port of the zone, unless said otherwise."""
    said = {
        "day": date(2027, 3, 15), "product": "y.oxide", "currency": "USD", "unit": "kg",
        "basis": "compound", "assay": None, "incoterm": "CIF", "place": "NLRTM",
        "kind": "transaction", "source": group, "related": False,
    } | more  # fmt: skip
    return Observation(
        id=id, price=Fraction(Decimal(str(price))), group=group,
        volume=None if volume is None else Fraction(volume), **said,
    )  # fmt: skip


@pytest.fixture(scope="session")
def law():
    return Agreement.load("bloc-2026").on(DAY)


@pytest.fixture(scope="session")
def bench():
    """The shipped method at work on observations of yttrium oxide."""
    rules = method(reference.shipped("method").table, "y.oxide", DAY)
    ways = freight(reference.shipped("freight").table)
    terms = Terms("y.oxide", "Y", "compound", "CIF")

    def priced(seen, rates=None, terms=terms):
        return market(seen, terms, DAY, rules, rates or {}, ways)

    return SimpleNamespace(
        see=observation, price=priced, method=rules, freight=ways, terms=terms, day=DAY
    )


@pytest.fixture
def write(tmp_path):
    """Writes a table of observations, a row each a mapping laid over a plain trade."""

    def file(name, rows):
        plain = {
            "date": "2027-03-15", "product": "ndpr.oxide", "currency": "USD", "unit": "kg",
            "basis": "compound", "assay_pct": "99.5", "incoterm": "CIF", "place": "NLRTM",
            "kind": "transaction", "source_id": "S", "related": "false",
        }  # fmt: skip
        path = tmp_path / name
        with path.open("w", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(plain | row for row in rows)
        return path

    return file


@pytest.fixture
def trade(write):
    """Three groups that trade neodymium-praseodymium oxide at 70, 71 and 72."""
    return write(
        "seen.csv",
        [
            {"obs_id": f"O{n}", "price": str(70 + n), "volume_kg": "2000", "source_group": f"G{n}"}
            for n in range(3)
        ],
    )


@pytest.fixture
def tables():
    return tuple(reference.shipped(role) for role in ("costs", "method", "freight"))
