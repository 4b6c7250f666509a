"""Flow scripts, run in this process."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import driver_host
import flow_api
import support
from support import text_of

FLOWS = Path(__file__).with_name("flows")


def script(name: str, folder: Path, url: str = "") -> Path:
    """One of the three scripts, with the server's address filled in."""
    text = (FLOWS / f"{name}.py").read_text()
    path = folder / f"{name}.py"
    path.write_text(text.replace("'url': ''", f"'url': '{url}'"))
    return path


def workspace_of(chat: support.Server, folder: Path) -> Path:
    support.connector(
        folder, "my_openai_connector",
        f"connector_type: OPENAI\nvalue:\n  api_key: the-stored-key\n  base_url: {chat.url}/v1\n",
    )  # fmt: skip
    return folder


@pytest.fixture
def real(chat: support.Server, tmp_path: Path) -> Any:
    """A host with the drivers of ours and the workspace of the three scripts."""
    workspace = workspace_of(chat, tmp_path / "workspace")
    with driver_host.Host(driver_paths=[support.products()], only_given_paths=True, workspace=workspace) as host:
        yield host


def run(host: driver_host.Host, handler: Any, inputs: Any = None, **options: Any) -> flow_api.Outcome:
    """Runs a handler; its log goes nowhere."""
    options.setdefault("log", lambda line: None)
    return flow_api.run(handler, inputs, host=host, **options)


def result_of(host: driver_host.Host, handler: Any, inputs: Any = None, **options: Any) -> Any:
    """The same of one that succeeds: its outputs."""
    outcome = run(host, handler, inputs, **options)
    if outcome.error is not None:
        raise outcome.error
    assert outcome.status == "ENDED_SUCCESS"
    return outcome.output_value


# MARK: The three scripts


def test_the_first_script_calls_its_connector(real: driver_host.Host, chat: support.Server, tmp_path: Path) -> None:
    outcome = run(real, script("list_models", tmp_path))
    assert (outcome.status, outcome.message, outcome.error) == ("ENDED_SUCCESS", "all done", None)
    request = chat.requests()[-1]
    assert (request["method"], request["path"]) == ("GET", "/v1/models")
    assert ["Authorization", "Bearer the-stored-key"] in request["headers"]
    record = real.executions()[0]
    assert (record["connector"], record["parent"], record["status"]) == (
        "my_openai_connector", outcome.id, "ENDED_SUCCESS",
    )  # fmt: skip
    assert "the-stored-key" not in repr(record)


def test_the_second_scripts_key_is_the_one_that_the_server_gets(real: driver_host.Host, tmp_path: Path) -> None:
    server = support.chat_server(tmp_path, "anotherapikey")
    try:
        workspace_of(server, tmp_path / "workspace")
        outcome = run(real, script("override_inputs", tmp_path))
        assert (outcome.status, outcome.message) == ("ENDED_SUCCESS", "all done")
        assert ["Authorization", "Bearer anotherapikey"] in server.requests()[-1]["headers"]
    finally:
        server.stop()
    assert "anotherapikey" not in repr(real.executions())


def test_the_second_script_fails_where_its_key_is_not_known(real: driver_host.Host, tmp_path: Path) -> None:
    outcome = run(real, script("override_inputs", tmp_path))
    assert outcome.status == "ENDED_ERROR"
    assert isinstance(outcome.error, flow_api.DependencyFailedError)
    assert outcome.error.error is not None and outcome.error.error.code == "unauthenticated"
    assert "anotherapikey" not in outcome.message + str(outcome.error) + repr(outcome.error.error)


def test_the_third_script_defines_its_connector(
    real: driver_host.Host, httpbin: support.Server, tmp_path: Path
) -> None:
    outcome = run(real, script("define_on_the_fly", tmp_path, f"{httpbin.url}/anything"))
    assert (outcome.status, outcome.message) == ("ENDED_SUCCESS", "all done")
    record = real.executions()[0]
    assert (record["connector_type"], record["connector"], record["status"]) == ("REST", None, "ENDED_SUCCESS")
    assert record["output"]["json"]["method"] == "POST"
    assert "payload" in record["output"]["json"]["data"]


# MARK: Connections


def test_a_connection_gives_its_outputs(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict[str, Any]) -> object:
        outputs = this.connect(connector_type="ECHO", int=inputs["number"], bytes=b"\x00").get("output_value")
        assert type(outputs) is dict
        return this.success("done", output_value=outputs)

    assert result_of(host, handler, {"number": 5}) == {"int": 5, "bytes": b"\x00"}


def test_one_that_is_not_run_starts_when_its_end_is_needed(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        for ask in (
            lambda child: child.get("output_value"), lambda child: child.load("output_value"),
            lambda child: child.wait(), lambda child: child.run(), lambda child: child.get("duration"),
        ):  # fmt: skip
            child = this.connect(connector_type="ECHO", int=1, run=False)
            assert child.get("status") == "NEW"
            assert child.load("status", "type") == ("NEW", "CONNECTION")
            ask(child)
            assert child.get("status") == "ENDED_SUCCESS"
            assert child.get("output_value") == {"int": 1}
        return this.success()

    result_of(host, handler)


def test_run_async_starts_and_does_not_wait(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        child = this.connect(connector_type="SLEEPER", seconds=600, run=False)
        assert child.run_async() is child
        assert child.get("status") == "RUNNING"
        with pytest.raises(flow_api.TimeoutExceededError):
            child.wait(timeout=0.01)
        child.cancel()
        with pytest.raises(flow_api.DependencyFailedError):
            child.wait()
        assert child.get("status") == "ENDED_CANCELLED"
        assert child.get("error_code") == "cancelled"
        return this.success()

    result_of(host, handler)


def test_every_field_of_a_connection_can_be_asked_for(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        child = this.connect("a call", connector_type="ECHO", action="about", secret="hidden")
        fields = (
            "id", "name", "type", "connector_name", "connector_type", "action", "parent", "status", "input_value",
            "status_message", "error_code", "attempts", "driver", "driver_version", "duration", "created", "started",
            "ended", "output_value",
        )  # fmt: skip
        got = dict(zip(fields, child.load(*fields)))
        assert (got["name"], got["type"], got["connector_name"], got["connector_type"]) == (
            "a call", "CONNECTION", None, "ECHO",
        )  # fmt: skip
        assert (got["action"], got["parent"], got["status"]) == ("about", this.get("id"), "ENDED_SUCCESS")
        assert "hidden" not in repr(got["input_value"]) and "secret" in got["input_value"]
        assert (got["status_message"], got["error_code"], got["attempts"]) == (None, None, 1)
        assert (got["driver"], got["driver_version"]) == ("org.driverhost.fixture.echo", "1.0.0")
        assert got["created"] <= got["started"] <= got["ended"]
        assert got["created"].utcoffset().total_seconds() == 0
        assert got["output_value"]["execution"] == got["id"]
        with pytest.raises(ValueError, match="output_value"):
            child.get("outputs")
        assert "hidden" not in repr(child) + repr(this) + repr(system)
        return this.success()

    result_of(host, handler)


def test_rows_are_read_without_a_copy(host: driver_host.Host) -> None:
    pyarrow = pytest.importorskip("pyarrow")

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        child = this.connect(connector_type="STREAM", action="rows", count=1000, run=False)
        assert pyarrow.table(child.rows()).num_rows == 1000
        assert child.get("output_value")
        started = this.connect(connector_type="STREAM", action="rows", count=10)
        with pytest.raises(RuntimeError, match="rows"):
            started.rows()
        return this.success(output_value={"count": len(started.get("output_value")["squares"])})

    assert result_of(host, handler) == {"count": 10}


def test_rows_that_nobody_reads_do_not_hold_a_flow(host: driver_host.Host) -> None:
    kept = []

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        kept.append(this.connect(connector_type="STREAM", action="rows", count=10**9, run=False).rows())
        return this.success()

    result_of(host, handler)
    support.eventually("it was cancelled", lambda: host.executions()[0]["status"] == "ENDED_CANCELLED")


def test_no_compiled_copy_of_a_script_is_left(host: driver_host.Host, tmp_path: Path) -> None:
    path = tmp_path / "plain.py"
    path.write_text("def handler(system, this):\n    return this.success()\n")
    result_of(host, str(path))
    assert list(tmp_path.iterdir()) == [path]


# MARK: Waiting for several


def test_wait_for_starts_all_and_waits_until_all_have_succeeded(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        children = [this.connect(connector_type="ECHO", int=number, run=False) for number in range(20)]
        assert this.wait_for(children[:10], *children[10:]) == children
        return this.success(output_value={"sum": sum(child.get("output_value")["int"] for child in children)})

    assert result_of(host, handler) == {"sum": 190}


def test_wait_for_raises_the_first_failure(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        slow = this.connect(connector_type="SLEEPER", seconds=600, run=False)
        bad = this.connect(connector_type="ERRORS", message="it failed", run=False)
        with pytest.raises(flow_api.DependencyFailedError, match="it failed") as caught:
            this.wait_for(slow, bad)
        assert caught.value.execution is bad
        assert slow.get("status") == "RUNNING"
        slow.cancel()
        return this.success()

    result_of(host, handler)


def test_wait_for_all_ended_raises_nothing(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        good, bad = this.connect(connector_type="ECHO", run=False), this.connect(connector_type="ERRORS", run=False)
        assert this.wait_for(good, bad, return_when=flow_api.ALL_ENDED) == [good, bad]
        assert (good.get("status"), bad.get("status")) == ("ENDED_SUCCESS", "ENDED_ERROR")
        assert bad.get("status_message") == "failed as asked"
        with pytest.raises(flow_api.DependencyFailedError):
            bad.get("output_value")
        return this.success()

    result_of(host, handler)


def test_wait_for_the_first_that_has_ended(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        slow = this.connect(connector_type="SLEEPER", seconds=600, run=False)
        fast = this.connect(connector_type="ERRORS", run=False)
        assert this.wait_for(slow, fast, return_when="FIRST_ENDED") == [fast]
        with pytest.raises(flow_api.TimeoutExceededError):
            this.wait_for(slow, return_when=flow_api.ReturnWhen.ALL_ENDED, timeout=0.01)
        slow.cancel()
        return this.success()

    result_of(host, handler)


# MARK: Exceptions


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (flow_api.MissingInputError, {"connector_type": "STREAM", "action": "rows"}),
        (flow_api.InvalidInputError, {"connector_type": "ECHO", "int": "hidden-value"}),
        (flow_api.InvalidInputError, {"connector_type": "ECHO", "any": object()}),
        (flow_api.ExtraInputError, {"connector_type": "ECHO", "intt": "hidden-value"}),
        (flow_api.ResourceNotFoundError, {"connector_type": "NOBODY"}),
        (flow_api.ResourceNotFoundError, {"name": "nobody"}),
        (flow_api.DependencyTimeoutError, {"connector_type": "SLEEPER", "seconds": 600, "max_runtime": 0.02}),
        (flow_api.DependencyFailedError, {"connector_type": "ERRORS", "code": 4}),
    ],
)  # fmt: skip
def test_a_failure_has_an_exception_of_its_kind(
    drivers: Path, tmp_path: Path, kind: type[Exception], inputs: dict[str, Any]
) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        this.connect(**inputs)
        return this.success()

    with driver_host.Host(driver_paths=[drivers], only_given_paths=True, workspace=tmp_path) as host:
        outcome = run(host, handler)
    assert type(outcome.error) is kind
    assert isinstance(outcome.error, flow_api.DependencyFailedError)
    assert outcome.status == "ENDED_ERROR" and outcome.message == str(outcome.error)


def test_a_failure_says_everything_in_its_error(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        with pytest.raises(flow_api.ExtraInputError) as caught:
            this.connect(connector_type="ECHO", intt=1)
        assert caught.value.faults[0].nearest == "int"
        assert caught.value.error is caught.value.__cause__
        return this.success()

    result_of(host, handler)


# MARK: The flow


def test_children_have_the_flow_as_their_parent(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        child = this.connect(connector_type="ECHO")
        assert [record["id"] for record in system.executions(parent=this.get("id"))] == [child.get("id")]
        assert "ECHO" in system.connector_types() and system.connectors() == []
        return this.success()

    result_of(host, handler)


def test_a_flow_knows_itself(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict[str, Any]) -> object:
        assert this.load("type", "name", "status", "input_value") == ("FLOW", "nightly", "RUNNING", {"a": 1})
        with pytest.raises(ValueError, match="no field"):
            this.get("nothing")
        this.set_output("x", 1)
        return this.success("fine", output_value={"y": 2})

    outcome = run(host, handler, {"a": 1}, name="nightly")
    assert (outcome.message, outcome.output_value) == ("fine", {"x": 1, "y": 2})
    assert outcome.id[14] == "7" and outcome.duration >= 0


def test_a_flow_ends_in_an_error_that_it_returns_or_raises(host: driver_host.Host) -> None:
    def returned(system: flow_api.System, this: flow_api.Execution) -> object:
        return this.error("nothing to do")

    def raised(system: flow_api.System, this: flow_api.Execution) -> object:
        raise ZeroDivisionError

    assert run(host, returned).status == "ENDED_ERROR" and run(host, returned).message == "nothing to do"
    outcome = run(host, raised)
    assert (outcome.status, outcome.message) == ("ENDED_ERROR", "ZeroDivisionError")
    assert isinstance(outcome.error, ZeroDivisionError)


def test_a_mapping_that_a_handler_returns_is_its_output(host: driver_host.Host) -> None:
    assert result_of(host, lambda system, this: {"a": 1}) == {"a": 1}
    assert result_of(host, lambda *arguments: None) == {}


def test_what_a_failed_flow_has_started_is_cancelled(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        this.connect(connector_type="SLEEPER", seconds=600, run=False).run_async()
        return this.error("no")

    run(host, handler)
    support.eventually("it was cancelled", lambda: host.executions()[0]["status"] == "ENDED_CANCELLED")


def test_what_a_flow_has_started_ends_with_it(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        this.connect(connector_type="SLEEPER", seconds=0.05, run=False).run_async()
        return this.success("yes")

    result_of(host, handler)
    assert host.executions()[0]["status"] == "ENDED_SUCCESS"


def test_a_flow_has_a_time_limit_of_its_own(host: driver_host.Host) -> None:
    def waits(system: flow_api.System, this: flow_api.Execution) -> object:
        this.connect(connector_type="SLEEPER", seconds=600)
        return this.success()

    def waits_for(system: flow_api.System, this: flow_api.Execution) -> object:
        this.wait_for(this.connect(connector_type="SLEEPER", seconds=600, run=False))
        return this.success()

    for handler in (waits, waits_for):
        outcome = run(host, handler, max_runtime=0.05)
        assert type(outcome.error) is flow_api.TimeoutExceededError
    support.eventually("all ended", lambda: all(record["ended"] for record in host.executions()))


def test_secrets_of_outputs_are_masked_in_the_log_of_a_flow(host: driver_host.Host) -> None:
    lines: list[str] = []

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        outputs = this.connect(connector_type="ECHO", secret="correct-horse", string="shown").get("output_value")
        assert outputs["secret"] == "correct-horse"
        this.log("got", outputs, number=1)
        raise ValueError(f"cannot use {outputs}")

    outcome = run(host, handler, log=lines.append)
    assert "shown" in lines[0] and "number=1" in lines[0]
    assert "correct-horse" not in lines[0] + outcome.message


_PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("pa'ss\\wörd\"x", ["pa'ss", "wörd", "rd\"x", "w\\u00f6rd"]), ("tab\there", ["here"]),
        (_PEM, _PEM.splitlines()),
        (48151623, ["48151623"]), (4815.25, ["4815.25"]), (Decimal("4815162342.4815162342481516"), ["4815162342"]),
        (b"by'tes\n-of-key", ["of-key"]), (b"\xff\xfe-raw-key", ["raw-key"]),
        ({"a": ["nested-key", 7.125]}, ["nested-key"]),
    ],
)  # fmt: skip
def test_secrets_are_masked_however_they_are_written(host: driver_host.Host, secret: Any, words: list[str]) -> None:
    lines: list[str] = []

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        this._secrets.keep({"secret": secret}, ["/secret"])
        text = json.dumps(secret, default=str) + json.dumps(secret, default=str, ensure_ascii=False)
        quoted = repr("'\"" + secret) if isinstance(secret, str) else ""
        this.log(secret, {"value": secret}, quoted, named=secret)
        this.log(text)
        if isinstance(secret, str):
            for line in secret.splitlines():
                this.log("a line:", line)
        return this.error(f"not {secret!r} and {secret}")

    outcome = flow_api.run(handler, host=host, log=lines.append)
    shown = outcome.message + "".join(lines)
    assert "********" in outcome.message
    assert [word for word in words if word in shown] == [], shown


def test_secrets_that_a_failed_connection_has_put_out_are_masked(
    host: driver_host.Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []

    def fail(*_: object) -> None:
        raise driver_host.HostError("it failed", partial={"key": "correct-horse"}, secrets=("/key",))

    def handler(system: flow_api.System, this: flow_api.Execution) -> None:
        child = this.connect(connector_type="ECHO", run=False)
        monkeypatch.setattr(driver_host.Execution, "wait", fail)
        with pytest.raises(flow_api.DependencyFailedError) as caught:
            child.wait()
        assert caught.value.error is not None
        this.log(caught.value.error.partial)

    assert flow_api.run(handler, host=host, log=lines.append).error is None
    assert lines == ["{'key': '********'}"]


def test_short_secrets_mask_nothing(host: driver_host.Host) -> None:
    lines: list[str] = []

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        this.connect(connector_type="ECHO", secret="abc")
        this.log("abc", True, 1.5)
        return this.success()

    flow_api.run(handler, host=host, log=lines.append)
    assert lines == ["abc True 1.5"]


def test_inputs_are_not_in_the_exception_of_a_flow(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict[str, Any]) -> object:
        this.connect(connector_type="SECRETS", action="fail", password=inputs["password"])
        return this.success()

    outcome = run(host, handler, {"password": "correct-horse"})
    assert isinstance(outcome.error, flow_api.DependencyFailedError)
    assert "correct-horse" not in text_of(outcome.error) + outcome.message


def test_references_are_resolved_for_a_call_with_vault_secrets(host: driver_host.Host) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        text = "vault.secret(main:path.key)"
        assert this.connect(connector_type="ECHO", string=text).get("output_value") == {"string": text}
        with pytest.raises(flow_api.DependencyFailedError):
            this.connect(connector_type="ECHO", string=text, vault_secrets="main:path")
        return this.success()

    result_of(host, handler)


def test_a_flow_runs_in_any_thread(host: driver_host.Host) -> None:
    ends: list[str] = []

    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        return this.success(output_value=this.connect(connector_type="ECHO", int=1).get("output_value"))

    threads = [threading.Thread(target=lambda: ends.append(run(host, handler).status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == ["ENDED_SUCCESS"] * 8


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://example.org", ("https", "example.org", 443, "/")),
        ("http://example.org:8080/a/b?c=d#e", ("http", "example.org", 8080, "/a/b?c=d")),
        ("https://[2001:db8::1]/", ("https", "2001:db8::1", 443, "/")),
        ("gopher://h/x", ("gopher", "h", None, "/x")),
    ],
)  # fmt: skip
def test_a_url_is_split(url: str, parts: tuple[object, ...]) -> None:
    assert tuple(flow_api.split_url(url).values()) == parts


@pytest.mark.parametrize(
    "url", ["example.org", "https://", "http://h:hidden/", "http://user:hidden@h/", "http://[hidden"]
)
def test_a_url_that_cannot_be_split_is_not_in_the_message(url: str) -> None:
    with pytest.raises(ValueError, match="URL") as caught:
        flow_api.split_url(url)
    assert "hidden" not in str(caught.value)


def test_a_split_url_is_what_rest_takes(real: driver_host.Host, httpbin: support.Server) -> None:
    def handler(system: flow_api.System, this: flow_api.Execution) -> object:
        call = this.connect(connector_type="REST", **flow_api.split_url(f"{httpbin.url}/get?a=b"))
        return this.success(output_value=call.get("output_value")["json"]["args"])

    assert result_of(real, handler) == {"a": "b"}


def test_modules_beside_scripts_are_their_folders_own(host: driver_host.Host, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "parts").mkdir(parents=True)
        (tmp_path / name / "helper.py").write_text(f"import deeper\nNAME = {name!r} + deeper.NAME\n")
        (tmp_path / name / "deeper.py").write_text(
            f"NAME = {name!r}\ndef late():\n    from lazy import NAME\n    return NAME\n"
        )
        (tmp_path / name / "lazy.py").write_text(
            f"import dataclasses\n@dataclasses.dataclass\nclass Data:\n    x: int = 1\nNAME = {name!r}\n"
        )
        (tmp_path / name / "parts" / "__init__.py").write_text("")
        (tmp_path / name / "parts" / "part.py").write_text(f"from . import other\nNAME = {name!r} + other.NAME\n")
        (tmp_path / name / "parts" / "other.py").write_text(f"NAME = {name!r}\n")
        (tmp_path / name / "nightly.py").write_text(
            "import json\nimport helper\nimport parts.part as part\nfrom deeper import late\n\n\n"
            "def handler(system, this, inputs):\n"
            "    import lazy\n    import parts.other\n    from parts import part as again\n"
            "    assert again is part\n"
            "    return {'names': [helper.NAME, lazy.NAME, late(), part.NAME, parts.other.NAME]}\n"
        )
    # Both are read before one runs.
    handlers = [flow_api.load_script(tmp_path / name / "nightly.py") for name in ("one", "two")]
    for name, handler in zip(("one", "two"), handlers):
        outcome = flow_api.run(handler, host=host)
        assert outcome.error is None, text_of(outcome.error)
        assert outcome.output_value["names"] == [name * 2, name, name, name * 2, name]
    assert not list(tmp_path.rglob("__pycache__"))
