"""Connections: the children of a flow."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence, Union

import driver_host

from ._errors import DependencyFailedError, TimeoutExceededError, dependency_error

if TYPE_CHECKING:
    from ._execution import Execution

_ENDED_FIELDS = (
    "attempts", "driver", "driver_version", "duration", "ended", "error_code", "output_value", "status_message",
)  # fmt: skip
_FIELDS = (
    "action", "connector_name", "connector_type", "created", "id", "input_value", "name", "parent", "started", "status",
    "type", *_ENDED_FIELDS,
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _moment(nanoseconds: Optional[int]) -> Optional[datetime]:
    return None if nanoseconds is None else _EPOCH + timedelta(microseconds=nanoseconds // 1000)


class Connection:
    """One call of a connector: what `this.connect` gives. `repr` shows its name and status only.

    All methods may be called from any thread.
    """

    def __init__(
        self,
        flow: Execution,
        host: driver_host.Host,
        name: Optional[str],
        connector_type: Optional[str],
        action: Optional[str],
        vault_secrets: Union[None, str, Sequence[str]],
        inputs: Mapping[str, Any],
    ) -> None:
        """Connections are made by `this.connect`."""
        self._flow = flow
        self._host = host
        self._name, self._connector_type, self._action = name, connector_type, action
        self._vault_secrets, self._inputs = vault_secrets, inputs
        self._lock = threading.RLock()
        self._execution: Optional[driver_host.Execution] = None
        self._streams_rows = False
        self._error: Optional[driver_host.HostError] = None
        self._result: Optional[driver_host.Result] = None

    def __repr__(self) -> str:
        execution = self._execution
        return f"<Connection {self._title} {'NEW' if execution is None else execution.status}>"

    @property
    def _title(self) -> str:
        return self._name or self._connector_type or ""

    def _made(self, rows: bool = False) -> driver_host.Execution:
        """The host's execution, made when it is first needed: whether rows are pulled is known by then."""
        with self._lock:
            if self._execution is None:
                try:
                    self._execution = self._host.execution(
                        self._name, self._inputs, connector_type=self._connector_type, action=self._action,
                        vault_secrets=self._vault_secrets, parent=self._flow.get("id"), rows=rows,
                    )  # fmt: skip
                except driver_host.HostError as error:
                    raise dependency_error(self._title, self, error) from error
                self._streams_rows = rows
                # Not needed any more, and maybe secret.
                self._inputs = {}
            elif rows and not self._streams_rows:
                raise RuntimeError("ask for the rows of a connection before anything else of it, with run=False")
            return self._execution

    # MARK: Running

    def run_async(self) -> Connection:
        """Starts it if nobody has, and does not wait.

        Returns:
            This connection.
        """
        execution = self._made()
        # Before it runs: Ctrl-C may come at any moment, and finds it among those that the flow cancels.
        self._flow._started(self)
        execution.start()
        return self

    def wait(self, timeout: Optional[float] = None) -> Connection:
        """Starts it if nobody has, and waits for its end.

        Args:
            timeout: How long to wait, in seconds; None is for ever. The connection goes on after that.

        Returns:
            This connection.

        Raises:
            DependencyFailedError: It ended in an error.
            TimeoutExceededError: The time was up, or that of the flow.
        """
        self._end(timeout)
        if self._error is not None:
            raise dependency_error(self._title, self, self._error) from self._error
        return self

    def run(self) -> Connection:
        """The same as `wait` without a timeout."""
        return self.wait()

    def cancel(self) -> None:
        """Asks it to stop, on the remote side too; returns at once. Does nothing when it has ended."""
        self._made().cancel()

    def _end(self, timeout: Optional[float] = None) -> None:
        """Waits until it has ended, however that was."""
        if self._result is not None or self._error is not None:
            return
        self.run_async()
        limit, is_flow = self._flow._limit(timeout)
        try:
            result = self._made().wait(limit)
        except driver_host.WaitTimeoutError:
            if is_flow:
                raise self._flow._time_is_up() from None
            raise TimeoutExceededError(f"{self._title} has not ended after {timeout:g} s") from None
        except driver_host.HostError as error:
            self._flow._secrets.keep(error.partial, error.secrets)
            self._flow._secrets.remember(error._input_secrets)
            self._error = error
        else:
            self._flow._secrets.keep(result, result.secrets)
            self._flow._secrets.remember(result._input_secrets())
            self._result = result

    @property
    def _has_ended(self) -> bool:
        execution = self._execution
        return execution is not None and execution.status.has_ended

    def _on_end(self, function: Callable[[], None]) -> None:
        self._made().add_done_callback(lambda _: function())

    # MARK: What it is and what has come of it

    def get(self, field: str) -> Any:
        """One of its fields. One that only an ended connection has starts it if nobody has, and waits for its end.

        | field | |
        |---|---|
        | `id`, `name`, `type`, `connector_name`, `connector_type`, `action`, `parent` | what it is |
        | `status` | NEW, RUNNING, ENDED_SUCCESS, ENDED_ERROR or ENDED_CANCELLED, at this moment |
        | `created`, `started` | moments, in UTC; None before that |
        | `input_value` | its inputs as they are kept, masked; None before it was started |
        | `output_value` | its outputs as a dict of plain Python values; waits |
        | `status_message`, `error_code` | of a failure; waits |
        | `ended`, `duration`, `attempts`, `driver`, `driver_version` | waits; `duration` is in seconds |

        Args:
            field: Its name.

        Raises:
            DependencyFailedError: `output_value` was asked for, and it ended in an error.
            TimeoutExceededError: The time of the flow was up.
            ValueError: There is no such field.
        """
        if field not in _FIELDS:
            raise ValueError(f"a connection has no field {field!r}; there are {', '.join(sorted(_FIELDS))}")
        if field == "output_value":
            self.wait()
            assert self._result is not None
            return self._result.to_dict()
        if field in _ENDED_FIELDS:
            self._end()
        return self._field(field)

    def load(self, *fields: str) -> Any:
        """Several fields at once: see `get`.

        Returns:
            The value of one field, a tuple of those of several.
        """
        values = tuple(self.get(field) for field in fields)
        return values[0] if len(values) == 1 else values

    def _field(self, field: str) -> Any:
        by_name = {
            "type": "CONNECTION", "name": self._name, "connector_type": self._connector_type, "action": self._action,
            "connector_name": None if self._connector_type else self._name, "parent": self._flow.get("id"),
        }  # fmt: skip
        if field == "id":
            return self._made().id
        if field == "status":
            return "NEW" if self._execution is None else str(self._execution.status)
        if field in ("name", "type", "connector_name", "parent"):
            return by_name[field]
        if field == "status_message":
            return self._error.message if self._error else None
        if field == "error_code":
            return self._error.code if self._error else None
        if self._result is not None:
            if field == "duration":
                return self._result.duration
            if field in ("attempts", "driver", "driver_version"):
                return getattr(self._result, field)
        record = self._record()
        if record is None:
            return by_name.get(field)
        if field in ("created", "started", "ended"):
            return _moment(record[field])
        if field == "duration":
            return None if record["duration_ns"] is None else record["duration_ns"] / 1e9
        if field == "input_value":
            return record["input"]
        return record[field] if record[field] is not None else by_name.get(field)

    def _record(self) -> Optional[Mapping[str, Any]]:
        """What the history has of it; None where it has nothing."""
        if self._execution is None:
            return None
        try:
            return self._host.execution_record(self._execution.id)
        except driver_host.HostError:
            return None

    def rows(self) -> driver_host.Rows:
        """Starts it, and waits for its first stream of rows, for pyarrow, polars, pandas or DuckDB, without a copy.

        To be asked before anything else of a connection that was made with `run=False`. It stays in flight until the
        rows were read or closed; otherwise rows are in `output_value`, as lists of dicts.

        Raises:
            DependencyFailedError: It ended in an error before there were rows, or put out none.
        """
        execution = self._made(rows=True)
        self._flow._started(self)
        rows = execution.rows()
        if rows is None:
            self.wait()
            raise DependencyFailedError(f"{self._title}: it put out no rows", execution=self)
        return rows
