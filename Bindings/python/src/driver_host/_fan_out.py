"""One call for each of some items."""

from __future__ import annotations

import ctypes
import os
import queue
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Callable, NamedTuple, Optional

from . import _abi, _runtime
from ._call import Call
from ._channels import memory_of
from ._errors import (
    InvalidInputError,
    UsageError,
    WaitTimeoutError,
    check_may_wait,
    check_process,
    error_of,
    read_document,
    read_error,
)
from ._execution import _STATUSES, Status, wait_for_end
from ._result import Result
from ._values import Arena, fault_of


@dataclass(frozen=True)
class Item:
    """How the call of one item has ended."""

    index: int
    """Its place among the items, from 0."""
    result: Optional[Result]
    """Its outputs, if it has succeeded."""
    error: Optional[Exception]
    """What it has failed with: a `HostError`; None if it has succeeded."""

    def get(self) -> Result:
        """The outputs.

        Raises:
            HostError: It has failed.
        """
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result


class Summary(NamedTuple):
    """How the items of a fan-out have ended."""

    succeeded: int
    failed: int
    cancelled: int


ItemFunction = Callable[[Item], object]
ItemsProgress = Callable[[int, int], object]

_END = object()


class _Receiver:
    """What the callback of a fan-out reaches."""

    def __init__(self, count: int, on_item: Optional[ItemFunction], on_progress: Optional[ItemsProgress]) -> None:
        self.count, self.on_item, self.on_progress = count, on_item, on_progress
        self.ended = 0
        self.items: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.exception: Optional[BaseException] = None
        self.cancel: Optional[Callable[[], None]] = None

    def receive(self, item: Item) -> None:
        self.ended += 1
        try:
            if self.exception is None:
                if self.on_item is None:
                    self.items.put(item)
                else:
                    self.on_item(item)
                if self.on_progress is not None:
                    self.on_progress(self.ended, self.count)
        except BaseException as error:
            self.exception = error
            if self.cancel is not None:
                self.cancel()


def _on_item(context: Optional[int], index: int, result: int, error: int) -> None:
    with _runtime.Callback():
        receiver = _runtime.contexts.get(context or 0)
        if receiver is not None:
            made = Result(result)._detach() if result else None
            receiver.receive(Item(index, made, read_error(error) if error else None))


_on_item_fn = _abi.ITEM_FN(_on_item)
_ITEM = _abi.address_of(_on_item_fn)


def _check_channels(call: Call) -> None:
    """All items share the channels of a call: what only one of them could have is refused.

    Raises:
        InvalidInputError: A source can be read only once, or a sink is one file.
    """
    for channel, source in (call.options.get("sources") or {}).items():
        if memory_of(source) is None and not isinstance(source, (str, os.PathLike)):
            kind = "file descriptor" if isinstance(source, int) else type(source).__name__
            raise _shared(f"the source of channel {channel!r} is a {kind}, of which one item would leave nothing for "
                "the others: give bytes or a path")  # fmt: skip
    for channel, sink in (call.options.get("sinks") or {}).items():
        if isinstance(sink, (str, os.PathLike)):
            raise _shared(f"the sink of channel {channel!r} is one file, which each item would replace: give Memory(), "
                "or make a call for each item")  # fmt: skip


def _shared(message: str) -> InvalidInputError:
    return InvalidInputError(message, code="invalid_input", stage="input")


class FanOut:
    """Calls that were made for each of some items, by `Host.connect_many`.

    Iterating gives each `Item` in the order in which they end, once; leaving the iteration early cancels the rest. A
    fan-out that is dropped goes on.
    """

    def __init__(
        self,
        host: int,
        call: Call,
        items: list[Mapping[str, Any]],
        parallel: Optional[int],
        fail_fast: bool,
        on_item: Optional[ItemFunction],
        on_progress: Optional[ItemsProgress],
    ) -> None:
        """Starts it. Fan-outs are made by the host, not by programs."""
        self._handle = 0
        if parallel is not None and parallel < 1:
            raise UsageError("parallel is above 0; None is 16", code="usage", stage="input")
        _check_channels(call)
        self._hooks = call.hooks
        self._receiver = _Receiver(len(items), on_item, on_progress)
        number = _runtime.add_context(self._receiver)
        library = _abi.library()

        def write(arena: Arena) -> tuple[int, ...]:
            target, inputs, options = call.write(arena)
            offset = arena.block(ctypes.sizeof(_abi.FanOut))
            fan_out = _abi.FanOut(parallel or 0, _abi.FAN_OUT_FAILS_FAST if fail_fast else 0, _ITEM, number)
            ctypes.memmove(arena.address + offset, ctypes.addressof(fan_out), ctypes.sizeof(fan_out))
            return target, inputs, arena.value(items), options, arena.address + offset

        fault = None
        try:
            arena, addresses = call.written(write)
        except BaseException as failure:
            _runtime.contexts.pop(number, None)
            if not isinstance(failure, Exception):
                raise
            fault = fault_of(items)
            if fault is None:
                raise
        if fault is not None:
            raise InvalidInputError(f"item {fault[0]}: {fault[1]}", code="invalid_input", stage="input")
        try:
            status = library.wait_connect_many(
                host, *addresses, arena.address + Arena.RESULT, arena.address + Arena.ERROR
            )
            handle, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
        finally:
            arena.give()
        if status < 0:
            _runtime.contexts.pop(number, None)
            if call.hooks is not None:
                call.hooks.forget()
            raise error_of(status, error)
        self._handle = handle
        self._receiver.cancel = lambda: library.wait_cancel(handle) and None
        if self._receiver.exception is not None:
            self.cancel()
        receiver, hooks = self._receiver, call.hooks

        def forget() -> None:
            _runtime.contexts.pop(number, None)
            if hooks is not None:
                hooks.forget()
            receiver.items.put(_END)

        self._forget = forget
        self._number = _runtime.add_context(forget)
        library.wait_on_end(handle, _runtime.ON_END, self._number)

    def __del__(self) -> None:
        handle = getattr(self, "_handle", 0)
        if not handle or _runtime.is_forked:
            return
        self._handle = 0
        if _runtime.contexts.pop(self._number, None) is not None:
            # It goes on, and so do its callbacks.
            _runtime.release_at_end(handle, self._forget)
        else:
            _runtime.release_later(handle)

    def __repr__(self) -> str:
        return f"<FanOut of {self._receiver.count} items, {self._receiver.ended} ended>"

    def __len__(self) -> int:
        return self._receiver.count

    @property
    def status(self) -> Status:
        """Where it is on its way: ENDED_SUCCESS if all items have succeeded."""
        check_process()
        status = _abi.library().execution_status(self._handle)
        if status < 0:
            raise error_of(status)
        return _STATUSES[min(status, 5) - 1]

    def cancel(self) -> None:
        """Cancels what runs, and begins nothing more; returns at once."""
        check_process()
        _abi.library().wait_cancel(self._handle)

    def wait(self, timeout: Optional[float] = None) -> Summary:
        """Waits until all items have ended, however they did. In the main thread Ctrl-C ends the wait, and cancels it.

        Args:
            timeout: How long to wait, in seconds; None is for ever.

        Raises:
            WaitTimeoutError: The time was up; it goes on.
            BaseException: What `on_item` or `on_progress` has raised; it was cancelled then.
        """
        check_may_wait()
        try:
            status, result, error = wait_for_end(self._handle, timeout)
        except BaseException as interruption:
            # As with `Execution.wait`.
            if not isinstance(interruption, Exception):
                self.cancel()
            raise
        if status == _abi.AGAIN:
            raise WaitTimeoutError(f"the items have not ended after {timeout:g} s", code="wait_timed_out")
        if not result:
            raise error_of(status, error)
        document = read_document(result)
        exception = self._receiver.exception or (self._hooks.exception if self._hooks else None)
        if exception is not None:
            raise exception
        return Summary(document["succeeded"], document["failed"], document["cancelled"])

    def __iter__(self) -> Iterator[Item]:
        ended = False
        try:
            while not ended:
                item = self._receiver.items.get()
                if item is _END:
                    ended = True
                    # For a second iteration, which has nothing to give.
                    self._receiver.items.put(_END)
                else:
                    yield item
        finally:
            if not ended:
                self.cancel()
        if self._receiver.exception is not None:
            raise self._receiver.exception
