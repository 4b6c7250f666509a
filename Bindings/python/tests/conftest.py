"""Fixtures: drivers that are compiled once a run, hosts, servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import support

sys.path.insert(0, str(support.SOURCES))
os.environ.setdefault("DRIVERS_HOST_LIBRARY", str(support.products() / "libdriverhost.so"))

import driver_host
from nginx import Nginx
from vault import Vault

# Who begins the tests in the background, or by nohup, has them ignore these, and programs that they begin would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

NAMES = ("arrow", "echo", "errors", "flaky", "late", "logger", "secrets", "sleeper", "stubborn", "timers")


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the fixture drivers and the example STREAM."""
    folder = tmp_path_factory.mktemp("drivers")
    for name in NAMES:
        support.compile_driver(name, folder)
    subprocess.run([support.ROOT / "Examples" / "c-stream" / "build", folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def host(drivers: Path) -> Iterator[driver_host.Host]:
    """A host of its own for a test, with the fixture drivers only."""
    with driver_host.Host(driver_paths=[drivers], only_given_paths=True) as host:
        yield host


@pytest.fixture(scope="session")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Server]:
    """A server with the interface of OpenAI that takes the key `the-stored-key`."""
    server = support.chat_server(tmp_path_factory.mktemp("chat"), "the-stored-key")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def httpbin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Server]:
    """httpbin."""
    server = support.httpbin(tmp_path_factory.mktemp("httpbin"))
    yield server
    server.stop()


@pytest.fixture
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """An nginx of its own for a test."""
    server = Nginx(tmp_path_factory.mktemp("nginx"))
    yield server
    server.stop()


@pytest.fixture
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """A vault of its own for a test."""
    server = Vault(tmp_path_factory.mktemp("vault"))
    yield server
    server.stop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test fails the run where all are required: otherwise nobody would see that something is missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if skipped and os.environ.get("DRIVERS_TESTS_REQUIRED"):
        print(f"\n{len(skipped)} tests were skipped, and all are required", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
