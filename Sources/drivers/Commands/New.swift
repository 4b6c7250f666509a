import ArgumentParser
import DriverHost
import Glibc

/// Writes the project of a new driver: `drivers new`.
struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write a project for a new driver that can be built at once.",
    discussion: """
      Example: drivers new WEATHER --language c --nonblocking

      The project has a descriptor, the source, a script that builds it, one that tests it, and a \
      README. The driver says what it is told: it is the place to begin.

      With --json: {"version": 1, "name", "folder", "files"}.
      """
  )

  @Argument(help: "The connector type, such as WEATHER or open_weather.")
  var name: String

  @Option(help: "The language: c, c++, rust or swift.")
  var language: ProjectLanguage

  @Flag(help: "A driver whose calls never wait, on the host's loop.")
  var nonblocking = false

  @Option(help: "The driver's id, which is reverse DNS; com.example.<name> if none is given.")
  var id: String?

  @Option(help: "The project's folder, which must not be there; <name>-driver if none is given.")
  var folder: String?

  @Option(
    help:
      "The package that has DriverKit, for a driver in Swift; where this program was built if none is given."
  )
  var package: String?

  @OptionGroup var options: OutputOptions

  func run() throws {
    let names = try DriverNames(name, id: id)
    var project = DriverProject(names, language, isBlocking: !nonblocking)
    if language == .swift {
      project.package = try package.map(Self.checkedPackage) ?? Self.ownPackage()
    } else if package != nil {
      throw New.refusal("--package goes with --language swift")
    }
    let target = folder ?? names.folder
    try project.write(to: target)
    let paths = project.files.map(\.path)
    if options.json {
      Console.output(
        json: [
          "version": 1, "name": .string(names.type), "folder": .string(target),
          "files": .list(paths.map { .string($0) }),
        ]
      )
      return
    }
    Console.output(
      """
      \(Console.plain(target)) has a driver for the connector type \(names.type):
      \(paths.map { "  " + $0 }.joined(separator: "\n"))

      Next: cd \(Console.plain(target)) && ./test
      """
    )
  }

  private static func refusal(_ message: String) -> HostError {
    HostError(.invalidInput, stage: .input, message)
  }

  private static func checkedPackage(_ path: String) throws -> String {
    guard hasDriverKit(path), let absolute = unsafe realpath(path, nil) else {
      throw New.refusal("--package \(path): there is no Sources/DriverKit in it")
    }
    defer { unsafe free(absolute) }
    return unsafe String(cString: absolute)
  }

  /// The package that this program was built in.
  private static func ownPackage() throws -> String {
    guard let program = unsafe realpath("/proc/self/exe", nil) else {
      throw New.refusal("give the package that has DriverKit by --package")
    }
    defer { unsafe free(program) }
    var folder = unsafe String(cString: program)
    while let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
      if hasDriverKit(folder) { return folder }
    }
    throw New.refusal(
      "this program was installed and knows no DriverKit: give a checkout of the driver host by --package"
    )
  }

  private static func hasDriverKit(_ folder: String) -> Bool {
    unsafe access(folder + "/Sources/DriverKit", R_OK) == 0
      && access(folder + "/Package.swift", R_OK) == 0
  }
}

/// The languages that there are templates for.
enum ProjectLanguage: String, ExpressibleByArgument, CaseIterable {
  case c
  case cpp = "c++"
  case rust
  case swift

  /// How a person writes it.
  var title: String {
    switch self {
    case .c: "C"
    case .cpp: "C++"
    case .rust: "Rust"
    case .swift: "Swift"
    }
  }
}
