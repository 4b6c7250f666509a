/// How a text with a JSON value on each line is read.
struct NDJSONOptions: Sendable, Hashable {
  /// The names of the columns, so that a line may be a list as well; nil: those of the first object.
  var names: [String]?
  /// How many bytes a line may have.
  var lineLimit = 64 << 20
  /// A batch ends before its limit of records when their lines have so many bytes, with one for each column.
  var batchSize = 4 << 20
}
