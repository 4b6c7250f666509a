/// A name as sets and tables of JSON's names need it: equal to another only if its bytes are.
///
/// Swift's own texts are equal also where they only look the same: `é` as one character or as two.
struct ExactName: Hashable, Sendable {
  /// The name.
  let text: String

  /// A name from its text.
  init(_ text: String) {
    self.text = text
  }

  static func == (left: ExactName, right: ExactName) -> Bool {
    left.text.isExactly(right.text)
  }

  func hash(into hasher: inout Hasher) {
    text.combineExactly(into: &hasher)
  }
}
