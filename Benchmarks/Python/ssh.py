"""The SSH driver beside libssh2 in C, and beside asyncssh, paramiko and the programs of OpenSSH."""
from __future__ import annotations

import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

from comparing import Comparing, Program
from databases import tool
from ssh_server import SSHServer

HERE = pathlib.Path(__file__).resolve().parent
LIMIT, SAME_LINE = "libssh2 in C", "libssh2 in C, with the command line of drivers"
# What libssh2 is handed at once, which says how many requests it has in flight: the best of 256 KiB to 16 MiB, for
# both directions.
BUFFER, BUFFER_FAR = 1 << 20, 2 << 20
# Of a round trip of 20 ms, in each direction.
DELAY = 10


class DelayProxy:
    """A way to the server that takes its time."""

    def __init__(self, path: str, port: int) -> None:
        self.process = subprocess.Popen([path, str(port), str(DELAY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class SSH(Comparing):
    """The rows of the table that are about SSH."""

    def __init__(self, bench, is_short: bool) -> None:
        super().__init__(bench, 7 if bench.full else 2 if is_short else 3)
        self.is_short = is_short
        self.folder = bench.folder / "ssh"
        self.folder.mkdir()
        self.environment = {**os.environ, "HOME": str(self.folder), "DRIVERS_PATH": ""}
        # In a run of everything it is one part of many.
        self.commands, self.bytes = (150, 64 << 20) if is_short else (300, 256 << 20)
        self.sessions, self.repeats = (200, 1_000) if is_short else (1_000, 10_000)

    def measure(self) -> None:
        # As many descriptors as sessions, in this process's children.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.server = SSHServer(self.folder / "server")
        try:
            self.run_commands()
            self.copy_files()
            self.hold_sessions()
            self.repeat()
        finally:
            self.server.stop()

    # MARK: - Programs

    def login(self, port: int) -> list[str]:
        return [str(port), self.server.user, str(self.server.key)]

    def ours(self, name: str, goals: dict[str, float], port: int, *arguments: object) -> Program:
        path = f"{self.bench.bin}/drivers:{self.bench.drivers}"
        words = [self.bench.path("bench"), path, "ssh", *self.login(port), str(self.server.known_hosts)]
        return Program(name, words + [str(word) for word in arguments], goals, is_ours=True)

    def bare(self, name: str, program: str, port: int, *arguments: object) -> Program:
        return Program(name, [self.bench.path(program), *self.login(port), *(str(word) for word in arguments)])

    def peer(self, name: str, peer: str, work: str, port: int, *arguments: object, rounds: int | None = None) -> Program:
        words = [sys.executable, str(HERE / "ssh_peers.py"), peer, work, *self.login(port), str(self.server.known_hosts)]
        return Program(name, words + [str(word) for word in arguments], rounds=rounds)

    def drivers_run(self, *arguments: str, key: pathlib.Path | None = None) -> list[str]:
        """The words of a command line of `drivers` that goes to the server."""
        login = {"authentication_method": "ssh_key", "username": self.server.user, "key_file": str(key or self.server.key)}
        known = {"hostkey_method": "known_hosts_file", "known_hosts_file": [str(self.server.known_hosts)]}
        return [f"{self.bench.drivers}/drivers", "run", "--type", "SSH", "--no-history", *arguments, "host=127.0.0.1",
                f"port:={self.server.port}", f"authentication:={json.dumps(login)}", f"hostkey:={json.dumps(known)}"]

    # MARK: - Commands

    def run_commands(self) -> None:
        port, line = self.server.port, self.command_line()
        for in_flight in (1, 16):
            count = self.commands * (1 if in_flight == 1 else 2)
            few = max(8, count // 20)
            goals = {LIMIT: 0.95, "asyncssh": 1}
            programs = [
                self.ours("drivers", goals, port, "exec", in_flight, count),
                self.bare(LIMIT, "ssh_exec", port, "true", in_flight, count),
                self.bare(SAME_LINE, "ssh_exec", port, line, in_flight, count),
                self.peer("asyncssh", "asyncssh", "exec", port, in_flight, count),
                self.peer("paramiko", "paramiko", "exec", port, in_flight, few if in_flight == 1 else count),
                self.peer("ssh, ControlMaster", "ssh-master", "exec", port, in_flight, count // 2),
            ]
            if in_flight == 1:
                programs.append(self.peer("ssh, a connection for each", "ssh", "exec", port, 1, 8, rounds=1))
            self.compare(f"SSH, `true` over one connection, {in_flight} in flight", "commands/s", LIMIT, programs)

    def command_line(self) -> str:
        """What the driver has the server run for a second `true`: the server tells it to one of the keys."""
        command = self.drivers_run("--action", "run_commands", 'commands:=["true", "true"]', key=self.server.telling_key)
        run = subprocess.run(command, capture_output=True, text=True, env=self.environment, check=True)
        return json.loads(run.stdout)["results"][1]["stdout"]

    # MARK: - Files

    def copy_files(self) -> None:
        size = self.bytes
        source, target = self.folder / "source", self.folder / "target"
        remote_source, remote_target = self.server.home / "source", self.server.home / "target"
        with source.open("wb") as file:
            for _ in range(size >> 20):
                file.write(os.urandom(1 << 20))
        shutil.copyfile(source, remote_source)

        def clear() -> None:
            target.unlink(missing_ok=True)
            remote_target.unlink(missing_ok=True)

        proxy = DelayProxy(self.bench.path("delay_proxy"), self.server.port)
        try:
            for port, way, buffer in ((self.server.port, "", BUFFER), (proxy.port, ", round trips of 20 ms", BUFFER_FAR)):
                for action in ("get", "put"):
                    made, remote, local = (
                        (target, "source", target) if action == "get" else (remote_target, "target", source)
                    )

                    def check(_program: Program, made=made) -> str:
                        same = subprocess.run([tool("cmp"), "--silent", str(source), str(made)]).returncode == 0
                        return "" if same else "the copy is not the file"

                    goals = {LIMIT: 0.95, "sftp": 1} if not way else {"sftp": 1}
                    what = (action, port, remote, local)
                    programs = [
                        self.ours("drivers, sync off", goals, port, action, remote, local, "false"),
                        self.ours("drivers", {}, port, action, remote, local, "true"),
                        self.bare(LIMIT, "ssh_sftp", port, action, remote, local, buffer),
                        self.peer("sftp", "sftp", *what),
                        self.peer("asyncssh", "asyncssh", *what),
                        self.peer("paramiko", "paramiko", *what, rounds=1),
                    ]
                    if self.is_short and way:
                        # What it has to do is the same as without the delay.
                        programs = [each for each in programs if each.name not in ("drivers", "paramiko")]
                    self.compare(f"SFTP, {action} of {size >> 20} MiB{way}", "MB/s", LIMIT, programs, clear, check)
                    clear()
        finally:
            proxy.stop()
        self.peaks(source, target)
        for path in (source, target, remote_source, remote_target):
            path.unlink(missing_ok=True)

    def peaks(self, source: pathlib.Path, target: pathlib.Path) -> None:
        """The peak of memory of a process that copies a file and does nothing else."""
        workload = f"SFTP, {self.bytes >> 20} MiB through `drivers run`"
        for action, local, remote in (("get", target, "source"), ("put", source, "target")):
            command = self.drivers_run("--action", action, "--out", "/dev/null", f"path={remote}", f"local_path={local}")
            result = self.run([self.bench.path("peak"), *command])
            if "error" in result:
                self.bench.add(workload, action, None, "MiB", note=f"failed: {result['error']}")
            else:
                self.bench.add(workload, action, round(result["peak_kib"] / 1024, 1), "MiB", goal_mib=64)

    # MARK: - Sessions

    def hold_sessions(self) -> None:
        count, in_flight = self.sessions, 16
        workload = f"SSH, {count:,} sessions of one process, made {in_flight} at once"
        print(f"   {workload}", file=sys.stderr)
        bare = self.run(self.bare(LIMIT, "ssh_sessions", self.server.port, count, in_flight).command)
        ours = self.run(self.ours("drivers", {}, self.server.port, "sessions", count, in_flight).command)
        for name, result in (("drivers", ours), (LIMIT, bare)):
            if "error" in result:
                self.bench.add(workload, name, None, "KiB each", note=f"failed: {result['error']}")
                continue
            notes = [f"{result['last_kib'] / 1024:.0f} MiB in all", f"{result['rate']:.0f} sessions/s"]
            if name != LIMIT and "error" not in bare:
                notes.insert(0, f"{result['each_kib'] / bare['each_kib']:.2f} of the limit's memory")
                notes.append(f"{result['rate'] / bare['rate']:.2f} of the limit")
                notes.append(f"then {result['again_rate']:.0f} commands/s, one in each")
            self.bench.add(workload, name, round(result["each_kib"], 1), "KiB each", note=", ".join(notes),
                           cpu_us=result["cpu_us"], result=result,
                           **({"library": result["library"]} if "library" in result else {}))

    def repeat(self) -> None:
        """Whether many calls leave something behind."""
        count = self.repeats
        workload = f"SSH, {count:,} commands over one connection, 16 in flight"
        print(f"   {workload}", file=sys.stderr)
        result = self.run(self.ours("drivers", {}, self.server.port, "repeat", 16, count).command)
        if "error" in result:
            self.bench.add(workload, "drivers", None, "MiB", note=f"failed: {result['error']}")
            return
        for name, which, done in (("after a tenth of them", "first", count // 10), ("at the end", "last", count)):
            self.bench.add(workload, name, round(result[f"{which}_kib"] / 1024, 1), "MiB",
                           note=f"{result[f'{which}_descriptors']} descriptors, after {done:,}")
