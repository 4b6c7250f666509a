"""Where the bytes and values of a call's channels go to and come from, and its progress."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, Optional, Union, cast

from . import _abi, _runtime
from ._values import Arena, read_text, read_value


class Memory:
    """A sink: collected into an output of the channel's name, `bytes`, or a list for a channel of values.

    Args:
        limit: At most so many bytes; None is the host's output limit.
    """

    def __init__(self, limit: Optional[int] = None) -> None:
        self.limit = limit


class Values:
    """A sink for a channel of values: `function` gets each value as plain Python.

    It runs on a thread of the host, one value at a time; it may wait, and holds the driver back while it does. An
    exception from it stops the call, which then raises that exception.
    """

    def __init__(self, function: Callable[[Any], object]) -> None:
        self.function = function


Sink = Union[str, os.PathLike[str], int, Callable[[bytes], object], Memory, Values, Any]
"""A path (the file appears whole when the call has succeeded), a descriptor, a function that takes bytes, an object
with `write`, `Memory()` or `Values(function)`."""

Source = Union[bytes, bytearray, memoryview, str, os.PathLike[str], int, Iterable[bytes], Any]
"""Bytes or another object that is memory, such as an `array.array`, a path, a file descriptor, an object with `read`,
or an iterable of bytes."""

Progress = Callable[[int, int, str], object]
"""Gets how much is done, of how much (0: not known), and the unit's name; on a thread of the driver."""


class Hooks:
    """The callbacks of one call, and the first exception that one of them has raised."""

    __slots__ = ("_numbers", "exception")

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self.exception: Optional[BaseException] = None

    def add(self, function: Callable[..., Any]) -> int:
        """A context number for a callback of the call."""
        number = _runtime.add_context((function, self))
        self._numbers.append(number)
        return number

    def forget(self) -> None:
        """To be called when the call has ended, and no callback of it will run."""
        for number in self._numbers:
            _runtime.contexts.pop(number, None)
        self._numbers = []


def _call(context: Optional[int], failure: Optional[int], *arguments: Any) -> Any:
    found = _runtime.contexts.get(context or 0)
    if found is None:
        return failure
    function, hooks = found
    try:
        with _runtime.Callback():
            return function(*arguments)
    except BaseException as error:
        # It must not leave a callback; the call's waiter raises it.
        if hooks.exception is None:
            hooks.exception = error
        return failure


def _on_bytes(context: Optional[int], address: int, count: int) -> int:
    status: int = _call(context, _abi.FAILED, ctypes.string_at(address, count) if count else b"")
    return status


def _on_value(context: Optional[int], address: int) -> int:
    status: int = _call(context, _abi.FAILED, read_value(address))
    return status


def _on_read(context: Optional[int], buffer: int, capacity: int) -> int:
    data: Any = _call(context, None, capacity)
    if data is None:
        return -1
    ctypes.memmove(buffer, data, len(data))
    return len(data)


def _on_progress(context: Optional[int], done: int, total: int, text: _abi.Text) -> None:
    _call(context, 0, done, total, read_text(text))


_bytes_fn, _value_fn, _read_fn, _progress_fn = (
    _abi.BYTES_FN(_on_bytes), _abi.VALUE_FN(_on_value), _abi.READ_FN(_on_read), _abi.PROGRESS_FN(_on_progress),
)  # fmt: skip
_BYTES, _VALUE, _READ = (_abi.address_of(fn) for fn in (_bytes_fn, _value_fn, _read_fn))
PROGRESS = _abi.address_of(_progress_fn)


def _fill(struct: Any, arena: Arena, offset: int) -> None:
    ctypes.memmove(arena.address + offset, ctypes.addressof(struct), ctypes.sizeof(struct))


def _text(arena: Arena, text: str) -> _abi.Text:
    data = text.encode()
    return _abi.Text(arena.bytes(data), len(data))


def _giver(read: Callable[[int], Any]) -> Callable[[int], bytes]:
    def give(capacity: int) -> bytes:
        data = read(capacity)
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"a source has given {type(data).__name__}, not bytes")
        data = bytes(data)
        # There is no room for more.
        if len(data) > capacity:
            raise ValueError(f"a source has given {len(data)} bytes where {capacity} were asked for")
        return data

    return give


def _writer(write: Callable[[bytes], object]) -> Callable[[bytes], int]:
    """For the `write` of an object, which may take less than it is given, as those of unbuffered files do."""

    def take(data: bytes) -> int:
        while True:
            count = write(data)
            if not isinstance(count, int) or isinstance(count, bool) or count >= len(data):
                return _abi.OK
            if count <= 0:
                raise OSError(f"a sink has written {count} of {len(data)} bytes")
            data = data[count:]

    return take


def _taker(function: Callable[[bytes], object]) -> Callable[[bytes], int]:
    def take(data: bytes) -> int:
        function(data)
        return _abi.OK

    return take


def write_sinks(arena: Arena, sinks: Mapping[str, Sink], hooks: Hooks) -> int:
    """The address of an array of `dh_sink_v1`."""
    size = ctypes.sizeof(_abi.Sink)
    block = arena.block(size * len(sinks))
    for index, (channel, sink) in enumerate(sinks.items()):
        made = _abi.Sink(channel=_text(arena, channel))
        if isinstance(sink, Memory):
            made.kind, made.limit = _abi.SINK_MEMORY, sink.limit or 0
        elif isinstance(sink, Values):
            function = sink.function

            def take(value: Any, function: Callable[[Any], object] = function) -> int:
                function(value)
                return _abi.OK

            made.kind, made.value, made.context = _abi.SINK_VALUES, _VALUE, hooks.add(take)
        elif isinstance(sink, (str, os.PathLike)):
            made.kind, made.path = _abi.SINK_FILE, _text(arena, os.fspath(sink))
        elif isinstance(sink, int) and not isinstance(sink, bool):
            made.kind, made.descriptor = _abi.SINK_DESCRIPTOR, sink
        elif callable(sink) or hasattr(sink, "write"):
            made.kind, made.bytes = _abi.SINK_BYTES, _BYTES
            made.context = hooks.add(_taker(sink) if callable(sink) else _writer(sink.write))
        else:
            raise TypeError(f"the sink of channel {channel!r} is of type {type(sink).__name__}")
        _fill(made, arena, block + size * index)
    return arena.address + block


def _reader(pieces: Iterator[bytes]) -> Callable[[int], bytes]:
    rest = b""

    def read(capacity: int) -> bytes:
        nonlocal rest
        while not rest:
            try:
                piece = next(pieces)
            except StopIteration:
                return b""
            if not isinstance(piece, (bytes, bytearray, memoryview)):
                raise TypeError(f"a source has given {type(piece).__name__}, not bytes")
            rest = bytes(piece)
        data, rest = rest[:capacity], rest[capacity:]
        return data

    return read


def memory_of(source: object) -> Optional[bytes]:
    """The bytes of a source that is memory, as an `array.array` is; None of others."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    if isinstance(source, (str, int, os.PathLike)) or hasattr(source, "read"):
        return None
    try:
        view = memoryview(source)  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return None
    # A single number of numpy is no memory, and objects are addresses.
    return view.tobytes() if view.ndim and "O" not in view.format else None


def write_sources(arena: Arena, sources: Mapping[str, Source], hooks: Hooks) -> int:
    """The address of an array of `dh_source_v1`."""
    size = ctypes.sizeof(_abi.Source)
    block = arena.block(size * len(sources))
    for index, (channel, source) in enumerate(sources.items()):
        made = _abi.Source(channel=_text(arena, channel))
        data = memory_of(source)
        if data is not None:
            made.kind, made.bytes = _abi.SOURCE_MEMORY, _abi.Text(arena.bytes(data), len(data))
        elif isinstance(source, (str, os.PathLike)):
            made.kind, made.bytes = _abi.SOURCE_FILE, _text(arena, os.fspath(source))
        elif isinstance(source, int) and not isinstance(source, bool):
            made.kind, made.descriptor = _abi.SOURCE_DESCRIPTOR, source
        elif hasattr(source, "read"):
            made.kind, made.read, made.context = _abi.SOURCE_READ, _READ, hooks.add(_giver(source.read))
        elif isinstance(source, Iterable):
            made.kind, made.read, made.context = (
                _abi.SOURCE_READ,
                _READ,
                hooks.add(_reader(iter(cast("Iterable[bytes]", source)))),
            )
        else:
            raise TypeError(f"the source of channel {channel!r} is of type {type(source).__name__}")
        _fill(made, arena, block + size * index)
    return arena.address + block


def check_channels(hooks: Hooks) -> None:
    """Raises what a callback of an ended call has raised.

    Raises:
        BaseException: That.
    """
    if hooks.exception is not None:
        raise hooks.exception


__all__ = ["Hooks", "Memory", "Progress", "Sink", "Source", "Values"]
