package import DriverHost

/// A test that every driver has to pass.
package struct CheckTest: Sendable {
  /// Where a test runs.
  package enum Place: Sendable {
    /// In this process, on the file alone: no code of the driver runs.
    case file(@Sendable (CheckSubject) -> [CheckFinding])
    /// In a process of its own, which may crash or hang.
    case child(@Sendable (Probe) async throws -> Void)
  }

  /// What selects it: `exports`.
  package var name: String
  /// What it finds out, in a few words.
  package var title: String
  /// The ids of the rules that it holds the driver against.
  package var rules: [String]
  /// The rule that a crash, or an end that never comes, breaks.
  var rulesOfEnd = EndRules()
  /// How long it may take, in seconds.
  var limit = 20
  var place: Place
  /// Whether it says something of a file that is no driver, too.
  var isAboutAnyFile = false

  /// Whether it takes calls that work, which only somebody with a server can give.
  package var needsServer = false

  /// The rules that are broken where a test's process does not end by itself.
  struct EndRules: Sendable {
    var crash = "PROC-7"
    var hang = "CALL-1"
    /// By abort(3); nil: as by any other crash.
    var abort: String?
  }

  /// All of them, in the order in which they run.
  package static let all: [CheckTest] =
    fileTests + loadTests + callTests + hostTests + inputTests + streamTests + sessionTests
    + serverTests

  /// Whether a word of the command line means it: its name, or the id of one of its rules.
  package func isMeant(by word: String) -> Bool {
    name == word || rules.contains(word.uppercased())
  }
}

/// The file that is checked.
package struct CheckSubject: Sendable {
  /// The file's path.
  package var path: String
  /// What was read of it; nil where that could not be.
  package var driver: CatalogDriver?
  /// The file's path from the root on.
  var absolutePath: String {
    if path.hasPrefix("/") { return path }
    return (try? Folder.resolved(path)) ?? path
  }
  /// Why it is no driver that can be used, in words; nil where it is one.
  package var rejection: String?

  /// Reads a file, without running anything of it.
  package init(_ path: String) {
    self.path = path
    let catalog = Catalog(searchPath: SearchPath(entries: [.init(path: path, origin: .option)]))
    // A folder has drivers, and is none.
    // One for another host is looked at as far as that goes: its faults are named by their rules.
    driver =
      DriverInspection.fileFaults(in: path).isEmpty
      ? catalog.drivers.first ?? catalog.misfits.first : nil
    if driver == nil { rejection = catalog.rejected.first?.reason ?? "it is not there" }
  }
}
