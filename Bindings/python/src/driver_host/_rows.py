"""Rows, as the Arrow PyCapsule interface hands them on."""

from __future__ import annotations

import ctypes
import sys
import threading
from ctypes import c_char_p, c_void_p, py_object
from types import TracebackType
from typing import Optional

from . import _abi, _runtime
from ._errors import UsageError

_NAME = b"arrow_array_stream"
# What a capsule points to outlives every Python object.
_allocate = ctypes.pythonapi.PyMem_RawMalloc
_allocate.restype, _allocate.argtypes = c_void_p, [ctypes.c_size_t]
_free = ctypes.pythonapi.PyMem_RawFree
_free.restype, _free.argtypes = None, [c_void_p]
_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype, _new_capsule.argtypes = py_object, [c_void_p, c_char_p, c_void_p]
_release_fn = ctypes.CFUNCTYPE(None, c_void_p)

_KEPT_NAME = c_char_p(_NAME)
# Capsules may be looked at after this module has gone, at the interpreter's end.
ctypes.pythonapi.Py_IncRef(py_object(_KEPT_NAME))
_SIZE = ctypes.sizeof(_abi.ArrowArrayStream)
_RELEASE = _abi.ArrowArrayStream.release.offset


def _release(stream: int) -> None:
    """Releases the stream at an address, if it was not moved or released."""
    function = c_void_p.from_address(stream + _RELEASE).value
    if function:
        _release_fn(function)(stream)


# Capsules and what they point to. A capsule is usually dropped while the consumer's own exception is on its way, if
# there is one, and a destructor that is written in Python would lose that exception: ctypes clears it. So they have
# none, are held here, and are looked through whenever something is asked of the host.
_capsules: list[tuple[object, int]] = []
_capsules_lock = threading.Lock()


def _references(entry: tuple[object, int]) -> int:
    return sys.getrefcount(entry[0])


# How many there are when nobody else holds it: measured, since interpreters count their own differently.
_UNUSED = _references((object(), 0))


def sweep() -> None:
    """Frees the capsules that nobody else holds, and releases the streams in them that nobody has taken."""
    if not _capsules or _runtime.is_forked or not _capsules_lock.acquire(blocking=False):
        return
    try:
        unused: list[tuple[object, int]] = []
        kept: list[tuple[object, int]] = []
        for entry in _capsules:
            (unused if _references(entry) <= _UNUSED else kept).append(entry)
        _capsules[:] = kept
    finally:
        _capsules_lock.release()
    for _, stream in unused:
        _release(stream)
        _free(stream)


_runtime.sweeps.append(sweep)


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
        memory = _allocate(_SIZE)
        if not memory:
            raise MemoryError
        ctypes.memmove(memory, ctypes.addressof(stream), _SIZE)
        capsule = _new_capsule(memory, _KEPT_NAME, None)
        with _capsules_lock:
            _capsules.append((capsule, memory))
        return capsule

    def close(self) -> None:
        """Lets go of rows that were not read, which cancels the call. Does nothing after that, or if they were read."""
        stream = self._stream
        if stream is not None:
            self._stream = None
            _release(ctypes.addressof(stream))

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
