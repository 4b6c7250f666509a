"""Ctrl-C while the main thread waits: the wait ends, and so does the call, on the remote side too."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import driver_host
import flow_api
import support

# Each waits for what would end after ten minutes.
WAITS = {
    "Host.connect": "host.connect(**call)",
    "Host.connect, with a callback": "host.connect(**call, progress=print)",
    "Host.rows": "host.rows(**call)",
    "Host.connect_many, its wait": "host.connect_many([{}] * 3, **call).wait()",
    "Host.connect_many, its items": "list(host.connect_many([{}] * 3, **call))",
    "Execution.wait": "host.execution(**call).wait()",
    "Execution.wait, with a timeout": "host.execution(**call).wait(500)",
    "Execution.rows": "host.execution(**call, rows=True).rows()",
    "asyncio": "asyncio.run(host.aconnect(**call))",
    "asyncio, several": "asyncio.run(several())",
    "this.connect": "flow(lambda system, this: this.connect(**call))",
    "this.connect, without a wait": "flow(lambda system, this: this.connect(**call, run=False).run_async())",
    "this.wait_for": "flow(lambda system, this: this.wait_for([this.connect(**call, run=False) for _ in range(3)]))",
}

# `interrupted` is printed in any case but that in which the wait has ended otherwise. The host stays open.
PROGRAM = """
import asyncio, os, signal, sys, threading, time
import driver_host, flow_api

async def several():
    await asyncio.gather(*[host.aconnect(**call) for _ in range(3)])

def flow(handler):
    flow_api.run(handler, host=host)

def until(condition):
    while not condition():
        time.sleep(0.001)

def has_ended(record):
    return record["status"].startswith("ENDED")

{setting}
try:
    {wait}
except KeyboardInterrupt:
    print("interrupted", flush=True)
until(lambda: all(map(has_ended, host.executions(connector_type=kind))))
print(*sorted({{record["status"] for record in host.executions(connector_type=kind)}}), flush=True)
{after}
"""


@pytest.mark.parametrize("way", WAITS)
def test_ctrl_c_ends_a_wait_and_cancels_what_it_waits_for(drivers: Path, way: str) -> None:
    setting = """
host = driver_host.Host(driver_paths=[sys.argv[1]], only_given_paths=True)
kind, call = "SLEEPER", {"connector_type": "SLEEPER", "seconds": 600}
def running():
    return host.statistics()["drivers"].get("SLEEPER", {}).get("running_calls")
def is_waiting():
    frame = sys._current_frames()[threading.main_thread().ident]
    return frame.f_code.co_name in ("in_slices", "<lambda>", "__iter__", "select", "wait_for")
def interrupt():
    until(running)
    until(is_waiting)
    # It may have been on its way into the wait.
    time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
"""
    # The driver was told, and has come back.
    program = PROGRAM.format(setting=setting, wait=WAITS[way], after="until(lambda: not running())")
    done = support.run_python(program, str(drivers))
    assert done.stdout.splitlines() == ["interrupted", "ENDED_CANCELLED"]


def test_a_flow_that_was_interrupted_has_ended_as_cancelled(host: driver_host.Host) -> None:
    flows: list[flow_api.Execution] = []

    def handler(system: flow_api.System, this: flow_api.Execution) -> None:
        flows.append(this)
        this.connect(connector_type="SLEEPER", seconds=600, run=False).run_async()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flow_api.run(handler, host=host)
    assert flows[0].load("status", "status_message") == ("ENDED_CANCELLED", "interrupted")
    support.eventually("its child was cancelled", lambda: host.executions()[0]["status"] == "ENDED_CANCELLED")


def test_an_error_that_a_handler_of_signals_raises_leaves_the_call_running(drivers: Path) -> None:
    # As programs do that set themselves a time limit.
    done = support.run_python(
        """
import signal, sys, driver_host
def ring(*_):
    raise OSError("time is up")
signal.signal(signal.SIGALRM, ring)
with driver_host.Host(driver_paths=[sys.argv[1]], only_given_paths=True) as host:
    execution = host.execution(connector_type="SLEEPER", seconds=600).start()
    fan_out = host.connect_many([{"seconds": 600}], connector_type="SLEEPER")
    for waited in (execution, fan_out):
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        try:
            waited.wait()
        except OSError as error:
            print(error, waited.status)
""",
        str(drivers),
    )
    assert done.stdout.splitlines() == ["time is up RUNNING"] * 2


REMOTE = ("Host.connect", "Host.connect_many, its wait", "Execution.wait", "asyncio", "this.connect")


def interrupted(way: str, workspace: Path, server: socket.socket, *, closes: bool) -> None:
    """Runs a program whose call of `hung` comes to a server that never answers, and interrupts it there."""
    setting = """
host = driver_host.Host(driver_paths=[sys.argv[1]], only_given_paths=True, workspace=sys.argv[2])
kind, call = "REST", {"name": "hung"}
"""
    server.settimeout(support.PATIENCE)
    program = PROGRAM.format(setting=setting, wait=WAITS[way], after="sys.stdin.read()")
    with subprocess.Popen(
        [sys.executable, "-c", program, str(support.products()), str(workspace)], env=support.environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(support.PATIENCE)
                assert connection.recv(4096).startswith(b"GET /")
                os.kill(process.pid, signal.SIGINT)
                while closes and connection.recv(4096):
                    pass
                lines = [process.stdout.readline(), process.stdout.readline()]
            # What has closed it was not the end of the process.
            assert process.poll() is None
            _, errors = process.communicate("", timeout=support.PATIENCE)
        finally:
            process.kill()
    assert lines == ["interrupted\n", "ENDED_CANCELLED\n"], errors
    assert process.returncode == 0, errors


@pytest.mark.parametrize("way", REMOTE)
def test_ctrl_c_closes_the_connection_to_the_server(tmp_path: Path, way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        support.connector(
            tmp_path, "hung",
            f"connector_type: REST\nvalue:\n  url: http://127.0.0.1:{server.getsockname()[1]}\n"
            "  read_timeout: 600\n  total_timeout: 600\n",
        )  # fmt: skip
        interrupted(way, tmp_path, server, closes=True)


@pytest.mark.parametrize("way", REMOTE)
def test_ctrl_c_ends_a_call_that_waits_for_a_vault(tmp_path: Path, way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        support.connector(
            tmp_path, "hung",
            "connector_type: REST\nvalue:\n  url: http://127.0.0.1:9\n"
            "  headers: {X-Key: vault.secret(main:path.key)}\n",
        )  # fmt: skip
        (tmp_path / "vaults").mkdir()
        (tmp_path / "vaults" / "main.yaml").write_text(
            f"connector_type: VAULT\nvalue:\n  url: http://127.0.0.1:{server.getsockname()[1]}\n"
            "  authentication: {authentication_method: token, token: none}\n"
        )
        # The look itself goes on for its own time: others may wait for it.
        interrupted(way, tmp_path, server, closes=False)
