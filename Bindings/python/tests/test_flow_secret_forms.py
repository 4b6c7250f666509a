"""In which forms a flow's log knows a secret."""

from __future__ import annotations

import base64

import pytest

from flow_api._secrets import Secrets


@pytest.mark.parametrize("secret", ["correct-horse", "päss-wörd", b"\x00\xff\xfebinarykey123456"])
def test_a_secret_is_masked_in_base64_wherever_it_stands_in_it(secret: str | bytes) -> None:
    secrets = Secrets()
    secrets.remember(secret)
    data = secret.encode() if isinstance(secret, str) else secret
    for before in (b"", b"a", b"an", b"ann:"):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(before + data + b"!").decode()
            assert secrets.masked(f"Basic {encoded}") != f"Basic {encoded}"


def test_numbers_that_are_equal_and_read_otherwise_are_both_masked() -> None:
    secrets = Secrets()
    secrets.remember(1234.0)
    secrets.remember(1234)
    assert secrets.masked("pin 1234, or 1234.0") == "pin ********, or ********"


def test_what_is_too_short_to_be_told_from_chance_is_left() -> None:
    secrets = Secrets()
    secrets.remember("abc")
    secrets.remember(["123", b"xy"])
    assert secrets.masked("abc 123 xy") == "abc 123 xy"
