import ArgumentParser
import DriverHost

/// Shows how the host reads a file: `drivers parse`.
struct Parse: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parse",
    abstract: "Read YAML or JSON as the host does, and print it as JSON.",
    discussion: """
      YAML 1.2 with the core schema. The exit code is 2 if the file cannot be read, with the line \
      and column at fault. Numbers stay exact.

      With --json errors are JSON too; what was read is so in any case.
      """
  )

  @Argument(
    help: ArgumentHelp("A YAML or JSON file; - is standard input."),
    completion: .file()
  )
  var file: String

  @OptionGroup var options: OutputOptions

  func run() throws {
    let document = try Document.parse(try Files.read(file), file: Files.name(file))
    Console.output(json: document.value, decimals: .number)
  }
}
