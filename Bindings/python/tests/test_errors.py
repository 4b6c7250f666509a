"""What can go wrong comes as exceptions with every field."""

from __future__ import annotations

import pickle

import pytest

import driver_host
from support import text_of


def test_every_field_of_a_drivers_error_is_there(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.RateLimitedError) as caught:
        host.connect(
            connector_type="ERRORS", code=6, flags=1, status=429, retry_after_ms=1500, vendor_code=-7,
            vendor_state="08S01", pointer="/message", message="too many", detail="all of it",
            details={"bytes": b"\x00", "list": [1]}, partial={"rows": [1, 2]},
        )  # fmt: skip
    error = caught.value
    assert (error.code, error.message, error.detail, error.stage) == ("rate_limited", "too many", "all of it", "call")
    assert (error.retryable, error.retry_after, error.status, error.vendor_code) == (True, 1.5, 429, -7)
    assert (error.vendor_state, error.pointer, error.attempts) == ("08S01", "/message", 1)
    assert error.details == {"bytes": b"\x00", "list": [1]}
    assert error.partial == {"partial": {"rows": [1, 2]}}
    assert str(error) == "too many"
    record = host.execution_record(error.execution_id)
    assert (record["status"], record["error_code"]) == ("ENDED_ERROR", "rate_limited")


CODES = {
    1: driver_host.InvalidInputError, 2: driver_host.UnauthenticatedError, 3: driver_host.ForbiddenError,
    4: driver_host.NotFoundError, 5: driver_host.ConflictError, 6: driver_host.RateLimitedError,
    7: driver_host.TimedOutError, 8: driver_host.CallCancelledError, 9: driver_host.UnavailableError,
    10: driver_host.DNSError, 11: driver_host.TLSError, 12: driver_host.HostKeyError, 13: driver_host.ProtocolError,
    14: driver_host.RemoteFailureError, 15: driver_host.TooLargeError, 16: driver_host.UnsupportedError,
    17: driver_host.InternalError, 18: driver_host.LostError, 999: driver_host.InternalError,
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_class(host: driver_host.Host, code: int) -> None:
    with pytest.raises(driver_host.HostError) as caught:
        host.connect(connector_type="ERRORS", code=code)
    assert type(caught.value) is CODES[code]


def test_errors_are_also_of_the_languages_own_kinds() -> None:
    assert issubclass(driver_host.TimedOutError, TimeoutError)
    assert issubclass(driver_host.UnavailableError, ConnectionError)
    assert issubclass(driver_host.InvalidInputError, ValueError)
    assert issubclass(driver_host.NotFoundError, LookupError)


def test_all_faults_of_the_inputs_come_at_once(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.InvalidInputError) as caught:
        host.connect(connector_type="ECHO", intt=1, bool=3, double="x")
    faults = {fault.pointer: fault for fault in caught.value.faults}
    assert set(faults) == {"/intt", "/bool", "/double"}
    assert (faults["/intt"].kind, faults["/intt"].nearest) == ("extra", "int")
    assert (faults["/bool"].kind, faults["/bool"].keyword) == ("invalid", "type")
    assert caught.value.stage == "input"


def test_a_missing_input_is_named(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.InvalidInputError) as caught:
        host.connect(connector_type="STREAM", action="rows")
    assert [(fault.kind, fault.pointer) for fault in caught.value.faults] == [("missing", "/count")]


def test_an_unknown_type_says_what_there_is(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.NotFoundError, match="ECHO") as caught:
        host.connect(connector_type="ECHOO")
    assert caught.value.stage in ("input", "driver")


def test_a_call_without_a_target_is_a_type_error(host: driver_host.Host) -> None:
    with pytest.raises(TypeError):
        host.connect(int=1)


def test_a_closed_host_refuses_calls(host: driver_host.Host) -> None:
    assert host.close().clean
    assert host.close().clean
    with pytest.raises(driver_host.UnavailableError):
        host.connect(connector_type="ECHO")
    assert repr(host) == "<Host (closed)>"


def test_wrong_options_are_refused() -> None:
    with pytest.raises(driver_host.UsageError, match="log_level"):
        driver_host.Host(log_level="loud")


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_that_is_none_is_refused(host: driver_host.Host, timeout: float) -> None:
    with pytest.raises(driver_host.UsageError):
        host.connect(connector_type="ECHO", timeout=timeout)


def test_an_error_survives_pickling(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.HostError) as caught:
        host.connect(connector_type="ERRORS", code=4, message="gone", details=[1])
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is driver_host.NotFoundError
    assert vars(copy) == vars(caught.value)
    assert str(copy) == "gone"


def test_no_secret_is_in_a_traceback_a_repr_or_the_log(drivers: object, caplog: pytest.LogCaptureFixture) -> None:
    lines: list[driver_host.LogLine] = []
    password = "correct-horse-battery"
    with driver_host.Host(driver_paths=[str(drivers)], only_given_paths=True, log=lines.append) as host:
        given = {"password": password}
        result = host.connect(connector_type="SECRETS", inputs=given)
        execution = host.execution(connector_type="SECRETS", inputs=given)
        assert password not in repr(result) + repr(execution) + repr(execution.wait())
        with pytest.raises(driver_host.UnauthenticatedError) as caught:
            host.connect(connector_type="SECRETS", action="fail", inputs=given)
        assert password not in text_of(caught.value)
        assert password not in caught.value.detail + caught.value.vendor_state + str(caught.value.details)
        with pytest.raises(driver_host.InvalidInputError) as refused:
            host.connect(connector_type="SECRETS", inputs={"password": [password]})
        assert password not in text_of(refused.value) + repr(refused.value.faults)
        assert password not in repr(host.executions())
    assert lines and password not in repr(lines)
    assert password not in caplog.text


def test_lines_of_the_log_say_where_they_come_from(drivers: object, caplog: pytest.LogCaptureFixture) -> None:
    with driver_host.Host(driver_paths=[str(drivers)], only_given_paths=True, log_level="trace") as host:
        with caplog.at_level(1, "driver_host"):
            result = host.connect(connector_type="LOGGER")
    assert any(getattr(record, "execution_id", "") == result.execution_id for record in caplog.records)
    assert any("LOGGER" in record.getMessage() for record in caplog.records)
