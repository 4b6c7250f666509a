import DriverHost
import TestSupport
import Testing

@Suite("A data connection that goes wrong")
struct DataConnectionFaultTests {
  private typealias Action = ScriptedFTPServer.Action
  private typealias Rule = ScriptedFTPServer.Rule

  /// How a data connection ends before its time.
  enum End: String, Sendable, CaseIterable {
    case closes, resets

    var action: ScriptedFTPServer.Action { self == .closes ? .closeData : .resetData }
  }

  /// Sides whose server opens ports for data as told, by both commands.
  private func sides(_ action: Action, _ more: ValueMap = ["socket_timeout": 0.5]) throws
    -> ScriptedSides
  {
    try ScriptedSides([.on("EPSV", action), .on("PASV", action)], files: ["a": [1, 2, 3]], more)
  }

  private static let actions: [(String, ValueMap)] = [
    ("list", ["path": "/"]), ("get", ["path": "/a"]), ("put", ["path": "/b", "content": "12"]),
    ("append", ["path": "/a", "content": "12"]),
  ]

  @Test(
    "since nobody listens, says so",
    arguments: [ScriptedFTPServer.Listener.refuses, .neverConnects]
  )
  func notThere(_ listener: ScriptedFTPServer.Listener) async throws {
    for (action, inputs) in Self.actions {
      let sides = try sides(.passive(listener))
      let error = try await sides.host.failure(action, inputs)
      #expect(error.code == .unavailable && error.isRetryable, "\(action): \(error)")
      #expect(error.pointer?.description == "/data_connection", "\(action): \(error)")
      #expect(error.message.contains("firewall"), "\(action): \(error)")
      #expect(sides.server.files == ["a": [1, 2, 3]], "\(action)")
    }
  }

  @Test("since no port is opened, says so")
  func noPort() async throws {
    for reply in ["425 No port", "227 Here", "500 No", "229 Here (|||x|)", "227 Here (1,2,3)"] {
      let sides = try sides(.reply(reply))
      let error = try await sides.host.failure(
        "get",
        ["path": "/a", "local_path": sides.here("a")]
      )
      #expect(!error.message.isEmpty && error.code != .internal, "\(reply): \(error)")
      #expect(
        [.unavailable, .unsupported, .protocolViolation].contains(error.code),
        "\(reply): \(error)"
      )
      #expect(try sides.folder.names().isEmpty)
    }
  }

  @Test("since nothing comes over it, ends the call by socket_timeout")
  func silent() async throws {
    let sides = try ScriptedSides(
      [
        .on("MLSD", .reply("150 Here"), .send("type=file; a\r\n"), .receive),
        .on("RETR", .reply("150 Here"), .send("1"), .receive),
      ],
      files: ["a": [1, 2, 3]],
      ["socket_timeout": 1]
    )
    for (action, inputs): (String, ValueMap) in [
      ("list", ["path": "/"]), ("get", ["path": "/a", "local_path": sides.here("a")]),
    ] {
      let error = try await sides.host.failure(action, inputs)
      #expect(error.code == .timedOut && error.vendorState == "timeout", "\(action): \(error)")
      #expect(error.pointer?.description == "/socket_timeout", "\(action): \(error)")
    }
    #expect(try sides.folder.names().isEmpty)
    #expect(try await sides.host.run("exists", ["path": "/a"])["exists"] == true)
  }

  @Test("since the server takes nothing more, ends the call by socket_timeout")
  func takesNothing() async throws {
    let sides = try ScriptedSides(
      [.on("STOR", .reply("150 Send it"), .receiveSome(1), .pause(.seconds(3)))],
      ["socket_timeout": 1]
    )
    try sides.folder.write([UInt8](repeating: 1, count: 32 << 20), to: "big")
    let error = try await sides.host.failure(
      "put",
      ["path": "/b", "local_path": sides.here("big")]
    )
    #expect(error.code == .timedOut && error.message.contains("socket_timeout"), "\(error)")
    #expect(sides.server.files.isEmpty && sides.hasRemovedTemporary)
  }

  @Test("is not made to an address that the server lies about, unless that is trusted")
  func lies() async throws {
    // Nobody answers there: TEST-NET-1 of RFC 5737.
    let rules: [Rule] = [
      .on("EPSV", .reply("500 No")), .on("PASV", .passive(address: "192.0.2.1")),
    ]
    let sides = try ScriptedSides(rules, files: ["a": [1, 2, 3]])
    #expect(try await sides.host.run("get", ["path": "/a"])["bytes"] == 3)
    let trusting = try ScriptedSides(
      rules,
      files: ["a": [1, 2, 3]],
      ["data_connection": ["trust_address": true], "socket_timeout": 0.5]
    )
    let error = try await trusting.host.failure("get", ["path": "/a"])
    #expect(error.code == .unavailable && error.message.contains("trust_address"), "\(error)")
  }

  @Test("and is cut in the middle, gives no wrong file", arguments: End.allCases)
  func cutGet(_ end: End) async throws {
    let content = [UInt8](repeating: 7, count: 300_000)
    let half = Array(content.prefix(100_000))
    for reply in ["426 Cut", "226 Done", "451 Broken"] {
      let sides = try ScriptedSides(
        [.on("RETR", .reply("150 Here"), .send(half), end.action, .reply(reply))],
        files: ["a": content]
      )
      try sides.folder.write("old", to: "old")
      for name in ["new", "old"] {
        let error = try await sides.host.failure(
          "get",
          ["path": "/a", "local_path": sides.here(name)]
        )
        #expect(
          [.unavailable, .conflict, .remoteFailure].contains(error.code),
          "\(reply): \(error)"
        )
      }
      #expect(try sides.folder.names() == ["old"] && sides.folder.text("old") == "old")
      let error = try await sides.host.failure("get", ["path": "/a"])
      #expect(error.outputs["content"] == nil, "\(reply): \(error)")
    }
  }

  @Test("and is cut in the middle, gives no short listing", arguments: End.allCases)
  func cutList(_ end: End) async throws {
    let lines = "type=file;size=1; a\r\ntype=file;si"
    for reply in ["426 Cut", "451 Broken"] {
      let sides = try ScriptedSides([
        .on("MLSD", .reply("150 Here"), .send(lines), end.action, .reply(reply))
      ])
      let error = try await sides.host.failure("list", ["path": "/"])
      #expect([.unavailable, .remoteFailure].contains(error.code), "\(reply): \(error)")
      // What has come is told all the same.
      #expect(error.outputs["count"] == 1)
    }
  }

  @Test("and is cut in the middle, leaves no file there", arguments: End.allCases)
  func cutPut(_ end: End) async throws {
    for reply in ["426 Cut", "226 Done", "451 Broken"] {
      let server = Locked<ScriptedFTPServer?>(nil)
      let sides = try ScriptedSides(
        [
          .on(
            "STOR",
            .reply("150 Send it"),
            .receiveSome(1000),
            end.action,
            // What has come is kept, as servers do it.
            .runs { _, command in
              server.with { $0?.setFile(String(command.split(separator: "/").last ?? ""), [1]) }
            },
            .reply(reply)
          )
        ],
        files: ["b": [7]]
      )
      server.with { $0 = sides.server }
      defer { server.with { $0 = nil } }
      try sides.folder.write([UInt8](repeating: 1, count: 8 << 20), to: "big")
      for path in ["/a", "/b"] {
        let inputs: ValueMap = ["path": .string(path), "local_path": sides.here("big")]
        let error = try await sides.host.failure("put", inputs)
        #expect([.unavailable, .remoteFailure].contains(error.code), "\(reply): \(error)")
        #expect(sides.hasRemovedTemporary)
      }
      #expect(sides.server.files == ["b": [7]], "\(reply)")
    }
  }
}
