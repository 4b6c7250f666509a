"""What can go wrong, as exceptions."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from . import _abi, _runtime
from ._values import read_text, read_value


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input. Free of secrets.

    Attributes:
        kind: `missing`, `invalid`, `extra`, `schema` or `syntax`.
        pointer: JSON pointer (RFC 6901) of the value at fault; empty is the whole.
        message: What is wrong and what to do, in one sentence.
        expected: What would have been right, in words; may be empty.
        got: What was there, in words; may be empty.
        nearest: The nearest name that is known, for an unknown one; may be empty.
        keyword: The schema keyword that failed; may be empty.
        schema_location: The keyword's place in the schema; may be empty.
        file: The file that the value came from; empty where it came from none.
        line: In `file`, from 1; 0 where it is not known.
        column: In characters, from 1; 0 where it is not known.
    """

    kind: str
    pointer: str
    message: str
    expected: str = ""
    got: str = ""
    nearest: str = ""
    keyword: str = ""
    schema_location: str = ""
    file: str = ""
    line: int = 0
    column: int = 0


class HostError(Exception):
    """A call or another function of the host failed. `str` of it is the message for the user.

    Everything but `partial` is free of secrets; `repr` and tracebacks show the code and the message only.

    Attributes:
        code: The error's name, such as `timed_out`: stable, for programs and metrics.
        message: What happened and what to do.
        stage: Where: `input`, `secret`, `driver` or `call`.
        detail: All that is known, for the engineer; may be empty.
        retryable: The same call may work later, and trying again does no harm.
        retry_after: When that may be, in seconds; None where it is not known.
        status: The protocol's own: HTTP status, FTP reply, exit code; 0 is none.
        vendor_code: The library's or server's own number; 0 is none.
        vendor_state: The library's or server's own state, such as an SQLSTATE; may be empty.
        pointer: JSON pointer of the input at fault; None where none is.
        file: The file at fault; may be empty.
        line: In `file`, from 1; 0 where it is not known.
        column: In characters, from 1; 0 where it is not known.
        attempts: How many attempts there were: the error is that of the last one.
        execution_id: The execution that ended in it; empty where none had begun.
        faults: All faults of the inputs, in document order.
        details: More of what the driver said, as plain values; None is nothing.
        partial: What the failed call had put out, as plain values. May hold secrets.
        secrets: JSON pointers of the places in `partial` that are secret.
    """

    _defaults: Mapping[str, Any] = {
        "code": "internal", "message": "", "stage": "call", "detail": "", "retryable": False, "retry_after": None,
        "status": 0, "vendor_code": 0, "vendor_state": "", "pointer": None, "file": "", "line": 0, "column": 0,
        "attempts": 0, "execution_id": "", "faults": (), "details": None, "partial": {}, "secrets": (),
        "_input_secrets": (),
    }  # fmt: skip

    code: str
    message: str
    stage: str
    detail: str
    retryable: bool
    retry_after: Optional[float]
    status: int
    vendor_code: int
    vendor_state: str
    pointer: Optional[str]
    file: str
    line: int
    column: int
    attempts: int
    execution_id: str
    faults: tuple[Fault, ...]
    details: Any
    partial: Mapping[str, Any]
    secrets: tuple[str, ...]
    _input_secrets: tuple[str, ...]

    def __init__(self, message: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.__dict__.update(HostError._defaults)
        self.__dict__.update(fields)
        self.message = message

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}: {self.message}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # What may be written somewhere has no secrets with it that nobody asked for.
        return _rebuild, (type(self), {**self.__dict__, "_input_secrets": ()})


def _rebuild(kind: type[HostError], fields: dict[str, Any]) -> HostError:
    fields = dict(fields)
    return kind(fields.pop("message"), **fields)


class InvalidInputError(HostError, ValueError):
    """An input, a connector's file or an option is wrong: `faults` has all of them."""


class UnauthenticatedError(HostError):
    """Who asks is not known: wrong or missing credentials."""


class ForbiddenError(HostError):
    """Who asks is known and may not."""


class NotFoundError(HostError, LookupError):
    """What is asked for does not exist: a connector, a type, or something on the other side (see `stage`)."""


class ConflictError(HostError):
    """It exists already, or has changed meanwhile."""


class RateLimitedError(HostError):
    """Too many requests; see `retry_after`."""


class TimedOutError(HostError, TimeoutError):
    """A wait of the driver ran out, or the call's deadline."""


class CallCancelledError(HostError):
    """The call was stopped."""


class UnavailableError(HostError, ConnectionError):
    """Refused, unreachable or overloaded; later may work. Also: the host was closed."""


class DNSError(HostError, ConnectionError):
    """A name has no address."""


class TLSError(HostError, ConnectionError):
    """No trusted encrypted connection: certificate, protocol version, cipher."""


class HostKeyError(HostError, ConnectionError):
    """An SSH host key is unknown or has changed."""


class ProtocolError(HostError, ConnectionError):
    """The other side broke its protocol, or the connection was lost inside it."""


class RemoteFailureError(HostError):
    """The other side worked as it should and reports a failure."""


class TooLargeError(HostError):
    """Over a limit of size or count."""


class UnsupportedError(HostError):
    """This driver, library or server cannot do it."""


class InternalError(HostError):
    """A fault in the driver or the host."""


class LostError(HostError):
    """The process that ran the call died."""


class UsageError(HostError, ValueError):
    """A function of this package was given what it does not take, or was called when it may not be."""


class ForkedError(HostError, RuntimeError):
    """This process was forked after a host was opened, whose threads it does not have."""


class WaitTimeoutError(HostError, TimeoutError):
    """The time of a wait was up. What was waited for goes on."""


_BY_CODE: dict[int, type[HostError]] = {
    1: InvalidInputError, 2: UnauthenticatedError, 3: ForbiddenError, 4: NotFoundError, 5: ConflictError,
    6: RateLimitedError, 7: TimedOutError, 8: CallCancelledError, 9: UnavailableError, 10: DNSError, 11: TLSError,
    12: HostKeyError, 13: ProtocolError, 14: RemoteFailureError, 15: TooLargeError, 16: UnsupportedError,
    17: InternalError, 18: LostError,
}  # fmt: skip

FORKED_MESSAGE = (
    "this process was forked after a host was opened, whose threads it does not have: "
    "open the host after the fork, or start processes by the method 'spawn'"
)


def check_process() -> None:
    """Raises in a child of fork(2).

    Raises:
        ForkedError: It is one, of a process that had opened a host.
    """
    if _runtime.is_forked:
        raise ForkedError(FORKED_MESSAGE, code="forked")


def check_may_wait() -> None:
    """Raises in a child of fork(2), and inside a callback, which what is waited for may be waiting for.

    Raises:
        ForkedError: It is such a child.
        UsageError: This is a callback.
    """
    check_process()
    if _runtime.is_in_callback():
        raise UsageError(
            "this waits, and a callback of the host must not: hand it to another thread", code="usage", stage="input"
        )
    _runtime.release_garbage()


def _fault(fault: _abi.Fault) -> Fault:
    return Fault(
        kind=_abi.FAULTS.get(fault.kind, "invalid"),
        pointer=read_text(fault.pointer),
        message=read_text(fault.message),
        expected=read_text(fault.expected),
        got=read_text(fault.got),
        nearest=read_text(fault.nearest),
        keyword=read_text(fault.keyword),
        schema_location=read_text(fault.schema_location),
        file=read_text(fault.file),
        line=fault.line,
        column=fault.column,
    )


def read_error(handle: int) -> HostError:
    """The exception for an error's handle, which stays the caller's."""
    library = _abi.library()
    address = library.failure_get(handle)
    if not address:
        return InternalError("the library gave no error to a failure")
    failure = _abi.Failure.from_address(address)
    tree = library.tree(handle)
    return _BY_CODE.get(failure.code, InternalError)(
        read_text(failure.message),
        code=read_text(failure.name),
        stage=_abi.STAGES.get(failure.stage, "call"),
        detail=read_text(failure.detail),
        retryable=bool(failure.flags & _abi.RETRYABLE),
        retry_after=failure.retry_after_ns / 1e9 if failure.retry_after_ns else None,
        status=failure.status,
        vendor_code=failure.vendor_code,
        vendor_state=read_text(failure.vendor_state),
        pointer=read_text(failure.pointer) if failure.pointer.ptr else None,
        file=read_text(failure.file),
        line=failure.line,
        column=failure.column,
        attempts=failure.attempts,
        execution_id=read_text(failure.execution),
        faults=tuple(_fault(failure.faults[index]) for index in range(failure.fault_count)),
        details=read_value(failure.details) if failure.details else None,
        partial=(read_value(tree) or {}) if tree else {},
        secrets=tuple(read_text(failure.secrets[index]) for index in range(failure.secret_count)),
        _input_secrets=input_secrets(handle),
    )


def error_of(status: int, handle: int = 0) -> HostError:
    """The exception for a function's status and the error that came with it, which is released."""
    if status == _abi.FORKED or _runtime.is_forked:
        return ForkedError(FORKED_MESSAGE, code="forked")
    if handle:
        try:
            error = read_error(handle)
        finally:
            _abi.library().release(handle)
        if status == _abi.INVALID or status == _abi.GONE:
            return UsageError(error.message, code="usage", stage="input", detail=error.detail)
        return error
    if status == _abi.GONE:
        return UsageError("this was closed or released already", code="usage", stage="input")
    if status == _abi.INVALID:
        return UsageError("the library did not take an argument", code="usage", stage="input")
    return InternalError(f"the library answered {status}")


def input_secrets(handle: int) -> tuple[str, ...]:
    """The secrets among the inputs of the call that a result or an error is of."""
    found = _abi.Texts()
    # Refused only where the handle is none: there is nothing to hide then.
    if _abi.library().input_secrets(handle, ctypes.addressof(found)) != _abi.OK:
        return ()
    return tuple(read_text(found.texts[index]) for index in range(found.count))


def text_list(address: int, count: int) -> tuple[str, ...]:
    """An array of texts."""
    texts = (_abi.Text * count).from_address(address) if count else ()
    return tuple(read_text(text) for text in texts)


def read_document(handle: int) -> Any:
    """A document's content as plain values; releases it."""
    try:
        tree = _abi.library().tree(handle)
        return read_value(tree) if tree else None
    finally:
        _abi.library().release(handle)
