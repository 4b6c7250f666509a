import CurlKit
import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Connections to an FTP server",
  .requiresFTPServers,
  .requires(.microsocks, .squid),
  .requiresLogins,
  .showingServerLogs
)
struct ConnectionTests {
  /// Writes a file, reads it and lists it.
  private func move(_ sides: FTPSides, _ name: String = "file") async throws {
    let text = Value.string(String(repeating: name, count: 20_000))
    try await sides.host.run("put", ["path": sides.at(name), "content": text])
    #expect(try await sides.host.run("get", ["path": sides.at(name)])["content"] == text)
    #expect(try await sides.entries()[name]?["type"] == "file")
  }

  @Test("are made by the server too, where that is wanted", arguments: FTPServerKind.all)
  func active(key: FTPServerKind.Key) async throws {
    let server = try await key.shared
    for extended in [true, false] {
      let data: Value = ["mode": "active", "extended": .bool(extended)]
      let sides = try FTPSides(server, ["data_connection": data])
      if key.mode == .off || CurlDefaults.encryptsActiveFTP {
        try await move(sides)
        continue
      }
      // libcurl 7.88 would send the file without TLS.
      let error = try await sides.host.failure("put", ["path": sides.at("file"), "content": "x"])
      #expect(error.code == .unsupported, "\(error)")
      #expect(error.pointer?.description == "/data_connection/mode")
      #expect(try sides.names().isEmpty)
    }
  }

  @Test("are made to the port of a plain answer too", arguments: FTPServerKind.allCases)
  func passive(kind: FTPServerKind) async throws {
    let data: Value = ["mode": "passive", "extended": false, "trust_address": true]
    try await move(try FTPSides(try await kind.shared(), ["data_connection": data]))
  }

  @Test("go through a SOCKS proxy", arguments: FTPServerKind.allCases)
  func socks(kind: FTPServerKind) async throws {
    let server = try await kind.shared(.explicit)
    try await withSOCKS { proxy in
      let url = Value.string("socks5h://\(proxy.address)")
      let input: Value = ["url": url, "username": "user", "password": "correct horse"]
      try await move(try FTPSides(server, ["proxy": input]))
      #expect(proxy.tunnels().first == "localhost:\(server.port)")
      #expect(proxy.tunnels().count >= 4)
      let wrong: Value = ["url": url, "username": "user", "password": "wrong"]
      let error = try await FTPHost(server, ["proxy": wrong]).failure("list", ["path": "."])
      #expect(error.pointer?.description.hasPrefix("/proxy") ?? false, "\(error)")
    }
  }

  @Test("go through an HTTP proxy")
  func http() async throws {
    let server = try await FTPServerKind.vsftpd.shared(.explicit)
    var options = SquidProxy.Options()
    options.credentials = nil
    try await withSquid(options) { proxy in
      let sides = try FTPSides(server, ["proxy": ["url": .string(proxy.url)]])
      try await move(sides)
      let requests = try proxy.requests()
      #expect(requests.allSatisfy { $0.method == "CONNECT" }, "\(requests)")
    }
  }

  @Test("are waited for where the server allows a few", arguments: FTPServerKind.allCases)
  func few(kind: FTPServerKind) async throws {
    let server: any FTPServer
    switch kind {
    case .vsftpd:
      var options = VSFTPDServer.Options()
      options.maxClients = 2
      server = try await VSFTPDServer(options)
    case .proftpd:
      var options = ProFTPDServer.Options()
      options.maxClients = 2
      server = try await ProFTPDServer(options)
    case .pureFTPD:
      var options = PureFTPDServer.Options()
      options.maxClients = 2
      server = try await PureFTPDServer(options)
    case .pyftpdlib:
      var options = PyFTPServer.Options()
      options.maxClients = 2
      server = try await PyFTPServer(options)
    }
    defer { server.stop() }
    let sides = try FTPSides(server)
    // The first one lets the session know the server; the others want more than there may be.
    try await sides.host.run("list", ["path": "."])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<12 {
        group.addTask {
          try await sides.host.run("put", ["path": sides.at("\(number)"), "content": "x"])
        }
      }
      try await group.waitForAll()
    }
    #expect(try sides.names().count == 12)
  }

  @Test("that the server has ended are made anew")
  func idle() async throws {
    var options = VSFTPDServer.Options()
    options.idleSeconds = 1
    try await withVSFTPD(options) { server in
      let sides = try FTPSides(server)
      for round in 0..<3 {
        try await sides.host.run("put", ["path": sides.at("\(round)"), "content": "x"])
        try await eventually("the server has ended it") { try server.connections().isEmpty }
      }
      #expect(try sides.names() == ["0", "1", "2"])
    }
  }

  @Test("are made anew where all of them were killed", arguments: [FTPServerKind.vsftpd, .proftpd])
  func killed(kind: FTPServerKind) async throws {
    let server = try await kind.start(.explicit)
    defer { server.stop() }
    let logins = try #require(server as? any FTPServerWithLogins)
    let sides = try FTPSides(server)
    for round in 0..<2 {
      try await move(sides, "\(round)")
      for process in try logins.connections() { kill(process.processID, SIGKILL) }
      try await eventually("they are gone") { try logins.connections().isEmpty }
    }
    try await move(sides, "last")
    server.stop()
    let error = try await sides.host.failure("list", ["path": "."])
    #expect(error.code == .unavailable && error.isRetryable, "\(error)")
  }

  @Test("take no more than they are allowed", arguments: FTPServerKind.allCases)
  func bandwidth(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared())
    let bytes = FTPSides.bytes(200_000)
    try sides.folder.write(bytes, to: "source")
    let limit: ValueMap = ["path": sides.at("file"), "max_bandwidth": 400_000]
    var put = limit
    put["local_path"] = sides.here("source")
    let clock = ContinuousClock()
    let start = clock.now
    try await sides.host.run("put", put)
    var get = limit
    get["local_path"] = sides.here("back")
    try await sides.host.run("get", get)
    // An eighth of a second's bytes passes at once: it can be later, and never earlier than this.
    #expect(clock.now - start > .milliseconds(700))
    #expect(try sides.folder.read("back") == bytes)
  }
}
