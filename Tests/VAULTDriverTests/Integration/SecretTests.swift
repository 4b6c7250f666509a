import DriverHost
import TestSupport
import Testing

@Suite("The action secret", .requires(.python))
struct SecretTests {
  private let host: VaultHost

  init() throws { host = try VaultHost() }

  @Test("is what happens where no action is named")
  func isDefault() async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      let result = try await host.host.connect(type: "VAULT", server.api.root(["path": "app"]))
      #expect(result["data"] == ["a": 1])
    }
  }

  @Test("hands back a secret with its types, and one key of it", arguments: VaultKind.all)
  func reads(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("app/db", #"{"user": "ann", "port": 5432, "on": true, "list": [1, null]}"#)
      let all = try await host.run("secret", api.root(["path": "app/db"]))
      #expect(all["data"] == ["user": "ann", "port": 5432, "on": true, "list": [1, nil]])
      #expect(all["version"] == 1 && all["lease_seconds"] == nil)
      #expect(all.outputs["value"] == nil)
      #expect(all.secretOutputs == [JSONPointer(["data"])])
      let one = try await host.run("secret", api.root(["path": "app/db", "key": "port"]))
      #expect(one["value"] == 5432 && one["data"]["user"] == "ann")
      #expect(Set(one.secretOutputs) == [JSONPointer(["data"]), JSONPointer(["value"])])
      let list = try await host.run("secret", api.root(["path": "/app/db/", "key": "list"]))
      #expect(list["value"] == [1, nil])
      #expect(host.misuses == 0)
    }
  }

  @Test("keeps the digits of numbers")
  func numbers() async throws {
    try await VaultServer.run { server in
      let text = #"{"big": 12345678901234567890, "exact": 9007199254740993, "decimal": 0.10}"#
      try server.api.write("n", text)
      let result = try await host.run("secret", server.api.root(["path": "n", "key": "big"]))
      #expect(JSON.text(result["value"], decimals: .number) == "12345678901234567890")
      #expect(JSON.text(result["data"]["exact"]) == "9007199254740993")
      #expect(result["data"]["decimal"] == (try JSON.parse("0.10")))
    }
  }

  @Test("reads an older version", arguments: VaultKind.all)
  func version(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("v", #"{"n": 1}"#)
      try api.write("v", #"{"n": 2}"#)
      let old = try await host.run("secret", api.root(["path": "v", "version": 1, "key": "n"]))
      #expect(old["value"] == 1 && old["version"] == 1)
      let none = await host.failure("secret", api.root(["path": "v", "version": 7]))
      #expect(none?.kind == "not_found missing_path")
    }
  }

  @Test(
    "reads an engine of version 1, which says how long it may be kept",
    arguments: VaultKind.all
  )
  func plain(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.call("POST", "sys/mounts/kv", #"{"type": "kv", "options": {"version": "1"}}"#)
      try api.call("PUT", "kv/app", #"{"user": "ann", "ttl": "30m"}"#)
      for version in [nil, 1] as [Value] {
        var inputs = api.root(["path": "app", "key": "user", "engine_path": "kv"])
        if !version.isNull { inputs["kv_version"] = version }
        let result = try await host.run("secret", inputs)
        #expect(result["value"] == "ann" && result["lease_seconds"] == 1800)
        #expect(result.outputs["version"] == nil)
      }
      let old = await host.failure(
        "secret",
        api.root(["path": "app", "version": 1, "engine_path": "kv"])
      )
      #expect(old?.code == .unsupported && old?.pointer == JSONPointer(["version"]))
    }
  }

  @Test("asks for the engine's version once, however many calls wait")
  func detection() async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      try server.delay("sys/internal/ui/mounts/secret", seconds: 0.3)
      let inputs = server.api.root(["path": "app", "auto_renew": false])
      try await withThrowingTaskGroup(of: Value.self) { group in
        for _ in 0..<40 { group.addTask { try await host.run("secret", inputs)["data"] } }
        for try await data in group { #expect(data == ["a": 1]) }
      }
      let counts = try server.counts()
      #expect(counts["GET sys/internal/ui/mounts/secret"] == 1)
      #expect(counts["GET secret/data/app"] == 40)
    }
  }

  @Test("goes on asking for the version where the call that asked was cancelled")
  func cancelledDetection() async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      try server.delay("sys/internal/ui/mounts/secret", seconds: 1)
      let inputs = server.api.root(["path": "app", "auto_renew": false])
      let first = Task { await host.failure("secret", inputs) }
      try await eventually("the first call asks") {
        try server.counts()["GET sys/internal/ui/mounts/secret"] == 1
      }
      let second = Task { try await host.run("secret", inputs)["data"] }
      first.cancel()
      #expect(await first.value?.code == .cancelled)
      #expect(try await second.value == ["a": 1])
    }
  }

  @Test("tells apart what is missing, and names it", arguments: VaultKind.all)
  func missing(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("app", #"{"user": "ann", "password": "hunter2"}"#)
      let path = await host.failure("secret", api.root(["path": "app/none"]))
      #expect(path?.kind == "not_found missing_path" && path?.status == 404)
      #expect(path?.message.contains(#""app/none" of the engine "secret""#) == true)
      #expect(path?.pointer == JSONPointer(["path"]) && path?.attempts == 1)
      let key = await host.failure("secret", api.root(["path": "app", "key": "Password"]))
      #expect(key?.kind == "not_found missing_key" && key?.pointer == JSONPointer(["key"]))
      #expect(key?.message.contains(#"no key "Password""#) == true)
      #expect(key?.outputs.names == [])
      // No engine is a matter of policies for who may not see it, and for the root one of a 403 or 404.
      let engine = await host.failure("secret", api.root(["path": "a", "engine_path": "none"]))
      #expect(engine?.message.contains("\"none\"") == true)
      #expect(engine?.pointer == JSONPointer(["engine_path"]))
      let unasked = await host.failure(
        "secret",
        api.root(["path": "a", "engine_path": "none", "kv_version": 2])
      )
      #expect(unasked?.kind == "not_found missing_path")
      #expect(unasked?.pointer == JSONPointer(["engine_path"]))
    }
  }

  @Test("says of deleted and destroyed versions what has become of them", arguments: VaultKind.all)
  func deleted(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("d", #"{"n": 1}"#)
      try api.write("d", #"{"n": 2}"#)
      try api.call("DELETE", "secret/data/d")
      let deleted = await host.failure("secret", api.root(["path": "d"]))
      #expect(deleted?.kind == "not_found missing_path")
      #expect(deleted?.message.contains("version 2 was deleted at 2") == true)
      #expect(deleted?.outputs.names == [])
      try api.call("PUT", "secret/destroy/d", #"{"versions": [1]}"#)
      let destroyed = await host.failure("secret", api.root(["path": "d", "version": 1]))
      #expect(destroyed?.kind == "not_found missing_path")
      #expect(destroyed?.message.contains("version 1 was destroyed") == true)
    }
  }

  @Test("says that the version of the engine is another one", arguments: VaultKind.all)
  func wrongVersion(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("app", #"{"a": 1}"#)
      let error = await host.failure("secret", api.root(["path": "app", "kv_version": 1]))
      #expect(error?.kind == "not_found missing_path")
      #expect(error?.pointer == JSONPointer(["kv_version"]))
    }
  }

  @Test(
    "says where an engine is whose path was given with more behind it",
    arguments: VaultKind.all
  )
  func deepEngine(kind: VaultKind) async throws {
    try await kind.run { api in
      let inputs: ValueMap = ["path": "db", "engine_path": "secret/app/web"]
      let error = await host.failure("secret", api.root(inputs))
      #expect(error?.code == .invalidInput && error?.pointer == JSONPointer(["engine_path"]))
      #expect(error?.message.contains("is at \"secret\"") == true)
      #expect(error?.message.contains("begin path with app/web/") == true)
    }
  }

  @Test("refuses engines that keep no keys and values", arguments: VaultKind.all)
  func otherEngine(kind: VaultKind) async throws {
    try await kind.run { api in
      let error = await host.failure("secret", api.root(["path": "a", "engine_path": "cubbyhole"]))
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("an engine of the kind cubbyhole") == true)
    }
  }

  @Test("is refused what the policies do not allow", arguments: VaultKind.all)
  func forbidden(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("app", #"{"a": 1}"#)
      try api.write("other", #"{"a": 1}"#)
      try api.policy("app", ["secret/data/app": ["read"]])
      let login = givenToken(try api.token(["app"]))
      let allowed = try await host.run("secret", vault(api.url, login, ["path": "app"]))
      #expect(allowed["data"] == ["a": 1])
      let error = await host.failure("secret", vault(api.url, login, ["path": "other"]))
      #expect(error?.kind == "forbidden permission_denied" && error?.status == 403)
      #expect(error?.message.contains(#""other" of the engine "secret""#) == true)
      #expect(error?.attempts == 1)
    }
  }

  @Test("takes names with any signs", arguments: VaultKind.all)
  func names(kind: VaultKind) async throws {
    try await kind.run { api in
      for name in ["a b", "ümlaut/🔑", "a%2Fb", "q?x=1", "plus+and&", "dots.and.more"] {
        let path: ValueMap = ["path": .string(name)]
        var inputs = api.root(path)
        inputs["data"] = ["name": .string(name)]
        _ = try await host.run("write", inputs)
        let result = try await host.run("secret", api.root(path))
        #expect(result["data"]["name"] == .string(name))
      }
    }
  }

  @Test(
    "takes no path that leads out of the engine",
    arguments: ["", "/", "a//b", "../sys", "a/./b"]
  )
  func badPath(path: String) async throws {
    let inputs = vault("http://127.0.0.1:9", givenToken("t"), ["path": .string(path)])
    let error = await host.failure("secret", inputs)
    #expect(error?.code == .invalidInput)
    #expect(error?.message.contains("path") == true || error?.faults.isEmpty == false)
  }
}
