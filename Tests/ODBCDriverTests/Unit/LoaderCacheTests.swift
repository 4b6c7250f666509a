import Testing

@testable import ODBCDriver

@Suite("The loader's cache")
struct LoaderCacheTests {
  /// A cache as ldconfig writes it.
  private func cache(_ entries: [(name: String, path: String, flags: UInt32)]) -> [UInt8] {
    var table: [UInt8] = []
    var strings: [UInt8] = []
    let start = 48 + 24 * entries.count
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) } }
    for entry in entries {
      let name = start + strings.count
      strings += Array(entry.name.utf8) + [0]
      let path = start + strings.count
      strings += Array(entry.path.utf8) + [0]
      table +=
        word(Int(entry.flags)) + word(name) + word(path) + word(0) + [UInt8](repeating: 0, count: 8)
    }
    let head = Array("glibc-ld.so.cache1.1".utf8) + word(entries.count) + word(strings.count)
    return head + [UInt8](repeating: 0, count: 48 - head.count) + table + strings
  }

  private let here = Architecture.cacheFlags

  @Test("gives the paths of a name in order, of this architecture only")
  func order() {
    let cache = LoaderCache(
      cache([("a.so", "/2/a.so", here), ("a.so", "/32/a.so", 3), ("a.so", "/1/a.so", here)])
    )
    #expect(cache.paths(of: "a.so") == ["/2/a.so", "/1/a.so"])
    #expect(cache.paths(of: "b.so").isEmpty)
  }

  @Test("is read behind one in the older layout")
  func old() {
    var bytes = Array("ld.so-1.7.0".utf8) + [0, 1, 0, 0, 0] + [UInt8](repeating: 0, count: 12)
    bytes += [UInt8](repeating: 0, count: 32 - bytes.count)
    let cache = LoaderCache(bytes + cache([("a.so", "/a.so", here)]))
    #expect(cache.paths(of: "a.so") == ["/a.so"])
  }

  @Test("is read as far as it is sound, wherever it is cut off")
  func damaged() {
    let whole = cache([("a.so", "/a.so", here), ("b.so", "/b.so", here)])
    for count in whole.indices {
      let cache = LoaderCache(Array(whole[..<count]))
      #expect(cache.paths(of: "b.so").isEmpty)
    }
    #expect(LoaderCache(whole).paths(of: "b.so") == ["/b.so"])
    var many = whole
    many.replaceSubrange(20..<24, with: [255, 255, 255, 255])
    #expect(LoaderCache(many).paths(of: "a.so") == ["/a.so"])
  }

  @Test("of this system has the C library")
  func system() throws {
    let paths = LoaderCache(of: "/etc/ld.so.cache").paths(of: "libc.so.6")
    #expect(!paths.isEmpty && paths.allSatisfy { $0.hasSuffix("/libc.so.6") })
    #expect(LoaderCache(of: "/none").paths(of: "libc.so.6").isEmpty)
  }
}
