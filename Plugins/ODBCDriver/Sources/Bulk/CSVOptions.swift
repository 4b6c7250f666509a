/// How a text in CSV is written.
struct CSVOptions: Sendable, Hashable {
  /// What stands between fields: an ASCII character, no line end and not the quote.
  var delimiter = UInt8(ascii: ",")
  /// What stands around fields that hold delimiters or line ends: an ASCII character, no line end.
  var quote = UInt8(ascii: "\"")
  /// Whether the first record holds the names of the columns.
  var hasHeader = true
  /// The names of the columns, instead of those in the header; nil without one: `column1` and so on.
  var names: [String]?
  /// What stands for null when it is not quoted; nil: nothing at all does.
  var nullText: String?
  /// How many bytes a field may have.
  var fieldLimit = 64 << 20
  /// A batch ends before its limit of records when they have so many bytes, with one for each field.
  var batchSize = 4 << 20

  /// Whether the delimiter and the quote can be told from each other and from the rest.
  var isUsable: Bool {
    delimiter != quote
      && [delimiter, quote].allSatisfy { $0 < 0x80 && $0 != 0x0A && $0 != 0x0D }
  }
}
