"""A vault: HashiCorp Vault's HTTP API for key/value secrets, tokens, and logging in by role or by password.

What tests can have it do besides stands at the Swift class VaultServer.
"""
import argparse
import json
import re
import threading
import time
import uuid
from collections import Counter
from urllib.parse import parse_qsl, unquote

from base_server import Handler, parser, serve
from vault_kv import Refusal, engine, listed, seconds
from vault_tokens import CAPABILITIES, DEFAULT_POLICY, METHODS, Token, as_list, matches, read_policy

DENIED = listed("permission denied")
# How a number is marked that is to be written as it came, digit by digit.
MARK = "\x00"
HEALTH = {"active": 200, "standby": 429, "dr-secondary": 472, "performance-standby": 473, "uninitialized": 501}
OPERATIONS = {
    "GET": "read", "HEAD": "read", "LIST": "list", "POST": "write", "PUT": "write", "DELETE": "delete",
    "PATCH": "patch",
}
CONTROLS = ("seal", "unseal", "health", "standby", "expire", "delay", "fault", "counts")


def exact(document: bytes) -> object:
    """JSON whose numbers keep their digits."""
    return json.loads(document, parse_float=lambda text: MARK + text)


def written(value: object) -> str:
    return re.sub(r'"\\u0000([-+.0-9eE]+)"', r"\1", json.dumps(value))


class Mount:
    def __init__(self, kind: str, options: dict | None, description: str = "") -> None:
        self.kind, self.options, self.description = kind, options, description
        self.id = uuid.uuid4().hex[:8]
        self.engine = engine(options or {}) if kind in ("kv", "generic") else None

    def facts(self) -> dict:
        return {
            "accessor": f"{self.kind}_{self.id}",
            "config": {"default_lease_ttl": 0, "force_no_cache": False, "max_lease_ttl": 0},
            "description": self.description, "external_entropy_access": False, "local": False, "options": self.options,
            "seal_wrap": False, "type": self.kind, "uuid": self.id,
        }


class Namespace:
    """One world: mounts, methods, policies and tokens."""

    def __init__(self, *, is_dev: bool = False) -> None:
        self.mounts = {"cubbyhole/": Mount("cubbyhole", None), "sys/": Mount("system", None)}
        if is_dev:
            self.mounts["secret/"] = Mount("kv", {"version": "2"}, "key/value secret storage")
        self.methods: dict[str, object] = {}
        self.policies: dict[str, dict[str, set[str]]] = {"default": DEFAULT_POLICY}
        self.texts = {"default": json.dumps({"path": {path: {} for path in DEFAULT_POLICY}})}
        self.tokens: dict[str, Token] = {}

    def mount_of(self, path: str) -> tuple[str, Mount] | None:
        return next(((name, mount) for name, mount in self.mounts.items() if (path + "/").startswith(name)), None)


class Vault:
    """All of it, and what the tests have asked for."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.lock = threading.Lock()
        self.unseal_key = "dGhlIG9ubHkga2V5IG9mIHRoaXMgdmF1bHQ="
        self.root = Token(["root"], identifier=options.root_token, path="auth/token/root", name="root")
        self.namespaces = {"": Namespace(is_dev=True)}
        self.namespaces[""].tokens[self.root.id] = self.root
        self.needs_request_header = options.require_request_header
        self.is_sealed = False
        self.health = "active"
        self.active_node = ""
        self.delays: dict[str, float] = {}
        self.faults: list[dict] = []
        self.counts: Counter = Counter()

    def namespace(self, name: str) -> tuple[str, Namespace]:
        name = name.strip("/")
        if name not in self.namespaces:
            raise Refusal(404, "no handler for route. route entry not found.")
        return name, self.namespaces[name]

    def token(self, identifier: str, namespace: str) -> Token:
        """A token that holds here: it was issued here, or further up."""
        for name, world in self.namespaces.items():
            if name == "" or namespace == name or namespace.startswith(name + "/"):
                token = world.tokens.get(identifier)
                if token is not None:
                    if token.is_expired:
                        del world.tokens[identifier]
                        break
                    token.home = world
                    return token
        raise Refusal(403, "permission denied" if not identifier else listed("permission denied", "invalid token"))

    def allowed(self, token: Token, path: str) -> set[str]:
        """What a token may do with a path: the most exact rule of each policy counts, and deny before all."""
        if token.is_root:
            return {"root", "sudo", "create", "read", "update", "delete", "list", "patch"}
        allowed: set[str] = set()
        for policy in token.policies:
            rules = token.home.policies.get(policy, {})
            best = max((pattern for pattern in rules if matches(pattern, path)), key=len, default=None)
            if best is not None:
                allowed |= rules[best]
        return {"deny"} if "deny" in allowed else allowed

    def check(self, token: Token, operation: str, path: str) -> None:
        if not self.allowed(token, path) & CAPABILITIES[operation]:
            raise Refusal(403, DENIED)
        if token.uses:
            token.uses -= 1
            if not token.uses:
                token.expires = 0.0

    def expire(self, *, keeps_root: bool = True) -> int:
        """Ends every token's life; how many."""
        count = 0
        for world in self.namespaces.values():
            for token in list(world.tokens.values()):
                if not (keeps_root and token is self.root):
                    del world.tokens[token.id]
                    count += 1
        return count


class VaultHandler(Handler):
    vault: Vault
    control_paths = frozenset(f"/control/{name}" for name in CONTROLS)

    def respond(self) -> None:
        if self.path in self.control_paths:
            self._control(self.path.removeprefix("/control/"))
            return
        path = unquote(self.path.removeprefix("/v1/"))
        vault = self.vault
        with vault.lock:
            vault.counts[f"{self.method} {path}"] += 1
            delay = max((wait for prefix, wait in vault.delays.items() if path.startswith(prefix)), default=0)
        time.sleep(delay)
        try:
            if not self.path.startswith("/v1/"):
                raise Refusal(404)
            with vault.lock:
                status, answer = self._answer(path)
        except Refusal as refusal:
            self._refuse(refusal)
            return
        if answer is None:
            self.send(204)
        elif status is None:
            self.send_answer(200, answer)
        else:
            self.send_answer(status, answer, is_bare=True)

    def send_answer(self, status: int, answer: dict, *, is_bare: bool = False) -> None:
        envelope = {
            "request_id": str(uuid.uuid4()), "lease_id": "", "renewable": False, "lease_duration": 0, "data": None,
            "wrap_info": None, "warnings": None, "auth": None,
        }
        body = answer if is_bare else envelope | answer
        self.send(status, written(body) + "\n", {"Content-Type": "application/json", "Cache-Control": "no-store"})

    def _refuse(self, refusal: Refusal) -> None:
        if refusal.status in (307, 308):
            self.send(refusal.status, b"", {"Location": refusal.errors[0]})
        elif refusal.data is not None or refusal.warnings is not None:
            self.send_answer(refusal.status, {"data": refusal.data, "warnings": refusal.warnings})
        else:
            headers = {"Retry-After": "1"} if refusal.status == 429 else {}
            self.send_json(refusal.status, {"errors": refusal.errors}, headers)

    # MARK: What tests ask for

    def _control(self, name: str) -> None:
        vault = self.vault
        with vault.lock:
            if name in ("seal", "unseal"):
                vault.is_sealed = name == "seal"
            elif name == "health":
                vault.health = self.argument("state", "active")
            elif name == "standby":
                vault.active_node = self.argument("active")
            elif name == "expire":
                self.send_json(200, {"expired": vault.expire(keeps_root=not self.number("root", 0))})
                return
            elif name == "delay":
                vault.delays[self.argument("path")] = float(self.argument("seconds", "0"))
            elif name == "fault":
                vault.faults.append(
                    {
                        "path": self.argument("path"), "status": self.number("status", 500),
                        "left": self.number("times", 1), "error": self.argument("error", "internal error"),
                    }
                )
        self.send_json(200, dict(vault.counts) if name == "counts" else {})

    # MARK: Requests

    def _answer(self, path: str) -> tuple[int | None, dict | None]:
        vault = self.vault
        if vault.needs_request_header and self.headers.get("X-Vault-Request", "").lower() != "true":
            raise Refusal(412, "missing \"X-Vault-Request\" header")
        for fault in vault.faults:
            if fault["left"] > 0 and path.startswith(fault["path"]):
                fault["left"] -= 1
                raise Refusal(fault["status"], fault["error"])
        query = dict(parse_qsl(self.query, keep_blank_values=True))
        operation = OPERATIONS.get(self.method)
        if operation is None:
            raise Refusal(405, listed("unsupported operation"))
        if operation == "read" and query.get("list") in ("true", "1"):
            operation = "list"
        body = self._json()
        open_answer = self._open(path, operation, body, query)
        if open_answer is not None:
            return open_answer
        if vault.is_sealed:
            raise Refusal(503, "Vault is sealed")
        if vault.active_node:
            raise Refusal(307, f"{vault.active_node}{self.target}")
        name, world = vault.namespace(self.headers.get("X-Vault-Namespace", ""))
        method_name, method = next(
            ((mount, method) for mount, method in world.methods.items() if path.startswith(f"auth/{mount}")), ("", None)
        )
        rest = path.removeprefix(f"auth/{method_name}")
        if method is not None and operation == "write":
            token = method.login(rest, body)
            if token is not None:
                world.tokens[token.id] = token
                return None, token.auth()
        return None, self._authorized(path, operation, body, query, name, world, (method, rest))

    def _json(self) -> dict:
        if not self.body:
            return {}
        try:
            body = exact(self.body)
        except ValueError as error:
            raise Refusal(400, "error parsing JSON") from error
        if not isinstance(body, dict):
            raise Refusal(400, "error parsing JSON")
        return body

    def _token_text(self) -> str:
        bearer = self.headers.get("Authorization", "")
        return self.headers.get("X-Vault-Token") or (bearer[7:] if bearer.startswith("Bearer ") else "")

    # MARK: Without a token

    def _open(self, path: str, operation: str, body: dict, query: dict) -> tuple[int | None, dict | None] | None:
        vault = self.vault
        if path == "sys/health":
            return self._health(query)
        if path == "sys/seal-status":
            return 200, self._seal_status()
        if path == "sys/init" and operation == "read":
            return 200, {"initialized": vault.health != "uninitialized"}
        if path == "sys/leader":
            is_active = not vault.active_node
            return 200, {"ha_enabled": not is_active, "is_self": is_active, "leader_address": vault.active_node}
        if path == "sys/unseal" and operation == "write":
            if body.get("key") == vault.unseal_key:
                vault.is_sealed = False
            elif not body.get("reset"):
                raise Refusal(400, "'key' must be a valid hex or base64 string")
            return 200, self._seal_status()
        return None

    def _seal_status(self) -> dict:
        sealed = self.vault.is_sealed
        return {
            "type": "shamir", "initialized": self.vault.health != "uninitialized", "sealed": sealed, "t": 1, "n": 1,
            "progress": 0, "nonce": "", "version": "1.17.2", "build_date": "2024-07-05T15:19:12Z", "migration": False,
            "recovery_seal": False, "storage_type": "inmem",
        } | ({} if sealed else {"cluster_name": "vault-cluster-test", "cluster_id": str(uuid.UUID(int=1))})

    def _health(self, query: dict) -> tuple[int, dict]:
        vault = self.vault
        state = "sealed" if vault.is_sealed else vault.health
        status = 503 if vault.is_sealed else HEALTH[vault.health]
        wanted = {
            "active": "activecode", "standby": "standbycode", "dr-secondary": "drsecondarycode",
            "performance-standby": "performancestandbycode", "sealed": "sealedcode", "uninitialized": "uninitcode",
        }[state]
        if wanted in query:
            status = int(query[wanted])
        elif state == "standby" and "standbyok" in query or state == "performance-standby" and "perfstandbyok" in query:
            status = 200
        return status, {
            "initialized": vault.health != "uninitialized", "sealed": vault.is_sealed, "standby": "standby" in state,
            "performance_standby": state == "performance-standby", "replication_performance_mode": "disabled",
            "replication_dr_mode": "secondary" if state == "dr-secondary" else "disabled",
            "server_time_utc": int(time.time()), "version": "1.17.2",
        }

    # MARK: With a token

    def _authorized(
        self, path: str, operation: str, body: dict, query: dict, name: str, world: Namespace, method: tuple,
    ) -> dict | None:
        vault = self.vault
        token = vault.token(self._token_text(), name)
        if path.startswith("sys/internal/ui/mounts"):
            return self._visible_mounts(path.removeprefix("sys/internal/ui/mounts").strip("/"), token, world)
        folder = path if operation != "list" or path.endswith("/") else path + "/"
        vault.check(token, operation, folder)
        if path.startswith("auth/token/"):
            return self._tokens(path.removeprefix("auth/token/"), operation, body, token, world)
        if method[0] is not None:
            return method[0].answer(operation, method[1], body)
        if path.startswith("sys/"):
            return self._system(path.removeprefix("sys/"), operation, body, name, world)
        found = world.mount_of(path)
        if found is None or found[1].engine is None:
            raise Refusal(404, f'no handler for route "{path}". route entry not found.')
        mount, content_type = found[0], self.headers.get_content_type()
        rest = path.removeprefix(mount) if path.startswith(mount) else ""
        return found[1].engine.answer(operation, rest, body, query, content_type)

    def _visible_mounts(self, path: str, token: Token, world: Namespace) -> dict:
        def is_visible(mount: str) -> bool:
            if token.is_root:
                return True
            rules = [rule for policy in token.policies for rule in token.home.policies.get(policy, {})]
            return any(rule.startswith(mount) for rule in rules)

        if path:
            found = world.mount_of(path)
            if found is None or not is_visible(found[0]):
                where = found[0] if found else path + "/"
                raise Refusal(
                    403,
                    "preflight capability check returned 403, please ensure client's policies grant access to path"
                    f' "{where}"',
                )
            return {"data": found[1].facts() | {"path": found[0]}}
        secret = {mount: value.facts() for mount, value in world.mounts.items() if is_visible(mount)}
        auth = {
            mount: {"type": method.kind, "description": "", "options": None}
            for mount, method in world.methods.items() if is_visible(f"auth/{mount}")
        }
        return {"data": {"secret": secret, "auth": auth}}

    def _tokens(self, path: str, operation: str, body: dict, token: Token, world: Namespace) -> dict | None:
        if path == "create" and operation == "write":
            made = Token(
                as_list(body.get("policies")) or token.policies, ttl=seconds(body.get("ttl") or body.get("lease")),
                max_ttl=seconds(body.get("explicit_max_ttl")), period=seconds(body.get("period")),
                renewable=body.get("renewable", True) is not False, identifier=body.get("id") or "",
                metadata=body.get("meta"), uses=int(body.get("num_uses") or 0),
            )
            world.tokens[made.id] = made
            return made.auth()
        if path == "lookup-self" and operation == "read":
            return {"data": token.facts()}
        if path == "lookup" and operation == "write":
            if body.get("token") not in world.tokens:
                raise Refusal(403, "bad token")
            return {"data": world.tokens[body["token"]].facts()}
        if path == "renew-self" and operation == "write":
            return self._renew(token, body)
        if path in ("revoke-self", "revoke") and operation == "write":
            token.home.tokens.pop(token.id if path == "revoke-self" else body.get("token"), None)
            return None
        raise Refusal(405, listed("unsupported operation"))

    def _renew(self, token: Token, body: dict) -> dict:
        if not token.renewable:
            raise Refusal(400, "lease is not renewable")
        token.extend(token.period or seconds(body.get("increment")) or token.ttl)
        return token.auth()

    def _system(self, path: str, operation: str, body: dict, name: str, world: Namespace) -> dict | None:
        kind, _, rest = path.partition("/")
        if kind == "seal" and operation == "write":
            self.vault.is_sealed = True
            return None
        if kind == "namespaces" and rest and operation in ("write", "delete"):
            full = f"{name}/{rest}".strip("/")
            if operation == "delete":
                self.vault.namespaces.pop(full, None)
                return None
            self.vault.namespaces.setdefault(full, Namespace())
            return {"data": {"id": full, "path": full + "/"}}
        if kind == "mounts":
            return self._mounts(rest.strip("/"), operation, body, world)
        if kind == "auth":
            if rest and operation == "write":
                if body.get("type") not in METHODS:
                    raise Refusal(400, f"plugin not found in the catalog: {body.get('type')}")
                if rest.strip("/") + "/" in world.methods:
                    raise Refusal(400, f"path is already in use at {rest.strip('/')}/")
                world.methods[rest.strip("/") + "/"] = METHODS[body["type"]](rest.strip("/") + "/")
                return None
            if rest and operation == "delete":
                world.methods.pop(rest.strip("/") + "/", None)
                return None
            facts = {mount: {"type": method.kind, "description": ""} for mount, method in world.methods.items()}
            return {"data": facts} | facts
        if kind in ("policy", "policies"):
            return self._policies(rest.removeprefix("acl/"), operation, body, world)
        raise Refusal(404, f'no handler for route "sys/{path}". route entry not found.')

    def _mounts(self, path: str, operation: str, body: dict, world: Namespace) -> dict | None:
        if not path:
            facts = {mount: value.facts() for mount, value in world.mounts.items()}
            return {"data": facts} | facts
        mount = path + "/"
        if operation == "write":
            if mount in world.mounts:
                raise Refusal(400, f"path is already in use at {mount}")
            kind, options = body.get("type"), body.get("options")
            if kind == "kv-v2":
                kind, options = "kv", {"version": "2"}
            world.mounts[mount] = Mount(kind, options, body.get("description") or "")
        elif operation == "delete":
            world.mounts.pop(mount, None)
        elif mount in world.mounts:
            return {"data": world.mounts[mount].facts()}
        else:
            raise Refusal(400, f"No secret engine mount at {mount}")
        return None

    def _policies(self, name: str, operation: str, body: dict, world: Namespace) -> dict | None:
        if not name:
            names = sorted({*world.policies, "root"})
            return {"data": {"keys": names, "policies": names}, "keys": names, "policies": names}
        if operation == "write":
            text = body.get("policy") or ""
            world.texts[name], world.policies[name] = text, read_policy(text)
        elif operation == "delete":
            world.policies.pop(name, None)
        elif name not in world.policies:
            raise Refusal(404)
        else:
            return {"data": {"name": name, "policy": world.texts[name], "rules": world.texts[name]}}
        return None


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--root-token", default="root")
    options.add_argument("--require-request-header", action="store_true", help="refuse who sends no X-Vault-Request")
    arguments = options.parse_args()
    VaultHandler.vault = Vault(arguments)
    serve(VaultHandler, arguments)


if __name__ == "__main__":
    main()
