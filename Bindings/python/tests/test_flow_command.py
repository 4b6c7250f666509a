"""`python -m flow_api run`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import driver_host
import support
from test_flows import script, workspace_of


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flow_api", "run", *arguments]


def flow(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=support.environment(), input=stdin, capture_output=True, text=True,
        timeout=support.PATIENCE,
    )  # fmt: skip


def written(folder: Path, body: str) -> str:
    path = folder / "nightly.py"
    path.write_text(f"import flow_api\n\n\ndef handler(system, this, inputs):\n{body}")
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "workspace" / "connectors").mkdir(parents=True)
    return tmp_path


def result_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert len(done.stdout.splitlines()) == 1, done.stdout + done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_the_first_script_runs(chat: support.Server, folder: Path) -> None:
    workspace = workspace_of(chat, folder / "workspace")
    done = flow(str(script("list_models", folder)), "--workspace", str(workspace))
    assert done.returncode == 0, done.stderr
    result = result_of(done)
    assert (result["status"], result["message"], result["name"]) == ("ENDED_SUCCESS", "all done", "list_models")
    assert chat.requests()[-1]["path"] == "/v1/models"


def test_the_second_script_sends_its_own_key(folder: Path) -> None:
    server = support.chat_server(folder, "anotherapikey")
    try:
        workspace = workspace_of(server, folder / "workspace")
        done = flow(str(script("override_inputs", folder)), "--workspace", str(workspace))
        assert done.returncode == 0, done.stderr
        assert ["Authorization", "Bearer anotherapikey"] in server.requests()[-1]["headers"]
    finally:
        server.stop()
    assert "apikey" not in done.stdout + done.stderr


def test_a_script_that_fails_shows_no_secret(chat: support.Server, folder: Path) -> None:
    workspace = workspace_of(chat, folder / "workspace")
    done = flow(str(script("override_inputs", folder)), "--workspace", str(workspace))
    assert done.returncode == 1
    assert result_of(done)["status"] == "ENDED_ERROR"
    assert "DependencyFailedError" in done.stderr and "line 3, in handler" in done.stderr
    # The source line of the trace holds the key, and the workspace another one.
    assert "anotherapikey" not in done.stdout + done.stderr
    assert "the-stored-key" not in done.stdout + done.stderr


def test_the_third_script_runs(httpbin: support.Server, folder: Path) -> None:
    done = flow(
        str(script("define_on_the_fly", folder, f"{httpbin.url}/post")), "--workspace", str(folder / "workspace")
    )
    assert done.returncode == 0, done.stderr
    assert result_of(done)["message"] == "all done"


def test_inputs_come_from_a_file_or_from_stdin(folder: Path, drivers: Path) -> None:
    name = written(folder, "    this.log('hears', inputs)\n    return this.success('ok', output_value=inputs)\n")
    (folder / "inputs.json").write_text('{"a": [1, "x"]}')
    for done in (
        flow(name, "--inputs", str(folder / "inputs.json")),
        flow(name, "--inputs", "-", stdin='{"a": [1, "x"]}'),
    ):
        assert done.returncode == 0, done.stderr
        assert result_of(done)["output_value"] == {"a": [1, "x"]}
        assert "hears {'a': [1, 'x']}" in done.stderr


def test_drivers_are_found_where_they_are_said_to_be(folder: Path, drivers: Path) -> None:
    name = written(
        folder,
        "    child = this.connect(connector_type='ECHO', bytes=b'\\x00', any=2**70)\n"
        "    return this.success(output_value=child.get('output_value'))\n",
    )
    done = flow(name, "--driver-path", str(drivers), "--name", "mine")
    assert done.returncode == 0, done.stderr
    assert result_of(done)["name"] == "mine"
    assert result_of(done)["output_value"] == {"bytes": "AA==", "any": str(2**70)}


def test_connections_are_kept_where_it_is_said(folder: Path, drivers: Path) -> None:
    name = written(folder, "    this.connect(connector_type='ECHO', secret='hidden')\n")
    history = folder / "history.sqlite"
    done = flow(name, "--driver-path", str(drivers), "--history", str(history))
    assert done.returncode == 0, done.stderr
    with driver_host.Host(driver_paths=[drivers], only_given_paths=True, history=history) as host:
        (record,) = host.executions(parent=result_of(done)["id"])
    assert (record["connector_type"], record["status"]) == ("ECHO", "ENDED_SUCCESS")
    assert b"hidden" not in b"".join(file.read_bytes() for file in folder.glob("history*"))


def test_a_library_that_is_not_there_is_said_in_one_line(folder: Path) -> None:
    done = subprocess.run(
        command(written(folder, "    return None\n")), env=support.environment(DRIVERS_HOST_LIBRARY="/nowhere.so"),
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3
    assert "/nowhere.so" in done.stderr and "Traceback" not in done.stderr


def test_a_flow_that_ends_in_an_error_exits_with_1(folder: Path) -> None:
    done = flow(written(folder, "    return this.error('nothing to do')\n"))
    assert done.returncode == 1
    assert (result_of(done)["status"], result_of(done)["message"]) == ("ENDED_ERROR", "nothing to do")


def test_a_flow_that_takes_too_long_exits_with_1(folder: Path, drivers: Path) -> None:
    name = written(folder, "    this.connect(connector_type='SLEEPER', seconds=600)\n")
    done = flow(name, "--driver-path", str(drivers), "--max-runtime", "0.1")
    assert done.returncode == 1
    assert "max_runtime" in result_of(done)["message"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_cancels_the_connections(folder: Path, drivers: Path, number: signal.Signals, status: int) -> None:
    name = written(
        folder,
        "    child = this.connect(connector_type='SLEEPER', seconds=600, run=False).run_async()\n"
        "    this.log('started')\n"
        "    child.wait()\n",
    )
    process = subprocess.Popen(
        command(name, "--driver-path", str(drivers)), env=support.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        assert process.stderr.readline() == "started\n"
        os.kill(process.pid, number)
        output, errors = process.communicate(timeout=support.PATIENCE)
    finally:
        process.kill()
    # It would sleep for ten minutes otherwise.
    assert process.returncode == status, errors
    assert "cancelled" in errors and output == ""


@pytest.mark.parametrize(
    ("body", "word"),
    [("    return (\n", "line"), (None, "No such file"), ("    return 1\nhandler = None\n", "handler")],
)
def test_a_script_that_cannot_be_run_exits_with_2(folder: Path, body: Any, word: str) -> None:
    done = flow(written(folder, body) if body else str(folder / "nowhere.py"))
    assert done.returncode == 2
    assert word in done.stderr and "Traceback" not in done.stderr


def test_inputs_that_are_no_object_are_refused_without_being_shown(folder: Path) -> None:
    name = written(folder, "    return None\n")
    for text in ('["hidden"]', '{"a": hidden}'):
        done = flow(name, "--inputs", "-", stdin=text)
        assert done.returncode != 0 and done.stderr
        assert "hidden" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[1]", "object"), ("{", "line 1"), ('{"a": NaN}', "NaN"), ('{"a": -Infinity}', "Infinity"),
        ('{"a": {"b": "hidden", "b": 2}}', "twice"), ("[" * 100_000, "JSON"), ('{"a": 1e9999999999999999999}', "JSON"),
    ],
)  # fmt: skip
def test_bad_inputs_exit_with_2(folder: Path, text: str, word: str) -> None:
    done = flow(written(folder, "    return None\n"), "--inputs", "-", stdin=text)
    assert done.returncode == 2 and done.stdout == ""
    assert word in done.stderr and "Traceback" not in done.stderr and "hidden" not in done.stderr


def test_inputs_that_are_not_there_exit_with_2(folder: Path) -> None:
    done = flow(written(folder, "    return None\n"), "--inputs", str(folder / "nowhere.json"))
    assert done.returncode == 2 and "No such file" in done.stderr


def test_numbers_of_inputs_keep_every_digit(folder: Path) -> None:
    name = written(folder, "    this.log(inputs)\n")
    done = flow(name, "--inputs", "-", stdin='{"a": 0.1, "b": 0.12345678901234567890123, "c": 1e400, "d": 2.50}')
    assert done.returncode == 0, done.stderr
    assert "{'a': 0.1, 'b': Decimal('0.12345678901234567890123'), 'c': Decimal('1E+400'), 'd': 2.5}" in done.stderr


@pytest.mark.parametrize("code", ["", "0", "3", "'because'"])
def test_a_flow_that_exits_has_failed(folder: Path, code: str) -> None:
    done = flow(written(folder, f"    import sys\n    sys.exit({code})\n"))
    assert done.returncode == 1, done.stderr
    assert result_of(done)["status"] == "ENDED_ERROR" and "sys.exit" in result_of(done)["message"]


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("float('nan')", "NaN"), ("[float('-inf')]", "NaN"), ("[]; value.append(value)", "itself"),
        ("'\\ud800'", "surrogate"), ("{'\\udfff': 1}", "surrogate"), ("object()", "type object"),
    ],
)  # fmt: skip
def test_outputs_that_are_no_json_exit_with_1(folder: Path, value: str, word: str) -> None:
    done = flow(written(folder, f"    value = {value}\n    return this.success('ok', output_value={{'a': value}})\n"))
    assert (done.returncode, done.stdout) == (1, "")
    assert word in done.stderr and "Traceback" not in done.stderr
