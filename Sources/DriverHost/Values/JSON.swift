/// JSON (RFC 8259), read and written without loss.
///
/// Reading is strict: UTF-8 without a byte order mark (RFC 8259, 8.1), no lone surrogates, no
/// control characters in strings, no name twice in one map, one document. Numbers keep their value:
/// an integer that Int64 holds is `.int`, a number whose digits are what the nearest double is
/// written as is `.double`, and everything else is `.decimal`. `-0` is the double -0.0, since no
/// integer has a sign at zero; 1.0 is a double.
public enum JSON {
  /// How large a document may be.
  public struct Limits: Sendable {
    /// Levels of lists and maps in one another.
    ///
    /// Values are walked recursively: what is far over 1000 needs a large stack.
    public var depth: Int
    /// Bytes; nil: as many as there are.
    public var bytes: Int?

    /// Limits of depth and size.
    public init(depth: Int = 512, bytes: Int? = nil) {
      self.depth = depth
      self.bytes = bytes
    }
  }

  /// Reads one document.
  ///
  /// - Parameters:
  ///   - text: The document.
  ///   - file: What messages call it; nil: "the JSON text".
  ///   - limits: How large it may be.
  /// - Returns: What it says.
  /// - Throws: `HostError` with the line, the column and what would have been right.
  public static func parse(
    _ text: String,
    file: String? = nil,
    limits: Limits = Limits()
  ) throws(HostError) -> Value {
    var text = text
    text.makeContiguousUTF8()
    return try read(text.utf8Span.span, JSONSource(file, isValid: true, limits)).value
  }

  /// Reads one document from bytes.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - file: What messages call it; nil: "the JSON text".
  ///   - limits: How large it may be.
  /// - Returns: What it says.
  /// - Throws: `HostError` with the line, the column and what would have been right.
  public static func parse(
    _ bytes: [UInt8],
    file: String? = nil,
    limits: Limits = Limits()
  ) throws(HostError) -> Value {
    try parse(bytes.span, file: file, limits: limits)
  }

  /// Reads one document from a span of bytes.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - file: What messages call it; nil: "the JSON text".
  ///   - limits: How large it may be.
  /// - Returns: What it says.
  /// - Throws: `HostError` with the line, the column and what would have been right.
  public static func parse(
    _ bytes: Span<UInt8>,
    file: String? = nil,
    limits: Limits = Limits()
  ) throws(HostError) -> Value {
    try read(bytes, JSONSource(file, limits)).value
  }

  /// Reads one document whose encoding is settled, and keeps where everything stands in it.
  static func parseWithLocations(
    _ text: UTF8Text,
    file: String,
    limits: Limits = Limits()
  ) throws(HostError) -> (value: Value, locations: SourceMap) {
    let source = JSONSource(file, isValid: true, limits)
    let (value, nodes) = try read(text.bytes.span, source, recording: true)
    return (value, SourceMap(of: value, nodes: nodes, file: file))
  }

  /// Why a text is no JSON document, with line and column; nil if it is one.
  ///
  /// Nothing is built: `parse` takes what this finds nothing wrong with.
  static func problem(in text: String, limits: Limits = Limits()) -> String? {
    var text = text
    text.makeContiguousUTF8()
    do {
      let source = JSONSource(nil, isValid: true, limits)
      _ = try read(text.utf8Span.span, source, building: false)
      return nil
    } catch {
      return problem(error)
    }
  }

  /// Why a text is no JSON document, as `parse` says it, in one line.
  static func problem(_ error: HostError) -> String {
    error.faults.first.map { fault in
      let place = fault.location.map { "line \($0.line), column \($0.column): " } ?? ""
      return place + fault.message
    } ?? error.message
  }
}
