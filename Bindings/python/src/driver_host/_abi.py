"""The C API of libdriverhost.so as it stands in driver_host.h and driver_abi.h, by ctypes.

Nothing here is public. Structs that are read or written in every call are packed by `struct`, which costs a fraction of
ctypes' attribute access; the ctypes classes beside them exist for the others and as the check: each layout is compared
with the size that the header freezes, when the module is imported.

Two ways into the library: `wait_…` functions let go of the interpreter's lock, because they wait or may run a callback
of ours on another thread; the others keep it, because they return in less time than it takes to get the lock back.
"""

from __future__ import annotations

import ctypes
import os
import struct
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from typing import Any, Optional

API = 1

OK, AGAIN, GONE, INVALID, FAILED, FORKED = 0, -1, -3, -4, -8, -16

NULL, BOOL, INT, DOUBLE, DECIMAL, STRING, BYTES, LIST, MAP, JSON = range(10)

RETRYABLE = 1

STAGES = {1: "input", 2: "secret", 3: "driver", 4: "call"}
FAULTS = {1: "missing", 2: "invalid", 3: "extra", 4: "schema", 5: "syntax"}

ONLY_GIVEN_PATHS = 1
WORKSPACE_NONE, WORKSPACE_FOLDER, WORKSPACE_STANDARD = range(3)
HISTORY_MEMORY, HISTORY_NONE, HISTORY_FILE = range(3)

TARGET_CONNECTOR, TARGET_TYPE, TARGET_VAULT = 1, 2, 3
SINK_MEMORY, SINK_FILE, SINK_DESCRIPTOR, SINK_BYTES, SINK_VALUES = 1, 2, 3, 4, 5
SOURCE_MEMORY, SOURCE_FILE, SOURCE_DESCRIPTOR, SOURCE_READ = 1, 2, 3, 4
RESOLVES_REFERENCES, HAS_VAULT_SECRETS, STREAMS_ROWS = 1, 2, 4
FAN_OUT_FAILS_FAST = 1


class Text(Structure):
    """`dh_text_v1`."""

    _fields_ = [("ptr", c_void_p), ("len", c_size_t)]


class Texts(Structure):
    """`dh_texts_v1`."""

    _fields_ = [("texts", POINTER(Text)), ("count", c_size_t)]


class _As(ctypes.Union):
    _fields_ = [("integer", c_int64), ("number", c_double), ("address", c_void_p)]


class Value(Structure):
    """`dh_value_v1`."""

    _fields_ = [("kind", c_uint32), ("flags", c_uint32), ("count", c_size_t), ("as_", _As)]


class Member(Structure):
    """`dh_member_v1`."""

    _fields_ = [("name", Text), ("value", Value)]


class Fault(Structure):
    """`dh_fault_v1`."""

    _fields_ = [
        ("kind", c_uint32), ("line", c_uint32), ("column", c_uint32), ("reserved", c_uint32), ("pointer", Text),
        ("message", Text), ("expected", Text), ("got", Text), ("nearest", Text), ("keyword", Text),
        ("schema_location", Text), ("file", Text),
    ]  # fmt: skip


class Failure(Structure):
    """`dh_failure_v1`."""

    _fields_ = [
        ("code", c_uint32), ("flags", c_uint32), ("stage", c_uint32), ("status", c_int32), ("attempts", c_uint32),
        ("line", c_uint32), ("column", c_uint32), ("reserved", c_uint32), ("retry_after_ns", c_int64),
        ("vendor_code", c_int64), ("name", Text), ("message", Text), ("detail", Text), ("vendor_state", Text),
        ("pointer", Text), ("file", Text), ("execution", Text), ("faults", POINTER(Fault)), ("fault_count", c_size_t),
        ("details", c_void_p), ("secrets", POINTER(Text)), ("secret_count", c_size_t),
    ]  # fmt: skip


class ResultInfo(Structure):
    """`dh_result_v1`."""

    _fields_ = [
        ("execution", Text), ("driver", Text), ("driver_version", Text), ("duration_ns", c_int64),
        ("attempts", c_uint32), ("reserved", c_uint32), ("secrets", POINTER(Text)), ("secret_count", c_size_t),
    ]  # fmt: skip


class LogLine(Structure):
    """`dh_log_line_v1`."""

    _fields_ = [
        ("level", c_uint32), ("reserved", c_uint32), ("driver", Text), ("execution", Text), ("message", Text),
    ]  # fmt: skip


class HostOptions(Structure):
    """`dh_host_options_v1`."""

    _fields_ = [
        ("driver_paths", POINTER(Text)), ("driver_path_count", c_size_t), ("flags", c_uint32),
        ("workspace_rule", c_uint32), ("workspace", Text), ("history_rule", c_uint32), ("log_level_plus_1", c_uint32),
        ("history_limit", c_uint64), ("history_path", Text), ("loops", c_uint32), ("threads", c_uint32),
        ("output_limit", c_uint64), ("secret_lifetime_ns", c_int64), ("secret_timeout_ns", c_int64),
        ("grace_limit_ns", c_int64), ("log", c_void_p), ("log_context", c_void_p), ("further", c_void_p),
    ]  # fmt: skip


class Target(Structure):
    """`dh_target_v1`."""

    _fields_ = [("kind", c_uint32), ("reserved", c_uint32), ("name", Text)]


class Sink(Structure):
    """`dh_sink_v1`."""

    _fields_ = [
        ("channel", Text), ("kind", c_uint32), ("descriptor", c_int32), ("limit", c_uint64), ("path", Text),
        ("bytes", c_void_p), ("value", c_void_p), ("context", c_void_p),
    ]  # fmt: skip


class Source(Structure):
    """`dh_source_v1`."""

    _fields_ = [
        ("channel", Text), ("kind", c_uint32), ("descriptor", c_int32), ("bytes", Text), ("length_plus_1", c_uint64),
        ("read", c_void_p), ("context", c_void_p),
    ]  # fmt: skip


class CallOptions(Structure):
    """`dh_call_options_v1`."""

    _fields_ = [
        ("action", Text), ("name", Text), ("parent", Text), ("connector", Text), ("further", c_void_p),
        ("vault_secrets", POINTER(Text)), ("vault_secret_count", c_size_t), ("flags", c_uint32),
        ("reserved", c_uint32), ("timeout_ns", c_int64), ("sinks", POINTER(Sink)), ("sink_count", c_size_t),
        ("sources", POINTER(Source)), ("source_count", c_size_t), ("progress", c_void_p),
        ("progress_context", c_void_p), ("rows", c_void_p), ("rows_context", c_void_p),
    ]  # fmt: skip


class FanOut(Structure):
    """`dh_fan_out_v1`."""

    _fields_ = [
        ("parallel", c_uint32), ("flags", c_uint32), ("item", c_void_p), ("context", c_void_p), ("further", c_void_p),
    ]  # fmt: skip


class ArrowArrayStream(Structure):
    """`ArrowArrayStream` of the Arrow C stream interface."""

    _fields_ = [
        ("get_schema", c_void_p), ("get_next", c_void_p), ("get_last_error", c_void_p), ("release", c_void_p),
        ("private_data", c_void_p),
    ]  # fmt: skip


class ArrowSchema(Structure):
    """`ArrowSchema` of the Arrow C data interface."""

    _fields_ = [
        ("format", c_void_p), ("name", c_void_p), ("metadata", c_void_p), ("flags", c_int64), ("n_children", c_int64),
        ("children", c_void_p), ("dictionary", c_void_p), ("release", c_void_p), ("private_data", c_void_p),
    ]  # fmt: skip


# A value, a member and what a result begins with, as they are packed and unpacked. The last field of a value is read as
# an integer: doubles are read again at their place.
VALUE = struct.Struct("=IIQq")
NUMBER = struct.Struct("=IIQd")
MEMBER = struct.Struct("=QQIIQq")
TEXT = struct.Struct("=QQ")
HANDLES = struct.Struct("=QQ")
TARGET = struct.Struct("=IIQQ")
RESULT_INFO = struct.Struct("=QQQQQQqIIQQ")
CALL_OPTIONS = struct.Struct("=QQQQQQQQQQQIIqQQQQQQQQ")

# What the header's own assertions say (Sources/DriverHostC/layout.c and DriverABI's).
_SIZES = {
    Text: 16, Value: 24, Member: 40, Fault: 144, Failure: 200, ResultInfo: 80, LogLine: 56, HostOptions: 136,
    Target: 24, Sink: 72, Source: 64, CallOptions: 168, FanOut: 32, ArrowArrayStream: 40, ArrowSchema: 72,
}  # fmt: skip
_PACKED = {Value: VALUE, Member: MEMBER, Text: TEXT, Target: TARGET, ResultInfo: RESULT_INFO, CallOptions: CALL_OPTIONS}


def check_layout() -> None:
    """Compares every struct with the size that the header freezes.

    Raises:
        ImportError: A struct has another size here, as on a system that is not 64-bit.
    """
    for struct_type, size in _SIZES.items():
        if ctypes.sizeof(struct_type) != size:
            raise ImportError(
                f"{struct_type.__name__} has {ctypes.sizeof(struct_type)} bytes here and {size} in driver_host.h: "
                "driver_host runs on 64-bit systems only"
            )
    for struct_type, packed in _PACKED.items():
        if packed.size != _SIZES[struct_type]:
            raise ImportError(f"{struct_type.__name__} is packed into {packed.size} bytes")


check_layout()

LOG_FN = CFUNCTYPE(None, c_void_p, POINTER(LogLine))
BYTES_FN = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t)
VALUE_FN = CFUNCTYPE(c_int32, c_void_p, c_void_p)
READ_FN = CFUNCTYPE(c_int64, c_void_p, c_void_p, c_size_t)
PROGRESS_FN = CFUNCTYPE(None, c_void_p, c_uint64, c_uint64, Text)
END_FN = CFUNCTYPE(None, c_void_p, c_uint64)
ITEM_FN = CFUNCTYPE(None, c_void_p, c_size_t, c_uint64, c_uint64)


def address_of(function: Any) -> int:
    """The address of a callback, which must outlive every use of it."""
    return ctypes.cast(function, c_void_p).value or 0


def library_path() -> str:
    """Where libdriverhost.so is: `DRIVERS_HOST_LIBRARY` if it is set, else beside the package, as in a wheel.

    Raises:
        ImportError: It is in neither place; the message says both.
    """
    # The variable first: whoever sets it wants another library than the wheel's.
    given = os.environ.get("DRIVERS_HOST_LIBRARY")
    if given:
        return given
    beside = Path(__file__).with_name("_lib") / "libdriverhost.so"
    if beside.exists():
        return str(beside)
    raise ImportError(
        f"libdriverhost.so is not at {beside}: install the wheel, or set DRIVERS_HOST_LIBRARY to the library's path"
    )


class Library:
    """The functions of one libdriverhost.so. Addresses are passed as integers: that is what ctypes converts fastest."""

    def __init__(self, path: str) -> None:
        try:
            waiting, quick = ctypes.CDLL(path), ctypes.PyDLL(path)
        except OSError as error:
            raise ImportError(f"{path} could not be loaded: {error}") from None
        self.path = path

        def function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
            try:
                found = getattr(library, name)
            except AttributeError:
                raise ImportError(f"{path} has no {name}: it is another version of libdriverhost.so") from None
            found.restype, found.argtypes = result, list(arguments)
            return found

        handle, address = c_uint64, c_void_p
        self.api = function(quick, "dh_api_v1", c_uint32)
        if self.api() < API:
            raise ImportError(f"{path} serves revision {self.api():#x} of its API; this package needs {API:#x}")
        self.version = function(quick, "dh_version_v1", c_char_p)

        # Of results, errors and documents, whose release runs and awaits nothing; `wait_release` for all others.
        self.release = function(quick, "dh_release_v1", c_int32, handle)
        self.wait_release = function(waiting, "dh_release_v1", c_int32, handle)
        self.failure_get = function(quick, "dh_failure_get_v1", address, handle)
        self.result_get = function(quick, "dh_result_get_v1", address, handle)
        self.tree = function(quick, "dh_tree_v1", address, handle)
        self.output = function(quick, "dh_output_v1", address, handle, Text)
        self.json = function(quick, "dh_json_v1", c_int32, handle, c_uint32, address)
        self.input_secrets = function(quick, "dh_input_secrets_v1", c_int32, handle, address)

        self.wait_open = function(waiting, "dh_host_open_v1", c_int32, address, address, address)
        self.wait_close = function(waiting, "dh_host_close_v1", c_int32, handle, address, address)
        self.wait_load = function(waiting, "dh_host_load_v1", c_int32, handle, Text, address)
        self.wait_statistics = function(waiting, "dh_host_statistics_v1", c_int32, handle, address, address)
        self.wait_drivers = function(waiting, "dh_host_drivers_v1", c_int32, handle, address, address)
        self.wait_descriptor = function(waiting, "dh_host_descriptor_v1", c_int32, handle, Text, address, address)
        self.wait_schema = function(waiting, "dh_host_schema_v1", c_int32, handle, Text, Text, address, address)
        self.wait_connectors = function(waiting, "dh_host_connectors_v1", c_int32, handle, address, address)
        self.wait_vaults = function(waiting, "dh_host_vaults_v1", c_int32, handle, address, address)
        self.wait_executions = function(waiting, "dh_host_executions_v1", c_int32, handle, address, address, address)
        self.wait_record = function(waiting, "dh_host_execution_v1", c_int32, handle, Text, address, address)
        self.wait_prune = function(waiting, "dh_host_prune_v1", c_int32, handle, c_int64, c_int64, address, address)

        self.wait_connect = function(
            waiting, "dh_host_connect_v1", c_int32, handle, address, address, address, address, address
        )
        self.wait_connect_many = function(
            waiting, "dh_host_connect_many_v1", c_int32,
            handle, address, address, address, address, address, address, address,
        )  # fmt: skip
        self.wait_create = function(
            waiting, "dh_execution_create_v1", c_int32, handle, address, address, address, address, address
        )
        self.execution_id = function(quick, "dh_execution_id_v1", c_int32, handle, address)
        self.execution_status = function(quick, "dh_execution_status_v1", c_int32, handle)
        # Starting and cancelling may end a call at once, and so run its callbacks.
        self.wait_start = function(waiting, "dh_execution_start_v1", c_int32, handle)
        self.wait_cancel = function(waiting, "dh_execution_cancel_v1", c_int32, handle)
        self.wait_wait = function(waiting, "dh_execution_wait_v1", c_int32, handle, c_int64, address, address)
        self.wait_on_end = function(waiting, "dh_execution_on_end_v1", c_int32, handle, address, address)
        self.wait_rows = function(waiting, "dh_execution_rows_v1", c_int32, handle, c_int64, address, address, address)


_loaded: Optional[Library] = None


def library() -> Library:
    """The process's library, loaded on the first use.

    Raises:
        ImportError: It is not there, or of another revision.
    """
    global _loaded
    if _loaded is None:
        _loaded = Library(library_path())
    return _loaded
