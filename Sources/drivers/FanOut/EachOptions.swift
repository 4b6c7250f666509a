import ArgumentParser

/// How one connection is made for each of some items.
struct EachOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Run the connection once for each item, whose inputs win over all others.",
      discussion: """
        A file, CSV with a header of input names, NDJSON, or a list of maps in JSON or YAML (- is \
        standard input), or key=a,b,c. NDJSON and CSV are read as they are needed. Texts of a file \
        never refer to secrets.
        """,
      valueName: "items"
    ),
    completion: .file()
  )
  var each: String?

  @Option(help: ArgumentHelp("How many connections of --each there are at once.", valueName: "n"))
  var parallel: Int = 16

  @Flag(help: "Let the first connection of --each that fails stop the others.")
  var failFast = false

  func validate() throws {
    guard parallel >= 1, parallel <= 10_000 else {
      throw ValidationError("--parallel needs a number from 1 to 10000")
    }
    guard each != nil || (parallel == 16 && !failFast) else {
      throw ValidationError("--parallel and --fail-fast go with --each")
    }
  }
}
