import TestSupport
import Testing

@Suite("A server of faults", .requires(.curl))
struct TCPFaultServerTests {
  private func curl(_ server: TCPFaultServer, _ more: String...) async throws -> Command {
    try await Command.run(
      "curl",
      ["--silent", "--show-error", "--noproxy", "*", "--max-time", "1"] + more + [server.url]
    )
  }

  // The numbers are exit codes of curl(1).
  @Test(
    "does to curl what it is told",
    arguments: [
      ("refuses", TCPFaultServer.Fault.refuses, 7),
      ("never connects", .neverConnects, 28),
      ("stalls", .stalls, 28),
      ("resets", .resets, 56),
      ("sends half a head and stalls", .halfHead(), 28),
      ("sends half a head and closes", .halfHead(then: .closes), 0),
      ("resets inside the body", .shortBody(promised: 100, sent: 10, then: .resets), 56),
      ("closes inside the body", .shortBody(promised: 100, sent: 10, then: .closes), 18),
      ("stalls inside the body", .shortBody(promised: 100, sent: 10, then: .stalls), 28),
      ("sends nonsense", .nonsense, 1),
    ] as [(String, TCPFaultServer.Fault, Int32)]
  )
  func faults(name: String, fault: TCPFaultServer.Fault, exit: Int32) async throws {
    let server = try TCPFaultServer(fault)
    let command = try await curl(server)
    #expect(command.status == exit, "\(name): \(command.error)")
  }

  @Test("drips byte by byte")
  func drips() async throws {
    let server = try TCPFaultServer(
      .drips(Array("HTTP/1.0 200 OK\r\n\r\nslowly".utf8), pause: .milliseconds(1))
    )
    #expect(try await curl(server, "--max-time", "20").output == "slowly")
    #expect(server.connectionCount == 1)
    #expect(server.requestHeads.first?.hasPrefix("GET / HTTP/1.1\r\n") == true)
  }

  @Test("runs a function with each connection")
  func runs() async throws {
    let server = try TCPFaultServer(
      .runs { connection in
        let method = connection.readHead().prefix { $0 != " " }
        connection.write("HTTP/1.0 200 OK\r\n\r\n\(method) it was")
      }
    )
    #expect(try await curl(server, "--request", "BREW").output == "BREW it was")
  }

  @Test("ends its connections when it is stopped")
  func stops() async throws {
    let server = try TCPFaultServer(.stalls)
    let command = try RunningCommand("curl", ["--silent", "--noproxy", "*", server.url])
    try await eventually("curl is connected") { server.connectionCount == 1 }
    server.stop()
    #expect(try await command.finish().status == 52)
  }
}
