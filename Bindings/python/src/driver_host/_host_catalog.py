"""What a host has: drivers, connectors, vaults."""

from __future__ import annotations

from typing import Any, Optional

from . import _abi
from ._errors import check_process, error_of
from ._host_handle import HostHandle
from ._values import Arena


class HostCatalog(HostHandle):
    """The part of a host that tells what there is."""

    def drivers(self) -> list[dict[str, Any]]:
        """The drivers that were found: `type`, `selector`, `default`, `id`, `title`, `version`, `vendor`, `summary`,
        `path`, `origin` and `actions` of each. `selector` is what `connector_type` takes."""
        drivers: list[dict[str, Any]] = self.catalog()["drivers"]
        return drivers

    def catalog(self) -> dict[str, Any]:
        """`drivers`, `rejected` (`path`, `reason`, `superseded` of each) and `search_path` (`path`, `origin`)."""
        document: dict[str, Any] = self._document(self._library.wait_drivers)
        return document

    def describe(self, connector_type: str) -> dict[str, Any]:
        """A driver's descriptor as it was written.

        Raises:
            NotFoundError: There is none; the message says what there is.
        """
        document: dict[str, Any] = self._document(self._library.wait_descriptor, connector_type)
        return document

    def schema(self, connector_type: str, action: Optional[str] = None) -> dict[str, Any]:
        """The JSON Schema of all inputs that an action takes; None is the default one.

        Raises:
            NotFoundError: There is no such type or action.
        """
        document: dict[str, Any] = self._document(self._library.wait_schema, connector_type, action or "")
        return document

    def connectors(self) -> list[str]:
        """The names of the workspace's connectors, sorted."""
        names: list[str] = self._document(self._library.wait_connectors)
        return names

    def vaults(self) -> list[str]:
        """The names of the workspace's vault configurations, sorted."""
        names: list[str] = self._document(self._library.wait_vaults)
        return names

    def load(self, connector_type: str) -> None:
        """Loads a driver ahead of its first call, which then need not wait for it.

        Raises:
            HostError: It cannot be loaded.
        """
        check_process()
        arena = Arena.take()
        try:
            status = self._library.wait_load(self._handle, arena.argument(connector_type), arena.address + Arena.ERROR)
            _, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
        finally:
            arena.give()
        if status < 0:
            raise error_of(status, error)

    def statistics(self) -> dict[str, Any]:
        """How the host and its drivers fare at this moment: threads, calls by driver and state, bytes, sessions."""
        document: dict[str, Any] = self._document(self._library.wait_statistics)
        return document
