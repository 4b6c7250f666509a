"""Rows, as the Arrow PyCapsule interface hands them on."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from ctypes import c_char_p, c_void_p, py_object
from types import TracebackType
from typing import Optional

from . import _abi, _runtime
from ._errors import UsageError

# What a capsule points to outlives every Python object.
_allocate = ctypes.pythonapi.PyMem_RawMalloc
_allocate.restype, _allocate.argtypes = c_void_p, [ctypes.c_size_t]
_free = ctypes.pythonapi.PyMem_RawFree
_free.restype, _free.argtypes = None, [c_void_p]
_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype, _new_capsule.argtypes = py_object, [c_void_p, c_char_p, c_void_p]
_release_fn = ctypes.CFUNCTYPE(None, c_void_p)

_get_schema_fn = ctypes.CFUNCTYPE(ctypes.c_int, c_void_p, c_void_p)
_get_last_error_fn = ctypes.CFUNCTYPE(c_char_p, c_void_p)

_STREAM_NAME, _SCHEMA_NAME = c_char_p(b"arrow_array_stream"), c_char_p(b"arrow_schema")
# Capsules may be looked at after this module has gone, at the interpreter's end.
for _kept in (_STREAM_NAME, _SCHEMA_NAME):
    ctypes.pythonapi.Py_IncRef(py_object(_kept))
_STREAM_RELEASE = _abi.ArrowArrayStream.release.offset
_SCHEMA_RELEASE = _abi.ArrowSchema.release.offset


def _release(struct: int, offset: int) -> None:
    """Releases what is at an address, if it was not moved or released."""
    function = c_void_p.from_address(struct + offset).value
    if function:
        _release_fn(function)(struct)


# Capsules and what they point to. A capsule is usually dropped while the consumer's own exception is on its way, if
# there is one, and a destructor that is written in Python would lose that exception: ctypes clears it. So they have
# none, are held here, and are looked through whenever something is asked of the host.
_Entry = tuple[object, int, int]
_capsules: list[_Entry] = []
_capsules_lock = threading.Lock()


def _references(entry: _Entry) -> int:
    return sys.getrefcount(entry[0])


# How many there are when nobody else holds it: measured, since interpreters count their own differently.
_UNUSED = _references((object(), 0, 0))


def sweep() -> None:
    """Frees the capsules that nobody else holds, and releases the streams in them that nobody has taken."""
    if not _capsules or _runtime.is_forked or not _capsules_lock.acquire(blocking=False):
        return
    try:
        unused: list[_Entry] = []
        kept: list[_Entry] = []
        for entry in _capsules:
            (unused if _references(entry) <= _UNUSED else kept).append(entry)
        _capsules[:] = kept
    finally:
        _capsules_lock.release()
    for _, struct, offset in unused:
        _release(struct, offset)
        _free(struct)


_runtime.sweeps.append(sweep)


def _capsule(struct: ctypes.Structure, name: c_char_p, offset: int) -> object:
    """A capsule that the struct is moved into."""
    size = ctypes.sizeof(struct)
    memory = _allocate(size)
    if not memory:
        raise MemoryError
    ctypes.memmove(memory, ctypes.addressof(struct), size)
    capsule = _new_capsule(memory, name, None)
    with _capsules_lock:
        _capsules.append((capsule, memory, offset))
    return capsule


class Rows:
    """A stream of rows, which pyarrow, polars, pandas, DuckDB and others take without a copy.

    `pyarrow.table(rows)`, `polars.DataFrame(rows)`, `duckdb.from_arrow(rows)` and others read it by
    `__arrow_c_stream__`, once: it is consumed then. The call stays in flight until the stream was read to its end or
    closed; closing it before its end cancels the call.

    May be read on any one thread at a time. After the call was cancelled or its deadline has passed, reading fails, and
    what ended the call is raised by `Execution.wait`.
    """

    def __init__(self, name: str, stream: _abi.ArrowArrayStream, owner: object) -> None:
        """Takes a stream over. Rows are made by the host, not by programs."""
        self._name = name
        self._stream: Optional[_abi.ArrowArrayStream] = stream
        # The execution stays until the rows were read: otherwise its release would take them back.
        self._owner = owner

    @property
    def name(self) -> str:
        """The name of the output that these rows are."""
        return self._name

    @property
    def is_consumed(self) -> bool:
        """Whether somebody has taken the rows already, or they were closed."""
        return self._stream is None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A PyCapsule "arrow_array_stream" with the rows.

        A capsule that is dropped before anybody has taken the rows is released when these rows are dropped, or at the
        next call of the host.

        Args:
            requested_schema: Ignored, as the interface allows: the rows come as the driver has them.

        Raises:
            UsageError: They were consumed or closed already.
        """
        stream = self._stream
        if stream is None:
            raise UsageError("these rows were read or closed already", code="usage", stage="input")
        self._stream = None
        return _capsule(stream, _STREAM_NAME, _STREAM_RELEASE)

    def __arrow_c_schema__(self) -> object:
        """A PyCapsule "arrow_schema" with the names and types of the columns; reads no rows.

        Raises:
            UsageError: The rows were consumed or closed already.
            OSError: The driver could not say, as after a cancel.
        """
        stream = self._stream
        if stream is None:
            raise UsageError("these rows were read or closed already", code="usage", stage="input")
        schema, address = _abi.ArrowSchema(), ctypes.addressof(stream)
        status = _get_schema_fn(stream.get_schema)(address, ctypes.addressof(schema))
        if status:
            text = _get_last_error_fn(stream.get_last_error)(address) or os.strerror(status).encode()
            raise OSError(status, text.decode("utf-8", "replace"))
        return _capsule(schema, _SCHEMA_NAME, _SCHEMA_RELEASE)

    def close(self) -> None:
        """Lets go of rows that were not read, which cancels the call. Does nothing after that, or if they were read."""
        stream = self._stream
        if stream is not None:
            self._stream = None
            _release(ctypes.addressof(stream), _STREAM_RELEASE)

    def __enter__(self) -> Rows:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_stream", None) is not None:
            self.close()
        elif not _runtime.is_in_callback():
            sweep()

    def __repr__(self) -> str:
        return f"<Rows {self._name}{' (consumed)' if self._stream is None else ''}>"
