"""Calls in an event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import driver_host
import support


def test_a_thousand_calls_are_awaited_at_once(host: driver_host.Host) -> None:
    async def main() -> list[driver_host.Result]:
        return await asyncio.gather(*[host.aconnect(connector_type="ECHO", int=number) for number in range(1000)])

    assert [result["int"] for result in asyncio.run(main())] == list(range(1000))


def test_a_thousand_calls_of_a_loops_driver_are_in_flight_at_once(host: driver_host.Host) -> None:
    async def main() -> int:
        calls = [
            asyncio.ensure_future(host.aconnect(connector_type="TIMERS", milliseconds=600_000)) for _ in range(1000)
        ]
        while host.statistics()["drivers"].get("TIMERS", {}).get("calls_in_flight", 0) < 1000:
            await asyncio.sleep(0.01)
        for call in calls:
            call.cancel()
        ends = await asyncio.gather(*calls, return_exceptions=True)
        return sum(isinstance(end, asyncio.CancelledError) for end in ends)

    assert asyncio.run(main()) == 1000
    support.eventually("all have ended", lambda: not host.statistics()["drivers"]["TIMERS"]["calls_in_flight"])


def test_cancelling_the_task_cancels_the_call_on_the_remote_side(host: driver_host.Host) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(host.aconnect(connector_type="SLEEPER", seconds=600))
        while not host.statistics()["drivers"].get("SLEEPER", {}).get("running_calls"):
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    support.eventually("it has ended", lambda: host.executions()[0]["status"] == "ENDED_CANCELLED")


def test_a_limit_of_asyncio_cancels_the_call(host: driver_host.Host) -> None:
    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(host.aconnect(connector_type="SLEEPER", seconds=600), 0.05)

    asyncio.run(main())
    support.eventually("it has ended", lambda: host.executions()[0]["status"] == "ENDED_CANCELLED")


def test_an_error_is_raised_where_the_call_is_awaited(host: driver_host.Host) -> None:
    async def main() -> None:
        with pytest.raises(driver_host.NotFoundError, match="gone"):
            await host.aconnect(connector_type="ERRORS", code=4, message="gone")
        with pytest.raises(driver_host.InvalidInputError):
            await host.aconnect(connector_type="ECHO", any=object())

    asyncio.run(main())


def test_an_execution_can_be_awaited(host: driver_host.Host) -> None:
    async def main() -> None:
        execution = host.execution(connector_type="SLEEPER", seconds=0.01)
        assert "slept" in await execution
        assert "slept" in await execution

    asyncio.run(main())


def test_other_tasks_run_while_a_call_waits(host: driver_host.Host) -> None:
    async def main() -> int:
        call = asyncio.ensure_future(host.aconnect(connector_type="SLEEPER", seconds=0.1))
        turns = 0
        while not call.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert asyncio.run(main()) > 1


def test_what_a_callback_raises_is_raised_by_the_call(host: driver_host.Host) -> None:
    def refuse(data: bytes) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await host.aconnect(connector_type="STREAM", action="generate", size=10, sinks={"out": refuse})

    asyncio.run(main())


def test_a_loop_that_is_closed_with_calls_in_flight_leaves_them_to_end(host: driver_host.Host) -> None:
    loop = asyncio.new_event_loop()
    task = loop.create_task(host.aconnect(connector_type="SLEEPER", seconds=0.05))
    loop.run_until_complete(asyncio.sleep(0.01))
    task.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.close()
    support.eventually("it has ended", lambda: host.executions()[0]["ended"])


@pytest.mark.parametrize("ends", ["after", "before"])
def test_a_closed_loop_releases_every_call(host: driver_host.Host, monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    from driver_host import _runtime

    released: list[int] = []
    release = _runtime.release_later

    def count(handle: int) -> None:
        released.append(handle)
        release(handle)

    monkeypatch.setattr(_runtime, "release_later", count)
    first = _runtime.add_context(None)

    def contexts() -> int:
        return sum(number > first for number in list(_runtime.contexts))

    loop = asyncio.new_event_loop()
    tasks = [
        loop.create_task(host.aconnect(connector_type="SLEEPER", seconds=0.2, progress=lambda *_: None))
        for _ in range(20)
    ]
    loop.run_until_complete(asyncio.sleep(0.01))
    assert contexts() == 40
    if ends == "after":
        loop.close()
    support.eventually("they have ended", lambda: sum(bool(kept["ended"]) for kept in host.executions()) == 20)
    # The ends are told, and with "before" the loop was woken for them, in vain.
    support.eventually("they were told", lambda: contexts() <= 20)
    loop.close()

    def are_released() -> bool:
        host.statistics()
        return len(set(released)) >= 20 and contexts() == 0

    support.eventually("all are released", are_released)
    assert len(released) == len(set(released))
    _runtime.contexts.pop(first)
    del tasks


def test_a_host_closes_in_a_loop(drivers: Path) -> None:
    async def main() -> driver_host.CloseReport:
        async with driver_host.Host(driver_paths=[drivers], only_given_paths=True) as host:
            await host.aconnect(connector_type="ECHO")
        return await host.aclose()

    assert asyncio.run(main()).clean


def test_loops_in_several_threads_share_a_host(host: driver_host.Host) -> None:
    from concurrent.futures import ThreadPoolExecutor

    async def main(first: int) -> list[int]:
        results = await asyncio.gather(*[host.aconnect(connector_type="ECHO", int=first + n) for n in range(100)])
        return [result["int"] for result in results]

    with ThreadPoolExecutor(4) as pool:
        for first, numbers in enumerate(pool.map(lambda first: asyncio.run(main(first)), range(4))):
            assert numbers == list(range(first, first + 100))
