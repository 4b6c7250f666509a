import ArgumentParser
import DriverCheck
import DriverHost
import Glibc

/// Puts drivers where every program finds them: `drivers install`.
struct Install: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Check drivers and copy them to where they are found.",
    discussion: """
      Example: drivers install out/libWeatherDriver.so

      They go to the user's folder (drivers in XDG_DATA_HOME, else ~/.local/share/drivers). Each is \
      held against the rules of the ABI first, as drivers check does it, which takes some seconds. \
      Nothing is copied where any of them has a finding; the exit code is 3 then. Each file appears whole, \
      with mode 0644; programs that have loaded an older one keep it until they end.

      With --json: {"version": 1, "installed": [{"type", "id", "version", "path", "replaced"}]}; \
      replaced is the version that was there, or null.
      """
  )

  @Argument(
    help: "A driver, or a folder of drivers.",
    completion: .file(extensions: ["so"])
  )
  var path: String

  @Flag(help: "Only find out whether they can be loaded.")
  var quick = false

  @OptionGroup var target: InstallFolder
  @OptionGroup var options: OutputOptions

  func run() throws {
    let catalog = Catalog(searchPath: SearchPath(entries: [.init(path: path, origin: .option)]))
    let drivers = catalog.drivers
    var findings = catalog.rejected.map { "\($0.path): \($0.reason)" }
    // Whether they could be used all the same.
    var canBeLoaded = findings.isEmpty && !drivers.isEmpty
    for driver in drivers {
      let examined = try Examination(driver).findings
      canBeLoaded = canBeLoaded && examined.isEmpty
      let faults = examined.isEmpty && !quick ? try Install.faults(of: driver) : examined
      findings += faults.map { "\(driver.path): \($0)" }
    }
    if drivers.isEmpty, findings.isEmpty {
      findings = ["there is no lib<Type>Driver.so in \(path)"]
    }
    guard findings.isEmpty else {
      throw HostError(
        .invalidInput,
        stage: .driver,
        "nothing was installed:\n" + findings.map { "  \($0)" }.joined(separator: "\n")
          + (canBeLoaded ? "\nthey can be loaded all the same: --quick installs them" : "")
      )
    }
    let folder = try target.make()
    let present = Catalog(
      searchPath: SearchPath(entries: [.init(path: folder, origin: .option)])
    ).drivers
    var installed: [(driver: CatalogDriver, path: String, replaced: CatalogDriver?)] = []
    for driver in drivers {
      let old = present.first {
        $0.descriptor.id == driver.descriptor.id && $0.descriptor.name == driver.descriptor.name
      }
      let copy = try InstalledFile.copy(driver, to: folder)
      // The same driver under another file name.
      if let old, old.path != copy, old.path != driver.path { try InstalledFile.remove(old.path) }
      installed.append((driver, copy, old))
    }
    if options.json {
      Console.output(json: Install.document(installed))
    } else {
      Console.output(installed.map(Install.line).joined(separator: "\n"))
    }
  }

  /// The rules that a driver breaks.
  private static func faults(of driver: CatalogDriver) throws(HostError) -> [String] {
    if isatty(STDERR_FILENO) == 1 { Console.status("checking \(driver.path)") }
    defer { Console.clearStatus() }
    let checker = Checker(driver.path)
    var findings: [String] = []
    for test in CheckTest.all where !test.needsServer {
      findings += try checker.run(test).findings.map { "\($0.rule): \($0.text)" }
    }
    return findings
  }

  private static func document(
    _ installed: [(driver: CatalogDriver, path: String, replaced: CatalogDriver?)]
  ) -> Value {
    let list = installed.map { entry -> Value in
      [
        "type": .string(entry.driver.descriptor.name), "id": .string(entry.driver.descriptor.id),
        "version": .string(entry.driver.descriptor.version.description),
        "path": .string(entry.path),
        "replaced": Value(entry.replaced?.descriptor.version.description),
      ]
    }
    return ["version": 1, "installed": .list(list)]
  }

  private static func line(
    _ entry: (driver: CatalogDriver, path: String, replaced: CatalogDriver?)
  ) -> String {
    let version = entry.driver.descriptor.version
    let before = entry.replaced.map { " in the place of \($0.descriptor.version)" } ?? ""
    return Console.plain("\(entry.driver.descriptor.name) \(version)\(before)  \(entry.path)")
  }
}

/// Takes an installed driver away: `drivers remove`.
struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a driver that was installed.",
    discussion: """
      It is removed from the user's folder only, or with --system from the system's. Programs that \
      have loaded it keep it until they end.

      With --json: {"version": 1, "removed": [{"type", "id", "version", "path"}]}.
      """
  )

  @OptionGroup var type: TypeArgument
  @OptionGroup var target: InstallFolder
  @OptionGroup var options: OutputOptions

  func run() throws {
    let folder = try target.path()
    let here = Catalog(searchPath: SearchPath(entries: [.init(path: folder, origin: .option)]))
    let driver: CatalogDriver
    do throws(HostError) {
      driver = try here.driver(for: type.type)
    } catch {
      // It may be somewhere else, where others have put it.
      guard let other = try? Catalog().driver(for: type.type) else { throw error }
      throw HostError(
        .notFound,
        stage: .driver,
        "\(type.type) is not in \(folder) but at \(other.path): remove it as it came there"
          + (target.system ? "" : ", with --system if it was installed so")
      )
    }
    try InstalledFile.remove(driver.path)
    let descriptor = driver.descriptor
    if options.json {
      Console.output(
        json: [
          "version": 1,
          "removed": [
            [
              "type": .string(descriptor.name), "id": .string(descriptor.id),
              "version": .string(descriptor.version.description), "path": .string(driver.path),
            ]
          ],
        ]
      )
    } else {
      Console.output(Console.plain("\(descriptor.name) \(descriptor.version)  \(driver.path)"))
    }
  }
}

/// Where drivers are installed.
struct InstallFolder: ParsableArguments {
  @Flag(help: "For all users: /usr/local/lib/drivers.")
  var system = false

  /// The folder, which need not be there.
  func path() throws(HostError) -> String {
    if system { return "/usr/local/lib/drivers" }
    if let user = SearchPath.standard().entries.first(where: { $0.origin == .user }) {
      return user.path
    }
    throw HostError(
      .invalidInput,
      stage: .input,
      "there is no HOME, so no folder of the user's: use --system"
    )
  }

  /// The folder, which is made with all above it where it is not there.
  func make() throws(HostError) -> String {
    let folder = try path()
    var made = ""
    for part in folder.split(separator: "/") {
      made += "/" + part
      // Others must not be able to put a driver there.
      guard unsafe mkdir(made, 0o755) != 0, errno != EEXIST, errno != EROFS else { continue }
      let number = errno
      var facts = stat()
      if unsafe stat(made, &facts) == 0 { continue }
      throw HostError(
        .forbidden,
        stage: .input,
        "\(made) cannot be made: \(systemMessage(number))"
      )
    }
    return folder
  }
}
