"""What an inspection says: findings, what each kind of them means, and what could not be looked at."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

Figure = str | int | float
"""What evidence holds: text, a count, a measure."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One family of evasions: what is looked for, under which article, and what an audit takes.

    detector    its name in findings
    title       in words
    seen        where it was seen before
    clause      article that the practice runs against
    hours       hours of an audit of one finding; assumed, by what has to be fetched and read
    cleared_by  the document that clears an honest trader
    needs       files without which the detector is blind: entries, payments, lots, parents, facilities
    sharper     files that add to what it sees
    """

    detector: str
    title: str
    seen: str
    clause: str
    hours: Decimal
    cleared_by: str
    needs: tuple[str, ...] = ()
    sharper: tuple[str, ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind(
        "over_invoice_refund", "price raised on the invoice, refunded later",
        "steel trigger prices 1978-82; televisions 1968-75", "Art. 5(3)", Decimal("6.0"),
        "the contract with its price formula, and bank statements without a payment back",
        (), ("payments",),
    ),
    Kind(
        "fx_rebate", "rebate dressed as an exchange-rate difference",
        "steel trigger prices 1978-82", "Art. 5(3)", Decimal("3.0"),
        "the settlement of every invoice at the bank's rate of the day, gains and losses alike",
        (), ("payments",),
    ),
    Kind(
        "false_damage", "damage claimed that did not happen",
        "steel trigger prices 1978-82; tomatoes 1996-2025", "Art. 5(3)", Decimal("5.0"),
        "the surveyor's report, the insurer's settlement, or the record of destruction",
    ),
    Kind(
        "backdated_invoice", "invoice dated before the floor rose",
        "steel trigger prices 1978-82", "Art. 4", Decimal("2.0"),
        "the bill of lading and the seller's invoice register",
        (), ("payments",),
    ),
    Kind(
        "origin_overclaim", "more zone origin claimed than the plants could make",
        "antimony oxides through two countries, December 2024 to April 2025", "Art. 7(2)",
        Decimal("16.0"), "production records and purchase invoices of the plant's feed",
        ("lots", "parents", "facilities"),
    ),
    Kind(
        "third_country_surge", "a country ships what it hardly makes, as the supplier's exports fall",
        "antimony oxides through two countries, December 2024 to April 2025", "Art. 7(2)",
        Decimal("12.0"), "certificates of origin with the plant's production records",
        (), ("facilities",),
    ),
    Kind(
        "downstream_shift", "the same buyer turns from the covered product to the next stage",
        "fabricated steel shapes, +71 % in 1978", "Art. 3", Decimal("4.0"),
        "the buyer's production plan and investment that needs the next stage",
    ),
    Kind(
        "bundling", "a covered product dear and other goods cheap on one invoice",
        "solar projects 2013-18", "Art. 5(3)", Decimal("4.0"),
        "price lists of the other goods, and what other buyers pay for them",
    ),
    Kind(
        "misclass_carbonate", "oxide declared as a carbonate or under a stage without a floor",
        "rare-earth mixtures before the court in 2006", "Art. 3", Decimal("1.5"),
        "a laboratory's analysis of a sample: loss on ignition, X-ray diffraction",
        (), ("payments",),
    ),
    Kind(
        "splitting", "one consignment split to stay under the limit",
        "entry prices of fruit, small quantities", "Art. 12(4)", Decimal("1.0"),
        "separate orders of separate end users",
    ),
    Kind(
        "reimbursement", "the seller pays the top-up back",
        "anti-dumping duties absorbed by exporters", "Art. 5(3)", Decimal("5.0"),
        "what the payments were for: invoices of the importer to the exporter, with proof of service",
        (), ("payments",),
    ),
)  # fmt: skip
"""Hours are assumed: no administration publishes them. `Art. 12(4)` is the small consignment."""

OF = {kind.detector: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Clue:
    """What a detector hands over: lines, how sure, what is at stake, and why in a sentence.

    lines    keys "number/line"
    score    0 to 1
    stake    USD cents due in the honest reading, less those declared
    figures  what the sentence rests on
    case     clues of one case are one finding: one audit looks at them all; "": a case of its own
    """

    lines: tuple[str, ...]
    score: float
    stake: int
    sentence: str
    figures: Mapping[str, Figure]
    case: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """An indicator, never a finding of fact: SCHEMAS' row, with its kind.

    score                 0.0000 to 1.0000
    duty_at_stake_cents   due in the honest reading, less what was declared
    audit_hours           of the kind; assumed
    """

    finding_id: str
    detector: str
    lines: tuple[str, ...]
    score: Decimal
    duty_at_stake_cents: int
    audit_hours: Decimal
    clause: str
    sentence: str
    cleared_by: str
    figures: Mapping[str, Figure]

    @property
    def entry_lines(self) -> str:
        """Lines as the file has them: `number/line|number/line`."""
        return "|".join(self.lines)

    @property
    def cents_per_hour(self) -> Decimal:
        """Duty an hour of audit is expected to recover, cents: score x duty / hours."""
        return self.score * self.duty_at_stake_cents / self.audit_hours

    @property
    def evidence(self) -> str:
        """JSON: the sentence, the figures in it, what clears it."""
        held = {
            "sentence": self.sentence,
            **self.figures,
            "standing": "indicator, not finding",
            "cleared_by": self.cleared_by,
        }
        return json.dumps(held, ensure_ascii=False, sort_keys=True, allow_nan=False)


def cases(detector: str, clues: Iterable[Clue]) -> Iterator[Finding]:
    """Findings of a detector's clues, those of one case together: the sentence of the dearest.

    The score is the mean over the clues; what is at stake is their sum.
    """
    held: dict[str, list[Clue]] = {}
    for clue in clues:
        held.setdefault(clue.case or "|".join(sorted(clue.lines)), []).append(clue)
    for of in held.values():
        first = min(of, key=lambda clue: (-clue.stake, clue.lines))
        if len(of) == 1:
            yield finding(detector, first)
            continue
        lines = tuple(line for clue in of for line in clue.lines)
        score = sum(clue.score for clue in of) / len(of)
        more = (
            f" So are {len(of) - 1} more {'line' if len(of) == 2 else 'lines'} of the same trade."
        )
        yield finding(
            detector,
            Clue(
                lines, score, sum(clue.stake for clue in of), first.sentence + more,
                {**first.figures, "alike": len(of)},
            ),
        )  # fmt: skip


def finding(detector: str, clue: Clue) -> Finding:
    """A clue as a finding; its id hangs on the detector and the lines alone."""
    kind = OF[detector]
    lines = tuple(sorted(set(clue.lines)))
    name = sha256("|".join((detector, *lines)).encode()).hexdigest()[:10]
    return Finding(
        f"{detector}-{name}", detector, lines,
        Decimal(f"{min(max(clue.score, 0.0), 1.0):.4f}"), clue.stake, kind.hours, kind.clause,
        clue.sentence, kind.cleared_by, clue.figures,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blind:
    """A detector that sees nothing, or less, for want of files."""

    detector: str
    files: tuple[str, ...]
    wholly: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was looked at, what looks wrong, what could not be seen.

    findings  most duty an hour of audit first
    goods     entry lines looked at; changes: credits and debits; unread: lines not looked at
    value     USD of the goods looked at, cents
    """

    findings: tuple[Finding, ...]
    blind: tuple[Blind, ...]
    read: int
    goods: int
    changes: int
    unread: int
    covered: int
    first_day: str
    last_day: str
