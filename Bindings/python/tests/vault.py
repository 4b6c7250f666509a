"""The vault of Tests/Python, and its API by which tests fill it."""

from __future__ import annotations

import json
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import Any

import support

_SCRIPT = support.ROOT / "Tests" / "Python" / "vault_server.py"
_ROOT_TOKEN = "root-token-1"


class Vault(support.Server):
    """HashiCorp Vault's HTTP API on a free port: an engine of version 2 at `secret/`, and a role that reads `app/`."""

    def __init__(self, folder: Path) -> None:
        # Its dialect is newer than the oldest Python that the package runs on.
        python = shutil.which("python3", path="/usr/bin") or sys.executable
        super().__init__(
            folder,
            lambda port, log: [
                python, str(_SCRIPT), "--port", str(port), "--log", str(log), "--root-token", _ROOT_TOKEN,
                "--require-request-header",
            ],
            "/v1/sys/health",
        )  # fmt: skip
        self.call("PUT", "sys/policies/acl/app", policy='path "secret/data/app/*" { capabilities = ["read"] }')
        self.call("POST", "sys/auth/approle", type="approle")
        self.call("POST", "auth/approle/role/app", token_policies=["app"])
        self.role_id: str = self.call("GET", "auth/approle/role/app/role-id")["role_id"]
        self.secret_id: str = self.call("POST", "auth/approle/role/app/secret-id")["secret_id"]

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Asks as the root; the answer's data."""
        request = urllib.request.Request(
            f"{self.url}/v1/{path}", method=method, data=json.dumps(body).encode() if body else None,
            headers={"X-Vault-Token": _ROOT_TOKEN, "X-Vault-Request": "true", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=support.PATIENCE) as answer:
            text = answer.read()
        return json.loads(text)["data"] if text else None

    def write(self, path: str, **data: Any) -> None:
        """Writes a secret, in the place of what was there."""
        self.call("POST", f"secret/data/{path}", data=data)

    def control(self, name: str) -> Any:
        """`seal`, `unseal`; `expire`: ends every token's life but the root's; `counts`: of requests, by their paths."""
        with urllib.request.urlopen(f"{self.url}/control/{name}", timeout=support.PATIENCE) as answer:
            return json.load(answer)

    def count(self, request: str) -> int:
        """How often a request has come, such as `POST auth/approle/login`."""
        number: int = self.control("counts").get(request, 0)
        return number

    def configure(self, workspace: Path, name: str = "main", cache_seconds: float = 60) -> None:
        """Writes a configuration that logs in by the role into a workspace."""
        folder = workspace / "vaults"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.yaml").write_text(
            f"connector_type: VAULT\ncache_seconds: {cache_seconds}\n"
            f"value:\n  url: {self.url}\n  authentication:\n    authentication_method: approle\n"
            f"    role_id: {self.role_id}\n    secret_id: {self.secret_id}\n"
        )
