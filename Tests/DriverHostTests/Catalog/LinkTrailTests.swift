import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("The way to a file")
struct LinkTrailTests {
  private let folder: TemporaryFolder
  /// Without links, as the system's temporary folder may be one.
  private let root: String

  init() throws {
    folder = try TemporaryFolder()
    root = try Folder.resolved(folder.path)
  }

  private func link(_ name: String, to target: String) {
    #expect(symlink(target, "\(root)/\(name)") == 0)
  }

  @Test("is the path itself where it has no links")
  func plain() throws {
    try folder.write([1], to: "a/file")
    let trail = try LinkTrail("\(root)/./a//../a/file")
    #expect(trail.path == "\(root)/a/file" && trail.links.isEmpty)
    #expect(try LinkTrail("/").path == "/")
    #expect(try LinkTrail(".").path == Folder.resolved("."))
  }

  @Test("has every link, those of folders too, by the folder that it really stands in")
  func links() throws {
    try folder.write([1], to: "real/deep/file")
    link("folder", to: "real")
    link("real/deep/relative", to: "../deep/file")
    link("absolute", to: "\(root)/folder/deep/relative")
    let trail = try LinkTrail("\(root)/absolute")
    #expect(trail.path == "\(root)/real/deep/file")
    #expect(
      trail.links == ["\(root)/absolute", "\(root)/folder", "\(root)/real/deep/relative"]
    )
    #expect(try LinkTrail("\(root)/folder/../absolute").path == trail.path)
  }

  @Test("starts from a folder, and knows what stands at its end")
  func start() throws {
    try folder.write([1], to: "a/file")
    link("a/link", to: "../a")
    let trail = try LinkTrail("link/file", in: "\(root)/a")
    #expect(trail.path == "\(root)/a/file" && trail.links == ["\(root)/a/link"])
    #expect(try LinkTrail("\(root)/a", in: "/usr").path == "\(root)/a")
    for path in ["a/file", "a/link", "a/link/..", "a/link/file", "a/."] {
      let trail = try LinkTrail(path, in: root)
      #expect(try trail.status == FileStatus.ofLink(trail.path), "\(path)")
    }
    #expect(try LinkTrail("/").status.kind == .folder)
  }

  @Test(
    "fails as the system does where it leads nowhere or round",
    arguments: [("none", ENOENT), ("gone/x", ENOENT), ("file/x", ENOTDIR), ("round", ELOOP)]
  )
  func nowhere(name: String, code: Int32) throws {
    try folder.write([1], to: "file")
    link("gone", to: "/nowhere/at/all")
    link("round", to: "round")
    let path = "\(root)/\(name)"
    #expect(throws: SystemError(code)) { try LinkTrail(path) }
    #expect(throws: SystemError(code)) { try Folder.resolved(path) }
  }

  @Test("agrees with the system on every link of this machine's /usr/lib")
  func system() throws {
    for name in try Folder.names(in: "/usr/lib", where: { _ in true }) {
      let path = "/usr/lib/\(name)"
      guard let resolved = try? Folder.resolved(path) else { continue }
      #expect(try LinkTrail(path).path == resolved)
    }
  }
}
