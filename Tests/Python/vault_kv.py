"""The key/value engines of the vault: version 1, which keeps one value, and version 2, which keeps several versions."""
import datetime
import re
import time

DEFAULT_LEASE = 2_764_800
DEFAULT_VERSIONS = 10
NOT_VERSIONED = (
    "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If"
    " using the Vault CLI, use 'vault kv {}' for this operation."
)


class Refusal(Exception):
    """An answer that is no success: its errors, or data with a status of its own."""

    def __init__(
        self, status: int, *errors: str, data: dict | None = None, warnings: list[str] | None = None,
    ) -> None:
        super().__init__(status, errors)
        self.status, self.errors, self.data, self.warnings = status, list(errors), data, warnings


def listed(*errors: str) -> str:
    """Errors in the form that Vault's request handling gives several."""
    lines = "".join(f"\t* {error}\n" for error in errors)
    return f"{len(errors)} error{'s' if len(errors) > 1 else ''} occurred:\n{lines}\n"


def timestamp(seconds: float | None = None) -> str:
    moment = datetime.datetime.fromtimestamp(time.time() if seconds is None else seconds, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}


def seconds(duration: object) -> float:
    """A duration as Go writes it (`3h25m19s`), or a number of seconds."""
    text = str(duration or 0)
    if re.fullmatch(r"[0-9.]+", text):
        return float(text)
    parts = re.findall(r"([0-9.]+)(ms|[dhms])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise Refusal(400, f"error parsing duration {text!r}")
    return sum(float(number) * UNITS[unit] for number, unit in parts)


def merged(value: object, patch: object) -> object:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for name, part in patch.items():
        if part is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), part)
    return result


def children(paths: list[str], folder: str) -> list[str]:
    """The names right below a folder; those of folders end in a slash."""
    prefix = folder.strip("/") + "/" if folder.strip("/") else ""
    names = set()
    for path in paths:
        if path.startswith(prefix):
            name, slash, _ = path[len(prefix):].partition("/")
            names.add(name + slash)
    if not names:
        raise Refusal(404)
    return sorted(names)


class PlainEngine:
    """Version 1."""

    version = "1"

    def __init__(self, options: dict) -> None:
        self.options = options
        self.secrets: dict[str, dict] = {}

    def answer(self, operation: str, path: str, body: dict, query: dict, content_type: str) -> dict | None:
        if operation == "list":
            return {"data": {"keys": children(list(self.secrets), path)}}
        if operation == "read":
            if path not in self.secrets:
                raise Refusal(404)
            data = self.secrets[path]
            lease = seconds(data.get("ttl") or data.get("lease")) or DEFAULT_LEASE
            return {"data": data, "lease_duration": int(lease)}
        if operation == "write":
            if not body:
                raise Refusal(400, "missing data fields")
            self.secrets[path] = body
        elif operation == "delete":
            self.secrets.pop(path, None)
        else:
            raise Refusal(405, listed("unsupported operation"))
        return None


class Version:
    def __init__(self, data: dict, lifetime: float) -> None:
        self.data: dict | None = data
        self.created = time.time()
        self.deleted: float | None = self.created + lifetime if lifetime else None
        self.destroyed = False

    @property
    def is_deleted(self) -> bool:
        return self.deleted is not None and self.deleted <= time.time()

    def facts(self) -> dict:
        return {
            "created_time": timestamp(self.created), "deletion_time": timestamp(self.deleted) if self.deleted else "",
            "destroyed": self.destroyed,
        }


class Entry:
    """What is kept under one path: its versions, and settings."""

    def __init__(self) -> None:
        self.versions: dict[int, Version] = {}
        self.current = 0
        self.created = self.updated = time.time()
        self.max_versions = 0
        self.cas_required = False
        self.lifetime = 0.0
        self.custom: dict | None = None

    def add(self, data: dict, engine: "VersionedEngine") -> Version:
        self.current += 1
        self.updated = time.time()
        self.versions[self.current] = Version(data, self.lifetime or engine.lifetime)
        limit = self.max_versions or engine.max_versions or DEFAULT_VERSIONS
        for number in [number for number in self.versions if number <= self.current - limit]:
            del self.versions[number]
        return self.versions[self.current]

    def metadata(self, number: int) -> dict:
        return self.versions[number].facts() | {"version": number, "custom_metadata": self.custom}

    def facts(self) -> dict:
        return {
            "cas_required": self.cas_required, "created_time": timestamp(self.created),
            "current_version": self.current, "custom_metadata": self.custom,
            "delete_version_after": f"{int(self.lifetime)}s", "max_versions": self.max_versions,
            "oldest_version": min(self.versions, default=0) if self.current > len(self.versions) else 0,
            "updated_time": timestamp(self.updated),
            "versions": {str(number): version.facts() for number, version in self.versions.items()},
        }

    def change(self, body: dict, *, merges: bool) -> None:
        custom = body.get("custom_metadata")
        values = custom.values() if isinstance(custom, dict) else []
        if custom is not None and not isinstance(custom, dict) or any(
            not isinstance(value, str) for value in values if value is not None or not merges
        ):
            raise Refusal(400, f'Field validation failed: error converting input {custom} for field "custom_metadata"')
        if "max_versions" in body:
            self.max_versions = int(body["max_versions"] or 0)
        if "cas_required" in body:
            self.cas_required = bool(body["cas_required"])
        if "delete_version_after" in body:
            self.lifetime = seconds(body["delete_version_after"])
        if custom is not None:
            self.custom = merged(self.custom, custom) if merges else custom
        self.updated = time.time()


class VersionedEngine:
    """Version 2."""

    version = "2"

    def __init__(self, options: dict) -> None:
        self.options = options
        self.entries: dict[str, Entry] = {}
        self.max_versions, self.cas_required, self.lifetime = 0, False, 0.0

    def answer(self, operation: str, path: str, body: dict, query: dict, content_type: str) -> dict | None:
        kind, _, rest = path.partition("/")
        handler = getattr(self, f"_{kind}_{operation}", None)
        known = kind in ("data", "metadata", "delete", "undelete", "destroy", "config") and (rest or kind != "data")
        if not known:
            verbs = {"read": "get", "write": "put", "delete": "delete", "list": "list", "patch": "patch"}
            raise Refusal(404, warnings=[NOT_VERSIONED.format(verbs[operation])])
        if handler is None:
            raise Refusal(405, listed("unsupported operation"))
        if operation == "patch" and content_type != "application/merge-patch+json":
            raise Refusal(415, f"PATCH requires Content-Type of application/merge-patch+json, provided {content_type}")
        return handler(rest, body, query)

    def _entry(self, path: str) -> Entry:
        if path not in self.entries:
            raise Refusal(404)
        return self.entries[path]

    # MARK: Data

    def _data_read(self, path: str, body: dict, query: dict) -> dict:
        entry = self._entry(path)
        number = int(query.get("version") or 0) or entry.current
        if number not in entry.versions:
            raise Refusal(404)
        version = entry.versions[number]
        if version.is_deleted or version.destroyed:
            raise Refusal(404, data={"data": None, "metadata": entry.metadata(number)})
        return {"data": {"data": version.data, "metadata": entry.metadata(number)}}

    def _check(self, entry: Entry | None, options: object) -> None:
        """Check-and-set."""
        given = options.get("cas") if isinstance(options, dict) else None
        if given is None:
            if self.cas_required or (entry and entry.cas_required):
                raise Refusal(400, "check-and-set parameter required for this call")
        elif int(given) != (entry.current if entry else 0):
            raise Refusal(400, "check-and-set parameter did not match the current version")

    def _data_write(self, path: str, body: dict, query: dict) -> dict:
        if "data" not in body:
            raise Refusal(400, "no data provided")
        if not isinstance(body["data"], dict):
            raise Refusal(400, f"Field validation failed: error converting input {body['data']} for field \"data\"")
        self._check(self.entries.get(path), body.get("options"))
        entry = self.entries.setdefault(path, Entry())
        entry.add(body["data"], self)
        return {"data": entry.metadata(entry.current)}

    def _data_patch(self, path: str, body: dict, query: dict) -> dict:
        entry = self._entry(path)
        if not isinstance(body.get("data"), dict):
            raise Refusal(400, "no data provided")
        self._check(entry, body.get("options"))
        version = entry.versions.get(entry.current)
        if version is None:
            raise Refusal(404)
        if version.is_deleted or version.destroyed:
            raise Refusal(404, data={"data": None, "metadata": entry.metadata(entry.current)})
        entry.add(merged(version.data, body["data"]), self)
        return {"data": entry.metadata(entry.current)}

    def _data_delete(self, path: str, body: dict, query: dict) -> None:
        entry = self.entries.get(path)
        if entry and entry.current in entry.versions and not entry.versions[entry.current].is_deleted:
            entry.versions[entry.current].deleted = time.time()

    def _chosen(self, path: str, body: dict) -> list[Version]:
        numbers = body.get("versions") or []
        if not numbers:
            raise Refusal(400, "No version number provided")
        entry = self._entry(path)
        return [entry.versions[int(number)] for number in numbers if int(number) in entry.versions]

    def _delete_write(self, path: str, body: dict, query: dict) -> None:
        for version in self._chosen(path, body):
            if not version.destroyed:
                version.deleted = time.time()

    def _undelete_write(self, path: str, body: dict, query: dict) -> None:
        for version in self._chosen(path, body):
            if not version.destroyed:
                version.deleted = None

    def _destroy_write(self, path: str, body: dict, query: dict) -> None:
        for version in self._chosen(path, body):
            version.destroyed, version.data = True, None

    # MARK: Metadata

    def _metadata_list(self, path: str, body: dict, query: dict) -> dict:
        return {"data": {"keys": children(list(self.entries), path)}}

    def _metadata_read(self, path: str, body: dict, query: dict) -> dict:
        return {"data": self._entry(path).facts()}

    def _metadata_write(self, path: str, body: dict, query: dict) -> None:
        self.entries.setdefault(path, Entry()).change(body, merges=False)

    def _metadata_patch(self, path: str, body: dict, query: dict) -> None:
        self._entry(path).change(body, merges=True)

    def _metadata_delete(self, path: str, body: dict, query: dict) -> None:
        self.entries.pop(path, None)

    # MARK: Settings

    def _config_read(self, path: str, body: dict, query: dict) -> dict:
        return {
            "data": {
                "cas_required": self.cas_required, "delete_version_after": f"{int(self.lifetime)}s",
                "max_versions": self.max_versions,
            }
        }

    def _config_write(self, path: str, body: dict, query: dict) -> None:
        self.max_versions = int(body.get("max_versions", self.max_versions) or 0)
        self.cas_required = bool(body.get("cas_required", self.cas_required))
        self.lifetime = seconds(body.get("delete_version_after", self.lifetime))


def engine(options: dict) -> PlainEngine | VersionedEngine:
    return (VersionedEngine if str(options.get("version") or "1") == "2" else PlainEngine)(options)
