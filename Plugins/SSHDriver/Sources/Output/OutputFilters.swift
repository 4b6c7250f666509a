/// What is taken out of the text of an output (`remove_ansi_escapes`, `remove_cr`).
struct OutputFilters: Hashable, Sendable {
  /// Whether escape sequences of terminals are.
  var ansiEscapes = true
  /// Whether carriage returns are.
  var carriageReturns = true

  /// Takes it out of a whole output.
  ///
  /// - Parameter bytes: Text in UTF-8.
  /// - Returns: What is left of it.
  func applied(to bytes: [UInt8]) -> [UInt8] {
    var stream = OutputFilterStream(self)
    return stream.filter(bytes)
  }
}

/// Takes it out of a stream that comes in pieces.
struct OutputFilterStream: Sendable {
  private var ansi: ANSIFilter?
  private var returns: CarriageReturns?

  /// Begins a stream.
  ///
  /// - Parameter filters: What is taken out.
  init(_ filters: OutputFilters) {
    if filters.ansiEscapes { ansi = ANSIFilter() }
    if filters.carriageReturns { returns = CarriageReturns() }
  }

  /// Filters the next piece.
  ///
  /// - Parameter bytes: Text in UTF-8, which may be cut anywhere.
  /// - Returns: What is left of it.
  mutating func filter(_ bytes: [UInt8]) -> [UInt8] {
    var text = bytes
    if ansi != nil {
      var output: [UInt8] = []
      ansi?.filter(text[...], into: &output)
      text = output
    }
    if returns != nil {
      var output: [UInt8] = []
      returns?.filter(text[...], into: &output)
      text = output
    }
    return text
  }
}
