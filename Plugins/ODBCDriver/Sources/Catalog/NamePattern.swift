/// A name in which `*` stands for any characters and `?` for any one.
///
/// Servers have patterns of their own, in which an underscore of a name is one for any character: theirs only narrow
/// down what is asked for, and this one decides.
struct NamePattern: Sendable, Hashable {
  /// A character of a name, or what stands for others.
  private enum Piece: Hashable {
    case character(Character)
    case one
    case any
  }

  private let pieces: [Piece]

  init(_ text: String) {
    pieces = text.map { $0 == "*" ? .any : $0 == "?" ? .one : .character($0) }
  }

  /// A pattern that means one name alone.
  init(exactly name: String) { pieces = name.map { .character($0) } }

  /// Whether a name is meant; upper and lower case differ.
  func matches(_ name: String) -> Bool {
    let name = Array(name)
    var (place, position) = (0, 0)
    // Where to go on from when the last star has to take one character more.
    var star: (place: Int, position: Int)?
    while position < name.count {
      if place < pieces.count, pieces[place] == .any {
        star = (place, position)
        place += 1
      } else if place < pieces.count,
        pieces[place] == .one || pieces[place] == .character(name[position])
      {
        place += 1
        position += 1
      } else if let last = star {
        star = (last.place, last.position + 1)
        (place, position) = (last.place + 1, last.position + 1)
      } else {
        return false
      }
    }
    return pieces[place...].allSatisfy { $0 == .any }
  }

  /// The pattern as ODBC has it, which matches at least the same names.
  ///
  /// - Parameter escape: What the driver wants in front of `_` and `%` of a name; empty: it knows nothing of the kind.
  /// - Returns: The pattern.
  func pattern(escape: String) -> String {
    pieces.map { piece in
      switch piece {
      case .any: "%"
      case .one: "_"
      // Without an escape each means itself too, among others.
      case .character(let character):
        character == "_" || character == "%" || String(character) == escape
          ? escape + String(character) : String(character)
      }
    }.joined()
  }
}
