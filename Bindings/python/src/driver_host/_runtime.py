"""What the process has one of: whether it was forked, the callbacks' contexts, handles that wait for their release.

Nothing here is public.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from typing import Any, Callable, Optional

from . import _abi

# True in a child of a process that had opened a host.
is_forked = False
_was_opened = False


def host_is_opened() -> None:
    """To be called before a host is opened."""
    global _was_opened
    _was_opened = True


def _after_fork() -> None:
    global is_forked
    is_forked = is_forked or _was_opened


os.register_at_fork(after_in_child=_after_fork)

# MARK: - Callbacks

# What a callback's context number stands for. The library is given numbers, never addresses of Python objects: one that
# has been taken out is recognized, whatever is at its address now.
contexts: dict[int, Any] = {}
_numbers = itertools.count(1)


def add_context(value: Any) -> int:
    """A number that stands for `value` until it is taken out of `contexts`."""
    number = next(_numbers)
    contexts[number] = value
    return number


# Threads that are inside a callback which `dh_release_v1` may wait for.
_in_callback: set[int] = set()
_garbage: deque[Callable[[], object]] = deque()


class Callback:
    """Around what a callback does: `with Callback():`."""

    __slots__ = ("_is_outer",)

    def __enter__(self) -> None:
        thread = threading.get_ident()
        self._is_outer = thread not in _in_callback
        _in_callback.add(thread)

    def __exit__(self, *_: object) -> None:
        if self._is_outer:
            _in_callback.discard(threading.get_ident())


def later(function: Callable[[], object]) -> None:
    """Does what waits for callbacks, for an object that the garbage collector has found.

    That may be inside a callback, where it could wait for another callback in which the same happens: it is put off to
    the next call from elsewhere.
    """
    if is_forked:
        return
    if is_in_callback():
        _garbage.append(function)
    else:
        function()


def release_later(handle: int) -> None:
    """Releases the handle of a host, an execution or a fan-out that the garbage collector has found."""
    later(lambda: _abi.library().wait_release(handle))


# What `dh_execution_on_end_v1` is given, with a number of `contexts` that stands for a function.
def _on_end(context: Optional[int], _: int) -> None:
    with Callback():
        function = contexts.pop(context or 0, None)
        if function is not None:
            function()


_on_end_fn = _abi.END_FN(_on_end)
ON_END = _abi.address_of(_on_end_fn)


def release_at_end(handle: int, at_end: Callable[[], object]) -> None:
    """Gives up a running execution or fan-out whose callbacks go on: `at_end` runs at its end, and it is released."""

    def end() -> None:
        at_end()
        _abi.library().wait_release(handle)

    later(lambda: _abi.library().wait_on_end(handle, ON_END, add_context(end)))


def is_in_callback() -> bool:
    """Whether this thread is inside a callback that a release may wait for."""
    return threading.get_ident() in _in_callback


# What else is looked through then.
sweeps: list[Callable[[], None]] = []


def release_garbage() -> None:
    """Releases what was put off. Called by whatever is asked of a host."""
    if is_in_callback():
        return
    for sweep in sweeps:
        sweep()
    while _garbage:
        try:
            function = _garbage.popleft()
        except IndexError:
            return
        function()
