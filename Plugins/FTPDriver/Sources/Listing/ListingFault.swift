internal import FileKit

/// A line of a listing that tells no file: which, and why.
///
/// The lines around it are not worse for it.
struct ListingFault: Error, Sendable, Hashable {
  /// Why.
  enum Reason: Error, Sendable, Hashable {
    /// It is in no form that is known.
    case form
    /// There is nothing where the name should be.
    case noName
    /// A byte 0 is in it.
    case zeroByte
    /// It has more bytes than a line is given.
    case tooLong(limit: Int)
    /// A name that would lead elsewhere, or is none.
    case name(PathFault)
    /// A name that is not in the encoding that names are said to be in.
    case encoding(NameFault)
  }

  /// Which line it is, counted from 1.
  let number: Int
  /// The line, or the beginning of a long one.
  let line: [UInt8]
  /// Why.
  let reason: Reason

  /// How many bytes of a line are kept.
  private static let shown = 200

  /// A fault.
  ///
  /// - Parameters:
  ///   - number: Which line it is, counted from 1.
  ///   - line: The line.
  ///   - reason: Why.
  init(number: Int, line: some Collection<UInt8>, reason: Reason) {
    self.number = number
    self.line = Array(line.prefix(ListingFault.shown))
    self.reason = reason
  }
}

extension ListingFault: CustomStringConvertible {
  /// Which line, and what is wrong with it, for people.
  var description: String { "line \(number) of the listing, \(NameText(line)): \(reason)" }
}

extension ListingFault.Reason: CustomStringConvertible {
  /// What is wrong, for people.
  var description: String {
    switch self {
    case .form: "it is in none of the forms that are known"
    case .noName: "it has no name"
    case .zeroByte: "it has a zero byte in it"
    case .tooLong(let limit): "it has more than \(limit) bytes"
    case .name(let fault): "\(fault)"
    case .encoding(let fault): "\(fault)"
    }
  }
}
