import DriverABI
import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("Loading a driver")
struct LoadingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A host that offers nothing, for entries that ask nothing.
  // It never changes after it was made.
  nonisolated(unsafe) private static let host: UnsafePointer<dh_host_v1> = {
    let none = dh_text_v1(ptr: nil, len: 0)
    let table = UnsafeMutablePointer<dh_host_v1>.allocate(capacity: 1)
    table.initialize(
      to: dh_host_v1(
        name: none,
        version: none,
        log: { _, _, _ in },
        once: { _, _, run, context in run(context) },
        interface: { _, _ in nil }
      )
    )
    return UnsafePointer(table)
  }()

  private func find(_ path: String) throws -> CatalogDriver {
    let catalog = Catalog(searchPath: SearchPath(entries: [.init(path: path, origin: .option)]))
    return try #require(catalog.drivers.first ?? catalog.misfits.first, "\(catalog.rejected)")
  }

  private func failure(_ driver: CatalogDriver, interfaces: [String] = ["dh.reactor/1"]) -> String {
    do {
      _ = try MappedDriver(driver, interfaces: interfaces).load(host: LoadingTests.host)
      Issue.record("the driver was loaded")
      return ""
    } catch {
      #expect(error.stage == .driver)
      return error.message
    }
  }

  /// Whether the file's code is mapped in this process.
  private func isMapped(_ path: String) throws -> Bool {
    // A file of procfs says that it is empty: it has to be read to its end.
    let maps = try #require(FileHandle(forReadingAtPath: "/proc/self/maps")).readToEnd() ?? Data()
    return String(decoding: maps, as: UTF8.self).contains(path)
  }

  @Test("gives the functions of its table, the same ones each time")
  func loads() throws {
    let driver = try find(
      FixtureDriver.build("loads", descriptor: FixtureDriver.descriptor())
    )
    #expect(try !isMapped(driver.path))
    let first = try MappedDriver(driver).load(host: LoadingTests.host)
    let second = try MappedDriver(driver).load(host: LoadingTests.host)
    #expect(try isMapped(driver.path))
    #expect(
      unsafeBitCast(first.functions.start, to: Int.self)
        == unsafeBitCast(second.functions.start, to: Int.self)
    )
    var instance: UnsafeMutableRawPointer? = UnsafeMutableRawPointer(bitPattern: 1)
    let report = dh_report_v1(fn: { _, _ in }, context: nil)
    #expect(first.functions.create(LoadingTests.host, nil, &instance, report) == DH_OK)
    #expect(instance == nil)
    first.functions.destroy(instance)
  }

  @Test("leaves nothing that lives as long as the process where its entry was not asked")
  func nothingLeft() async throws {
    let id = "org.driverhost.test.unloadable"
    let text = FixtureDriver.descriptor(id: id, more: "\"needs\": [\"dh.fancy/2\"],")
    let path = try FixtureDriver.build("unloadable", descriptor: text)
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [.init(path: path, origin: .option)])
    let host = try Host(configuration)
    await #expect(throws: HostError.self) { try await host.load(type: "PLAIN") }
    await host.close()
    #expect(!Immortals.haveRuntime(ofDriver: id))
  }

  @Test("is refused before any code runs where the host lacks what it needs")
  func needs() throws {
    let text = FixtureDriver.descriptor(more: "\"needs\": [\"dh.reactor/1\", \"dh.fancy/2\"],")
    let driver = try find(FixtureDriver.build("needs", descriptor: text))
    #expect(
      failure(driver).hasPrefix(
        "the driver PLAIN 1.0.0 needs dh.fancy/2, this host has dh.reactor/1: use a newer host"
      )
    )
    #expect(try !isMapped(driver.path))
  }

  @Test("is refused before any code runs where it answers other interfaces only")
  func abi() throws {
    let text = FixtureDriver.descriptor()
      .replacing("[\"dh.driver/1\"]", with: "[\"dh.driver/2\", \"dh.driver/3\"]")
    let driver = try find(FixtureDriver.build("abi", descriptor: text))
    #expect(
      failure(driver).hasPrefix(
        "the driver PLAIN 1.0.0 answers dh.driver/2, dh.driver/3, this host calls dh.driver/1"
      )
    )
    #expect(try !isMapped(driver.path))
  }

  @Test("names the library that is missing, and the package that has it")
  func missingLibrary() throws {
    let library = try FixtureDriver.build(
      "needed",
      descriptor: "{}",
      source: "DH_EXPORT int needed(void) { return 1; }",
      flags: ["-Wl,-soname,libdh_needed.so.4"]
    )
    let driver = try find(
      FixtureDriver.build(
        "needing",
        descriptor: FixtureDriver.descriptor(),
        source: FixtureDriver.plainSource
          + "\nextern int needed(void); DH_EXPORT int f(void) { return needed(); }",
        flags: [library]
      )
    )
    #expect(
      failure(driver) == """
        the driver PLAIN cannot be used: it needs the library libdh_needed.so.4, which is not \
        installed: on Debian that is usually apt-get install libdh-needed4
        """
    )
  }

  @Test("names the symbol that no library has")
  func missingSymbol() throws {
    let driver = try find(
      FixtureDriver.build(
        "symbol",
        descriptor: FixtureDriver.descriptor(),
        source: FixtureDriver.plainSource
          + "\nextern int nowhere(void); DH_EXPORT int f(void) { return nowhere(); }"
      )
    )
    #expect(failure(driver).contains("it uses `nowhere`, which no library that it names has"))
  }

  @Test("without an entry of its own is refused, whatever the libraries that it needs export")
  func noEntry() throws {
    let other = try FixtureDriver.build("other-entry", descriptor: FixtureDriver.descriptor())
    let driver = try find(
      FixtureDriver.build(
        "no-entry",
        descriptor: FixtureDriver.descriptor(name: "BARE", id: "org.example.bare"),
        source: "DH_EXPORT int nothing(void) { return 0; }",
        flags: ["-Wl,--no-as-needed", other]
      )
    )
    #expect(failure(driver).contains("it does not export dh_driver_entry_v1"))
  }

  @Test("whose entry answers nothing is refused")
  func nullTable() throws {
    let driver = try find(
      FixtureDriver.build(
        "null-answer",
        descriptor: FixtureDriver.descriptor(),
        source: """
          DH_EXPORT const void *dh_driver_entry_v1(const dh_host_v1 *host, const char *id) {
            (void)host, (void)id;
            return NULL;
          }
          """
      )
    )
    #expect(failure(driver).contains("its entry answers nothing to dh.driver/1"))
  }

  @Test("whose table lacks functions names all of them")
  func nullFunctions() throws {
    let driver = try find(
      FixtureDriver.build(
        "null-members",
        descriptor: FixtureDriver.descriptor(),
        source: """
          static void destroy(void *instance) { (void)instance; }
          static const dh_driver_v1 driver = {NULL, destroy, NULL};
          DH_DRIVER_ENTRY(driver)
          """
      )
    )
    #expect(failure(driver).contains("its dh_driver_v1 has no create, start"))
  }

  @Test("that was replaced after the catalog was read is refused")
  func replaced() throws {
    let path = try folder.copy(
      FixtureDriver.build("replaced", descriptor: FixtureDriver.descriptor()),
      as: "libXDriver.so"
    )
    let driver = try find(path)
    let newer = try FixtureDriver.build(
      "replaced",
      descriptor: FixtureDriver.descriptor(version: "2.0.0")
    )
    // As a package manager does it: a new file takes the name over.
    #expect(rename(try folder.copy(newer, as: "new"), path) == 0)
    #expect(failure(driver).contains("it was replaced after its descriptor was read"))
    #expect(try !isMapped(path))
  }

  @Test("that was made writable after the catalog was read is refused")
  func madeWritable() throws {
    let path = try folder.copy(
      FixtureDriver.build("writable", descriptor: FixtureDriver.descriptor()),
      as: "libXDriver.so"
    )
    let driver = try find(path)
    #expect(chmod(path, 0o666) == 0)
    #expect(failure(driver).contains("everybody can write it"))
    #expect(try !isMapped(path))
  }

  @Test("that is another build than the one in this process asks for a restart")
  func otherBuildLoaded() throws {
    let path = try folder.copy(
      FixtureDriver.build("upgraded", descriptor: FixtureDriver.descriptor()),
      as: "libXDriver.so"
    )
    _ = try MappedDriver(find(path)).load(host: LoadingTests.host)
    let newer = try FixtureDriver.build(
      "upgraded",
      descriptor: FixtureDriver.descriptor(version: "2.0.0")
    )
    #expect(rename(try folder.copy(newer, as: "new"), path) == 0)
    #expect(
      try failure(find(path)).contains("another build of it is in this process already")
    )
  }

  @Test("that took the place of one without a build id asks for a restart, and runs no old code")
  func replacedWithoutBuildID() throws {
    func build(_ name: String) throws -> String {
      try FixtureDriver.build(
        name,
        descriptor: FixtureDriver.descriptor(),
        source: FixtureDriver.plainSource + "\nDH_EXPORT int \(name)(void) { return 1; }",
        flags: ["-Wl,--build-id=none"]
      )
    }
    let path = try folder.copy(build("older"), as: "libXDriver.so")
    _ = try MappedDriver(find(path)).load(host: LoadingTests.host)
    _ = try MappedDriver(find(path)).load(host: LoadingTests.host)
    #expect(rename(try folder.copy(build("newer"), as: "new"), path) == 0)
    for _ in 0..<2 {
      #expect(
        try failure(find(path)).contains("another build of it is in this process already")
      )
    }
  }

  @Test("that is installed again as it was goes on being used")
  func installedAgain() throws {
    let build = try FixtureDriver.build("again", descriptor: FixtureDriver.descriptor())
    let path = try folder.copy(build, as: "libXDriver.so")
    let first = try MappedDriver(find(path)).load(host: LoadingTests.host)
    #expect(rename(try folder.copy(build, as: "new"), path) == 0)
    let second = try MappedDriver(find(path)).load(host: LoadingTests.host)
    #expect(
      unsafeBitCast(first.functions.start, to: Int.self)
        == unsafeBitCast(second.functions.start, to: Int.self)
    )
  }

  @Test(
    "whose descriptor is not mapped is refused: what was read must be what runs",
    .unavailable(
      under: .address,
      .thread,
      reason: "the sanitizer's runtime reads the notes of every library, also of a damaged one"
    )
  )
  func noteNotMapped() throws {
    var patch = try ELFPatch(
      FixtureDriver.build("moved", descriptor: FixtureDriver.descriptor())
    )
    // The note's segment points to a copy at the end of the file, which nothing maps.
    let header = try #require(
      patch.headers.first { $0.type == 4 && ($0.offset..<$0.offset + $0.size).contains(patch.note) }
    )
    let note = patch.bytes[header.offset..<header.offset + header.size]
    while patch.bytes.count % 8 != 0 { patch.bytes.append(0) }
    patch.set(UInt64(patch.bytes.count), at: header.at + 8)
    patch.set(UInt64(1) << 40, at: header.at + 16)
    patch.bytes += note
    let driver = try find(patch.write(in: folder))
    #expect(failure(driver).contains("not in what the loader maps of it"))
  }
}

@Suite("The loader's sentence")
struct LoadFailureTests {
  @Test(
    "is read for what is missing",
    arguments: [
      (
        "libfoo.so.1: cannot open shared object file: No such file or directory",
        LoadFailure.missingLibrary("libfoo.so.1")
      ),
      (
        "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.99' not found (required by /d.so)",
        .missingVersion("GLIBC_2.99", of: "libc.so.6")
      ),
      ("/d.so: undefined symbol: curl_easy_nope, version X", .missingSymbol("curl_easy_nope")),
      ("/d.so: file too short", .other("/d.so: file too short")),
      ("", .other("")),
      (
        "/d.so: cannot open shared object file: Permission denied",
        .other("/d.so: cannot open shared object file: Permission denied")
      ),
    ]
  )
  func sentences(text: String, failure: LoadFailure) {
    #expect(LoadFailure(loaderText: text, path: "/d.so") == failure)
  }

  @Test(
    "names the package after Debian's rule where the name follows it",
    arguments: [
      ("libcurl.so.4", "libcurl4"), ("libssh2.so.1", "libssh2-1"),
      ("libFoo_bar.so.0", "libfoo-bar0"),
      ("libfoo.so", ""), ("foo; rm.so.1", ""),
    ]
  )
  func package(library: String, package: String) {
    let advice = LoadFailure.advice(on: library)
    #expect(
      advice == (package.isEmpty ? "" : ": on Debian that is usually apt-get install \(package)")
    )
  }
}
