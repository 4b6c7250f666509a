"""Who may do what in the vault: tokens, policies, and the two methods of logging in."""
import json
import re
import secrets
import time
import uuid

from vault_kv import DEFAULT_LEASE, Refusal, listed, seconds, timestamp

CAPABILITIES = {
    "read": {"read"}, "write": {"create", "update"}, "delete": {"delete"}, "list": {"list"}, "patch": {"patch"},
}

DEFAULT_POLICY = {
    "auth/token/lookup-self": {"read"}, "auth/token/renew-self": {"update"}, "auth/token/revoke-self": {"update"},
    "sys/capabilities-self": {"update"}, "sys/internal/ui/resultant-acl": {"read"},
}


def read_policy(text: str) -> dict[str, set[str]]:
    """The paths of a policy and what it allows there; written in JSON, or in as much of HCL as policies need."""
    try:
        paths = json.loads(text)["path"]
        return {path: set(rule.get("capabilities", [])) for path, rule in paths.items()}
    except (ValueError, KeyError):
        pass
    found = {}
    for path, rule in re.findall(r'path\s+"([^"]+)"\s*\{([^}]*)\}', text):
        capabilities = re.search(r"capabilities\s*=\s*\[([^\]]*)\]", rule)
        found[path] = set(re.findall(r'"([a-z]+)"', capabilities[1] if capabilities else ""))
    return found


def matches(pattern: str, path: str) -> bool:
    """A star at the end stands for anything, a plus for one part of the path."""
    parts = [re.escape(part) if part != "+" else "[^/]+" for part in pattern.removesuffix("*").split("/")]
    return re.fullmatch("/".join(parts) + (".*" if pattern.endswith("*") else ""), path) is not None


class Token:
    def __init__(
        self, policies: list[str], *, ttl: float = 0, max_ttl: float = 0, renewable: bool = True, period: float = 0,
        path: str = "auth/token/create", name: str = "token", identifier: str = "", metadata: dict | None = None,
        uses: int = 0,
    ) -> None:
        self.id = identifier or "hvs." + secrets.token_urlsafe(24)
        self.accessor = secrets.token_urlsafe(18)
        self.policies = sorted(policies if "root" in policies else {"default", *policies})
        self.path, self.name, self.metadata, self.uses = path, name, metadata, uses
        self.created = time.time()
        self.period, self.max_ttl = period, max_ttl
        self.is_root = "root" in self.policies
        self.renewable = renewable and not (self.is_root and not ttl)
        self.ttl = 0.0 if self.is_root and not ttl else (period or ttl or DEFAULT_LEASE)
        self.warnings: list[str] = []
        self.granted = 0.0
        self.expires: float | None = None
        if self.ttl:
            self.extend(self.ttl)

    def extend(self, wanted: float) -> None:
        """Sets the end, which the longest life of the token limits."""
        now, self.warnings = time.time(), []
        end = now + wanted
        if self.max_ttl and not self.period and end > self.created + self.max_ttl:
            end = self.created + self.max_ttl
            left = max(0, int(end - now))
            self.warnings = [
                f'TTL of "{int(wanted)}s" exceeded the effective max_ttl of "{left}s"; TTL value is capped accordingly'
            ]
        self.expires, self.granted = end, end - now

    @property
    def left(self) -> int:
        return 0 if self.expires is None else max(0, round(self.expires - time.time()))

    @property
    def is_expired(self) -> bool:
        return self.expires is not None and time.time() >= self.expires

    def auth(self) -> dict:
        """The part of an answer that hands a token over."""
        return {
            "auth": {
                "client_token": self.id, "accessor": self.accessor, "policies": self.policies,
                "token_policies": self.policies, "metadata": self.metadata,
                # Whole seconds, without the rest.
                "lease_duration": int(self.granted),
                "renewable": self.renewable, "entity_id": "", "token_type": "service", "orphan": True,
                "mfa_requirement": None, "num_uses": self.uses,
            },
            "warnings": self.warnings or None,
        }

    def facts(self) -> dict:
        return {
            "accessor": self.accessor, "creation_time": int(self.created), "creation_ttl": int(self.ttl),
            "display_name": self.name, "entity_id": "", "explicit_max_ttl": int(self.max_ttl), "id": self.id,
            "expire_time": timestamp(self.expires) if self.expires else None, "issue_time": timestamp(self.created),
            "meta": self.metadata, "num_uses": self.uses, "orphan": True, "path": self.path, "policies": self.policies,
            "renewable": self.renewable, "ttl": self.left, "type": "service",
        }


def as_list(value: object) -> list[str]:
    return [part for part in value.split(",") if part] if isinstance(value, str) else list(value or [])


def token_settings(body: dict) -> dict:
    """What a role or a user says of the tokens that it is given."""
    return {
        "policies": as_list(body.get("token_policies") or body.get("policies")),
        "ttl": seconds(body.get("token_ttl") or body.get("ttl")),
        "max_ttl": seconds(body.get("token_max_ttl") or body.get("token_explicit_max_ttl") or body.get("max_ttl")),
        "period": seconds(body.get("token_period") or body.get("period")),
    }


class UserPass:
    """Users with passwords."""

    kind = "userpass"

    def __init__(self, mount: str) -> None:
        self.mount = mount
        self.users: dict[str, dict] = {}

    def login(self, path: str, body: dict) -> Token | None:
        """The token for a log-in; None: the path is for something else."""
        if not path.startswith("login/"):
            return None
        name = path.removeprefix("login/").lower()
        user = self.users.get(name)
        if not body.get("password"):
            raise Refusal(400, "missing password")
        if user is None or user["password"] != body["password"]:
            raise Refusal(400, "invalid username or password")
        where = f"auth/{self.mount}login/{name}"
        return Token(**user["settings"], path=where, name=f"userpass-{name}", metadata={"username": name})

    def answer(self, operation: str, path: str, body: dict) -> dict | None:
        if path.rstrip("/") == "users" and operation == "list":
            return {"data": {"keys": sorted(self.users)}}
        if not path.startswith("users/"):
            raise Refusal(404)
        name, _, part = path.removeprefix("users/").lower().partition("/")
        if operation == "write":
            user = self.users.get(name)
            if user is None and "password" not in body:
                raise Refusal(400, "missing password")
            password = body.get("password") or user["password"]
            settings = user["settings"] if part else token_settings(body)
            self.users[name] = {"password": password, "settings": settings}
            return None
        if name not in self.users:
            raise Refusal(404)
        if operation == "delete":
            del self.users[name]
            return None
        settings = self.users[name]["settings"]
        return {"data": {"token_policies": settings["policies"], "token_ttl": int(settings["ttl"])}}


class AppRole:
    """Roles, whose identifier and secret identifier together are what logs in."""

    kind = "approle"

    def __init__(self, mount: str) -> None:
        self.mount = mount
        self.roles: dict[str, dict] = {}

    def login(self, path: str, body: dict) -> Token | None:
        """The token for a log-in; None: the path is for something else."""
        if path != "login":
            return None
        if not body.get("role_id"):
            raise Refusal(400, "missing role_id")
        found = next(((name, role) for name, role in self.roles.items() if role["id"] == body["role_id"]), None)
        if found is None:
            raise Refusal(400, "invalid role or secret ID")
        name, role = found
        if role["binds"]:
            if not body.get("secret_id"):
                raise Refusal(400, "missing secret_id")
            self._use(role, body["secret_id"])
        return Token(
            **role["settings"], path=f"auth/{self.mount}login", name="approle", metadata={"role_name": name}
        )

    def _use(self, role: dict, identifier: str) -> None:
        secret = role["secrets"].get(identifier)
        if secret is None or (secret["expires"] and secret["expires"] <= time.time()):
            raise Refusal(400, "invalid role or secret ID")
        if secret["uses"]:
            secret["uses"] -= 1
            if not secret["uses"]:
                del role["secrets"][identifier]

    def answer(self, operation: str, path: str, body: dict) -> dict | None:
        if path.rstrip("/") == "role" and operation == "list":
            return {"data": {"keys": sorted(self.roles)}}
        if not path.startswith("role/"):
            raise Refusal(404)
        name, _, part = path.removeprefix("role/").partition("/")
        if not part and operation == "write":
            role = self.roles.setdefault(name, {"id": str(uuid.uuid4()), "secrets": {}})
            role["settings"] = token_settings(body)
            role["binds"] = body.get("bind_secret_id", True)
            role["uses"], role["ttl"] = int(body.get("secret_id_num_uses") or 0), seconds(body.get("secret_id_ttl"))
            return None
        if name not in self.roles:
            raise Refusal(404)
        role = self.roles[name]
        if not part and operation == "delete":
            del self.roles[name]
            return None
        return self._answer_part(operation, part, body, role)

    def _answer_part(self, operation: str, part: str, body: dict, role: dict) -> dict | None:
        if not part and operation == "read":
            settings = role["settings"]
            return {
                "data": {
                    "bind_secret_id": role["binds"], "secret_id_num_uses": role["uses"],
                    "secret_id_ttl": int(role["ttl"]), "token_policies": settings["policies"],
                    "token_ttl": int(settings["ttl"]),
                    "token_max_ttl": int(settings["max_ttl"]), "token_period": int(settings["period"]),
                }
            }
        if part == "role-id":
            if operation == "read":
                return {"data": {"role_id": role["id"]}}
            role["id"] = body["role_id"]
            return None
        if part in ("secret-id", "custom-secret-id") and operation == "write":
            identifier = body.get("secret_id") if part.startswith("custom") else str(uuid.uuid4())
            secret = {
                "uses": int(body.get("num_uses") or role["uses"]), "accessor": str(uuid.uuid4()),
                "expires": time.time() + role["ttl"] if role["ttl"] else None,
            }
            role["secrets"][identifier] = secret
            return {
                "data": {
                    "secret_id": identifier, "secret_id_accessor": secret["accessor"],
                    "secret_id_num_uses": secret["uses"], "secret_id_ttl": int(role["ttl"]),
                }
            }
        if part == "secret-id/destroy":
            role["secrets"].pop(body.get("secret_id"), None)
            return None
        if part == "secret-id/lookup":
            secret = role["secrets"].get(body.get("secret_id"))
            return {"data": {"secret_id_num_uses": secret["uses"]}} if secret else None
        raise Refusal(405, listed("unsupported operation"))


METHODS = {"userpass": UserPass, "approle": AppRole}
