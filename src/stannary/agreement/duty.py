"""The one duty: what an import owes at the border of the zone (Art. 5 and 6).

Written once, over anything that has + - * and a `maximum`: JAX arrays in the market, an expression in
customs, Decimals in a by-hand check. All money is per the same quantity of goods, whatever it is.
"""

from collections.abc import Callable
from typing import Generic, NamedTuple, Protocol, Self, TypeVar


class Number(Protocol):
    """A number, an array of numbers, or an expression that becomes one."""

    def __add__(self, other: Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: Self, /) -> Self: ...


N = TypeVar("N", bound=Number)


class Terms(NamedTuple, Generic[N]):
    """The law of one import, or of many at once.

    counted     statutory ad valorem rate that counts towards the floor, share of the value
    uncounted   statutory ad valorem rate that does not
    specific    statutory duty per quantity; counts
    on_fob      1 where the importer levies ad valorem duty on FOB, 0 on CIF
    floor       floor price; 0: none
    duty_paid   1 where the floor is held against the duty-paid price, 0 against CIF
    liable      share of the goods that the top-up meets: 1 outside goods, 1 - proven inside, 0 home
    """

    counted: N
    uncounted: N
    specific: N
    on_fob: N
    floor: N
    duty_paid: N
    liable: N


class Due(NamedTuple, Generic[N]):
    """What one import owes, and what its buyer pays.

    statutory  ad valorem and specific duties
    top_up     the adjustable tariff that lifts the price to its floor, >= 0
    landed     cif + statutory + top_up
    """

    statutory: N
    top_up: N
    landed: N


def due(fob: N, cif: N, terms: Terms[N], *, one: N, maximum: Callable[[N, N], N]) -> Due[N]:
    """Duty on goods worth `fob` at the origin's border and `cif` at the importer's.

        ad_valorem = rate x (fob | cif)              by the importer's valuation
        top_up     = max(0, floor - cif - duty_paid x counted duty) x liable
        landed     = cif + ad_valorem + top_up

    `one` is 1 in N's own type. Not differentiable where the floor starts to bind.
    Source: Art. 5(1) to 5(3) of the shipped agreement; the EU entry price (Reg. 543/2011) and the
    Chilean price band are the nearest laws in force.
    """
    value = fob * terms.on_fob + cif * (one - terms.on_fob)
    counted = value * terms.counted + terms.specific
    statutory = counted + value * terms.uncounted
    zero = one - one
    top_up = maximum(zero, terms.floor - cif - counted * terms.duty_paid) * terms.liable
    return Due(statutory, top_up, cif + statutory + top_up)
