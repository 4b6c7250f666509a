"""Calls in an event loop of asyncio. Nothing here is public."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from typing import TYPE_CHECKING, Optional

from . import _abi, _runtime
from ._errors import error_of
from ._execution import end_of, wait_for_end
from ._result import Result

if TYPE_CHECKING:
    from ._channels import Hooks
    from ._execution import Execution


class _Waiting:
    """A call that a task of a loop waits for."""

    __slots__ = ("bridge", "future", "handle", "hooks")

    def __init__(self, bridge: _Bridge, future: asyncio.Future[Result], handle: int, hooks: Optional[Hooks]) -> None:
        self.bridge, self.future, self.handle, self.hooks = bridge, future, handle, hooks

    def __call__(self) -> None:
        """Its end is told, on any thread."""
        self.bridge.tell(self)

    def finish(self) -> None:
        """On the loop, when it has ended."""
        library = _abi.library()
        try:
            if self.future.done():
                # Its task was cancelled.
                if self.hooks is not None:
                    self.hooks.forget()
                return
            status, result, error = wait_for_end(self.handle, 0)
            try:
                self.future.set_result(end_of(status, result, error, self.hooks))
            except BaseException as failure:
                if isinstance(failure, StopIteration):
                    # A future refuses it.
                    failure = RuntimeError("a callback of the call raised StopIteration")
                self.future.set_exception(failure)
        finally:
            library.wait_release(self.handle)
            self.handle = 0

    def give_up(self) -> None:
        """On any thread, when it has ended and its loop will not ask any more."""
        if self.hooks is not None:
            self.hooks.forget()
        handle, self.handle = self.handle, 0
        _runtime.release_later(handle)


class _Bridge:
    """Takes ends from the host's threads to one loop, with one wake-up for all that come before it has woken."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._ended: deque[_Waiting] = deque()
        self._is_woken = False

    def tell(self, waiting: _Waiting) -> None:
        self._ended.append(waiting)
        if self._is_woken:
            # The wake-up is lost if the loop was closed before it came.
            self.give_up_if_closed()
            return
        self._is_woken = True
        _woken.add(self)
        loop = self._loop()
        try:
            if loop is None:
                raise RuntimeError
            loop.call_soon_threadsafe(self._drain)
        except RuntimeError:
            # The loop was closed with the call in flight: nobody will ask.
            self._give_up()

    def give_up_if_closed(self) -> None:
        loop = self._loop()
        if loop is None or loop.is_closed():
            self._give_up()

    def _give_up(self) -> None:
        _woken.discard(self)
        while self._ended:
            try:
                waiting = self._ended.popleft()
            except IndexError:
                return
            waiting.give_up()

    def _drain(self) -> None:
        _woken.discard(self)
        # Before the first is taken: what is told from here on wakes once more, maybe for nothing.
        self._is_woken = False
        while self._ended:
            try:
                waiting = self._ended.popleft()
            except IndexError:
                return
            waiting.finish()


# Those whose loop is to wake: it may be closed before that.
_woken: set[_Bridge] = set()


def _sweep() -> None:
    for bridge in tuple(_woken):
        bridge.give_up_if_closed()


_runtime.sweeps.append(_sweep)
_bridges: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Bridge] = weakref.WeakKeyDictionary()


def _bridge(loop: asyncio.AbstractEventLoop) -> _Bridge:
    bridge = _bridges.get(loop)
    if bridge is None:
        bridge = _bridges[loop] = _Bridge(loop)
    return bridge


async def run(handle: int, hooks: Optional[Hooks]) -> Result:
    """Starts a NEW execution, whose handle is taken over, and waits for its end. Cancelling the task cancels it."""
    library = _abi.library()
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()
    waiting = _Waiting(_bridge(loop), future, handle, hooks)
    number = _runtime.add_context(waiting)
    status = library.wait_on_end(handle, _runtime.ON_END, number)
    if status >= 0:
        status = library.wait_start(handle)
    if status < 0:
        _runtime.contexts.pop(number, None)
        library.wait_release(handle)
        if hooks is not None:
            hooks.forget()
        raise error_of(status)
    try:
        return await future
    except BaseException:
        # The handle is there until the end was told, which is on this thread, or until nobody would have been.
        if waiting.handle and (not future.done() or future.cancelled()):
            library.wait_cancel(handle)
        raise


async def ended(execution: Execution) -> Result:
    """Starts an execution if nobody has, and waits for its end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()

    def set_future() -> None:
        if not future.done():
            future.set_result(None)

    def tell(_: Execution) -> None:
        try:
            loop.call_soon_threadsafe(set_future)
        except RuntimeError:
            pass

    execution.add_done_callback(tell)
    execution.start()
    await future
    return execution.wait(0)
