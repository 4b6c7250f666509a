/// What is wrong in an Arrow stream.
struct ArrowFault: Error, Hashable, Sendable {
  /// What it is.
  let text: String
  /// The record of its batch, from 0; nil: it is in none of them.
  let record: Int?

  /// A fault.
  ///
  /// - Parameters:
  ///   - text: What it is.
  ///   - record: The record of its batch, from 0.
  init(_ text: String, record: Int? = nil) {
    self.text = text
    self.record = record
  }
}
