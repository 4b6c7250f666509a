"""Asks what the driver ODBC was asked of pyodbc, arrow-odbc and isql, and compares every value.

Usage: compare_odbc.py QUESTIONS. The file is JSON: `database`, the ODBC `connection` string of the peers, and
`questions`, each with the `sql` of a table expression, its `columns` with a `kind` each, and the paths of what the
driver answered: `arrow`, a stream, and `ndjson`. Ends with 0 if all values are equal; else says which are not.

Values are compared as texts:

| kind | text |
|---|---|
| integer | its digits |
| double | the shortest text that is the same double; of a single-precision column that of the single |
| decimal | exact, without zeros behind the last digit |
| text, uuid | as it is; a UUID in lower case |
| bytes | two hexadecimal digits for each, in lower case |
| date, time, timestamp | ISO 8601, with six digits behind the second, those of moments in UTC |
| boolean | true or false |
"""
import base64
import ctypes
import datetime as dt
import decimal
import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterable

import arrow_odbc
import pyarrow as pa
import pyodbc

TIMES = "SQL_TIME_STRUCT has nothing behind the second"
UNSIGNED = "unsigned ones come as signed: -1"
FIXED = "takes the column's size for the length of every value, and aborts the process"
RAW = "bytes are printed as they are"

# What a peer cannot tell or gets wrong, as seen with pyodbc 5.5.0, arrow-odbc 10.6.2 and unixODBC 2.3.11's isql.
LEFT_OUT: dict[tuple[str, str], dict[str, str]] = {
    ("pyodbc", "PostgreSQL"): {"clock": TIMES},
    ("pyodbc", "SQLite"): {"clock": TIMES},
    ("pyodbc", "MariaDB"): {"clock": TIMES, "uwhole": UNSIGNED},
    ("isql", "SQLite"): {"data": "comes as a literal of SQL, X'00FF'"},
    ("arrow-odbc", "PostgreSQL"): {"number": "is asked for in single precision"},
    ("arrow-odbc", "SQLite"): {
        "data": FIXED, "clock": TIMES, "moment": "the driver reports no digits behind the second: they are dropped",
    },
    ("arrow-odbc", "MariaDB"): {
        # The driver writes no length of a bit that is there.
        "bit1": "comes as null", "fraction": "the driver writes eight bytes into the four of a float", "bits": FIXED, "usmall": UNSIGNED, "uwhole": UNSIGNED, "ubig": UNSIGNED,
    },
    ("isql", "MariaDB"): {"data": RAW, "bulk": RAW, "bit1": RAW, "bits": RAW},
}  # fmt: skip


class Wrong(Exception):
    """A value that is none of its kind."""


def single(value: float) -> str:
    """The shortest text that is the same number of single precision."""
    bits = ctypes.c_float(value).value
    return next(text for text in (f"{value:.{n}g}" for n in range(1, 10)) if ctypes.c_float(float(text)).value == bits)


def plain(value: decimal.Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def day(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def clock(value: object) -> str:
    return dt.time.fromisoformat(str(value)).isoformat("microseconds")


def moment(value: object) -> str:
    if not isinstance(value, dt.datetime):
        # What stands behind the second has any number of digits.
        text, _, rest = str(value).partition(".")
        digits = re.match(r"\d*", rest)[0]
        zone = (rest[len(digits) :] or "").replace("Z", "+00:00")
        value = dt.datetime.fromisoformat(f"{text.removesuffix('Z')}.{digits:0<6.6}{zone}")
    if value.tzinfo is not None:
        value = value.astimezone(dt.UTC).replace(tzinfo=None)
    return value.isoformat(timespec="microseconds")


def hexadecimal(value: object) -> str:
    return value.hex() if isinstance(value, bytes | bytearray) else str(value).lower()


def boolean(value: object) -> str:
    words = {"true": "true", "1": "true", "false": "false", "0": "false"}
    return words[str(value).lower()]


KINDS: dict[str, Callable[[object], str]] = {
    "integer": lambda value: str(int(value)), "double": lambda value: repr(float(value)),
    "single": lambda value: single(float(value)), "decimal": lambda value: plain(decimal.Decimal(str(value))),
    "text": str, "uuid": lambda value: str(value).lower(), "bytes": hexadecimal, "date": day, "time": clock,
    "timestamp": moment, "boolean": boolean,
}  # fmt: skip

Rows = list[list[str | None]]


def normal(rows: Iterable[Iterable[object]], kinds: list[str]) -> Rows:
    """All values as texts."""
    return [
        [None if value is None else KINDS[kind](value) for value, kind in zip(row, kinds, strict=True)] for row in rows
    ]


# MARK: - The driver


def of_arrow(question: dict, kinds: list[str]) -> Rows:
    with pa.OSFile(question["arrow"]) as source:
        table = pa.ipc.open_stream(source).read_all()
    return normal(zip(*(column.to_pylist() for column in table.columns), strict=True), kinds)


def of_values(question: dict, kinds: list[str]) -> Rows:
    # Bytes are base64 in JSON.
    lines = pathlib.Path(question["ndjson"]).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line, parse_float=decimal.Decimal).values() for line in lines]
    decoded = [
        [base64.b64decode(v) if kind == "bytes" and v is not None else v for v, kind in zip(row, kinds, strict=True)]
        for row in rows
    ]
    return normal(decoded, kinds)


# MARK: - The peers


def by_pyodbc(database: str, connection: str, sql: str, kinds: list[str]) -> Rows:
    with pyodbc.connect(connection, autocommit=True) as asked:
        if database == "SQLite":
            # Its driver has no wide functions, and its texts are UTF-8 whatever the locale is.
            for kind in (pyodbc.SQL_CHAR, pyodbc.SQL_WCHAR):
                asked.setdecoding(kind, encoding="utf-8")
            asked.setencoding(encoding="utf-8")
        return normal(asked.execute(sql).fetchall(), kinds)


def by_arrow_odbc(database: str, connection: str, sql: str, kinds: list[str]) -> Rows:
    reader = arrow_odbc.read_arrow_batches_from_odbc(
        query=sql, connection_string=connection, batch_size=2, max_text_size=4000, max_binary_size=4000
    )
    rows: Rows = []
    for batch in reader:
        rows += normal(zip(*(column.to_pylist() for column in batch.columns), strict=True), kinds)
    return rows


def by_isql(database: str, connection: str, sql: str, kinds: list[str]) -> Rows:
    # One line for each statement; the values' divider is in none of them.
    run = subprocess.run(
        ["isql", "-b", "-d\x1f", "-k", connection], input=sql.replace("\n", " ") + "\n", capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    if run.returncode != 0:
        raise Wrong(f"isql ended with {run.returncode}: {run.stdout}{run.stderr}")
    rows = [line.split("\x1f") for line in run.stdout.splitlines()]
    # It has no other word for null than an empty text: see LEFT_OUT for those that are none.
    return normal(([value or None for value in row] for row in rows), kinds)


PEERS = {"pyodbc": by_pyodbc, "arrow-odbc": by_arrow_odbc, "isql": by_isql}

# MARK: - The comparison


def differences(who: str, found: Rows, expected: Rows, names: list[str]) -> list[str]:
    if len(found) != len(expected):
        return [f"{who} has {len(found)} rows instead of {len(expected)}"]
    return [
        f"{who}, {name}, row {row}: {one!r} instead of {other!r}"
        for row, (ones, others) in enumerate(zip(found, expected, strict=True))
        for name, one, other in zip(names, ones, others, strict=True)
        if one != other
    ]


def compare(database: str, connection: str, question: dict) -> tuple[list[str], int]:
    """What is different, and how many values of peers were compared."""
    names, kinds = ([column[key] for column in question["columns"]] for key in ("name", "kind"))
    expected = of_arrow(question, kinds)
    wrong = differences("the driver's values", of_values(question, kinds), expected, names)
    if not expected:
        wrong.append("the driver has no rows")
    count, unseen = 0, set(names)
    for peer, ask in PEERS.items():
        left_out = LEFT_OUT.get((peer, database), {})
        places = [place for place, name in enumerate(names) if name not in left_out]
        if not places:
            continue
        columns = ", ".join(names[place] for place in places)
        sql = f"select {columns} from ({question['sql']}) as asked order by {question['order']}"
        try:
            found = ask(database, connection, sql, [kinds[place] for place in places])
        except (pyodbc.Error, arrow_odbc.Error, Wrong, ValueError) as error:
            wrong.append(f"{peer}: {type(error).__name__}: {error}")
            continue
        part = [[row[place] for place in places] for row in expected]
        wrong += differences(peer, found, part, [names[place] for place in places])
        count += len(places) * len(expected)
        unseen -= {names[place] for place in places}
    wrong += [f"no peer was asked for {name}" for name in sorted(unseen)]
    return wrong, count


def main() -> int:
    asked = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    # Each question has a connection of its own.
    pyodbc.pooling = False
    wrong, count = [], 0
    for question in asked["questions"]:
        found, compared = compare(asked["database"], asked["connection"], question)
        wrong += [f"{question['sql']}: {line}" for line in found]
        count += compared
    print("\n".join(wrong) or f"{count} values are equal")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
