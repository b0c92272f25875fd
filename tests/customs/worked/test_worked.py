"""Fourteen lines worked by hand: what the oracle must say, and the sums written out.

The law is in `law/`: USA and AUS value at FOB, DEU at CIF; USA converts on the day of export.
Money below is in dollars; the answers are in cents.
"""

import csv
from pathlib import Path

import pytest
from oracle import assess
from oracle.columns import COLUMNS

HERE = Path(__file__).parent

NUMBERS = (
    "customs_value_cents cif_cents base_duty_cents extra_duty_cents floor_cents top_up_cents "
    "security_cents total_due_cents"
)

USA = {
    "line_number": "1",
    "line_type": "entry",
    "import_country": "USA",
    "entry_date": "2027-05-03",
    "export_date": "2027-04-10",
    "importer_id": "IMP1",
    "exporter_id": "EXP1",
    "related": "false",
    "origin_country": "VNM",
    "export_country": "VNM",
    "hs_code": "2846902040",
    "element": "NdPr",
    "assay_pct": "99",
    "assay_basis": "compound",
    "net_mass_kg": "100",
    "item_value": "5000.00",
    "currency": "USD",
    "incoterm": "FOB",
    "freight": "100.00",
    "insurance": "10.00",
    "invoice_number": "A-1",
    "invoice_date": "2027-04-05",
    "preference": "none",
}
DEU = USA | {"import_country": "DEU", "freight": "", "insurance": ""}
CREDIT = {"line_number": "1", "line_type": "credit", "entry_date": "2027-06-01", "currency": "USD"}

ENTRIES = {
    "E02": DEU
    | {
        "net_mass_kg": "200",
        "item_value": "15000.00",
        "currency": "EUR",
        "incoterm": "DAP",
    },
    "E03": DEU
    | {
        "origin_country": "CHN",
        "assay_pct": "84",
        "assay_basis": "element",
        "item_value": "10000.00",
        "incoterm": "CFR",
        "insurance": "20.00",
    },
    "E04": USA
    | {
        "entry_date": "2027-04-20",
        "export_date": "2027-03-20",
        "moisture_pct": "2.5",
        "assay_pct": "95",
        "item_value": "9000.00",
        "incoterm": "EXW",
        "freight": "500.50",
        "insurance": "49.50",
    },
    "E06": DEU
    | {
        "origin_country": "CHN",
        "hs_code": "261100",
        "element": "W",
        "assay_pct": "65",
        "net_mass_kg": "500",
        "item_value": "1000001",
        "currency": "JPY",
        "incoterm": "CIP",
    },
    "E07": USA | {"origin_country": "AUS", "preference": "bloc", "lot_ids": "L1"},
    "E08": USA | {"origin_country": "AUS", "preference": "bloc", "lot_ids": "L1|L2"},
    "E09": USA
    | {"net_mass_kg": "10", "item_value": "790.00", "freight": "9.00", "insurance": "1.00"},
    "E10": DEU
    | {
        "hs_code": "85051170",
        "element": "",
        "assay_pct": "",
        "assay_basis": "",
        "item_value": "99.99",
        "currency": "EUR",
        "incoterm": "CIF",
        "fx_rate_declared": "1.1",
    },
    "E11": USA
    | {
        "hs_code": "811010",
        "element": "Sb",
        "assay_pct": "99.65",
        "assay_basis": "element",
        "net_mass_kg": "700.5",
        "item_value": "20000.00",
        "incoterm": "CIF",
        "freight": "400.00",
        "insurance": "100.00",
    },
    "C01": CREDIT
    | {
        "ref_entry_number": "US51234567",
        "ref_line_number": "1",
        "item_value": "-1000.00",
        "adjust_reason": "price_adjustment",
    },
    "C02": CREDIT
    | {
        "ref_entry_number": "US51234567",
        "ref_line_number": "1",
        "net_mass_kg": "-20",
        "item_value": "-1440.00",
        "adjust_reason": "short_delivery",
    },
    "C03": CREDIT
    | {
        "line_type": "debit",
        "ref_entry_number": "E02",
        "ref_line_number": "1",
        "currency": "EUR",
        "item_value": "500.00",
        "adjust_reason": "other",
    },
}
ENTRIES["E05"] = ENTRIES["E04"] | {"entry_date": "2027-05-01"}
ENTRIES["E12"] = ENTRIES["E11"] | {"entry_date": "2027-09-01"}

# The line printed in the contract, as it stands there.
PRINTED = (
    "US51234567,1,entry,,,01,USA,2027-05-03,2027-04-10,IMP1,EXP1,false,CHN,CHN,2846902040,NdPr,"
    "oxide,99.5,compound,,250,248.75,18000.00,USD,FOB,300.00,54.00,,A-1,2027-04-05,none,,magnet,,"
)
PRINTED_ANSWER = (
    "US51234567,1,entry,ndpr.oxide,ndpr.oxide/2027-04-01,Art. 7(2),248.750,1.000000,2027-04-10,"
    "1800000,1835400,0,0,2845700,1010300,0,1010300,TOP_UP"
)

# number: chargeable, fx rate, cents in the order of NUMBERS, reasons
ANSWERS = {
    # CIF member, DAP: 15000.00 EUR × 1.1042 = 16563.00, customs value and CIF alike.
    # Inside 200 × 99 % = 198 kg; floor 198 × 114.40 = 22651.20.
    # Base 3.7 % of 16563.00 = 612.831, 612.83. Top-up 22651.20 − 16563.00 − 612.83 = 5475.37.
    # Market 198 × 71.20 = 14097.60; × 1.08 = 15225.408 < 16563.00: a security. At the market's
    # value: base 521.6112, 521.61; top-up 22651.20 − 14097.60 − 521.61 = 8031.99; together
    # 8553.60, less the 6088.20 due = 2465.40.
    "E02": (
        "198.000",
        "1.104200",
        (1656300, 1656300, 61283, 0, 2265120, 547537, 246540, 608820),
        "SECURITY;TOP_UP",
    ),
    # CFR: CIF = 10000 + 20. Declared 84 % element = 84 × 1.176549 = 98.8301 % compound: oxide.
    # Inside 84.000 kg element × 1.176549 = 98.830116, 98.830 kg compound.
    # Floor 98.830 × 114.40 = 11306.152, 11306.15. Base 3.7 % of 10020 = 370.74; extra 25 % =
    # 2505.00, which does not count. Top-up 11306.15 − 10020.00 − 370.74 = 915.41; due 3791.15.
    # Market 98.830 × 71.20 = 7036.696, 7036.70; × 1.08 = 7599.636 < 10020. At the market's value:
    # base 260.3579, 260.36; extra 1759.175, half up 1759.18; top-up 11306.15 − 7036.70 − 260.36
    # = 4009.09; together 6028.63, less 3791.15 = 2237.48.
    "E03": (
        "98.830",
        "1.000000",
        (1002000, 1002000, 37074, 250500, 1130615, 91541, 223748, 379115),
        "SECURITY;TOP_UP",
    ),
    # In transit: exported before 2027-04-01 and entered 19 days after it, fewer than 30: 110.00.
    # Dry 100 × 97.5 % = 97.500; inside × 95 % = 92.625; floor 92.625 × 110 = 10188.75.
    # CIF 9000 + 500.50 + 49.50 = 9550.00, FOB 9000.00. Top-up 638.75. No market price then.
    "E04": (
        "92.625",
        "1.000000",
        (900000, 955000, 0, 0, 1018875, 63875, 0, 63875),
        "TOP_UP",
    ),
    # Entered 30 days after, not fewer: 92.625 × 114.40 = 10596.30. Top-up 1046.30.
    # Market 92.625 × 71.20 = 6594.90; × 1.08 = 7122.492 < 9550; top-up there 10596.30 − 6594.90
    # = 4001.40; less 1046.30 = 2955.10.
    "E05": (
        "92.625",
        "1.000000",
        (900000, 955000, 0, 0, 1059630, 104630, 295510, 104630),
        "SECURITY;TOP_UP",
    ),
    # 1000001 JPY × 0.006712 = 6712.006712, 6712.01. Inside 500 × 65 % = 325 kg WO3; × 0.792971 =
    # 257.715575, 257.716 kg W. Floor × 40 = 10308.64. Base 257.716 × 0.375 = 96.6435, 96.64;
    # extra 25 % of 6712.01 = 1678.0025, 1678.00; both count.
    # Top-up 10308.64 − 6712.01 − 96.64 − 1678.00 = 1821.99; due 3596.63.
    # Market 257.716 × 20 = 5154.32; × 1.08 = 5566.6656 < 6712.01. There: 96.64 + 1288.58 +
    # (10308.64 − 5154.32 − 96.64 − 1288.58 = 3769.10) = 5154.32, less 3596.63 = 1557.69.
    "E06": (
        "257.716",
        "0.006712",
        (671201, 671201, 9664, 167800, 1030864, 182199, 155769, 359663),
        "SECURITY;TOP_UP",
    ),
    # Proven by L1 of 2027-03-01: nothing due, no floor_cents. CIF 5000 + 110.
    "E07": ("99.000", "1.000000", (500000, 511000, 0, 0, None, 0, 0, 0), "ZONE_ORIGIN"),
    # L2 is dated after entry: the line fails. Floor 99 × 114.40 = 11325.60; − 5110 = 6215.60.
    # Market 99 × 71.20 = 7048.80 is above CIF: no security.
    "E08": (
        "99.000",
        "1.000000",
        (500000, 511000, 0, 0, 1132560, 621560, 0, 621560),
        "ORIGIN_NOT_PROVEN;TOP_UP",
    ),
    # CIF 790 + 9 + 1 = 800.00: not above the limit. Floor 9.9 × 114.40 = 1132.56.
    "E09": (
        "9.900",
        "1.000000",
        (79000, 80000, 0, 0, 113256, 0, 0, 0),
        "SMALL_CONSIGNMENT",
    ),
    # 99.99 EUR × 1.1042 = 110.408958, 110.41; the declared 1.1 is not used.
    "E10": (
        "",
        "1.104200",
        (11041, 11041, 0, 0, None, 0, 0, 0),
        "FX_DECLARED_DIFFERS;NOT_COVERED",
    ),
    # CIF term, FOB member: customs value 20000 − 400 − 100 = 19500.00; base 2.5 % = 487.50.
    # Floor on the product: 700.5 × 26.125 = 18300.5625, 18300.56 < 20000.
    "E11": (
        "700.500",
        "1.000000",
        (1950000, 2000000, 48750, 0, 1830056, 0, 0, 48750),
        "AT_OR_ABOVE_FLOOR",
    ),
    # The day after the last floor of antimony: base duty alone.
    "E12": (
        "",
        "1.000000",
        (1950000, 2000000, 48750, 0, None, 0, 0, 48750),
        "NO_FLOOR_THAT_DAY",
    ),
    # Price paid 17000 + 354: CIF 17354.00, top-up 28457.00 − 17354.00 = 11103.00, before 10103.00.
    "C01": (
        "0.000",
        "1.000000",
        (0, -100000, 0, 0, 0, 100000, 0, 100000),
        "ADJUSTMENT;CREDIT_RAISES_TOP_UP",
    ),
    # Then 230 kg: 228.850; floor × 114.40 = 26180.44 (before 28457.00: − 2276.56).
    # Net price 15560, CIF 15914.00; top-up 10266.44, before 11103.00: − 836.56.
    # Customs price 18000 − 1440: the credit C01 never lowered it.
    "C02": (
        "-19.900",
        "1.000000",
        (-144000, -144000, 0, 0, -227656, -83656, 0, -83656),
        "ADJUSTMENT",
    ),
    # 15500 EUR × 1.1042 = 17115.10 (+ 552.10); base 633.2587, 633.26 (+ 20.43); top-up 22651.20 −
    # 17115.10 − 633.26 = 4902.84 (− 572.53).
    "C03": (
        "0.000",
        "1.104200",
        (55210, 55210, 2043, 0, 0, -57253, 0, -55210),
        "ADJUSTMENT",
    ),
}


@pytest.fixture(scope="module")
def assessed(tmp_path_factory):
    path = tmp_path_factory.mktemp("worked") / "entries.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerow(dict(zip(COLUMNS, PRINTED.split(","), strict=True)))
        for number, row in ENTRIES.items():
            writer.writerow({"entry_number": number} | row)
    answers, aside = assess(path, HERE / "law", HERE / "lots.csv")
    assert aside == []
    return {answer["entry_number"]: answer for answer in answers}


def test_the_line_of_the_contract_gets_the_answer_of_the_contract(assessed):
    answer = assessed["US51234567"]
    assert ",".join(str(value) for value in answer.values()) == PRINTED_ANSWER


@pytest.mark.parametrize("number", sorted(ANSWERS))
def test_a_line_gets_what_was_worked_by_hand(assessed, number):
    answer = assessed[number]
    cents = tuple(answer[name] for name in NUMBERS.split())
    got = (answer["chargeable_kg"], answer["fx_rate"], cents, answer["reason_codes"])
    assert got == ANSWERS[number]


def test_goods_in_transit_carry_the_version_of_their_export(assessed):
    assert assessed["E04"]["floor_version"] == "ndpr.oxide/2027-01-01"
    assert assessed["E05"]["floor_version"] == "ndpr.oxide/2027-04-01"
    assert assessed["E05"]["fx_date"] == "2027-03-20"
    assert assessed["E02"]["fx_date"] == "2027-05-03"
