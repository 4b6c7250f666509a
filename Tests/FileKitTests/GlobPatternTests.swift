import Testing

@testable import FileKit

@Suite("Patterns of paths")
struct GlobPatternTests {
  @Test(
    "find what they mean",
    arguments: [
      ("*.csv", "a.csv"), ("*.csv", "a.b.csv"), ("a?c", "abc"), ("a?c", "aäc"), ("[a-c]x", "bx"),
      ("[!a-c]x", "dx"), ("[^a-c]x", "äx"), ("[]x]", "]"), ("[a-]", "-"), ("[ä-ü]", "ö"),
      ("\\*", "*"), ("[", "["), ("[a", "[a"), ("a\\", "a\\"), ("**/x", "x"), ("**/x", "a/b/x"),
      ("a/**/b", "a/b"), ("a/**/b", "a/x/y/b"), ("a/**", "a/b/c"), ("/a/*", "/a/b"),
      (".*", ".hidden"), ("a/./b//c", "a/b/c"), ("**/**/x", "a/x"), ("a**b", "axxb"), ("*", "a\nb"),
      ("*'*", "it's"), ("**", "a/b"), ("[\\]]", "]"), ("x*y*z", "xyyzz"),
    ]
  )
  func matches(pattern: String, path: String) throws {
    #expect(try GlobPattern(pattern.utf8).matches(RemotePath(path)))
  }

  @Test(
    "find nothing else",
    arguments: [
      ("*.csv", "a.csv.part"), ("*.csv", "d/a.csv"), ("a?c", "a/c"), ("a?c", "ac"), ("*", ""),
      ("[z-a]", "m"), ("*", ".hidden"), ("?x", ".x"), ("[.]x", ".x"), ("**/x", ".git/x"),
      ("**/x", "a/.git/x"), ("a/**", "a"), ("/a/*", "a/b"), ("a/*", "/a/b"), ("a**b", "a/b"),
      ("*??", "€"), ("[!a]", "/"), ("*a", "b"),
    ]
  )
  func misses(pattern: String, path: String) throws {
    #expect(try !GlobPattern(pattern.utf8).matches(RemotePath(path)))
  }

  @Test("find hidden names when asked to")
  func hidden() throws {
    let pattern = try GlobPattern("**/*.x".utf8, findsHidden: true)
    #expect(pattern.matches(RemotePath(".git/.a.x")))
  }

  @Test("match names that are no UTF-8, a byte for a character")
  func bytes() throws {
    let path = RemotePath([0x61, 0xE4, 0x62])
    #expect(try GlobPattern("a?b".utf8).matches(path))
    #expect(try GlobPattern([0x61, 0xE4, 0x2A]).matches(path))
    #expect(try !GlobPattern([0x61, 0xE5, 0x2A]).matches(path))
  }

  @Test(
    "know where a search begins",
    arguments: [
      ("/data/2024*/x.csv", "/data"), ("*.csv", ""), ("/*", "/"), ("a/b/**/c", "a/b"),
      ("a/b\\*/c", "a/b*/c"), ("../in/*", "../in"),
    ]
  )
  func base(pattern: String, base: String) throws {
    let pattern = try GlobPattern(pattern.utf8)
    #expect(pattern.base == RemotePath(base))
    #expect(pattern.isFixed == (pattern.belowBase == nil))
  }

  @Test("go on from where a search begins")
  func belowBase() throws {
    let below = try #require(try GlobPattern("/data/*/x".utf8).belowBase)
    #expect(below.matches(RemotePath("a/x")))
    #expect(!below.matches(RemotePath("/data/a/x")))
  }

  @Test(
    "know which directories are worth a listing",
    arguments: [
      ("a/*/c", "a", true), ("a/*/c", "a/b", true), ("a/*/c", "a/b/c", false),
      ("a/*/c", "b", false),
      ("**/x", "a/b/c", true), ("a/**", "b", false), ("*", "", true), ("*", "a", false),
      ("**/x", ".git", false),
    ]
  )
  func below(pattern: String, directory: String, may: Bool) throws {
    #expect(try GlobPattern(pattern.utf8).mayMatch(below: RemotePath(directory)) == may)
  }

  @Test("take no more time for what is made to take it", .timeLimit(.minutes(1)))
  func bounded() throws {
    let name = String(repeating: "a", count: 255)
    let stars = String(repeating: "a*", count: 100) + "b"
    #expect(try !GlobPattern(stars.utf8).matches(RemotePath(name)))
    let deep = String(repeating: "a/", count: 2000) + "a"
    let parts = String(repeating: "**/a/", count: 30) + "b"
    #expect(try !GlobPattern(parts.utf8).matches(RemotePath(deep)))
  }

  @Test(
    "refuse what is no pattern",
    arguments: ["", "/", ".", "a\0", String(repeating: "a/", count: 64)]
  )
  func refused(pattern: String) {
    #expect(throws: PathFault.self) { try GlobPattern(pattern.utf8) }
  }
}
