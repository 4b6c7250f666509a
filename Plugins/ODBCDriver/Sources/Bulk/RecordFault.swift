internal import DriverKit

/// What is wrong with records, or with where they come from.
enum RecordFault: Error, Sendable {
  /// The bytes cannot be had; the error says why.
  case source(DriverError)
  /// What stands there is not of the format.
  case invalid(RecordPlace, String)
}

/// Where something stands in the text of records.
struct RecordPlace: Sendable, Hashable {
  /// The record, from 1; 0: in front of all of them.
  var record: Int
  /// The line it begins on, from 1; nil in formats without lines.
  var line: Int?
}
