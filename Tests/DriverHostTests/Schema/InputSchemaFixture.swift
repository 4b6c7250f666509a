import Testing

@testable import DriverHost

/// Schemas of inputs as a descriptor holds them.
enum InputSchemaFixture {
  /// The descriptor of a type with these inputs and actions, given as JSON.
  static func descriptor(
    _ inputs: String,
    actions: [(name: String, inputs: String)] = [("go", "{}")],
    channels: String = "[]",
    session: Bool = false
  ) throws -> Descriptor {
    let actions = try actions.map { name, inputs -> Value in
      [
        "name": .string(name), "inputs": try JSON.parse(inputs),
        "channels": try JSON.parse(channels),
      ]
    }
    var document: ValueMap = [
      "descriptor": 1, "name": "T", "id": "org.example.t", "version": "1.0.0",
      "abi": ["dh.driver/1"], "execution": "blocking", "default_action": "go",
      "inputs": try JSON.parse(inputs),
      "actions": .list(actions),
    ]
    if session { document["session"] = ["reset": false, "check": false] }
    return try Descriptor(.map(document))
  }

  /// The schema of that descriptor.
  static func schema(
    _ inputs: String,
    actions: [(name: String, inputs: String)] = [("go", "{}")],
    channels: String = "[]",
    session: Bool = false
  ) throws -> InputSchema {
    try InputSchema(
      descriptor(inputs, actions: actions, channels: channels, session: session)
    )
  }

  /// What is wrong with a descriptor's schemas: pointer and message of each fault.
  static func faults(
    _ inputs: String,
    actions: [(name: String, inputs: String)] = [("go", "{}")],
    channels: String = "[]"
  ) throws -> [String] {
    do throws(HostError) {
      _ = try InputSchema(descriptorOrFail(inputs, actions, channels))
      return []
    } catch {
      #expect(error.stage == .driver)
      return error.faults.map { "\($0.pointer): \($0.message)" }
    }
  }

  private static func descriptorOrFail(
    _ inputs: String,
    _ actions: [(name: String, inputs: String)],
    _ channels: String
  ) throws(HostError) -> Descriptor {
    do {
      return try descriptor(inputs, actions: actions, channels: channels)
    } catch let error as HostError {
      throw error
    } catch {
      throw HostError(.internal, stage: .input, "\(error)")
    }
  }
}

extension InputSchema {
  /// The inputs of the action `go`, from JSON.
  func complete(
    json: String,
    action: String = "go",
    nullsUnset: UnsetNulls = .all,
    secrets: [JSONPointer] = []
  ) throws -> CompleteInputs {
    let inputs = try #require(JSON.parse(json).mapValue)
    return try complete(inputs, action: action, nullsUnset: nullsUnset, secrets: secrets)
  }

  /// What is wrong with inputs: kind, pointer and message of each fault.
  func faults(
    json: String,
    action: String = "go",
    nullsUnset: UnsetNulls = .all,
    secrets: [JSONPointer] = []
  ) throws -> [String] {
    do {
      _ = try complete(json: json, action: action, nullsUnset: nullsUnset, secrets: secrets)
      return []
    } catch let error as HostError {
      #expect(error.stage == .input && error.code == .invalidInput)
      return error.faults.map { "\($0.kind.rawValue) \($0.pointer): \($0.message)" }
    }
  }
}
