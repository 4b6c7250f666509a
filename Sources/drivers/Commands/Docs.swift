import ArgumentParser
import DriverHost

/// Prints the options of a driver for a page of documentation: `drivers docs`.
struct Docs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "docs",
    abstract: "Print a driver's options and outputs as tables of Markdown.",
    discussion: """
      They are made from the driver's descriptor, where options are declared once; no code of the \
      driver runs. With --json: {"version": 1, "name", "id", "markdown"}.
      """
  )

  @OptionGroup var target: TypeArgument
  @OptionGroup var options: CatalogOptions

  func run() throws {
    let descriptor = try options.catalog.driver(for: target.type).descriptor
    let text = try OptionTables(descriptor).text
    guard options.json else {
      Console.output(text)
      return
    }
    let document: Value = [
      "version": 1, "name": .string(descriptor.name), "id": .string(descriptor.id),
      "markdown": .string(text),
    ]
    Console.output(json: document)
  }
}
