"""The running flow."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, Callable, Optional, Sequence, Union

import driver_host

from ._connection import Connection
from ._errors import TimeoutExceededError
from ._outcome import End, Outcome
from ._secrets import Secrets
from ._wait_for import ReturnWhen, wait_for

Log = Callable[[str], object]

# How long a connection may take to its end when its rows have been read, in seconds.
_ROWS_PATIENCE = 1.0


def _new_id() -> str:
    """A UUID of version 7."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0x3 << 62) | 2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Execution:
    """The running flow, `this`: the second argument of a handler. All methods may be called from any thread."""

    def __init__(
        self,
        host: driver_host.Host,
        name: str,
        inputs: Mapping[str, Any],
        log: Log,
        max_runtime: Optional[float] = None,
    ) -> None:
        """Made by `run`."""
        self._host = host
        self._log = log
        self._begin = time.monotonic()
        self._max_runtime = max_runtime
        self._fields: dict[str, Any] = {
            "id": _new_id(), "type": "FLOW", "name": name, "status": "RUNNING", "status_message": None,
            "input_value": dict(inputs), "output_value": {}, "created": datetime.now(timezone.utc),
            "started": datetime.now(timezone.utc), "ended": None, "parent": None,
        }  # fmt: skip
        self._children: list[Connection] = []
        self._secrets = Secrets()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Execution {self._fields['name']} {self._fields['status']}>"

    # MARK: Connections

    def connect(
        self,
        name: Optional[str] = None,
        *,
        connector_type: Optional[str] = None,
        run: bool = True,
        action: Optional[str] = None,
        vault_secrets: Union[None, str, Sequence[str]] = None,
        **inputs: Any,
    ) -> Connection:
        """Calls a connector, and waits for its end.

        Inputs override those that the connector stores, key by key at the top. `max_runtime`, `retry`, `rate_limit` and
        `max_concurrency` are inputs of every type. Values are None, bool, int, float, `decimal.Decimal`, str, bytes,
        and lists and dicts of these.

        Args:
            name: The name of a connector. With `connector_type` there is no connector, and this names the execution.
            connector_type: A type, such as `REST`, whose connector is defined here, by the inputs.
            run: False makes a connection that is not waited for: `run_async` starts it, and whatever needs its end
                starts it and waits.
            action: An action of the driver, such as `test`; None is its default one.
            vault_secrets: Secrets that are attached to this call in the place of the connector's, each `CONFIG:PATH`.
                References to these, `vault.secret(…)`, stand for them in the inputs; all others are text.
            inputs: Inputs.

        Returns:
            The connection: `.get('output_value')` gives its outputs.

        Raises:
            DependencyFailedError: It ended in an error: one of its subclasses where the inputs are wrong, there is no
                such connector, or it took too long.
            TimeoutExceededError: The time of the flow was up.
        """
        connection = Connection(self, self._host, name, connector_type, action, vault_secrets, inputs)
        if name is None and connector_type is None:
            raise TypeError("this.connect needs the name of a connector, or a connector_type")
        return connection.run() if run else connection

    def wait_for(
        self,
        *connections: Union[Connection, Iterable[Connection]],
        return_when: Union[ReturnWhen, str] = ReturnWhen.ALL_SUCCEEDED,
        timeout: Optional[float] = None,
    ) -> list[Connection]:
        """Starts connections that nobody has started, and waits for several at once.

        Args:
            connections: Connections, or lists of them.
            return_when: `ALL_SUCCEEDED`, `ALL_ENDED` or `FIRST_ENDED`.
            timeout: How long to wait, in seconds; None is for ever. The connections go on after that.

        Returns:
            Those that have ended, in the order in which they were given.

        Raises:
            DependencyFailedError: With ALL_SUCCEEDED, the first that failed; the others go on.
            TimeoutExceededError: The time was up, or that of the flow.
        """
        return_when = ReturnWhen(return_when)
        given: list[Connection] = []
        for item in connections:
            given += [item] if isinstance(item, Connection) else list(item)
        return wait_for(self, given, return_when, timeout)

    # MARK: The flow itself

    def log(self, *values: object, **named: object) -> None:
        """Writes a line to the flow's log: the values, and `name=value` of each named one.

        Secrets that drivers and vaults have supplied to connections of this flow are masked in it.
        """
        words = [str(value) for value in values] + [f"{name}={value!r}" for name, value in named.items()]
        self._log(self._secrets.masked(" ".join(words)))

    def success(self, message: str = "", *, output_value: Optional[Mapping[str, Any]] = None) -> object:
        """Ends the flow well: `return this.success('all done')`.

        Args:
            message: What has been done.
            output_value: More outputs of the flow.

        Returns:
            What the handler is to return.
        """
        self._fields["output_value"].update(output_value or {})
        return End("ENDED_SUCCESS", message)

    def error(self, message: str = "", *, output_value: Optional[Mapping[str, Any]] = None) -> object:
        """Ends the flow in an error: `return this.error('nothing to do')`. Otherwise as `success`."""
        self._fields["output_value"].update(output_value or {})
        return End("ENDED_ERROR", message)

    def set_output(self, name: str, value: object) -> None:
        """Sets one output of the flow."""
        self._fields["output_value"][name] = value

    def get(self, field: str) -> Any:
        """A field of the flow: `id`, `type` (FLOW), `name`, `status`, `status_message`, `input_value`, `output_value`,
        `created`, `started`, `ended`, `parent`.

        Raises:
            ValueError: There is no such field.
        """
        if field not in self._fields:
            raise ValueError(f"a flow has no field {field!r}; there are {', '.join(sorted(self._fields))}")
        return self._fields[field]

    def load(self, *fields: str) -> Any:
        """Several fields at once: the value of one, a tuple of those of several."""
        values = tuple(self.get(field) for field in fields)
        return values[0] if len(values) == 1 else values

    def cancel(self) -> None:
        """Cancels all connections of this flow that have not ended."""
        with self._lock:
            children = list(self._children)
        for child in children:
            if not child._has_ended:
                child.cancel()

    # MARK: Inside

    def _started(self, connection: Connection) -> None:
        with self._lock:
            if connection not in self._children:
                # Those that have ended need no care any more; a flow may make very many.
                self._children = [child for child in self._children if not child._has_ended]
                self._children.append(connection)

    def _limit(self, timeout: Optional[float]) -> tuple[Optional[float], bool]:
        """How long a wait may take, and whether it is the flow's own time that says so."""
        if self._max_runtime is None:
            return timeout, False
        left = max(0.0, self._begin + self._max_runtime - time.monotonic())
        return (timeout, False) if timeout is not None and timeout < left else (left, True)

    def _time_is_up(self) -> TimeoutExceededError:
        return TimeoutExceededError(f"the flow has not ended after its max_runtime of {self._max_runtime:g} s")

    def _finish(self, end: End, error: Optional[BaseException]) -> Outcome:
        message = self._secrets.masked(end.message)
        self._fields.update(status=end.status, status_message=message, ended=datetime.now(timezone.utc))
        return Outcome(
            self._fields["id"], self._fields["name"], end.status, message, self._fields["output_value"],
            time.monotonic() - self._begin, error,
        )  # fmt: skip

    def _await_children(self) -> None:
        """Those that the handler has started and not waited for belong to the flow all the same."""
        with self._lock:
            children = [child for child in self._children if not child._has_ended]
        for child in children:
            try:
                # Rows that nobody reads would hold it for ever; of those that were read it ends soon.
                child._end(_ROWS_PATIENCE if child._streams_rows else None)
            except TimeoutExceededError:
                if not child._streams_rows:
                    raise
                child.cancel()
