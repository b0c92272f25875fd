"""The treaty as code: load an agreement, ask what stands on a day, reform it.

    Agreement.load("bloc-2026").on(date(2027, 1, 1)).floors

Next: `accord`, the agreement; `schedule`, what everyone else reads; `amendment`, reforms.
"""

from .accord import Agreement, Change
from .amendment import amend, amend_all, overlay
from .article import Parameter, Step
from .reading import shipped
from .schedule import (
    Border,
    Clause,
    Duty,
    Enforcement,
    Floor,
    Guarantee,
    LegalProduct,
    Member,
    Schedule,
    Stockpile,
)

__all__ = [
    "Agreement",
    "Border",
    "Change",
    "Clause",
    "Duty",
    "Enforcement",
    "Floor",
    "Guarantee",
    "LegalProduct",
    "Member",
    "Parameter",
    "Schedule",
    "Step",
    "Stockpile",
    "amend",
    "amend_all",
    "overlay",
    "shipped",
]
