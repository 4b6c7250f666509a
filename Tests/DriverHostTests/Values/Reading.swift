import Testing

@testable import DriverHost

/// What reading says of a document that it refuses: `line:column: message` for each fault.
func refusal(_ read: () throws -> some Any) -> [String] {
  do {
    _ = try read()
    return []
  } catch let error as HostError {
    return error.faults.map { fault in
      "\(fault.location!.line):\(fault.location!.column): \(fault.message)"
    }
  } catch {
    return ["\(error)"]
  }
}

/// Reads a JSON document without building anything.
func check(_ document: [UInt8]) throws(HostError) {
  _ = try JSON.read(document.span, JSONSource(nil, JSON.Limits()), building: false)
}

/// A value as text that keeps what `==` on values does not: 1 is no 1.0 here.
func exact(_ value: Value) -> String {
  switch value {
  case .null: "null"
  case .bool(let truth): "\(truth)"
  case .int(let integer): "int \(integer)"
  case .double(let double): "double \(double)"
  case .decimal(let decimal): "decimal \(decimal)"
  case .string(let text): "string \(text.debugDescription)"
  case .bytes(let bytes): "bytes \(bytes)"
  case .list(let items): "[\(items.map(exact).joined(separator: ", "))]"
  case .map(let members):
    "{\(members.map { "\($0.name.debugDescription): \(exact($0.value))" }.joined(separator: ", "))}"
  case .json(let document): "json \(document.text)"
  }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
