"""The host."""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
import sys
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, Union

from . import _abi, _runtime
from ._call import Call, CallOptions, nanoseconds, split
from ._channels import Progress, Sink, Source
from ._errors import UsageError, check_may_wait, check_process, error_of, read_document
from ._execution import Execution, end_of, wait_for_end
from ._fan_out import FanOut, ItemFunction, ItemsProgress
from ._result import Result
from ._rows import Rows
from ._values import Arena, arena_with, read_text

_log = logging.getLogger("driver_host")


class _Standard:
    def __repr__(self) -> str:
        return "driver_host.STANDARD"


STANDARD = _Standard()
"""The workspace that the command line would take: `DRIVERS_WORKSPACE`, else the nearest folder around the current one
that has `connectors`, else the user's own."""

PathLike = Union[str, "os.PathLike[str]"]

_LEVELS = {
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


def _to_logging(line: LogLine) -> None:
    prefix = f"{line.driver}: " if line.driver else ""
    _log.log(_LEVELS[line.level][1], "%s%s", prefix, line.message, extra={"execution_id": line.execution_id})


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


class CloseReport(NamedTuple):
    """What closing a host has found."""

    clean: bool
    """No call was left inside a driver."""
    abandoned: Mapping[str, Sequence[str]]
    """By connector type, the executions that ignored their stop and are still inside their drivers."""


class Host:
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
    ) -> None:
        self._handle = 0
        self._report: Optional[CloseReport] = None
        check_process()
        self._library = _abi.library()
        if log_level not in _LEVELS:
            raise UsageError(f"log_level is one of {', '.join(_LEVELS)}", code="usage", stage="input")
        for option, value, least in (
            ("loops", loops, 1), ("threads", threads, 1), ("output_limit", output_limit, 1),
            ("history_limit", history_limit, 0),
        ):  # fmt: skip
            if value is not None and value < least:
                raise UsageError(f"{option} is at least {least}; None is the default", code="usage", stage="input")
        if isinstance(driver_paths, (str, os.PathLike)):
            driver_paths = [driver_paths]
        paths = [os.fspath(path) for path in driver_paths]
        self._log_context = _runtime.add_context(log or _to_logging)

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
                options.workspace = self._text(arena, os.fspath(workspace))
            if history == "none" or history_limit == 0:
                options.history_rule = _abi.HISTORY_NONE
            elif history != "memory":
                options.history_rule = _abi.HISTORY_FILE
                options.history_path = self._text(arena, os.fspath(history))
            options.log_level_plus_1 = _LEVELS[log_level][0] + 1
            options.history_limit = history_limit or 0
            options.loops, options.threads = loops or 0, threads or 0
            options.output_limit = output_limit or 0
            if secret_lifetime is not None:
                options.secret_lifetime_ns = int(secret_lifetime * 1e9) or -1
            options.secret_timeout_ns = nanoseconds(secret_timeout)
            options.grace_limit_ns = nanoseconds(grace_limit)
            options.log, options.log_context = _abi.address_of(_on_log_fn), self._log_context
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

    @staticmethod
    def _text(arena: Arena, text: str) -> _abi.Text:
        data = text.encode()
        return _abi.Text(arena.bytes(data), len(data))

    # MARK: Its end

    def close(self) -> CloseReport:
        """Takes no new calls, asks those in flight to stop, waits for them, and ends the host's threads.

        Takes no longer than the longest grace of a driver. What was got from the host stays valid, its further calls
        fail. A second close answers the same.

        Returns:
            Whether all calls have ended, and which have not.
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
            self._report = CloseReport(document["clean"], document["abandoned"])
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

    # MARK: Calls

    def connect(
        self,
        name: Optional[str] = None,
        inputs: Optional[Mapping[str, Any]] = None,
        *,
        connector_type: Optional[str] = None,
        vault: Optional[str] = None,
        action: Optional[str] = None,
        timeout: Optional[float] = None,
        parent: Optional[str] = None,
        connector: Optional[str] = None,
        traceparent: Optional[str] = None,
        vault_secrets: Union[None, str, Sequence[str]] = None,
        resolves_references: bool = False,
        sinks: Optional[Mapping[str, Sink]] = None,
        sources: Optional[Mapping[str, Source]] = None,
        progress: Optional[Progress] = None,
        **more_inputs: Any,
    ) -> Result:
        """Runs one call and waits for its end.

        Inputs are None, bool, int, float, `decimal.Decimal`, str, bytes, and lists and dicts of these. They override a
        connector's stored ones key by key at the top; None takes one away. `retry`, `rate_limit`, `max_concurrency` and
        `max_runtime` are inputs of every type.

        Args:
            name: A connector of the workspace; with `connector_type` what the execution is called.
            inputs: Inputs as a mapping; `more_inputs` are laid over them. Inputs that have the name of an argument of
                this method are given here.
            connector_type: A type, `REST`, or one driver of it, `REST@org.example.rest`.
            vault: A vault configuration of the workspace, in the place of a connector.
            action: An action of the driver; None is its default one.
            timeout: After how many seconds the call is asked to stop, with all of its attempts.
            parent: The id of the execution that makes this one.
            connector: For calls of a type: a connector's name, for logs, limits and the driver.
            traceparent: W3C trace context that the driver passes on.
            vault_secrets: Secrets that are attached to this call, each `CONFIG:PATH`, in the place of the connector's.
            resolves_references: Texts in the inputs that refer to secrets, `vault.secret(…)`, stand for them. Otherwise
                only those to `vault_secrets` do, so that what came from elsewhere cannot read the vaults.
            sinks: Where output channels go, by their names; one that is not named goes nowhere.
            sources: Where input channels come from.
            progress: Hears how far the call is, on a thread of the driver.
            more_inputs: More inputs.

        Returns:
            The outputs.

        Raises:
            HostError: The call failed, with everything that is known; a subclass for each code.
            UsageError: This is a callback of the host, which must not wait.
            BaseException: What a sink, a source or `progress` has raised.
        """
        _refuse_rows(more_inputs)
        check_may_wait()
        options: CallOptions = {
            "connector_type": connector_type, "vault": vault, "action": action, "timeout": timeout, "parent": parent,
            "connector": connector, "traceparent": traceparent, "vault_secrets": vault_secrets,
            "resolves_references": resolves_references, "sinks": sinks, "sources": sources, "progress": progress,
        }  # fmt: skip
        if threading.get_ident() == threading.main_thread().ident:
            # A call that is waited for inside the library would not hear of Ctrl-C.
            handle, call = self._create(name, inputs, options, more_inputs)
            try:
                status, result, error = wait_for_end(handle, None)
            except BaseException:
                self._library.wait_cancel(handle)
                if call.hooks is None:
                    self._library.wait_release(handle)
                else:
                    # Its callbacks go on until its end, and then their contexts are to go.
                    _runtime.release_at_end(handle, call.hooks.forget)
                raise
            self._library.wait_release(handle)
            return end_of(status, result, error, call.hooks)
        call = Call(name, inputs, more_inputs, options)
        arena, (target, tree, place) = call.written()
        try:
            address = arena.address
            status = self._library.wait_connect(
                self._handle, target, tree, place, address + Arena.RESULT, address + Arena.ERROR
            )
            result, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
        finally:
            arena.give()
        return end_of(status, result, error, call.hooks)

    def _create(
        self, name: Optional[str], inputs: Optional[Mapping[str, Any]], options: CallOptions, more: dict[str, Any]
    ) -> tuple[int, Call]:
        call = Call(name, inputs, more, options)
        arena, (target, tree, place) = call.written()
        try:
            address = arena.address
            status = self._library.wait_create(
                self._handle, target, tree, place, address + Arena.RESULT, address + Arena.ERROR
            )
            handle, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
        finally:
            arena.give()
        if status < 0:
            if call.hooks is not None:
                call.hooks.forget()
            raise error_of(status, error)
        return handle, call

    async def aconnect(
        self, name: Optional[str] = None, inputs: Optional[Mapping[str, Any]] = None, **options_and_inputs: Any
    ) -> Result:
        """The same as `connect`, with its arguments, awaited in an event loop of asyncio.

        Cancelling the task cancels the call, on the remote side too; the task need not wait for that. Thousands of
        calls may be awaited at once.
        """
        from ._aio import run

        _refuse_rows(options_and_inputs)
        check_process()
        _runtime.release_garbage()
        handle, call = self._create(name, inputs, *split(options_and_inputs))
        return await run(handle, call.hooks)

    def execution(
        self,
        name: Optional[str] = None,
        inputs: Optional[Mapping[str, Any]] = None,
        *,
        rows: bool = False,
        **options_and_inputs: Any,
    ) -> Execution:
        """A call that is started, waited for and cancelled apart. Arguments as with `connect`.

        Args:
            name: As with `connect`.
            inputs: As with `connect`.
            rows: Rows are pulled by `Execution.rows`; otherwise they become outputs, lists of dicts.
            options_and_inputs: As with `connect`.

        Returns:
            The execution, which is NEW. What is wrong with its inputs shows when it runs.
        """
        check_process()
        _runtime.release_garbage()
        if rows:
            options_and_inputs["rows"] = True
        handle, call = self._create(name, inputs, *split(options_and_inputs))
        return Execution(self, handle, call.hooks)

    def rows(
        self, name: Optional[str] = None, inputs: Optional[Mapping[str, Any]] = None, **options_and_inputs: Any
    ) -> Rows:
        """Runs a call and waits for its first stream of rows: `pyarrow.table(host.rows("db", query="…"))`.

        The call stays in flight until the rows were read or closed. Arguments as with `connect`. Calls with several
        streams, or whose outputs matter too, are made by `execution(rows=True)`.

        Raises:
            HostError: The call failed before there were rows.
            UsageError: It put out no rows.
        """
        execution = self.execution(name, inputs, **{**options_and_inputs, "rows": True})
        try:
            rows = execution.rows()
        except BaseException:
            execution.cancel()
            raise
        if rows is None:
            execution.wait()
            raise UsageError("the call put out no rows", code="usage", stage="call")
        return rows

    def connect_many(
        self,
        items: Iterable[Mapping[str, Any]],
        name: Optional[str] = None,
        inputs: Optional[Mapping[str, Any]] = None,
        *,
        parallel: Optional[int] = None,
        fail_fast: bool = False,
        on_item: Optional[ItemFunction] = None,
        on_progress: Optional[ItemsProgress] = None,
        **options_and_inputs: Any,
    ) -> FanOut:
        """Makes one call for each item, several at once: each has `inputs` with those of its item laid over them.

        Iterate over what is returned to get each `Item` as it ends, or give `on_item`, which hears of each on a thread
        of the host, and `wait`.

        Args:
            items: The inputs of each call. They are read before this returns.
            name: As with `connect`.
            inputs: As with `connect`.
            parallel: How many there are at once; None is 16.
            fail_fast: The first failure cancels those that run, and those that wait are not begun.
            on_item: Gets each `Item`, one at a time; may wait, the next one waits for it.
            on_progress: Gets how many items have ended, of how many; as `on_item`.
            options_and_inputs: As with `connect`. All items share the channels: a source is bytes or a path, a sink is
                no path.

        Returns:
            The fan-out, which was started.
        """
        _refuse_rows(options_and_inputs)
        check_process()
        _runtime.release_garbage()
        options, more = split(options_and_inputs)
        call = Call(name, inputs, more, options)
        return FanOut(self._handle, call, list(items), parallel, fail_fast, on_item, on_progress)

    # MARK: What there is

    def _document(self, function: Any, *arguments: Any) -> Any:
        """What a function answers as a document."""
        check_process()
        _runtime.release_garbage()
        arena = Arena.take()
        try:
            texts: list[Any] = [
                self._text(arena, argument) if isinstance(argument, str) else argument for argument in arguments
            ]
            status = function(self._handle, *texts, arena.address + Arena.RESULT, arena.address + Arena.ERROR)
            document, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
        finally:
            arena.give()
        if status < 0:
            raise error_of(status, error)
        return read_document(document)

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
            status = self._library.wait_load(
                self._handle, self._text(arena, connector_type), arena.address + Arena.ERROR
            )
            _, error = _abi.HANDLES.unpack_from(arena.buffer, 0)
        finally:
            arena.give()
        if status < 0:
            raise error_of(status, error)

    def statistics(self) -> dict[str, Any]:
        """How the host and its drivers fare at this moment: threads, calls by driver and state, bytes, sessions."""
        document: dict[str, Any] = self._document(self._library.wait_statistics)
        return document

    # MARK: History

    def executions(
        self,
        *,
        statuses: Optional[Sequence[str]] = None,
        connector: Optional[str] = None,
        connector_type: Optional[str] = None,
        parent: Optional[str] = None,
        since: Optional[float] = None,
        before: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> list[dict[str, Any]]:
        """Executions that are kept, the newest first; inputs and outputs are masked.

        Args:
            statuses: Only these, of `Status`.
            connector: Only those of this connector.
            connector_type: Only those of this type.
            parent: Only the children of this execution.
            since: Only those created since this time, in seconds since 1970.
            before: An id: the next page after it.
            limit: At most so many; None is 100.

        Returns:
            Of each `id`, `name`, `type`, `connector`, `connector_type`, `action`, `parent`, `status`,
            `status_message`, `error_code`, `created`, `started`, `ended` (nanoseconds since 1970), `duration_ns`,
            `attempts`, `driver`, `driver_version`, `input`, `output`, `dropped_output_size`; None where there is
            nothing to say.
        """
        check_may_wait()
        query: dict[str, Any] = {
            "statuses": None if statuses is None else [str(status) for status in statuses],
            "connector": connector, "connector_type": connector_type, "parent": parent,
            "since": None if since is None else int(since * 1e9), "before": before, "limit": limit,
        }  # fmt: skip
        query = {name: value for name, value in query.items() if value is not None}
        arena, address = arena_with(lambda arena: arena.value(query) if query else 0)
        try:
            records: list[dict[str, Any]] = self._document(self._library.wait_executions, address)
            return records
        finally:
            arena.give()

    def execution_record(self, execution_id: str) -> dict[str, Any]:
        """What is kept of one execution, as with `executions`.

        Raises:
            NotFoundError: None of this id is kept.
        """
        check_may_wait()
        record: dict[str, Any] = self._document(self._library.wait_record, execution_id)
        return record

    def prune(self, *, age: Optional[float] = None, count: Optional[int] = None) -> int:
        """Forgets executions that ended longer than `age` seconds ago, and all but the newest `count`.

        Returns:
            How many there were.
        """
        check_may_wait()
        removed = ctypes.c_uint64()
        error = ctypes.c_uint64()
        status = self._library.wait_prune(
            self._handle, -1 if age is None else int(age * 1e9), -1 if count is None else count,
            ctypes.addressof(removed), ctypes.addressof(error),
        )  # fmt: skip
        if status < 0:
            raise error_of(status, error.value)
        return removed.value


def _refuse_rows(given: Mapping[str, Any]) -> None:
    if "rows" in given:
        raise UsageError(
            "rows are pulled by Host.rows(...) or Host.execution(..., rows=True); an input of this name is given in "
            "`inputs`", code="usage", stage="input",
        )  # fmt: skip


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
