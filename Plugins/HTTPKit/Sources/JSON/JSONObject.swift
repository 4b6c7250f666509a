/// Changes of a JSON document that is an object.
package enum JSONObject {
  /// Sets one member of a document, in place of all of its name.
  ///
  /// - Parameters:
  ///   - name: The member's name.
  ///   - value: A JSON document.
  ///   - document: What is changed.
  /// - Returns: The changed document; nil if it is no object.
  package static func setting(
    _ name: String,
    to value: [UInt8],
    in document: Span<UInt8>
  ) -> [UInt8]? {
    let whole = 0..<document.count
    guard JSONScanner.kind(of: whole, in: document) == .object else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(document.count + value.count + name.utf8.count + 8)
    result.append(UInt8(ascii: "{"))
    for member in JSONScanner.members(of: whole, in: document) where member.name != name {
      JSONText.append(member.name, to: &result)
      result.append(UInt8(ascii: ":"))
      for place in member.value { result.append(document[place]) }
      result.append(UInt8(ascii: ","))
    }
    JSONText.append(name, to: &result)
    result.append(UInt8(ascii: ":"))
    result += value
    result.append(UInt8(ascii: "}"))
    return result
  }
}
