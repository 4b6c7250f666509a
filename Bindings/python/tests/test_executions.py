"""Executions: started, waited for and cancelled apart; one call for each of many items."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import driver_host
import support
from driver_host import Status


def test_an_execution_is_new_until_it_is_started(host: driver_host.Host) -> None:
    execution = host.execution(connector_type="ECHO", int=1)
    assert execution.status is Status.NEW and not execution.status.has_ended
    assert len(execution.id) == 36
    assert execution.start() is execution
    result = execution.wait()
    assert result["int"] == 1
    assert execution.id == result.execution_id
    assert execution.status is Status.ENDED_SUCCESS
    assert repr(execution) == f"<Execution {execution.id} ENDED_SUCCESS>"


def test_a_wait_starts_an_execution_and_can_be_repeated(host: driver_host.Host) -> None:
    execution = host.execution(connector_type="ECHO", int=1)
    with ThreadPoolExecutor(4) as pool:
        assert [result["int"] for result in pool.map(lambda _: execution.wait(), range(8))] == [1] * 8


@pytest.mark.parametrize("in_thread", [False, True])
def test_the_time_of_a_wait_runs_out_and_the_call_goes_on(host: driver_host.Host, in_thread: bool) -> None:
    execution = host.execution(connector_type="SLEEPER", seconds=600)
    with ThreadPoolExecutor(1) as pool:
        wait = (lambda: pool.submit(execution.wait, 0.01).result()) if in_thread else (lambda: execution.wait(0.01))
        with pytest.raises(driver_host.WaitTimeoutError):
            wait()
    assert execution.status is Status.RUNNING
    execution.cancel()
    with pytest.raises(driver_host.CallCancelledError):
        execution.wait()


def test_one_that_was_cancelled_before_its_start_does_not_run(host: driver_host.Host) -> None:
    execution = host.execution(connector_type="SLEEPER", seconds=600)
    execution.cancel()
    with pytest.raises(driver_host.CallCancelledError):
        execution.wait()
    assert execution.status is Status.ENDED_CANCELLED


def test_leaving_its_block_cancels_an_execution(host: driver_host.Host) -> None:
    with host.execution(connector_type="SLEEPER", seconds=600) as execution:
        execution.start()
    with pytest.raises(driver_host.CallCancelledError):
        execution.wait()


def test_callbacks_hear_of_the_end_once_each(host: driver_host.Host) -> None:
    ended = threading.Semaphore(0)
    seen = []

    def hear(execution: driver_host.Execution) -> None:
        seen.append(execution.status)
        ended.release()

    execution = host.execution(connector_type="SLEEPER", seconds=0.02)
    execution.add_done_callback(hear)
    execution.add_done_callback(hear)
    execution.start()
    assert ended.acquire(timeout=support.PATIENCE) and ended.acquire(timeout=support.PATIENCE)
    # At once, since it has ended.
    execution.add_done_callback(hear)
    assert seen == [Status.ENDED_SUCCESS] * 3


def test_a_callback_looks_at_the_result(host: driver_host.Host) -> None:
    got = []
    ended = threading.Event()

    def hear(execution: driver_host.Execution) -> None:
        got.append(execution.wait()["int"])
        ended.set()

    execution = host.execution(connector_type="ECHO", int=5)
    execution.add_done_callback(hear)
    execution.start()
    assert ended.wait(support.PATIENCE)
    assert got == [5]


def test_an_execution_that_is_dropped_goes_on(host: driver_host.Host) -> None:
    name = host.execution(connector_type="SLEEPER", seconds=0.02).start().id
    gc.collect()
    support.eventually("it has ended", lambda: host.execution_record(name)["status"] == "ENDED_SUCCESS")


def test_callbacks_of_what_was_dropped_are_forgotten_at_its_end(host: driver_host.Host) -> None:
    from driver_host import _runtime

    before = len(_runtime.contexts)
    heard = []
    for _ in range(3):
        host.execution(connector_type="SLEEPER", seconds=0.02, progress=print).start()
        host.execution(connector_type="SLEEPER", seconds=0.02, progress=print)
        host.execution(connector_type="ECHO").add_done_callback(heard.append)
        listened = host.execution(connector_type="SLEEPER", seconds=0.02)
        listened.add_done_callback(heard.append)
        listened.start()
        host.connect_many([{"seconds": 0.02}], connector_type="SLEEPER", progress=print, on_item=heard.append)
    del listened
    gc.collect()
    support.eventually("all contexts are gone", lambda: len(_runtime.contexts) == before)
    assert len(heard) == 6


# MARK: Fan-out


def test_each_item_is_called_with_the_common_inputs(host: driver_host.Host) -> None:
    fan_out = host.connect_many(
        [{"int": number} for number in range(50)], connector_type="ECHO", inputs={"string": "all"}, parallel=4
    )
    items = list(fan_out)
    assert sorted(item.index for item in items) == list(range(50))
    assert all(item.get().to_dict() == {"string": "all", "int": item.index} for item in items)
    assert fan_out.wait() == driver_host.Summary(50, 0, 0)
    assert fan_out.status is Status.ENDED_SUCCESS
    assert list(fan_out) == []
    assert repr(fan_out) == "<FanOut of 50 items, 50 ended>"


def test_a_failure_is_an_item_like_any_other(host: driver_host.Host) -> None:
    items = {item.index: item for item in host.connect_many([{"int": 1}, {"int": "x"}], connector_type="ECHO")}
    assert items[0].error is None
    assert isinstance(items[1].error, driver_host.InvalidInputError)
    with pytest.raises(driver_host.InvalidInputError):
        items[1].get()


def test_the_first_failure_ends_a_fan_out_that_fails_fast(host: driver_host.Host) -> None:
    given = [{"code": 4}] + [{"seconds": 600}] * 5
    fan_out = host.connect_many(given[:1] + [{"code": 5}] * 5, connector_type="ERRORS", parallel=1, fail_fast=True)
    codes = [getattr(item.error, "code", None) for item in fan_out]
    assert codes == ["not_found"] + ["cancelled"] * 5
    assert fan_out.wait() == driver_host.Summary(0, 1, 5)
    assert fan_out.status is Status.ENDED_ERROR


def test_a_function_hears_of_each_item_and_of_the_progress(host: driver_host.Host) -> None:
    seen, progress = [], []
    fan_out = host.connect_many(
        [{"int": number} for number in range(20)], connector_type="ECHO", on_item=lambda item: seen.append(item.index),
        on_progress=lambda done, total: progress.append((done, total)),
    )  # fmt: skip
    assert fan_out.wait().succeeded == 20
    assert sorted(seen) == list(range(20))
    assert progress == [(number, 20) for number in range(1, 21)]


def test_what_the_function_raises_cancels_the_rest_and_is_raised(host: driver_host.Host) -> None:
    def hear(item: driver_host.Item) -> None:
        raise ZeroDivisionError

    fan_out = host.connect_many([{"int": number} for number in range(500)], connector_type="ECHO", parallel=1,
                                on_item=hear)  # fmt: skip
    with pytest.raises(ZeroDivisionError):
        fan_out.wait()


def test_leaving_the_iteration_early_cancels_the_rest(host: driver_host.Host) -> None:
    fan_out = host.connect_many([{"seconds": 0}] + [{"seconds": 600}] * 5, connector_type="SLEEPER")
    for item in fan_out:
        assert item.index == 0
        break
    # The generator is closed with the loop; PyPy would need a collection.
    gc.collect()
    assert fan_out.wait().cancelled == 5


def test_a_fan_out_of_nothing_ends_at_once(host: driver_host.Host) -> None:
    fan_out = host.connect_many([], connector_type="ECHO")
    assert list(fan_out) == []
    assert fan_out.wait() == driver_host.Summary(0, 0, 0)
    assert len(fan_out) == 0


def test_an_item_that_is_no_mapping_of_values_is_refused(host: driver_host.Host) -> None:
    with pytest.raises(driver_host.InvalidInputError, match="item /1/int"):
        host.connect_many([{"int": 1}, {"int": object()}], connector_type="ECHO")


def test_the_time_of_a_wait_for_a_fan_out_runs_out(host: driver_host.Host) -> None:
    fan_out = host.connect_many([{"seconds": 600}], connector_type="SLEEPER")
    with pytest.raises(driver_host.WaitTimeoutError):
        fan_out.wait(0.01)
    fan_out.cancel()
    assert fan_out.wait() == driver_host.Summary(0, 0, 1)
