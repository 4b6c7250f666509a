import ArgumentParser
import DriverHost

/// Options of every command that looks for drivers.
struct CatalogOptions: ParsableArguments {
  @Option(
    name: .customLong("driver-path"),
    help: ArgumentHelp(
      "A folder of drivers, or one .so; may be given several times.",
      discussion: "What is found here wins over every other place.",
      valueName: "path"
    ),
    completion: .file(extensions: ["so"])
  )
  var driverPath: [String] = []

  @OptionGroup var output: OutputOptions

  /// Whether JSON is wanted.
  var json: Bool { output.json }

  func validate() throws {
    // An empty variable of a script, most likely; the current folder would be written as `.`.
    guard !driverPath.contains("") else { throw ValidationError("--driver-path needs a path") }
  }

  /// The search path that the options and the environment give.
  var searchPath: SearchPath { SearchPath.standard(driverPaths: driverPath) }

  /// The drivers on that path.
  var catalog: Catalog { Catalog(searchPath: searchPath) }
}

/// The option of every command that prints something.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document instead of text; errors too.")
  var json = false
}

/// The argument of commands about one driver.
struct TypeArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The connector type, as `drivers list` shows it.",
      discussion: "TYPE@id picks one of several drivers for a type."
    ),
    completion: TypeArgument.completion
  )
  var type: String

  /// The types of the drivers that are found without options.
  static let completion = CompletionKind.custom { _, _, _ in
    Catalog().drivers.map(\.selector)
  }
}
