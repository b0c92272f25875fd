"""findings.parquet: one row a finding, columns and types of the contract."""

from collections.abc import Sequence
from pathlib import Path

from .records import Finding


def write_findings(findings: Sequence[Finding], path: Path) -> None:
    """Write the findings, in their order; a file without rows where there are none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "finding_id": (pa.string(), [f.finding_id for f in findings]),
        "detector": (pa.string(), [f.detector for f in findings]),
        "entry_lines": (pa.string(), [f.entry_lines for f in findings]),
        "score": (pa.decimal128(5, 4), [f.score for f in findings]),
        "duty_at_stake_cents": (pa.int64(), [f.duty_at_stake_cents for f in findings]),
        "audit_hours": (pa.decimal128(6, 1), [f.audit_hours for f in findings]),
        "clause": (pa.string(), [f.clause for f in findings]),
        "evidence": (pa.string(), [f.evidence for f in findings]),
    }
    pq.write_table(pa.table({n: pa.array(v, t) for n, (t, v) in columns.items()}), path)
