"""What there is beside a flow."""

from __future__ import annotations

from typing import Any

import driver_host


class System:
    """What the engine offers beside the flow itself: the first argument of a handler."""

    def __init__(self, host: driver_host.Host) -> None:
        """Systems are made by the engine."""
        self.host = host

    def connectors(self) -> list[str]:
        """The names of the workspace's connectors."""
        return self.host.connectors()

    def connector_types(self) -> list[str]:
        """The connector types that there are drivers for."""
        return sorted({driver["type"] for driver in self.host.drivers()})

    def executions(self, **query: Any) -> list[dict[str, Any]]:
        """Connections that are kept, the newest first: see `driver_host.Host.executions`."""
        return self.host.executions(**query)

    def __repr__(self) -> str:
        return "<System>"
