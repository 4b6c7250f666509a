"""Database servers of the benchmark's own: on free ports of loopback, with all of their data in one folder.

They lose what they were told last when the machine fails, as those of the tests do. They end by their process ids, and
with the process that has started them at the latest.
"""
from __future__ import annotations

import glob
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

USER, PASSWORD, DATABASE = "bench", "correct-horse", "bench"


def tool(name: str) -> str:
    """The path of a program of a server's package."""
    folders = [os.environ.get("PATH", ""), "/usr/sbin", *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    path = shutil.which(name, path=":".join(folders))
    if path is None:
        raise SystemExit(f"{name} is not installed: run Scripts/setup")
    return path


def odbc_driver(name: str) -> str:
    """The path of an ODBC driver's library."""
    paths = glob.glob(f"/usr/lib/*/odbc/{name}") + glob.glob(f"/usr/lib*/{name}")
    if not paths:
        raise SystemExit(f"the ODBC driver {name} is not installed: run Scripts/setup")
    return paths[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server's folder and process."""

    # The user that its package has made: it refuses to be root.
    owner = ""
    # What ends it soon, with all of its sessions.
    end = signal.SIGTERM

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        self.own(folder)
        self.port = free_port()
        self.make_data()
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(self.as_owner(self.command(), self.end), stdout=log, stderr=log,
                                            cwd=folder, env=self.environment)
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise

    def own(self, path: pathlib.Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, self.owner, self.owner)

    def as_owner(self, command: list[str], end: signal.Signals) -> list[str]:
        """The words that become the program, with its process id, as its user; it dies with this process."""
        user = ["--reuid", self.owner, "--regid", self.owner, "--clear-groups"] if os.geteuid() == 0 else []
        return [tool("setpriv"), *user, "--pdeathsig", end.name.removeprefix("SIG"), "--", *command]

    def check(self, command: list[str]) -> None:
        """Runs a program that must succeed as its user."""
        run = subprocess.run(self.as_owner(command, signal.SIGKILL), cwd=self.folder, env=self.environment,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode != 0:
            raise SystemExit(f"{command[0]} failed:\n{run.stdout}")

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                raise SystemExit(f"{type(self).__name__} does not start:\n{log[-3000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.send_signal(self.end)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, command: list[str], sql: str, environment: dict[str, str]) -> str:
        environment = {**self.environment, **environment}
        run = subprocess.run(command, input=sql, env=environment, capture_output=True, text=True)
        if run.returncode != 0:
            raise SystemExit(f"{command[0]} failed: {run.stderr}")
        return run.stdout.strip()

    def make_data(self) -> None: raise NotImplementedError
    def command(self) -> list[str]: raise NotImplementedError
    def is_ready(self) -> bool: raise NotImplementedError


class PostgreSQL(Server):
    owner = "postgres"
    # SIGTERM would wait for its clients to go.
    end = signal.SIGQUIT

    def make_data(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n", encoding="ascii")
        self.own(password)
        self.check([tool("initdb"), "--pgdata", str(self.folder / "data"), "--username", USER,
                    "--pwfile", str(password), "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8",
                    "--no-sync", "--no-instructions"])

    def command(self) -> list[str]:
        settings = {
            "autovacuum": "off", "dynamic_shared_memory_type": "mmap", "fsync": "off", "full_page_writes": "off",
            "listen_addresses": "127.0.0.1", "max_wal_senders": "0", "max_wal_size": "4GB", "port": str(self.port),
            "shared_buffers": "256MB", "synchronous_commit": "off", "timezone": "UTC", "unix_socket_directories": "",
            "wal_level": "minimal",
        }
        words = [tool("postgres"), "-D", str(self.folder / "data")]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        return words

    def is_ready(self) -> bool:
        command = [tool("pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(self.port)]
        return subprocess.run(command, env=self.environment).returncode == 0

    def sql(self, text: str) -> str:
        """Runs statements; a line for each row, its values divided by `|`."""
        command = [tool("psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1",
                   "--host", "127.0.0.1", "--port", str(self.port), "--username", USER, "--dbname", "postgres"]
        return self.ask(command, text, {"PGPASSWORD": PASSWORD})

    def connection(self, attributes: str) -> str:
        return (f"DRIVER=PostgreSQL Unicode;Server=127.0.0.1;Port={self.port};Database=postgres;UID={USER};"
                f"PWD={PASSWORD};KeepaliveTime=60;KeepaliveInterval=15;BoolsAsChar=0;{attributes}")


class MariaDB(Server):
    owner = "mysql"

    def make_data(self) -> None:
        self.check([tool("mariadb-install-db"), "--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db",
                    "--auth-root-authentication-method=normal", "--skip-name-resolve", *self.storage()])
        first = self.folder / "init.sql"
        first.write_text(f"""create database {DATABASE} character set utf8mb4;
create user '{USER}'@'%' identified by '{PASSWORD}';
grant all privileges on *.* to '{USER}'@'%';
delete from mysql.global_priv where User = 'root';
flush privileges;
""", encoding="ascii")
        self.own(first)

    def storage(self) -> list[str]:
        return ["--innodb-buffer-pool-size=256M", "--innodb-doublewrite=OFF", "--innodb-flush-log-at-trx-commit=0",
                "--innodb-use-native-aio=OFF"]

    def command(self) -> list[str]:
        return [tool("mariadbd"), "--no-defaults", f"--datadir={self.folder / 'data'}", f"--port={self.port}",
                "--bind-address=127.0.0.1", "--character-set-server=utf8mb4", "--default-time-zone=+00:00",
                f"--init-file={self.folder / 'init.sql'}", "--pid-file=mariadb.pid", "--skip-log-bin",
                "--skip-name-resolve", "--socket=mariadb.sock", *self.storage()]

    def client(self, text: str) -> tuple[list[str], str, dict[str, str]]:
        command = [tool("mariadb"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", f"--port={self.port}",
                   f"--user={USER}", f"--database={DATABASE}", "--batch", "--raw", "--skip-column-names"]
        return command, text, {"MYSQL_PWD": PASSWORD}

    def is_ready(self) -> bool:
        command, text, environment = self.client("select 1")
        return subprocess.run(command, input=text.encode(), env={**self.environment, **environment},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def sql(self, text: str) -> str:
        """Runs statements; a line for each row, its values divided by tabs."""
        return self.ask(*self.client(text))

    def connection(self) -> str:
        return (f"DRIVER=MariaDB Unicode;Server=127.0.0.1;Port={self.port};Database={DATABASE};UID={USER};"
                f"PWD={PASSWORD};CHARSET=utf8mb4")
