import Foundation
import TestSupport
import Testing

@Suite("The doctor")
struct DoctorTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  /// Builds a driver into `<folder>/NAME`, with code before the plain one.
  private func add(
    _ name: String,
    _ descriptor: String = FixtureDriver.descriptor(),
    source: String? = nil,
    flags: [String] = []
  ) throws {
    let path = try FixtureDriver.build(
      name,
      descriptor: descriptor,
      source: source ?? FixtureDriver.plainSource,
      flags: flags
    )
    try copy(path, as: name)
  }

  private func copy(_ path: String, as name: String) throws {
    try cli.folder.write(
      [UInt8](try Data(contentsOf: URL(filePath: path))),
      to: "\(name)/lib\(name)Driver.so",
      mode: 0o644
    )
  }

  private func examine(_ name: String, _ more: String = "") async throws -> CLI.Run {
    try await cli.run("doctor --driver-path <folder>/\(name)\(more)")
  }

  @Test("finds nothing in the C example and ends with 0")
  func healthy() async throws {
    try await cli.buildHello()
    try Snapshot.check(
      "doctor-good",
      [await examine("hello"), await examine("hello", " --json"), await cli.run("doctor")]
    )
  }

  @Test("examines a driver in whose place another version is used, and says that it is not")
  func superseded() async throws {
    try add("Old", FixtureDriver.descriptor(version: "1.0.0"), source: "")
    try add("New", FixtureDriver.descriptor(version: "1.1.0"))
    try add("Newest", FixtureDriver.descriptor(version: "1.2.0"))
    let all = " --driver-path <folder>/Newest --driver-path <folder>/New"
    let runs = [try await examine("Old", all), try await examine("Old", "\(all) --json")]
    #expect(runs.allSatisfy { $0.status == 3 })
    try Snapshot.check("doctor-superseded", runs)
  }

  @Test("names what was found and is not used, and ends with 3")
  func rejected() async throws {
    try cli.folder.write("not a library", to: "text/libTextDriver.so")
    try await cli.buildHello(in: "writable")
    #expect(chmod(cli.folder.file("writable/libHelloDriver.so"), 0o666) == 0)
    try Snapshot.check(
      "doctor-rejected",
      [await examine("text"), await examine("writable", " --json"), await examine("nowhere")]
    )
  }

  @Test("finds inputs that cannot be checked, all faults of them")
  func inputs() async throws {
    let descriptor = FixtureDriver.descriptor(
      more: ##""inputs": {"properties": {"a": {"type": "text"}, "b": {"$ref": "#/$defs/none"}}},"##
    )
    try add("Inputs", descriptor)
    let run = try await examine("Inputs")
    #expect(run.status == 3)
    try Snapshot.check("doctor-inputs", [run])
  }

  @Test(
    "survives a driver that crashes, and says where",
    .unavailable(
      under: .address,
      .thread,
      reason: "the sanitizer's runtime answers a crash itself"
    )
  )
  func crashes() async throws {
    try copy(FixtureDriver.path("crash-entry"), as: "CrashEntry")
    try copy(FixtureDriver.path("crash-create"), as: "CrashCreate")
    try add(
      "CrashLoad",
      source: """
        __attribute__((constructor)) static void early(void) { *(volatile int *)8 = 1; }
        \(FixtureDriver.plainSource)
        """
    )
    try add(
      "CrashExit",
      source: """
        extern void abort(void);
        __attribute__((destructor)) static void late(void) { abort(); }
        \(FixtureDriver.plainSource)
        """
    )
    try add(
      "Leaves",
      source: """
        #include <stdlib.h>
        __attribute__((constructor)) static void early(void) { exit(7); }
        \(FixtureDriver.plainSource)
        """
    )
    var runs: [CLI.Run] = []
    for name in ["CrashLoad", "CrashEntry", "CrashCreate", "CrashExit", "Leaves"] {
      runs.append(try await examine(name))
    }
    try Snapshot.check("doctor-crashes", runs)
  }

  @Test("ends an instance as a host does: what it has posted runs first, and nothing is taken then")
  func posts() async throws {
    try add(
      "Posts",
      FixtureDriver.descriptor(more: #""needs": ["dh.reactor/1"],"#)
        .replacing(#""execution": "blocking""#, with: #""execution": "nonblocking""#),
      source: """
        #include <stdlib.h>
        static const dh_reactor_v1 *reactor;
        static dh_loop_v1 *home;
        static int run;
        static void posted(void *context) { (void)context, run++; }
        static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                                dh_report_v1 report) {
          (void)report, home = loop, *instance = NULL;
          reactor = host->interface(host, DH_REACTOR_V1);
          return reactor->post(loop, posted, NULL);
        }
        static void destroy(void *instance) {
          (void)instance;
          if (run != 1 || reactor->post(home, posted, NULL) != DH_GONE) abort();
        }
        static void start(void *instance, const dh_request_v1 *request) {
          (void)instance;
          dh_succeed(request->call);
        }
        static const dh_driver_v1 driver = {create, destroy, start};
        DH_DRIVER_ENTRY(driver)
        """
    )
    let run = try await examine("Posts")
    #expect(run.status == 0, "\(run)")
  }

  @Test("ends a driver that does not come back from its entry")
  func hangs() async throws {
    try add(
      "Hangs",
      source: """
        #include <unistd.h>
        DH_EXPORT const void *dh_driver_entry_v1(const dh_host_v1 *host, const char *id) {
          (void)host, (void)id;
          for (;;) pause();
        }
        """
    )
    try Snapshot.check("doctor-hangs", [await examine("Hangs")])
  }

  @Test("names the libraries that are missing, all of them")
  func missingLibraries() async throws {
    let libraries = try ["libdh-one.so.1", "libdhtwo2.so.3"].enumerated().map { index, name in
      try FixtureDriver.build(
        "missing\(index)",
        descriptor: "{}",
        source: "DH_EXPORT int f\(index)(void) { return 1; }",
        flags: ["-Wl,-soname,\(name)"]
      )
    }
    try add("Missing", flags: ["-Wl,--no-as-needed"] + libraries)
    try Snapshot.check("doctor-missing", [await examine("Missing")])
  }

  @Test("names the libraries that a driver is linked with, and the files behind their links")
  func libraries() async throws {
    let library = try FixtureDriver.build(
      "linked",
      descriptor: "{}",
      source: "DH_EXPORT int f(void) { return 1; }",
      flags: ["-Wl,-soname,libdh-linked.so.3"]
    )
    try cli.folder.write(
      [UInt8](try Data(contentsOf: URL(filePath: library))),
      to: "With/lib dir/libdh-linked.so.3.1.4"
    )
    let link = cli.folder.file("With/lib dir/libdh-linked.so.3")
    #expect(symlink("libdh-linked.so.3.1.4", link) == 0)
    try add(
      "With",
      flags: ["-Wl,--no-as-needed", library, "-lm", "-Wl,-rpath,$ORIGIN/lib dir"]
    )
    let runs = [try await examine("With"), try await examine("With", " --json")]
    #expect(runs.allSatisfy { $0.status == 0 })
    try Snapshot.check("doctor-libraries", runs)
  }

  @Test("names what a driver exports, needs and searches that can harm it")
  func linking() async throws {
    let swift = try FixtureDriver.build(
      "swift",
      descriptor: "{}",
      source: "DH_EXPORT int f(void) { return 1; }",
      flags: ["-Wl,-soname,libswiftCore.so"]
    )
    try cli.folder.write(
      [UInt8](try Data(contentsOf: URL(filePath: swift))),
      to: "Linked/lib/libswiftCore.so"
    )
    try add(
      "Linked",
      source: "DH_EXPORT int helper(void) { return 1; }\n" + FixtureDriver.plainSource,
      flags: [
        "-Wl,--no-as-needed", swift, "-Wl,-rpath,/opt/none:$ORIGIN/lib",
      ]
    )
    try Snapshot.check("doctor-linking", [await examine("Linked")])
  }

  @Test("names what breaks the contract: a table without functions, an answer of nothing, chatter")
  func contract() async throws {
    try copy(FixtureDriver.path("null-functions"), as: "NullFunctions")
    try copy(FixtureDriver.path("null-table"), as: "NullTable")
    try copy(FixtureDriver.path("refuse-create"), as: "RefuseCreate")
    try add(
      "Chatter",
      source: """
        #include <stdio.h>
        __attribute__((constructor)) static void early(void) { fprintf(stderr, "here I am\\n"); }
        \(FixtureDriver.plainSource)
        """
    )
    try add("Needs", FixtureDriver.descriptor(more: "\"needs\": [\"dh.fancy/9\"],"))
    var runs: [CLI.Run] = []
    for name in ["NullFunctions", "NullTable", "RefuseCreate", "Chatter", "Needs"] {
      runs.append(try await examine(name))
    }
    try Snapshot.check("doctor-contract", runs)
  }
}
