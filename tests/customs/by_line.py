"""One entry line reckoned under a law, for tests that need no file."""

from datetime import date
from decimal import Decimal

from stannary.customs.law import Law
from stannary.customs.line import Line, standing
from stannary.customs.reckoning import Reckoned, reckon

LINE = Line(
    entry_number="E1", line_number=1, import_country="USA", entry_date=date(2027, 5, 3),
    export_date=date(2027, 4, 10), importer="IMP1", exporter="EXP1", origin_country="CHN",
    hs_code="2846902040", element="NdPr", assay=Decimal("99.5"), assay_basis="compound",
    moisture=None, mass=Decimal(250), value=Decimal(18000), currency="USD", incoterm="FOB",
    freight=Decimal(300), insurance=Decimal(54), fx_declared=None, invoice="A-1",
    preference="none", lots=(),
)  # fmt: skip


def line(**said: object) -> Line:
    """The printed line of the contract with other cells."""
    return Line(**{name: getattr(LINE, name) for name in LINE.__slots__} | said)


def sum_of(law: Law, **said: object) -> Reckoned:
    one = line(**said)
    return reckon(one, standing(one, law, {}))
