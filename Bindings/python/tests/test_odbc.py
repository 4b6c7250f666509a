"""Rows of databases by the driver ODBC, for the readers of Arrow and back."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import driver_host
import flow_api
import support
from postgresql import PostgreSQL
from test_docs import blocks
from test_flows import result_of

pyarrow = pytest.importorskip("pyarrow")

MOMENT = dt.datetime(2024, 2, 29, 23, 59, 59, 123456)
# What SQLite has; its numbers with a fraction are doubles.
ORDERS = pyarrow.table(
    {
        "id": pyarrow.array([1, 2, 2**63 - 1], pyarrow.int64()),
        "customer": pyarrow.array(["Ada", "Zoë 😀", None]),
        "amount": pyarrow.array([0.5, None, -1.25]),
        "day": pyarrow.array([dt.date(2024, 2, 29), None, dt.date(1, 1, 1)]),
        "moment": pyarrow.array([MOMENT, None, dt.datetime(9999, 12, 31)], pyarrow.timestamp("us")),
        "data": pyarrow.array([b"\x00\xff", b"", None], pyarrow.large_binary()),
    }
)
DECLARED = "id bigint, customer varchar(20), amount double, day date, moment timestamp, data blob"


class Database:
    """A host, and a database to ask."""

    def __init__(self, host: driver_host.Host, inputs: dict[str, Any]) -> None:
        self.host = host
        self.inputs = inputs

    def run(self, action: str, *, sources: Any = None, **inputs: Any) -> driver_host.Result:
        return self.host.connect(connector_type="ODBC", action=action, sources=sources, **self.inputs, **inputs)

    def rows(self, statement: str, **inputs: Any) -> driver_host.Rows:
        return self.host.rows(connector_type="ODBC", statement=statement, **self.inputs, **inputs)

    def table(self, statement: str, **inputs: Any) -> Any:
        return pyarrow.table(self.rows(statement, **inputs))


@pytest.fixture
def real() -> Iterator[driver_host.Host]:
    """A host with the drivers of ours."""
    with driver_host.Host(driver_paths=[support.products()], only_given_paths=True) as host:
        yield host


@pytest.fixture
def sqlite(real: driver_host.Host, tmp_path: Path) -> Database:
    """A database in a file, with the table `orders`."""
    database = Database(real, {"driver": "SQLite3", "database": str(tmp_path / "größe.db")})
    database.run("execute", statement=f"create table orders ({DECLARED})")
    load(database, stream(ORDERS, tmp_path), len(ORDERS))
    return database


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """A PostgreSQL for the tests of this file."""
    server = PostgreSQL()
    yield server
    server.stop()


def stream(table: Any, folder: Path) -> Path:
    """A file with the table as an Arrow IPC stream."""
    path = folder / "rows.arrows"
    with pyarrow.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)
    return path


def load(database: Database, source: Any, count: int, name: str = "orders", **inputs: Any) -> None:
    result = database.run("execute_many", table=name, format="arrow", source=str(source), **inputs)
    assert result["row_count"] == count


# MARK: Readers of rows


def test_pyarrow_reads_a_query(sqlite: Database) -> None:
    read = sqlite.table("select * from orders order by id")
    assert read.schema.field("id").type == pyarrow.int64()
    assert read.schema.field("moment").type == pyarrow.timestamp("us")
    assert read.to_pylist() == ORDERS.to_pylist()


def test_polars_reads_a_query(sqlite: Database) -> None:
    polars = pytest.importorskip("polars")
    read = polars.DataFrame(sqlite.rows("select * from orders order by id"))
    assert read.to_dicts() == ORDERS.to_pylist()
    assert read.schema["day"] == polars.Date


def test_duckdb_reads_a_query(sqlite: Database) -> None:
    duckdb = pytest.importorskip("duckdb")
    rows = sqlite.rows("select * from orders")  # noqa: F841 -- DuckDB finds it by its name
    with duckdb.connect() as database:
        found = database.execute("select customer, amount, moment from rows order by id").fetchall()
    assert found == [("Ada", 0.5, MOMENT), ("Zoë 😀", None, None), (None, -1.25, dt.datetime(9999, 12, 31))]


def test_parquet_is_written_and_read_back(sqlite: Database, tmp_path: Path) -> None:
    from pyarrow import parquet

    path = tmp_path / "orders.parquet"
    # Batch by batch: the whole is never in memory.
    with pyarrow.RecordBatchReader.from_stream(sqlite.rows("select * from orders order by id")) as reader:
        with parquet.ParquetWriter(path, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
    assert parquet.read_table(path).to_pylist() == ORDERS.to_pylist()


def test_batches_come_while_the_database_goes_on(sqlite: Database) -> None:
    endless = "with recursive c(n) as (select 1 union all select n + 1 from c) select n from c"
    with pyarrow.RecordBatchReader.from_stream(sqlite.rows(endless)) as reader:
        assert reader.read_next_batch().column(0)[0].as_py() == 1
    support.eventually("it was cancelled", lambda: not sqlite.host.statistics()["drivers"]["ODBC"]["calls_in_flight"])
    assert sqlite.table("select count(*) as n from orders").to_pylist() == [{"n": 3}]


def test_values_are_pythons_own(sqlite: Database) -> None:
    row = sqlite.run("query", statement="select * from orders where id = ?", parameters=[1], fetch="first_row")["row"]
    assert row == {
        "id": 1, "customer": "Ada", "amount": 0.5, "day": "2024-02-29", "moment": "2024-02-29T23:59:59.123456",
        "data": b"\x00\xff",
    }  # fmt: skip


def test_rows_of_postgresql_are_read_with_their_types(real: driver_host.Host, server: PostgreSQL) -> None:
    database = Database(real, server.inputs)
    (row,) = database.table(
        """
        select 1::smallint as small, 12.50::numeric(12,2) as price,
          '2024-02-29 23:59:59.123456+05:30'::timestamptz as at,
          time '23:59:59.999999' as clock, true as flag, '\\x00ff'::bytea as data, 'größe 😀'::text as name
        """
    ).to_pylist()
    assert row == {
        "small": 1, "price": Decimal("12.50"), "at": dt.datetime(2024, 2, 29, 18, 29, 59, 123456, dt.timezone.utc),
        "clock": dt.time(23, 59, 59, 999999), "flag": True, "data": b"\x00\xff", "name": "größe 😀",
    }  # fmt: skip


def test_rows_go_from_one_database_to_another(
    sqlite: Database, real: driver_host.Host, server: PostgreSQL, tmp_path: Path
) -> None:
    database = Database(real, server.inputs)
    declared = DECLARED.replace("double", "float8").replace("blob", "bytea")
    database.run("execute", statement=f"create table orders ({declared})")
    load(database, stream(sqlite.table("select * from orders"), tmp_path), 3)
    assert database.table("select * from orders order by id").to_pylist() == ORDERS.to_pylist()


# MARK: Loading


def many(count: int) -> Any:
    return pyarrow.table({"id": pyarrow.array(range(count)), "customer": [f"customer {n}" for n in range(count)]})


def test_a_table_of_pyarrow_is_loaded_through_a_pipe(sqlite: Database) -> None:
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "wb") as pipe, pyarrow.ipc.new_stream(pipe, many(1).schema) as writer:
            for batch in many(20_000).to_batches(max_chunksize=1000):
                writer.write_batch(batch)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        result = sqlite.run("execute_many", table="orders", format="arrow", sources={"source": reading})
    finally:
        thread.join()
        os.close(reading)
    assert result["row_count"] == 20_000
    total = sqlite.table("select count(*) as n, sum(id) as total from orders where customer like 'customer %'")
    assert total.to_pylist() == [{"n": 20_000, "total": sum(range(20_000))}]


def test_a_table_of_pyarrow_is_loaded_from_memory(sqlite: Database) -> None:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, many(1).schema) as writer:
        writer.write_table(many(2500), max_chunksize=1000)
    result = sqlite.run(
        "execute_many", statement="insert into orders (customer, id) values (:customer, -:id - 1)", format="arrow",
        sources={"source": memoryview(sink.getvalue())},
    )  # fmt: skip
    assert result["row_count"] == 2500
    assert sqlite.table("select min(id) as low from orders").to_pylist() == [{"low": -2500}]


def test_a_load_that_fails_leaves_nothing(sqlite: Database, tmp_path: Path) -> None:
    sqlite.run("execute", statement="create unique index once on orders (id)")
    table = pyarrow.concat_tables([many(1500).slice(10), many(1500).slice(700, 1)])
    with pytest.raises(driver_host.HostError) as caught:
        load(sqlite, stream(table, tmp_path), 0)
    assert "1491" in caught.value.message
    assert caught.value.partial["failed_record"] == 1491
    assert sqlite.table("select count(*) as n from orders").to_pylist() == [{"n": 3}]


# MARK: The page and a flow


@pytest.mark.parametrize("code", blocks("Docs/drivers/odbc.md"))
def test_a_program_of_the_page_runs(sqlite: Database, tmp_path: Path, code: str) -> None:
    support.connector(
        tmp_path, "shop",
        f"connector_type: ODBC\nvalue:\n  driver: SQLite3\n  database: {sqlite.inputs['database']}\n",
    )  # fmt: skip
    code = code.replace("'.'", repr(str(tmp_path))).replace("'orders.parquet'", repr(str(tmp_path / "orders.parquet")))
    if not importlib.util.find_spec("pandas"):
        code = "".join(line for line in code.splitlines(keepends=True) if "pandas" not in line)
    support.run_python(code, DRIVERS_PATH=str(support.products()))


def test_a_flow_asks_a_connector_with_another_statement(sqlite: Database, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    support.connector(
        workspace, "shop",
        f"connector_type: ODBC\nvalue:\n  driver: SQLite3\n  database: {sqlite.inputs['database']}\n"
        "  statement: select id, customer from orders where id = :id\n  parameters: {id: 1}\n",
    )  # fmt: skip

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        stored = this.connect("shop").get("output_value")
        other = this.connect("shop", parameters={"id": 2}).get("output_value")
        one = this.connect("shop", statement="select count(*) from orders", parameters=[], fetch="scalar")
        child = this.connect("shop", statement="select * from orders", parameters=None, run=False)
        table = pyarrow.table(child.rows())
        return this.success(
            output_value={
                "stored": stored["rows"], "other": other["rows"], "count": one.get("output_value")["result"],
                "read": table.num_rows, "status": child.wait().get("status"),
            }
        )  # fmt: skip

    with driver_host.Host(driver_paths=[support.products()], only_given_paths=True, workspace=workspace) as host:
        assert result_of(host, handler) == {
            "stored": [{"id": 1, "customer": "Ada"}], "other": [{"id": 2, "customer": "Zoë 😀"}], "count": 3, "read": 3,
            "status": "ENDED_SUCCESS",
        }  # fmt: skip
