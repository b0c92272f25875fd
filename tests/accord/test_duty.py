"""The one duty: decimals, NumPy, JAX and a sum done by hand agree on every import."""

from decimal import Decimal

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stannary.market  # noqa: F401  sets JAX up for float64
from stannary.agreement.duty import Terms, due
from stannary.market.by_hand import import_duty

some = settings(max_examples=200, deadline=None, database=None)
few = settings(max_examples=25, deadline=None, database=None)

money = st.decimals(0, 3_000_000, places=2)
rate = st.decimals(0, 3, places=4)
share = st.decimals(0, 1, places=3)


@st.composite
def imports(draw):
    """An import: its values, and the law that meets it."""
    fob = draw(money)
    return {
        "fob": fob,
        "cif": fob + draw(money) / 100,
        "counted": draw(rate),
        "uncounted": draw(rate),
        "specific": draw(money) / 100,
        "valuation": draw(st.sampled_from(["FOB", "CIF"])),
        "floor": draw(st.one_of(st.just(Decimal(0)), money)),
        "compared_on": draw(st.sampled_from(["duty-paid", "cif"])),
        "liable": draw(st.one_of(st.just(Decimal(1)), st.just(Decimal(0)), share)),
    }


def terms(goods, number):
    """The law of an import as `Terms`, in the type that `number` makes."""
    return Terms(
        counted=number(goods["counted"]),
        uncounted=number(goods["uncounted"]),
        specific=number(goods["specific"]),
        on_fob=number(Decimal(goods["valuation"] == "FOB")),
        floor=number(goods["floor"]),
        duty_paid=number(Decimal(goods["compared_on"] == "duty-paid")),
        liable=number(goods["liable"]),
    )


def by_hand(goods):
    """The same import on paper."""
    law = {name: goods[name] for name in goods if name not in ("fob", "cif")}
    return import_duty(goods["fob"], goods["cif"], **law)


def same(value):
    """A decimal stays a decimal."""
    return value


@given(imports())
@some
def test_in_decimals_the_duty_is_what_paper_says_to_the_last_digit(goods):
    owed = due(goods["fob"], goods["cif"], terms(goods, same), one=Decimal(1), maximum=max)
    paper = by_hand(goods)
    assert owed.statutory == paper.statutory
    assert owed.top_up == paper.top_up
    assert owed.landed == paper.landed


@pytest.mark.parametrize("arrays", [np, jnp], ids=["numpy", "jax"])
@given(goods=st.lists(imports(), min_size=20, max_size=20))
@few
def test_over_arrays_the_duty_is_what_paper_says(arrays, goods):
    columns = [terms(one, float) for one in goods]
    law = Terms(*(arrays.array(column) for column in zip(*columns, strict=True)))
    fob, cif = (arrays.array([float(one[name]) for one in goods]) for name in ("fob", "cif"))
    owed = due(fob, cif, law, one=arrays.ones(len(goods)), maximum=arrays.maximum)
    for i, one in enumerate(goods):
        paper = by_hand(one)
        scale = float(paper.landed + one["floor"])
        for name in ("statutory", "top_up", "landed"):
            value = float(getattr(owed, name)[i])
            assert value == pytest.approx(float(getattr(paper, name)), rel=0, abs=1e-12 * scale)


def test_traced_and_compiled_the_duty_is_the_same():
    law = Terms(0.05, 0.01, 3.0, 1.0, 110.0, 1.0, 1.0)
    plain = due(55.0, 59.6, law, one=1.0, maximum=max)
    traced = jax.jit(lambda fob, cif: due(fob, cif, law, one=1.0, maximum=jnp.maximum))(55.0, 59.6)
    assert [float(x) for x in traced] == pytest.approx(list(plain), rel=1e-14)


PAID, CIF = "duty-paid", "cif"
# fob, cif, counted, uncounted, specific, valuation, floor, compared on, liable:
# statutory, top-up, landed. USD/kg, worked out on paper.
FROZEN = {
    "no duty: 110 - 59.60": (
        ("58.00", "59.60", "0", "0", "0", "CIF", "110", PAID, "1"), ("0", "50.40", "110")),
    "5 % on CIF counts: 59.60 x 0.05 = 2.98, 110 - 62.58": (
        ("58.00", "59.60", "0.05", "0", "0", "CIF", "110", PAID, "1"),
        ("2.98", "47.42", "110")),
    "5 % on FOB counts: 58 x 0.05 = 2.90, 110 - 62.50": (
        ("58.00", "59.60", "0.05", "0", "0", "FOB", "110", PAID, "1"),
        ("2.90", "47.50", "110")),
    "held against CIF, the duty comes on top: 110 + 2.98": (
        ("58.00", "59.60", "0.05", "0", "0", "CIF", "110", CIF, "1"),
        ("2.98", "50.40", "112.98")),
    "a duty that does not count comes on top too": (
        ("58.00", "59.60", "0", "0.05", "0", "CIF", "110", PAID, "1"),
        ("2.98", "50.40", "112.98")),
    "1 USD/kg of specific duty counts": (
        ("58.00", "59.60", "0", "0", "1", "CIF", "110", PAID, "1"), ("1", "49.40", "110")),
    "the market is above the floor": (
        ("120", "122", "0.05", "0", "0", "CIF", "110", PAID, "1"), ("6.10", "0", "128.10")),
    "duty alone lifts it over the floor: 109 + 5.45": (
        ("108", "109", "0.05", "0", "0", "CIF", "110", PAID, "1"), ("5.45", "0", "114.45")),
    "a fifth of zone trade proves no origin: 50.40 x 0.2": (
        ("58.00", "59.60", "0", "0", "0", "CIF", "110", PAID, "0.2"),
        ("0", "10.08", "69.68")),
    "proven goods of the zone owe no top-up": (
        ("58.00", "59.60", "0.05", "0", "0", "CIF", "110", PAID, "0"),
        ("2.98", "0", "62.58")),
    "no floor": (
        ("58.00", "59.60", "0.05", "0", "0", "CIF", "0", PAID, "1"), ("2.98", "0", "62.58")),
}  # fmt: skip


@pytest.mark.parametrize("name", FROZEN)
def test_frozen_imports_owe_what_they_owed_when_they_were_written_down(name):
    given_, expected = FROZEN[name]
    numbers = [v if v in ("FOB", "CIF", PAID, CIF) else Decimal(v) for v in given_]
    keys = ("fob", "cif", "counted", "uncounted", "specific", "valuation", "floor",
            "compared_on", "liable")  # fmt: skip
    goods = dict(zip(keys, numbers, strict=True))
    owed = due(goods["fob"], goods["cif"], terms(goods, same), one=Decimal(1), maximum=max)
    assert tuple(owed) == tuple(Decimal(value) for value in expected)
    paper = by_hand(goods)
    assert (paper.statutory, paper.top_up, paper.landed) == tuple(owed)


@given(imports())
@some
def test_duty_paid_the_landed_price_is_the_higher_of_price_and_floor(goods):
    goods |= {"compared_on": "duty-paid", "liable": Decimal(1), "uncounted": Decimal(0)}
    owed = due(goods["fob"], goods["cif"], terms(goods, same), one=Decimal(1), maximum=max)
    assert owed.landed == max(goods["cif"] + owed.statutory, goods["floor"])


@given(imports(), money)
@some
def test_raising_a_floor_never_lowers_a_landed_price(goods, more):
    low = due(goods["fob"], goods["cif"], terms(goods, same), one=Decimal(1), maximum=max)
    goods |= {"floor": goods["floor"] + more}
    high = due(goods["fob"], goods["cif"], terms(goods, same), one=Decimal(1), maximum=max)
    assert high.landed >= low.landed
