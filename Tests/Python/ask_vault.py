"""Drives the vault with hvac, the public client of its API: the address and the root token are the arguments.

What the client does not know, such as patches and namespaces, goes through its own way of sending requests.
"""
import sys
import time
from collections.abc import Callable

import hvac
import requests
from hvac import exceptions

POLICY = """
path "secret/data/app/*" { capabilities = ["create", "read", "update", "patch"] }
path "secret/data/app/locked" { capabilities = ["deny"] }
path "secret/metadata/app/*" { capabilities = ["list"] }
"""
SECRET = {"password": "päß wörd 🔑", "port": 5432, "big": 2**63 + 7, "nested": {"list": [1, "two", None, True]}}


def fails(kind: type[Exception], body: Callable[[], object], text: str = "") -> Exception:
    try:
        body()
    except kind as error:
        assert text in str(error), f"{error} does not say {text!r}"
        return error
    raise AssertionError(f"no {kind.__name__}")


def plain(client: hvac.Client) -> None:
    client.sys.enable_secrets_engine("kv", path="plain", options={"version": "1"})
    kv = client.secrets.kv.v1
    kv.create_or_update_secret("a/b", SECRET, mount_point="plain")
    kv.create_or_update_secret("short", {"ttl": "30m", "k": "v"}, mount_point="plain")
    answer = kv.read_secret("a/b", mount_point="plain")
    assert answer["data"] == SECRET and answer["lease_duration"] == 2764800
    assert kv.read_secret("short", mount_point="plain")["lease_duration"] == 1800
    assert kv.list_secrets("", mount_point="plain")["data"]["keys"] == ["a/", "short"]
    assert kv.list_secrets("a", mount_point="plain")["data"]["keys"] == ["b"]
    kv.delete_secret("a/b", mount_point="plain")
    fails(exceptions.InvalidPath, lambda: kv.read_secret("a/b", mount_point="plain"))
    fails(exceptions.InvalidPath, lambda: kv.list_secrets("a", mount_point="plain"))


def versions(client: hvac.Client) -> None:
    kv = client.secrets.kv.v2

    def read(path: str, version: int | None = None) -> dict:
        return kv.read_secret_version(path, version=version, raise_on_deleted_version=True)["data"]

    first = kv.create_or_update_secret("app/one", SECRET)["data"]
    assert first["version"] == 1 and first["deletion_time"] == "" and first["destroyed"] is False
    assert read("app/one")["data"] == SECRET and read("app/one")["metadata"]["version"] == 1
    # Check-and-set: 0 only where there is nothing yet.
    fails(exceptions.InvalidRequest, lambda: kv.create_or_update_secret("app/one", SECRET, cas=0), "did not match")
    assert kv.create_or_update_secret("app/one", {"v": 2}, cas=1)["data"]["version"] == 2
    assert kv.patch("app/one", {"w": 3})["data"]["version"] == 3 and read("app/one")["data"] == {"v": 2, "w": 3}
    assert read("app/one", 1)["data"] == SECRET

    kv.delete_latest_version_of_secret("app/one")
    deleted = fails(exceptions.InvalidPath, lambda: read("app/one")).json
    assert deleted["data"]["data"] is None and deleted["data"]["metadata"]["deletion_time"]
    kept = kv.read_secret_version("app/one", raise_on_deleted_version=False)["data"]
    assert kept["data"] is None and kept["metadata"]["version"] == 3
    kv.undelete_secret_versions("app/one", [3])
    kv.delete_secret_versions("app/one", [1, 2])
    assert read("app/one")["data"] == {"v": 2, "w": 3}
    kv.destroy_secret_versions("app/one", [1])
    kv.undelete_secret_versions("app/one", [1, 2])
    destroyed = fails(exceptions.InvalidPath, lambda: read("app/one", 1)).json
    assert destroyed["data"]["metadata"]["destroyed"] is True and read("app/one", 2)["data"] == {"v": 2}
    fails(exceptions.InvalidPath, lambda: read("app/none"))
    fails(exceptions.InvalidPath, lambda: read("app/one", 9))


def metadata(client: hvac.Client) -> None:
    kv = client.secrets.kv.v2
    kv.update_metadata("app/kept", max_versions=2, custom_metadata={"owner": "ann"})
    for number in range(4):
        kv.create_or_update_secret("app/kept", {"n": number})
    facts = kv.read_secret_metadata("app/kept")["data"]
    assert list(facts["versions"]) == ["3", "4"] and facts["current_version"] == 4 and facts["oldest_version"] == 3
    assert facts["max_versions"] == 2 and facts["custom_metadata"] == {"owner": "ann"}
    assert kv.read_secret_version("app/kept", raise_on_deleted_version=True)["data"]["metadata"]["custom_metadata"]
    kv.update_metadata("app/kept", cas_required=True)
    fails(exceptions.InvalidRequest, lambda: kv.create_or_update_secret("app/kept", {}), "required for this call")
    assert kv.list_secrets("")["data"]["keys"] == ["app/"]
    assert kv.list_secrets("app")["data"]["keys"] == ["kept", "one"]
    kv.delete_metadata_and_all_versions("app/kept")
    fails(exceptions.InvalidPath, lambda: kv.read_secret_metadata("app/kept"))
    kv.configure(max_versions=3)
    assert kv.read_configuration()["data"]["max_versions"] == 3
    kv.configure(max_versions=0)
    kv.create_or_update_secret("app/late", {"a": 1})
    kv.update_metadata("app/short", delete_version_after="1s")
    kv.create_or_update_secret("app/short", {"a": 1})
    assert kv.read_secret_metadata("app/short")["data"]["versions"]["1"]["deletion_time"]


def patches(client: hvac.Client) -> None:
    kind = {"Content-Type": "application/merge-patch+json", "X-Vault-Token": client.token, "X-Vault-Request": "true"}
    client.secrets.kv.v2.create_or_update_secret("app/patched", {"a": 1, "b": {"c": 2, "d": 3}})

    def patch(path: str, body: dict, **headers: str) -> requests.Response:
        return requests.patch(f"{client.url}/v1/{path}", json=body, headers=kind | headers)

    answer = patch("secret/data/app/patched", {"options": {"cas": 1}, "data": {"a": None, "b": {"c": 9}}})
    assert answer.status_code == 200 and answer.json()["data"]["version"] == 2, answer.text
    read = client.secrets.kv.v2.read_secret_version("app/patched", raise_on_deleted_version=True)
    assert read["data"]["data"] == {"b": {"c": 9, "d": 3}}
    assert patch("secret/data/app/none", {"data": {"a": 1}}).status_code == 404
    assert patch("secret/data/app/patched", {"data": {}}, **{"Content-Type": "application/json"}).status_code == 415
    assert patch("secret/metadata/app/patched", {"custom_metadata": {"x": "y"}}).status_code == 204
    wrong = requests.get(f"{client.url}/v1/secret/app/patched", headers=kind)
    assert wrong.status_code == 404 and "versioned K/V" in wrong.json()["warnings"][0]


def tokens(client: hvac.Client) -> None:
    assert client.is_authenticated() and client.lookup_token()["data"]["policies"] == ["root"]
    made = client.auth.token.create(policies=["app"], ttl="60s", explicit_max_ttl="90s", meta={"for": "a test"})["auth"]
    assert made["renewable"] and made["lease_duration"] == 60 and made["policies"] == ["app", "default"]
    other = hvac.Client(client.url, token=made["client_token"])
    facts = other.auth.token.lookup_self()["data"]
    assert 0 < facts["ttl"] <= 60 and facts["explicit_max_ttl"] == 90 and facts["id"] == made["client_token"]
    renewed = other.auth.token.renew_self(increment="300s")
    assert 80 < renewed["auth"]["lease_duration"] <= 90 and "exceeded the effective max_ttl" in renewed["warnings"][0]
    other.auth.token.revoke_self()
    assert not other.is_authenticated()
    stiff = client.auth.token.create(policies=["app"], ttl="60s", renewable=False)["auth"]
    stiff_client = hvac.Client(client.url, token=stiff["client_token"])
    fails(exceptions.InvalidRequest, stiff_client.auth.token.renew_self, "not renewable")
    brief = client.auth.token.create(policies=["app"], ttl="1s")["auth"]
    late = hvac.Client(client.url, token=brief["client_token"])
    end = time.monotonic() + 20
    while late.is_authenticated() and time.monotonic() < end:
        time.sleep(0.05)
    assert not late.is_authenticated()


def policies(client: hvac.Client) -> None:
    kv = hvac.Client(client.url, token=client.auth.token.create(policies=["app"])["auth"]["client_token"]).secrets.kv.v2
    assert kv.read_secret_version("app/one", raise_on_deleted_version=True)["data"]["metadata"]["version"] == 3
    assert "one" in kv.list_secrets("app")["data"]["keys"]
    for body in (
        lambda: kv.read_secret_version("other", raise_on_deleted_version=True),
        lambda: kv.read_secret_version("app/locked", raise_on_deleted_version=True),
        lambda: kv.delete_latest_version_of_secret("app/one"),
        lambda: hvac.Client(client.url, token="no-token").secrets.kv.v2.read_secret_metadata("app/one"),
    ):
        fails(exceptions.Forbidden, body, "permission denied")


def logins(client: hvac.Client) -> None:
    client.sys.enable_auth_method("approle")
    client.sys.enable_auth_method("userpass")
    roles = client.auth.approle
    roles.create_or_update_approle(
        "web", token_policies=["app"], token_ttl="60s", token_max_ttl="2m", secret_id_num_uses=2
    )
    identifier = roles.read_role_id("web")["data"]["role_id"]
    secret = roles.generate_secret_id("web")["data"]
    assert secret["secret_id_num_uses"] == 2
    for _ in range(2):
        other = hvac.Client(client.url)
        login = other.auth.approle.login(identifier, secret["secret_id"])["auth"]
        assert login["lease_duration"] == 60 and login["metadata"]["role_name"] == "web" and other.is_authenticated()
    refused = lambda: hvac.Client(client.url).auth.approle.login(identifier, secret["secret_id"])  # noqa: E731
    fails(exceptions.InvalidRequest, refused, "invalid role or secret ID")
    assert roles.list_roles()["data"]["keys"] == ["web"] and roles.read_role("web")["data"]["secret_id_num_uses"] == 2

    users = client.auth.userpass
    users.create_or_update_user("Ann", "a password", policies="app")
    other = hvac.Client(client.url)
    assert other.auth.userpass.login("ann", "a password")["auth"]["policies"] == ["app", "default"]
    wrong = lambda: hvac.Client(client.url).auth.userpass.login("ann", "another")  # noqa: E731
    fails(exceptions.InvalidRequest, wrong, "invalid username or password")
    assert users.list_user()["data"]["keys"] == ["ann"]


def system(client: hvac.Client, key: str) -> None:
    assert client.sys.is_initialized() and not client.sys.is_sealed()
    mounts = client.sys.list_mounted_secrets_engines()["data"]
    assert mounts["secret/"]["options"]["version"] == "2" and mounts["plain/"]["options"]["version"] == "1"
    visible = client.adapter.get("/v1/sys/internal/ui/mounts/secret")["data"]
    assert visible["path"] == "secret/" and visible["type"] == "kv" and visible["options"]["version"] == "2"
    assert "plain/" in client.adapter.get("/v1/sys/internal/ui/mounts")["data"]["secret"]
    assert client.sys.read_health_status(method="GET")["standby"] is False
    client.adapter.post("/v1/sys/namespaces/team")
    team = hvac.Client(client.url, token=client.token, namespace="team")
    fails(exceptions.InvalidPath, lambda: team.secrets.kv.v2.read_secret_metadata("app/one"))
    team.sys.enable_secrets_engine("kv", path="secret", options={"version": "2"})
    team.secrets.kv.v2.create_or_update_secret("app/one", {"of": "team"})
    read = team.secrets.kv.v2.read_secret_version("app/one", raise_on_deleted_version=True)
    assert read["data"]["data"] == {"of": "team"}
    client.sys.seal()
    status = client.sys.read_seal_status()
    assert status["sealed"] and client.sys.is_sealed()
    assert client.sys.read_health_status(method="GET").status_code == 503
    fails(exceptions.VaultDown, lambda: client.secrets.kv.v2.read_secret_metadata("app/one"), "Vault is sealed")
    client.sys.submit_unseal_key(key)
    assert not client.sys.is_sealed()


def main() -> None:
    url, token, key = sys.argv[1:]
    client = hvac.Client(url, token=token)
    client.sys.create_or_update_policy("app", POLICY)
    assert "app" in client.sys.list_policies()["data"]["policies"]
    for step in (plain, versions, metadata, patches, tokens, policies, logins):
        step(client)
    system(client, key)
    print("hvac understands the vault")


if __name__ == "__main__":
    main()
