"""What is at stake: the top-up due in the honest reading, less the one declared, in cents.

One place, over the agreement's own duty in Decimal. Next: the detectors, which say what is honest.
"""

from decimal import ROUND_HALF_UP, Decimal

from ...agreement.duty import Terms, due
from .frames import Row

_CENT, _NONE, _ONE = Decimal("0.01"), Decimal(0), Decimal(1)


def exact(value: float, places: str = "0.01") -> Decimal:
    """A figure of the desk at the precision it was declared with."""
    return Decimal(repr(float(value))).quantize(Decimal(places), ROUND_HALF_UP)


def shortfall(
    line: Row, *, less: float = 0.0, floor: float | None = None, kg: float | None = None,
    liable: bool = True,
) -> int:  # fmt: skip
    """USD cents of top-up missing on a line of goods, at least 0.

    line    a row of `Desk.goods`
    less    USD that came back to the buyer, taken off the price held against the floor
    floor   USD/kg of the floor that should have held; None: the line's own
    kg      what it should have been held on; None: the line's own chargeable kg
    liable  False: none would be due, whatever the price

    Source: Art. 5(1) to 5(3); the duty itself is `agreement.duty.due`.
    """
    own = line.floor if line.floor == line.floor else None
    honest = floor if floor is not None else own
    if honest is None or not liable:
        return 0
    weight = exact(line.chargeable if kg is None else kg, "0.001")
    value, cif = exact(line.fob), exact(line.cif)
    terms = Terms(
        counted=_NONE, uncounted=_NONE, specific=exact(line.counted), on_fob=_NONE,
        floor=exact(honest, "0.0001") * weight, duty_paid=_ONE, liable=_ONE,
    )  # fmt: skip
    owed = due(value, cif - exact(less), terms, one=_ONE, maximum=max).top_up
    missing = owed - exact(line.top_up)
    return max(0, int(missing.quantize(_CENT, ROUND_HALF_UP) * 100))
