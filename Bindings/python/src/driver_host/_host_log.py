"""The log of a host."""

from __future__ import annotations

import logging
from typing import Any, Callable, NamedTuple, Optional

from . import _abi, _runtime
from ._values import read_text

_log = logging.getLogger("driver_host")

# By their names: the library's numbers, and those of `logging`.
LEVELS = {
    "trace": (0, 5), "debug": (1, logging.DEBUG), "info": (2, logging.INFO), "warning": (3, logging.WARNING),
    "error": (4, logging.ERROR),
}  # fmt: skip
_LEVEL_NAMES = ("trace", "debug", "info", "warning", "error")


class LogLine(NamedTuple):
    """A line of a host's log. Free of secrets."""

    level: str
    """`trace`, `debug`, `info`, `warning` or `error`."""
    message: str
    driver: str
    """The connector type that it is about; empty for the host's own."""
    execution_id: str
    """The execution that it belongs to; may be empty."""


LogFunction = Callable[[LogLine], object]


def to_logging(line: LogLine) -> None:
    """Passes a line to the logger `driver_host`."""
    prefix = f"{line.driver}: " if line.driver else ""
    _log.log(LEVELS[line.level][1], "%s%s", prefix, line.message, extra={"execution_id": line.execution_id})


def _on_log(context: Optional[int], line: Any) -> None:
    with _runtime.Callback():
        function = _runtime.contexts.get(context or 0)
        if function is None:
            return
        content = line.contents
        function(
            LogLine(
                _LEVEL_NAMES[min(content.level, 4)], read_text(content.message), read_text(content.driver),
                read_text(content.execution),
            )
        )  # fmt: skip


_on_log_fn = _abi.LOG_FN(_on_log)
ON_LOG = _abi.address_of(_on_log_fn)
