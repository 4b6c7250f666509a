import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Files of a server without SFTP that cannot come or go",
  .requiresLogins,
  .requires(.sshd),
  .timeLimit(.minutes(2))
)
struct SCPFaultTests: FileMovingTests {
  let sides: FileSides

  init() async throws { sides = try FileSides(try await SFTPlessServer.shared) }

  @Test("that are missing, forbidden or directories fail as with SFTP")
  func faults() async throws {
    try files.folder("folder")
    try files.write([1], to: "secret")
    chown(files.here("secret"), 0, 0)
    chmod(files.here("secret"), 0o600)
    let missing = try await failure("get", ["path": at("none"), "local_path": here("x")])
    #expect(missing.code == .notFound && missing.message.contains("/none"), "\(missing)")
    let denied = try await failure("get", ["path": at("secret"), "local_path": here("x")])
    #expect(denied.code == .forbidden && denied.outputs["failed"] == 1, "\(denied)")
    let kind = try await failure("get", ["path": at("folder"), "local_path": here("x")])
    #expect(kind.pointer?.description == "/recursive", "\(kind)")
    let place = try await failure("put", ["content": "x", "path": at("none/x")])
    #expect(place.code == .notFound && !place.message.contains(".dh-"), "\(place)")
    let closed = try await failure("put", ["content": "x", "path": "/etc/not-for-you"])
    #expect(closed.code == .forbidden, "\(closed)")
    let full = SSHServer.smallDisk + "/big-\(UInt32.random(in: 0 ... .max))"
    try folder.write(bytes(3 << 20), to: "big")
    let disk = try await failure("put", ["local_path": here("big"), "path": .string(full)])
    #expect(disk.outputs["files"]?.listValue?.first?["code"] == "disk_full", "\(disk)")
    let left = try FileManager.default.contentsOfDirectory(
      atPath: server.path(SSHServer.smallDisk)
    )
    #expect(!left.contains { $0.contains("big-") })
    #expect(try folder.names() == ["big"])
    try noTemporaries()
  }

  @Test("can do less, and say so")
  func refused() async throws {
    for (name, value) in [("conflict", "resume"), ("conflict", "newer"), ("links", "copy")] {
      let inputs: ValueMap = [
        "path": at("x"), "local_path": here("x"), .init(name): .string(value),
      ]
      let error = try await failure("get", inputs)
      #expect(error.code == .unsupported && error.message.contains("SCP"), "\(error)")
      #expect(error.pointer?.description == "/\(name)", "\(error)")
    }
    let only = try await failure("get", ["path": at("x"), "protocol": "sftp"])
    #expect(only.code == .unsupported && only.message.contains("has no SFTP"), "\(only)")
    let list = try await failure("list", ["path": at("")])
    #expect(list.code == .unsupported, "\(list)")
  }

  @Test("that are cancelled leave nothing on either side")
  func cancelled() async throws {
    try sparse(folder.file("big"), 4 << 30)
    try await cancel("put", ["local_path": here("big"), "path": at("big")]) {
      try files.names().count == 1
    }
    #expect(try files.names().isEmpty)
    try sparse(files.here("source"), 4 << 30)
    try await cancel("get", ["path": at("source"), "local_path": here("target")])
    #expect(try folder.names() == ["big"])
    try await eventually("no scp is left") {
      try !server.processes().contains { $0.command.contains(files.path) }
    }
  }

  @Test("that lose their connection leave nothing on the server")
  func lost() async throws {
    try sparse(folder.file("big"), 4 << 30)
    let proxy = try TCPProxy(to: server.port)
    var address = host.address
    address["port"] = .int(Int64(proxy.port))
    address["hostkey"] = ["hostkey_method": "off"]
    let away = try SSHHost(address)
    let put = Task { try await away.run("put", ["local_path": here("big"), "path": at("big")]) }
    try await eventually("a file is there") { try files.names().count == 1 }
    proxy.cut()
    let error = await #expect(throws: HostError.self) { try await put.value }
    #expect(error?.code == .unavailable, "\(error!)")
    try await eventually("the server has removed it") { try files.names().isEmpty }
  }
}
