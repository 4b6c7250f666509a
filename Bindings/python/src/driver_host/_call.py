"""One call as it is written for the library. Nothing here is public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional, TypedDict, Union, cast

from . import _abi
from ._channels import PROGRESS, Hooks, Progress, Sink, Source, write_sinks, write_sources
from ._errors import InvalidInputError, UsageError
from ._values import Arena, arena_with, fault_of


class CallOptions(TypedDict, total=False):
    """What a call is told beside its inputs: the arguments of `Host.connect`, where each is described, and `rows`.

    One that is None is as good as left out.
    """

    connector_type: Optional[str]
    vault: Optional[str]
    action: Optional[str]
    timeout: Optional[float]
    parent: Optional[str]
    connector: Optional[str]
    traceparent: Optional[str]
    tracestate: Optional[str]
    vault_secrets: Union[None, str, Sequence[str]]
    resolves_references: bool
    sinks: Optional[Mapping[str, Sink]]
    sources: Optional[Mapping[str, Source]]
    progress: Optional[Progress]
    rows: bool


_NAMES = CallOptions.__optional_keys__


def split(given: dict[str, Any]) -> tuple[CallOptions, dict[str, Any]]:
    """The options among keywords, and the inputs, which are the rest."""
    options: dict[str, Any] = {}
    for name in tuple(given):
        if name in _NAMES:
            options[name] = given.pop(name)
    return cast(CallOptions, options), given


class Call:
    """What a call goes to, with which inputs, and how it is run."""

    __slots__ = ("has_options", "hooks", "inputs", "kind", "name", "options", "target", "timeout_ns", "vault_secrets")

    def __init__(
        self,
        name: Optional[str],
        inputs: Optional[Mapping[str, Any]],
        more: Mapping[str, Any],
        options: CallOptions,
    ) -> None:
        connector_type, vault = options.get("connector_type"), options.get("vault")
        if connector_type is not None:
            self.kind, self.target, self.name = _abi.TARGET_TYPE, connector_type, name
        elif vault is not None:
            self.kind, self.target, self.name = _abi.TARGET_VAULT, vault, name
        elif name is not None:
            self.kind, self.target, self.name = _abi.TARGET_CONNECTOR, name, None
        else:
            raise TypeError("a call needs the name of a connector, or a connector_type")
        if inputs is None:
            self.inputs: Any = more
        else:
            self.inputs = {**inputs, **more} if more else inputs
        self.options = options
        self.hooks: Optional[Hooks] = None
        self.has_options = self.name is not None
        for option, value in options.items():
            if value is not None and value is not False and option not in ("connector_type", "vault"):
                self.has_options = True
                break
        if self.has_options:
            self.timeout_ns = nanoseconds(options.get("timeout"))
            secrets = options.get("vault_secrets")
            self.vault_secrets = [secrets] if isinstance(secrets, str) else None if secrets is None else list(secrets)
            if options.get("sinks") or options.get("sources") or options.get("progress"):
                self.hooks = Hooks()

    def write(self, arena: Arena) -> tuple[int, int, int]:
        """The addresses of target, inputs and options."""
        data = self.target.encode()
        _abi.TARGET.pack_into(arena.buffer, Arena.TARGET, self.kind, 0, arena.bytes(data), len(data))
        inputs = arena.value(self.inputs) if self.inputs else 0
        return arena.address + Arena.TARGET, inputs, self._write_options(arena) if self.has_options else 0

    def _write_options(self, arena: Arena) -> int:
        options, hooks = self.options, self.hooks
        offset = arena.block(_abi.CALL_OPTIONS.size)
        words: list[int] = []
        for text in (
            options.get("action"), self.name, options.get("parent"), options.get("connector"),
        ):  # fmt: skip
            data = text.encode() if text else b""
            words += (arena.bytes(data), len(data)) if data else (0, 0)
        traces = {"traceparent": options.get("traceparent"), "tracestate": options.get("tracestate")}
        further = {name: text for name, text in traces.items() if text}
        sinks, sources, progress = options.get("sinks") or {}, options.get("sources") or {}, options.get("progress")
        sinks_at = sources_at = 0
        progress_at = (0, 0)
        if hooks is not None:
            # Once more where the arena was too small.
            hooks.forget()
            sinks_at = write_sinks(arena, sinks, hooks) if sinks else 0
            sources_at = write_sources(arena, sources, hooks) if sources else 0
            progress_at = (PROGRESS, hooks.add(progress)) if progress else (0, 0)
        secrets = self.vault_secrets
        flags = (
            (_abi.RESOLVES_REFERENCES if options.get("resolves_references") else 0)
            | (_abi.HAS_VAULT_SECRETS if secrets is not None else 0)
            | (_abi.STREAMS_ROWS if options.get("rows") else 0)
        )
        _abi.CALL_OPTIONS.pack_into(
            arena.buffer, offset, *words, arena.value(further) if further else 0,
            arena.texts(secrets) if secrets else 0, len(secrets or ()), flags, 0, self.timeout_ns,
            sinks_at, len(sinks), sources_at, len(sources), *progress_at, 0, 0,
        )  # fmt: skip
        return arena.address + offset

    def written(self, write: Optional[Callable[[Arena], Any]] = None) -> tuple[Arena, Any]:
        """An arena with the call in it, to be given back, and the addresses.

        Raises:
            InvalidInputError: An input is of a type or has a value that no input can have.
        """
        try:
            return arena_with(write or self.write)
        except Exception as error:
            if self.hooks is not None:
                self.hooks.forget()
            raise self._fault(error) from None

    def _fault(self, error: Exception) -> Exception:
        # The original may hold the input itself, as UnicodeEncodeError does: it is not shown, and not chained.
        fault = fault_of(self.inputs)
        if fault is None:
            return error
        pointer, message = fault
        place = f"input {pointer}" if pointer else "the inputs"
        return InvalidInputError(f"{place}: {message}", code="invalid_input", stage="input", pointer=pointer)


def nanoseconds(seconds: Optional[float]) -> int:
    """A time limit for the library: 0 is none.

    Raises:
        UsageError: It is not above 0.
    """
    if seconds is None:
        return 0
    if not seconds > 0:
        raise UsageError("a timeout is in seconds and above 0; None is none", code="usage", stage="input")
    # Longer than 292 years is for ever.
    return 0 if seconds > 9e9 else max(1, int(seconds * 1e9))
