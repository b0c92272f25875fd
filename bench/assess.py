"""Assessing entry lines against a bare read and write of the same file, in one run.

    python bench/assess.py                  10^7 lines in one file
    python bench/assess.py --lines 1e6
    python bench/assess.py --times 10       the file ten times over, in bounded memory
    python bench/assess.py --share 0.01     a hundredth of the lines, to see that it works

Bare: DuckDB reads the whole Parquet file and writes it again. Both use as many threads as DuckDB takes.
Prints seconds, their ratio, the peak memory of this process and a digest of the results that does not
hang on their order. The lines are drawn by a rule, so that every run has the same.
"""

import argparse
import hashlib
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from stannary.agreement import Agreement
from stannary.customs.batch import assess
from stannary.customs.law import Law
from stannary.customs.law_of_accord import law_of
from stannary.customs.law_rows import Rate

GOAL = 1.5

# One line in ten of each kind of goods has another term, currency or moisture; nothing hangs on chance.
LINES = """
with numbered as (
  select i, hash(i) a, hash(i * 7919 + 1) b, hash(i * 104729 + 2) c from range({lines}) t(i)
), drawn as (
  select *, date '2027-03-05' + (a % 290)::int as day, (a // 1000) % 4 as kind,
    1 + (c % 20000000) / 1000.0 as kg,
    case when c % 3 = 0 then 'CHN' when c % 3 = 1 then 'VNM' else 'AUS' end as origin
  from numbered
)
select 'E' || lpad((i // 3)::varchar, 10, '0') entry_number, (i % 3 + 1)::bigint line_number,
  'entry' line_type, null::varchar ref_entry_number, null::bigint ref_line_number, '01' entry_type,
  case (a // 7) % 5 when 2 then 'JPN' when 3 then 'DEU' when 4 then 'AUS' else 'USA' end
    as import_country,
  day entry_date, day - (5 + b % 40)::int export_date, 'IMP' || (b % 20000) importer_id,
  'EXP' || (c % 30000) exporter_id, c % 10 = 0 related, origin origin_country, origin export_country,
  case kind when 0 then '2846902040' when 1 then '280530' when 2 then '81129210' else '811010' end
    as hs_code,
  case kind when 2 then 'Ga' when 3 then 'Sb' else 'NdPr' end "element",
  case kind when 0 then 'oxide' else 'metal' end form,
  (95 + (b % 49999) / 10000.0)::decimal(9, 4) assay_pct,
  case kind when 0 then 'compound' else 'element' end assay_basis,
  case when b % 7 = 0 then (b % 30000 / 10000.0)::decimal(9, 4) end moisture_pct,
  kg::decimal(18, 3) net_mass_kg, null::decimal(18, 3) contained_kg,
  (kg * (30 + (b % 1000) / 10.0))::decimal(18, 2) item_value,
  case when b % 5 = 0 then 'EUR' else 'USD' end currency,
  case when b % 3 = 0 then 'CIF' else 'FOB' end incoterm,
  least(100 + b % 1000, kg)::decimal(18, 2) freight, least(10 + b % 100, kg)::decimal(18, 2) insurance,
  null::decimal(18, 6) fx_rate_declared, 'INV' || (i // 3) invoice_number,
  day - (10 + b % 50)::int invoice_date, 'none' preference, null::varchar lot_ids, 'ev' end_use,
  null::decimal(9, 4) recycled_pct, null::varchar adjust_reason
from drawn
"""


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Draws the lines, times both, prints."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--lines", type=float, default=1e7)
    asked.add_argument("--times", type=int, default=1)
    asked.add_argument("--share", type=float, default=1.0)
    given = asked.parse_args()
    lines = max(1000, int(given.lines * given.share))
    with tempfile.TemporaryDirectory() as folder:
        return compared(Path(folder), lines, given.times)


def compared(folder: Path, lines: int, times: int) -> int:
    """One file of this many lines, read and written bare, then assessed, `times` over."""
    entries = folder / "entries.parquet"
    with duckdb.connect() as engine:
        engine.execute(f"copy ({LINES.format(lines=lines)}) to '{entries}' (format parquet)")
    say(f"{lines:,} lines, {entries.stat().st_size / 1e6:,.0f} MB")
    law = rates(law_of(Agreement.load("bloc-2026")))
    bare, ours = [], []
    digest = hashlib.sha256()
    for _ in range(times):
        bare.append(bare_seconds(entries, folder / "bare.parquet"))
        start = time.perf_counter()
        found = assess(entries, law, folder / "out")
        ours.append(time.perf_counter() - start)
        totals = found.totals
        digest.update(unordered(folder / "out" / "assessed.parquet").encode())
        say(
            f"  bare {bare[-1]:7.1f} s   assess {ours[-1]:7.1f} s   {totals.assessed:,} assessed,"
            f" {totals.aside:,} set aside, top-up {totals.cents['top_up_cents'] / 100:,.2f} USD"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 if sys.platform == "darwin" else 1024
    )
    say(f"  ratio {sum(ours) / sum(bare):.2f} (goal {GOAL})   peak memory {peak:,.0f} MiB")
    say(f"  digest of the results {digest.hexdigest()[:16]}")
    return 0


def rates(law: Law) -> Law:
    """The law with one rate for the euro."""
    euro = Rate("EUR", date(2027, 1, 1), date(2028, 12, 31), Decimal("1.1042"))
    return replace(law, fx=(euro,))


def bare_seconds(entries: Path, out: Path) -> float:
    """Seconds to read and write the file, nothing done."""
    with duckdb.connect() as engine:
        engine.execute("set memory_limit = '600MB'")
        start = time.perf_counter()
        engine.execute(f"copy (select * from '{entries}') to '{out}' (format parquet)")
        return time.perf_counter() - start


def unordered(path: Path) -> str:
    """A digest of the rows of a file that does not hang on their order: sums of hashes."""
    total = 0
    with duckdb.connect() as engine:
        for (part,) in engine.execute(f"select sum(hash(t)::hugeint) from '{path}' t").fetchall():
            total += int(part)
    return f"{total % 2**64:016x}{pq.ParquetFile(path).metadata.num_rows}"


if __name__ == "__main__":
    sys.exit(main())
