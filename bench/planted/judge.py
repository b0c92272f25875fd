"""Findings against the truth of planted worlds: what each detector catches, and whom it wrongs.

A line is accused by a detector where one of its findings names it, or a credit or debit on it, with a
score of `LEAST` or more. Shares are of lines, over all worlds together.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy.stats import rankdata

from . import DETECTORS

LEAST = 0.5
RECALL, FALSE_SHARE, CORRELATION = 0.95, 0.005, 0.1
"""The goal: recall at least, false share at most, correlation of score with value below."""


class Indicator(Protocol):
    """What is judged of a finding."""

    @property
    def detector(self) -> str:
        """Which evasion it points to."""
        ...

    @property
    def lines(self) -> tuple[str, ...]:
        """`number/line` of what it names."""
        ...

    @property
    def score(self) -> Decimal:
        """0 to 1."""
        ...

    @property
    def audit_hours(self) -> Decimal:
        """Hours that looking into it takes."""
        ...


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one line of goods; value in USD, pair: importer and exporter."""

    kind: str
    detector: str
    stake: int
    style: str
    value: float
    pair: tuple[str, str]

    @property
    def honest(self) -> bool:
        """Clean, or only looking guilty."""
        return not self.detector


@dataclass(slots=True)
class Score:
    """Counts of one detector. `caught` and `planted` are lines with duty at stake."""

    planted: int = 0
    caught: int = 0
    accused: int = 0
    right: int = 0
    false: int = 0
    cents: int = 0
    hours: float = 0.0
    missed: Counter[str] = field(default_factory=Counter[str])
    wronged: Counter[str] = field(default_factory=Counter[str])

    @property
    def recall(self) -> float:
        """Share of planted lines that were caught."""
        return self.caught / self.planted if self.planted else float("nan")

    @property
    def precision(self) -> float:
        """Share of accused lines that were planted for this detector."""
        return self.right / self.accused if self.accused else float("nan")


@dataclass(slots=True)
class Judgment:
    """All worlds together.

    ranked  (cents truly recovered, audit hours) of each finding, in the order of ranking
    pairs   (score, USD) of each clean line; score 0 where nothing names it
    """

    scores: dict[str, Score]
    honest: int = 0
    stake: int = 0
    ranked: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    pairs: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def false_share(self, detector: str) -> float:
        """Share of honest lines that this detector accuses."""
        return self.scores[detector].false / max(1, self.honest)

    def correlation(self, *, named: bool) -> float:
        """Spearman's, of score with value on clean lines; `named`: those with a score only."""
        rows = [pair for pair in self.pairs if pair[0] > 0 or not named]
        table = np.array(rows, dtype=float).reshape(-1, 2)
        if len(rows) < 8 or np.ptp(table[:, 0]) == 0:
            return float("nan")
        ranks = rankdata(table, axis=0)
        return float(np.corrcoef(ranks, rowvar=False)[0, 1])

    def recovered(self, hours: float) -> float:
        """Share of all duty at stake recovered in the first so many audit hours."""
        cents = spent = 0.0
        for got, took in self.ranked:
            spent += took
            if spent > hours:
                break
            cents += got
        return cents / max(1, self.stake)


def empty() -> Judgment:
    """A judgment of no worlds."""
    return Judgment({detector: Score() for detector in DETECTORS})


def read_truth(folder: Path) -> tuple[dict[str, Truth], dict[str, str]]:
    """Truth by `number/line` of the goods, and the original of each credit or debit."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        told = {f"{r['entry_number']}/{r['line_number']}": r for r in csv.DictReader(file)}
    rates = _rates(folder)
    truth: dict[str, Truth] = {}
    original: dict[str, str] = {}
    with (folder / "entries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = f"{row['entry_number']}/{row['line_number']}"
            if row["line_type"] != "entry":
                original[key] = f"{row['ref_entry_number']}/{row['ref_line_number']}"
                continue
            said = told[key]
            value = float(row["item_value"]) * rates.get(row["currency"], 1.0)
            truth[key] = Truth(said["kind"], said["detector"], int(said["duty_at_stake_cents"]),
                               said["style"], value,
                               (row["importer_id"], row["exporter_id"]))  # fmt: skip
    return truth, original


def _rates(folder: Path) -> dict[str, float]:
    """One rate for each currency: enough to rank values."""
    with (folder / "fx.csv").open(encoding="utf-8", newline="") as file:
        return {row["currency"]: float(row["usd_per_unit"]) for row in csv.DictReader(file)}


def judge(judgment: Judgment, folder: Path, findings: Iterable[Indicator]) -> None:
    """Add one world. `findings` in the order in which they are ranked."""
    truth, original = read_truth(folder)
    accused: dict[str, set[str]] = defaultdict(set)
    highest: dict[str, float] = defaultdict(float)
    taken: set[str] = set()
    for finding in findings:
        score, hours = float(finding.score), float(finding.audit_hours)
        lines = {original.get(line, line) for line in finding.lines}
        for line in lines:
            highest[line] = max(highest[line], score)
        if score < LEAST:
            continue
        accused[finding.detector] |= lines
        # Duty is recovered once, by whichever finding is audited first.
        cents = sum(truth[line].stake for line in lines - taken if not truth[line].honest)
        taken |= lines
        judgment.ranked.append((cents, hours))
        judgment.scores[finding.detector].cents += cents
        judgment.scores[finding.detector].hours += hours
    judgment.honest += sum(t.honest for t in truth.values())
    judgment.stake += sum(t.stake for t in truth.values())
    judgment.pairs += [
        (highest.get(key, 0.0), t.value) for key, t in truth.items() if t.kind == "clean"
    ]
    for detector, score in judgment.scores.items():
        _count(score, detector, truth, accused.get(detector, set()))


def _count(score: Score, detector: str, truth: Mapping[str, Truth], accused: set[str]) -> None:
    score.accused += len(accused)
    guilty = {told.pair for told in truth.values() if not told.honest}
    for line in accused:
        told = truth[line]
        score.right += told.detector == detector
        if told.honest:
            score.false += 1
            beside = " of a guilty pair" if told.pair in guilty else ""
            score.wronged[told.kind.removeprefix("hard_negative:") + beside] += 1
    for key, told in truth.items():
        if told.detector == detector and told.stake > 0:
            score.planted += 1
            if key in accused:
                score.caught += 1
            else:
                score.missed[told.style] += 1


def lines(judgment: Judgment, *, detail: bool) -> Sequence[str]:
    """The judgment as lines of text."""
    out = [
        f"{'detector':22}{'planted':>8}{'recall':>9}{'false':>9}{'precision':>11}"
        f"{'USD per hour':>14}  goal"
    ]
    for detector, score in judgment.scores.items():
        share = judgment.false_share(detector)
        met = score.recall >= RECALL and share <= FALSE_SHARE
        rate = score.cents / 100 / score.hours if score.hours else 0.0
        out.append(
            f"{detector:22}{score.planted:8d}{score.recall:9.1%}{share:9.2%}"
            f"{score.precision:11.1%}{rate:14,.0f}  {'met' if met else 'NOT MET'}"
        )
        if detail and (score.missed or score.wronged):
            for word, counts in (("missed", score.missed), ("wronged", score.wronged)):
                if counts:
                    said = ", ".join(f"{name} {n}" for name, n in counts.most_common())
                    out.append(f"{'':4}{word}: {said}")
    hours = sum(took for _, took in judgment.ranked)
    out.append("")
    for share in (0.1, 0.25, 0.5, 1.0):
        got = judgment.recovered(share * hours + 1e-9)
        out.append(
            f"first {share:4.0%} of {hours:,.0f} audit hours: {got:6.1%} of the duty at stake"
        )
    every, named = judgment.correlation(named=False), judgment.correlation(named=True)
    out.append("")
    if np.isnan(every):
        out.append("rank correlation of score with value, clean lines: none, as no score differs")
    else:
        met = "met" if abs(every) < CORRELATION else "NOT MET"
        out.append(
            f"rank correlation of score with value, clean lines: {every:+.3f} (goal: below "
            f"{CORRELATION}, {met}); among those with a score: {named:+.3f}"
        )
    out.append(
        f"goal: recall of at least {RECALL:.0%} at a false share of at most {FALSE_SHARE:.1%}, "
        f"of {judgment.honest:,} honest lines"
    )
    return out
