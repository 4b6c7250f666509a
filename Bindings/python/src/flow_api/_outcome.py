"""How flows end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Outcome:
    """How a flow has ended.

    Attributes:
        id: The flow's execution id, the parent of its connections.
        name: What the flow is called.
        status: ENDED_SUCCESS, ENDED_ERROR or ENDED_CANCELLED.
        message: What `this.success` or `this.error` was given, or the exception that has ended it. Free of secrets that
            drivers and vaults have supplied.
        output_value: The flow's outputs.
        duration: In seconds.
        error: The exception that has ended it; None if none has.
    """

    id: str
    name: str
    status: str
    message: str
    output_value: Mapping[str, Any]
    duration: float
    error: Optional[BaseException] = None


@dataclass(frozen=True)
class End:
    """What `success` and `error` give for the handler to return."""

    status: str
    message: str
