/// A document that was read from a file: its value, and where everything in it stands.
public struct ParsedDocument: Sendable {
  /// What the document says.
  public let value: Value
  /// Where values and names stand in the file.
  public let locations: SourceMap
  /// The lines that carry no data and are lost when only the value is kept, from 1: comments,
  /// directives and document markers.
  ///
  /// Empty lines are not among them.
  public let droppedLines: [Int]
  /// The lines that carry data and end in a comment, which is lost when only the value is kept,
  /// from 1.
  public let cutLines: [Int]
}

/// Reads documents that people write: YAML, or JSON, whichever they are.
public enum Document {
  /// Reads one document.
  ///
  /// A file named `….json` is JSON. Any other is JSON if it begins with `{`, `[` or `"` and JSON
  /// can read it, else YAML, which has such maps, lists and strings too. If neither can read it,
  /// the error is that of the reader whose author was meant: YAML where the name says so, or where
  /// something stands at the place where JSON stops that only YAML has, or for a string, which
  /// mostly is the first key of a map. A byte order mark in front is skipped, since editors put it
  /// there; UTF-16 is read where it has one.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - file: Its path, or a name such as `<standard input>`, for messages.
  ///   - json: How large a JSON document may be.
  ///   - yaml: How large a YAML document may be.
  /// - Returns: What it says and where.
  /// - Throws: `HostError` with the line, the column and what would have been right.
  public static func parse(
    _ bytes: [UInt8],
    file: String,
    json: JSON.Limits = JSON.Limits(),
    yaml: YAML.Limits = YAML.Limits()
  ) throws(HostError) -> ParsedDocument {
    let text = try UTF8Text(bytes, file: file)
    let first = text.bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    // Halves of surrogate pairs in escapes are what only JSON takes in a string.
    let isText = first == UInt8(ascii: "\"")
    let looksLikeJSON = isText || first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    guard looksLikeJSON || file.hasSuffix(".json") else {
      return try YAML.parse(text, file: file, limits: yaml)
    }
    do throws(HostError) {
      let (value, locations) = try JSON.parseWithLocations(text, file: file, limits: json)
      return ParsedDocument(value: value, locations: locations, droppedLines: [], cutLines: [])
    } catch {
      if file.hasSuffix(".json") || error.code == .tooLarge { throw error }
      if isText { return try YAML.parse(text, file: file, limits: yaml) }
      return try parseAsYAML(text, file: file, limits: yaml, insteadOfJSON: error)
    }
  }

  /// Reads as YAML what is no JSON; if it is no YAML either, throws what its author wants to know.
  private static func parseAsYAML(
    _ text: UTF8Text,
    file: String,
    limits: YAML.Limits,
    insteadOfJSON jsonError: HostError
  ) throws(HostError) -> ParsedDocument {
    do throws(HostError) {
      return try YAML.parse(text, file: file, limits: limits)
    } catch {
      if file.hasSuffix(".yaml") || file.hasSuffix(".yml") { throw error }
      throw text.isOnlyInYAML(at: jsonError.location) ? error : jsonError
    }
  }
}

extension UTF8Text {
  /// Whether YAML has a use for what stands at a place, and JSON has none there or anywhere: plain
  /// text, a comment, an anchor, a tag and the like.
  fileprivate func isOnlyInYAML(at location: SourceLocation?) -> Bool {
    guard let location else { return false }
    let byte = unsafe bytes.withUnsafeBufferPointer { bytes in
      let source = unsafe SourceBytes(bytes)
      var places = PlaceCounter()
      for offset in 0..<source.count {
        let place = places.place(of: offset, in: source)
        if place.line == location.line, place.column == location.column { return source[offset] }
      }
      return 0
    }
    let usedInJSON = Array("{}[],:\"0123456789".utf8)
    return byte > 0x20 && !usedInJSON.contains(byte)
  }
}
