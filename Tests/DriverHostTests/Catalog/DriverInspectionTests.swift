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
}
