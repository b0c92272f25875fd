"""What customs takes at the border, cent by cent, is what the market foresees: one law, two roads.

The market applies `agreement.duty.due` to arrays of prices; customs assesses lines of a file. Goods are
pure, in whole kilograms and dollars, so that nothing but the rounding of duties to the cent parts them.
"""

import csv
import random
from datetime import date

import jax.numpy as jnp
import numpy as np
import pyarrow.parquet as pq
import pytest

import stannary.market  # noqa: F401  sets JAX up for float64
from stannary.agreement.duty import Terms, due
from stannary.customs.batch import assess
from stannary.customs.columns import ENTRIES
from stannary.customs.law import read_law

LINES = 400
FLOOR = 114.4
# import country: values at FOB; base duty in general and with an agreement, as shares
MEMBERS = {"USA": (True, 0.032, 0.0), "DEU": (False, 0.037, 0.011)}
EXTRA = {"CHN": 0.25, "VNM": 0.0, "CHL": 0.0}
"""An additional duty in the manner of Section 301, stacked on the general one."""


def law_in(folder, counts, compared_on):
    """A law of one product, as customs reads it; free-trade rates are the rows of an origin."""
    tables = {
        "parameters": ["name,value", "agreement_from,2027-01-01", f"compared_on,{compared_on}"],
        "members": ["country,valuation,fx_date", "USA,FOB,entry", "DEU,CIF,entry"],
        "coverage": [
            "hs6,element,assay_basis,assay_from,assay_to,product",
            "284690,NdPr,compound,90,100,ndpr.oxide",
        ],
        "floors": [
            "product,version,valid_from,valid_to,floor_usd_per_kg,basis",
            f"ndpr.oxide,one,2027-01-01,,{FLOOR},compound",
        ],
        "factors": [
            "element,compound,compound_to_element,element_to_compound",
            "NdPr,NdPr,0.849943,1.176549",
        ],
        "duties": [
            "product,kind,import_country,origin_country,rate,unit,valid_from,valid_to,counts",
            f"ndpr.oxide,extra,*,CHN,25,pct,2027-01-01,,{counts}",
            *(
                f"ndpr.oxide,base,{member},{origin},{100 * rate:.4f},pct,2027-01-01,,true"
                for member, (_, general, free) in MEMBERS.items()
                for origin, rate in (("*", general), ("CHL", free))
            ),
        ],
    }
    folder.mkdir()
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return read_law(folder)


def drawn(seed):
    """Imports: member, origin, kg, prices of the whole line at both borders (USD)."""
    rng = random.Random(seed)
    for n in range(LINES):
        kilograms = rng.randrange(50, 50_000)
        fob = round(kilograms * rng.uniform(0.3, 1.4) * FLOOR, 2)
        carriage = round(fob * rng.uniform(0, 0.08), 2)
        yield n, rng.choice(list(MEMBERS)), rng.choice(list(EXTRA)), kilograms, fob, carriage


def assessed(folder, imports, law):
    """Customs' own answer, by number of the import."""
    with (folder / "entries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [c.name for c in ENTRIES], restval="")
        writer.writeheader()
        for n, member, origin, kilograms, fob, carriage in imports:
            writer.writerow({
                "entry_number": n, "line_number": 1, "line_type": "entry",
                "import_country": member, "entry_date": date(2027, 5, 3), "importer_id": "I",
                "exporter_id": "X", "related": "false", "origin_country": origin,
                "export_country": origin, "hs_code": "284690", "element": "NdPr",
                "assay_pct": 100, "assay_basis": "compound", "net_mass_kg": kilograms,
                "item_value": f"{fob:.2f}", "currency": "USD", "incoterm": "FOB",
                "freight": f"{carriage:.2f}", "insurance": 0, "invoice_number": "A",
                "invoice_date": date(2027, 4, 1),
                "preference": "fta" if origin == "CHL" else "none",
            })  # fmt: skip
    done = assess(folder / "entries.csv", law, folder / "out")
    assert (done.totals.assessed, done.totals.aside) == (len(imports), 0)
    rows = pq.read_table(folder / "out" / "assessed.parquet").to_pylist()
    return sorted(rows, key=lambda row: int(row["entry_number"]))


@pytest.mark.parametrize(
    ("counts", "compared_on"), [("true", "duty-paid"), ("false", "duty-paid"), ("true", "cif")]
)
def test_customs_takes_what_the_market_foresees_to_the_cent_it_rounds_to(
    tmp_path, counts, compared_on
):
    law = law_in(tmp_path / "law", counts, compared_on)
    imports = list(drawn(19))
    rows = assessed(tmp_path, imports, law)
    base = [MEMBERS[m][2 if o == "CHL" else 1] for _, m, o, *_ in imports]
    extra = np.array([EXTRA[o] for _, _, o, *_ in imports])
    counted = np.array(base) + (extra if counts == "true" else 0)
    kilograms, fob, carriage = (np.array([i[k] for i in imports]) for k in (3, 4, 5))
    terms = Terms(
        counted=jnp.array(counted),
        uncounted=jnp.array(extra if counts == "false" else 0 * extra),
        specific=jnp.zeros(LINES),
        on_fob=jnp.array([float(MEMBERS[m][0]) for _, m, *_ in imports]),
        floor=jnp.array(FLOOR * kilograms),
        duty_paid=jnp.full(LINES, float(compared_on == "duty-paid")),
        liable=jnp.ones(LINES),
    )
    foreseen = due(
        jnp.array(fob), jnp.array(fob + carriage), terms, one=jnp.ones(LINES), maximum=jnp.maximum
    )
    cents = {name: np.array([row[f"{name}_cents"] for row in rows]) for name in
             ("base_duty", "extra_duty", "top_up", "total_due", "floor", "cif")}  # fmt: skip
    statutory = cents["base_duty"] + cents["extra_duty"]
    # Two duties are rounded, each to half a cent; the top-up takes them off, and is rounded with them.
    np.testing.assert_allclose(statutory, 100 * np.asarray(foreseen.statutory), rtol=0, atol=1.01)
    np.testing.assert_allclose(
        cents["top_up"], 100 * np.asarray(foreseen.top_up), rtol=0, atol=1.01
    )
    landed = cents["cif"] + cents["total_due"]
    np.testing.assert_allclose(landed, 100 * np.asarray(foreseen.landed), rtol=0, atol=1.01)
    assert (cents["top_up"] > 0).any()
    assert (cents["top_up"] == 0).any()
    assert {row["reason_codes"] for row in rows} == {"TOP_UP", "AT_OR_ABOVE_FLOOR"}
    assert {(m, o) for _, m, o, *_ in imports} == {(m, o) for m in MEMBERS for o in EXTRA}


@pytest.mark.parametrize("member", MEMBERS)
def test_where_no_cent_is_rounded_customs_and_market_are_equal_to_float_precision(tmp_path, member):
    """Values in whole 10,000 dollars: every duty is whole cents, so the two are the same number."""
    law = law_in(tmp_path / "law", "true", "duty-paid")
    rng = random.Random(7)
    imports = [
        (n, member, rng.choice(list(EXTRA)), 1000 * rng.randrange(1, 90),
         10_000.0 * rng.randrange(1, 900), 10_000.0 * rng.randrange(0, 20))
        for n in range(60)
    ]  # fmt: skip
    on_fob, general, free = MEMBERS[member]
    for row, (_, _, origin, kilograms, fob, carriage) in zip(
        assessed(tmp_path, imports, law), imports, strict=True
    ):
        rate = (free if origin == "CHL" else general) + EXTRA[origin]
        terms = Terms(rate, 0.0, 0.0, float(on_fob), FLOOR * kilograms, 1.0, 1.0)
        owed = due(fob, fob + carriage, terms, one=1.0, maximum=max)
        scale = 1e-12 * (FLOOR * kilograms + owed.landed)
        assert row["top_up_cents"] / 100 == pytest.approx(owed.top_up, rel=0, abs=scale)
        statutory = (row["base_duty_cents"] + row["extra_duty_cents"]) / 100
        assert statutory == pytest.approx(owed.statutory, rel=0, abs=scale)
