"""What a flow is told when a vault has no secret for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

import driver_host
import flow_api
import support
from nginx import Nginx
from test_flows import run
from vault import Vault


@pytest.fixture
def workspace(vault: Vault, tmp_path: Path) -> Path:
    """A workspace with a configuration of a vault that has one secret."""
    vault.configure(tmp_path)
    vault.write("app/shop", token="the-vaulted-token")
    return tmp_path


def connect_with(workspace: Path, nginx: Nginx, *values: str) -> None:
    """Writes the connector `shop`, with headers of these values."""
    headers = "".join(f"    X-Tenant-{number}: {value}\n" for number, value in enumerate(values))
    support.connector(
        workspace, "shop", f"connector_type: REST\nvalue:\n  url: {nginx.url}/echo\n  headers:\n{headers}"
    )


def outcome_of(workspace: Path, handler: Callable[..., object]) -> flow_api.Outcome:
    with driver_host.Host(driver_paths=[support.products()], only_given_paths=True, workspace=workspace) as host:
        return run(host, handler)


def failure_of(workspace: Path, nginx: Nginx) -> tuple[str, driver_host.HostError]:
    """What a flow fails with that calls `shop`."""
    outcome = outcome_of(workspace, lambda system, this: this.connect("shop").get("output_value"))
    assert type(outcome.error) is flow_api.DependencyFailedError
    assert (outcome.status, outcome.message) == ("ENDED_ERROR", str(outcome.error))
    assert "the-vaulted-token" not in support.text_of(outcome.error)
    # Nothing is sent without the secret.
    assert nginx.requests() == []
    error = outcome.error.error
    assert error is not None and error.stage == "secret"
    return outcome.message, error


WAYS: list[Any] = [
    ("forbidden", "forbidden", "other/shop", lambda vault: None),
    ("missing_path", "not_found", "app/nowhere", lambda vault: None),
    ("sealed", "unavailable", "app/shop", lambda vault: vault.control("seal")),
    ("unreachable", "unavailable", "app/shop", lambda vault: vault.stop()),
]


@pytest.mark.parametrize(("state", "code", "path", "prepare"), WAYS, ids=[way[0] for way in WAYS])
def test_a_vault_that_gives_nothing_has_an_error_of_its_own_for_each_reason(
    vault: Vault, nginx: Nginx, workspace: Path, state: str, code: str, path: str, prepare: Callable[[Vault], object]
) -> None:
    connect_with(workspace, nginx, f"vault.secret(main:{path}.token)")
    prepare(vault)
    message, error = failure_of(workspace, nginx)
    assert (error.vendor_state, error.code) == (state, code)
    assert message.startswith(f"shop: the secret main:{path}.token cannot be had: the vault main ")
    (detail,) = error.details
    assert detail == {
        "reason": state, "configuration": "main", "path": path, "key": "token", "pointer": "/headers/X-Tenant-0",
    }  # fmt: skip
    assert (error.file, error.line) == (str(workspace / "connectors" / "shop.yaml"), 5)


def test_every_key_that_is_missing_is_named_with_its_line(nginx: Nginx, workspace: Path) -> None:
    connect_with(workspace, nginx, "vault.secret(main:app/shop.tokken)", "is vault.secret(main:app/shop.user)")
    message, error = failure_of(workspace, nginx)
    assert (error.vendor_state, error.code) == ("missing_key", "not_found")
    file = workspace / "connectors" / "shop.yaml"
    assert f"{file}:5:" in message and "main:app/shop has no key `tokken`; did you mean `token`?" in message
    assert f"{file}:6:" in message and "main:app/shop has no key `user`" in message
    assert [(detail["key"], detail["pointer"]) for detail in error.details] == [
        ("tokken", "/headers/X-Tenant-0"), ("user", "/headers/X-Tenant-1"),
    ]  # fmt: skip


def test_a_flow_goes_on_once_its_vault_is_unsealed(vault: Vault, nginx: Nginx, workspace: Path) -> None:
    connect_with(workspace, nginx, "vault.secret(main:app/shop.token)")
    vault.control("seal")

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        with pytest.raises(flow_api.DependencyFailedError, match="sealed"):
            this.connect("shop")
        vault.control("unseal")
        return this.connect("shop").get("output_value")

    outcome = outcome_of(workspace, handler)
    assert outcome.error is None, support.text_of(outcome.error)
    assert outcome.output_value["status_code"] == 200
