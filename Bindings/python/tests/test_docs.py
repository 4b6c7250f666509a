"""The examples of the documents run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import driver_host
import flow_api
import support
from test_flows import workspace_of


def blocks(page: str, after: str = "") -> list[Any]:
    """The Python of a page, each under the heading that it stands below."""
    text = (support.ROOT / page).read_text()
    assert after in text
    text = text[text.index(after) :]
    found = []
    heading = ""
    for match in re.finditer(r"^#+ ([^\n]*)$|^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if match.group(1):
            heading = match.group(1)
        else:
            found.append(pytest.param(match.group(2), id=heading))
    assert found
    return found


@pytest.mark.parametrize("code", blocks("Docs/Flows.md"))
def test_a_flow_of_the_page_runs(
    code: str, drivers: Path, chat: support.Server, httpbin: support.Server, tmp_path: Path
) -> None:
    workspace = workspace_of(chat, tmp_path / "workspace")
    script = tmp_path / "example.py"
    script.write_text(code.replace("https://example.org", httpbin.url))
    with driver_host.Host(
        driver_paths=[drivers, support.products()], only_given_paths=True, workspace=workspace
    ) as host:
        outcome = flow_api.run(script, {}, host=host)
    assert outcome.error is None, support.text_of(outcome.error)
    assert outcome.status == "ENDED_SUCCESS"


@pytest.mark.parametrize("code", blocks("Docs/Embedding.md", after="## From Python"))
def test_a_program_of_the_page_runs(
    code: str, drivers: Path, chat: support.Server, httpbin: support.Server, tmp_path: Path
) -> None:
    workspace = workspace_of(chat, tmp_path / "workspace")
    code = code.replace("https://example.org", httpbin.url).replace("/srv/engine", str(workspace))
    done = support.run_python(code, DRIVERS_PATH=f"{drivers}:{support.products()}")
    assert done.stdout


def test_the_command_is_what_the_page_says() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flow_api", "run", "--help"], env=support.environment(), capture_output=True, text=True
    )
    page = (support.ROOT / "Docs" / "Flows.md").read_text()
    for option in re.findall(r"--[a-z-]+", done.stdout):
        assert option == "--help" or option in page
