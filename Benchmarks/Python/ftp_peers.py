"""Copies and lists files over FTP with what a user would pick, each with a process of its own.

Usage: ftp_peers.py run UNITS COMMAND [ARGUMENT…]
       ftp_peers.py ftplib get|put|list PORT TLS-AUTHORITY|- UNITS REMOTE LOCAL
`run` runs a program and counts from its start to its end; ftplib is counted from connecting to the last answer, and copies
a file, or each file of a folder, over one connection. UNITS is what has to be moved, in what the rate is told in. Prints
one line of JSON.
"""
from __future__ import annotations

import ftplib
import json
import os
import pathlib
import platform
import resource
import ssl
import subprocess
import sys
import time

from ftp_server import PASSWORD, USER


class Clock:
    """The time, and what this process has computed, with the children that have ended."""

    def __init__(self) -> None:
        self.start, self.computed = time.perf_counter(), self.cpu()

    @staticmethod
    def cpu() -> float:
        return sum(usage.ru_utime + usage.ru_stime for usage in
                   (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))

    def result(self, units: float) -> dict:
        return {"rate": units / (time.perf_counter() - self.start), "cpu_s": self.cpu() - self.computed}


class SessionTLS(ftplib.FTP_TLS):
    """As ftplib has it, with the TLS session of the control connection for data, which servers ask for."""

    def ntransfercmd(self, cmd: str, rest: object = None) -> tuple:
        made, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:
            made = self.context.wrap_socket(made, server_hostname=self.host, session=self.sock.session)
        return made, size


class Ftplib:
    """What Python brings along."""

    def __init__(self, port: str, authority: str) -> None:
        if authority == "-":
            self.session = ftplib.FTP()
        else:
            self.session = SessionTLS(context=ssl.create_default_context(cafile=authority))
        self.session.connect("127.0.0.1", int(port), 60)
        self.session.login(USER, PASSWORD)
        if authority != "-":
            self.session.prot_p()

    def get(self, remote: str, local: str) -> None:
        if not os.path.isdir(local):
            return self.get_one(remote, local)
        self.session.cwd(remote)
        for name in self.session.nlst():
            self.get_one(name, f"{local}/{name}")

    def get_one(self, remote: str, local: str) -> None:
        with open(local, "wb") as file:
            self.session.retrbinary(f"RETR {remote}", file.write, 1 << 18)

    def put(self, remote: str, local: str) -> None:
        if not os.path.isdir(local):
            return self.put_one(remote, pathlib.Path(local))
        self.session.cwd(remote)
        for path in pathlib.Path(local).iterdir():
            self.put_one(path.name, path)

    def put_one(self, remote: str, local: pathlib.Path) -> None:
        with local.open("rb") as file:
            self.session.storbinary(f"STOR {remote}", file, 1 << 18)

    def list(self, remote: str, _local: str) -> None:
        self.session.cwd(remote)
        self.session.dir(lambda line: None)


def main() -> None:
    if sys.argv[1] == "run":
        units, command = float(sys.argv[2]), sys.argv[3:]
        clock = Clock()
        run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        result = clock.result(units)
        if run.returncode != 0:
            lines = [line for line in run.stderr.splitlines() if line.strip()]
            raise SystemExit(f"status {run.returncode}: {lines[-1] if lines else ''}")
    else:
        work, port, authority, units, remote, local = sys.argv[2:]
        clock = Clock()
        getattr(Ftplib(port, authority), work)(remote, local)
        result = clock.result(float(units))
        result["library"] = f"Python {platform.python_version()}"
    print(json.dumps(result))


if __name__ == "__main__":
    main()
