import DriverHost
import TestSupport
import Testing

@Suite("The actions on secrets", .requires(.python))
struct ActionTests {
  private let host: VaultHost

  init() throws { host = try VaultHost() }

  private func run(
    _ action: String,
    _ api: VaultAPI,
    _ inputs: ValueMap
  ) async throws -> ConnectionResult {
    try await host.run(action, api.root(inputs))
  }

  @Test("write and read versions", arguments: VaultKind.all)
  func versions(kind: VaultKind) async throws {
    try await kind.run { api in
      let data: Value = [
        "password": "päß", "n": 9_007_199_254_740_993, "deep": ["a": [true, nil]],
      ]
      let first = try await run("write", api, ["path": "app/db", "data": data])
      #expect(first["version"] == 1 && first["destroyed"] == false && first["deletion_time"] == nil)
      #expect(first["created_time"].stringValue?.hasPrefix("2") == true)
      _ = try await run("write", api, ["path": "app/db", "data": ["n": 2]])
      let newest = try await run("read", api, ["path": "app/db"])
      #expect(newest["version"] == 2 && newest["data"] == ["n": 2])
      #expect(newest.outputs["lease_seconds"] == nil || newest["lease_seconds"] == nil)
      #expect(newest.secretOutputs == [JSONPointer(["data"])])
      let old = try await run("read", api, ["path": "app/db", "version": 1])
      #expect(old["version"] == 1 && old["data"] == data)
      #expect(host.misuses == 0)
    }
  }

  @Test("write only over the version that is given", arguments: VaultKind.all)
  func checkAndSet(kind: VaultKind) async throws {
    try await kind.run { api in
      _ = try await run("write", api, ["path": "c", "data": ["n": 1], "cas": 0])
      let stale = await host.failure(
        "write",
        api.root(["path": "c", "data": ["n": "s3cret"], "cas": 0])
      )
      #expect(stale?.kind == "conflict cas_mismatch" && stale?.pointer == JSONPointer(["cas"]))
      #expect(stale?.attempts == 1)
      let next = try await run("write", api, ["path": "c", "data": ["n": 2], "cas": 1])
      #expect(next["version"] == 2)
      _ = try await run("metadata_write", api, ["path": "c", "cas_required": true])
      let missing = await host.failure("write", api.root(["path": "c", "data": ["n": 3]]))
      #expect(missing?.code == .invalidInput && missing?.pointer == JSONPointer(["cas"]))
    }
  }

  @Test("change some keys, and take others away", arguments: VaultKind.all)
  func patch(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("p", #"{"a": 1, "b": {"c": 2, "d": 3}, "e": 5}"#)
      let change: Value = ["a": nil, "b": ["c": 12_345_678_901]]
      let result = try await run("patch", api, ["path": "p", "data": change, "cas": 1])
      #expect(result["version"] == 2)
      let read = try await run("read", api, ["path": "p"])
      #expect(read["data"] == ["b": ["c": 12_345_678_901, "d": 3], "e": 5])
      let none = await host.failure("patch", api.root(["path": "none", "data": ["a": 1]]))
      #expect(none?.kind == "not_found missing_path")
    }
  }

  @Test("delete, undelete and destroy", arguments: VaultKind.all)
  func deletion(kind: VaultKind) async throws {
    try await kind.run { api in
      for number in 1...3 { try api.write("d", "{\"n\": \(number)}") }
      _ = try await run("delete", api, ["path": "d"])
      let gone = await host.failure("read", api.root(["path": "d"]))
      #expect(gone?.kind == "not_found missing_path")
      // What is left of it.
      #expect(gone?.outputs["version"] == 3 && gone?.outputs["deletion_time"]?.stringValue != nil)
      #expect(gone?.outputs["data"] == nil)
      _ = try await run("undelete", api, ["path": "d", "versions": [3]])
      #expect(try await run("read", api, ["path": "d"])["data"] == ["n": 3])
      _ = try await run("delete", api, ["path": "d", "versions": [1, 2]])
      _ = try await run("destroy", api, ["path": "d", "versions": [1]])
      let list = try await run("versions", api, ["path": "d"])
      #expect(list["current_version"] == 3)
      let versions = list["versions"].listValue ?? []
      #expect(versions.map { $0["version"] } == [1, 2, 3])
      #expect(versions.map { $0["destroyed"] } == [true, false, false])
      #expect(versions.map { $0["deletion_time"] == nil } == [false, false, true])
      let none = await host.failure("undelete", api.root(["path": "d"]))
      #expect(none?.code == .invalidInput)
    }
  }

  @Test("list names, and folders with a slash", arguments: VaultKind.all)
  func list(kind: VaultKind) async throws {
    try await kind.run { api in
      #expect(try await run("list", api, [:])["keys"] == [])
      for path in ["a", "a/b", "a/c/d", "z"] { try api.write(path, "{}") }
      #expect(try await run("list", api, [:])["keys"] == ["a", "a/", "z"])
      #expect(try await run("list", api, ["path": "/a"])["keys"] == ["b", "c/"])
      let none = await host.failure("list", api.root(["path": "none"]))
      #expect(none?.kind == "not_found missing_path")
    }
  }

  @Test("read and write metadata", arguments: VaultKind.all)
  func metadata(kind: VaultKind) async throws {
    try await kind.run { api in
      let settings: ValueMap = [
        "path": "m", "max_versions": 2, "cas_required": false, "delete_version_after": 3600,
        "custom_metadata": ["owner": "ann"],
      ]
      _ = try await run("metadata_write", api, settings)
      for number in 1...3 { try api.write("m", "{\"n\": \(number)}") }
      let read = try await run("metadata_read", api, ["path": "m"])
      #expect(read["max_versions"] == 2 && read["current_version"] == 3)
      #expect(read["oldest_version"] == 2 && read["cas_required"] == false)
      #expect(read["delete_version_after"].stringValue?.isEmpty == false)
      #expect(read["custom_metadata"] == ["owner": "ann"])
      #expect(read["versions"].listValue?.map { $0["version"] } == [2, 3])
      _ = try await run("metadata_delete", api, ["path": "m"])
      let none = await host.failure("metadata_read", api.root(["path": "m"]))
      #expect(none?.kind == "not_found missing_path")
      let nothing = await host.failure("metadata_write", api.root(["path": "m"]))
      #expect(nothing?.code == .invalidInput)
    }
  }

  @Test("do with version 1 what it knows, and refuse the rest", arguments: VaultKind.all)
  func plain(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.call("POST", "sys/mounts/kv", #"{"type": "kv", "options": {"version": "1"}}"#)
      let kv: ValueMap = ["engine_path": "kv", "path": "a/b"]
      func inputs(_ more: ValueMap) -> ValueMap {
        var all = api.root(kv)
        for (name, value) in more { all[name] = value }
        return all
      }
      let big = try JSON.parse(#"{"n": 12345678901234567890}"#)
      _ = try await host.run("write", inputs(["data": big]))
      let read = try await host.run("read", inputs([:]))
      #expect(read["data"] == big && read["version"] == nil && read["lease_seconds"] == 2_764_800)
      #expect(try await host.run("list", inputs(["path": "a"]))["keys"] == ["b"])
      let cas = await host.failure("write", inputs(["data": ["a": 1], "cas": 1]))
      #expect(cas?.code == .unsupported && cas?.pointer == JSONPointer(["cas"]))
      for action in ["versions", "metadata_read", "metadata_delete"] {
        let error = await host.failure(action, inputs([:]))
        #expect(error?.code == .unsupported && error?.message.contains(action) == true)
      }
      _ = try await host.run("delete", inputs([:]))
      #expect(await host.failure("read", inputs([:]))?.kind == "not_found missing_path")
    }
  }

  @Test("ask for any path, and hand the answer back", arguments: VaultKind.all)
  func request(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("r", #"{"a": 1}"#)
      let read = try await run(
        "request",
        api,
        ["path": "/v1/secret/data/r", "query": ["version": 1]]
      )
      #expect(read["status_code"] == 200 && read["json"]["data"]["data"] == ["a": 1])
      #expect(read.secretOutputs == [JSONPointer(["json"])])
      let list = try await run("request", api, ["method": "list", "path": "secret/metadata"])
      #expect(list["json"]["data"]["keys"] == ["r"])
      let posted = try await run(
        "request",
        api,
        ["method": "post", "path": "secret/data/r", "json": ["data": ["a": 2]]]
      )
      #expect(posted["json"]["data"]["version"] == 2)
      let patched = try await run(
        "request",
        api,
        ["method": "patch", "path": "secret/data/r", "json": ["data": ["b": 3]]]
      )
      #expect(patched["json"]["data"]["version"] == 3)
      let none = await host.failure("request", api.root(["path": "secret/data/none"]))
      #expect(none?.code == .notFound && none?.outputs["status_code"] == 404)
      let above = await host.failure("request", api.root(["path": "../ui"]))
      #expect(above?.code == .invalidInput && above?.pointer == JSONPointer(["path"]))
      let body = await host.failure("request", api.root(["path": "a", "json": ["a": 1]]))
      #expect(body?.code == .invalidInput && body?.pointer == JSONPointer(["method"]))
    }
  }

  @Test("list the engines and methods that can be seen", arguments: VaultKind.all)
  func mounts(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.call("POST", "sys/mounts/kv/old", #"{"type": "kv", "options": {"version": "1"}}"#)
      _ = try api.role("web", #""token_policies": ["app"]"#, mount: "roles/web")
      let all = try await host.run("mounts", api.root())
      let engines = all["engines"].listValue ?? []
      let old = engines.first { $0["path"] == "kv/old" }
      #expect(old?["kv_version"] == 1 && old?["type"] == "kv")
      #expect(engines.first { $0["path"] == "secret" }?["kv_version"] == 2)
      #expect(engines.first { $0["path"] == "cubbyhole" }?["kv_version"].isNull == true)
      let method = all["methods"].listValue?.first { $0["path"] == "roles/web" }
      #expect(method?["type"] == "approle")
      try api.policy("old", ["kv/old/*": ["read"]])
      let login = givenToken(try api.token(["old"]))
      let seen = try await host.run("mounts", vault(api.url, login))
      #expect(seen["engines"].listValue?.contains { $0["path"] == "kv/old" } == true)
      #expect(seen["engines"].listValue?.contains { $0["path"] == "secret" } == false)
    }
  }

  @Test("stay in their namespace")
  func namespaces() async throws {
    try await VaultServer.run { server in
      let api = server.api
      try api.call("POST", "sys/namespaces/team")
      try api.call("POST", "sys/namespaces/web", namespace: "team")
      let mount = #"{"type": "kv", "options": {"version": "1"}}"#
      try api.call("POST", "sys/mounts/secret", mount, namespace: "team/web")
      let team = api.root(["namespace": "team/web/", "path": "a"])
      var written = team
      written["data"] = ["of": "team"]
      _ = try await host.run("write", written)
      try api.write("a", #"{"of": "root"}"#)
      #expect(try await host.run("secret", team)["data"] == ["of": "team"])
      // The engine of the same path is of another version there, and found out once for each.
      #expect(try await host.run("secret", api.root(["path": "a"]))["data"] == ["of": "root"])
      #expect(try server.counts()["GET sys/internal/ui/mounts/secret"] == 2)
      let none = await host.failure("secret", api.root(["namespace": "no", "path": "a"]))
      #expect(none?.kind == "not_found missing_path")
      #expect(none?.message.contains("in the namespace no") == true)
    }
  }
}
