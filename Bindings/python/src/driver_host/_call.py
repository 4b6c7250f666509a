"""One call as it is written for the library. Nothing here is public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional, Union

from . import _abi
from ._channels import PROGRESS, Hooks, Progress, Sink, Source, write_sinks, write_sources
from ._errors import InvalidInputError, UsageError
from ._values import Arena, arena_with, fault_of


class Call:
    """What a call goes to, with which inputs, and how it is run."""

    __slots__ = (
        "action", "connector", "flags", "hooks", "inputs", "kind", "name", "options", "parent", "progress", "sinks",
        "sources", "target", "timeout_ns", "traceparent", "vault_secrets",
    )  # fmt: skip

    def __init__(
        self,
        name: Optional[str],
        inputs: Optional[Mapping[str, Any]],
        more: Mapping[str, Any],
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
        rows: bool = False,
    ) -> None:
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
        if vault_secrets is not None:
            vault_secrets = [vault_secrets] if isinstance(vault_secrets, str) else list(vault_secrets)
        self.options = any(
            value is not None
            for value in (
                self.name, action, timeout, parent, connector, traceparent, vault_secrets, sinks, sources, progress,
            )
        )  # fmt: skip
        self.hooks: Optional[Hooks] = None
        self.flags = 0
        if self.options or resolves_references or rows:
            self.options = True
            self.timeout_ns = nanoseconds(timeout)
            self.flags = (
                (_abi.RESOLVES_REFERENCES if resolves_references else 0)
                | (_abi.HAS_VAULT_SECRETS if vault_secrets is not None else 0)
                | (_abi.STREAMS_ROWS if rows else 0)
            )
            self.action, self.parent, self.connector, self.traceparent = action, parent, connector, traceparent
            self.vault_secrets, self.sinks, self.sources, self.progress = vault_secrets, sinks, sources, progress
            if sinks or sources or progress:
                self.hooks = Hooks()

    def write(self, arena: Arena) -> tuple[int, int, int]:
        """The addresses of target, inputs and options."""
        data = self.target.encode()
        _abi.TARGET.pack_into(arena.buffer, Arena.TARGET, self.kind, 0, arena.bytes(data), len(data))
        inputs = arena.value(self.inputs) if self.inputs else 0
        return arena.address + Arena.TARGET, inputs, self._write_options(arena) if self.options else 0

    def _write_options(self, arena: Arena) -> int:
        offset = arena.block(_abi.CALL_OPTIONS.size)
        words: list[int] = []
        for text in (self.action, self.name, self.parent, self.connector, self.traceparent):
            data = text.encode() if text else b""
            words += (arena.bytes(data), len(data)) if data else (0, 0)
        hooks = self.hooks
        if hooks is not None:
            # Once more where the arena was too small.
            hooks.forget()
            sinks = write_sinks(arena, self.sinks, hooks) if self.sinks else 0
            sources = write_sources(arena, self.sources, hooks) if self.sources else 0
            progress = (PROGRESS, hooks.add(self.progress)) if self.progress else (0, 0)
        else:
            sinks = sources = 0
            progress = (0, 0)
        _abi.CALL_OPTIONS.pack_into(
            arena.buffer, offset, *words,
            arena.texts(self.vault_secrets) if self.vault_secrets else 0, len(self.vault_secrets or ()),
            self.flags, 0, self.timeout_ns,
            sinks, len(self.sinks or ()), sources, len(self.sources or ()), *progress, 0, 0,
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
