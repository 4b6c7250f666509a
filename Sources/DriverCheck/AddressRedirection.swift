internal import DriverHost

/// Puts a server of this machine in the place of every server that inputs name by x-address.
struct AddressRedirection: Sendable {
  /// The port on 127.0.0.1.
  let port: Int

  /// Inputs whose addresses lead to the port, at whatever depth they stand.
  ///
  /// - Parameters:
  ///   - inputs: Inputs of a call.
  ///   - fields: What may be among them.
  /// - Returns: The same inputs, save for addresses.
  func applied(to inputs: ValueMap, _ fields: [InputField]) -> ValueMap {
    var inputs = inputs
    for field in fields {
      if let address = field.address {
        // What a default would fill in must not lead out of this machine either.
        let isGiven = inputs[field.name] != nil || field.defaultValue != nil || field.isRequired
        if isGiven || address == "port" {
          inputs[field.name] = value(address, inputs[field.name] ?? CallInputs.value(of: field))
        }
      } else if let value = inputs[field.name] {
        inputs[field.name] = applied(to: value, field.fields, field.elements, field.union)
      }
    }
    return inputs
  }

  private func applied(
    to value: Value,
    _ fields: [InputField],
    _ elements: [InputField],
    _ union: InputUnion?
  ) -> Value {
    var value = value
    for branch in union?.branches ?? [] {
      value = applied(to: value, branch.fields, branch.elements, nil)
    }
    switch value {
    case .map(var map):
      map = inside(map, fields)
      for element in elements {
        for (name, item) in map where !fields.contains(where: { $0.name == name }) {
          map[name] = applied(to: item, element.fields, element.elements, element.union)
        }
      }
      return .map(map)
    case .list(let items):
      guard let element = elements.first else { return value }
      return .list(
        items.map { item in
          if let address = element.address { return self.value(address, item) }
          return applied(to: item, element.fields, element.elements, element.union)
        }
      )
    default: return value
    }
  }

  /// As `applied(to:_:)`, save that what is not there is not added.
  private func inside(_ map: ValueMap, _ fields: [InputField]) -> ValueMap {
    var map = map
    for field in fields {
      guard let value = map[field.name] else { continue }
      if let address = field.address {
        map[field.name] = self.value(address, value)
      } else {
        map[field.name] = applied(to: value, field.fields, field.elements, field.union)
      }
    }
    return map
  }

  private func value(_ address: String, _ present: Value) -> Value {
    switch address {
    case "host": "127.0.0.1"
    case "port": .int(Int64(port))
    default: .string(url(present.stringValue ?? "http://localhost/"))
    }
  }

  /// A URL with another authority (RFC 3986, section 3.2).
  private func url(_ url: String) -> String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[1].isEmpty else { return "http://127.0.0.1:\(port)/" }
    let rest = parts.count > 3 ? "/" + parts[3] : ""
    // Certificates of servers on this machine are for the one name or for the other.
    let host = parts[2].split(separator: ":").first == "localhost" ? "localhost" : "127.0.0.1"
    return "\(parts[0])//\(host):\(port)\(rest)"
  }
}
