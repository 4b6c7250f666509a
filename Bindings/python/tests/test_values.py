"""Values go to a driver and come back as they were."""

from __future__ import annotations

import enum
import math
from decimal import Decimal
from pathlib import Path

import pytest

import driver_host
from support import connector, text_of

NESTED = {"a": [1, {"b": [b"\x00\xff", None, Decimal("0.10")]}, []], "": {}, "ключ": "значение", "~/": True}

EXACT = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 0.0, 0.1, -1.5, 5e-324, 1.7976931348623157e308, 1e22, 1e16,
    "", "text", "é𝄞", "line\nbreak\t\"quoted\"\\", b"", b"\x00\x01\xff", bytes(range(256)), [], {}, [[]], [{}],
    [1, "a", None, 2.5, b"x", True], {"a": 1, "b": {"c": [1, 2, {"d": None}]}}, NESTED,
    Decimal("1.10"), Decimal("123456789012345678901234567890.123456789"), "x" * 100_000, b"y" * 3_000_000,
    list(range(5000)), {f"name {number}": number / 3 for number in range(3000)},
]  # fmt: skip


@pytest.mark.parametrize("value", EXACT, ids=lambda value: repr(value)[:30])
def test_a_value_comes_back_with_its_type(host: driver_host.Host, value: object) -> None:
    result = host.connect(connector_type="ECHO", any=value)["any"]
    assert result == value
    assert type(result) is type(value)


def test_a_null_takes_a_stored_input_away(drivers: Path, tmp_path: Path) -> None:
    connector(tmp_path, "stored", "connector_type: ECHO\nvalue: {int: 5, string: kept}\n")
    with driver_host.Host(driver_paths=[drivers], only_given_paths=True, workspace=tmp_path) as host:
        assert host.connectors() == ["stored"]
        assert dict(host.connect("stored")) == {"int": 5, "string": "kept"}
        assert dict(host.connect("stored", int=None, bool=True)) == {"string": "kept", "bool": True}


def test_values_of_nested_kinds_keep_their_types_and_order(host: driver_host.Host) -> None:
    result = host.connect(connector_type="ECHO", map=NESTED, list=[NESTED, NESTED])
    assert list(result["map"]) == list(NESTED)
    assert result["map"]["a"][1]["b"] == [b"\x00\xff", None, Decimal("0.10")]
    assert type(result["map"]["a"][1]["b"][2]) is Decimal
    assert str(result["map"]["a"][1]["b"][2]) == "0.10"
    assert result["list"] == [NESTED, NESTED]


def test_inputs_of_typed_schemas_arrive_as_such(host: driver_host.Host) -> None:
    inputs = {
        "bool": True, "int": -5, "double": 2.5, "decimal": Decimal("1.10"), "string": "s", "bytes": b"\x00\x01",
        "nul": "a\x00b", "secret": "hidden", "list": [1], "map": {"a": 1},
    }  # fmt: skip
    assert host.connect(connector_type="ECHO", inputs=inputs).to_dict() == inputs


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**64, 10**40])
def test_an_integer_beyond_64_bits_comes_back_as_an_equal_decimal(host: driver_host.Host, value: int) -> None:
    result = host.connect(connector_type="ECHO", any=value)["any"]
    assert result == value
    assert type(result) is Decimal


class Colour(str, enum.Enum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


class Text(str):
    pass


def test_relatives_of_the_plain_types_are_taken_as_these(host: driver_host.Host) -> None:
    given = {"a": (1, 2), "b": bytearray(b"x"), "c": memoryview(b"y"), "d": Number.ONE, "e": Text("t"), "f": Colour.RED}
    assert host.connect(connector_type="ECHO", any=given)["any"] == {
        "a": [1, 2], "b": b"x", "c": b"y", "d": 1, "e": "t", "f": "red",
    }  # fmt: skip


class Index:
    def __index__(self) -> int:
        return 7


def test_an_integer_of_another_package_is_taken(host: driver_host.Host) -> None:
    assert host.connect(connector_type="ECHO", int=Index())["int"] == 7


def test_a_result_is_taken_as_inputs(host: driver_host.Host) -> None:
    first = host.connect(connector_type="ECHO", int=1, string="s")
    assert host.connect(connector_type="ECHO", inputs=first) == first


SELF: list[object] = []
SELF.append(SELF)


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (math.nan, "/any"), ([1, math.inf], "/any/1"), (Decimal("NaN"), "/any"), ({"a": {1: 2}}, "/any/a"),
        ({"a/b~": object()}, "/any/a~1b~0"), ("\udc80secret-part", "/any"), ({3}, "/any"), (1j, "/any"),
        ({"\udc80": 1}, "/any"),
    ],
)  # fmt: skip
def test_what_no_input_can_be_is_refused_by_its_place(host: driver_host.Host, value: object, pointer: str) -> None:
    with pytest.raises(driver_host.InvalidInputError) as caught:
        host.connect(connector_type="ECHO", any=value)
    assert caught.value.pointer == pointer
    assert caught.value.stage == "input"
    assert "secret-part" not in text_of(caught.value)


def test_a_list_that_holds_itself_is_refused(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.InvalidInputError, match="holds itself"):
        host.connect(connector_type="ECHO", any=SELF)


def test_a_tree_of_more_than_256_levels_is_refused(host: driver_host.Host) -> None:
    value: object = 1
    for _ in range(300):
        value = [value]
    with pytest.raises(driver_host.HostError):
        host.connect(connector_type="ECHO", any=value)


def test_a_document_of_the_driver_comes_as_values(host: driver_host.Host) -> None:
    text = '{"a": [1, 2.5, null, true, "x", 12345678901234567890.5]}'
    result = host.connect(connector_type="ECHO", action="document", string=text)["document"]
    assert result == {"a": [1, 2.5, None, True, "x", Decimal("12345678901234567890.5")]}


def test_a_result_is_a_mapping_whose_repr_shows_names_only(host: driver_host.Host) -> None:
    result = host.connect(connector_type="ECHO", int=1, string="hidden text")
    assert repr(result) == "<Result int, string>"
    assert result["string"] == "hidden text"
    assert len(result) == 2 and list(result) == ["int", "string"] and "int" in result and "other" not in result
    assert result.get("other", 5) == 5
    with pytest.raises(KeyError):
        result["other"]
    assert repr(result) == "<Result int, string>"
    assert repr(host.connect(connector_type="ECHO")) == "<Result without outputs>"


def test_a_result_says_how_the_call_went(host: driver_host.Host) -> None:
    result = host.connect(connector_type="ECHO", secret="hidden")
    assert result.driver == "org.driverhost.fixture.echo"
    assert result.driver_version == "1.0.0"
    assert result.attempts == 1
    assert result.duration > 0
    assert result.secrets == ("/secret",)
    assert host.execution_record(result.execution_id)["status"] == "ENDED_SUCCESS"


def test_a_result_stays_when_its_host_was_closed(host: driver_host.Host) -> None:
    result = host.connect(connector_type="ECHO", map=NESTED)
    host.close()
    assert result["map"] == NESTED
    assert result.execution_id
