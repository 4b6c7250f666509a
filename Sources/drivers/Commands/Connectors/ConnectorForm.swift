import ArgumentParser
import DriverHost

/// `drivers connector form`: what a form asks for.
struct ConnectorForm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "form",
    abstract: "Show the form of a connector or of a type.",
    discussion: """
      The inputs in the order and groups in which people are asked for them, with what a connector \
      stores; secrets are masked.

      With --json, the model that web pages draw: {"version": 1, "connector_type", "title", \
      "summary", "default_action", "actions", "groups": [{"title", "advanced", "host", "fields": \
      [{"name", "pointer", "title", "summary", "kind", "kinds", "type", "limits", "required", \
      "secret", "advanced", "default", "allowed", "fields", "element", "unions", "value", …}]}], \
      "unions", "secrets", "unknown"}; what there is nothing to say of is left out.
      """
  )

  @Argument(help: "The connector's name.", completion: ConnectorArgument.completion)
  var name: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The connector type of a form without a connector.", valueName: "type"),
    completion: TypeArgument.completion
  )
  var type: String?

  @OptionGroup var options: ResourceOptions

  func validate() throws {
    guard (name == nil) != (type == nil) else {
      throw ValidationError("name a connector, or a type with --type")
    }
  }

  func run() throws {
    let workspace = try options.workspace()
    let stored = try name.map { name throws(HostError) in try workspace.connectors.load(name) }
    let catalog = options.catalogOptions.catalog
    let type = stored?.resource.type ?? type ?? ""
    let form = try Form(try catalog.driver(for: type).descriptor)
    if options.json {
      Console.output(json: form.document(stored?.resource.value))
    } else {
      Console.output(ConnectorForm.text(form, stored?.resource.value))
    }
  }

  private static func text(_ form: Form, _ value: ValueMap?) -> String {
    var table = TextTable(["INPUT", "TYPE", "", value == nil ? "DEFAULT" : "VALUE"])
    for group in form.groups {
      if let title = group.title { table.add(["== \(title) ==", "", "", ""]) }
      for field in group.fields {
        var facts: [String] = []
        if field.isRequired { facts.append("required") }
        if field.isSecret { facts.append("secret") }
        if !field.actions.isEmpty { facts.append("of \(field.actions.joined(separator: ", "))") }
        let stored = value?[field.name]
        var shown = field.defaultValue.map { JSON.text($0) } ?? ""
        if value != nil { shown = stored.map { text(of: $0, in: form, field) } ?? "" }
        table.add([field.name, field.type, facts.joined(separator: ", "), shown])
      }
    }
    return table.text
  }

  private static func text(of value: Value, in form: Form, _ field: FormField) -> String {
    let places = form.shown([field.name: value]).secrets
    return JSON.text(([field.name: value] as ValueMap).masking(places)[field.name] ?? .null)
  }
}
