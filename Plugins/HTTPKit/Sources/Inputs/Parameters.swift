package import DriverKit

/// Names and values in order, as a query, a form or headers have them.
package struct Parameters {
  /// One name with one value; nil: the name is to be left out.
  package struct Pair {
    package var name: String
    package var value: String?
    /// Where the value stands in the inputs.
    package var pointer: String
    package var isSecret: Bool
  }

  package private(set) var pairs: [Pair] = []

  /// The pairs of a map, or of a list of pairs.
  ///
  /// A list as a value gives several.
  package init(_ value: borrowing InputValue) throws(DriverError) {
    if value.kind == .list {
      let list = try value.list()
      for index in 0..<list.count {
        let pair = try list[index].list()
        guard pair.count == 2 else {
          throw DriverError(
            .invalidInput,
            "\(list[index].pointer) must be a pair: a list of a name and a value",
            pointer: list[index].pointer
          )
        }
        try append(try pair[0].string(), pair[1])
      }
    } else {
      let map = try value.map()
      for index in 0..<map.count { try append(String(map.name(at: index)), map.value(at: index)) }
    }
  }

  private mutating func append(
    _ name: String,
    _ value: borrowing InputValue
  ) throws(DriverError) {
    if value.kind == .list {
      let items = try value.list()
      for index in 0..<items.count { try append(name, scalar: items[index]) }
    } else if value.kind == .null {
      pairs.append(Pair(name: name, value: nil, pointer: value.pointer, isSecret: false))
    } else {
      try append(name, scalar: value)
    }
  }

  private mutating func append(
    _ name: String,
    scalar value: borrowing InputValue
  ) throws(DriverError) {
    guard let text = value.scalarText() else {
      throw DriverError(
        .invalidInput,
        "\(value.pointer) must be a text, a number or a boolean",
        pointer: value.pointer
      )
    }
    pairs.append(
      Pair(name: name, value: text, pointer: value.pointer, isSecret: value.isSecret)
    )
  }

  /// Appends the pairs as a query; `separator` comes before each but the first.
  package func appendQuery(to bytes: inout [UInt8], startsWithSeparator: Bool) {
    var needsSeparator = startsWithSeparator
    for pair in pairs {
      guard let value = pair.value else { continue }
      if needsSeparator { bytes.append(UInt8(ascii: "&")) }
      needsSeparator = true
      PercentEncoding.appendComponent(pair.name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      PercentEncoding.appendComponent(value, to: &bytes)
    }
  }

  /// The pairs as a form: application/x-www-form-urlencoded.
  package func form() -> [UInt8] {
    var bytes: [UInt8] = []
    for pair in pairs {
      guard let value = pair.value else { continue }
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
      PercentEncoding.appendFormComponent(pair.name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      PercentEncoding.appendFormComponent(value, to: &bytes)
    }
    return bytes
  }
}
