import DriverHost
import TestSupport
import Testing

@Suite("Inputs that are wrong")
struct InputFaultTests {
  @Test("of an address are told before anything connects")
  func address() async throws {
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    let key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
    let proxy: Value = ["url": "socks5h://127.0.0.1:1"]
    let cases: [(ValueMap, [String])] = [
      (["encoding": "klingon"], ["/encoding"]), (["encoding": "utf-16"], ["/encoding"]),
      (["tls": ["ca": .string(certificate), "ca_file": "/x"]], ["/tls", "/tls/ca_file"]),
      (["tls": ["certificate": .string(certificate)]], ["/tls/private_key"]),
      (["tls": ["private_key": .string(key)]], ["/tls/certificate"]),
      (["tls": ["ca_file": "/nowhere/at/all"]], ["/tls/ca_file"]),
      (["proxy": proxy, "data_connection": ["mode": "active"]], ["/data_connection/mode"]),
      (
        ["data_connection": ["mode": "active", "last_port": 5000]],
        ["/data_connection/first_port"]
      ),
      (
        ["data_connection": ["mode": "active", "first_port": 5001, "last_port": 5000]],
        ["/data_connection/last_port"]
      ),
      (["proxy": ["url": "ftp://127.0.0.1:1"]], ["/proxy/url"]),
      (["proxy": ["url": "http://127.0.0.1:1", "password": "x"]], ["/proxy/username"]),
      (["authentication": FTPHost.login("a\nDELE x", "b")], ["/authentication/username"]),
      (["authentication": FTPHost.login("a", "b\rDELE x")], ["/authentication/password"]),
      (["socket_timeout": 0], ["/socket_timeout"]), (["max_connections": 0], ["/max_connections"]),
      (["port": 0], ["/port"]),
    ]
    let sides = try ScriptedSides()
    for (more, pointers) in cases {
      var inputs = more
      inputs["path"] = "/"
      let error = try await sides.host.failure("list", inputs)
      #expect(error.code == .invalidInput, "\(more): \(error)")
      let pointer = error.pointer?.description ?? error.faults.first?.pointer.description ?? ""
      #expect(pointers.contains(pointer), "\(more): \(pointer) \(error)")
    }
    #expect(sides.server.connectionCount == 0)
  }

  @Test(
    "of a path cannot become commands, whatever the action",
    arguments: ["/a\r\nDELE /b", "/a\nDELE /b", "/a\rDELE /b", "/a\u{0}", "/a\u{0}/b", "/\u{0}"]
  )
  func path(_ path: String) async throws {
    let sides = try ScriptedSides(files: ["b": [1]])
    try sides.folder.write("1", to: "here")
    let path = Value.string(path)
    let cases: [(String, ValueMap, String)] = [
      ("list", ["path": path], "/path"), ("stats", ["path": path], "/path"),
      ("exists", ["path": path], "/path"), ("get", ["path": path], "/path"),
      ("put", ["path": path, "content": "1"], "/path"),
      ("put", ["path": path, "local_path": sides.here("here")], "/path"),
      ("append", ["path": path, "content": "1"], "/path"), ("delete", ["path": path], "/path"),
      ("rename", ["path": path, "new_path": "/c"], "/path"),
      ("rename", ["path": "/b", "new_path": path], "/new_path"),
      ("mkdir", ["path": path], "/path"), ("mkdir", ["path": path, "parents": true], "/path"),
      ("rmdir", ["path": path, "recursive": true], "/path"),
      ("chmod", ["path": path, "mode": "644"], "/path"), ("checksum", ["path": path], "/path"),
      ("set_mtime", ["path": path, "modified": "2026-01-01T00:00:00Z"], "/path"),
    ]
    for (action, inputs, pointer) in cases {
      let error = try await sides.host.failure(action, inputs)
      // The scripted server makes no checksums, which may be said first.
      let codes: [HostError.Code] =
        action == "checksum" ? [.invalidInput, .unsupported] : [.invalidInput]
      #expect(codes.contains(error.code), "\(action): \(error)")
      if error.code == .invalidInput {
        #expect(error.pointer?.description == pointer, "\(action): \(error)")
      }
    }
    #expect(sides.server.files == ["b": [1]] && sides.commands("DELE").isEmpty)
    #expect(!sides.server.commands.contains { $0.contains("DELE") || $0.contains("\u{0}") })
  }

  @Test("of quote that are no commands of one line, or none for it, are refused")
  func quote() async throws {
    let sides = try ScriptedSides(files: ["b": [1]])
    let cases: [([Value], String)] = [
      (["NOOP\r\nDELE /b"], "/commands/0"), (["NOOP\nDELE /b"], "/commands/0"),
      (["NOOP", "SYST\u{0}"], "/commands/1"), (["RETR /b"], "/commands/0"),
      (["NOOP", "stor /b"], "/commands/1"), (["Quit"], "/commands/0"),
      (["*DELE /b"], "/commands/0"), ([""], "/commands/0"), ([" RETR /b"], "/commands/0"),
      (["\tRETR /b"], "/commands/0"), (["PASV"], "/commands/0"), (["USER x"], "/commands/0"),
    ]
    for (commands, pointer) in cases {
      let error = try await sides.host.failure("quote", ["commands": .list(commands)])
      #expect(error.code == .invalidInput, "\(commands): \(error)")
      let found = error.pointer?.description ?? error.faults.first?.pointer.description
      #expect(found == pointer, "\(commands): \(error)")
    }
    #expect(sides.server.files == ["b": [1]] && sides.server.connectionCount == 0)
  }

  @Test("of a put that has no source or two are told with their names")
  func sources() async throws {
    let sides = try ScriptedSides()
    try sides.folder.write("1", to: "here")
    for inputs: ValueMap in [
      ["path": "/a"], ["path": "/a", "content": "1", "local_path": sides.here("here")],
    ] {
      for action in ["put", "append"] {
        let error = try await sides.host.failure(action, inputs)
        #expect(error.code == .invalidInput, "\(error)")
        #expect(error.pointer?.description == "/local_path", "\(error)")
      }
    }
    #expect(sides.server.connectionCount == 0)
  }

  @Test("of a pull that only a push has are refused")
  func pull() async throws {
    let sides = try ScriptedSides()
    let cases: [(String, Value)] = [
      ("atomic", false), ("remove_leftovers_after", 0), ("remove_leftovers_after", 60),
    ]
    for (name, value) in cases {
      let inputs: ValueMap = [
        "path": "/", "local_path": .string(sides.folder.path), "direction": "pull", name: value,
      ]
      let error = try await sides.host.failure("sync", inputs)
      #expect(error.code == .unsupported && error.pointer?.description == "/\(name)", "\(error)")
    }
    #expect(sides.server.connectionCount == 0)
  }
}
