internal import DriverKit

/// What the action `procedure` is told.
struct ProcedureInputs: Sendable {
  /// Which way the value of a parameter goes.
  enum Direction: String, Sendable {
    case input = "in"
    case output = "out"
    case both = "inout"
  }

  /// A parameter of a procedure.
  struct Argument: Sendable {
    /// The name that its value is put out under.
    var name: String
    var direction: Direction
    /// Its value; nil for one that only comes out.
    var value: ParameterValue?
    var type: ParameterType?
    /// How many bytes a text or bytes that come out have at most.
    var size: Int
    var pointer: String
  }

  /// A text or bytes that come out have so many bytes at most, where nothing is said.
  private static let size = 4000

  var name: String
  var arguments: [Argument]
  var returns: ParameterType?
  var timeout: Double?

  init(_ inputs: borrowing InputMap, _ dialect: SQLDialect) throws(DriverError) {
    name = try inputs.required("procedure").string()
    guard ProcedureInputs.isName(name, dialect) else {
      throw DriverError(
        .invalidInput,
        "the name of a procedure is words, or names in quotes, with points between them, and has none of ( ) ; , { } ? ' and \\",
        pointer: "/procedure"
      )
    }
    returns = try inputs["returns"]?.string().asParameterType
    timeout = try inputs["query_timeout"]?.double()
    arguments = []
    guard let list = try inputs["arguments"]?.list() else { return }
    for index in 0..<list.count { arguments.append(try Argument(list[index], index + 1)) }
  }

  /// Whether a text is a name and nothing else: it becomes a part of the statement as it is.
  static func isName(_ text: String, _ dialect: SQLDialect) -> Bool {
    // Drivers look for some of these in quotes too.
    let isPlain = text.unicodeScalars.allSatisfy {
      !"();,{}?'\\".unicodeScalars.contains($0) && $0.value >= 0x20
    }
    guard isPlain else { return false }
    let bytes = Array(text.utf8)
    var scanner = SQLScanner(bytes, dialect)
    var isBehindName = false
    while let token = scanner.next() {
      switch token.kind {
      case .word, .identifier:
        guard token.isTerminated, !isBehindName else { return false }
        isBehindName = true
      case .punctuation where bytes[token.range].elementsEqual(".".utf8): isBehindName = false
      default: return false
      }
    }
    return isBehindName
  }

  /// The text that ODBC has for a call.
  var sql: String {
    let places = Array(repeating: "?", count: arguments.count).joined(separator: ", ")
    return "{\(returns == nil ? "" : "? = ")call \(name)(\(places))}"
  }
}

extension ProcedureInputs.Argument {
  /// Reads a parameter: its value, or `{name, direction, type, value, size}`.
  fileprivate init(_ input: borrowing InputValue, _ number: Int) throws(DriverError) {
    pointer = input.pointer
    name = "\(number)"
    direction = .input
    size = ProcedureInputs.defaultSize
    guard input.kind == .map else {
      value = try ParameterValue(input)
      try checkIsScalar()
      return
    }
    let map = try input.map()
    try map.allow(["name", "direction", "type", "value", "size"])
    let names = (0..<map.count).map { String(map.name(at: $0)) }
    guard names.contains(where: { ["direction", "type", "value"].contains($0) }) else {
      throw DriverError(
        .invalidInput,
        "\(pointer) has neither a value nor a direction: give value for a parameter that goes in, direction and type for one that comes out",
        pointer: pointer
      )
    }
    if let given = try map["name"]?.string() { name = given }
    if let given = try map["direction"]?.string() {
      guard let known = ProcedureInputs.Direction(rawValue: given) else {
        throw DriverError(
          .invalidInput,
          "\(pointer)/direction is in, out or inout, not \(given)",
          pointer: "\(pointer)/direction"
        )
      }
      direction = known
    }
    if let given = try map["type"]?.string() {
      guard let known = given.asParameterType else {
        throw DriverError(
          .invalidInput,
          "\(pointer)/type is no \(given)",
          pointer: "\(pointer)/type"
        )
      }
      type = known
    }
    if let given = try map["size"]?.int(in: 1...(1 << 30)) { size = given }
    if direction != .output {
      if let given = map["value"] {
        value = try ParameterValue(given)
      } else {
        value = ParameterValue(nullAt: pointer)
      }
      // A type beside the value wins over one in it.
      if let type { value?.type = type }
      try checkIsScalar()
    }
    guard direction == .input || type != nil else {
      throw DriverError(
        .invalidInput,
        "\(pointer) comes out, so its type has to be given",
        pointer: pointer
      )
    }
  }

  private func checkIsScalar() throws(DriverError) {
    guard value?.isList != true else {
      throw DriverError(
        .invalidInput,
        "\(pointer) is a list, and a parameter of a procedure has one value",
        pointer: pointer
      )
    }
  }
}

extension ProcedureInputs {
  fileprivate static var defaultSize: Int { size }
}

extension String {
  fileprivate var asParameterType: ParameterType? { ParameterType(rawValue: self) }
}
