"""Forks, the interpreter's exit, memory, layout: what concerns the whole process."""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import driver_host
import support

FORKED = """
import os, sys, threading, asyncio, driver_host
host = driver_host.Host(driver_paths=[sys.argv[1]], only_given_paths=True)
execution = host.execution(connector_type="ECHO", int=1)
running = host.execution(connector_type="SLEEPER", seconds=600).start()
fan_out = host.connect_many([{"seconds": 600}], connector_type="SLEEPER")
result = host.connect(connector_type="ECHO", int=1, string="kept")
assert result["string"] == "kept"
unread = host.connect(connector_type="ECHO", int=1)
rows = host.execution(connector_type="STREAM", action="rows", count=10, rows=True)
# Others hold locks while the process forks.
def busy():
    while not stop:
        host.connect(connector_type="ECHO", int=1)
stop = []
threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads: thread.start()
pid = os.fork()
if pid == 0:
    functions = [
        lambda: host.connect(connector_type="ECHO"), lambda: host.execution(connector_type="ECHO"),
        lambda: host.rows(connector_type="STREAM"), lambda: host.connect_many([{}], connector_type="ECHO"),
        lambda: asyncio.run(host.aconnect(connector_type="ECHO")), host.drivers, host.catalog, host.connectors,
        host.vaults, host.statistics, host.executions, host.prune, lambda: host.describe("ECHO"),
        lambda: host.schema("ECHO"), lambda: host.load("ECHO"), lambda: host.execution_record("x"), host.close,
        execution.start, execution.wait, execution.cancel, lambda: execution.status, lambda: execution.id,
        lambda: execution.add_done_callback(print), rows.rows, running.wait, running.cancel, fan_out.wait,
        fan_out.cancel, lambda: fan_out.status, driver_host.Host,
        lambda: unread["int"], lambda: len(unread), lambda: unread.execution_id,
    ]
    messages = set()
    for function in functions:
        try:
            function()
        except driver_host.ForkedError as error:
            messages.add(str(error))
        else:
            print("no error from", function)
    print(len(messages), "fork" in messages.pop())
    # What was got is still there, and letting go of things does no harm.
    print(result["string"], repr(execution))
    del host, execution, running, fan_out, rows, result, unread
    sys.stdout.flush()
    sys.exit(0)
_, status = os.waitpid(pid, 0)
print("child", status)
stop.append(1)
for thread in threads: thread.join()
print(host.connect(connector_type="ECHO", int=2)["int"])
running.cancel(); fan_out.cancel()
"""


def test_every_function_says_in_a_forked_child_that_it_was_forked(drivers: Path) -> None:
    done = support.run_python(FORKED, str(drivers), PYTHONWARNINGS="ignore::DeprecationWarning")
    assert done.stdout.splitlines() == ["1 True", "kept <Execution of another process>", "child 0", "2"]


def child(drivers: str) -> int:
    with driver_host.Host(driver_paths=[drivers], only_given_paths=True) as host:
        number: int = host.connect(connector_type="ECHO", int=os.getpid())["int"]
        return number


def test_processes_that_are_spawned_have_hosts_of_their_own(host: driver_host.Host, drivers: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert set(pool.map(child, [str(drivers)] * 4)) <= {worker.pid for worker in pool._pool}  # type: ignore[attr-defined]


def test_a_process_that_forks_before_it_opens_a_host_uses_it_in_the_child(drivers: Path) -> None:
    done = support.run_python(
        """
import os, sys, driver_host
driver_host.version()
for _ in range(2):
    pid = os.fork()
    if pid == 0:
        with driver_host.Host(driver_paths=[sys.argv[1]], only_given_paths=True) as host:
            print(host.connect(connector_type="ECHO", int=1)["int"], flush=True)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
""",
        str(drivers),
    )
    assert done.stdout.split() == ["1", "1"]


EXITS = {
    "a thread waits": "threading.Thread(target=wait, daemon=True).start()",
    "an execution runs": 'kept = host.execution(connector_type="SLEEPER", seconds=600).start()',
    "a callback will come": 'e = host.execution(connector_type="SLEEPER", seconds=600); '
    'e.add_done_callback(lambda e: print("told")); e.start()',
    "a fan-out runs": 'fan_out = host.connect_many([{"seconds": 600}] * 50, connector_type="SLEEPER", on_item=print)',
    "rows are held": 'rows = host.rows(connector_type="STREAM", action="rows", count=10**9)',
    "a capsule is held": 'c = host.rows(connector_type="STREAM", action="rows", count=10**9).__arrow_c_stream__()',
    "a loop was left": "loop = asyncio.new_event_loop(); "
    'task = loop.create_task(host.aconnect(connector_type="SLEEPER", seconds=600)); '
    "loop.run_until_complete(asyncio.sleep(0.02))",
    "a log is loud": "threading.Thread(target=busy, daemon=True).start(); time.sleep(0.05)",
    "the host is in a cycle": "cycle = [host]; cycle.append(cycle); del host",
}


@pytest.mark.parametrize("what", EXITS)
def test_the_interpreter_exits_with_work_in_flight(drivers: Path, what: str) -> None:
    done = support.run_python(
        f"""
import asyncio, sys, threading, time, driver_host
host = driver_host.Host(driver_paths=[sys.argv[1]], only_given_paths=True, log=lambda line: None, log_level="trace")
def wait():
    try:
        host.connect(connector_type="SLEEPER", seconds=600)
    except driver_host.HostError:
        pass
def busy():
    while True:
        try:
            host.connect(connector_type="LOGGER")
        except driver_host.HostError:
            return
{EXITS[what]}
time.sleep(0.05)
print("left")
""",
        str(drivers),
        PYTHONWARNINGS="ignore",
    )
    assert done.stdout.splitlines()[0] == "left"
    assert "Fatal" not in done.stderr and "terminate called" not in done.stderr


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_ten_thousand_calls_leak_nothing(host: driver_host.Host) -> None:
    from driver_host import _runtime

    given = {"string": "x" * 5000, "list": list(range(50)), "bytes": b"y" * 5000}

    def calls(count: int) -> None:
        for number in range(count):
            host.connect(connector_type="ECHO", inputs=given)["list"]
            execution = host.execution(connector_type="ECHO", int=number)
            execution.add_done_callback(lambda _: None)
            execution.wait()
            if number % 10 == 0:
                with pytest.raises(driver_host.HostError):
                    host.connect(connector_type="ERRORS", details=given)

    # The history of a thousand executions is full after this.
    calls(1500)
    gc.collect()
    before, contexts, objects = resident(), len(_runtime.contexts), len(gc.get_objects())
    calls(10_000)
    gc.collect()
    assert len(_runtime.contexts) == contexts
    assert len(gc.get_objects()) < objects + 500
    # 10,000 results of 10 KB would be 100 MB.
    assert resident() < before + 20_000_000


def test_handles_are_given_back(host: driver_host.Host) -> None:
    # Places in the library's table are used again: with more new handles than there are free places, the highest place
    # tells how many there are besides.
    def live() -> int:
        held = [host.execution(connector_type="ECHO") for _ in range(4000)]
        return max(execution._handle & 0xFFFFFFFF for execution in held) - len(held)

    def use() -> None:
        host.connect(connector_type="ECHO", int=1).to_dict()
        with pytest.raises(driver_host.HostError):
            host.connect(connector_type="ERRORS")
        host.drivers()
        for item in host.connect_many([{"int": 1}, {"int": "x"}], connector_type="ECHO"):
            repr(item)

    use()
    gc.collect()
    first = live()
    for _ in range(200):
        use()
    gc.collect()
    assert live() <= first + 8


def test_the_layout_is_that_of_the_headers(tmp_path: Path) -> None:
    from driver_host import _abi

    names = {
        "Text": "dh_text_v1", "Value": "dh_value_v1", "Member": "dh_member_v1", "Fault": "dh_fault_v1",
        "Failure": "dh_failure_v1", "ResultInfo": "dh_result_v1", "LogLine": "dh_log_line_v1",
        "HostOptions": "dh_host_options_v1", "Target": "dh_target_v1", "Sink": "dh_sink_v1", "Source": "dh_source_v1",
        "CallOptions": "dh_call_options_v1", "FanOut": "dh_fan_out_v1", "ArrowArrayStream": "struct ArrowArrayStream",
        "ArrowSchema": "struct ArrowSchema",
    }  # fmt: skip
    lines, expected = [], []
    for python, c in names.items():
        struct = getattr(_abi, python)
        for field, *_ in struct._fields_:
            name = {"as_": "as"}.get(field, field)
            lines.append(f'printf("{python}.{field} %zu\\n", offsetof({c}, {name}));')
            expected.append(f"{python}.{field} {getattr(struct, field).offset}")
    header = (support.HEADERS[1] / "driver_host.h").read_text() + (support.HEADERS[0] / "driver_abi.h").read_text()
    constants = {
        "DH_HOST_API": _abi.API, "DH_AGAIN": _abi.AGAIN, "DH_GONE": _abi.GONE, "DH_INVALID": _abi.INVALID,
        "DH_FAILED": _abi.FAILED, "DH_FORKED": _abi.FORKED, "DH_NULL": _abi.NULL, "DH_DECIMAL": _abi.DECIMAL,
        "DH_JSON": _abi.JSON, "DH_RETRYABLE": _abi.RETRYABLE, "DH_ONLY_GIVEN_PATHS": _abi.ONLY_GIVEN_PATHS,
        "DH_WORKSPACE_FOLDER": _abi.WORKSPACE_FOLDER, "DH_WORKSPACE_STANDARD": _abi.WORKSPACE_STANDARD,
        "DH_HISTORY_NONE": _abi.HISTORY_NONE, "DH_HISTORY_FILE": _abi.HISTORY_FILE,
        "DH_TARGET_CONNECTOR": _abi.TARGET_CONNECTOR, "DH_TARGET_TYPE": _abi.TARGET_TYPE,
        "DH_TARGET_VAULT": _abi.TARGET_VAULT, "DH_SINK_MEMORY": _abi.SINK_MEMORY, "DH_SINK_VALUES": _abi.SINK_VALUES,
        "DH_SOURCE_MEMORY": _abi.SOURCE_MEMORY, "DH_SOURCE_READ": _abi.SOURCE_READ,
        "DH_CALL_RESOLVES_REFERENCES": _abi.RESOLVES_REFERENCES, "DH_CALL_HAS_VAULT_SECRETS": _abi.HAS_VAULT_SECRETS,
        "DH_CALL_STREAMS_ROWS": _abi.STREAMS_ROWS, "DH_FAN_OUT_FAILS_FAST": _abi.FAN_OUT_FAILS_FAST,
    }  # fmt: skip
    for name, number in constants.items():
        lines.append(f'printf("{name} %lld\\n", (long long)({name}));')
        expected.append(f"{name} {number}")
    source = tmp_path / "layout.c"
    source.write_text(
        '#include "driver_host.h"\n#include <stdio.h>\nint main(void) {\n' + "\n".join(lines) + "\nreturn 0;\n}\n"
    )
    includes = [argument for folder in support.HEADERS for argument in ("-I", str(folder))]
    subprocess.run(["cc", *includes, "-o", str(tmp_path / "layout"), str(source)], check=True)
    printed = subprocess.run([tmp_path / "layout"], check=True, capture_output=True, text=True).stdout.splitlines()
    assert printed == expected
    # Every function of the header is bound.
    functions = set(re.findall(r"^(?:[a-z_]\w*|const [^(]*?)\s\**(?:DH_NULLABLE )?(dh_\w+_v1)\(", header, re.MULTILINE))
    bound = set(re.findall(r'"(dh_\w+_v1)"', Path(_abi.__file__).read_text()))
    assert functions - {"dh_driver_entry_v1"} <= bound
    assert len(functions) > 25


def test_another_library_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    source = tmp_path / "other.c"
    source.write_text("unsigned dh_api_v1(void) { return 0; }")
    other = tmp_path / "libdriverhost.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(other), str(source)], check=True)
    program = "import driver_host\ntry:\n  driver_host.version()\nexcept ImportError as error:\n  print(error)"
    assert "revision 0x0" in support.run_python(program, DRIVERS_HOST_LIBRARY=str(other)).stdout
    assert "could not be loaded" in support.run_python(program, DRIVERS_HOST_LIBRARY="/nowhere.so").stdout
    assert "DRIVERS_HOST_LIBRARY" in support.run_python(program, DRIVERS_HOST_LIBRARY="").stdout


def test_importing_loads_no_library(tmp_path: Path) -> None:
    support.run_python("import driver_host, flow_api", DRIVERS_HOST_LIBRARY="/nowhere.so")


def test_the_interpreter_is_one_that_the_package_is_for() -> None:
    assert sys.version_info >= (3, 9)
