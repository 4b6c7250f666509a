"""Bytes and values go through channels, with back-pressure."""

from __future__ import annotations

import array
import io
import os
from pathlib import Path
from typing import Any

import pytest

import driver_host
import support

DATA = os.urandom(3_000_000)


def copy(host: driver_host.Host, source: Any, sink: Any) -> driver_host.Result:
    return host.connect(connector_type="STREAM", action="copy", sources={"in": source}, sinks={"out": sink})


def test_memory_goes_in_and_comes_out_as_an_output(host: driver_host.Host) -> None:
    result = copy(host, DATA, driver_host.Memory())
    assert result["out"] == DATA
    assert result["bytes"] == len(DATA)


def test_files_are_read_and_appear_whole(host: driver_host.Host, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(DATA)
    copy(host, tmp_path / "in", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == DATA


def test_a_function_gets_the_bytes_and_an_iterable_gives_them(host: driver_host.Host) -> None:
    pieces: list[bytes] = []
    copy(host, (DATA[offset : offset + 700_000] for offset in range(0, len(DATA), 700_000)), pieces.append)
    assert b"".join(pieces) == DATA


def test_objects_that_read_and_write_are_taken(host: driver_host.Host) -> None:
    out = io.BytesIO()
    copy(host, io.BytesIO(DATA), out)
    assert out.getvalue() == DATA


def test_descriptors_are_taken_and_not_closed(host: driver_host.Host, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(DATA)
    with open(tmp_path / "in", "rb") as source, open(tmp_path / "out", "wb") as sink:
        copy(host, source.fileno(), sink.fileno())
        assert os.fstat(sink.fileno()).st_size == len(DATA)


def test_empty_bytes_are_a_source(host: driver_host.Host) -> None:
    assert copy(host, b"", driver_host.Memory())["bytes"] == 0


@pytest.mark.parametrize("side", ["sink", "source"])
def test_what_a_callback_raises_stops_the_call_and_is_raised(host: driver_host.Host, side: str) -> None:
    def refuse(_: object) -> bytes:
        raise ZeroDivisionError

    class Source:
        read = staticmethod(refuse)

    with pytest.raises(ZeroDivisionError):
        copy(host, DATA if side == "sink" else Source(), refuse if side == "sink" else driver_host.Memory())
    assert host.executions()[0]["status"] != "ENDED_SUCCESS"


@pytest.mark.parametrize("given", ["text", None, 5, b"x" * 5_000_000])
def test_a_source_that_gives_what_was_not_asked_for_stops_the_call(host: driver_host.Host, given: Any) -> None:
    class Source:
        def read(self, count: int) -> Any:
            return given

    with pytest.raises((TypeError, ValueError), match="source"):
        copy(host, Source(), driver_host.Memory())


@pytest.mark.parametrize("piece", [5, "text", None, [1, 2]])
def test_a_piece_that_is_no_bytes_stops_the_call(host: driver_host.Host, piece: Any) -> None:
    with pytest.raises(TypeError, match="source"):
        copy(host, [b"x", piece], driver_host.Memory())


def test_pieces_of_every_kind_of_bytes_are_taken(host: driver_host.Host) -> None:
    pieces = [b"a", b"", bytearray(b"b"), memoryview(b"c")]
    assert copy(host, pieces, driver_host.Memory())["out"] == b"abc"


def test_an_object_that_is_memory_is_a_source(host: driver_host.Host) -> None:
    numbers = array.array("i", range(1000))
    assert copy(host, numbers, driver_host.Memory())["out"] == numbers.tobytes()
    every_second = memoryview(b"abcdef")[::2]
    assert copy(host, every_second, driver_host.Memory())["out"] == b"ace"


def test_a_sink_that_writes_a_part_is_given_the_rest(host: driver_host.Host) -> None:
    class Sink:
        def __init__(self) -> None:
            self.data = b""

        def write(self, data: bytes) -> int:
            self.data += data[:50_000]
            return min(len(data), 50_000)

    class Full:
        def write(self, data: bytes) -> int:
            return 0

    sink = Sink()
    copy(host, DATA, sink)
    assert sink.data == DATA
    with pytest.raises(OSError, match="written 0 of"):
        copy(host, b"x", Full())


def test_a_callback_that_would_wait_for_the_host_is_told_so(host: driver_host.Host) -> None:
    for call in (
        lambda _: host.connect(connector_type="ECHO"), lambda _: host.close(), lambda _: host.executions(),
        lambda _: host.rows(connector_type="STREAM", action="rows", count=1), lambda _: host.prune(),
        lambda _: host.execution_record("x"), lambda _: host.execution(connector_type="ECHO").wait(),
    ):  # fmt: skip
        with pytest.raises(driver_host.UsageError, match="callback"):
            copy(host, b"x", call)
    fan_out = host.connect_many([{}], connector_type="ECHO", on_item=lambda _: host.connect(connector_type="ECHO"))
    with pytest.raises(driver_host.UsageError, match="callback"):
        fan_out.wait()


def test_the_limit_of_a_sink_in_memory_holds(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.TooLargeError):
        copy(host, DATA, driver_host.Memory(limit=1000))


def test_progress_is_heard(host: driver_host.Host) -> None:
    heard: list[tuple[int, int, str]] = []
    host.connect(
        connector_type="STREAM", action="generate", size=1_000_000, sinks={"out": lambda _: None},
        progress=lambda *progress: heard.append(progress),
    )  # fmt: skip
    assert heard and heard[-1][0] <= 1_000_000
    assert heard[-1][2] == "bytes"


def test_a_channel_that_is_not_there_is_refused(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.HostError):
        host.connect(connector_type="STREAM", sinks={"nowhere": driver_host.Memory()})
    with pytest.raises(TypeError, match="sink"):
        host.connect(connector_type="STREAM", sinks={"out": 1.5})
    with pytest.raises(TypeError, match="source"):
        host.connect(connector_type="STREAM", sources={"in": 1.5})


def test_the_contexts_of_callbacks_are_forgotten(host: driver_host.Host) -> None:
    from driver_host import _runtime

    before = len(_runtime.contexts)
    for _ in range(5):
        copy(host, iter([b"x"]), lambda _: None)
        with pytest.raises(driver_host.HostError):
            host.connect(connector_type="STREAM", action="rows", progress=print)
        with pytest.raises(driver_host.InvalidInputError):
            host.connect(connector_type="STREAM", progress=print, any=object())
        with pytest.raises(TypeError):
            host.connect(connector_type="STREAM", progress=print, sinks={"out": 1.5})
    assert len(_runtime.contexts) == before


@pytest.mark.parametrize("source", [iter([b"x"]), io.BytesIO(b"x"), [b"x"], 0])
def test_many_calls_share_no_source_that_is_read_once(host: driver_host.Host, source: Any) -> None:
    with pytest.raises(driver_host.InvalidInputError, match="source of channel 'in'"):
        host.connect_many([{}, {}], connector_type="STREAM", action="copy", sources={"in": source})


def test_many_calls_share_no_file_as_a_sink(host: driver_host.Host, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"abc")
    for sink in (tmp_path / "out", str(tmp_path / "out")):
        with pytest.raises(ValueError, match="sink of channel 'out'"):
            host.connect_many(
                [{}, {}], connector_type="STREAM", action="copy", sources={"in": b"x"}, sinks={"out": sink}
            )
    for source in (b"abc", tmp_path / "in"):
        fan_out = host.connect_many(
            [{}, {}], connector_type="STREAM", action="copy", sources={"in": source},
            sinks={"out": driver_host.Memory()},
        )  # fmt: skip
        assert [item.get()["out"] for item in fan_out] == [b"abc", b"abc"]


def test_the_contexts_of_refused_and_interrupted_calls_are_forgotten(
    host: driver_host.Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    from driver_host import _host_calls, _runtime

    first = _runtime.add_context(None)

    def contexts() -> int:
        return sum(number > first for number in list(_runtime.contexts))

    for _ in range(3):
        with pytest.raises(driver_host.InvalidInputError):
            host.connect_many([{"any": object()}], connector_type="ECHO", progress=print)
        with pytest.raises(driver_host.HostError):
            driver_host.Host(secret_timeout=-1)
    assert contexts() == 0

    def interrupt(*_: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(_host_calls, "wait_for_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        host.connect(connector_type="SLEEPER", seconds=600, progress=print)
    support.eventually("they are forgotten", lambda: contexts() == 0)
    _runtime.contexts.pop(first)
