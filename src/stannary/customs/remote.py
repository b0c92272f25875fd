"""Steps on PostgreSQL and Spark: tables that are filled once.

Both write an expression out anew wherever a later one uses it. An amount that three others use, each of
them used by three more, would be written a hundred times over, and reckoned as often.
"""

# Ibis and its engines are typed as they are made; a checker that only reads the code cannot follow.
# pyright: reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from collections.abc import Iterator

import ibis.expr.operations as ops
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends import BaseBackend
from ibis.expr.types import Table

from ..terms.errors import BadInput


def kept(backend: BaseBackend, name: str, table: Table, known: list[str]) -> Table:
    """The rows of an expression, reckoned once and held under a name on the engine.

    known  names that are there already; this one and those of small tables that it needs are added
    """
    for held in table.op().find(ops.InMemoryTable):
        if held.name not in known:
            known.append(held.name)
            _brought(backend, held.name, held.data.to_pyarrow(held.schema))
    known.append(name)
    if backend.name == "pyspark":
        # A checkpoint, for a cached table would still carry the whole plan that it came from.
        rows = spark().sql(backend.compile(table)).localCheckpoint()
        rows.createOrReplaceTempView(name)
        return backend.table(name)
    # Declared first: an engine's own guess of types need not be the expression's.
    there = backend.create_table(name, schema=table.schema(), temp=True)
    with backend.con.transaction():
        backend.con.execute(f'INSERT INTO "{name}" {fenced(backend.compiler.to_sqlglot(table))}')
        backend.con.execute(f'ANALYZE "{name}"')
    return there


def _brought(backend: BaseBackend, name: str, rows: pa.Table) -> None:
    """A small table of ours, put on the engine; whole numbers with gaps stay whole."""
    if backend.name == "pyspark":
        spark().createDataFrame(rows).createOrReplaceTempView(name)
        return
    from ibis import Schema

    backend.create_table(name, schema=Schema.from_pyarrow(rows.schema), temp=True)
    with backend.con.transaction(), backend.con.cursor() as cursor:
        with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
            for batch in rows.to_batches(max_chunksize=10_000):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
        cursor.execute(f'ANALYZE "{name}"')


def dropped(backend: BaseBackend, name: str) -> None:
    """Takes a name off the engine again."""
    if backend.name == "pyspark":
        spark().catalog.dropTempView(name)
    else:
        backend.drop_table(name, force=True)


def rows_of(backend: BaseBackend, table: Table) -> Iterator[pa.RecordBatch]:
    """The rows of a table that `kept` gave, in batches."""
    schema = table.schema().to_pyarrow()
    if backend.name == "pyspark":
        # Ibis goes through pandas, where a whole number beside a gap becomes a float.
        for batch in spark().table(table.get_name()).toArrow().to_batches(max_chunksize=100_000):
            yield pa.Table.from_batches([batch]).cast(schema).combine_chunks().to_batches()[0]
        return
    yield from backend.to_pyarrow_batches(table, chunk_size=100_000)


def fenced(query: sge.Expression) -> str:
    """A query whose inner queries PostgreSQL leaves as they are written: `OFFSET 0` is its fence."""
    for outer in query.find_all(sge.Subquery, sge.CTE):
        if isinstance(outer.this, sge.Select):
            outer.this.set("offset", sge.Offset(expression=sge.Literal.number(0)))
    return query.sql("postgres")


def spark() -> "SparkSession":  # noqa: F821  # pyright: ignore[reportUndefinedVariable]
    """The session, started where none runs. Raises BadInput where Spark or Java is missing."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise _no_spark(str(error)) from error
    try:
        session = (
            SparkSession.builder.appName("stannary").config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "4")
            # Expressions of this size pass what Java compiles; Spark would try for minutes first.
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN").getOrCreate()
        )  # fmt: skip
    except (PySparkException, OSError, RuntimeError) as error:
        raise _no_spark(str(error).splitlines()[0]) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def _no_spark(why: str) -> BadInput:
    return BadInput(
        "Spark does not start", where="--engine spark", value=why, allowed="pyspark and Java",
        remedy="pip install 'stannary[spark]', and Java 17",
    )  # fmt: skip
