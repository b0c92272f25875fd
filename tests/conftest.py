"""What every test can count on: one BLAS thread, and a Chromium or an honest reason why not."""

import os

# Before any test imports NumPy or JAX: two threads made 100-unknown systems up to 8x slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import shutil
from typing import NoReturn

import pytest


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium for `playwright.chromium.launch(executable_path=...)`.

    STANNARY_CHROMIUM names it; else it is looked for on PATH. Where there is none, tests that
    need it skip, except in CI, where they fail. Chromium started by root needs `--no-sandbox`.
    """
    named = os.environ.get("STANNARY_CHROMIUM")
    if named is not None:
        return shutil.which(named) or _missing(f"STANNARY_CHROMIUM={named} is not a program")
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    return _missing("no Chromium on PATH: install one, or set STANNARY_CHROMIUM to its path")


def _missing(why: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
