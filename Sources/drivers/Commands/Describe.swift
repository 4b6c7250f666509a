import ArgumentParser
import DriverHost

/// Shows what a driver says about itself: `drivers describe`.
struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Show a driver: what it is, what it can do, and which inputs it takes.",
    discussion: """
      The text comes from the driver's descriptor; no code of the driver runs. An input is shown \
      by the name that `drivers run` takes: a.b is the member b of the map a.

      With --json: the descriptor as its author wrote it, with "path", and with "unusable" in \
      actions that this host cannot call, which says why. With --schema: the JSON \
      Schema 2020-12 of an action's inputs.
      """
  )

  @OptionGroup var target: TypeArgument

  @Flag(help: "Print the JSON Schema of an action's inputs.")
  var schema = false

  @Option(
    help: ArgumentHelp(
      "The action whose inputs are shown; the driver's default action otherwise.",
      valueName: "name"
    )
  )
  var action: String?

  @OptionGroup var options: CatalogOptions

  func run() throws {
    let driver = try options.catalog.driver(for: target.type)
    let action = try driver.descriptor.existingAction(self.action)
    if schema {
      Console.output(json: driver.descriptor.inputSchema(of: action))
    } else if options.json {
      var document = driver.descriptor.markedDocument
      document["path"] = .string(driver.path)
      Console.output(json: .map(document))
    } else {
      Console.output(try Describe.text(driver, action))
    }
  }

  private static func text(
    _ driver: CatalogDriver,
    _ action: Descriptor.Action
  ) throws(HostError) -> String {
    let descriptor = driver.descriptor
    var lines = [Console.plain("\(descriptor.name) \(descriptor.version): \(descriptor.title)")]
    if let summary = descriptor.summary { lines.append(Console.plain(summary)) }
    lines += ["", facts(driver), "", Actions.table(descriptor), ""]
    if !action.implements.isEmpty {
      let ids = action.implements.joined(separator: ", ")
      lines += [Console.plain("\(action.name) implements \(ids)"), ""]
    }
    if let misfit = action.misfit {
      lines += [Console.plain("\(action.name) cannot be called here: it \(misfit)"), ""]
    }
    let listing = InputListing(try InputSchema(descriptor), action: action.name)
    lines.append("Inputs of \(action.name)" + (listing.lines.isEmpty ? ": none" : ":"))
    lines += listing.lines
    if descriptor.actions.contains(where: { $0.name != action.name && !isEmpty($0.inputs) }) {
      lines += ["", "Other actions: drivers describe \(driver.selector) --action NAME"]
    }
    return lines.joined(separator: "\n")
  }

  private static func facts(_ driver: CatalogDriver) -> String {
    let descriptor = driver.descriptor
    let reaches = [
      ("network", descriptor.capabilities.network), ("files", descriptor.capabilities.files),
      ("processes", descriptor.capabilities.processes),
    ].filter(\.1).map(\.0).joined(separator: ", ")
    var table = TextTable()
    for (name, value) in [
      ("id", descriptor.id), ("vendor", descriptor.vendor ?? ""),
      ("licence", descriptor.licence ?? ""), ("homepage", descriptor.homepage ?? ""),
      ("file", driver.path), ("build", driver.buildID ?? ""),
      ("interfaces", descriptor.abi.joined(separator: ", ")),
      ("needs", descriptor.needs.joined(separator: ", ")),
      ("execution", "\(descriptor.execution.rawValue), \(descriptor.concurrency.rawValue)"),
      ("sessions", sessions(descriptor)), ("reaches", reaches.isEmpty ? "nothing" : reaches),
      ("grace", descriptor.grace.inWords),
      ("defaults", descriptor.defaults.isEmpty ? "" : JSON.text(.map(descriptor.defaults))),
    ] where !value.isEmpty {
      table.add([name, value])
    }
    return table.text
  }

  private static func sessions(_ descriptor: Descriptor) -> String {
    guard let session = descriptor.session else { return "" }
    let abilities = [("reset", session.reset), ("check", session.check)].filter(\.1).map(\.0)
    let without = descriptor.actions.filter { !$0.takesSession }.map(\.name)
    return "yes" + (abilities.isEmpty ? "" : ", with \(abilities.joined(separator: " and "))")
      + (without.isEmpty ? "" : "; none for: \(without.joined(separator: ", "))")
  }

  private static func isEmpty(_ schema: Value) -> Bool {
    (schema.mapValue ?? [:]).isEmpty
  }
}
