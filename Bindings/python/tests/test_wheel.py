"""The wheel, in a virtual environment that has nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import support
from test_flows import script, workspace_of

LOADED = """
import driver_host
with driver_host.Host(driver_paths=[], workspace=None) as host:
    host.load("REST")
    print(sorted(driver["type"] for driver in host.drivers()))
    print(driver_host.library_path())
with open("/proc/self/maps") as maps:
    print([line for line in maps if "libswift" in line])
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment into which the wheel was installed."""
    if not (support.ROOT / ".build" / "venv" / "bin" / "pip").exists():
        pytest.skip("Scripts/setup has not run here")
    folder = tmp_path_factory.mktemp("wheel")
    printed = subprocess.run(
        [support.ROOT / "Scripts" / "wheel", "--from", support.products(), "--output", folder],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    wheel = Path(printed.strip())
    assert wheel.name.startswith("driver_host-") and wheel.name.endswith(f"-py3-none-linux_{os.uname().machine}.whl")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    installed = folder / "venv" / "bin" / "python"
    subprocess.run([installed, "-m", "pip", "install", "--quiet", "--no-index", wheel], check=True)
    return installed


def run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # No library path, no variable of ours.
    return subprocess.run(
        [python, *arguments], env={"PATH": "/usr/bin:/bin"}, cwd=python.parent, capture_output=True, text=True,
        timeout=support.PATIENCE,
    )  # fmt: skip


def test_the_installed_package_brings_library_and_drivers_and_needs_no_swift(python: Path) -> None:
    done = run(python, "-c", LOADED)
    assert done.returncode == 0, done.stderr
    types, library, swift = done.stdout.splitlines()
    assert "'OPENAI'" in types and "'REST'" in types
    assert library.endswith("driver_host/_lib/libdriverhost.so") and str(python.parents[1]) in library
    assert swift == "[]"


def test_the_first_script_runs_from_the_installed_package(python: Path, chat: support.Server, tmp_path: Path) -> None:
    workspace = workspace_of(chat, tmp_path / "workspace")
    done = run(python, "-m", "flow_api", "run", str(script("list_models", tmp_path)), "--workspace", str(workspace))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["message"] == "all done"
    assert chat.requests()[-1]["path"] == "/v1/models"


def test_the_installed_package_is_typed(python: Path) -> None:
    done = run(python, "-c", "import driver_host, pathlib; print(pathlib.Path(driver_host.__file__).parent)")
    assert (Path(done.stdout.strip()) / "py.typed").exists()
