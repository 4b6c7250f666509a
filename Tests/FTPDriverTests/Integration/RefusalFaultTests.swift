import DriverHost
import TestSupport
import Testing

@Suite("A server that refuses")
struct RefusalFaultTests {
  /// What a server says, and what is made of it.
  struct Case: Sendable, CustomStringConvertible {
    var reply: String
    var state: String
    /// A piece of the explanation.
    var words: String
    var mayPass: Bool

    init(_ reply: String, _ state: String, _ words: String, mayPass: Bool = false) {
      (self.reply, self.state, self.words, self.mayPass) = (reply, state, words, mayPass)
    }

    var description: String { reply }

    func check(
      _ error: HostError,
      sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
      let (said, code) = (String(reply.dropFirst(4)), Int32(reply.prefix(3)))
      #expect(error.vendorState == state, "\(error)", sourceLocation: sourceLocation)
      #expect(error.message.contains(words), "\(error)", sourceLocation: sourceLocation)
      #expect(error.message.contains(said), "\(error)", sourceLocation: sourceLocation)
      #expect(error.isRetryable == mayPass, "\(error)", sourceLocation: sourceLocation)
      #expect(error.status == code, "\(error)", sourceLocation: sourceLocation)
    }
  }

  static let anywhere = [
    Case("421 Shutting down", "connection_lost", "ends its service", mayPass: true),
    Case("421 Timeout", "timeout", "nothing happened on it", mayPass: true),
    Case("425 No way", "connection_lost", "no data connection came about", mayPass: true),
    Case("522 Data must be safe", "unsupported", "data connections to be enciphered"),
  ]
  static let reading = [
    Case("450 Try later", "failure", "not to be had at the moment", mayPass: true),
    Case("550 It failed", "not_found", "may not read it"),
    Case("550 a: Permission denied", "permission_denied", "may not do that"),
    Case("550 a: Is a directory", "is_directory", "it is a directory"),
  ]
  static let writing = [
    Case("450 a: in use", "failure", "in use by another", mayPass: true),
    Case("452 Nothing left", "disk_full", "no room left"),
    Case("550 a: Permission denied", "permission_denied", "may not do that"),
    Case("552 Too much", "quota_exceeded", "a quota, or a limit"),
    Case("552 Disk full", "disk_full", "disk is full"),
    Case("553 Not that", "name_refused", "does not take that name"),
  ]
  static let behind = [
    Case("426 Cut", "connection_lost", "cut in the middle", mayPass: true),
    Case("451 Broken", "failure", "an error of its own", mayPass: true),
    Case("550 It failed", "not_found", "may not read it"),
    Case("421 Shutting down", "connection_lost", "ends its service", mayPass: true),
  ]
  static let behindSent = [
    Case("426 Cut", "connection_lost", "cut in the middle", mayPass: true),
    Case("451 Broken", "failure", "could not write the file", mayPass: true),
    Case("452 Nothing left", "disk_full", "no room left"),
    Case("552 Too much", "quota_exceeded", "a quota, or a limit"),
    Case("421 Shutting down", "connection_lost", "ends its service", mayPass: true),
  ]

  @Test("to give a file says why, and no file is made here", arguments: anywhere + reading)
  func get(_ item: Case) async throws {
    let sides = try ScriptedSides(
      [.on("RETR", .reply(item.reply))],
      files: ["a": [1, 2, 3]]
    )
    let inputs: ValueMap = ["path": "/a", "local_path": sides.here("a")]
    item.check(try await sides.host.failure("get", inputs))
    #expect(try sides.folder.names().isEmpty)
    item.check(try await sides.host.failure("get", ["path": "/a"]))
  }

  @Test("when a part has come says why, and no file is made here", arguments: behind)
  func getBehind(_ item: Case) async throws {
    let sides = try ScriptedSides(
      [.on("RETR", .reply("150 Here"), .send("12"), .closeData, .reply(item.reply))],
      files: ["a": [1, 2, 3]]
    )
    let inputs: ValueMap = ["path": "/a", "local_path": sides.here("a")]
    item.check(try await sides.host.failure("get", inputs))
    #expect(try sides.folder.names().isEmpty)
    // Nor does it take the place of one that is there.
    try sides.folder.write("old", to: "a")
    item.check(try await sides.host.failure("get", inputs))
    #expect(try sides.folder.names() == ["a"] && sides.folder.text("a") == "old")
  }

  @Test("to take a file says why, and no file is made there", arguments: anywhere + writing)
  func put(_ item: Case) async throws {
    let sides = try ScriptedSides([.on("STOR", .reply(item.reply))], files: ["b": [7]])
    for path in ["/a", "/b"] {
      item.check(try await sides.host.failure("put", ["content": "123", "path": .string(path)]))
      #expect(sides.hasRemovedTemporary)
    }
    #expect(sides.server.files == ["b": [7]])
  }

  @Test("when a part has gone says why, and what was made of it is removed", arguments: behindSent)
  func putBehind(_ item: Case) async throws {
    let sides = try ScriptedSides(files: ["b": [7]])
    // Servers make the file, and keep what there was room for.
    let server = sides.server
    sides.server.add(
      .on(
        "STOR",
        .reply("150 Send it"),
        .receive,
        .closeData,
        .runs { [weak server] _, command in
          server?.setFile(String(command.split(separator: "/").last ?? ""), [49])
        },
        .reply(item.reply)
      )
    )
    for path in ["/a", "/b"] {
      item.check(try await sides.host.failure("put", ["content": "123", "path": .string(path)]))
    }
    #expect(
      sides.server.files == ["b": [7]] && sides.server.received == [[49, 50, 51], [49, 50, 51]]
    )
  }

  @Test("to add to a file says why, and adds nothing", arguments: anywhere + writing)
  func append(_ item: Case) async throws {
    let sides = try ScriptedSides([.on("APPE", .reply(item.reply))], files: ["a": [1]])
    item.check(try await sides.host.failure("append", ["content": "123", "path": "/a"]))
    #expect(sides.server.files == ["a": [1]] && sides.commands("APPE").count == 1)
  }

  @Test(
    "to give a file its name says why, and the temporary one is removed",
    arguments: [
      Case("421 Shutting down", "connection_lost", "ends its service", mayPass: true),
      Case("450 a: in use", "failure", "in use by another", mayPass: true),
      Case("550 a: Permission denied", "permission_denied", "may not do that"),
      Case("552 Too much", "quota_exceeded", "a quota, or a limit"),
      Case("553 Not that", "name_refused", "does not take that name"),
    ]
  )
  func name(_ item: Case) async throws {
    let sides = try ScriptedSides([.on("RNTO", .reply(item.reply))])
    item.check(try await sides.host.failure("put", ["content": "123", "path": "/a"]))
    #expect(sides.hasRemovedTemporary && sides.server.files.isEmpty)
  }

  @Test(
    "to list says why",
    arguments: [
      Case("421 Shutting down", "connection_lost", "ends its service", mayPass: true),
      Case("425 No way", "connection_lost", "no data connection came about", mayPass: true),
      Case("450 Try later", "failure", "not to be had at the moment", mayPass: true),
      Case("522 Data must be safe", "unsupported", "data connections to be enciphered"),
      Case("550 It failed", "not_found", "may not enter it"),
      Case("550 /: Permission denied", "permission_denied", "may not do that"),
    ]
  )
  func list(_ item: Case) async throws {
    let sides = try ScriptedSides([
      .on("MLSD", .reply(item.reply)), .on("LIST", .reply(item.reply)),
    ])
    item.check(try await sides.host.failure("list", ["path": "/"]))
    sides.server.add(
      .on("MLSD", .reply("150 Here"), .send(""), .closeData, .reply(item.reply))
    )
    item.check(try await sides.host.failure("list", ["path": "/"]))
  }

  @Test(
    "to enter a directory says why",
    arguments: [
      Case("421 Shutting down", "connection_lost", "ends its service", mayPass: true),
      Case("550 It failed", "not_found", "may not enter it"),
      Case("550 a: Permission denied", "permission_denied", "may not do that"),
    ]
  )
  func enter(_ item: Case) async throws {
    let sides = try ScriptedSides([.on("CWD /a", .reply(item.reply))])
    item.check(try await sides.host.failure("list", ["path": "/a/"]))
  }
}
