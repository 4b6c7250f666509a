import Testing

@testable import FileKit

@Suite("Paths on servers")
struct RemotePathTests {
  @Test(
    "are tidied without a look at what .. means",
    arguments: [
      ("", ""), (".", ""), ("/", "/"), ("//", "/"), ("a//b/./c/", "a/b/c"), ("/a/../b", "/a/../b"),
      ("./..", ".."), ("/./", "/"),
    ]
  )
  func tidied(path: String, expected: String) {
    #expect(RemotePath(path).tidied == RemotePath(expected))
  }

  @Test(
    "lose their .. by their looks when that is asked for",
    arguments: [
      ("a/../b", "b"), ("../a", "../a"), ("../../a/..", "../.."), ("/../a", "/a"),
      ("/a/../..", "/"), ("a/..", ""), ("a/b/../../..", ".."),
    ]
  )
  func normalized(path: String, expected: String) {
    #expect(RemotePath(path).normalized == RemotePath(expected))
  }

  @Test("have a name and a directory")
  func parts() {
    #expect(RemotePath("/a/b/").parent == RemotePath("/a"))
    #expect(RemotePath("/a").parent == RemotePath("/"))
    #expect(RemotePath("a").parent == RemotePath(""))
    #expect(RemotePath("/").parent == nil)
    #expect(RemotePath("a/..").parent == nil)
    #expect(Array(RemotePath("/a/b/").name) == Array("b".utf8))
    #expect(RemotePath("/").name.isEmpty)
  }

  @Test("are joined")
  func joined() {
    #expect(RemotePath("/a").appending(RemotePath("b")) == RemotePath("/a/b"))
    #expect(RemotePath("/a/").appending(RemotePath("b")) == RemotePath("/a/b"))
    #expect(RemotePath("/a").appending(RemotePath("/b")) == RemotePath("/b"))
    #expect(RemotePath("").appending(RemotePath("b")) == RemotePath("b"))
  }

  @Test(
    "refuse names that lead elsewhere",
    arguments: [
      ("", PathFault.empty), ("../x", .separator(Array("../x".utf8))),
      ("/etc/passwd", .separator(Array("/etc/passwd".utf8))),
      ("a\0b", .zeroByte(Array("a\0b".utf8))), ("..", .dots(Array("..".utf8))),
      (".", .dots([0x2E])),
    ]
  )
  func hostileNames(name: String, fault: PathFault) {
    #expect(throws: fault) { try RemotePath("/a").appending(name: name.utf8) }
  }

  @Test("take every other name", arguments: ["a\nb", "it's", "\"", "...", "..a", "-rf", " "])
  func oddNames(name: String) throws {
    let path = try RemotePath("/a").appending(name: name.utf8)
    #expect(Array(path.name) == Array(name.utf8))
    #expect(path.parent == RemotePath("/a"))
  }

  @Test("keep bytes that are no UTF-8, and show them")
  func bytes() throws {
    let entry = try FileEntry(in: RemotePath("/d"), name: [0xE4, 0x0A, 0x62], kind: .file)
    #expect(entry.rawName == [0xE4, 0x0A, 0x62])
    #expect(entry.path.text == "/d/\\xE4\\nb")
    #expect(try FileEntry(in: RemotePath("/d"), name: "ä".utf8, kind: .file).rawName == nil)
    let latin = try FileEntry(in: RemotePath("/d"), name: [0xE4], text: "ä", kind: .file)
    #expect(latin.name == "ä" && latin.rawName == [0xE4])
  }

  @Test("refuse what is not below", arguments: ["/x", "a/../../x", "..", "", "a/b\0"])
  func below(path: String) {
    #expect(throws: PathFault.self) { try RemotePath("/a").appending(below: RemotePath(path)) }
  }

  @Test("stand in the order of a walk")
  func order() {
    let paths = ["", "a", "a/b", "a/b/c", "a/c", "a b", "a-b", "a.txt", "b"].map(RemotePath.init)
    for (index, path) in paths.enumerated() {
      for (other, second) in paths.enumerated() {
        #expect((path < second) == (index < other), "\(path.text) and \(second.text)")
      }
    }
  }

  @Test("know what is below a directory")
  func isBelow() {
    #expect(RemotePath("a/b").isAtOrBelow(RemotePath("a")))
    #expect(RemotePath("a").isAtOrBelow(RemotePath("a")))
    #expect(!RemotePath("ab").isAtOrBelow(RemotePath("a")))
    #expect(RemotePath("ab").isAtOrBelow(RemotePath("")))
    #expect(RemotePath("/ab").isAtOrBelow(RemotePath("/")))
    #expect(!RemotePath("/ab").isAtOrBelow(RemotePath("")))
  }

  @Test(
    "know whether a link leaves its tree",
    arguments: [
      ("l", "a", true), ("l", "../a", false), ("d/l", "../a", true), ("d/l", "../../a", false),
      ("l", "/etc", false), ("l", "", false), ("l", "a/../b", false),
      ("d/l", "x/../../../d", false),
      ("d/l", "../a/b", true), ("d/l", "../a/../b", false),
    ]
  )
  func links(link: String, target: String, stays: Bool) {
    #expect(RemotePath(target).staysInTree(from: RemotePath(link)) == stays)
  }

  @Test("show nothing that a terminal acts on")
  func text() {
    let bytes = Array("a\u{1B}[31m\r\u{202E}x\u{9B}\u{7F}ü".utf8) + [0xFF]
    #expect(
      NameText(bytes).description == "a\\u{1B}[31m\\r\\u{202E}x\\u{9B}\\u{7F}ü\\xFF"
    )
  }
}
