"""What a flow may be told by exceptions. Free of secrets: inputs and outputs are in none of their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

import driver_host

if TYPE_CHECKING:
    from ._connection import Connection


class FlowError(Exception):
    """All exceptions of `flow_api`."""


class TimeoutExceededError(FlowError, TimeoutError):
    """The time of a wait was up, or that of the flow itself. What was waited for goes on, unless the flow ends."""


class DependencyFailedError(FlowError):
    """A connection ended in an error.

    Attributes:
        execution: The connection; None where a script has raised this itself.
        error: What it failed with, in every field: `code`, `status`, `retryable`, `faults`, `partial`, …; may be None.
        faults: All faults of its inputs; empty unless these were wrong.
    """

    def __init__(
        self,
        message: str = "",
        *,
        execution: Optional[Connection] = None,
        error: Optional[driver_host.HostError] = None,
    ) -> None:
        super().__init__(message)
        self.execution = execution
        self.error = error
        self.faults = error.faults if error is not None else ()


class DependencyTimeoutError(DependencyFailedError):
    """A connection did not end in its time: its `max_runtime`, or a wait of its driver."""


class ResourceNotFoundError(DependencyFailedError):
    """There is no connector or connector type of the name."""


class InputError(DependencyFailedError):
    """The inputs of a connection are wrong; it was not run. `faults` has all that is wrong with them."""


class MissingInputError(InputError):
    """A required input is missing."""


class InvalidInputError(InputError):
    """An input has a value that it may not have."""


class ExtraInputError(InputError):
    """An input is not known to the connector type."""


class SchemaValidationError(InputError):
    """A schema itself is at fault, or a value fails one that is no driver's."""


_BY_FAULT = {
    "missing": MissingInputError, "invalid": InvalidInputError, "extra": ExtraInputError,
    "schema": SchemaValidationError, "syntax": InvalidInputError,
}  # fmt: skip


def dependency_error(name: str, execution: Connection, error: driver_host.HostError) -> DependencyFailedError:
    """The exception of a flow for what a connection has failed with. The first fault of the inputs decides."""
    kind: type[DependencyFailedError] = DependencyFailedError
    if error.faults:
        kind = _BY_FAULT.get(error.faults[0].kind, InvalidInputError)
    elif isinstance(error, driver_host.TimedOutError):
        kind = DependencyTimeoutError
    elif isinstance(error, driver_host.NotFoundError) and error.stage in ("input", "driver"):
        kind = ResourceNotFoundError
    elif isinstance(error, driver_host.InvalidInputError):
        kind = InvalidInputError
    return kind(f"{name}: {error.message}", execution=execution, error=error)
