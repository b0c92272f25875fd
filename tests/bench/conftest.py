"""The benchmarks' folder is on the path, as it is when one of them runs."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "bench"))


@pytest.fixture(scope="session")
def cases():
    """Both markets of the comparison, with a few scenarios each."""
    from peers_market import cases

    return list(cases(0.01))
