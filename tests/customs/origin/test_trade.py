from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from stannary.customs.origin.chain import Facility
from stannary.customs.origin.reading import read_papers, read_trade
from stannary.customs.origin.trade import Figure, Plant, Shipment, excesses, explained
from stannary.terms.errors import BadTable

T = 10**6
YEAR = (date(2025, 1, 1), date(2025, 12, 31))


def plant(country, stage, tonnes, recovery=80, since=date(2020, 1, 1)):
    product = "sb.conc" if stage == "mine" else "sb.oxide"
    row = Facility(
        f"{country}-{stage}", "o", country, stage, product, tonnes * T, Decimal(recovery), since
    )
    return Plant(row, Figure("estimate"))


def shipped(tonnes, exporters=("THA",), is_input=False, first=YEAR[0], last=YEAR[1]):
    return Shipment(
        exporters, "USA", is_input, "sb.oxide", "sb.conc", "Sb", first, last, tonnes * T, tonnes * T,
        "exactly", Figure("published"),
    )  # fmt: skip


WORKS = (plant("THA", "mine", 100), plant("THA", "refine", 1000))


def test_what_mines_and_smelters_can_give_is_no_excess():
    (found,) = excesses([shipped(80)], WORKS)
    assert (found.own, found.beyond_own, found.beyond_made) == (80 * T, 0, 0)


def test_declared_ore_covers_what_the_mines_do_not():
    (bare,) = excesses([shipped(400)], WORKS)
    assert (bare.beyond_own, bare.beyond_made) == (320 * T, 320 * T)
    (covered,) = excesses([shipped(400), shipped(400, is_input=True)], WORKS)
    assert (covered.beyond_own, covered.beyond_made) == (320 * T, 0)
    assert "the declared imports cover it" in explained(covered)[-1]


def test_ore_of_other_days_or_for_other_goods_covers_nothing():
    before = shipped(400, is_input=True, first=date(2024, 1, 1), last=date(2024, 12, 31))
    other = replace(shipped(400, is_input=True), product="sb.metal")
    theirs = shipped(400, ("MEX",), is_input=True)
    (found,) = excesses([shipped(400), before, other, theirs], WORKS)
    assert found.declared == 0


def test_no_ore_makes_up_for_a_smelter_that_is_too_small():
    small = (plant("THA", "mine", 9000), plant("THA", "refine", 50))
    (found,) = excesses([shipped(80), shipped(9000, is_input=True)], small)
    assert found.beyond_made == 30 * T


def test_a_smelter_counts_from_the_day_it_opened():
    late = (plant("THA", "mine", 9000), plant("THA", "refine", 365, since=date(2025, 12, 1)))
    (found,) = excesses([shipped(80)], late)
    assert found.own == 31 * T


def test_a_rush_is_the_monthly_rate_against_that_of_the_figure_before():
    before = shipped(365, first=date(2024, 1, 1), last=date(2024, 12, 30))  # 365 days
    now = shipped(90, first=date(2025, 1, 1), last=date(2025, 1, 30))  # 30 days
    (found,) = excesses([now, before], WORKS)
    assert found.shipment is now
    assert found.rush == Fraction(90, 30)


def test_exporters_counted_together_are_held_against_what_they_have_together():
    both = (*WORKS, plant("MEX", "mine", 50), plant("MEX", "refine", 1000))
    (found,) = excesses([shipped(120, ("THA", "MEX"))], both)
    assert found.beyond_own == 0


# ---------------------------------------------------------------- the case of 2025


@pytest.fixture(scope="module")
def antimony():
    folder = Path(__file__).parents[3] / "examples" / "antimony"
    return read_trade(folder / "trade.csv", folder / "facilities.csv")


def test_the_antimony_case_is_found_from_trade_and_capacity_alone(antimony):
    assert antimony.aside == ()
    both, thailand = excesses(antimony.shipments, antimony.plants)
    assert both.shipment.exporters == ("THA", "MEX")
    assert both.shipment.goods == 3_834 * T
    # 3,834 t of trioxide at 0.835354; mines 706 t a year over 151 days at 93 %.
    assert both.shipment.grams == round(3_834 * T * Decimal("0.835354"))
    mined = 705.882 * 31 / 366 + 705.882 * 120 / 365
    assert both.own == pytest.approx(0.93 * mined * T, rel=1e-6)
    assert both.beyond_made == both.shipment.grams - both.own > 2_900 * T
    assert both.rush > 7
    assert thailand.beyond_own == thailand.shipment.grams
    assert 27 < thailand.rush < 28


def test_the_case_does_not_hang_on_the_capacity_that_is_assumed(antimony):
    for factor in (0, 100):
        plants = [
            Plant(
                Facility(
                    f.facility_id, f.operator_id, f.country, f.stage, f.product,
                    f.grams_per_year * factor, f.recovery_pct, f.first, f.last, f.owner,
                ),
                p.figure,
            )
            if p.figure.quality == "assumed"
            else p
            for p in antimony.plants
            for f in [p.facility]
        ]  # fmt: skip
        found = excesses(antimony.shipments, plants)
        assert all(e.beyond_made > 2_800 * T for e in found)


def test_the_case_is_told_in_sentences_with_what_would_clear_it(antimony):
    said = " ".join(explained(excesses(antimony.shipments, antimony.plants)[0]))
    assert "Thailand and Mexico together shipped 3,834 t of sb.oxide" in said
    assert "to the United States from 1 December 2024 to 30 April 2025" in said
    assert "would clear it" in said


def test_every_figure_of_the_case_has_a_source_and_a_quality(antimony):
    for row in (*antimony.shipments, *antimony.plants):
        assert row.figure.source
        assert row.figure.quality


# ---------------------------------------------------------------- files

LOTS = (
    "lot_id,product,stage,kg_contained,facility_id,country,date,certificate_id,recycled_pct\n"
    "L1,ore,mine,1.5,M,AUS,2027-01-01,C1,0\n"
)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("L2,ore,mine,-1,M,AUS,2027-01-01,C2,0", "NEGATIVE_MASS"),
        ("L2,ore,mine,1.2345,M,AUS,2027-01-01,C2,0", "TOO_PRECISE"),
        ("L2,ore,mine,1,M,XYZ,2027-01-01,C2,0", "UNKNOWN_COUNTRY"),
        ("L2,ore,mine,1,M,AUS,2027-02-30,C2,0", "DATE_IMPOSSIBLE"),
        ("L2,ore,mine,1,M,AUS,2027-01-01,C2,101", "PERCENT_OUT_OF_RANGE"),
        ("L2,ore,dig,1,M,AUS,2027-01-01,C2,0", "NOT_ALLOWED"),
        ("L2,ore,mine,,M,AUS,2027-01-01,C2,0", "MISSING_FIELD"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason_and_the_others_are_kept(tmp_path, row, reason):
    file = tmp_path / "lots.csv"
    file.write_text(LOTS + row + "\n")
    read = read_papers(file, None, None)
    assert [x.lot_id for x in read.books.lots] == ["L1"]
    assert read.books.lots[0].grams == 1500
    assert [(a.reason, a.row_number) for a in read.aside] == [(reason, 2)]


def test_a_plant_without_recovery_or_with_days_that_run_back_is_set_aside(tmp_path):
    lots, plants = tmp_path / "lots.csv", tmp_path / "plants.csv"
    lots.write_text(LOTS)
    plants.write_text(
        "facility_id,operator_id,country,stage,product,capacity_kg_per_year,recovery_pct,valid_from,"
        "valid_to,beneficial_owner_country\n"
        "A,o,AUS,mine,ore,1,0,2026-01-01,,\n"
        "B,o,AUS,mine,ore,1,90,2026-01-01,2025-01-01,\n"
    )
    read = read_papers(lots, None, plants)
    assert [a.reason for a in read.aside] == ["PERCENT_OUT_OF_RANGE", "DATE_IMPOSSIBLE"]


def test_a_file_that_is_no_table_is_refused(tmp_path):
    empty = tmp_path / "lots.csv"
    empty.write_text("")
    with pytest.raises(BadTable, match="empty"):
        read_papers(empty, None, None)
