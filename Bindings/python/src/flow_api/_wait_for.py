"""Waiting for several connections at once."""

from __future__ import annotations

import queue
import time
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Optional

from ._errors import TimeoutExceededError

if TYPE_CHECKING:
    from ._connection import Connection
    from ._execution import Execution


class ReturnWhen(str, Enum):
    """When `Execution.wait_for` returns."""

    ALL_SUCCEEDED = "ALL_SUCCEEDED"
    """All have succeeded; the first failure is raised."""
    ALL_ENDED = "ALL_ENDED"
    """All have ended, however they did; nothing is raised."""
    FIRST_ENDED = "FIRST_ENDED"
    """The first has ended, however it did; nothing is raised."""

    __str__ = str.__str__


ALL_SUCCEEDED, ALL_ENDED, FIRST_ENDED = ReturnWhen.ALL_SUCCEEDED, ReturnWhen.ALL_ENDED, ReturnWhen.FIRST_ENDED


def wait_for(
    flow: Execution, given: Sequence[Connection], return_when: ReturnWhen, timeout: Optional[float]
) -> list[Connection]:
    """Starts connections that nobody has started, and waits for them: see `Execution.wait_for`."""
    ended: queue.SimpleQueue[Connection] = queue.SimpleQueue()
    for connection in given:
        connection.run_async()
        connection._on_end(lambda connection=connection: ended.put(connection))  # type: ignore[misc]
    limit, is_flow = flow._limit(timeout)
    end = None if limit is None else time.monotonic() + limit
    for _ in range(len(given)):
        try:
            connection = ended.get(timeout=None if end is None else max(0.0, end - time.monotonic()))
        except queue.Empty:
            if is_flow:
                raise flow._time_is_up() from None
            raise TimeoutExceededError(f"the connections have not ended after {timeout:g} s") from None
        if return_when is ReturnWhen.FIRST_ENDED:
            break
        if return_when is ReturnWhen.ALL_SUCCEEDED:
            connection.wait()
    return [connection for connection in given if connection._has_ended]
