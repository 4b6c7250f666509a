"""The host: how it is opened, and how it is closed."""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional, Union

from . import _abi, _runtime
from ._call import nanoseconds
from ._errors import UsageError, check_may_wait, check_process, error_of, read_document
from ._host_calls import HostCalls
from ._host_catalog import HostCatalog
from ._host_history import HostHistory
from ._host_log import LEVELS, ON_LOG, LogFunction, to_logging
from ._values import Arena, arena_with


class _Standard:
    def __repr__(self) -> str:
        return "driver_host.STANDARD"


STANDARD = _Standard()
"""The workspace that the command line would take: `DRIVERS_WORKSPACE`, else the nearest folder around the current one
that has `connectors`, else the user's own."""

PathLike = Union[str, os.PathLike[str]]


class CloseReport(NamedTuple):
    """What closing a host has found."""

    clean: bool
    """All calls and all drivers have ended."""
    abandoned: Mapping[str, Sequence[str]]
    """By connector type, the executions that ignored their stop and are still inside their drivers."""
    stuck: Sequence[str]
    """Connector types that did not end in time, although no call was in them."""


class Host(HostCalls, HostCatalog, HostHistory):
    """Finds drivers, loads them, and runs connections through them, in this process.

    A program makes one and keeps it. All methods may be called from any thread, and several at once; the interpreter's
    lock is not held while a call waits. In the main thread Ctrl-C ends a wait, and cancels the call. Usable in `with`
    and `async with`; hosts that are still open when the interpreter exits are closed then.

    After `os.fork()` the child has none of the host's threads: there every method raises `ForkedError`. Fork before the
    first host is opened, or use multiprocessing's method "spawn".

    Args:
        driver_paths: Folders, or files of single drivers, that are looked into first.
        only_given_paths: Looks into these and nowhere else.
        workspace: The folder with `connectors` and `vaults`; `STANDARD`; None is none: then every call names its type.
        history: `"memory"` or `"none"`; or the path of a SQLite database, which is made if it is missing.
        history_limit: How many executions are kept, 0 is none; None is 1000 in memory, 100,000 of the last 30 days in a
            database.
        log: Gets the log's lines, on any thread; None passes them to the logger `driver_host`.
        log_level: `trace`, `debug`, `info`, `warning` or `error`: lines below it are not made.
        loops: Event loops of the host, each with a thread; None is 1.
        threads: How many calls of blocking drivers run at once, further ones wait; None is 256.
        output_limit: How many bytes of outputs a call may hand back in memory; None is 256 MiB.
        secret_lifetime: For how many seconds a secret is used again without another look at its vault; None is 60,
            0 is not at all.
        secret_timeout: For how many seconds a look at a vault may take; None is 30.
        grace_limit: The longest grace, in seconds, that a driver is granted after a stop; None is 10.
        session_limit: How many sessions of one driver are open at once; None is 64.
        session_calls: How many calls share one session at once, where its driver allows that; None is 1024.
        session_idle: After how many seconds without use a session is closed; None is 60.
        session_age: After how many seconds it is not used again; None is 3600.
        session_check: After how many seconds without use it is checked first; None is 10.

    Raises:
        HostError: An option is wrong.
        ForkedError: This process was forked after a host was opened.
        ImportError: libdriverhost.so is not there, or of another version.
    """

    def __init__(
        self,
        *,
        driver_paths: Iterable[PathLike] = (),
        only_given_paths: bool = False,
        workspace: Union[None, PathLike, _Standard] = None,
        history: PathLike = "memory",
        history_limit: Optional[int] = None,
        log: Optional[LogFunction] = None,
        log_level: str = "warning",
        loops: Optional[int] = None,
        threads: Optional[int] = None,
        output_limit: Optional[int] = None,
        secret_lifetime: Optional[float] = None,
        secret_timeout: Optional[float] = None,
        grace_limit: Optional[float] = None,
        session_limit: Optional[int] = None,
        session_calls: Optional[int] = None,
        session_idle: Optional[float] = None,
        session_age: Optional[float] = None,
        session_check: Optional[float] = None,
    ) -> None:
        self._handle = 0
        self._report: Optional[CloseReport] = None
        check_process()
        self._library = _abi.library()
        if log_level not in LEVELS:
            raise UsageError(f"log_level is one of {', '.join(LEVELS)}", code="usage", stage="input")
        for option, value, least in (
            ("loops", loops, 1), ("threads", threads, 1), ("output_limit", output_limit, 1),
            ("history_limit", history_limit, 0), ("session_limit", session_limit, 1),
            ("session_calls", session_calls, 1),
        ):  # fmt: skip
            if value is not None and value < least:
                raise UsageError(f"{option} is at least {least}; None is the default", code="usage", stage="input")
        if isinstance(driver_paths, (str, os.PathLike)):
            driver_paths = [driver_paths]
        paths = [os.fspath(path) for path in driver_paths]
        further = {
            name: value
            for name, value in (
                ("session_limit", session_limit), ("session_calls", session_calls),
                ("session_idle_ns", nanoseconds(session_idle)), ("session_age_ns", nanoseconds(session_age)),
                ("session_check_ns", nanoseconds(session_check)),
            )
            if value
        }  # fmt: skip
        self._log_context = _runtime.add_context(log or to_logging)

        def write(arena: Arena) -> tuple[int, int, int]:
            options = _abi.HostOptions()
            address = arena.texts(paths)
            options.driver_paths = ctypes.cast(address, ctypes.POINTER(_abi.Text)) if address else None
            options.driver_path_count = len(paths)
            options.flags = _abi.ONLY_GIVEN_PATHS if only_given_paths else 0
            if isinstance(workspace, _Standard):
                options.workspace_rule = _abi.WORKSPACE_STANDARD
            elif workspace is not None:
                options.workspace_rule = _abi.WORKSPACE_FOLDER
                options.workspace = arena.argument(os.fspath(workspace))
            if history == "none" or history_limit == 0:
                options.history_rule = _abi.HISTORY_NONE
            elif history != "memory":
                options.history_rule = _abi.HISTORY_FILE
                options.history_path = arena.argument(os.fspath(history))
            options.log_level_plus_1 = LEVELS[log_level][0] + 1
            options.history_limit = history_limit or 0
            options.loops, options.threads = loops or 0, threads or 0
            options.output_limit = output_limit or 0
            if secret_lifetime is not None:
                options.secret_lifetime_ns = int(secret_lifetime * 1e9) or -1
            options.secret_timeout_ns = nanoseconds(secret_timeout)
            options.grace_limit_ns = nanoseconds(grace_limit)
            options.log, options.log_context = ON_LOG, self._log_context
            options.further = arena.value(further) if further else None
            arena.keep.append(options)
            return ctypes.addressof(options), arena.address + Arena.RESULT, arena.address + Arena.ERROR

        try:
            arena, addresses = arena_with(write)
        except BaseException:
            _runtime.contexts.pop(self._log_context, None)
            raise
        try:
            _runtime.host_is_opened()
            status = self._library.wait_open(*addresses)
            handle, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
        finally:
            arena.give()
        if status < 0:
            _runtime.contexts.pop(self._log_context, None)
            raise error_of(status, error)
        self._handle = handle
        _open_hosts.add(self)

    # MARK: Its end

    def close(self) -> CloseReport:
        """Takes no new calls, asks those in flight to stop, waits for them, and ends the host's threads.

        Waits for each that does not come back no longer than the longest grace of a driver. What was got from the host
        stays valid, its further calls fail. A second close answers the same.

        Returns:
            Whether all has ended, and what has not.
        """
        check_may_wait()
        if self._report is None:
            arena = Arena.take()
            try:
                status = self._library.wait_close(
                    self._handle, arena.address + Arena.RESULT, arena.address + Arena.ERROR
                )
                report, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
            finally:
                arena.give()
            if status < 0:
                raise error_of(status, error)
            document = read_document(report)
            self._report = CloseReport(document["clean"], document["abandoned"], document["stuck"])
            _open_hosts.discard(self)
        return self._report

    async def aclose(self) -> CloseReport:
        """Closes it without holding an event loop up."""
        import asyncio

        return await asyncio.get_running_loop().run_in_executor(None, self.close)

    def __del__(self) -> None:
        handle = getattr(self, "_handle", 0)
        if handle:
            self._handle = 0
            _runtime.release_later(handle)
            _runtime.contexts.pop(self._log_context, None)

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Host:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<Host{' (closed)' if self._report is not None else ''}>"


_open_hosts: weakref.WeakSet[Host] = weakref.WeakSet()


def _close_all() -> None:
    """At the interpreter's exit: afterwards no callback may come."""
    if _runtime.is_forked:
        return
    for host in list(_open_hosts):
        try:
            host.close()
        except Exception as error:
            print(f"driver_host: a host could not be closed: {error}", file=sys.stderr)
        # Its log does not run after this.
        host.__del__()


atexit.register(_close_all)
