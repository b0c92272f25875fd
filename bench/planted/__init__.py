"""Planted worlds: entries, lots, plants, payments and a law, with the truth of every line.

    python -m bench.planted SEED SIZE FOLDER [--kept]

Written by hand from what is told of price floors and how they were evaded (the Trigger Price
Mechanism of 1978-82, television sets of 1968-75, the solar undertakings of 2013-18, the sugar and
tomato agreements, antimony in 2025), apart from the detectors, which know nothing of this folder.

A folder holds entries.csv, lots.csv, parents.csv, facilities.csv, fx.csv and law/ as the contract
of the files has them, and two files of its own:

    payments.csv  payment_id, date, payer_id, payee_id, amount (2 places), currency, invoice_number
                  (may be empty), purpose (as written). Part of the honest payments is missing, as
                  it is to an administration.
    truth.csv     entry_number, line_number, kind, detector, duty_at_stake_cents, case_id, style;
                  a row for each row of entries.csv.
                  kind   clean | hard_negative:<why> | planted:<detector>
                  detector  empty but for planted lines
                  duty_at_stake_cents  what honest papers would have cost more than these: the
                  top-up on the true price, day, goods or origin, less the top-up as invoiced. It
                  stands on the original; credits and debits carry 0 and the kind of their
                  original. For origin, it is the share of the claim that could not be true. For
                  a surge, the duty on the hidden origin.

Two worlds of one seed: those to tune on, and the kept ones on which detectors are judged.

    tune  (kept=False)  all styles alike often; refunds give back 75-100 % of the gap within 10-50
                        days; 90 % of a guilty pair's orders tainted; honest prices spread by 4 %
    kept  (kept=True)   other draws from the same seed; careful styles four times as likely as the
                        blatant; refunds of 55-100 % within 5-110 days, in up to five parts;
                        70 % of a guilty pair's orders tainted; more of the guilty are known,
                        otherwise honest traders; swelling flows smaller, over-claims slighter;
                        honest prices spread by 5 %, claims half as common again, fewer
                        payments on record

Next: `refunds`, `papers` and `origins`, the eleven evasions; `honest`, what only looks like them.
"""

from pathlib import Path

import numpy as np

from .book import Book
from .clean import Noise, background
from .custody import certify_honest, plants_outside
from .honest import LOOK_ALIKES
from .law import draw_law
from .origins import origin_overclaim, third_country_surge
from .papers import backdated_invoice, bundling, downstream_shift, misclass_carbonate, splitting
from .people import draw_people
from .refunds import false_damage, fx_rebate, over_invoice_refund, reimbursement
from .series import Mix, Scene
from .write import write_world

EVASIONS = (
    over_invoice_refund, fx_rebate, false_damage, backdated_invoice, origin_overclaim,
    third_country_surge, downstream_shift, bundling, misclass_carbonate, splitting, reimbursement,
)  # fmt: skip
DETECTORS = tuple(evasion.__name__ for evasion in EVASIONS)

TUNE = Mix(
    noise=Noise(price=0.04, claims=0.012, paid=0.88), cut=(0.75, 1.0), careful=1.0,
    lag=(10, 50), tainted=0.9, orders=(5, 14), known=0.5, pieces=3,
)  # fmt: skip
KEPT = Mix(
    noise=Noise(price=0.05, claims=0.018, paid=0.8), cut=(0.55, 1.0), careful=4.0,
    lag=(5, 110), tainted=0.7, orders=(5, 20), known=0.65, pieces=5,
)  # fmt: skip

PER_CASE = 2500
"""Clean lines for each planted case of a kind, beyond one of every style."""


def world(seed: int, size: int, folder: str | Path, *, kept: bool = False) -> Path:
    """Write a world of about `size` clean lines and the cases planted in it; its folder.

    The same seed, size and `kept` give the same bytes.
    """
    mix = KEPT if kept else TUNE
    rng = np.random.default_rng((seed, 1 if kept else 0))
    book = Book(draw_law(rng))
    people = draw_people(rng, size)
    background(book, people, rng, size, mix.noise)
    scene = Scene(book, people, rng, mix, cases=round(size / PER_CASE))
    for evasion in EVASIONS:
        evasion(scene)
    for look_alike in LOOK_ALIKES:
        for _ in range(max(2, round(size / PER_CASE))):
            look_alike(scene)
    certify_honest(book, rng)
    plants_outside(book, rng)
    write_world(book, Path(folder), rng)
    return Path(folder)
