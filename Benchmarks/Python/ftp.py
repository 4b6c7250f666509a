"""The FTP driver beside libcurl in C, and beside lftp, curl and Python's ftplib."""
from __future__ import annotations

import json
import os
import pathlib
import shutil
import sys

from comparing import Comparing, Program
from databases import tool
from ftp_server import PASSWORD, USER, FTPServer

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = "libcurl in C"
# Of the files of a folder.
SIZE = 2048


class FTP(Comparing):
    """The rows of the table that are about FTP."""

    def __init__(self, bench, is_short: bool) -> None:
        super().__init__(bench, 7 if bench.full else 3)
        self.is_short = is_short
        self.folder = bench.folder / "ftp"
        self.folder.mkdir()
        # Nobody's settings.
        self.environment = {**os.environ, "HOME": str(self.folder), "LFTP_HOME": str(self.folder), "DRIVERS_PATH": ""}
        # In a run of everything it is one part of many.
        self.bytes, self.files, self.entries = (64 << 20, 300, 10_000) if is_short else (256 << 20, 1_000, 50_000)

    def measure(self) -> None:
        self.server = FTPServer(self.folder / "server")
        self.home = self.server.home
        self.local, self.target = self.folder / "local", self.folder / "target"
        try:
            self.copy_file()
            self.copy_folder()
            self.copy_over_tls()
            self.list_folder()
            self.peaks()
        finally:
            self.server.stop()

    # MARK: - Programs

    @property
    def login(self) -> str:
        return f"{USER}:{PASSWORD}"

    @property
    def url(self) -> str:
        return f"ftp://127.0.0.1:{self.server.port}"

    def timed(self, name: str, units: float, command: list[str], goals: dict[str, float] | None = None,
              rounds: int | None = None) -> Program:
        words = [sys.executable, str(HERE / "ftp_peers.py"), "run", str(units), *command]
        return Program(name, words, goals or {}, is_ours=name.startswith("drivers"), rounds=rounds)

    def drivers_run(self, action: str, tls: bool, *inputs: str) -> list[str]:
        login = {"authentication_method": "username_password", "username": USER, "password": PASSWORD}
        security = {"mode": "explicit", "ca_file": str(self.server.authority)} if tls else {"mode": "off"}
        return [f"{self.bench.drivers}/drivers", "run", "--type", "FTP", "--driver-path",
                f"{self.bench.drivers}/libFTPDriver.so", "--no-history", "--action", action, "--out", "/dev/null",
                "host=127.0.0.1", f"port:={self.server.port}", f"authentication:={json.dumps(login)}",
                f"tls:={json.dumps(security)}", *inputs]

    def ours(self, name: str, units: float, goals: dict[str, float], action: str, tls: bool, *inputs: str) -> Program:
        return self.timed(name, units, self.drivers_run(action, tls, *inputs), goals)

    def bare(self, work: str, units: float, tls: bool, connections: int, remote: str, local: pathlib.Path,
             names: list[str]) -> Program:
        listed = self.folder / f"names-{len(names)}"
        listed.write_text("".join(f"{name}\n" for name in names), encoding="ascii")
        words = [self.bench.path("ftp_curl"), work, self.url + remote, self.login, str(self.server.authority) if tls else "-",
                 str(connections), str(local), str(listed), str(units)]
        return Program(LIMIT if connections == 1 else f"{LIMIT}, {connections} at once", words)

    def lftp(self, name: str, units: float, tls: bool, command: str, rounds: int | None = None) -> Program:
        settings = ["cmd:fail-exit yes", "xfer:clobber yes", f"ftp:ssl-allow {'yes' if tls else 'no'}"]
        if tls:
            settings += ["ftp:ssl-force yes", "ftp:ssl-protect-data yes", f"ssl:ca-file {self.server.authority}"]
        script = "; ".join([*(f"set {setting}" for setting in settings), f"open -u {USER},{PASSWORD} {self.url}", command])
        return self.timed(name, units, [tool("lftp"), "-c", script], rounds=rounds)

    def curl(self, name: str, units: float, tls: bool, *words: str) -> Program:
        security = ["--ssl-reqd", "--cacert", str(self.server.authority)] if tls else []
        return self.timed(name, units, [tool("curl"), "-q", "-sS", "--fail-early", "-u", self.login, *security, *words])

    def ftplib(self, units: float, tls: bool, work: str, remote: str, local: pathlib.Path | str = "-") -> Program:
        words = [sys.executable, str(HERE / "ftp_peers.py"), "ftplib", work, str(self.server.port),
                 str(self.server.authority) if tls else "-", str(units), remote, str(local)]
        return Program("ftplib (Python)", words)

    # MARK: - One file

    def copy_file(self) -> None:
        units = self.bytes / 1e6
        self.local.mkdir(), self.target.mkdir()
        source = self.local / "file"
        with source.open("wb") as file:
            for _ in range(self.bytes >> 20):
                file.write(os.urandom(1 << 20))
        shutil.copyfile(source, self.home / "file")
        self.make_remote("put")
        got, put = self.target / "file", self.home / "put" / "file"

        def clear() -> None:
            got.unlink(missing_ok=True)
            put.unlink(missing_ok=True)

        for tls in (False, True):
            way = ", TLS" if tls else ""
            for work in ("get", "put"):
                made = got if work == "get" else put
                local = got if work == "get" else source
                remote = "/file" if work == "get" else "/put/file"

                def check(_program: Program, made=made) -> str:
                    # The first and the last bytes, and the length: all of it would take longer than the copy.
                    with source.open("rb") as one, made.open("rb") as two:
                        for place in (0, self.bytes // 2, self.bytes - 4096):
                            one.seek(place), two.seek(place)
                            if one.read(4096) != two.read(4096):
                                return "the copy is not the file"
                    return "" if made.stat().st_size == self.bytes else "the copy is not whole"

                path = f"{self.home}{remote}"
                inputs = [f"path={path}", f"local_path={local}"] + (["sync:=false"] if work == "get" else [])
                arguments = ["-o", str(got)] if work == "get" else ["-T", str(source)]
                command = f"get -O {self.target} {path}" if work == "get" else f"put -O {self.home}/put {source}"
                goals = {LIMIT: 0.9, "lftp": 1}
                programs = [
                    self.ours("drivers", units, goals, work, tls, *inputs),
                    self.bare(work, units, tls, 1, f"/%2F{self.home}" + ("" if work == "get" else "/put"),
                              self.target if work == "get" else self.local, ["file"]),
                    self.lftp("lftp", units, tls, command),
                    self.curl("curl", units, tls, *arguments, f"{self.url}/%2F{path}"),
                    self.ftplib(units, tls, work, path, local),
                ]
                self.compare(f"FTP{way}, {work} of {self.bytes >> 20} MiB", "MB/s", LIMIT, programs, clear, check)
                clear()
        (self.home / "file").unlink()
        source.unlink()

    def make_remote(self, name: str) -> pathlib.Path:
        path = self.home / name
        path.mkdir()
        self.server.give(path)
        return path

    # MARK: - Many files

    def copy_folder(self) -> None:
        self.make_files(self.files)
        for work in ("get", "put"):
            for at_once in (1, 4, 8):
                self.copy_files(f"FTP, {work} of {self.files:,} files of {SIZE >> 10} KiB", work, False, self.files, at_once)

    def copy_over_tls(self) -> None:
        count = 60
        self.make_files(count)
        self.copy_files(f"FTP, TLS, put of {count} files of {SIZE >> 10} KiB", "put", True, count, 8)

    def make_files(self, count: int) -> None:
        for path in (self.home / "many", self.local):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
        for number in range(count):
            content = os.urandom(SIZE)
            for path in (self.home / "many", self.local):
                (path / f"file-{number:04}").write_bytes(content)

    def copy_files(self, workload: str, work: str, tls: bool, count: int, at_once: int) -> None:
        remote, local = (self.home / "many", self.target) if work == "get" else (self.home / "put", self.local)
        made = self.target if work == "get" else self.home / "put"

        def clear() -> None:
            shutil.rmtree(made, ignore_errors=True)
            if work == "get":
                made.mkdir()
            else:
                self.make_remote("put")

        def check(_program: Program) -> str:
            whole = sum(path.stat().st_size == SIZE for path in made.iterdir())
            return "" if whole == count == len(list(made.iterdir())) else f"{whole} files of {count}"

        inputs = ["recursive:=true", "parents:=true", f"path={remote}", f"local_path={local}", f"parallel:={at_once}"]
        if work == "get":
            inputs.append("sync:=false")
        plain = ["preserve:=false", "verify=none"] + ([] if work == "get" else ["atomic:=false"])
        names = sorted(path.name for path in self.local.iterdir())
        mirror = f"mirror --parallel={at_once} {remote} {local}" if work == "get" else f"mirror -R --parallel={at_once} {local} {remote}"
        lftp = f"lftp, mirror --parallel={at_once}"
        programs = [
            self.ours("drivers", count, {lftp: 1}, work, tls, *inputs),
            self.ours("drivers, bytes alone", count, {}, work, tls, *inputs, *plain),
            self.bare(work, count, tls, at_once, f"/%2F{remote}", local, names),
            self.lftp(lftp, count, tls, mirror),
        ]
        if at_once > 1:
            # One at a time it would be about its waiting in vain: up to a second for each file.
            programs.append(self.curl(f"curl -Z, {at_once} at once", count, tls, "-Z", "--parallel-max", str(at_once), "-K",
                                      self.curl_list(work, remote, local, names)))
        if at_once == 1 or tls:
            programs.append(self.ftplib(count, tls, work, str(remote), local))
        self.compare(f"{workload}, {at_once} at once", "files/s", programs[2].name, programs, clear, check)
        clear()

    def curl_list(self, work: str, remote: pathlib.Path, local: pathlib.Path, names: list[str]) -> str:
        """A file that tells curl what to copy."""
        path = self.folder / f"curl-{work}"
        what = "output" if work == "get" else "upload-file"
        path.write_text("".join(f'url = "{self.url}/%2F{remote}/{name}"\n{what} = "{local}/{name}"\n' for name in names),
                        encoding="ascii")
        return str(path)

    # MARK: - Listings

    def list_folder(self) -> None:
        count = self.entries
        folder = self.home / "large"
        folder.mkdir()
        for number in range(count):
            (folder / f"entry-{number:06}.dat").touch()
        ours = self.drivers_run("list", False, f"path={folder}", f"max_entries:={count}")
        programs = [
            # Each entry is printed when it has come; and all of them at the end.
            self.timed("drivers --output ndjson", count, [*ours, "--output", "ndjson"], {"lftp, cls -l": 1}),
            self.timed("drivers, one document", count, ours),
            self.curl("curl", count, False, f"{self.url}/%2F{folder}/"),
            self.lftp("lftp, cls -l", count, False, f"cls -l {folder}"),
            self.ftplib(count, False, "list", str(folder)),
        ]
        workload = f"FTP, a directory of {count:,} entries"
        self.compare(workload, "entries/s", "curl", programs)
        for program in programs[:4]:
            self.peak(workload + ", peak of memory", program.name, program.command[4:])
        shutil.rmtree(folder)

    # MARK: - Memory

    def peaks(self) -> None:
        size = 1 << 30
        for path in (self.home / "big", self.local / "big"):
            with path.open("wb") as file:
                file.truncate(size)
        for tls in (False, True):
            workload = f"FTP{', TLS' if tls else ''}, 1 GiB through `drivers run`"
            for action, remote, local in (("get", "big", self.target / "big"), ("put", "put-big", self.local / "big")):
                inputs = ["sync:=false"] if action == "get" else []
                command = self.drivers_run(action, tls, f"path={self.home}/{remote}", f"local_path={local}", *inputs)
                self.peak(workload, action, command, 64)
                for path in (self.target / "big", self.home / "put-big"):
                    path.unlink(missing_ok=True)

    def peak(self, workload: str, name: str, command: list[str], goal: float | None = None) -> None:
        """The peak of memory of a process that does nothing else."""
        result = self.run([self.bench.path("peak"), *command])
        if "error" in result:
            self.bench.add(workload, name, None, "MiB", note=f"failed: {result['error']}")
        else:
            more = {} if goal is None else {"goal_mib": goal}
            self.bench.add(workload, name, round(result["peak_kib"] / 1024, 1), "MiB", **more)
