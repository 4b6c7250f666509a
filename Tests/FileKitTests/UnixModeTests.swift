import FileKit
import Testing

@Suite("A mode in letters")
struct UnixModeTests {
  @Test(
    "tells kind and permissions",
    arguments: [
      ("-rw-r-----", .file, 0o640), ("drwxrwxrwt", .directory, 0o1777),
      ("-rwsr-Sr-x+", .file, 0o6745), ("lrwxrwxrwx.", .symlink, 0o777),
      ("-rw-r-lr-T 1 a", .file, 0o3644), ("crw-rw-rw-", .other, 0o666), ("?---------", .other, 0),
    ] as [(String, FileEntry.Kind, UInt16)]
  )
  func modes(text: String, kind: FileEntry.Kind, permissions: UInt16) {
    let mode = UnixMode(text.utf8)
    #expect(mode?.kind == kind && mode?.permissions == permissions)
  }

  @Test(
    "is none where a letter is not in its place",
    arguments: [
      "", "-rw", "-rw-r--r-", "-wr-r--r--", "-rw-q-----", "xrw-r--r--", "-rw-rt-r--", "total 1234",
    ]
  )
  func none(text: String) {
    #expect(UnixMode(text.utf8) == nil)
  }
}
