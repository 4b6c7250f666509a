"""nginx, with a configuration for what is sent to it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import support

# Requests are handed on to another location of the same server: nginx reads the bodies of no others, and logs none.
_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr info;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/temp/body;
  proxy_temp_path {folder}/temp/proxy;
  fastcgi_temp_path {folder}/temp/fastcgi;
  uwsgi_temp_path {folder}/temp/uwsgi;
  scgi_temp_path {folder}/temp/scgi;
  log_format requests escape=json '{{"method":"$request_method","path":"$uri","status":$status,'
    '"authorization":"$http_authorization","tenant":"$http_x_tenant","body":"$request_body"}}';
  default_type application/json;
  server {{
    listen 127.0.0.1:{port};
    access_log {log} requests;
    location = / {{ access_log off; return 204; }}
    location = /echo {{ proxy_pass http://127.0.0.1:{port}/answer; }}
    location = /guarded {{
      auth_basic "the tests";
      auth_basic_user_file {folder}/htpasswd;
      proxy_pass http://127.0.0.1:{port}/answer;
    }}
    location = /refused {{ return 401 '{{"error": "nobody has the key $http_authorization"}}'; }}
    location = /answer {{
      access_log off;
      return 200 '{{"authorization": "$http_authorization", "tenant": "$http_x_tenant"}}';
    }}
  }}
}}
"""


class Nginx(support.Server):
    """nginx on a free port of 127.0.0.1.

    | path | answer |
    |---|---|
    | `/echo` | the headers Authorization and X-Tenant that came, as JSON |
    | `/guarded` | the same, for basic authentication by who was admitted |
    | `/refused` | 401, with the header Authorization in it |
    """

    def __init__(self, folder: Path) -> None:
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        assert program is not None, "nginx is not there: Scripts/setup installs it"
        self._passwords = folder / "htpasswd"
        self.admit("nobody", "nothing")
        (folder / "temp").mkdir()

        def command(port: int, log: Path) -> list[str]:
            configuration = folder / "nginx.conf"
            configuration.write_text(_CONFIGURATION.format(folder=folder, port=port, log=log))
            return [program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)]

        super().__init__(folder, command)

    def admit(self, user: str, password: str) -> None:
        """Lets one user with a password in at `/guarded`, and nobody else, from now on."""
        self._passwords.write_text(f"{user}:{{PLAIN}}{password}\n")

    def received(self, count: int) -> list[dict[str, Any]]:
        """The first requests, once there are so many: they are logged after they were answered.

        `method`, `path`, `status`, `authorization`, `tenant` and `body` of each, the last one as what its JSON says.
        """

        def requests() -> list[dict[str, Any]]:
            found = self.requests()
            return found if len(found) >= count else []

        found: list[dict[str, Any]] = support.eventually(f"nginx has had {count} requests", requests)
        for request in found:
            request["body"] = json.loads(request["body"] or "null")
        return found
