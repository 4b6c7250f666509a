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

  /// How a list as a value is written.
  package enum Arrays: String {
    /// `a=1&a=2`.
    case repeated = "repeat"
    /// `a[]=1&a[]=2`.
    case brackets
    /// `a[0]=1&a[1]=2`.
    case indexed
    /// `a=1,2`.
    case comma

    /// Reads the input `array_format`.
    package init(_ value: borrowing InputValue) throws(DriverError) {
      self = Arrays(rawValue: try value.string()) ?? .repeated
    }
  }

  package private(set) var pairs: [Pair] = []

  /// The pairs of a map, or of a list of pairs.
  ///
  /// A list as a value gives several.
  package init(_ value: borrowing InputValue, _ arrays: Arrays = .repeated) throws(DriverError) {
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
        try append(try pair[0].string(), pair[1], arrays)
      }
    } else {
      let map = try value.map()
      for index in 0..<map.count {
        try append(String(map.name(at: index)), map.value(at: index), arrays)
      }
    }
  }

  private mutating func append(
    _ name: String,
    _ value: borrowing InputValue,
    _ arrays: Arrays
  ) throws(DriverError) {
    if value.kind == .list {
      let items = try value.list()
      let first = pairs.count
      for index in 0..<items.count {
        let suffix =
          switch arrays {
          case .repeated, .comma: ""
          case .brackets: "[]"
          case .indexed: "[\(index)]"
          }
        try append(name + suffix, scalar: items[index])
      }
      if arrays == .comma { join(from: first) }
    } else if value.kind == .null {
      pairs.append(Pair(name: name, value: nil, pointer: value.pointer, isSecret: false))
    } else {
      try append(name, scalar: value)
    }
  }

  /// Makes one pair of several, with commas between their values.
  private mutating func join(from first: Int) {
    guard pairs.count > first + 1 else { return }
    pairs[first].value = pairs[first...].compactMap(\.value).joined(separator: ",")
    pairs[first].isSecret = pairs[first...].contains { $0.isSecret }
    pairs.removeSubrange((first + 1)...)
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

  /// The same without what is secret.
  var masked: Parameters {
    var parameters = self
    for index in pairs.indices where pairs[index].isSecret { parameters.pairs[index].value = "***" }
    return parameters
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
