"""One export of a whole assessed file for a court: everything that it rests on, in a page and in JSON.

    export(Path("out"), {"entries": Path("entries.csv")}, law)
    verify(Path("out")).sound

Both files say the same; each line's sum is written out and was found a second time, apart from the
engine. `verify` finds any byte that was changed later: in the two, in the outputs beside them and in
the inputs. Whoever changes all of them alike changes the digest, which a court should be given on
paper. Next: `court_page`, the page.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from ..terms.errors import BadInput, BadTable
from .assessed import CENTS, Checked, checked
from .court_page import page
from .files import Value, read_csv, read_parquet, write_all
from .law import Law, read_law
from .law_profiles import profile_of
from .words import parts

PAGE, DATA = "court.html", "court.json"
OUTPUTS = ("assessed.parquet", "set_aside.csv")
FORMAT = "stannary court export/1"

Body = dict[str, object]
Line = dict[str, object]


@dataclass(frozen=True, slots=True)
class Verified:
    """What a later look at an export found.

    digest   of the export: compare it with the one that was lodged
    changed  what is no longer as exported, and how that is known
    checked  files whose bytes were looked at
    missing  inputs that are not at hand, so that nothing is said of them
    """

    digest: str
    changed: tuple[str, ...]
    checked: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was changed and nothing is missing."""
        return not self.changed and not self.missing


def export(folder: Path, inputs: Mapping[str, Path], law: Law) -> tuple[Path, ...]:
    """Writes `court.html` and `court.json` beside the outputs of an assessment in `folder`.

    inputs  by role: `entries`, and where they were given `lots`, `fx`, `law` (a folder)

    Raises DoesNotAgree where a line does not come out again, BadInput where lines were lost, BadTable
    where a file cannot be read or written; nothing is written then.
    """
    if "entries" not in inputs:
        raise BadInput(
            "no entries to export", where="inputs", value=", ".join(inputs) or "nothing",
            allowed="entries, and lots, fx and law where they were given",
        )  # fmt: skip
    lines = [
        _line(line)
        for line in checked(folder / OUTPUTS[0], inputs["entries"], law, inputs.get("lots"))
    ]
    aside = _aside(folder / OUTPUTS[1])
    body: Body = {
        "format": FORMAT,
        "law": {"name": law.name, "digest": law.digest, "tables": _tables(law)},
        "inputs": [_digested(role, path, root) for role, path, root in _files(inputs)],
        "outputs": [_digested("output", path, folder) for path in _outputs(folder)],
        "counts": _counts(inputs["entries"], lines, aside),
        "sums": _sums(lines),
        "to_be_declared": _declared(lines),
        "lines": lines,
        "set_aside": aside,
    }
    digest = _digest(body)
    data = _written(body, digest)
    html = page(body, digest)
    return write_all(folder, {PAGE: _writer(html.encode()), DATA: _writer(data)})


def verify(folder: Path, inputs: Mapping[str, Path] | None = None) -> Verified:
    """Looks at every byte of an export again.

    inputs  where the inputs are now, by role; those not named are looked for beside the export and in
            the folder above it

    Raises BadTable where there is no export.
    """
    raw = _bytes(folder / DATA)
    body = _body(raw)
    if body is None:
        return Verified("", (f"{DATA}: not what was written",), (DATA,), ())
    digest = _digest(body)
    changed: list[str] = []
    if raw != _written(body, digest):
        changed.append(f"{DATA}: its bytes are not those of its digest {digest[:19]}...")
    try:
        html = page(body, digest).encode()
        changed += _contradictions(body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Verified(digest, (*changed, f"{DATA}: cannot be read ({error!r})"), (DATA,), ())
    if _bytes(folder / PAGE) != html:
        changed.append(f"{PAGE}: not the page of {DATA}")
    looked_at = [DATA, PAGE]
    missing: list[str] = []
    for stated in _rows(body, "outputs") + _rows(body, "inputs"):
        path = _found(stated, folder, inputs or {})
        if path is None:
            missing.append(f"{stated['role']} {stated['name']}")
            continue
        looked_at.append(str(stated["name"]))
        if _sha256(path) != stated["sha256"]:
            changed.append(f"{stated['name']}: its digest is not the one exported")
    return Verified(digest, tuple(changed), tuple(looked_at), tuple(missing))


# ------------------------------------------------------------------------------- what it says


def _line(line: Checked) -> Line:
    row, declared = line.row, line.line
    to_be_declared = None
    if line.before is None:
        to_be_declared = profile_of(declared.import_country).declared(line.now.customs_value)
    return {
        "entry_number": row.entry_number,
        "line_number": row.line_number,
        "line_type": row.line_type,
        "importer_id": declared.importer,
        "import_country": declared.import_country,
        "product": row.product,
        "floor_version": row.floor_version,
        "clause": row.clause,
        "cents": dict(row.cents),
        "to_be_declared_cents": to_be_declared,
        "reasons": list(row.reasons),
        "sum": [
            {"heading": part.heading, "sentences": list(part.sentences)} for part in parts(line)
        ],
    }


def _counts(entries: Path, lines: list[Line], aside: list[dict[str, str]]) -> dict[str, object]:
    """Lines in and out. Raises BadInput where they are not the same number."""
    _, rows = read_parquet(entries) if entries.suffix == ".parquet" else read_csv(entries)
    gone = sum(1 for row in aside if row["source"] == entries.name)
    if len(rows) != len(lines) + gone:
        raise BadInput(
            "lines were lost or doubled", where=str(entries), value=f"{len(rows)} lines",
            allowed=f"{len(lines)} assessed + {gone} set aside = {len(lines) + gone}",
            remedy="give the file that was assessed",
        )  # fmt: skip
    reasons: dict[str, int] = {}
    for line in lines:
        key = ";".join(cast(list[str], line["reasons"]))
        reasons[key] = reasons.get(key, 0) + 1
    return {
        "read": len(rows), "assessed": len(lines), "set_aside": gone,
        "reasons": dict(sorted(reasons.items())),
    }  # fmt: skip


def _sums(lines: Iterable[Line]) -> dict[str, int]:
    found = dict.fromkeys(CENTS, 0)
    for line in lines:
        for name, value in cast(dict[str, "int | None"], line["cents"]).items():
            found[name] += value or 0
    return found


def _declared(lines: Iterable[Line]) -> list[dict[str, object]]:
    """Customs values as the members' own forms show them, by member."""
    found: dict[str, int] = {}
    for line in lines:
        value = cast("int | None", line["to_be_declared_cents"])
        if value is not None:
            country = str(line["import_country"])
            found[country] = found.get(country, 0) + value
    return [
        {
            "country": country, "unit": profile_of(country).value_unit, "cents": cents,
            "source": profile_of(country).source, "doubt": profile_of(country).doubt,
        }
        for country, cents in sorted(found.items())
    ]  # fmt: skip


def _aside(path: Path) -> list[dict[str, str]]:
    header, rows = read_csv(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _tables(law: Law) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, columns in law.tables().items():
        rows = zip(*columns.values(), strict=True)
        found[name] = {
            "columns": list(columns),
            "rows": [[_cell(value) for value in row] for row in rows],
        }
    return found


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


# ------------------------------------------------------------------------------- files


def _files(inputs: Mapping[str, Path]) -> list[tuple[str, Path, Path]]:
    """Role, path and the folder that its name is told from, of every input; folders file by file."""
    found: list[tuple[str, Path, Path]] = []
    for role, path in sorted(inputs.items()):
        if path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.is_file())
            found += [(role, one, path) for one in files]
        else:
            found.append((role, path, path.parent))
    return found


def _outputs(folder: Path) -> list[Path]:
    """The assessment's files and the letters. The ledger of securities is none: it goes on growing."""
    found = sorted(path for path in (folder / "letters").glob("*") if path.is_file())
    return [*(folder / name for name in OUTPUTS), *found]


def _digested(role: str, path: Path, root: Path) -> dict[str, object]:
    data = _bytes(path)
    return {
        "role": role, "name": path.relative_to(root).as_posix(), "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip


def _found(stated: Mapping[str, object], folder: Path, inputs: Mapping[str, Path]) -> Path | None:
    role, name = str(stated["role"]), str(stated["name"])
    if role == "output":
        places = [folder / name]
    elif role in inputs:
        given = inputs[role]
        places = [given / name if given.is_dir() else given]
    else:
        places = [folder / name, folder.parent / name, folder.parent / role / name]
    return next((path for path in places if path.is_file()), None)


def _sha256(path: Path) -> str:
    return hashlib.sha256(_bytes(path)).hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadTable(
            "cannot read the file", where=str(path), value=error.strerror or str(error),
            allowed="a file that exists and may be read",
        ) from error  # fmt: skip


# ------------------------------------------------------------------------------- its digest


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _digest(body: Body) -> str:
    return f"sha256:{hashlib.sha256(_canonical(body)).hexdigest()}"


def _written(body: Body, digest: str) -> bytes:
    return _canonical(body | {"digest": digest}) + b"\n"


def _body(raw: bytes) -> Body | None:
    """What the JSON says, without its digest; None where it is none."""
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    body = cast(Body, found)
    body.pop("digest", None)
    return body


def _writer(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


def _rows(body: Body, name: str) -> list[dict[str, object]]:
    return cast(list[dict[str, object]], body[name])


def _contradictions(body: Body) -> list[str]:
    """What the export says against itself: its sums, its counts, the digest of its law."""
    lines = _rows(body, "lines")
    found: list[str] = []
    if _sums(lines) != body["sums"]:
        found.append("sums: not those of the lines")
    if _declared(lines) != body["to_be_declared"]:
        found.append("to_be_declared: not those of the lines")
    counts = cast(dict[str, object], body["counts"])
    if counts["assessed"] != len(lines) or counts["read"] != len(lines) + cast(
        int, counts["set_aside"]
    ):
        found.append("counts: lines read are not lines assessed and set aside")
    law = cast(dict[str, object], body["law"])
    if (
        _law_digest(cast(Mapping[str, Mapping[str, list[list[str]]]], law["tables"]))
        != law["digest"]
    ):
        found.append("law: its tables have another digest")
    return found


def _law_digest(tables: Mapping[str, Mapping[str, list[list[str]]]]) -> str:
    """The digest of exported law tables, read back as any folder of law is."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name, table in tables.items():
            with (folder / f"{Path(name).name}.csv").open(
                "w", encoding="utf-8", newline=""
            ) as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(table["columns"])
                writer.writerows(table["rows"])
        try:
            return read_law(folder).digest
        except BadTable as error:
            return error.what
