"""Flows with everything that is real: the drivers VAULT and REST, a vault, nginx."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import driver_host
import flow_api
import support
from nginx import Nginx
from test_flows import result_of
from vault import Vault

TYPES = {
    "port": 5432, "exact": 2**63 + 7, "ratio": 0.5, "open": True, "limits": {"rate": 2.5, "names": ["a", "b"]},
    "nothing": None, "digits": "5432",
}  # fmt: skip


@pytest.fixture
def workspace(vault: Vault, nginx: Nginx, tmp_path: Path) -> Path:
    """A workspace whose connectors go to nginx with what the vault `main` holds."""
    workspace = tmp_path / "workspace"
    vault.configure(workspace)
    vault.write("app/shop", token="the-vaulted-token", tenant="blue-tenant", **TYPES)
    references = "\n".join(f"    {name}: vault.secret(main:app/shop.{name})" for name in TYPES)
    support.connector(
        workspace, "shop",
        f"connector_type: REST\nvalue:\n  url: {nginx.url}/echo\n  method: post\n"
        "  headers: {X-Tenant: tenant vault.secret(main:app/shop.tenant)}\n"
        "  authentication: {authentication_method: bearer, token: vault.secret(main:app/shop.token)}\n"
        f"  data:\n{references}\n    label: port vault.secret(main:app/shop.port)\n",
    )  # fmt: skip
    vault.write(
        "app/attached", authentication={"authentication_method": "bearer", "token": "the-attached-token"}, method="put",
        tenant="green-tenant", unknown="not-an-input",
    )  # fmt: skip
    support.connector(
        workspace, "attached",
        f"connector_type: REST\nvalue:\n  url: {nginx.url}/echo\n  method: post\n  data: [stored]\n"
        "  headers: {X-Tenant: vault.secret(tenant)}\nvault_secrets: main:app/attached\n",
    )  # fmt: skip
    return workspace


@pytest.fixture
def real(workspace: Path) -> Iterator[driver_host.Host]:
    """A host with the drivers of ours and that workspace."""
    with driver_host.Host(driver_paths=[support.products()], only_given_paths=True, workspace=workspace) as host:
        yield host


def sent(host: driver_host.Host, nginx: Nginx, *arguments: Any, **inputs: Any) -> dict[str, Any]:
    """What a flow's call sends to nginx."""

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        outputs = this.connect(*arguments, **inputs).get("output_value")
        return this.success(output_value=outputs["json"])

    echoed = result_of(host, handler)
    (request,) = nginx.received(1)
    # The flow has been told what nginx was.
    assert (echoed["authorization"], echoed["tenant"]) == (request["authorization"], request["tenant"])
    return request


# MARK: What comes to the server


def test_secrets_of_a_vault_come_to_the_server_with_their_types(real: driver_host.Host, nginx: Nginx) -> None:
    request = sent(real, nginx, "shop")
    assert request["authorization"] == "Bearer the-vaulted-token"
    assert request["tenant"] == "tenant blue-tenant"
    # As text: 1, 1.0 and True are equal.
    assert repr(request["body"]) == repr({**TYPES, "label": "port 5432"})


def test_attached_secrets_are_inputs_of_their_names(real: driver_host.Host, nginx: Nginx) -> None:
    request = sent(real, nginx, "attached")
    assert request["authorization"] == "Bearer the-attached-token"
    assert (request["method"], request["tenant"], request["body"]) == ("PUT", "green-tenant", ["stored"])


def test_inputs_of_the_call_override_stored_and_attached_ones(real: driver_host.Host, nginx: Nginx) -> None:
    given = {"authentication_method": "basic", "username": "ann", "password": "battery staple"}
    request = sent(real, nginx, "attached", authentication=given, data={"given": 1}, headers={"X-Tenant": "mine"})
    assert request["authorization"] == "Basic YW5uOmJhdHRlcnkgc3RhcGxl"
    assert (request["method"], request["tenant"], request["body"]) == ("PUT", "mine", {"given": 1})


def test_an_override_leaves_the_other_secrets_in_their_places(real: driver_host.Host, nginx: Nginx) -> None:
    request = sent(real, nginx, "shop", data={"port": 1})
    assert request["authorization"] == "Bearer the-vaulted-token"
    assert (request["tenant"], request["body"]) == ("tenant blue-tenant", {"port": 1})


def test_a_flow_attaches_other_secrets_to_a_connector(real: driver_host.Host, vault: Vault, nginx: Nginx) -> None:
    vault.write("app/other", tenant="red-tenant", data={"number": 7})
    request = sent(real, nginx, "attached", vault_secrets="main:app/other")
    # Those that the connector has are not attached then.
    assert (request["method"], request["authorization"]) == ("POST", "")
    assert (request["tenant"], request["body"]) == ("red-tenant", {"number": 7})


def test_references_of_a_flow_are_text_but_for_the_secrets_that_it_attaches(
    real: driver_host.Host, nginx: Nginx
) -> None:
    request = sent(
        real, nginx, connector_type="REST", url=f"{nginx.url}/echo", method="post", vault_secrets="main:app/attached",
        data=["vault.secret(main:app/shop.token)", "vault.secret(main:app/attached.tenant)", "vault.secret(tenant)"],
        headers={"X-Tenant": "vault.secret(tenant)"},
    )  # fmt: skip
    assert request["body"] == ["vault.secret(main:app/shop.token)", "green-tenant", "green-tenant"]
    assert request["tenant"] == "green-tenant"


# MARK: A vault and a server that change


def test_a_vaults_token_that_was_revoked_is_got_anew_while_a_flow_runs(
    real: driver_host.Host, workspace: Path, vault: Vault, nginx: Nginx
) -> None:
    # Each call looks at the vault.
    vault.configure(workspace, cache_seconds=0)

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        this.connect("shop")
        this.connect("shop")
        assert vault.count("POST auth/approle/login") == 1
        assert vault.control("expire")["expired"] == 1
        vault.write("app/shop", token="the-second-token", tenant="blue-tenant", **TYPES)
        # Whichever comes first logs in for all.
        this.wait_for([this.connect("shop", run=False) for _ in range(8)])
        return this.success()

    result_of(real, handler)
    assert vault.count("POST auth/approle/login") == 2
    tokens = [request["authorization"] for request in nginx.received(10)]
    assert tokens == ["Bearer the-vaulted-token"] * 2 + ["Bearer the-second-token"] * 8


def test_a_password_that_was_changed_is_read_again_after_the_server_has_refused_the_old_one(
    real: driver_host.Host, workspace: Path, vault: Vault, nginx: Nginx
) -> None:
    vault.write("app/door", user="ann", password="the-first-password")
    support.connector(
        workspace, "door",
        f"connector_type: REST\nvalue:\n  url: {nginx.url}/guarded\n  authentication:\n"
        "    authentication_method: basic\n    username: vault.secret(main:app/door.user)\n"
        "    password: vault.secret(main:app/door.password)\n",
    )  # fmt: skip
    nginx.admit("ann", "the-first-password")

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        this.connect("door")
        nginx.admit("ann", "the-second-password")
        vault.write("app/door", user="ann", password="the-second-password")
        with pytest.raises(flow_api.DependencyFailedError) as caught:
            this.connect("door")
        assert caught.value.error is not None and caught.value.error.code == "unauthenticated"
        return this.connect("door").get("output_value")["json"]

    assert result_of(real, handler)["authorization"] == "Basic YW5uOnRoZS1zZWNvbmQtcGFzc3dvcmQ="
    assert [request["status"] for request in nginx.received(3)] == [200, 401, 200]
    assert vault.count("GET secret/data/app/door") == 2
