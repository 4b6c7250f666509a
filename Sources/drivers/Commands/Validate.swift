import ArgumentParser
import DriverHost

/// Holds inputs against a driver's schema, or any document against any schema: `drivers validate`.
struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check inputs for a driver, or a document against a JSON Schema.",
    usage: """
      drivers validate <type> <input> [--action <name>] [--driver-path <path> ...] [--json]
      drivers validate --schema <file> <input> [--resources <uri=folder> ...] [--assert-format] \
      [--json]
      """,
    discussion: """
      Nothing runs. Input and schema are JSON or YAML; - is standard input. Every fault is listed, \
      with its line and column, the place in the document and what would have been right. The exit \
      code is 0 if the input is valid and 2 if it is not.

      Schemas are JSON Schema 2020-12. Nothing is ever fetched: documents that a schema refers to \
      by their address are found with --resources.

      With --json: {"version": 1, "valid": true, "dropped"}, or {"version": 1, "valid": false, \
      "error": {…, "faults"}}. Dropped are inputs that belong to other actions of the driver.
      """
  )

  @Argument(
    help: ArgumentHelp(
      "The connector type and the input, or with --schema the input alone.",
      valueName: "type> <input"
    ),
    completion: .file()
  )
  var arguments: [String] = []

  @Option(
    help: ArgumentHelp("A JSON Schema to check against.", valueName: "file"),
    completion: .file()
  )
  var schema: String?

  @Option(
    help: ArgumentHelp(
      "Where to find documents that the schema refers to; may be given several times.",
      discussion:
        "With http://example.org/s=folder, http://example.org/s/a.json is folder/a.json.",
      valueName: "uri=folder"
    ),
    completion: .directory
  )
  var resources: [String] = []

  @Flag(help: "Check `format`, which is an annotation otherwise.")
  var assertFormat = false

  @Option(
    help: ArgumentHelp(
      "The action that the inputs are for; the driver's default action otherwise.",
      valueName: "name"
    )
  )
  var action: String?

  @OptionGroup var options: CatalogOptions

  func validate() throws {
    if schema != nil {
      guard arguments.count == 1 else {
        throw ValidationError("with --schema there is one argument, the input to check")
      }
      guard action == nil else { throw ValidationError("--action goes with a connector type") }
      guard schema != "-" || arguments[0] != "-" else {
        throw ValidationError(
          "standard input can be read once: give the schema or the input in a file"
        )
      }
      return
    }
    guard arguments.count == 2 else {
      throw ValidationError(
        "give a connector type and an input: drivers validate REST input.yaml; or --schema and an "
          + "input"
      )
    }
    guard resources.isEmpty, !assertFormat else {
      throw ValidationError("--resources and --assert-format go with --schema")
    }
  }

  func run() throws {
    let dropped: [String]
    if let schema {
      try check(arguments[0], schema: schema)
      dropped = []
    } else {
      dropped = try check(arguments[1], type: arguments[0])
    }
    if options.json {
      let result: Value = [
        "version": 1, "valid": true, "dropped": .list(dropped.map { .string($0) }),
      ]
      Console.output(json: result)
    } else {
      Console.output("valid")
      if !dropped.isEmpty {
        let names = dropped.joined(separator: ", ")
        Console.output(Console.plain("of other actions, and not used: \(names)"))
      }
    }
  }

  /// Checks inputs for a driver.
  ///
  /// - Returns: The inputs that the action does not take.
  private func check(_ path: String, type: String) throws -> [String] {
    let descriptor = try options.catalog.driver(for: type).descriptor
    let action = try descriptor.existingAction(self.action)
    let inputs = try InputSchema(descriptor)
    let document = try Document.input(path, descriptor, action)
    guard let values = document.value.mapValue else {
      throw invalid(
        HostError(
          faults: [
            Fault(
              .invalid,
              "the input must be a map of names to values, not \(document.value.kindInWords)",
              expected: "a map",
              got: document.value.kindInWords,
              location: document.locations.nearest(to: JSONPointer())
            )
          ],
          of: Files.name(path)
        )
      )
    }
    do throws(HostError) {
      // A null unsets an input at a call; in a file it stands for nothing.
      return try inputs.completeAll(
        values,
        action: action.name,
        nullsUnset: .none,
        locations: { document.locations.nearest(to: $0) }
      ).0.dropped
    } catch {
      if error.faults.isEmpty { throw error }
      throw invalid(HostError(faults: error.faults, of: Files.name(path)))
    }
  }

  /// Checks a document against a schema.
  private func check(_ path: String, schema: String) throws {
    let known = try SchemaFolders.resources(resources)
    let document = try Document.parse(try Files.read(schema), file: Files.name(schema))
    let compiled: JSONSchema
    do throws(HostError) {
      compiled = try JSONSchema(
        document.value,
        resources: known,
        assertsFormats: assertFormat
      )
    } catch {
      let faults = error.faults.map { fault in
        var fault = fault
        fault.location = fault.location ?? document.locations.nearest(to: fault.pointer)
        return fault
      }
      throw faults.isEmpty ? error : HostError(faults: faults, of: "the schema \(schema)")
    }
    let input = try Document.parse(try Files.read(path), file: Files.name(path))
    let faults = compiled.faults(in: input.value) { input.locations.nearest(to: $0) }
    guard faults.isEmpty else {
      throw invalid(HostError(faults: faults, of: Files.name(path)))
    }
  }

  /// The failure that says that the input is not valid, and is not the failure to find that out.
  private func invalid(_ error: HostError) -> Failure {
    Failure(error, asJSON: options.json, facts: ["valid": false])
  }
}
