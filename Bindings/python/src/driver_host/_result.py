"""The outputs of a call that succeeded."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from typing import Any, Optional, Union

from . import _abi, _runtime
from ._errors import check_process, input_secrets, text_list
from ._values import read_names, read_value, text_at


class Result(Mapping[str, Any]):
    """The outputs of a call as a read-only mapping of plain Python values, in the order in which the driver set them.

    Strings are `str`, bytes `bytes`, integers `int`, doubles `float`, lists `list`, maps `dict`, null None. What
    neither an `int` of 64 bits nor a `float` holds exactly, such as a database's numeric, is a `decimal.Decimal`.

    Outputs are converted when they are asked for: what nobody has looked at before a fork raises in the child. `repr`
    shows names only, since values may be secret. May be used from any thread, also after its host was closed.
    """

    __slots__ = ("_handle", "_info", "_outputs", "_secrets", "_some")

    def __init__(self, handle: int) -> None:
        """Takes a result's handle over. Results are made by the host, not by programs."""
        self._handle = handle
        self._outputs: Optional[dict[str, Any]] = None
        self._some: dict[str, Any] = {}
        self._info: Optional[tuple[Any, ...]] = None
        self._secrets: Optional[tuple[str, ...]] = None

    def __del__(self) -> None:
        handle = self._handle
        if handle and not _runtime.is_forked:
            self._handle = 0
            _abi.library().release(handle)

    # MARK: Outputs

    def _all(self) -> dict[str, Any]:
        if self._outputs is None:
            check_process()
            tree = _abi.library().tree(self._handle)
            self._outputs = (read_value(tree) if tree else None) or {}
            self._some = {}
        return self._outputs

    def __getitem__(self, name: str) -> Any:
        if self._outputs is not None:
            return self._outputs[name]
        if name in self._some:
            return self._some[name]
        check_process()
        data = name.encode()
        text = _abi.Text(_abi.address_of(ctypes.c_char_p(data)), len(data))
        address = _abi.library().output(self._handle, text)
        if not address:
            raise KeyError(name)
        value = self._some[name] = read_value(address)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        if self._outputs is not None:
            names = list(self._outputs)
        elif _runtime.is_forked:
            return "<Result of another process>"
        else:
            tree = _abi.library().tree(self._handle)
            names = read_names(tree) if tree else []
        return f"<Result {', '.join(names)}>" if names else "<Result without outputs>"

    def to_dict(self) -> dict[str, Any]:
        """All outputs as a new dict; nested values are shared with this result."""
        return dict(self._all())

    # MARK: How the call went

    def _details(self) -> tuple[Any, ...]:
        if self._info is None:
            check_process()
            address = _abi.library().result_get(self._handle)
            field = _abi.RESULT_INFO.unpack(ctypes.string_at(address, _abi.RESULT_INFO.size))
            self._info = (
                text_at(field[0], field[1]), text_at(field[2], field[3]), text_at(field[4], field[5]),
                field[6] / 1e9, field[7], text_list(field[9], field[10]),
            )  # fmt: skip
        return self._info

    @property
    def execution_id(self) -> str:
        """The execution's id, a UUID of version 7."""
        value: str = self._details()[0]
        return value

    @property
    def driver(self) -> str:
        """The driver's id, such as `org.driverhost.rest`."""
        value: str = self._details()[1]
        return value

    @property
    def driver_version(self) -> str:
        """The driver's version."""
        value: str = self._details()[2]
        return value

    @property
    def duration(self) -> float:
        """Seconds from the call to its end, with all that it waited."""
        value: float = self._details()[3]
        return value

    @property
    def attempts(self) -> int:
        """How many attempts it took."""
        value: int = self._details()[4]
        return value

    @property
    def secrets(self) -> tuple[str, ...]:
        """JSON pointers of the places in the outputs that the driver flagged as secret."""
        value: tuple[str, ...] = self._details()[5]
        return value

    def _input_secrets(self) -> tuple[str, ...]:
        """The secrets among the inputs of the call, for a log to be kept free of. Never to be shown."""
        if self._secrets is None:
            check_process()
            self._secrets = input_secrets(self._handle)
        return self._secrets

    def _detach(self) -> Result:
        """Reads everything, for a handle that is not ours to keep."""
        self._all()
        self._details()
        self._input_secrets()
        self._handle = 0
        return self


ResultOrError = Union[Result, Exception]
