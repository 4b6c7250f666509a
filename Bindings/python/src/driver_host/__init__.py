"""The driver host in this process: connections to other systems through drivers, by libdriverhost.so.

    import driver_host

    with driver_host.Host(workspace="/srv/engine") as host:
        result = host.connect("my_openai_connector")
        page = host.connect(connector_type="REST", url="https://example.org", timeout=10)
        print(result["models"], page["status_code"])

No server and no other process is involved. See `Host`.
"""

from ._abi import library as _library
from ._channels import Memory, Progress, Sink, Source, Values
from ._errors import (
    CallCancelledError,
    ConflictError,
    DNSError,
    Fault,
    ForbiddenError,
    ForkedError,
    HostError,
    HostKeyError,
    InternalError,
    InvalidInputError,
    LostError,
    NotFoundError,
    ProtocolError,
    RateLimitedError,
    RemoteFailureError,
    TimedOutError,
    TLSError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
    UnsupportedError,
    UsageError,
    WaitTimeoutError,
)
from ._execution import Execution, Status
from ._fan_out import FanOut, Item, Summary
from ._host import STANDARD, CloseReport, Host
from ._host_log import LogFunction, LogLine
from ._result import Result
from ._rows import Rows


def version() -> str:
    """The version of libdriverhost.so, such as `1.0.0`.

    Raises:
        ImportError: The library is not there.
    """
    text: bytes = _library().version()
    return text.decode()


def library_path() -> str:
    """The path of the libdriverhost.so that is used.

    Raises:
        ImportError: The library is not there.
    """
    return _library().path


__all__ = [
    "STANDARD",
    "CallCancelledError",
    "CloseReport",
    "ConflictError",
    "DNSError",
    "Execution",
    "FanOut",
    "Fault",
    "ForbiddenError",
    "ForkedError",
    "Host",
    "HostError",
    "HostKeyError",
    "InternalError",
    "InvalidInputError",
    "Item",
    "LogFunction",
    "LogLine",
    "LostError",
    "Memory",
    "NotFoundError",
    "Progress",
    "ProtocolError",
    "RateLimitedError",
    "RemoteFailureError",
    "Result",
    "Rows",
    "Sink",
    "Source",
    "Status",
    "Summary",
    "TLSError",
    "TimedOutError",
    "TooLargeError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnsupportedError",
    "UsageError",
    "Values",
    "WaitTimeoutError",
    "library_path",
    "version",
]

# Tracebacks and pickles name them as programs do.
for _name in __all__:
    _public = globals()[_name]
    if isinstance(_public, type):
        _public.__module__ = __name__
