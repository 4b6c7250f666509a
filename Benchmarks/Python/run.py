"""Runs all benchmarks on this machine, over loopback, and prints one table and writes one JSON.

Usage: run.py BIN DRIVERS RESULT [--full]. BIN has the built programs, DRIVERS the command line with its drivers. Every row
is measured beside its limit and its peers in the same run: figures of different runs do not compare, ratios do.
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import ftp
import odbc
import ssh

PYTHON = sys.executable
HERE = pathlib.Path(__file__).resolve().parent


class Bench:
    """One run: its programs, its servers, and the rows of its table."""

    def __init__(self, arguments: argparse.Namespace, folder: pathlib.Path) -> None:
        self.bin, self.drivers, self.full = arguments.bin, arguments.drivers, arguments.full
        self.only = arguments.only
        self.folder = folder
        self.rows: list[dict] = []

    def path(self, name: str) -> str:
        return str(self.bin / name)

    def run(self, *command: str, timeout: float = 300) -> dict:
        """The JSON that a program prints on its last line."""
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=timeout, check=True)
        return json.loads(result.stdout.strip().splitlines()[-1])

    def host(self, *arguments: str) -> dict:
        return self.run(self.path("bench"), f"{self.bin}/drivers:{self.drivers}", *arguments)

    def add(self, workload: str, row: str, value: float | None, unit: str, **more: object) -> None:
        self.rows.append({"workload": workload, "row": row, "value": value, "unit": unit, **more})

    # MARK: - Calls

    def calls(self) -> None:
        trips = self.run(self.path("roundtrips"))
        calls = self.host("calls")
        pipe, threads = trips["pipe"], trips["threads"]
        for name, what, goal in (
            ("dispatch_empty", "dispatch, no inputs", 1000),
            ("dispatch_typical", "dispatch, typical inputs", 1000),
            ("connect_empty", "everything, no inputs", 5000),
            ("connect_typical", "everything, typical inputs", 5000),
        ):
            self.add("empty call, from a task on its loop", what, calls[name], "ns", goal=goal, of_pipe=calls[name] / pipe)
        self.add("empty call, from the pool", "non-blocking driver", calls["connect_from_pool"], "ns",
                 of_threads=calls["connect_from_pool"] / threads)
        self.add("empty call, from the pool", "blocking driver", calls["connect_blocking"], "ns",
                 of_threads=calls["connect_blocking"] / threads)
        self.add("empty call, from the pool", "bare hand-over to a thread and back", threads, "ns")
        self.add("empty call, from the pool", "pipe to another process and back", pipe, "ns")
        folder = self.folder / "pipeline"
        folder.mkdir()
        stages = self.host("pipeline", str(folder))
        for name, what in (
            ("memory_1", "executions in memory, 1 in flight"), ("memory_64", "executions in memory, 64 in flight"),
            ("file_1", "executions in SQLite, 1 in flight"), ("file_64", "executions in SQLite, 64 in flight"),
        ):
            self.add("stored connector with a secret that is known", what, stages[name], "ns", goal=20000,
                     of_pipe=stages[name] / pipe)

    # MARK: - From Python

    def python(self) -> None:
        environment = {**os.environ, "DRIVERS_HOST_LIBRARY": f"{self.drivers}/libdriverhost.so"}
        command = [PYTHON, str(HERE.parents[1] / "Bindings" / "python" / "bench.py"), "--json"]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, check=True, env=environment)
        rows = json.loads(result.stdout.strip().splitlines()[-1])
        pipe = rows[0][1]
        for name, rate in rows:
            goal = {"goal": 10000} if name.endswith(("4 threads", "asyncio, 100 tasks")) else {}
            self.add("calls from Python", name, round(rate), "calls/s", of_pipe=pipe / rate, **goal)

    # MARK: - The list

    def listing(self) -> None:
        few, many = self.folder / "few", self.folder / "many"
        few.mkdir(), many.mkdir()
        source = (HERE.parent / "Drivers" / "noop.json").read_text(encoding="utf-8")
        for index in range(100):
            text = source.replace('"NOOP"', f'"NOOP{index}"').replace("bench.noop", f"bench.noop{index}")
            descriptor = self.folder / "descriptor.json"
            descriptor.write_text(text, encoding="utf-8")
            target = many / f"libNoop{index}Driver.so"
            subprocess.run(
                ["cc", "-O1", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{HERE.parents[1]}/Sources/DriverABI/include",
                 f'-DDH_DESCRIPTOR="{descriptor}"', str(HERE.parent / "Drivers" / "noop.c"), "-o", str(target)],
                check=True,
            )
            if index < 4:
                shutil.copy(target, few)
        program = self.folder / "drivers"
        shutil.copy(f"{self.drivers}/drivers", program)
        commands = {
            "drivers list, 4 drivers": [str(program), "list", "--driver-path", str(few)],
            "drivers list, 100 drivers": [str(program), "list", "--driver-path", str(many)],
            "empty program with the argument parser": [self.path("empty-program")],
        }
        if shutil.which("odbcinst"):
            commands["odbcinst -q -d"] = ["odbcinst", "-q", "-d"]
        times: dict[str, list[float]] = {name: [] for name in commands}
        environment = {**os.environ, "HOME": str(self.folder), "DRIVERS_PATH": ""}
        for _ in range(200 if self.full else 60):
            for name, command in commands.items():
                start = time.perf_counter()
                subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
                times[name].append(time.perf_counter() - start)
        median = {name: statistics.median(values) * 1e3 for name, values in times.items()}
        empty = median["empty program with the argument parser"]
        for name, value in median.items():
            self.add("start to end", name, round(value, 3), "ms", of_empty=value / empty)

    # MARK: - REST

    def rest(self, server: Server) -> None:
        for in_flight, total in ((1, 6000), (128, 40000), (1000, 30000)):
            if self.full:
                total *= 3
            workload = f"REST, {in_flight} in flight"
            url = f"{server.url}/item.json"
            commands = {
                "drivers, from a task on the loop": lambda n: self.host("get", url, str(in_flight), str(n)),
                "drivers, from the pool": lambda n: self.host("get-from-pool", url, str(in_flight), str(n)),
                "libcurl, curl_multi_socket_action": lambda n: self.curl("socket", url, in_flight, n),
                "libcurl, curl_multi_poll": lambda n: self.curl("poll", url, in_flight, n),
            }
            if in_flight == 1:
                commands["libcurl, curl_easy_perform"] = lambda n: self.curl("easy", url, 1, n)
            results: dict[str, list[dict]] = {name: [] for name in commands}
            # In turn, several times: what else the machine does meets all alike.
            for _ in range(3):
                for name, command in commands.items():
                    results[name].append(command(total))
            slow = {"aiohttp": 0.2, "httpx": 0.03, "requests": 0.03, "pycurl": 0.5}
            for name, share in slow.items():
                peer = [self.run(PYTHON, str(HERE / "peers.py"), name, url, str(in_flight), str(max(200, int(total * share))))
                        for _ in range(2)]
                results[f"{name} (Python)"] = peer
            best = {name: max(runs, key=lambda run: run["rate"]) for name, runs in results.items()}
            limit = best["libcurl, curl_multi_socket_action"]["rate"]
            for name, run in best.items():
                # Of the runs of one program that with the least: it was held up least.
                cpu = min((run["cpu_us"] for run in results[name] if "cpu_us" in run), default=None)
                self.add(workload, name, round(run["rate"]), "requests/s", of_socket=run["rate"] / limit,
                         **({} if cpu is None else {"cpu_us": cpu}), peak_mib=run["peak_kib"] / 1024, library=run.get("library", "the system's libcurl"))

    def tls(self, server: Server) -> None:
        """The same over TLS, by HTTP/1.1 and by HTTP/2, where all share one connection."""
        os.environ["BENCH_CA"] = str(server.authority)
        for version, url in (("HTTP/1.1", server.tls_url), ("HTTP/2", server.http2_url)):
            for in_flight, total in ((1, 4000), (128, 30000)):
                workload = f"REST over TLS, {version}, {in_flight} in flight"
                commands = {
                    "drivers, from a task on the loop": lambda n, u=url, f=in_flight: self.host("get", f"{u}/item.json", str(f), str(n)),
                    "libcurl, curl_multi_socket_action": lambda n, u=url, f=in_flight: self.curl("socket", f"{u}/item.json", f, n),
                    "libcurl, curl_multi_poll": lambda n, u=url, f=in_flight: self.curl("poll", f"{u}/item.json", f, n),
                }
                results: dict[str, list[dict]] = {name: [] for name in commands}
                for _ in range(3):
                    for name, command in commands.items():
                        results[name].append(command(total))
                peers = {"httpx": 0.02, "pycurl": 0.5} if version == "HTTP/2" else {"aiohttp": 0.2, "requests": 0.03, "pycurl": 0.5}
                for name, share in peers.items():
                    count = str(max(200, int(total * share)))
                    run = self.run(PYTHON, str(HERE / "peers.py"), name, f"{url}/item.json", str(in_flight), count)
                    results[f"{name} (Python)"] = [run]
                limit = max(run["rate"] for run in results["libcurl, curl_multi_socket_action"])
                for name, runs in results.items():
                    best = max(runs, key=lambda run: run["rate"])
                    cpu = min((run["cpu_us"] for run in runs if "cpu_us" in run), default=None)
                    self.add(workload, name, round(best["rate"]), "requests/s", of_socket=best["rate"] / limit,
                             **({} if cpu is None else {"cpu_us": cpu}), peak_mib=best["peak_kib"] / 1024,
                             library=best.get("library", "the system's libcurl"))
        del os.environ["BENCH_CA"]

    def curl(self, way: str, url: str, in_flight: int, total: int) -> dict:
        return self.run(self.path("curl_bench"), way, url, str(in_flight), str(total))

    # MARK: - Many at once

    def held(self) -> None:
        count = 10000
        workload = f"{count} calls in flight"
        memory = {}
        for name, command in (
            ("drivers", [self.path("bench"), str(self.drivers), "get", "{url}", str(count), str(count)]),
            ("libcurl, curl_multi_socket_action", [self.path("curl_bench"), "socket", "{url}", str(count), str(count)]),
        ):
            # The driver's own first request, which loads it, is answered before the others come.
            held = count + (1 if name == "drivers" else 0)
            memory[name] = self.hold(command, held, loads=name == "drivers")
        per_call = (memory["drivers"][0] - memory["libcurl, curl_multi_socket_action"][0]) * 1024 / count
        for name, (resident, descriptors) in memory.items():
            self.add(workload, name, round(resident / 1024, 1), "MiB", descriptors_per_call=descriptors / count)
        self.add(workload, "memory of a call beyond libcurl's", round(per_call), "bytes", goal=4096)

    def hold(self, command: list[str], count: int, loads: bool) -> tuple[int, int]:
        """The resident memory in KiB, and the descriptors, while all requests wait for their answer."""
        server = subprocess.Popen(
            [PYTHON, str(HERE / "hold_server.py"), str(count - 1 if loads else count), "1" if loads else "0"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        client = None
        try:
            port = server.stdout.readline().strip()
            client = subprocess.Popen(
                [word.replace("{url}", f"http://127.0.0.1:{port}/") for word in command], stdout=subprocess.PIPE, text=True
            )
            if server.stdout.readline().strip() != "held":
                raise SystemExit("the server ended before all requests had come")
            status = pathlib.Path(f"/proc/{client.pid}/status").read_text(encoding="ascii")
            resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
            descriptors = len(os.listdir(f"/proc/{client.pid}/fd"))
            server.stdin.write("go\n")
            server.stdin.flush()
            if client.wait(timeout=120) != 0:
                raise SystemExit(f"{command[0]} failed")
            return resident, descriptors
        finally:
            for process in (client, server):
                if process is not None and process.poll() is None:
                    process.kill()
                    process.wait()

    # MARK: - Large bodies

    def large(self, server: Server) -> None:
        size = 1 << 30
        big = server.folder / "www" / "big"
        with big.open("wb") as file:
            file.truncate(size)
        url = f"{server.url}/big"
        target = self.folder / "downloaded"
        for name, arguments in (("drivers, to a function", ()), ("drivers, to a file", (str(target),))):
            result = self.host("download", url, *arguments)
            self.add("REST, 1 GiB down", name, round(result["rate"]), "MB/s", peak_mib=result["peak_kib"] / 1024, goal_mib=64)
        self.add_curl("REST, 1 GiB down", "curl -o /dev/null", ["-o", "/dev/null", url], size)
        self.add_curl("REST, 1 GiB down", "curl -o file", ["-o", str(target), url], size)
        target.unlink(missing_ok=True)
        upload = f"{server.url}/upload/big"
        for name, arguments in (("drivers, from a file", (str(big),)), ("drivers, from a function", (str(size), "function"))):
            result = self.host("upload", upload, *arguments)
            self.add("REST, 1 GiB up", name, round(result["rate"]), "MB/s", peak_mib=result["peak_kib"] / 1024, goal_mib=64)
        self.add_curl("REST, 1 GiB up", "curl -T file", ["-o", "/dev/null", "-T", str(big), upload], size)
        big.unlink()
        (server.folder / "www" / "upload" / "big").unlink()

    def add_curl(self, workload: str, name: str, arguments: list[str], size: int) -> None:
        start = time.monotonic()
        subprocess.run(["curl", "-sS", "--fail", *arguments], check=True)
        self.add(workload, name, round(size / 1e6 / (time.monotonic() - start)), "MB/s")

    # MARK: - ODBC

    def odbc(self) -> None:
        odbc.ODBC(self, is_short="," in self.only and not self.full).measure()

    # MARK: - SSH

    def ssh(self) -> None:
        ssh.SSH(self, is_short="," in self.only and not self.full).measure()

    # MARK: - FTP

    def ftp(self) -> None:
        ftp.FTP(self, is_short="," in self.only and not self.full).measure()

    # MARK: - The table

    def table(self) -> str:
        lines, last = [], None
        for row in self.rows:
            if row["workload"] != last:
                last = row["workload"]
                lines += ["", last]
            notes = []
            for key, text in (
                ("goal", "goal {:,.0f}"), ("of_pipe", "{:.2f} of a pipe round trip"), ("of_threads", "{:.2f} of a hand-over"),
                ("of_empty", "{:.2f} of the empty program"), ("of_socket", "{:.2f} of the limit"), ("note", "{}"), ("cpu_us", "{:.3g} µs computed for each"),
                ("cpu_s", "{:.2f} s computed"), ("peak_mib", "peak {:.0f} MiB"), ("goal_mib", "goal {:.0f} MiB"),
                ("descriptors_per_call", "{:.2f} descriptors a call"), ("block", "{:,} rows at once"), ("library", "{}"),
            ):
                if key in row:
                    notes.append(text.format(row[key]))
            value = "-" if row["value"] is None else f"{row['value']:,}"
            lines.append(f"  {row['row']:<58} {value:>12} {row['unit']:<11} {', '.join(notes)}")
        return "\n".join(lines)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Server:
    """nginx on a free port of loopback, with a small document, and a folder that takes uploads."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        (folder / "www" / "upload").mkdir(parents=True)
        for name in ("www/upload", "body"):
            (folder / name).mkdir(exist_ok=True)
            (folder / name).chmod(0o777)
        folder.chmod(0o755)
        document = {"id": 42, "name": "chair", "tags": ["wood", "red"], "price": 19.5, "stock": {"a": 3, "b": 0}}
        (folder / "www" / "item.json").write_text(json.dumps(document), encoding="ascii")
        self.port, tls_port, http2_port = free_ports(3)
        self.url = f"http://127.0.0.1:{self.port}"
        self.tls_url, self.http2_url = f"https://127.0.0.1:{tls_port}", f"https://127.0.0.1:{http2_port}"
        self.authority = folder / "server.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", str(folder / "server.key"), "-out", str(self.authority), "-days", "2", "-subj", "/CN=bench",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
        configuration = f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; worker_rlimit_nofile 20000;
events {{ worker_connections 12000; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; client_max_body_size 0;
  types {{ application/json json; }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{self.port} backlog=8192; root {folder}/www;
    location /upload/ {{ dav_methods PUT; }}
  }}
  ssl_certificate {self.authority}; ssl_certificate_key {folder}/server.key;
  server {{ listen 127.0.0.1:{tls_port} ssl backlog=8192; root {folder}/www; }}
  server {{ listen 127.0.0.1:{http2_port} ssl http2 backlog=8192; root {folder}/www; }}
}}
"""
        path = folder / "nginx.conf"
        path.write_text(configuration, encoding="ascii")
        self.process = subprocess.Popen(["nginx", "-c", str(path)])
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise SystemExit((folder / "error.log").read_text(encoding="utf-8")) from None
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="run.py")
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("drivers", type=pathlib.Path)
    parser.add_argument("result", type=pathlib.Path)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", default="calls,python,listing,rest,tls,held,large,odbc,ssh,ftp")
    arguments = parser.parse_args()
    # As Ctrl-C: what was begun is ended.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        bench = Bench(arguments, folder)
        server = Server(folder / "nginx")
        try:
            for part in arguments.only.split(","):
                print(f"-- {part}", file=sys.stderr)
                if part in ("rest", "tls", "large"):
                    getattr(bench, part)(server)
                else:
                    getattr(bench, part)()
        finally:
            server.stop()
        machine = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "time": time.strftime("%Y-%m-%d")}
        arguments.result.write_text(json.dumps({"machine": machine, "rows": bench.rows}, indent=1) + "\n", encoding="utf-8")
        print(bench.table())


if __name__ == "__main__":
    main()
