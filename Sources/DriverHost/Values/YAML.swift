/// YAML 1.2 with the core schema, read through libyaml.
///
/// What a document may hold is what a `Value` holds. Comments are dropped, and a document knows
/// from which lines. A local tag (`!x`) is dropped and its node read by its kind. `<<` is a key
/// like any other. A key is the text of its scalar, whatever that looks like. Numbers are what they
/// are in JSON.
///
/// Refused, with file, line, column and reason: a name twice in one map, `!!` tags outside the core
/// schema (YAML 1.2, chapter 10.3), tags that name types of programming languages, aliases that
/// expand beyond a limit or into themselves, lists and maps as keys, infinities and NaN, and more
/// than one document.
public enum YAML {
  /// How large a document may be.
  public struct Limits: Sendable {
    /// Levels of lists and maps in one another, through aliases too.
    ///
    /// Values are walked recursively: what is far over 1000 needs a large stack.
    public var depth: Int
    /// Bytes.
    public var bytes: Int
    /// Values that aliases may add to those that are written out.
    ///
    /// A text counts once for each 64 bytes of it, so that what a document expands to stays in
    /// bounds.
    public var aliasedValues: Int

    /// Limits of depth, of size and of what aliases may add.
    public init(depth: Int = 512, bytes: Int = 64 << 20, aliasedValues: Int = 1_000_000) {
      self.depth = depth
      self.bytes = bytes
      self.aliasedValues = aliasedValues
    }
  }

  /// Reads one document.
  ///
  /// A file without any is null.
  ///
  /// - Parameters:
  ///   - bytes: The document: UTF-8, or UTF-16 with a byte order mark.
  ///   - file: Its path, or a name such as `<standard input>`, for messages.
  ///   - limits: How large it may be.
  /// - Returns: What it says and where; null for a file without a document.
  /// - Throws: `HostError` with the line, the column and what would have been right.
  public static func parse(
    _ bytes: [UInt8],
    file: String,
    limits: Limits = Limits()
  ) throws(HostError) -> ParsedDocument {
    try parse(UTF8Text(bytes, file: file), file: file, limits: limits)
  }

  /// Reads one document whose encoding is settled.
  static func parse(
    _ text: UTF8Text,
    file: String,
    limits: Limits
  ) throws(HostError) -> ParsedDocument {
    guard text.bytes.count <= limits.bytes else {
      throw HostError.tooLarge(text.bytes.count, limit: limits.bytes, file: file)
    }
    return unsafe try text.bytes.withUnsafeBufferPointer { bytes throws(HostError) in
      let source = unsafe SourceBytes(bytes)
      var composer = YAMLComposer(source, file: file, limits: limits)
      return try composer.document()
    }
  }
}
