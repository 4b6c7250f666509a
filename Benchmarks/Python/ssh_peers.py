"""Runs commands and copies files over SSH with what a user would pick.

Usage: ssh_peers.py asyncssh|paramiko exec PORT USER KEY KNOWN-HOSTS IN-FLIGHT COUNT
       ssh_peers.py ssh|ssh-master exec PORT USER KEY KNOWN-HOSTS IN-FLIGHT COUNT
       ssh_peers.py asyncssh|paramiko|sftp get|put PORT USER KEY KNOWN-HOSTS REMOTE LOCAL
Commands are counted from the login on, after one of them; `ssh` itself is a process for each, which logs in, or hands
the command to another one that has (ControlMaster). Files are counted from connecting until they are closed. Prints one
line of JSON.
"""
from __future__ import annotations

import asyncio
import concurrent.futures
import importlib.metadata
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

HOST = "127.0.0.1"


class Clock:
    """The time, and what this process has computed, with the children that have ended."""

    def __init__(self) -> None:
        self.start, self.computed = time.perf_counter(), self.cpu()

    @staticmethod
    def cpu() -> float:
        return sum(usage.ru_utime + usage.ru_stime for usage in
                   (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))

    def commands(self, count: int) -> dict:
        seconds = time.perf_counter() - self.start
        return {"rate": count / seconds, "cpu_us": (self.cpu() - self.computed) * 1e6 / count}

    def file(self, size: int) -> dict:
        seconds = time.perf_counter() - self.start
        return {"bytes": size, "rate": size / 1e6 / seconds, "cpu_s": self.cpu() - self.computed}


class AsyncSSH:
    library = "asyncssh"

    def __init__(self, port: int, user: str, key: str, known_hosts: str) -> None:
        import asyncssh

        self.connect = lambda: asyncssh.connect(
            HOST, port, username=user, client_keys=[key], known_hosts=known_hosts, config=None, agent_path=None
        )

    def exec(self, in_flight: int, count: int) -> dict:
        async def measure() -> dict:
            async with self.connect() as connection:
                await connection.run("true", check=True)
                left = iter(range(count))

                async def some() -> None:
                    for _ in left:
                        await connection.run("true", check=True)

                clock = Clock()
                await asyncio.gather(*(some() for _ in range(in_flight)))
                return clock.commands(count)

        return asyncio.run(measure())

    def copy(self, action: str, remote: str, local: str) -> dict:
        async def measure() -> dict:
            clock = Clock()
            async with self.connect() as connection, connection.start_sftp_client() as sftp:
                await (sftp.get(remote, local) if action == "get" else sftp.put(local, remote))
            return clock.file(os.path.getsize(local))

        return asyncio.run(measure())


class Paramiko:
    library = "paramiko"

    def __init__(self, port: int, user: str, key: str, known_hosts: str) -> None:
        import paramiko

        self.address = {"hostname": HOST, "port": port, "username": user, "key_filename": key,
                        "allow_agent": False, "look_for_keys": False}
        self.client = paramiko.SSHClient()
        with open(known_hosts, encoding="ascii") as file:
            _, kind, text = file.readline().split()
        # It knows no patterns.
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"[{HOST}]:{port} {kind} {text}")
        self.client.get_host_keys().add(f"[{HOST}]:{port}", kind, entry.key)

    def exec(self, in_flight: int, count: int) -> dict:
        def run(_number: int) -> None:
            _, output, errors = self.client.exec_command("true")
            output.read(), errors.read()
            if output.channel.recv_exit_status() != 0:
                raise SystemExit("the command failed")
            output.channel.close()

        self.client.connect(**self.address)
        try:
            run(0)
            with concurrent.futures.ThreadPoolExecutor(in_flight) as pool:
                clock = Clock()
                list(pool.map(run, range(count)))
                return clock.commands(count)
        finally:
            self.client.close()

    def copy(self, action: str, remote: str, local: str) -> dict:
        clock = Clock()
        self.client.connect(**self.address)
        with self.client, self.client.open_sftp() as sftp:
            if action == "get":
                sftp.get(remote, local)
            else:
                sftp.put(local, remote)
        return clock.file(os.path.getsize(local))


class OpenSSH:
    """The programs `ssh` and `sftp`."""

    def __init__(self, port: int, user: str, key: str, known_hosts: str) -> None:
        settings = {"User": user, "IdentityFile": key, "IdentitiesOnly": "yes", "IdentityAgent": "none", "Port": port,
                    "UserKnownHostsFile": known_hosts, "GlobalKnownHostsFile": "/dev/null", "BatchMode": "yes"}
        self.options = ["-F", "/dev/null", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))]

    @property
    def version(self) -> str:
        run = subprocess.run(["ssh", "-V"], stderr=subprocess.PIPE, text=True, check=True)
        return run.stderr.split(",")[0].strip()

    def many(self, command: list[str], in_flight: int, count: int) -> dict:
        """A process for each; xargs begins them, which costs less than we would."""
        clock = Clock()
        # Each number becomes a word of the command, which `true` does not look at.
        subprocess.run(["xargs", "-n", "1", "-P", str(in_flight), *command], check=True,
                       input="\n".join(str(number) for number in range(count)), text=True)
        return clock.commands(count)

    def exec(self, in_flight: int, count: int) -> dict:
        return self.many(["ssh", *self.options, "-n", HOST, "true"], in_flight, count)

    def exec_master(self, in_flight: int, count: int) -> dict:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            path = f"{folder}/control"
            master = subprocess.Popen(["ssh", *self.options, "-M", "-S", path, "-N", HOST], stdin=subprocess.DEVNULL)
            try:
                while not os.path.exists(path):
                    if master.poll() is not None:
                        raise SystemExit("ssh ended at once")
                    time.sleep(0.01)
                command = ["ssh", *self.options, "-S", path, "-n", HOST, "true"]
                subprocess.run(command, check=True)
                before = self.cpu_of(master.pid)
                result = self.many(command, in_flight, count)
                result["cpu_us"] += (self.cpu_of(master.pid) - before) * 1e6 / count
                return result
            finally:
                master.terminate()
                master.wait()

    @staticmethod
    def cpu_of(process: int) -> float:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def copy(self, action: str, remote: str, local: str) -> dict:
        batch = f"get {remote} {local}\n" if action == "get" else f"put {local} {remote}\n"
        clock = Clock()
        subprocess.run(["sftp", *self.options, "-q", "-b", "-", HOST], input=batch, text=True, check=True,
                       stdout=subprocess.DEVNULL)
        return clock.file(os.path.getsize(local))


def peak_kib() -> int:
    """getrusage also counts what the process was before it became this program."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def main() -> None:
    peer, work, port, *login = sys.argv[1:7]
    first, second = sys.argv[7:]
    kind = {"asyncssh": AsyncSSH, "paramiko": Paramiko}.get(peer, OpenSSH)
    made = kind(int(port), *login)
    if work == "exec":
        run = made.exec_master if peer == "ssh-master" else made.exec
        result = run(int(first), int(second))
    else:
        result = made.copy(work, first, second)
    if kind is OpenSSH:
        result["library"] = made.version
    else:
        result["library"] = f"{made.library} {importlib.metadata.version(made.library)}"
        result["peak_kib"] = peak_kib()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
