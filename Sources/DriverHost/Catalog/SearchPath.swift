/// Where drivers are looked for, in order.
public struct SearchPath: Sendable, Hashable {
  /// One folder, or one file, that is looked into.
  public struct Entry: Sendable, Hashable {
    /// Where an entry comes from.
    public enum Origin: String, Sendable, Hashable, CaseIterable {
      /// Named by the caller, such as by `--driver-path`: what is found there wins outright.
      case option
      /// Named by `DRIVERS_PATH`.
      case environment
      /// The user's own data folder.
      case user
      /// A folder of the system.
      case system
      /// Where the running program stands: a build that was not installed.
      case executable
      /// Where the host's library stands, in a program that embeds it.
      case library

      /// Whether it holds much else than drivers.
      var isShared: Bool { self == .executable || self == .library }
    }

    /// The folder, or the file of one driver.
    public let path: String
    /// Where the entry comes from.
    public let origin: Origin

    /// An entry.
    public init(path: String, origin: Origin) {
      self.path = path
      self.origin = origin
    }
  }

  /// The entries, first to last.
  public var entries: [Entry]

  /// A search path from its entries.
  public init(entries: [Entry]) {
    self.entries = entries
  }

  /// The path that a program uses unless it has reasons of its own.
  ///
  /// The folders or files named by the caller; `DRIVERS_PATH`, separated by colons; `drivers` in
  /// the user's data folder (`XDG_DATA_HOME`, else `~/.local/share`); `lib/drivers` beside the
  /// `bin` folder that the running program was installed into, if it was; `/usr/local/lib/drivers`;
  /// `/usr/lib/drivers`; the folder of the running program. What the environment says is ignored in
  /// a program that runs with more rights than its caller has (`AT_SECURE`).
  public static func standard(driverPaths: [String] = []) -> SearchPath {
    standard(
      driverPaths: driverPaths,
      environment: Environment.process,
      executableFolder: executableFolder()
    )
  }

  /// The same with the environment and the program's folder given.
  static func standard(
    driverPaths: [String],
    environment: (String) -> String?,
    executableFolder: String?
  ) -> SearchPath {
    var entries = driverPaths.map { Entry(path: $0, origin: .option) }
    // An empty part means the current folder in other search paths; here it means nothing, since
    // nobody should load code from wherever they happen to be.
    entries += (environment("DRIVERS_PATH") ?? "").split(separator: ":")
      .map { Entry(path: String($0), origin: .environment) }
    if let data = userDataFolder(environment) {
      entries.append(Entry(path: Folder.path(of: "drivers", in: data), origin: .user))
    }
    var system = ["/usr/local/lib/drivers", "/usr/lib/drivers"]
    if let installed = executableFolder.flatMap(installedDrivers), !system.contains(installed) {
      system.insert(installed, at: 0)
    }
    entries += system.map { Entry(path: $0, origin: .system) }
    if let executableFolder { entries.append(Entry(path: executableFolder, origin: .executable)) }
    return SearchPath(entries: entries)
  }

  /// Where a program's drivers are that was installed under a prefix of its own, such as /opt/x: in
  /// PREFIX/lib/drivers if it is in PREFIX/bin.
  private static func installedDrivers(executableFolder: String) -> String? {
    guard Folder.name(of: executableFolder) == "bin" else { return nil }
    return Folder.path(of: "lib/drivers", in: Folder.parent(of: executableFolder))
  }

  /// The XDG Base Directory Specification asks for absolute paths and for others to be ignored.
  private static func userDataFolder(_ environment: (String) -> String?) -> String? {
    if let data = environment("XDG_DATA_HOME"), data.hasPrefix("/") { return data }
    guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
    return Folder.path(of: ".local/share", in: home)
  }

  private static func executableFolder() -> String? {
    (try? Folder.resolved("/proc/self/exe")).map(Folder.parent(of:))
  }
}
