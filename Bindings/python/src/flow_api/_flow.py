"""Flows: what a script is given, and how it is run."""

from __future__ import annotations

import builtins
import hashlib
import importlib.machinery
import importlib.util
import inspect
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum
from types import ModuleType, TracebackType
from typing import Any, Callable, Optional, Sequence, Union

import driver_host

from ._connection import Connection
from ._errors import TimeoutExceededError

Log = Callable[[str], object]

# How long a connection may take to its end when its rows have been read, in seconds.
_ROWS_PATIENCE = 1.0


class ReturnWhen(str, Enum):
    """When `Execution.wait_for` returns."""

    ALL_SUCCEEDED = "ALL_SUCCEEDED"
    """All have succeeded; the first failure is raised."""
    ALL_ENDED = "ALL_ENDED"
    """All have ended, however they did; nothing is raised."""
    FIRST_ENDED = "FIRST_ENDED"
    """The first has ended, however it did; nothing is raised."""

    __str__ = str.__str__


ALL_SUCCEEDED, ALL_ENDED, FIRST_ENDED = ReturnWhen.ALL_SUCCEEDED, ReturnWhen.ALL_ENDED, ReturnWhen.FIRST_ENDED


@dataclass(frozen=True)
class Outcome:
    """How a flow has ended.

    Attributes:
        id: The flow's execution id, the parent of its connections.
        name: What the flow is called.
        status: ENDED_SUCCESS, ENDED_ERROR or ENDED_CANCELLED.
        message: What `this.success` or `this.error` was given, or the exception that has ended it. Free of secrets that
            drivers and vaults have supplied.
        output_value: The flow's outputs.
        duration: In seconds.
        error: The exception that has ended it; None if none has.
    """

    id: str
    name: str
    status: str
    message: str
    output_value: Mapping[str, Any]
    duration: float
    error: Optional[BaseException] = None


@dataclass(frozen=True)
class _End:
    """What `success` and `error` give for the handler to return."""

    status: str
    message: str


# A shorter secret would mask half of every line, and so would a shorter line of one.
_SHORTEST_SECRET, _SHORTEST_LINE = 4, 8


def _shown_forms(value: object) -> set[str]:
    """The texts in which a secret may come into a line: as it is, in a `repr`, in JSON, and line by line."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        forms = {repr(data)[2:-1], repr(data + b"'\"")[2:-4]}
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = ""
    elif isinstance(value, (str, int, float, Decimal)) and not isinstance(value, bool):
        text, forms = str(value), set()
    else:
        return set()
    if len(text or value) < _SHORTEST_SECRET:  # type: ignore[arg-type]
        return set()
    pieces = [text, *(line.strip() for line in text.splitlines() if len(line.strip()) >= _SHORTEST_LINE)]
    for piece in pieces:
        # A `repr` of a longer text that this is in may put the other quotes around it.
        forms |= {piece, repr(piece)[1:-1], repr(piece + "'\"")[1:-4]}
    # Also JSON that holds a `repr`.
    forms |= {json.dumps(form, ensure_ascii=ascii_only)[1:-1] for form in forms for ascii_only in (True, False)}
    return {form for form in forms if len(form) >= _SHORTEST_SECRET}


def _new_id() -> str:
    """A UUID of version 7."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0x3 << 62) | 2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


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


class Execution:
    """The running flow, `this`: the second argument of a handler. All methods may be called from any thread."""

    def __init__(
        self,
        host: driver_host.Host,
        name: str,
        inputs: Mapping[str, Any],
        log: Log,
        max_runtime: Optional[float] = None,
    ) -> None:
        """Made by `run`."""
        self._host = host
        self._log = log
        self._begin = time.monotonic()
        self._max_runtime = max_runtime
        self._fields: dict[str, Any] = {
            "id": _new_id(), "type": "FLOW", "name": name, "status": "RUNNING", "status_message": None,
            "input_value": dict(inputs), "output_value": {}, "created": datetime.now(timezone.utc),
            "started": datetime.now(timezone.utc), "ended": None, "parent": None,
        }  # fmt: skip
        self._children: list[Connection] = []
        self._secrets: set[str] = set()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Execution {self._fields['name']} {self._fields['status']}>"

    # MARK: Connections

    def connect(
        self,
        name: Optional[str] = None,
        *,
        connector_type: Optional[str] = None,
        run: bool = True,
        action: Optional[str] = None,
        vault_secrets: Union[None, str, Sequence[str]] = None,
        **inputs: Any,
    ) -> Connection:
        """Calls a connector, and waits for its end.

        Inputs override those that the connector stores, key by key at the top. `max_runtime`, `retry`, `rate_limit` and
        `max_concurrency` are inputs of every type. Values are None, bool, int, float, `decimal.Decimal`, str, bytes,
        and lists and dicts of these.

        Args:
            name: The name of a connector. With `connector_type` there is no connector, and this names the execution.
            connector_type: A type, such as `REST`, whose connector is defined here, by the inputs.
            run: False makes a connection that is not waited for: `run_async` starts it, and whatever needs its end
                starts it and waits.
            action: An action of the driver, such as `test`; None is its default one.
            vault_secrets: Secrets that are attached to this call in the place of the connector's, each `CONFIG:PATH`.
                References to these, `vault.secret(…)`, stand for them in the inputs; all others are text.
            inputs: Inputs.

        Returns:
            The connection: `.get('output_value')` gives its outputs.

        Raises:
            DependencyFailedError: It ended in an error: one of its subclasses where the inputs are wrong, there is no
                such connector, or it took too long.
            TimeoutExceededError: The time of the flow was up.
        """
        connection = Connection(self, self._host, name, connector_type, action, vault_secrets, inputs)
        if name is None and connector_type is None:
            raise TypeError("this.connect needs the name of a connector, or a connector_type")
        return connection.run() if run else connection

    def wait_for(
        self,
        *connections: Union[Connection, Iterable[Connection]],
        return_when: Union[ReturnWhen, str] = ReturnWhen.ALL_SUCCEEDED,
        timeout: Optional[float] = None,
    ) -> list[Connection]:
        """Starts connections that nobody has started, and waits for several at once.

        Args:
            connections: Connections, or lists of them.
            return_when: `ALL_SUCCEEDED`, `ALL_ENDED` or `FIRST_ENDED`.
            timeout: How long to wait, in seconds; None is for ever. The connections go on after that.

        Returns:
            Those that have ended, in the order in which they were given.

        Raises:
            DependencyFailedError: With ALL_SUCCEEDED, the first that failed; the others go on.
            TimeoutExceededError: The time was up, or that of the flow.
        """
        return_when = ReturnWhen(return_when)
        given: list[Connection] = []
        for item in connections:
            given += [item] if isinstance(item, Connection) else list(item)
        ended: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        for connection in given:
            connection.run_async()
            connection._on_end(lambda connection=connection: ended.put(connection))  # type: ignore[misc]
        limit, is_flow = self._limit(timeout)
        end = None if limit is None else time.monotonic() + limit
        for _ in range(len(given)):
            try:
                connection = ended.get(timeout=None if end is None else max(0.0, end - time.monotonic()))
            except queue.Empty:
                if is_flow:
                    raise self._time_is_up() from None
                raise TimeoutExceededError(f"the connections have not ended after {timeout:g} s") from None
            if return_when is ReturnWhen.FIRST_ENDED:
                break
            if return_when is ReturnWhen.ALL_SUCCEEDED:
                connection.wait()
        return [connection for connection in given if connection._has_ended]

    # MARK: The flow itself

    def log(self, *values: object, **named: object) -> None:
        """Writes a line to the flow's log: the values, and `name=value` of each named one.

        Secrets that drivers and vaults have supplied to connections of this flow are masked in it.
        """
        words = [str(value) for value in values] + [f"{name}={value!r}" for name, value in named.items()]
        self._log(self._masked(" ".join(words)))

    def success(self, message: str = "", *, output_value: Optional[Mapping[str, Any]] = None) -> object:
        """Ends the flow well: `return this.success('all done')`.

        Args:
            message: What has been done.
            output_value: More outputs of the flow.

        Returns:
            What the handler is to return.
        """
        self._fields["output_value"].update(output_value or {})
        return _End("ENDED_SUCCESS", message)

    def error(self, message: str = "", *, output_value: Optional[Mapping[str, Any]] = None) -> object:
        """Ends the flow in an error: `return this.error('nothing to do')`. Otherwise as `success`."""
        self._fields["output_value"].update(output_value or {})
        return _End("ENDED_ERROR", message)

    def set_output(self, name: str, value: object) -> None:
        """Sets one output of the flow."""
        self._fields["output_value"][name] = value

    def get(self, field: str) -> Any:
        """A field of the flow: `id`, `type` (FLOW), `name`, `status`, `status_message`, `input_value`, `output_value`,
        `created`, `started`, `ended`, `parent`.

        Raises:
            ValueError: There is no such field.
        """
        if field not in self._fields:
            raise ValueError(f"a flow has no field {field!r}; there are {', '.join(sorted(self._fields))}")
        return self._fields[field]

    def load(self, *fields: str) -> Any:
        """Several fields at once: the value of one, a tuple of those of several."""
        values = tuple(self.get(field) for field in fields)
        return values[0] if len(values) == 1 else values

    def cancel(self) -> None:
        """Cancels all connections of this flow that have not ended."""
        with self._lock:
            children = list(self._children)
        for child in children:
            if not child._has_ended:
                child.cancel()

    # MARK: Inside

    def _started(self, connection: Connection) -> None:
        with self._lock:
            if connection not in self._children:
                # Those that have ended need no care any more; a flow may make very many.
                self._children = [child for child in self._children if not child._has_ended]
                self._children.append(connection)

    def _limit(self, timeout: Optional[float]) -> tuple[Optional[float], bool]:
        """How long a wait may take, and whether it is the flow's own time that says so."""
        if self._max_runtime is None:
            return timeout, False
        left = max(0.0, self._begin + self._max_runtime - time.monotonic())
        return (timeout, False) if timeout is not None and timeout < left else (left, True)

    def _time_is_up(self) -> TimeoutExceededError:
        return TimeoutExceededError(f"the flow has not ended after its max_runtime of {self._max_runtime:g} s")

    def _keep_secret(self, result: driver_host.Result) -> None:
        """Remembers the secret outputs of a connection for the log."""
        self._keep_secrets(result, result.secrets)

    def _keep_secrets(self, outputs: Mapping[str, Any], pointers: Iterable[str]) -> None:
        for pointer in pointers:
            value: Any = outputs
            for name in pointer.split("/")[1:]:
                name = name.replace("~1", "/").replace("~0", "~")
                try:
                    value = value[int(name)] if isinstance(value, list) else value[name]
                except (KeyError, IndexError, ValueError, TypeError):
                    break
            else:
                self._remember(value)

    def _remember(self, value: Any) -> None:
        if isinstance(value, Mapping):
            value = list(value.values())
        if isinstance(value, (list, tuple)):
            for item in value:
                self._remember(item)
            return
        with self._lock:
            self._secrets.update(_shown_forms(value))

    def _masked(self, text: str) -> str:
        with self._lock:
            secrets = sorted(self._secrets, key=len, reverse=True)
        for secret in secrets:
            text = text.replace(secret, "********")
        return text

    def _finish(self, end: _End, error: Optional[BaseException]) -> Outcome:
        message = self._masked(end.message)
        self._fields.update(status=end.status, status_message=message, ended=datetime.now(timezone.utc))
        return Outcome(
            self._fields["id"], self._fields["name"], end.status, message, self._fields["output_value"],
            time.monotonic() - self._begin, error,
        )  # fmt: skip

    def _await_children(self) -> None:
        """Those that the handler has started and not waited for belong to the flow all the same."""
        with self._lock:
            children = [child for child in self._children if not child._has_ended]
        for child in children:
            try:
                # Rows that nobody reads would hold it for ever; of those that were read it ends soon.
                child._end(_ROWS_PATIENCE if child._streams_rows else None)
            except TimeoutExceededError:
                if not child._streams_rows:
                    raise
                child.cancel()


Handler = Callable[..., object]


class _ScriptLoader(importlib.machinery.SourceFileLoader):
    """Reads scripts, and leaves no compiled copy beside them: what stands in a script stays there alone.

    What they import is looked for beside them first: see `_folder_package`.
    """

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Writes nothing."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs it, with an `import` of its folder's own."""
        package = module.__dict__.get("__flow_package__") or module.__name__.partition(".")[0]
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": _import_of(package)}
        super().exec_module(module)


class _SiblingFinder:
    """Finds the modules beside scripts: those of the packages that stand for their folders."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name.partition(".")[0] not in _folders:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = _ScriptLoader(name, spec.loader.path)
        return spec


# By the names of their packages.
_folders: dict[str, str] = {}
_folders_lock = threading.Lock()
# These mean the same in every script.
_COMMON = {"flow_api", "driver_host", *sys.builtin_module_names, *getattr(sys, "stdlib_module_names", ())}


def _folder_package(folder: str) -> str:
    """The name of a package that stands for a folder with scripts.

    A module beside a script is one of this package, though the script imports it by its bare name: scripts of different
    folders have their own modules of one name, also when they run at once or import while they run.
    """
    name = f"flow_folder_{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    with _folders_lock:
        if name not in _folders:
            if not any(isinstance(finder, _SiblingFinder) for finder in sys.meta_path):
                sys.meta_path.insert(0, _SiblingFinder())
            package = ModuleType(name)
            package.__path__ = [folder]
            sys.modules[name] = package
            _folders[name] = folder
    return name


def _import_of(package: str) -> Callable[..., Any]:
    folder = _folders[package]

    def is_sibling(name: str) -> bool:
        if name in _COMMON:
            return False
        if f"{package}.{name}" in sys.modules:
            return True
        spec = importlib.machinery.PathFinder.find_spec(name, [folder])
        # A mere folder is no module that could hide another one.
        return spec is not None and spec.has_location

    def import_(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        top = name.partition(".")[0]
        if level or not is_sibling(top):
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = builtins.__import__(f"{package}.{name}", globals, locals, fromlist, 0)
        return module if fromlist else sys.modules[f"{package}.{top}"]

    return import_


def load_script(path: Union[str, os.PathLike[str]]) -> Handler:
    """The `handler` of a flow script. Modules beside the script can be imported by it, and are its folder's own.

    Raises:
        ValueError: The script has none.
        Exception: Whatever the script raises when it is read.
    """
    file = os.path.abspath(os.fspath(path))
    folder, name = os.path.split(file)
    package = _folder_package(folder)
    module_name = f"flow_script_{os.path.splitext(name)[0]}_{package.rpartition('_')[2]}"
    spec = importlib.util.spec_from_file_location(module_name, file, loader=_ScriptLoader(module_name, file))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module)["__flow_package__"] = package
    # What was written just now is seen, too.
    importlib.invalidate_caches()
    # For importlib.import_module and pickle, which know nothing of packages for folders.
    if folder not in sys.path:
        sys.path.insert(0, folder)
    # Data classes and pickles look their module up there.
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    handler = getattr(module, "handler", None)
    if not callable(handler):
        raise ValueError(f"{name} has no function `handler(system, this, inputs)`")
    found: Handler = handler
    return found


def _arguments(handler: Handler, *given: object) -> tuple[object, ...]:
    """Those of `system, this, inputs` that a handler takes."""
    parameters = inspect.signature(handler).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return given
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return given[: sum(parameter.kind in positional for parameter in parameters)]


def trace_of(error: BaseException) -> list[str]:
    """Where an exception has come from, a line a frame: without the source, in which secrets may stand."""
    lines = []
    trace: Optional[TracebackType] = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f'  File "{code.co_filename}", line {trace.tb_lineno}, in {code.co_name}')
        trace = trace.tb_next
    return lines


def run(
    handler: Union[Handler, str, os.PathLike[str]],
    inputs: Optional[Mapping[str, Any]] = None,
    *,
    host: driver_host.Host,
    name: Optional[str] = None,
    log: Optional[Log] = None,
    max_runtime: Optional[float] = None,
) -> Outcome:
    """Runs a flow to its end: what an engine calls.

    Connections that the handler has started and not waited for are waited for when it has succeeded, and cancelled when
    it has not.

    Args:
        handler: A function `handler(system, this, inputs)`, or the path of a script that defines one.
        inputs: The flow's inputs.
        host: The host that runs its connections.
        name: What the flow is called; None is the script's or the function's name.
        log: Gets the lines of `this.log`; None is stderr.
        max_runtime: How long the flow may wait for its connections, in seconds; None is for ever.

    Returns:
        How it has ended. What the handler raises is in it, not raised.

    Raises:
        KeyboardInterrupt: Ctrl-C: all connections were cancelled. So with all that is no `Exception`, but for
            `SystemExit`, which makes the flow fail.
    """
    if not callable(handler):
        name = name or os.path.splitext(os.path.basename(os.fspath(handler)))[0]
        handler = load_script(handler)
    name = name or str(getattr(handler, "__name__", "flow"))

    def to_stderr(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    this = Execution(host, name, inputs or {}, log or to_stderr, max_runtime)
    try:
        returned = handler(*_arguments(handler, System(host), this, dict(inputs or {})))
        end = returned if isinstance(returned, _End) else _End("ENDED_SUCCESS", "")
        if isinstance(returned, Mapping):
            this.success(output_value=returned)
        if end.status == "ENDED_SUCCESS":
            this._await_children()
        else:
            this.cancel()
    except SystemExit as error:
        # It ends the flow, not the program that runs it.
        this.cancel()
        said = "" if error.code is None else f": {error.code}"
        return this._finish(_End("ENDED_ERROR", f"the script called sys.exit(){said}"), error)
    except Exception as error:
        this.cancel()
        return this._finish(_End("ENDED_ERROR", str(error) or type(error).__name__), error)
    except BaseException:
        this.cancel()
        this._finish(_End("ENDED_CANCELLED", "interrupted"), None)
        raise
    return this._finish(end, None)
