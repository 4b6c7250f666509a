"""What a call costs from Python, beside what would be used instead. Prints one table; under a minute.

    DRIVERS_HOST_LIBRARY=.build/release/libdriverhost.so python bench.py [--json]

With --json the last line is the rows for a program. A sidecar is left out where fastapi and uvicorn are not installed:
`Scripts/bench --only python` has them. Figures are the best of three rounds: compare them within one run, never across
runs.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Callable

sys.path[:0] = [str(Path(__file__).parent / name) for name in ("src", "tests")]

import driver_host  # noqa: E402
import support  # noqa: E402

ROUNDS = 3


def best(count: int, once: Callable[[int], object]) -> float:
    """Calls a second: the best of some rounds."""
    rates = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        once(count)
        rates.append(count / (time.perf_counter() - begin))
    return max(rates)


def in_threads(threads: int, count: int, call: Callable[[], object]) -> None:
    def work() -> None:
        for _ in range(count // threads):
            call()

    started = [threading.Thread(target=work) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


def in_tasks(tasks: int, count: int, host: driver_host.Host, target: dict[str, str]) -> None:
    async def work() -> None:
        for _ in range(count // tasks):
            await host.aconnect(**target)

    async def main() -> None:
        await asyncio.gather(*[work() for _ in range(tasks)])

    asyncio.run(main())


def calls_of(host: driver_host.Host, title: str, **target: str) -> list[tuple[str, float]]:
    """Calls of a type or of a connector, in each way."""

    def call() -> object:
        return host.connect(**target)

    call()
    return [
        (f"{title}: main thread", best(10_000, lambda count: [call() for _ in range(count)])),
        (f"{title}: 1 thread", best(10_000, lambda count: in_threads(1, count, call))),
        (f"{title}: 4 threads", best(10_000, lambda count: in_threads(4, count, call))),
        (f"{title}: asyncio, 1 task", best(5_000, lambda count: in_tasks(1, count, host, target))),
        (f"{title}: asyncio, 100 tasks", best(10_000, lambda count: in_tasks(100, count, host, target))),
    ]


def pipeline(drivers: Path, folder: Path) -> list[tuple[str, float]]:
    """All the way: a stored connector, a secret that is known, and executions in SQLite."""
    for name in ("connectors", "vaults", "secrets"):
        (folder / name).mkdir()
    (folder / "secrets" / "api.json").write_text('{"password": "correct horse"}')
    (folder / "vaults" / "main.yaml").write_text(
        f"connector_type: FILES\ncache_seconds: 3600\nvalue: {{folder: {folder}/secrets}}\n"
    )
    (folder / "connectors" / "api.yaml").write_text(
        "connector_type: ECHO\nvalue: {string: text, int: 1, secret: 'vault.secret(main:api.password)'}\n"
    )
    history = folder / "history.sqlite"
    with driver_host.Host(driver_paths=[drivers], only_given_paths=True, workspace=folder, history=history) as host:
        # A file that has only just been written is read anew each time.
        host.connect("api")
        time.sleep(2.1)
        return calls_of(host, "stored connector, secret, history SQLite", name="api")


def echo(pipe: int, back: int) -> None:
    while True:
        data = os.read(pipe, 1)
        if not data:
            return
        os.write(back, data)


def pipe_round_trips(count: int) -> None:
    os.write(to_child, b"x")
    os.read(from_child, 1)
    for _ in range(count):
        os.write(to_child, b"x")
        os.read(from_child, 1)


def sidecar() -> subprocess.Popen[bytes] | None:
    """FastAPI under uvicorn, if they are installed."""
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        return None
    code = (
        "import sys, fastapi, uvicorn\napp = fastapi.FastAPI()\n"
        "@app.post('/call')\nasync def call(inputs: dict): return {}\n"
        "uvicorn.run(app, port=int(sys.argv[1]), log_level='error')\n"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(port)])


def http_calls(count: int) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = json.dumps({"number": 1})
    for _ in range(count):
        connection.request("POST", "/call", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
    connection.close()


def processes(count: int) -> None:
    for _ in range(count):
        subprocess.run(["/bin/true"], check=True)


if __name__ == "__main__":
    # Before a host is opened: a child would have none of its threads.
    from_parent, to_child = os.pipe()
    from_child, to_parent = os.pipe()
    child = multiprocessing.get_context("fork").Process(target=echo, args=(from_parent, to_parent), daemon=True)
    child.start()
    rows: list[tuple[str, float]] = [("a pipe round trip to another process", best(20_000, pipe_round_trips))]

    # Not below a folder that anybody may write to: drivers there are refused, and its disk is another one.
    with tempfile.TemporaryDirectory(dir=support.ROOT / ".build") as folder:
        drivers = Path(folder) / "drivers"
        drivers.mkdir()
        for name in ("echo", "timers"):
            support.compile_driver(name, drivers)
        subprocess.run([support.ROOT / "Examples" / "c-secrets" / "build", drivers], check=True, capture_output=True)
        for history in ("memory", "none"):
            with driver_host.Host(driver_paths=[drivers], only_given_paths=True, history=history) as host:
                rows += calls_of(host, f"blocking driver, history {history}", connector_type="ECHO")
                rows += calls_of(host, f"non-blocking driver, history {history}", connector_type="TIMERS")
        workspace = Path(folder) / "workspace"
        workspace.mkdir()
        rows += pipeline(drivers, workspace)
        inputs = {"string": "text", "int": 1, "map": {"a": [1, 2, 3], "b": {"c": True}}, "bytes": b"12345"}
        with driver_host.Host(driver_paths=[drivers], only_given_paths=True) as host:
            rows.append(
                (
                    "blocking driver, 4 inputs and outputs read: main thread",
                    best(5_000, lambda n: [dict(host.connect(connector_type="ECHO", inputs=inputs)) for _ in range(n)]),
                )
            )

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = sidecar()
    if server is not None:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/docs").read()
                break
            except OSError:
                time.sleep(0.05)
        rows.append(("an HTTP sidecar (FastAPI, uvicorn), keep-alive", best(500, http_calls)))
        server.terminate()
        server.wait()
    rows.append(("subprocess.run(/bin/true)", best(100, processes)))

    pipe = rows[0][1]
    print(f"Python {sys.version.split()[0]}, library {driver_host.version()}, {os.cpu_count()} cores")
    print(f"{'':68} {'calls/s':>10} {'µs':>8} {'pipe trips':>11}")
    for name, rate in rows:
        print(f"{name:68} {rate:10,.0f} {1e6 / rate:8.1f} {pipe / rate:11.2f}")
    child.terminate()
    if "--json" in sys.argv[1:]:
        print(json.dumps(rows))
