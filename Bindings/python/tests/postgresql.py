"""PostgreSQL, with a cluster of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import support

USER, PASSWORD, DATABASE = "tester", "correct horse", "postgres"


def _newest(name: str) -> str:
    """A program of the newest server, as Debian installs it: not on PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parents[1].name), reverse=True
    )
    assert found, f"{name} is not there: Scripts/setup installs it"
    return str(found[0])


class PostgreSQL:
    """PostgreSQL on a free port of 127.0.0.1, which loses what it was told last when the machine fails."""

    def __init__(self) -> None:
        # None of pytest's, which nobody else can enter.
        folder = self._folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        # It refuses to be root: its package has made a user for it.
        self._words: list[str] = []
        if os.geteuid() == 0:
            self._words = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"]
            shutil.chown(folder, "postgres", "postgres")
        password = folder / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o644)
        self._run(
            _newest("initdb"), "--pgdata", str(folder / "data"), "--username", USER, "--pwfile", str(password),
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off",
            "dynamic_shared_memory_type": "mmap", "shared_buffers": "16MB", "timezone": "UTC",
        }  # fmt: skip
        command = [*self._words, _newest("postgres"), "-D", str(folder / "data")]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._log = folder / "server.log"
        with open(self._log, "wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder, env=self._environment()
            )
        ready = [_newest("pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(self.port)]
        support.eventually("PostgreSQL is ready", lambda: self._is_ready(ready))

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self._folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _run(self, *words: str) -> None:
        done = subprocess.run(
            [*self._words, *words], cwd=self._folder, env=self._environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _is_ready(self, command: list[str]) -> bool:
        assert self.process.poll() is None, self._log.read_text()
        return subprocess.run(command, check=False).returncode == 0

    @property
    def inputs(self) -> dict[str, object]:
        """The address, as inputs of the driver ODBC."""
        return {
            "driver": "PostgreSQL Unicode", "server": "127.0.0.1", "port": self.port, "database": DATABASE,
            "authentication": {
                "authentication_method": "username_password", "username": USER, "password": PASSWORD,
            },
        }  # fmt: skip

    def stop(self) -> None:
        """Ends it at once, with its sessions, and takes its folder away."""
        self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            print(f"PostgreSQL was killed\n{self._log.read_text()}", file=sys.stderr)
        shutil.rmtree(self._folder)
