import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Parts of files on an FTP server",
  .requiresFTPServers,
  .requiresLogins,
  .showingServerLogs
)
struct ResumeTests {
  @Test("are gone on with where they end", arguments: FTPServerKind.mixed)
  func resume(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    let bytes = FTPSides.bytes(500_000)
    let part = Array(bytes.prefix(200_000))
    try sides.folder.write(bytes, to: "whole")
    try sides.folder.write(part, to: "part")
    try sides.write(bytes, to: "whole")
    try sides.write(part, to: "part")
    let get = try await sides.host.run(
      "get",
      ["path": sides.at("whole"), "local_path": sides.here("part"), "conflict": "resume"]
    )
    #expect(get["resumed"] == 1 && get["bytes"] == 300_000)
    #expect(try sides.folder.read("part") == bytes)
    let put = try await sides.host.run(
      "put",
      ["path": sides.at("part"), "local_path": sides.here("whole"), "conflict": "resume"]
    )
    #expect(put["resumed"] == 1 && put["bytes"] == 300_000)
    #expect(try sides.read("part") == bytes)
    for action in ["get", "put"] {
      let again = try await sides.host.run(
        action,
        ["path": sides.at("part"), "local_path": sides.here("whole"), "conflict": "resume"]
      )
      #expect(again["skipped"] == 1 && again["bytes"] == 0, "\(action)")
    }
    try sides.noTemporaries()
  }

  @Test("that are no beginning are refused, and stay as they are", arguments: FTPServerKind.mixed)
  func otherBeginning(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    let bytes = FTPSides.bytes(200_000)
    // Of the beginning only the last byte differs.
    let part = Array(bytes[..<99_999]) + [bytes[99_999] &+ 1]
    try sides.folder.write(bytes, to: "whole")
    try sides.folder.write(part, to: "part")
    try sides.write(bytes, to: "whole")
    try sides.write(part, to: "part")
    let get = try await sides.host.failure(
      "get",
      ["path": sides.at("whole"), "local_path": sides.here("part"), "conflict": "resume"]
    )
    #expect(get.vendorState == "changed" && get.pointer?.description == "/conflict", "\(get)")
    #expect(try sides.folder.read("part") == part)
    let put = try await sides.host.failure(
      "put",
      ["path": sides.at("part"), "local_path": sides.here("whole"), "conflict": "resume"]
    )
    #expect(put.vendorState == "changed" && put.pointer?.description == "/conflict", "\(put)")
    #expect(try sides.read("part") == part)
    // The connection is of use afterwards.
    #expect(try await sides.host.run("exists", ["path": sides.at("part")])["exists"] == true)
  }

  @Test("are never seen under the name of the file", arguments: FTPServerKind.allCases)
  func atomic(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared())
    let (old, new) = (FTPSides.bytes(100_000), FTPSides.bytes(300_000))
    try sides.write(old, to: "file")
    let isOver = Locked(false)
    let reader = Task {
      var sizes: Set<Int> = []
      while !isOver.with({ $0 }) {
        sizes.insert(try sides.read("file").count)
        await Task.yield()
      }
      return sizes
    }
    for round in 0..<10 {
      let text = round.isMultiple(of: 2) ? new : old
      try sides.folder.write(text, to: "source")
      try await sides.host.run(
        "put",
        ["path": sides.at("file"), "local_path": sides.here("source")]
      )
    }
    isOver.with { $0 = true }
    let sizes = try await reader.value
    #expect(sizes.isSubset(of: [old.count, new.count]), "\(sizes)")
    #expect(try sides.names() == ["file"])
  }

  @Test("are removed where a put fails", arguments: FTPServerKind.allCases)
  func failures(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared())
    try sides.write("old", to: "file")
    // The channel fails in the middle of the file.
    let sent = Locked(0)
    let error = try await sides.host.failure("put", ["path": sides.at("file")]) { options in
      options.sources["content"] = .handler { count in
        let number = sent.with { sent in
          sent += 1
          return sent
        }
        guard number < 20 else { throw TestSupportError("no more") }
        return [UInt8](repeating: 7, count: count)
      }
    }
    let count = sent.with { $0 }
    #expect(count == 20, "\(error)")
    #expect(try sides.names() == ["file"] && sides.read("file") == Array("old".utf8))
    // Before it is whole, its name becomes that of a directory.
    let isFirst = Locked(true)
    let taken = try await sides.host.failure("put", ["path": sides.at("file")]) { options in
      options.sources["content"] = .handler { [path = sides.there("file")] _ in
        guard isFirst.with({ $0 }) else { return [] }
        isFirst.with { $0 = false }
        try FileManager.default.removeItem(atPath: path)
        mkdir(path, 0o755)
        return [1, 2, 3]
      }
    }
    #expect(taken.pointer?.description == "/path", "\(taken)")
    #expect(try sides.names() == ["file"] && sides.names("file").isEmpty)
    let begun = Locked(false)
    let transfer = Task {
      try await sides.host.run("put", ["path": sides.at("other")]) { options in
        options.sources["content"] = .handler { count in
          begun.with { $0 = true }
          return [UInt8](repeating: 7, count: count)
        }
      }
    }
    try await eventually("bytes are asked for") { begun.with { $0 } }
    transfer.cancel()
    await #expect(throws: HostError.self) { try await transfer.value }
    try await eventually("nothing is left of it") { try sides.names() == ["file"] }
  }
}
