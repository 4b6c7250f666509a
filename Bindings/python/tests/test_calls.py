"""Calls from threads: at once, with limits, cancelled, interrupted."""

from __future__ import annotations

import pydoc
import threading
import typing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import driver_host
import support


def test_calls_from_many_threads_get_their_own_outputs(host: driver_host.Host) -> None:
    def many(first: int) -> list[int]:
        return [host.connect(connector_type="ECHO", int=first + number)["int"] for number in range(200)]

    with ThreadPoolExecutor(8) as pool:
        for first, numbers in zip(range(0, 8000, 1000), pool.map(many, range(0, 8000, 1000))):
            assert numbers == list(range(first, first + 200))


def test_other_threads_run_while_a_call_waits(host: driver_host.Host) -> None:
    # Would wait for ever if the waiting call kept the interpreter's lock.
    execution = host.execution(connector_type="SLEEPER", seconds=600).start()

    def wait() -> None:
        with pytest.raises(driver_host.CallCancelledError):
            execution.wait()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert host.connect(connector_type="ECHO", int=1)["int"] == 1
    execution.cancel()
    waiting.join(support.PATIENCE)
    assert not waiting.is_alive()


@pytest.mark.parametrize("in_thread", [False, True])
def test_a_call_ends_at_its_timeout(host: driver_host.Host, in_thread: bool) -> None:
    def call() -> None:
        with pytest.raises(driver_host.TimedOutError) as caught:
            host.connect(connector_type="SLEEPER", seconds=600, timeout=0.05)
        assert isinstance(caught.value, TimeoutError)
        assert "slept" in caught.value.partial

    if in_thread:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(call).result()
    else:
        call()


def test_max_runtime_is_an_input_of_every_type(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.TimedOutError):
        host.connect(connector_type="SLEEPER", seconds=600, max_runtime=0.05)


def test_a_call_that_fails_once_is_made_again(host: driver_host.Host) -> None:
    result = host.connect(connector_type="FLAKY", failures=2, retry={"attempts": 3, "initial": 0.001})
    assert (result["attempt"], result.attempts) == (3, 3)


def test_a_cancelled_call_ends_on_the_remote_side(host: driver_host.Host) -> None:
    execution = host.execution(connector_type="SLEEPER", seconds=600).start()
    support.eventually("the driver runs", lambda: running(host, "SLEEPER"))
    execution.cancel()
    with pytest.raises(driver_host.CallCancelledError):
        execution.wait()
    assert execution.status is driver_host.Status.ENDED_CANCELLED
    # The driver was told, and has come back.
    support.eventually("no call is in the driver", lambda: not running(host, "SLEEPER"))


def running(host: driver_host.Host, connector_type: str) -> int:
    drivers = host.statistics()["drivers"]
    calls: int = drivers.get(connector_type, {}).get("running_calls", 0)
    return calls


def test_the_options_of_a_call_reach_the_driver(host: driver_host.Host) -> None:
    parent = host.connect(connector_type="ECHO").execution_id
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    result = host.connect(
        "a name", connector_type="ECHO", action="about", parent=parent, connector="orders", traceparent=traceparent,
        tracestate="vendor=1",
    )  # fmt: skip
    assert (result["action"], result["connector"], result["traceparent"]) == ("about", "orders", traceparent)
    assert result["tracestate"] == "vendor=1"
    assert result["execution"] == result.execution_id
    record = host.execution_record(result.execution_id)
    assert (record["name"], record["parent"], record["action"]) == ("a name", parent, "about")
    assert [child["id"] for child in host.executions(parent=parent)] == [result.execution_id]


def test_each_argument_of_a_call_is_an_option_of_the_same_type() -> None:
    from driver_host import _call

    arguments = typing.get_type_hints(driver_host.Host.connect)
    for name in ("name", "inputs", "more_inputs", "return"):
        del arguments[name]
    assert arguments == {
        name: hint for name, hint in typing.get_type_hints(_call.CallOptions).items() if name != "rows"
    }
    # Whoever asks for help sees them all.
    shown = pydoc.plain(pydoc.render_doc(driver_host.Host.connect))
    assert [name for name in arguments if f"{name}: " not in shown.splitlines()[2]] == []


def test_inputs_with_the_name_of_an_argument_are_given_as_a_mapping(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.InvalidInputError) as caught:
        host.connect(connector_type="ECHO", inputs={"timeout": 1}, int=1)
    assert caught.value.faults[0].pointer == "/timeout"


def test_a_connector_of_the_workspace_is_called_by_its_name(drivers: Path, tmp_path: Path) -> None:
    support.connector(tmp_path, "greeter", "connector_type: ECHO\nvalue: {string: stored, int: 1}\n")
    with driver_host.Host(driver_paths=[drivers], only_given_paths=True, workspace=tmp_path) as host:
        assert dict(host.connect("greeter", int=2)) == {"string": "stored", "int": 2}
        with pytest.raises(driver_host.NotFoundError):
            host.connect("nobody")
        assert host.vaults() == []


def test_references_to_secrets_are_text_unless_the_call_says_otherwise(host: driver_host.Host) -> None:
    text = "vault.secret(main:path.key)"
    assert host.connect(connector_type="ECHO", string=text)["string"] == text
    # References to what is attached stand for it, and to nothing else.
    assert host.connect(connector_type="ECHO", string=text, vault_secrets=[])["string"] == text
    for options in ({"resolves_references": True}, {"vault_secrets": "main:path"}):
        with pytest.raises(driver_host.HostError):
            host.connect(connector_type="ECHO", string=text, **options)


def test_the_host_tells_what_there_is(host: driver_host.Host, drivers: Path) -> None:
    assert "ECHO" in {driver["type"] for driver in host.drivers()}
    assert host.describe("ECHO")["id"] == "org.driverhost.fixture.echo"
    assert host.schema("ECHO")["properties"]["int"] == {"type": "integer"}
    assert "string" in host.schema("ECHO", "document")["required"]
    assert [entry["path"] for entry in host.catalog()["search_path"]] == [str(drivers)]
    host.load("ECHO")
    with pytest.raises(driver_host.NotFoundError):
        host.describe("NOBODY")
    with pytest.raises(driver_host.NotFoundError):
        host.load("NOBODY")
    assert driver_host.version()
    assert driver_host.library_path().endswith("libdriverhost.so")


def test_executions_are_asked_for_and_forgotten(host: driver_host.Host) -> None:
    for _ in range(3):
        host.connect(connector_type="ECHO", secret="hidden", int=1)
    with pytest.raises(driver_host.HostError):
        host.connect(connector_type="ERRORS")
    assert [record["connector_type"] for record in host.executions(limit=4)].count("ERRORS") == 1
    assert len(host.executions(limit=2)) == 2
    failed = host.executions(statuses=[driver_host.Status.ENDED_ERROR])
    assert [record["connector_type"] for record in failed] == ["ERRORS"]
    echoes = host.executions(connector_type="ECHO")
    assert len(echoes) == 3 and "hidden" not in repr(echoes)
    assert echoes[0]["id"] not in {record["id"] for record in host.executions(before=echoes[0]["id"])}
    assert host.executions(since=4e9) == []
    assert host.prune(count=1) == 3
    (kept,) = host.executions()
    for record in echoes:
        if record["id"] != kept["id"]:
            with pytest.raises(driver_host.NotFoundError):
                host.execution_record(record["id"])


def test_a_host_without_history_keeps_nothing(drivers: Path) -> None:
    with driver_host.Host(driver_paths=[drivers], only_given_paths=True, history="none") as host:
        assert host.connect(connector_type="ECHO").execution_id
        assert host.executions() == []


def test_what_ignores_its_stop_is_reported_when_the_host_closes(drivers: Path, tmp_path: Path) -> None:
    file = tmp_path / "end"
    host = driver_host.Host(driver_paths=[drivers], only_given_paths=True)
    execution = host.execution(connector_type="STUBBORN", seconds=600, until=str(file)).start()
    support.eventually("the driver runs", lambda: running(host, "STUBBORN"))
    report = host.close()
    file.touch()
    assert not report.clean
    assert report.abandoned == {"STUBBORN": [execution.id]}
    with pytest.raises(driver_host.HostError):
        execution.wait()


def test_a_history_of_no_executions_keeps_none(drivers: Path, tmp_path: Path) -> None:
    for history in ("memory", tmp_path / "history.sqlite"):
        with driver_host.Host(driver_paths=[drivers], only_given_paths=True, history=history, history_limit=0) as host:
            host.connect(connector_type="ECHO")
            assert host.executions() == []


@pytest.mark.parametrize("option", ["threads", "loops", "output_limit"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_that_lets_nothing_through_is_refused(option: str, value: int) -> None:
    with pytest.raises(ValueError, match=option):
        driver_host.Host(**{option: value})  # type: ignore[arg-type]


def test_a_fan_out_of_none_at_once_is_refused(host: driver_host.Host) -> None:
    for parallel in (0, -1):
        with pytest.raises(ValueError, match="parallel"):
            host.connect_many([{}], connector_type="ECHO", parallel=parallel)
    with pytest.raises(ValueError, match="history_limit"):
        driver_host.Host(history_limit=-1)
