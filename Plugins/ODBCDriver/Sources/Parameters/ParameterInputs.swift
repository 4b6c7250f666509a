internal import DriverKit

/// The values for the places of a statement: in their order, or by name.
enum ParameterInputs: Sendable {
  case positional([ParameterValue])
  case named([(name: String, value: ParameterValue)])

  /// Reads the input; nil: there is none, and the statement is run as it stands.
  ///
  /// - Throws: `.invalidInput` that names the value at fault.
  init?(_ input: borrowing InputValue?) throws(DriverError) {
    guard let input = copy input else { return nil }
    switch input.kind {
    case .list:
      let list = try input.list()
      var values: [ParameterValue] = []
      for index in 0..<list.count { values.append(try ParameterValue(list[index])) }
      self = .positional(values)
    default:
      let map = try input.map()
      var values: [(name: String, value: ParameterValue)] = []
      for index in 0..<map.count {
        values.append((String(map.name(at: index)), try ParameterValue(map.value(at: index))))
      }
      self = .named(values)
    }
  }

  /// The values for each place of a statement, in order.
  ///
  /// - Parameters:
  ///   - text: The statement.
  ///   - pointer: The input that the values stand in.
  /// - Throws: `.invalidInput` that tells all places without a value and all values without a place.
  /// - Returns: The values, as many as there are places.
  func values(
    for text: StatementText,
    at pointer: String
  ) throws(DriverError) -> [ParameterValue] {
    switch self {
    case .positional(let values):
      if let name = text.names.first {
        throw DriverError(
          .invalidInput,
          "the statement has names such as :\(name): give the parameters as a map of names",
          pointer: pointer
        )
      }
      guard values.count == text.positionalCount else {
        throw DriverError(
          .invalidInput,
          "the statement has \(text.positionalCount) places for parameters, and there are \(values.count) values",
          pointer: pointer
        )
      }
      return values
    case .named(let values):
      guard text.positionalCount == 0 else {
        throw DriverError(
          .invalidInput,
          "the statement has ? for its parameters: give them as a list, or write :name in the statement",
          pointer: pointer
        )
      }
      try check(text.names, values.map(\.name), pointer)
      var found: [ParameterValue] = []
      for case .named(let name) in text.places {
        if let value = values.first(where: { $0.name == name })?.value { found.append(value) }
      }
      return found
    }
  }

  private func check(
    _ names: [String],
    _ given: [String],
    _ pointer: String
  ) throws(DriverError) {
    let missing = names.filter { !given.contains($0) }
    let unused = given.filter { !names.contains($0) }
    guard !missing.isEmpty || !unused.isEmpty else { return }
    var faults: [String] = []
    if !missing.isEmpty { faults.append("there is no value for \(list(missing))") }
    if !unused.isEmpty { faults.append("the statement has no \(list(unused))") }
    throw DriverError(.invalidInput, faults.joined(separator: ", and "), pointer: pointer)
  }

  private func list(_ names: [String]) -> String {
    names.map { ":\($0)" }.joined(separator: ", ")
  }
}
