"""Secrets of a store reach the driver, and nobody else."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import driver_host
import flow_api
import support

# A store is a driver too: this one gives what its vault configuration holds.
DESCRIPTOR = {
    "descriptor": 1, "name": "STORE", "id": "org.driverhost.test.store", "version": "1.0.0", "abi": ["dh.driver/1"],
    "execution": "blocking", "concurrency": "session-concurrent", "default_action": "look",
    "inputs": {
        "type": "object",
        "properties": {"path": {"type": "string"}, "data": {"type": "object", "x-secret": True}},
    },
    "actions": [{"name": "look"}, {"name": "secret", "kind": "analysis"}],
}  # fmt: skip
SOURCE = """
#include "fixture.h"
DH_EMBED_DESCRIPTOR("store.json")
static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  const dh_value_v1 *data = dh_member_of(request->inputs, "data");
  if (data != NULL) fixture_output(request->call, "data", *data);
  dh_succeed(request->call);
}
FIXTURE_DRIVER(start)
"""
VAULT = "connector_type: STORE\nvalue:\n  data: {string: correct-horse, key: battery-staple, int: 7, unknown: x}\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The driver of the store."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "store.json").write_text(json.dumps(DESCRIPTOR))
    (folder / "store.c").write_text(SOURCE)
    includes = ["-I", str(support.HEADERS[0]), "-I", str(support.FIXTURES), "-I", str(folder)]
    path = folder / "libStoreDriver.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-fvisibility=hidden", *includes, "-o", path, "store.c"], check=True, cwd=folder
    )
    return path


@pytest.fixture
def vaulted(store: Path, drivers: Path, tmp_path: Path) -> Iterator[driver_host.Host]:
    """A host with the vault configuration `main`."""
    (tmp_path / "vaults").mkdir()
    (tmp_path / "vaults" / "main.yaml").write_text(VAULT)
    support.connector(
        tmp_path, "stored", "connector_type: ECHO\nvalue: {string: 'vault.secret(main:app.key)', bool: true}\n"
    )
    with driver_host.Host(driver_paths=[drivers, store], only_given_paths=True, workspace=tmp_path) as host:
        yield host


def test_a_stored_reference_stands_for_the_secret(vaulted: driver_host.Host) -> None:
    assert vaulted.vaults() == ["main"]
    result = vaulted.connect("stored")
    assert dict(result) == {"string": "battery-staple", "bool": True}
    assert "battery-staple" not in repr(vaulted.executions()) + repr(result)


def test_a_reference_in_the_inputs_does_only_where_the_call_says_so(vaulted: driver_host.Host) -> None:
    text = "vault.secret(main:app.int)"
    assert vaulted.connect(connector_type="ECHO", any=text)["any"] == text
    # With its type.
    assert vaulted.connect(connector_type="ECHO", any=text, resolves_references=True)["any"] == 7


def test_attached_secrets_fill_the_inputs_of_their_names(vaulted: driver_host.Host) -> None:
    result = vaulted.connect("stored", vault_secrets="main:app", int=8)
    # Over the connector's value; what the call gives comes last; a key that is no input is left out.
    assert dict(result) == {"string": "correct-horse", "bool": True, "int": 8}


def test_a_flow_uses_secrets_and_shows_none(vaulted: driver_host.Host) -> None:
    lines: list[str] = []

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        outputs = this.connect(connector_type="ECHO", vault_secrets=["main:app"]).get("output_value")
        assert outputs["string"] == "correct-horse"
        this.log("got", outputs)
        stored = this.connect("stored", int=1)
        assert stored.get("output_value")["string"] == "battery-staple"
        this.log(stored, stored.get("input_value"))
        with pytest.raises(flow_api.DependencyFailedError) as caught:
            this.connect(connector_type="ERRORS", message="vault.secret(main:app.key)", vault_secrets=[])
        this.log(caught.value, repr(caught.value.error), support.text_of(caught.value))
        return this.success()

    outcome = flow_api.run(handler, host=vaulted, log=lines.append)
    assert outcome.error is None, support.text_of(outcome.error)
    assert len(lines) == 3
    for secret in ("correct-horse", "battery-staple"):
        assert secret not in "".join(lines) + repr(vaulted.executions())


def test_a_secret_that_is_not_there_is_an_error_of_its_own_stage(vaulted: driver_host.Host) -> None:
    for reference in ("vault.secret(main:app.nokey)", "vault.secret(nowhere:app.key)"):
        with pytest.raises(driver_host.HostError) as caught:
            vaulted.connect(connector_type="ECHO", string=reference, resolves_references=True)
        assert caught.value.stage == "secret"
        assert "correct-horse" not in support.text_of(caught.value)
