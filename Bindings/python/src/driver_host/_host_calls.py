"""Calls of a host, in each way in which they are waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional, Union

from . import _abi, _runtime
from ._call import Call, CallOptions, split
from ._channels import Progress, Sink, Source
from ._errors import UsageError, check_may_wait, check_process, error_of
from ._execution import Execution, end_of, wait_for_end
from ._fan_out import FanOut, ItemFunction, ItemsProgress
from ._host_handle import HostHandle
from ._result import Result
from ._rows import Rows
from ._values import Arena


class HostCalls(HostHandle):
    """The part of a host that makes calls."""

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
        tracestate: Optional[str] = None,
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
            traceparent: W3C trace context that the driver passes on, its header of that name.
            tracestate: The header of that name beside it.
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
            "connector": connector, "traceparent": traceparent, "tracestate": tracestate,
            "vault_secrets": vault_secrets, "resolves_references": resolves_references, "sinks": sinks,
            "sources": sources, "progress": progress,
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


def _refuse_rows(given: Mapping[str, Any]) -> None:
    if "rows" in given:
        raise UsageError(
            "rows are pulled by Host.rows(...) or Host.execution(..., rows=True); an input of this name is given in "
            "`inputs`", code="usage", stage="input",
        )  # fmt: skip
