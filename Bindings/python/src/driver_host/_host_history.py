"""What a host keeps of the executions that there were."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Optional

from ._errors import check_may_wait, error_of
from ._host_handle import HostHandle
from ._values import arena_with


class HostHistory(HostHandle):
    """The part of a host that remembers."""

    def executions(
        self,
        *,
        statuses: Optional[Sequence[str]] = None,
        connector: Optional[str] = None,
        connector_type: Optional[str] = None,
        parent: Optional[str] = None,
        since: Optional[float] = None,
        before: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> list[dict[str, Any]]:
        """Executions that are kept, the newest first; inputs and outputs are masked.

        Args:
            statuses: Only these, of `Status`.
            connector: Only those of this connector.
            connector_type: Only those of this type.
            parent: Only the children of this execution.
            since: Only those created since this time, in seconds since 1970.
            before: An id: the next page after it.
            limit: At most so many; None is 100.

        Returns:
            Of each `id`, `name`, `type`, `connector`, `connector_type`, `action`, `parent`, `status`,
            `status_message`, `error_code`, `created`, `started`, `ended` (nanoseconds since 1970), `duration_ns`,
            `attempts`, `driver`, `driver_version`, `input`, `output`, `dropped_output_size`; None where there is
            nothing to say.
        """
        check_may_wait()
        query: dict[str, Any] = {
            "statuses": None if statuses is None else [str(status) for status in statuses],
            "connector": connector, "connector_type": connector_type, "parent": parent,
            "since": None if since is None else int(since * 1e9), "before": before, "limit": limit,
        }  # fmt: skip
        query = {name: value for name, value in query.items() if value is not None}
        arena, address = arena_with(lambda arena: arena.value(query) if query else 0)
        try:
            records: list[dict[str, Any]] = self._document(self._library.wait_executions, address)
            return records
        finally:
            arena.give()

    def execution_record(self, execution_id: str) -> dict[str, Any]:
        """What is kept of one execution, as with `executions`.

        Raises:
            NotFoundError: None of this id is kept.
        """
        check_may_wait()
        record: dict[str, Any] = self._document(self._library.wait_record, execution_id)
        return record

    def prune(self, *, age: Optional[float] = None, count: Optional[int] = None) -> int:
        """Forgets executions that ended longer than `age` seconds ago, and all but the newest `count`.

        Returns:
            How many there were.
        """
        check_may_wait()
        removed = ctypes.c_uint64()
        error = ctypes.c_uint64()
        status = self._library.wait_prune(
            self._handle, -1 if age is None else int(age * 1e9), -1 if count is None else count,
            ctypes.addressof(removed), ctypes.addressof(error),
        )  # fmt: skip
        if status < 0:
            raise error_of(status, error.value)
        return removed.value
