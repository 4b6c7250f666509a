"""Secrets that must not come into a line of a log."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

# A shorter secret would mask half of every line, and so would a shorter line of one.
_SHORTEST_SECRET, _SHORTEST_LINE = 4, 8
_URL_SAFE = str.maketrans("+/", "-_")


def _encoded_forms(data: bytes) -> set[str]:
    """What base64 has of some bytes wherever they stand in what is encoded, as in a header of basic authentication."""
    forms = set()
    for offset in range(3):
        # Each sign is six bits: which ones are the secret's alone depends on how many bytes stand before it.
        start, end = (offset * 8 + 5) // 6, (offset + len(data)) * 8 // 6
        text = base64.b64encode(bytes(offset) + data).decode()[start:end]
        if len(text) >= _SHORTEST_LINE:
            forms |= {text, text.translate(_URL_SAFE)}
    return forms


def _shown_forms(value: object) -> set[str]:
    """The texts in which a secret may come into a line: as it is, in a `repr`, in JSON, and line by line."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        forms = {repr(data)[2:-1], repr(data + b"'\"")[2:-4]}
        forms |= _encoded_forms(data)
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
    forms |= _encoded_forms(text.encode("utf-8", "surrogatepass"))
    # Also JSON that holds a `repr`.
    forms |= {json.dumps(form, ensure_ascii=ascii_only)[1:-1] for form in forms for ascii_only in (True, False)}
    return {form for form in forms if len(form) >= _SHORTEST_SECRET}


class Secrets:
    """The secrets of a flow's connections: of their inputs, and what drivers have flagged in their outputs."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._known: set[tuple[type, object]] = set()
        self._lock = threading.Lock()

    def keep(self, outputs: Mapping[str, Any], pointers: Iterable[str]) -> None:
        """Remembers what is at JSON pointers of outputs."""
        for pointer in pointers:
            value: Any = outputs
            for name in pointer.split("/")[1:]:
                name = name.replace("~1", "/").replace("~0", "~")
                try:
                    value = value[int(name)] if isinstance(value, list) else value[name]
                except (KeyError, IndexError, ValueError, TypeError):
                    break
            else:
                self.remember(value)

    def remember(self, value: Any) -> None:
        """Remembers a secret, or all that is in one."""
        if isinstance(value, Mapping):
            value = list(value.values())
        if isinstance(value, (list, tuple)):
            for item in value:
                self.remember(item)
            return
        value = bytes(value) if isinstance(value, (bytearray, memoryview)) else value
        with self._lock:
            # Most calls of a flow have the same ones.
            if (type(value), value) not in self._known:
                self._known.add((type(value), value))
                self._forms.update(_shown_forms(value))

    def masked(self, text: str) -> str:
        """The text with stars in the place of each."""
        with self._lock:
            secrets = sorted(self._forms, key=len, reverse=True)
        for secret in secrets:
            text = text.replace(secret, "********")
        return text
