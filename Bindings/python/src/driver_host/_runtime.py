"""What the process has one of: whether it was forked, the callbacks' contexts, handles that wait for their release.

Nothing here is public.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from typing import Any, Callable

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
_garbage: deque[int] = deque()


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


def release_later(handle: int) -> None:
    """Releases the handle of a host, an execution or a fan-out that the garbage collector has found.

    That may be inside a callback, where a release could wait for another callback in which the same happens: it is put
    off to the next call from elsewhere.
    """
    if is_forked:
        return
    if threading.get_ident() in _in_callback:
        _garbage.append(handle)
    else:
        _abi.library().wait_release(handle)


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
            handle = _garbage.popleft()
        except IndexError:
            return
        _abi.library().wait_release(handle)
