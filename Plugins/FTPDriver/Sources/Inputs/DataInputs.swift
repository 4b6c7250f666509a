internal import DriverKit

/// How data connections are made: the input `data_connection`.
struct DataInputs: Sendable {
  /// Who connects.
  enum Mode: Sendable {
    /// We do, to a port that the server names (PASV, EPSV).
    case passive
    /// The server does, to a port that we name (PORT, EPRT): its text as CURLOPT_FTPPORT takes it.
    case active(String)
  }

  var mode = Mode.passive
  /// Whether the newer commands EPSV and EPRT are tried first (RFC 2428).
  var isExtended = true
  /// Whether it is connected to the address that the server names, in place of the one it is reached by.
  var trustsAddress = false

  var isActive: Bool { if case .active = mode { true } else { false } }

  /// Reads the input.
  ///
  /// - Parameter inputs: The inputs of a call.
  /// - Throws: `.invalidInput`, which names the one at fault.
  init(_ inputs: borrowing InputMap) throws(DriverError) {
    guard let map = try inputs["data_connection"]?.map() else { return }
    isExtended = try map["extended"]?.bool() ?? true
    trustsAddress = try map["trust_address"]?.bool() ?? false
    guard try map["mode"]?.string() == "active" else { return }
    // A dash stands for the address that the control connection has.
    var text = try map["address"]?.string() ?? "-"
    if text.contains(":"), !text.hasPrefix("[") { text = "[\(text)]" }
    let first = try map["first_port"]?.int(in: 1...65535)
    let last = try map["last_port"]?.int(in: 1...65535)
    if let first {
      guard first <= last ?? first else {
        throw DriverError(
          .invalidInput,
          "the last port \(last ?? 0) is less than the first one, \(first)",
          pointer: "/data_connection/last_port"
        )
      }
      text += ":\(first)-\(last ?? first)"
    } else if last != nil {
      throw DriverError(
        .invalidInput,
        "there is a last port without a first one: give data_connection.first_port",
        pointer: "/data_connection/first_port"
      )
    }
    mode = .active(text)
  }
}
