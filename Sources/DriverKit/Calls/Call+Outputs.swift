public import DriverABI

/// What a call puts out.
///
/// An output is taken also when the call is to stop: `checkStop` tells.
extension Call {
  /// Sets an output; the same name again replaces it.
  ///
  /// What is there when the call fails is the partial result.
  ///
  /// - Throws: `.tooLarge` over the host's limit, `.protocolViolation` for a JSON document that is none,
  ///   `.cancelled` once the call has ended or was given up.
  public func output(_ name: StaticString, _ value: OutputValue) throws(DriverError) {
    switch value {
    // What is no tree needs no builder.
    case .null: unsafe try output(name, node: dh_null())
    case .bool(let truth): unsafe try output(name, node: dh_bool(truth ? 1 : 0))
    case .int(let integer): unsafe try output(name, node: dh_int(integer))
    case .double(let number): unsafe try output(name, node: dh_double(number))
    case .list(let items) where items.isEmpty: unsafe try output(name, node: dh_list(nil, 0))
    case .map(let members) where members.isEmpty: unsafe try output(name, node: dh_map(nil, 0))
    case .string(var text):
      let status = text.withUTF8 { utf8 in
        var node = unsafe dh_textual(DH_STRING, utf8.baseAddress, utf8.count)
        return unsafe put(name, &node)
      }
      try check("output", status)
    default:
      var builder = OutputBuilder()
      builder.add(value: value)
      try output(name, &builder)
    }
  }

  private func output(_ name: StaticString, node: dh_value_v1) throws(DriverError) {
    var node = unsafe node
    try check("output", unsafe put(name, &node))
  }

  /// Sets an output to a tree, and makes the builder ready for the next one.
  ///
  /// - Throws: As for a value.
  public func output(
    _ name: StaticString,
    _ tree: inout OutputBuilder
  ) throws(DriverError) {
    let status = unsafe tree.withTree { unsafe put(name, $0) }
    defer { tree.reset() }
    if status == DH_INVALID { throw tree.refusal(by: "output", of: "the output `\(name)`") }
    try check("output", status)
  }

  /// Sets an output to a string without an intermediate copy.
  ///
  /// The bytes are UTF-8.
  ///
  /// - Throws: `.tooLarge` over the host's limit, `.cancelled` once the call has ended or was given up.
  public func output(
    _ name: StaticString,
    utf8: Span<UInt8>,
    isSecret: Bool = false
  ) throws(DriverError) {
    try check("output", put(name, DH_STRING, utf8, isSecret))
  }

  /// Sets an output to bytes without an intermediate copy.
  ///
  /// - Throws: `.tooLarge` over the host's limit, `.cancelled` once the call has ended or was given up.
  public func output(
    _ name: StaticString,
    bytes: Span<UInt8>,
    isSecret: Bool = false
  ) throws(DriverError) {
    try check("output", put(name, DH_BYTES, bytes, isSecret))
  }

  /// Sets an output to what a JSON document stands for, which becomes a tree when somebody looks.
  ///
  /// - Parameters:
  ///   - name: The output's name.
  ///   - json: The document.
  ///   - isSecret: Whether it must never be shown.
  /// - Throws: `.tooLarge` over the host's limit, `.cancelled` once the call has ended or was given up.
  /// - Returns: False, and nothing is put out, where it is no document. The host finds that out here;
  ///   beyond what `JSONSyntax.isDocument` looks at, no map may have a name twice.
  @discardableResult
  public func output(
    _ name: StaticString,
    json: Span<UInt8>,
    isSecret: Bool = false
  ) throws(DriverError) -> Bool {
    let status = put(name, DH_JSON, json, isSecret)
    if status == DH_INVALID { return false }
    try check("output", status)
    return true
  }

  /// Hands rows to the consumer under a name.
  ///
  /// The call then ends later: when the host has released the stream, in that release or soon after
  /// it, comes `succeed` or `fail`.
  ///
  /// - Parameters:
  ///   - name: The output's name.
  ///   - stream: An Arrow C stream, which is moved on success and still the caller's otherwise.
  /// - Throws: `.cancelled` when the call is to stop, `.unsupported` where rows are not wanted.
  @unsafe
  public func rows(
    _ name: String,
    _ stream: UnsafeMutablePointer<ArrowArrayStream>
  ) throws(DriverError) {
    var name = name
    let status = name.withUTF8 {
      unsafe state.functions.pointee.rows(state.call, dh_text_v1($0), stream)
    }
    try check("rows", status)
    state.setEndsLater()
  }

  private func put(
    _ name: StaticString,
    _ kind: UInt32,
    _ bytes: Span<UInt8>,
    _ isSecret: Bool
  ) -> Int32 {
    unsafe bytes.withUnsafeBytes { buffer in
      var value = unsafe dh_textual(kind, buffer.baseAddress, buffer.count)
      if isSecret { unsafe value.flags = DH_SECRET }
      return unsafe put(name, &value)
    }
  }

  private func put(_ name: StaticString, _ value: UnsafePointer<dh_value_v1>) -> Int32 {
    unsafe state.functions.pointee.output(state.call, OutputBuilder.text(name), value)
  }

  func check(_ function: StaticString, _ status: Int32) throws(DriverError) {
    if status < 0 { throw DriverError(status: status, of: function) }
  }
}
