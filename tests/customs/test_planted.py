"""Planted worlds: the same seed tells the same story, every line of it is true and can be assessed."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import oracle
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))

from bench.planted import DETECTORS, EVASIONS, world  # noqa: E402
from bench.planted.honest import LOOK_ALIKES  # noqa: E402
from bench.planted.judge import empty, judge, read_truth  # noqa: E402

SIZE = 500


@pytest.fixture(scope="module", params=[False, True], ids=["tune", "kept"])
def folder(request, tmp_path_factory):
    return world(7, SIZE, tmp_path_factory.mktemp("world"), kept=request.param)


@pytest.fixture(scope="module")
def assessed(folder):
    """What the decimal oracle makes of it: (lines assessed, lines set aside)."""
    return oracle.assess(folder / "entries.csv", folder / "law", folder / "lots.csv")


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(row):
    return row["entry_number"], row["line_number"]


@dataclass(frozen=True)
class Named:
    """A finding by hand."""

    detector: str
    lines: tuple[str, ...]
    score: Decimal = Decimal(1)
    audit_hours: Decimal = Decimal(2)


@pytest.mark.parametrize("kept", [False, True])
def test_the_same_seed_writes_the_same_bytes(kept, tmp_path):
    first, again = (world(9, 300, tmp_path / name, kept=kept) for name in ("first", "again"))
    names = sorted(p.relative_to(first) for p in first.rglob("*.csv"))
    assert len(names) == 14
    assert all((first / n).read_bytes() == (again / n).read_bytes() for n in names)


def test_another_seed_and_the_kept_draws_tell_other_stories(tmp_path):
    first = world(7, 300, tmp_path / "a") / "entries.csv"
    seed = world(8, 300, tmp_path / "b") / "entries.csv"
    kept = world(7, 300, tmp_path / "c", kept=True) / "entries.csv"
    assert len({p.read_bytes() for p in (first, seed, kept)}) == 3


def test_every_line_has_its_truth_and_every_truth_its_line(folder):
    lines = [key(row) for row in rows(folder / "entries.csv")]
    assert len(set(lines)) == len(lines)
    assert lines == [key(row) for row in rows(folder / "truth.csv")]


def test_every_evasion_and_every_look_alike_occurs(folder):
    kinds = {row["kind"] for row in rows(folder / "truth.csv")}
    assert {f"planted:{name}" for name in DETECTORS} <= kinds
    assert len([kind for kind in kinds if kind.startswith("hard_negative:")]) == len(LOOK_ALIKES)
    assert len(EVASIONS) == 11


def test_only_planted_lines_have_a_detector_and_duty_at_stake(folder):
    stakes: dict[str, int] = defaultdict(int)
    for row in rows(folder / "truth.csv"):
        planted = row["kind"].startswith("planted:")
        assert planted == bool(row["detector"])
        assert row["kind"] == f"planted:{row['detector']}" if planted else True
        stake = int(row["duty_at_stake_cents"])
        assert stake >= 0
        assert planted or stake == 0
        if planted:
            stakes[row["case_id"]] += stake
    assert min(stakes.values()) > 0


def test_every_line_passes_the_checks_of_assessment(folder, assessed):
    answers, aside = assessed
    assert Counter(row["reason"] for row in aside) == {}
    assert len(answers) == len(rows(folder / "entries.csv"))


def test_honest_claims_of_zone_origin_are_proven_and_the_rest_pays(folder, assessed):
    entries = {key(row): row for row in rows(folder / "entries.csv")}
    claimed = 0
    for answer in assessed[0]:
        row = entries[answer["entry_number"], str(answer["line_number"])]
        if row["line_type"] == "entry" and row["preference"] == "bloc":
            claimed += 1
            assert "ZONE_ORIGIN" in answer["reason_codes"].split(";")
    assert claimed > 50


def test_what_false_credits_hide_is_what_the_law_would_have_asked(folder, assessed):
    rises: dict[tuple[str, str], int] = defaultdict(int)
    entries = {key(row): row for row in rows(folder / "entries.csv")}
    for answer in assessed[0]:
        row = entries[answer["entry_number"], str(answer["line_number"])]
        if row["line_type"] == "credit":
            rises[row["ref_entry_number"], row["ref_line_number"]] += answer["top_up_cents"]
    compared = 0
    for row in rows(folder / "truth.csv"):
        if row["style"] in ("same_share", "to_market") and key(row) in rises:
            compared += 1
            assert abs(rises[key(row)] - int(row["duty_at_stake_cents"])) <= 3
    assert compared >= 5


def test_split_consignments_owe_nothing_as_entered_and_something_together(folder, assessed):
    due = {(a["entry_number"], str(a["line_number"])): a for a in assessed[0]}
    split = [r for r in rows(folder / "truth.csv") if r["detector"] == "splitting"]
    assert all("SMALL_CONSIGNMENT" in due[key(r)]["reason_codes"] for r in split)
    assert all(int(r["duty_at_stake_cents"]) > 0 for r in split)


def test_lots_of_honest_plants_stay_within_capacity_and_over_claimed_ones_do_not_all(folder):
    guilty = {
        lot
        for row, told in zip(rows(folder / "entries.csv"), rows(folder / "truth.csv"), strict=True)
        if told["style"] == "beyond_capacity"
        for lot in row["lot_ids"].split("|")
    }
    capacity = {
        row["facility_id"]: Decimal(row["capacity_kg_per_year"])
        for row in rows(folder / "facilities.csv")
    }
    made: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    false: set[str] = set()
    for row in rows(folder / "lots.csv"):
        made[row["facility_id"], row["date"][:4]] += Decimal(row["kg_contained"])
        if row["lot_id"] in guilty:
            false.add(row["facility_id"])
    over = {plant for (plant, _), kg in made.items() if kg > capacity[plant]}
    assert false
    assert over == false


def test_sizes_span_four_orders_and_trade_has_many_places_and_moneys(folder):
    goods = [r for r in rows(folder / "entries.csv") if r["line_type"] == "entry"]
    dollars = sorted(float(r["item_value"]) for r in goods if r["currency"] == "USD")
    assert dollars[-1] / dollars[0] > 1e4
    assert len({r["import_country"] for r in goods}) >= 8
    assert len({r["currency"] for r in goods}) >= 5
    assert len({r["importer_id"] for r in goods}) > 60


def test_payments_name_parties_and_invoices_that_exist_or_nothing(folder):
    entries = rows(folder / "entries.csv")
    known = {r["invoice_number"] for r in entries}
    for row in rows(folder / "payments.csv"):
        assert Decimal(row["amount"]) > 0
        assert not row["invoice_number"] or row["invoice_number"] in known


def test_whoever_names_every_planted_line_is_judged_perfect(folder):
    truth, _ = read_truth(folder)
    findings = [Named(t.detector, (line,)) for line, t in truth.items() if t.detector]
    judgment = empty()
    judge(judgment, folder, findings)
    assert all(score.recall == score.precision == 1 for score in judgment.scores.values())
    assert all(judgment.false_share(name) == 0 for name in DETECTORS)
    assert judgment.recovered(1e9) == 1


def test_whoever_accuses_everyone_by_value_is_judged_by_false_share_and_correlation(folder):
    truth, _ = read_truth(folder)
    most = max(t.value for t in truth.values())
    findings = [
        Named("splitting", (line,), Decimal(str(0.5 + t.value / most / 2)))
        for line, t in truth.items()
    ]
    judgment = empty()
    judge(judgment, folder, findings)
    assert judgment.false_share("splitting") == 1
    assert judgment.scores["splitting"].recall == 1
    assert judgment.scores["bundling"].recall == 0
    assert judgment.correlation(named=False) > 0.99


def test_a_credit_that_is_accused_accuses_its_original_and_weak_scores_accuse_nobody(folder):
    truth, original = read_truth(folder)
    credit, line = next((c, o) for c, o in original.items() if truth[o].detector == "false_damage")
    for score, caught in ((Decimal("0.9"), 1), (Decimal("0.4"), 0)):
        judgment = empty()
        judge(judgment, folder, [Named("false_damage", (credit,), score)])
        assert judgment.scores["false_damage"].caught == caught
    assert truth[line].stake > 0


def test_the_benchmark_named_inspect_leaves_the_standard_librarys_module_to_its_siblings():
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'bench')!r}); sys.modules.pop('inspect', 0); "
        "import inspect; print(inspect.signature(inspect.signature), sys.path[0])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert "follow_wrapped" in ran.stdout, ran.stderr
    assert ran.stdout.strip().endswith("bench")
