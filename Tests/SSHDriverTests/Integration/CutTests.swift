import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Transfers that are cut off", .requiresLogins, .requires(.sshd))
struct CutTests: FileMovingTests {
  private static let size = 20 << 20
  let sides: FileSides
  private let proxy: TCPProxy
  private let content: [UInt8]

  init() async throws {
    let server = try await SSHServer.shared
    proxy = try TCPProxy(to: server.port)
    var address = try SSHHost(server).address
    address["port"] = .int(Int64(proxy.port))
    address["hostkey"] = ["hostkey_method": "off"]
    sides = try FileSides(server, try SSHHost(address))
    var generator = SystemRandomNumberGenerator()
    let words = (0..<Self.size / 8).map { _ in generator.next() }
    content = words.withUnsafeBytes { Array($0) }
  }

  /// Runs a transfer whose connection is cut when some of the file has gone.
  private func cut(_ action: String, _ inputs: ValueMap) async throws -> HostError {
    let isCut = Locked(false)
    let error = try await host.failure(action, inputs, timeout: .seconds(120)) { options in
      options.onProgress = { [proxy] _ in
        let isFirst = isCut.with { isCut in
          defer { isCut = true }
          return !isCut
        }
        if isFirst { proxy.cut() }
      }
    }
    #expect(isCut.with { $0 })
    return error
  }

  @Test("from the server go on where they were, and are whole", .timeLimit(.minutes(5)))
  func resumeGet() async throws {
    try files.write(content, to: "source")
    let inputs: ValueMap = [
      "path": at("source"), "local_path": here("target"), "conflict": "resume",
    ]
    proxy.cut(after: 7 << 20)
    let error = try await host.failure("get", inputs, timeout: .seconds(120))
    #expect(error.code == .unavailable && error.isRetryable, "\(error)")
    let had = try folder.read("target").count
    #expect(had > 0 && had < Self.size)
    let rest = try await host.run("get", inputs, timeout: .seconds(120))
    #expect(rest["resumed"] == 1 && rest["bytes"] == .int(Int64(Self.size - had)))
    #expect(try folder.read("target") == content)
  }

  @Test("to the server go on where they were, and are whole", .timeLimit(.minutes(5)))
  func resumePut() async throws {
    try folder.write(content, to: "source")
    let inputs: ValueMap = [
      "path": at("target"), "local_path": here("source"), "conflict": "resume",
    ]
    let error = try await cut("put", inputs)
    #expect(error.code == .unavailable && error.isRetryable, "\(error)")
    try await eventually("the server has let go of it") { try files.openFiles() == 0 }
    let had = try files.read("target").count
    #expect(had > 0 && had < Self.size)
    let rest = try await host.run("put", inputs, timeout: .seconds(120))
    #expect(rest["resumed"] == 1 && rest["bytes"] == .int(Int64(Self.size - had)))
    #expect(try files.read("target") == content)
  }

  @Test("do not go on with what is no beginning of the file, and leave that as it is")
  func otherBeginning() async throws {
    let content = Array(content.prefix(200_000))
    // Of the whole only the last byte of the part differs.
    let part = Array(content[..<99_999]) + [content[99_999] &+ 1]
    try files.write(content, to: "source")
    try folder.write(part, to: "target")
    let get = try await host.failure(
      "get",
      ["path": at("source"), "local_path": here("target"), "conflict": "resume"],
      timeout: .seconds(30)
    )
    #expect(get.vendorState == "changed" && get.pointer?.description == "/conflict", "\(get)")
    #expect(try folder.read("target") == part)
    try folder.write(content, to: "whole")
    try files.write(part, to: "part")
    let put = try await host.failure(
      "put",
      ["path": at("part"), "local_path": here("whole"), "conflict": "resume"],
      timeout: .seconds(30)
    )
    #expect(put.vendorState == "changed" && put.message.contains("/part"), "\(put)")
    #expect(try files.read("part") == part)
  }

  @Test("without resume leave nothing here, and the error names what may be left there")
  func leaveNothing() async throws {
    try files.write(content, to: "source")
    try folder.write([1], to: "target")
    proxy.cut(after: 7 << 20)
    let get = try await host.failure(
      "get",
      ["path": at("source"), "local_path": here("target")],
      timeout: .seconds(120)
    )
    #expect(get.code == .unavailable, "\(get)")
    #expect(try folder.names() == ["target"] && folder.read("target") == [1])
    try folder.write(content, to: "big")
    let put = try await cut("put", ["path": at("target"), "local_path": here("big")])
    #expect(put.code == .unavailable, "\(put)")
    try await eventually("the server has let go of it") { try files.openFiles() == 0 }
    let left = try files.names().filter { $0 != "source" }
    #expect(left.count == 1 && left.allSatisfy { put.message.contains($0) }, "\(left) \(put)")
    try await host.run("put", ["path": at("target"), "local_path": here("big")])
    #expect(try files.read("target") == content)
  }

  @Test("while a tree goes end the call with what has become of its files", .slow)
  func tree() async throws {
    try files.folder("tree")
    for name in 0..<40 { try files.write(Array(content.prefix(400_000)), to: "tree/\(name)") }
    let inputs: ValueMap = ["path": at("tree"), "local_path": here("tree"), "recursive": true]
    proxy.cut(after: 7 << 20)
    let error = try await host.failure("get", inputs, timeout: .seconds(120))
    #expect(error.code == .unavailable, "\(error)")
    let done = try #require(error.outputs["transferred"]?.intValue)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("tree"))
    #expect(names.count == Int(done) && names.allSatisfy { Int($0) != nil }, "\(names)")
    #expect(try await host.run("get", inputs)["transferred"] == 40)
  }

  @Test("while a command puts out end it, and keep what it has put out", .slow)
  func command() async throws {
    proxy.cut(after: 3 << 20)
    let error = try await host.failure(
      "run_command",
      ["command": "yes"],
      timeout: .seconds(60)
    )
    #expect(error.code == .unavailable && error.isRetryable, "\(error)")
    try await eventually("nothing of it runs") {
      try !server.processes(of: .tester).contains { $0.command == "yes" }
    }
    #expect(try await host.command("echo 7")["stdout"] == "7\n")
  }
}
