import Foundation

/// Drivers in C that the tests compile, each once a run, into a folder of the run's own.
///
/// They are never products of the package: the folder of the products is searched for drivers.
public enum FixtureDriver {
  /// The compiler refused a driver.
  public struct BuildFailure: Error, CustomStringConvertible {
    public let description: String
  }

  /// The folder of the run; removed when the process ends.
  private static let runFolder: TemporaryFolder = {
    do {
      return try TemporaryFolder()
    } catch {
      fatalError("no folder for drivers can be made: \(error)")
    }
  }()

  private static let lock = NSLock()
  nonisolated(unsafe) private static var built: [String: Result<String, BuildFailure>] = [:]

  /// The path of the driver that is compiled from `Tests/FixtureDrivers/NAME.c`, in a folder of its
  /// own.
  public static func path(_ name: String) throws -> String {
    try cached(name) {
      try compile(
        source: "\(ThisPackage.folder)/Tests/FixtureDrivers/\(name).c",
        to: "\(runFolder.path)/\(name)/\(fileName(name))",
        includes: ["\(ThisPackage.folder)/Tests/FixtureDrivers"]
      )
    }
  }

  /// The path of a driver from a descriptor and C code, in a folder of its own.
  ///
  /// - Parameters:
  ///   - name: Tells drivers apart that have the same code; part of the file's name.
  ///   - descriptor: The JSON document that is embedded.
  ///   - source: What follows the header and the embedded descriptor; a driver that ends every call
  ///     well if there is none.
  ///   - flags: More for the compiler.
  /// - Returns: The path of the shared library.
  /// - Throws: `BuildFailure` with what the compiler said.
  public static func build(
    _ name: String,
    descriptor: String,
    source: String = plainSource,
    flags: [String] = []
  ) throws -> String {
    try cached("\(name)\0\(descriptor)\0\(source)\0\(flags)") {
      let folder = "\(runFolder.path)/\(name)-\(UUID().uuidString.prefix(8))"
      try FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true
      )
      try Data(descriptor.utf8).write(to: URL(filePath: "\(folder)/descriptor.json"))
      let code = """
        #include "driver_abi.h"
        DH_EMBED_DESCRIPTOR("descriptor.json")
        \(source)
        """
      try Data(code.utf8).write(to: URL(filePath: "\(folder)/driver.c"))
      return try compile(
        source: "\(folder)/driver.c",
        to: "\(folder)/\(fileName(name))",
        includes: [folder],
        flags: flags
      )
    }
  }

  /// Functions of a driver that ends every call well, and its entry.
  public static let plainSource = """
    static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                            dh_report_v1 report) {
      (void)host, (void)loop, (void)report;
      *instance = NULL;
      return DH_OK;
    }
    static void destroy(void *instance) { (void)instance; }
    static void start(void *instance, const dh_request_v1 *request) {
      (void)instance;
      dh_succeed(request->call);
    }
    static const dh_driver_v1 driver = {create, destroy, start};
    DH_DRIVER_ENTRY(driver)
    """

  /// A descriptor with all that is required and nothing else.
  public static func descriptor(
    name: String = "PLAIN",
    id: String = "org.driverhost.test.plain",
    version: String = "1.0.0",
    more: String = ""
  ) -> String {
    """
    {"descriptor": 1, "name": "\(name)", "id": "\(id)", "version": "\(version)",
     "abi": ["dh.driver/1"], "execution": "blocking",\(more)
     "actions": [{"name": "call"}]}
    """
  }

  /// `crash-entry` gives `libCrashEntryDriver.so`.
  private static func fileName(_ name: String) -> String {
    let words = name.split { $0 == "-" || $0 == "_" }
    return "lib\(words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined())Driver.so"
  }

  private static func cached(_ key: String, _ make: () throws -> String) throws -> String {
    lock.lock()
    defer { lock.unlock() }
    if let known = built[key] { return try known.get() }
    let result = Result { try make() }
      .mapError { $0 as? BuildFailure ?? BuildFailure(description: "\($0)") }
    built[key] = result
    return try result.get()
  }

  private static func compile(
    source: String,
    to path: String,
    includes: [String],
    flags: [String] = []
  ) throws -> String {
    try FileManager.default.createDirectory(
      atPath: URL(filePath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true
    )
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments =
      ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread"]
      + ["-fvisibility=hidden", "-I", ThisPackage.headers] + includes.flatMap { ["-I", $0] }
      + ["-o", path, source] + flags
    // With -flto the assembler runs at the end, without the -I folders.
    compiler.currentDirectoryURL = URL(filePath: source).deletingLastPathComponent()
    let output = Pipe()
    compiler.standardError = output
    compiler.standardOutput = output
    try compiler.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else {
      throw BuildFailure(description: "\(source): \(String(decoding: text, as: UTF8.self))")
    }
    return path
  }
}
