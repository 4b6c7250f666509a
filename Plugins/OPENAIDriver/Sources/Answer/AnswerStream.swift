internal import HTTPKit

/// An answer that comes in pieces, put together on the way.
protocol AnswerStream {
  /// Takes an event that is JSON.
  ///
  /// - Returns: What it adds to the text of the answer.
  mutating func take(_ event: JSONDocument, named name: String) -> String

  /// Takes the mark that some streams end with.
  mutating func takeEnd()

  /// Whether the end has come.
  var isComplete: Bool { get }

  /// What went wrong, as the server says it; nil: nothing so far.
  var failure: APIError? { get }

  /// What has come so far, in the form of an answer in one piece.
  var document: [UInt8] { get }

  /// How a stream ends, in the words of a message.
  var endMark: String { get }
}
