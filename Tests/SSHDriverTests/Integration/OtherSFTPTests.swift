import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("SFTP of other servers", .requiresLogins, .requires(.sshd))
struct OtherSFTPTests {
  private let folder: TemporaryFolder
  private let server: SSHServer
  private let host: SSHHost

  init() async throws {
    folder = try TemporaryFolder()
    server = try await OwnSFTPServer.shared
    host = try SSHHost(server)
  }

  private func failure(_ action: String, _ inputs: ValueMap) async throws -> HostError {
    var inputs = inputs
    inputs["answer_timeout"] = 10
    return try await host.failure(action, inputs, timeout: .seconds(120))
  }

  @Test("that has no extensions puts, replaces, resumes, lists and removes all the same")
  func honest() async throws {
    let files = try ServerFiles(server)
    func at(_ name: String) -> Value { .string(files.there(name)) }
    for content in ["first", "the second one"] {
      let put = try await host.run("put", ["content": .string(content), "path": at("file")])
      #expect(put["transferred"] == 1)
      #expect(try files.read("file") == Array(content.utf8))
    }
    let taken = try await failure(
      "put",
      ["content": "3", "path": at("file"), "conflict": "error"]
    )
    #expect(taken.code == .conflict)
    try files.write([1], to: "other")
    let rename: ValueMap = ["path": at("other"), "new_path": at("file")]
    #expect(try await failure("rename", rename).code == .conflict)
    try await host.run("rename", ["path": at("other"), "new_path": at("file"), "overwrite": true])
    #expect(try files.read("file") == [1])
    let content = [UInt8](repeating: 7, count: 300_000)
    try folder.write(content, to: "whole")
    try files.write(Array(content.prefix(100_000)), to: "part")
    let local: Value = .string(folder.file("whole"))
    try await host.run("put", ["local_path": local, "path": at("part"), "conflict": "resume"])
    #expect(try files.read("part") == content)
    try await host.run("get", ["path": at("part"), "local_path": .string(folder.file("back"))])
    #expect(try folder.read("back") == content)
    let list = try await host.run("list", ["path": at("")])
    #expect(list["count"] == 2)
    #expect(try files.names() == ["file", "part"])
    try await host.run("remove", ["path": at(""), "recursive": true])
  }

  @Test("that replaces nothing itself loses no file that cannot be replaced")
  func replacing() async throws {
    let files = try ServerFiles(server)
    func at(_ name: String) -> Value { .string(files.there(name)) }
    try files.write([1], to: "file")
    try files.folder("folder")
    for new in ["file", "./file", "folder/../file", "folder"] {
      let inputs: ValueMap = ["path": at("file"), "new_path": at(new), "overwrite": true]
      #expect(try await failure("rename", inputs).code == .conflict)
      #expect(try files.names() == ["file", "folder"] && files.read("file") == [1])
    }
    for target in ["one", "two"] {
      let inputs: ValueMap = [
        "path": at("file"), "link_target": .string(target), "overwrite": true,
      ]
      try await host.run("symlink", inputs, timeout: .seconds(30))
      let path = files.here("file")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == target)
    }
    #expect(try files.names() == ["file", "folder"])
  }

  @Test("that names what is no name writes nothing outside of the folder, and is told of")
  func names() async throws {
    let list = try await failure("list", ["path": "/faults/names"])
    #expect(list.vendorState == "name_refused" && list.code == .invalidInput, "\(list)")
    let entries = try #require(list.outputs["entries"]?.listValue)
    #expect(entries.map { $0["name"] } == ["good"])
    let target = folder.file("deep/target")
    let get = try await SSHHost(server).failure(
      "get",
      [
        "path": "/faults/names", "local_path": .string(target), "recursive": true,
        "parents": true,
      ],
      timeout: .seconds(60)
    )
    #expect(get.vendorState == "name_refused", "\(get)")
    #expect(get.outputs["transferred"] == 1 && get.outputs["failed"] == 5, "\(get.outputs)")
    #expect(try folder.names() == ["deep"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("deep")) == ["target"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["good"])
    #expect(try folder.text("deep/target/good") == "good")
    #expect(!FileManager.default.fileExists(atPath: "/tmp/escaped"))
  }

  @Test(
    "that does not keep to the protocol ends the call, and the next one has a new channel",
    arguments: ["wrong-id", "twice", "long-packet", "cut", "unknown-kind"]
  )
  func broken(_ fault: String) async throws {
    // The second answer may be that which nobody has asked for.
    let path: Value = .string("/faults/\(fault)/file")
    let error = try await failure("get", ["path": path])
    #expect(error.code == .protocolViolation, "\(error)")
    #expect(try await host.run("stat", ["path": "/etc/passwd"])["type"] == "file")
    #expect(try await host.command("echo 7")["stdout"] == "7\n")
  }

  @Test("that answers something else, or too much, or nothing, ends the call")
  func wrong() async throws {
    let other = try await failure("stat", ["path": "/faults/other-kind/file"])
    #expect(other.code == .protocolViolation, "\(other)")
    let handle = try await failure("list", ["path": "/faults/long-handle"])
    #expect(handle.code == .protocolViolation, "\(handle)")
    for fault in ["long-read", "no-bytes"] {
      let target: Value = .string(folder.file("got"))
      let path: Value = .string("/faults/\(fault)/file")
      let read = try await failure("get", ["path": path, "local_path": target])
      #expect(read.code == .protocolViolation, "\(read)")
      #expect(try folder.names().isEmpty)
    }
    let died = try await failure("stat", ["path": "/faults/dies/file"])
    #expect(died.code == .unavailable && died.isRetryable, "\(died)")
    #expect(try await host.run("stat", ["path": "/etc/passwd"])["type"] == "file")
  }

  @Test("that lists without end is stopped, by the limit or because nothing comes", .slow)
  func endless() async throws {
    let list = try await failure("list", ["path": "/faults/endless", "max_entries": 5000])
    #expect(list.code == .tooLarge && list.outputs["count"] == 5000, "\(list)")
    #expect(try await host.run("list", ["path": "/faults/no-names"])["count"] == 0)
    let tree = try await failure(
      "get",
      [
        "path": "/faults/endless", "local_path": .string(folder.file("tree")), "recursive": true,
      ]
    )
    #expect(tree.message.contains("1000000"), "\(tree)")
    #expect(try folder.names() == ["tree"])
  }

  @Test("that opens a file when nobody waits any more gets it closed")
  func late() async throws {
    try await host.command("true")
    let path: ValueMap = ["path": "/faults/late/file"]
    let error = try await host.failure("get", path, timeout: .milliseconds(600))
    #expect(error.code == .timedOut)
    // The answers come in their order: behind this one the file has been opened.
    try await host.run("stat", ["path": "/etc/passwd"])
    try await eventually("the file is closed") {
      try server.processes(of: .tester).filter { $0.command.contains("sftp_server.py") }
        .allSatisfy { process in
          let folder = "/proc/\(process.processID)/fd"
          let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
          return names.allSatisfy {
            let target = try? FileManager.default.destinationOfSymbolicLink(
              atPath: folder + "/" + $0
            )
            return target?.hasSuffix("passwd") != true
          }
        }
    }
  }
}
