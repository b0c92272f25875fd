"""What a notice was computed from: files with their digests, in the clear or committed to.

A closed file (a broker's book, say) is committed to by a salted digest: SHA-256 over the salt, then the
file. Whoever is shown file and salt can check it; nobody can guess the file from the notice. The salt
is the first line of `FILE.salt` beside it, 32 hexadecimal digits or more, kept by its owner.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from ...terms.errors import BadInput
from ..columns import FX, OBSERVATIONS, Column
from ..files import Table, read, read_csv, read_parquet
from .tables import COSTS, FREIGHT, METHOD

ROLES = ("observations", "closed", "fx", "costs", "method", "freight", "previous")
"""What a file is for, in the order of a notice."""

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "observations": OBSERVATIONS, "closed": OBSERVATIONS, "fx": FX, "costs": COSTS,
    "method": METHOD, "freight": FREIGHT,
}  # fmt: skip

SHIPPED = "stannary/customs/tables/"
"""How a notice names a table that comes with the program."""

_SALT = re.compile(r"[0-9a-f]{32,}")


@dataclass(frozen=True, slots=True)
class Source:
    """One input, read.

    path    as it was given; a shipped table begins with `SHIPPED`
    digest  SHA-256 of the file, salted where the file is closed
    rows    rows under the header
    table   None: the input is no table (a notice, or a clause of the law)
    ids     of rows that were set aside: (obs_id, product) by row number
    """

    role: str
    path: str
    digest: str
    rows: int
    table: Table | None
    ids: Mapping[int, tuple[str, str]]

    def row(self) -> dict[str, object]:
        """As a notice writes it: a closed file by its commitment, under a name of no folder."""
        if self.role == "closed":
            commitment = {"salted_sha256": self.digest}
            return {"role": self.role, "path": self.path, **commitment, "rows": self.rows}
        return {"role": self.role, "path": self.path, "sha256": self.digest, "rows": self.rows}


def source(role: str, path: Path) -> Source:
    """Read an open file. Raises BadTable where it is no such table."""
    table = read(path, COLUMNS[role])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rows = len(table.rows) + len(table.aside)
    return Source(role, path.as_posix(), digest, rows, table, _ids(path, table))


def commit(path: Path) -> Source:
    """Read a closed file of observations with the salt beside it.

    Raises BadInput where the salt is missing or short, BadTable where it is no table.
    """
    beside = path.with_name(path.name + ".salt")
    try:
        salt = beside.read_text("utf-8").split("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        salt = ""
    if not _SALT.fullmatch(salt):
        raise BadInput(
            "a closed file has no salt beside it", where=str(beside), value=salt or None,
            allowed="one line of 32 hexadecimal digits or more, kept secret by its owner",
            remedy='python -c "import secrets; print(secrets.token_hex(32))" > ' + beside.name,
        )  # fmt: skip
    opened = source("closed", path)
    digest = hashlib.sha256(bytes.fromhex(salt[: len(salt) // 2 * 2]) + path.read_bytes())
    return Source("closed", path.name, digest.hexdigest(), opened.rows, opened.table, opened.ids)


def shipped(role: str) -> Source:
    """A table that comes with the program: `method`, `freight` or `costs`."""
    name = f"reference_{role}.csv"
    with as_file(files("stannary.customs").joinpath("tables", name)) as path:
        found = source(role, path)
    return Source(role, SHIPPED + name, found.digest, found.rows, found.table, found.ids)


def _ids(path: Path, table: Table) -> dict[int, tuple[str, str]]:
    """What the rows set aside call themselves."""
    if not table.aside:
        return {}
    header, rows = read_parquet(path) if path.suffix == ".parquet" else read_csv(path)
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    return {
        bad.row_number: tuple(
            cells[bad.row_number - 1].get(name, "").strip() for name in ("obs_id", "product")
        )
        for bad in table.aside
    }  # pyright: ignore[reportReturnType]
