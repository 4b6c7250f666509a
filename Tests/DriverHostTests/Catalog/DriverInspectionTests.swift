import TestSupport
import Testing

@testable import DriverHost

@Suite("Inspecting how a driver was linked")
struct DriverInspectionTests {
  private func findings(_ name: String, source: String = "", flags: [String] = []) throws
    -> [String]
  {
    DriverInspection.findings(
      in: try FixtureDriver.build(
        name,
        descriptor: FixtureDriver.descriptor(),
        source: FixtureDriver.plainSource + source,
        flags: flags
      )
    )
  }

  @Test(
    "finds nothing in a plain one, whichever hash table it has",
    arguments: ["gnu", "sysv", "both"]
  )
  func plain(style: String) throws {
    #expect(try findings("plain-\(style)", flags: ["-Wl,--hash-style=\(style)"]) == [])
  }

  @Test("names what it exports beside its entry", arguments: ["gnu", "sysv"])
  func exports(style: String) throws {
    let source = """
      DH_EXPORT int zero(void) { return 0; }
      DH_EXPORT int one;
      DH_EXPORT int two(void) { return 2; }
      DH_EXPORT __attribute__((weak)) int three(void) { return 3; }
      __attribute__((visibility("protected"))) int four(void) { return 4; }
      """
    let findings = try findings(
      "exports-\(style)",
      source: "\n" + source,
      flags: ["-Wl,--hash-style=\(style)"]
    )
    #expect(findings.count == 1)
    #expect(
      findings.first?.hasPrefix(
        "it exports 5 symbols beside dh_driver_entry_v1 (four, one, three, …)"
      ) == true
    )
  }

  @Test(
    "names libraries that do not go well with the host's",
    arguments: [
      "libswiftCore.so", "libFoundation.so", "libdispatch.so", "libdriverhost.so.1",
    ]
  )
  func forbidden(library: String) throws {
    let other = try FixtureDriver.build(
      "library",
      descriptor: "{}",
      source: "DH_EXPORT int f(void) { return 1; }",
      flags: ["-Wl,-soname,\(library)"]
    )
    let findings = try findings("forbidden", flags: ["-Wl,--no-as-needed", other])
    #expect(findings.count == 1)
    #expect(findings.first?.hasPrefix("it needs \(library), which does not go well") == true)
  }

  @Test(
    "names search paths that lead out of the driver's folder",
    arguments: [
      ("/opt/lib", false), ("$ORIGIN/../lib", false), ("lib", false), ("$ORIGIN", true),
      ("$ORIGIN/lib", true), ("$ORIGINAL", false),
    ]
  )
  func searchPaths(path: String, isGood: Bool) throws {
    for kind in ["--enable-new-dtags", "--disable-new-dtags"] {
      let findings = try findings("rpath", flags: ["-Wl,\(kind)", "-Wl,-rpath,\(path)"])
      #expect(findings.isEmpty == isGood, "\(path) \(findings)")
      if !isGood { #expect(findings.first?.contains("for libraries in \(path), outside") == true) }
    }
  }

  @Test(
    "names an empty part of a search path, which is whatever folder is the current one",
    arguments: ["$ORIGIN:", ":$ORIGIN/lib", "$ORIGIN::$ORIGIN/lib"]
  )
  func emptySearchPath(path: String) throws {
    let findings = try findings("empty-rpath", flags: ["-Wl,-rpath,\(path)"])
    #expect(findings.count == 1)
    #expect(
      findings.first?.contains("for libraries in the current folder (an empty part") == true
    )
  }

  @Test("reads the loader's list of what is missing")
  func missing() {
    let listing = """
      \tlinux-vdso.so.1 (0x00007ffd)
      \tlibfoo.so.3 => not found
      \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
      \tlibbar.so => not found
      """
    #expect(
      DriverInspection.missingLibraries(inListing: listing) == [
        "it needs the library libfoo.so.3, which is not installed: on Debian that is usually apt-get install libfoo3",
        "it needs the library libbar.so, which is not installed",
      ]
    )
    #expect(DriverInspection.loader()?.contains("ld-linux") == true)
  }

  @Test("survives a damaged dynamic section: findings or a reason, never a crash")
  func damaged() async throws {
    let folder = try TemporaryFolder()
    let good = try ELFPatch(
      FixtureDriver.build("damaged", descriptor: FixtureDriver.descriptor())
    )
    let dynamic = try #require(good.headers.first { $0.type == 2 })
    for at in stride(from: dynamic.offset, to: dynamic.offset + dynamic.size, by: 8) {
      // Other tests run on the same few threads.
      await Task.yield()
      for value in [0, 1, 0xFFFF, 1 << 31, 1 << 63, UInt64.max] {
        var patch = good
        patch.set(value, at: at)
        _ = DriverInspection.findings(in: try patch.write(in: folder))
      }
    }
    // The hash table's own words: buckets, first symbol, filter size.
    let hash = try #require(
      good.bytes.indices.first { at in
        at % 8 == 0 && at + 16 < good.bytes.count
          && good.integer(UInt32.self, at: at + 12) == 6 && good.integer(UInt32.self, at: at) < 8
          && good.integer(UInt32.self, at: at) > 0 && at < dynamic.offset
      }
    )
    for word in 0..<12 {
      for value in [0, 1, 0xFFFF, UInt32.max] {
        var patch = good
        patch.set(value, at: hash + 4 * word)
        _ = DriverInspection.findings(in: try patch.write(in: folder))
      }
    }
  }

  /// A library whose symbols all have the same name, which is most of the file.
  private func overlapping(symbols: Int, nameSize: Int) -> [UInt8] {
    var file = [UInt8](repeating: 0, count: 512 + 24 * symbols)
    func put(_ value: some FixedWidthInteger, at offset: Int) {
      for index in 0..<value.bitWidth / 8 {
        file[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
      }
    }
    file.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
    for (offset, value) in [(16, 3), (18, ELFMachine.here), (54, 56), (56, 2)] {
      put(UInt16(value), at: offset)
    }
    put(UInt64(64), at: 32)
    let strings = file.count
    // A segment with all of it, and the dynamic section behind the two headers.
    for (at, type, offset, size) in [(64, 1, 0, strings + nameSize + 1), (120, 2, 176, 80)] {
      put(UInt32(type), at: at)
      put(UInt64(offset), at: at + 8)
      put(UInt64(offset), at: at + 16)
      put(UInt64(size), at: at + 32)
    }
    // DT_STRTAB, DT_STRSZ, DT_SYMTAB and DT_HASH, whose second word counts the symbols.
    let section = [(5, strings), (10, nameSize + 1), (6, 512), (4, 256)]
    for (index, (tag, value)) in section.enumerated() {
      put(UInt64(tag), at: 176 + 16 * index)
      put(UInt64(value), at: 184 + 16 * index)
    }
    put(UInt32(symbols), at: 260)
    for symbol in 0..<symbols {
      file[512 + 24 * symbol + 4] = 0x10
      put(UInt16(1), at: 512 + 24 * symbol + 6)
    }
    return file + [UInt8](repeating: 0x61, count: nameSize) + [0]
  }

  @Test("reads no more names than a library has, however they lie inside each other")
  func overlappingNames() throws {
    let folder = try TemporaryFolder()
    let few = try folder.write(overlapping(symbols: 3, nameSize: 10), to: "libFewDriver.so")
    #expect(DriverInspection.findings(in: few).contains { $0.hasPrefix("it exports 3 symbols") })
    let many = try folder.write(
      overlapping(symbols: 3000, nameSize: 65_536),
      to: "libManyDriver.so"
    )
    let findings = DriverInspection.findings(in: many)
    #expect(findings.count == 1)
    #expect(findings.first?.contains("names in its dynamic section") == true)
  }
}
