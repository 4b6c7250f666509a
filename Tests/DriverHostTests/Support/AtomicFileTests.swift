import Glibc
import TestSupport
import Testing

@testable import DriverHost

@Suite("A file that appears whole or not at all")
struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func mode(of name: String) -> mode_t {
    var status = stat()
    return stat(folder.file(name), &status) == 0 ? status.st_mode : 0
  }

  @Test("is not there before its commit, and for its owner only afterwards")
  func appears() throws {
    let file = try AtomicFile(path: folder.file("new"))
    try file.write(Array("text".utf8))
    #expect(mode(of: "new") == 0)
    try file.commit()
    #expect(try folder.text("new") == "text")
    #expect(mode(of: "new") & 0o7777 == 0o600)
    #expect(try folder.names() == ["new"])
  }

  @Test("leaves nothing behind when it is discarded or forgotten")
  func discarded() throws {
    try AtomicFile(path: folder.file("one")).discard()
    _ = try AtomicFile(path: folder.file("two"))
    #expect(try folder.names().isEmpty)
  }

  @Test("keeps the mode of the one that it replaces")
  func mode() throws {
    try folder.write("old", to: "kept")
    #expect(chmod(folder.file("kept"), 0o664) == 0)
    let file = try AtomicFile(path: folder.file("kept"))
    try file.commit()
    #expect(try folder.text("kept") == "")
    #expect(mode(of: "kept") & 0o7777 == 0o664)
  }

  @Test("goes behind a symbolic link")
  func link() throws {
    try folder.folder("behind")
    try folder.write("old", to: "behind/target")
    #expect(symlink("behind/target", folder.file("link")) == 0)
    let file = try AtomicFile(path: folder.file("link"))
    try file.write(Array("new".utf8))
    try file.commit()
    #expect(try folder.text("behind/target") == "new")
    var status = stat()
    #expect(lstat(folder.file("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test("does not take the place of a pipe, but writes to it")
  func pipe() throws {
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    let reader = open(folder.file("pipe"), O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let file = try AtomicFile(path: folder.file("pipe"))
    try file.write(Array("text".utf8))
    try file.commit()
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = read(reader, &buffer, buffer.count)
    #expect(String(decoding: buffer[..<max(0, count)], as: UTF8.self) == "text")
    #expect(mode(of: "pipe") & S_IFMT == S_IFIFO)
  }

  @Test("is refused at once where there can be none", arguments: ["none/file", "."])
  func refused(name: String) throws {
    let error = try #require(throws: HostError.self) {
      try AtomicFile(path: folder.file(name))
    }
    #expect(error.stage == .input)
    #expect(error.message.contains(folder.file(name)))
  }
}
