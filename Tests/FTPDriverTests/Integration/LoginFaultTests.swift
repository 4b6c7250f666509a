import DriverHost
import TestSupport
import Testing

@Suite("A server that lets nobody in")
struct LoginFaultTests {
  private func host(_ port: Int, _ more: ValueMap = ["connect_timeout": 20]) throws -> FTPHost {
    try FTPHost(ScriptedSides.address(port, more))
  }

  private func failure(
    _ fault: TCPFaultServer.Fault,
    _ more: ValueMap = ["connect_timeout": 20]
  ) async throws -> HostError {
    let server = try TCPFaultServer(fault)
    defer { server.stop() }
    return try await host(server.port, more).failure("list", ["path": "/"])
  }

  @Test("by its password says so, without the password")
  func refused() async throws {
    let sides = try ScriptedSides([.on("PASS", .reply("530 Login incorrect."))])
    let error = try await sides.host.failure("list", ["path": "/"])
    #expect(error.code == .unauthenticated && error.vendorState == "authentication", "\(error)")
    #expect(error.pointer?.description == "/authentication" && error.status == 530)
    #expect(error.message.contains("Login incorrect") && !error.isRetryable)
    #expect(!error.debugDescription.contains("correct horse"))
    let unknown = try ScriptedSides([.on("USER", .reply("530 Not you"))])
    #expect(try await unknown.host.failure("list", ["path": "/"]).code == .unauthenticated)
  }

  private static let accountRules: [ScriptedFTPServer.Rule] = [
    .on("PASS", .reply("332 Account?")), .on("ACCT", .reply("230 Welcome")),
  ]

  @Test("without an account says so")
  func noAccount() async throws {
    let sides = try ScriptedSides(LoginFaultTests.accountRules)
    let error = try await sides.host.failure("list", ["path": "/"])
    #expect(error.code == .unauthenticated && error.message.contains("account"), "\(error)")
    #expect(error.pointer?.description == "/authentication", "\(error)")
  }

  @Test(
    "with an account lets in",
    .unavailable(
      under: .address,
      reason: "libcurl 7.88 loses a copy of the account each time it goes on with a connection"
    )
  )
  func account() async throws {
    let other = try ScriptedSides(
      LoginFaultTests.accountRules,
      [
        "authentication": [
          "authentication_method": "username_password", "username": "tester", "password": "x",
          "account": "sales",
        ]
      ]
    )
    #expect(try await other.host.run("list", ["path": "/"])["count"] == 0)
    #expect(other.commands("ACCT") == ["ACCT sales"])
  }

  @Test(
    "because there are too many says so, and that it may be otherwise later",
    arguments: ["421 There are too many connected users, please try later.", "530 Too many users"]
  )
  func crowded(_ reply: String) async throws {
    for word in ["USER", "PASS"] {
      let sides = try ScriptedSides([.on(word, .reply(reply), .close)])
      let error = try await sides.host.failure("list", ["path": "/"])
      #expect(error.code == .rateLimited && error.isRetryable, "\(error)")
      #expect(error.status == Int32(reply.prefix(3)), "\(error)")
    }
    let greeted = try ScriptedSides([.greeting(.reply(reply), .close)])
    let error = try await greeted.host.failure("list", ["path": "/"])
    #expect(error.code == .rateLimited && error.message.contains("no more connections"), "\(error)")
  }

  @Test("to a second connection is used over the first one")
  func onlyOne() async throws {
    let sides = try ScriptedSides(
      [.on("MLST", .pause(.milliseconds(50)), .reply("502 No"))],
      files: ["a": [1]]
    )
    #expect(try await sides.host.run("exists", ["path": "/a"])["exists"] == true)
    sides.server.add(.greeting(.reply("421 Too many connections"), .close))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<6 {
        group.addTask { try await sides.host.run("exists", ["path": "/a"])["exists"] == true }
      }
      for try await isThere in group { #expect(isThere) }
    }
    #expect(sides.commands("USER").count == 1 && sides.server.connectionCount > 1)
  }

  @Test("and speaks something else is told from one that speaks FTP")
  func otherProtocols() async throws {
    let sayings = [
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n": "does not speak FTP",
      "SSH-2.0-OpenSSH_9.2p1\r\n": "SSH server answers",
      "\u{0}\u{1}\u{2}\r\n": "does not speak FTP", "\r\n": "does not speak FTP",
    ]
    for (said, words) in sayings {
      let error = try await failure(
        .runs { connection in
          connection.write(said)
          connection.stall()
        }
      )
      #expect(
        error.vendorState == "malformed" && error.message.contains(words),
        "\(said): \(error)"
      )
      #expect(error.pointer?.description == "/port", "\(error)")
    }
  }

  @Test("and says nothing, or half of it, ends the call by connect_timeout")
  func silent() async throws {
    for said in ["", "220", "220-Welcome\r\n220-to", "220 Welcome\r\n"] {
      let error = try await failure(
        .runs { connection in
          connection.write(said)
          connection.stall()
        },
        ["connect_timeout": 0.3]
      )
      #expect(error.code == .timedOut, "\(said): \(error)")
      #expect(error.pointer?.description == "/connect_timeout", "\(said): \(error)")
    }
  }

  @Test("since it never takes a connection, or refuses it, is told from others")
  func unreachable() async throws {
    let never = try await failure(.neverConnects, ["connect_timeout": 0.3])
    #expect(never.code == .timedOut && never.pointer?.description == "/connect_timeout", "\(never)")
    let refused = try await failure(.refuses)
    #expect(refused.code == .unavailable && refused.pointer?.description == "/host", "\(refused)")
    #expect(refused.isRetryable)
  }

  @Test("and ends the connection anywhere on the way, properly or not, says so")
  func ended() async throws {
    for word in [nil, "USER", "PASS", "PWD", "FEAT"] {
      for action in [ScriptedFTPServer.Action.close, .reset] {
        let sides = try ScriptedSides([word.map { .on($0, action) } ?? .greeting(action)])
        let error = try await sides.host.failure("list", ["path": "/"])
        #expect(error.code == .unavailable && error.isRetryable, "\(word ?? "") \(error)")
        // A reset may come before libcurl knows that it is connected.
        let words = word == nil && error.message.contains("takes no connection")
        #expect(words || error.message.contains("ended the connection"), "\(word ?? "") \(error)")
      }
    }
  }

  @Test(
    "since it greets without end is given up, with little kept of it",
    arguments: ["220-Hello\r\n", "2"]
  )
  func endless(_ piece: String) async throws {
    let error = try await failure(
      .runs { connection in
        let bytes = Array(String(repeating: piece, count: 4096).utf8)
        while connection.write(bytes) {}
      },
      ["connect_timeout": 0.5]
    )
    #expect([.timedOut, .protocolViolation, .unavailable].contains(error.code), "\(error)")
  }
}
