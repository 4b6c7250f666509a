import DriverHost

/// Executions as tables and documents show them; what a history keeps is masked already.
enum ExecutionDocument {
  /// The documented object of one execution, without what it took and put out.
  static func object(_ execution: ExecutionRecord) -> ValueMap {
    func text(_ text: String) -> Value { text.isEmpty ? .null : .string(text) }
    return [
      "id": .string(execution.id), "type": "CONNECTION", "name": text(execution.name),
      "connector_name": text(execution.connectorName),
      "connector_type": text(execution.connectorType), "action": text(execution.action),
      "parent": Value(execution.parent), "status": .string(execution.status.rawValue),
      "status_message": Value(execution.statusMessage),
      "error_code": Value(execution.errorCode?.description),
      "created": .string(execution.created.description),
      "started": Value(execution.started?.description),
      "ended": Value(execution.ended?.description),
      "duration": execution.duration.map { .double(Double($0.nanoseconds) / 1e9) } ?? .null,
      "attempts": .int(Int64(execution.attempts)), "driver": text(execution.driver),
      "driver_version": text(execution.driverVersion),
    ]
  }

  /// The same with everything.
  static func whole(_ execution: ExecutionRecord, children: [ExecutionRecord]) -> ValueMap {
    var object = object(execution)
    object["input_value"] = .map(execution.input)
    object["output_value"] = execution.output.map { .map($0) } ?? .null
    object["dropped_output_size"] = execution.droppedOutputSize.map { .int(Int64($0)) } ?? .null
    object["children"] = .list(children.map { .string($0.id) })
    return object
  }

  /// What it went to, in a word.
  static func target(_ execution: ExecutionRecord) -> String {
    execution.connectorName.isEmpty ? execution.connectorType : execution.connectorName
  }

  /// A duration in seconds, to the millisecond.
  static func seconds(_ duration: Duration?) -> String {
    duration.map { "\((Double($0.nanoseconds) / 1e6).rounded() / 1e3)" } ?? ""
  }

  /// A table of several, the newest first.
  static func table(_ executions: [ExecutionRecord]) -> String {
    var table = TextTable([
      "ID", "STATUS", "CONNECTOR", "TYPE", "ACTION", "CREATED", "SECONDS", "MESSAGE",
    ])
    for execution in executions {
      let message = execution.statusMessage?.split(separator: "\n").first ?? ""
      table.add([
        execution.id, execution.status.rawValue, execution.connectorName, execution.connectorType,
        execution.action, execution.created.description, seconds(execution.duration),
        message.count > 80 ? message.prefix(79) + "…" : String(message),
      ])
    }
    return table.text
  }

  /// Everything about one.
  static func text(_ execution: ExecutionRecord, children: [ExecutionRecord]) -> String {
    var table = TextTable()
    for (name, value) in object(execution) where !value.isNull {
      table.add([name, value.stringValue ?? JSON.text(value)])
    }
    for child in children {
      table.add(["child", "\(child.id) \(child.status.rawValue) \(child.name)"])
    }
    var text = table.text
    text += "\ninput_value:\n" + yaml(execution.input)
    if let output = execution.output {
      text += "\noutput_value:\n" + yaml(output)
    } else if let size = execution.droppedOutputSize {
      text += "\noutput_value: not kept, since it took about \(size) bytes"
    }
    return text
  }

  private static func yaml(_ values: ValueMap) -> String {
    let value = Value.map(values).withDocumentsParsed
    let text = (try? YAML.text(value)) ?? JSON.text(value, pretty: true) + "\n"
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return lines.map { Console.plain("  \($0)") }.joined(separator: "\n")
  }
}
