/// Why a text is no connection string, or why attributes cannot be made one.
///
/// Holds nothing of the values: they may be secret. Of a text only places are told, since a password that should have
/// braces and has none goes on in what is taken for keywords; they are characters, counted from 1.
enum ConnectionStringFault: Error, Hashable, Sendable {
  /// What begins there has no equals sign.
  case noEqualsSign(at: Int)
  case noKeyword(at: Int)
  case badKeyword(at: Int)
  /// The brace there opens a value, and is not closed.
  case openBrace(at: Int)
  case textBehindBrace(at: Int)
  case zeroByte(at: Int)
  /// No driver or data source is named.
  case noName(keyword: String)
  /// A keyword that cannot stand in a connection string, by its place among the attributes (from 1).
  case unusableKeyword(attribute: Int)
  /// The driver has no way to be given a value with that in it.
  case unusableValue(keyword: String, ValueFault)
}

extension ConnectionStringFault: CustomStringConvertible {
  /// What is wrong, where, and what to do, without a full stop.
  var description: String {
    switch self {
    case .noEqualsSign(let place):
      "there is no = behind what begins at character \(place): attributes are written "
        + "keyword=value; \(ConnectionStringFault.cure)"
    case .noKeyword(let place):
      "there is no keyword before the = at character \(place): attributes are written "
        + "keyword=value; \(ConnectionStringFault.cure)"
    case .badKeyword(let place):
      "the keyword at character \(place) has a character that no keyword has; "
        + ConnectionStringFault.cure
    case .openBrace(let place):
      "the brace at character \(place), which opens a value, is not closed: write } behind the "
        + "value, and }} for a } in it"
    case .textBehindBrace(let place):
      "at character \(place) there is text behind the brace that closes a value: write ; there, "
        + "and }} for a } in the value"
    case .zeroByte(let place):
      "at character \(place) there is a zero byte, which no connection string can hold"
    case .noName(let keyword): "\(keyword) is empty: give the name of an installed one"
    case .unusableKeyword(let place):
      "the keyword of attribute \(place) is empty or has a character that no keyword has: one of "
        + "[]{}(),;?*=!@\\ or a control character"
    case .unusableValue(let keyword, let fault): "the value of \(keyword) \(fault)"
    }
  }

  private static let cure = "if it is a part of the value before, put that value in braces"
}
