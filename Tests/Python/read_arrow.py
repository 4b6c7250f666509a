"""Reads what the fixture driver ARROW hands over, written as Arrow, with pyarrow: every type and every value.

Usage: read_arrow.py stream|file PATH. Ends with 0 if all is as it must be; else says what is not.
"""
import datetime as dt
import decimal
import math
import struct
import sys

import pyarrow as pa
import pyarrow.ipc as ipc

HALVES = [struct.unpack("<e", struct.pack("<H", bits))[0] for bits in (0x3C00, 0xC000, 0x3800, 0, 0x7C00, 1, 0)]
MOMENTS = [0, -1, 1700000000, 0, 951782400, 5, 6]
TEXTS = ["", "abc", "h\u00e9\u00a2", None, "\U0001f30d", "x", "y"]
INT32 = [-(2**31), 2**31 - 1, 0, 9, -1, 5, 6]
LISTS = [[], [0], [1, 2], None, [3], [4, 5], [6]]

SCHEMA = pa.schema(
    [
        ("null", pa.null()), ("bool", pa.bool_()), ("int8", pa.int8()), ("uint8", pa.uint8()), ("int16", pa.int16()),
        ("uint16", pa.uint16()), ("int32", pa.int32()), ("uint32", pa.uint32()), ("int64", pa.int64()),
        ("uint64", pa.uint64()), ("half", pa.float16()), ("float", pa.float32()), ("double", pa.float64()),
        ("decimal128", pa.decimal128(10, 2)), ("decimal256", pa.decimal256(60, 3)), ("utf8", pa.utf8()),
        ("large_utf8", pa.large_utf8()), ("binary", pa.binary()), ("large_binary", pa.large_binary()),
        ("date32", pa.date32()), ("date64", pa.date64()), ("time_s", pa.time32("s")), ("time_ms", pa.time32("ms")),
        ("time_us", pa.time64("us")), ("time_ns", pa.time64("ns")), ("timestamp_s", pa.timestamp("s")),
        ("timestamp_ms", pa.timestamp("ms", "+05:30")), ("timestamp_us", pa.timestamp("us", "UTC")),
        ("timestamp_ns", pa.timestamp("ns", "Europe/Vienna")), ("list", pa.list_(pa.int32())),
        ("large_list", pa.large_list(pa.utf8())), ("struct", pa.struct([("a", pa.int64()), ("b", pa.utf8())])),
    ]
)


def number(values: list) -> list:
    """The raw numbers of a column, null in every fourth row."""
    return [None if row % 4 == 3 else value for row, value in enumerate(values)]


def integers(low: int, high: int, rest: list) -> list:
    return number([low, high, *rest])


SIGNED, UNSIGNED = [0, 9, -1, 5, 6], [2, 9, 4, 5, 6]
TIMES = {
    "time_s": [0, 86399, 3661, 0, 1, 2, 3], "time_ms": [0, 86399999, 3661001, 0, 1, 2, 3],
    "time_us": [0, 86399999999, 3661000001, 0, 1, 2, 3],
    "time_ns": [0, 86399999999999, 3661000000001, 0, 1000, 2000, 3000],
}
INT64 = integers(-(2**63), 2**63 - 1, SIGNED)
# Times and dates are compared as the numbers that they are stored as: Python's own types hold less.
EXPECTED = {
    "null": [None] * 7, "bool": number([True, False, True, False, True, True, False]),
    "int8": integers(-128, 127, SIGNED), "uint8": integers(0, 255, UNSIGNED),
    "int16": integers(-(2**15), 2**15 - 1, SIGNED), "uint16": integers(0, 2**16 - 1, UNSIGNED),
    "int32": number(INT32), "uint32": integers(0, 2**32 - 1, UNSIGNED), "int64": INT64,
    "uint64": integers(0, 2**64 - 1, UNSIGNED), "half": number(HALVES),
    "float": number([struct.unpack("<f", struct.pack("<f", f))[0] for f in (1.5, -2.25, 3.4e38, 0, 0.1, 5, 6)]),
    "double": number([0.1, -1.7976931348623157e308, 5e-324, 0, 2, 5, 6]),
    "decimal128": number([decimal.Decimal(n).scaleb(-2) for n in (12345, -1, 0, 0, 9999999999, 5, 0)]),
    "decimal256": number(
        [decimal.Decimal(n).scaleb(-3, decimal.Context(prec=80)) for n in (1, -5, 2**128, 0, 7 * 2**64 + 7, 5, 0)]
    ),
    "utf8": TEXTS, "large_utf8": TEXTS, "binary": [None if t is None else t.encode() for t in TEXTS],
    "large_binary": [None if t is None else t.encode() for t in TEXTS],
    "date32": number([0, -1, 19782, 0, 11016, -719468, 2932896]),
    "date64": number([0, -86400000, 1709164800000, 0, 951782400000, 86400000, 0]),
    **{name: number(values) for name, values in TIMES.items()},
    **{f"timestamp_{unit}": number(MOMENTS) for unit in ("s", "ms", "us", "ns")},
    "list": [None if rows is None else [number(INT32)[row] for row in rows] for rows in LISTS],
    "large_list": [None if rows is None else [TEXTS[row] for row in rows] for rows in LISTS],
    "struct": [None if row % 4 == 3 else {"a": INT64[row], "b": TEXTS[row]} for row in range(7)],
}


def plain(column: pa.ChunkedArray) -> list:
    """The values of a column, those of times and dates as the numbers that they are stored as."""
    kind = column.type
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        column = column.cast(pa.int32())
    elif pa.types.is_date64(kind) or pa.types.is_time64(kind) or pa.types.is_timestamp(kind):
        column = pa.chunked_array([chunk.view(pa.int64()) for chunk in column.chunks])
    return column.to_pylist()


def same(one: object, other: object) -> bool:
    return one == other or isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other)


def main() -> int:
    kind, path = sys.argv[1:]
    with pa.OSFile(path) as source:
        table = (ipc.open_stream(source) if kind == "stream" else ipc.open_file(source)).read_all()
    table.validate(full=True)
    wrong = []
    if not table.schema.equals(SCHEMA):
        wrong.append(f"the schema is {table.schema}")
    if [chunk.num_rows for chunk in table.to_batches()] != [7, 5, 5]:
        wrong.append("the batches have other sizes")
    for name, values in EXPECTED.items():
        expected = values + values[2:] + values[2:]
        found = plain(table.column(name))
        for row, (one, other) in enumerate(zip(found, expected, strict=True)):
            if not same(one, other):
                wrong.append(f"{name}, row {row}: {one!r} instead of {other!r}")
    print("\n".join(wrong) or "equal")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
