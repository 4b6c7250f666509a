"""Reads or inserts rows over ODBC with what a user of Python would pick.

Usage: odbc_peers.py arrow-odbc|pyodbc read CONNECTION STATEMENT BLOCK
       odbc_peers.py arrow-odbc|pyodbc|pyodbc-fast insert CONNECTION TABLE ARROW-FILE ROWS
Counts from connecting to the last row, or to the end of the transaction, and prints one line of JSON. BLOCK is how many
rows arrow-odbc takes at once. Of an Arrow IPC stream the first ROWS are inserted; they are in memory before it starts.
"""
from __future__ import annotations

import importlib.metadata
import json
import sys
import time

# How many records go into one array of parameters, as with the others.
CHUNK = 1000
# What a user of pyodbc would ask for at once.
FETCH = 10_000


def is_sqlite(connection: str) -> bool:
    return "sqlite" in connection.lower()


def connect_pyodbc(text: str):
    import pyodbc

    connection = pyodbc.connect(text)
    if is_sqlite(text):
        connection.setdecoding(pyodbc.SQL_CHAR, encoding="utf-8")
        connection.setencoding(encoding="utf-8", ctype=pyodbc.SQL_CHAR)
    return connection


def read_pyodbc(text: str, statement: str, _block: int) -> int:
    cursor = connect_pyodbc(text).cursor().execute(statement)
    rows = 0
    while taken := cursor.fetchmany(FETCH):
        rows += len(taken)
    return rows


def read_arrow_odbc(text: str, statement: str, block: int) -> int:
    import arrow_odbc

    reader = arrow_odbc.read_arrow_batches_from_odbc(query=statement, connection_string=text, batch_size=block)
    return sum(batch.num_rows for batch in reader)


def insert_pyodbc(text: str, table: str, records, is_fast: bool) -> None:
    names, values = records
    connection = connect_pyodbc(text)
    cursor = connection.cursor()
    cursor.fast_executemany = is_fast
    places = ", ".join("?" * len(names))
    # Faster than all in one array, which pyodbc makes room for at once.
    step = CHUNK if is_fast else len(values)
    for start in range(0, len(values), step):
        cursor.executemany(f"insert into {table} ({', '.join(names)}) values ({places})", values[start:start + step])
    connection.commit()


def insert_arrow_odbc(text: str, table: str, records) -> None:
    import arrow_odbc

    connection = arrow_odbc.connect(text, autocommit=False)
    connection.insert_into_table(reader=records, chunk_size=CHUNK, table=table)
    connection.commit()


def peak_kib() -> int:
    """getrusage also counts what the process was before it became this program."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def first_records(path: str, count: int):
    import pyarrow

    with pyarrow.OSFile(path, "rb") as file, pyarrow.ipc.open_stream(file) as stream:
        return stream.read_all().slice(0, count)


def main() -> None:
    peer, work, connection, what, *rest = sys.argv[1:]
    package = peer.removesuffix("-fast")
    # Importing them is not measured.
    __import__(package.replace("-", "_"))
    if work == "read":
        read = read_pyodbc if package == "pyodbc" else read_arrow_odbc
        start, computed = time.perf_counter(), time.process_time()
        rows = read(connection, what, int(rest[0]))
    else:
        rows = int(rest[1])
        table = first_records(rest[0], rows)
        if package == "pyodbc":
            columns = [column.to_pylist() for column in table.columns]
            records = (table.column_names, list(zip(*columns, strict=True)))
            start, computed = time.perf_counter(), time.process_time()
            insert_pyodbc(connection, what, records, peer.endswith("-fast"))
        else:
            reader = table.to_reader(max_chunksize=CHUNK)
            start, computed = time.perf_counter(), time.process_time()
            insert_arrow_odbc(connection, what, reader)
    seconds, computed = time.perf_counter() - start, time.process_time() - computed
    print(json.dumps({
        "rows": rows, "rate": rows / seconds, "cpu_us": computed * 1e6 / rows,
        "peak_kib": peak_kib(),
        "library": f"{package} {importlib.metadata.version(package)}",
    }))


if __name__ == "__main__":
    main()
