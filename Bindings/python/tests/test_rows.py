"""Rows go to the readers of Arrow without a copy."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

import driver_host
import support

pyarrow = pytest.importorskip("pyarrow")


def table(host: driver_host.Host, count: int = 10_000) -> driver_host.Rows:
    return host.rows(connector_type="STREAM", action="rows", count=count)


def idle(host: driver_host.Host, connector_type: str) -> None:
    """Waits until no call of a type is in flight."""
    support.eventually(
        "no call is in flight", lambda: not host.statistics()["drivers"][connector_type]["calls_in_flight"]
    )


def test_pyarrow_reads_rows(host: driver_host.Host) -> None:
    rows = table(host)
    assert rows.name == "squares"
    read = pyarrow.table(rows)
    assert read.num_rows == 10_000
    numbers, squares = (read.column(index).to_pylist() for index in range(2))
    assert all(square in (number * number, None) for number, square in zip(numbers, squares))
    assert rows.is_consumed and repr(rows) == "<Rows squares (consumed)>"
    support.eventually("it has succeeded", lambda: host.executions()[0]["status"] == "ENDED_SUCCESS")


def test_polars_reads_rows(host: driver_host.Host) -> None:
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(table(host)).shape[0] == 10_000


def test_duckdb_reads_rows(host: driver_host.Host) -> None:
    duckdb = pytest.importorskip("duckdb")
    rows = table(host)  # noqa: F841 -- DuckDB finds it by its name
    with duckdb.connect() as database:
        assert database.execute("select count(*) from rows").fetchone() == (10_000,)


def test_every_type_of_rows_is_read(host: driver_host.Host) -> None:
    read = pyarrow.table(host.rows(connector_type="ARROW", batches=1))
    assert (read.num_rows, read.num_columns) == (7, 32)
    assert read.column("int64").to_pylist()[:3] == [-(2**63), 2**63 - 1, 0]
    assert str(read.column("decimal128").to_pylist()[0]) == "123.45"


def test_arrays_are_the_drivers_own_memory(host: driver_host.Host) -> None:
    read = pyarrow.table(host.rows(connector_type="ARROW", batches=1))
    address = read.column("int64").chunks[0].buffers()[1].address
    # The driver's numbers are its static data: nobody else has memory there.
    with open("/proc/self/maps") as maps:
        for line in maps:
            begin, end = (int(text, 16) for text in line.split()[0].split("-"))
            if begin <= address < end:
                assert line.rstrip().endswith("libArrowDriver.so")
                break
        else:
            raise AssertionError("the array is nowhere")


def test_arrays_outlive_call_and_host(host: driver_host.Host) -> None:
    read = pyarrow.table(table(host, 100))
    host.close()
    gc.collect()
    assert read.column(0).to_pylist() == list(range(100))


def test_batches_are_read_one_by_one(host: driver_host.Host) -> None:
    rows = host.rows(connector_type="STREAM", action="rows", count=1_000_000, batch=100)
    with pyarrow.RecordBatchReader.from_stream(rows) as reader:
        assert reader.read_next_batch().num_rows == 100
    # The rest was let go of, which has cancelled the call.
    idle(host, "STREAM")
    support.eventually("it was cancelled", lambda: host.executions()[0]["status"] == "ENDED_CANCELLED")


def test_several_streams_of_one_call_come_one_after_the_other(host: driver_host.Host) -> None:
    execution = host.execution(connector_type="ARROW", what="two", batches=1, rows=True)
    names = []
    for rows in execution.row_streams():
        names.append(rows.name)
        assert pyarrow.table(rows).num_rows == 7
    assert names == ["rows", "second"]
    assert execution.rows() is None
    assert execution.wait()["batches"] == 1


def test_rows_are_read_once(host: driver_host.Host) -> None:
    rows = table(host)
    pyarrow.table(rows)
    with pytest.raises(driver_host.UsageError):
        pyarrow.table(rows)


@pytest.mark.parametrize("way", ["close", "with", "drop"])
def test_rows_that_are_not_read_cancel_the_call(host: driver_host.Host, way: str) -> None:
    rows: Any = table(host)
    if way == "close":
        rows.close()
        rows.close()
    elif way == "with":
        with rows:
            pass
    else:
        del rows
        gc.collect()
    idle(host, "STREAM")
    support.eventually("it was cancelled", lambda: host.executions()[0]["status"] == "ENDED_CANCELLED")


def test_a_capsule_that_nobody_reads_is_released_with_its_rows(host: driver_host.Host) -> None:
    rows: Any = table(host)
    capsule: Any = rows.__arrow_c_stream__()
    assert 'capsule object "arrow_array_stream"' in repr(capsule)
    del capsule
    del rows
    idle(host, "STREAM")


def test_a_capsule_is_kept_while_somebody_holds_it(host: driver_host.Host) -> None:
    capsule = table(host).__arrow_c_stream__()
    gc.collect()
    assert host.connect(connector_type="ECHO", int=1)["int"] == 1

    class Holder:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return capsule

    assert pyarrow.table(Holder()).num_rows == 10_000


def test_a_readers_own_error_is_not_lost(host: driver_host.Host) -> None:
    # pyarrow takes no batch that begins in the middle of its arrays, as the driver's third does.
    with pytest.raises(pyarrow.ArrowInvalid, match="offset"):
        pyarrow.table(host.rows(connector_type="ARROW", batches=3))
    idle(host, "ARROW")


def test_a_drivers_error_among_the_rows_is_the_readers(host: driver_host.Host) -> None:
    execution = host.execution(connector_type="ARROW", what="error", rows=True)
    rows = execution.rows()
    assert rows is not None
    with pytest.raises(OSError, match="the disk went away"):
        pyarrow.table(rows)
    with pytest.raises(driver_host.RemoteFailureError) as caught:
        execution.wait()
    assert caught.value.vendor_state == "58030"


def test_a_call_that_fails_before_its_rows_raises(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.InvalidInputError):
        host.rows(connector_type="STREAM", action="rows")
    with pytest.raises(driver_host.UsageError, match="no rows"):
        host.rows(connector_type="ECHO")


def test_rows_become_outputs_where_they_are_not_asked_for(host: driver_host.Host) -> None:
    result = host.connect(connector_type="STREAM", action="rows", count=3)
    assert [next(iter(row.values())) for row in result["squares"]] == [0, 1, 2]
    with pytest.raises(driver_host.UsageError, match="ROWS"):
        host.execution(connector_type="ECHO").rows()


def test_rows_are_taken_back_from_a_reader_that_stops_by_a_cancel(host: driver_host.Host) -> None:
    execution = host.execution(connector_type="STREAM", action="rows", count=100_000_000, batch=10, rows=True)
    rows = execution.rows()
    assert rows is not None
    reader = pyarrow.RecordBatchReader.from_stream(rows)
    assert reader.read_next_batch().num_rows == 10
    execution.cancel()
    with pytest.raises(OSError):
        while True:
            reader.read_next_batch()
    reader.close()
    with pytest.raises(driver_host.CallCancelledError):
        execution.wait()


def test_rows_is_no_option_of_calls_that_pull_none(host: driver_host.Host) -> None:
    async def awaited() -> None:
        await host.aconnect(connector_type="ECHO", rows=True)

    for call in (
        lambda: host.connect(connector_type="ECHO", rows=True), lambda: asyncio.run(awaited()),
        lambda: host.connect_many([{}], connector_type="ECHO", rows=True),
    ):  # fmt: skip
        with pytest.raises(driver_host.UsageError, match=r"Host\.rows"):
            call()
    with host.rows(connector_type="STREAM", action="rows", count=1, rows=True) as rows:
        assert rows is not None
