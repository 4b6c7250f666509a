"""Runs flows."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Optional, Union

import driver_host

from ._execution import Execution, Log
from ._outcome import End, Outcome
from ._script import Handler, load_script
from ._system import System


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
        end = returned if isinstance(returned, End) else End("ENDED_SUCCESS", "")
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
        return this._finish(End("ENDED_ERROR", f"the script called sys.exit(){said}"), error)
    except Exception as error:
        this.cancel()
        return this._finish(End("ENDED_ERROR", str(error) or type(error).__name__), error)
    except BaseException:
        this.cancel()
        this._finish(End("ENDED_CANCELLED", "interrupted"), None)
        raise
    return this._finish(end, None)
