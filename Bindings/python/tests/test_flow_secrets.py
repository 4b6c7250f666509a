"""Flows with secrets of a vault, by both commands: what is sent, and that nothing of it is left behind."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

import driver_host
import flow_api
import support
from nginx import Nginx
from test_flow_command import result_of
from vault import Vault

SECRETS = ("the-vaulted-token-4711", "the-vaulted-key-0815")
SCRIPT = """
import flow_api


def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict):
    shop = this.connect('shop', headers={'X-Tenant': inputs['tenant']})
    this.log(shop, shop.get('input_value'), shop.get('output_value'))
    try:
        this.connect('door')
    except flow_api.DependencyFailedError as failure:
        this.log(failure, repr(failure.error), failure.error.detail, failure.execution.get('input_value'))
    this.log(system.executions())
    if inputs['fails']:
        this.connect('door')
    return this.success('all done', output_value={'status': shop.get('output_value')['status_code']})
"""
COMMANDS = ("python -m flow_api run", "drivers flow run")


class Place:
    """A workspace, and a flow that is run in it: all that it may write to is below `folder`."""

    def __init__(self, folder: Path, vault: Vault, nginx: Nginx) -> None:
        self.folder, self.workspace, self.nginx = folder, folder / "workspace", nginx
        vault.configure(self.workspace)
        vault.write("app/shop", authentication={"authentication_method": "bearer", "token": SECRETS[0]})
        vault.write("app/door", key=SECRETS[1])
        support.connector(
            self.workspace, "shop",
            f"connector_type: REST\nvalue:\n  url: {nginx.url}/echo\n  headers: {{X-Tenant: stored}}\n"
            "  authentication: {authentication_method: bearer, token: not-this-one}\nvault_secrets: main:app/shop\n",
        )  # fmt: skip
        support.connector(
            self.workspace, "door",
            f"connector_type: REST\nvalue:\n  url: {nginx.url}/refused\n  authentication:\n"
            "    {authentication_method: bearer, token: 'vault.secret(main:app/door.key)'}\n",
        )  # fmt: skip
        (folder / "home").mkdir()

    def run(self, command: str, *, fails: bool) -> subprocess.CompletedProcess[str]:
        script, home = self.folder / "nightly.py", str(self.folder / "home")
        script.write_text(SCRIPT)
        if command == "drivers flow run":
            words = [str(support.products() / "drivers"), "flow", "run", str(script)]
        else:
            words = [sys.executable, "-m", "flow_api", "run", str(script)]
            words += ["--history", str(self.workspace / "history.sqlite")]
        return subprocess.run(
            [*words, "--workspace", str(self.workspace), "--driver-path", str(support.products()), "--inputs", "-"],
            env=support.environment(
                HOME=home, TMPDIR=home, XDG_CONFIG_HOME=home, XDG_STATE_HOME=home, XDG_CACHE_HOME=home,
                DRIVERS_PYTHON=sys.executable,
            ),
            cwd=self.folder, input=json.dumps({"tenant": "of-the-flow", "fails": fails}), capture_output=True,
            text=True, timeout=support.PATIENCE,
        )  # fmt: skip

    def files_with(self, text: str) -> set[str]:
        """The names of the files in which a text is, as it is or inside of something in base64."""
        forms = [text.encode()]
        # It may begin at any of three places of a group; the groups at both ends depend on what stands around it.
        forms += [base64.b64encode(b" " * shift + text.encode())[4:-4] for shift in range(3) if len(text) > 8]
        return {
            path.name
            for path in self.folder.rglob("*")
            if path.is_file() and any(form in path.read_bytes() for form in forms)
        }


@pytest.fixture
def place(tmp_path: Path, vault: Vault, nginx: Nginx) -> Place:
    return Place(tmp_path, vault, nginx)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_flow_sends_the_secrets_of_a_vault(place: Place, command: str) -> None:
    done = place.run(command, fails=False)
    assert done.returncode == 0, done.stderr
    result = result_of(done)
    assert (result["status"], result["message"], result["output_value"]) == (
        "ENDED_SUCCESS", "all done", {"status": 200},
    )  # fmt: skip
    shop, door = place.nginx.received(2)
    # What is attached overrides what is stored, and what the flow gives overrides both.
    assert (shop["authorization"], shop["tenant"]) == (f"Bearer {SECRETS[0]}", "of-the-flow")
    assert (door["authorization"], door["status"]) == (f"Bearer {SECRETS[1]}", 401)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_secret_is_on_the_disk_or_on_the_terminal_after_a_flow_that_failed(place: Place, command: str) -> None:
    done = place.run(command, fails=True)
    assert done.returncode == 1, done.stderr
    assert result_of(done)["status"] == "ENDED_ERROR"
    assert "line 14, in handler" in done.stderr and "DependencyFailedError" in done.stderr
    # Both servers have had them, and one has repeated them.
    assert len(place.nginx.received(3)) == 3
    shown = done.stdout + done.stderr
    for secret in SECRETS:
        assert secret not in shown
        assert place.files_with(secret) == set()
    # Nor are the vault's tokens, all of which begin so; what opens it is where the operator has put it.
    assert "hvs." not in shown and place.files_with("hvs.") == set()
    # The history was written, and has the references; the search finds what is there.
    assert {name.partition("-")[0] for name in place.files_with("vault.secret(main:app/door.key)")} == {
        "door.yaml", "history.sqlite",
    }  # fmt: skip


def test_no_secret_is_in_the_log_of_a_host_that_says_everything(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    lines: list[str] = []
    with driver_host.Host(
        driver_paths=[support.products()], only_given_paths=True, workspace=place.workspace, log_level="trace",
        log=lambda line: lines.append(repr(line)),
    ) as host:  # fmt: skip
        place.folder.joinpath("nightly.py").write_text(SCRIPT)
        outcome = flow_api.run(place.folder / "nightly.py", {"tenant": "x", "fails": True}, host=host, log=lines.append)
        records = repr(host.executions())
    assert isinstance(outcome.error, flow_api.DependencyFailedError)
    assert lines
    shown = "".join(lines) + support.text_of(outcome.error) + outcome.message + records
    for secret in SECRETS:
        assert secret not in shown
    output = capfd.readouterr()
    assert output.out + output.err == ""


REPEATED = """
import flow_api


def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict):
    answer = this.connect('basic').get('output_value')
    this.log(answer, answer['json'])
    raise ValueError(answer)
"""


def test_what_a_server_repeats_of_a_secret_is_in_no_line_and_no_message(place: Place) -> None:
    # As it is and inside of base64, which is how the header of basic authentication has it.
    support.connector(
        place.workspace, "basic",
        f"connector_type: REST\nvalue:\n  url: {place.nginx.url}/echo\n"
        "  headers: {X-Tenant: 'vault.secret(main:app/door.key)'}\n  authentication:\n"
        "    {authentication_method: basic, username: ann, password: 'vault.secret(main:app/door.key)'}\n",
    )  # fmt: skip
    lines: list[str] = []
    with driver_host.Host(driver_paths=[support.products()], only_given_paths=True, workspace=place.workspace) as host:
        result = repr(host.connect("basic")["json"])
        script = place.folder / "repeated.py"
        script.write_text(REPEATED)
        outcome = flow_api.run(script, {}, host=host, log=lines.append)
        records = repr(host.executions())
    encoded = base64.b64encode(f"ann:{SECRETS[1]}".encode()).decode()
    # The engine gets the answer as it is.
    assert encoded in result and SECRETS[1] in result
    assert isinstance(outcome.error, ValueError) and len(lines) >= 1
    for text in (*lines, outcome.message, records):
        assert SECRETS[1] not in text
        assert encoded not in text and encoded[8:24] not in text
