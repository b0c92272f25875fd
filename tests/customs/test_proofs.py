"""Lots that prove something are those that the oracle takes, whatever is wrong with a file of lots."""

import random

import pytest
from drawn import draw
from oracle.tables import read_lots

from stannary.customs.proofs import proving

HEAD = "lot_id,product,stage,kg_contained,facility_id,country,date,certificate_id,recycled_pct\n"
GOOD = "L1,ndpr.oxide,refine,211.4,F1,AUS,2027-03-01,C1,0\n"


def test_drawn_lots_prove_what_the_oracle_takes(tmp_path):
    draw(3000, 31, tmp_path)
    known = read_lots(tmp_path / "lots.csv")
    assert proving(tmp_path / "lots.csv") == {
        id: (lot.product, lot.day) for id, lot in known.items()
    }
    assert len(known) > 100


@pytest.mark.parametrize(
    "rows",
    [
        GOOD + GOOD.replace("refine", ""),  # a broken row beside a good one
        GOOD + GOOD.replace("C1", "C2"),
        GOOD + GOOD.replace("211.4", "211.40"),
        GOOD.replace("AUS", "XX"),
        GOOD.replace("AUS", "EUU"),
        GOOD.replace("211.4", "-211.4"),
        GOOD.replace(",0\n", ",150\n"),
        GOOD.replace(",0\n", ",-1\n"),
        GOOD.replace("2027-03-01", "2027-02-29"),
        GOOD.replace("refine", "smelt"),
    ],
)
def test_a_lot_that_breaks_the_contract_proves_nothing(tmp_path, rows):
    path = tmp_path / "lots.csv"
    path.write_text(HEAD + rows)
    assert read_lots(path) == {}
    assert proving(path) == {}


def test_the_same_words_twice_are_said_once(tmp_path):
    path = tmp_path / "lots.csv"
    path.write_text(HEAD + GOOD + GOOD)
    assert list(proving(path)) == list(read_lots(path)) == ["L1"]


def test_spoiled_lots_prove_what_the_oracle_takes(tmp_path):
    rng = random.Random(7)
    path = tmp_path / "lots.csv"
    odd = ["", "XX", "-1", "1e3", "150", "2027-13-01", "mine", "AUS", "0.5", "refine", "2027-05-05"]
    for _ in range(300):
        rows = []
        for _ in range(4):
            cells = GOOD.strip().split(",")
            cells[0] = rng.choice(("L1", "L2"))
            if rng.random() < 0.6:
                cells[rng.randrange(1, 9)] = rng.choice(odd)
            rows.append(",".join(cells))
        path.write_text(HEAD + "\n".join(rows) + "\n")
        known = {id: (lot.product, lot.day) for id, lot in read_lots(path).items()}
        assert proving(path) == known, rows
