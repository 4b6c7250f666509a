"""Calls that are started, waited for and cancelled apart."""

from __future__ import annotations

import ctypes
import threading
import time
import weakref
from collections.abc import Generator, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, Callable, Optional

from . import _abi, _runtime
from ._errors import WaitTimeoutError, check_may_wait, check_process, error_of
from ._result import Result
from ._rows import Rows
from ._values import Arena, read_text

if TYPE_CHECKING:
    from ._channels import Hooks

# The main thread comes back so often from a wait, so that Ctrl-C is heard: handlers of signals run nowhere else.
_SLICE_NS = 50_000_000


class Status(str, Enum):
    """Where an execution is on its way."""

    NEW = "NEW"
    RUNNING = "RUNNING"
    ENDED_SUCCESS = "ENDED_SUCCESS"
    ENDED_ERROR = "ENDED_ERROR"
    ENDED_CANCELLED = "ENDED_CANCELLED"

    __str__ = str.__str__

    @property
    def has_ended(self) -> bool:
        """Whether this is one of the last three."""
        return self is not Status.NEW and self is not Status.RUNNING


_RUNNING = 2
_STATUSES = (Status.NEW, Status.RUNNING, Status.ENDED_SUCCESS, Status.ENDED_ERROR, Status.ENDED_CANCELLED)


def in_slices(timeout: Optional[float], wait: Callable[[int], int]) -> int:
    """Waits by `wait(nanoseconds)`, which answers DH_AGAIN when its time is up, and lets signals be handled meanwhile.

    Args:
        timeout: In seconds; None is for ever.
        wait: One wait, with a limit in nanoseconds; below 0 is for ever.

    Returns:
        What the last wait answered.
    """
    if threading.get_ident() != threading.main_thread().ident:
        return wait(-1 if timeout is None else max(0, int(timeout * 1e9)))
    end = None if timeout is None else time.monotonic_ns() + max(0, int(timeout * 1e9))
    while True:
        left = _SLICE_NS if end is None else min(_SLICE_NS, max(0, end - time.monotonic_ns()))
        status = wait(left)
        if status != _abi.AGAIN or (end is not None and time.monotonic_ns() >= end):
            return status


def wait_for_end(handle: int, timeout: Optional[float]) -> tuple[int, int, int]:
    """The status of `dh_execution_wait_v1`, and the handles of result and error."""
    arena = Arena.take()
    try:
        result, error = arena.address + Arena.RESULT, arena.address + Arena.ERROR
        wait = _abi.library().wait_wait
        status = in_slices(timeout, lambda left: int(wait(handle, left, result, error)))
        return (status, *_abi.HANDLES.unpack_from(arena.buffer, 0))
    finally:
        arena.give()


def end_of(status: int, result: int, error: int, hooks: Optional[Hooks]) -> Result:
    """The result of an ended call, whose handles are taken over.

    Raises:
        HostError: The call has failed.
        BaseException: A callback of the call has raised it.
    """
    if hooks is not None:
        hooks.forget()
    if status == _abi.OK and (hooks is None or hooks.exception is None):
        return Result(result)
    if hooks is not None and hooks.exception is not None:
        _abi.library().release(result or error)
        raise hooks.exception
    raise error_of(status, error)


class Execution:
    """One call of a host: made by `Host.execution`, NEW until somebody starts it or waits for it.

    All methods may be called from any thread. An execution that is dropped goes on if it was started: cancel it if it
    is not to. Usable in `with`, which cancels at the end what has not ended.
    """

    def __init__(self, host: object, handle: int, hooks: Optional[Hooks]) -> None:
        """Takes a handle over. Executions are made by the host, not by programs."""
        self._host = host
        self._handle = handle
        self._hooks = hooks
        self._id = ""
        self._lock = threading.Lock()
        # What runs at the end; None when the end was told already, or nobody has asked.
        self._listeners: Optional[list[Callable[[Execution], object]]] = None
        self._number = 0

    def __del__(self) -> None:
        handle = getattr(self, "_handle", 0)
        if not handle or _runtime.is_forked:
            return
        self._handle = 0
        _runtime.contexts.pop(self._number, None)
        hooks = self._hooks
        if hooks is not None:
            if _abi.library().execution_status(handle) == _RUNNING:
                # Its callbacks go on until its end, and then their contexts are to go.
                _runtime.release_at_end(handle, hooks.forget)
                return
            hooks.forget()
        _runtime.release_later(handle)

    def _hold(self) -> None:
        """It is being started: whoever listens keeps it until its end. One that never starts has no end."""
        if self._number in _runtime.contexts:
            _runtime.contexts[self._number] = self._tell

    def __repr__(self) -> str:
        if _runtime.is_forked:
            return "<Execution of another process>"
        return f"<Execution {self.id} {self.status}>"

    @property
    def id(self) -> str:
        """The execution's id, a UUID of version 7: known before it starts."""
        if not self._id:
            check_process()
            text = _abi.Text()
            status = _abi.library().execution_id(self._handle, ctypes.addressof(text))
            if status < 0:
                raise error_of(status)
            self._id = read_text(text)
        return self._id

    @property
    def status(self) -> Status:
        """Where it is on its way."""
        check_process()
        status = _abi.library().execution_status(self._handle)
        if status < 0:
            raise error_of(status)
        # Above what is known now all has ended, and is read as a failure.
        return _STATUSES[status - 1] if status <= len(_STATUSES) else Status.ENDED_ERROR

    def start(self) -> Execution:
        """Starts it if nobody has, and returns it at once."""
        self._hold()
        self._do(_abi.library().wait_start)
        return self

    def cancel(self) -> None:
        """Asks it to stop, on the remote side too; returns at once. Does nothing when it has ended."""
        self._hold()
        self._do(_abi.library().wait_cancel)

    def _do(self, function: Any) -> None:
        check_process()
        status = function(self._handle)
        if status < 0:
            raise error_of(status)

    def wait(self, timeout: Optional[float] = None) -> Result:
        """Starts it if nobody has, and waits for its end. Any number of threads may, any number of times.

        In the main thread Ctrl-C ends the wait, and cancels the execution.

        Args:
            timeout: How long to wait, in seconds; None is for ever. The execution goes on after that.

        Returns:
            Its outputs.

        Raises:
            HostError: It has failed or was cancelled.
            WaitTimeoutError: The time was up.
            UsageError: It has not ended, and this is a callback, which must not wait.
        """
        check_process()
        if _runtime.is_in_callback():
            # What has ended may be looked at anywhere.
            if self.status.has_ended:
                timeout = 0
            else:
                check_may_wait()
        _runtime.release_garbage()
        self._hold()
        try:
            status, result, error = wait_for_end(self._handle, timeout)
        except BaseException as interruption:
            self._interrupt(interruption)
            raise
        if status == _abi.AGAIN:
            raise WaitTimeoutError(f"the execution has not ended after {timeout:g} s", code="wait_timed_out")
        return end_of(status, result, error, self._hooks)

    def _interrupt(self, interruption: BaseException) -> None:
        """A handler of a signal has raised this while somebody waited."""
        # Ctrl-C, or what else ends a program. Of an `Exception` the program may make a time limit of its own.
        if not isinstance(interruption, Exception):
            self.cancel()

    def add_done_callback(self, function: Callable[[Execution], object]) -> None:
        """Runs `function(self)` once when it has ended; at once if it has. It must not wait, and should return soon.

        On a thread of the host, or in here. What it raises is reported by `sys.unraisablehook`.
        """
        check_process()
        with self._lock:
            if self._listeners is not None:
                self._listeners.append(function)
                return
            self._listeners = [function]
        this = weakref.ref(self)

        def tell() -> None:
            found = this()
            if found is not None:
                found._tell()

        self._number = _runtime.add_context(tell if self.status is Status.NEW else self._tell)
        status = _abi.library().wait_on_end(self._handle, _runtime.ON_END, self._number)
        if status < 0:
            _runtime.contexts.pop(self._number, None)
            raise error_of(status)
        if self.status is not Status.NEW:
            self._hold()

    def _tell(self) -> None:
        with self._lock:
            listeners, self._listeners = self._listeners or [], None
        for function in listeners:
            function(self)

    # MARK: Rows

    def rows(self, timeout: Optional[float] = None) -> Optional[Rows]:
        """Waits for the next stream of rows of an execution that was made with `rows=True`; starts it if nobody has.

        A stream comes only when the one before it was read to its end or closed.

        Args:
            timeout: How long to wait, in seconds; None is for ever.

        Returns:
            The rows, or None when there will be no further ones: `wait` then tells how the call ended.

        Raises:
            UsageError: It was made without `rows=True`, or this is a callback.
            WaitTimeoutError: The time was up.
        """
        check_may_wait()
        self._hold()
        stream = _abi.ArrowArrayStream()
        name, error = _abi.Text(), ctypes.c_uint64()
        addressof, wait = ctypes.addressof, _abi.library().wait_rows
        try:
            status = in_slices(
                timeout,
                lambda left: int(wait(self._handle, left, addressof(name), addressof(stream), addressof(error))),
            )
        except BaseException as interruption:
            self._interrupt(interruption)
            raise
        if status == _abi.AGAIN:
            raise WaitTimeoutError(f"no rows have come after {timeout:g} s", code="wait_timed_out")
        if status < 0:
            raise error_of(status, error.value)
        return Rows(read_text(name), stream, self) if status == 1 else None

    def row_streams(self) -> Iterator[Rows]:
        """All streams of rows, one after the other; raises at the end what the call has failed with."""
        while True:
            rows = self.rows()
            if rows is None:
                break
            yield rows
        self.wait()

    # MARK: With asyncio

    def __await__(self) -> Generator[Any, None, Result]:
        """Starts it if nobody has, and waits in an event loop. Cancelling the task does not cancel the execution."""
        from ._aio import ended

        return ended(self).__await__()

    def __enter__(self) -> Execution:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.status.has_ended:
            self.cancel()
