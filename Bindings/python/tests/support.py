"""What the tests share: paths, servers on loopback, programs that run in another interpreter."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Optional

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parents[1]
SOURCES = PACKAGE / "src"
FIXTURES = ROOT / "Tests" / "FixtureDrivers"
HEADERS = [ROOT / "Sources" / "DriverABI" / "include", ROOT / "Sources" / "DriverHostC" / "include"]
# How long anything may take that ends by itself: generous, since nothing is asserted about it.
PATIENCE = 30.0


def products() -> Path:
    """The folder of libdriverhost.so and the drivers: beside `DRIVERS_HOST_LIBRARY`, else the newest build."""
    given = os.environ.get("DRIVERS_HOST_LIBRARY")
    if given:
        return Path(given).resolve().parent
    found = [path for path in (ROOT / ".build").glob("*/libdriverhost.so") if path.parent.name in ("debug", "release")]
    if not found:
        raise RuntimeError("build the library first: swift build --product driverhost")
    return max(found, key=lambda path: path.stat().st_mtime).parent


def environment(**more: str) -> dict[str, str]:
    """For another interpreter that uses the package of this tree."""
    return {
        **os.environ, "PYTHONPATH": str(SOURCES), "DRIVERS_HOST_LIBRARY": str(products() / "libdriverhost.so"),
        "PYTHONWARNINGS": "error", **more,
    }  # fmt: skip


def run_python(code: str, *arguments: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment(**more), capture_output=True, text=True,
        timeout=PATIENCE,
    )  # fmt: skip
    if check:
        assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def eventually(what: str, condition: Any) -> Any:
    """Waits until something is so."""
    end = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"it was not so in time: {what}"
        time.sleep(0.005)


class Server:
    """A program that listens on a free port of 127.0.0.1; ended by its process id."""

    def __init__(self, folder: Path, command: Any, path: str = "/") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"requests-{self.port}.jsonl"
        self._output = folder / f"server-{self.port}.log"
        with open(self._output, "wb") as output:
            self.process = subprocess.Popen(
                command(self.port, self.log), stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder)},
            )  # fmt: skip
        eventually(f"the server of {self._output} answers", lambda: self._answers(path))

    def _answers(self, path: str) -> bool:
        assert self.process.poll() is None, self._output.read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                return connection.recv(16).startswith(b"HTTP/1.")
        except OSError:
            return False

    def requests(self) -> list[dict[str, Any]]:
        """What has come, for servers that keep a log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self) -> None:
        """Ends it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def chat_server(folder: Path, key: str) -> Server:
    """The server of Tests/Python with the interface of OpenAI."""
    # Its dialect is newer than the oldest Python that the package runs on.
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    script = ROOT / "Tests" / "Python" / "chat_server.py"
    return Server(
        folder, lambda port, log: [python, str(script), "--port", str(port), "--log", str(log), "--key", key],
        "/v1/models",
    )  # fmt: skip


def httpbin(folder: Path) -> Server:
    """httpbin under gunicorn, as the Swift tests run it."""
    program = ROOT / ".build" / "venv" / "bin" / "gunicorn"
    return Server(
        folder,
        lambda port, log: [
            str(program), "--bind", f"127.0.0.1:{port}", "--workers", "1", "--worker-class", "gthread",
            "--threads", "8", "--graceful-timeout", "1", "--worker-tmp-dir", str(folder), "--no-control-socket",
            "--log-level", "warning", "httpbin:app",
        ],
        "/status/200",
    )  # fmt: skip


def compile_driver(name: str, folder: Path) -> Path:
    """The driver of Tests/FixtureDrivers/NAME.c."""
    path = folder / f"lib{name.title()}Driver.so"
    subprocess.run(
        [
            "cc", "-std=c11", "-shared", "-fPIC", "-pthread", "-fvisibility=hidden", "-I", str(HEADERS[0]), "-I",
            str(FIXTURES), "-o", str(path), f"{name}.c",
        ],
        check=True, cwd=FIXTURES,
    )  # fmt: skip
    return path


def connector(workspace: Path, name: str, text: str) -> None:
    """Writes a connector into a workspace."""
    folder = workspace / "connectors"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text)


def text_of(error: Optional[BaseException]) -> str:
    """Everything that a program shows of an exception, with its causes."""
    import traceback

    assert error is not None
    return "".join(traceback.format_exception(type(error), error, error.__traceback__)) + repr(error)
