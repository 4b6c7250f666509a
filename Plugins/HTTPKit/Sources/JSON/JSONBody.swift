/// A map in JSON, put together member by member.
package struct JSONBody {
  /// The members so far, without the bracket at the end.
  private var document: [UInt8] = [UInt8(ascii: "{")]
  package private(set) var names: Set<String> = []

  /// A map without members.
  package init() {}

  /// The whole map.
  package var bytes: [UInt8] { document + [UInt8(ascii: "}")] }

  /// Adds a member whose value is a document; nil: there is none.
  ///
  /// The first one of a name counts.
  package mutating func add(_ name: String, _ json: [UInt8]?) {
    guard let json, names.insert(name).inserted else { return }
    if names.count > 1 { document.append(UInt8(ascii: ",")) }
    JSONText.append(name, to: &document)
    document.append(UInt8(ascii: ":"))
    document += json
  }

  /// Adds a member whose value is a text; nil: there is none.
  package mutating func add(_ name: String, text: String?) {
    guard let text else { return }
    add(name, JSONBody.text(text))
  }

  /// A text as a document.
  package static func text(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    JSONText.append(text, to: &bytes)
    return bytes
  }

  /// A list of documents as one.
  package static func list(_ items: some Sequence<[UInt8]>) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for item in items {
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      bytes += item
    }
    bytes.append(UInt8(ascii: "]"))
    return bytes
  }
}
