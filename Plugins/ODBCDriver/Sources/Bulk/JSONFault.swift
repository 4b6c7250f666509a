/// What is wrong in a text in JSON.
struct JSONFault: Error, Sendable, Hashable {
  /// The byte where it is, from 0.
  var place: Int
  var text: String

  init(_ place: Int, _ text: String) {
    self.place = place
    self.text = text
  }

  /// One where something else must stand.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - place: Where to look.
  ///   - wanted: What must stand there.
  /// - Returns: The fault, with what stands there.
  static func unexpected(_ text: Span<UInt8>, _ place: Int, wanted: String) -> JSONFault {
    guard place < text.count else {
      return JSONFault(place, "the line ends where \(wanted) must stand")
    }
    let byte = text[place]
    let found =
      switch byte {
      case 0x21...0x7E: "'\(Character(Unicode.Scalar(byte)))'"
      case 0x80...: "a character that is not ASCII"
      default: "the byte \(byte)"
      }
    return JSONFault(place, "\(found) stands where \(wanted) must")
  }
}
