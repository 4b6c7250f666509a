"""The ODBC driver beside bare block fetches and array bindings in C, and beside arrow-odbc and pyodbc."""
from __future__ import annotations

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

import databases
import odbc_data
from comparing import Comparing, Program

HERE = pathlib.Path(__file__).resolve().parent
STATEMENT = f"select {', '.join(odbc_data.COLUMNS)} from source_rows"
# Rows of the seven columns that bare C and arrow-odbc take at once: about 1 MiB of cells, as C/odbc_read.c counts them.
BLOCK = 5377
LIMIT_READ, LIMIT_INSERT = "C, bound blocks of rows", "C, arrays of parameters"


class ODBC(Comparing):
    """The rows of the table that are about ODBC."""

    def __init__(self, bench, is_short: bool) -> None:
        super().__init__(bench, 7 if bench.full else 3)
        self.folder = bench.folder / "odbc"
        self.folder.mkdir()
        # In a run of everything it is one part of many.
        self.rows, self.records = (200_000, 40_000) if is_short else (1_000_000, 200_000)
        self.held_rows = 10_000_000 if bench.full else 1_000_000

    def measure(self) -> None:
        self.configure()
        servers: list[databases.Server] = []
        try:
            self.postgresql = databases.PostgreSQL(self.folder / "postgresql")
            servers.append(self.postgresql)
            self.mariadb = databases.MariaDB(self.folder / "mariadb")
            servers.append(self.mariadb)
            self.make_rows()
            self.read()
            self.insert()
            self.hold()
        finally:
            for server in servers:
                server.stop()

    def configure(self) -> None:
        """What unixODBC finds: the drivers, and nothing of the system or of a home."""
        libraries = {
            "PostgreSQL Unicode": "psqlodbcw.so", "MariaDB Unicode": "libmaodbc.so", "SQLite3": "libsqlite3odbc.so",
        }
        sections = [f"[{name}]\nDriver={databases.odbc_driver(file)}\n" for name, file in libraries.items()]
        (self.folder / "odbcinst.ini").write_text("".join(sections), encoding="utf-8")
        self.environment = {**os.environ, "ODBCSYSINI": str(self.folder), "ODBCINI": str(self.folder / "user.ini"),
                            "HOME": str(self.folder), "DRIVERS_PATH": ""}
        self.environment.pop("ODBCINSTINI", None)

    def make_rows(self) -> None:
        self.postgresql.sql(odbc_data.postgresql(self.rows))
        self.mariadb.sql(odbc_data.mariadb(self.rows))
        self.source, self.target = self.folder / "source.db", self.folder / "target.db"
        with sqlite3.connect(self.source) as connection:
            connection.executescript(odbc_data.sqlite(self.rows))
        connection.close()
        self.arrow, self.csv = self.folder / "records.arrow", self.folder / "records.csv"
        # In a process of its own, so that this one stays small.
        command = [sys.executable, str(HERE / "odbc_data.py"), str(self.records), str(self.arrow), str(self.csv)]
        subprocess.run(command, check=True)

    # MARK: - Programs

    def ours(self, name: str, rows: int, goals: dict[str, float], *arguments: str) -> Program:
        path = f"{self.bench.bin}/drivers:{self.bench.drivers}"
        return Program(name, [self.bench.path("bench"), path, "odbc", *arguments], goals, is_ours=True, rows=rows)

    def peer(self, name: str, rows: int, peer: str, *arguments: str) -> Program:
        return Program(name, [sys.executable, str(HERE / "odbc_peers.py"), peer, *arguments], rows=rows)

    # MARK: - Reading

    def read(self) -> None:
        streamed = self.postgresql.connection("UseDeclareFetch=1;Fetch=10000")
        for workload, connection, has_partitions in (
            ("PostgreSQL, streamed", streamed, True),
            ("PostgreSQL, buffered", self.postgresql.connection("UseDeclareFetch=0"), False),
            ("SQLite, streamed", self.sqlite(self.source, 1), False),
            ("SQLite, buffered", self.sqlite(self.source, 0), False),
            ("MariaDB", self.mariadb.connection(), True),
        ):
            goals = {LIMIT_READ: 0.97, "arrow-odbc": 1, "pyodbc": 4}
            what = (connection, STATEMENT)
            programs = [
                self.ours("drivers", self.rows, goals, "read", *what),
                Program(LIMIT_READ, [self.bench.path("odbc_read"), *what, str(BLOCK)], rows=self.rows),
                self.peer("arrow-odbc", self.rows, "arrow-odbc", "read", *what, str(BLOCK)),
                self.peer("pyodbc", self.rows, "pyodbc", "read", *what, "0"),
            ]
            if has_partitions:
                goals = {LIMIT_READ: 1, "arrow-odbc": 1}
                for parallel in ("2", "4"):
                    name = f"drivers, 4 partitions, {parallel} at once"
                    programs.append(self.ours(name, self.rows, goals, "read", *what, "id", "4", parallel))
            # What is read for the first time comes from a disk perhaps.
            self.run(programs[1].command)
            self.compare(f"ODBC, {self.rows:,} rows of 7 columns from {workload}", "rows/s", LIMIT_READ, programs)

    def sqlite(self, file: pathlib.Path, steps: int) -> str:
        return f"DRIVER=SQLite3;Database={file};StepAPI={steps}"

    # MARK: - Inserting

    def insert(self) -> None:
        streamed = self.postgresql.connection("UseDeclareFetch=1;Fetch=10000")
        for workload, connection, empty, count in (
            ("PostgreSQL", streamed, lambda: self.postgresql.sql("truncate loaded"),
             lambda: self.postgresql.sql("select count(*) from loaded")),
            ("SQLite", self.sqlite(self.target, 1), self.empty_sqlite, self.count_sqlite),
            ("MariaDB", self.mariadb.connection(), lambda: self.mariadb.sql("truncate table loaded"),
             lambda: self.mariadb.sql("select count(*) from loaded")),
        ):
            # Few say enough of what is slow; of fewer, what the first round trips wait for would be measured.
            few = min(20_000, self.records)
            goals = {LIMIT_INSERT: 0.95, "pyodbc, executemany": 10}
            what, arrow, csv, rows = (connection, "loaded"), str(self.arrow), str(self.csv), self.records
            programs = [
                self.ours("drivers, execute_many, Arrow", rows, goals, "insert", *what, arrow, "arrow"),
                self.ours("drivers, execute_many, CSV", rows, goals, "insert", *what, csv, "csv"),
                Program(LIMIT_INSERT, [self.bench.path("odbc_insert"), *what, str(rows)], rows=rows),
                self.peer("arrow-odbc", rows, "arrow-odbc", "insert", *what, arrow, str(rows)),
                self.peer("pyodbc, executemany", few, "pyodbc", "insert", *what, arrow, str(few)),
                self.peer("pyodbc, fast_executemany", few, "pyodbc-fast", "insert", *what, arrow, str(few)),
            ]

            def check(program: Program, count=count) -> str:
                there = int(count())
                return "" if there == program.rows else f"{there} rows of {program.rows} are in the table"

            workload = f"ODBC, {self.records:,} rows of 7 columns into {workload}"
            self.compare(workload, "rows/s", LIMIT_INSERT, programs, empty, check)

    def empty_sqlite(self) -> None:
        for path in self.folder.glob("target.db*"):
            path.unlink()
        connection = sqlite3.connect(self.target)
        connection.execute(odbc_data.table("loaded", odbc_data.SQLITE_TYPES, False))
        connection.close()

    def count_sqlite(self) -> int:
        connection = sqlite3.connect(self.target)
        try:
            return connection.execute("select count(*) from loaded").fetchone()[0]
        finally:
            connection.close()

    # MARK: - Memory

    def hold(self) -> None:
        """The peak of memory of a process that reads many rows and does nothing else."""
        times, count = self.held_rows // self.rows, self.held_rows
        streamed = self.postgresql.connection("UseDeclareFetch=1;Fetch=10000")
        lite = " union all ".join(["select 1"] * times)
        # MariaDB makes them while it is asked, whichever part of them.
        made = ", ".join(
            f"{value} as {name}" for value, name in zip(odbc_data.MARIADB_VALUES, odbc_data.COLUMNS, strict=True)
        ).format(n="seq")
        partitions = json.dumps({"column": "id", "count": count // 25_000})
        workload = f"ODBC, {count:,} rows through `drivers run`"
        print(f"   {workload}", file=sys.stderr)
        for name, connection, statement, *more in (
            ("PostgreSQL", streamed, f"{STATEMENT} cross join generate_series(1, {times})"),
            ("SQLite", self.sqlite(self.source, 1), f"{STATEMENT} cross join ({lite})"),
            ("MariaDB, partitions", self.mariadb.connection(), f"select {made} from seq_1_to_{count}",
             f"partitions:={partitions}"),
        ):
            inputs = [f"connection_string={connection}", f"statement={statement}", *more]
            for form in ("ndjson", "arrow-stream"):
                command = [self.bench.path("peak"), f"{self.bench.drivers}/drivers", "run", "--type", "ODBC",
                           "--no-history", "--output", form, "--out", "/dev/null", *inputs]
                start = time.monotonic()
                result = self.run(command)
                rate = count / (time.monotonic() - start)
                if "error" in result:
                    self.bench.add(workload, f"{name}, {form}", None, "MiB", note=f"failed: {result['error']}")
                    continue
                self.bench.add(workload, f"{name}, {form}", round(result["peak_kib"] / 1024, 1), "MiB", goal_mib=64,
                               note=f"{rate:,.0f} rows/s")
