"""The rows that the ODBC benchmarks read and insert: seven columns, made by SQL, or by pyarrow for files.

Usage: odbc_data.py COUNT ARROW-FILE CSV-FILE. Makes the files: an Arrow IPC stream, and CSV with a header.
"""
from __future__ import annotations

import datetime
import sys

COLUMNS = ("id", "big", "ratio", "name", "day", "at", "price")

POSTGRESQL_TYPES = ("int", "bigint", "double precision", "varchar(20)", "date", "timestamp", "numeric(12,2)")
MARIADB_TYPES = ("int", "bigint", "double", "varchar(20)", "date", "datetime(6)", "decimal(12,2)")
SQLITE_TYPES = ("int", "bigint", "double", "varchar(20)", "date", "timestamp", "numeric(12,2)")

# {n} is the number of the row, from 1. The same values everywhere.
POSTGRESQL_VALUES = (
    "{n}", "{n} * 1000003::bigint", "{n} * 0.37::float8", "'name ' || {n}", "date '2020-01-01' + {n} % 3650",
    "timestamp '2020-01-01' + make_interval(secs => {n}) + ({n} % 1000000) * interval '1 microsecond'",
    "({n} % 1000000) / 100.0",
)
MARIADB_VALUES = (
    "{n}", "{n} * 1000003", "{n} * 0.37e0", "concat('name ', {n})", "date '2020-01-01' + interval {n} % 3650 day",
    "timestamp '2020-01-01 00:00:00' + interval {n} second + interval {n} % 1000000 microsecond",
    "({n} % 1000000) / 100",
)
SQLITE_VALUES = (
    "{n}", "{n} * 1000003", "{n} * 0.37", "'name ' || {n}", "date('2020-01-01', ({n} % 3650) || ' days')",
    "strftime('%Y-%m-%d %H:%M:%S', 1577836800 + {n}, 'unixepoch') || printf('.%06d', {n} % 1000000)",
    "({n} % 1000000) / 100.0",
)


def table(name: str, types: tuple[str, ...], has_key: bool) -> str:
    """The statement that makes a table."""
    columns = [f"{column} {kind}" for column, kind in zip(COLUMNS, types, strict=True)]
    if has_key:
        columns[0] += " primary key"
    return f"create table {name} ({', '.join(columns)})"


def postgresql(rows: int) -> str:
    values = ", ".join(POSTGRESQL_VALUES).format(n="n")
    return f"""{table("source_rows", POSTGRESQL_TYPES, True)};
insert into source_rows select {values} from generate_series(1, {rows}) n;
{table("loaded", POSTGRESQL_TYPES, False)};
vacuum analyze source_rows;
"""


def mariadb(rows: int) -> str:
    values = ", ".join(MARIADB_VALUES).format(n="seq")
    return f"""{table("source_rows", MARIADB_TYPES, True)};
insert into source_rows select {values} from seq_1_to_{rows};
{table("loaded", MARIADB_TYPES, False)};
analyze table source_rows;
"""


def sqlite(rows: int) -> str:
    values = ", ".join(SQLITE_VALUES).format(n="n")
    return f"""{table("source_rows", SQLITE_TYPES, True)};
insert into source_rows with recursive s(n) as (values(1) union all select n + 1 from s where n < {rows})
  select {values} from s;
"""


def make_files(count: int, arrow: str, csv: str) -> None:
    """The same rows once more; the stream has batches of 10,000 rows."""
    import pyarrow
    import pyarrow.csv

    decimal = pyarrow.decimal128(12, 2)
    day, moment = datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1)
    numbers = range(1, count + 1)
    made = pyarrow.table({
        "id": pyarrow.array(numbers, pyarrow.int32()),
        "big": pyarrow.array([n * 1000003 for n in numbers], pyarrow.int64()),
        "ratio": pyarrow.array([n * 0.37 for n in numbers], pyarrow.float64()),
        "name": pyarrow.array([f"name {n}" for n in numbers], pyarrow.string()),
        "day": pyarrow.array([day + datetime.timedelta(n % 3650) for n in numbers], pyarrow.date32()),
        "at": pyarrow.array(
            [moment + datetime.timedelta(seconds=n, microseconds=n % 1000000) for n in numbers], pyarrow.timestamp("us")
        ),
        "price": pyarrow.array([f"{n % 1000000 // 100}.{n % 100:02}" for n in numbers]).cast(decimal),
    })
    with pyarrow.OSFile(arrow, "wb") as file, pyarrow.ipc.new_stream(file, made.schema) as stream:
        stream.write_table(made, max_chunksize=10_000)
    pyarrow.csv.write_csv(made, csv)


if __name__ == "__main__":
    make_files(int(sys.argv[1]), sys.argv[2], sys.argv[3])
