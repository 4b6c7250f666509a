extension YAMLComposer {
  /// How many faults are reported at most.
  private static var faultLimit: Int { 100 }

  /// Notes a fault; what comes after it is read all the same.
  mutating func note(_ message: String, expected: String? = nil, at place: SourcePlace) {
    guard faults.count < YAMLComposer.faultLimit else { return }
    faults.append(
      Fault(
        .syntax,
        at: pointer,
        message,
        expected: expected,
        location: SourceLocation(file: file, line: Int(place.line), column: Int(place.column))
      )
    )
  }

  /// Notes a fault after which nothing can be read.
  mutating func stopped(
    _ message: String,
    expected: String? = nil,
    at place: SourcePlace
  ) -> Stopped {
    note(message, expected: expected, at: place)
    return Stopped()
  }

  /// The place of what is being read.
  private var pointer: JSONPointer {
    JSONPointer(
      open.compactMap { $0.isMap ? $0.key : String($0.items.count) }
    )
  }
}
