import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Thousands of calls that fail", .requires(.nginx))
struct ManyFaultsTests {
  private let rest: RESTHost

  init() throws { rest = try RESTHost() }

  /// Servers that fail, each in its way, and the class of error that has to come of it.
  private static func servers() throws -> [(server: TCPFaultServer, code: HostError.Code)] {
    [
      (try TCPFaultServer(.refuses), .unavailable),
      (try TCPFaultServer(.stalls), .timedOut),
      (try TCPFaultServer(.resets), .protocolViolation),
      (try TCPFaultServer(.nonsense), .protocolViolation),
      (try TCPFaultServer(.halfHead(then: .stalls)), .timedOut),
      (try TCPFaultServer(.halfHead(then: .closes)), .protocolViolation),
      (try TCPFaultServer(.shortBody(promised: 100, sent: 10, then: .stalls)), .timedOut),
      (try TCPFaultServer(.shortBody(promised: 100, sent: 10, then: .closes)), .protocolViolation),
      (try TCPFaultServer(.shortBody(promised: 100, sent: 10, then: .resets)), .protocolViolation),
    ]
  }

  private static func descriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }

  /// What the process holds, in KiB.
  private static func memory() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(
      separator: " "
    )
    return (Int(pages[1]) ?? 0) * 4
  }

  /// Makes calls in turn, 64 at once, and says how many ended otherwise than they have to.
  private func run(
    _ count: Int,
    _ servers: [(server: TCPFaultServer, code: HostError.Code)]
  ) async -> Int {
    let wrong = Locked(0)
    let host = rest.host
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<count {
        if number >= 64 { await group.next() }
        let (server, code) = servers[number % servers.count]
        group.addTask {
          let inputs: ValueMap = [
            "url": .string(server.url), "read_timeout": 0.2, "connect_timeout": 5,
          ]
          do throws(HostError) {
            _ = try await host.connect(type: "REST", inputs)
            wrong.with { $0 += 1 }
          } catch {
            if error.code != code { wrong.with { $0 += 1 } }
          }
        }
      }
    }
    return wrong.with { $0 }
  }

  @Test("end in the error that each has to, and leave no descriptor and no memory behind", .slow)
  func flat() async throws {
    let servers = try Self.servers()
    #expect(await run(1000, servers) == 0)
    let (descriptors, memory) = try (Self.descriptors(), Self.memory())
    #expect(await run(10_000, servers) == 0)
    try await eventually("the connections are closed") {
      try Self.descriptors() <= descriptors + 16
    }
    // 10,000 calls with 1 KiB left of each would be 10 MiB.
    #expect(try Self.memory() - memory < 8 << 10)
    #expect(rest.misuses == 0)
    #expect(rest.host.statistics.drivers["REST"]?.callsInFlight == 0)
  }

  @Test("an answer of 10 GiB stops at max_response_bytes")
  func large() async throws {
    let nginx = try await NginxServer()
    defer { nginx.stop() }
    try nginx.addFile("large.bin", size: 10 << 30)
    let error = await rest.failure([
      "url": .string(nginx.url + "/files/large.bin"), "max_response_bytes": .int(1 << 20),
    ])
    #expect(error?.code == .tooLarge)
    try await eventually("the server has noted how much it sent") {
      try nginx.requests().contains { $0.uri == "/files/large.bin" }
    }
    // What the sockets hold on the way comes on top.
    #expect(try nginx.requests().allSatisfy { $0.bytes < 64 << 20 })
  }
}
