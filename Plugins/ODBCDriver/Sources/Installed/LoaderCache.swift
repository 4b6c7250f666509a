/// Where the system's libraries are: the file that `ldconfig` writes.
///
/// The layout is that of glibc's `dl-cache.h`; since glibc 2.2 a file has the newer one, before 2.32 behind the older.
struct LoaderCache: Sendable {
  private var paths: [String: [String]] = [:]

  private static let magic = Array("glibc-ld.so.cache1.1".utf8)
  private static let oldMagic = Array("ld.so-1.7.0".utf8)
  private static let headerSize = 48
  private static let entrySize = 24
  /// A system with all of Debian installed has some 10 MiB.
  private static let sizeLimit = 64 << 20

  /// An empty one, as on systems without the file.
  init() {}

  /// Reads the file.
  ///
  /// A file that cannot be read, or is damaged, gives what of it is sound: the loader does so too.
  ///
  /// - Parameter path: Where it is.
  init(of path: String) {
    guard let file = try? LibraryFile(path), file.size <= LoaderCache.sizeLimit,
      let bytes = try? file.bytes(at: 0, count: file.size)
    else {
      self.init()
      return
    }
    self.init(bytes)
  }

  /// Reads the bytes of the file.
  ///
  /// - Parameter bytes: All of them.
  init(_ bytes: [UInt8]) {
    guard let start = LoaderCache.start(in: bytes) else { return }
    // Offsets in it are counted from where its layout begins.
    let cache = LittleEndianBytes(Array(bytes[start...]))
    let count = cache.u32(at: LoaderCache.magic.count) ?? 0
    for index in 0..<Int(count) {
      let entry = LoaderCache.headerSize + index * LoaderCache.entrySize
      guard let flags = cache.u32(at: entry), let name = cache.u32(at: entry + 4),
        let path = cache.u32(at: entry + 8)
      else { return }
      guard flags == Architecture.cacheFlags, let name = cache.text(at: Int(name)),
        let path = cache.text(at: Int(path))
      else { continue }
      paths[name, default: []].append(path)
    }
  }

  /// The files that have a name.
  ///
  /// - Parameter name: A library's name, such as `libpq.so.5`.
  /// - Returns: Absolute paths, the one that the loader prefers first.
  func paths(of name: String) -> [String] { paths[name] ?? [] }

  private static func start(in bytes: [UInt8]) -> Int? {
    if bytes.starts(with: magic) { return 0 }
    guard bytes.starts(with: oldMagic), let count = LittleEndianBytes(bytes).u32(at: 12) else {
      return nil
    }
    // The older layout has 12 bytes an entry, and the newer one begins at a multiple of 8.
    let end = (16 + 12 * Int(count) + 7) & ~7
    guard end <= bytes.count, bytes[end...].starts(with: magic) else { return nil }
    return end
  }
}
