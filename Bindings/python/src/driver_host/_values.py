"""Python values to the trees of driver_abi.h, and back. Nothing here is public.

Both ways go through packed bytes: a tree is written into one piece of memory with a known address, and read block by
block, so that a value costs about a microsecond and no ctypes object.
"""

from __future__ import annotations

import ctypes
import math
import operator
from collections.abc import Mapping
from ctypes import c_char, c_char_p, c_void_p
from decimal import Decimal
from typing import Any, Optional

from . import _abi

_string_at = ctypes.string_at
_value, _number, _member, _text = (
    _abi.VALUE.pack_into, _abi.NUMBER.pack_into, _abi.MEMBER.pack_into, _abi.TEXT.pack_into,
)  # fmt: skip

# Texts from here on are not copied into the arena: the object's own memory is passed.
_LARGE = 2048
_DEPTH = 256


class _Full(Exception):
    """The arena is too small."""


class Arena:
    """A piece of memory with a known address that trees and texts are written into.

    Blocks of values grow from the front, where they are aligned; texts from the back. What was written is borrowed by
    the library until its function returns, so an arena is used again at once.
    """

    __slots__ = ("_low", "_high", "address", "buffer", "keep", "size")

    # What stands in front: two handles, a target.
    RESULT, ERROR, TARGET, _FREE = 0, 8, 16, 40

    # Ready for use; `list.pop` and `append` are atomic.
    _ready: list[Arena] = []  # noqa: RUF012

    def __init__(self, size: int) -> None:
        self.size = size
        self.buffer = bytearray(size)
        # The export keeps the bytearray from ever moving.
        self.address = ctypes.addressof((c_char * size).from_buffer(self.buffer))
        self.reset()

    def reset(self) -> None:
        """Forgets what was written."""
        self._low, self._high = Arena._FREE, self.size
        self.keep: list[Any] = []
        _abi.HANDLES.pack_into(self.buffer, 0, 0, 0)

    @staticmethod
    def take() -> Arena:
        """One that nobody uses."""
        try:
            return Arena._ready.pop()
        except IndexError:
            return Arena(16384)

    def give(self) -> None:
        """Gives it back for the next call, unless it is so large that it would only hold memory."""
        if self.size <= 1 << 20:
            self.reset()
            Arena._ready.append(self)

    # MARK: Writing

    def block(self, size: int) -> int:
        """The offset of `size` bytes, a multiple of 8."""
        offset = self._low
        self._low = offset + size
        if self._low > self._high:
            raise _Full
        return offset

    def bytes(self, data: bytes) -> int:
        """The address of a copy of `data`, or of itself if it is large."""
        count = len(data)
        if count >= _LARGE:
            pointer = c_char_p(data)
            self.keep.append(pointer)
            return ctypes.cast(pointer, c_void_p).value or 0
        high = self._high
        low = self._high = high - count
        if low < self._low:
            raise _Full
        self.buffer[low:high] = data
        return self.address + low

    def text(self, offset: int, text: str) -> None:
        """Writes a `dh_text_v1`."""
        data = text.encode()
        _text(self.buffer, offset, self.bytes(data), len(data))

    def argument(self, text: str) -> _abi.Text:
        """A `dh_text_v1` as functions take it."""
        data = text.encode()
        return _abi.Text(self.bytes(data), len(data))

    def texts(self, texts: list[str]) -> int:
        """The address of an array of texts; 0 if there are none."""
        if not texts:
            return 0
        block = self.block(16 * len(texts))
        for index, text in enumerate(texts):
            self.text(block + 16 * index, text)
        return self.address + block

    def value(self, value: Any) -> int:
        """The address of a tree."""
        offset = self.block(24)
        self._write(offset, value)
        return self.address + offset

    def _write(self, offset: int, value: Any) -> None:
        kind = type(value)
        if kind is str:
            data = value.encode()
            _value(self.buffer, offset, _abi.STRING, 0, len(data), self.bytes(data))
        elif kind is int:
            if -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:
                _value(self.buffer, offset, _abi.INT, 0, 0, value)
            else:
                data = str(value).encode()
                _value(self.buffer, offset, _abi.DECIMAL, 0, len(data), self.bytes(data))
        elif kind is dict:
            self._write_map(offset, value)
        elif kind is bool:
            _value(self.buffer, offset, _abi.BOOL, 0, 0, value)
        elif value is None:
            _value(self.buffer, offset, _abi.NULL, 0, 0, 0)
        elif kind is float:
            if not math.isfinite(value):
                raise ValueError
            _number(self.buffer, offset, _abi.DOUBLE, 0, 0, value)
        elif kind is list or kind is tuple:
            count = len(value)
            block = self.block(24 * count)
            _value(self.buffer, offset, _abi.LIST, 0, count, self.address + block)
            for item in value:
                self._write(block, item)
                block += 24
        elif kind is bytes:
            _value(self.buffer, offset, _abi.BYTES, 0, len(value), self.bytes(value))
        elif kind is Decimal:
            if not value.is_finite():
                raise ValueError
            data = str(value).encode()
            _value(self.buffer, offset, _abi.DECIMAL, 0, len(data), self.bytes(data))
        else:
            self._write(offset, plain(value))

    def _write_map(self, offset: int, value: dict[str, Any]) -> None:
        count = len(value)
        block = self.block(40 * count)
        _value(self.buffer, offset, _abi.MAP, 0, count, self.address + block)
        for name, item in value.items():
            data = name.encode()
            _text(self.buffer, block, self.bytes(data), len(data))
            self._write(block + 16, item)
            block += 40


def plain(value: Any) -> Any:
    """A value of one of the exact types that trees are written of, for a subclass or a near relative of them.

    Raises:
        TypeError: There is none.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Decimal):
        return Decimal(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if hasattr(value, "__index__"):
        # Integers of other packages, such as numpy's.
        return operator.index(value)
    raise TypeError


def arena_with(write: Any) -> tuple[Arena, Any]:
    """An arena that `write` has written into, of a size that is enough, and what it has answered.

    Raises:
        Exception: Whatever `write` raises.
    """
    arena = Arena.take()
    while True:
        try:
            return arena, write(arena)
        except _Full:
            size = 4 * arena.size
            arena.give()
            arena = Arena(size)
        except BaseException:
            arena.give()
            raise


def fault_of(value: Any, pointer: str = "", depth: int = 0) -> Optional[tuple[str, str]]:
    """Why a value is none that a tree can hold: the JSON pointer of the place and a sentence without its content."""
    if depth > _DEPTH:
        return "", f"the value is nested more than {_DEPTH} levels deep, or holds itself"
    if value is None or isinstance(value, (bool, int, bytes, bytearray, memoryview)) or hasattr(value, "__index__"):
        return None
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            return pointer, f"character {error.start} of the text is a lone surrogate, which UTF-8 has no word for"
        return None
    if isinstance(value, (float, Decimal)):
        return None if math.isfinite(value) else (pointer, "the number is infinite or NaN")
    if isinstance(value, Mapping):
        for name, item in value.items():
            if not isinstance(name, str):
                return pointer, f"a name is of type {type(name).__name__}, not str"
            found = fault_of(name, pointer) or fault_of(
                item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", depth + 1
            )
            if found:
                return found
        return None
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            found = fault_of(item, f"{pointer}/{index}", depth + 1)
            if found:
                return found
        return None
    return pointer, f"a value is of type {type(value).__module__}.{type(value).__qualname__}, which no input can be"


# MARK: - Reading


def text_at(address: int, count: int) -> str:
    """A text of the library; none is an empty one."""
    return _string_at(address, count).decode() if count else ""


def read_text(text: _abi.Text) -> str:
    """The text that a field of a struct holds."""
    return text_at(text.ptr, text.len) if text.ptr else ""


def read_value(address: int) -> Any:
    """The value at an address, copied."""
    data = _string_at(address, 24)
    return _read(data, 0, _abi.VALUE.unpack(data))


def _read(data: bytes, offset: int, value: tuple[int, int, int, int]) -> Any:
    kind, _, count, payload = value
    if kind == _abi.STRING:
        return _string_at(payload, count).decode() if count else ""
    if kind == _abi.INT:
        return payload
    if kind == _abi.MAP:
        return read_members(payload, count)
    if kind == _abi.LIST:
        if not count:
            return []
        items = _string_at(payload, 24 * count)
        return [_read(items, 24 * index, item) for index, item in enumerate(_abi.VALUE.iter_unpack(items))]
    if kind == _abi.BOOL:
        return payload != 0
    if kind == _abi.DOUBLE:
        return _abi.NUMBER.unpack_from(data, offset)[3]
    if kind == _abi.DECIMAL:
        return Decimal(_string_at(payload, count).decode())
    if kind == _abi.BYTES:
        return _string_at(payload, count) if count else b""
    # Null, and kinds that are not known.
    return None


def read_members(address: int, count: int) -> dict[str, Any]:
    """The members of a map, copied."""
    result: dict[str, Any] = {}
    if not count:
        return result
    members = _string_at(address, 40 * count)
    offset = 16
    for name, length, kind, flags, size, payload in _abi.MEMBER.iter_unpack(members):
        # The two commonest kinds here: a call less for each of them.
        if kind == _abi.STRING:
            value: Any = _string_at(payload, size).decode() if size else ""
        elif kind == _abi.INT:
            value = payload
        else:
            value = _read(members, offset, (kind, flags, size, payload))
        result[_string_at(name, length).decode() if length else ""] = value
        offset += 40
    return result


def read_names(address: int) -> list[str]:
    """The names of the map at an address, without its values."""
    kind, _, count, members = _abi.VALUE.unpack(_string_at(address, 24))
    if kind != _abi.MAP or not count:
        return []
    data = _string_at(members, 40 * count)
    return [text_at(member[0], member[1]) for member in _abi.MEMBER.iter_unpack(data)]
