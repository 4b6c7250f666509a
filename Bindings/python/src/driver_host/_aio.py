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


class _Bridge:
    """Takes ends from the host's threads to one loop, with one wake-up for all that come before it has woken."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._ended: deque[_Waiting] = deque()
        self._is_woken = False

    def tell(self, waiting: _Waiting) -> None:
        self._ended.append(waiting)
        if self._is_woken:
            return
        self._is_woken = True
        loop = self._loop()
        try:
            if loop is None:
                raise RuntimeError
            loop.call_soon_threadsafe(self._drain)
        except RuntimeError:
            # The loop was closed with the call in flight: nobody will ask.
            while self._ended:
                _runtime.release_later(self._ended.popleft().handle)

    def _drain(self) -> None:
        # Before the first is taken: what is told from here on wakes once more, maybe for nothing.
        self._is_woken = False
        while self._ended:
            try:
                waiting = self._ended.popleft()
            except IndexError:
                return
            waiting.finish()


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
    number = _runtime.add_context(_Waiting(_bridge(loop), future, handle, hooks))
    status = library.wait_on_end(handle, _runtime.ON_END, number)
    if status >= 0:
        status = library.wait_start(handle)
    if status < 0:
        _runtime.contexts.pop(number, None)
        library.wait_release(handle)
        raise error_of(status)
    try:
        return await future
    except BaseException:
        # The handle is there until the end was told, which is on this thread.
        if not future.done() or future.cancelled():
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
