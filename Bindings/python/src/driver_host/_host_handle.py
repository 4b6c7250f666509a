"""What the parts of a host share. Nothing here is public."""

from __future__ import annotations

from typing import Any

from . import _abi, _runtime
from ._errors import check_process, error_of, read_document
from ._values import Arena


class HostHandle:
    """A host of the library, and how it is asked for documents."""

    _handle: int
    _library: _abi.Library

    def _document(self, function: Any, *arguments: Any) -> Any:
        """What a function answers as a document."""
        check_process()
        _runtime.release_garbage()
        arena = Arena.take()
        try:
            texts: list[Any] = [
                arena.argument(argument) if isinstance(argument, str) else argument for argument in arguments
            ]
            status = function(self._handle, *texts, arena.address + Arena.RESULT, arena.address + Arena.ERROR)
            document, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
        finally:
            arena.give()
        if status < 0:
            raise error_of(status, error)
        return read_document(document)
